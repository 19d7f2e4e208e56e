"""The chat page on a real session: what a person sees and does, from the first message to logging out."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator

import pytest
from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QLabel, QWidget

from client import language, theme
from client.changes import LinkState
from client.models.rows import Row
from client.widgets.header import TopicPopover
from tests.client.widgets.scene import Scene


@pytest.fixture
def scene(qapp: QApplication) -> Iterator[Scene]:
    """A chat page of 1040 x 680 pixels, not logged in yet."""
    theme.apply(qapp, theme.LIGHT)
    qapp.setCursorFlashTime(0)  # or two pictures of the same page differ by the blinking cursor
    made = Scene()
    made.page.resize(1040, 680)
    made.page.show()
    yield made
    made.close()
    theme.apply(qapp, theme.LIGHT)


def focus(widget: QWidget) -> None:
    widget.window().activateWindow()
    QApplication.processEvents()
    widget.setFocus(Qt.OtherFocusReason)
    QApplication.processEvents()


def send(scene: Scene, text: str) -> None:
    """Type into the box and press Enter."""
    scene.page.composer.set_text(text)
    QTest.keyClick(scene.page.composer.box, Qt.Key_Return)


def last_line(scene: Scene) -> str:
    return scene.page.view.visible_text()[-1]


def rows_of(scene: Scene) -> list[Row]:
    messages = scene.page.view.messages
    return [messages.row(number) for number in range(messages.rowCount())]


def strip_of(scene: Scene) -> str:
    return scene.page.strip.text() if scene.page.strip.isVisible() else ""


def rooms(scene: Scene) -> list[str]:
    model = scene.page.rooms.list.rooms
    return [str(model.index(n).data()) for n in range(model.rowCount())]


def members(scene: Scene) -> list[str]:
    model = scene.page.members.list.members
    return [str(model.index(n).data()) for n in range(model.rowCount())]


# --- arriving ---------------------------------------------------------------------------------


def test_after_login_the_lobby_is_there_with_its_topic_and_people(scene: Scene) -> None:
    scene.log_in("@Pak_Adi", "Budi", topic="Tugas minggu ini")
    page = scene.page
    assert rooms(scene) == ["Rooms", "#lobby"]
    assert members(scene) == ["Operators", "Pak_Adi", "Members", "Budi", "Siti"]
    assert (page.header.title.text(), page.header.topic.text()) == ("#lobby", "Tugas minggu ini")
    assert page.header.members_button.text() == "3"
    assert page.rooms.network.text() == "Lab 2"
    assert page.composer.box.placeholderText() == "Write a message to #lobby"
    assert page.rooms.account.button.name == "Siti"


def test_the_page_hands_the_keyboard_to_the_message_box(scene: Scene) -> None:
    scene.log_in()
    focus(scene.page)
    assert scene.page.composer.box.hasFocus()


def test_an_empty_room_invites_to_write(scene: Scene) -> None:
    scene.log_in()
    empty = scene.page.view.findChild(QLabel)
    assert empty is not None
    assert empty.isVisible()
    assert empty.text() == "No messages yet. Write the first one."
    scene.say("Budi", "halo")
    assert not empty.isVisible()


# --- talking ----------------------------------------------------------------------------------


def test_what_others_say_appears_and_is_told_to_screen_readers(scene: Scene) -> None:
    scene.log_in("Budi")
    scene.say("Budi", "halo semua")
    assert last_line(scene).endswith("halo semua")
    announced = scene.page.findChild(QLabel, "last_message")
    assert announced is not None
    assert announced.text() == last_line(scene)


def test_what_i_say_waits_for_its_echo_and_the_box_is_empty(scene: Scene) -> None:
    scene.log_in()
    send(scene, "halo")
    assert scene.page.composer.text() == ""
    assert last_line(scene).endswith("halo, waiting")
    scene.feed(scene.line("Siti", "halo"))
    assert last_line(scene).endswith("halo, sent")


def test_sending_brings_the_reader_back_to_the_end_from_wherever_they_were(scene: Scene) -> None:
    scene.log_in("Budi")
    scene.feed(*(scene.line("Budi", f"pesan {n}") for n in range(900)))
    scene.settle()
    scene.page.view.to_oldest()
    assert not scene.page.view.messages.at_end
    send(scene, "halo")
    assert scene.page.view.glued
    assert last_line(scene).endswith("halo, waiting")
    scene.say("Budi", "hai juga")
    assert [line.rpartition(", ")[2] for line in scene.page.view.visible_text()[-3:]] == [
        "pesan 899",
        "hai juga",
        "waiting",
    ]


def test_a_refused_message_can_be_sent_again_from_its_place(scene: Scene) -> None:
    scene.log_in()
    send(scene, "halo")
    scene.take(scene.session.connection_lost(""))
    assert last_line(scene).endswith("halo, Not sent")
    scene.clock += 5
    scene.take(scene.session.tick())
    scene.register()
    view = scene.page.view
    layout = view._delegate.layout_of(view.messages.rowCount() - 1)
    top = view.visualRect(view.messages.index(view.messages.rowCount() - 1)).topLeft()
    QTest.mouseClick(view.viewport(), Qt.LeftButton, Qt.NoModifier, top + layout.buttons[0].area.center())
    assert last_line(scene).endswith("halo, waiting")


def test_a_rename_in_place_asks_the_server(scene: Scene) -> None:
    scene.log_in()
    account = scene.page.rooms.account
    account.start_renaming()
    account.edit.setText("Siti Aminah")
    QTest.keyClick(account.edit, Qt.Key_Return)
    scene.feed(":Siti!u@h NICK :Siti_Aminah")
    assert account.button.name == "Siti Aminah"
    assert account.currentWidget() is account.button


# --- rooms and private chats ------------------------------------------------------------------


def test_a_private_message_never_steals_the_view(scene: Scene) -> None:
    scene.log_in("Budi")
    scene.page.composer.set_text("sedang menulis")
    scene.say("Budi", "psst", target="Siti")
    assert scene.page.header.title.text() == "#lobby"
    assert scene.page.composer.text() == "sedang menulis"
    assert rooms(scene) == ["Rooms", "#lobby", "Messages", "Budi"]
    assert scene.page.rooms.list.item(3).count == 1


def test_a_private_chat_opens_by_double_click_on_a_member(scene: Scene) -> None:
    scene.log_in("Budi")
    view = scene.page.members.list
    point = view.visualRect(view.members.index(view.members.number_of("Budi"))).center()
    QTest.mouseClick(view.viewport(), Qt.LeftButton, Qt.NoModifier, point)
    QTest.mouseDClick(view.viewport(), Qt.LeftButton, Qt.NoModifier, point)
    assert scene.page.header.title.text() == "Budi"
    assert not scene.page.members.isVisible()
    send(scene, "halo Budi")
    assert last_line(scene).endswith("halo Budi, waiting")


def test_drafts_stay_with_their_rooms(scene: Scene) -> None:
    scene.log_in("Budi")
    scene.page.composer.set_text("untuk semua")
    scene.take(scene.session.open_private("Budi"))
    assert scene.page.composer.text() == ""
    scene.page.composer.set_text("untuk Budi")
    scene.page.rooms.list.chosen.emit("#lobby")
    assert scene.page.composer.text() == "untuk semua"
    scene.page.rooms.list.chosen.emit("budi")
    assert scene.page.composer.text() == "untuk Budi"


def test_an_unread_room_opens_at_its_line_of_new_messages(scene: Scene) -> None:
    scene.log_in("Budi")
    scene.say("Budi", "lama")
    scene.take(scene.session.open_private("Budi"))
    for n in range(40):
        scene.say("Budi", f"baru {n}")
    assert scene.page.rooms.list.item(1).unread
    scene.page.rooms.list.chosen.emit("#lobby")
    scene.settle()
    first = scene.page.view.row_at(QPoint(5, 30))
    assert first is not None
    assert first[0].new
    assert not scene.page.rooms.list.item(1).unread


def test_the_line_of_new_messages_may_come_together_with_what_goes_on_in_the_last_row(scene: Scene) -> None:
    scene.log_in("Budi")
    scene.take(scene.session.set_active(False))
    scene.join("#lobby", "Ani")
    scene.feed(
        f"@time={scene.time()} :Tono!u@h JOIN #lobby * :Tono",
        f"@time={scene.time()} :Wati!u@h JOIN #lobby * :Wati",
        scene.line("Budi", "baru"),
    )
    assert last_line(scene).endswith("baru")
    assert [row.new for row in rows_of(scene)][-1]
    scene.feed(f"@time={scene.time()} :Rina!u@h JOIN #lobby * :Rina")
    scene.take(scene.session.set_active(True))
    scene.say("Budi", "lagi")
    assert last_line(scene).endswith("lagi")


def test_alt_and_arrows_step_through_rooms_and_with_shift_to_unread_ones(scene: Scene) -> None:
    scene.log_in("Budi", "Ani")
    for channel in ("#a", "#b"):
        scene.join(channel, "Siti")
    scene.take(scene.session.select("#lobby"))
    focus(scene.page)
    seen = []
    for _ in range(4):
        QTest.keyClick(scene.page.composer.box, Qt.Key_Down, Qt.AltModifier)
        seen.append(scene.session.current)
    assert seen == ["#a", "#b", "#lobby", "#a"]
    scene.feed(scene.line("Budi", "y", target="#b"))
    QTest.keyClick(scene.page.composer.box, Qt.Key_Up, Qt.AltModifier | Qt.ShiftModifier)
    assert scene.session.current == "#b"
    QTest.keyClick(scene.page.composer.box, Qt.Key_Up, Qt.AltModifier | Qt.ShiftModifier)
    assert scene.session.current == "#b", "nothing is unread any more"


def test_ctrl_w_closes_a_private_chat_and_nothing_else(scene: Scene) -> None:
    scene.log_in("Budi")
    scene.take(scene.session.open_private("Budi"))
    focus(scene.page)
    for _ in range(2):
        QTest.keyClick(scene.page.composer.box, Qt.Key_W, Qt.ControlModifier)
    assert rooms(scene) == ["Rooms", "#lobby"]
    assert scene.page.header.title.text() == "#lobby"


def test_f6_goes_round_the_panes_and_esc_back_to_the_box(scene: Scene) -> None:
    scene.log_in("Budi")
    scene.say("Budi", "halo")
    page = scene.page
    focus(page)
    panes = [page.members.list, page.rooms.list, page.view, page.composer.box]
    for pane in panes:
        QTest.keyClick(QApplication.focusWidget(), Qt.Key_F6)
        assert pane.hasFocus()
    for pane in (page.view, page.rooms.list):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key_F6, Qt.ShiftModifier)
        assert pane.hasFocus()
    QTest.keyClick(page.rooms.list, Qt.Key_Escape)
    assert page.composer.box.hasFocus()


def test_letters_typed_in_the_message_list_land_in_the_box(scene: Scene) -> None:
    scene.log_in("Budi")
    scene.say("Budi", "halo")
    focus(scene.page.view)
    QTest.keyClick(scene.page.view, Qt.Key_H)
    assert scene.page.composer.text() == "h"
    assert scene.page.composer.box.hasFocus()


def test_members_come_and_go_in_the_list_and_the_count(scene: Scene) -> None:
    scene.log_in("Budi")
    scene.join("#lobby", "Ani")
    assert members(scene) == ["Members", "Ani", "Budi", "Siti"]
    scene.feed(":Ani!u@h AWAY :makan", ":Budi!u@h QUIT :bye")
    assert members(scene) == ["Members", "Ani", "Siti"]
    model = scene.page.members.list.members
    assert model.index(1).data(Qt.AccessibleTextRole) == "Ani, away: makan"
    assert scene.page.header.members_button.text() == "2"


# --- the link ---------------------------------------------------------------------------------


def test_while_offline_what_needs_the_server_stays_in_the_box_and_the_strip_says_so(scene: Scene) -> None:
    scene.log_in("Budi")
    scene.take(scene.session.connection_lost("reset"))
    assert strip_of(scene).startswith("Connection lost. Trying again in ")
    send(scene, "halo")
    assert scene.page.composer.text() == ""
    send(scene, "/away")
    assert scene.page.composer.text() == "/away"
    assert strip_of(scene) == "Not sent yet: the connection is down."
    assert scene.page.composer.box.isEnabled()


def test_try_now_connects_at_once_and_back_is_told_for_two_seconds(scene: Scene) -> None:
    scene.log_in("Budi")
    scene.take(scene.session.connection_lost("reset"))
    QTest.mouseClick(scene.page.strip.button, Qt.LeftButton)
    assert scene.session.state is LinkState.CONNECTING
    assert strip_of(scene) == "Connection lost. Connecting…"
    scene.register()
    assert strip_of(scene) == "Connected again"
    scene.clock += 2.1
    scene.take(scene.session.tick())
    assert strip_of(scene) == ""


def test_a_kick_stays_in_its_room_and_offers_to_join_again(scene: Scene) -> None:
    scene.log_in("@Pak_Adi")
    scene.feed(":Pak_Adi!u@h KICK #lobby Siti :tenang")
    assert "removed by" in strip_of(scene)
    scene.take(scene.session.open_private("Pak_Adi"))
    assert strip_of(scene) == ""
    scene.page.rooms.list.chosen.emit("#lobby")
    assert "tenang" in strip_of(scene)
    QTest.mouseClick(scene.page.strip.button, Qt.LeftButton)
    scene.join("#lobby", "Siti")
    assert strip_of(scene) == ""


def test_logging_out_empties_the_page(scene: Scene) -> None:
    scene.log_in("Budi")
    scene.page.composer.set_text("setengah jadi")
    asked: list[bool] = []
    scene.page.logout_requested.connect(lambda: asked.append(True))
    menu = scene.page.rooms.account.menu()
    next(action for action in menu.actions() if action.text() == "Log out").trigger()
    assert asked == [True]
    scene.take(scene.session.logout())
    assert (rooms(scene), members(scene), scene.page.view.visible_text()) == ([], [], [])
    assert (scene.page.composer.text(), scene.page.header.title.text()) == ("", "")
    scene.log_in("Ani")
    assert rooms(scene) == ["Rooms", "#lobby"]
    assert scene.page.composer.text() == ""


# --- looks ------------------------------------------------------------------------------------


def test_the_account_menu_leads_to_the_settings_and_tells_their_key(scene: Scene) -> None:
    scene.log_in()
    asked: list[bool] = []
    scene.page.rooms.account.settings_requested.connect(lambda: asked.append(True))
    menu = scene.page.rooms.account.menu()
    status = next(action.menu() for action in menu.actions() if action.menu() is not None)
    assert [action.text() for action in status.actions()] == ["Here", "Away", "Away, because…"]
    assert [action.text() for action in status.actions() if action.isChecked()] == ["Here"]
    settings = next(action for action in menu.actions() if action.text() == "Settings…")
    assert settings.shortcut().toString() == "Ctrl+,"
    settings.trigger()
    assert asked == [True]


def test_the_language_changes_live_everywhere(scene: Scene) -> None:
    scene.log_in("@Pak_Adi", "Budi")
    scene.say("Budi", "halo")
    scene.take(scene.session.connection_lost(""))
    language.switch("id")
    scene.settle()
    try:
        assert rooms(scene)[0] == "Ruang"
        assert members(scene)[0] == "Pengelola"
        assert scene.page.composer.box.placeholderText() == "Tulis pesan ke #lobby"
        assert strip_of(scene).startswith("Sambungan terputus. Mencoba lagi dalam")
        assert last_line(scene).startswith("Jumat, 20 November, Budi, ")
    finally:
        language.switch("en")


def test_theme_and_zoom_change_live_and_back_again_without_a_trace(scene: Scene, qapp: QApplication) -> None:
    scene.log_in("@Pak_Adi", "Budi", topic="Tugas")
    for n in range(30):
        scene.say("Budi" if n % 3 else "Siti", f"pesan {n} \U0001f600 https://example.org/{n}")
    scene.settle()
    before = scene.page.grab().toImage()
    for look in (theme.DARK, theme.HIGH_CONTRAST):
        theme.apply(qapp, look, 1.5)
        scene.settle()
        assert scene.page.grab().toImage() != before
    theme.apply(qapp, theme.LIGHT, 1.0)
    scene.settle()
    assert scene.page.grab().toImage() == before


@pytest.mark.parametrize("zoom", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("width", [480, 640, 900, 1040])
def test_nothing_of_the_page_lies_over_anything_else_or_outside(
    scene: Scene, qapp: QApplication, width: int, zoom: float
) -> None:
    theme.apply(qapp, theme.LIGHT, zoom)
    scene.log_in("Budi", topic="Tugas minggu ini: baca bab 3 dan kumpulkan sebelum hari Jumat jam 12.00")
    scene.say("Budi", "halo")
    scene.feed(":Budi!u@h KICK #lobby Siti :tolong tenang sebentar ya, kita sedang ujian")
    scene.page.resize(width, 400)
    scene.settle()
    assert scene.page.width() == width
    parts = [scene.page.header, scene.page.strip, scene.page.view, scene.page.composer]
    areas = [part.geometry() for part in parts]
    for one, other in itertools.pairwise(areas):
        assert one.bottom() < other.top()
    middle = scene.page.view.parentWidget()
    assert all(middle.rect().contains(area) for area in areas)
    assert scene.page.view.height() >= 40
    for inner in (scene.page.strip.button, scene.page.header.members_button, scene.page.composer.send_button):
        assert inner.parentWidget().rect().contains(inner.geometry()), inner.objectName()


def test_every_control_has_a_name_for_screen_readers(scene: Scene) -> None:
    scene.log_in("Budi", topic="Tugas")
    scene.take(scene.session.connection_lost(""))
    page = scene.page
    controls: list[QWidget] = [
        page.rooms.list, page.rooms.account.button, page.rooms.account.edit, page.header.menu_button,
        page.header.topic, page.header.members_button, page.strip, page.view, page.composer.box,
        page.composer.send_button, page.members.list,
    ]  # fmt: skip
    assert [control.objectName() for control in controls if not control.accessibleName()] == []
    assert page.strip.button.text()


def test_no_widget_reads_foreign_text_as_html(scene: Scene) -> None:
    scene.log_in("Budi", topic="<b>tebal</b>")
    scene.say("Budi", "<img src=x>")
    for text in scene.page.findChildren(QLabel):
        assert text.textFormat() == Qt.PlainText, text.objectName()
    popover = TopicPopover(scene.page.header.topic.text(), scene.page.header)
    shown = popover.findChild(QLabel)
    assert shown is not None
    assert (shown.text(), shown.textFormat()) == ("<b>tebal</b>", Qt.PlainText)


def test_switching_rooms_is_quick(scene: Scene) -> None:
    scene.log_in("Budi")
    scene.join("#lain", "Siti")
    for channel in ("#lobby", "#lain"):
        scene.feed(*(scene.line(f"user{n % 7}", f"pesan nomor {n} " * 4, channel) for n in range(2000)))
    costs = []
    for key in ("#lain", "#lobby") * 5:
        began = time.thread_time()
        scene.page.rooms.list.chosen.emit(key)
        scene.page.view.viewport().repaint()
        costs.append(time.thread_time() - began)
    assert sorted(costs)[5] < 0.05
