"""The durable log: what is echoed is on the disk, and nobody sees anything that is not.

One thread, `log`, has the only connection that writes: it takes all that waits, commits it with one flush, and only
then hands it on; batches form by themselves while the flush before is under way. Readers have their own connections.
When the disk is full who writes is told so, who comes and goes is still seen, and reading goes on (`storage`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Protocol

from chatd.config import History
from chatd.events import Event, Outcome
from chatd.log import LogError, Query, Record, Selector, Target
from chatd.log.database import FILE, Connect, connect, open_writer
from chatd.log.epochs import Epochs
from chatd.log.keeping import load
from chatd.log.loop import LogThread
from chatd.log.reading import Reader
from chatd.log.retention import Retention
from chatd.log.storage import Fatal, Storage
from chatd.log.times import written
from chatd.log.writing import Writer

PASSING_WHEN_FULL = frozenset({"JOIN", "PART", "QUIT", "NICK", "KICK", "MODE", "TOPIC"})
"""What has happened already, whether it can be kept or not: everybody must see it."""
COMMIT_FRAMES, EVENTS_PER_FRAME = 5, 10
"""About how many pages a commit writes, whatever is in it, and how many events fill one more."""


class Index(Protocol):
    """The full-text index behind the log."""

    def start(self) -> None: ...

    def wake(self) -> None:
        """More was committed; returns at once."""

    def expired(self) -> None:
        """Events were deleted for their age; returns at once."""

    def search(self, query: Query) -> list[Record]: ...

    def stop(self, deadline_s: float) -> bool: ...


class SqliteLog(LogThread):
    """See the module. Implements `chatd.log.Log`."""

    def __init__(
        self,
        folder: Path,
        history: History,
        now: Callable[[], float],
        monotonic: Callable[[], float],
        fatal: Fatal,
        connect: Connect = connect,
    ) -> None:
        """Opens history.db in this folder, or makes it. `fatal` is told why the process must end. Raises
        `UnusableError`.
        """
        super().__init__()
        path = folder / FILE
        connection = open_writer(path, connect)
        self._now = now
        self.epochs = Epochs(connection)
        self.kept = load(connection)
        self.durable = True
        self.boot = self.epochs.current
        self._writer = Writer(connection, self.epochs)
        self._storage = Storage(connection, monotonic, self._time, fatal)
        self._retention = Retention(history, now, monotonic)
        self.reader = Reader(path, self.epochs)
        self.index: Index | None = None
        """Set before `start`."""

    def start(self) -> None:
        super().start()
        if self.index is not None:
            self.index.start()

    def stop(self, deadline_s: float) -> bool:
        indexed = self.index.stop(deadline_s) if self.index is not None else True
        self.reader.close()
        return super().stop(deadline_s) and indexed

    def latest_seq(self) -> int:
        return self._writer.seq

    def trouble(self) -> str:
        return self._storage.trouble or super().trouble()

    def read(self, conversation: str, selector: Selector, limit: int) -> list[Record]:
        return self.reader.read(conversation, selector, limit)

    def find(self, msgid: str) -> Record | None:
        return self.reader.find(msgid)

    def position(self, msgid: str, conversation: str) -> int | None:
        return self.reader.position(msgid, conversation)

    def first_at(self, time: str) -> int:
        return self.reader.first_at(time)

    def targets(self, channels: Collection[str], owner: str, after: str, before: str, limit: int) -> list[Target]:
        return self.reader.targets(channels, owner, after, before, limit)

    def latest(self, conversation: str, verb: str) -> Record | None:
        return self.reader.latest(conversation, verb)

    def reactions(self, about: int) -> list[Record]:
        return self.reader.reactions(about)

    def search(self, query: Query) -> list[Record]:
        if self.index is None:
            raise LogError("there is no index")
        return self.index.search(query)

    # --- the thread ----------------------------------------------------------------------------

    def _time(self) -> int:
        """Milliseconds since 1970, never less than any that an event has: order and clock agree."""
        return max(self._writer.at, int(self._now() * 1000))

    def _take(self, batch: list[Event]) -> None:
        at = self._time()
        time = written(at)
        work = []
        for event in batch:
            event.time = time
            if event.stored or event.writes:
                work.append(event)
        if work:
            self._keep(work, at, time)

    def _keep(self, work: Sequence[Event], at: int, time: str) -> None:
        writer, storage = self._writer, self._storage
        if storage.keep(lambda connection: writer.store(connection, work, at)):
            writer.at = at
            writer.apply(time)
            storage.written(COMMIT_FRAMES + len(work) // EVENTS_PER_FRAME)
            if writer.removed:
                storage.scrub()
            return
        writer.failed()
        lost = 0
        for event in work:
            lost += event.stored
            if not event.stored or event.verb not in PASSING_WHEN_FULL:
                event.outcome = Outcome.FAILED
        storage.lost += lost

    def _taken(self) -> None:
        if self.index is not None:
            self.index.wake()
        self._storage.tidy(idle=False)

    def _idle(self) -> float | None:
        if self._storage.ended:
            return None
        if self._storage.failing:
            return self._storage.retry()
        again = self._storage.tidy(idle=True)
        pause = self._retention.rest(self._delete)
        return pause if again is None else min(again, pause)

    def _delete(self, work: Callable[[sqlite3.Connection], int]) -> int:
        """Delete a slice of what is too old; how much that was."""
        deleted: list[int] = []
        if self._storage.keep(lambda connection: deleted.append(work(connection))):
            if deleted[0]:
                self._storage.written(COMMIT_FRAMES + deleted[0])
                self._storage.scrub()
                if self.index is not None:
                    self.index.expired()
            return deleted[0]
        return 0

    def _close(self) -> None:
        self._storage.close()
