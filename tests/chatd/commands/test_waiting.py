"""`chatd/commands/waiting.py`: private messages that waited. No thread, no disk."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatd.accounts import Accounts
from chatd.commands import Dispatcher
from chatd.commands.call import Context
from chatd.config import Config, History, Lobby
from chatd.connection import Connection, Deferred
from chatd.events import Event
from chatd.log import Kept, SetMarker, StoredAccount
from chatd.log.memory import MemoryLog
from chatd.log.times import timestamp
from chatd.marks import LEFT, ReadMarks
from protocol import parse
from tests.chatd.connections import connection
from tests.fakes import ManualClock

LINES = 3
ANI = StoredAccount(5, "ani", 0, 0, quiet=False, salt=b"", iterations=1, stored_key=b"", server_key=b"")


class World:
    """An account `ani` that comes and goes, and two guests who write to it; a second passes before each step."""

    def __init__(self, marks: ReadMarks | None = None) -> None:
        self.clock = ManualClock(1_700_000_000.0)
        self.log = MemoryLog(self.clock)
        self.context = Context(
            config=Config(lobby=Lobby(autojoin=False), history=History(replay_lines=LINES)),
            log=self.log,
            now=self.clock,
            monotonic=self.clock,
            host_of=lambda _address: "h.lan",
            motd=list,
            version="obrolan-0",
            started_at=0.0,
            accounts=Accounts(Kept([ANI], 6)),
            marks=marks or ReadMarks(),
        )
        self.dispatcher = Dispatcher(self.context)
        self.others = [self._enter(connection(), f"tamu{number}") for number in range(2)]

    def _enter(self, client: Connection, nickname: str) -> Connection:
        self.tell(client, f"NICK {nickname}")
        assert client.registered
        return client

    def tell(self, who: Connection, *lines: str, readable: bool = True) -> list[str]:
        """Have these handled; the answers."""
        self.clock.advance(1)
        who.last_received = self.clock()
        return [line for each in lines for line in self._handled(who, each, readable=readable)]

    def _handled(self, who: Connection, line: str, *, readable: bool) -> Iterator[str]:
        parts = list(self.dispatcher.receive(who, line.encode()))
        while parts:
            part = parts.pop(0)
            if isinstance(part, Deferred):
                self.take_up()
                parts += part.work()() if readable else part.busy()
            elif isinstance(part, bytes):
                yield from part.decode().splitlines()
            elif not isinstance(part, Event):
                yield from part
        self.take_up()

    def take_up(self) -> list[Event]:
        batch = list(self.log._queue)
        self.log._queue.clear()
        self.log._take(batch)
        return batch

    def come(self, *, readable: bool = True) -> tuple[Connection, list[str]]:
        """Log in; the texts that are shown."""
        client = connection()
        self.context.state.login_locked(client.person, "ani", "5")
        lines = self.tell(client, "NICK ani", readable=readable)
        said = [parse(line) for line in lines]
        return client, [re.sub(r"^\[.*?\] ", "", line.params[1]) for line in said if line.command == "PRIVMSG"]

    def leave(self, client: Connection) -> list[Event]:
        """The connection ends."""
        self.clock.advance(1)
        client.closing = True
        self.dispatcher.gone(client, "gone")
        return self.take_up()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(["say 0", "say 1", "say 0", "own 0", "own 1", "come", "come unread", "leave"])))
def test_what_was_said_by_others_since_it_left_is_shown_in_order(steps: list[str]) -> None:
    world, here, shown = World(), None, True
    waits: list[str] = []
    for number, step in enumerate([*steps, "leave", "come"]):
        match step.split(), here:
            case ["say", who], _:
                world.tell(world.others[int(who)], f"PRIVMSG ani :{number}")
                waits.append(str(number))
            case ["own", who], Connection():
                world.tell(here, f"PRIVMSG tamu{who} :{number}")
            case ["come"], None:
                here, texts = world.come()
                assert texts == waits[-LINES:]
                shown = True
            case ["come", "unread"], None:
                here, texts = world.come(readable=False)
                assert texts == []
                shown = False
            case ["leave"], Connection():
                world.tell(here, "PING x")
                world.leave(here)
                here = None
                if shown:
                    waits.clear()


def test_what_was_said_in_the_same_turn_of_the_log_before_the_login_is_shown_too() -> None:
    world = World()
    client, _ = world.come()
    world.leave(client)
    world.dispatcher.receive(world.others[0], b"PRIVMSG ani :in the queue still")
    assert world.come()[1] == ["in the queue still"]


def test_what_comes_behind_the_login_is_seen_live_and_not_replayed() -> None:
    world = World()
    client = connection()
    world.context.state.login_locked(client.person, "ani", "5")
    parts = world.dispatcher.receive(client, b"NICK ani")
    world.take_up()
    world.tell(world.others[0], "PRIVMSG ani :live")
    assert isinstance(parts[-1], Deferred)
    assert list(parts[-1].work()()) == []


def test_what_was_sent_to_a_session_after_it_was_last_heard_is_shown_again() -> None:
    world = World()
    client, _ = world.come()
    world.tell(world.others[0], "PRIVMSG ani :heard")
    world.tell(client, "PING x")
    world.tell(world.others[0], "PRIVMSG ani :into the void")
    world.leave(client)  # a ping timeout
    assert world.come()[1] == ["into the void"]


def test_the_note_is_kept_for_the_next_start() -> None:
    world = World()
    client, _ = world.come()
    heard = timestamp(client.last_received)
    writes = [write for event in world.leave(client) for write in event.writes]
    assert writes == [SetMarker("5", LEFT, heard)]
    again = World(ReadMarks({"5": {LEFT: timestamp(world.clock() + 5)}}))
    again.tell(again.others[0], "PRIVMSG ani :before")
    again.clock.advance(60)
    again.tell(again.others[0], "PRIVMSG ani :after")
    assert again.come()[1] == ["after"]


@pytest.mark.parametrize("before", ["PING x", "NICK ani2"])
def test_no_note_is_made_while_the_account_is_here_by_another_session_or_nickname(before: str) -> None:
    world = World()
    one, _ = world.come()
    world.tell(one, before)
    two, _ = world.come()
    assert not any(event.writes for event in world.leave(two))
    assert any(event.writes for event in world.leave(one))


def test_a_guest_leaves_no_note() -> None:
    world = World()
    assert not any(event.writes for event in world.leave(world.others[0]))
