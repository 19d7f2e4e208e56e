"""What only the durable log promises: everything is there after a restart, under its own number, id and time."""

from __future__ import annotations

import sqlite3
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from chatd.config import History
from chatd.events import Audience, Event, Outcome
from chatd.log import DropAccount, LogError, Query, SaveAccount, Selector, SetFact, SetMarker, StoredAccount, Write
from chatd.log.database import FILE, open_reader
from chatd.log.memory import MemoryLog
from chatd.log.reading import READ
from chatd.log.schema import add_epoch
from chatd.log.sqlite import SqliteLog
from tests.chatd.logs import WAIT_S, Follower, Running, edit, message, owned, redaction
from tests.fakes import ManualClock


class Server:
    """A log in one folder that can be stopped and started again; its clocks go on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = ManualClock(1_700_000_000.0)
        self.monotonic = ManualClock()
        self.fatal: list[str] = []
        self._running: Running | None = None

    def start(self, history: History | None = None) -> Running:
        """Start anew, ending the one before."""
        self.stop()

        def make(clock: ManualClock, _folder: Path) -> SqliteLog:
            return SqliteLog(self.folder, history or History(), clock, self.monotonic, self.fatal.append)

        self._running = Running(make, self.folder, self.clock)
        return self._running

    def stop(self) -> None:
        if self._running is not None:
            assert self._running.log.stop(WAIT_S)
            self._running = None

    def query(self, question: str, *values: int | str) -> list[tuple[object, ...]]:
        with closing(open_reader(self.folder / FILE)) as connection:
            return connection.execute(question, values).fetchall()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path)
    yield made
    made.stop()
    assert made.fatal == []


def account(number: int, name: str = "Siti", seen: float = 5.5) -> StoredAccount:
    return StoredAccount(number, name, 1.25, seen, True, b"salt", 4096, b"stored\0", b"server", "a@b.c")


def beside(*writes: Write) -> Event:
    event = Event(Audience.ORIGIN, "REGISTER", "", None, stored=False)
    event.writes = writes
    return event


# --- restarts ----------------------------------------------------------------------------------


def test_what_was_said_is_there_after_a_restart_under_its_own_id_and_time(server: Server) -> None:
    running = server.start()
    first = owned("5", text="hello")
    first.client_tags, first.extra = "+a=b", '{"x": 1}'
    running.send(first, message("#y"))
    before = running.log.read("#x", Selector(), 9)
    boot = running.log.boot
    server.clock.advance(100)
    running = server.start()
    assert running.log.read("#x", Selector(), 9) == before
    assert (before[0].sender, before[0].client_tags, before[0].extra) == ("5", "+a=b", '{"x": 1}')
    assert running.log.boot == boot, "nothing was lost, so clients need not be told"
    assert running.log.find(first.id) == before[0]


def test_numbers_go_on_where_they_stopped_even_if_the_last_event_stands_nowhere(server: Server) -> None:
    server.start().send(message(), Event(Audience.PEERS, "NICK", ":a!~u@h NICK b", None))
    assert server.start().send(message())[0].seq == 3


@pytest.mark.parametrize("jump", [-3600.0, -86400.0])
def test_time_does_not_go_back_over_a_restart(server: Server, jump: float) -> None:
    (before,) = server.start().send(message())
    server.clock.advance(jump)
    running = server.start()
    (passing, after) = running.send(message(stored=False), message())
    assert before.time <= passing.time <= after.time
    server.clock.advance(-jump + 1)
    assert running.send(message())[0].time == "2023-11-14T22:13:21.000Z"


def test_a_removal_and_an_edit_are_there_after_a_restart(server: Server) -> None:
    running = server.start()
    gone, changed = running.send(message(text="secret"), message(text="helo"))
    running.send(redaction(gone), edit(changed, "hello"))
    found = server.start().log.read("#x", Selector(edits=False, verbs=("PRIVMSG",)), 9)
    assert [(record.line, record.edit and record.edit.line) for record in found] == [
        (":a!~u@h PRIVMSG #x :helo", ":a!~u@h PRIVMSG #x :hello")
    ]


def test_a_resend_is_recognised_after_a_restart_and_forgotten_after_a_day(server: Server) -> None:
    (first,) = server.start().send(owned("5", "n1", "hello"))
    again = owned("5", "n1", "hello")
    server.start().send(again)
    assert (again.outcome, again.id) == (Outcome.REPEATED, first.id)
    assert server.query("SELECT COUNT(*) FROM events") == [(1,)]


# --- order of things ---------------------------------------------------------------------------


def test_nobody_is_told_of_an_event_that_is_not_committed(server: Server) -> None:
    running = server.start()
    seen: list[bool] = []

    def follower(batch: Sequence[Event]) -> None:
        seen.extend(running.log.find(event.id) is not None for event in batch)

    running.log.follow(follower)
    running.send(*[message(text=str(number)) for number in range(600)])
    running.send(message(stored=False))  # a follower that was told of the first 600
    assert seen[:600] == [True] * 600


def test_the_settings_that_make_a_commit_last_are_on(server: Server) -> None:
    running = server.start()
    running.send(message())
    assert isinstance(running.log, SqliteLog)
    writer = running.log._storage.connection
    asked = ("journal_mode", "synchronous", "foreign_keys", "mmap_size", "secure_delete", "wal_autocheckpoint")
    assert [writer.execute(f"PRAGMA {name}").fetchone()[0] for name in asked] == ["wal", 2, 1, 0, 1, 0]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_its_owner_may_read_the_history(server: Server) -> None:
    server.start().send(message())
    for path in server.folder.glob("history.db*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


# --- removals ----------------------------------------------------------------------------------


def test_the_text_of_a_removed_message_is_in_no_file_any_more(server: Server) -> None:
    running = server.start()
    (gone,) = running.send(message(text="xyzzy-secret"))
    (edited,) = running.send(edit(gone, "plugh-secret"))
    assert edited.edits
    running.send(*[message(text=f"other {number}") for number in range(100)])
    running.send(redaction(gone))
    server.stop()
    for path in server.folder.glob("history.db*"):
        data = path.read_bytes()
        assert b"xyzzy" not in data, path
        assert b"plugh" not in data, path


def test_the_write_ahead_log_forgets_a_removed_text_while_the_server_runs(server: Server) -> None:
    running = server.start()
    (gone,) = running.send(message(text="xyzzy-secret"))
    running.send(redaction(gone))
    for number in range(100):  # it tidies up when it rests, which is between two of these at the latest
        if not any(b"xyzzy" in path.read_bytes() for path in server.folder.glob("history.db*")):
            break
        running.send(message(text=str(number)))
    else:
        pytest.fail("the text is still there")


def test_who_reads_for_long_holds_nobody_up_and_the_removal_is_finished_later(server: Server) -> None:
    running = server.start()
    (gone,) = running.send(message(text="xyzzy-secret"))
    assert isinstance(running.log, SqliteLog)
    asked: list[str] = []
    running.log._storage.connection.set_trace_callback(asked.append)
    with closing(open_reader(server.folder / FILE)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT COUNT(*) FROM events").fetchone() == (1,)
        running.send(redaction(gone))
        for number in range(100):
            if "PRAGMA wal_checkpoint(TRUNCATE)" in asked:
                break
            running.send(message(text=str(number)))
        place = asked.index("PRAGMA wal_checkpoint(TRUNCATE)")
        assert asked[place - 1] == "PRAGMA busy_timeout = 0", "it waits for whoever reads"
        assert b"xyzzy" in (server.folder / f"{FILE}-wal").read_bytes()
    for number in range(100):
        if b"xyzzy" not in (server.folder / f"{FILE}-wal").read_bytes():
            return
        running.send(message(text=str(number)))
    pytest.fail("the text is still there")


# --- beside the events -------------------------------------------------------------------------


def test_accounts_and_read_marks_are_as_they_were(server: Server) -> None:
    running = server.start()
    assert running.log.kept.accounts == []
    assert running.log.kept.next_account == 1
    running.send(beside(SaveAccount(account(1)), SaveAccount(account(2, "Budi"))), beside(SetMarker("1", "#x", "t1")))
    running.send(beside(SetMarker("1", "#x", "t2"), SetMarker("2", "#x", "t1"), SaveAccount(account(1, seen=9.0))))
    kept = server.start().log.kept
    assert kept.accounts == [account(1, seen=9.0), account(2, "Budi")]
    assert kept.markers == {"1": {"#x": "t2"}, "2": {"#x": "t1"}}
    assert kept.next_account == 3


def test_a_dropped_account_takes_its_marks_along_and_its_number_is_not_used_again(server: Server) -> None:
    server.start().send(beside(SaveAccount(account(1)), SetMarker("1", "#x", "t1")), beside(DropAccount(1)))
    kept = server.start().log.kept
    assert (kept.accounts, kept.markers, kept.next_account) == ([], {}, 2)


def test_other_facts_are_as_they_were_and_an_empty_one_is_forgotten(server: Server) -> None:
    server.start().send(
        beside(SetFact("channel", "#a", "1"), SetFact("channel", "#b", "2"), SetFact("metadata", "#a", "3")),
        beside(SetFact("channel", "#a", "4"), SetFact("channel", "#b", "")),
    )
    assert server.start().log.kept.facts == {"channel": {"#a": "4"}, "metadata": {"#a": "3"}}


def test_a_memory_log_keeps_accounts_in_the_same_database_and_nothing_of_what_is_said(server: Server) -> None:
    log = MemoryLog(server.clock, server.monotonic, server.folder)
    log.start()
    follower = Follower()
    log.follow(follower)
    for event in (message(), beside(SaveAccount(account(1)))):
        log.append(event)
    log.wake()
    follower.wait(2)
    assert log.stop(WAIT_S)
    running = server.start()
    assert running.log.kept.accounts == [account(1)]
    assert running.log.read("#x", Selector(), 9) == []


# --- epochs ------------------------------------------------------------------------------------


def test_after_a_restore_ids_are_unlike_all_that_were_ever_given_out(server: Server) -> None:
    running = server.start()
    (kept,) = running.send(message(text="kept"))
    with closing(sqlite3.connect(server.folder / FILE)) as connection:
        connection.execute("VACUUM INTO ?", (str(server.folder / "backup"),))
    (lost,) = running.send(message(text="after the backup"))
    old = running.log.boot
    server.stop()
    for path in server.folder.glob("history.db*"):
        path.unlink()
    (server.folder / "backup").rename(server.folder / FILE)
    with closing(sqlite3.connect(server.folder / FILE)) as connection:
        add_epoch(connection)
        connection.commit()
    running = server.start()
    (new,) = running.send(message(text="new"))
    assert running.log.boot != old
    assert new.seq == lost.seq
    assert new.id != lost.id
    assert running.log.find(lost.id) is None
    assert running.log.position(lost.id, "#x") is None
    assert [record.id for record in running.log.read("#x", Selector(), 9)] == [kept.id, new.id]


# --- readers -----------------------------------------------------------------------------------


def test_a_reader_that_fails_says_so_and_changes_nothing(server: Server) -> None:
    running = server.start()
    running.send(message())
    assert isinstance(running.log, SqliteLog)
    running.log.reader._connection().close()
    with pytest.raises(LogError):
        running.log.read("#x", Selector(), 1)


def test_reading_a_page_looks_at_no_more_than_the_page(server: Server) -> None:
    server.start().send(message())
    for question in READ.values():
        plan = server.query(f"EXPLAIN QUERY PLAN {question}", 1, 0, 9, 50, "")
        steps = [str(step[-1]) for step in plan]
        assert any(step.startswith("SEARCH p USING") for step in steps), steps
        assert not any("SCAN" in step or "TEMP B-TREE" in step for step in steps), steps


def test_without_an_index_a_search_says_that_it_cannot(server: Server) -> None:
    log = SqliteLog(server.folder, History(), server.clock, server.monotonic, pytest.fail)
    with pytest.raises(LogError):
        log.search(Query("x", ["#x"]))
    assert log.stop(WAIT_S)
