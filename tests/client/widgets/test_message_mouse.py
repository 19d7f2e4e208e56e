"""Selecting, copying and clicking in the message list, with real mouse and key events."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from PyQt5 import sip
from PyQt5.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QUrl, pyqtSlot
from PyQt5.QtGui import QClipboard, QDesktopServices, QMouseEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QMenu

from client.changes import Conversation, Delivery, EntriesAdded, EntriesDropped, Entry, EntryKind, EntryRemoved
from client.models.texts import day_text, time_text
from client.widgets.menus import open_link
from client.widgets.message_mouse import NOWHERE
from client.widgets.message_view import MessageView

NOON = 1795150800.0
AT = time_text(NOON)
HEART = "\u2764\ufe0f"


def held_move(point: QPoint) -> QMouseEvent:
    """The mouse moves with its left button down."""
    return QMouseEvent(QEvent.MouseMove, QPointF(point), Qt.NoButton, Qt.LeftButton, Qt.NoModifier)


class List:
    """A message list on the screen, and a mouse."""

    def __init__(self, *entries: Entry) -> None:
        self.conversation = Conversation("#lobby", "#lobby", channel=True, entries=list(entries))
        self.view = MessageView()
        self.view.resize(620, 500)
        self.view.show_conversation(self.conversation)
        self.view.show()
        self.settle()

    def settle(self) -> None:
        for _ in range(3):
            QApplication.processEvents()

    def point(self, number: int, text: str, *, after: bool = False) -> QPoint:
        """Where this part of a row's text begins (or ends) on the screen."""
        layout = self.view._delegate.layout_of(number)
        block = layout.block
        position = block.text.index(text) + (len(text) if after else 0)
        position = len(block.text[:position].encode("utf-16-le")) // 2
        line = next(line for line in block.lines() if position <= line.textStart() + line.textLength())
        x, _ = line.cursorToX(position)
        top = self.view.visualRect(self.view.messages.index(number)).topLeft()
        return top + layout.block_at + QPoint(round(x), round(line.y() + line.height() / 2))

    def drag(self, start: QPoint, end: QPoint) -> None:
        viewport = self.view.viewport()
        QTest.mousePress(viewport, Qt.LeftButton, Qt.NoModifier, start)
        for step in range(1, 6):
            QApplication.sendEvent(viewport, held_move(start + (end - start) * step / 5))
        QTest.mouseRelease(viewport, Qt.LeftButton, Qt.NoModifier, end)

    def click(self, point: QPoint, button: Qt.MouseButton = Qt.LeftButton) -> None:
        QTest.mouseClick(self.view.viewport(), button, Qt.NoModifier, point)

    def double_click(self, point: QPoint) -> None:
        self.click(point)
        QTest.mouseDClick(self.view.viewport(), Qt.LeftButton, Qt.NoModifier, point)

    def copied(self) -> str:
        """What Ctrl+C puts on the clipboard."""
        QTest.keyClick(self.view, Qt.Key_C, Qt.ControlModifier)
        return QApplication.clipboard().text()

    def menu_at(self, point: QPoint) -> QMenu:
        found = self.view.row_at(point)
        assert found is not None
        return self.view.menu_for(*found)

    def menu_of(self, number: int) -> QMenu:
        """The menu of a row, as the menu key opens it."""
        return self.view.menu_for(self.view.messages.row(number), self.view._delegate.layout_of(number), NOWHERE)


lists: list[MessageView] = []


@pytest.fixture(autouse=True)
def _lists() -> Iterator[None]:
    yield
    while lists:
        sip.delete(lists.pop())


def shown(*entries: Entry) -> List:
    made = List(*entries)
    lists.append(made.view)
    return made


numbers = itertools.count()


def said(text: str, who: str = "Budi", **fields: object) -> Entry:
    entry = Entry(f"m{next(numbers)}", EntryKind.MESSAGE, who, who, text, NOON)
    for name, value in fields.items():
        setattr(entry, name, value)
    return entry


class Browser(QObject):
    """Takes the place of the person's browser."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @pyqtSlot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url.toString())


@pytest.fixture
def browser() -> Iterator[Browser]:
    made = Browser()
    for scheme in ("http", "https", "file"):
        QDesktopServices.setUrlHandler(scheme, made.open)
    yield made
    for scheme in ("http", "https", "file"):
        QDesktopServices.unsetUrlHandler(scheme)


# --- selecting --------------------------------------------------------------------------------


def test_dragging_inside_a_message_selects_and_copies_just_that(qtbot: object) -> None:
    made = shown(said("satu dua tiga empat"))
    made.drag(made.point(0, "dua"), made.point(0, "tiga", after=True))
    assert made.copied() == "dua tiga"


def test_dragging_backwards_is_the_same(qtbot: object) -> None:
    made = shown(said("satu dua tiga empat"))
    made.drag(made.point(0, "tiga", after=True), made.point(0, "dua"))
    assert made.copied() == "dua tiga"


def test_a_double_click_selects_the_word_and_a_third_click_the_message(qtbot: object) -> None:
    made = shown(said("satu dua-tiga empat"))
    point = made.point(0, "tiga") + QPoint(5, 0)
    made.double_click(point)
    assert made.copied() == "tiga"
    made.click(point)
    assert made.copied() == "satu dua-tiga empat"


def test_across_messages_whole_lines_with_name_and_time_are_copied(qtbot: object) -> None:
    made = shown(
        said("satu dua", "Siti", own=True),
        said("melambai", "Ani", kind=EntryKind.ACTION),
        said("", "Eko", kind=EntryKind.JOIN),
        said("tiga empat", "Budi"),
    )
    made.drag(made.point(0, "dua"), made.point(3, "tiga", after=True))
    assert made.copied().splitlines() == [
        f"Siti [{AT}]: satu dua",
        f"Ani [{AT}] melambai",
        f"[{AT}] Eko joined",
        f"Budi [{AT}]: tiga empat",
    ]


def test_emoji_are_copied_as_they_were_written(qtbot: object) -> None:
    made = shown(said(f"a {HEART} \U0001f600 b"))
    made.drag(made.point(0, "a"), made.point(0, "b", after=True))
    assert made.copied() == f"a {HEART} \U0001f600 b"


def test_what_is_selected_is_the_x11_primary_selection(qtbot: object) -> None:
    clipboard = QApplication.clipboard()
    if not clipboard.supportsSelection():
        pytest.skip("this platform has no primary selection (X11 has)")
    made = shown(said("satu dua tiga"))
    made.drag(made.point(0, "dua"), made.point(0, "tiga", after=True))
    assert clipboard.text(QClipboard.Selection) == "dua tiga"


def test_a_click_ends_the_selection_and_shift_extends_it(qtbot: object) -> None:
    made = shown(said("satu dua tiga empat"))
    made.click(made.point(0, "dua"))
    QTest.mouseClick(made.view.viewport(), Qt.LeftButton, Qt.ShiftModifier, made.point(0, "tiga", after=True))
    assert made.view.selection.text() == "dua tiga"
    made.click(made.point(0, "empat"))
    assert made.view.selection.text() == ""


def test_ctrl_a_selects_the_whole_conversation_also_what_is_not_loaded(qtbot: object) -> None:
    made = shown(*(said(f"x{n}") for n in range(600)))
    QTest.keyClick(made.view, Qt.Key_A, Qt.ControlModifier)
    assert made.copied().count("\n") == 599


def test_a_selection_stays_on_its_words_when_others_come_or_go(qtbot: object) -> None:
    made = shown(*(said(f"satu dua tiga {n}") for n in range(5)))
    made.drag(made.point(3, "dua"), made.point(3, "3", after=True))
    entries = made.conversation.entries
    entries[1:1] = [said("baru"), said("baru")]
    made.view.apply([EntriesAdded("#lobby", 1, 2)])
    del entries[0]
    made.view.apply([EntryRemoved("#lobby", 0)])
    del entries[:2]
    made.view.apply([EntriesDropped("#lobby", 2)])
    assert made.copied() == "dua tiga 3"
    del entries[:]
    made.view.apply([EntriesDropped("#lobby", 4)])
    assert made.view.selection.text() == ""


def test_a_drag_beyond_the_edge_scrolls(qtbot: object) -> None:
    made = shown(*(said(f"pesan {n} " * 5) for n in range(60)))
    bar = made.view.verticalScrollBar()
    at = bar.value()
    last = made.view.messages.rowCount() - 1
    viewport = made.view.viewport()
    QTest.mousePress(viewport, Qt.LeftButton, Qt.NoModifier, made.point(last, "pesan"))
    QApplication.sendEvent(viewport, held_move(QPoint(100, -30)))
    assert made.view._drag_timer.isActive()
    QTest.mouseRelease(viewport, Qt.LeftButton, Qt.NoModifier, QPoint(100, -30))
    assert not made.view._drag_timer.isActive()
    assert bar.value() <= at


def test_c_copies_the_message_on_which_the_keyboard_is(qtbot: object) -> None:
    made = shown(said("satu"), said("dua"))
    QTest.keyClick(made.view, Qt.Key_Up)
    QTest.keyClick(made.view, Qt.Key_Up)
    QTest.keyClick(made.view, Qt.Key_C)
    assert QApplication.clipboard().text() == "satu"


# --- pointing ---------------------------------------------------------------------------------


def test_the_pointer_tells_text_from_links_and_from_nothing(qtbot: object) -> None:
    made = shown(said("lihat https://example.org sekarang"))
    shapes = []
    for point in (made.point(0, "lihat") + QPoint(4, 0), made.point(0, "example"), QPoint(600, 490)):
        made.view._hover(point)
        shapes.append(made.view.viewport().cursor().shape())
    assert shapes == [Qt.IBeamCursor, Qt.PointingHandCursor, Qt.ArrowCursor]


def test_a_tooltip_tells_where_a_link_leads_and_the_day_of_a_time(qtbot: object) -> None:
    made = shown(said("lihat https://example.org/<b>"))
    top = made.view.visualRect(made.view.messages.index(0)).topLeft()
    time_at = top + made.view._delegate.layout_of(0).time_area.center()
    points = (made.point(0, "example"), time_at, made.point(0, "lihat"))
    assert [made.view._tip_at(point) for point in points] == ["https://example.org/", f"{day_text(NOON)}, {AT}", ""]


def test_a_click_on_a_link_opens_it_and_a_drag_over_it_does_not(qtbot: object, browser: Browser) -> None:
    made = shown(said("lihat https://example.org/a sekarang"))
    made.drag(made.point(0, "https"), made.point(0, "org/a", after=True))
    assert browser.opened == []
    made.click(made.point(0, "example") + QPoint(3, 0))
    assert browser.opened == ["https://example.org/a"]
    made.click(made.point(0, "lihat") + QPoint(3, 0))
    assert len(browser.opened) == 1


def test_only_http_and_https_are_ever_opened(qtbot: object, browser: Browser) -> None:
    for url in ("file:///etc/passwd", "javascript:alert(1)", "HTTP://example.org"):
        open_link(url)
    assert browser.opened == ["http://example.org"]


def test_a_double_click_on_a_name_or_avatar_asks_for_the_private_chat(qtbot: object) -> None:
    made = shown(said("halo"), said("ini saya", "Siti", own=True))
    asked: list[str] = []
    made.view.private_requested.connect(asked.append)
    for number in range(2):
        top = made.view.visualRect(made.view.messages.index(number)).topLeft()
        layout = made.view._delegate.layout_of(number)
        made.double_click(top + layout.avatar.center())
        made.double_click(top + layout.name_area.center())
    assert asked == ["Budi", "Budi"]


def test_a_message_that_was_not_sent_can_be_sent_again_or_deleted(qtbot: object) -> None:
    made = shown(said("halo", "Siti", own=True, delivery=Delivery.FAILED))
    asked: list[tuple[str, str]] = []
    made.view.resend_requested.connect(lambda id_: asked.append(("resend", id_)))
    made.view.discard_requested.connect(lambda id_: asked.append(("discard", id_)))
    top = made.view.visualRect(made.view.messages.index(0)).topLeft()
    for button in made.view._delegate.layout_of(0).buttons:
        made.click(top + button.area.center())
    entry = made.conversation.entries[0].id
    assert asked == [("resend", entry), ("discard", entry)]


# --- menus ------------------------------------------------------------------------------------


def test_the_menu_of_a_link_opens_and_copies_it(qtbot: object, browser: Browser) -> None:
    made = shown(said("lihat https://example.org/a"))
    menu = made.menu_at(made.point(0, "example"))
    assert [action.text() for action in menu.actions()] == ["Open", "Copy link", "", "Copy message"]
    menu.actions()[1].trigger()
    assert QApplication.clipboard().text() == "https://example.org/a"
    menu.actions()[0].trigger()
    assert browser.opened == ["https://example.org/a"]


def test_the_menu_of_a_message_has_its_links_for_who_cannot_point_at_them(qtbot: object, browser: Browser) -> None:
    two = "lihat https://example.org/a?x=1&y=2, **[panduan](https://example.org/b)** dan lagi https://example.org/b"
    made = shown(said("satu https://example.org/a"), said(two, "Ani"), said("tanpa", "Budi"))
    menus = [made.menu_of(number) for number in range(3)]
    one, several, none = ([*menu.actions()] for menu in menus)
    assert [action.text() for action in one] == ["Open", "Copy link", "", "Copy message"]
    one[0].trigger()
    assert browser.opened == ["https://example.org/a"]
    links = [action.menu() for action in several[:2]]
    assert [menu.title() for menu in links] == ["https://example.org/a?x=1&&y=2", "https://example.org/b"]
    links[1].actions()[1].trigger()
    assert QApplication.clipboard().text() == "https://example.org/b"
    assert [action.text() for action in none] == ["Copy message"]


def test_the_menu_of_a_name_sends_mentions_and_copies(qtbot: object) -> None:
    made = shown(said("halo", "Budi"))
    top = made.view.visualRect(made.view.messages.index(0)).topLeft()
    menu = made.menu_at(top + made.view._delegate.layout_of(0).name_area.center())
    assert [action.text() for action in menu.actions()] == ["Send message", "Mention", "Copy name", "", "Copy message"]
    asked: list[str] = []
    made.view.mention_requested.connect(asked.append)
    menu.actions()[1].trigger()
    menu.actions()[2].trigger()
    assert asked == ["Budi"]
    assert QApplication.clipboard().text() == "Budi"


def test_the_menu_offers_the_selection_only_when_there_is_one(qtbot: object) -> None:
    made = shown(said("satu dua"))
    point = made.point(0, "dua")
    assert [action.text() for action in made.menu_at(point).actions()] == ["Copy message"]
    made.double_click(point)
    assert [action.text() for action in made.menu_at(point).actions()] == ["Copy selection", "Copy message"]
