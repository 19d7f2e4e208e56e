"""Searching in the room and everywhere: what is asked, what is shown, and where a hit leads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QWidget
from pytestqt.modeltest import ModelTester

from client import language, theme
from client.abilities import Abilities
from client.changes import Change, Hit, SearchResults, ShowEntry
from client.models.hits import HitModel, excerpt, query_words, spans
from client.session import Session
from tests.client.widgets.scene import START, Scene
from translations import tr


def hit(number: int, text: str = "tugas", key: str = "#lobby") -> Hit:
    """The hit in message `number`; a higher number is a newer message."""
    return Hit(key, key, f"m{number}", "Budi", text, START + number)


class Searched(Scene):
    """A chat page on a server that can search; what the page asks of the session is written down."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[Any, ...]] = []

    def note(self, *what: Any) -> list[Change]:
        self.asked.append(what)
        return []

    def told(self, name: str) -> list[tuple[Any, ...]]:
        return [what[1:] for what in self.asked if what[0] == name]

    def press(self, key: Qt.Key, modifiers: int = 0) -> None:
        QTest.keyClick(self.focused, key, Qt.KeyboardModifiers(modifiers))

    @property
    def focused(self) -> QWidget:
        return QApplication.focusWidget()

    def search(self, text: str) -> None:
        """Type, and stop typing for a while."""
        QTest.keyClicks(self.focused, text)
        self.page.finding._timer.timeout.emit()

    def found(self, *hits: Hit, query: str = "tugas", key: str = "#lobby", more: bool = False) -> None:
        self.take([SearchResults(query, key, hits, more)])

    @property
    def status(self) -> str:
        return self.page.search_bar.status.text()


@pytest.fixture
def scene(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[Searched]:
    theme.apply(qapp, theme.LIGHT)
    monkeypatch.setattr(Session, "abilities", Abilities(search=True))
    made = Searched()
    for name in ("search", "search_more", "show_message"):
        monkeypatch.setattr(made.session, name, lambda *what, name=name: made.note(name, *what))
    made.page.resize(1040, 680)
    made.page.show()
    made.page.activateWindow()
    made.log_in("Budi")
    made.settle()
    made.page.setFocus()
    made.settle()
    yield made
    made.close()


CTRL, CTRL_SHIFT = int(Qt.ControlModifier), int(Qt.ControlModifier) | int(Qt.ShiftModifier)

# --- in the room ------------------------------------------------------------------------------


def test_ctrl_f_searches_the_room_and_enter_goes_from_hit_to_hit(scene: Searched) -> None:
    scene.press(Qt.Key_F, CTRL)
    assert scene.focused is scene.page.search_bar.field
    scene.search("tugas")
    assert scene.told("search")[-1] == ("tugas", "#lobby")
    scene.found(hit(3), hit(2), hit(1))
    assert scene.status == "3 results"
    scene.press(Qt.Key_Return)
    assert scene.status == "1 of 3"
    scene.press(Qt.Key_Up)
    scene.press(Qt.Key_Return, int(Qt.ShiftModifier))
    scene.press(Qt.Key_Down)
    assert scene.told("show_message") == [("#lobby", "m3"), ("#lobby", "m2"), ("#lobby", "m3")]


def test_enter_before_the_answer_goes_to_the_newest_hit_when_it_is_there(scene: Searched) -> None:
    scene.press(Qt.Key_F, CTRL)
    QTest.keyClicks(scene.focused, "tugas")
    scene.press(Qt.Key_Return)
    assert scene.told("search")[-1] == ("tugas", "#lobby")
    assert scene.told("show_message") == []
    scene.found(hit(3), hit(2))
    assert scene.told("show_message") == [("#lobby", "m3")]


def test_behind_the_last_hit_more_are_fetched_and_the_way_goes_on(scene: Searched) -> None:
    scene.press(Qt.Key_F, CTRL)
    scene.search("tugas")
    scene.found(hit(3), more=True)
    assert scene.status == "1+ result"
    scene.press(Qt.Key_Return)
    scene.press(Qt.Key_Return)
    assert scene.told("search_more") == [()]
    scene.found(hit(3), hit(2))
    assert scene.told("show_message") == [("#lobby", "m3"), ("#lobby", "m2")]
    assert scene.status == "2 of 2"


def test_esc_puts_the_bar_away_and_the_keyboard_back_into_the_box(scene: Searched) -> None:
    scene.press(Qt.Key_F, CTRL)
    scene.press(Qt.Key_Escape)
    assert not scene.page.search_bar.isVisible()
    assert scene.page.composer.box.hasFocus()


def test_the_bar_says_when_nothing_was_found_or_searching_did_not_work(scene: Searched) -> None:
    scene.press(Qt.Key_F, CTRL)
    scene.search("zzz")
    scene.found(query="zzz")
    assert scene.status == "No results"
    scene.take([SearchResults("zzz", "#lobby", problem="Terlalu sering")])
    assert scene.status == "Terlalu sering"


def test_another_room_ends_the_search_in_this_one(scene: Searched) -> None:
    scene.join("#lain", "Siti")
    scene.press(Qt.Key_F, CTRL)
    scene.take(scene.session.select("#lain"))
    assert not scene.page.search_bar.isVisible()


def test_a_server_that_cannot_search_has_no_button_and_ctrl_f_says_so(
    scene: Searched, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scene.page.header.search_button.isVisible()
    monkeypatch.setattr(Session, "abilities", Abilities())
    scene.take(scene.session.connection_lost(""))
    assert not scene.page.header.search_button.isVisible()
    scene.press(Qt.Key_F, CTRL)
    assert scene.status == "This server cannot search."
    scene.press(Qt.Key_F, CTRL_SHIFT)
    assert scene.page.finding.panel.hint.text() == "This server cannot search."


# --- everywhere -------------------------------------------------------------------------------


def test_ctrl_shift_f_searches_everywhere_and_a_hit_opens_its_room_there(scene: Searched) -> None:
    scene.join("#lain", "Siti")
    scene.press(Qt.Key_F, CTRL_SHIFT)
    panel = scene.page.finding.panel
    assert panel.isVisible()
    assert panel.geometry() == scene.page.view.geometry()
    assert "has:link" in panel.hint.text()
    scene.search("tugas")
    assert scene.told("search")[-1] == ("tugas", "")
    scene.found(hit(9), hit(8, key="#lain"), key="")
    scene.press(Qt.Key_Down)
    scene.press(Qt.Key_Down)
    scene.press(Qt.Key_Return)
    assert scene.session.current == "#lain"
    assert scene.told("show_message") == [("#lain", "m8")]
    assert not panel.isVisible()
    assert scene.page.composer.box.hasFocus()


def test_enter_in_the_field_opens_the_newest_hit_and_a_click_any(scene: Searched) -> None:
    panel = scene.page.finding.panel
    scene.press(Qt.Key_F, CTRL_SHIFT)
    scene.search("tugas")
    scene.found(hit(9), hit(8), key="")
    scene.press(Qt.Key_Return)
    scene.press(Qt.Key_F, CTRL_SHIFT)
    scene.settle()
    place = panel.list.visualRect(panel.hits.index(1)).center()
    QTest.mouseClick(panel.list.viewport(), Qt.LeftButton, Qt.NoModifier, place)
    assert scene.told("show_message") == [("#lobby", "m9"), ("#lobby", "m8")]


def test_scrolling_to_the_end_of_the_hits_asks_for_more_once(scene: Searched) -> None:
    panel = scene.page.finding.panel
    scene.press(Qt.Key_F, CTRL_SHIFT)
    scene.search("tugas")
    many = [hit(100 - n) for n in range(50)]
    scene.found(*many, key="", more=True)
    scene.settle()
    bar = panel.list.verticalScrollBar()
    bar.setValue(bar.maximum())
    bar.setValue(bar.maximum() - 5)
    assert scene.told("search_more") == [()]
    at = bar.value()
    scene.found(*many, hit(1), key="")
    scene.settle()
    assert bar.value() == at
    assert panel.hits.rowCount() == 51


def test_nothing_found_is_said_with_what_to_try(scene: Searched) -> None:
    scene.press(Qt.Key_F, CTRL_SHIFT)
    scene.search("zzz")
    scene.found(query="zzz", key="")
    assert scene.page.finding.panel.hint.text() == "No results for “zzz”. Try another word, or remove a filter."
    assert not scene.page.finding.panel.list.isVisible()


def test_esc_closes_the_panel_and_it_comes_back_with_what_was_sought(scene: Searched) -> None:
    scene.press(Qt.Key_F, CTRL_SHIFT)
    scene.search("tugas")
    scene.press(Qt.Key_Escape)
    assert not scene.page.finding.panel.isVisible()
    scene.press(Qt.Key_F, CTRL_SHIFT)
    assert scene.page.finding.panel.field.selectedText() == "tugas"


def test_a_message_in_context_is_scrolled_to_and_marked(scene: Searched) -> None:
    scene.feed(*(scene.line("Budi", f"pesan {n}") for n in range(200)))
    scene.settle()
    scene.take([ShowEntry("#lobby", "m40")])
    scene.settle()
    view = scene.page.view
    assert view.flash.entry_id == "m40"
    number = next(n for n in range(view.messages.rowCount()) if view.messages.row(n).entry.id == "m40")
    assert 0 < view.visualRect(view.messages.index(number)).top() < view.viewport().height() / 3


def test_the_language_of_the_search_changes_live(scene: Searched) -> None:
    panel, bar = scene.page.finding.panel, scene.page.search_bar
    scene.press(Qt.Key_F, CTRL)
    scene.search("zzz")
    scene.found(query="zzz")
    language.switch("id")
    scene.settle()
    assert scene.status == tr("No results")
    assert bar.field.placeholderText() == tr("Search in this room")
    assert panel.field.placeholderText() == tr("Search in all rooms")
    assert scene.page.header.search_button.accessibleName() == tr("Search")
    assert bar.close_button.toolTip() == tr("Close (Esc)")
    language.switch("en")
    scene.settle()
    assert scene.status == "No results"


# --- words ------------------------------------------------------------------------------------


def test_filters_are_no_words_and_a_phrase_is_one() -> None:
    assert query_words('from:siti tugas "bab tiga" has:link in:#lab kum*') == ["tugas", "bab tiga", "kum"]


def test_words_are_found_whatever_their_case() -> None:
    assert spans("Tugas dan TUGAS baru", ["tugas", "baru"]) == [(0, 5), (10, 15), (16, 20)]
    assert spans("Tugas", []) == []


def test_an_excerpt_begins_near_the_first_word_that_was_sought() -> None:
    long = "kata " * 50 + "tugas akhir"
    assert len(excerpt(long, ["tugas"])) < 80
    assert excerpt(long, ["tugas"]).startswith("…kata")
    assert excerpt("satu\ndua", ["dua"]) == "satu dua"
    assert excerpt("x" * 300 + "tugas", ["tugas"]).endswith("xtugas")


def test_the_model_of_hits_keeps_qts_rules_and_says_each_hit_whole(qtmodeltester: ModelTester) -> None:
    model = HitModel()
    model.show("tugas", (hit(2), hit(1)))
    model.show("tugas", (hit(2), hit(1), hit(0)))
    qtmodeltester.check(model)
    said = str(model.index(0).data(Qt.AccessibleTextRole))
    assert said.startswith("#lobby, Budi, ")
    assert said.endswith(", tugas")
