"""The header in little room: the title stays, what gives way stands in the menu of the room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QMenu

from client.theme import px
from client.widgets.header import TopicPopover
from tests.client.widgets.scene import Recorded, on_screen


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[QMenu]:
    """Menus that would have opened."""
    menus: list[QMenu] = []
    monkeypatch.setattr("client.connected_ui.popup_under", lambda menu, _button: menus.append(menu))
    return menus


@pytest.fixture
def scene(qapp: QApplication) -> Iterator[Recorded]:
    with on_screen(Recorded()) as made:
        made.log_in("Budi")
        made.feed(":srv 332 Siti #lobby :Tugas minggu ini: bab 3 & 4, dan jangan lupa membawa kabel jaringan")
        made.page.header.set_search(available=True)
        made.page.header.set_pins(2)
        yield made


def texts(scene: Recorded, opened: list[QMenu]) -> list[str]:
    """Of the menu behind the last button."""
    QTest.mouseClick(scene.page.header.room_button, Qt.LeftButton)
    return [action.text() for action in opened[-1].actions()]


FOLDED = ["Tugas minggu ini: bab 3 && 4, dan jangan …", "Search in this room", "Pinned messages 2"]


def test_where_there_is_room_all_stands_in_the_header(scene: Recorded, opened: list[QMenu]) -> None:
    header = scene.page.header
    assert header.search_button.isVisible()
    assert header.pins_button.isVisible()
    assert header.topic.isVisible()
    assert not set(FOLDED) & set(texts(scene, opened))


def test_in_little_room_the_title_stays_and_the_menu_has_the_rest(
    scene: Recorded, opened: list[QMenu], monkeypatch: pytest.MonkeyPatch
) -> None:
    header = scene.page.header
    scene.page.resize(240, 400)
    QApplication.processEvents()
    assert header.title.x() <= header.menu_button.geometry().right() + px(16)
    assert header.title.width() >= header.title.sizeHint().width(), "nothing of it is cut"
    assert not any(part.isVisible() for part in (header.search_button, header.pins_button, header.topic))
    assert texts(scene, opened)[:3] == FOLDED
    opened[-1].actions()[1].trigger()
    assert scene.page.search_bar.isVisible()
    shown: list[object] = []
    monkeypatch.setattr(TopicPopover, "show_under", lambda _popover, widget: shown.append(widget))
    opened[-1].actions()[0].trigger()
    assert shown == [header]
    scene.page.resize(900, 400)
    QApplication.processEvents()
    assert header.search_button.isVisible()


def test_what_is_not_there_is_not_in_the_menu_either(scene: Recorded, opened: list[QMenu]) -> None:
    scene.page.resize(240, 400)
    scene.page.header.set_search(available=False)
    scene.page.header.set_pins(0)
    scene.feed(":srv 331 Siti #lobby :No topic is set")
    assert not set(FOLDED) & set(texts(scene, opened))
