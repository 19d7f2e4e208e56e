"""What can be done with a message, the buttons for it under the pointer, and a choice of reactions.

The view asks the page which deeds a message allows; nothing else is offered. GUI thread only.
"""

from __future__ import annotations

from enum import Enum
from functools import partial
from typing import cast

from PyQt5 import sip
from PyQt5.QtCore import QCoreApplication, QEvent, QObject, QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PyQt5.QtWidgets import QApplication, QFrame, QGridLayout, QHBoxLayout, QToolButton, QWidget

from client import theme
from client.models.emoji_names import COMMON
from client.theme import px
from client.widgets import icons
from client.widgets.spans import drawn_text
from translations import tr


class Deed(Enum):
    """Something to do with one message."""

    REACT = "react"
    REPLY = "reply"
    EDIT = "edit"
    DELETE = "delete"
    UNDELETE = "undelete"
    """A deleted one."""


def deed_text(deed: Deed) -> str:
    """What a menu calls it."""
    return {
        Deed.REACT: tr("React…"),
        Deed.REPLY: tr("Reply"),
        Deed.EDIT: tr("Edit"),
        Deed.DELETE: tr("Delete…"),
        Deed.UNDELETE: tr("Undo the deletion"),
    }[deed]


class DeedBar(QFrame):
    """React, reply and more, at the right top of the message under the pointer."""

    deed_chosen = pyqtSignal(object)
    """The `Deed`."""
    more_requested = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("deed_bar")
        self.setCursor(Qt.ArrowCursor)
        self.setMouseTracking(True)
        layout = QHBoxLayout(self)
        layout.setSpacing(0)
        self.react, self.reply, self.more = (QToolButton(self) for _ in range(3))
        for button in (self.react, self.reply, self.more):
            button.setFocusPolicy(Qt.NoFocus)  # the keys R and + and the menu key do the same
            theme.mark(button, "kind", "flat")
            layout.addWidget(button)
        self.react.clicked.connect(lambda: self.deed_chosen.emit(Deed.REACT))
        self.reply.clicked.connect(lambda: self.deed_chosen.emit(Deed.REPLY))
        self.more.clicked.connect(self.more_requested)
        self.hide()
        self.renew()

    def offer(self, deeds: frozenset[Deed], right: int, top: int) -> None:
        """Show what can be done, with the right top corner here."""
        self.react.setVisible(Deed.REACT in deeds)
        self.reply.setVisible(Deed.REPLY in deeds)
        self.adjustSize()
        self.move(right - self.width(), max(0, top))
        self.show()
        self.raise_()

    def renew(self) -> None:
        """Take over theme, zoom and language."""
        colours = theme.current()
        for button, name, text in (
            (self.react, "react", tr("React (+)")),
            (self.reply, "reply", tr("Reply (R)")),
            (self.more, "more", tr("More")),
        ):
            button.setIcon(icons.icon(name, px(16), colours.text))
            button.setIconSize(QSize(px(16), px(16)))
            button.setFixedSize(px(28), px(26))
            button.setAccessibleName(text)
            button.setToolTip(text)
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(1, 1, 1, 1)
        self.adjustSize()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Raised, with a thin border."""
        paint_raised(self)


COLUMNS = 8
"""Where the window is wide enough."""
PICKS = tuple(COMMON)[: 3 * COLUMNS - 1]
"""Offered as reactions, the most used first; the last place leads to all others."""


class ReactionPicker(QFrame):
    """Common reactions over the window; arrows and Enter, or a click, choose one; Esc or a click elsewhere closes."""

    picked = pyqtSignal(str)
    more_requested = pyqtSignal()
    """None of these: all emoji are wanted."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAccessibleName(tr("Choose a reaction"))
        self._before = _focused()
        self.buttons: list[QToolButton] = []
        self.columns = max(1, min(COLUMNS, (window.width() - px(12)) // px(38)))
        layout = QGridLayout(self)
        layout.setContentsMargins(px(6), px(6), px(6), px(6))
        layout.setSpacing(px(2))
        for emoji in PICKS:
            button = QToolButton(self)
            theme.mark(button, "kind", "flat")
            button.setFont(theme.emoji_font(18))
            button.setText(drawn_text(emoji))
            button.setAccessibleName(emoji)
            button.setFixedSize(px(36), px(36))
            button.clicked.connect(partial(self._pick, emoji))
            self.buttons.append(button)
        more = QToolButton(self)
        theme.mark(more, "kind", "flat")
        more.setIcon(icons.icon("more", px(18), theme.current().text))
        more.setIconSize(QSize(px(18), px(18)))
        more.setAccessibleName(tr("All emoji…"))
        more.setToolTip(tr("All emoji…"))
        more.setFixedSize(px(36), px(36))
        more.clicked.connect(self._more)
        self.buttons.append(more)
        for number, button in enumerate(self.buttons):
            layout.addWidget(button, number // self.columns, number % self.columns)

    def show_at(self, beside: QRect) -> None:
        """Open below this rectangle of the window, or above it where there is no room."""
        self.adjustSize()
        inside = self.parentWidget().rect()
        x = max(0, min(beside.right() - self.width(), inside.right() - self.width()))
        y = beside.bottom() + px(4)
        if y + self.height() > inside.bottom():
            y = max(0, beside.top() - self.height() - px(4))
        self.move(x, y)
        self.show()
        self.raise_()
        self.buttons[0].setFocus(Qt.TabFocusReason)
        _app().installEventFilter(self)

    def close_picker(self) -> None:
        """Put it away; the keyboard goes back to where it was."""
        _app().removeEventFilter(self)
        focused = _focused()
        held = focused is not None and self.isAncestorOf(focused)
        self.hide()
        self.deleteLater()
        if held and self._before is not None and not sip.isdeleted(self._before):
            self._before.setFocus(Qt.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys are ours, not the buttons' (for them an arrow is a Tab); what happens elsewhere closes this."""
        if not isinstance(watched, QWidget) or self.isHidden():
            return False
        inside = self.isAncestorOf(watched)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.KeyPress and inside:
            self.keyPressEvent(event)
            return True
        elsewhere = event.type() in {QEvent.MouseButtonPress, QEvent.FocusIn} and not inside and watched is not self
        if elsewhere or (event.type() == QEvent.Resize and watched is self.parentWidget()):
            self.close_picker()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, Enter and the space bar choose, Esc closes."""
        line = self.columns
        step = {Qt.Key_Left: -1, Qt.Key_Right: 1, Qt.Key_Up: -line, Qt.Key_Down: line}.get(Qt.Key(event.key()))
        at = next((n for n, button in enumerate(self.buttons) if button.hasFocus()), 0)
        if step is not None:
            if 0 <= at + step < len(self.buttons):
                self.buttons[at + step].setFocus(Qt.TabFocusReason)
        elif event.key() in {Qt.Key_Return, Qt.Key_Enter, Qt.Key_Space}:
            self.buttons[at].click()
        elif event.key() == Qt.Key_Escape:
            self.close_picker()

    def _more(self) -> None:
        self.close_picker()
        self.more_requested.emit()

    def _pick(self, emoji: str, _checked: bool = False) -> None:
        self.close_picker()
        self.picked.emit(emoji)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Raised, with a thin border."""
        paint_raised(self)


def _focused() -> QWidget | None:
    return QApplication.focusWidget()


def _app() -> QCoreApplication:
    return cast("QCoreApplication", QApplication.instance())


def paint_raised(widget: QWidget) -> None:
    """Fill a widget that lies over others: raised, with round corners and a thin border."""
    colours = theme.current()
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.Antialiasing)
    painter.setPen(QPen(QColor(colours.control_border), 1))
    painter.setBrush(QColor(colours.raised))
    painter.drawRoundedRect(QRectF(widget.rect()).adjusted(0.5, 0.5, -0.5, -0.5), px(10), px(10))
    painter.end()
