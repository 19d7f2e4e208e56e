"""Keeping order in the window: which entries the menus offer to whom, what they send, the question, the lists."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QMenu

from client import language, theme
from client.models.texts import plain
from client.order import Kept, Roll, RollShown
from client.widgets.roll_panel import SHOWN
from tests.client.widgets.scene import Recorded, on_screen

SANCTIONS = ["Mute for 10 minutes", "Mute…", "Remove from the room", "Remove and ban…"]


def ordinary(name: str) -> list[str]:
    """What everybody is offered in the menu of a person."""
    return ["Send message", "Mention", "Copy name", f"About {name}…"]


@pytest.fixture
def scene(qapp: QApplication) -> Iterator[Recorded]:
    """In the lobby of a server like ours, as an ordinary member, with Budi, and Ani, who helps."""
    with on_screen(Recorded()) as made:
        made.log_in("Budi", "%Ani")
        made.feed(":srv 005 Siti CHANMODES=Ibeg,k,Sl,CMPRUimnst EXTBAN=,amr :ok")
        made.sent()
        yield made


def become(scene: Recorded, letter: str) -> None:
    scene.feed(f":srv MODE #lobby +{letter} Siti")
    scene.sent()


def texts(menu: QMenu | None) -> list[str]:
    """The entries of a menu, those of submenus behind theirs."""
    found = []
    for action in menu.actions() if menu is not None else ():
        found += [] if action.isSeparator() else [plain(action.text())]
        found += texts(action.menu())
    return found


def person_menu(scene: Recorded, nickname: str) -> QMenu:
    menu = scene.page.members.list.menu_for(scene.page.members.list.members.number_of(nickname))
    assert menu is not None
    return menu


def room_menu(scene: Recorded) -> QMenu | None:
    return scene.page.rooms.list.menu_for(scene.page.rooms.list.rooms.number_of("#lobby"))


def message_menu(scene: Recorded) -> QMenu:
    view = scene.page.view
    last = view.messages.rowCount() - 1
    return view.menu_for(view.messages.row(last), view._delegate.layout_of(last), QPoint(-1, -1))


def choose(menu: QMenu | None, text: str) -> None:
    assert menu is not None
    for action in menu.actions():
        if plain(action.text()) == text:
            action.trigger()
            return
        if action.menu() is not None and text in texts(action.menu()):
            choose(action.menu(), text)
            return
    raise AssertionError(texts(menu))


def overlay(scene: Recorded) -> bool:
    """Whether a list lies over the messages (asked anew each time)."""
    return scene.page.panes.overlay_open


# --- who is offered what ----------------------------------------------------------------------


def test_an_ordinary_member_is_offered_nothing(scene: Recorded) -> None:
    scene.say("Budi", "halo")
    assert texts(person_menu(scene, "Budi")) == ordinary("Budi")
    assert texts(message_menu(scene)) == ["React…", "Reply", "About Budi…", "Copy message"]
    assert texts(room_menu(scene)) == ["Invite…"]


def test_a_helper_keeps_order_among_ordinary_members(scene: Recorded) -> None:
    become(scene, "h")
    assert texts(person_menu(scene, "Budi")) == [*ordinary("Budi"), *SANCTIONS]
    assert texts(person_menu(scene, "Ani")) == ordinary("Ani")
    rooms = ["Invite…", "Change topic…", "Words that are not wanted…", "Bans and mutes…", "What was done here"]
    assert texts(room_menu(scene)) == rooms


def test_an_operator_also_gives_ranks_and_sets_the_room(scene: Recorded) -> None:
    become(scene, "o")
    assert texts(person_menu(scene, "Budi")) == [*ordinary("Budi"), *SANCTIONS, "Make operator", "Make helper"]
    assert texts(person_menu(scene, "Ani")) == [*ordinary("Ani"), *SANCTIONS, "Make operator", "Remove as helper"]
    assert texts(person_menu(scene, "Siti")) == ["Copy name", "About Siti…"]
    assert texts(room_menu(scene))[:8] == [
        *("Invite…", "Announcements only", "Quiet: only operators read the others"),
        *("Slow mode", "Off", "10 seconds", "1 minute", "Change topic…"),
    ]
    scene.feed(":srv MODE #lobby -o Siti")
    assert texts(room_menu(scene)) == ["Invite…"]


def test_who_runs_the_server_bans_from_it_anywhere(scene: Recorded) -> None:
    scene.feed(":srv 381 Siti :x")
    assert texts(person_menu(scene, "Budi"))[-1] == "Ban from the server…"
    assert texts(room_menu(scene))[-1] == "Bans from the server…"


def test_a_message_offers_what_may_be_done_to_its_author(scene: Recorded) -> None:
    become(scene, "o")
    scene.say("Budi", "halo")
    assert texts(message_menu(scene)) == ["React…", "Reply", "About Budi…", *SANCTIONS, "Copy message"]
    scene.feed(":Budi!u@h PART #lobby")
    assert "Remove from the room" not in texts(message_menu(scene))
    scene.say("Siti", "saya")
    assert texts(message_menu(scene)) == ["React…", "Reply", "Copy message"]


def test_a_room_says_how_it_is_set(scene: Recorded) -> None:
    become(scene, "o")
    scene.feed(":srv 324 Siti #lobby +nUS 60")
    menu = room_menu(scene)
    assert menu is not None
    checked = [action.text() for action in menu.actions() if action.isChecked()]
    slow = next(action.menu() for action in menu.actions() if action.menu() is not None)
    assert slow is not None
    assert checked == ["Quiet: only operators read the others"]
    assert [action.text() for action in slow.actions() if action.isChecked()] == ["1 minute"]


def test_voice_is_given_where_it_counts_and_taken_where_it_is(scene: Recorded) -> None:
    become(scene, "o")
    scene.feed(":srv MODE #lobby +m")
    assert "Give voice" in texts(person_menu(scene, "Budi"))
    assert "Give voice" not in texts(person_menu(scene, "Ani"))
    scene.feed(":srv MODE #lobby +v Budi", ":srv MODE #lobby -m")
    choose(person_menu(scene, "Budi"), "Take voice away")
    assert scene.sent() == ["MODE #lobby -v Budi"]


# --- what the entries do ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Mute for 10 minutes", "TBAN #lobby 10m m:Budi"),
        ("Remove from the room", "KICK #lobby Budi"),
        ("Make operator", "MODE #lobby +o Budi"),
        ("Make helper", "MODE #lobby +h Budi"),
    ],
)
def test_one_click_on_a_person_is_one_command(scene: Recorded, text: str, line: str) -> None:
    become(scene, "o")
    choose(person_menu(scene, "Budi"), text)
    assert scene.sent() == [line]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Announcements only", "MODE #lobby +m"),
        ("Quiet: only operators read the others", "MODE #lobby +U"),
        ("10 seconds", "MODE #lobby +S 10"),
        ("1 minute", "MODE #lobby +S 60"),
        ("Off", "MODE #lobby -S"),
        ("What was done here", "AUDIT #lobby"),
        ("Words that are not wanted…", "MODE #lobby g"),
        ("Bans and mutes…", "TBAN #lobby"),
        ("Bans from the server…", "KLINE"),
    ],
)
def test_one_click_on_a_room_is_one_command(scene: Recorded, text: str, line: str) -> None:
    scene.feed(":srv 381 Siti :x")
    scene.sent()
    choose(room_menu(scene), text)
    assert scene.sent() == [line]


def test_a_room_that_is_not_on_screen_comes_there_with_what_is_asked_of_it(scene: Recorded) -> None:
    become(scene, "o")
    scene.feed(":Siti!u@h JOIN #tugas", ":srv MODE #tugas +o Siti")
    scene.take(scene.session.select("#tugas"))
    scene.sent()
    choose(room_menu(scene), "Bans and mutes…")
    assert scene.session.current == "#lobby"
    assert scene.sent() == ["TBAN #lobby"]
    scene.take(scene.session.select("#tugas"))
    choose(room_menu(scene), "What was done here")
    assert scene.session.current == "#lobby"


# --- the question -----------------------------------------------------------------------------


def test_a_mute_asks_for_how_long_and_why_in_place(scene: Recorded) -> None:
    become(scene, "o")
    choose(person_menu(scene, "Budi"), "Mute…")
    panel = scene.page.ask_panel
    assert panel.isVisible()
    assert plain(panel.title.text()) == "Mute Budi"
    assert [button.text() for button in panel.choices] == ["10 minutes", "1 hour", "1 day", "Until lifted"]
    assert panel.choices[0].isChecked()
    QTest.mouseClick(panel.choices[2], Qt.LeftButton)
    QTest.keyClicks(panel.reason, " terlalu  ramai ")
    QTest.keyClick(panel.reason, Qt.Key_Return)
    assert not panel.isVisible()
    assert scene.sent() == ["TBAN #lobby 1d m:Budi :terlalu ramai"]


@pytest.mark.parametrize(
    ("choice", "lines"),
    [
        ("1h", ["TBAN #lobby 1h Budi ramai", "KICK #lobby Budi ramai"]),
        ("0", ["TBAN #lobby 0 Budi ramai", "KICK #lobby Budi ramai"]),
        ("", ["KICK #lobby Budi ramai"]),
    ],
)
def test_who_is_put_out_may_be_kept_out(scene: Recorded, choice: str, lines: list[str]) -> None:
    become(scene, "o")
    choose(person_menu(scene, "Budi"), "Remove and ban…")
    panel = scene.page.ask_panel
    panel.choose(choice)
    panel.reason.setText("ramai")
    QTest.mouseClick(panel.do_button, Qt.LeftButton)
    assert scene.sent() == lines


def test_a_ban_from_the_server_asks_too(scene: Recorded) -> None:
    scene.feed(":srv 381 Siti :x")
    scene.sent()
    choose(person_menu(scene, "Budi"), "Ban from the server…")
    QTest.keyClick(scene.page.ask_panel.reason, Qt.Key_Return)
    assert scene.sent() == ["KLINE 10m Budi"]


def test_esc_and_another_room_put_the_question_away(scene: Recorded) -> None:
    become(scene, "o")
    panel = scene.page.ask_panel
    choose(person_menu(scene, "Budi"), "Mute…")
    QTest.keyClick(panel.reason, Qt.Key_Escape)
    assert not panel.isVisible()
    choose(person_menu(scene, "Budi"), "Mute…")
    QTest.keyClick(scene.page.composer.box, Qt.Key_Escape)
    assert not panel.isVisible()
    choose(person_menu(scene, "Budi"), "Mute…")
    scene.take(scene.session.open_private("Ani"))
    assert not panel.isVisible()
    assert scene.sent() == []


def test_a_question_is_not_hidden_by_the_list_that_it_came_from(scene: Recorded) -> None:
    become(scene, "o")
    scene.page.resize(600, 500)
    scene.settle()
    scene.page.panes.toggle_members()
    assert overlay(scene)
    choose(person_menu(scene, "Budi"), "Mute…")
    assert not overlay(scene)
    scene.page.panes.toggle_left()
    shown(scene, Roll.BANS)
    assert not overlay(scene)


def test_the_question_changes_its_language_and_fits_a_narrow_and_low_window(
    scene: Recorded, qapp: QApplication
) -> None:
    become(scene, "o")
    choose(person_menu(scene, "Budi"), "Remove and ban…")
    panel = scene.page.ask_panel
    language.switch("id")
    QApplication.processEvents()
    assert plain(panel.title.text()) == "Keluarkan Budi"
    assert panel.choices[-1].text() == panel.box.itemText(4) == "Hanya keluarkan"
    assert panel.choices[0].isVisible()
    assert not panel.box.isVisible()
    assert scene.page.composer.isVisible()
    theme.apply(qapp, theme.LIGHT, 2.0)
    scene.page.resize(480, 400)
    panel.ask(panel._question)
    panel.hide()
    panel.show()
    scene.settle()
    assert panel.box.isVisible()
    assert not any(button.isVisible() for button in panel.choices)
    assert not scene.page.composer.isVisible(), "there is room for one of the two"
    inside = scene.page.rect()
    for part in (panel.box, panel.reason, panel.do_button):
        assert inside.contains(part.mapTo(scene.page, part.rect().topLeft()))
        assert inside.contains(part.mapTo(scene.page, part.rect().bottomRight()) - QPoint(0, theme.px(8)))
    panel.choose("1d")
    assert panel.choices[2].isChecked()
    QTest.keyClick(panel.reason, Qt.Key_Escape)
    assert scene.page.composer.isVisible()


# --- the lists --------------------------------------------------------------------------------


def shown(scene: Recorded, roll: Roll, *items: Kept, key: str = "#lobby") -> None:
    scene.page.apply([RollShown(key, roll, items)])


def test_a_list_shows_who_how_long_by_whom_and_why_and_lifts(scene: Recorded) -> None:
    become(scene, "o")
    mute = Kept("m:a:budi", "Budi", mute=True, by="Pak Adi", left="9m30s", reason="ramai")
    shown(scene, Roll.BANS, mute, Kept("x!*@*", "x"))
    panel = scene.page.ordering.roll
    assert panel.isVisible()
    assert panel.geometry() == scene.page.view.geometry()
    assert [row.name.text() for row in panel.rows] == ["Budi", "x"]
    assert plain(panel.rows[0].details.text()) == "muted · 9 minutes 30 seconds left · by Pak Adi · ramai"
    assert panel.rows[1].details.text() == "banned"
    assert panel.rows[0].button.accessibleName() == "Lift: Budi"
    QTest.mouseClick(panel.rows[0].button, Qt.LeftButton)
    assert scene.sent() == ["MODE #lobby -b m:a:budi", "TBAN #lobby"]
    shown(scene, Roll.BANS)
    assert panel.rows == []
    assert panel.hint.text() == "There are none."
    QTest.keyClick(panel, Qt.Key_Escape)
    assert not panel.isVisible()


def test_enter_lifts_what_has_the_keyboard(scene: Recorded) -> None:
    become(scene, "o")
    shown(scene, Roll.BANS, Kept("a:budi", "Budi"))
    row = scene.page.ordering.roll.rows[0]
    row.button.setFocus()
    QTest.keyClick(row.button, Qt.Key_Return)
    assert scene.sent() == ["MODE #lobby -b a:budi", "TBAN #lobby"]


def test_words_are_added_and_allowed_again(scene: Recorded) -> None:
    become(scene, "o")
    shown(scene, Roll.WORDS)
    panel = scene.page.ordering.roll
    assert panel.hint.text() == "All words are allowed."
    QTest.keyClicks(panel.field, " kasar ")
    QTest.keyClick(panel.field, Qt.Key_Return)
    assert scene.sent() == ["MODE #lobby +g kasar", "MODE #lobby g"]
    QTest.mouseClick(panel.add_button, Qt.LeftButton)
    assert scene.sent() == []
    shown(scene, Roll.WORDS, Kept("kasar", "kasar"))
    QTest.mouseClick(panel.rows[0].button, Qt.LeftButton)
    assert scene.sent() == ["MODE #lobby -g kasar", "MODE #lobby g"]


def test_bans_from_the_server_are_lifted_from_wherever_one_is(scene: Recorded) -> None:
    scene.feed(":srv 381 Siti :x")
    scene.sent()
    shown(scene, Roll.SERVER, Kept("a:budi", "Budi", by="Siti"), key="")
    panel = scene.page.ordering.roll
    assert plain(panel.rows[0].details.text()) == "by Siti"
    QTest.mouseClick(panel.rows[0].button, Qt.LeftButton)
    assert scene.sent() == ["UNKLINE a:budi", "KLINE"]


def test_a_list_of_another_room_is_not_shown_and_a_long_one_is_cut(scene: Recorded) -> None:
    become(scene, "o")
    shown(scene, Roll.BANS, key="#elsewhere")
    assert scene.page.ordering._made_roll is None
    shown(scene, Roll.BANS, *(Kept(f"a:n{n}", f"n{n}") for n in range(SHOWN + 3)))
    panel = scene.page.ordering.roll
    assert len(panel.rows) == SHOWN
    assert panel.hint.text() == "… and 3 more"
    language.switch("id")
    QApplication.processEvents()
    assert panel.title.text() == "Yang dilarang dan dibisukan"
    scene.page.resize(900, 600)
    scene.settle()
    assert panel.geometry() == scene.page.view.geometry()
    scene.take(scene.session.open_private("Ani"))
    assert not panel.isVisible()


def test_the_button_in_the_header_opens_the_menu_of_the_room(scene: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    become(scene, "o")
    opened: list[list[str]] = []
    monkeypatch.setattr(QMenu, "popup", lambda menu, _at: opened.append(texts(menu)))
    QTest.mouseClick(scene.page.header.room_button, Qt.LeftButton)
    assert opened == [texts(room_menu(scene))]


def test_the_topic_is_changed_in_the_question(scene: Recorded) -> None:
    become(scene, "o")
    scene.feed(":srv TOPIC #lobby :Bab 3")
    choose(room_menu(scene), "Change topic…")
    panel = scene.page.ask_panel
    assert panel.isVisible()
    assert (panel.title.text(), panel.reason.text()) == ("Topic of \u2068#lobby\u2069", "Bab 3")
    panel.reason.setText("  Bab  4 ")
    scene.sent()
    QTest.keyClick(panel.reason, Qt.Key_Return)
    assert scene.sent() == ["TOPIC #lobby :Bab 4"]
    choose(room_menu(scene), "Change topic…")
    panel.reason.clear()
    QTest.mouseClick(panel.do_button, Qt.LeftButton)
    assert scene.sent() == ["TOPIC #lobby :"], "it is taken away"
