"""What is too old goes, a little at a time, and only when the clock can be trusted."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chatd.config import History
from chatd.log.database import FILE, open_writer
from chatd.log.epochs import Epochs
from chatd.log.retention import EVERY_S, SLICE, STEADY_S, Retention
from chatd.log.writing import Writer
from tests.chatd.logs import message, owned
from tests.fakes import ManualClock

DAY = 86_400.0


class Room:
    """A database that is written and tidied up by hand; both clocks go together unless one is set."""

    def __init__(self, folder: Path, history: History) -> None:
        self.connection = open_writer(folder / FILE)
        self.writer = Writer(self.connection, Epochs(self.connection))
        self.clock, self.monotonic = ManualClock(1_700_000_000.0), ManualClock()
        self.retention = Retention(history, self.clock, self.monotonic)
        self.slices: list[int] = []

    def pass_(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.monotonic.advance(seconds)

    def say(self, conversation: str, count: int = 1, nonce: str = "") -> None:
        events = [message(conversation) for _ in range(count - bool(nonce))]
        events += [owned("5", nonce, channel=conversation)] if nonce else []
        self.connection.execute("BEGIN")
        self.writer.store(self.connection, events, int(self.clock.seconds * 1000))
        self.connection.execute("COMMIT")
        self.writer.apply("")

    def rest(self) -> float:
        return self.retention.rest(self._run)

    def rest_all(self) -> None:
        while self.rest() == 0.0:
            pass

    def left(self, table: str = "events") -> int:
        return int(self.connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])

    def _run(self, work: Callable[[sqlite3.Connection], int]) -> int:
        self.slices.append(work(self.connection))
        return self.slices[-1]


@pytest.fixture
def open_room(tmp_path: Path) -> Iterator[Callable[..., Room]]:
    made: list[Room] = []

    def make(public_days: int = 0, private_days: int = 0) -> Room:
        made.append(Room(tmp_path, History(public_days=public_days, private_days=private_days)))
        made[-1].pass_(STEADY_S)
        return made[-1]

    yield make
    for room in made:
        room.connection.close()


def test_private_messages_go_after_their_days_and_those_of_rooms_stay(open_room: Callable[..., Room]) -> None:
    room = open_room(private_days=90)
    room.say("@5 6")
    room.say("#x")
    room.pass_(50 * DAY)
    room.say("@5 6")
    room.pass_(40 * DAY - 1)
    room.rest_all()
    assert room.left() == 3
    room.pass_(EVERY_S)
    room.rest_all()
    assert room.connection.execute("SELECT seq FROM events").fetchall() == [(2,), (3,)]
    assert room.left("places") == 2


def test_rooms_have_days_of_their_own(open_room: Callable[..., Room]) -> None:
    room = open_room(public_days=1, private_days=0)
    room.say("@5 6")
    room.say("#x")
    room.pass_(365 * DAY)
    room.rest_all()
    assert room.connection.execute("SELECT seq FROM events").fetchall() == [(1,)]


def test_the_numbers_go_on_above_what_was_deleted(open_room: Callable[..., Room]) -> None:
    room = open_room(public_days=1)
    room.say("#x", 5)
    room.pass_(2 * DAY)
    room.rest_all()
    assert room.left() == 0
    room.writer.load(room.connection)
    room.say("#x")
    assert room.connection.execute("SELECT seq FROM events").fetchall() == [(6,)]


def test_nonces_are_forgotten_after_a_day_and_their_events_stay(open_room: Callable[..., Room]) -> None:
    room = open_room()
    room.say("#x", nonce="n1")
    room.pass_(DAY - 10)
    room.say("#x", nonce="n2")
    room.rest_all()
    assert room.left("nonces") == 2
    room.pass_(EVERY_S)
    room.rest_all()
    assert room.connection.execute("SELECT nonce FROM nonces").fetchall() == [("n2",)]
    assert room.left() == 2


def test_it_is_done_in_slices_and_then_left_alone_for_a_while(open_room: Callable[..., Room]) -> None:
    room = open_room(public_days=1)
    room.say("#x", 2 * SLICE + 1)
    room.pass_(2 * DAY)
    assert [room.rest(), room.rest(), room.rest()] == [0.0, 0.0, EVERY_S]
    assert room.slices == [SLICE, SLICE, 1]
    room.pass_(EVERY_S / 4)
    assert room.rest() == pytest.approx(EVERY_S * 3 / 4)
    assert len(room.slices) == 3


@pytest.mark.parametrize("jump", [200 * DAY, 3600.0, -DAY])
def test_a_clock_that_jumps_costs_nobody_anything(open_room: Callable[..., Room], jump: float) -> None:
    room = open_room(public_days=100)
    room.say("#x")
    room.pass_(100 * DAY)
    room.clock.advance(jump)
    room.rest_all()
    assert room.slices == []
    room.pass_(EVERY_S)
    room.clock.advance(-jump)
    room.rest_all()
    assert room.slices == []
    room.pass_(STEADY_S)
    room.rest_all()
    assert room.left() == 0, "it was old all the same"
    assert room.slices


def test_nothing_is_deleted_in_the_first_hour(tmp_path: Path) -> None:
    room = Room(tmp_path, History(public_days=1))
    room.say("#x")
    room.clock.advance(2 * DAY)
    for _ in range(int(STEADY_S / EVERY_S)):
        room.rest_all()
        room.pass_(EVERY_S)
    assert room.slices == []
    room.connection.close()
