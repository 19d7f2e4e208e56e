"""The menu of a room whose server is not the one on screen: each entry does what it says, there first if need be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt5.QtGui import QContextMenuEvent
from PyQt5.QtWidgets import QAction, QApplication, QMenu
from pytestqt.qtbot import QtBot

from client.effects import Send
from client.network import Network
from client.settings import Settings
from client.window import MainWindow
from protocol import parse

MORE = (
    ":srv 005 Siti NETWORK={network} CASEMAPPING=ascii PREFIX=(ov)@+ :are supported",
    ":srv 422 Siti :No MOTD",
    ":Siti!~u@lan JOIN #lobby",
    ":srv 353 Siti = #lobby :Siti Budi",
    ":Siti!~u@lan JOIN #tugas",
    ":srv 353 Siti = #tugas :@Siti Budi",
    ":Budi!~u@lan PRIVMSG Siti :halo",
)


class TwoServers:
    """A window on Lab1 (on screen) and Lab2; in both Siti is in #lobby, operator of #tugas, and talks with Budi."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.sent: list[str] = []
        self.here = self._log_in(window.network, "lab1")
        self.there = self._log_in(window._make_network(), "lab2")
        window._entering = None
        window._show_chat(self.here)
        self.there.handle(self.there.session.set_active(False))

    def _log_in(self, network: Network, host: str) -> Network:
        session = network.session
        changes = session.login(host, 8888, "Siti")
        session.take_effects()
        network.make_page()
        network.handle(changes)
        network.handle(session.connected())
        self.server(network, ":srv CAP * LS :server-time", ":srv CAP * ACK :server-time", ":srv 001 Siti :Welcome")
        self.server(network, *(line.format(network=host.title()) for line in MORE))
        return network

    @staticmethod
    def server(network: Network, *lines: str) -> None:
        network.handle(network.session.received([parse(line) for line in lines]))

    def menu(self, key: str) -> QMenu:
        """The menu of this conversation of Lab2, in the list on screen."""
        rooms = self.here.make_page().rooms.list
        model = rooms.rooms
        number = next(n for n in range(model.rowCount()) if (model.row(n).server, model.row(n).key) == (2, key))
        found = rooms.menu_for(number)
        assert found is not None
        return found

    def choose(self, key: str, text: str) -> None:
        """This entry of its menu."""
        entry(self.menu(key), text).trigger()

    @property
    def shown(self) -> tuple[Network, str]:
        """Which server, and which of its rooms, is on screen."""
        assert self.window._stack.currentWidget() is self.window.network.page
        return self.window.network, self.window.session.current

    def rows(self) -> list[str]:
        """The rooms of Lab2 in the list on screen."""
        model = self.window.chat_page.rooms.list.rooms
        return [row.key for row in model.places() if row.server == 2]


def texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def entry(menu: QMenu, text: str) -> QAction:
    return next(action for action in menu.actions() if action.text() == text)


@pytest.fixture
def both(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TwoServers]:
    monkeypatch.setattr("client.widgets.tray.make_tray", lambda _window: None)
    window = MainWindow(Settings(tmp_path))
    qtbot.addWidget(window)
    window.show()
    made = TwoServers(window)
    for network in (made.here, made.there):
        monkeypatch.setattr(network.receiver, "perform", lambda effect: made.sent.append(said(effect)))
    yield made
    window.close()


def said(effect: object) -> str:
    return effect.data.decode() if isinstance(effect, Send) else ""


def test_it_offers_what_the_menu_of_that_server_itself_offers(both: TwoServers) -> None:
    for key in ("#lobby", "#tugas", "budi"):
        elsewhere = texts(both.menu(key))
        both.window._show_chat(both.there)
        rooms = both.there.make_page().rooms.list
        own = rooms.menu_for(rooms.rooms.number_of(key))
        assert own is not None
        assert elsewhere == texts(own)
        both.window._show_chat(both.here)
    assert "Leave room" not in texts(both.menu("#lobby"))
    assert {"Leave room", "Invite…", "Change topic…", "Notify"} <= set(texts(both.menu("#tugas")))
    assert "Close chat" in texts(both.menu("budi"))


def test_it_opens_under_the_mouse(both: TwoServers, monkeypatch: pytest.MonkeyPatch) -> None:
    rooms = both.here.make_page().rooms.list
    number = next(n for n in range(rooms.rooms.rowCount()) if rooms.rooms.row(n).server == 2 and rooms.item(n).room)
    place = rooms.visualRect(rooms.rooms.index(number)).center()
    opened: list[list[str]] = []
    monkeypatch.setattr(QMenu, "exec_", lambda menu, _place: opened.append(texts(menu)))
    event = QContextMenuEvent(QContextMenuEvent.Mouse, place, rooms.viewport().mapToGlobal(place))
    QApplication.sendEvent(rooms.viewport(), event)
    assert "Notify" in opened[0]


# --- from here --------------------------------------------------------------------------------


def test_what_is_read_is_read_from_here(both: TwoServers) -> None:
    assert both.there.session.conversations["budi"].unread == 1
    both.choose("budi", "Mark as read")
    assert both.there.session.conversations["budi"].unread == 0
    assert both.shown[0] is both.here
    assert "Mark as read" not in texts(both.menu("budi"))


def test_what_is_pinned_moves_up_in_the_list_on_screen(both: TwoServers) -> None:
    assert both.rows() == ["#lobby", "#tugas", "budi"]
    both.choose("#tugas", "Pin to top")
    assert both.rows() == ["#tugas", "#lobby", "budi"]
    both.choose("#lobby", "Pin to top")
    both.choose("#lobby", "Move up")
    assert both.rows() == ["#lobby", "#tugas", "budi"]
    both.choose("#lobby", "Move down")
    assert both.rows() == ["#tugas", "#lobby", "budi"]
    assert both.shown[0] is both.here


def test_what_calls_nobody_has_its_crossed_bell_in_the_list_on_screen(both: TwoServers) -> None:
    levels = entry(both.menu("#tugas"), "Notify").menu()
    drawn: list[object] = []
    both.window.chat_page.rooms.list.rooms.dataChanged.connect(lambda *_: drawn.append(None))
    entry(levels, "Nothing").trigger()
    rooms = both.window.chat_page.rooms.list
    muted = [rooms.rooms.row(n).key for n in range(rooms.rooms.rowCount()) if rooms.item(n).muted]
    assert muted == ["#tugas"]
    assert drawn
    assert both.shown[0] is both.here


# --- there ------------------------------------------------------------------------------------


def test_who_is_invited_is_asked_for_there(both: TwoServers) -> None:
    both.choose("#tugas", "Invite…")
    assert both.shown == (both.there, "#tugas")
    switcher = both.there.make_page().switching.switcher
    assert switcher.isVisible()
    assert switcher.isAncestorOf(both.window.focusWidget())


def test_a_topic_is_asked_for_there(both: TwoServers) -> None:
    both.choose("#tugas", "Change topic…")
    assert both.shown == (both.there, "#tugas")
    panel = both.there.make_page().ask_panel
    assert panel.isVisible()
    assert panel.isAncestorOf(both.window.focusWidget())


def test_a_room_is_left_there_where_that_can_be_undone(both: TwoServers) -> None:
    both.choose("#tugas", "Leave room")
    assert any(line.startswith("PART #tugas") for line in both.sent)
    assert both.shown[0] is both.there
    assert both.there.make_page().offer_bar.isVisible()


def test_a_chat_is_closed_there_where_that_can_be_undone(both: TwoServers) -> None:
    both.choose("budi", "Close chat")
    assert "budi" not in both.there.session.conversations
    assert both.shown[0] is both.there
    assert both.there.make_page().offer_bar.isVisible()


def test_what_is_ordered_in_a_room_is_ordered_there(both: TwoServers) -> None:
    both.choose("#tugas", "Announcements only")
    assert both.shown == (both.there, "#tugas")
    assert any(line.startswith("MODE #tugas +m") for line in both.sent)
