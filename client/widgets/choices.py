"""What settings are chosen with: a tick, one of several options, a list that opens; in the design's colours.

Boxes and rings have the shape that the system's have, so that each says its state without colour. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PyQt5.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QPainter, QPaintEvent, QPen, QWheelEvent
from PyQt5.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QRadioButton,
    QSizePolicy,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from client import theme
from client.theme import px
from client.widgets.controls import label, paint_chevron

_LEFT, _SIDE, _GAP, _HEIGHT = 1, 18, 10, 32
_FLAGS = int(Qt.AlignLeft | Qt.AlignTop | Qt.TextWordWrap)


if TYPE_CHECKING:
    _Button = QAbstractButton  # sip allows one base of Qt's, and that is the kind of button
else:
    _Button = object


class _Marked(_Button):
    """A button whose state stands in a box of 18 px at the left of its text, which may take more lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Preferred, QSizePolicy.Minimum)

    def sizeHint(self) -> QSize:
        """As wide as the text."""
        width = self.fontMetrics().horizontalAdvance(self.text()) + px(_LEFT + _SIDE + _GAP + 6)
        return QSize(width, px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """The text is broken into lines where there is little room."""
        return QSize(min(self.sizeHint().width(), px(120)), px(_HEIGHT))

    def hasHeightForWidth(self) -> bool:
        """Yes: a long text takes more lines in a narrow window."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of so many lines."""
        return max(px(_HEIGHT), self._text_room(width).height() + px(10))

    def hitButton(self, place: QPoint) -> bool:
        """All of it can be clicked."""
        return bool(self.rect().contains(place))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The box, what says that it is on, and the text."""
        colours, on, able = theme.current(), self.isChecked(), self.isEnabled()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.Antialiasing)
        line = colours.accent if on else colours.control_border
        painter.setPen(QPen(QColor(line if able else colours.disabled), max(1, px(1.5))))
        fill = colours.accent if on else colours.hover if self.underMouse() else colours.raised
        painter.setBrush(QColor(fill if able else colours.disabled if on else colours.window))
        self.paint_box(painter, QRectF(px(_LEFT), (px(_HEIGHT) - px(_SIDE)) / 2, px(_SIDE), px(_SIDE)))
        painter.setPen(QColor(colours.text if able else colours.disabled))
        painter.drawText(self._text_room(self.width()), _FLAGS, self.text())
        painter.end()

    def paint_box(self, painter: QPainter, box: QRectF) -> None:
        """The box with what says that it is on; pen and brush are set."""
        raise NotImplementedError

    def _text_room(self, width: int) -> QRect:
        left, top = px(_LEFT + _SIDE + _GAP), (px(_HEIGHT) - self.fontMetrics().lineSpacing()) // 2
        room = QRect(left, top, max(px(40), width - left - px(4)), 10_000)
        return QRect(left, top, room.width(), self.fontMetrics().boundingRect(room, _FLAGS, self.text()).height())


class Tick(_Marked, QCheckBox):
    """A box with a tick while it is on, and what is on beside it."""

    def paint_box(self, painter: QPainter, box: QRectF) -> None:
        """Box and tick."""
        painter.drawRoundedRect(box, px(4), px(4))
        if self.isChecked():
            painter.setPen(QPen(QColor(theme.current().on_accent), px(2), Qt.SolidLine, Qt.RoundCap, Qt.RoundJoin))
            places = ((0.24, 0.52), (0.43, 0.71), (0.77, 0.31))
            painter.drawPolyline(*(box.topLeft() + QPointF(x, y) * box.width() for x, y in places))


class Option(_Marked, QRadioButton):
    """A ring with a dot while it is the chosen one, and its text beside it."""

    def paint_box(self, painter: QPainter, box: QRectF) -> None:
        """Ring and dot."""
        painter.drawEllipse(box)
        if self.isChecked():
            painter.setPen(Qt.NoPen)
            painter.setBrush(QColor(theme.current().on_accent))
            inset = box.width() * 0.3
            painter.drawEllipse(box.adjusted(inset, inset, -inset, -inset))


class Choice(QWidget):
    """A question with its answers below, one of which holds."""

    chosen = pyqtSignal(str)
    """The value of the answer that was clicked."""

    def __init__(self, values: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.question = label("secondary", wrap=True)
        self.options = {value: Option(self) for value in values}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.question)
        for value, option in self.options.items():
            option.clicked.connect(partial(self._clicked, value))
            self._column.addWidget(option)

    def set_texts(self, question: str, answers: Sequence[str]) -> None:
        """What is asked, and what each answer is called."""
        self.question.setText(question)
        self.question.setFont(theme.text_font(12, semibold=True))
        for option, text in zip(self.options.values(), answers, strict=True):
            option.setText(text)
            option.setFont(theme.text_font(14))
            option.setAccessibleName(text)
            option.setAccessibleDescription(question)
        self._column.setSpacing(px(2))

    def show_value(self, value: str) -> None:
        """The answer that holds."""
        if value in self.options:
            self.options[value].setChecked(True)

    def _clicked(self, value: str, _checked: bool = False) -> None:
        self.chosen.emit(value)


class Selector(QComboBox):
    """One of many, in a list that opens; turning the wheel over it scrolls the page and changes nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(QStyledItemDelegate(self))  # the usual one does not ask the style sheet for its rows

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Not for this control."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The box as Qt draws it, and a chevron over it."""
        super().paintEvent(event)
        paint_chevron(self)

    def changeEvent(self, event: QEvent) -> None:
        """The zoom changes the height."""
        super().changeEvent(event)
        if event.type() == QEvent.StyleChange:
            self.updateGeometry()
