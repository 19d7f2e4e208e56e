"""Small helpers for context menus and the clipboard, shared by the lists."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QPoint, Qt, QUrl
from PyQt5.QtGui import QDesktopServices, QGuiApplication
from PyQt5.QtWidgets import QMenu, QWidget


def add_action(menu: QMenu, text: str, action: Callable[[], None]) -> None:
    """Put an entry into a menu; `text` is ours, never a name (menus read `&`)."""
    menu.addAction(text).triggered.connect(lambda _checked=False: action())


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
