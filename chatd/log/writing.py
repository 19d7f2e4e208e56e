"""Writing a batch of events into history.db: numbers, places, nonces, removals and edits.

Everything here happens inside a transaction of the log's thread (`storage.Storage.keep`). An event gets its fields
only after the commit (`apply`), since a batch that fails must leave nothing behind, neither on disk nor in memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from chatd.events import Event, Outcome
from chatd.log.epochs import Epochs
from chatd.log.keeping import write
from chatd.log.schema import SAID
from chatd.log.times import written
from chatd.person import GUEST

KNOWN_CONVERSATIONS = 50_000
"""Numbers of conversations that are remembered at most."""

ROWS = 64
"""Rows of the longest statement. 64 x 8 values is below SQLite's oldest limit."""
SIZES = (64, 32, 16, 8, 4, 2, 1)
"""How many rows an INSERT may have: a statement costs about as much as a row, and each gives up Python's lock once."""
EVENTS = "events(seq, at, verb, line, tags, sender, about, extra)"
PLACES = "places(conversation, seq, said)"
KNOWN_NONCE = (
    "SELECT n.sender, n.nonce, e.seq, e.at, e.line, e.tags, e.extra FROM nonces n JOIN events e USING(seq) "
    "WHERE n.nonce IN (?)"
)
KNOWN_NONCES = KNOWN_NONCE[:-1] + ", ?" * (ROWS - 1) + ")"
BLANK = "UPDATE events SET line = '', tags = '', extra = '', gone = 1 WHERE seq = ? AND gone = 0"
RESTORE = "UPDATE events SET line = ?, tags = ?, extra = ?, edit = 0, gone = 0 WHERE seq = ? AND gone = 1"
BLANK_EDITS = (
    "UPDATE events SET line = '', tags = '', extra = '', gone = 1 "
    "WHERE about = ? AND verb IN ('PRIVMSG', 'NOTICE') AND gone = 0"
)


@dataclass(frozen=True, slots=True)
class First:
    """An event that was kept under a nonce, as its repetition gives it back."""

    seq: int
    time: str
    line: str
    client_tags: str
    extra: str

    def repeat(self, event: Event) -> None:
        """Make an event the repetition of this one, but for its id."""
        event.outcome = Outcome.REPEATED
        event.seq, event.time = self.seq, self.time
        event.line, event.client_tags, event.extra = self.line, self.client_tags, self.extra


def nonce_key(event: Event) -> tuple[str, str]:
    """Whose resend it would be: all guests count as one, since they have another owner after a reconnect."""
    return (GUEST if event.sender.startswith(GUEST) else event.sender), event.nonce


def known_nonces(connection: sqlite3.Connection, nonces: Sequence[str]) -> dict[tuple[str, str], First]:
    """Which of these were kept before, and with what."""
    whole = len(nonces) - len(nonces) % ROWS
    rows = [row for nonce in nonces[whole:] for row in connection.execute(KNOWN_NONCE, (nonce,))]
    for start in range(0, whole, ROWS):
        rows += connection.execute(KNOWN_NONCES, nonces[start : start + ROWS])
    return {(row[0], row[1]): First(row[2], written(row[3]), *row[4:]) for row in rows}


def private_owners(key: str) -> tuple[str | None, str | None]:
    """The two owners of a private conversation (`person.private_key`); None twice for a channel."""
    if not key.startswith("@"):
        return None, None
    one, _, other = key[1:].partition(" ")
    return one, other


def inserts(into: str, values: int) -> dict[int, str]:
    """For each of `SIZES` the INSERT of so many rows of so many values."""
    row = "(" + ", ".join("?" * values) + ")"
    return {size: f"INSERT INTO {into} VALUES{', '.join([row] * size)}" for size in SIZES}


INSERT_EVENTS = inserts(EVENTS, 8)
INSERT_PLACES = inserts(PLACES, 3)


def insert(connection: sqlite3.Connection, statements: dict[int, str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows by as few statements as can be, of those that `inserts` made."""
    start, left = 0, len(rows)
    for size in SIZES:
        while left >= size:
            connection.execute(statements[size], list(chain(*rows[start : start + size])))
            start += size
            left -= size


@dataclass(slots=True)
class Batch:
    """What a batch of events becomes in the tables."""

    at: int
    """When, in milliseconds since 1970."""
    seq: int
    """The last number that was given."""
    rows: list[tuple[int, int, str, str, str, str, int, str]] = field(default_factory=list)
    places: list[tuple[int, int, bool]] = field(default_factory=list)
    special: list[tuple[Event, int]] = field(default_factory=list)
    """What changes others, or brings something to keep beside; with its number, 0 for none."""
    nowhere: list[tuple[int]] = field(default_factory=list)
    """Numbers of those that stand in no conversation."""
    before: dict[tuple[str, str], First] = field(default_factory=dict)
    """What was kept earlier under the nonces of this batch."""
    nonces: dict[tuple[str, str], tuple[Event, int]] = field(default_factory=dict)
    """Its new ones."""


class Writer:
    """See the module. `seq` and `at` are those of the last event that is kept."""

    def __init__(self, connection: sqlite3.Connection, epochs: Epochs) -> None:
        self._epochs = epochs
        self._conversations: dict[str, int] = {}
        self.seq = self.at = 0
        self.removed = False
        """Whether the last batch removed something for good."""
        self.doubtful = False
        """Whether a commit failed: it might have got through all the same."""
        self._next = 0
        self._numbered: list[tuple[Event, int]] = []
        self._repeated: list[tuple[Event, First | Event]] = []
        self.load(connection)

    def load(self, connection: sqlite3.Connection) -> None:
        """Find out where the database stands."""
        last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
        self.seq = last[0] if last else 0
        latest = connection.execute("SELECT at FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        self.at = max(self.at, latest[0] if latest else 0)
        self._conversations.clear()
        self.doubtful = False

    def store(self, connection: sqlite3.Connection, events: Sequence[Event], at: int) -> None:
        """Insert these; `apply` tells them what became of them once that is committed."""
        if self.doubtful:
            self.load(connection)
        self.removed = False
        self._numbered, self._repeated = [], []
        batch = Batch(at, self.seq)
        batch.before = known_nonces(connection, [event.nonce for event in events if event.nonce and event.stored])
        known = self._conversations
        for event in self._moving(connection, events):
            if event.plain:
                batch.seq += 1
                seq, key = batch.seq, event.channel
                batch.rows.append((seq, at, event.verb, event.line, event.client_tags, event.sender, 0, ""))
                batch.places.append((known.get(key) or self._conversation(connection, key), seq, True))
                self._numbered.append((event, seq))
            elif event.stored:
                self._take_down(connection, event, batch)
            else:
                batch.special.append((event, 0))
        insert(connection, INSERT_EVENTS, batch.rows)
        batch.places.sort()  # neighbours in the tree come one after another
        insert(connection, INSERT_PLACES, batch.places)
        if batch.nonces:
            pairs = [(sender, nonce, number) for (sender, nonce), (_, number) in batch.nonces.items()]
            connection.executemany("INSERT INTO nonces(sender, nonce, seq) VALUES(?, ?, ?)", pairs)
        if batch.nowhere:
            # Nobody can ask for them; inserted all the same, so that their numbers are never used again.
            connection.executemany("DELETE FROM events WHERE seq = ?", batch.nowhere)
        for event, number in batch.special:
            self._change(connection, event, number)
        self._next = batch.seq

    def _take_down(self, connection: sqlite3.Connection, event: Event, batch: Batch) -> None:
        """Give one event its number and its places, unless it was kept before."""
        if event.nonce and self._repeats(event, batch):
            return
        batch.seq += 1
        seq, about = batch.seq, event.about
        tags, sender, extra = event.client_tags, event.sender, event.extra
        batch.rows.append((seq, batch.at, event.verb, event.line, tags, sender, about, extra))
        self._numbered.append((event, seq))
        said = not about and event.verb in SAID
        if not (event.channel or event.channels):
            batch.nowhere.append((seq,))
        for key in event.channels or (event.channel,):
            if key:
                number = self._conversations.get(key) or self._conversation(connection, key)
                batch.places.append((number, seq, said))
        if about or event.writes:
            batch.special.append((event, seq))

    def apply(self, time: str) -> None:
        """The batch is on the disk: number its events."""
        self.seq = self._next
        prefix = self._epochs.current + "-"
        for event, seq in self._numbered:
            event.seq = seq
            event.id = prefix + str(seq)
        for event, first in self._repeated:
            if isinstance(first, Event):
                first = First(first.seq, time, first.line, first.client_tags, first.extra)
            first.repeat(event)
            event.id = self._epochs.id_of(event.seq)
        self._numbered, self._repeated = [], []

    def failed(self) -> None:
        """The batch is not on the disk, as far as anybody knows."""
        self.doubtful = True
        self._numbered, self._repeated = [], []

    def _repeats(self, event: Event, batch: Batch) -> bool:
        """Whether this was kept before, in this batch or earlier; otherwise its nonce counts from now on."""
        key = nonce_key(event)
        first = batch.nonces[key][0] if key in batch.nonces else batch.before.get(key)
        if first is None:
            batch.nonces[key] = event, batch.seq + 1
            return False
        self._repeated.append((event, first))
        return True

    def _conversation(self, connection: sqlite3.Connection, key: str) -> int:
        """The number of a conversation, which gets one if it is new."""
        row = connection.execute("SELECT id FROM conversations WHERE key = ?", (key,)).fetchone()
        if row is None:
            made = connection.execute(
                "INSERT INTO conversations(key, one, other) VALUES(?, ?, ?)", (key, *private_owners(key))
            )
            row = (made.lastrowid,)
        if len(self._conversations) >= KNOWN_CONVERSATIONS:
            self._conversations.clear()
        number = self._conversations[key] = int(row[0])
        return number

    def _moving(self, connection: sqlite3.Connection, events: Sequence[Event]) -> Iterator[Event]:
        """These events, each when the conversations have the names they had for it."""
        for event in events:
            if event.moved_from:
                self._move(connection, event.moved_from, event.channel)
            yield event

    def _move(self, connection: sqlite3.Connection, before: str, key: str) -> None:
        """A channel has another name: its conversation goes with it, and what an earlier channel of that name left
        takes the old one, so that nothing is lost and nothing mixed.
        """
        for was, becomes in ((key, " "), (before, key), (" ", before)):
            connection.execute("UPDATE conversations SET key = ? WHERE key = ?", (becomes, was))
        connection.execute("DELETE FROM markers WHERE conversation = ?", (key,))
        connection.execute("UPDATE markers SET conversation = ? WHERE conversation = ?", (key, before))
        self._conversations.clear()

    def _change(self, connection: sqlite3.Connection, event: Event, seq: int) -> None:
        """What an event does to others, and what is kept beside it."""
        if event.removes:
            connection.execute(BLANK, (event.about,))
            connection.execute(BLANK_EDITS, (event.about,))
            self.removed = True
        elif event.restores is not None:
            again = event.restores
            connection.execute(RESTORE, (again.line, again.client_tags, again.extra, event.about))
            connection.execute("UPDATE events SET gone = 1 WHERE about = ? AND verb = 'REDACT'", (event.about,))
        elif event.edits:
            # An edit of what was removed a moment ago must not bring it back.
            done = connection.execute("UPDATE events SET edit = ? WHERE seq = ? AND gone = 0", (seq, event.about))
            if not done.rowcount:
                connection.execute(BLANK, (seq,))
        for each in event.writes:
            write(connection, each)
