"""Hands that know nothing: random keys, clicks, wheels, sizes and texts for a real window, by a seed.

The next act is put into Qt's queue before the present one is done, so it comes also while a menu has the events. What a
click would open outside the window is only counted. GUI thread only.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from typing import cast

from PyQt5.QtCore import QEvent, QObject, QPoint, Qt, QTimer, QUrl, pyqtSlot
from PyQt5.QtGui import QContextMenuEvent, QDesktopServices, QKeySequence, QMouseEvent, QWheelEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QAbstractScrollArea, QApplication, QPushButton, QShortcut, QWidget

from client.changes import LinkState
from client.keys import KEYS
from client.window import MainWindow

PLAIN_KEYS = [
    *(Qt.Key_Up, Qt.Key_Down, Qt.Key_Left, Qt.Key_Right, Qt.Key_Home, Qt.Key_End, Qt.Key_PageUp, Qt.Key_PageDown),
    *(Qt.Key_Tab, Qt.Key_Backtab, Qt.Key_Return, Qt.Key_Space, Qt.Key_Escape, Qt.Key_Escape, Qt.Key_Menu),
    *(Qt.Key_R, Qt.Key_E, Qt.Key_C, Qt.Key_Plus, Qt.Key_Delete, Qt.Key_Backspace, Qt.Key_F10, Qt.Key_A),
]
MODIFIERS = [Qt.NoModifier] * 6 + [Qt.ShiftModifier, Qt.ControlModifier, Qt.AltModifier]
TEXTS = [
    *("halo", "Apa kabar 😀", "@budi sudah?", "/", "/me tertawa", "/topic tugas", "/join #tugas", "/nick siti2", ":se"),
    *(
        "x" * 600,
        "**tebal** `kode`",
        "https://obrolan.example/a",
        "שלום עולם",
        "a\nb\n```\nkode\n```",
        "/away makan",
        "/x",
    ),
]
SCHEMES = ("http", "https", "file", "irc", "ircs", "mailto")
LEAVES = {"quit"}
"""Keys that would end the window, and with it the test; their entries in menus do nothing."""


def on_top() -> QWidget | None:
    """The menu or the window of its own that has all events now."""
    popup = cast("QWidget | None", QApplication.activePopupWidget())  # (the stubs know nothing of no widget)
    return popup or cast("QWidget | None", QApplication.activeModalWidget())


class Monkey(QObject):
    """Plays with the window for so many seconds; `done` tells that it has stopped."""

    def __init__(self, window: MainWindow, seed: int, seconds: float) -> None:
        super().__init__(window)
        self._window = window
        self._chance = random.Random(seed)
        self._ends = time.monotonic() + seconds
        self.acts: Counter[str] = Counter()
        """How often each thing was done."""
        self.seen: set[str] = set()
        """The kinds of widgets it had its hands on."""
        self.done = False
        self._elsewhere = QWidget()
        for name in LEAVES:
            cast("QShortcut", window.findChild(QShortcut, name)).blockSignals(True)
        for scheme in SCHEMES:
            QDesktopServices.setUrlHandler(scheme, self.opened)
        QTimer.singleShot(0, self._next)

    @pyqtSlot(QUrl)
    def opened(self, _url: QUrl) -> None:
        """A link, which would have shown a browser."""
        self.acts["opened"] += 1

    def _next(self) -> None:
        if time.monotonic() > self._ends:
            self._stop()
            return
        QTimer.singleShot(0, self._next)
        acts: list[tuple[int, Callable[[], None]]] = [
            (8, self.key),
            (5, self.shortcut),
            (6, self.click),
            (2, self.context_menu),
            (3, self.drag),
            (3, self.wheel),
            (4, self.text),
            (1, self.resize),
            (1, self.look_away),
        ]
        act = self._chance.choices([act for _, act in acts], [weight for weight, _ in acts])[0]
        self.acts[act.__name__] += 1
        self._come_back()
        act()

    def _stop(self) -> None:
        """Close what is open, one after the other, until the window's own loop has the events again."""
        popup = on_top()
        if popup is not None:
            popup.close()
            QTimer.singleShot(0, self._stop)
        else:
            for scheme in SCHEMES:
                QDesktopServices.unsetUrlHandler(scheme)
            self.done = True

    def _come_back(self) -> None:
        """Whoever has logged out by chance logs in again: there is more to play with."""
        login = self._window.login_page
        if login.isVisible() and self._window.session.state is LinkState.OFFLINE and self._chance.random() < 0.2:
            button = login.findChild(QPushButton, "login_button")
            if button is not None and button.isVisible():
                QTest.mouseClick(button, Qt.LeftButton)

    # --- the acts -----------------------------------------------------------------------------

    def _surface(self) -> QWidget:
        """What has the person's attention: a menu or a panel of its own, else the window."""
        return on_top() or self._window

    def _target(self) -> QWidget:
        """Any widget there that can be seen and used."""
        surface = self._surface()
        inside = [w for w in surface.findChildren(QWidget) if w.isVisible() and w.isEnabled() and w.width() > 4]
        target = self._chance.choice(inside) if inside and self._chance.random() < 0.9 else surface
        self.seen.add(type(target).__name__)
        return target

    def _place(self, widget: QWidget) -> QPoint:
        return QPoint(self._chance.randrange(max(widget.width(), 1)), self._chance.randrange(max(widget.height(), 1)))

    def _focused(self) -> QWidget:
        return on_top() or cast("QWidget | None", QApplication.focusWidget()) or self._window

    def key(self) -> None:
        """A key, mostly alone."""
        QTest.keyClick(self._focused(), self._chance.choice(PLAIN_KEYS), self._chance.choice(MODIFIERS))

    def shortcut(self) -> None:
        """One of the keys that lead somewhere."""
        bound = sorted(name for name, key in KEYS.items() if key.sequences and name not in LEAVES)
        sequence = QKeySequence(self._chance.choice(KEYS[self._chance.choice(bound)].sequences))
        together = sequence[0]
        modifiers = Qt.KeyboardModifiers(together & int(Qt.KeyboardModifierMask))
        QTest.keyClick(self._focused(), Qt.Key(together & ~int(Qt.KeyboardModifierMask)), modifiers)

    def text(self) -> None:
        """Something to write, wherever the cursor stands; sometimes sent."""
        focused = self._focused()
        text = self._chance.choice(TEXTS)
        QApplication.clipboard().setText(text)
        QTest.keyClick(focused, Qt.Key_V, Qt.ControlModifier)
        if self._chance.random() < 0.5:
            QTest.keyClick(focused, Qt.Key_Return)

    def click(self) -> None:
        """One click, or two."""
        target = self._target()
        button = self._chance.choice([Qt.LeftButton] * 5 + [Qt.MiddleButton])
        if self._chance.random() < 0.15:
            QTest.mouseDClick(target, button, Qt.NoModifier, self._place(target))
        else:
            QTest.mouseClick(target, button, Qt.NoModifier, self._place(target))

    def context_menu(self) -> None:
        """The other button."""
        target = self._target()
        place = self._place(target)
        event = QContextMenuEvent(QContextMenuEvent.Mouse, place, target.mapToGlobal(place))
        QApplication.postEvent(target, event)

    def drag(self) -> None:
        """Press, move, let go; sometimes with Shift."""
        target = self._target()
        start, end = self._place(target), self._place(target)
        shift = Qt.ShiftModifier if self._chance.random() < 0.2 else Qt.NoModifier
        QTest.mousePress(target, Qt.LeftButton, shift, start)
        for share in (0.3, 0.7, 1.0):
            at = start + (end - start) * share
            move = QMouseEvent(QEvent.MouseMove, at, target.mapToGlobal(at), Qt.NoButton, Qt.LeftButton, shift)
            QApplication.sendEvent(target, move)
        QTest.mouseRelease(target, Qt.LeftButton, shift, end)

    def wheel(self) -> None:
        """A notch or a few, over anything that scrolls; sometimes with Ctrl."""
        areas = [area for area in self._surface().findChildren(QAbstractScrollArea) if area.isVisible()]
        viewport = self._chance.choice(areas).viewport() if areas else None
        if viewport is None:
            return
        at = self._place(viewport)
        delta = QPoint(0, self._chance.choice([-1200, -120, 120, 1200]))
        control = Qt.ControlModifier if self._chance.random() < 0.1 else Qt.NoModifier
        no_phase, ahead = Qt.NoScrollPhase, False
        event = QWheelEvent(at, viewport.mapToGlobal(at), QPoint(), delta, Qt.NoButton, control, no_phase, ahead)
        QApplication.sendEvent(viewport, event)

    def resize(self) -> None:
        """Any size that a screen has."""
        self._window.resize(self._chance.randrange(320, 2000), self._chance.randrange(300, 1300))

    def look_away(self) -> None:
        """To another program and back: the window is no longer the active one, then it is."""
        if self._window.isActiveWindow():
            self._window.clearFocus()
            QApplication.setActiveWindow(self._elsewhere)
        else:
            QApplication.setActiveWindow(self._window)
