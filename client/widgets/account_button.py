"""The own name at the bottom left, with the menu behind it; name and status are written in its place."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PyQt5.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PyQt5.QtWidgets import QAbstractButton, QLineEdit, QMenu, QStackedWidget, QVBoxLayout, QWidget

import protocol
from client import theme
from client.keys import KEYS, press
from client.models.texts import away_text, safe_name
from client.theme import px
from client.widgets import icons
from client.widgets.menus import add_action
from client.widgets.plain import tooltip
from client.widgets.side_list import Presence, draw_presence
from translations import tr

STATUS_CHARACTERS = 100


class AccountButton(QStackedWidget):
    """Name and menu; a line edit in the same place while the name is being changed."""

    rename_requested = pyqtSignal(str)
    status_requested = pyqtSignal(object)
    """Why one is away ("" for no reason), or None for being here."""
    settings_requested = pyqtSignal()
    keys_requested = pyqtSignal()
    server_requested = pyqtSignal()
    """One more server."""
    link_requested = pyqtSignal(bool)
    """Connect (True) or hang up."""
    logout_requested = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._away: str | None = None
        self._linked = False
        """We are connected, or about to be by ourselves."""
        self._writes_status = False
        """The line edit is for the reason of being away, not for the name."""
        self.button = _NameButton(self)
        self.button.clicked.connect(self._open_menu)
        self.edit = _NameEdit(self)
        self.edit.setObjectName("rename_edit")
        self.edit.setMaxLength(protocol.NAME_CHARACTERS)
        self.edit.returnPressed.connect(self._written)
        self.edit.left.connect(self._stop_renaming)
        self._renaming = QWidget(self)
        QVBoxLayout(self._renaming).addWidget(self.edit)
        self.addWidget(self.button)
        self.addWidget(self._renaming)
        self._set_sizes()
        self.retranslate()

    def set_person(self, name: str, *, online: bool, linked: bool = True, away: str | None = None) -> None:
        """Who we are, whether the link stands, or will by itself (`linked`), and why we are away (None for here)."""
        self._away, self._linked = away, linked
        here = Presence.ONLINE if away is None else Presence.AWAY
        self.button.show_person(safe_name(name), here if online else Presence.OFFLINE)
        self._say_status()

    def menu(self) -> QMenu:
        """Name and status; what concerns all rooms; settings, keys and looks; servers, and the ways out."""
        menu = QMenu(self)
        add_action(menu, tr("Change my name…"), self.start_renaming)
        self._add_status(menu.addMenu(tr("Status")))
        menu.addSeparator()
        self._add_keys(menu, "search everywhere", "read")
        menu.addSeparator()
        add_action(menu, tr("Settings…"), self.settings_requested.emit, "settings")
        add_action(menu, tr("Keyboard shortcuts…"), self.keys_requested.emit, "keys")
        self._add_keys(menu.addMenu(tr("Appearance")), "larger", "smaller", "as it was", "dark")
        menu.addSeparator()
        add_action(menu, tr("Add a server…"), self.server_requested.emit)
        text = tr("Disconnect") if self._linked else tr("Connect")
        add_action(menu, text, partial(self.link_requested.emit, not self._linked))
        add_action(menu, tr("Log out"), self.logout_requested.emit)
        self._add_keys(menu, "quit")
        return menu

    def _add_keys(self, menu: QMenu, *names: str) -> None:
        """What these keys of `KEYS` do, called as their sheet calls it."""
        for name in names:
            add_action(menu, tr(KEYS[name].text), partial(press, self, name), name)

    def start_renaming(self) -> None:
        """Turn the name into a line edit; Enter changes it, Esc leaves it."""
        self._start_writing(self.button.name, status=False)

    def start_status(self) -> None:
        """Turn the name into a line edit for the reason of being away."""
        self._start_writing(self._away or "", status=True)

    def _start_writing(self, text: str, *, status: bool) -> None:
        self._writes_status = status
        self.edit.setMaxLength(STATUS_CHARACTERS if status else protocol.NAME_CHARACTERS)
        self.retranslate()
        self.edit.setText(text)
        self.setCurrentWidget(self._renaming)
        self.edit.selectAll()
        self.edit.setFocus(Qt.OtherFocusReason)

    def retranslate(self) -> None:
        """Texts in the language in use."""
        self.edit.setAccessibleName(tr("Why you are away") if self._writes_status else tr("New name"))
        self.edit.setPlaceholderText(tr("Why you are away") if self._writes_status else "")
        self.button.setAccessibleDescription(tr("Menu: name, status, settings, keyboard shortcuts, servers, log out"))
        self._say_status()

    def _say_status(self) -> None:
        """What the sign beside the name means, in words."""
        away = away_text(self._away) if self._away is not None else ""
        self.button.setAccessibleName(", ".join(filter(None, (self.button.name, away))))
        self.button.setToolTip(tooltip(away))

    def _add_status(self, menu: QMenu) -> None:
        own_words = self._away is not None and away_text(self._away) != tr("away")
        for text, chosen, choose in (
            (tr("Here"), self._away is None, lambda: self.status_requested.emit(None)),
            (tr("Away"), self._away is not None and not own_words, lambda: self.status_requested.emit("")),
            (tr("Away, because…"), own_words, self.start_status),
        ):
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(chosen)
            action.triggered.connect(partial(_do, choose))

    def changeEvent(self, event: QEvent) -> None:
        """Language, theme and zoom change live."""
        super().changeEvent(event)
        if event.type() == QEvent.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.StyleChange and hasattr(self, "_renaming"):
            self._set_sizes()

    def _set_sizes(self) -> None:
        self.setFixedHeight(px(48))
        self.setContentsMargins(px(8), px(6), px(8), px(6))  # room for the focus ring
        self.edit.setFixedHeight(px(36))
        layout = self._renaming.layout()
        if layout is not None:
            layout.setContentsMargins(0, 0, 0, 0)

    def _open_menu(self) -> None:
        menu = self.menu()
        size = menu.sizeHint()
        menu.exec_(self.mapToGlobal(QPoint(px(8), -size.height())))
        menu.deleteLater()

    def _written(self) -> None:
        text = " ".join(self.edit.text().split())
        if text and self._writes_status:
            self.status_requested.emit(text)
        elif text and text != self.button.name:
            self.rename_requested.emit(text)
        self._stop_renaming()

    def _stop_renaming(self) -> None:
        self.setCurrentWidget(self.button)


def _do(action: Callable[[], None], _checked: bool) -> None:
    action()


class _NameEdit(QLineEdit):
    """Tells when it is left, by Esc or by losing the focus."""

    left = pyqtSignal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves."""
        if event.key() == Qt.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Going elsewhere leaves; the own context menu does not."""
        super().focusOutEvent(event)
        if event.reason() not in {Qt.PopupFocusReason, Qt.ActiveWindowFocusReason}:
            self.left.emit()


class _NameButton(QAbstractButton):
    """Presence, own name, and a sign that a menu opens."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("account_button")
        self.setCursor(Qt.PointingHandCursor)
        self.setAttribute(Qt.WA_Hover)
        self.name = ""
        self._presence = Presence.OFFLINE

    def show_person(self, name: str, presence: Presence) -> None:
        """Show this name and presence."""
        self.name, self._presence = name, presence
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as it gets."""
        return QSize(px(104), px(36))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A flat button that fills its place."""
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.Antialiasing)
        if self.underMouse() or self.isDown():
            painter.setPen(Qt.NoPen)
            painter.setBrush(QColor(colours.pressed if self.isDown() else colours.hover))
            painter.drawRoundedRect(QRectF(self.rect()), px(6), px(6))
        middle = self.rect().center().y() + 1
        draw_presence(painter, QRectF(px(13), middle - px(5), px(10), px(10)), self._presence)
        side = px(16)
        sign = icons.pixmap("chevron-down", side, colours.secondary, self.devicePixelRatioF())
        painter.drawPixmap(QRect(self.width() - px(8) - side, middle - side // 2, side, side), sign)
        painter.setFont(theme.text_font(14, semibold=True))
        painter.setPen(QColor(colours.text))
        room = QRect(px(32), 0, self.width() - px(32) - px(12) - side, self.height())
        text = painter.fontMetrics().elidedText(self.name, Qt.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignLeft | Qt.AlignAbsolute | Qt.AlignVCenter), text)
        painter.end()
