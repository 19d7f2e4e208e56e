"""A bar under the header with one sentence and what can be done about it: an invitation, something to be undone.

GUI thread only. Imports Qt and the theme.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PyQt5.QtCore import QEvent, Qt
from PyQt5.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QWidget

from client import theme
from client.models.texts import plain
from client.theme import px
from client.widgets.elided import ElidedLabel
from translations import tr


@dataclass(frozen=True)
class Offer:
    """What stands in the bar; the texts are made again when the language changes."""

    text: Callable[[], str]
    actions: Sequence[tuple[str, Callable[[], None]]]
    """What each button says, in English (it is translated here), and does."""


class OfferBar(QFrame):
    """See the module."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("offer_bar")
        self.setAttribute(Qt.WA_StyledBackground)
        theme.mark(self, "surface", "success")
        self.offer: Offer | None = None
        self.buttons: list[QPushButton] = []
        self._narrow = False
        self._text = ElidedLabel(self)
        self._text.setObjectName("offer_text")
        self._grid = QGridLayout(self)
        self._grid.addWidget(self._text, 0, 0, Qt.AlignLeft | Qt.AlignVCenter)
        self._grid.setColumnStretch(0, 1)
        self._row = QHBoxLayout()
        self._renew()
        self.hide()

    def show_offer(self, offer: Offer | None) -> None:
        """Show this one, or none."""
        if offer is self.offer:
            return
        self.offer = offer
        for button in self.buttons:
            button.hide()
            button.deleteLater()
        self.buttons = [QPushButton(self) for _ in offer.actions] if offer is not None else []
        for number, button in enumerate(self.buttons):
            theme.mark(button, "kind", "link")
            button.clicked.connect(partial(self._press, number))
            self._row.addWidget(button)
        self._renew()
        self.setVisible(offer is not None)

    def text(self) -> str:
        """What it says."""
        return plain(self._text.text())

    def set_narrow(self, narrow: bool) -> None:
        """In a narrow window the buttons stand under the sentence."""
        self._narrow = narrow
        self._renew()

    def _press(self, number: int, _checked: bool = False) -> None:
        if self.offer is not None:
            self.offer.actions[number][1]()

    def _renew(self) -> None:
        offer = self.offer
        text = offer.text() if offer is not None else ""
        self._text.setText(text)
        self._text.setFont(theme.text_font(14))
        self.setAccessibleName(plain(text))
        for button, (words, _) in zip(self.buttons, offer.actions if offer is not None else (), strict=True):
            button.setText(tr(words))
            button.setFont(theme.text_font(14, semibold=True))
            button.setFixedHeight(px(28))
        row, column = (1, 0) if self._narrow else (0, 1)
        self._grid.removeItem(self._row)
        self._grid.addLayout(self._row, row, column, Qt.AlignLeft | Qt.AlignTop)
        side = px(12) if self._narrow else px(16)
        self._grid.setContentsMargins(side, px(4), side, px(4))
        self._grid.setHorizontalSpacing(px(8))
        self._grid.setVerticalSpacing(px(2))
        self._row.setSpacing(px(8))

    def changeEvent(self, event: QEvent) -> None:
        """Theme, zoom and language change live."""
        super().changeEvent(event)
        if event.type() in {QEvent.StyleChange, QEvent.LanguageChange} and hasattr(self, "_row"):
            self._renew()
