"""The window: the login page, the chat page of each server it is on, and what belongs to all of them.

Each server is a `Network` (its session, network thread and page). `MainWindow` shows one of their pages or the login
page, and has language, theme, zoom, title and place. GUI thread only. Until the login page is painted nothing heavy
may be imported (tests/client/test_imports.py): chat pages come after.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, cast

from PyQt5.QtCore import QEvent, Qt
from PyQt5.QtGui import QCloseEvent, QWheelEvent
from PyQt5.QtWidgets import (
    QApplication,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from client import keys, language, theme
from client.changes import Change, LinkState, LoginFailed, Problem
from client.credentials import Credentials
from client.login_ui import LoginPage
from client.logins import Login, Logins
from client.network import Network
from client.places import Places
from client.session import Session
from client.settings import Settings
from client.vault import Vault
from client.widgets.certificate_page import CertificatePage
from client.widgets.controls import logo_icon
from client.widgets.fault_bar import FaultBar

if TYPE_CHECKING:
    from client.connected_ui import ChatPage
    from client.noticing import Noticing

STOP_S = 0.8
"""How long closing the window waits for the network threads, all together."""


class MainWindow(QMainWindow):
    """The one window: login page first, chat page after.

    `channel` (of an irc:// link) is joined at the first login.
    """

    def __init__(self, settings: Settings, channel: str = "", vault: Vault | None = None) -> None:
        super().__init__()
        self._vault = vault or Vault(self)
        self._logins = Logins(settings, self._vault, self)
        self._settings = settings
        self._channel = channel
        self._system_dark = theme.system_is_dark(_app())
        self._noticing: Noticing | None = None
        self._places = Places(self, settings)
        self._networks: list[Network] = []
        self._network = self._make_network()
        """The one on screen, or the one that the login page is about."""
        self._apply_theme()
        self._build()
        self._places.take("login")
        self._show_title()

    def _make_network(self) -> Network:
        network = Network(self._settings.folder, self)
        network.page_made.connect(partial(self._page_made, network))
        network.logged_in.connect(partial(self._logged_in, network))
        network.failed.connect(partial(self._show_failure, network))
        network.moved.connect(self._moved)
        network.view_wanted.connect(partial(self._show_chat, network))
        network.changed.connect(self._changed)
        self._networks.append(network)
        return network

    def _build(self) -> None:
        self.setWindowIcon(logo_icon())
        self._fault = FaultBar()
        self._login = LoginPage()
        self._login.login_requested.connect(self._log_in)
        self._login.login_as_requested.connect(self._log_in_as)
        self._login.cancelled.connect(self._cancel)
        self._login.language_changed.connect(self._change_language)
        self._login.server_chosen.connect(lambda host, port: self._show_options(host, port, self._login.name))
        self._login.more.opened.connect(self._vault.look)
        self._vault.looked.connect(self._login.more.set_can_remember)
        self._login.set_servers(self._settings.values.servers)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._login)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._fault)
        layout.addWidget(self._stack, 1)
        self.setCentralWidget(content)
        actions: dict[str, Callable[[], object]] = {
            "quit": self.close,
            "dark": self._toggle_dark,
            "larger": partial(self._change_zoom, 1),
            "smaller": partial(self._change_zoom, -1),
            "as it was": partial(self._change_zoom, 0),
        }
        keys.bind(self, actions, Qt.WindowShortcut)

    @property
    def network(self) -> Network:
        """The server on screen, or the one that the login page is about."""
        return self._network

    @property
    def session(self) -> Session:
        """What this window knows of it (for screens and tests; never written from outside)."""
        return self._network.session

    @property
    def login_page(self) -> LoginPage:
        """The first page."""
        return self._login

    @property
    def chat_page(self) -> ChatPage:
        """The second page, made when it is first asked for."""
        return self._network.make_page()

    def _page_made(self, network: Network, page: ChatPage) -> None:
        from client.noticing import Noticing  # noqa: PLC0415 - only after the first paint
        from client.widgets.tray import make_tray  # noqa: PLC0415 - likewise

        page.logout_requested.connect(self.log_out)
        page.language_requested.connect(self._change_language)
        page.theme_requested.connect(self._change_theme)
        page.zoom_requested.connect(self._change_zoom)
        page.set_theme_choice(self._settings.values.theme)
        emoji = page.composer.emoji_button
        emoji.recent = self._settings.values.emoji
        emoji.recent_changed.connect(lambda recent: self._settings.change(emoji=recent))
        widths = self._settings.values.splitters.get("chat")
        if widths:
            page.set_pane_widths(widths)
        self._stack.addWidget(page)
        self._noticing = Noticing(network.session, self._settings, self, page, make_tray(self))
        self._noticing.changed.connect(self._show_title)

    def fill(self, host: str, port: int, name: str) -> None:
        """Put these into the login page; 0 or "" take what was used last on this computer.

        The name is one no other window here uses on that server, or "".
        """
        last_host, last_port = self._settings.values.servers[0]
        host, port = host or last_host, port or last_port
        if name:
            self._settings.hold_name(host, port, name)
        self._fill_login(host, port, name or self._settings.free_name(host, port))

    def _fill_login(self, host: str, port: int, name: str) -> None:
        self._login.fill(host, port, name)
        self._show_options(host, port, name)

    def _show_options(self, host: str, port: int, name: str) -> None:
        self._login.more.set_options(self._logins.options(host, port, name))

    # --- what the person does -----------------------------------------------------------------

    def _log_in(self, host: str, port: int, name: str) -> None:
        channel, self._channel = self._login.channel or self._channel, ""
        options = self._login.options

        def go_on(credentials: Credentials) -> None:
            self._network.log_in(host, port, name, channel, replace(options, credentials=credentials))

        self._logins.complete(Login(host, port, name, options), go_on)
        if self._logins.waiting:
            self._login.show_state(LinkState.CONNECTING)

    def _log_in_as(self, name: str) -> None:
        self._network.log_in_as(name)

    def _cancel(self) -> None:
        if self._logins.waiting:
            self._logins.give_up()
            self._login.show_state(LinkState.OFFLINE)
        self.handle(self.session.cancel())

    def log_out(self) -> None:
        """Leave the server, back to the login page."""
        host, port, name = self.session.host, self.session.port, self.session.name
        self._network.log_out()
        self._show_login()
        self._fill_login(host, port, name)

    def _change_language(self, code: str) -> None:
        self._settings.change(language=code)
        language.switch(code)
        self._show_title()

    def _change_theme(self, name: str) -> None:
        self._settings.change(theme=name)
        self._apply_theme()

    def _toggle_dark(self) -> None:
        self._change_theme("light" if theme.current().dark else "dark")

    def _change_zoom(self, step: int) -> None:
        """One step larger (1) or smaller (-1), or back to 100 % (0)."""
        steps = theme.ZOOM_STEPS
        nearest = min(range(len(steps)), key=lambda index: abs(steps[index] - theme.zoom()))
        self._settings.change(zoom=steps[min(max(nearest + step, 0), len(steps) - 1)] if step else 1.0)
        self._apply_theme()

    def _apply_theme(self) -> None:
        choice = self._settings.values.theme
        chosen = theme.THEMES.get(choice) or (theme.DARK if self._system_dark else theme.LIGHT)
        theme.apply(_app(), chosen, self._settings.values.zoom)
        for network in self._networks:
            if network.page is not None:
                network.page.set_theme_choice(choice)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl and the wheel zoom, wherever no list scrolls."""
        if event.modifiers() & Qt.ControlModifier and event.angleDelta().y():
            self._change_zoom(1 if event.angleDelta().y() > 0 else -1)
        else:
            super().wheelEvent(event)

    # --- what the server says -----------------------------------------------------------------

    def handle(self, changes: list[Change]) -> None:
        """Show what changed on the server on screen (see `Network.handle`)."""
        self._network.handle(changes)

    def _moved(self, state: LinkState) -> None:
        self._login.show_state(state)

    def _changed(self, _changes: list[Change]) -> None:
        if self._noticing is not None:
            self._noticing.take()
        self._show_title()

    def _show_failure(self, network: Network, failure: LoginFailed) -> None:
        self._show_login()
        if failure.problem not in {Problem.CERTIFICATE_CHANGED, Problem.TLS_GONE}:
            self._login.show_problem(failure)
            return
        self._login.show_state(LinkState.OFFLINE)
        known = network.memory.trust.known(failure.host, failure.port)
        page = CertificatePage(failure, known)
        page.refused.connect(partial(self._close_page, page))
        page.trusted.connect(partial(self._close_page, page))
        page.trusted.connect(network.trust_anew)
        self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        page.ask()

    def _close_page(self, page: CertificatePage) -> None:
        self._stack.removeWidget(page)
        page.deleteLater()
        self._show_login()

    def _logged_in(self, network: Network) -> None:
        session = network.session
        self._settings.remember(session.host, session.port, session.name)
        self._settings.hold_name(session.host, session.port, session.name)
        self._login.set_servers(self._settings.values.servers)
        self._logins.remember(Login(session.host, session.port, session.name, network.options))
        self._show_chat(network)

    def _show_chat(self, network: Network) -> None:
        page = network.make_page()
        if self._stack.currentWidget() is not page:
            self._keep_place()
            self._stack.setCurrentWidget(page)
            self._places.take("chat")
            page.setFocus()

    def _show_login(self) -> None:
        if self._stack.currentWidget() is not self._login:
            self._keep_place()
            self._stack.setCurrentWidget(self._login)
            self._places.take("login")

    def _keep_place(self) -> None:
        """Remember where the window stands with the page on screen."""
        page = self._network.page
        if page is not None and self._stack.currentWidget() is page:
            self._places.keep("chat")
            self._settings.change(splitters={"chat": page.pane_widths()})
        elif self._stack.currentWidget() is self._login:
            self._places.keep("login")

    def _show_title(self) -> None:
        session = self.session
        conversation = session.conversations.get(session.current)
        parts = [conversation.title, session.network] if conversation else ["Obrolan"]
        number = self._noticing.number if self._noticing is not None else 0
        title = (f"({number}) " if number else "") + " - ".join(parts)
        if title != self.windowTitle():
            self.setWindowTitle(title)

    def show_fault(self, text: str) -> None:
        """Say in a bar on top that something of ours went wrong."""
        self._fault.show_text(text)

    def changeEvent(self, event: QEvent) -> None:
        """Whether the person looks at this window decides what counts as read."""
        super().changeEvent(event)
        if event.type() == QEvent.ActivationChange:
            self.handle(self.session.set_active(self.isActiveWindow()))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Say goodbye to every server and end, within a second whatever the networks do."""
        self._keep_place()
        if self._noticing is not None:
            self._noticing.close()
        for network in self._networks:
            network.leave()
        deadline = time.monotonic() + STOP_S
        for network in self._networks:
            network.wait(max(0.0, deadline - time.monotonic()))
        self._vault.close()
        self._settings.release()
        event.accept()

    def stopped(self) -> bool:
        """Whether the network threads have ended."""
        return all(network.stopped for network in self._networks)


def _app() -> QApplication:
    return cast("QApplication", QApplication.instance())
