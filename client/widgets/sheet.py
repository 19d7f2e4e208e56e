"""What covers the message list while it is open: a title, a button that closes, and below them what a subclass shows.

GUI thread only. Imports Qt and the theme.
"""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QObject, QRect, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QKeyEvent, QResizeEvent, QWheelEvent
from PyQt5.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from client import theme
from client.theme import px
from client.widgets import icons
from client.widgets.elided import ElidedLabel
from client.widgets.menus import leaves_zoom
from translations import tr

WIDEST, COVER_WIDEST = 800, 960
"""The most that a sheet over the messages, and one over the page, takes of a wide window, margins and all."""
RING = 4
"""What a focus ring needs around a button."""
LOW = 200
"""Less than this height at 100 % is too little for a sheet."""


class Sheet(QWidget):
    """See the module. A subclass fills `column`, then calls `renew` once; it is called again by what changes live."""

    closed = pyqtSignal()

    def __init__(self, over: QWidget, name: str) -> None:
        """`over` is what it covers, `name` its object name."""
        super().__init__(over.parentWidget())
        self._over = over
        self._filled = False
        self.setObjectName(name)
        self.setAttribute(Qt.WA_StyledBackground)
        theme.mark(self, "surface", "window")
        self.title = ElidedLabel(self)
        self.close_button = QToolButton(self)
        self.close_button.clicked.connect(self.leave)
        theme.mark(self.close_button, "kind", "flat")
        top = QHBoxLayout()
        top.addWidget(self.title)
        top.addStretch(1)
        top.addWidget(self.close_button)
        self._outer = QVBoxLayout(self)
        self._outer.addLayout(top)
        self._top_row = top
        self.column = QVBoxLayout()
        self._outer.addLayout(self.column, 1)
        over.installEventFilter(self)
        self.hide()

    def heading(self) -> str:
        """What it is called, in the language in use."""
        raise NotImplementedError

    def renew(self) -> None:
        """Take over theme, zoom and language."""
        self._filled = True
        self.title.setText(self.heading())
        self.title.setFont(theme.text_font(16, semibold=True))
        self.setAccessibleName(self.heading())
        self.close_button.setIcon(icons.icon("close", px(18), theme.current().text))
        self.close_button.setIconSize(QSize(px(18), px(18)))
        self.close_button.setFixedSize(px(36), px(36))
        self.close_button.setAccessibleName(tr("Close (Esc)"))
        self.close_button.setToolTip(tr("Close (Esc)"))
        self._outer.setSpacing(px(8))
        self.column.setSpacing(px(8))
        self._fit()

    def _fit(self) -> None:
        """What it shows is no wider than the messages below it: lines and buttons far apart are hard to follow."""
        self._set_margins(0)
        self.column.setContentsMargins(0, 0, max(0, self.width() - px(WIDEST)), 0)

    def _set_margins(self, beside: int) -> None:
        """16 px, of which the column has 4 in itself: room for focus rings."""
        self._outer.setContentsMargins(px(16) - px(RING) + beside, px(8), px(8) + beside, px(8))
        self._top_row.setContentsMargins(px(RING), 0, 0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width."""
        super().resizeEvent(event)
        self._fit()

    def leave(self) -> None:
        """It is to be closed."""
        self.closed.emit()

    def uncover(self, first: QWidget) -> None:
        """Come up over the messages, with the keyboard in this part of it."""
        self._place()
        self.show()
        self.raise_()
        first.setFocus(Qt.ShortcutFocusReason)

    def _place(self) -> None:
        self.setGeometry(covering(self._over))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """As large as what it covers."""
        if watched is self._over and event.type() in {QEvent.Resize, QEvent.Move}:
            self._place()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes; Enter presses the button that has the keyboard."""
        focused = self.focusWidget()
        if event.key() == Qt.Key_Escape:
            self.leave()
        elif event.key() in {Qt.Key_Return, Qt.Key_Enter} and isinstance(focused, QPushButton | QToolButton):
            focused.click()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """To the next control of this sheet, round its ends."""
        focused: QWidget | None = self.focusWidget()
        at = start = focused if focused is not None else self.close_button
        while True:
            at = at.nextInFocusChain() if forward else at.previousInFocusChain()
            if at is start:
                return False
            if self.isAncestorOf(at) and at.isVisible() and at.isEnabled() and at.focusPolicy() & Qt.TabFocus:
                at.setFocus(Qt.TabFocusReason if forward else Qt.BacktabFocusReason)
                return True

    def changeEvent(self, event: QEvent) -> None:
        """Theme, zoom and language change live."""
        super().changeEvent(event)
        if self._filled and event.type() in {QEvent.StyleChange, QEvent.LanguageChange}:
            self.renew()


def covering(over: QWidget) -> QRect:
    """What a sheet over this takes; where that is low, all below it too: there is nothing else to be done meanwhile."""
    area, parent = over.geometry(), over.parentWidget()
    if area.height() < px(LOW) and parent is not None:
        area.setBottom(parent.rect().bottom())
    return area


class Cover(Sheet):
    """A sheet over the whole page, which goes when the keyboard goes elsewhere."""

    def __init__(self, over: QWidget, name: str) -> None:
        super().__init__(over, name)
        QApplication.instance().focusChanged.connect(self._follow)  # type: ignore[union-attr]  # there is one

    def _fit(self) -> None:
        """All of it in the middle of a wide window."""
        self._set_margins(max(0, self.width() - px(COVER_WIDEST)) // 2)

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.isVisible() and now.window() is self.window() and not self.isAncestorOf(now):
            self.hide()


class _Scroller(QScrollArea):
    """Is no stop of the Tab key itself: its controls are, and move it; PageUp and PageDown reach it from them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.NoFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll, unless it zooms."""
        if not leaves_zoom(event):
            super().wheelEvent(event)


def scroller(parent: QWidget) -> QScrollArea:
    """Where more may stand than there is room for, from top to bottom."""
    area = _Scroller(parent)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
    return area


def ground() -> QWidget:
    """What such a scroller moves; its background is the sheet's."""
    made = QWidget()
    made.setAttribute(Qt.WA_StyledBackground)
    theme.mark(made, "surface", "window")
    return made
