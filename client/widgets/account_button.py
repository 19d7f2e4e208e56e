"""The own name at the bottom left, with the menu behind it; renaming happens in its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PyQt5.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PyQt5.QtWidgets import QAbstractButton, QActionGroup, QLineEdit, QMenu, QStackedWidget, QVBoxLayout, QWidget

import protocol
from client import theme
from client.models.texts import safe_name
from client.theme import px
from client.widgets import icons
from client.widgets.menus import add_action
from client.widgets.side_list import Presence, draw_presence
from translations import N_, language, tr

_LANGUAGES = (("id", "Bahasa Indonesia"), ("en", "English"))
_THEMES = (
    ("", N_("Like the system")),
    ("light", N_("Light")),
    ("dark", N_("Dark")),
    ("contrast", N_("High contrast")),
)


class AccountButton(QStackedWidget):
    """Name and menu; a line edit in the same place while the name is being changed."""

    rename_requested = pyqtSignal(str)
    language_requested = pyqtSignal(str)
    theme_requested = pyqtSignal(str)
    """`light`, `dark`, `contrast`, or "" for the system's."""
    notifications_requested = pyqtSignal()
    server_requested = pyqtSignal()
    """One more server."""
    logout_requested = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = ""
        self.button = _NameButton(self)
        self.button.clicked.connect(self._open_menu)
        self.edit = _NameEdit(self)
        self.edit.setObjectName("rename_edit")
        self.edit.setMaxLength(protocol.NAME_CHARACTERS)
        self.edit.returnPressed.connect(self._rename)
        self.edit.left.connect(self._stop_renaming)
        self._renaming = QWidget(self)
        QVBoxLayout(self._renaming).addWidget(self.edit)
        self.addWidget(self.button)
        self.addWidget(self._renaming)
        self._set_sizes()
        self.retranslate()

    def set_person(self, name: str, *, online: bool) -> None:
        """Who we are, and whether the link stands."""
        self.button.show_person(safe_name(name), Presence.ONLINE if online else Presence.OFFLINE)

    def set_theme_choice(self, name: str) -> None:
        """The theme to tick in the menu, "" for the system's."""
        self._theme = name

    def menu(self) -> QMenu:
        """Change name, language, theme, notifications, one more server, log out."""
        menu = QMenu(self)
        add_action(menu, tr("Change my name"), self.start_renaming)
        languages = menu.addMenu(tr("Language"))
        _fill(languages, _LANGUAGES, language(), self.language_requested.emit)
        themes = menu.addMenu(tr("Theme"))
        _fill(themes, [(name, tr(text)) for name, text in _THEMES], self._theme, self.theme_requested.emit)
        add_action(menu, tr("Notifications…"), self.notifications_requested.emit)
        menu.addSeparator()
        add_action(menu, tr("Add a server…"), self.server_requested.emit)
        add_action(menu, tr("Log out"), self.logout_requested.emit)
        return menu

    def start_renaming(self) -> None:
        """Turn the name into a line edit; Enter changes it, Esc leaves it."""
        self.edit.setText(self.button.name)
        self.setCurrentWidget(self._renaming)
        self.edit.selectAll()
        self.edit.setFocus(Qt.OtherFocusReason)

    def retranslate(self) -> None:
        """Texts in the language in use."""
        self.edit.setAccessibleName(tr("New name"))
        self.button.setAccessibleDescription(tr("Menu: name, language, theme, notifications, servers, log out"))

    def changeEvent(self, event: QEvent) -> None:
        """Language, theme and zoom change live."""
        super().changeEvent(event)
        if event.type() == QEvent.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.StyleChange and hasattr(self, "_renaming"):
            self._set_sizes()

    def _set_sizes(self) -> None:
        self.setFixedHeight(px(48))
        self.edit.setFixedHeight(px(36))
        layout = self._renaming.layout()
        if layout is not None:
            layout.setContentsMargins(px(8), px(6), px(8), px(6))

    def _open_menu(self) -> None:
        menu = self.menu()
        size = menu.sizeHint()
        menu.exec_(self.mapToGlobal(QPoint(px(8), -size.height())))
        menu.deleteLater()

    def _rename(self) -> None:
        name = " ".join(self.edit.text().split())
        if name and name != self.button.name:
            self.rename_requested.emit(name)
        self._stop_renaming()

    def _stop_renaming(self) -> None:
        self.setCurrentWidget(self.button)


def _fill(menu: QMenu, choices: Sequence[tuple[str, str]], chosen: str, choose: Callable[[str], None]) -> None:
    group = QActionGroup(menu)
    for value, text in choices:
        action = menu.addAction(text)
        action.setCheckable(True)
        action.setChecked(value == chosen)
        action.triggered.connect(partial(_chosen, choose, value))
        group.addAction(action)


def _chosen(choose: Callable[[str], None], value: str, _checked: bool) -> None:
    choose(value)


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
        self.setAccessibleName(name)
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as it gets."""
        return QSize(px(120), px(48))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A flat button that fills its place."""
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.Antialiasing)
        area = QRectF(self.rect()).adjusted(px(8), px(6), -px(8), -px(6))
        if self.underMouse() or self.isDown():
            painter.setPen(Qt.NoPen)
            painter.setBrush(QColor(colours.pressed if self.isDown() else colours.hover))
            painter.drawRoundedRect(area, px(6), px(6))
        middle = self.rect().center().y() + 1
        draw_presence(painter, QRectF(px(21), middle - px(5), px(10), px(10)), self._presence)
        side = px(16)
        sign = icons.pixmap("chevron-down", side, colours.secondary, self.devicePixelRatioF())
        painter.drawPixmap(QRect(self.width() - px(16) - side, middle - side // 2, side, side), sign)
        painter.setFont(theme.text_font(14, semibold=True))
        painter.setPen(QColor(colours.text))
        room = QRect(px(40), 0, self.width() - px(40) - px(20) - side, self.height())
        text = painter.fontMetrics().elidedText(self.name, Qt.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignLeft | Qt.AlignAbsolute | Qt.AlignVCenter), text)
        painter.end()
