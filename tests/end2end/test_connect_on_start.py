"""Servers that the window connects to by itself when it is opened: real servers, the settings of the window before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from client.changes import LinkState
from client.connected_ui import ChatPage
from client.login_fields import Options
from client.login_ui import LoginPage
from tests.end2end.harness import ServerProcess
from tests.end2end.test_several_servers import Both, settings
from tests.end2end.test_windows import PATIENCE_MS

Pair = tuple[ServerProcess, ServerProcess]
Open = Callable[[], Both]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("servers")
    with ServerProcess(folder / "2", settings("Lab 2")) as two, ServerProcess(folder / "3", settings("Lab 3")) as three:
        yield two, three


@pytest.fixture
def open_one(qtbot: QtBot) -> Iterator[Open]:
    opened: list[Both] = []

    def open_window() -> Both:
        opened.append(Both(qtbot))
        return opened[-1]

    yield open_window
    for window in opened:
        window.main.close()


def log_in(qtbot: QtBot, window: Both, port: int, name: str, *, on_start: bool = True) -> None:
    window.main.login_page.more.set_options(Options(on_start=on_start))
    window.log_in(port, name)
    there = window.main._entering
    qtbot.waitUntil(lambda: window.online and window.main._entering is None, timeout=PATIENCE_MS)
    assert there is window.main.network


def text_of_bar(window: Both) -> str:
    label = window.widget(QLabel, "entry_text")
    return label.text() if label.isVisible() else ""


@pytest.fixture
def before(qtbot: QtBot, servers: Pair, open_one: Open) -> None:
    """A window was on both servers, and is closed."""
    window = open_one()
    log_in(qtbot, window, servers[0].port, "Siti")
    window.choose("Add a server…")
    log_in(qtbot, window, servers[1].port, "Ani")
    window.main.close()


def test_the_window_is_on_its_servers_again_with_the_first_one_on_screen(
    qtbot: QtBot, before: None, open_one: Open
) -> None:
    window = open_one()
    window.main.connect_on_start()
    assert type(window.page) is ChatPage
    assert text_of_bar(window).startswith("Connecting to 127.0.0.1 as Siti")
    qtbot.waitUntil(lambda: window.rows() == ["Lab 2", "#lobby", "Lab 3", "#lobby"], timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: all(network.entered for network in window.networks), timeout=PATIENCE_MS)
    assert (window.main.session.name, text_of_bar(window)) == ("Siti", "")


def test_nothing_connects_by_itself_unless_it_was_asked_to(qtbot: QtBot, servers: Pair, open_one: Open) -> None:
    first = open_one()
    log_in(qtbot, first, servers[0].port, "Siti", on_start=False)
    first.main.close()
    window = open_one()
    window.main.connect_on_start()
    assert type(window.page) is LoginPage
    assert window.main.session.state is LinkState.OFFLINE


def test_a_second_window_takes_no_name_that_is_in_use_here(qtbot: QtBot, before: None, open_one: Open) -> None:
    first, second = open_one(), open_one()
    first.main.connect_on_start()
    second.main.connect_on_start()
    assert type(second.page) is LoginPage
    assert len(second.networks) == 1
    qtbot.waitUntil(lambda: all(network.entered for network in first.networks), timeout=PATIENCE_MS)


def test_change_brings_the_login_page_back_filled_in(qtbot: QtBot, before: None, servers: Pair, open_one: Open) -> None:
    window = open_one()
    window.main.connect_on_start()
    qtbot.mouseClick(window.widget(QPushButton, "entry_button"), Qt.LeftButton)
    assert type(window.page) is LoginPage
    assert window.widget(QLineEdit, "name_edit").text() == "Siti"
    assert window.widget(QLineEdit, "port_edit").text() == str(servers[0].port)
    assert window.main.login_page.options.on_start
    assert window.networks[0].session.state is LinkState.OFFLINE


def test_the_first_that_fails_is_said_on_the_login_page(qtbot: QtBot, tmp_path: Path, open_one: Open) -> None:
    with ServerProcess(tmp_path, settings("Lab 4")) as server:
        first = open_one()
        log_in(qtbot, first, server.port, "Siti")
        first.main.close()
        port = server.port
    (first.main._settings.folder / "cache").rename(tmp_path / "cache")  # nothing to look at meanwhile
    window = open_one()
    window.main.connect_on_start()
    qtbot.waitUntil(lambda: type(window.page) is LoginPage, timeout=PATIENCE_MS)
    assert "There is no server" in window.widget(QLabel, "status_label").text()
    assert window.widget(QLineEdit, "port_edit").text() == str(port)


def test_another_that_fails_is_said_above_its_page(qtbot: QtBot, servers: Pair, tmp_path: Path, open_one: Open) -> None:
    with ServerProcess(tmp_path, settings("Lab 4")) as server:
        first = open_one()
        log_in(qtbot, first, servers[0].port, "Siti")
        first.choose("Add a server…")
        log_in(qtbot, first, server.port, "Ani")
        first.main.close()
    (first.main._settings.folder / "cache").rename(tmp_path / "cache")
    window = open_one()
    window.main.connect_on_start()
    qtbot.waitUntil(lambda: window.online and window.networks[1].failure is not None, timeout=PATIENCE_MS)
    assert (type(window.page), text_of_bar(window)) == (ChatPage, "")
    window.click("127.0.0.1, not connected")
    assert text_of_bar(window).startswith("There is no server at 127.0.0.1 port")
    qtbot.mouseClick(window.widget(QPushButton, "entry_button"), Qt.LeftButton)
    assert type(window.page) is LoginPage
    assert "There is no server" in window.widget(QLabel, "status_label").text()
    qtbot.mouseClick(window.widget(QPushButton, "back_button"), Qt.LeftButton)
    assert (window.main.session.name, len(window.networks)) == ("Siti", 1)
