"""How often people may do what everybody is told of (docs/protocol.md, "Pace"), by a clock of the test's own."""

from __future__ import annotations

import dataclasses
from collections import deque

import pytest

from chatd import capabilities
from chatd.commands import Dispatcher
from chatd.commands.call import Context
from chatd.config import Config, Limits
from chatd.connection import Connection
from chatd.log import StoredAccount
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

    def talk(self, client: Connection, line: str) -> str:
        """The same by the short way where that goes, as the engine does it."""
        waiting = deque([line.encode()])
        return "" if self.dispatcher.take(client, waiting, 1) else self.say(client, line)


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


# --- what those who are new here may say


def people(server: Server, count: int) -> list[Connection]:
    return [server.client(f"p{number}") for number in range(count)]


def account(server: Server, client: Connection, *, days: float) -> None:
    """Log somebody in to an account that is so old."""
    number = server.context.accounts.next_number()
    made = server.clock() - days * 86_400
    server.context.accounts.add(StoredAccount(number, client.nickname, made, made, False, b"", 1, b"", b""))
    with server.context.state.lock:
        server.context.state.login_locked(client.person, client.nickname, str(number))


@covers("531")
@pytest.mark.parametrize(("days", "most"), [(None, 10), (0.5, 10), (2, 20)])
def test_who_is_new_here_may_write_to_ten_new_people_and_then_to_one_in_a_while(days: float | None, most: int) -> None:
    server = Server()
    ani, others = server.client("ani"), people(server, 20)
    if days is not None:
        account(server, ani, days=days)
    answers = [server.talk(ani, f"PRIVMSG {other.nickname} :halo") for other in others]
    refused = ":obrolan.local 531 ani {} :You have written to many new people; wait a minute and try again\r\n"
    expected = ["" if number < most else refused.format(other.nickname) for number, other in enumerate(others)]
    assert answers == expected
    assert server.talk(ani, "PRIVMSG p0 :lagi") == "", "who is known already may be written to"
    server.clock.advance(150)
    assert server.talk(ani, "PRIVMSG p19 :halo") == ""


def test_who_was_written_to_may_answer_however_many_there_are() -> None:
    server = Server()
    helper, others = server.client("bantuan"), people(server, 25)
    for other in others:
        assert server.talk(other, "PRIVMSG bantuan :tolong") == ""
    assert "".join(server.talk(helper, f"PRIVMSG {other.nickname} :ya") for other in others) == ""


@pytest.mark.parametrize("verb", ["PRIVMSG {} :halo", "@+typing=active TAGMSG {}"])
def test_one_person_gets_thirty_messages_in_five_seconds_from_all_who_are_new_together(verb: str) -> None:
    server = Server()
    server.client("korban")
    crowd = people(server, 8)
    old = server.client("lama")
    account(server, old, days=2)
    for client in crowd:
        client.set_caps(capabilities.MESSAGE_TAGS)
    answers = [server.talk(crowd[number % 8], verb.format("korban")) for number in range(40)]
    assert answers[:30] == [""] * 30
    assert all("531" in answer and "Many are writing to this person at once" in answer for answer in answers[30:])
    assert server.talk(old, "PRIVMSG korban :penting") == ""
    server.clock.advance(5)
    assert server.talk(crowd[0], verb.format("korban")) == ""


@pytest.mark.parametrize(("members", "most"), [(8, 45), (60, 60)])
@pytest.mark.parametrize("target", ["#x", "@#x"])
def test_a_channel_gets_so_many_as_it_has_members_or_45(members: int, most: int, target: str) -> None:
    server = Server()
    crowd = people(server, members)
    for client in crowd:
        server.say(client, "JOIN #x")
    answers = [server.talk(crowd[number % members], f"PRIVMSG {target} :halo") for number in range(most + 9)]
    assert answers[:most] == [""] * most
    assert all("many are writing at once, wait a moment" in answer for answer in answers[most:])
    server.clock.advance(5)
    assert server.talk(crowd[0], f"PRIVMSG {target} :halo") == ""


def test_lines_that_go_the_short_way_together_are_counted_one_by_one() -> None:
    server = Server()
    ani = server.client("ani")
    server.say(ani, "JOIN #x")
    waiting = deque([b"PRIVMSG #x :halo"] * 60)
    assert len(server.dispatcher.take(ani, waiting, 60)) == 45
    assert " 404 ani #x " in server.talk(ani, "PRIVMSG #x :halo")


def test_this_computer_operators_and_servers_without_flood_protection_know_no_crowds() -> None:
    server, free = Server(), Server(protected=False)
    operator = server.client("guru")
    operator.person.oper = "guru"
    for home, client in ((server, server.client("ani", "127.0.0.1")), (server, operator), (free, free.client("ani"))):
        home.say(client, "JOIN #x")
        others = [home.client(f"{client.nickname}{number}") for number in range(15)]
        assert "".join(home.talk(client, f"PRIVMSG {other.nickname} :halo") for other in others) == ""
        assert "".join(home.talk(client, "PRIVMSG #x :halo") for _ in range(60)) == ""
