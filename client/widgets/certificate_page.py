"""The page that stands instead of the chat when whoever answers may not be the server we know. GUI thread.

Nothing was said to it yet. The way out is the default; trusting it is a decision of its own. Imports the theme and the
controls.
"""

from __future__ import annotations

from PyQt5.QtCore import QEvent, Qt, pyqtSignal
from PyQt5.QtGui import QKeyEvent
from PyQt5.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from client import theme
from client.changes import LoginFailed, Problem
from client.login_fields import words_of
from client.widgets.controls import AlertIcon, FittingButton, label
from translations import tr

COLUMN = 480
"""Pixels of the text's column at 100 %."""


class CertificatePage(QScrollArea):
    """Signals: refused() and trusted(), by the two buttons; Esc refuses."""

    refused = pyqtSignal()
    trusted = pyqtSignal()

    def __init__(self, failure: LoginFailed, known: str, parent: QWidget | None = None) -> None:
        """`known` is how the server was known until now."""
        super().__init__(parent)
        self.setFocusPolicy(Qt.NoFocus)  # its buttons have it; keys that scroll come up from them
        self._failure, self._known = failure, known
        self.setFrameShape(QFrame.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self._icon = AlertIcon()
        self._title = label("error", wrap=True)
        self._text = label(wrap=True)
        self._labels = label("secondary"), label("secondary")
        self._words = label(), label()
        for words in self._words:
            words.setWordWrap(True)
            words.setTextInteractionFlags(Qt.TextSelectableByMouse | Qt.TextSelectableByKeyboard)
        self._refuse, self._trust = FittingButton(kind="primary"), FittingButton()
        self._refuse.setDefault(True)
        self._refuse.clicked.connect(self.refused)
        self._trust.clicked.connect(self.trusted)
        self._column = QWidget()
        content = QWidget()
        outer = QHBoxLayout(content)
        outer.addStretch(1)
        outer.addWidget(self._column, 1000)  # as wide as it may be
        outer.addStretch(1)
        self._lay_out()
        self.setWidget(content)
        self.retranslate()
        self._scale()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        for row, (name, words) in enumerate(zip(self._labels, self._words, strict=True)):
            grid.addWidget(name, row, 0, Qt.AlignTop)
            grid.addWidget(words, row, 1)
        grid.setColumnStretch(1, 1)
        layout = QVBoxLayout(self._column)
        layout.addStretch(1)
        layout.addWidget(self._icon)
        layout.addWidget(self._title)
        layout.addWidget(self._text)
        layout.addLayout(grid)
        layout.addWidget(self._refuse)
        layout.addWidget(self._trust)
        layout.addStretch(2)

    def ask(self) -> None:
        """The page is shown: Enter takes the way out."""
        self._refuse.setFocus()

    def retranslate(self) -> None:
        """All texts, in the language of now."""
        values = {"host": self._failure.host, "port": self._failure.port}
        if self._failure.problem is Problem.TLS_GONE:
            self._title.setText(tr("This connection would not be encrypted"))
            text = tr(
                "The server at {host} port {port} was encrypted until now, and answers in clear today. Others on this "
                "network could read along, or somebody else answers in its place. Ask the person who runs the server."
            )
        else:
            self._title.setText(tr("This may not be the server you know"))
            text = tr(
                "The server at {host} port {port} shows another certificate than before. Perhaps it was set up anew; "
                "perhaps somebody else answers in its place. Ask the person who runs it for the words on its screen."
            )
        self._text.setText(text.format(**values))
        shown = words_of(self._known), words_of(self._failure.text)
        for name, words, text, value in zip(
            self._labels, self._words, (tr("Words until now"), tr("Words today")), shown, strict=True
        ):
            name.setText(text)
            words.setText(value)
            name.setVisible(bool(value))
            words.setVisible(bool(value))
        self._refuse.set_texts(tr("Do not connect"))
        self._trust.set_texts(tr("Trust it from now on"))

    def _scale(self) -> None:
        self._icon.setFixedSize(theme.px(32), theme.px(32))
        self._column.setMaximumWidth(theme.px(COLUMN))
        self._title.setFont(theme.text_font(22, semibold=True))
        layout = self._column.layout()
        if layout is not None:
            layout.setSpacing(theme.px(12))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc is the way out; Enter takes the button in focus, the way out by default."""
        if event.key() == Qt.Key_Escape:
            self.refused.emit()
        elif event.key() in {Qt.Key_Return, Qt.Key_Enter}:
            (self._trust if self._trust.hasFocus() else self._refuse).click()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow language and zoom."""
        super().changeEvent(event)
        if event.type() == QEvent.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.StyleChange:
            self._scale()
