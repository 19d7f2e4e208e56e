"""The keys of the chat page and the window, in one table: what is bound and what is told of them come from here.

GUI thread only; imports Qt and `translations`. Keys that only mean something inside one list or field (arrows, Enter,
the letters in the message list) are handled there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QKeySequence
from PyQt5.QtWidgets import QShortcut, QWidget

KEYS: Mapping[str, tuple[str, ...]] = {
    "switch": ("Ctrl+K",),
    "previous room": ("Alt+Up",),
    "next room": ("Alt+Down",),
    "previous unread": ("Alt+Shift+Up",),
    "next unread": ("Alt+Shift+Down",),
    "search room": ("Ctrl+F",),
    "search everywhere": ("Ctrl+Shift+F",),
    "newest": ("Ctrl+End",),
    "next pane": ("F6",),
    "previous pane": ("Shift+F6",),
    "leave": ("Ctrl+W",),
    "read": ("Shift+Esc",),
    "notify": ("Ctrl+M",),
    "rooms": ("Alt+1",),
    "quit": ("Ctrl+Q",),
    "dark": ("Ctrl+Shift+D",),
    "larger": ("Ctrl++", "Ctrl+="),
    "smaller": ("Ctrl+-",),
    "as it was": ("Ctrl+0",),
}
"""What can be done by key, and by which keys."""


def bind(
    widget: QWidget,
    actions: Mapping[str, Callable[[], object]],
    context: Qt.ShortcutContext = Qt.WidgetWithChildrenShortcut,
) -> None:
    """Have the keys of `KEYS` do this while the widget (or, by the context, its window) has the keyboard."""
    for name, action in actions.items():
        for sequence in KEYS[name]:
            shortcut = QShortcut(QKeySequence(sequence), widget)
            shortcut.setContext(context)
            shortcut.activated.connect(action)
