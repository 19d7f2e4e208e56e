"""The window while it is logged in: which page is shown, its title, its places, and the pace of what comes in.

The server's lines are handed to the session as the receiver would; nothing is connected to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PyQt5.QtCore import QEvent, Qt, QTimer
from PyQt5.QtGui import QGuiApplication
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from client import theme
from client.changes import LinkState, Problem
from client.connected_ui import ChatPage
from client.effects import Disconnect, Send
from client.network import SLICE
from client.settings import Settings
from client.window import MainWindow
from protocol import parse

JOINED = (
    ":srv CAP * LS :server-time",
    ":srv CAP * ACK :server-time",
    ":srv 001 Siti :Welcome",
    ":srv 005 Siti NETWORK=Lab\\x202 CASEMAPPING=ascii :are supported",
    ":srv 422 Siti :No MOTD",
    ":Siti!~u@lan JOIN #lobby",
    ":srv 353 Siti = #lobby :Siti Budi",
    ":srv 366 Siti #lobby :End",
)


Kind = TypeVar("Kind", bound=QWidget)


class Driven:
    """A window whose network is the test."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window

    def log_in(self, name: str = "Siti") -> None:
        session = self.window.session
        changes = session.login("lab2", 8888, name)
        session.take_effects()
        _ = self.window.chat_page
        self.window.handle(changes)
        self.window.handle(session.connected())
        self.server(*JOINED)

    def server(self, *lines: str) -> None:
        self.window.handle(self.window.session.received([parse(line) for line in lines]))

    def find(self, kind: type[Kind], name: str) -> Kind:
        found = self.window.findChild(kind, name)
        assert found is not None
        return found

    def shows(self) -> type[QWidget]:
        return type(self.window._stack.currentWidget())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def open_one(qtbot: QtBot, folder: Path) -> Iterator[Callable[[], Driven]]:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    opened: list[MainWindow] = []

    def open_window() -> Driven:
        window = MainWindow(Settings(folder))
        opened.append(window)
        qtbot.addWidget(window)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return Driven(window)

    yield open_window
    for window in opened:
        window.close()
    theme.apply(app, theme.LIGHT, 1.0)


def test_the_chat_takes_the_place_of_the_login_in_the_same_window(open_one: Callable[[], Driven], folder: Path) -> None:
    driven = open_one()
    login_size = driven.window.size()
    driven.log_in()
    assert driven.shows() is ChatPage
    room = QGuiApplication.primaryScreen().availableGeometry().size()
    assert driven.window.width() == min(1040, int(room.width() * 0.9))
    assert (driven.window.minimumWidth(), driven.window.minimumHeight()) == (480, 400)
    assert Settings(folder).values.servers[0] == ("lab2", 8888)
    assert Settings(folder).values.names == ["Siti"]
    driven.window.log_out()
    assert driven.shows() is not ChatPage
    assert driven.window.size() == login_size
    assert driven.find(QLineEdit, "name_edit").text() == "Siti"


def test_the_cursor_is_in_the_message_box_after_login(open_one: Callable[[], Driven]) -> None:
    driven = open_one()
    driven.log_in()
    assert QApplication.focusWidget() is driven.find(QWidget, "composer")


def test_the_chats_size_is_remembered_apart_from_the_logins(open_one: Callable[[], Driven], folder: Path) -> None:
    driven = open_one()
    driven.log_in()
    driven.window.resize(600, 450)
    driven.window.close()
    again = open_one()
    assert again.window.width() == 400
    again.log_in()
    assert (again.window.width(), again.window.height()) == (600, 450)


def test_a_maximised_window_stays_so(open_one: Callable[[], Driven], qtbot: QtBot) -> None:
    driven = open_one()
    driven.window.showMaximized()
    qtbot.waitUntil(driven.window.isMaximized)
    driven.log_in()
    assert driven.window.isMaximized()
    driven.window.log_out()
    assert driven.window.isMaximized()
    driven.window.close()
    assert open_one().window.isMaximized()


def test_a_name_in_use_here_is_known_to_the_next_window(open_one: Callable[[], Driven], folder: Path) -> None:
    driven = open_one()
    driven.log_in()
    settings = Settings(folder)
    assert not settings.hold_name("lab2", 8888, "Siti")
    driven.window.close()
    assert settings.hold_name("lab2", 8888, "Siti")


def test_the_title_names_room_and_network_and_counts_what_is_meant_for_us(open_one: Callable[[], Driven]) -> None:
    driven = open_one()
    assert driven.window.windowTitle() == "Obrolan"
    driven.log_in()
    assert driven.window.windowTitle() == "#lobby - Lab 2"
    driven.window.handle(driven.window.session.set_active(False))
    driven.server(":Budi!~u@lan PRIVMSG #lobby :halo semua")
    assert driven.window.windowTitle() == "#lobby - Lab 2"
    driven.server(":Budi!~u@lan PRIVMSG #lobby :Siti?", ":Budi!~u@lan PRIVMSG Siti :halo")
    assert driven.window.windowTitle() == "(2) #lobby - Lab 2"
    driven.window.handle(driven.window.session.set_active(True))
    assert driven.window.windowTitle() == "(1) #lobby - Lab 2"


def test_the_keyboard_is_in_the_box_though_the_first_room_comes_after_the_login(
    open_one: Callable[[], Driven],
) -> None:
    driven = open_one()
    session = driven.window.session
    changes = session.login("lab2", 8888, "Siti")
    session.take_effects()
    driven.window.handle(changes)
    driven.window.handle(session.connected())
    driven.server(*JOINED[:5])
    assert driven.shows() is ChatPage
    driven.server(*JOINED[5:])
    assert QApplication.focusWidget() is driven.find(QPlainTextEdit, "composer")


def test_the_keyboard_stays_in_the_box_while_the_window_comes_back_to_its_server(
    open_one: Callable[[], Driven],
) -> None:
    driven = open_one()
    driven.log_in()
    box = driven.find(QPlainTextEdit, "composer")
    session = driven.window.session
    driven.window.handle(session.connection_lost("reset"))
    assert QApplication.focusWidget() is box
    driven.window.handle(session.retry_now())
    session.take_effects()
    assert session.state is LinkState.CONNECTING
    assert QApplication.focusWidget() is box
    driven.window.handle(session.connected())
    driven.server(*JOINED)
    assert QApplication.focusWidget() is box


def test_losing_the_focus_stops_what_comes_in_from_being_read(open_one: Callable[[], Driven], qtbot: QtBot) -> None:
    driven, other = open_one(), QLabel("another program")
    driven.log_in()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow)
    driven.server(":Budi!~u@lan PRIVMSG #lobby :halo")
    assert driven.window.session.conversations["#lobby"].unread == 1
    driven.window.activateWindow()
    qtbot.waitUntil(lambda: driven.window.session.conversations["#lobby"].unread == 0)


def test_a_burst_is_applied_in_slices_between_which_the_window_lives(
    open_one: Callable[[], Driven], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("client.network.TURN_MS", 0.001)  # so that a turn holds one slice on any machine
    driven = open_one()
    driven.log_in()
    entries = driven.window.session.conversations["#lobby"].entries
    before, seen = len(entries), []
    watch = QTimer()
    watch.timeout.connect(lambda: seen.append(len(entries)))
    watch.start(0)
    lines = [parse(f":Budi!~u@lan PRIVMSG #lobby :baris {number}") for number in range(3 * SLICE)]
    driven.window.network.batch_received(lines[:200])
    driven.window.network.batch_received(lines[200:])
    driven.window.network.connection_lost("")
    qtbot.waitUntil(lambda: driven.window.session.state.value == "waiting")
    assert {before + SLICE, before + 2 * SLICE} <= set(seen)
    said = [entry.text for entry in entries[before:] if entry.text.startswith("baris")]
    assert said == [f"baris {number}" for number in range(3 * SLICE)]


def test_a_line_that_cannot_be_taken_does_not_stop_the_next_ones(open_one: Callable[[], Driven], qtbot: QtBot) -> None:
    driven = open_one()
    driven.log_in()
    with qtbot.captureExceptions() as caught:
        driven.window.network.take(lambda: 1 / 0)  # type: ignore[arg-type,return-value]  # a mistake of ours
        driven.window.network.batch_received([parse(":Budi!~u@lan PRIVMSG #lobby :sesudahnya")])
        entries = driven.window.session.conversations["#lobby"].entries
        qtbot.waitUntil(lambda: "sesudahnya" in [entry.text for entry in entries])
    assert [kind for kind, _, _ in caught] == [ZeroDivisionError]


def test_what_an_older_connection_still_had_to_say_is_dropped(open_one: Callable[[], Driven]) -> None:
    driven = open_one()
    driven.log_in()
    driven.window.network.batch_received([parse(":Budi!~u@lan PRIVMSG #lobby :dari yang lama")])
    driven.window.handle(driven.window.session.login("127.0.0.1", 1, "Siti"))
    assert not driven.window.network.inbox


def test_the_emoji_used_last_are_there_again_in_the_next_window(open_one: Callable[[], Driven], folder: Path) -> None:
    first = open_one()
    first.log_in()
    first.window.chat_page.composer.emoji_button._use("🐈")
    assert first.window.chat_page.composer.text() == "🐈"
    assert Settings(folder).values.emoji == ["🐈"]
    second = open_one()
    second.log_in("Ani")
    assert second.window.chat_page.composer.emoji_button.recent == ["🐈"]


def test_a_failure_after_a_login_says_why_on_the_login_page(open_one: Callable[[], Driven]) -> None:
    driven = open_one()
    driven.window.handle(driven.window.session.login("lab2", 8888, "Siti"))
    driven.window.handle(driven.window.session.connection_failed(Problem.NO_ANSWER))
    assert "lab2" in driven.find(QLabel, "status_label").text()


def test_closing_says_goodbye_to_the_server(open_one: Callable[[], Driven]) -> None:
    driven = open_one()
    driven.log_in()
    said: list[object] = []
    driven.window.network.receiver.perform = said.append  # type: ignore[method-assign,assignment]  # the network is the test
    QApplication.sendEvent(driven.window, QEvent(QEvent.WindowActivate))
    QTest.keyClick(driven.window, Qt.Key_Q, Qt.ControlModifier)
    assert [type(effect) for effect in said][-2:] == [Send, Disconnect]
