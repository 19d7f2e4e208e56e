"""What stands where the messages would be while one is in no room at all: two ways out of that. GUI thread only."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt5.QtWidgets import QGridLayout, QPushButton, QWidget

from client import theme
from client.theme import px
from client.widgets.controls import label
from translations import tr


class NoRooms(QWidget):
    """Lies over `over`, the message list, while it is shown."""

    new_wanted = pyqtSignal()
    """Make a room."""
    all_wanted = pyqtSignal()
    """Show all there are."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self.setObjectName("no_rooms")
        self.text = label("secondary", wrap=True)
        self.text.setAlignment(Qt.AlignCenter)
        self.new_button = QPushButton(self)
        self.new_button.clicked.connect(self.new_wanted)
        self.all_button = QPushButton(self)
        self.all_button.clicked.connect(self.all_wanted)
        theme.mark(self.new_button, "kind", "primary")
        self._grid = QGridLayout(self)
        self._grid.addWidget(self.text, 1, 0, 1, 4)
        self._grid.addWidget(self.new_button, 2, 1)
        self._grid.addWidget(self.all_button, 2, 2)
        for edge in (0, 3):
            self._grid.setRowStretch(edge, 1)
            self._grid.setColumnStretch(edge, 1)
        over.installEventFilter(self)
        self._renew()
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """As large as what it covers."""
        if watched is self._over and event.type() == QEvent.Resize:
            self.setGeometry(self._over.rect())
        return False

    def changeEvent(self, event: QEvent) -> None:
        """Theme, zoom and language change live."""
        super().changeEvent(event)
        if event.type() in {QEvent.StyleChange, QEvent.LanguageChange} and hasattr(self, "_grid"):
            self._renew()

    def _renew(self) -> None:
        self.setGeometry(self._over.rect())
        self.text.setText(tr("No rooms yet."))
        self.text.setFont(theme.text_font(14))
        self.new_button.setText(tr("Create room"))
        self.all_button.setText(tr("See all"))
        for button in (self.new_button, self.all_button):
            button.setFixedHeight(px(36))
        self._grid.setVerticalSpacing(px(8))
        self._grid.setHorizontalSpacing(px(6))
        self._grid.setContentsMargins(px(8), px(2), px(8), px(2))
