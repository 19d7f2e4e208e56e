"""A few threads for what must not be done in an I/O thread: reading history, searching, hashing passwords.

Three pools, `read`, `search` and `hash`, each with its own bounded queue, so that neither a hundred logins nor a slow
search hold up history. `submit` may be called from any thread; the tasks run in the threads `read-N`, `search-N` and
`hash-N` and hand their results on themselves. Imports the standard library only.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

THREADS = {"read": 2, "search": 2, "hash": 2}
QUEUES = {"read": 1024, "search": 256, "hash": 32}
"""Tasks that may wait; one more is refused."""

logger = logging.getLogger("obrolan.workers")

Task = Callable[[], None]


class Workers:
    """See the module."""

    def __init__(self) -> None:
        self._queues: dict[str, queue.Queue[Task | None]] = {name: queue.Queue(size) for name, size in QUEUES.items()}
        self._threads = [
            threading.Thread(target=self._run, args=(self._queues[name],), name=f"{name}-{number}")
            for name, count in THREADS.items()
            for number in range(count)
        ]
        self._stopping = False

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def submit(self, pool: str, task: Task) -> bool:
        """Have a worker do this; False when too much waits already or the server is stopping."""
        if self._stopping:
            return False
        try:
            self._queues[pool].put_nowait(task)
        except queue.Full:
            return False
        return True

    def stop(self, deadline_s: float) -> None:
        """Finish what is being done, drop what waits, end."""
        self._stopping = True
        for name, waiting in self._queues.items():
            try:
                while True:
                    waiting.get_nowait()
            except queue.Empty:
                pass
            for _ in range(THREADS[name]):
                waiting.put(None)
        for thread in self._threads:
            thread.join(deadline_s)

    @staticmethod
    def _run(waiting: queue.Queue[Task | None]) -> None:
        while (task := waiting.get()) is not None:
            try:
                task()
            except Exception:
                logger.exception("a task of a worker failed")
