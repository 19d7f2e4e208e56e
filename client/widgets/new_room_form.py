"""The fields of a new room: its name, a topic, who may see it and come in. GUI thread only."""

from __future__ import annotations

from typing import NamedTuple

from PyQt5.QtCore import Qt, pyqtSignal
from PyQt5.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QSpacerItem, QVBoxLayout, QWidget

from client import theme
from client.theme import px
from client.widgets.choices import Tick
from client.widgets.controls import label
from client.widgets.sheet import RING
from translations import tr

NAME_CHARACTERS = 50
TOPIC_CHARACTERS = 300
HIDDEN, INVITED = "s", "i"
"""Modes of a room that is in no list, and of one that only those enter who are invited."""


class NewRoom(NamedTuple):
    """What was typed."""

    name: str
    topic: str
    modes: str


class NewRoomForm(QWidget):
    """See the module."""

    wanted = pyqtSignal(object)
    """The `NewRoom` to make."""
    back = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._name_label, self._topic_label = label(), label()
        self.name = QLineEdit(self)
        self.name.setObjectName("new_room_name")
        self.name.setMaxLength(NAME_CHARACTERS)
        self.topic = QLineEdit(self)
        self.topic.setObjectName("new_room_topic")
        self.topic.setMaxLength(TOPIC_CHARACTERS)
        self._name_label.setBuddy(self.name)
        self._topic_label.setBuddy(self.topic)
        self.hidden, self.invited = Tick(self), Tick(self)
        self.create_button = QPushButton(self)
        self.create_button.setObjectName("create_button")
        self.create_button.clicked.connect(self.submit)
        theme.mark(self.create_button, "kind", "primary")
        self.back_button = QPushButton(self)
        self.back_button.clicked.connect(self.back)
        for field in (self.name, self.topic):
            field.returnPressed.connect(self.submit)
        self._column = QVBoxLayout(self)
        self._gaps = [QSpacerItem(0, 0) for _ in range(3)]
        """Between one thing to be filled in and the next."""
        for widget in (self._name_label, self.name, self._topic_label, self.topic):
            self._column.addWidget(widget)
            if widget in {self.name, self.topic}:
                self._column.addSpacerItem(self._gaps[int(widget is self.topic)])
        for switch in (self.hidden, self.invited):
            self._column.addWidget(switch)
        self._column.addSpacerItem(self._gaps[2])
        self._buttons = QHBoxLayout()
        self._buttons.addWidget(self.create_button)
        self._buttons.addWidget(self.back_button)
        self._buttons.addStretch(1)
        self._column.addLayout(self._buttons)

    def begin(self, name: str) -> None:
        """A new room, perhaps with a name already."""
        self.name.setText(name)
        self.topic.clear()
        self.hidden.setChecked(False)
        self.invited.setChecked(False)
        self.name.setFocus(Qt.OtherFocusReason)

    def submit(self) -> None:
        """Enter or the button: make it, once it has a name."""
        name = self.name.text().strip()
        if name.strip("#"):
            modes = HIDDEN * self.hidden.isChecked() + INVITED * self.invited.isChecked()
            self.wanted.emit(NewRoom(name, " ".join(self.topic.text().split()), modes))
        else:
            self.name.setFocus(Qt.OtherFocusReason)

    def renew(self) -> None:
        """Take over theme, zoom and language."""
        self._name_label.setText(tr("&Name, such as tugas"))
        self._topic_label.setText(tr("&Topic, if you like"))
        self.name.setAccessibleName(tr("Name of the room"))
        self.topic.setAccessibleName(tr("Topic of the room"))
        self.hidden.setText(tr("Hidden from this list"))
        self.invited.setText(tr("Only for invited people"))
        self.create_button.setText(tr("Create room"))
        self.back_button.setText(tr("Back"))
        for field in (self.name, self.topic):
            field.setFont(theme.text_font(14))
            field.setFixedHeight(px(36))
        for switch in (self.hidden, self.invited):
            switch.setFont(theme.text_font(14))
        for button in (self.create_button, self.back_button):
            button.setFixedHeight(px(36))
        self._column.setContentsMargins(px(RING), 0, px(8), 0)
        self._column.setSpacing(px(4))
        for gap in self._gaps:
            gap.changeSize(0, px(4))
        self._buttons.setSpacing(px(8))
