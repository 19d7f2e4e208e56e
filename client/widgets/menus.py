"""Small helpers for context menus, the clipboard and the wheel, shared by the lists."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import cast

from PyQt5.QtCore import QEvent, QPoint, QRectF, Qt, QUrl
from PyQt5.QtGui import QActionEvent, QContextMenuEvent, QDesktopServices, QGuiApplication, QKeySequence, QWheelEvent
from PyQt5.QtWidgets import QAction, QApplication, QMenu, QWidget

from client.keys import KEYS


class LeadingMenu(QMenu):
    """About something that is not on screen: its entries lead there before they do what they say.

    Those that `stay` do it from here, and so do those of its submenus, which are choices.
    """

    def __init__(self, lead: Callable[[], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._lead = lead

    def actionEvent(self, event: QActionEvent) -> None:
        """Be the first whom an entry tells that it was chosen."""
        super().actionEvent(event)
        if event.type() == QEvent.ActionAdded:
            event.action().triggered.connect(partial(self._chosen, event.action()))

    def _chosen(self, action: QAction, _checked: bool = False) -> None:
        if not action.property("stays"):
            self._lead()


def stay(action: QAction) -> None:
    """What this entry does is seen in the list of rooms: it leads nowhere."""
    action.setProperty("stays", True)


def add_action(menu: QMenu, text: str, action: Callable[[], None], key: str = "", *, stays: bool = False) -> None:
    """Put an entry into a menu; `text` is ours, never a name (menus read `&`); `key` of `KEYS` does the same."""
    made = menu.addAction(text)
    if stays:
        stay(made)
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


def open_menu_by_key() -> None:
    """Shift+F10 as the menu key, which alone Qt knows on X11 and Wayland; elsewhere the system turns both into this."""
    widget = cast("QWidget | None", QApplication.focusWidget())
    if widget is not None and QGuiApplication.platformName() not in {"windows", "cocoa"}:
        place = QRectF(widget.inputMethodQuery(Qt.ImCursorRectangle)).center().toPoint()
        event = QContextMenuEvent(QContextMenuEvent.Keyboard, place, widget.mapToGlobal(place))
        QApplication.sendEvent(widget, event)


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
