"""Rooms one has: marked as read, left and had back, invited to; and the invitations of others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QLabel, QMenu

from client import language
from client.changes import LinkState
from tests.client.widgets.scene import Recorded, on_screen


@pytest.fixture
def scene(qapp: QApplication) -> Iterator[Recorded]:
    """In #lobby with Budi, in #tugas, and in a private chat with Ani; #tugas is on screen."""
    with on_screen(Recorded()) as made:
        made.log_in("Budi", "Joko")
        made.take(made.session.join("#tugas"))
        made.join("#tugas", "Siti")
        made.feed(":srv 353 Siti = #tugas :@Siti Budi", ":srv 366 Siti #tugas :End")
        made.say("Ani", "halo", "Siti")
        made.page.activateWindow()
        QApplication.processEvents()
        made.sent()
        yield made


def bar(scene: Recorded) -> str:
    return scene.page.offer_bar.text() if scene.page.offer_bar.isVisible() else ""


def press(scene: Recorded, text: str) -> None:
    """The button of the bar that says so."""
    button = next(button for button in scene.page.offer_bar.buttons if button.text() == text)
    QTest.mouseClick(button, Qt.LeftButton)


def key(scene: Recorded, which: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
    QTest.keyClick(scene.page.composer.box, which, modifier)


def choose(scene: Recorded, room: str, text: str) -> None:
    menu = scene.page.rooms.list.menu_for(scene.page.rooms.list.rooms.number_of(room))
    assert isinstance(menu, QMenu)
    next(action for action in menu.actions() if action.text() == text).trigger()


def leave(scene: Recorded) -> None:
    """By the key, and the server confirms."""
    key(scene, Qt.Key_W, Qt.ControlModifier)
    scene.feed(":Siti!u@h PART #tugas")


# --- leaving ----------------------------------------------------------------------------------


def test_the_key_leaves_the_room_and_undo_brings_it_back_with_all_it_held(scene: Recorded) -> None:
    scene.say("Budi", "isi ruang", "#tugas")
    scene.page.composer.set_text("belum selesai")
    leave(scene)
    assert "PART #tugas" in scene.sent()
    assert "#tugas" not in scene.session.conversations
    assert bar(scene) == "You left #tugas."
    assert scene.page.composer.box.hasFocus()
    press(scene, "Undo")
    assert scene.sent() == ["JOIN #tugas"]
    scene.join("#tugas", "Siti")
    assert scene.session.current == "#tugas"
    assert scene.session.conversations["#tugas"].joined
    assert scene.page.composer.text() == "belum selesai"
    assert any("isi ruang" in line for line in scene.page.view.visible_text())
    assert bar(scene) == ""


def test_undo_comes_in_time_even_before_the_server_has_confirmed(scene: Recorded) -> None:
    key(scene, Qt.Key_W, Qt.ControlModifier)
    press(scene, "Undo")
    assert scene.sent() == ["PART #tugas", "JOIN #tugas"]
    scene.feed(":Siti!u@h PART #tugas")
    assert "#tugas" in scene.session.conversations
    scene.join("#tugas", "Siti")
    assert scene.session.conversations["#tugas"].joined


def test_a_private_chat_is_closed_and_had_back_with_its_messages(scene: Recorded) -> None:
    scene.take(scene.session.select("ani"))
    key(scene, Qt.Key_W, Qt.ControlModifier)
    assert "ani" not in scene.session.conversations
    assert bar(scene) == "The chat with Ani is closed."
    press(scene, "Undo")
    assert scene.session.current == "ani"
    assert scene.session.conversations["ani"].joined, "she is still there"
    assert scene.page.view.visible_text()[-1].endswith("halo")
    assert scene.sent() == []


def test_after_a_while_it_cannot_be_undone(scene: Recorded) -> None:
    leave(scene)
    assert scene.page.tending.timer.isActive()
    scene.page.tending.timer.timeout.emit()
    assert bar(scene) == ""
    assert not scene.page.tending.timer.isActive()


def test_the_lobby_stays(scene: Recorded) -> None:
    scene.take(scene.session.select("#lobby"))
    key(scene, Qt.Key_W, Qt.ControlModifier)
    assert scene.sent() == []
    assert bar(scene) == ""
    scene.page.tending.leave("#nowhere")
    assert bar(scene) == ""


def test_the_menu_leaves_a_room_that_is_not_on_screen(scene: Recorded) -> None:
    scene.take(scene.session.select("#lobby"))
    choose(scene, "#tugas", "Leave room")
    scene.feed(":Siti!u@h PART #tugas")
    assert scene.session.current == "#lobby"
    press(scene, "Undo")
    assert scene.session.current == "#tugas"


def test_what_is_left_without_a_connection_waits_for_one(scene: Recorded) -> None:
    scene.take(scene.session.connection_lost(""))
    key(scene, Qt.Key_W, Qt.ControlModifier)
    assert "#tugas" not in scene.session.conversations
    press(scene, "Undo")
    assert scene.session.state is LinkState.WAITING
    assert scene.session.current == "#tugas"
    scene.sent()
    scene.take(scene.session.retry_now())
    scene.register()
    assert any("#tugas" in line for line in scene.sent() if line.startswith("JOIN"))


def test_what_was_left_is_not_had_back_on_another_server(scene: Recorded) -> None:
    scene.feed(":Budi!u@h INVITE Siti #lab")
    leave(scene)
    scene.page.entering.open()
    scene.take(scene.session.logout())
    assert bar(scene) == ""
    assert not scene.page.tending.timer.isActive()
    assert not scene.page.entering.sheet.isVisible()


# --- reading ----------------------------------------------------------------------------------


def test_a_room_is_marked_as_read_by_its_menu(scene: Recorded) -> None:
    scene.say("Budi", "Siti?")
    here = scene.session.conversations
    assert (here["#lobby"].mentions, here["ani"].unread) == (1, 1)
    choose(scene, "#lobby", "Mark as read")
    assert (here["#lobby"].unread, here["#lobby"].mentions, here["ani"].unread) == (0, 0, 1)
    menu = scene.page.rooms.list.menu_for(scene.page.rooms.list.rooms.number_of("#lobby"))
    assert menu is not None
    assert "Mark as read" not in [action.text() for action in menu.actions()]


# --- inviting ---------------------------------------------------------------------------------


def test_a_person_is_picked_and_invited(scene: Recorded) -> None:
    choose(scene, "#tugas", "Invite…")
    switcher = scene.page.switching.switcher
    assert switcher.isVisible()
    assert [place.label for place in switcher.model.places] == ["Ani", "Joko"], "Budi is in the room already"
    QTest.keyClicks(switcher.field, "jo")
    QTest.keyClick(switcher.field, Qt.Key_Return)
    assert scene.sent() == ["INVITE Joko #tugas"]
    assert not switcher.isVisible()
    assert scene.page.composer.box.hasFocus()


def test_an_invitation_stands_in_the_bar_until_it_is_answered(scene: Recorded) -> None:
    scene.feed(":Budi!u@h INVITE Siti #lab")
    assert bar(scene) == "Budi invites you to #lab."
    press(scene, "Join")
    assert scene.sent() == ["JOIN #lab"]
    assert bar(scene) == ""
    scene.feed(":Budi!u@h INVITE Siti #rapat", ":Ani!u@h INVITE Siti #kelas")
    assert bar(scene) == "Ani invites you to #kelas."
    press(scene, "No")
    assert bar(scene) == "Budi invites you to #rapat."
    press(scene, "No")
    assert bar(scene) == ""
    assert scene.sent() == []


def test_what_can_be_undone_stands_before_an_invitation(scene: Recorded) -> None:
    scene.feed(":Budi!u@h INVITE Siti #lab")
    leave(scene)
    assert bar(scene) == "You left #tugas."
    scene.page.tending.timer.timeout.emit()
    assert bar(scene) == "Budi invites you to #lab."


def test_the_bar_speaks_the_language_in_use_and_fits_a_narrow_window(scene: Recorded) -> None:
    scene.feed(":Budi!u@h INVITE Siti #lab")
    scene.page.resize(400, 400)
    scene.settle()
    sentence = scene.page.offer_bar.findChild(QLabel, "offer_text")
    assert sentence is not None
    assert scene.page.offer_bar.buttons[0].y() > sentence.y(), "below it"
    try:
        language.switch("id")
        QApplication.processEvents()
        assert bar(scene) == "Budi mengundang Anda ke #lab."
        assert [button.text() for button in scene.page.offer_bar.buttons] == ["Masuk", "Tidak"]
    finally:
        language.switch("en")
