"""The order of the rooms: what is pinned stands at the top, is moved by menu and mouse, and is there the next time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from client.settings import Settings
from client.window import MainWindow
from protocol import parse
from tests.client.test_window import JOINED
from tests.client.widgets.dragging import Mouse

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
        window.resize(1000, 600)
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


def pinned(window: MainWindow) -> list[str]:
    return [key for key in rooms(window) if menu(window, key).actions()[0].isChecked()]


def drag(window: MainWindow, key: str, *, above: str) -> None:
    mouse = Mouse(window.chat_page.rooms.list)
    mouse.press(key)
    mouse.above(above)
    mouse.release()


def part(window: MainWindow, key: str) -> None:
    window.handle(window.session.close(key))
    window.handle(window.session.received([parse(f":Siti!u@h PART {key}")]))


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
    assert texts == ["Pin to top", "Move down", "Unpin all"]
    choose(window, "#b", "Move up")
    assert rooms(window)[:3] == ["#b", "#lobby", "#a"]
    choose(window, "#b", "Move down")
    assert rooms(window)[:3] == ["#lobby", "#b", "#a"]


def test_whoever_is_moved_by_the_menu_stands_there_whether_pinned_before_or_not(make: Make) -> None:
    window = make()
    choose(window, "#lobby", "Move up")
    assert rooms(window)[:3] == ["#a", "#lobby", "#b"]
    assert pinned(window) == ["#a", "#lobby"], "what stands above is held, too"
    choose(window, "#a", "Move down")
    assert rooms(window)[:3] == ["#lobby", "#a", "#b"]
    moves = [[action.text() for action in menu(window, key).actions()] for key in ("#lobby", "#b", "budi")]
    assert [("Move up" in texts, "Move down" in texts) for texts in moves] == [
        (False, True),
        (True, False),
        (False, True),
    ]


def test_a_room_that_goes_while_its_menu_is_open_is_not_moved(make: Make) -> None:
    window = make()
    opened = menu(window, "#a")
    part(window, "#a")
    before = rooms(window)
    for action in opened.actions():
        if action.text() in {"Move up", "Move down"}:
            action.trigger()
    assert rooms(window) == before


def test_all_of_a_part_are_unpinned_at_once(make: Make) -> None:
    window = make()
    choose(window, "ani", "Pin to top")
    choose(window, "#lobby", "Move up")
    assert "Unpin all" not in [action.text() for action in menu(window, "ani").actions()], "it is the only one"
    choose(window, "#b", "Unpin all")
    assert rooms(window) == ["#a", "#b", "#lobby", "ani", "budi"]
    assert pinned(window) == ["ani"]


def test_what_is_dragged_is_pinned_with_those_above_and_is_there_the_next_time(make: Make) -> None:
    window = make()
    drag(window, "#lobby", above="#b")
    assert rooms(window) == ["#a", "#lobby", "#b", "budi", "ani"]
    assert pinned(window) == ["#a", "#lobby"]
    drag(window, "ani", above="budi")
    window.close()
    again = make()
    assert rooms(again) == ["#a", "#lobby", "#b", "ani", "budi"]
    again.handle(again.session.received([parse(":Siti!u@h JOIN #aa"), parse(":Budi!u@h PRIVMSG Siti :halo")]))
    assert rooms(again) == ["#a", "#lobby", "#aa", "#b", "ani", "budi"], "the others go on by themselves"
    assert rooms(make("lab3"))[0] == "#a"


def test_a_message_in_the_midst_of_a_drag_moves_nothing_away(make: Make) -> None:
    window = make()
    view = window.chat_page.rooms.list
    mouse = Mouse(view)
    mouse.press("budi")
    mouse.below("ani")
    shown = window.session.current
    news = (":Ani!u@h PRIVMSG Siti :halo", ":Citra!u@h PRIVMSG Siti :hai", ":Siti!u@h JOIN #c")
    for line in news:
        window.handle(window.session.received([parse(line)]))
    part(window, "#b")
    assert mouse.lines()
    mouse.release()
    assert rooms(window) == ["#a", "#c", "#lobby", "ani", "budi", "citra"]
    assert window.session.current == shown != "budi"
    assert view.currentIndex().data() == "Budi", "the keyboard is where the hand is"


def test_in_the_list_over_the_messages_esc_ends_the_drag_and_then_closes_the_list(make: Make, qtbot: QtBot) -> None:
    window = make()
    window.resize(480, 600)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    panes, view = window.chat_page.panes, window.chat_page.rooms.list
    panes.toggle_left()
    mouse = Mouse(view)
    mouse.press("#lobby")
    mouse.above("#b")
    assert mouse.lines()
    QTest.keyClick(view, Qt.Key_Escape)
    assert panes.overlay_open
    assert not mouse.lines()
    mouse.release()
    drag(window, "#lobby", above="#b")
    assert rooms(window)[:3] == ["#a", "#lobby", "#b"]
    assert panes.overlay_open, "nothing was chosen"
    QTest.keyClick(view, Qt.Key_Escape)
    assert not panes.overlay_open


def test_dragging_does_not_forget_where_a_room_stood_that_was_left(make: Make) -> None:
    window = make()
    for key in ("#b", "#lobby", "#a"):
        choose(window, key, "Pin to top")
    part(window, "#lobby")
    drag(window, "#a", above="#b")
    window.handle(window.session.received([parse(":Siti!u@h JOIN #lobby")]))
    assert rooms(window)[:3] == ["#a", "#lobby", "#b"]


def test_it_is_remembered_for_this_server_and_no_other(make: Make) -> None:
    choose(make(), "#lobby", "Pin to top")
    assert rooms(make())[0] == "#lobby"
    assert rooms(make("lab3"))[0] == "#a"
