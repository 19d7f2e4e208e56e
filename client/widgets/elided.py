"""Small parts: a one-line label cut with an ellipsis, a button that looks like it, a separating line."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QRect, QSize, Qt
from PyQt5.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PyQt5.QtWidgets import QAbstractButton, QLabel, QSizePolicy, QToolTip, QWidget

from client import theme
from client.theme import px
from client.widgets.plain import tooltip


class ElidedLabel(QLabel):
    """Shows as much of its plain text as fits; all of it as a tooltip when something is cut."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.PlainText)
        self.setSizePolicy(QSizePolicy.Maximum, QSizePolicy.Preferred)
        self.setMinimumWidth(0)

    def minimumSizeHint(self) -> QSize:
        """A few letters."""
        return QSize(min(px(40), self.sizeHint().width()), super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The text, cut at its end."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        inside = self.contentsRect()
        painter.drawText(inside, int(Qt.AlignLeft | Qt.AlignAbsolute | Qt.AlignVCenter), self._cut(inside))
        painter.end()

    def event(self, event: QEvent) -> bool:
        """The tooltip says what is cut off."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.ToolTip:
            cut = self._cut(self.contentsRect()) != self.text()
            QToolTip.showText(event.globalPos(), tooltip(self.text()) if cut else "", self)
            return True
        return bool(super().event(event))

    def _cut(self, inside: QRect) -> str:
        return self.fontMetrics().elidedText(self.text(), Qt.ElideRight, inside.width())


class ElidedButton(QAbstractButton):
    """A secondary text in one line that can be clicked to see all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Ignored, QSizePolicy.Preferred)
        self.setCursor(Qt.PointingHandCursor)
        self.setAttribute(Qt.WA_Hover)

    def sizeHint(self) -> QSize:
        """The whole text, if there is room."""
        return QSize(self.fontMetrics().horizontalAdvance(self._line()) + px(8), px(28))

    def minimumSizeHint(self) -> QSize:
        """It may vanish."""
        return QSize(0, px(28))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The text, underlined under the pointer."""
        colours = theme.current()
        painter = QPainter(self)
        font = theme.text_font(14)
        font.setUnderline(self.underMouse())
        painter.setFont(font)
        painter.setPen(QColor(colours.secondary))
        inside = self.rect().adjusted(px(4), 0, -px(4), 0)
        text = painter.fontMetrics().elidedText(self._line(), Qt.ElideRight, inside.width())
        painter.drawText(inside, int(Qt.AlignLeft | Qt.AlignAbsolute | Qt.AlignVCenter), text)
        painter.end()

    def _line(self) -> str:
        return " ".join(self.text().split())


class Rule(QWidget):
    """A horizontal line of one pixel in the theme's colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The line."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.current().line))
        painter.end()
