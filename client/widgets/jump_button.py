"""Small parts of the message list: the ways to the newest and to the first new message, the scroll bar."""

from __future__ import annotations

from PyQt5.QtCore import QRectF, QSize, Qt
from PyQt5.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PyQt5.QtWidgets import QAbstractButton, QScrollBar, QWidget

from client import theme
from client.models.texts import number_text
from client.theme import px
from client.widgets import icons
from translations import ntr, tr

_MOST = 99


class JumpButton(QAbstractButton):
    """An arrow down, with the number of messages that came meanwhile."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("jump_button")
        self._count = 0
        self.setCursor(Qt.PointingHandCursor)
        self.setFocusPolicy(Qt.NoFocus)  # Ctrl+End does the same
        self.hide()

    def set_count(self, count: int) -> None:
        """How many messages came below."""
        self._count = count
        self.renew()

    def renew(self) -> None:
        """Take over theme, zoom and language."""
        name = tr("To the newest message")
        if self._count:
            new = ntr("{n} new message", "{n} new messages", self._count).format(n=number_text(self._count))
            name = f"{name}, {new}"
        self.setAccessibleName(name)
        self.setToolTip(f"{name} (Ctrl+End)")
        self.adjustSize()
        self.update()

    def _label(self) -> str:
        return f"{_MOST}+" if self._count > _MOST else str(self._count) if self._count else ""

    def sizeHint(self) -> QSize:
        """A circle, or a pill when there is a number."""
        width = self.fontMetrics().horizontalAdvance(self._label()) + px(8) if self._count else 0
        return QSize(px(40) + width, px(40))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Raised, with the arrow and the number in the accent colour."""
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.Antialiasing)
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(colours.accent if self._count else colours.control_border), 1))
        painter.setBrush(QColor(colours.hover if self.underMouse() else colours.raised))
        painter.drawRoundedRect(area, area.height() / 2, area.height() / 2)
        side = px(20)
        arrow = icons.pixmap("arrow-down", side, colours.accent, self.devicePixelRatioF())
        painter.drawPixmap(px(10), (self.height() - side) // 2, side, side, arrow)
        if self._count:
            painter.setPen(QColor(colours.accent))
            painter.setFont(theme.text_font(14, semibold=True))
            area = area.adjusted(px(10) + side, 0, -px(8), 0)
            painter.drawText(area, Qt.AlignCenter, self._label())
        painter.end()


class UnreadButton(QAbstractButton):
    """A pill at the top: how many messages are new, and the way to the first of them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("unread_button")
        self._count = 0
        self._text = ""
        self.setCursor(Qt.PointingHandCursor)
        self.setFocusPolicy(Qt.TabFocus)
        self.hide()

    def set_count(self, count: int) -> None:
        """How many messages are new."""
        if count != self._count:
            self._count = count
            self.renew()

    def renew(self) -> None:
        """Take over theme, zoom and language."""
        count = f"{_MOST}+" if self._count > _MOST else number_text(self._count)
        new = ntr("{n} new message", "{n} new messages", self._count).format(n=count)
        jump = tr("jump to the first")
        self._text = f"{new} – {jump}"
        self.setAccessibleName(self._text)
        self.setFont(theme.text_font(12, semibold=True))
        parent = self.parentWidget()
        if parent is not None:
            self.fit(parent.width())
        self.update()

    def fit(self, width: int) -> None:
        """Stand in the middle of so much room."""
        self.resize(min(self.sizeHint().width(), width - px(24)), px(32))
        self.move((width - self.width()) // 2, px(8))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses it, as the space bar does."""
        if event.key() in {Qt.Key_Return, Qt.Key_Enter}:
            self.click()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Arrow and text."""
        return QSize(self.fontMetrics().horizontalAdvance(self._text) + px(12 + 16 + 6 + 16), px(32))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A raised pill in the accent colour."""
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.Antialiasing)
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(colours.accent), 1))
        painter.setBrush(QColor(colours.hover if self.underMouse() else colours.raised))
        painter.drawRoundedRect(area, area.height() / 2, area.height() / 2)
        side = px(16)
        arrow = icons.pixmap("arrow-up", side, colours.accent, self.devicePixelRatioF())
        painter.drawPixmap(px(12), (self.height() - side) // 2, side, side, arrow)
        painter.setPen(QColor(colours.accent))
        painter.setFont(self.font())
        inside = self.rect().adjusted(px(12) + side + px(6), 0, -px(12), 0)
        text = self.fontMetrics().elidedText(self._text, Qt.ElideRight, inside.width())
        painter.drawText(inside, int(Qt.AlignLeft | Qt.AlignVCenter), text)
        painter.end()


class QuietScrollBar(QScrollBar):
    """Always takes its place, so that the text never moves, but shows a handle only if there is where to scroll."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """The bar, or nothing."""
        if self.maximum() > self.minimum():
            super().paintEvent(event)
