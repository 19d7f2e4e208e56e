"""The sign in the system's tray: a picture of three states, a menu, and short messages.

Decides nothing and never shows a window: what the person does with it leaves as a signal. GUI thread only; made after
the login page is painted.
"""

from __future__ import annotations

from functools import partial

from PyQt5.QtCore import QObject, QRectF, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QFont, QIcon, QPainter, QPixmap
from PyQt5.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from client import theme
from client.core.attention import Mark
from client.widgets.controls import paint_logo
from client.widgets.menus import add_action
from translations import tr

SIDES = (16, 22, 32)
"""In which sizes trays ask for it, px."""
MOST = 9
MESSAGE_MS = 8_000
DOT = "#F5A623"
"""Amber: less than the red of a number."""


class Tray(QObject):
    """One sign in the tray."""

    window_wanted = pyqtSignal()
    message_clicked = pyqtSignal()
    snooze_chosen = pyqtSignal(str)
    """`hour`, `tomorrow` or `off`."""
    quit_requested = pyqtSignal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._shown = (Mark.NOTHING, 0)
        self.menu = QMenu(window)
        self.menu.aboutToShow.connect(self.fill_menu)
        self.icon = QSystemTrayIcon(tray_icon(Mark.NOTHING, 0), self)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activated)
        self.icon.messageClicked.connect(self.message_clicked)
        self.fill_menu()  # some desktops draw the menu themselves and want it beforehand
        self.show_state(Mark.NOTHING, 0, "Obrolan")

    def show_state(self, mark: Mark, number: int, text: str) -> None:
        """Show this state; `text` says it in words."""
        state = (mark, min(number, MOST + 1))
        if state != self._shown:
            self._shown = state
            self.icon.setIcon(tray_icon(*state))
        if text != self.icon.toolTip():
            self.icon.setToolTip(text)

    def show(self) -> None:
        """Put it into the tray."""
        self.icon.show()

    def tell(self, title: str, text: str) -> None:
        """Announce something; both are shown as they are."""
        self.icon.showMessage(title, text, self.icon.icon(), MESSAGE_MS)

    def close(self) -> None:
        """Take it out of the tray."""
        self.icon.hide()

    def fill_menu(self) -> None:
        """The menu in the language in use."""
        self.menu.clear()
        add_action(self.menu, tr("Open Obrolan"), self.window_wanted.emit)
        self.menu.addSeparator()
        for choice, text in snooze_choices():
            add_action(self.menu, text, partial(self.snooze_chosen.emit, choice))
        self.menu.addSeparator()
        add_action(self.menu, tr("Quit"), self.quit_requested.emit)

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in {QSystemTrayIcon.Trigger, QSystemTrayIcon.DoubleClick}:
            self.window_wanted.emit()


def snooze_choices() -> list[tuple[str, str]]:
    """How long not to disturb: values of `Tray.snooze_chosen`, and what menus call them."""
    return [
        ("hour", tr("Do not disturb for an hour")),
        ("tomorrow", tr("Do not disturb until tomorrow, 07:00")),
        ("off", tr("Notify me again")),
    ]


def make_tray(window: QWidget) -> Tray | None:
    """The tray's sign, None where there is no tray."""
    return Tray(window) if QSystemTrayIcon.isSystemTrayAvailable() else None


def tray_icon(mark: Mark, number: int) -> QIcon:
    """The picture of a state in all sizes."""
    icon = QIcon()
    for side in SIDES:
        icon.addPixmap(picture(side, mark, number))
    return icon


def picture(side: int, mark: Mark, number: int) -> QPixmap:
    """Our mark; with a dot for unread messages, with a number for those that are meant for us."""
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.transparent)
    painter = QPainter(pixmap)
    paint_logo(painter, QRectF(0, 0, side, side))
    if mark is Mark.UNREAD:
        _paint_badge(painter, QRectF(side * 0.54, side * 0.54, side * 0.46, side * 0.46), "", DOT)
    elif mark is Mark.MEANT:
        text = f"{MOST}+" if number > MOST else str(number)
        left = side * (0.06 if number > MOST else 0.34)
        _paint_badge(painter, QRectF(left, side * 0.34, side - left, side * 0.66), text, theme.LIGHT.error)
    painter.end()
    return pixmap


def _paint_badge(painter: QPainter, box: QRectF, text: str, colour: str) -> None:
    """A pill with a clear edge, so that it stands apart from the mark on any panel."""
    edge = max(1.0, box.height() * 0.09)
    painter.setPen(Qt.NoPen)
    painter.setBrush(QColor("#FFFFFF"))
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
    inner = box.adjusted(edge, edge, -edge, -edge)
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(inner, inner.height() / 2, inner.height() / 2)
    if text:
        font = QFont(theme.text_font(12))
        font.setPixelSize(round(box.height() * 0.78))
        font.setWeight(QFont.Bold)
        painter.setFont(font)
        painter.setPen(QColor("#FFFFFF"))
        painter.drawText(box, int(Qt.AlignCenter), text)
