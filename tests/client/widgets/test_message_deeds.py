"""What can be done with a message: by keys, by the buttons under the pointer, by its menu and its parts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from PyQt5 import sip
from PyQt5.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt5.QtGui import QMouseEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication

from client.changes import Conversation, Entry, EntryKind, Quote, Reaction
from client.widgets.deeds import Deed, ReactionPicker
from client.widgets.message_view import MessageView
from client.widgets.motion import FLASH_S, MARK_S, Flash
from client.widgets.row_layout import Action, RowLayout

NOON = 1795150800.0
THUMB = "\U0001f44d"


class Messages:
    """A list of three messages, the last one our own; everything that is asked for is written down."""

    def __init__(self) -> None:
        texts = ("halo", "ya", "baik")
        entries = [Entry(f"m{n}", EntryKind.MESSAGE, f"u{n}", f"u{n}", text, NOON + n) for n, text in enumerate(texts)]
        entries[2].own = True
        entries[1].quote = Quote("m0", "u0", "halo")
        entries[1].reactions = (Reaction(THUMB, ["u0", "u2"], own=True), Reaction("setuju", ["Ani"]))
        self.conversation = Conversation("#lobby", "#lobby", channel=True, entries=entries)
        self.view = MessageView()
        self.view.rights = self.rights
        self.asked: list[tuple[object, ...]] = []
        self.view.deed_requested.connect(lambda deed, id_: self.asked.append((deed, id_)))
        self.view.reaction_requested.connect(lambda id_, text: self.asked.append((text, id_)))
        self.view.quote_requested.connect(lambda id_: self.asked.append(("quote", id_)))
        self.view.resize(620, 400)
        self.view.show_conversation(self.conversation)
        self.view.show()
        self.view.activateWindow()
        self.settle()
        self.view.clearFocus()
        self.view.setFocus(Qt.TabFocusReason)
        self.settle()

    def rights(self, entry: Entry) -> frozenset[Deed]:
        if entry.own:
            return frozenset(set(Deed) - {Deed.UNDELETE})
        return frozenset({Deed.REACT, Deed.REPLY})

    def settle(self) -> None:
        for _ in range(3):
            QApplication.processEvents()

    def layout(self, number: int) -> RowLayout:
        return self.view._delegate.layout_of(number)

    def top(self, number: int) -> QPoint:
        return self.view.visualRect(self.view.messages.index(number)).topLeft()

    def click(self, number: int, point: QPoint) -> None:
        QTest.mouseClick(self.view.viewport(), Qt.LeftButton, Qt.NoModifier, self.top(number) + point)

    def hover(self, number: int) -> None:
        at = QPointF(self.top(number) + self.layout(number).content.center())
        move = QMouseEvent(QEvent.MouseMove, at, Qt.NoButton, Qt.NoButton, Qt.NoModifier)
        QApplication.sendEvent(self.view.viewport(), move)

    def picker(self) -> ReactionPicker:
        found = self.view.findChildren(ReactionPicker)
        assert found
        return found[-1]


@pytest.fixture
def messages() -> Iterator[Messages]:
    made = Messages()
    yield made
    sip.delete(made.view)


# --- parts ------------------------------------------------------------------------------------


def test_a_click_on_the_line_that_is_answered_asks_for_that_message(messages: Messages) -> None:
    quote = messages.layout(1).quote
    assert quote is not None
    assert (quote.name, quote.text) == ("u0", "halo")
    messages.click(1, quote.text_area.topLeft() + QPoint(3, 5))
    assert messages.asked == [("quote", "m0")]


def test_a_click_on_a_reaction_asks_for_the_same_and_its_tip_says_who_reacted(messages: Messages) -> None:
    first, second = messages.layout(1).pills
    assert (first.count, first.own, first.area.height()) == ("2", True, 24)
    messages.click(1, first.area.center())
    messages.click(1, second.area.center())
    assert messages.asked == [(THUMB, "m1"), ("setuju", "m1")]
    assert messages.view._tip_at(messages.top(1) + first.area.center()) == "u0 and u2"


def test_two_quick_clicks_on_a_reaction_are_two_clicks(messages: Messages) -> None:
    pill = messages.layout(1).pills[0]
    viewport, at = messages.view.viewport(), messages.top(1) + pill.area.center()
    QTest.mouseClick(viewport, Qt.LeftButton, Qt.NoModifier, at)
    QTest.mouseDClick(viewport, Qt.LeftButton, Qt.NoModifier, at)
    QTest.mouseRelease(viewport, Qt.LeftButton, Qt.NoModifier, at)
    assert messages.asked == [(THUMB, "m1")] * 2


def test_pills_go_on_in_the_next_line_where_there_is_no_room(messages: Messages) -> None:
    messages.conversation.entries[1].reactions = tuple(Reaction(f"reaksi nomor {n}", ["Ani"]) for n in range(12))
    messages.view.show_conversation(messages.conversation)
    layout = messages.layout(1)
    assert len({pill.area.top() for pill in layout.pills}) > 1
    assert all(pill.area.right() < layout.look.gutter + layout.look.text_width for pill in layout.pills)
    assert layout.height >= layout.pills[-1].area.bottom()
    areas = [pill.area for pill in layout.pills]
    assert not any(one.intersects(other) for n, one in enumerate(areas) for other in areas[:n])


# --- keys -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "deed"), [(Qt.Key_R, Deed.REPLY), (Qt.Key_E, Deed.EDIT)])
def test_a_key_asks_for_its_deed_with_the_current_message(messages: Messages, key: Qt.Key, deed: Deed) -> None:
    QTest.keyClick(messages.view, key)
    assert messages.asked == [(deed, "m2")]


@pytest.mark.parametrize("key", [Qt.Key_E, Qt.Key_Delete])
def test_what_a_message_does_not_allow_is_not_done(messages: Messages, key: Qt.Key) -> None:
    QTest.keyClick(messages.view, Qt.Key_Up)
    QTest.keyClick(messages.view, key)
    assert messages.asked == []
    assert messages.view._delegate.asking == ""


def test_without_a_current_message_letters_go_to_the_box(messages: Messages) -> None:
    typed: list[str] = []
    messages.view.typed.connect(typed.append)
    messages.view.show_conversation(messages.conversation)
    QTest.keyClicks(messages.view, "re")
    assert (typed, messages.asked) == (["r", "e"], [])


def test_delete_asks_in_the_row_and_enter_or_a_click_confirms(messages: Messages) -> None:
    before = messages.layout(2).height
    for confirm in (press_enter, partial(click_on, action=Action.DELETE)):
        messages.asked.clear()
        QTest.keyClick(messages.view, Qt.Key_Delete)
        assert messages.asked == []
        assert messages.layout(2).said == "Delete this message for everyone?"
        assert messages.layout(2).height > before
        messages.settle()
        confirm(messages)
        assert messages.asked == [(Deed.DELETE, "m2")]
        assert messages.layout(2).height == before


def press_enter(messages: Messages) -> None:
    QTest.keyClick(messages.view, Qt.Key_Return)


def press_esc(messages: Messages) -> None:
    QTest.keyClick(messages.view, Qt.Key_Escape)


def click_on(messages: Messages, action: Action) -> None:
    button = next(button for button in messages.layout(2).buttons if button.action is action)
    messages.click(2, button.area.center())


def test_esc_or_cancel_keeps_the_message(messages: Messages) -> None:
    for refuse in (press_esc, partial(click_on, action=Action.KEEP)):
        QTest.keyClick(messages.view, Qt.Key_Delete)
        messages.settle()
        refuse(messages)
        assert messages.layout(2).said == ""
    assert messages.asked == []


def test_plus_offers_reactions_that_arrows_and_enter_choose(messages: Messages) -> None:
    QTest.keyClick(messages.view, Qt.Key_Plus)
    picker = messages.picker()
    assert picker.isVisible()
    for key in (Qt.Key_Right, Qt.Key_Down, Qt.Key_Left, Qt.Key_Up, Qt.Key_Up):
        QTest.keyClick(picker.buttons[0], key)
    QTest.keyClick(picker.buttons[0], Qt.Key_Return)
    assert messages.asked == [(THUMB, "m2")]


def test_in_a_narrow_window_the_choice_of_reactions_has_fewer_columns(messages: Messages) -> None:
    messages.view.resize(200, 400)
    messages.settle()
    QTest.keyClick(messages.view, Qt.Key_Plus)
    picker = messages.picker()
    assert picker.columns < 8
    assert messages.view.rect().contains(picker.geometry())


def test_esc_closes_the_choice_of_reactions(messages: Messages) -> None:
    QTest.keyClick(messages.view, Qt.Key_Plus)
    picker = messages.picker()
    QTest.keyClick(picker, Qt.Key_Escape)
    assert not picker.isVisible()
    assert messages.view.hasFocus()
    assert messages.asked == []


def test_a_click_elsewhere_closes_the_choice_of_reactions(messages: Messages) -> None:
    QTest.keyClick(messages.view, Qt.Key_Plus)
    picker = messages.picker()
    messages.click(0, QPoint(300, 10))
    assert not picker.isVisible()
    assert messages.asked == []


# --- the mouse --------------------------------------------------------------------------------


def test_the_pointer_brings_the_buttons_of_what_the_message_allows(messages: Messages) -> None:
    bar = messages.view._deeds
    messages.hover(0)
    assert bar.isVisible()
    assert bar.reply.isVisible()
    assert bar.geometry().right() < messages.view.viewport().width()
    QTest.mouseClick(bar.reply, Qt.LeftButton)
    assert messages.asked == [(Deed.REPLY, "m0")]
    QApplication.sendEvent(messages.view, QEvent(QEvent.Leave))
    assert not bar.isVisible()


def test_the_button_of_reactions_offers_them(messages: Messages) -> None:
    messages.hover(0)
    QTest.mouseClick(messages.view._deeds.react, Qt.LeftButton)
    picker = messages.picker()
    QTest.mouseClick(picker.buttons[1], Qt.LeftButton)
    assert messages.asked == [("\u2764\ufe0f", "m0")]


def test_where_nothing_can_be_done_no_buttons_come(messages: Messages) -> None:
    messages.view.rights = lambda _entry: frozenset()
    messages.hover(0)
    assert not messages.view._deeds.isVisible()


def test_the_menu_of_a_message_holds_what_can_be_done_with_it(messages: Messages) -> None:
    def names(number: int) -> list[str]:
        row = messages.view.messages.row(number)
        menu = messages.view.menu_for(row, messages.layout(number), QPoint(-1, -1))
        return [action.text() for action in menu.actions() if action.text()]

    assert names(0) == ["React…", "Reply", "Copy message"]
    assert names(1) == ["Show the message it replies to", "React…", "Reply", "Copy message"]
    assert names(2) == ["React…", "Reply", "Edit", "Delete…", "Copy message"]


# --- the flash --------------------------------------------------------------------------------


def test_a_flash_fades_within_a_second_and_a_steady_mark_goes_after_two(
    messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    flash = Flash(messages.view, lambda: now[0])
    flash.start("m1")
    now[0] += FLASH_S / 2
    flash.step()
    assert 0.4 < flash.strength("m1") < 0.6
    now[0] += FLASH_S / 2
    flash.step()
    assert flash.entry_id == ""
    monkeypatch.setattr("client.widgets.motion.reduced", lambda: True)
    flash.start("m1")
    now[0] += MARK_S - 0.1
    flash.step()
    assert flash.strength("m1") == 1.0
    now[0] += 0.2
    flash.step()
    assert flash.strength("m1") == 0.0
