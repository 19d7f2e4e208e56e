"""What wakes the main thread: signals, the end of a thread that must not end, a disk that lies.

Imports the standard library only. `wait` is the main thread's; `fatal`, `restart` and `stop` may be
called from any thread.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType

logger = logging.getLogger("obrolan.server")

SIGNAL, FAILURE, STORAGE, RELOAD, RESTART = "signal", "failure", "storage", "reload", "restart"


class Signals:
    """See the module."""

    def __init__(self) -> None:
        self._receive, self._send = socket.socketpair()
        self._receive.settimeout(0.5)  # on Windows a signal does not wake a socket that waits
        self._ends: list[str] = []
        self._again = threading.Event()
        self.farewell = ""
        """What everybody is told, where somebody said so."""
        self.restore: Callable[[], None] = lambda: None
        """Sets the terminal as it was, before the process is ended hard."""
        self._had_terminal = _in_terminal()

    def install(self) -> None:
        """Take over signals and the ends of threads."""
        threading.excepthook = self._failed
        for number in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGBREAK", signal.SIGTERM)):
            signal.signal(number, self._stop)
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, self._hung_up)

    def wait(self) -> str:
        """Wait for the next of `SIGNAL` and its like; all but `RELOAD` mean that the server ends."""
        while True:
            if self._ends:
                return self._ends[0]
            if self._again.is_set():
                self._again.clear()
                return RELOAD
            try:
                self._receive.recv(1)
            except TimeoutError:
                continue

    def fatal(self, why: str) -> None:
        """What cannot be kept safely ends the server."""
        logger.critical("%s", why)
        self._end(STORAGE)

    def restart(self) -> None:
        """The process ends and starts itself anew."""
        self._end(RESTART)

    def stop(self, farewell: str = "") -> None:
        """The server ends as by a signal; everybody is told so, in these words if there are any."""
        self.farewell = farewell
        self._end(SIGNAL)

    def ending(self) -> bool:
        """Whether there is a reason to end."""
        return bool(self._ends)

    def _end(self, reason: str) -> None:
        self._ends.append(reason)
        self._send.send(b"\0")

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        if self._ends:
            self.restore()
            os._exit(1)  # asked twice: whoever waits does not want to
        self._end(SIGNAL)

    def _hung_up(self, number: int, frame: FrameType | None) -> None:
        if self._had_terminal and not _in_terminal():
            self._stop(number, frame)  # the window it ran in was closed
            return
        self._again.set()
        self._send.send(b"\0")

    def _failed(self, failure: threading.ExceptHookArgs) -> None:
        logger.critical(
            "the thread %s ended", failure.thread.name if failure.thread else "?", exc_info=failure.exc_value
        )
        self._end(FAILURE)


def _in_terminal() -> bool:
    try:
        return os.isatty(0)
    except OSError:
        return False
