"""The messages that stand out in a room, over the others: who said what and when, buttons to go there or to unpin.

Shows what `PinsShown` says; what is pressed leaves as a signal. GUI thread only.
"""

from __future__ import annotations

from functools import partial

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from client import theme
from client.models.texts import moment_text, plain, safe_name, summary
from client.order import Pinned, PinsShown
from client.theme import px
from client.widgets.controls import label
from client.widgets.elided import ElidedLabel, Rule
from client.widgets.sheet import RING, Sheet, ground, scroller
from translations import tr

NARROW = 360
"""Below this width of the messages, px at 100 %, text and buttons do not fit side by side."""


class PinRow(QWidget):
    """One message; the button to unpin it only for those who may."""

    def __init__(self, pinned: Pinned, *, may_unpin: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pinned = pinned
        who = tr("You") if pinned.own else safe_name(pinned.name)
        self.head = ElidedLabel(self)
        self.head.setText(f"{who} · {moment_text(pinned.time)}")
        self.head.setFont(theme.text_font(12, semibold=True))
        self.head.setSizePolicy(QSizePolicy.Ignored, QSizePolicy.Preferred)
        self.text = label(wrap=True)
        self.text.setText(summary(pinned.text))
        self.text.setFont(theme.text_font(14))
        self.show_button, self.unpin_button = QPushButton(tr("Show"), self), QPushButton(tr("Unpin"), self)
        texts = QVBoxLayout()
        texts.setSpacing(px(2))
        texts.addWidget(self.head)
        texts.addWidget(self.text)
        buttons = QHBoxLayout()
        buttons.setSpacing(px(8))
        self._layout = QBoxLayout(QBoxLayout.LeftToRight, self)
        self._layout.setContentsMargins(0, px(8), px(RING), px(8))
        self._layout.setSpacing(px(8))
        self._layout.addLayout(texts, 1)
        self._layout.addLayout(buttons)
        for button in (self.show_button, self.unpin_button):
            theme.mark(button, "kind", "small")
            button.setFixedHeight(px(28))
            button.setFont(theme.text_font(12, semibold=True))
            button.setAccessibleName(plain(f"{button.text()}: {who}, {summary(pinned.text)}"))
            button.setSizePolicy(QSizePolicy.Fixed, QSizePolicy.Fixed)
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.unpin_button.setVisible(may_unpin)  # last: who is shown early takes the font of its kind

    def set_narrow(self, narrow: bool) -> None:
        """In a narrow window the buttons stand below the text."""
        self._layout.setDirection(QBoxLayout.TopToBottom if narrow else QBoxLayout.LeftToRight)


class PinPanel(Sheet):
    """Covers `over`, the message list, while it is open."""

    chosen = pyqtSignal(str)
    """msgid of the message to show, as of the next one."""
    unpinned = pyqtSignal(str)

    def __init__(self, over: QWidget) -> None:
        super().__init__(over, "pin_panel")
        self.shown = PinsShown("")
        self._pinned, self._may_unpin = 0, False
        self.hint = label("secondary", wrap=True)
        self.hint.setObjectName("pin_hint")
        self.rows: list[PinRow] = []
        self._area = scroller(self)
        self.column.addWidget(self.hint)
        self.column.addWidget(self._area, 1)
        self.renew()

    def show_pins(self, shown: PinsShown, pinned: int, *, may_unpin: bool) -> None:
        """Show these; `pinned` is how many there are, some of which may not be known any more."""
        was_open = self.isVisible()
        self.shown, self._pinned, self._may_unpin = shown, pinned, may_unpin
        self.renew()
        if not was_open:
            self.uncover(self.rows[0].show_button if self.rows else self.close_button)
        elif not self._holds_keyboard():
            self.close_button.setFocus(Qt.OtherFocusReason)  # the button that had it is gone

    def _holds_keyboard(self) -> bool:
        focused: QWidget | None = self.focusWidget()
        return focused is not None and focused.isVisible() and self.isAncestorOf(focused)

    def heading(self) -> str:
        return tr("Pinned messages")

    def renew(self) -> None:
        """Take over theme, zoom and language."""
        super().renew()
        self.hint.setFont(theme.text_font(12))
        text = ""
        if self.shown.loading:
            text = tr("Loading messages…")
        elif not self._pinned:
            text = tr("Nothing is pinned here.")
        elif len(self.shown.items) < self._pinned:
            text = tr("Some pinned messages are not here any more.")
        self.hint.setText(text)
        self.hint.setIndent(px(RING))
        self.hint.setVisible(bool(text))
        self._fill()

    def _fill(self) -> None:
        """The rows anew: there are few."""
        content = ground()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(px(RING), 0, px(8), 0)
        layout.setSpacing(0)
        self.rows = [PinRow(pinned, may_unpin=self._may_unpin, parent=content) for pinned in self.shown.items]
        for row in self.rows:
            row.show_button.clicked.connect(partial(self._choose, row.pinned.id))
            row.unpin_button.clicked.connect(partial(self._unpin, row.pinned.id))
            row.set_narrow(self._over.width() < px(NARROW))
            layout.addWidget(row)
            layout.addWidget(Rule(content))
        layout.addStretch(1)
        self._area.setWidget(content)  # which deletes the one before

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less room."""
        super().resizeEvent(event)
        for row in self.rows:
            row.set_narrow(self._over.width() < px(NARROW))

    def _choose(self, msgid: str, _checked: bool = False) -> None:
        self.chosen.emit(msgid)

    def _unpin(self, msgid: str, _checked: bool = False) -> None:
        self.unpinned.emit(msgid)
