"""Who is kept from what, over the messages: bans and mutes, words, bans from the server, each with a button to lift it.

Shows what `RollShown` says; what is lifted or added leaves as a signal. GUI thread only.
"""

from __future__ import annotations

from functools import partial

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from client import theme
from client.core.spans import in_words
from client.models.texts import isolated, number_text, plain, safe_name, safe_text
from client.order import Kept, Roll, RollShown
from client.theme import px
from client.widgets.controls import label
from client.widgets.elided import ElidedLabel, Rule
from client.widgets.sheet import RING, Sheet, ground, scroller
from translations import tr

SHOWN = 200
"""Rows on screen; of a longer list the rest is counted."""


def title_of(roll: Roll) -> str:
    """What the list is called."""
    return {
        Roll.BANS: tr("Bans and mutes"),
        Roll.WORDS: tr("Words that are not wanted"),
        Roll.SERVER: tr("Bans from the server"),
    }[roll]


def details(kept: Kept, roll: Roll) -> str:
    """What is known about one line of the list, in one line."""
    parts = []
    if roll is Roll.BANS:
        parts.append(tr("muted") if kept.mute else tr("banned"))
    if kept.left:
        parts.append(tr("{span} left").format(span=in_words(kept.left)))
    if kept.by:
        parts.append(tr("by {who}").format(who=isolated(kept.by)))
    if kept.reason:
        parts.append(safe_text(kept.reason))
    return " · ".join(parts)


class RollRow(QWidget):
    """Whom it means, what is known about it, and the button."""

    def __init__(self, kept: Kept, roll: Roll, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kept = kept
        self.name = ElidedLabel(self)
        self.name.setText(safe_name(kept.name))
        self.name.setFont(theme.text_font(14, semibold=True))
        self.details = ElidedLabel(self)
        self.details.setText(details(kept, roll))
        self.details.setFont(theme.text_font(12))
        theme.mark(self.details, "tone", "secondary")
        self.button = QPushButton(tr("Allow again") if roll is Roll.WORDS else tr("Lift"), self)
        self.button.setFixedHeight(px(28))
        self.button.setFont(theme.text_font(12, semibold=True))
        self.button.setAccessibleName(plain(f"{self.button.text()}: {kept.name}"))
        self.button.setSizePolicy(QSizePolicy.Fixed, QSizePolicy.Fixed)
        for line in (self.name, self.details):
            line.setSizePolicy(QSizePolicy.Ignored, QSizePolicy.Preferred)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(self.name)
        if self.details.text():
            texts.addWidget(self.details)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, px(8), px(RING), px(8))
        layout.setSpacing(px(12))
        layout.addLayout(texts, 1)
        layout.addWidget(self.button)


class RollPanel(Sheet):
    """Covers `over`, the message list, while it is open."""

    lifted = pyqtSignal(object)
    """The `Kept` to lift."""
    added = pyqtSignal(str)
    """A word that is not wanted."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over, "roll_panel")
        self.shown = RollShown("", Roll.BANS)
        self.field = QLineEdit(self)
        self.field.setObjectName("word_edit")
        self.field.returnPressed.connect(self._add)
        self.add_button = QPushButton(self)
        self.add_button.clicked.connect(self._add)
        self.hint = label("secondary", wrap=True)
        self.hint.setObjectName("roll_hint")
        self.rows: list[RollRow] = []
        self._area = scroller(self)
        new = self._new = QHBoxLayout()
        new.addWidget(self.field, 1)
        new.addWidget(self.add_button)
        self.column.addLayout(new)
        self.column.addWidget(self.hint)
        self.column.addWidget(self._area, 1)
        self.renew()

    def show_roll(self, shown: RollShown) -> None:
        """Show this list; the keyboard comes with it, unless it is in here already."""
        was_open = self.isVisible()
        self.shown = shown
        self.renew()
        if not was_open:
            self.uncover(self.field if shown.roll is Roll.WORDS else self.close_button)
        elif not self._holds_keyboard():
            self.close_button.setFocus(Qt.OtherFocusReason)  # the button that had it is gone

    def _holds_keyboard(self) -> bool:
        focused: QWidget | None = self.focusWidget()
        return focused is not None and focused.isVisible() and self.isAncestorOf(focused)

    def _fill(self) -> None:
        """The rows anew: a list of so few lines is made faster than compared."""
        content = ground()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(px(RING), 0, px(8), 0)
        layout.setSpacing(0)
        self.rows = [RollRow(kept, self.shown.roll, content) for kept in self.shown.items[:SHOWN]]
        for row in self.rows:
            row.button.clicked.connect(partial(self._lift, row.kept))
            layout.addWidget(row)
            layout.addWidget(Rule(content))
        layout.addStretch(1)
        self._area.setWidget(content)  # which deletes the one before

    def _lift(self, kept: Kept, _checked: bool = False) -> None:
        self.lifted.emit(kept)

    def _add(self) -> None:
        word = self.field.text().strip()
        if word:
            self.field.clear()
            self.added.emit(word)

    def heading(self) -> str:
        return title_of(self.shown.roll)

    def renew(self) -> None:
        """Take over theme, zoom and language."""
        super().renew()
        words = self.shown.roll is Roll.WORDS
        self.field.setVisible(words)
        self.field.setFixedHeight(px(36))
        self.field.setFont(theme.text_font(14))
        self.field.setPlaceholderText(tr("A word nobody may write here"))
        self.field.setAccessibleName(tr("A word nobody may write here"))
        self.add_button.setVisible(words)
        self.add_button.setFixedHeight(px(36))
        self.add_button.setText(tr("Add"))
        self.hint.setFont(theme.text_font(12))
        self._say()
        self._fill()
        self._new.setSpacing(px(8))
        self._new.setContentsMargins(px(RING), 0, px(8), 0)

    def _say(self) -> None:
        hidden = len(self.shown.items) - SHOWN
        if not self.shown.items:
            text = tr("There are none.") if self.shown.roll is not Roll.WORDS else tr("All words are allowed.")
        else:
            text = tr("… and {n} more").format(n=number_text(hidden)) if hidden > 0 else ""
        self.hint.setText(text)
        self.hint.setIndent(px(RING))
        self.hint.setVisible(bool(text))
