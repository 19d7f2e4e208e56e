"""A page that scrolls by itself to what the person must see now. GUI thread only; needed for the first paint."""

from __future__ import annotations

from PyQt5.QtCore import QPoint, Qt, QTimer, pyqtSignal
from PyQt5.QtWidgets import QScrollArea, QWidget

from client.theme import px

_AROUND = 28
"""Above a field its caption is seen, too."""


class SightArea(QScrollArea):
    """As wide as its room; what does not fit into the height is scrolled."""

    settled = pyqtSignal()
    """What was to be seen is in sight, as far as there is room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self._wanted: list[QWidget] = []
        self._timer = QTimer(self)  # what has just been shown has its place only after the layout
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._settle)

    def bring_in_sight(self, *widgets: QWidget) -> None:
        """Scroll to these and what was asked for in the same turn; where not all have room, the last one has."""
        self._wanted += widgets
        self._timer.start()

    def _settle(self) -> None:
        for widget in self._wanted:
            self._scroll_to(widget)
        self._wanted.clear()
        self.settled.emit()

    def _scroll_to(self, widget: QWidget) -> None:
        """As little as it takes; Qt's `ensureWidgetVisible` would do with the cursor of a field."""
        bar, room = self.verticalScrollBar(), self.viewport().height()
        around = max(0, min(px(_AROUND), (room - widget.height()) // 2))
        top = widget.mapTo(self.widget(), QPoint()).y()
        lowest = top + widget.height() + around - room
        bar.setValue(min(max(bar.value(), lowest), top - around))
