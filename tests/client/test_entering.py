"""The sheet with all rooms: finding one, coming in, making one, and why one is not let in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise

import pytest
from PyQt5.QtCore import QPoint, QRect, Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QWidget

from client import language
from client.directory import ListedRoom, RoomsListed
from client.models.texts import plain
from client.widgets.no_rooms import NoRooms
from client.widgets.rooms_sheet import RoomsSheet
from tests.client.widgets.scene import Recorded, on_screen


@pytest.fixture
def scene(qapp: QApplication) -> Iterator[Recorded]:
    """In #lobby of a server without labels, with Budi."""
    with on_screen(Recorded()) as made:
        made.log_in("Budi")
        made.page.activateWindow()
        QApplication.processEvents()
        made.sent()
        yield made


def sheet(scene: Recorded) -> RoomsSheet:
    return scene.page.entering.sheet


def press(widget: QWidget, key: Qt.Key) -> None:
    QTest.keyClick(widget, key)


def open_sheet(scene: Recorded) -> RoomsSheet:
    """By the button; the server answers with three rooms."""
    QTest.mouseClick(scene.page.rooms.new_button, Qt.LeftButton)
    assert sheet(scene).isVisible()
    (sent,) = [line for line in scene.lines if "LIST" in line]
    scene.sent()
    label = sent.partition("label=")[2].partition(" ")[0]
    rows = (("#lobby", "2", "ruang utama"), ("#tugas", "9", "bab 3"), ("#lab", "1", ""))
    scene.feed(f"@label={label} :srv BATCH +1 labeled-response")
    scene.feed(*(f"@batch=1 :srv 322 Siti {name} {count} :{topic}" for name, count, topic in rows))
    scene.feed("@batch=1 :srv 323 Siti :End of /LIST", ":srv BATCH -1")
    return sheet(scene)


def shown(scene: Recorded) -> list[str]:
    return [room.name for room in sheet(scene).model.rooms]


def problem(scene: Recorded) -> str:
    return plain(sheet(scene).problem.text()) if sheet(scene).problem.isVisible() else ""


def come_in(scene: Recorded, channel: str, names: str = "Siti") -> None:
    scene.join(channel, "Siti")
    scene.feed(f":srv 353 Siti = {channel} :{names}", f":srv 366 Siti {channel} :End of names")


# --- the list ---------------------------------------------------------------------------------


def test_the_button_shows_all_rooms_the_fullest_first(scene: Recorded) -> None:
    opened = open_sheet(scene)
    assert shown(scene) == ["#tugas", "#lobby", "#lab"]
    assert opened.model.index(1).data() == "#lobby, 2 people, ruang utama, you are in it"
    assert opened.field.hasFocus()
    assert not opened.hint.isVisible()


def test_letters_filter_names_and_topics(scene: Recorded) -> None:
    opened = open_sheet(scene)
    QTest.keyClicks(opened.field, "ba")
    assert shown(scene) == ["#tugas"]
    opened.field.setText("a")
    assert shown(scene) == ["#tugas", "#lobby", "#lab"]
    opened.field.setText("la")
    assert shown(scene) == ["#lab"]
    opened.field.setText("zz")
    assert opened.hint.text() == "No room is called that."


def test_enter_or_a_click_comes_in_and_the_sheet_goes(scene: Recorded) -> None:
    opened = open_sheet(scene)
    QTest.keyClicks(opened.field, "tug")
    press(opened.field, Qt.Key_Return)
    assert scene.sent() == ["JOIN #tugas"]
    assert opened.isVisible(), "until the server has answered"
    come_in(scene, "#tugas")
    assert not opened.isVisible()
    assert scene.session.current == "#tugas"
    opened = open_sheet(scene)
    scene.sent()
    press(opened.field, Qt.Key_Down)
    press(opened.field, Qt.Key_Down)
    assert opened.list.hasFocus()
    press(opened.list, Qt.Key_Down)
    QTest.mouseClick(opened.list.viewport(), Qt.LeftButton, pos=opened.list.visualRect(opened.model.index(2)).center())
    assert scene.sent() == ["JOIN #lab"]


def test_a_room_that_we_are_in_is_only_shown(scene: Recorded) -> None:
    opened = open_sheet(scene)
    QTest.keyClicks(opened.field, "#lobby")
    press(opened.field, Qt.Key_Return)
    assert scene.sent() == []
    assert not opened.isVisible()


def test_escape_closes_and_gives_the_keyboard_back(scene: Recorded) -> None:
    opened = open_sheet(scene)
    press(opened.field, Qt.Key_Escape)
    assert not opened.isVisible()
    assert scene.page.composer.box.hasFocus()


def test_one_thing_at_a_time_lies_over_the_messages(scene: Recorded) -> None:
    open_sheet(scene)
    scene.page.finding.open_everywhere()
    assert not sheet(scene).isVisible()
    scene.page.entering.open()
    assert not scene.page.finding.panel.isVisible()
    assert sheet(scene).isVisible()


def test_why_there_is_no_list_stands_there(scene: Recorded) -> None:
    scene.page.entering.open()
    assert sheet(scene).hint.text() == "Asking the server…"
    scene.feed(":srv 263 Siti LIST :Please wait a while and try again.")
    assert sheet(scene).hint.text() == "Please wait a while and try again."


def test_thousands_of_rooms_are_shown_and_filtered_within_a_keystroke(scene: Recorded) -> None:
    scene.page.entering.open()
    rooms = tuple(ListedRoom(f"#ruang-{n}", 5, f"topik {n} " * 5) for n in range(10_000))
    began = time.thread_time()
    sheet(scene).show_rooms(RoomsListed(rooms))
    QApplication.processEvents()
    sheet(scene).field.setText("77")
    QApplication.processEvents()
    assert time.thread_time() - began < 0.5, "CPU; usually a tenth of it"
    assert shown(scene)[0] == "#ruang-77"


# --- a new room -------------------------------------------------------------------------------


def test_a_name_that_is_not_there_is_made(scene: Recorded) -> None:
    opened = open_sheet(scene)
    assert opened.new_button.accessibleName() == "Create a room…"
    QTest.keyClicks(opened.field, "#baru")
    assert opened.new_button.accessibleName() == "Create #baru"
    press(opened.field, Qt.Key_Return)
    assert opened.form.name.text() == "baru"
    assert opened.form.name.hasFocus()
    opened.form.topic.setText("  bab   4 ")
    opened.form.hidden.click()
    opened.form.invited.click()
    press(opened.form.topic, Qt.Key_Return)
    assert scene.sent() == ["JOIN #baru"]
    come_in(scene, "#baru", "@Siti")
    assert scene.sent()[:2] == ["TOPIC #baru :bab 4", "MODE #baru +si"]
    assert not opened.isVisible()


def test_a_room_without_a_name_is_not_made_and_back_leads_to_the_list(scene: Recorded) -> None:
    opened = open_sheet(scene)
    QTest.mouseClick(opened.new_button, Qt.LeftButton)
    opened.form.name.setText(" # ")
    QTest.mouseClick(opened.form.create_button, Qt.LeftButton)
    assert scene.sent() == []
    assert opened.form.name.hasFocus()
    QTest.mouseClick(opened.form.back_button, Qt.LeftButton)
    assert opened.list.isVisible()
    assert opened.field.hasFocus()


def test_a_bad_name_is_told_beside_it(scene: Recorded) -> None:
    scene.page.entering.open_new()
    form = sheet(scene).form
    form.name.setText("a b")
    press(form.name, Qt.Key_Return)
    assert problem(scene).startswith("No room can be called #a b.")
    assert form.name.hasFocus()


# --- not let in -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numeric", "text"),
    [
        ("474", "You are banned from #tugas. Ask who runs it."),
        ("471", "#tugas is full. Try again later."),
        ("405", "You are in too many rooms. Leave one before you join #tugas."),
        ("477", "#tugas: The server's {words}"),
    ],
)
def test_why_we_are_not_let_in_stands_in_plain_words(scene: Recorded, numeric: str, text: str) -> None:
    open_sheet(scene)
    scene.page.entering.enter("#tugas")
    scene.feed(f":srv {numeric} Siti #tugas :The server's {{words}}")
    assert problem(scene) == sheet(scene).field.accessibleDescription() == text
    assert not sheet(scene).password.isVisible()
    assert not sheet(scene).knock_button.isVisible()
    sheet(scene).field.setText("x")
    assert problem(scene) == ""


def test_in_a_small_window_what_is_asked_and_the_field_for_it_are_whole(scene: Recorded) -> None:
    scene.page.resize(480, 400)
    opened = open_sheet(scene)
    scene.take(scene.session.enter("#tugas"))
    scene.feed(":srv 475 Siti #tugas :Cannot join channel (+k): wrong key")
    QApplication.processEvents()
    parts = (opened.problem, opened.password, opened.field)
    assert [part.height() for part in parts[1:]] == [36, 36]
    boxes = [QRect(part.mapTo(opened, QPoint(0, 0)), part.size()) for part in parts]
    assert all(above.bottom() < below.top() for above, below in pairwise(boxes))
    assert all(part.visibleRegion().boundingRect().height() == part.height() for part in parts)


def test_a_password_is_asked_for_in_place(scene: Recorded) -> None:
    opened = open_sheet(scene)
    scene.page.entering.enter("#tugas")
    scene.sent()
    scene.feed(":srv 475 Siti #tugas :Cannot join channel (+k): wrong key")
    assert problem(scene) == "#tugas has a password. Type it to come in."
    assert opened.password.hasFocus()
    press(opened.password, Qt.Key_Return)
    assert scene.sent() == [], "none was typed"
    QTest.keyClicks(opened.password, "rahasia")
    press(opened.password, Qt.Key_Return)
    assert scene.sent() == ["JOIN #tugas rahasia"]


def test_where_only_the_invited_come_in_one_may_knock(scene: Recorded) -> None:
    opened = open_sheet(scene)
    scene.page.entering.enter("#tugas")
    scene.sent()
    scene.feed(":srv 473 Siti #tugas :Cannot join channel (+i)")
    assert problem(scene) == "Only people who are invited come into #tugas."
    QTest.mouseClick(opened.knock_button, Qt.LeftButton)
    assert scene.sent() == ["KNOCK #tugas"]
    scene.feed(":srv 711 Siti #tugas :Your KNOCK has been delivered.")
    assert problem(scene) == "The people in #tugas were asked. You will be told here when they invite you."
    assert not opened.knock_button.isVisible()
    scene.page.entering.enter("#tugas")
    scene.feed(":srv 473 Siti #tugas :Cannot join channel (+i)")
    QTest.mouseClick(opened.knock_button, Qt.LeftButton)
    scene.feed(":srv 712 Siti #tugas :Too many KNOCKs (channel).")
    assert problem(scene) == "Too many KNOCKs (channel)."


def test_what_the_switcher_wanted_is_refused_in_the_sheet_too(scene: Recorded) -> None:
    scene.page.entering.enter("#tugas")
    assert not sheet(scene).isVisible()
    scene.feed(":srv 474 Siti #tugas :Cannot join channel (+b)")
    assert sheet(scene).isVisible()
    assert problem(scene).startswith("You are banned")


def test_the_connection_is_down(scene: Recorded) -> None:
    scene.take(scene.session.connection_lost(""))
    scene.page.entering.open()
    assert sheet(scene).hint.text() == "The connection is down."
    scene.page.entering.enter("#tugas")
    assert problem(scene) == "The connection is down. Join #tugas once it is back."


def test_the_sheet_speaks_the_language_in_use(scene: Recorded) -> None:
    opened = open_sheet(scene)
    try:
        language.switch("id")
        QApplication.processEvents()
        assert opened.title.text() == "Ruang"
        assert opened.form.create_button.text() == "Buat ruang"
    finally:
        language.switch("en")


# --- no room at all ---------------------------------------------------------------------------


def test_who_is_in_no_room_is_shown_two_ways_out_of_that(scene: Recorded) -> None:
    scene.feed(":Budi!u@h KICK #lobby Siti")
    scene.take(scene.session.close("#lobby"))
    ways = scene.page.findChild(NoRooms)
    assert ways is None or not ways.isVisible(), "not at once: most often a room follows"
    scene.page._empty_timer.timeout.emit()
    ways = scene.page.findChild(NoRooms)
    assert ways is not None
    assert ways.isVisible()
    assert (ways.text.text(), ways.new_button.text(), ways.all_button.text()) == (
        *("No rooms yet.", "Create room", "See all"),
    )
    QTest.mouseClick(ways.new_button, Qt.LeftButton)
    assert sheet(scene).form.name.hasFocus()
    sheet(scene).leave()
    QTest.mouseClick(ways.all_button, Qt.LeftButton)
    assert sheet(scene).field.hasFocus()
    scene.page.entering.enter("#lab")
    come_in(scene, "#lab")
    assert not ways.isVisible()
    assert not sheet(scene).isVisible()


def test_without_a_connection_there_are_no_ways(scene: Recorded) -> None:
    scene.take(scene.session.connection_lost(""))
    scene.take(scene.session.close("#lobby"))
    scene.page._empty_timer.timeout.emit()
    assert scene.page.findChild(NoRooms) is None
    scene.take(scene.session.retry_now())
    scene.page._empty_timer.stop()
    scene.take(scene.session.connected())
    scene.feed(
        ":srv CAP * LS :message-tags", ":srv CAP * ACK :message-tags", ":srv 001 Siti :Welcome", ":srv 422 Siti :No"
    )
    assert scene.page._empty_timer.isActive(), "a server without a lobby"
    scene.page._empty_timer.timeout.emit()
    ways = scene.page.findChild(NoRooms)
    assert ways is not None
    assert ways.isVisible()
