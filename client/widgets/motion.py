"""What moves in the message list: the flash of a message that was looked for, the sign of loading.

Timers run only while there is something to see; where the system or the person asks for no animations the
flash is a steady mark and the sign stands still. GUI thread only.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PyQt5.QtCore import QObject, QRectF, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QColor, QPainter, QPen
from PyQt5.QtWidgets import QApplication, QStyle

from client.theme import px

FLASH_S = 1.0
MARK_S = 2.0
"""How long the mark stands where nothing may move."""
_STEP_MS = 40
_TURN_S = 1.2


_chosen: bool | None = None


def choose(reduce: bool | None) -> None:
    """Animate nothing (True) or everything (False); None leaves it to the system."""
    global _chosen
    _chosen = reduce


def reduced() -> bool:
    """Whether nothing may be animated: what the person chose, else what the system asks of programs."""
    if _chosen is not None:
        return _chosen
    return not QApplication.style().styleHint(QStyle.SH_Widget_Animate)


class Flash(QObject):
    """Which entry is marked just now, and how strongly."""

    changed = pyqtSignal()

    def __init__(self, parent: QObject, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._monotonic = monotonic
        self._began = 0.0
        self._steady = False
        self.entry_id = ""
        self._timer = QTimer(self)
        self._timer.setInterval(_STEP_MS)
        self._timer.timeout.connect(self.step)

    def start(self, entry_id: str) -> None:
        """Mark this entry, once."""
        self.entry_id, self._began, self._steady = entry_id, self._monotonic(), reduced()
        self._timer.start()
        self.changed.emit()

    def step(self) -> None:
        """Time passed."""
        if self._monotonic() - self._began >= (MARK_S if self._steady else FLASH_S):
            self.stop()
        elif not self._steady:
            self.changed.emit()

    def stop(self) -> None:
        """Nothing is marked any more."""
        self._timer.stop()
        self.entry_id = ""
        self.changed.emit()

    def strength(self, entry_id: str) -> float:
        """0 for an entry that is not marked, 1 at the beginning of the flash."""
        if not self.entry_id or entry_id != self.entry_id:
            return 0.0
        if self._steady:
            return 1.0
        return max(0.0, 1.0 - (self._monotonic() - self._began) / FLASH_S)


class Spinner(QObject):
    """An arc that turns while somebody sees it; `show` says so at each painting."""

    turned = pyqtSignal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_STEP_MS)
        self._timer.timeout.connect(self.turned)

    def paint(self, painter: QPainter, area: QRectF, colour: str) -> None:
        """Draw it where it is now, and ask to be drawn again."""
        still = reduced()
        turn = 0.0 if still else time.monotonic() % _TURN_S / _TURN_S
        painter.save()
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setPen(QPen(QColor(colour), px(2), Qt.SolidLine, Qt.RoundCap))
        inset = px(3)
        painter.drawArc(area.adjusted(inset, inset, -inset, -inset), round(-turn * 360 * 16), 270 * 16)
        painter.restore()
        if not still and not self._timer.isActive():
            self._timer.start()
