"""The message box: a text of 1 to 8 lines, a send button, and what is said when it becomes too long.

Enter sends, Shift+Enter begins a line (or the other way round), Ctrl+Enter sends in any case; while an input
method composes, Enter belongs to it. Nothing is ever cut silently.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QEvent, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QKeyEvent, QKeySequence, QTextCursor
from PyQt5.QtWidgets import QHBoxLayout, QShortcut, QToolButton, QVBoxLayout, QWidget

from client import theme
from client.models.texts import number_text
from client.theme import px
from client.widgets import icons
from client.widgets.completion import Completion
from client.widgets.context_bar import ContextBar
from client.widgets.controls import TroubleLabel, label
from client.widgets.emoji_panel import EmojiButton
from client.widgets.message_box import MessageBox
from client.widgets.paste_bar import PasteBar, fenced
from translations import tr

LIMIT_BYTES = 4000
"""Longest text that is sent (UTF-8)."""
COUNTER_FROM = 0.8
"""From this share of the limit on the counter is shown."""
MOST_LINES = 8
MOST_SHARE = 0.4
"""Of the page's height."""


class Composer(QWidget):
    """Box, button and counter of the conversation on screen."""

    send_requested = pyqtSignal(str)
    page_requested = pyqtSignal(int)
    """PageUp (-1) or PageDown (1)."""
    newest_requested = pyqtSignal()
    text_changed = pyqtSignal(str)
    """At each change of what stands in the box."""
    edit_last_requested = pyqtSignal()
    """Up in an empty box."""
    recall_requested = pyqtSignal(int)
    """Ctrl+Up (-1) or Ctrl+Down (1)."""
    context_cancelled = pyqtSignal()
    """The text is not to be an answer or an edit any more."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = ContextBar(self)
        self.context.cancelled.connect(self.context_cancelled)
        self.box = MessageBox(self)
        self.box.setObjectName("composer")
        self.completion = Completion(self.box)
        self.paste_bar = PasteBar(self)
        self.paste_bar.answered.connect(self._pasted)
        self.takes_code: Callable[[], bool] = lambda: True
        """Whether a message can hold a block of code; the page sets it."""
        self.send_button = QToolButton(self.box)
        self.send_button.setObjectName("send_button")
        self.send_button.setEnabled(False)
        self.send_button.setCursor(Qt.PointingHandCursor)
        self.emoji_button = EmojiButton(self.box)
        self.emoji_button.picked.connect(self.insert)
        self.emoji_button.closed.connect(self.take_keyboard)
        shortcut = QShortcut(QKeySequence("Ctrl+E"), self.box, self.emoji_button.toggle)
        shortcut.setContext(Qt.WidgetShortcut)
        self._problem = TroubleLabel()
        self._counter = label("secondary")
        self._counter.setObjectName("counter")
        self._room = self._last_text = ""
        self._page_height = 0
        self._narrow = False
        below = QHBoxLayout()
        below.addWidget(self._problem, 1)
        below.addWidget(self._counter, 0, Qt.AlignTop)
        layout = QVBoxLayout(self)
        layout.addWidget(self.paste_bar)
        layout.addWidget(self.context)
        layout.addWidget(self.box)
        layout.addLayout(below)
        self.box.textChanged.connect(self._changed)
        self.box.submitted.connect(self.submit)
        self.box.refused.connect(self._refuse)
        self.box.long_pasted.connect(lambda text: self.paste_bar.ask(text, code=self.takes_code()))
        self.box.resized.connect(self._place)
        self.box.page_requested.connect(self.page_requested)
        self.box.newest_requested.connect(self.newest_requested)
        self.box.edit_last_requested.connect(self.edit_last_requested)
        self.box.recall_requested.connect(self.recall_requested)
        self.send_button.clicked.connect(self.submit)
        self._renew()

    # --- for the page -------------------------------------------------------------------------

    def text(self) -> str:
        """What stands in the box."""
        return self.box.toPlainText()

    def set_text(self, text: str) -> None:
        """Put this into the box, the cursor at its end; a paste that waits for an answer was meant for another text."""
        self.paste_bar.drop()
        self.box.setPlainText(text)
        self.box.moveCursor(QTextCursor.End)

    def insert(self, text: str) -> None:
        """Put this where the cursor is, and the keyboard into the box."""
        self.box.insertPlainText(text)
        self.box.setFocus(Qt.OtherFocusReason)

    def set_context(self, icon: str, title: str, text: str) -> None:
        """Say above the box what its text is for; an empty title for nothing."""
        if title:
            self.context.show_context(icon, title, text)
        else:
            self.context.hide()

    def take_keyboard(self) -> None:
        """The keyboard comes into the box."""
        self.box.setFocus(Qt.OtherFocusReason)

    def set_room(self, title: str) -> None:
        """Name the conversation in the placeholder; "" for none."""
        self._room = title
        self.box.setEnabled(bool(title))
        self.emoji_button.setEnabled(bool(title))
        self._retranslate()
        self._changed()

    def set_narrow(self, narrow: bool) -> None:
        """Whether the window is narrow: slim margins."""
        if narrow != self._narrow:
            self._narrow = narrow
            self._renew()

    def set_enter_sends(self, sends: bool) -> None:
        """Whether Enter sends and Shift+Enter begins a line, or the other way round."""
        self.box.enter_sends = sends
        self._retranslate()

    def set_page_height(self, height: int) -> None:
        """The box grows to at most `MOST_SHARE` of this."""
        self._page_height = height
        self._place()

    def submit(self) -> None:
        """Send what stands in the box, if it may be sent, and nothing waits to be pasted into it."""
        if self.paste_bar.asking:
            self.paste_bar.take_keyboard()
        elif self.send_button.isEnabled():
            self.send_requested.emit(self.text())

    # --- inside -------------------------------------------------------------------------------

    def _changed(self) -> None:
        text = self.text()
        if text != self._last_text:  # Qt says so too when only colours changed
            self._last_text = text
            self.text_changed.emit(text)
        used = len(text.encode(errors="replace"))
        over = used > LIMIT_BYTES
        self.send_button.setEnabled(bool(text.strip()) and not over and self.box.isEnabled())
        self._counter.setText(f"{number_text(used)} / {number_text(LIMIT_BYTES)}")
        self._counter.setVisible(used >= COUNTER_FROM * LIMIT_BYTES)
        theme.mark(self._counter, "tone", "error" if over else "secondary")
        self._problem.setText(tr("This message is too long. Shorten it, or send it in parts.") if over else "")
        self._problem.setVisible(over)
        self._place()

    def _pasted(self, text: str, code: bool) -> None:
        """A long paste was answered: code stands on lines of its own."""
        if code:
            text = fenced(text)
            cursor = self.box.textCursor()
            cursor.setPosition(cursor.selectionStart())
            before = "" if cursor.atBlockStart() else "\n"
            cursor.setPosition(self.box.textCursor().selectionEnd())
            text = f"{before}{text}" if cursor.atBlockEnd() else f"{before}{text}\n"
        if text:
            self.box.insertPlainText(text)
            self.box.ensureCursorVisible()
        self.take_keyboard()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc in the box: what waits to be pasted goes first."""
        if event.key() == Qt.Key_Escape and self.paste_bar.asking:
            self.paste_bar.drop()
        else:
            super().keyPressEvent(event)

    def _refuse(self) -> None:
        self._problem.setText(tr("The pasted text is too long for a message."))
        self._problem.setVisible(True)

    def _place(self) -> None:
        """Height of the box by its lines, place of the button, width of the placeholder."""
        line = self.box.fontMetrics().lineSpacing()
        extra = px(40) - line
        most = MOST_LINES
        if self._page_height:
            most = max(1, min(most, int((self._page_height * MOST_SHARE - extra) / line)))
        lines = max(1, min(most, int(self.box.document().size().height())))
        self.box.setFixedHeight(lines * line + extra)
        scrolls = self.box.document().size().height() > most
        self.box.setVerticalScrollBarPolicy(Qt.ScrollBarAlwaysOn if scrolls else Qt.ScrollBarAlwaysOff)
        side = px(32)
        right = self.box.width() - px(4) - (self.box.verticalScrollBar().sizeHint().width() + px(4) if scrolls else 0)
        top = self.box.height() - side - px(4)
        self.send_button.setGeometry(right - side, top, side, side)
        self.emoji_button.setGeometry(right - 2 * side, top, side, side)

    def changeEvent(self, event: QEvent) -> None:
        """Theme, zoom and language change live."""
        super().changeEvent(event)
        if event.type() in {QEvent.StyleChange, QEvent.LanguageChange} and self.layout() is not None:
            self._renew()

    def _renew(self) -> None:
        colours = theme.current()
        theme.mark(self.send_button, "kind", "flat")
        self.send_button.setIcon(icons.icon("send-horizontal", px(20), colours.accent, colours.disabled))
        self.send_button.setIconSize(QSize(px(20), px(20)))
        for small in (self._problem, self._counter):
            small.setFont(theme.text_font(12))
        self.emoji_button.renew()
        self.box.renew()
        layout = self.layout()
        if layout is not None:
            side = px(8) if self._narrow else px(16)
            layout.setContentsMargins(side, px(4), side, px(12))
            layout.setSpacing(px(4))
        self._retranslate()
        self._changed()

    def _retranslate(self) -> None:
        text = tr("Write a message to {room}").format(room=self._room) if self._room else tr("Choose a room")
        self.box.setPlaceholderText(text)
        self.box.setAccessibleName(text)
        self.send_button.setAccessibleName(tr("Send"))
        self.send_button.setToolTip(tr("Send (Enter)") if self.box.enter_sends else tr("Send (Shift+Enter)"))
