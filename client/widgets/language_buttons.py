"""One button per language; the one in use is pressed. GUI thread only; needed for the first paint."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, pyqtSignal
from PyQt5.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

import translations
from client import theme
from client.theme import px


class LanguageButtons(QWidget):
    """Follows the language in use by itself."""

    chosen = pyqtSignal(str)
    """`id` or `en`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self.buttons = {code: self._button(code) for code in translations.LANGUAGES}
        group = QButtonGroup(self)
        for button in self.buttons.values():
            group.addButton(button)
            self._row.addWidget(button)
        group.buttonClicked.connect(lambda button: self.chosen.emit(button.property("language")))
        self._renew()

    @staticmethod
    def _button(code: str) -> QPushButton:
        button = QPushButton(code.upper())
        button.setObjectName(f"language_{code}")
        button.setAccessibleName({"id": "Bahasa Indonesia", "en": "English"}[code])
        button.setToolTip(button.accessibleName())
        button.setCheckable(True)
        button.setProperty("language", code)
        theme.mark(button, "kind", "toggle")
        return button

    def changeEvent(self, event: QEvent) -> None:
        """Follow language, theme and zoom."""
        super().changeEvent(event)
        if event.type() in {QEvent.LanguageChange, QEvent.StyleChange} and hasattr(self, "buttons"):
            self._renew()

    def _renew(self) -> None:
        self._row.setSpacing(px(8))
        for code, button in self.buttons.items():
            button.setChecked(code == translations.language())
            button.setFixedSize(px(36), px(28))
            button.setFont(theme.text_font(12, semibold=True))
