"""A room from its making to leaving it by mistake: the real server.py and two real windows, through their widgets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QAbstractButton, QFrame, QLineEdit, QMenu, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from tests.end2end.harness import ServerProcess, free_port
from tests.end2end.test_windows import PATIENCE_MS, QUICK, Window

Wait = Callable[[Callable[[], bool]], None]
ROOM = "#tugas"


@pytest.fixture
def wait(qtbot: QtBot) -> Wait:
    return lambda condition: qtbot.waitUntil(condition, timeout=PATIENCE_MS)


@pytest.fixture
def people(qtbot: QtBot, wait: Wait, tmp_path: Path) -> Iterator[tuple[Window, Window]]:
    """Siti and Budi in the lobby."""
    with ServerProcess(tmp_path / "server", QUICK, port=free_port()) as server:
        windows = Window(qtbot), Window(qtbot)
        for window, name in zip(windows, ("Siti", "Budi"), strict=True):
            window.log_in(server.port, name)
        wait(lambda: all(window.online for window in windows))
        yield windows
        for window in windows:
            window.main.close()


def button(window: Window, text: str) -> QPushButton:
    """The button of the bar that says so."""
    bar = window.widget(QFrame, "offer_bar")
    return next(button for button in bar.findChildren(QPushButton) if button.text() == text and button.isVisible())


def choose(window: Window, text: str) -> None:
    """In the menu of the room."""
    rooms = window.main.chat_page.rooms.list
    menu = rooms.menu_for(rooms.rooms.number_of(ROOM))
    assert isinstance(menu, QMenu)
    next(action for action in menu.actions() if action.text() == text).trigger()


def test_a_room_is_made_shared_left_and_had_back(qtbot: QtBot, people: tuple[Window, Window], wait: Wait) -> None:
    siti, budi = people
    qtbot.mouseClick(siti.widget(QAbstractButton, "new_room_button"), Qt.LeftButton)
    field = siti.widget(QLineEdit, "rooms_edit")
    model = siti.main.chat_page.entering.sheet.model
    wait(lambda: [room.name for room in model.rooms] == ["#lobby"])
    qtbot.keyClicks(field, "tugas")
    qtbot.keyClick(field, Qt.Key_Return)
    siti.widget(QLineEdit, "new_room_topic").setText("Bab 3")
    form = siti.main.chat_page.entering.sheet.form
    for switch in (form.hidden, form.invited):
        qtbot.mouseClick(switch, Qt.LeftButton)
    qtbot.mouseClick(siti.widget(QPushButton, "create_button"), Qt.LeftButton)
    mine = siti.main.session.conversations
    wait(lambda: ROOM in mine and mine[ROOM].topic == "Bab 3" and {"s", "i"} <= mine[ROOM].modes.keys())
    assert siti.main.session.current == ROOM

    budi.main.chat_page.entering.enter(ROOM)
    sheet = budi.main.chat_page.entering.sheet
    wait(lambda: sheet.isVisible() and sheet.problem.isVisible())
    assert ROOM not in budi.main.session.conversations, "it is for invited people"
    sheet.leave()

    choose(siti, "Invite…")
    picker = siti.widget(QLineEdit, "switcher_edit")
    qtbot.keyClicks(picker, "bud")
    qtbot.keyClick(picker, Qt.Key_Return)
    wait(lambda: budi.widget(QFrame, "offer_bar").isVisible())
    qtbot.mouseClick(button(budi, "Join"), Qt.LeftButton)
    wait(lambda: budi.main.session.current == ROOM)
    assert budi.main.session.conversations[ROOM].topic == "Bab 3"
    assert not budi.widget(QFrame, "offer_bar").isVisible()

    choose(siti, "Leave room")
    wait(lambda: ROOM not in siti.main.session.conversations)
    wait(lambda: "siti" not in budi.main.session.conversations[ROOM].members)
    assert siti.main.session.current == "#lobby"


def test_what_was_left_by_mistake_is_had_back(qtbot: QtBot, people: tuple[Window, Window], wait: Wait) -> None:
    siti, budi = people
    for window in people:
        window.main.chat_page.entering.enter(ROOM)
    wait(lambda: all(window.main.session.current == ROOM for window in people))
    siti.type("sebelum pergi")
    wait(lambda: budi.reads("sebelum pergi"))
    box = siti.widget(QPlainTextEdit, "composer")
    qtbot.keyClicks(box, "draf")
    siti.main.activateWindow()
    wait(siti.main.isActiveWindow)
    qtbot.keyClick(box, Qt.Key_W, Qt.ControlModifier)
    wait(lambda: ROOM not in siti.main.session.conversations)
    wait(lambda: "siti" not in budi.main.session.conversations[ROOM].members)
    budi.type("selagi pergi")
    wait(lambda: budi.reads("selagi pergi"))
    qtbot.mouseClick(button(siti, "Undo"), Qt.LeftButton)
    wait(lambda: siti.main.session.conversations[ROOM].joined and siti.reads("selagi pergi"))
    assert siti.reads("sebelum pergi")
    assert box.toPlainText() == "draf"
    qtbot.keyClick(box, Qt.Key_Return)
    wait(lambda: budi.reads("draf"))
