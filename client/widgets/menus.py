"""Small helpers for context menus, the clipboard and the wheel, shared by the lists."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QPoint, Qt, QUrl
from PyQt5.QtGui import QDesktopServices, QGuiApplication, QKeySequence, QWheelEvent
from PyQt5.QtWidgets import QMenu, QWidget

from client.keys import KEYS


def add_action(menu: QMenu, text: str, action: Callable[[], None], key: str = "") -> None:
    """Put an entry into a menu; `text` is ours, never a name (menus read `&`); `key` of `KEYS` does the same."""
    made = menu.addAction(text)
    made.triggered.connect(lambda _checked=False: action())
    if key:
        made.setShortcut(QKeySequence(KEYS[key].told.partition(" / ")[0]))
        made.setShortcutContext(Qt.WidgetShortcut)  # only told here: what binds the key is elsewhere
        made.setShortcutVisibleInContextMenu(True)


def popup_under(menu: QMenu, button: QWidget) -> None:
    """Open a menu below a button at the right edge; it goes when it is closed."""
    menu.setAttribute(Qt.WA_DeleteOnClose)
    corner = button.mapToGlobal(QPoint(button.width(), button.height()))
    menu.popup(corner - QPoint(menu.sizeHint().width(), 0))


def no_more(_menu: QMenu, _about: str) -> None:
    """What the page adds to a menu while it adds nothing."""


def open_link(url: str) -> None:
    """Open an http or https link in the person's browser; nothing else."""
    address = QUrl(url)
    if address.scheme().lower() in {"http", "https"} and address.isValid():
        QDesktopServices.openUrl(address)


def put_on_clipboard(text: str) -> None:
    """Copy a text, unless there is none."""
    if text:
        QGuiApplication.clipboard().setText(text)


def leaves_zoom(event: QWheelEvent) -> bool:
    """Leave a turn of the wheel with Ctrl to the window, which zooms; False for every other turn."""
    if event.modifiers() & Qt.ControlModifier:
        event.ignore()
        return True
    return False
