"""The bar above the page of a server that has not let us in yet: what is tried, or why it failed; a way to change it.

GUI thread only; needed for the first paint.
"""

from __future__ import annotations

from PyQt5.QtCore import QEvent, Qt, pyqtSignal
from PyQt5.QtWidgets import QFrame, QHBoxLayout, QWidget

from client import login_fields, theme
from client.changes import LoginFailed
from client.theme import px
from client.widgets.controls import FittingButton, label
from translations import tr


class EntryBar(QFrame):
    """One sentence and one button."""

    change_requested = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("entry_bar")
        self._text = label(wrap=True)
        self._text.setObjectName("entry_text")
        self._text.setMinimumWidth(1)
        self._change = FittingButton()
        self._change.setObjectName("entry_button")
        self._change.clicked.connect(self.change_requested)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._text, 1)
        self._row.addWidget(self._change, 0, Qt.AlignTop)
        self._renew()
        self.hide()

    def show_entry(self, failure: LoginFailed | None, trying: tuple[str, str] | None) -> None:
        """Why we were not let in, else on the way to which server and as whom, else nothing."""
        if failure is not None:
            told = login_fields.explain(failure)
            self._say(tr(told.text).format(**told.values), failed=True)
        elif trying is not None:
            server, name = trying
            self._say(tr("Connecting to {server} as {name}…").format(server=server, name=name), failed=False)
        else:
            self.hide()

    def _say(self, text: str, *, failed: bool) -> None:
        self._text.setText(text)
        self.setAccessibleName(text)
        theme.mark(self, "surface", "error" if failed else "warning")
        self.show()

    def changeEvent(self, event: QEvent) -> None:
        """Follow language, theme and zoom."""
        super().changeEvent(event)
        if event.type() in {QEvent.LanguageChange, QEvent.StyleChange} and hasattr(self, "_row"):
            self._renew()

    def _renew(self) -> None:
        self._change.set_texts(tr("Change"))
        self._change.setFixedHeight(px(28))
        self._row.setContentsMargins(px(16), px(6), px(12), px(6))
        self._row.setSpacing(px(12))
