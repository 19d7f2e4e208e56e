"""A question asked in place, above the message box: for how long, and why. Enter does it, Esc does not.

Not modal: the conversation goes on meanwhile. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from PyQt5.QtCore import QEvent, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PyQt5.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QStyledItemDelegate,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from client import theme
from client.models.texts import plain
from client.theme import px
from client.widgets import icons
from client.widgets.elided import ElidedLabel
from translations import tr

REASON_CHARACTERS = 150
LOW = 320
"""Below this height of the window, px at 100 %, the question stands alone."""


class Question(NamedTuple):
    """What is asked, in the language in use."""

    title: str
    action: str
    """What the button says."""
    choices: Sequence[tuple[str, str]]
    """Texts and values; the first one holds until another is taken. There may be none."""
    hint: str = ""
    """What the line is for, "" for the reason."""
    text: str = ""
    """What stands in the line at first."""
    longest: int = REASON_CHARACTERS


class AskPanel(QWidget):
    """What is asked, choices of which one holds, a line for the reason, and the button that does it."""

    answered = pyqtSignal(str, str)
    """The value of the choice, and the reason."""
    cancelled = pyqtSignal()

    def __init__(self, beside: QWidget, parent: QWidget | None = None) -> None:
        """`beside`: what stands below it, and gives way in a low window."""
        super().__init__(parent)
        self._beside = beside
        self.setObjectName("ask_panel")
        self.setAttribute(Qt.WA_StyledBackground)
        theme.mark(self, "surface", "side")
        self.title = ElidedLabel(self)
        self.close_button = QToolButton(self)
        self.close_button.clicked.connect(self.cancelled)
        theme.mark(self.close_button, "kind", "flat")
        self.choices: list[QPushButton] = []
        self._group = QButtonGroup(self)
        self.box = QComboBox(self)
        """The same choices, where there is no room for buttons; it holds which one is taken."""
        self.box.setObjectName("choice_box")
        self.box.setItemDelegate(QStyledItemDelegate(self.box))
        self.box.currentIndexChanged.connect(self._check)
        self._tight: bool | None = None
        self.reason = QLineEdit(self)
        self.reason.setObjectName("reason_edit")
        self.reason.setMaxLength(REASON_CHARACTERS)
        self.do_button = QPushButton(self)
        self.do_button.setObjectName("do_button")
        self.do_button.clicked.connect(self._answer)
        theme.mark(self.do_button, "kind", "primary")
        self._question: Callable[[], Question] = lambda: Question("", "", ())
        self._top, self._middle, self._below = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        self._top.addWidget(self.title)
        self._top.addStretch(1)
        self._top.addWidget(self.close_button)
        self._middle.addWidget(self.box, 1)
        self._below.addWidget(self.reason, 1)
        layout = QVBoxLayout(self)
        for row in (self._top, self._middle, self._below):
            layout.addLayout(row)
        self.hide()
        self._renew()

    def ask(self, question: Callable[[], Question]) -> None:
        """Ask; the question is made again when the language changes."""
        self._question = question
        for button in self.choices:
            self._group.removeButton(button)
            button.deleteLater()
        _, _, choices, _, first, longest = question()
        self.choices = [QPushButton(self) for _ in choices]
        for number, button in enumerate(self.choices):
            button.setCheckable(True)
            theme.mark(button, "kind", "toggle")
            self._group.addButton(button)
            button.clicked.connect(partial(self._take, number))
            self._middle.insertWidget(number, button)
        self.box.clear()
        for text, value in choices:
            self.box.addItem(text, value)
        self.reason.setMaxLength(longest)
        self.reason.setText(first)
        self.reason.selectAll()
        self._tight = None
        self._renew()
        self._arrange()
        self.show()
        self.reason.setFocus(Qt.OtherFocusReason)

    def choose(self, value: str) -> None:
        """Take the choice with this value."""
        self.box.setCurrentIndex(self.box.findData(value))

    def _take(self, number: int, _checked: bool = False) -> None:
        self.box.setCurrentIndex(number)

    def _check(self, number: int) -> None:
        if 0 <= number < len(self.choices):
            self.choices[number].setChecked(True)

    def _answer(self) -> None:
        self.answered.emit(str(self.box.currentData() or ""), " ".join(self.reason.text().split()))

    def _arrange(self) -> None:
        """Buttons for the choices where they fit, else the box, and beside that what does it."""
        needed = sum(button.width() + px(4) for button in self.choices) + px(32)
        tight = needed > self.width()
        if tight == self._tight:
            return
        self._tight = tight
        for button in self.choices:
            button.setVisible(not tight)
        self.box.setVisible(tight)
        self._middle.setStretchFactor(self.box, int(tight))
        (self._middle if tight else self._below).addWidget(self.do_button)
        self._middle.setAlignment(Qt.Alignment() if tight else Qt.AlignLeft)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less room for buttons."""
        super().resizeEvent(event)
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:
        """In a low window there is room for one of the two."""
        super().showEvent(event)
        self._beside.setVisible(self.window().height() >= px(LOW))

    def hideEvent(self, event: QHideEvent) -> None:
        """What gave way comes back."""
        super().hideEvent(event)
        self._beside.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter answers, Esc cancels."""
        if event.key() == Qt.Key_Escape:
            self.cancelled.emit()
        elif event.key() in {Qt.Key_Return, Qt.Key_Enter}:
            self._answer()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Theme, zoom and language change live."""
        super().changeEvent(event)
        if event.type() in {QEvent.StyleChange, QEvent.LanguageChange} and self.layout() is not None:
            self._renew()

    def _renew(self) -> None:
        title, action, choices, hint, _, _ = self._question()
        hint = hint or tr("Reason, if you like")
        self.title.setText(title)
        self.title.setFont(theme.text_font(14, semibold=True))
        self.setAccessibleName(plain(title))
        self.do_button.setText(action.replace("&", "&&"))
        self.do_button.setFixedHeight(px(36))
        for button, (text, _) in zip(self.choices, choices, strict=True):
            button.setText(text)
            button.setFont(theme.text_font(12, semibold=True))
            button.setFixedSize(button.fontMetrics().horizontalAdvance(text) + px(20), px(28))
        for number, (text, _) in enumerate(choices):
            self.box.setItemText(number, text)
        self.box.setFixedHeight(px(36))
        self.box.setAccessibleName(plain(title))
        self.reason.setFixedHeight(px(36))
        self.reason.setFont(theme.text_font(14))
        self.reason.setPlaceholderText(hint)
        self.reason.setAccessibleName(hint)
        self.close_button.setIcon(icons.icon("close", px(16), theme.current().text))
        self.close_button.setIconSize(QSize(px(16), px(16)))
        self.close_button.setFixedSize(px(28), px(28))
        self.close_button.setAccessibleName(tr("Cancel"))
        self.close_button.setToolTip(tr("Cancel (Esc)"))
        layout = self.layout()
        if layout is not None:
            low = self.window().height() < px(LOW)
            layout.setContentsMargins(px(16), px(2 if low else 6), px(16), px(2 if low else 8))
            layout.setSpacing(px(4))
            self._middle.setSpacing(px(4))
            self._below.setSpacing(px(8))
