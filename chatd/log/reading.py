"""Reading history.db: a connection per worker that cannot write, and one short question at a time.

A question sees everything whose batch was committed when it began. Entered by the workers (and the main thread at
start); `close` by whoever stops the log, when the workers are gone.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any, TypeVar

from chatd.log import REACTIONS_LIMIT, LogError, Record, Selector, Target
from chatd.log.database import open_reader
from chatd.log.epochs import Epochs
from chatd.log.schema import SAID
from chatd.log.seeking import first_at
from chatd.log.spoken import readdressed
from chatd.log.times import milliseconds_of, written

FIELDS = "e.seq, e.at, e.verb, e.line, e.tags, e.sender, e.about, e.extra, e.edit"
SEVERAL = ("QUIT", "NICK")
"""Verbs of events that may stand in more than one conversation."""

Answer = TypeVar("Answer")
Row = tuple[int, int, str, str, str, str, int, str, int]

# CROSS JOIN: the places lead, in their order; the events are looked up by their numbers.
_PLACED = "FROM places p CROSS JOIN events e ON e.seq = p.seq WHERE p.conversation = ?1 AND p.seq > ?2 AND p.seq < ?3"
_READ = f"SELECT {FIELDS} {_PLACED} AND e.gone = 0"
_VERBS = "AND instr(?5, ' ' || e.verb || ' ')"
READ = {
    (kind, newest): f"{_READ} {condition} ORDER BY p.seq {'DESC' if newest else 'ASC'} LIMIT ?4"
    for kind, condition in {
        "all": "AND ?5 = ''",
        "verbs": _VERBS,
        "no edits": "AND ?5 = '' AND NOT (e.about > 0 AND e.verb IN ('PRIVMSG', 'NOTICE'))",
        "verbs, no edits": f"{_VERBS} AND NOT (e.about > 0 AND e.verb IN ('PRIVMSG', 'NOTICE'))",
        "said": "AND ?5 = '' AND p.said = 1",
    }.items()
    for newest in (True, False)
}
BY_SEQ = f"SELECT {FIELDS} FROM events e WHERE e.seq = ? AND e.gone = 0"  # noqa: S608
PLACES_OF = (
    "SELECT p.seq, c.key FROM places p JOIN conversations c ON c.id = p.conversation WHERE p.seq = ? ORDER BY c.key"
)
LATEST = f"SELECT {FIELDS} {_PLACED} AND e.gone = 0 AND e.verb = ?4 ORDER BY p.seq DESC LIMIT 1"
REACTIONS = (
    f"SELECT {FIELDS} FROM events e "  # noqa: S608
    "WHERE e.about = ? AND e.about > 0 AND e.verb = 'TAGMSG' AND e.gone = 0 ORDER BY e.seq DESC LIMIT ?"
)
LAST_SAID = f"SELECT e.at {_PLACED} AND p.said = 1 AND e.gone = 0 ORDER BY p.seq DESC LIMIT 1"
PRIVATE = "SELECT id, key FROM conversations WHERE one = ?1 UNION SELECT id, key FROM conversations WHERE other = ?1"
ANY = (0, 1 << 62)


class Reader:
    """See the module. Every method may raise `LogError`."""

    def __init__(self, path: Path, epochs: Epochs) -> None:
        self._path = path
        self._epochs = epochs
        self._mine = threading.local()
        self._all: list[sqlite3.Connection] = []
        self._lock = threading.Lock()

    def read(self, conversation: str, selector: Selector, limit: int) -> list[Record]:
        rows = self._ask(READ[_kind(selector), selector.newest], conversation, *_bounds(selector, limit))
        if selector.newest:
            rows.reverse()
        return self.records(rows, conversation)

    def find(self, msgid: str) -> Record | None:
        seq = self._epochs.seq_of(msgid)
        found = self.by_seq([seq]) if seq is not None else []
        return found[0] if found else None

    def by_seq(self, seqs: Collection[int]) -> list[Record]:
        """The events with these numbers that there are, ascending."""
        return self.records(self._rows(BY_SEQ, seqs))

    def position(self, msgid: str, conversation: str) -> int | None:
        seq = self._epochs.seq_of(msgid)
        number = self._number(conversation)
        if seq is None or number is None:
            return None
        found = self._query("SELECT 1 FROM places WHERE conversation = ? AND seq = ?", (number, seq))
        return seq if found else None

    def first_at(self, time: str) -> int:
        at = milliseconds_of(time)
        return self._guarded(lambda connection: first_at(connection, at))

    def targets(self, channels: Collection[str], owner: str, after: str, before: str, limit: int) -> list[Target]:
        places = {key: self._number(key) for key in channels}
        if owner:
            places.update({key: number for number, key in self._query(PRIVATE, (owner,))})
        found = []
        for key, number in places.items():
            last = self._query(LAST_SAID, (number, *ANY)) if number is not None else []
            time = written(last[0][0]) if last else ""
            if time and after < time < before:
                found.append(Target(key, time))
        return sorted(found, key=lambda target: (target.time, target.conversation))[:limit]

    def latest(self, conversation: str, verb: str) -> Record | None:
        found = self.records(self._ask(LATEST, conversation, *ANY, verb), conversation)
        return found[0] if found else None

    def reactions(self, about: int) -> list[Record]:
        rows = self._query(REACTIONS, (about, REACTIONS_LIMIT))
        return self.records(reversed(rows))

    def records(self, rows: Iterable[Row], conversation: str = "") -> list[Record]:
        """Rows of `FIELDS` as records, with what they refer to; `conversation` if all stand in this one."""
        rows = list(rows)
        edits = {row[0]: row for row in self._rows(BY_SEQ, {row[8] for row in rows if row[8]})}
        places: dict[int, list[str]] = {}
        spread = {row[0] for row in rows if not conversation or row[2] in SEVERAL}
        for seq, key in self._rows(PLACES_OF, spread):
            places.setdefault(seq, []).append(key)
        one = (conversation,)
        found = []
        for row in rows:
            where = tuple(places.get(row[0], ())) if row[0] in spread else one
            edit = self._record(edits[row[8]], where, None) if row[8] in edits else None
            found.append(self._record(row, where, edit))
        return found

    def close(self) -> None:
        with self._lock:
            for connection in self._all:
                connection.close()
            self._all.clear()
        self._mine = threading.local()

    def _record(self, row: Row, conversations: tuple[str, ...], edit: Record | None) -> Record:
        seq, at, verb, line, tags, sender, about, extra, _ = row
        if len(conversations) == 1:
            line, extra = readdressed(verb, line, extra, conversations[0])
        ids = self._epochs
        about_id = ids.id_of(about) if about else ""
        return Record(
            seq, ids.id_of(seq), written(at), verb, line, tags, sender, about, about_id, extra, conversations, edit
        )

    def _number(self, conversation: str) -> int | None:
        row = self._query("SELECT id FROM conversations WHERE key = ?", (conversation,))
        return int(row[0][0]) if row else None

    def _ask(self, question: str, conversation: str, *values: int | str) -> list[Row]:
        number = self._number(conversation)
        return [] if number is None else self._query(question, (number, *values))

    def _rows(self, question: str, seqs: Collection[int]) -> list[Any]:
        """Ask about each of these events."""
        return [row for seq in sorted(seqs) for row in self._query(question, (seq,))]

    def _query(self, question: str, values: tuple[int | str, ...]) -> list[Any]:
        return self._guarded(lambda connection: connection.execute(question, values).fetchall())

    def _guarded(self, ask: Callable[[sqlite3.Connection], Answer]) -> Answer:
        try:
            return ask(self._connection())
        except sqlite3.Error as error:
            raise LogError(str(error)) from error

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._mine, "connection", None)
        if connection is None:
            connection = self._mine.connection = open_reader(self._path)
            with self._lock:
                self._all.append(connection)
        return connection


def _kind(selector: Selector) -> str:
    """Which of the questions of `READ` it is."""
    if not selector.edits and selector.verbs and set(selector.verbs) == set(SAID):
        return "said"  # the everyday one has an index of its own
    kinds = ["verbs"] if selector.verbs else []
    if not selector.edits:
        kinds.append("no edits")
    return ", ".join(kinds) or "all"


def _bounds(selector: Selector, limit: int) -> tuple[int | str, ...]:
    verbs = "" if _kind(selector) == "said" or not selector.verbs else f" {' '.join(selector.verbs)} "
    return max(selector.after, 0), selector.before, limit, verbs
