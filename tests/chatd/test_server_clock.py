"""A clock that jumps while people talk (reliability, row F8): nobody is cut off, no time goes back, order stays."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

import protocol
from chatd.datafolder import DataFolder
from chatd.listeners.tcp import TcpListener
from server import ChatServer
from tests.chatd.test_server import CONFIG
from tests.end2end.harness import IrcClient
from tests.fakes import ManualClock

CAPS = ("batch", "draft/chathistory", "echo-message", "message-tags", "server-time")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_700_000_000.0)


@pytest.fixture
def server(tmp_path: Path, clock: ManualClock) -> Iterator[ChatServer]:
    folder = DataFolder(tmp_path)
    limits = dataclasses.replace(CONFIG.limits, ping_after_s=20.0, ping_timeout_s=40.0)
    made = ChatServer(dataclasses.replace(CONFIG, limits=limits), TcpListener("127.0.0.1", 0), folder, clock)
    made.start()
    yield made
    made.stop()
    folder.close()


@pytest.mark.parametrize("jump", [3600.0, -3600.0, -86_400.0, 1.0, -1.0], ids=lambda jump: f"{jump:+.0f}s")
def test_a_jump_of_the_clock_changes_neither_order_nor_who_is_here(
    server: ChatServer, clock: ManualClock, jump: float
) -> None:
    siti, ani = IrcClient(server.port), IrcClient(server.port)
    for client, name in ((siti, "siti"), (ani, "ani")):
        client.register(name, *CAPS)
        client.ask("JOIN #x")
    for number in range(12):
        siti.ask(f"PRIVMSG #x :{number}")
        clock.advance(jump if number % 4 == 1 else -jump if number % 4 == 3 else 0.25)
    live = [line for line in map(protocol.parse, ani.fence()) if line.command == "PRIVMSG"]
    assert [line.params[1] for line in live] == [str(number) for number in range(12)]
    times = [line.tags["time"] for line in live]
    assert times == sorted(times)
    played = [protocol.parse(line) for line in ani.ask("CHATHISTORY LATEST #x * 50")]
    back = [line for line in played if line.command == "PRIVMSG"]
    assert [(line.tags["msgid"], line.tags["time"]) for line in back] == [
        (line.tags["msgid"], line.tags["time"]) for line in live
    ]
    assert {client.nickname for client in server.clients} == {"siti", "ani"}
    for client in (siti, ani):
        client.close()
