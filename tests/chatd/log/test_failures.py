"""A disk that is full (F3), fails (F4) or cannot flush: nothing is echoed that is not kept, reading goes on.

`EVERY_CALL=1` runs F4 for many more places at which the one error strikes.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from chatd.config import History
from chatd.events import Audience, Event, Outcome
from chatd.log import SaveAccount, Selector, SetMarker
from chatd.log.database import FILE, open_reader
from chatd.log.memory import MemoryLog
from chatd.log.sqlite import SqliteLog
from tests.chatd.log.test_sqlite import account, beside
from tests.chatd.logs import WAIT_S, Running, edit, message, owned, redaction
from tests.fakes import ManualClock

CALLS = 200 if os.environ.get("EVERY_CALL") else 100


class Faulty(sqlite3.Connection):
    """A connection whose n-th call from now on fails once (`fail_in`), or every one (`broken`)."""

    fail_in = 0
    broken = ""
    only: str | tuple[str, ...] = ""
    """Fail statements that begin so alone."""

    def _maybe_fail(self, statement: str) -> None:
        if self.only and not statement.startswith(self.only):
            return
        if self.broken:
            raise failure(self.broken)
        if self.fail_in:
            self.fail_in -= 1
            if not self.fail_in:
                raise failure("SQLITE_IOERR_WRITE")

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        self._maybe_fail(statement)
        return super().execute(statement, *values)

    def executemany(self, statement: str, *values: Any) -> sqlite3.Cursor:
        self._maybe_fail(statement)
        return super().executemany(statement, *values)


def failure(name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = name
    error.sqlite_errorcode = int(getattr(sqlite3, name))
    return error


class Bench:
    """A durable log whose writing connection can be told to fail."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.monotonic = ManualClock()
        self.fatal: list[str] = []
        self.writers: list[Faulty] = []
        self.running = Running(lambda clock, _folder: self._make(clock), folder)
        self.log = self.running.log
        self.clock = self.running.clock
        self.writer = self.writers[-1]

    def _make(self, clock: ManualClock) -> SqliteLog:
        def connect(path: Path) -> sqlite3.Connection:
            made = sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Faulty)
            self.writers.append(made)
            return made

        return SqliteLog(self.folder, History(), clock, self.monotonic, self.fatal.append, connect)

    def query(self, question: str) -> list[tuple[Any, ...]]:
        with closing(open_reader(self.folder / FILE)) as connection:
            return connection.execute(question).fetchall()

    def check(self, events: list[Event]) -> None:
        """What was done is there exactly once, under its own number; what failed is not."""
        done = [event for event in events if event.outcome is Outcome.DONE and event.seq]
        failed = [event for event in events if event.outcome is Outcome.FAILED]
        numbers = [event.seq for event in done]
        assert len(set(numbers)) == len(numbers)
        assert numbers == sorted(numbers)
        stored = {seq for (seq,) in self.query("SELECT seq FROM events")}
        assert stored == set(numbers)
        lines = [line for (line,) in self.query("SELECT line FROM events WHERE gone = 0")]
        assert not [event for event in failed if event.verb == "PRIVMSG" and event.line in lines]
        assert not [event for event in failed if event.seq or event.id]
        assert self.query("PRAGMA integrity_check") == [("ok",)]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.writer.broken, made.writer.fail_in = "", 0
    assert made.log.stop(WAIT_S)


def join(number: int) -> Event:
    return Event(Audience.CHANNEL, "JOIN", f":u{number}!~u@h JOIN #x", None, "#x")


def test_while_the_disk_takes_nothing_who_writes_is_refused_and_who_comes_and_goes_is_still_seen(bench: Bench) -> None:
    bench.running.send(message(text="before"))
    bench.writer.broken = "SQLITE_FULL"
    said, came, passing, made = bench.running.send(
        message(text="lost"), join(1), message(stored=False), beside(SaveAccount(account(1)))
    )
    assert [event.outcome for event in (said, came, passing, made)] == [
        Outcome.FAILED,
        Outcome.DONE,
        Outcome.DONE,
        Outcome.FAILED,
    ]
    assert [(event.seq, event.id) for event in (said, came, passing)] == [(0, "")] * 3
    assert all(event.time for event in (said, came, passing))
    assert [record.line for record in bench.log.read("#x", Selector(), 9)] == [":a!~u@h PRIVMSG #x :before"]


def test_it_is_tried_again_once_a_second_and_what_was_not_kept_is_noted(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.running.send(message())
    bench.writer.broken = "SQLITE_FULL"
    with caplog.at_level(logging.WARNING, "obrolan.log"):
        bench.running.send(message(), message())
        bench.writer.broken = ""
        (still,) = bench.running.send(message(text="too early"))
        assert still.outcome is Outcome.FAILED
        assert bench.log.trouble() == "the disk is full"
        bench.clock.advance(2)
        bench.monotonic.advance(2)
        (kept,) = bench.running.send(message(text="kept"))
    assert (kept.outcome, kept.seq) == (Outcome.DONE, 2)
    assert bench.log.trouble() == ""
    assert bench.query("SELECT lost, ended - began FROM gaps") == [(3, 2000)]
    assert [record.getMessage() for record in caplog.records] == [
        "nothing can be kept: the disk is full; who writes is told so, reading goes on, it is tried again",
        "what is said can be kept again; 3 events in between were not",
    ]


def test_an_error_of_a_transaction_leaves_nothing_of_it_behind(bench: Bench) -> None:
    bench.writer.only, bench.writer.broken = "COMMIT", "SQLITE_IOERR_WRITE"
    (lost,) = bench.running.send(owned("5", "n1", "lost", channel="#new"))
    bench.writer.broken = ""
    bench.monotonic.advance(2)
    (kept,) = bench.running.send(owned("5", "n1", "kept", channel="#new"))
    assert (lost.outcome, kept.outcome, kept.seq) == (Outcome.FAILED, Outcome.DONE, 1)
    assert [record.line for record in bench.log.read("#new", Selector(), 9)] == [":a!~u@h PRIVMSG #new :kept"]


def test_a_transaction_that_could_not_even_be_undone_is_undone_before_the_next(bench: Bench) -> None:
    bench.writer.only, bench.writer.broken = ("COMMIT", "ROLLBACK"), "SQLITE_IOERR_WRITE"
    (lost,) = bench.running.send(message(text="lost"))
    assert bench.writer.in_transaction
    bench.writer.broken = ""
    bench.monotonic.advance(2)
    (kept,) = bench.running.send(message(text="kept"))
    bench.check([lost, kept])
    assert (lost.outcome, kept.outcome, kept.seq) == (Outcome.FAILED, Outcome.DONE, 1)


def test_a_transaction_that_failed_is_undone_at_once(bench: Bench) -> None:
    bench.writer.only, bench.writer.broken = "COMMIT", "SQLITE_FULL"
    bench.running.send(message(text="lost"))
    assert not bench.writer.in_transaction, "its lock would keep others out, its pages the disk full"


def test_a_commit_that_went_through_although_it_said_no_takes_no_number_twice(bench: Bench) -> None:
    class Liar(Faulty):
        def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
            done = super().execute(statement, *values)
            if statement == "COMMIT" and self.broken == "":
                self.broken = "no more"
                raise failure("SQLITE_IOERR_WRITE")
            return done

        def _maybe_fail(self, statement: str) -> None:
            pass

    bench.writer.__class__ = Liar
    (unknown,) = bench.running.send(owned("5", "n1", "hello"))
    assert unknown.outcome is Outcome.FAILED
    bench.monotonic.advance(2)
    again, other = bench.running.send(owned("5", "n1", "hello"), message())
    assert (again.outcome, again.seq) == (Outcome.REPEATED, 1), "the resend finds what nobody was told of"
    assert other.seq == 2


@pytest.mark.parametrize("error", ["SQLITE_IOERR_FSYNC", "SQLITE_IOERR_DIR_FSYNC"])
def test_a_flush_that_fails_is_the_end(bench: Bench, error: str) -> None:
    bench.running.send(message())
    bench.writer.only, bench.writer.broken = "COMMIT", error
    said, came = bench.running.send(message(), join(1))
    bench.writer.broken = ""
    bench.monotonic.advance(10)
    (later,) = bench.running.send(message())
    assert [event.outcome for event in (said, came, later)] == [Outcome.FAILED, Outcome.DONE, Outcome.FAILED]
    assert len(bench.fatal) == 1
    assert "could not flush" in bench.fatal[0]
    assert bench.query("SELECT COUNT(*) FROM events") == [(1,)]


def test_a_flush_that_fails_behind_the_backs_of_all_is_the_end_too(bench: Bench) -> None:
    bench.writer.only, bench.writer.broken = "PRAGMA wal_checkpoint", "SQLITE_IOERR_FSYNC"
    for number in range(400):
        bench.running.send(message(text=str(number)))
        if bench.fatal:
            break
    assert len(bench.fatal) == 1


def test_a_damaged_database_is_the_end_with_advice(bench: Bench) -> None:
    bench.writer.broken = "SQLITE_CORRUPT"
    (said,) = bench.running.send(message())
    assert said.outcome is Outcome.FAILED
    assert "python3 server.py restore FILE" in bench.fatal[0]
    assert bench.log.trouble() == "disk I/O error"


def test_a_memory_log_says_that_an_account_could_not_be_kept(tmp_path: Path) -> None:
    log = MemoryLog(ManualClock(), ManualClock(), tmp_path)
    running = Running(lambda _clock, _folder: log, tmp_path)
    assert log._storage is not None
    log._storage.connection.execute("PRAGMA max_page_count = 1").fetchall()
    many = beside(*[SetMarker(str(number), "#x", "t" * 500) for number in range(1000)])
    said, made = running.send(message(), many)
    assert (said.outcome, made.outcome) == (Outcome.DONE, Outcome.FAILED)
    assert log.trouble() == "the disk is full"
    assert log.stop(WAIT_S)


# --- F3: full, as SQLite itself says it --------------------------------------------------------


def test_a_full_database_refuses_writers_serves_readers_and_recovers_by_itself(bench: Bench) -> None:
    pages = bench.writer.execute("PRAGMA page_count").fetchone()[0]
    bench.writer.execute(f"PRAGMA max_page_count = {pages + 10}").fetchall()
    events: list[Event] = []
    for number in range(200):
        events += bench.running.send(message(text=f"{number} " + "x" * 400), join(number))
        bench.monotonic.advance(2)
    failed = [event for event in events if event.outcome is Outcome.FAILED]
    assert failed
    assert bench.log.read("#x", Selector(), 1)
    bench.writer.execute("PRAGMA max_page_count = 1073741823").fetchall()
    events += bench.running.send(message(text="there is room again"))
    assert events[-1].outcome is Outcome.DONE
    bench.check(events)
    assert bench.query("SELECT SUM(lost) >= ? FROM gaps".replace("?", str(len(failed)))) == [(1,)]


# --- F4: an error at the n-th call -------------------------------------------------------------


def traffic(bench: Bench) -> list[Event]:
    """Every kind of event, in batches of several kinds, a second apart."""
    sent: list[Event] = []
    for number in range(8):
        batch = [owned("5", f"n{number}", f"hello {number}"), join(number), message("@5 6", f"private {number}")]
        batch += [message(f"#new{number}", "a room"), beside(SetMarker("5", "#x", f"t{number}"))]
        sent += bench.running.send(*batch)
        bench.monotonic.advance(2)
        kept = [event for event in sent if event.seq and event.verb == "PRIVMSG" and event.channel == "#x"]
        if kept:
            sent += bench.running.send(edit(kept[-1], f"changed {number}"), message(text=f"after {number}"))
            bench.monotonic.advance(2)
            sent += bench.running.send(redaction(kept[0]))
            bench.monotonic.advance(2)
    return sent


@pytest.mark.parametrize("first", range(1, CALLS + 1, 10))
def test_one_error_at_any_call_loses_nothing_that_was_acknowledged(tmp_path: Path, first: int) -> None:
    struck = 0
    for number in range(first, first + 10):
        folder = tmp_path / str(number)
        folder.mkdir()
        bench = Bench(folder)
        bench.writer.fail_in = number
        sent = traffic(bench)
        struck += bench.writer.fail_in == 0
        bench.writer.fail_in = 0
        assert bench.log.stop(WAIT_S)
        assert bench.fatal == []
        bench.check([event for event in sent if event.stored])
        again = Bench(folder)
        for event in sent:
            if event.seq and event.outcome is Outcome.DONE:
                assert again.log.position(event.id, event.channel) == event.seq
        assert again.running.send(message())[0].seq == 1 + max(event.seq for event in sent)
        assert again.log.stop(WAIT_S)
    assert struck == 10, "the traffic is too short for these calls"
