"""A button in the left list: an icon and a text like a row of it, perhaps with its key at the right."""

from __future__ import annotations

from PyQt5.QtCore import QRect, QRectF, QSize, Qt
from PyQt5.QtGui import QColor, QPainter, QPaintEvent, QPen
from PyQt5.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from client import theme
from client.theme import px
from client.widgets import icons

_LEFT = int(Qt.AlignLeft | Qt.AlignAbsolute | Qt.AlignVCenter)
_RIGHT = int(Qt.AlignRight | Qt.AlignAbsolute | Qt.AlignVCenter)


class SideButton(QAbstractButton):
    """See the module; `renew` gives it its words."""

    def __init__(self, icon: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon = icon
        self._key = ""
        self.setSizePolicy(QSizePolicy.Ignored, QSizePolicy.Fixed)
        self.setCursor(Qt.PointingHandCursor)
        self.setAttribute(Qt.WA_Hover)

    def renew(self, text: str, what: str, key: str = "") -> None:
        """Take over theme, zoom and language: its text, what it does in a sentence, the key shown at the right."""
        self._key = key
        self.setText(text)
        self.setAccessibleName(what)
        self.setToolTip(what)
        self.setFixedHeight(px(36))
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as the list."""
        return QSize(px(120), px(36))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The icon where the rows have theirs, the text, the key."""
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.Antialiasing)
        pill = QRectF(self.rect()).adjusted(px(8), px(2), -px(8), -px(2))
        if self.underMouse() or self.isDown():
            painter.setPen(Qt.NoPen)
            painter.setBrush(QColor(colours.pressed if self.isDown() else colours.hover))
            painter.drawRoundedRect(pill, px(6), px(6))
        if self.hasFocus():
            ring = px(colours.focus_width)
            painter.setPen(QPen(QColor(colours.focus), ring))
            painter.setBrush(Qt.NoBrush)
            painter.drawRoundedRect(pill.adjusted(ring / 2, ring / 2, -ring / 2, -ring / 2), px(6), px(6))
        side, left, right = px(14), px(19), self.width() - px(16)
        sign = icons.pixmap(self._icon, side, colours.secondary, self.devicePixelRatioF())
        painter.drawPixmap(QRect(left, (self.height() - side) // 2, side, side), sign)
        left += px(21)
        painter.setPen(QColor(colours.secondary))
        painter.setFont(theme.text_font(12))
        width = painter.fontMetrics().horizontalAdvance(self._key) if self._key else 0
        painter.drawText(QRect(left, 0, right - left, self.height()), _RIGHT, self._key)
        painter.setFont(theme.text_font(14))
        text = painter.fontMetrics().elidedText(self.text(), Qt.ElideRight, right - left - width - px(4))
        painter.drawText(QRect(left, 0, right - left, self.height()), _LEFT, text)
        painter.end()
