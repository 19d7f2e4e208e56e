"""The window: the login page, the chat page of each server it is on, and what belongs to all of them.

Each server is a `Network` (its session, network thread and page). `MainWindow` shows one of their pages or the login
page, and has language, theme, zoom, title and place. GUI thread only. Until the login page is painted nothing heavy
may be imported (tests/client/test_imports.py): chat pages come after.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from PyQt5.QtCore import QEvent, Qt
from PyQt5.QtGui import QCloseEvent, QWheelEvent
from PyQt5.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from client import keys
from client.appearance import Appearance
from client.changes import Change, LinkState, LoginFailed, Problem
from client.credentials import Credentials
from client.login_ui import LoginPage
from client.logins import Login, Logins
from client.network import Leaving, Network
from client.places import Places
from client.session import Session
from client.settings import Settings
from client.vault import Vault
from client.widgets.entry_bar import EntryBar
from client.widgets.fault_bar import FaultBar
from client.widgets.menus import open_menu_by_key
from protocol import DEFAULT_PORT

if TYPE_CHECKING:
    from client.connected_ui import ChatPage
    from client.models.rooms import ServerRooms
    from client.noticing import Noticing
    from client.widgets.certificate_page import CertificatePage

STOP_S = 0.8
"""How long closing the window waits for the network threads, all together."""


class MainWindow(QMainWindow):
    """The one window: login page first, chat pages after; `channel` (of a link) is joined at the first login."""

    def __init__(self, settings: Settings, channel: str = "", vault: Vault | None = None) -> None:
        super().__init__()
        self._vault = vault or Vault(self)
        self._logins = Logins(settings, self._vault, self)
        self._settings = settings
        self._channel = channel
        self.appearance = Appearance(settings, self)
        self._noticing: Noticing | None = None
        self._places = Places(self, settings)
        self._numbers = count(1)
        self._networks: list[Network] = []
        self._leaving = Leaving()
        self._network = self._make_network()
        """The one on screen, or that was last."""
        self._entering: Network | None = self._network
        """The one that the login page is about, once there is one."""
        self._quitting = False
        self._asked: Login | None = None
        """What the login page was last asked for; it may have to wait for the vault."""
        self.appearance.apply()
        self.appearance.changed.connect(self._show_title)
        self._build()
        self._places.take("login")
        self._show_title()

    def _make_network(self) -> Network:
        network = Network(self._settings.folder, next(self._numbers), self)
        network.page_made.connect(partial(self._page_made, network))
        network.logged_in.connect(partial(self._logged_in, network))
        network.failed.connect(partial(self._show_failure, network))
        network.moved.connect(partial(self._moved, network))
        network.view_wanted.connect(partial(self._enter, network))
        network.changed.connect(partial(self._changed, network))
        network.rooms_changed.connect(self._show_servers)
        self._networks.append(network)
        return network

    def _build(self) -> None:
        self._fault = FaultBar()
        self._bar = EntryBar()
        self._bar.change_requested.connect(self._change_login)
        self._login = LoginPage()
        self._login.login_requested.connect(self._log_in)
        self._login.login_as_requested.connect(lambda name: self._entrance().log_in_as(name))
        self._login.cancelled.connect(self._cancel)
        self._login.back_requested.connect(self._go_back)
        self._login.language_changed.connect(self.appearance.set_language)
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
        layout.addWidget(self._bar)
        layout.addWidget(self._stack, 1)
        self.setCentralWidget(content)
        actions: dict[str, Callable[[], object]] = {
            "quit": self.quit,
            "read": self._read_all,
            "dark": self.appearance.toggle_dark,
            "larger": partial(self.appearance.step_zoom, 1),
            "smaller": partial(self.appearance.step_zoom, -1),
            "as it was": partial(self.appearance.step_zoom, 0),
            "actions": open_menu_by_key,
        }
        keys.bind(self, actions, Qt.WindowShortcut)

    @property
    def network(self) -> Network:
        """The server on screen, or the one that was last."""
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
        from client.arranging import Arranging  # noqa: PLC0415 - only after the first paint
        from client.choosing import Choosing  # noqa: PLC0415 - likewise
        from client.noticing import Noticing  # noqa: PLC0415 - likewise
        from client.widgets.tray import make_tray  # noqa: PLC0415 - likewise

        page.logout_requested.connect(self.log_out)
        page.server_requested.connect(self.add_server)
        rooms = page.rooms.list
        rooms.rooms.servers, rooms.rooms.number = self._server_rooms, network.number
        rooms.elsewhere.connect(self._go_elsewhere)
        page.zoom_requested.connect(self.appearance.step_zoom)
        if widths := self._settings.values.splitters.get("chat"):
            page.set_pane_widths(widths)
        self._stack.addWidget(page)
        if self._noticing is None:
            self._noticing = Noticing(self._settings, self, make_tray(self))
            self._noticing.changed.connect(self._show_title)
            self._noticing.room_wanted.connect(self._show_room)
            self._noticing.quit_requested.connect(self.quit)
        self._noticing.add(network.session, page)
        choosing = Choosing(network.session, self._settings, self.appearance, self._noticing, page)
        choosing.begins = partial(self._logins.begins, network.session)
        choosing.start_chosen.connect(partial(self._logins.set_begins, network.session))
        Arranging(network.session, self._settings, page)

    def fill(self, host: str, port: int, name: str) -> None:
        """Put these into the login page; 0 or "" take what was used last on this computer.

        The name is one no other window here uses on that server, or "".
        """
        last_host, last_port = self._settings.values.servers[0]
        host, port = host or last_host, port or last_port
        if name:
            self._settings.hold_name(host, port, name, self._entrance().number)
        self._fill_login(host, port, name or self._settings.free_name(host, port, self._entrance().number))

    def _fill_login(self, host: str, port: int, name: str) -> None:
        self._login.fill(host, port, name)
        self._show_options(host, port, name)

    def _show_options(self, host: str, port: int, name: str) -> None:
        self._login.more.set_options(self._logins.options(host, port, name))

    # --- what the person does -----------------------------------------------------------------

    def _log_in(self, host: str, port: int, name: str) -> None:
        channel, self._channel = self._login.channel or self._channel, ""
        there = next((n for n in self._listed() if n.is_at(host, port, name)), None)
        if there is not None:
            self._go_back(there)
            if channel:
                there.handle(there.session.join(channel))
            return
        network = self._entrance()
        network.by_itself = False
        self._begin(network, Login(host, port, name, self._login.options), channel)
        self._wait_for_vault()

    def _begin(self, network: Network, login: Login, channel: str = "") -> None:
        """Log in there, once the remembered passwords are known."""

        def go_on(credentials: Credentials) -> None:
            options = replace(login.options, credentials=credentials)
            network.log_in(login.host, login.port, login.name, channel, options)
            if network.by_itself:
                self._enter(network)

        if network is self._entering:
            self._asked = login
        self._logins.complete(login, go_on)

    def _wait_for_vault(self) -> None:
        if self._asked is not None and self._logins.waits(self._asked):
            self._login.show_state(LinkState.CONNECTING)

    def connect_on_start(self) -> None:
        """Begin the logins that the person wants begun; where the name is in use on this computer, nothing is."""
        for login in self._logins.on_start():
            network = self._make_network() if self._network.by_itself else self._network
            if self._settings.hold_name(login.host, login.port, login.name, network.number):
                network.by_itself = True
                self._begin(network, login)
            elif network is not self._network:
                self._drop(network)
        self._wait_for_vault()

    def _cancel(self) -> None:
        self._give_up_vault()
        self._login.show_state(LinkState.OFFLINE)
        network = self._entrance()
        network.handle(network.session.cancel())

    def _give_up_vault(self) -> None:
        if self._asked is not None:
            self._logins.give_up(self._asked)

    # --- several servers ----------------------------------------------------------------------

    def _entrance(self) -> Network:
        """The server that the login page is about."""
        if self._entering is None:
            self._entering = self._make_network()
        return self._entering

    def _listed(self) -> list[Network]:
        """The servers in the list at the left."""
        return [network for network in self._networks if network is not self._entering and network.session.host]

    def _server_rooms(self) -> list[ServerRooms]:
        return [network.server_rooms() for network in self._listed()]

    def add_server(self) -> None:
        """Ask for one more server; the others stay."""
        here = [(network.session.host, network.session.port) for network in self._listed()]
        others = (server for server in self._settings.values.servers if server not in here)
        self._show_login()
        self._fill_login(*next(others, ("", DEFAULT_PORT)), self.session.name)

    def _go_back(self, network: Network | None = None) -> None:
        """From the login page to this server, or the one that was on screen."""
        entering, self._entering = self._entering, None
        self._give_up_vault()
        left = [other for other in self._networks if other is not entering]
        self._show_chat(network or (self._network if self._network in left else left[-1]))
        if entering is not None:
            self._drop(entering)

    def _go_elsewhere(self, number: int, key: str) -> None:
        network = next(network for network in self._networks if network.number == number)
        if self._network.page is not None:
            self._network.page.panes.close_overlay()
        self._show_room(network.session, key)

    def _show_room(self, session: Session, key: str) -> None:
        """This room, of whichever server; "" for the one that was shown last there."""
        network = next(network for network in self._networks if network.session is session)
        self._show_chat(network)
        if key:
            network.handle(session.select(key))

    def log_out(self) -> None:
        """Leave the server on screen: to another one, or back to the login page."""
        network = self._network
        host, port, name = self.session.host, self.session.port, self.session.name
        others = [other for other in self._listed() if other is not network]
        if others:
            self._show_chat(others[-1])
            self._drop(network)
            return
        self._entering = network
        network.log_out()
        self._show_login()
        self._fill_login(host, port, name)

    def _drop(self, network: Network) -> None:
        """We are not on this server any more; it goes once goodbye is said."""
        self._networks.remove(network)
        self._settings.release_name(network.number)
        self._leaving.begin(network)
        page, network.page = network.page, None
        if page is not None:
            self._stack.removeWidget(page)
            page.deleteLater()
        if self._noticing is not None:
            self._noticing.remove(network.session)
        self._show_servers()

    def _show_servers(self) -> None:
        """Which servers there are, or something in their rooms, changed."""
        if self._network.page is not None:
            self._network.page.rooms.list.rooms.others_changed()

    def _read_all(self) -> None:
        for network in self._networks:
            network.handle(network.session.mark_read())

    def _look(self) -> None:
        """Whether the person looks at a server decides what counts as read there."""
        asked = self._stack.currentWidget() is self._login and len(self._networks) > 1
        for network in self._networks:
            seen = self.isActiveWindow() and network is self._network and not asked
            network.handle(network.session.set_active(seen))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl and the wheel zoom, wherever no list scrolls."""
        if event.modifiers() & Qt.ControlModifier and event.angleDelta().y():
            self.appearance.step_zoom(1 if event.angleDelta().y() > 0 else -1)
        else:
            super().wheelEvent(event)

    # --- what the server says -----------------------------------------------------------------

    def handle(self, changes: list[Change]) -> None:
        """Show what changed on the server on screen (see `Network.handle`)."""
        self._network.handle(changes)

    def _moved(self, network: Network, state: LinkState) -> None:
        if network is self._entering:
            self._login.show_state(state)

    def _changed(self, network: Network) -> None:
        if self._noticing is not None:
            self._noticing.take()
        if network is self._network:
            self._show_title()
            self._show_bar()

    def _show_failure(self, network: Network, failure: LoginFailed) -> None:
        asked = network is self._entering
        if not asked and network is not self._network:
            return  # the bar above its page says so
        self._ask_again(network)
        if not asked:
            self._fill_login(failure.host, failure.port, failure.name)
        if failure.problem not in {Problem.CERTIFICATE_CHANGED, Problem.TLS_GONE}:
            self._login.show_problem(failure)
            return
        self._login.show_state(LinkState.OFFLINE)
        known = network.memory.trust.known(failure.host, failure.port)
        from client.widgets.certificate_page import CertificatePage  # noqa: PLC0415 - only once it is opened

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
        self._settings.hold_name(session.host, session.port, session.name, network.number)
        self._login.set_servers(self._settings.values.servers)
        self._logins.remember(Login(session.host, session.port, session.name, network.options))
        self._enter(network)

    def _enter(self, network: Network) -> None:
        """The server has let us in, or there is something to look at meanwhile."""
        if network is self._entering:
            self._entering = None
            self._show_chat(network)

    def _show_chat(self, network: Network) -> None:
        page, before = network.make_page(), self._network.page
        shown = self._stack.currentWidget()
        if shown is not page:
            if before is not None and before is not page:
                page.set_pane_widths(before.pane_widths())
            if shown is not before:
                self._keep_place()
            self._network = network
            self._stack.setCurrentWidget(page)
            if shown is not before:
                self._places.take("chat")
            page.setFocus()
        self._network = network
        self._show_servers()
        self._look()
        self._show_title()
        self._show_bar()

    def _show_login(self) -> None:
        self._login.set_back(possible=bool(self._listed()))
        if self._stack.currentWidget() is not self._login:
            self._keep_place()
            self._stack.setCurrentWidget(self._login)
            self._places.take("login")
        self._bar.hide()
        if self._listed():
            self._look()

    def _ask_again(self, network: Network) -> None:
        """Back to the login page, about this server."""
        if self._entering is not None and self._entering is not network:
            self._drop(self._entering)
        self._entering = network
        self._show_login()

    def _change_login(self) -> None:
        """The bar's button: not like this."""
        network, session = self._network, self.session
        host, port, name, failure = session.host, session.port, session.name, network.failure
        network.handle(session.cancel())
        self._ask_again(network)
        self._fill_login(host, port, name)
        if failure is not None:
            self._login.show_problem(failure)

    def _show_bar(self) -> None:
        """Above a page whose server has not let us in."""
        network, session = self._network, self.session
        waits = self._stack.currentWidget() is network.page and not network.entered
        trying = (session.network or session.host, session.name) if network.by_itself else None
        self._bar.show_entry(network.failure if waits else None, trying if waits else None)

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
        """Whether the person looks at this window decides what counts as read; the bar follows the language."""
        super().changeEvent(event)
        if event.type() == QEvent.ActivationChange:
            self._look()
        elif event.type() == QEvent.LanguageChange and hasattr(self, "_bar"):
            self._show_bar()

    def quit(self) -> None:
        """Close the window for good, whatever closing it means otherwise."""
        self._quitting = True
        self.close()

    def _stays(self) -> bool:
        chatting = self._stack.currentWidget() is self._network.page
        return chatting and not self._quitting and self._noticing is not None and self._noticing.stays

    def closeEvent(self, event: QCloseEvent) -> None:
        """Say goodbye to every server and end, within a second whatever the networks do; or stay in the tray."""
        if self._stays():
            self.hide()
            event.ignore()
            return
        self._keep_place()
        if self._noticing is not None:
            self._noticing.close()
        self._leaving.end(self._networks, STOP_S)
        self._vault.close()
        self._settings.release()
        event.accept()

    def stopped(self) -> bool:
        """Whether the network threads have ended."""
        return self._leaving.stopped
