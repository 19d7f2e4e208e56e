"""The list over the message box: the keyboard stays in the box, keys choose, and what is taken stands in the text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt5.QtCore import QEvent, QPoint, Qt
from PyQt5.QtGui import QInputMethodEvent, QKeyEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication

from client import theme
from client.widgets.completion import OfferList
from client.widgets.message_box import MessageBox
from tests.client.widgets.scene import Scene


@pytest.fixture
def scene(qapp: QApplication) -> Iterator[Scene]:
    """The chat page, with the keyboard in the box; Ani spoke last."""
    theme.apply(qapp, theme.LIGHT)
    made = Scene()
    made.page.resize(1040, 680)
    made.page.show()
    made.log_in("@Pak_Adi", "Budi", "Bagus", "Ani", topic="Tugas minggu ini")
    made.say("Budi", "halo")
    made.say("Ani", "pagi")
    made.page.activateWindow()
    made.settle()
    made.page.composer.take_keyboard()
    made.settle()
    yield made
    made.close()
    theme.apply(qapp, theme.LIGHT)


def box_of(scene: Scene) -> MessageBox:
    return scene.page.composer.box


def press(scene: Scene, *keys: Qt.Key, modifier: Qt.KeyboardModifier = Qt.NoModifier) -> None:
    for key in keys:
        QTest.keyClick(box_of(scene), key, modifier)


def type_(scene: Scene, text: str) -> None:
    QTest.keyClicks(box_of(scene), text)


def listed(scene: Scene) -> OfferList | None:
    found = [made for made in scene.page.findChildren(OfferList) if made.isVisible()]
    return found[0] if found else None


def labels(scene: Scene) -> list[str]:
    offers = listed(scene)
    return [offer.label for offer in offers.model.offers] if offers is not None else []


def said(scene: Scene) -> list[str]:
    """What was really sent."""
    return [entry.text for entry in scene.session.conversations["#lobby"].entries if entry.own and entry.text]


def test_typing_opens_a_list_and_more_letters_narrow_it(scene: Scene) -> None:
    type_(scene, "halo @b")
    assert labels(scene) == ["Budi", "Bagus"]
    type_(scene, "a")
    assert labels(scene) == ["Bagus"]
    type_(scene, "x")
    assert listed(scene) is None
    press(scene, Qt.Key_Backspace, Qt.Key_Backspace)
    assert labels(scene) == ["Budi", "Bagus"]
    assert box_of(scene).hasFocus()


def test_the_list_is_no_window_of_its_own_and_lies_above_the_box(scene: Scene) -> None:
    type_(scene, "@")
    offers = listed(scene)
    assert offers is not None
    assert not offers.isWindow()
    assert scene.page.rect().contains(offers.geometry())
    assert offers.geometry().bottom() < box_of(scene).mapTo(scene.page, QPoint(0, 0)).y()


@pytest.mark.parametrize("key", [Qt.Key_Tab, Qt.Key_Return, Qt.Key_Enter])
def test_tab_and_enter_take_what_is_chosen(scene: Scene, key: Qt.Key) -> None:
    type_(scene, "halo @b")
    press(scene, Qt.Key_Down, key)
    assert scene.page.composer.text() == "halo Bagus "
    assert listed(scene) is None
    assert said(scene) == []
    assert box_of(scene).hasFocus()


def test_up_and_down_go_round_the_ends(scene: Scene) -> None:
    type_(scene, "@")
    press(scene, Qt.Key_Up)
    offers = listed(scene)
    assert offers is not None
    assert offers.row() == len(labels(scene)) - 1
    press(scene, Qt.Key_Down)
    assert offers.row() == 0


def test_esc_closes_the_list_and_it_stays_closed_for_this_word(scene: Scene) -> None:
    type_(scene, "halo @b")
    press(scene, Qt.Key_Escape)
    assert listed(scene) is None
    type_(scene, "a")
    assert listed(scene) is None
    assert scene.page.composer.text() == "halo @ba"
    type_(scene, " @b")
    assert labels(scene) == ["Budi", "Bagus"]


def test_esc_of_the_list_does_not_end_an_answer(scene: Scene) -> None:
    scene.page.writing.reply(scene.session.conversations["#lobby"].entries[-1].id)
    type_(scene, "@b")
    press(scene, Qt.Key_Escape)
    assert scene.page.composer.context.isVisible()
    press(scene, Qt.Key_Escape)
    assert not scene.page.composer.context.isVisible()


def test_a_click_takes_and_the_keyboard_stays(scene: Scene) -> None:
    type_(scene, "@b")
    offers = listed(scene)
    assert offers is not None
    at = offers.list.visualRect(offers.model.index(1)).center()
    QTest.mouseClick(offers.list.viewport(), Qt.LeftButton, Qt.NoModifier, at)
    assert scene.page.composer.text() == "Bagus: "
    assert box_of(scene).hasFocus()


def test_what_is_taken_goes_where_the_cursor_is(scene: Scene) -> None:
    scene.page.composer.set_text("😀  sekali")
    box = box_of(scene)
    cursor = box.textCursor()
    cursor.setPosition(3)  # a UTF-16 position: the emoji are two
    box.setTextCursor(cursor)
    type_(scene, ":hear")
    press(scene, Qt.Key_Tab)
    assert scene.page.composer.text() == "😀 ❤️ sekali"
    type_(scene, " @pak")
    press(scene, Qt.Key_Tab)
    assert scene.page.composer.text() == "😀 ❤️ Pak_Adi sekali", "no second space"


def test_enter_with_nothing_offered_sends_as_always(scene: Scene) -> None:
    type_(scene, "jam 10:30")
    assert listed(scene) is None
    press(scene, Qt.Key_Return)
    assert said(scene) == ["jam 10:30"]


def test_a_command_that_is_typed_in_full_needs_enter_only_once(scene: Scene) -> None:
    type_(scene, "/help")
    assert labels(scene) == ["/help", "/helper"]
    press(scene, Qt.Key_Return)
    assert scene.page.composer.text() == ""
    assert listed(scene) is None


def test_keys_with_ctrl_or_shift_are_not_the_lists(scene: Scene) -> None:
    type_(scene, "@b")
    press(scene, Qt.Key_Return, modifier=Qt.ShiftModifier)
    assert scene.page.composer.text() == "@b\n"
    type_(scene, "@b")
    press(scene, Qt.Key_Return, modifier=Qt.ControlModifier)
    assert said(scene) == ["@b", "@b"]


def test_an_input_method_keeps_its_keys(scene: Scene) -> None:
    type_(scene, "@b")
    QApplication.sendEvent(box_of(scene), QInputMethodEvent("に", []))
    QApplication.sendEvent(box_of(scene), QKeyEvent(QEvent.KeyPress, Qt.Key_Return, Qt.NoModifier))
    assert scene.page.composer.text() == "@b"


def test_what_nobody_typed_offers_nothing(scene: Scene) -> None:
    scene.page.composer.set_text("halo @b")
    assert listed(scene) is None


def test_the_list_goes_with_the_cursor_the_keyboard_and_the_room(scene: Scene) -> None:
    type_(scene, "halo @b")
    press(scene, Qt.Key_Home)
    assert listed(scene) is None
    press(scene, Qt.Key_End)
    assert listed(scene) is None, "moving alone opens nothing"
    type_(scene, "u")
    assert labels(scene) == ["Budi"]
    scene.page.view.setFocus()
    assert listed(scene) is None
    scene.page.composer.take_keyboard()
    type_(scene, "d")
    assert labels(scene) == ["Budi"]
    scene.take(scene.session.open_private("Ani"))
    assert listed(scene) is None
    type_(scene, "@")
    assert labels(scene) == ["Ani"]


def test_an_edit_offers_no_commands(scene: Scene) -> None:
    scene.page.writing.edit(scene.session.conversations["#lobby"].entries[-1].id)
    box_of(scene).selectAll()
    type_(scene, "/k")
    assert listed(scene) is None


def test_screen_readers_hear_what_is_chosen(scene: Scene) -> None:
    type_(scene, "/k")
    box, offers = box_of(scene), listed(scene)
    assert offers is not None
    assert offers.accessibleName() == offers.list.accessibleName() == "Suggestions"
    assert box.accessibleDescription().startswith("/kick, NAME [REASON]: put somebody out of this room, 1 of 3.")
    press(scene, Qt.Key_Down)
    assert ", 2 of 3." in box.accessibleDescription()
    assert offers.model.index(1).data(Qt.AccessibleTextRole).startswith("/kline, NAME")
    press(scene, Qt.Key_Escape)
    assert box.accessibleDescription() == ""


@pytest.mark.parametrize("zoom", [0.75, 1.0, 1.5, 2.0])
def test_at_any_zoom_and_size_it_lies_inside_and_shows_what_is_chosen(
    scene: Scene, qapp: QApplication, zoom: float
) -> None:
    theme.apply(qapp, theme.HIGH_CONTRAST, zoom)
    scene.page.resize(480, 400)
    scene.settle()
    type_(scene, "/")
    offers = listed(scene)
    assert offers is not None
    assert len(labels(scene)) == 8
    assert scene.page.rect().contains(offers.geometry())
    for _ in range(8):
        row = offers.list.visualRect(offers.model.index(offers.row()))
        assert offers.list.viewport().rect().contains(row)
        press(scene, Qt.Key_Down)
    theme.apply(qapp, theme.LIGHT, zoom)
    assert listed(scene) is None
    type_(scene, "m")
    scene.page.resize(600, 500)
    scene.settle()
    assert listed(scene) is None
