"""The last view of each server, kept on disk: what was said last, what waits to be sent, drafts, what is read.

One SQLite file per server and nickname, in the profile's cache folder; all work on it is done by a thread of its
own (`cache`), which gets finished values and never a live object. Two windows may use one file (WAL, a busy
timeout); the one that wrote last is right. A file that is damaged is put aside and begun anew; whatever else goes
wrong costs the memory, never the chat. Loaded after the first paint only: it brings sqlite3. No Qt.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import MISSING, Field, fields
from enum import Enum
from operator import attrgetter
from pathlib import Path
from typing import Any

from client.changes import (
    Change,
    Conversation,
    ConversationAdded,
    ConversationChanged,
    ConversationRemoved,
    Delivery,
    EntriesAdded,
    EntriesDropped,
    Entry,
    EntryChanged,
    EntryKind,
    EntryRemoved,
    Gap,
    Quote,
    Reaction,
    UnreadChanged,
)

KEPT_ENTRIES = 200
"""Of each conversation, the newest, and older ones of ours that were never sent."""
KEPT_CONVERSATIONS = 50
KEPT_FILES = 40
"""Servers and nicknames, those used last."""
PROTECTED_S = 23 * 3600.0
"""What waits longer is not sent by itself any more: the server has forgotten by then whether it ever came (24 h)."""
BUSY_S = 2.0
VERSION = 1
SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (
    key TEXT PRIMARY KEY, saved REAL NOT NULL, place INTEGER NOT NULL, head TEXT NOT NULL, entries TEXT NOT NULL
)
"""
_NOTED = (
    EntriesAdded
    | EntriesDropped
    | EntryChanged
    | EntryRemoved
    | ConversationAdded
    | ConversationChanged
    | UnreadChanged
)

log = logging.getLogger("cache")

Row = dict[str, Any]
Frozen = tuple[Any, ...]
"""The values of an entry's fields, none of which can change any more."""
Saved = tuple[str, int, Row, list[Frozen]]
"""A conversation at one moment: key, place in the list (the one on screen is -1), its fields, its entries."""


# --- values ------------------------------------------------------------------------------------


def _default(field: Field[Any]) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return None if field.default is MISSING else field.default


_ENTRY = {field.name: _default(field) for field in fields(Entry)}
_HEAD = {
    field.name: _default(field)
    for field in fields(Conversation)
    if field.name not in {"entries", "members", "joined", "typing", "ids", "held", "serial"}
}


_values = attrgetter(*_ENTRY)
_REACTIONS = list(_ENTRY).index("reactions")


def frozen(conversation: Conversation, place: int) -> Saved:
    """A conversation as it is now, for the thread; made in a fraction of a millisecond."""
    head = {name: value for name, usual in _HEAD.items() if (value := getattr(conversation, name)) != usual}
    return conversation.key, place, head, [_frozen_entry(entry) for entry in _kept(conversation.entries)]


def _frozen_entry(entry: Entry) -> Frozen:
    values: Frozen = _values(entry)
    if entry.reactions:
        reactions = [[reaction.text, list(reaction.names), reaction.own] for reaction in entry.reactions]
        return (*values[:_REACTIONS], reactions, *values[_REACTIONS + 1 :])
    return values


def _kept(entries: list[Entry]) -> list[Entry]:
    """The newest; of the older ones those that still wait or failed. What is left out becomes a gap."""
    if len(entries) <= KEPT_ENTRIES:
        return entries
    unsent = [entry for entry in entries[:-KEPT_ENTRIES] if entry.delivery is not Delivery.SENT]
    gap = Entry("local-cut", EntryKind.GAP, "", "", "", entries[-KEPT_ENTRIES].time, gap=Gap.OPEN)
    return [*unsent, gap, *entries[-KEPT_ENTRIES:]]


def plain(values: Frozen) -> Row:
    """A frozen entry as JSON can hold it; what has its usual value is left out. In the thread."""
    row = {name: value for (name, usual), value in zip(_ENTRY.items(), values, strict=True) if value != usual}
    for name, value in row.items():
        if isinstance(value, Enum):
            row[name] = value.value
        elif isinstance(value, Quote):
            row[name] = [value.id, value.name, value.text]
    return row


def thawed(head: Row, entries: list[Row], now: float) -> Conversation:
    """The conversation again. Raises an error of some kind where it is none of ours."""
    known = {name: value for name, value in head.items() if name in _HEAD}
    conversation = Conversation(**known, entries=[_thawed_entry(row) for row in entries])
    for entry in conversation.entries:
        if entry.delivery is Delivery.WAITING and entry.time < now - PROTECTED_S:
            entry.delivery = Delivery.FAILED
    return conversation


def _thawed_entry(row: Row) -> Entry:
    known = {name: value for name, value in row.items() if name in _ENTRY}
    known["kind"] = EntryKind(row["kind"])
    known["time"] = float(row["time"])
    if "delivery" in known:
        known["delivery"] = Delivery(known["delivery"])
    if "gap" in known:
        known["gap"] = Gap(known["gap"])
    if "quote" in known:
        known["quote"] = Quote(*known["quote"])
    if "reactions" in known:
        known["reactions"] = tuple(Reaction(text, list(names), own) for text, names, own in known["reactions"])
    return Entry(**known)


# --- what has to be written --------------------------------------------------------------------


class Cache:
    """The file of one server and nickname, written behind the session's back.

    `loaded` is called in the cache's thread, once, with what was kept: the conversation that was on screen first.
    """

    def __init__(
        self,
        folder: Path,
        server: tuple[str, int],
        nickname: str,
        loaded: Callable[[list[Conversation]], object],
        *,
        after: Cache | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._file = _File(folder / file_name(server, nickname), now)
        self.finished: threading.Event = threading.Event()
        """All that was given is written, and nothing more will be."""
        self._work: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._dirty: set[str] = set()
        self._gone: set[str] = set()
        if after is not None:
            self._work.put(after.finished.wait)  # it may still be writing the same file
        self._work.put(lambda: loaded(self._file.load()))
        threading.Thread(target=self._run, name="cache", daemon=True).start()

    def note(self, changes: Iterable[Change]) -> bool:
        """Remember which conversations these changes touch; whether there is something to write."""
        for change in changes:
            if isinstance(change, _NOTED):
                self._dirty.add(change.key)
                self._gone.discard(change.key)
                if isinstance(change, ConversationChanged) and change.old_key != change.key:
                    self._forget(change.old_key)
            elif isinstance(change, ConversationRemoved):
                self._forget(change.key)
        return bool(self._dirty or self._gone)

    def note_draft(self, key: str) -> None:
        """Remember that another text stands in this conversation's box (told by no change)."""
        self._dirty.add(key)

    def _forget(self, key: str) -> None:
        self._dirty.discard(key)
        self._gone.add(key)

    def write(self, conversations: Mapping[str, Conversation], current: str, *, everything: bool = False) -> None:
        """Have written what was noted, or all there is."""
        if everything:
            self._dirty.update(conversations)
        saved = [
            frozen(conversation, -1 if key == current else place)
            for place, (key, conversation) in enumerate(conversations.items())
            if key in self._dirty
        ]
        gone, self._gone, self._dirty = self._gone, set(), set()
        if saved or gone:
            self._work.put(lambda: self._file.save(saved, gone))

    def close(self, deadline_s: float) -> bool:
        """Wait for what was given to be written, at most so long; whether it was."""
        self._work.put(None)
        return self.finished.wait(deadline_s)

    def _run(self) -> None:
        """The thread."""
        while (work := self._work.get()) is not None:
            try:
                work()
            except Exception:
                log.exception("cache: a mistake of ours")
        self._file.close()
        self.finished.set()


# --- the file ----------------------------------------------------------------------------------


def file_name(server: tuple[str, int], nickname: str) -> str:
    """The same for the same server and (folded) nickname."""
    host, port = server
    return hashlib.sha256(repr((host.lower(), port, nickname)).encode(errors="replace")).hexdigest()[:32] + ".db"


class _File:
    """Used in the cache's thread only."""

    def __init__(self, path: Path, now: Callable[[], float]) -> None:
        self._path = path
        self._now = now
        self._database: sqlite3.Connection | None = None

    def load(self) -> list[Conversation]:
        """Open it and read all of it."""
        try:
            found = self._load()
            self._forget_others()
            return found
        except sqlite3.OperationalError as error:
            log.warning("cache: %s cannot be used: %s", self._path, error)
            self.close()
        except sqlite3.DatabaseError as error:
            self._put_aside(error)
        except OSError as error:
            log.warning("cache: %s cannot be used: %s", self._path, error)
        return []

    def _load(self) -> list[Conversation]:
        database = self._open()
        rows = database.execute("SELECT head, entries FROM conversations ORDER BY place, key").fetchall()
        found = []
        for head, entries in rows:
            try:
                found.append(thawed(json.loads(head), json.loads(entries), self._now()))
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
                log.warning("cache: a conversation in %s is not understood: %s", self._path, error)
        return found

    def _forget_others(self) -> None:
        """Remove the files that nobody used for the longest time."""
        files = sorted(self._path.parent.glob("*.db"), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in files[KEPT_FILES:]:
            if file != self._path:
                for rest in ("", "-wal", "-shm"):
                    Path(f"{file}{rest}").unlink(missing_ok=True)

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))  # what is said is for the person alone
        database = self._database = sqlite3.connect(self._path, timeout=BUSY_S, check_same_thread=False)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise sqlite3.OperationalError("written by a newer version")
        with database:
            database.execute(SCHEMA)
            database.execute(f"PRAGMA user_version = {VERSION}")
        return database

    def _put_aside(self, error: Exception) -> None:
        """It is damaged: keep it under another name, and begin anew."""
        log.warning("cache: %s is damaged (%s); it is kept beside as .broken", self._path, error)
        self.close()
        try:
            self._path.replace(self._path.with_suffix(".broken"))
            for rest in ("-wal", "-shm"):
                Path(f"{self._path}{rest}").unlink(missing_ok=True)
            self._open()
        except (OSError, sqlite3.Error) as worse:
            log.warning("cache: %s cannot be begun anew: %s", self._path, worse)
            self.close()

    def save(self, saved: list[Saved], gone: set[str]) -> None:
        """Write these conversations and forget those."""
        if self._database is None:
            return
        now = self._now()
        rows = [(key, now, place, _json(head), _json(list(map(plain, entries)))) for key, place, head, entries in saved]
        try:
            with self._database as database:
                database.execute("BEGIN IMMEDIATE")
                database.executemany("DELETE FROM conversations WHERE key = ?", [(key,) for key in gone])
                database.executemany("INSERT OR REPLACE INTO conversations VALUES (?, ?, ?, ?, ?)", rows)
                database.execute(
                    "DELETE FROM conversations WHERE key NOT IN"
                    " (SELECT key FROM conversations ORDER BY saved DESC, place LIMIT ?)",
                    (KEPT_CONVERSATIONS,),
                )
        except sqlite3.OperationalError as error:  # a full disk, say: the next one may succeed
            log.warning("cache: %s was not written: %s", self._path, error)
        except sqlite3.DatabaseError as error:
            self._put_aside(error)

    def close(self) -> None:
        """Close the file."""
        if self._database is not None:
            with suppress(sqlite3.Error), closing(self._database):
                pass
            self._database = None


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
