"""The login page: server, port, name, and every trouble on the way in, told in the page itself.

It knows no socket and no session: what the person wants leaves as signals, what happened comes in by `show_state` and
`show_problem`. GUI thread only. Imports theme and the words of the client.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise

from PyQt5.QtCore import QEvent, QRegularExpression, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QKeyEvent, QRegularExpressionValidator, QResizeEvent
from PyQt5.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

import protocol
from client import login_fields, theme
from client.changes import LinkState, LoginFailed
from client.login_fields import Explanation, Options, Remedy
from client.widgets.controls import AlertIcon, ChoiceBox, FittingButton, Logo, ProgressLine, TroubleLabel, label
from client.widgets.language_buttons import LanguageButtons
from client.widgets.login_options import LoginOptions
from client.widgets.sight_area import SightArea
from translations import N_, tr

SLOW_MS = 4000
"""After this time of connecting the page says that it is still trying."""


@dataclass(frozen=True, slots=True)
class _Notice:
    """What stands in the reserved place: a sentence for `tr`, its values, and one action."""

    text: str
    values: dict[str, object] = field(default_factory=dict)
    action: str = ""
    act: Callable[[], None] | None = None


class LoginPage(QWidget):
    """Asks for server, port and name; see the module.

    Signals: login_requested(host, port, name) with checked values (then read `options` and `channel`);
    login_as_requested(name) for the free name offered after "name taken"; cancelled() while connecting;
    language_changed(code).
    """

    login_requested = pyqtSignal(str, int, str)
    login_as_requested = pyqtSignal(str)
    cancelled = pyqtSignal()
    language_changed = pyqtSignal(str)
    back_requested = pyqtSignal()
    """Back to the chat that is there already."""
    server_chosen = pyqtSignal(str, int)
    """Of those in the list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._connecting = False
        self._slow = False
        self._notice: _Notice | None = None
        self._name_problem = ""
        self._typed = ""
        self._in_clear = False
        """The person agreed, for the next login only, that passwords go out in clear."""
        self._link = login_fields.Address("")
        """What was pasted or typed as a link."""
        self._slow_timer = QTimer(self)
        self._slow_timer.setSingleShot(True)
        self._slow_timer.setInterval(SLOW_MS)
        self._slow_timer.timeout.connect(self._still_connecting)
        self._build()
        self._scale()
        self.retranslate()

    # --- what the window tells ----------------------------------------------------------------

    def fill(self, host: str, port: int, name: str) -> None:
        """Put these into the fields, with the cursor where the person most likely types first."""
        self._host.setText(host)
        self._port.setText(str(port))
        self._name.setText(name)
        self._edit(self._name if host else self._host)

    def set_servers(self, servers: list[tuple[str, int]]) -> None:
        """The servers offered by the address field's list, the last used first."""
        typed = self._host.text()
        self._host_box.clear()
        for server in servers:
            self._host_box.addItem(login_fields.write_address(*server), server)
        self._host.setText(typed)

    def set_back(self, *, possible: bool) -> None:
        """Whether there is a chat to go back to."""
        self._back.setVisible(possible)

    def show_state(self, state: LinkState) -> None:
        """Follow the session: fields are closed while it connects, and open otherwise."""
        connecting = state in {LinkState.CONNECTING, LinkState.REGISTERING}
        if connecting == self._connecting:
            return
        self._connecting = connecting
        if connecting:
            self._clear_problems()
            self._slow_timer.start()
            if self.isVisible():  # so that Esc arrives here; a window that comes back keeps the keyboard where it is
                self.setFocus()
            self._scroll.bring_in_sight(self._login, self._progress)
        else:
            self._slow_timer.stop()
            self._slow = False
        for control in (self._host_box, self._port, self._name, self._login, self.more):
            control.setEnabled(not connecting)
        if not connecting and self.isVisible() and self.focusWidget() in {None, self}:
            self._name.setFocus()
        self._progress.set_running(connecting)
        self._show_texts()

    def show_problem(self, failure: LoginFailed) -> None:
        """Say in the reserved place why the login did not succeed, with one way on."""
        self.show_state(LinkState.OFFLINE)
        told = login_fields.explain(failure)
        of_name = told.remedy in {Remedy.CHANGE_NAME, Remedy.LOG_IN_AS}
        for field_, wrong in ((self._name, of_name), (self._host_box, told.remedy is Remedy.CHANGE_ADDRESS)):
            theme.mark(field_, "problem", wrong)
            self._scroll.bring_in_sight(*([field_] if wrong else []))
        self._set_notice(self._notice_for(told, failure.suggestion), focus=told.remedy is not Remedy.SEND_ANYWAY)

    @property
    def name(self) -> str:
        """What stands in its field."""
        return login_fields.clean_name(self._name.text())

    @property
    def channel(self) -> str:
        """The room of the link in the address field, if there was one."""
        return self._link.channel if self._host.text() == self._link.host else ""

    @property
    def options(self) -> Options:
        """What the person wants beside address and name."""
        options = self.more.options()
        return replace(options, credentials=replace(options.credentials, in_clear=self._in_clear))

    # --- what the person does -----------------------------------------------------------------

    def submit(self) -> None:
        """Check the fields and ask for the login, or show what is wrong with them."""
        if self._connecting:
            return
        self._clear_problems()
        self._split_address()
        address = login_fields.read_address(self._host.text())
        port = login_fields.read_port(self._port.text())
        name = login_fields.clean_name(self._name.text())
        problem = login_fields.name_problem(name)
        if address is None or address.port:
            empty = not self._host.text().strip()
            text = N_("Type the address.") if empty else N_("This is no address. Type one like 192.168.1.20.")
            theme.mark(self._host_box, "problem", True)
            self._edit(self._host)
            edit = partial(self._edit, self._host)
            self._set_notice(_Notice(text, action=Remedy.CHANGE_ADDRESS.value, act=edit), focus=False)
        elif port is None:
            theme.mark(self._port, "problem", True)
            self._scroll.bring_in_sight(self._port)
            text = N_("The port must be a number from 1 to 65535; usually {port}.")
            values: dict[str, object] = {"port": protocol.DEFAULT_PORT}
            self._set_notice(_Notice(text, values, N_("Use {port}"), self._use_default_port))
        elif problem:
            self._name_problem = problem
            theme.mark(self._name, "problem", True)
            self._show_texts()
            self._edit(self._name)
            self._scroll.bring_in_sight(self._name_trouble)
        else:
            self._host.setText(address.host)
            self._name.setText(name)
            self.login_requested.emit(address.host, port, name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter logs in from anywhere; Esc gives up connecting."""
        if event.key() in {Qt.Key_Return, Qt.Key_Enter}:
            self.submit()
        elif event.key() == Qt.Key_Escape and self._connecting:
            self.cancelled.emit()
        elif event.key() == Qt.Key_Escape and self._back.isVisible():
            self.back_requested.emit()
        else:
            super().keyPressEvent(event)

    def _split_pasted(self, text: str) -> None:
        """Spread a pasted `host:port` or link over the fields; typing is left alone until it ends."""
        if len(text) - len(self._typed) > 1:
            self._split_address()
        self._typed = self._host.text()

    def _split_address(self) -> None:
        address = login_fields.read_address(self._host.text())
        if address is not None and (address.port or address.host != self._host.text()):
            self._host.setText(address.host)
            self._link = address
            if address.port:
                self._port.setText(str(address.port))

    def _choose_server(self, index: int) -> None:
        host, port = self._host_box.itemData(index)
        self._host.setText(host)
        self._port.setText(str(port))
        self.server_chosen.emit(host, port)

    def _edit(self, field_: QLineEdit) -> None:
        field_.setFocus()
        field_.selectAll()
        self._scroll.bring_in_sight(field_)

    def _send_anyway(self) -> None:
        self._in_clear = True
        self.submit()
        self._in_clear = False

    def _use_default_port(self) -> None:
        self._port.setText(str(protocol.DEFAULT_PORT))
        self._clear_problems()
        self._login.setFocus()

    def _still_connecting(self) -> None:
        self._slow = True
        self._show_texts()
        self._scroll.bring_in_sight(self._status_box)

    def _act(self) -> None:
        if self._connecting:
            self.cancelled.emit()
        elif self._notice is not None and self._notice.act is not None:
            self._notice.act()

    # --- problems -----------------------------------------------------------------------------

    def _clear_problems(self) -> None:
        self._name_problem = ""
        self._notice = None
        for control in (self._host_box, self._port, self._name):
            theme.mark(control, "problem", False)
        self._show_texts()

    def _set_notice(self, notice: _Notice, *, focus: bool = True) -> None:
        self._notice = notice
        self._show_texts()
        if focus and self.isVisible():
            self._action.setFocus()
        self._scroll.bring_in_sight(self._status_box, self._action)

    def _settled(self) -> None:
        """In a low window the keyboard is in no field out of sight, but at the button that leads there."""
        if self._action.isVisible() and self._host.hasFocus() and self._host.visibleRegion().isEmpty():
            self._action.setFocus()

    def _notice_for(self, told: Explanation, suggestion: str) -> _Notice:
        actions: dict[Remedy, Callable[[], None]] = {
            Remedy.TRY_AGAIN: self.submit,
            Remedy.CHANGE_NAME: partial(self._edit, self._name),
            Remedy.CHANGE_ADDRESS: partial(self._edit, self._host),
            Remedy.LOG_IN_AS: partial(self.login_as_requested.emit, suggestion),
            Remedy.TYPE_PASSWORD: self.more.open_password,
            Remedy.CHANGE_ACCOUNT: self.more.open_account,
            Remedy.SEND_ANYWAY: self._send_anyway,
        }
        return _Notice(told.text, told.values, told.remedy.value, actions[told.remedy])

    # --- building and showing -----------------------------------------------------------------

    def _build(self) -> None:
        self.setFocusPolicy(Qt.ClickFocus)
        self._logo = Logo()
        self._product = label()
        self._title = label(wrap=True)
        self._subtitle = label("secondary", wrap=True)
        self._host_box = ChoiceBox()
        self._host_box.setObjectName("host_box")
        self._host = QLineEdit()
        self._host_box.setLineEdit(self._host)
        self._host_box.setInsertPolicy(QComboBox.NoInsert)
        self._host_box.setSizeAdjustPolicy(QComboBox.AdjustToMinimumContentsLengthWithIcon)
        self._host_box.setMinimumContentsLength(1)
        self._host_box.setCompleter(None)  # type: ignore[arg-type]  # Qt: none, or typing is filled up from the list
        self._port = QLineEdit()
        self._port.setObjectName("port_edit")
        self._port.setValidator(QRegularExpressionValidator(QRegularExpression("[0-9]{0,6}"), self._port))
        self._name = QLineEdit()
        self._name.setObjectName("name_edit")
        self._host_label, self._port_label, self._name_label = label(), label(), label()
        self._host_label.setBuddy(self._host_box)
        self._port_label.setBuddy(self._port)
        self._name_label.setBuddy(self._name)
        for caption in (self._host_label, self._port_label, self._name_label):
            caption.setMinimumWidth(1)  # in a very narrow window the caption is cut, not the page
        self._name_trouble = TroubleLabel()
        self._login = FittingButton(kind="primary")
        self._login.setObjectName("login_button")
        self._progress = ProgressLine()
        self._status_box = QFrame()
        self._status_icon = AlertIcon()
        self._status = label(wrap=True)
        self._status.setObjectName("status_label")
        self._status.setMinimumWidth(1)
        self._action = FittingButton()
        self._action.setObjectName("action_button")
        self._action.setAutoDefault(True)  # Enter presses it when it has the focus
        self.more = LoginOptions()
        """Passwords, an account, and what is remembered of them."""
        self._back = FittingButton(kind="flat")
        self._back.setObjectName("back_button")
        self._back.hide()
        self._languages = LanguageButtons()
        self._arrange()
        self._connect()

    def _connect(self) -> None:
        self._host.textEdited.connect(self._split_pasted)
        self._host.editingFinished.connect(self._split_address)
        self._host_box.activated[int].connect(self._choose_server)
        self._login.clicked.connect(self.submit)
        self._action.clicked.connect(self._act)
        self.more.opened.connect(lambda: self._scroll.bring_in_sight(self.more, self.more.toggle))
        self.more.asked.connect(self._scroll.bring_in_sight)
        self._scroll.settled.connect(self._settled)
        self._languages.chosen.connect(self.language_changed)
        self._back.clicked.connect(self.back_requested)

    def _arrange(self) -> None:
        self._header = QHBoxLayout()
        self._header.addWidget(self._logo)
        self._header.addWidget(self._product)
        self._header.addStretch(1)
        self._header.addWidget(self._languages)
        self._host_column, self._port_column, self._name_column = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        for column, *parts in (
            (self._host_column, self._host_label, self._host_box),
            (self._port_column, self._port_label, self._port),
            (self._name_column, self._name_label, self._name, self._name_trouble),
        ):
            for part in parts:
                column.addWidget(part)
        self._server_row = QHBoxLayout()
        self._server_row.addLayout(self._host_column, 1)
        self._server_row.addLayout(self._port_column)
        status = QHBoxLayout()
        status.addWidget(self._status_icon, 0, Qt.AlignTop)
        status_text = QVBoxLayout()
        status_text.addWidget(self._status)
        status_text.addWidget(self._action, 0, Qt.AlignLeft)
        status.addLayout(status_text, 1)
        self._status_layout, self._status_text = status, status_text
        self._status_box.setLayout(status)
        self._column = QVBoxLayout()
        self._column.addLayout(self._header)
        self._titles = QVBoxLayout()
        self._titles.addWidget(self._title)
        self._titles.addWidget(self._subtitle)
        self._column.addLayout(self._titles)
        self._column.addLayout(self._server_row)
        self._column.addLayout(self._name_column)
        self._column.addWidget(self._login)
        self._column.addWidget(self._progress)
        self._column.addWidget(self._status_box)
        self._column.addWidget(self.more)
        self._column.addWidget(self._back, 0, Qt.AlignLeft)
        self._column.addStretch(1)
        self._content = QWidget()
        self._content.setLayout(self._column)
        page = QWidget()
        page_layout = QHBoxLayout(page)
        page_layout.addStretch(1)
        page_layout.addWidget(self._content, 1000)
        page_layout.addStretch(1)
        self._page_layout = page_layout
        theme.mark(page, "surface", "window")
        self._scroll = SightArea()
        self._scroll.setWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._scroll)
        fields = (self._host_box, self._port, self._name, self._login, self._action, self.more.toggle, self._back)
        for before, after in pairwise((*fields, *self._languages.buttons.values())):
            QWidget.setTabOrder(before, after)

    def _scale(self) -> None:
        """All sizes, at the zoom in use."""
        px = theme.px
        self._page_layout.setSpacing(0)
        self._fit()
        self._content.setMaximumWidth(px(352))
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(px(12))
        self._header.setSpacing(px(8))
        self._titles.setSpacing(px(4))
        self._name_column.setContentsMargins(0, 0, 0, px(8))
        self._server_row.setSpacing(px(12))
        for column in (self._host_column, self._port_column, self._name_column):
            column.setSpacing(px(4))
        self._product.setFont(theme.text_font(16, semibold=True))
        self._title.setFont(theme.text_font(22, semibold=True))
        self._name_trouble.setFont(theme.text_font(12))
        for field_ in (self._host_box, self._port, self._name):
            field_.setFixedHeight(px(36))
        self._host_box.setMinimumWidth(px(64))
        self._login.setFixedHeight(px(40))
        self._login.setFont(theme.text_font(14, semibold=True))
        self._progress.setFixedHeight(px(3))
        self._logo.setFixedSize(px(40), px(40))
        self._status_box.setMinimumHeight(px(44))
        self._status_text.setSpacing(px(8))
        for button in (self._action, self._back):
            button.setFixedHeight(px(32))

    def _fit(self) -> None:
        """Margins and what gives way first, by the size of the page (it may be 320 x 400 at any zoom)."""
        px = theme.px
        margin = min(px(24), self.width() // 16)
        spare = self.height() - px(560)
        self._page_layout.setContentsMargins(margin, margin + max(0, round(spare * 0.4)), margin, margin)
        self._titles.setContentsMargins(0, px(20) if spare > -px(120) else 0, 0, px(8))
        room = min(px(352), self.width() - px(12) - 2 * margin)
        self._logo.setVisible(room >= px(140))
        self._product.setVisible(room >= px(260))
        gap, icon = (12, 20) if room >= px(200) else (4, 16)
        side = px(gap) if self._status_icon.isVisibleTo(self) else 0  # without a ground it stands in line with the rest
        self._status_layout.setContentsMargins(side, px(10), side, px(10))
        self._status_layout.setSpacing(px(min(gap, 8)))
        self._status_icon.setFixedSize(px(icon), px(icon))
        self._port.setFixedWidth(min(px(88), round(room * 0.35)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the column where the eye looks for it."""
        super().resizeEvent(event)
        self._fit()

    def retranslate(self) -> None:
        """Every text, in the language in use."""
        self._product.setText("Obrolan")
        self._title.setText(tr("Log in to Obrolan"))
        self._subtitle.setText(tr("Type the server's address and your name"))
        self._host_label.setText(tr("Server &address"))
        self._port_label.setText(tr("&Port"))
        self._name_label.setText(tr("&Name"))
        self._host_box.setAccessibleName(tr("Server address"))
        self._host.setAccessibleName(tr("Server address"))
        self._port.setAccessibleName(tr("Port"))
        self._name.setAccessibleName(tr("Name"))
        self._back.set_texts(tr("Back to the chat (Esc)"), tr("Back to the chat"))
        self._show_texts()

    def _show_texts(self) -> None:
        """The texts that depend on what is going on."""
        self._name_trouble.setText(tr(self._name_problem) if self._name_problem else "")
        self._name_trouble.setVisible(bool(self._name_problem))
        self._name.setAccessibleDescription(self._name_trouble.text())
        if self._connecting:
            self._login.set_texts(tr("Connecting… (Esc to cancel)"), tr("Connecting…"))
        else:
            self._login.set_texts(tr("Log in"))
        notice = self._notice
        if self._connecting and self._slow:
            notice = _Notice(N_("Still connecting to {host}…"), {"host": self._host.text()}, N_("Cancel"))
        self._status.setText(_breakable(tr(notice.text).format(**notice.values)) if notice else "")
        action = tr(notice.action).format(**notice.values) if notice else ""
        offered = str(notice.values["suggestion"]) if notice and "{suggestion}" in notice.action else action
        self._action.set_texts(action, offered)
        self._action.setAccessibleDescription(self._status.text())
        self._action.setVisible(bool(notice and notice.action))
        failed = notice is not None and not self._connecting
        self._status_icon.setVisible(failed)
        theme.mark(self._status_box, "surface", "error" if failed else "")
        theme.mark(self._status_box, "rounded", failed)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow language, theme and zoom."""
        if event.type() == QEvent.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.StyleChange:
            self._scale()
        super().changeEvent(event)


def _breakable(text: str) -> str:
    """The text with places in its very long words where a label may begin a new line."""
    return re.sub(r"(\S{16})(?=\S)", "\\1\u200b", text)
