"""The settings, as a person goes through them: all holds at once, is there again next time, and needs no mouse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt5.QtCore import QPoint, QPointF, Qt
from PyQt5.QtGui import QWheelEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

import translations
from client import language, theme
from client.choosing import Choosing
from client.settings import Settings
from client.widgets import motion
from client.widgets.controls import ProgressLine
from client.widgets.settings_panel import SettingsPanel
from client.window import MainWindow
from tests.client.test_noticing import RecordingTray, pytestmark
from tests.client.test_window import Driven

__all__ = ["pytestmark"]  # what a platform without trays says


class Chooser(Driven):
    """A person who is logged in and goes to the settings."""

    @property
    def choosing(self) -> Choosing:
        found = self.window.findChild(Choosing)
        assert found is not None
        return found

    @property
    def panel(self) -> SettingsPanel:
        return self.choosing.panel

    @property
    def kept(self) -> Settings:
        """What another start of the program would read."""
        return Settings(self.window._settings.folder)

    def open(self) -> SettingsPanel:
        QTest.keyClick(QApplication.focusWidget(), Qt.Key_Comma, Qt.ControlModifier)
        assert self.panel.isVisible()
        return self.panel

    def go_to(self, heading: str) -> None:
        numbers = [number for number, page in enumerate(self.panel.pages) if page.heading() == heading]
        self.panel.show_page(numbers[0])

    def lines(self) -> list[str]:
        return self.window.chat_page.view.visible_text()


@pytest.fixture
def open_one(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Chooser]]:
    windows: list[MainWindow] = []

    def make(*, tray: bool = False) -> Chooser:
        monkeypatch.setattr("client.widgets.tray.make_tray", RecordingTray if tray else lambda _window: None)
        window = MainWindow(Settings(tmp_path))
        windows.append(window)
        qtbot.addWidget(window)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        chooser = Chooser(window)
        chooser.log_in()
        return chooser

    yield make
    for window in windows:
        window.quit()
    motion.choose(None)
    language.switch("en")
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, theme.LIGHT, 1.0)


def animated(line: ProgressLine) -> bool:
    return line._timer != 0


def reduced() -> bool:
    return motion.reduced()


@pytest.fixture
def person(open_one: Callable[..., Chooser]) -> Chooser:
    return open_one()


def test_the_settings_are_built_when_they_are_first_opened(person: Chooser) -> None:
    assert person.window.findChild(SettingsPanel) is None
    person.open()
    assert [page.heading() for page in person.panel.pages] == [
        "Account",
        "Appearance",
        "Notifications",
        "Accessibility",
        "Language",
        "Advanced",
    ]


def test_escape_closes_them_and_the_keyboard_is_in_the_message_box_again(person: Chooser) -> None:
    panel = person.open()
    assert QApplication.focusWidget() is panel.categories
    QTest.keyClick(QApplication.focusWidget(), Qt.Key_Escape)
    assert not panel.isVisible()
    assert QApplication.focusWidget() is person.window.chat_page.composer.box


def test_the_arrow_keys_turn_the_pages_and_tab_goes_round_without_leaving(person: Chooser) -> None:
    panel = person.open()
    QTest.keyClick(panel.categories, Qt.Key_Down)
    assert panel.stack.currentIndex() == 1
    met = []
    for _ in range(8):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key_Tab)
        met.append(QApplication.focusWidget())
    assert all(panel.isAncestorOf(widget) for widget in met)
    look = person.choosing.look
    expected = {panel.categories, look.theme.options["system"], look.zoom, look.membership.options["folded"]}
    assert expected <= set(met)
    QTest.keyClick(met[-1], Qt.Key_Backtab)
    assert QApplication.focusWidget() is met[-2]


def test_they_go_when_the_keyboard_goes_elsewhere(person: Chooser) -> None:
    panel = person.open()
    QTest.keyClick(panel.categories, Qt.Key_Down, Qt.AltModifier)  # only one room: nothing happens
    assert panel.isVisible()
    QTest.keyClick(panel.categories, Qt.Key_F6)
    assert not panel.isVisible()


def test_theme_and_size_change_at_once_and_are_kept(person: Chooser) -> None:
    person.open()
    person.go_to("Appearance")
    look = person.choosing.look
    look.theme.options["system"].setFocus()
    QTest.keyClick(look.theme.options["system"], Qt.Key_Down)
    QTest.keyClick(look.theme.options["light"], Qt.Key_Down)
    assert theme.current() is theme.DARK
    look.zoom.setCurrentIndex(theme.ZOOM_STEPS.index(1.5))
    look.zoom.activated.emit(theme.ZOOM_STEPS.index(1.5))
    assert theme.zoom() == 1.5
    assert (person.kept.values.theme, person.kept.values.zoom) == ("dark", 1.5)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key_D, Qt.ControlModifier | Qt.ShiftModifier)
    assert look.theme.options["light"].isChecked()  # by another way: the page follows
    QTest.keyClick(QApplication.focusWidget(), Qt.Key_0, Qt.ControlModifier)
    assert look.zoom.currentText() == "100%"


def test_the_wheel_over_a_list_that_opens_changes_nothing(person: Chooser) -> None:
    person.open()
    person.go_to("Appearance")
    zoom = person.choosing.look.zoom
    place = QPointF(zoom.rect().center())
    turn = QPoint(0, -120)
    event = QWheelEvent(place, QPointF(zoom.mapToGlobal(place.toPoint())), turn, turn, Qt.NoButton, Qt.NoModifier,
                        Qt.NoScrollPhase, False)  # fmt: skip
    QApplication.sendEvent(zoom, event)
    assert theme.zoom() == 1.0
    assert zoom.currentText() == "100%"


def test_high_contrast_is_the_theme_of_that_name_and_its_end_the_systems(person: Chooser) -> None:
    person.open()
    person.go_to("Accessibility")
    easier = person.choosing.easier
    easier.contrast.click()
    assert theme.current() is theme.HIGH_CONTRAST
    assert person.choosing.look.theme.options["contrast"].isChecked()
    easier.contrast.click()
    assert theme.current() is theme.LIGHT
    assert person.kept.values.theme == "system"


def test_nothing_moves_if_the_person_chose_so(person: Chooser, qtbot: QtBot) -> None:
    person.open()
    person.go_to("Accessibility")
    motions = person.choosing.easier.motion.options
    motions["all"].click()
    assert reduced() is False
    motions["less"].click()
    assert reduced() is True
    line = ProgressLine()
    qtbot.addWidget(line)
    line.show()
    line.set_running(True)
    assert animated(line) is False
    motions["all"].click()
    line.set_running(True)
    assert animated(line) is True
    assert person.kept.values.motion == "all"


def test_the_language_changes_at_once_in_the_settings_too(person: Chooser) -> None:
    panel = person.open()
    person.go_to("Language")
    person.choosing.language.language.options["id"].click()
    QApplication.processEvents()
    assert translations.language() == "id"
    assert panel.title.text() == "Pengaturan"
    assert panel.categories.names.stringList()[0] == "Akun"
    assert panel.stack.currentIndex() == 4
    assert person.kept.values.language == "id"


def test_enter_and_shift_enter_change_places_and_ctrl_enter_sends_always(person: Chooser) -> None:
    person.open()
    person.go_to("Advanced")
    person.choosing.rest.enter.options["breaks"].click()
    box = person.window.chat_page.composer.box
    sent: list[str] = []
    person.window.chat_page.composer.send_requested.connect(sent.append)
    QTest.keyClicks(box, "satu")
    QTest.keyClick(box, Qt.Key_Return)
    QTest.keyClicks(box, "dua")
    QTest.keyClick(box, Qt.Key_Return, Qt.ControlModifier)
    assert sent == ["satu\ndua"]
    QTest.keyClicks(box, "tiga")
    QTest.keyClick(box, Qt.Key_Return, Qt.ShiftModifier)
    assert sent == ["satu\ndua", "tiga"]
    assert person.window.chat_page.composer.send_button.toolTip() == "Send (Shift+Enter)"
    assert not person.kept.values.enter_sends


@pytest.mark.parametrize(
    ("how", "shown"),
    [
        ("folded", ["Ani and Dewi joined"]),
        ("all", ["Ani joined", "Dewi joined"]),
        ("none", []),
    ],
)
def test_comings_are_shown_in_one_line_each_or_not_at_all(person: Chooser, how: str, shown: list[str]) -> None:
    person.server(":Ani!u@h JOIN #lobby", ":Dewi!u@h JOIN #lobby")
    person.open()
    person.go_to("Appearance")
    person.choosing.look.membership.options[how].click()
    assert [line.rpartition(", ")[2] for line in person.lines() if "joined" in line] == shown
    person.server(":Ani!u@h QUIT :bye")
    assert any("left" in line for line in person.lines()) is (how != "none")


def test_a_new_name_is_asked_of_the_server_and_the_room_shows_its_answer(person: Chooser) -> None:
    panel = person.open()
    account = person.choosing.account
    assert (account.name.text(), account.rename.isEnabled()) == ("Siti", False)
    asked: list[str] = []
    person.window.chat_page.rooms.account.rename_requested.connect(asked.append)
    account.name.selectAll()
    QTest.keyClicks(account.name, "Siti R")
    assert account.rename.isEnabled()
    QTest.keyClick(account.name, Qt.Key_Return)
    assert asked == ["Siti R"]
    assert not panel.isVisible()


def test_staying_in_the_tray_is_offered_only_where_there_is_one(open_one: Callable[..., Chooser]) -> None:
    without = open_one()
    without.open()
    without.go_to("Advanced")
    assert not without.choosing.rest.tray.isVisible()
    with_one = open_one(tray=True)
    with_one.open()
    with_one.go_to("Advanced")
    with_one.choosing.rest.tray.click()
    assert with_one.kept.values.stay_in_tray


def test_in_a_narrow_window_a_box_above_the_page_takes_the_place_of_the_list(person: Chooser) -> None:
    person.window.resize(480, 400)
    panel = person.open()
    assert (panel.categories.isVisible(), panel.box.isVisible()) == (False, True)
    assert QApplication.focusWidget() is panel.box
    QTest.keyClick(panel.box, Qt.Key_Down)
    assert panel.stack.currentIndex() == 1
    person.window.resize(1000, 600)
    assert (panel.categories.isVisible(), panel.box.isVisible()) == (True, False)
    assert panel.categories.currentIndex().row() == 1


def test_connecting_on_start_is_chosen_there_and_taken_back(person: Chooser) -> None:
    person.open()
    person.go_to("Account")
    tick = person.choosing.account.on_start
    assert not tick.isChecked()
    tick.click()
    assert [login["on_start"] for login in person.kept.values.logins.values()] == [True]
    person.choosing.open()
    assert tick.isChecked()
    tick.click()
    assert [login["on_start"] for login in person.kept.values.logins.values()] == [False]


def test_logging_out_is_offered_there_too(person: Chooser) -> None:
    person.open()
    buttons = [button for button in person.panel.findChildren(QAbstractButton) if button.text() == "Log out"]
    buttons[0].click()
    assert person.shows() is type(person.window.login_page)
