"""A row of a list dragged to another place of its group by the mouse, with a line where it would fall.

No `QDrag`: that has an event loop of its own, and nothing outside the list may take a row. Rows are known by persistent
indexes, so the model may lose rows meanwhile, but must not move any. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto

from PyQt5.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    Qt,
    QTimer,
    pyqtSignal,
)
from PyQt5.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter
from PyQt5.QtWidgets import QApplication, QListView

from client import theme
from client.theme import px

EDGE = 24
"""So near to the upper or lower edge the list scrolls, px at 100 %."""
SCROLL_MS = 30


class _Phase(Enum):
    """What the left button does."""

    UP = auto()
    PRESSED = auto()
    DRAGGING = auto()
    SPENT = auto()
    """Still down, after the drag was cancelled: no click comes of it."""


class RowDrag(QObject):
    """The list hands it events first (`takes`, `takes_own`) and lets it draw last (`paint`)."""

    began = pyqtSignal()
    dropped = pyqtSignal(int, int)
    """The row, and the row of its group before which it fell, -1 for the end; before `ended`."""
    ended = pyqtSignal()
    """Dropped or cancelled."""

    def __init__(self, view: QListView, group: Callable[[int], Sequence[int]]) -> None:
        """`group`: the rows among which the row with this number may be moved, itself among them."""
        super().__init__(view)
        self._view, self._group = view, group
        self._phase = _Phase.UP
        self._row = QPersistentModelIndex()
        self._pressed_at = self._at = QPoint()
        """Where the button went down, where the pointer is; in the viewport."""
        self._behind: list[QPersistentModelIndex] | None = None
        """The others of its group that would stand behind it, None where it may not fall."""
        self._timer = QTimer(self)
        self._timer.setInterval(SCROLL_MS)
        self._timer.timeout.connect(self._scroll)
        view.verticalScrollBar().valueChanged.connect(self._aim)
        view.model().rowsRemoved.connect(self._rows_removed)

    @property
    def active(self) -> bool:
        """Whether a row is being dragged now."""
        return self._phase is _Phase.DRAGGING

    @property
    def scrolls(self) -> bool:
        """Whether the list scrolls because the pointer is near its edge."""
        return self._timer.isActive()

    # --- what the list hands over -------------------------------------------------------------

    def takes(self, event: QEvent) -> bool:
        """An event of the viewport; True if the list must not see it."""
        kind = event.type()
        if isinstance(event, QMouseEvent):
            if kind in {QEvent.MouseButtonPress, QEvent.MouseButtonDblClick}:
                return self._press(event)
            if kind == QEvent.MouseMove:
                return self._move(event)
            return kind == QEvent.MouseButtonRelease and event.button() == Qt.LeftButton and self._release()
        passing = {QEvent.HoverEnter, QEvent.HoverMove, QEvent.HoverLeave, QEvent.ToolTip, QEvent.ContextMenu}
        return self.active and kind in passing

    def takes_own(self, event: QEvent) -> bool:
        """An event of the list itself: Esc cancels; so does what takes away the keyboard or the list."""
        kind = event.type()
        if self.active and isinstance(event, QKeyEvent) and event.key() == Qt.Key_Escape:
            if kind == QEvent.KeyPress:
                self._cancel()
            event.accept()
            return True
        if self.active and kind in {QEvent.FocusOut, QEvent.Hide}:
            self._cancel()
        return False

    def paint(self) -> None:
        """Draw over the rows: what is dragged becomes pale, and there is the line."""
        if not self.active:
            return
        colours = theme.current()
        painter = QPainter(self._view.viewport())
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setOpacity(0.6)
        painter.fillRect(self._area(self._row.row()), QColor(colours.side))
        painter.setOpacity(1)
        line = self._line()
        if line is not None:
            painter.setPen(Qt.NoPen)
            painter.setBrush(QColor(colours.accent))
            painter.drawRoundedRect(line, line.height() / 2, line.height() / 2)
        painter.end()

    # --- the left button ----------------------------------------------------------------------

    def _press(self, event: QMouseEvent) -> bool:
        if event.button() != Qt.LeftButton:
            return self._phase is not _Phase.UP and bool(event.buttons() & Qt.LeftButton)
        if self.active:  # somebody else had the release
            self._cancel()
        index = self._view.indexAt(event.pos())
        self._row, self._pressed_at = QPersistentModelIndex(index), event.pos()
        movable = len(self._group(index.row())) > 1
        self._phase = _Phase.PRESSED if movable else _Phase.UP
        return False

    def _move(self, event: QMouseEvent) -> bool:
        if not event.buttons() & Qt.LeftButton:
            if self.active:
                self._cancel()
            self._phase = _Phase.UP
            return False
        far = (event.pos() - self._pressed_at).manhattanLength() > QApplication.startDragDistance()
        if self._phase is _Phase.PRESSED and far:
            self._phase = _Phase.DRAGGING if self._row.isValid() else _Phase.SPENT
            if self.active:
                self.began.emit()
        if self.active:
            self._at = event.pos()
            self._aim()
        return self._phase is not _Phase.UP

    def _release(self) -> bool:
        phase = self._phase
        if phase is _Phase.DRAGGING:
            self._drop()
        self._phase = _Phase.UP
        return phase in {_Phase.DRAGGING, _Phase.SPENT}

    # --- dragging -----------------------------------------------------------------------------

    def _drop(self) -> None:
        if self._behind is not None:
            self.dropped.emit(self._row.row(), self._before())
        self._end(_Phase.UP)
        self.ended.emit()

    def _cancel(self) -> None:
        self._end(_Phase.SPENT)
        self.ended.emit()

    def _end(self, phase: _Phase) -> None:
        self._phase, self._behind = phase, None
        self._timer.stop()
        self._view.viewport().unsetCursor()
        self._view.viewport().update()

    def _rows_removed(self) -> None:
        if self.active and not self._row.isValid():
            self._end(_Phase.SPENT)
            QTimer.singleShot(0, self._tell_end)  # the model is in the midst of its changes

    def _tell_end(self) -> None:
        self.ended.emit()

    # --- where it would fall ------------------------------------------------------------------

    def _aim(self) -> None:
        """Find the place under the pointer, and whether the list scrolls there."""
        if not self.active:
            return
        viewport = self._view.viewport()
        rows = self._rows_behind()
        self._behind = None if rows is None else [QPersistentModelIndex(self._index(number)) for number in rows]
        viewport.setCursor(Qt.ForbiddenCursor if rows is None else Qt.ClosedHandCursor)
        viewport.update()
        if not self._step():
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def _rows_behind(self) -> list[int] | None:
        """The rows of its group below the pointer, itself left out; None if the pointer is not over the group.

        A caption above or below, and what is empty below, count as its ends.
        """
        row = self._row.row()
        group = self._group(row)  # none if it is being removed just now, and that scrolls
        if not group or not self._view.viewport().rect().contains(self._at):
            return None
        under = self._view.indexAt(self._at)
        number = under.row() if under.isValid() else self._view.model().rowCount()
        if number not in group and (self._group(number) or not group[0] - 1 <= number <= group[-1] + 1):
            return None
        return [n for n in group if n != row and self._area(n).center().y() >= self._at.y()]

    def _before(self) -> int:
        """The row that would follow it; -1 for none, at the end."""
        return next((index.row() for index in self._behind or () if index.isValid()), -1)

    def _line(self) -> QRectF | None:
        """Where the line is; None where it may not fall, and where it is already."""
        row = self._row.row()
        group = self._group(row)
        before = self._before()
        follower = next((number for number in group if number > row), -1)
        if self._behind is None or before == follower:
            return None
        viewport = self._view.viewport().rect()
        y = self._area(before).top() if before >= 0 else self._area(group[-1]).bottom() + 1
        thick = px(2)
        top = min(max(y - thick / 2, 0), viewport.height() - thick)
        return QRectF(px(8), top, viewport.width() - px(16), thick)

    # --- scrolling ----------------------------------------------------------------------------

    def _step(self) -> int:
        """How far the list scrolls at each turn: the nearer to the edge, the farther."""
        height = self._view.viewport().height()
        edge = min(px(EDGE), height // 4)
        above, below = edge - self._at.y(), self._at.y() - (height - edge)
        deep = max(above, below)
        if deep <= 0:
            return 0
        step = max(1, min(deep, edge) // 2)
        return -step if above > below else step

    def _scroll(self) -> None:
        bar = self._view.verticalScrollBar()
        bar.setValue(bar.value() + self._step())

    # --- rows ---------------------------------------------------------------------------------

    def _index(self, number: int) -> QModelIndex:
        return self._view.model().index(number, 0)

    def _area(self, number: int) -> QRect:
        return self._view.visualRect(self._index(number))
