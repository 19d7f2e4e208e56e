"""How often people may do what everybody is told of (docs/protocol.md, "Pace"), by a clock of the test's own."""

from __future__ import annotations

import dataclasses

import pytest

from chatd.commands import Dispatcher
from chatd.commands.call import Context
from chatd.config import Config, Limits
from chatd.connection import Connection
from chatd.log.memory import MemoryLog
from tests.chatd.connections import connection
from tests.covering import covers
from tests.fakes import ManualClock

FAR = "192.168.1.20"


class Server:
    """A dispatcher and its clock."""

    def __init__(self, *, protected: bool = True) -> None:
        self.clock = ManualClock(1_700_000_000.0)
        self.context = Context(
            config=dataclasses.replace(Config(), limits=Limits(flood_protection=protected)),
            log=MemoryLog(self.clock),
            now=self.clock,
            monotonic=self.clock,
            host_of=lambda _address: "a1b2c3d4.lan",
            motd=list,
            version="obrolan-0",
            started_at=self.clock(),
        )
        self.dispatcher = Dispatcher(self.context)

    def client(self, nickname: str, address: str = FAR) -> Connection:
        client = connection("", 0)
        client.address = address
        self.say(client, f"NICK {nickname}", "USER u 0 * :Name")
        assert client.registered
        return client

    def say(self, client: Connection, *lines: str) -> str:
        """What comes of these lines at once (not what comes by way of the log)."""
        out = b""
        for line in lines:
            out += b"".join(part for part in self.dispatcher.receive(client, line.encode()) if isinstance(part, bytes))
        return out.decode()


SERIES = {
    "NICK": (["NICK a1", "NICK a2", "NICK a3"], "NICK a4", 60),
    "JOIN": (["JOIN #x", "PART #x"] * 3, "JOIN #x", 90),
    "AWAY": (["AWAY :x", "AWAY"] * 4, "AWAY :x", 120),
}


@covers("263", "NICK", "JOIN", "AWAY")
@pytest.mark.parametrize("command", SERIES)
def test_who_does_it_too_often_is_told_to_wait_and_may_again_after_a_while(command: str) -> None:
    """Modern, "RPL_TRYAGAIN": "... a server drops a command without processing it further"."""
    server = Server()
    client = server.client("ani")
    lines, one_more, seconds = SERIES[command]
    assert " 263 " not in server.say(client, *lines)
    answer = f" 263 {client.nickname} {command} :Please wait a while and try again.\r\n"
    assert server.say(client, one_more).endswith(answer)
    server.clock.advance(seconds)
    assert " 263 " not in server.say(client, one_more)


def test_each_channel_is_counted_by_itself_and_coming_back_is_always_possible() -> None:
    server = Server()
    client = server.client("ani")
    assert " 263 " not in server.say(client, *[f"JOIN #{number}" for number in range(20)])
    assert server.say(client, *["AWAY :x", "AWAY"] * 6).count(" 263 ") == 2


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_this_computer_may_as_often_as_it_likes(address: str) -> None:
    server = Server()
    client = server.client("ani", address)
    assert " 263 " not in server.say(client, *[f"NICK a{number}" for number in range(20)])


def test_operators_may_and_everybody_where_there_is_no_flood_protection() -> None:
    server, free = Server(), Server(protected=False)
    client = server.client("ani")
    client.person.oper = "guru"
    sent = [f"NICK a{number}" for number in range(20)]
    assert " 263 " not in server.say(client, *sent)
    assert " 263 " not in free.say(free.client("ani"), *sent)


def test_it_counts_people_not_connections_before_their_registration() -> None:
    server = Server()
    stranger = connection("", 0)
    stranger.address, stranger.person.user = FAR, ""
    assert " 263 " not in server.say(stranger, *[f"NICK a{number}" for number in range(20)])
