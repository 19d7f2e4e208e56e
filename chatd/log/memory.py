"""A log that lives in memory: order, numbers and times are real, but nothing survives the process.

One thread, `log`, is the only one that numbers and keeps events. `read` may be called from any thread.
"""

from __future__ import annotations

import functools
import queue
import secrets
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Collection
from datetime import UTC, datetime

from chatd.events import Event
from chatd.log import BATCH_EVENTS, Follower, Kept, Query, Record, Selector, Target

SAID = ("PRIVMSG", "NOTICE")
KEEP = 1_000
"""Events kept per conversation."""
KEEP_CONVERSATIONS = 1_000
"""Conversations kept; the one in which nothing has happened for longest goes first."""


@functools.lru_cache(maxsize=4)
def _whole_second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def timestamp(seconds: float) -> str:
    """Seconds since the epoch as the server-time tag writes them (IRCv3 server-time)."""
    whole, milliseconds = divmod(int(seconds * 1000), 1000)
    return f"{_whole_second(whole)}.{milliseconds:03d}Z"


class MemoryLog:
    """See the module. Implements `chatd.log.Log`."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.durable = False
        self.kept = Kept()
        self.boot = secrets.token_hex(4)
        self._now = now
        self._queue: deque[Event] = deque()
        self._signals: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._asleep = True
        self._stopping = False
        self._followers: list[Follower] = []
        self._kept: OrderedDict[str, deque[Record]] = OrderedDict()
        self._kept_lock = threading.Lock()
        self._seq = 0
        self._latest = 0.0
        self._thread = threading.Thread(target=self._run, name="log")
        self.append: Callable[[Event], None] = self._queue.append
        self.waiting: Callable[[], int] = self._queue.__len__

    def follow(self, follower: Follower) -> None:
        self._followers.append(follower)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        if self._asleep and self._queue:
            self._asleep = False
            self._signals.put(None)

    def stop(self, deadline_s: float) -> bool:
        self._stopping = True
        self._signals.put(None)
        self._thread.join(deadline_s)
        return not self._thread.is_alive()

    def read(self, conversation: str, selector: Selector, limit: int) -> list[Record]:
        with self._kept_lock:
            kept = list(self._kept.get(conversation, ()))
        found = [
            record
            for record in kept
            if selector.after < record.seq < selector.before
            and (not selector.verbs or record.verb in selector.verbs)
            and (selector.edits or not record.about or record.verb not in SAID)
        ]
        return found[-limit:] if selector.newest else found[:limit]

    def find(self, msgid: str) -> Record | None:
        with self._kept_lock:
            return next((record for kept in self._kept.values() for record in kept if record.id == msgid), None)

    def position(self, msgid: str, conversation: str) -> int | None:
        with self._kept_lock:
            return next((record.seq for record in self._kept.get(conversation, ()) if record.id == msgid), None)

    def first_at(self, time: str) -> int:
        with self._kept_lock:
            found = [record.seq for kept in self._kept.values() for record in kept if record.time >= time]
        return min(found, default=self._seq + 1)

    def targets(self, channels: Collection[str], owner: str, after: str, before: str, limit: int) -> list[Target]:
        with self._kept_lock:
            latest = {key: record.time for key, kept in self._kept.items() for record in kept if record.verb in SAID}
        mine = [key for key in latest if key in channels or (key[0] == "@" and owner in key[1:].split())]
        found = [Target(key, latest[key]) for key in mine if after < latest[key] < before]
        return sorted(found, key=lambda target: target.time)[:limit]

    def search(self, query: Query) -> list[Record]:
        words = query.text.casefold().split()
        with self._kept_lock:
            kept = [record for key in query.conversations for record in self._kept.get(key, ())]
        found = [record for record in kept if all(word in record.line.casefold() for word in words)]
        return sorted(found, key=lambda record: -record.seq)[: query.limit]

    def _run(self) -> None:
        waiting = self._queue
        while waiting or not self._stopping:
            if not waiting:
                self._asleep = True
                # Looked at again after the flag is set, or an event appended in between would wait for the next one.
                if not waiting:
                    self._signals.get()
                self._asleep = False
                continue
            batch = [waiting.popleft() for _ in range(min(len(waiting), BATCH_EVENTS))]
            self._number(batch)
            self._keep(batch)
            for follower in self._followers:
                follower(batch)

    def _number(self, batch: list[Event]) -> None:
        # One time for the whole batch, never earlier than the one before: order and clock agree.
        self._latest = max(self._latest, self._now())
        time = timestamp(self._latest)
        for event in batch:
            event.time = time
            if event.stored:
                self._seq += 1
                event.seq = self._seq
                event.id = f"{self.boot}-{self._seq}"

    def _keep(self, batch: list[Event]) -> None:
        with self._kept_lock:
            for event in batch:
                if not event.stored:
                    continue
                record = Record(
                    event.seq,
                    event.id,
                    event.time,
                    event.verb,
                    event.line,
                    event.client_tags,
                    event.sender,
                    event.about,
                    extra=event.extra,
                )
                for conversation in event.channels or (event.channel,):
                    if conversation:
                        self._conversation(conversation).append(record)

    def _conversation(self, key: str) -> deque[Record]:
        kept = self._kept.get(key)
        if kept is None:
            kept = self._kept[key] = deque(maxlen=KEEP)
            if len(self._kept) > KEEP_CONVERSATIONS:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return kept
