"""The message list scrolls as readers expect: nothing moves under their eyes, nothing is loaded too much."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from PyQt5 import sip
from PyQt5.QtCore import QEvent, QModelIndex, QPoint, Qt
from PyQt5.QtGui import QImage, QPainter, QWheelEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QAbstractItemView, QApplication, QStyleOptionViewItem, QToolTip

from client import theme
from client.changes import (
    Conversation,
    EntriesAdded,
    EntriesDropped,
    Entry,
    EntryChanged,
    EntryKind,
    EntryRemoved,
    Gap,
    Reaction,
)
from client.models.messages import SCROLL_ROWS, EntriesChange
from client.widgets.jump_button import JumpButton
from client.widgets.message_delegate import MessageDelegate
from client.widgets.message_view import MessageView

NOON = 1795150800.0


class Room:
    """A view on a conversation that can be written to."""

    def __init__(self, count: int) -> None:
        self.made = 0
        self.conversation = Conversation("#lobby", "#lobby", channel=True, joined=True)
        self.conversation.entries += [self.entry() for _ in range(count)]
        self.view = MessageView()
        self.view.resize(600, 400)
        self.view.show_conversation(self.conversation)
        self.view.show()
        self.settle()

    def entry(self, text: str = "") -> Entry:
        """The next message; some are several lines long, the speaker changes now and then."""
        self.made += 1
        who = f"user{self.made // 3 % 5}"
        text = text or f"pesan {self.made} " + "kata " * (self.made * 7 % 60)
        return Entry(f"m{self.made}", EntryKind.MESSAGE, who, who, text, NOON + self.made * 7)

    def insert(self, first: int, count: int) -> None:
        self.conversation.entries[first:first] = [self.entry() for _ in range(count)]
        self.tell(EntriesAdded("#lobby", first, count))

    def add(self, count: int = 1) -> None:
        self.insert(len(self.conversation.entries), count)

    def tell(self, *changes: EntriesChange) -> None:
        self.view.apply(changes)
        self.settle()

    def wheel(self, delta: int) -> None:
        """Turn the wheel over the list."""
        at = QPoint(50, 50)
        event = QWheelEvent(
            at, self.view.viewport().mapToGlobal(at), QPoint(), QPoint(0, delta),
            Qt.NoButton, Qt.NoModifier, Qt.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(self.view.viewport(), event)
        self.settle()

    @property
    def notch(self) -> int:
        """How far a notch of the wheel goes, px."""
        return QApplication.wheelScrollLines() * self.view.verticalScrollBar().singleStep()

    def focus(self) -> None:
        """The keyboard comes to the list, as by Tab or F6."""
        self.view.activateWindow()
        self.settle()
        self.view.clearFocus()
        self.view.setFocus(Qt.TabFocusReason)
        self.settle()

    def settle(self) -> None:
        for _ in range(3):
            QApplication.processEvents()

    @property
    def bar(self) -> int:
        return self.view.verticalScrollBar().value()

    def scroll_to(self, value: int) -> None:
        self.view.verticalScrollBar().setValue(value)
        self.settle()

    @property
    def at_bottom(self) -> bool:
        return self.view.messages.at_end and self.bar == self.view.verticalScrollBar().maximum()

    def top(self) -> tuple[str, int]:
        """The first visible row: what it says and where its text is."""
        number = self.view.indexAt(QPoint(0, 0)).row()
        return self.view.messages.row(number).entry.id, self.text_top(number)

    def text_top(self, number: int) -> int:
        """Where the text of a row begins: what stands above it may come and go."""
        top = self.view.visualRect(self.view.messages.index(number)).top()
        return top + self.view._delegate.layout_of(number).block_at.y()

    def place_of(self, entry_id: str) -> int | None:
        """Where this entry's text is, None if it is not loaded."""
        messages = self.view.messages
        for number in range(messages.rowCount()):
            if messages.row(number).entry.id == entry_id:
                return self.text_top(number)
        return None


@pytest.fixture
def room() -> Iterator[Room]:
    made = Room(1000)
    yield made
    sip.delete(made.view)


# --- following the newest ---------------------------------------------------------------------


def test_a_conversation_opens_at_its_end(room: Room) -> None:
    assert room.at_bottom
    assert room.view.visible_text()[-1].startswith("user3, ")


def test_new_messages_are_followed_by_who_is_at_the_end(room: Room) -> None:
    for count in (1, 30, 500):
        room.add(count)
        assert room.at_bottom
    assert room.view.messages.rowCount() <= 400


def test_within_40_pixels_of_the_end_new_messages_are_still_followed(room: Room) -> None:
    room.scroll_to(room.bar - 40)
    room.add()
    assert room.at_bottom


def test_further_up_nothing_moves_and_a_button_counts_what_comes(room: Room) -> None:
    room.scroll_to(room.bar - 41)
    button = room.view.findChild(JumpButton, "jump_button")
    assert button is not None
    assert button.isVisible()
    before = room.top()
    room.add(3)
    assert room.top() == before
    assert button.accessibleName() == "To the newest message, 3 new messages"
    QTest.mouseClick(button, Qt.LeftButton)
    room.settle()
    assert room.at_bottom
    assert not button.isVisible()


def test_own_words_and_joins_are_not_counted_by_the_button(room: Room) -> None:
    room.scroll_to(room.bar - 300)
    first = len(room.conversation.entries)
    room.conversation.entries += [room.entry(), room.entry()]
    room.conversation.entries[-1].own = True
    room.conversation.entries[-2].kind = EntryKind.JOIN
    room.tell(EntriesAdded("#lobby", first, 2))
    assert room.view._jump.accessibleName() == "To the newest message"


def test_who_was_at_the_end_stays_there_when_the_view_becomes_smaller(room: Room) -> None:
    room.view.resize(320, 200)
    room.settle()
    assert room.at_bottom


# --- anchors ----------------------------------------------------------------------------------


def test_loading_older_and_newer_rows_leaves_every_visible_row_at_its_pixel(room: Room) -> None:
    view = room.view
    loads: list[int] = []
    view.messages.rowsInserted.connect(lambda _parent, first, last: loads.append(last - first + 1))
    jumps = 0
    for direction in (-1, 1):
        while True:
            before = dict([room.top()])
            (entry_id, place), at = *before.items(), room.bar
            view.verticalScrollBar().setValue(at + direction * 150)
            moved = room.bar - at
            room.settle()
            now = room.place_of(entry_id)
            jumps += now is not None and now != place - moved
            assert view.messages.rowCount() <= 400
            if moved == 0:
                break
    assert jumps == 0
    assert len(loads) >= 8
    assert room.at_bottom


def test_whatever_happens_to_the_conversation_the_first_visible_row_stays_at_its_pixel(room: Room) -> None:
    dice = random.Random(7)
    room.scroll_to(room.bar - 2500)
    entries = room.conversation.entries
    for step in range(120):
        entry_id, place = room.top()
        at = next(n for n, entry in enumerate(entries) if entry.id == entry_id)
        happening = dice.choice(
            ["append", "above", "below", "page", "gap", "change", "react", "remove", "drop", "resize"]
        )
        if happening == "append":
            room.add(dice.randint(1, 50))
        elif happening == "above":
            room.insert(dice.randint(0, at), dice.randint(1, 5))
        elif happening == "below":
            room.insert(dice.randint(at + 2, len(entries)), dice.randint(1, 5))
        elif happening == "page":
            room.insert(dice.choice([0, dice.randint(0, at), dice.randint(at + 2, len(entries))]), 100)
        elif happening == "gap":
            place_of_gap = dice.randint(max(0, at - 30), at)
            entries.insert(place_of_gap, Entry(f"gap{step}", EntryKind.GAP, "", "", "", NOON, gap=Gap.OPEN))
            room.tell(EntriesAdded("#lobby", place_of_gap, 1))
        elif happening == "react":
            changed = dice.randint(max(0, at - 30), at)
            entries[changed].reactions = (Reaction("x", ["Ani"] * dice.randint(1, 30)),) * dice.randint(0, 30)
            entries[changed].edited = True
            room.tell(EntryChanged("#lobby", changed))
        elif happening == "change":
            changed = dice.randint(max(0, at - 30), at - 1)
            entries[changed].text += " dan sekarang jauh lebih panjang" * 10
            room.tell(EntryChanged("#lobby", changed))
        elif happening == "remove":
            gone = dice.randint(max(0, at - 30), at - 2)
            del entries[gone]
            room.tell(EntryRemoved("#lobby", gone))
        elif happening == "drop" and at > 100:
            del entries[:20]
            room.tell(EntriesDropped("#lobby", 20))
        elif happening == "resize":
            room.view.resize(dice.randint(300, 900), 400)
            room.settle()
        assert room.place_of(entry_id) == place, f"step {step}: {happening}"
        assert not room.view.glued


def test_zooming_keeps_the_first_visible_row(room: Room) -> None:
    room.scroll_to(room.bar - 2000)
    entry_id, place = room.top()
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, theme.DARK, 1.5)
    room.settle()
    assert room.place_of(entry_id) == place


def test_while_the_bar_is_dragged_nothing_is_loaded_and_the_date_is_shown(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _at, text, _parent: shown.append(text))
    bar = room.view.verticalScrollBar()
    start = room.view.messages.start
    bar.setSliderDown(True)
    bar.setSliderPosition(0)
    room.settle()
    assert room.view.messages.start == start
    assert shown == ["Friday, 20 November"]
    bar.setSliderDown(False)
    room.settle()
    assert room.view.messages.start < start


# --- the line of new messages -----------------------------------------------------------------


@pytest.mark.parametrize("unread", [20, 700])
def test_an_unread_conversation_opens_at_its_line_of_new_messages(room: Room, unread: int) -> None:
    room.conversation.first_unread = room.conversation.entries[-unread].id
    room.view.show_conversation(room.conversation)
    room.settle()
    place = room.place_of(room.conversation.first_unread)
    assert place is not None
    assert 0 <= place <= 60
    assert not room.view.glued


def test_few_unread_messages_are_all_in_sight_at_the_end(room: Room) -> None:
    room.conversation.first_unread = room.conversation.entries[-2].id
    room.view.show_conversation(room.conversation)
    assert room.at_bottom


# --- keyboard and wheel -----------------------------------------------------------------------


def test_home_and_end_reach_the_true_ends(room: Room) -> None:
    room.focus()
    QTest.keyClick(room.view, Qt.Key_Home)
    room.settle()
    assert room.top()[0] == "m1"
    assert room.view.currentIndex().row() == 0
    QTest.keyClick(room.view, Qt.Key_End)
    room.settle()
    assert room.at_bottom
    assert room.view.currentIndex().row() == room.view.messages.rowCount() - 1


def test_up_and_down_walk_through_the_messages_without_end(room: Room) -> None:
    room.focus()
    for _ in range(450):
        QTest.keyClick(room.view, Qt.Key_Up)
        QApplication.processEvents()
    current = room.view.messages.row(room.view.currentIndex().row()).entry.id
    assert current == f"m{1000 - 450}"
    assert room.view.viewport().rect().contains(room.view.visualRect(room.view.currentIndex()).center())


def test_the_current_message_stays_current_when_others_come_or_go(room: Room) -> None:
    room.focus()
    QTest.keyClick(room.view, Qt.Key_Up)
    room.insert(0, 10)
    del room.conversation.entries[3]
    room.tell(EntryRemoved("#lobby", 3))
    room.add(3)
    assert room.view.messages.row(room.view.currentIndex().row()).entry.id == "m999"


def test_letters_never_jump_to_rows_but_go_to_the_box(room: Room) -> None:
    typed: list[str] = []
    room.view.typed.connect(typed.append)
    room.focus()
    QTest.keyClicks(room.view, "pu")
    room.view.keyboardSearch("p")
    assert typed == ["p", "u"]
    assert room.view.currentIndex().row() == room.view.messages.rowCount() - 1


def test_a_notch_of_the_wheel_moves_the_same_distance_whatever_stands_first(room: Room) -> None:
    steps = set()
    for _ in range(3):
        steps.add(room.view.verticalScrollBar().singleStep())
        room.scroll_to(room.bar - 333)
    assert steps == {20}
    assert room.view.verticalScrollMode() == QAbstractItemView.ScrollPerPixel


def test_the_wheel_with_ctrl_asks_for_another_zoom_and_does_not_scroll(room: Room) -> None:
    steps: list[int] = []
    room.view.zoom_requested.connect(steps.append)
    at = room.bar
    for delta in (120, -120):
        event = QWheelEvent(
            QPoint(50, 50), room.view.mapToGlobal(QPoint(50, 50)), QPoint(), QPoint(0, delta),
            Qt.NoButton, Qt.ControlModifier, Qt.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(room.view.viewport(), event)
    assert steps == [1, -1]
    assert room.bar == at


# --- cost -------------------------------------------------------------------------------------


def test_a_row_is_laid_out_once_however_often_it_is_drawn(room: Room) -> None:
    made = room.view.layouts_made
    for _ in range(5):
        room.view.viewport().repaint()
    assert room.view.layouts_made == made
    room.add(4)
    assert room.view.layouts_made == made + 4


def test_a_wider_view_than_the_widest_text_lays_nothing_out_anew(room: Room) -> None:
    room.view.resize(1000, 400)
    room.settle()
    made = room.view.layouts_made
    room.view.resize(1400, 400)
    room.settle()
    assert room.view.layouts_made == made


def test_a_burst_lays_out_only_what_can_be_seen_afterwards(room: Room) -> None:
    made = room.view.layouts_made
    for _ in range(50):
        first = len(room.conversation.entries)
        room.conversation.entries += [room.entry("x") for _ in range(100)]
        room.view.apply([EntriesAdded("#lobby", first, 100)])
    room.settle()
    assert room.view.layouts_made - made <= 200


def test_a_notch_of_the_wheel_lays_out_a_few_rows_and_draws_only_what_comes_in_sight(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = Room(2000)
    drawn: list[int] = []
    draw = MessageDelegate.paint

    def counted(delegate: MessageDelegate, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        drawn.append(index.row())
        draw(delegate, painter, option, index)

    monkeypatch.setattr(MessageDelegate, "paint", counted)
    layouts = []
    for _ in range(200):
        made, at = room.view.layouts_made, room.bar
        drawn.clear()
        room.wheel(120)
        layouts.append(room.view.layouts_made - made)
        if room.bar == at - room.notch:  # no rows were loaded above
            button = room.view.findChild(JumpButton)
            assert button is not None
            seen = [room.view.visualRect(room.view.messages.index(row)) for row in drawn]
            assert all(area.top() < room.notch or area.bottom() >= button.y() for area in seen)
            assert len(drawn) <= 6
    assert max(layouts) <= SCROLL_ROWS
    assert sum(map(bool, layouts)) < len(layouts) / 10, "most notches lay out nothing"
    sip.delete(room.view)


def test_what_is_scrolled_into_sight_looks_as_if_all_were_drawn_anew(room: Room) -> None:
    for dark in (theme.LIGHT, theme.DARK):
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply(app, dark)
        room.settle()
        for delta in (120, 120, 120, -120):
            room.wheel(delta)
        screen = room.view.screen().grabWindow(room.view.winId())
        on_screen, anew = (
            picture.toImage().convertToFormat(QImage.Format_RGB32) for picture in (screen, room.view.grab())
        )
        assert on_screen == anew


def test_language_and_theme_lay_the_rows_out_anew_once(room: Room) -> None:
    made, alive = room.view.layouts_made, room.view.messages.rowCount()
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, theme.DARK)
    room.settle()
    assert room.view.layouts_made == made + alive
    QApplication.sendEvent(room.view, QEvent(QEvent.LanguageChange))
    room.settle()
    assert room.view.layouts_made == made + alive, "the language is still the same"
