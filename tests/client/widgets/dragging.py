"""A mouse that drags rows of a list of rooms."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PyQt5.QtGui import QImage, QMouseEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication

from client import theme
from client.widgets.side_panes import RoomList


class Mouse:
    """Takes rows of this list and drops them."""

    def __init__(self, view: RoomList) -> None:
        self.view = view
        self.at = QPoint()

    def area(self, key: str, server: int = 0) -> QRect:
        rows = range(self.view.rooms.rowCount())
        number = next(n for n in rows if (self.view.rooms.row(n).key, self.view.rooms.row(n).server) == (key, server))
        return self.view.visualRect(self.view.rooms.index(number))

    def press(self, key: str, server: int = 0) -> None:
        self.at = self.area(key, server).center()
        QTest.mousePress(self.view.viewport(), Qt.LeftButton, Qt.NoModifier, self.at)

    def to(self, point: QPoint, buttons: Qt.MouseButton = Qt.LeftButton) -> None:
        """Move there with the button down."""
        self.at = point
        event = QMouseEvent(QEvent.MouseMove, QPointF(point), Qt.NoButton, buttons, Qt.NoModifier)
        QApplication.sendEvent(self.view.viewport(), event)

    def above(self, key: str, server: int = 0) -> None:
        """Over the upper half of this row."""
        area = self.area(key, server)
        self.to(QPoint(area.center().x(), area.top() + area.height() // 4))

    def below(self, key: str, server: int = 0) -> None:
        """Over its lower half."""
        area = self.area(key, server)
        self.to(QPoint(area.center().x(), area.bottom() - area.height() // 4))

    def release(self) -> None:
        QTest.mouseRelease(self.view.viewport(), Qt.LeftButton, Qt.NoModifier, self.at)

    def lines(self) -> list[int]:
        """Where the accent's line is seen, if it is (the ring of the keyboard has sides)."""
        viewport = self.view.viewport()
        picture: QImage = viewport.grab().toImage()
        accent = theme.current().accent.lower()
        columns = [viewport.width() // 4, viewport.width() // 2, viewport.width() * 3 // 4]
        side, inside = viewport.width() - theme.px(8) - 2, theme.px(12)

        def accented(x: int, y: int) -> bool:
            return picture.valid(x, y) and picture.pixelColor(x, y).name() == accent

        across = (y for y in range(picture.height()) if all(accented(x, y) for x in columns))
        return [y for y in across if not accented(side, y - inside) and not accented(side, y + inside)]
