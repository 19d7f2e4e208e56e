"""Tells when the computer comes back from sleep: links may be dead by then, and timers have stood still.

GUI thread; needed before the first paint. Imports Qt's core, nothing of ours.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PyQt5.QtCore import QObject, QTimer, pyqtSignal

LOOK_MS = 5_000
LEAST_S = 10.0
"""Less sleep than this is not worth mentioning."""


def asleep_s() -> float:
    """How long the computer has slept since it was started, in seconds; elsewhere than on Linux from any beginning.

    There a clock that is set looks the same, which does no harm.
    """
    counts_sleep: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return (time.time() if counts_sleep is None else time.clock_gettime(counts_sleep)) - time.monotonic()


class Waking(QObject):
    """Looks every few seconds, from `start` on."""

    woke = pyqtSignal()

    def __init__(self, parent: QObject, asleep: Callable[[], float] = asleep_s) -> None:
        super().__init__(parent)
        self._asleep = asleep
        self._slept = asleep()
        self.timer = QTimer(self)
        self.timer.setInterval(LOOK_MS)
        self.timer.timeout.connect(self._look)

    def start(self) -> None:
        """From now on."""
        self._slept = self._asleep()
        self.timer.start()

    def _look(self) -> None:
        before, self._slept = self._slept, self._asleep()
        if self._slept - before >= LEAST_S:
            self.woke.emit()
