"""A real server that may not write a byte: who says something is told, nobody reads it, and it recovers by itself.

Linux refuses the writes (RLIMIT_FSIZE of the running process), as a full disk would (reliability.md, D4).
"""

from __future__ import annotations

import sys

import pytest

from protocol import parse
from tests.end2end.accounts import CHEAP, register, session
from tests.end2end.harness import NAME, IrcClient, Launch, ServerProcess, commands

if sys.platform != "linux":  # pragma: no cover
    pytest.skip("only Linux limits a running process", allow_module_level=True)

import resource

CAPS = ("message-tags", "echo-message", "labeled-response", "batch")
EVERYTHING = (
    *CAPS,
    "standard-replies",
    "draft/multiline",
    "draft/message-redaction",
    "draft/read-marker",
    "obrolan.example/edit",
    "obrolan.example/retry",
)
NOT_SENT = "The server cannot keep messages at the moment; this one was not sent"


class Disk:
    """What the server's process may write."""

    def __init__(self, server: ServerProcess) -> None:
        self._server = server
        self._before = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)

    def fill(self) -> None:
        resource.prlimit(self._server.pid, resource.RLIMIT_FSIZE, (0, self._before[1]))

    def free(self) -> None:
        """There is room, and the server has seen it."""
        resource.prlimit(self._server.pid, resource.RLIMIT_FSIZE, self._before)
        self._server.wait_for("kept again")


@pytest.fixture
def server(launch: Launch) -> ServerProcess:
    return launch(CHEAP)


@pytest.fixture
def disk(server: ServerProcess) -> Disk:
    return Disk(server)


def members(server: ServerProcess, *caps: tuple[str, ...]) -> list[IrcClient]:
    register(server, "orang0")
    clients = [session(server, "orang0", *caps[0])]
    clients += [server.connect(f"orang{number}", *wanted) for number, wanted in enumerate(caps[1:], 1)]
    for client in clients:
        client.ask("JOIN #x")
    for client in clients:
        client.fence()
    return clients


def test_who_asked_for_standard_replies_gets_fail_for_all_that_would_be_kept(server: ServerProcess, disk: Disk) -> None:
    ani, bela = members(server, EVERYTHING, EVERYTHING)
    msgid = parse(ani.ask("PRIVMSG #x :before")[0]).tags["msgid"]
    bela.fence()
    disk.fill()
    inside = ["BATCH +1 draft/multiline #x", "@batch=1 PRIVMSG #x :a", "@batch=1 PRIVMSG #x :b", "BATCH -1"]
    for lines, verb, target in (
        (["PRIVMSG #x :lost"], "PRIVMSG", "#x"),
        (["NOTICE orang1 :lost"], "NOTICE", "orang1"),
        ([f"@obrolan.example/edit={msgid} PRIVMSG #x :lost"], "PRIVMSG", "#x"),
        ([f"@+reply={msgid};+draft/react=x TAGMSG #x"], "TAGMSG", "#x"),
        ([f"REDACT #x {msgid}"], "REDACT", "#x"),
        (inside, "PRIVMSG", "#x"),
    ):
        assert ani.ask(*lines) == [f":{NAME} FAIL {verb} STORAGE_FAILED {target} :{NOT_SENT}"]
    assert ani.ask("MARKREAD #x timestamp=2026-01-04T14:33:26.123Z") == [
        f":{NAME} FAIL MARKREAD INTERNAL_ERROR #x :The read mark could not be kept"
    ]
    assert bela.fence() == []
    assert ani.ask("MARKREAD #x") == [f":{NAME} MARKREAD #x *"]


def test_others_get_the_numerics_they_know_and_a_notice_silence(server: ServerProcess, disk: Disk) -> None:
    ani, bela = members(server, CAPS, ())
    disk.fill()
    assert ani.ask("PRIVMSG #x :lost", "PRIVMSG orang1 :lost", "NOTICE #x :lost") == [
        f":{NAME} 404 orang0 #x :{NOT_SENT}",
        f":{NAME} 400 orang0 PRIVMSG :{NOT_SENT}",
    ]
    assert ani.ask("@label=1 NOTICE #x :lost") == [f"@label=1 :{NAME} 404 orang0 #x :{NOT_SENT}"]
    assert bela.fence() == []


def test_people_come_and_go_and_what_passes_by_passes_by(server: ServerProcess, disk: Disk) -> None:
    ani, bela = members(server, EVERYTHING, EVERYTHING)
    disk.fill()
    assert commands(ani.ask("@+typing=active TAGMSG #x", "PART #x", "JOIN #x"))[:2] == ["TAGMSG", "PART"]
    assert commands(bela.fence()) == ["TAGMSG", "PART", "JOIN"]


def test_when_there_is_room_again_the_same_message_is_said_once(server: ServerProcess, disk: Disk) -> None:
    ani, bela = members(server, EVERYTHING, EVERYTHING)
    line = f"@label=1;obrolan.example/nonce={'a' * 32} PRIVMSG #x :at last"
    disk.fill()
    assert commands(ani.ask(line)) == ["FAIL"]
    disk.free()
    first, second = (ani.ask(line) for _ in range(2))
    assert first == second
    assert parse(first[0]).params == ["#x", "at last"]
    assert len(bela.fence()) == 1


def test_what_was_to_be_removed_and_could_not_can_be_removed_later(server: ServerProcess, disk: Disk) -> None:
    ani, _ = members(server, EVERYTHING, EVERYTHING)
    msgid = parse(ani.ask("PRIVMSG #x :oops")[0]).tags["msgid"]
    disk.fill()
    assert commands(ani.ask(f"REDACT #x {msgid}")) == ["FAIL"]
    disk.free()
    assert commands(ani.ask(f"REDACT #x {msgid}")) == ["REDACT"]
