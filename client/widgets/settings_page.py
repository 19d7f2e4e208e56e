"""What every page of the settings is: a column of controls that takes over theme, zoom and language by itself.

A page shows values and says what was chosen by signals; it keeps nothing and knows nobody. GUI thread only.
"""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QSize, Qt
from PyQt5.QtWidgets import QLabel, QVBoxLayout, QWidget

from client import theme
from client.theme import px


class SettingsPage(QWidget):
    """A subclass fills `column`, then calls `renew` once; it is called again by what changes live."""

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WA_StyledBackground)
        theme.mark(self, "surface", "window")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.column = QVBoxLayout()
        outer.addLayout(self.column)
        outer.addStretch(1)
        self._filled = False
        self._fields: list[tuple[QLabel, QVBoxLayout]] = []

    def add_field(self, caption: QLabel, field: QWidget, align: Qt.AlignmentFlag | None = None) -> None:
        """A field with its caption close above it."""
        pair = QVBoxLayout()
        pair.addWidget(caption)
        pair.addWidget(field, 0, Qt.Alignment() if align is None else align)
        self._fields.append((caption, pair))
        self.column.addLayout(pair)

    def heading(self) -> str:
        """What the list of pages calls it."""
        raise NotImplementedError

    def renew(self) -> None:
        """Take over theme, zoom and language."""
        self._filled = True
        self.column.setContentsMargins(px(8), px(4), px(12), px(12))
        self.column.setSpacing(px(16))
        for caption, pair in self._fields:
            caption.setFont(theme.text_font(12, semibold=True))
            pair.setSpacing(px(4))

    def leave(self) -> None:
        """The settings are closed: what was typed holds."""

    def minimumSizeHint(self) -> QSize:
        """It becomes as narrow as the window: lines are broken, and it scrolls only up and down."""
        return QSize(px(60), super().minimumSizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        """Theme, zoom and language change live."""
        super().changeEvent(event)
        if self._filled and event.type() in {QEvent.StyleChange, QEvent.LanguageChange}:
            self.renew()
