"""Where the window stands: each page has its size and place, remembered apart and fitted to the screens there are.

GUI thread only; imports Qt, theme and settings. Needed for the first paint.
"""

from __future__ import annotations

from typing import cast

from PyQt5.QtCore import QPoint, QRect, QSize, Qt
from PyQt5.QtGui import QGuiApplication, QScreen
from PyQt5.QtWidgets import QMainWindow

from client import theme
from client.settings import Settings

LOGIN_SIZE = QSize(400, 560)
LOGIN_MINIMUM = QSize(320, 400)
CHAT_SIZE = QSize(1040, 680)
CHAT_MINIMUM = QSize(480, 400)
SIZES = {"login": (LOGIN_SIZE, LOGIN_MINIMUM), "chat": (CHAT_SIZE, CHAT_MINIMUM)}
SCREEN_SHARE = 0.9
SHIFT = 40
"""How far the place of a further window on this computer is moved, px."""


class Places:
    """The places of one window's pages, `login` and `chat`; a maximised window stays so."""

    def __init__(self, window: QMainWindow, settings: Settings) -> None:
        self._window, self._settings = window, settings

    def keep(self, page: str) -> None:
        """Remember where the window stands with this page."""
        window = self._window
        box = window.normalGeometry()
        place = [box.x(), box.y(), box.width(), box.height(), int(window.isMaximized())]
        self._settings.change(geometry={self._key(page): place})

    def take(self, page: str) -> None:
        """Give the window the page's size and place: the remembered one, else round where it stands."""
        window, (size, minimum) = self._window, SIZES[page]
        window.setMinimumSize(minimum)
        if window.isMaximized():
            return
        places = self._settings.values.geometry
        known = places.get(self._key(page)) or places.get(page)
        if known:
            box = QRect(*known[:4])
            if self._key(page) not in places:
                box.translate(SHIFT * self._settings.window, SHIFT * self._settings.window)
        else:
            box = QRect(QPoint(0, 0), size * theme.zoom())
            box.moveCenter(window.geometry().center())
        there = cast("QScreen | None", QGuiApplication.screenAt(box.center()))
        screen = there or QGuiApplication.primaryScreen()
        fitted = fit_on_screen(box, screen.availableGeometry(), whole=bool(known))
        if known or window.isVisible():
            window.setGeometry(fitted)
        else:
            window.resize(fitted.size())  # the very first time the desktop chooses the place
        if known and known[4]:
            window.setWindowState(Qt.WindowMaximized)

    def _key(self, page: str) -> str:
        return f"{page} {self._settings.window}" if self._settings.window else page


def fit_on_screen(box: QRect, screen: QRect, *, whole: bool) -> QRect:
    """The box moved, and made smaller if it must be, so that it stands on the screen.

    A remembered box (`whole`) may fill the screen, a fresh one nine tenths of it.
    """
    share = 1.0 if whole else SCREEN_SHARE
    fitted = QRect(box)
    fitted.setSize(box.size().boundedTo(screen.size() * share))
    if fitted.size() != box.size():
        fitted.moveCenter(box.center())
    fitted.moveLeft(min(max(fitted.left(), screen.left()), screen.right() - fitted.width() + 1))
    fitted.moveTop(min(max(fitted.top(), screen.top()), screen.bottom() - fitted.height() + 1))
    return fitted
