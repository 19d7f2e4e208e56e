"""The panel of all emoji: searched by name, chosen by keys or a click, the ones used last in front."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication

from client import theme
from client.models import emoji_names
from client.models.emoji_names import COMMON, to_browse, used
from client.widgets.emoji_panel import EmojiPanel
from tests.client.widgets.scene import Scene


@pytest.fixture
def scene(qapp: QApplication) -> Iterator[Scene]:
    """The chat page, with the keyboard in the box."""
    theme.apply(qapp, theme.LIGHT)
    made = Scene()
    made.page.resize(1040, 680)
    made.page.show()
    made.log_in("Budi")
    made.page.activateWindow()
    made.settle()
    made.page.composer.take_keyboard()
    yield made
    made.close()
    theme.apply(qapp, theme.LIGHT)


def opened(scene: Scene) -> EmojiPanel:
    QTest.mouseClick(scene.page.composer.emoji_button, Qt.LeftButton)
    scene.settle()
    panel = scene.page.composer.emoji_button.panel
    assert panel is not None
    return panel


def is_open(scene: Scene) -> bool:
    scene.settle()
    return any(panel.isVisible() for panel in scene.page.findChildren(EmojiPanel))


def emoji_in(panel: EmojiPanel) -> list[str]:
    return [text for text, _ in panel.model.rows]


def test_the_button_opens_it_above_the_box_with_the_keyboard_in_the_field(scene: Scene) -> None:
    panel = opened(scene)
    assert not panel.isWindow()
    assert panel.field.hasFocus()
    assert scene.page.rect().contains(panel.geometry())
    assert panel.geometry().bottom() < scene.page.composer.box.mapTo(scene.page, QPoint(0, 0)).y()
    assert emoji_in(panel)[: len(COMMON)] == list(COMMON)
    QTest.mouseClick(scene.page.composer.emoji_button, Qt.LeftButton)
    assert not is_open(scene)
    assert scene.page.composer.box.hasFocus()


def test_a_search_and_enter_put_an_emoji_where_the_cursor_is(scene: Scene) -> None:
    scene.page.composer.set_text("halo ")
    QTest.keyClick(scene.page.composer.box, Qt.Key_E, Qt.ControlModifier)
    panel = scene.page.composer.emoji_button.panel
    assert panel is not None
    QTest.keyClicks(panel.field, "kucing")
    assert panel.chosen() == emoji_in(panel)[0]
    assert "kucing" in panel.name.text()
    QTest.keyClick(panel.field, Qt.Key_Return)
    assert scene.page.composer.text() == "halo 🐈"
    assert not is_open(scene)
    assert scene.page.composer.box.hasFocus()


def test_arrows_move_by_one_and_by_a_line(scene: Scene) -> None:
    panel = opened(scene)
    shown = emoji_in(panel)
    QTest.keyClick(panel.field, Qt.Key_Right)
    assert panel.chosen() == shown[1]
    QTest.keyClick(panel.field, Qt.Key_Down)
    first, second = (panel.list.visualRect(panel.model.index(shown.index(e))) for e in (shown[1], panel.chosen()))
    assert (second.x(), second.y()) == (first.x(), first.bottom() + 1), "the one right below"
    QTest.keyClick(panel.field, Qt.Key_Up)
    QTest.keyClick(panel.field, Qt.Key_Left)
    QTest.keyClick(panel.field, Qt.Key_Left)
    QTest.keyClick(panel.field, Qt.Key_Up)
    assert panel.chosen() == shown[0]


def test_a_click_takes(scene: Scene) -> None:
    panel = opened(scene)
    at = panel.list.visualRect(panel.model.index(2)).center()
    QTest.mouseClick(panel.list.viewport(), Qt.LeftButton, Qt.NoModifier, at)
    assert scene.page.composer.text() == list(COMMON)[2]
    assert not is_open(scene)


def test_esc_closes_it_and_gives_the_keyboard_back(scene: Scene) -> None:
    panel = opened(scene)
    QTest.keyClick(panel.field, Qt.Key_Escape)
    assert not is_open(scene)
    assert scene.page.composer.box.hasFocus()
    assert scene.page.composer.text() == ""


def test_leaving_it_or_resizing_the_window_closes_it(scene: Scene) -> None:
    opened(scene)
    scene.page.view.setFocus()
    assert not is_open(scene)
    assert scene.page.view.hasFocus()
    opened(scene)
    scene.page.resize(900, 600)
    assert not is_open(scene)


def test_what_no_emoji_is_called_says_so_and_takes_nothing(scene: Scene) -> None:
    panel = opened(scene)
    QTest.keyClicks(panel.field, "qqqq")
    assert (emoji_in(panel), panel.name.text()) == ([], "No emoji has this name.")
    QTest.keyClick(panel.field, Qt.Key_Return)
    QTest.keyClick(panel.field, Qt.Key_Down)
    assert scene.page.composer.text() == ""


def test_the_one_used_last_comes_first_the_next_time(scene: Scene) -> None:
    told: list[list[str]] = []
    scene.page.composer.emoji_button.recent_changed.connect(told.append)
    for name in ("kucing", "rocket"):
        panel = opened(scene)
        QTest.keyClicks(panel.field, name)
        QTest.keyClick(panel.field, Qt.Key_Return)
    assert told == [["🐈"], ["🚀", "🐈"]]
    assert emoji_in(opened(scene))[:3] == ["🚀", "🐈", next(iter(COMMON))]


def test_at_most_24_are_remembered_each_once() -> None:
    recent: list[str] = []
    for text in list(emoji_names.all_emoji())[:30]:
        recent = used(used(recent, text), text)
    assert len(recent) == len(set(recent)) == 24
    assert recent[0] == list(emoji_names.all_emoji())[29]


def test_what_is_no_emoji_in_the_settings_is_not_shown() -> None:
    shown = [text for text, _ in to_browse(["🐈", "abc", "👍"])]
    assert shown[:2] == ["🐈", "👍"]
    assert "abc" not in shown
    assert len(shown) == len(set(shown)) == len(emoji_names.all_emoji())


def test_everything_has_a_name_for_screen_readers(scene: Scene) -> None:
    panel = opened(scene)
    assert scene.page.composer.emoji_button.accessibleName() == "Choose an emoji"
    assert (panel.accessibleName(), panel.field.accessibleName()) == ("Choose an emoji", "Search emoji")
    assert panel.list.accessibleName() == "Emoji"
    assert panel.model.index(0).data(Qt.AccessibleTextRole) == "👍, thumbsup"
    assert panel.field.accessibleDescription() == "👍, :thumbsup:"


@pytest.mark.parametrize("zoom", [0.75, 1.5, 2.0])
def test_at_any_zoom_it_lies_inside(scene: Scene, qapp: QApplication, zoom: float) -> None:
    theme.apply(qapp, theme.HIGH_CONTRAST, zoom)
    scene.page.resize(480, 400)
    scene.settle()
    panel = opened(scene)
    assert scene.page.rect().contains(panel.geometry())
    assert panel.list.viewport().rect().contains(panel.list.visualRect(panel.list.currentIndex()))


def test_without_a_room_there_is_nothing_to_choose_for(scene: Scene) -> None:
    scene.page.composer.set_room("")
    assert not scene.page.composer.emoji_button.isEnabled()
