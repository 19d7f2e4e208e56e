"""A log that lives in memory: order, numbers and times are real, but nothing said survives the process.

One thread, `log`, is the only one that numbers and keeps events. `read` and its like may be called from any thread.
Accounts and read marks are kept on disk all the same where there is a folder for them.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import protocol
from chatd.events import Event, Outcome
from chatd.log import REACTIONS_LIMIT, Kept, Query, Record, Selector, Target
from chatd.log.database import FILE, open_writer
from chatd.log.keeping import load, write
from chatd.log.loop import LogThread
from chatd.log.schema import SAID
from chatd.log.spoken import nickname_of, readdressed, text_of
from chatd.log.storage import Fatal, Storage
from chatd.log.times import timestamp
from chatd.log.words import Words, fits, has_link, words_of
from chatd.log.writing import First, nonce_key

KEEP = 1_000
"""Events kept per conversation."""
KEEP_CONVERSATIONS = 1_000
"""Conversations kept; the one in which nothing has happened for longest goes first."""
KEEP_NONCES = 100_000
NONCE_S = 86_400.0


@dataclass(slots=True)
class Entry:
    """What is kept of an event; a removed one keeps its place."""

    record: Record
    gone: bool = False


class MemoryLog(LogThread):
    """See the module. Implements `chatd.log.Log`."""

    def __init__(
        self,
        now: Callable[[], float],
        monotonic: Callable[[], float] = time.monotonic,
        folder: Path | None = None,
        fatal: Fatal | None = None,
    ) -> None:
        """Raises `UnusableError` for a history.db in the folder that cannot be used."""
        super().__init__()
        self.durable = False
        self.boot = secrets.token_hex(4)
        self.kept = Kept()
        self._now = now
        self._storage: Storage | None = None
        if folder is not None:
            connection = open_writer(folder / FILE)
            self.kept = load(connection)
            self._storage = Storage(connection, monotonic, lambda: int(now() * 1000), fatal or (lambda _why: None))
        self._conversations: OrderedDict[str, deque[Entry]] = OrderedDict()
        self._lock = threading.Lock()
        self._nonces: OrderedDict[tuple[str, str], tuple[float, Entry]] = OrderedDict()
        self._seq = 0
        self._latest = 0.0

    # --- any thread ----------------------------------------------------------------------------

    def latest_seq(self) -> int:
        return self._seq

    def trouble(self) -> str:
        return (self._storage.trouble if self._storage is not None else "") or super().trouble()

    def read(self, conversation: str, selector: Selector, limit: int) -> list[Record]:
        found = [
            record
            for record in self._records(conversation)
            if selector.after < record.seq < selector.before
            and (not selector.verbs or record.verb in selector.verbs)
            and (selector.edits or not record.about or record.verb not in SAID)
        ]
        if limit <= 0:
            return []
        return found[-limit:] if selector.newest else found[:limit]

    def find(self, msgid: str) -> Record | None:
        return next((entry.record for entry in self._everything() if entry.record.id == msgid and not entry.gone), None)

    def position(self, msgid: str, conversation: str) -> int | None:
        with self._lock:
            kept = self._conversations.get(conversation, ())
            return next((entry.record.seq for entry in kept if entry.record.id == msgid), None)

    def first_at(self, time: str) -> int:
        found = [entry.record.seq for entry in self._everything() if entry.record.time >= time]
        return min(found, default=self._seq + 1)

    def targets(self, channels: Collection[str], owner: str, after: str, before: str, limit: int) -> list[Target]:
        with self._lock:
            keys = list(self._conversations)
        found = []
        for key in keys:
            if key in channels or (key[0] == "@" and owner in key[1:].split()):
                said = [record.time for record in self._records(key) if record.verb in SAID and not record.about]
                if said and after < said[-1] < before:
                    found.append(Target(key, said[-1]))
        return sorted(found, key=lambda target: (target.time, target.conversation))[:limit]

    def latest(self, conversation: str, verb: str) -> Record | None:
        found = [record for record in self._records(conversation) if record.verb == verb]
        return found[-1] if found else None

    def reactions(self, about: int) -> list[Record]:
        found = [entry.record for entry in self._everything() if entry.record.about == about and not entry.gone]
        return [record for record in found if record.verb == "TAGMSG"][-REACTIONS_LIMIT:]

    def search(self, query: Query) -> list[Record]:
        words = words_of(query.text)
        records = {record.seq: record for key in query.conversations for record in self._records(key)}
        found = [
            record
            for seq, record in records.items()
            if query.after < seq < query.before and _fits(record, query, words)
        ]
        return sorted(found, key=lambda record: record.seq, reverse=query.newest)[: query.limit]

    def _records(self, conversation: str) -> list[Record]:
        with self._lock:
            return [entry.record for entry in self._conversations.get(conversation, ()) if not entry.gone]

    def _everything(self) -> Iterator[Entry]:
        with self._lock:
            return iter([entry for kept in self._conversations.values() for entry in kept])

    # --- the thread ----------------------------------------------------------------------------

    def _take(self, batch: list[Event]) -> None:
        # One time for the whole batch, never earlier than the one before: order and clock agree.
        self._latest = max(self._latest, self._now())
        time = timestamp(self._latest)
        with self._lock:
            for event in batch:
                event.time = time
                if event.nonce and event.stored and self._repeats(event):
                    continue
                if event.writes and not self._write(event):
                    event.outcome = Outcome.FAILED
                elif event.stored:
                    self._seq += 1
                    event.seq = self._seq
                    event.id = f"{self.boot}-{self._seq}"
                    entry = self._keep(event)
                    if event.nonce:
                        self._remember(event, entry)

    def _idle(self) -> float | None:
        storage = self._storage
        if storage is None or storage.ended:
            return None
        if storage.failing:
            return storage.retry()
        return storage.tidy(idle=True)

    def _close(self) -> None:
        if self._storage is not None:
            self._storage.close()

    def _write(self, event: Event) -> bool:
        if self._storage is None:
            return True

        def work(connection: sqlite3.Connection) -> None:
            for each in event.writes:
                write(connection, each)

        self._storage.written(len(event.writes))
        return self._storage.keep(work)

    def _repeats(self, event: Event) -> bool:
        """Whether this was kept before under its nonce; the event is that one then."""
        found = self._nonces.get(nonce_key(event))
        if found is None or found[0] <= self._latest - NONCE_S:
            return False
        record = found[1].record
        First(record.seq, record.time, record.line, record.client_tags, record.extra).repeat(event)
        event.id = record.id
        return True

    def _remember(self, event: Event, entry: Entry) -> None:
        self._nonces[nonce_key(event)] = self._latest, entry
        if len(self._nonces) > KEEP_NONCES:
            self._nonces.popitem(last=False)

    def _keep(self, event: Event) -> Entry:
        if event.moved_from:
            self._move(event.moved_from, event.channel)
        places = tuple(key for key in event.channels or (event.channel,) if key)
        record = Record(
            event.seq,
            event.id,
            event.time,
            event.verb,
            event.line,
            event.client_tags,
            event.sender,
            event.about,
            f"{self.boot}-{event.about}" if event.about else "",
            event.extra,
            tuple(sorted(places)),
        )
        entry = Entry(record)
        for conversation in places:
            self._conversation(conversation).append(entry)
        if event.removes or event.edits or event.restores is not None:
            self._change(event, entry)
        return entry

    def _move(self, before: str, key: str) -> None:
        """A channel has another name; what an earlier one of that name left takes the old one."""
        kept, left = self._conversations.pop(before, None), self._conversations.pop(key, None)
        for entries, was, becomes in ((kept, before, key), (left, key, before)):
            if entries is None:
                continue
            self._conversations[becomes] = entries
            for entry in entries:
                entry.record = _moved(entry.record, was, becomes)

    def _change(self, event: Event, new: Entry) -> None:
        """What a redaction, its undoing or an edit does to the event it is about."""
        about = event.about
        for entry in self._conversations.get(event.channel, ()):
            record = entry.record
            concerned = record.seq == about
            if event.removes and (concerned or (record.about == about and record.verb in SAID)):
                entry.gone = True
                entry.record = replace(record, line="", client_tags="", extra="", edit=None)
            elif event.restores is not None:
                if concerned:
                    again = event.restores
                    entry.gone = False
                    entry.record = replace(record, line=again.line, client_tags=again.client_tags, extra=again.extra)
                elif record.about == about and record.verb == "REDACT":
                    entry.gone = True
            elif event.edits and concerned:
                if entry.gone:
                    new.gone = True
                else:
                    entry.record = replace(record, edit=new.record)

    def _conversation(self, key: str) -> deque[Entry]:
        kept = self._conversations.get(key)
        if kept is None:
            kept = self._conversations[key] = deque(maxlen=KEEP)
            if len(self._conversations) > KEEP_CONVERSATIONS:
                self._conversations.popitem(last=False)
        else:
            self._conversations.move_to_end(key)
        return kept


def _moved(record: Record, before: str, key: str) -> Record:
    places = tuple(sorted(key if each == before else each for each in record.conversations))
    line, extra = readdressed(record.verb, record.line, record.extra, key)
    return replace(
        record, line=line, extra=extra, conversations=places, edit=record.edit and _moved(record.edit, before, key)
    )


def _fits(record: Record, query: Query, words: Words) -> bool:
    if record.verb not in SAID or record.about:
        return False
    latest = record.edit or record
    text = text_of(latest.line, latest.extra)
    return (
        query.nickname in {"", protocol.fold(nickname_of(record.line))}
        and (has_link(text) or not query.has_link)
        and fits(words, text)
    )
