"""What few people need to log in: the server's password, an account, and whether to remember and to connect by itself.

One line that opens; the fields behind it are made when it is first opened. GUI thread only; needed for the first paint.
"""

from __future__ import annotations

from itertools import pairwise

from PyQt5.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PyQt5.QtWidgets import QCheckBox, QLineEdit, QToolButton, QVBoxLayout, QWidget

from client import theme
from client.credentials import Credentials
from client.login_fields import Options
from client.theme import px
from client.widgets.controls import label
from translations import tr


class LoginOptions(QWidget):
    """See the module. What is typed stays when it is closed."""

    opened = pyqtSignal()
    asked = pyqtSignal(QWidget)
    """The field that the keyboard was led to."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options = Options()
        self._can_remember: bool | None = None
        self._fields: _Fields | None = None
        self.toggle = QToolButton(self)
        self.toggle.setObjectName("options_button")
        self.toggle.setCheckable(True)
        self.toggle.setToolButtonStyle(Qt.ToolButtonTextBesideIcon)
        self.toggle.setMinimumWidth(1)
        theme.mark(self.toggle, "kind", "fold")
        self.toggle.toggled.connect(self._toggled)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.toggle, 0, Qt.AlignLeft)
        self._renew()

    def options(self) -> Options:
        """What stands in the fields."""
        return self._fields.options() if self._fields is not None else self._options

    def set_options(self, options: Options) -> None:
        """Put these into the fields; it opens only for the person."""
        self._options = options
        if self._fields is not None:
            self._fields.show_options(options)

    def set_can_remember(self, can: bool) -> None:
        """Whether this computer has a place where passwords are safe."""
        self._can_remember = can
        if self._fields is not None:
            self._fields.set_can_remember(can)

    def open_password(self) -> None:
        """Open, with the keyboard in the server's password."""
        self.toggle.setChecked(True)
        self._edit(self._made().password)

    def open_account(self) -> None:
        """Open, with the keyboard in the account's password."""
        self.toggle.setChecked(True)
        self._edit(self._made().account_password)

    def _edit(self, field: QLineEdit) -> None:
        field.setFocus(Qt.OtherFocusReason)
        field.selectAll()
        self.asked.emit(field)

    def _toggled(self, on: bool) -> None:
        self._made().setVisible(on)
        self._renew()
        if on:
            self.opened.emit()

    def _made(self) -> _Fields:
        if self._fields is None:
            self._fields = _Fields(self)
            self._fields.show_options(self._options)
            if self._can_remember is not None:
                self._fields.set_can_remember(self._can_remember)
            self._column.addWidget(self._fields)
            for before, after in pairwise((self.toggle, *self._fields.controls)):  # else they come after all others
                QWidget.setTabOrder(before, after)
        return self._fields

    def changeEvent(self, event: QEvent) -> None:
        """Follow language, theme and zoom."""
        super().changeEvent(event)
        if event.type() in {QEvent.LanguageChange, QEvent.StyleChange} and hasattr(self, "_column"):
            self._renew()

    def _renew(self) -> None:
        self.toggle.setText(tr("Password and other options"))
        self.toggle.setAccessibleName(tr("Password and other options"))
        self.toggle.setFont(theme.text_font(14))
        self.toggle.setFixedHeight(px(32))
        self.toggle.setIconSize(QSize(px(16), px(12)))
        self.toggle.setIcon(_arrow(opened=self.toggle.isChecked(), ratio=self.devicePixelRatioF()))
        self._column.setSpacing(px(8))


class _Fields(QWidget):
    """The fields themselves."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._can_remember: bool | None = None
        self._remembered = False
        self._password_label, self._account_label, self._account_password_label = label(), label(), label()
        self._note = label("secondary", wrap=True)
        self.password = QLineEdit(self)
        self.password.setObjectName("password_edit")
        self.account = QLineEdit(self)
        self.account.setObjectName("account_edit")
        self.account_password = QLineEdit(self)
        self.account_password.setObjectName("account_password_edit")
        self.remember, self.on_start = _Tick(self), _Tick(self)
        self.remember.setObjectName("remember_box")
        self.on_start.setObjectName("on_start_box")
        self.controls = (self.password, self.account, self.account_password, self.remember, self.on_start)
        self._parts: list[QVBoxLayout] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        for caption, field in (
            (self._password_label, self.password),
            (self._account_label, self.account),
            (self._account_password_label, self.account_password),
        ):
            caption.setBuddy(field)
            caption.setMinimumWidth(1)
            part = QVBoxLayout()
            part.addWidget(caption)
            part.addWidget(field)
            self._parts.append(part)
            self._column.addLayout(part)
        for field in (self.password, self.account_password):
            field.setEchoMode(QLineEdit.Password)
        for widget in (self.remember, self._note, self.on_start):
            self._column.addWidget(widget)
        self._renew()

    def options(self) -> Options:
        credentials = Credentials(self.password.text(), self.account.text().strip(), self.account_password.text())
        return Options(credentials, self.remember.isChecked(), self.on_start.isChecked())

    def show_options(self, options: Options) -> None:
        self.password.setText(options.credentials.password)
        self.account.setText(options.credentials.account)
        self.account_password.setText(options.credentials.account_password)
        self.remember.setChecked(options.remember)
        self.on_start.setChecked(options.on_start)
        self._remembered = options.remember
        self._renew()

    def set_can_remember(self, can: bool) -> None:
        self._can_remember = can
        self._renew()

    def changeEvent(self, event: QEvent) -> None:
        """Follow language, theme and zoom."""
        super().changeEvent(event)
        if event.type() in {QEvent.LanguageChange, QEvent.StyleChange} and hasattr(self, "_column"):
            self._renew()

    def _renew(self) -> None:
        self._password_label.setText(tr("Ser&ver password"))
        self._account_label.setText(tr("A&ccount"))
        self._account_password_label.setText(tr("Acco&unt password"))
        kept = tr("remembered") if self._remembered else ""
        self.password.setPlaceholderText(kept or tr("if the server has one"))
        self.account_password.setPlaceholderText(kept)
        self.account.setPlaceholderText(tr("same as your name"))
        self.password.setAccessibleName(tr("Server password"))
        self.account.setAccessibleName(tr("Account"))
        self.account_password.setAccessibleName(tr("Account password"))
        self.remember.setText(tr("&Remember passwords"))
        self.on_start.setText(tr("Connect on &start"))
        self.remember.setEnabled(bool(self._can_remember))
        self._note.setText(tr("This computer has no keyring for passwords, so they are not remembered."))
        self._note.setVisible(self._can_remember is False)
        self.remember.setAccessibleDescription(self._note.text() if self._can_remember is False else "")
        self._note.setFont(theme.text_font(12))
        self._column.setSpacing(px(12))
        for part in self._parts:
            part.setSpacing(px(4))
        for field in (self.password, self.account, self.account_password):
            field.setFixedHeight(px(36))
        for tick in (self.remember, self.on_start):
            tick.setFont(theme.text_font(14))
            tick.setMinimumHeight(px(28))


class _Tick(QCheckBox):
    """A box that stands out in every theme; in a very narrow window its text is cut, not the page."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setMinimumWidth(1)

    def hitButton(self, pos: QPoint) -> bool:
        """All of it can be clicked."""
        return self.rect().contains(pos)

    def sizeHint(self) -> QSize:
        """Room for the box and the text."""
        return QSize(px(28) + self.fontMetrics().horizontalAdvance(self.text()), px(28))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The box, the mark in it, the text."""
        colours = theme.current()
        ink = QColor(colours.text if self.isEnabled() else colours.secondary)
        side = px(18)
        box = QRectF(1, (self.height() - side) / 2, side, side)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.Antialiasing)
        on = self.isChecked() and self.isEnabled()
        painter.setPen(QPen(QColor(colours.accent if on else colours.control_border), px(1)))
        painter.setBrush(QColor(colours.accent if on else colours.raised))
        painter.drawRoundedRect(box, px(4), px(4))
        if self.isChecked():
            painter.setPen(
                QPen(QColor(colours.on_accent) if on else ink, px(2), Qt.SolidLine, Qt.RoundCap, Qt.RoundJoin)
            )
            mark = [(0.24, 0.52), (0.43, 0.71), (0.77, 0.32)]
            painter.drawPolyline(QPolygonF([box.topLeft() + QPointF(x * side, y * side) for x, y in mark]))
        painter.setPen(ink)
        room = self.rect().adjusted(px(28), 0, 0, 0)
        painter.drawText(room, int(Qt.AlignLeft | Qt.AlignVCenter | Qt.TextShowMnemonic), self.text())
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter belongs to the page."""
        if event.key() in {Qt.Key_Return, Qt.Key_Enter}:
            event.ignore()
        else:
            super().keyPressEvent(event)


def _arrow(*, opened: bool, ratio: float) -> QIcon:
    """What says that something can be opened, or closed: flush left, with some room between it and the text.

    Drawn here, as our icons need QtSvg.
    """
    side = px(12)
    pixmap = QPixmap(round(px(16) * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.Antialiasing)
    painter.setPen(QPen(QColor(theme.current().secondary), px(2), Qt.SolidLine, Qt.RoundCap, Qt.RoundJoin))
    corners = [(0.15, 0.33), (0.5, 0.68), (0.85, 0.33)] if opened else [(0.15, 0.15), (0.5, 0.5), (0.15, 0.85)]
    painter.drawPolyline(QPolygonF([QPointF(x * side, y * side) for x, y in corners]))
    painter.end()
    return QIcon(pixmap)
