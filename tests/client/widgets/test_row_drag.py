"""Dragging rooms and private chats to another place of the list, by a real mouse on the real list."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from client import theme
from client.changes import Conversation
from client.models.rooms import ServerRooms
from client.widgets.row_drag import RowDrag
from client.widgets.side_panes import RoomList
from tests.client.widgets.dragging import Mouse

KEYS = ("#a", "#b", "#c", "#d", "ani", "budi", "citra")


class Shown:
    """A list on the screen whose order is what was arranged; what is new stands behind."""

    def __init__(self, qtbot: QtBot, keys: Sequence[str] = KEYS) -> None:
        self.held = {key: conversation(key) for key in keys}
        self.order: list[str] = []
        self.arranged: list[tuple[str, list[str]]] = []
        self.chosen: list[str] = []
        self.view = RoomList(lambda: self.held)
        qtbot.addWidget(self.view)
        self.view.rooms.rank = self._rank
        self.view.rooms.arrange = self._arrange
        self.view.chosen.connect(self.chosen.append)
        self.view.rooms.refresh()
        self.view.set_current(keys[0])
        self.view.resize(220, 400)
        self.view.show()
        qtbot.waitExposed(self.view)
        self.view.activateWindow()
        self.view.setFocus()
        qtbot.waitUntil(self.view.hasFocus)
        self.mouse = Mouse(self.view)

    def _rank(self, conversation: Conversation) -> int:
        return self.order.index(conversation.key) if conversation.key in self.order else len(self.order)

    def _arrange(self, moved: Conversation, order: Sequence[Conversation]) -> None:
        keys = [each.key for each in order]
        self.arranged.append((moved.key, keys))
        self.order = [key for key in self.order if key not in keys] + keys

    @property
    def keys(self) -> str:
        return " ".join(self.view.rooms.keys())

    def come(self, key: str) -> None:
        """Somebody writes, or a room is joined: it is the first of its kind now."""
        self.held = {key: self.held.get(key, conversation(key)), **self.held}
        self.view.rooms.refresh()
        self.view.set_current("#a")

    def go(self, key: str) -> None:
        del self.held[key]
        self.view.rooms.refresh()
        self.view.set_current("#a")


def conversation(key: str) -> Conversation:
    return Conversation(key, key, channel=key.startswith("#"), joined=True)


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def test_a_room_falls_where_it_is_dragged_and_nothing_is_chosen(shown: Shown) -> None:
    mouse = shown.mouse
    mouse.press("#c")
    mouse.above("#b")
    mouse.release()
    assert shown.keys == "#a #c #b #d ani budi citra"
    mouse.press("#a")
    mouse.below("#d")
    mouse.release()
    assert shown.keys == "#c #b #d #a ani budi citra"
    assert shown.arranged == [("#c", ["#a", "#c", "#b", "#d"]), ("#a", ["#c", "#b", "#d", "#a"])]
    assert not shown.chosen


def test_private_chats_are_dragged_among_themselves(shown: Shown) -> None:
    shown.mouse.press("citra")
    shown.mouse.above("ani")
    shown.mouse.release()
    assert shown.keys == "#a #b #c #d citra ani budi"


def test_a_click_with_an_unsteady_hand_chooses(shown: Shown) -> None:
    mouse = shown.mouse
    mouse.press("#c")
    mouse.to(mouse.at + QPoint(0, QApplication.startDragDistance()))
    assert not mouse.lines()
    mouse.release()
    assert shown.chosen == ["#c"]
    assert not shown.arranged


def test_back_at_its_place_it_stays_and_is_not_chosen(shown: Shown) -> None:
    mouse = shown.mouse
    mouse.press("#b")
    mouse.below("#d")
    for stays in (mouse.above, mouse.below):
        stays("#b")
        assert not mouse.lines()
    mouse.below("#a")
    assert not mouse.lines()
    mouse.release()
    assert not shown.arranged
    assert not shown.chosen


@pytest.mark.parametrize("look", [theme.LIGHT, theme.DARK, theme.HIGH_CONTRAST], ids=lambda look: look.name)
@pytest.mark.parametrize("zoom", [1.0, 2.0])
def test_a_line_of_two_pixels_shows_where_it_will_fall(
    shown: Shown, qapp: QApplication, look: theme.Theme, zoom: float
) -> None:
    theme.apply(qapp, look, zoom)
    qapp.processEvents()
    mouse = shown.mouse
    mouse.press("#a")
    for key in ("#b", "#c"):
        mouse.below(key)
        lines = mouse.lines()
        assert len(lines) == round(2 * zoom)
        assert abs(lines[0] + zoom - mouse.area(key).bottom() - 1) < 1
    mouse.release()
    assert not mouse.lines()
    assert shown.keys.startswith("#b #c #a #d")


def test_the_captions_around_a_group_are_its_ends_and_so_is_what_is_empty_below(shown: Shown) -> None:
    mouse = shown.mouse
    mouse.press("#d")
    mouse.to(mouse.area("#a").center() - QPoint(0, 32))
    mouse.release()
    assert shown.keys.startswith("#d #a #b #c")
    mouse.press("#d")
    mouse.to(mouse.area("ani").center() - QPoint(0, 32))
    mouse.release()
    assert shown.keys.startswith("#a #b #c #d")
    mouse.press("ani")
    mouse.to(QPoint(100, shown.view.viewport().height() - 5))
    mouse.release()
    assert shown.keys.endswith(" budi citra ani")


@pytest.mark.parametrize("place", ["another group", "beside the list", "above it", "below it"])
def test_dropped_elsewhere_it_stays_and_the_pointer_says_so(shown: Shown, place: str) -> None:
    mouse, viewport = shown.mouse, shown.view.viewport()
    mouse.press("#b")
    mouse.below("#c")
    assert viewport.cursor().shape() == Qt.ClosedHandCursor
    points = {
        "another group": mouse.area("budi").center(),
        "beside the list": mouse.area("#d").center() + QPoint(300, 0),
        "above it": QPoint(100, -10),
        "below it": QPoint(100, 500),
    }
    mouse.to(points[place])
    assert viewport.cursor().shape() == Qt.ForbiddenCursor
    assert not mouse.lines()
    mouse.release()
    assert viewport.cursor().shape() == Qt.ArrowCursor
    assert not shown.arranged
    assert not shown.chosen


def test_a_caption_and_who_is_alone_cannot_be_taken(qtbot: QtBot) -> None:
    shown = Shown(qtbot, ("#a", "ani", "budi"))
    mouse = shown.mouse
    for point in (mouse.area("#a").center(), mouse.area("#a").center() - QPoint(0, 32)):
        QTest.mousePress(shown.view.viewport(), Qt.LeftButton, Qt.NoModifier, point)
        mouse.to(point + QPoint(0, 60))
        assert shown.view.viewport().cursor().shape() == Qt.ArrowCursor
        mouse.release()
    assert not shown.arranged


# --- cancelled ------------------------------------------------------------------------------------


def test_esc_cancels_and_the_button_that_is_still_down_does_nothing(shown: Shown, qtbot: QtBot) -> None:
    mouse = shown.mouse
    mouse.press("#a")
    mouse.below("#c")
    QTest.keyClick(shown.view, Qt.Key_Escape)
    assert not mouse.lines()
    mouse.below("#d")
    assert not mouse.lines()
    mouse.above("#a")
    mouse.release()
    assert not shown.arranged
    assert not shown.chosen
    QTest.mouseClick(shown.view.viewport(), Qt.LeftButton, Qt.NoModifier, mouse.area("#b").center())
    assert shown.chosen == ["#b"], "the next click is one again"


def test_a_list_that_is_closed_or_loses_the_keyboard_drops_nothing(shown: Shown) -> None:
    mouse = shown.mouse
    for take_away in (shown.view.clearFocus, shown.view.hide):
        shown.view.show()
        shown.view.setFocus()
        mouse.press("#a")
        mouse.below("#c")
        take_away()
        mouse.release()
    assert not shown.arranged


def test_a_release_that_somebody_else_had_is_noticed(shown: Shown) -> None:
    mouse = shown.mouse
    mouse.press("#a")
    mouse.below("#c")
    mouse.to(mouse.area("#d").center(), Qt.NoButton)
    assert not mouse.lines()
    mouse.press("#b")
    mouse.below("#d")
    mouse.press("#c")
    assert not mouse.lines()
    mouse.release()
    assert not shown.arranged
    assert shown.chosen == ["#c"]


def test_other_buttons_change_nothing(shown: Shown) -> None:
    mouse = shown.mouse
    mouse.press("#a")
    mouse.below("#c")
    QTest.mouseClick(shown.view.viewport(), Qt.RightButton, Qt.NoModifier, mouse.at)
    mouse.release()
    assert shown.keys.startswith("#b #c #a #d")


# --- while others write, come and go --------------------------------------------------------------


def test_a_message_that_comes_meanwhile_moves_nothing_until_the_row_has_fallen(shown: Shown) -> None:
    mouse = shown.mouse
    mouse.press("ani")
    mouse.below("budi")
    lines = mouse.lines()
    shown.come("citra")
    assert mouse.lines() == lines
    mouse.release()
    assert shown.arranged == [("ani", ["budi", "ani", "citra"])], "as it was seen"
    assert shown.keys.endswith("budi ani citra")


def test_a_room_that_comes_meanwhile_is_there_afterwards(shown: Shown) -> None:
    mouse = shown.mouse
    mouse.press("#d")
    mouse.above("#c")
    shown.come("#new")
    assert "#new" not in shown.keys
    mouse.release()
    assert shown.keys.startswith("#a #b #d #c #new")
    mouse.press("#d")
    mouse.above("#a")
    shown.come("#newer")
    QTest.keyClick(shown.view, Qt.Key_Escape)
    assert "#newer" in shown.keys


def test_a_room_that_goes_meanwhile_takes_no_other_with_it(shown: Shown) -> None:
    mouse = shown.mouse
    mouse.press("#a")
    mouse.below("#b")
    shown.go("#b")
    mouse.release()
    assert shown.keys.startswith("#a #c #d"), "it fell before #c, where it is"
    mouse.press("#d")
    mouse.above("#a")
    shown.go("#a")
    mouse.release()
    assert shown.keys.startswith("#d #c")
    mouse.press("#d")
    mouse.below("#c")
    shown.go("#c")
    mouse.release()
    assert shown.keys.startswith("#d ani")


def test_when_the_one_that_is_dragged_goes_the_drag_is_over(shown: Shown, qtbot: QtBot) -> None:
    mouse = shown.mouse
    mouse.press("#b")
    mouse.below("#c")
    shown.come("#new")
    shown.go("#b")
    assert not mouse.lines()
    mouse.below("#d")
    mouse.release()
    qtbot.waitUntil(lambda: shown.keys == "#new #a #c #d ani budi citra")
    assert not shown.arranged
    assert not shown.chosen


# --- a long list ----------------------------------------------------------------------------------


def test_near_the_edges_the_list_scrolls_and_the_line_follows(qtbot: QtBot) -> None:
    shown = Shown(qtbot, [f"#{number:03}" for number in range(20)])
    mouse, bar = shown.mouse, shown.view.verticalScrollBar()
    mouse.press("#003")
    mouse.to(QPoint(100, shown.view.viewport().height() - 4))
    qtbot.waitUntil(lambda: bar.value() == bar.maximum(), timeout=10_000)
    mouse.below("#019")
    mouse.release()
    assert shown.view.rooms.keys()[-2:] == ["#019", "#003"]
    at = bar.value()
    mouse.press("#003")
    mouse.to(QPoint(100, 4))
    qtbot.waitUntil(lambda: bar.value() < at - 100)
    mouse.to(QPoint(100, 200))
    drag = shown.view.findChild(RowDrag)
    assert drag is not None
    assert not drag.scrolls, "in the middle it stands still"
    mouse.to(QPoint(100, 2))
    qtbot.waitUntil(lambda: bar.value() == 0, timeout=10_000)
    assert mouse.lines()[0] < mouse.area("#001").top(), "the line is where the pointer is, not where it was"
    mouse.above("#000")
    mouse.release()
    assert shown.view.rooms.keys()[:2] == ["#003", "#000"]


def test_a_list_of_two_rows_does_not_scroll_in_its_middle(shown: Shown) -> None:
    shown.view.resize(220, 60)
    shown.mouse.press("#a")
    shown.mouse.to(QPoint(100, 30))
    drag = shown.view.findChild(RowDrag)
    assert drag is not None
    assert drag.active
    assert not drag.scrolls


# --- several servers ------------------------------------------------------------------------------


def test_each_server_keeps_its_rooms_and_arranges_them_itself(shown: Shown) -> None:
    there = {key: conversation(key) for key in ("#x", "#y", "zul")}
    asked: list[tuple[str, list[str]]] = []

    def arrange(moved: Conversation, order: Sequence[Conversation]) -> None:
        asked.append((moved.key, [each.key for each in order]))

    model, mouse = shown.view.rooms, shown.mouse
    shown.view.resize(220, 500)
    servers = [
        ServerRooms(1, "Lab 1", online=True, conversations=shown.held),
        ServerRooms(2, "Lab 2", online=True, conversations=there, arrange=arrange),
    ]
    model.servers, model.number = lambda: servers, 1
    model.refresh()
    mouse.press("#y", 2)
    mouse.above("#b")
    assert not mouse.lines(), "a room of another server"
    mouse.above("zul", 2)
    assert not mouse.lines()
    mouse.above("#x", 2)
    assert mouse.lines()
    mouse.release()
    assert asked == [("#y", ["#y", "#x"])]
    assert not shown.arranged
    mouse.press("ani")
    mouse.below("citra")
    mouse.release()
    assert shown.arranged == [("ani", ["budi", "citra", "ani"])]
