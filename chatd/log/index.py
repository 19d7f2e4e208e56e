"""The file `search.db`: SQLite's full-text index over what was said, made from history.db and rebuildable from it.

It follows the history by number, so taking in is repeatable: of each event that says something or is about something
said, the present state is looked up and written. Every connection belongs to the thread that opened it; only the
thread `search` writes.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import protocol
from chatd.log import LogError
from chatd.log.schema import SAID
from chatd.log.spoken import nickname_of, text_of
from chatd.log.words import marks

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "search.db"
VERSION = 1
"""Another one is thrown away and made anew."""
ROUND_EVENTS = 2_000
"""How many events one transaction takes in."""

TABLES = (
    "CREATE TABLE state(key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID",
    """CREATE VIRTUAL TABLE messages USING fts5(
        text, marks, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3', columnsize = 0
    )""",
    f"PRAGMA user_version = {VERSION}",
)
CHANGED = """
    SELECT seq, CASE WHEN about = 0 THEN seq ELSE about END FROM events
    WHERE seq > ? AND (verb IN (?, ?) OR verb IN ('REDACT', 'UNREDACT')) ORDER BY seq LIMIT ?
"""
PRESENT = """
    SELECT original.seq, original.line, COALESCE(latest.line, original.line), COALESCE(latest.extra, original.extra),
        (SELECT json_group_array(conversation) FROM places WHERE places.seq = original.seq)
    FROM json_each(?) JOIN events AS original ON original.seq = value
    LEFT JOIN events AS latest ON latest.seq = original.edit
    WHERE original.gone = 0 AND original.about = 0 AND original.verb IN (?, ?)
"""


class StaleIndexError(Exception):
    """The index is of another version or of another history."""


def has_fts5() -> bool:
    """Whether this Python's SQLite can index text."""
    with closing(sqlite3.connect(":memory:")) as connection:
        return ("ENABLE_FTS5",) in connection.execute("PRAGMA compile_options").fetchall()


def history_of(history: sqlite3.Connection) -> str:
    """What tells one history from another: all its epochs."""
    return ",".join(token for (token,) in history.execute("SELECT token FROM epochs ORDER BY token"))


class Index:
    """The one writing connection. Raises `StaleIndexError`, sqlite3.Error, and `LogError` for the history."""

    def __init__(self, path: Path, history: sqlite3.Connection, *, anew: bool = False) -> None:
        self._history = history
        with _reading():
            identity = history_of(history)
            newest = history.execute("SELECT COALESCE(MAX(seq), 0) FROM events").fetchone()[0]
        if anew:
            remove(path)
        elif not path.exists():
            raise StaleIndexError
        self._index = sqlite3.connect(path, isolation_level=None)
        try:
            for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "secure_delete = ON"):
                self._index.execute("PRAGMA " + pragma)
            if anew:
                self._make(identity)
            elif self._index.execute("PRAGMA user_version").fetchone()[0] != VERSION:
                raise StaleIndexError
            self.taken = int(self._state("taken"))
            """Number of the latest event that the index knows."""
            self.unclean = self._state("unclean") == "1"
            """Whether words of removed messages are still in the file."""
            if self._state("history") != identity or self.taken > newest:
                raise StaleIndexError
        except BaseException:
            self._index.close()
            raise

    def _make(self, identity: str) -> None:
        self._index.execute("BEGIN IMMEDIATE")  # whole or not at all, whenever the process is killed
        for statement in TABLES:
            self._index.execute(statement)
        self._index.execute("INSERT INTO state VALUES ('history', ?), ('taken', 0), ('unclean', 0)", (identity,))
        self._index.execute("COMMIT")

    def _state(self, key: str) -> str:
        found = self._index.execute("SELECT value FROM state WHERE key = ?", (key,)).fetchone()
        if found is None:
            raise StaleIndexError
        return str(found[0])

    def close(self) -> None:
        self._index.close()

    def take_in(self) -> bool:
        """Take in the next events; False when there are none."""
        with _reading(), _one_moment(self._history):
            events = self._history.execute(CHANGED, (self.taken, *SAID, ROUND_EVENTS)).fetchall()
            newest = self._history.execute("SELECT COALESCE(MAX(seq), 0) FROM events").fetchone()[0]
            if newest <= self.taken:
                return False
            changed = {number for _, number in events}
            present = self._history.execute(PRESENT, (json.dumps(sorted(changed)), *SAID)).fetchall()
        rows = [_row(*event) for event in present]
        known = [number for number in changed if number <= self.taken]
        gone = set(known).difference(row[0] for row in rows)
        self.taken = events[-1][0] if len(events) == ROUND_EVENTS else newest
        self._write(known, rows, unclean=bool(gone))
        return True

    def _write(self, known: Iterable[int], rows: Iterable[tuple[int, str, str]], *, unclean: bool) -> None:
        self._index.execute("BEGIN IMMEDIATE")
        try:
            self._index.executemany("DELETE FROM messages WHERE rowid = ?", ((number,) for number in known))
            self._index.executemany("INSERT INTO messages(rowid, text, marks) VALUES (?, ?, ?)", rows)
            self._index.execute("UPDATE state SET value = ? WHERE key = 'taken'", (self.taken,))
            if unclean:
                self._index.execute("UPDATE state SET value = 1 WHERE key = 'unclean'")
            self._index.execute("COMMIT")
            self.unclean |= unclean
        except BaseException:
            if self._index.in_transaction:
                self._index.execute("ROLLBACK")
            raise

    def forget_expired(self) -> None:
        """Drop what the history keeps no longer."""
        above = 0
        while numbers := self._numbers(above):
            with _reading():
                asked = "SELECT seq FROM events WHERE seq BETWEEN ? AND ?"
                kept = {number for (number,) in self._history.execute(asked, (numbers[0], numbers[-1]))}
            expired = [number for number in numbers if number not in kept]
            if expired:
                self._write(expired, (), unclean=True)
            above = numbers[-1]

    def _numbers(self, above: int) -> list[int]:
        asked = "SELECT rowid FROM messages WHERE rowid > ? ORDER BY rowid LIMIT ?"
        return [number for (number,) in self._index.execute(asked, (above, ROUND_EVENTS))]

    def clean(self) -> None:
        """Have what was removed leave the file too: FTS5 only marks it, merging all its parts drops it."""
        if not self.unclean:
            return
        self._index.execute("INSERT INTO messages(messages) VALUES ('optimize')")
        self._index.execute("UPDATE state SET value = 0 WHERE key = 'unclean'")
        self._index.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.unclean = False

    def interrupt(self) -> None:
        """Break off what is being done, which is undone; any thread."""
        with suppress(sqlite3.ProgrammingError):  # closed a moment ago
            self._index.interrupt()


@contextmanager
def _reading() -> Iterator[None]:
    """Tell errors of the history from those of the index."""
    try:
        yield
    except sqlite3.Error as error:
        raise LogError(str(error)) from error


@contextmanager
def _one_moment(history: sqlite3.Connection) -> Iterator[None]:
    """Several questions about one state: what is committed between two of them must not be taken for seen."""
    history.execute("BEGIN")
    try:
        yield
    finally:
        history.execute("ROLLBACK")


def _row(seq: int, original: str, latest: str, extra: str, conversations: str) -> tuple[int, str, str]:
    text = text_of(latest, extra)
    return seq, text, marks(json.loads(conversations), protocol.fold(nickname_of(original)), text)


def remove(path: Path) -> None:
    """Delete a database with what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
