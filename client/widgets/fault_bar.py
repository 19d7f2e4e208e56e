"""A bar on top of the window for our own mistakes. GUI thread; imports the theme and the controls."""

from __future__ import annotations

from PyQt5.QtCore import QEvent
from PyQt5.QtWidgets import QFrame, QHBoxLayout

from client import theme
from client.widgets.controls import AlertIcon, FittingButton, label
from translations import tr


class FaultBar(QFrame):
    """A bar for our own mistakes: one sentence, closed by the person."""

    def __init__(self) -> None:
        super().__init__()
        theme.mark(self, "surface", "error")
        self._icon = AlertIcon()
        self._text = label(wrap=True)
        self._close = FittingButton(kind="flat")
        self._close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.addWidget(self._icon)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._close)
        self.retranslate()
        self._scale()
        self.hide()

    def show_text(self, text: str) -> None:
        """Show this sentence until it is closed."""
        self._text.setText(text)
        self.show()

    def _scale(self) -> None:
        self._icon.setFixedSize(theme.px(20), theme.px(20))

    def retranslate(self) -> None:
        """The button's text; the sentence was translated by whoever wrote it."""
        self._close.set_texts(tr("Close"))

    def changeEvent(self, event: QEvent) -> None:
        """Follow language and zoom."""
        super().changeEvent(event)
        if event.type() == QEvent.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.StyleChange:
            self._scale()
