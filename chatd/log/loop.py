"""What every log has: a queue of events, and the one thread (`log`) that takes them up in batches.

`append` and `wake` may be called from any thread and never wait; `_take`, `_idle` and the followers run in the log's
thread. There is no timer: a batch is whatever came while the one before was being kept.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable

from chatd.events import Event
from chatd.log import BATCH_BYTES, BATCH_EVENTS, Follower
from translations import tr


class LogThread:
    """See the module. A log says by `_take` how it keeps a batch."""

    def __init__(self) -> None:
        self._queue: deque[Event] = deque()
        self._signals: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._asleep = True
        self._stopping = False
        self._followers: list[Follower] = []
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
        if self._thread.ident is not None:
            self._thread.join(deadline_s)
        else:
            self._close()  # it was never started
        return not self._thread.is_alive()

    def trouble(self) -> str:
        return "" if self._thread.is_alive() else tr("the log has ended")

    def _take(self, batch: list[Event]) -> None:
        """Give each event its outcome, number and time, and keep it."""
        raise NotImplementedError

    def _taken(self) -> None:
        """The followers have the batch: what may be done behind their backs."""

    def _idle(self) -> float | None:
        """Nothing waits: do a little of what can wait, and say in how many seconds to ask again (None: never)."""
        return None

    def _close(self) -> None:
        """The last thing the thread does."""

    def _run(self) -> None:
        waiting = self._queue
        while waiting or not self._stopping:
            if not waiting:
                self._rest()
                continue
            batch = self._next()
            self._take(batch)
            for follower in self._followers:
                follower(batch)
            self._taken()
        self._close()

    def _rest(self) -> None:
        pause = self._idle()
        self._asleep = True
        # Looked at again after the flag is set, or an event appended in between would wait for the next one.
        if not self._queue and not self._stopping:
            try:
                self._signals.get(timeout=pause)
            except queue.Empty:
                pass
        self._asleep = False

    def _next(self) -> list[Event]:
        """All that waits, up to the bounds of a batch."""
        waiting = self._queue
        batch: list[Event] = []
        size = 0
        while waiting and len(batch) < BATCH_EVENTS and size < BATCH_BYTES:
            event = waiting.popleft()
            size += len(event.line) if event.plain else len(event.line) + len(event.client_tags) + len(event.extra)
            batch.append(event)
        return batch
