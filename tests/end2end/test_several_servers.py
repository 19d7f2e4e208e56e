"""One window on two real servers at once, used through its widgets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QAbstractItemView, QPushButton
from pytestqt.qtbot import QtBot

from client.changes import LinkState
from client.connected_ui import ChatPage
from client.login_ui import LoginPage
from client.network import Network
from client.settings import Settings
from tests.end2end.accounts import fresh
from tests.end2end.harness import IrcClient, ServerProcess
from tests.end2end.harness import Settings as ServerSettings
from tests.end2end.test_windows import PATIENCE_MS, Window

Pair = tuple[ServerProcess, ServerProcess]


class Both(Window):
    """A window that is on two servers."""

    def choose(self, action: str) -> None:
        """An entry of the menu of the own name."""
        menu = self.main.chat_page.rooms.account.menu()
        next(entry for entry in menu.actions() if entry.text() == action).trigger()

    def add(self, port: int, name: str) -> None:
        self.choose("Add a server…")
        assert type(self.page) is LoginPage
        before = self.main.network
        self.log_in(port, name)
        self._qtbot.waitUntil(lambda: self.main.network is not before and self.online, timeout=PATIENCE_MS)

    @property
    def page(self) -> object:
        return self.main._stack.currentWidget()

    @property
    def networks(self) -> list[Network]:
        return self.main._networks

    def rows(self) -> list[str]:
        """What the list at the left of the page on screen says."""
        model = self.main.chat_page.rooms.list.rooms
        return [str(model.index(row).data(Qt.AccessibleTextRole)) for row in range(model.rowCount())]

    def click(self, row: str) -> None:
        """On a row of the list, which begins like this."""
        view = self.main.chat_page.rooms.list
        number = next(n for n, text in enumerate(self.rows()) if text.startswith(row))
        QTest.mouseClick(view.viewport(), Qt.LeftButton, pos=view.visualRect(view.rooms.index(number)).center())

    def sees(self, text: str) -> bool:
        view = self.main.chat_page.findChild(QAbstractItemView, "message_view")
        assert view is not None
        model = view.model()
        rows = (str(model.index(row, 0).data(Qt.AccessibleTextRole)) for row in range(model.rowCount()))
        return any(text in row for row in rows)


def settings(network: str) -> ServerSettings:
    """Without accounts: each test has a profile of its own, and the names of the test before."""
    return {"server": {"network": network}, "accounts": {"enabled": False}}


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("servers")
    two_settings, three_settings = settings("Lab 2"), settings("Lab 3")
    with ServerProcess(folder / "2", two_settings) as two, ServerProcess(folder / "3", three_settings) as three:
        yield two, three


@pytest.fixture
def both(qtbot: QtBot, servers: Pair) -> Iterator[Both]:
    """Siti is on Lab 2, and as Ani on Lab 3, which is on screen."""
    window = Both(qtbot)
    window.main.activateWindow()
    qtbot.waitUntil(window.main.isActiveWindow)
    window.log_in(servers[0].port, "Siti")
    qtbot.waitUntil(lambda: window.online, timeout=PATIENCE_MS)
    window.add(servers[1].port, "Ani")
    yield window
    window.main.close()
    assert window.main.stopped()


def say(server: ServerProcess, text: str, target: str = "#lobby") -> None:
    client = server.connect("budi")
    client.ask("JOIN #lobby")
    client.ask(f"PRIVMSG {target} :{text}")
    client.leave()


def test_each_server_has_its_name_above_its_rooms_in_the_one_list(both: Both) -> None:
    rows = ["Lab 2", "#lobby", "Lab 3", "#lobby"]
    assert both.rows() == rows
    assert both.main.windowTitle() == "#lobby - Lab 3"
    both.click("#lobby")
    assert (both.main.session.name, both.main.windowTitle()) == ("Siti", "#lobby - Lab 2")
    assert both.rows() == rows, "nothing moves when another server comes on screen"


def test_what_is_said_on_the_other_server_is_counted_and_read_there(both: Both, servers: Pair, qtbot: QtBot) -> None:
    say(servers[0], "halo Siti", "Siti")
    qtbot.waitUntil(lambda: both.main.windowTitle() == "(1) #lobby - Lab 3", timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: "budi, 1 new message, offline" in both.rows(), timeout=PATIENCE_MS)
    both.click("budi")
    qtbot.waitUntil(lambda: both.sees("halo Siti"), timeout=PATIENCE_MS)
    assert both.main.windowTitle() == "budi - Lab 2"
    assert both.main.chat_page.composer.box.hasFocus()


def test_the_keys_for_rooms_walk_through_all_servers(both: Both, servers: Pair, qtbot: QtBot) -> None:
    seen = []
    for _ in range(3):
        seen.append(both.main.windowTitle())
        QTest.keyClick(both.main.chat_page.composer.box, Qt.Key_Down, Qt.AltModifier)
    assert seen == ["#lobby - Lab 3", "#lobby - Lab 2", "#lobby - Lab 3"]
    say(servers[1], "halo semua")
    qtbot.waitUntil(lambda: "#lobby, 1 new message" in both.rows(), timeout=PATIENCE_MS)
    QTest.keyClick(both.main.chat_page.composer.box, Qt.Key_Down, Qt.AltModifier | Qt.ShiftModifier)
    assert both.main.windowTitle() == "#lobby - Lab 3"


def test_it_looks_like_one_window_whichever_server_is_on_screen(both: Both) -> None:
    both.main.resize(1200, 700)
    both.main.chat_page.set_pane_widths([300, 180])
    widths = both.main.chat_page.pane_widths()
    both.click("Lab 2")
    assert both.main.session.name == "Siti"
    assert both.main.chat_page.pane_widths() == widths
    assert both.main.width() == 1200
    both.main.chat_page.composer.emoji_button._use("🐈")
    both.click("Lab 3")
    assert both.main.chat_page.composer.emoji_button.recent[0] == "🐈"


def test_logging_out_of_one_leaves_the_other(both: Both, servers: Pair, qtbot: QtBot) -> None:
    watch: IrcClient = servers[1].connect(fresh("dewi"))
    watch.ask("JOIN #lobby")
    both.choose("Log out")
    assert (type(both.page), both.main.session.name) == (ChatPage, "Siti")
    assert both.rows() == ["Rooms", "#lobby"], "one server needs no name above its rooms"
    watch.expect("QUIT")
    qtbot.waitUntil(lambda: len(both.main.findChildren(ChatPage)) == 1, timeout=PATIENCE_MS)
    both.choose("Log out")
    assert type(both.page) is LoginPage


def test_a_server_that_is_there_already_is_gone_to_and_not_entered_twice(both: Both, servers: Pair) -> None:
    both.choose("Add a server…")
    both.log_in(servers[0].port, "siti")
    assert (type(both.page), both.main.session.name) == (ChatPage, "Siti")
    assert len(both.networks) == 2


@pytest.mark.parametrize("by_key", [True, False])
def test_who_does_not_want_one_more_server_goes_back(both: Both, qtbot: QtBot, by_key: bool) -> None:
    both.choose("Add a server…")
    if by_key:
        qtbot.keyClick(both.main.login_page, Qt.Key_Escape)
    else:
        qtbot.mouseClick(both.widget(QPushButton, "back_button"), Qt.LeftButton)
    assert (type(both.page), both.main.session.name) == (ChatPage, "Ani")
    assert both.main.session.state is LinkState.ONLINE


def test_while_a_server_is_added_the_others_go_on_and_count(both: Both, servers: Pair, qtbot: QtBot) -> None:
    both.choose("Add a server…")
    say(servers[1], "halo Ani", "Ani")
    qtbot.waitUntil(lambda: both.main.windowTitle().startswith("(1) "), timeout=PATIENCE_MS)
    assert type(both.page) is LoginPage


def test_a_server_that_cannot_be_added_is_said_on_the_login_page_and_left_behind(both: Both, qtbot: QtBot) -> None:
    both.choose("Add a server…")
    both.log_in(1, "Ani")
    action = both.widget(QPushButton, "action_button")
    qtbot.waitUntil(action.isVisible, timeout=PATIENCE_MS)
    qtbot.mouseClick(both.widget(QPushButton, "back_button"), Qt.LeftButton)
    assert (len(both.networks), both.main.session.name) == (2, "Ani")


def test_a_server_that_is_lost_says_so_in_the_list(both: Both, tmp_path: Path, qtbot: QtBot) -> None:
    with ServerProcess(tmp_path, settings("Lab 4")) as third:
        both.add(third.port, "Budi")
        both.click("Lab 2")
        third.kill()
        qtbot.waitUntil(lambda: "Lab 4, not connected" in both.rows(), timeout=PATIENCE_MS)
        assert both.main.session.name == "Siti", "it does not push itself onto the screen"
        third.start()
        for network in both.networks:
            network.handle(network.session.retry_now())
        qtbot.waitUntil(lambda: "Lab 4" in both.rows(), timeout=PATIENCE_MS)
        assert both.main.session.name == "Siti"
        both.main.close()


def test_the_names_of_all_servers_are_held_on_this_computer(both: Both, servers: Pair) -> None:
    other = Settings()
    for server, name in zip(servers, ("Siti", "Ani"), strict=True):
        assert not other.hold_name("127.0.0.1", server.port, name)
    both.choose("Log out")
    assert other.hold_name("127.0.0.1", servers[1].port, "Ani")
    other.release()


def test_closing_says_goodbye_to_all(both: Both, servers: Pair) -> None:
    watchers = [server.connect(fresh("dewi")) for server in servers]
    for watcher in watchers:
        watcher.ask("JOIN #lobby")
    both.main.close()
    for watcher in watchers:
        watcher.expect("QUIT")
