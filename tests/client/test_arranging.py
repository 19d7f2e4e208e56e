"""The order of the rooms: what is pinned stands at the top, is moved by its menu, and is there the next time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt5.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from client.settings import Settings
from client.window import MainWindow
from protocol import parse
from tests.client.test_window import JOINED

Make = Callable[..., MainWindow]


@pytest.fixture
def make(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """A window in #lobby, #a and #b, with private chats with Ani and Budi, on this server."""
    monkeypatch.setattr("client.widgets.tray.make_tray", lambda _window: None)
    windows: list[MainWindow] = []

    def made(host: str = "lab2") -> MainWindow:
        window = MainWindow(Settings(tmp_path))
        windows.append(window)
        qtbot.addWidget(window)
        _ = window.chat_page
        window.handle(window.session.login(host, 8888, "Siti"))
        window.session.take_effects()
        window.handle(window.session.connected())
        lines = [*JOINED, ":Siti!u@h JOIN #a", ":Siti!u@h JOIN #b"]
        lines += [f":{name}!u@h PRIVMSG Siti :halo" for name in ("Ani", "Budi")]
        window.handle(window.session.received([parse(line) for line in lines]))
        return window

    yield made
    for window in windows:
        window.close()


def rooms(window: MainWindow) -> list[str]:
    return window.chat_page.rooms.list.rooms.keys()


def menu(window: MainWindow, key: str) -> QMenu:
    found = window.chat_page.rooms.list.menu_for(window.chat_page.rooms.list.rooms.number_of(key))
    assert found is not None
    return found


def choose(window: MainWindow, key: str, text: str) -> None:
    next(action for action in menu(window, key).actions() if action.text() == text).trigger()


def test_what_is_pinned_stands_at_the_top_of_its_part(make: Make) -> None:
    window = make()
    assert rooms(window) == ["#a", "#b", "#lobby", "budi", "ani"]
    choose(window, "#lobby", "Pin to top")
    choose(window, "ani", "Pin to top")
    assert rooms(window) == ["#lobby", "#a", "#b", "ani", "budi"]
    window.handle(window.session.received([parse(":Budi!u@h PRIVMSG Siti :halo")]))
    assert rooms(window)[-2:] == ["ani", "budi"], "a new message moves the others only"
    assert menu(window, "#lobby").actions()[0].isChecked()
    choose(window, "#lobby", "Pin to top")
    assert rooms(window)[:3] == ["#a", "#b", "#lobby"]


def test_those_pinned_are_moved_by_their_menu(make: Make) -> None:
    window = make()
    for key in ("#lobby", "budi", "#b"):
        choose(window, key, "Pin to top")
    assert rooms(window)[:3] == ["#lobby", "#b", "#a"]
    texts = [action.text() for action in menu(window, "#lobby").actions()[:3]]
    assert texts == ["Pin to top", "Move down", "Invite…"]
    choose(window, "#b", "Move up")
    assert rooms(window)[:3] == ["#b", "#lobby", "#a"]
    choose(window, "#b", "Move down")
    assert rooms(window)[:3] == ["#lobby", "#b", "#a"]


def test_it_is_remembered_for_this_server_and_no_other(make: Make) -> None:
    choose(make(), "#lobby", "Pin to top")
    assert rooms(make())[0] == "#lobby"
    assert rooms(make("lab3"))[0] == "#a"
