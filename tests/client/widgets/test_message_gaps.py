"""What is missing is fetched as one scrolls, and what comes in leaves the reader where they are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt5 import sip
from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest

from client.changes import EntriesAdded, Entry, EntryChanged, EntryKind, EntryRemoved, Gap
from client.widgets.row_layout import Action
from tests.client.widgets.test_message_view import NOON, Room


class GappyRoom(Room):
    """A room at whose beginning, and perhaps elsewhere, something is missing."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.reached: list[str] = []
        self.view.gap_reached.connect(self.reached.append)

    def put_gap(self, at: int, state: Gap = Gap.OPEN) -> Entry:
        mark = Entry(f"gap{at}", EntryKind.GAP, "", "", "", NOON, gap=state)
        self.conversation.entries.insert(at, mark)
        self.tell(EntriesAdded("#lobby", at, 1))
        return mark

    def number_of(self, entry: Entry) -> int:
        return self.view.messages.row_of(self.conversation.entries.index(entry))


@pytest.fixture
def room() -> Iterator[GappyRoom]:
    made = GappyRoom(300)
    yield made
    sip.delete(made.view)


def test_a_gap_is_asked_for_once_when_it_is_a_viewport_away(room: GappyRoom) -> None:
    room.put_gap(0)
    room.view.to_oldest()
    room.settle()
    bar = room.view.verticalScrollBar()
    room.reached.clear()
    room.scroll_to(room.view.viewport().height() * 3)
    assert room.reached == []
    room.scroll_to(room.view.viewport().height() - 10)
    room.scroll_to(bar.value() - 100)
    room.scroll_to(0)
    assert room.reached == ["gap0"]


def test_a_short_conversation_asks_for_its_gap_at_once() -> None:
    room = GappyRoom(3)
    room.put_gap(0)
    assert room.reached == ["gap0"]
    sip.delete(room.view)


def test_a_gap_that_could_not_be_filled_is_asked_for_again_when_one_comes_back_to_it(room: GappyRoom) -> None:
    room.put_gap(0)
    room.view.to_oldest()
    room.settle()
    room.view.to_newest()
    room.settle()
    room.view.to_oldest()
    room.settle()
    assert room.reached == ["gap0", "gap0"]


def test_after_the_link_is_back_a_gap_on_screen_is_asked_for_again(room: GappyRoom) -> None:
    room.put_gap(0)
    room.view.to_oldest()
    room.settle()
    room.view.retry_gaps()
    room.settle()
    assert room.reached == ["gap0", "gap0"]


@pytest.mark.parametrize("state", [Gap.LOADING, Gap.LOST])
def test_a_gap_that_is_loading_or_lost_is_not_asked_for(room: GappyRoom, state: Gap) -> None:
    room.put_gap(0, state)
    room.view.to_oldest()
    room.settle()
    assert room.reached == []


def test_pages_put_in_front_leave_the_first_message_at_its_pixel(room: GappyRoom) -> None:
    mark = room.put_gap(0)
    room.view.to_oldest()
    room.settle()
    first = room.conversation.entries[1].id
    for _ in range(4):
        place = room.place_of(first)
        mark.gap = Gap.LOADING
        room.tell(EntryChanged("#lobby", 0))
        assert room.place_of(first) == place
        mark.gap = Gap.OPEN
        room.conversation.entries[1:1] = [room.entry() for _ in range(100)]
        room.tell(EntriesAdded("#lobby", 1, 100), EntryChanged("#lobby", 0))
        assert room.place_of(first) == place
        assert room.view.messages.rowCount() <= 400
        room.view.to_oldest()
        room.settle()
        first = room.conversation.entries[1].id


def test_a_page_put_in_front_of_a_full_window_lays_out_only_itself(room: GappyRoom) -> None:
    room.put_gap(0)
    room.view.to_oldest()
    room.settle()
    for _ in range(3):
        made = room.view.layouts_made
        room.conversation.entries[1:1] = [room.entry() for _ in range(100)]
        room.tell(EntriesAdded("#lobby", 1, 100))
        assert room.view.layouts_made - made <= 110
    assert room.view.messages.rowCount() == 400


def test_a_gap_that_closes_leaves_the_first_message_at_its_pixel(room: GappyRoom) -> None:
    room.put_gap(0)
    room.view.to_oldest()
    room.settle()
    first = room.conversation.entries[1].id
    room.scroll_to(10)
    room.scroll_to(60)
    place = room.place_of(first)
    room.conversation.entries[0:1] = [room.entry() for _ in range(30)]
    room.tell(EntryRemoved("#lobby", 0), EntriesAdded("#lobby", 0, 30))
    assert room.place_of(first) == place


def test_what_fills_a_gap_below_the_reader_moves_nothing_and_stays_near(room: GappyRoom) -> None:
    mark = room.put_gap(200)
    room.view.to_entry(room.conversation.entries[195].id)
    room.settle()
    assert room.reached == ["gap200"]
    entry_id, place = room.top()
    for _ in range(4):
        at = room.conversation.entries.index(mark)
        room.conversation.entries[at:at] = [room.entry() for _ in range(100)]
        room.tell(EntriesAdded("#lobby", at, 100))
        assert room.place_of(entry_id) == place
    rows = room.view.messages.rowCount()
    assert rows <= 400
    assert room.view.visualRect(room.view.messages.index(rows - 1)).bottom() > 2 * room.view.viewport().height()


def test_a_click_on_an_open_gap_asks_for_it(room: GappyRoom) -> None:
    clicked: list[str] = []
    room.view.load_requested.connect(clicked.append)
    mark = room.put_gap(0)
    room.view.to_oldest()
    room.settle()
    layout = room.view._delegate.layout_of(room.number_of(mark))
    assert [button.action for button in layout.buttons] == [Action.LOAD]
    QTest.mouseClick(room.view.viewport(), Qt.LeftButton, Qt.NoModifier, layout.buttons[0].area.center())
    assert clicked == ["gap0"]


def test_enter_on_an_open_gap_asks_for_it(room: GappyRoom) -> None:
    clicked: list[str] = []
    room.view.load_requested.connect(clicked.append)
    room.put_gap(0)
    room.focus()
    QTest.keyClick(room.view, Qt.Key_Return)
    QTest.keyClick(room.view, Qt.Key_Home)
    QTest.keyClick(room.view, Qt.Key_Return)
    assert clicked == ["gap0"]


def test_an_open_a_loading_and_a_lost_gap_are_equally_high(room: GappyRoom) -> None:
    heights = {
        room.view._delegate.layout_of(room.number_of(room.put_gap(298 + number, state))).height
        for number, state in enumerate(Gap)
    }
    assert len(heights) == 1


# --- messages that were looked for ------------------------------------------------------------


def test_a_message_that_was_looked_for_stands_in_the_upper_third_and_is_marked(room: GappyRoom) -> None:
    room.view.show_entry("m50")
    room.settle()
    place = room.place_of("m50")
    assert place is not None
    assert 0 < place <= room.view.viewport().height() / 3
    assert room.view.flash.strength("m50") > 0
    assert room.view.flash.strength("m51") == 0
    assert not room.view.glued


def test_a_message_that_is_not_here_moves_nothing(room: GappyRoom) -> None:
    before = room.top()
    room.view.show_entry("m9999")
    assert room.top() == before
    assert room.view.flash.entry_id == ""


# --- the way to the first new message ---------------------------------------------------------


def test_new_messages_above_the_screen_offer_the_way_to_the_first(room: GappyRoom) -> None:
    room.conversation.first_unread = "m260"
    room.view.unread_changed()
    room.settle()
    button = room.view._unread
    assert button.isVisible()
    assert button.accessibleName() == "41 new messages – jump to the first"
    QTest.mouseClick(button, Qt.LeftButton)
    room.settle()
    assert not button.isVisible()
    place = room.place_of("m260")
    assert place is not None
    assert 0 < place < room.view.viewport().height()
    room.view.to_newest()
    room.settle()
    assert not button.isVisible(), "they were seen"


def test_the_way_to_the_first_new_message_can_be_gone_by_keyboard(room: GappyRoom) -> None:
    room.view.activateWindow()
    room.conversation.first_unread = "m260"
    room.view.unread_changed()
    room.settle()
    room.view.setFocus(Qt.ShortcutFocusReason)
    QTest.keyClick(room.view, Qt.Key_Tab)
    assert room.view._unread.hasFocus()
    QTest.keyClick(room.view._unread, Qt.Key_Return)
    room.settle()
    assert room.view.hasFocus()
    assert room.view.messages.row(room.view.currentIndex().row()).entry.id == "m260"
    assert not room.view._unread.isVisible()


@pytest.mark.parametrize("unread", ["m140", "m290"])
def test_new_messages_below_the_screen_are_the_round_buttons_business(room: GappyRoom, unread: str) -> None:
    room.view.to_entry("m100")
    room.conversation.first_unread = unread
    room.view.unread_changed()
    room.settle()
    assert not room.view._unread.isVisible()


def test_who_writes_needs_no_way_to_the_new_messages_any_more(room: GappyRoom) -> None:
    room.conversation.first_unread = "m260"
    room.view.unread_changed()
    room.settle()
    room.view.sent()
    room.settle()
    assert not room.view._unread.isVisible()


def test_new_messages_on_screen_need_no_way_to_them(room: GappyRoom) -> None:
    room.conversation.first_unread = "m299"
    room.view.unread_changed()
    room.settle()
    assert not room.view._unread.isVisible()
