"""Notifications in the window: what reaches the tray, the task bar and the title, and what never does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtGui import QImage
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QAction, QApplication, QMenu, QSystemTrayIcon, QWidget
from pytestqt.qtbot import QtBot

from client.core.attention import Mark
from client.models.announcements import announcement
from client.settings import Settings
from client.widgets.tray import SIDES, Tray, make_tray, picture
from client.window import MainWindow
from protocol import parse
from tests.client.test_window import JOINED

pytestmark = pytest.mark.qt_log_ignore(  # what a platform without trays and other windows says
    r"^QObject::connect: No such signal QPlatformNativeInterface::systemTrayWindowChanged\(QScreen\*\)$",
    r"^This plugin does not support raise\(\)$",
    extend=True,
)

NOW = 1_795_145_400.0


class RecordingTray(Tray):
    """A tray that keeps what it is told."""

    def __init__(self, window: MainWindow) -> None:
        self.told: list[tuple[str, str]] = []
        self.states: list[tuple[Mark, int]] = []
        super().__init__(window)

    def tell(self, title: str, text: str) -> None:
        self.told.append((title, text))

    def show_state(self, mark: Mark, number: int, text: str) -> None:
        super().show_state(mark, number, text)
        self.states.append((mark, number))


class Desk:
    """A window that nobody looks at, its tray, and a clock."""

    def __init__(self, window: MainWindow) -> None:
        self.window, self.now = window, NOW
        _ = window.chat_page
        assert window._noticing is not None
        self.noticing = window._noticing
        self.page = self.noticing.pages[window.session]
        self.noticing._now = lambda: self.now
        window.handle(window.session.login("lab2", 8888, "Siti"))
        window.session.take_effects()
        window.handle(window.session.connected())
        self.server(*JOINED)
        window.handle(window.session.set_active(False))

    @property
    def tray(self) -> RecordingTray:
        assert isinstance(self.noticing.tray, RecordingTray)
        return self.noticing.tray

    def server(self, *lines: str) -> None:
        self.window.handle(self.window.session.received([parse(line) for line in lines]))

    def told(self) -> list[tuple[str, str]]:
        """What was announced, once the time in which messages are gathered is over."""
        if self.noticing.timer.isActive():
            self.noticing.timer.stop()
            self.noticing.announce()
        told, self.tray.told = self.tray.told, []
        return [(bare(title), bare(text)) for title, text in told]

    def levels(self, key: str) -> dict[str, QAction]:
        menu = QMenu(self.window)
        self.window.chat_page.rooms.list.extend_menu(menu, key)
        submenu = next(action.menu() for action in menu.actions() if action.text() == "Notify")
        return {action.text(): action for action in submenu.actions()}


def bare(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "")


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Desk]]:
    windows: list[MainWindow] = []

    def make(*, tray: bool = True) -> Desk:
        monkeypatch.setattr("client.widgets.tray.make_tray", RecordingTray if tray else lambda _window: None)
        window = MainWindow(Settings(tmp_path))
        windows.append(window)
        qtbot.addWidget(window)
        return Desk(window)

    yield make
    for window in windows:
        window.close()


def test_a_mention_is_announced_with_its_author_and_room_and_other_messages_are_not(desk: Callable[..., Desk]) -> None:
    there = desk()
    there.server(":Budi!u@h PRIVMSG #lobby :halo semua")
    assert there.told() == []
    there.server(":Budi!u@h PRIVMSG #lobby :Siti, ada waktu?")
    assert there.told() == [("Budi in #lobby", "Siti, ada waktu?")]
    there.server(":Budi!u@h PRIVMSG Siti :hei")
    assert there.told() == [("Budi", "hei")]


def test_several_messages_within_two_seconds_are_one_announcement(desk: Callable[..., Desk]) -> None:
    there = desk()
    there.server(":Budi!u@h PRIVMSG Siti :satu", ":Ani!u@h PRIVMSG Siti :dua")
    there.server(":Budi!u@h PRIVMSG #lobby :Siti")
    assert there.noticing.timer.interval() == 2000
    assert there.told() == [("3 new messages", "#lobby, Ani, Budi")]


def test_what_is_read_before_the_announcement_is_not_announced(desk: Callable[..., Desk]) -> None:
    there = desk()
    there.server(":Budi!u@h PRIVMSG #lobby :Siti?")
    there.window.handle(there.window.session.set_active(True))
    assert there.told() == []


def test_the_tray_and_the_title_follow_what_is_unread_and_are_cleared_by_reading(desk: Callable[..., Desk]) -> None:
    there = desk()
    there.server(":Budi!u@h PRIVMSG #lobby :halo")
    assert there.tray.states[-1] == (Mark.UNREAD, 0)
    there.server(":Budi!u@h PRIVMSG #lobby :Siti?", ":Budi!u@h PRIVMSG Siti :hei")
    assert there.tray.states[-1] == (Mark.MEANT, 2)
    assert there.tray.icon.toolTip() == "Obrolan: 2 messages for you"
    assert there.window.windowTitle() == "(2) #lobby - Lab 2"
    there.window.handle(there.window.session.set_active(True))
    assert there.tray.states[-1] == (Mark.MEANT, 1)
    there.window.handle(there.window.session.select("budi"))
    assert there.tray.states[-1] == (Mark.NOTHING, 0)
    assert there.window.windowTitle() == "Budi - Lab 2"


def test_what_another_window_of_ours_has_read_clears_tray_and_title(desk: Callable[..., Desk]) -> None:
    there = desk()
    there.server(
        "@msgid=m1;time=2026-11-20T03:30:00.000Z :Budi!u@h PRIVMSG #lobby :Siti?",
        ":srv CAP * NEW :draft/read-marker",
        ":srv CAP * ACK :draft/read-marker",
    )
    assert there.window.windowTitle().startswith("(1)")
    there.server(":srv MARKREAD #lobby timestamp=2026-11-20T03:30:00.000Z")
    assert there.tray.states[-1] == (Mark.NOTHING, 0)
    assert there.window.windowTitle() == "#lobby - Lab 2"
    assert there.told() == []


def test_a_rooms_level_is_chosen_in_its_menu_and_remembered(desk: Callable[..., Desk], tmp_path: Path) -> None:
    there = desk()
    assert [text for text, action in there.levels("#lobby").items() if action.isChecked()] == ["Mentions"]
    there.levels("#lobby")["Everything"].trigger()
    there.server(":Budi!u@h PRIVMSG #lobby :halo")
    assert there.told() == [("Budi in #lobby", "halo")]
    there.levels("#lobby")["Nothing"].trigger()
    assert there.tray.states[-1] == (Mark.NOTHING, 0)
    there.server(":Budi!u@h PRIVMSG #lobby :Siti!")
    assert there.told() == []
    assert Settings(tmp_path).values.levels == {"lab2:8888 #lobby": "nothing"}


def test_a_private_chat_has_everything_and_nothing(desk: Callable[..., Desk]) -> None:
    there = desk()
    there.server(":Budi!u@h PRIVMSG Siti :hei")
    assert list(there.levels("budi")) == ["Everything", "Nothing"]


def test_snoozed_nothing_is_announced_but_counted(desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch) -> None:
    there = desk()
    there.tray.snooze_chosen.emit("hour")
    there.server(":Budi!u@h PRIVMSG Siti :hei")
    assert there.told() == []
    assert there.tray.states[-1] == (Mark.MEANT, 1)
    there.now += 3600
    there.server(":Budi!u@h PRIVMSG Siti :hei lagi")
    assert there.told() == [("Budi", "hei lagi")]
    there.tray.snooze_chosen.emit("tomorrow")
    there.tray.snooze_chosen.emit("off")
    there.server(":Budi!u@h PRIVMSG Siti :masih?")
    assert there.told() == [("Budi", "masih?")]


def test_without_a_tray_the_task_bar_is_asked_for_attention(
    desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts: list[object] = []
    monkeypatch.setattr(QApplication, "alert", alerts.append)
    there = desk(tray=False)
    there.server(":Budi!u@h PRIVMSG Siti :hei")
    there.noticing.announce()
    assert alerts == [there.window]
    assert there.window.windowTitle() == "(1) #lobby - Lab 2"


def test_a_sound_is_made_only_where_it_is_wanted(desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch) -> None:
    beeps: list[int] = []
    monkeypatch.setattr(QApplication, "beep", lambda: beeps.append(1))
    there = desk()
    there.server(":Budi!u@h PRIVMSG Siti :hei")
    there.told()
    assert beeps == []
    there.noticing.change(sound=True)
    there.server(":Budi!u@h PRIVMSG Siti :hei")
    there.told()
    assert beeps == [1]


def test_the_window_comes_to_the_front_only_by_a_click(desk: Callable[..., Desk], qtbot: QtBot) -> None:
    there = desk()
    there.window.showMinimized()
    there.server(":Budi!u@h PRIVMSG Siti :hei")
    there.told()
    assert there.window.windowState() & Qt.WindowMinimized
    assert there.window.session.current == "#lobby"
    there.tray.icon.messageClicked.emit()
    assert there.window.session.current == "budi"
    assert not there.window.windowState() & Qt.WindowMinimized
    there.window.showMinimized()
    there.tray.icon.activated.emit(QSystemTrayIcon.Context)
    assert there.window.windowState() & Qt.WindowMinimized
    there.tray.icon.activated.emit(QSystemTrayIcon.Trigger)
    assert not there.window.windowState() & Qt.WindowMinimized


def test_names_and_texts_are_shown_as_they_are_and_short(desk: Callable[..., Desk]) -> None:
    there = desk()
    there.server(f":Budi!u@h PRIVMSG Siti :<b>a</b> \u202e{'x' * 300}")
    conversation = there.window.session.conversations["budi"]
    title, text = announcement([(conversation, conversation.entries[-1])])
    assert title == "\u2068Budi\u2069"
    assert "<b>" not in text
    assert "</b>" not in text
    assert "\u202e" not in text
    assert text.endswith("…\u2069")
    assert len(text) <= 124


def test_the_menu_of_the_tray_opens_snoozes_and_quits(desk: Callable[..., Desk]) -> None:
    there = desk()
    there.window.show()
    actions = {action.text(): action for action in there.tray.menu.actions() if action.text()}
    assert list(actions) == [
        "Open Obrolan",
        "Do not disturb for an hour",
        "Do not disturb until tomorrow, 07:00",
        "Notify me again",
        "Quit",
    ]
    actions["Do not disturb for an hour"].trigger()
    assert there.window._settings.values.snoozed_until == NOW + 3600
    actions["Quit"].trigger()
    assert not there.window.isVisible()


def test_each_state_of_the_tray_is_another_picture_in_every_size(qtbot: QtBot) -> None:
    def image(side: int, mark: Mark, number: int) -> QImage:
        return picture(side, mark, number).toImage()

    for side in SIDES:
        states = [(Mark.NOTHING, 0), (Mark.UNREAD, 0), (Mark.MEANT, 1), (Mark.MEANT, 9), (Mark.MEANT, 10)]
        pictures = [image(side, *state) for state in states]
        assert all(one == other for one in pictures for other in pictures if one is other)
        assert all(one != other for one in pictures for other in pictures if one is not other)
        assert image(side, Mark.MEANT, 10) == image(side, Mark.MEANT, 999)


def test_there_is_no_tray_where_the_system_has_none(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    assert make_tray(window) is None


def test_words_hours_and_sound_are_chosen_in_the_settings_and_hold_at_once(
    desk: Callable[..., Desk], tmp_path: Path
) -> None:
    there = desk()
    page = there.page.make_page()
    page.words.setText("kuis, ujian")
    page.words.editingFinished.emit()
    there.server(":Budi!u@h PRIVMSG #lobby :besok KUIS")
    assert there.told() == [("Budi in #lobby", "besok KUIS")]
    page.sound.click()
    page.hours.click()
    page.begin.setCurrentIndex(0)
    page.end.setCurrentIndex(47)
    page.end.activated.emit(47)
    values = Settings(tmp_path).values
    assert (values.words, values.hours, values.sound) == (["kuis", "ujian"], [0, 1410], True)
    page.hours.click()
    assert Settings(tmp_path).values.hours == []
    assert not page.begin.isEnabled()


def test_the_settings_snooze_and_offer_an_end_only_while_that_holds(desk: Callable[..., Desk]) -> None:
    there = desk()
    hour, _tomorrow, off = there.page.make_page().snoozes
    assert not off.isEnabled()
    hour.click()
    assert off.isEnabled()
    off.click()
    assert there.window._settings.values.snoozed_until == 0
    assert not off.isEnabled()


def test_what_is_typed_survives_what_happens_meanwhile_and_holds_when_the_settings_close(
    desk: Callable[..., Desk], qtbot: QtBot
) -> None:
    there = desk()
    page = there.page.make_page()
    qtbot.keyClicks(page.words, "kuis")
    there.noticing.snooze("hour")
    assert page.words.text() == "kuis"
    page.leave()
    assert there.window._settings.values.words == ["kuis"]


def test_closing_leaves_the_window_in_the_tray_if_the_person_chose_so(desk: Callable[..., Desk]) -> None:
    there = desk()
    there.window._show_chat(there.window.network)
    there.window.show()
    there.window._settings.change(stay_in_tray=True)
    there.window.close()
    assert not there.window.isVisible()
    there.server(":Budi!u@h PRIVMSG #lobby :Siti, masih di sana?")
    assert there.told() == [("Budi in #lobby", "Siti, masih di sana?")]
    there.tray.window_wanted.emit()
    assert there.window.isVisible()
    there.tray.quit_requested.emit()
    assert there.window.stopped()


@pytest.mark.parametrize(("tray", "stay"), [(False, True), (True, False)])
def test_closing_ends_the_program_without_a_tray_or_that_choice(
    desk: Callable[..., Desk], *, tray: bool, stay: bool
) -> None:
    there = desk(tray=tray)
    there.window._show_chat(there.window.network)
    there.window._settings.change(stay_in_tray=stay)
    there.window.close()
    assert there.window.stopped()


def test_an_invitation_counts_like_a_mention_and_is_announced_once(desk: Callable[..., Desk]) -> None:
    there = desk()
    there.server(":Budi!u@h INVITE Siti #tugas")
    assert there.told() == [("Budi", "Budi invites you to #tugas.")]
    assert there.noticing.number == 1
    assert there.tray.states[-1] == (Mark.MEANT, 1)
    there.server(":Ani!u@h PRIVMSG #lobby :halo")
    assert there.told() == []
    there.window.handle(there.window.session.decline("#tugas"))
    assert there.noticing.number == 0
    there.noticing.snooze("hour")
    there.server(":Budi!u@h INVITE Siti #tugas")
    assert there.told() == []
    assert there.noticing.number == 1, "it is counted all the same"


def test_a_muted_room_is_crossed_out_in_the_list_and_a_key_asks_for_its_level(
    desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    there = desk()
    rooms = there.window.chat_page.rooms.list
    number = rooms.rooms.number_of("#lobby")
    assert not rooms.item(number).muted
    opened: list[QMenu] = []
    monkeypatch.setattr("client.noticing.popup_under", lambda menu, _button: opened.append(menu))
    QTest.keyClick(there.window.chat_page.composer.box, Qt.Key_M, Qt.ControlModifier)
    there.page.popup_levels()
    assert [action.text() for action in opened[-1].actions()] == ["Everything", "Mentions", "Nothing"]
    opened[-1].actions()[-1].trigger()
    there.server(":Budi!u@h PRIVMSG #lobby :Siti?")
    assert rooms.item(number).muted
    assert not rooms.item(number).unread, "it calls nobody"
    assert rooms.rooms.index(number).data(Qt.AccessibleTextRole) == "#lobby, 1 new message, muted"
    there.window.handle(there.window.session.logout())
    there.page.popup_levels()
    assert len(opened) < 3, "there is no room"
