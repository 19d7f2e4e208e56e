"""Looking for something in the room on screen: a field, how much was found, the way from hit to hit."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QKeyEvent, QResizeEvent
from PyQt5.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from client import theme
from client.theme import px
from client.widgets import icons
from client.widgets.elided import ElidedLabel
from translations import tr


class SearchBar(QWidget):
    """40 px under the header, while it is wanted."""

    text_changed = pyqtSignal(str)
    step_requested = pyqtSignal(int)
    """1: to the next older hit, -1: to the next newer one."""
    closed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("search_bar")
        self.setAttribute(Qt.WA_StyledBackground)
        theme.mark(self, "surface", "side")
        self.field = QLineEdit(self)
        self.field.setObjectName("search_field")
        self.field.textChanged.connect(self.text_changed)
        self.status = ElidedLabel(self)
        theme.mark(self.status, "tone", "secondary")
        self.status.setObjectName("search_status")
        self.older, self.newer, self.close_button = (QToolButton(self) for _ in range(3))
        self.older.clicked.connect(lambda: self.step_requested.emit(1))
        self.newer.clicked.connect(lambda: self.step_requested.emit(-1))
        self.close_button.clicked.connect(self.closed)
        layout = QHBoxLayout(self)
        layout.addWidget(self.field, 1)
        layout.addWidget(self.status)
        for button in (self.older, self.newer, self.close_button):
            theme.mark(button, "kind", "flat")
            layout.addWidget(button)
        self.hide()
        self._renew()

    def open(self) -> None:
        """Show it, with the keyboard in it and what was sought last selected."""
        self.show()
        self.field.setFocus(Qt.ShortcutFocusReason)
        self.field.selectAll()

    def set_status(self, text: str, *, steps: bool) -> None:
        """How much was found, and whether there are hits to go to."""
        self.status.setText(text)
        self.older.setEnabled(steps)
        self.newer.setEnabled(steps)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Up to the next older hit, with Shift or Down to a newer one; Esc closes."""
        back = bool(event.modifiers() & Qt.ShiftModifier)
        if event.key() in {Qt.Key_Return, Qt.Key_Enter}:
            self.step_requested.emit(-1 if back else 1)
        elif event.key() in {Qt.Key_Up, Qt.Key_Down}:
            self.step_requested.emit(1 if event.key() == Qt.Key_Up else -1)
        elif event.key() == Qt.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the field needs the room of the buttons; Enter does the same."""
        super().resizeEvent(event)
        for button in (self.older, self.newer):
            button.setVisible(self.width() >= px(360))
        self.field.setMinimumWidth(min(px(160), self.width() // 2))

    def changeEvent(self, event: QEvent) -> None:
        """Theme, zoom and language change live."""
        super().changeEvent(event)
        if event.type() in {QEvent.StyleChange, QEvent.LanguageChange} and self.layout() is not None:
            self._renew()

    def _renew(self) -> None:
        colours = theme.current()
        self.setFixedHeight(px(44))
        self.field.setFixedHeight(px(32))
        self.field.setFont(theme.text_font(14))
        self.field.setPlaceholderText(tr("Search in this room"))
        self.field.setAccessibleName(tr("Search in this room"))
        self.status.setFont(theme.text_font(12))
        for button, name, text in (
            (self.older, "chevron-up", tr("Older (Enter)")),
            (self.newer, "chevron-down", tr("Newer (Shift+Enter)")),
            (self.close_button, "close", tr("Close (Esc)")),
        ):
            button.setIcon(icons.icon(name, px(18), colours.text, colours.disabled))
            button.setIconSize(QSize(px(18), px(18)))
            button.setFixedSize(px(32), px(32))
            button.setAccessibleName(text)
            button.setToolTip(text)
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(px(16), 0, px(8), 0)
            layout.setSpacing(px(4))
