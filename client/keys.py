"""All keys of the chat page and the window, in one table: what is bound, and what menus, sheet and docs tell of them.

GUI thread only; imports Qt and `translations`. Keys that only mean something inside one list or field (arrows, Enter,
the letters in the message list) are handled there; here they are only told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import cast

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QKeySequence
from PyQt5.QtWidgets import QShortcut, QWidget

from translations import N_


class Group(Enum):
    """Where a key belongs in the sheet; the value is what the group is called."""

    MOVING = N_("Moving around")
    MESSAGES = N_("In the messages")
    WRITING = N_("Writing")
    WINDOW = N_("Window")


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that can be done by key."""

    group: Group
    text: str
    """What it does, for `tr`."""
    sequences: tuple[str, ...] = ()
    """What `bind` binds; none if the list or field that has the keyboard handles it."""
    shown: str = ""
    """How the keys are written, where that is not the first sequence."""

    @property
    def told(self) -> str:
        """How its keys are written for people."""
        return self.shown or self.sequences[0]


_MOVING, _MESSAGES, _WRITING, _WINDOW = Group

KEYS: Mapping[str, Key] = {
    "switch": Key(_MOVING, N_("Go to a room or person, by a few letters"), ("Ctrl+K",)),
    "previous room": Key(_MOVING, N_("Previous room or chat"), ("Alt+Up",)),
    "next room": Key(_MOVING, N_("Next room or chat"), ("Alt+Down",)),
    "previous unread": Key(_MOVING, N_("Previous room with unread messages"), ("Alt+Shift+Up",)),
    "next unread": Key(_MOVING, N_("Next room with unread messages"), ("Alt+Shift+Down",)),
    "rooms": Key(_MOVING, N_("List of rooms, where the window is too narrow for it"), ("Alt+1",)),
    "next pane": Key(_MOVING, N_("Next pane: rooms, messages, box, members"), ("F6",)),
    "previous pane": Key(_MOVING, N_("Previous pane"), ("Shift+F6",)),
    "back": Key(_MOVING, N_("Close what is open, cancel a reply or edit, back to the message box"), shown="Esc"),
    "leave": Key(_MOVING, N_("Leave this room or private chat"), ("Ctrl+W",)),
    "read": Key(_MOVING, N_("Mark all rooms as read"), ("Shift+Esc",)),
    "notify": Key(_MOVING, N_("Notifications of this room"), ("Ctrl+M",)),
    "search room": Key(_MESSAGES, N_("Search in this room"), ("Ctrl+F",)),
    "search everywhere": Key(_MESSAGES, N_("Search in all rooms"), ("Ctrl+Shift+F",)),
    "newest": Key(_MESSAGES, N_("Newest message"), ("Ctrl+End",)),
    "page": Key(_MESSAGES, N_("Scroll the messages, also from the message box"), shown="PageUp / PageDown"),
    "step": Key(_MESSAGES, N_("Previous or next message"), shown="Up / Down"),
    "ends": Key(_MESSAGES, N_("First or last message"), shown="Home / End"),
    "reply": Key(_MESSAGES, N_("Reply"), shown="R"),
    "edit": Key(_MESSAGES, N_("Edit"), shown="E"),
    "delete": Key(_MESSAGES, N_("Delete (asks first)"), shown="Del"),
    "react": Key(_MESSAGES, N_("React"), shown="+"),
    "copy": Key(_MESSAGES, N_("Copy the message, or what is selected"), shown="C / Ctrl+C"),
    "code": Key(_MESSAGES, N_("Scroll wide code to the side"), shown="Left / Right"),
    "actions": Key(_MESSAGES, N_("All actions for the message"), ("Shift+F10",), "Menu / Shift+F10"),
    "send": Key(_WRITING, N_("Send, or begin a line (the settings swap the two)"), shown="Enter / Shift+Enter"),
    "send always": Key(_WRITING, N_("Send in any case"), shown="Ctrl+Enter"),
    "edit last": Key(_WRITING, N_("In an empty box: edit your last message"), shown="Up"),
    "recall": Key(_WRITING, N_("In the first line: what you sent before, and back"), shown="Ctrl+Up / Ctrl+Down"),
    "emoji": Key(_WRITING, N_("Emoji"), shown="Ctrl+E"),
    "offers": Key(_WRITING, N_("Take what is offered for @, #, : and /"), shown="Tab / Enter"),
    "settings": Key(_WINDOW, N_("Settings"), ("Ctrl+,",)),
    "keys": Key(_WINDOW, N_("These keys"), ("Ctrl+/",)),
    "larger": Key(_WINDOW, N_("Everything larger"), ("Ctrl++", "Ctrl+="), "Ctrl++"),
    "smaller": Key(_WINDOW, N_("Everything smaller"), ("Ctrl+-",)),
    "as it was": Key(_WINDOW, N_("Everything at 100%"), ("Ctrl+0",)),
    "wheel": Key(_WINDOW, N_("Larger or smaller, by the mouse wheel"), shown="Ctrl+wheel"),
    "dark": Key(_WINDOW, N_("Dark or light"), ("Ctrl+Shift+D",)),
    "quit": Key(_WINDOW, N_("Quit"), ("Ctrl+Q",)),
}
"""What can be done by key, and by which keys."""


def bind(
    widget: QWidget,
    actions: Mapping[str, Callable[[], object]],
    context: Qt.ShortcutContext = Qt.WidgetWithChildrenShortcut,
) -> None:
    """Have the keys of `KEYS` do this while the widget (or, by the context, its window) has the keyboard."""
    for name, action in actions.items():
        for sequence in KEYS[name].sequences:
            shortcut = QShortcut(QKeySequence(sequence), widget)
            shortcut.setObjectName(name)
            shortcut.setContext(context)
            shortcut.activated.connect(action)


def press(widget: QWidget, name: str) -> None:
    """Do what this key does where the widget is: the nearest that is bound, from the widget up to its window."""
    at: QWidget | None = widget
    while at is not None:
        shortcut = cast("QShortcut | None", at.findChild(QShortcut, name, Qt.FindDirectChildrenOnly))
        if shortcut is not None:
            shortcut.activated.emit()
            return
        at = at.parentWidget()
