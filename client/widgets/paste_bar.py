"""What stands above the box while a long paste waits for an answer: as text, as code, or not at all.

Until then the text is in neither the box nor the room, so nothing long is ever sent by accident. GUI thread only.
"""

from __future__ import annotations

import re

from PyQt5.QtCore import QEvent, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QKeyEvent, QResizeEvent
from PyQt5.QtWidgets import QHBoxLayout, QToolButton, QWidget

from client import theme
from client.models.texts import number_text
from client.theme import px
from client.widgets import icons
from client.widgets.controls import FittingButton
from client.widgets.elided import ElidedLabel
from translations import ntr, tr

LONG_LINES = 8
LONG_CHARACTERS = 2000
"""A paste of more than either is asked about."""

_ANSWERS = 260
"""Room for the buttons."""
_TICKS = re.compile("`+")


def is_long(text: str) -> bool:
    """Whether to ask before this is pasted."""
    return len(text) > LONG_CHARACTERS or text.rstrip("\n").count("\n") >= LONG_LINES


def fenced(text: str) -> str:
    """A text as a block of code, whatever marks it holds."""
    fence = "`" * max([3, *(len(ticks) + 1 for ticks in _TICKS.findall(text))])
    return f"{fence}\n{text.strip(chr(10))}\n{fence}"


class _Answer(FittingButton):
    """A small one: a question and two of them stand in one line."""

    def _padding(self) -> int:
        return px(16)


class PasteBar(QWidget):
    """The question, its answers, and the text it is about."""

    answered = pyqtSignal(str, bool)
    """The text, "" for none, and whether as code."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("paste_bar")
        self.setAttribute(Qt.WA_StyledBackground)
        theme.mark(self, "surface", "side")
        self._text = ""
        self.title = ElidedLabel(self)
        self.as_text, self.as_code = _Answer(kind="small"), _Answer(kind="small")
        self.close_button = QToolButton(self)
        theme.mark(self.close_button, "kind", "flat")
        self.as_text.clicked.connect(lambda: self._answer(self._text, code=False))
        self.as_code.clicked.connect(lambda: self._answer(self._text, code=True))
        self.close_button.clicked.connect(self.drop)
        layout = QHBoxLayout(self)
        layout.addWidget(self.title)
        layout.addStretch(1)
        for button in (self.as_text, self.as_code, self.close_button):
            layout.addWidget(button)
        self.hide()
        self._renew()

    @property
    def asking(self) -> bool:
        """Whether a text waits for an answer."""
        return bool(self._text)

    def ask(self, text: str, *, code: bool) -> None:
        """Ask about this text; with `code` it may become a block of code."""
        self._text = text
        self.as_code.setVisible(code)
        self._renew()
        self.show()
        self.take_keyboard()

    def take_keyboard(self) -> None:
        """The keyboard comes to the first answer."""
        self.as_text.setFocus(Qt.TabFocusReason)

    def drop(self) -> None:
        """Paste nothing after all; the clipboard still holds it."""
        if self.asking:
            self._answer("", code=False)

    def _answer(self, text: str, *, code: bool) -> None:
        self._text = ""
        self.hide()
        self.answered.emit(text, code)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter is the answer on which the keyboard is, Esc drops the paste."""
        if event.key() == Qt.Key_Escape:
            self.drop()
        elif event.key() in {Qt.Key_Return, Qt.Key_Enter}:
            focused = next((b for b in (self.as_code, self.close_button) if b.hasFocus()), self.as_text)
            focused.click()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Theme, zoom and language change live."""
        super().changeEvent(event)
        if event.type() in {QEvent.StyleChange, QEvent.LanguageChange} and self.layout() is not None:
            self._renew()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less room for the question."""
        super().resizeEvent(event)
        self._show_question()

    def _show_question(self) -> None:
        whole, short = self._questions()
        self.setAccessibleName(whole)
        fits = self.title.fontMetrics().horizontalAdvance(whole) + px(_ANSWERS) <= self.width()
        self.title.setText(whole if fits else short)
        self.title.setMinimumWidth(0 if fits else self.title.sizeHint().width())  # the buttons give way

    def _questions(self) -> tuple[str, str]:
        """What is asked, and the same where there is little room."""
        lines, length = self._text.rstrip("\n").count("\n") + 1, len(self._text)
        if lines > LONG_LINES:
            whole, short = ntr("Paste {n} line?", "Paste {n} lines?", lines), ntr("{n} line?", "{n} lines?", lines)
        else:
            whole = ntr("Paste {n} character?", "Paste {n} characters?", length)
            short = ntr("{n} character?", "{n} characters?", length)
        number = number_text(lines if lines > LONG_LINES else length)
        return whole.format(n=number), short.format(n=number)

    def _renew(self) -> None:
        self.setFixedHeight(px(44))
        self.title.setFont(theme.text_font(12, semibold=True))
        self._show_question()
        self.as_text.set_texts(tr("As text"), tr("Text"))
        self.as_code.set_texts(tr("As code"), tr("Code"))
        for button in (self.as_text, self.as_code):
            button.setFont(theme.text_font(12))
            button.setFixedHeight(px(32))
            button.setMinimumWidth(px(48))  # in little room its text is short, and the question needs a place
        self.close_button.setIcon(icons.icon("close", px(16), theme.current().text))
        self.close_button.setIconSize(QSize(px(16), px(16)))
        self.close_button.setFixedSize(px(28), px(28))
        self.close_button.setAccessibleName(tr("Cancel"))
        self.close_button.setToolTip(tr("Cancel (Esc)"))
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(px(12), 0, px(4), 0)
            layout.setSpacing(px(6))
