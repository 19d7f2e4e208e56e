"""Answers, edits, reactions, drafts and typing: what the page asks of the session, and what it shows of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication

from client import language, theme
from client.abilities import Abilities
from client.changes import Change, EntryKind, TypingChanged
from client.session import Session
from client.widgets.deeds import Deed, ReactionPicker
from tests.client.widgets.scene import Scene
from translations import tr

ALL = Abilities(
    history=True, replies=True, reactions=True, edits=True, deletes=True, typing=True, search=True, multiline=True
)


class Asked(Scene):
    """A chat page whose server can do everything; what the page asks of the session is written down."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[Any, ...]] = []
        self.taken = True

    def note(self, *what: Any) -> list[Change]:
        self.asked.append(what)
        return []

    def told(self, name: str) -> list[tuple[Any, ...]]:
        return [what[1:] for what in self.asked if what[0] == name]

    def type(self, text: str) -> None:
        QTest.keyClicks(self.page.composer.box, text)

    def enter(self) -> None:
        QTest.keyClick(self.page.composer.box, Qt.Key_Return)

    def deed(self, number: int, deed: Deed) -> None:
        self.page.view.do(deed, self.page.view.messages.row(number))

    @property
    def context(self) -> str:
        bar = self.page.composer.context
        return bar.accessibleName() if bar.isVisible() else ""


@pytest.fixture
def scene(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    theme.apply(qapp, theme.LIGHT)
    monkeypatch.setattr(Session, "abilities", ALL)
    made = Asked()
    session, real = made.session, made.session.send_text

    def own(key: str, entry_id: str) -> bool:
        return any(entry.id == entry_id and entry.own for entry in session.conversations[key].entries)

    def send_text(key: str, text: str, reply_to: str = "") -> tuple[bool, list[Change]]:
        made.note("send", text, reply_to)
        return real(key, text, reply_to)

    def edit(key: str, entry_id: str, text: str) -> tuple[bool, list[Change]]:
        made.note("edit", key, entry_id, text)
        return made.taken, []

    for name, double in {"may_edit": own, "may_delete": own, "send_text": send_text, "edit": edit}.items():
        monkeypatch.setattr(session, name, double)
    for name in ("react", "delete", "typing", "show_message", "load_gap"):
        monkeypatch.setattr(session, name, lambda *what, name=name: made.note(name, *what))
    made.page.resize(1040, 680)
    made.page.show()
    made.log_in("Budi")
    made.say("Budi", "halo semua")
    made.feed(made.line("Siti", "halo juga"))
    yield made
    made.close()


# --- answering --------------------------------------------------------------------------------


def test_an_answer_says_above_the_box_what_it_answers_and_is_sent_with_it(scene: Asked) -> None:
    scene.deed(0, Deed.REPLY)
    assert scene.context == "Reply to Budi halo semua"
    assert scene.page.composer.context.height() == 32
    scene.type("baik")
    scene.enter()
    assert scene.told("send") == [("baik", "m1")]
    assert scene.context == ""
    scene.type("lagi")
    scene.enter()
    assert scene.told("send")[-1] == ("lagi", "")


def test_esc_in_the_box_or_the_cross_ends_an_answer_and_the_text_stays(scene: Asked) -> None:
    scene.deed(0, Deed.REPLY)
    scene.type("baik")
    QTest.keyClick(scene.page.composer.box, Qt.Key_Escape)
    assert (scene.context, scene.page.composer.text()) == ("", "baik")
    scene.deed(0, Deed.REPLY)
    QTest.mouseClick(scene.page.composer.context.close_button, Qt.LeftButton)
    assert scene.context == ""


def test_each_room_has_its_own_answer_and_draft(scene: Asked) -> None:
    scene.join("#lain", "Siti")
    scene.deed(0, Deed.REPLY)
    scene.type("setengah")
    scene.take(scene.session.select("#lain"))
    assert (scene.context, scene.page.composer.text()) == ("", "")
    assert scene.session.conversations["#lobby"].draft == "setengah"
    scene.take(scene.session.select("#lobby"))
    assert (scene.context, scene.page.composer.text()) == ("Reply to Budi halo semua", "setengah")


def test_a_draft_kept_by_an_earlier_program_stands_in_the_box(scene: Asked) -> None:
    scene.join("#lain", "Siti")
    scene.session.conversations["#lain"].draft = "dari kemarin"
    scene.take(scene.session.select("#lain"))
    assert scene.page.composer.text() == "dari kemarin"


def test_a_draft_is_kept_as_it_is_typed_but_the_text_of_an_edit_is_none(scene: Asked) -> None:
    told: list[str] = []
    scene.page.writing.draft_kept.connect(told.append)
    scene.type("belum")
    assert scene.session.conversations["#lobby"].draft == "belum"
    assert told == ["#lobby"] * 5
    scene.deed(1, Deed.EDIT)
    scene.type("!")
    assert scene.session.conversations["#lobby"].draft == "belum"
    assert len(told) == 5


def test_code_is_offered_for_a_long_paste_where_messages_may_have_lines(
    scene: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scene.page.composer.takes_code()
    monkeypatch.setattr(Session, "abilities", Abilities())
    assert not scene.page.composer.takes_code()


# --- editing ----------------------------------------------------------------------------------


def test_up_in_an_empty_box_edits_the_last_own_message(scene: Asked) -> None:
    scene.say("Budi", "hm")
    QTest.keyClick(scene.page.composer.box, Qt.Key_Up)
    assert scene.page.composer.text() == "halo juga"
    assert scene.context == "Edit message halo juga"
    scene.type("!")
    scene.enter()
    assert scene.told("edit") == [("#lobby", "m2", "halo juga!")]
    assert (scene.context, scene.page.composer.text()) == ("", "")
    assert scene.told("send") == []


def test_up_in_a_text_moves_the_cursor(scene: Asked) -> None:
    scene.type("x")
    QTest.keyClick(scene.page.composer.box, Qt.Key_Up)
    assert (scene.context, scene.page.composer.text()) == ("", "x")


def test_an_edit_that_is_not_taken_or_changes_nothing(scene: Asked) -> None:
    scene.taken = False
    scene.deed(1, Deed.EDIT)
    scene.enter()
    assert (scene.told("edit"), scene.context) == ([], "")
    scene.deed(1, Deed.EDIT)
    scene.type("!")
    scene.enter()
    assert (scene.page.composer.text(), scene.context) == ("halo juga!", "Edit message halo juga")


def test_what_stood_in_the_box_comes_back_after_an_edit(scene: Asked) -> None:
    scene.type("setengah")
    scene.deed(1, Deed.EDIT)
    assert scene.page.composer.text() == "halo juga"
    QTest.keyClick(scene.page.composer.box, Qt.Key_Escape)
    assert scene.page.composer.text() == "setengah"


def test_leaving_a_room_ends_an_edit(scene: Asked) -> None:
    scene.join("#lain", "Siti")
    scene.deed(1, Deed.EDIT)
    scene.take(scene.session.select("#lain"))
    scene.take(scene.session.select("#lobby"))
    assert (scene.context, scene.page.composer.text()) == ("", "")


def test_the_language_around_the_box_and_in_the_rows_changes_live(scene: Asked) -> None:
    scene.deed(1, Deed.EDIT)
    scene.session.conversations["#lobby"].typing[:] = ["Ani"]
    scene.take([TypingChanged("#lobby")])
    scene.page.view.ask("m2")
    language.switch("id")
    scene.settle()
    assert scene.page.composer.context.title.text() == tr("Edit message")
    assert scene.page.composer.context.close_button.toolTip() == tr("Cancel (Esc)")
    assert scene.page.typing_line.text() == tr("{name} is typing…").format(name="Ani")
    row = scene.page.view.messages.rowCount() - 1
    assert scene.page.view._delegate.layout_of(row).said == tr("Delete this message for everyone?")
    language.switch("en")
    scene.settle()
    assert scene.context == "Edit message halo juga"


# --- other deeds ------------------------------------------------------------------------------


def test_reactions_deletions_quotes_and_gaps_go_to_the_session(scene: Asked) -> None:
    view = scene.page.view
    view.reaction_requested.emit("m1", "x")
    view.deed_requested.emit(Deed.DELETE, "m2")
    view.quote_requested.emit("m0")
    view.gap_reached.emit("g1")
    view.load_requested.emit("g2")
    assert scene.told("react") == [("#lobby", "m1", "x")]
    assert scene.told("delete") == [("#lobby", "m2")]
    assert scene.told("show_message") == [("#lobby", "m0")]
    assert scene.told("load_gap") == [("#lobby", "g1"), ("#lobby", "g2")]


def test_what_waits_to_be_sent_can_be_deleted_while_offline(scene: Asked) -> None:
    scene.take(scene.session.connection_lost(""))
    scene.type("nanti")
    scene.enter()
    assert scene.page.composer.text() == ""
    entry = scene.session.conversations["#lobby"].entries[-1]
    assert scene.page.writing.rights(entry) == {Deed.DELETE}
    row = scene.page.view.messages.rowCount() - 1
    scene.deed(row, Deed.DELETE)
    assert scene.page.view._delegate.layout_of(row).said == "Delete this message before it is sent?"


def test_what_can_be_done_depends_on_the_message(scene: Asked) -> None:
    entries = scene.session.conversations["#lobby"].entries
    rights = scene.page.writing.rights
    said = [entry for entry in entries if entry.kind is EntryKind.MESSAGE]
    assert rights(said[0]) == {Deed.REACT, Deed.REPLY}
    assert rights(said[1]) == set(Deed) - {Deed.UNDELETE}
    scene.type("menunggu")
    scene.enter()
    assert rights(entries[-1]) == frozenset(), "it has no id yet"
    said[1].deleted = True
    assert rights(said[1]) == frozenset()


# --- typing -----------------------------------------------------------------------------------


def test_typing_is_told_but_not_filling_the_box_nor_commands_nor_edits(scene: Asked) -> None:
    scene.type("ab")
    assert scene.told("typing") == [("#lobby", "a"), ("#lobby", "ab")]
    scene.asked.clear()
    scene.enter()
    scene.type("/")
    scene.type("x")
    scene.page.composer.set_text("")
    scene.deed(1, Deed.EDIT)
    scene.type("x")
    assert [what for what in scene.told("typing") if what[1]] == []


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], ""),
        (["Ani"], "Ani is typing…"),
        (["Ani", "Budi"], "Ani and Budi are typing…"),
        (["Ani", "Budi", "Eko"], "Ani, Budi and Eko are typing…"),
        (["Ani", "Budi", "Eko", "Dewi"], "Several people are typing…"),
    ],
)
def test_who_types_is_told_in_a_line_that_never_moves_the_list(scene: Asked, names: list[str], said: str) -> None:
    before = scene.page.view.geometry()
    scene.session.conversations["#lobby"].typing[:] = names
    scene.take([TypingChanged("#lobby")])
    scene.settle()
    assert scene.page.typing_line.text() == said
    assert scene.page.view.geometry() == before


def test_any_emoji_can_be_the_reaction_and_the_keyboard_goes_back_to_the_messages(scene: Asked) -> None:
    scene.log_in("Budi")
    scene.say("Budi", "halo")
    view, button = scene.page.view, scene.page.composer.emoji_button
    used: list[list[str]] = []
    button.recent_changed.connect(used.append)
    row = view.messages.row(view.messages.rowCount() - 1)
    scene.deed(view.messages.rowCount() - 1, Deed.REACT)
    picker = scene.page.window().findChildren(ReactionPicker)[-1]
    assert picker.buttons[-1].accessibleName() == "All emoji…"
    QTest.mouseClick(picker.buttons[-1], Qt.LeftButton)
    assert not picker.isVisible()
    panel = button.panel
    assert panel is not None
    assert panel.isVisible()
    QTest.keyClicks(panel.field, "cat")
    wanted = panel.chosen()
    QTest.keyClick(panel.field, Qt.Key_Return)
    assert scene.told("react") == [("#lobby", row.entry.id, wanted)]
    assert used[-1][0] == wanted
    assert scene.page.composer.text() == ""
    view.more_reactions_requested.emit(row.entry.id)
    first = button.panel
    view.more_reactions_requested.emit(row.entry.id)
    assert first is not None
    assert first.isHidden()
    assert button.panel is not None
    QTest.keyClick(button.panel.field, Qt.Key_Escape)
    assert scene.page.window().focusWidget() is view
    assert len(scene.told("react")) == 1
