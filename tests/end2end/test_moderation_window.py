"""Keeping order through the window's own menus, panels and lists, against the real server: each of them once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtWidgets import QAction, QApplication, QMenu, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from client.changes import Delivery, Entry, LinkState, StripKind
from client.models.texts import plain
from client.order import Power, RoomPower
from tests.end2end.harness import ServerProcess, free_port
from tests.end2end.test_windows import PATIENCE_MS, QUICK, Window

pytestmark = pytest.mark.qt_log_ignore(
    r"^This plugin does not support (raise\(\)|grabbing the keyboard)$", extend=True
)  # the offscreen platform, of a menu that opens
ROOM = "#kelas"
Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def wait(qtbot: QtBot) -> Wait:
    return lambda condition: qtbot.waitUntil(condition, timeout=PATIENCE_MS)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path / "server", QUICK, port=free_port()) as process:
        yield process


@pytest.fixture
def people(qtbot: QtBot, server: ServerProcess, wait: Wait) -> Iterator[tuple[Window, Window, Window]]:
    """Adi, who opened the room, and Siti and Budi, who came into it."""
    windows = []
    for name in ("Adi", "Siti", "Budi"):
        window = Window(qtbot)
        windows.append(window)
        window.log_in(server.port, name)
        wait(lambda window=window: window.online)  # type: ignore[misc]  # mypy knows no defaults of lambdas
        window.type(f"/join {ROOM}")
        wait(lambda window=window: window.main.session.current == ROOM)  # type: ignore[misc]  # as above
    adi, siti, budi = windows
    wait(lambda: len(adi.main.session.conversations[ROOM].members) == 3)
    yield adi, siti, budi
    for window in windows:
        window.main.close()


def find(menu: QMenu | None, text: str) -> QAction:
    """The entry with this text, also in a submenu."""
    assert menu is not None
    for action in menu.actions():
        if action.text() == text:
            return action
        if action.menu() is not None and any(inner.text() == text for inner in action.menu().actions()):
            return find(action.menu(), text)
    raise AssertionError(f"{text} is not in {[action.text() for action in menu.actions()]}")


def on_person(window: Window, nickname: str, text: str) -> None:
    """Choose this in the menu of a person in the member list."""
    people = window.main.chat_page.members.list
    find(people.menu_for(people.members.number_of(nickname)), text).trigger()


def on_room(qtbot: QtBot, window: Window, text: str) -> None:
    """Choose this in the menu of the header's button."""
    button = window.widget(QToolButton, "room_button")
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.LeftButton)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    find(menu, text).trigger()
    menu.close()


def answer(qtbot: QtBot, window: Window, choice: str, reason: str) -> None:
    """Answer what the panel above the box asks."""
    panel = window.main.chat_page.ask_panel
    assert panel.isVisible()
    button = next(button for button in panel.choices if button.text() == choice)
    qtbot.mouseClick(button, Qt.LeftButton)
    panel.reason.setText(reason)
    qtbot.mouseClick(panel.do_button, Qt.LeftButton)
    assert not panel.isVisible()


def entries(window: Window) -> list[Entry]:
    return window.main.session.conversations[ROOM].entries


def refused(window: Window, text: str, why: str) -> bool:
    """Whether the last message with this text was not sent, and the window says why."""
    last = next((entry for entry in reversed(entries(window)) if entry.text == text), None)
    return last is not None and last.delivery is Delivery.FAILED and last.problem.startswith(why)


def is_in(window: Window) -> bool:
    return window.main.session.conversations[ROOM].joined


def removed(window: Window, reason: str) -> bool:
    strip = window.main.session.strips.get(ROOM)
    return strip is not None and strip.kind is StripKind.KICKED and strip.text == reason


def come_back(qtbot: QtBot, window: Window) -> None:
    qtbot.mouseClick(window.widget(QPushButton, "strip_button"), Qt.LeftButton)


def test_people_are_muted_put_out_and_kept_out_and_let_in_again(
    qtbot: QtBot, people: tuple[Window, Window, Window], wait: Wait
) -> None:
    adi, siti, _ = people
    roll = adi.main.chat_page.ordering
    on_person(adi, "Siti", "Mute for 10 minutes")
    wait(lambda: siti.reads("Adi muted Siti."))
    wait(lambda: adi.reads("Siti is muted for 10 minutes."))
    siti.type("boleh?")
    wait(lambda: refused(siti, "boleh?", "You are muted here for "))

    on_room(qtbot, adi, "Bans and mutes…")
    wait(lambda: roll.roll.isVisible() and len(roll.roll.rows) == 1)
    row = roll.roll.rows[0]
    assert row.name.text() == "Siti"
    assert plain(row.details.text()).startswith("muted · ")
    qtbot.mouseClick(row.button, Qt.LeftButton)
    wait(lambda: roll.roll.rows == [])
    qtbot.keyClick(roll.roll, Qt.Key_Escape)
    assert not roll.roll.isVisible()
    siti.type("sudah boleh")
    wait(lambda: adi.reads("sudah boleh"))

    on_person(adi, "Siti", "Remove and ban…")
    answer(qtbot, adi, "Only remove", "terlalu ramai")
    wait(lambda: removed(siti, "terlalu ramai"))
    come_back(qtbot, siti)
    wait(lambda: is_in(siti))
    wait(lambda: adi.main.chat_page.members.list.members.number_of("Siti") >= 0)

    on_person(adi, "Siti", "Remove and ban…")
    answer(qtbot, adi, "1 hour", "masih ramai")
    wait(lambda: removed(siti, "masih ramai"))
    come_back(qtbot, siti)
    wait(lambda: siti.reads("You are banned for 59 minutes") or siti.reads("You are banned for 1 hour: masih ramai"))
    assert not is_in(siti)
    on_room(qtbot, adi, "Bans and mutes…")
    wait(lambda: [row.name.text() for row in roll.roll.rows] == ["Siti"])
    assert plain(roll.roll.rows[0].details.text()).endswith(" · masih ramai")
    qtbot.mouseClick(roll.roll.rows[0].button, Qt.LeftButton)
    wait(lambda: roll.roll.rows == [])
    come_back(qtbot, siti)
    wait(lambda: is_in(siti))


def test_ranks_are_given_and_taken_and_others_messages_deleted(
    qtbot: QtBot, people: tuple[Window, Window, Window], wait: Wait
) -> None:
    adi, siti, budi = people
    session = siti.main.session
    assert not session.powers_in(ROOM)
    assert session.powers_over(ROOM, "Budi") == frozenset()
    on_person(adi, "Siti", "Make operator")
    wait(lambda: siti.reads("Adi made Siti an operator of this room."))
    assert Power.KICK in session.powers_over(ROOM, "Budi")
    assert session.powers_in(ROOM)
    on_person(adi, "Siti", "Remove as operator")
    wait(lambda: siti.reads("Adi took the rank of operator from Siti."))
    assert not session.powers_in(ROOM)
    on_person(adi, "Siti", "Make helper")
    wait(lambda: Power.MUTE in session.powers_over(ROOM, "Budi"))
    assert RoomPower.QUIET not in session.powers_in(ROOM)

    budi.type("hapus ini")
    view = adi.main.chat_page.view
    wait(lambda: adi.reads("hapus ini") and siti.reads("hapus ini"))
    row = view.messages.row(view.messages.rowCount() - 1)
    layout = view._delegate.layout_of(view.messages.rowCount() - 1)
    menu = view.menu_for(row, layout, QPoint(-1, -1))
    assert find(menu, "Mute for 10 minutes").isEnabled()
    find(menu, "Delete…").trigger()
    qtbot.keyClick(view, Qt.Key_Return)
    wait(lambda: budi.reads("This message was deleted by Adi."))
    other = siti.main.chat_page.view
    menu = other.menu_for(other.messages.row(0), other._delegate.layout_of(0), QPoint(-1, -1))
    assert "Delete…" not in [action.text() for action in menu.actions()]
    last = view.messages.rowCount() - 1
    find(
        view.menu_for(view.messages.row(last), view._delegate.layout_of(last), QPoint(-1, -1)), "Undo the deletion"
    ).trigger()
    wait(lambda: all(window.reads("hapus ini") for window in people))
    assert not budi.reads("This message was deleted by Adi.")


def test_a_room_is_made_quiet_slow_for_announcements_and_free_of_words(
    qtbot: QtBot, people: tuple[Window, Window, Window], wait: Wait
) -> None:
    adi, siti, budi = people
    on_room(qtbot, adi, "Quiet: only operators read the others")
    wait(lambda: siti.reads("Adi made this room quiet"))
    siti.type("hanya untuk Adi")
    wait(lambda: adi.reads("hanya untuk Adi"))
    on_room(qtbot, adi, "Quiet: only operators read the others")
    wait(lambda: siti.reads("Adi ended the quiet"))
    siti.type("untuk semua")
    wait(lambda: budi.reads("untuk semua"))
    assert not budi.reads("hanya untuk Adi")

    on_room(qtbot, adi, "Announcements only")
    wait(lambda: siti.reads("Adi made this a room for announcements"))
    siti.type("pengumuman?")
    wait(lambda: refused(siti, "pengumuman?", "Announcements only: "))
    on_person(adi, "Siti", "Give voice")
    wait(lambda: siti.reads("Adi gave Siti voice."))
    siti.type("dengan suara")
    wait(lambda: budi.reads("dengan suara"))
    on_room(qtbot, adi, "Announcements only")
    wait(lambda: budi.reads("Adi lets everybody write again."))

    on_room(qtbot, adi, "1 minute")
    wait(lambda: budi.reads("Adi slowed this room down: one message in 1 minute."))
    budi.type("yang pertama")
    wait(lambda: adi.reads("yang pertama"))
    budi.type("yang kedua")
    wait(lambda: refused(budi, "yang kedua", "Slow mode: wait "))
    on_room(qtbot, adi, "Off")
    wait(lambda: budi.reads("Adi ended slow mode."))

    ordering = adi.main.chat_page.ordering
    on_room(qtbot, adi, "Words that are not wanted…")
    wait(ordering.roll.isVisible)
    ordering.roll.field.setText("kasar")
    qtbot.mouseClick(ordering.roll.add_button, Qt.LeftButton)
    wait(lambda: [row.name.text() for row in ordering.roll.rows] == ["kasar"])
    budi.type("kata kasar")
    wait(lambda: refused(budi, "kata kasar", "The word “kasar” is not wanted here."))
    qtbot.mouseClick(ordering.roll.rows[0].button, Qt.LeftButton)
    wait(lambda: ordering.roll.rows == [])


def test_the_owner_of_the_server_bans_from_it_and_reads_what_was_done(
    qtbot: QtBot, server: ServerProcess, people: tuple[Window, Window, Window], wait: Wait
) -> None:
    adi, siti, budi = people
    session = budi.main.session
    code = server.wait_for(r"/owner (\S+) in your window")[1]
    budi.type(f"/owner {code}")
    wait(lambda: RoomPower.SERVER in session.powers_in(ROOM))
    assert budi.reads("You run this server now.")
    on_person(budi, "Siti", "Ban from the server…")
    answer(qtbot, budi, "10 minutes", "sampai istirahat")
    wait(lambda: siti.main.session.state is LinkState.OFFLINE)
    strip = siti.main.session.strips[""]
    assert strip.kind is StripKind.CLOSED
    assert strip.text.startswith("You are banned from this server for ")
    assert strip.text.endswith(": sampai istirahat")

    ordering = budi.main.chat_page.ordering
    on_room(qtbot, budi, "Bans from the server…")
    wait(lambda: ordering.roll.isVisible() and len(ordering.roll.rows) == 1)
    assert plain(ordering.roll.rows[0].details.text()).endswith("by Budi · sampai istirahat")
    qtbot.mouseClick(ordering.roll.rows[0].button, Qt.LeftButton)
    wait(lambda: ordering.roll.rows == [])
    qtbot.keyClick(ordering.roll, Qt.Key_Escape)
    come_back(qtbot, siti)
    wait(lambda: siti.online and is_in(siti))

    on_person(budi, "Adi", "Remove as operator")
    wait(lambda: adi.reads("Budi took the rank of operator from Adi."))
    on_person(budi, "Adi", "Remove from the room")
    wait(lambda: adi.main.session.strips.get(ROOM) is not None)
    on_room(qtbot, budi, "What was done here")
    wait(lambda: budi.reads("Those were 2 notes."))
    assert budi.reads("Budi took the rank of operator from Adi.")
    assert budi.reads("Budi removed Adi.")
