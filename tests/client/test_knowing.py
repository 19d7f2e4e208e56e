"""Knowing people in the window: the card about somebody, being away, and when others were last here."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PyQt5.QtCore import QEvent, Qt
from PyQt5.QtGui import QHelpEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QAction, QApplication, QMenu, QToolTip

from client import language, theme
from client.models.texts import plain
from client.widgets.profile_card import ProfileCard
from client.widgets.side_list import Presence
from tests.client.test_ordering import become, choose, message_menu, person_menu, texts
from tests.client.widgets.scene import START, Recorded


@pytest.fixture
def scene(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    """In the lobby with Budi, who helps, and Ani; it is 10.30 in Jakarta."""
    monkeypatch.setenv("TZ", "Asia/Jakarta")
    time.tzset()
    theme.apply(qapp, theme.LIGHT)
    made = Recorded()
    made.page.knowing.now = lambda: made.epoch
    made.page.resize(1040, 680)
    made.page.show()
    made.log_in("%Budi", "Ani")
    made.feed(":srv 005 Siti CHANMODES=Ibeg,k,Sl,CMPRUimnst EXTBAN=,amr :ok")
    made.sent()
    yield made
    made.close()
    theme.apply(qapp, theme.LIGHT)
    monkeypatch.undo()
    time.tzset()


def about(scene: Recorded, menu: QMenu, *lines: str) -> ProfileCard:
    """Choose "About …" and have the server answer these lines."""
    choose(menu, next(text for text in texts(menu) if text.startswith(("About", "Tentang"))))
    asked = [line for line in scene.lines if "WHOIS" in line]
    label = asked[-1].split()[0]
    scene.feed(*(f"{label} :srv {line.replace('ME', 'Siti', 1)}" for line in lines))
    return scene.page.knowing.card


def card_of_budi(scene: Recorded, *more: str) -> ProfileCard:
    return about(
        scene,
        person_menu(scene, "Budi"),
        "311 ME Budi ~b b.lan * :Budi",
        "330 ME Budi budi123 :is logged in as",
        f"317 ME Budi 300 {int(START) - 3600} :seconds idle, signon time",
        *more,
        "318 ME Budi :End",
    )


def said(card: ProfileCard) -> list[str]:
    return plain(card.text()).split("\n")


def shown_buttons(card: ProfileCard) -> list[str]:
    return [button.text() for button in card.buttons if button.isVisible()]


def test_the_card_tells_what_the_server_told(scene: Recorded) -> None:
    card = card_of_budi(scene)
    assert card.isVisible()
    assert card.accessibleName() == "About Budi"
    assert said(card) == [
        "Helper in #lobby",
        "Online",
        "Wrote nothing for 5 minutes",
        "Here since 09:30",
        "Account: budi123",
        "Rooms you share: #lobby",
    ]
    assert shown_buttons(card) == ["Send message", "Mention", "Copy name"]
    assert card.message_button.hasFocus() or not card.window().isActiveWindow()


def test_whoever_is_away_or_a_bot_or_not_encrypted_or_runs_the_server_is_told_so(scene: Recorded) -> None:
    scene.feed(":srv 352 Siti #lobby ~b b.lan srv Budi H!% :0 Budi")
    card = card_of_budi(
        scene,
        "301 ME Budi :makan & minum",
        "335 ME Budi :bot",
        "313 ME Budi :op",
        "760 ME Budi display-name * :Pak Budi",
        "378 ME Budi :is connecting from *@10.0.0.7 10.0.0.7",
    )
    assert said(card) == [
        "Helper in #lobby",
        "Away: makan & minum",
        "Wants to be called Pak Budi",
        "Wrote nothing for 5 minutes",
        "Here since 09:30",
        "Runs this server",
        "A bot: a program answers",
        "Account: budi123",
        "Address: 10.0.0.7",
        "Others see the host b.lan",
        "Connected without encryption: others on the network can read along.",
        "Rooms you share: #lobby",
    ]


def test_a_guest_who_wrote_just_now_has_no_account(scene: Recorded) -> None:
    scene.say("Ani", "halo")
    card = about(scene, message_menu(scene), "311 ME Ani ~a a.lan * :Ani", "317 ME Ani 5 0 :idle", "318 ME Ani :End")
    assert said(card)[:4] == ["Member of #lobby", "Online", "Active just now", "No account: the name is not reserved"]


def test_of_whoever_is_gone_it_says_when_they_were_here_last(scene: Recorded) -> None:
    scene.say("Ani", "halo")
    menu = message_menu(scene)
    scene.feed(":Ani!a@a QUIT :daag")
    about(scene, menu, "401 ME Ani :No such nick", "318 ME Ani :End")
    (asked,) = [line for line in scene.lines if "WHOWAS" in line]
    label = asked.split()[0]
    yesterday = time.strftime("%a %b %d %Y %H:%M:%S UTC", time.gmtime(START - 86_400))
    scene.feed(f"{label} :srv 312 Siti Ani srv :{yesterday}", f"{label} :srv 369 Siti Ani :End")
    card = scene.page.knowing.card
    assert card.isVisible()
    assert said(card) == ["Ani is not here. Last seen yesterday 10:30"]


def test_its_buttons_write_mention_and_copy(scene: Recorded) -> None:
    card = card_of_budi(scene)
    QTest.mouseClick(card.copy_button, Qt.LeftButton)
    assert QApplication.clipboard().text() == "Budi"
    QTest.mouseClick(card.mention_button, Qt.LeftButton)
    assert not card.isVisible()
    assert scene.page.composer.text() == "Budi: "
    card_of_budi(scene)
    QTest.mouseClick(card.message_button, Qt.LeftButton)
    assert not card.isVisible()
    assert scene.session.current == "budi"


def test_who_keeps_order_finds_the_menu_for_it_there(scene: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[list[str]] = []
    monkeypatch.setattr(QMenu, "popup", lambda menu, _at: opened.append(texts(menu)))
    become(scene, "o")
    card = card_of_budi(scene)
    assert shown_buttons(card)[-1] == "Keep order…"
    QTest.mouseClick(card.order_button, Qt.LeftButton)
    assert opened[0][0] == "Mute for 10 minutes"


def test_of_oneself_one_sees_what_the_server_knows_and_no_way_to_write(scene: Recorded) -> None:
    card = about(scene, person_menu(scene, "Siti"), "311 ME Siti u h * :Siti", "318 ME Siti :End")
    assert card.accessibleName() == "About you"
    assert shown_buttons(card) == ["Copy name"]


def test_esc_another_room_and_a_list_close_it_and_a_late_answer_opens_nothing(scene: Recorded) -> None:
    card = card_of_budi(scene)
    QTest.keyClick(card, Qt.Key_Escape)
    assert not card.isVisible()
    card_of_budi(scene)
    scene.join("#tugas", "Siti")
    scene.take(scene.session.select("#tugas"))
    assert not card.isVisible()
    scene.take(scene.session.select("#lobby"))
    choose(person_menu(scene, "Budi"), plain(texts(person_menu(scene, "Budi"))[-1]))
    label = next(line for line in reversed(scene.lines) if "WHOIS" in line).split()[0]
    scene.take(scene.session.select("#tugas"))
    scene.feed(f"{label} :srv 318 Siti Budi :End")
    assert not card.isVisible()


def test_names_stay_names_in_menu_and_card(scene: Recorded) -> None:
    scene.feed(":A_B!a@a JOIN #lobby * :A B", ":A_B!a@a SETNAME :A &B")
    menu = person_menu(scene, "A_B")
    assert "About A &&B…" in texts(menu)  # as menus write a lone &


def test_it_speaks_the_language_in_use_and_grows_with_the_zoom(scene: Recorded) -> None:
    card = card_of_budi(scene)
    language.switch("id")
    try:
        QApplication.processEvents()
        assert card.accessibleName() == "Tentang Budi"
        scene.page.resize(480, 680)
        scene.settle()
        columns = {card._rows.getItemPosition(n)[1] for n in range(card._rows.count())}
        assert columns <= {0, 1, 2}
    finally:
        language.switch("en")


# --- being away -------------------------------------------------------------------------------

AWAY = ":srv 306 Siti :You have been marked as being away"
BACK = ":srv 305 Siti :You are no longer marked as being away"


def status(scene: Recorded, text: str) -> None:
    choose(scene.page.rooms.account.menu(), text)


def own_state(scene: Recorded) -> tuple[str, str]:
    """What a screen reader says of the own name, and what the strip says."""
    strip = scene.page.strip
    return scene.page.rooms.account.button.accessibleName(), plain(strip.text()) if strip.isVisible() else ""


def test_away_with_a_reason_is_written_in_the_place_of_the_name_and_shows_everywhere(scene: Recorded) -> None:
    account = scene.page.rooms.account
    status(scene, "Away, because…")
    assert account.edit.isVisible()
    assert account.edit.accessibleName() == "Why you are away"
    QTest.keyClicks(account.edit, "rapat guru")
    QTest.keyClick(account.edit, Qt.Key_Return)
    assert scene.sent() == ["AWAY :rapat guru"]
    scene.feed(AWAY)
    assert own_state(scene) == ("Siti, away: rapat guru", "You are away: rapat guru.")
    assert account.button.toolTip() == "away: rapat guru"
    assert account.button.name == "Siti"
    model = scene.page.members.list.members
    number = model.number_of("Siti")
    assert model.index(number).data(Qt.AccessibleTextRole) == "Siti, away: rapat guru"
    assert scene.page.members.list.item(number).tip == "away: rapat guru"
    status(scene, "Away, because…")
    assert account.edit.text() == "rapat guru"
    QTest.keyClick(account.edit, Qt.Key_Escape)
    account.start_renaming()
    assert account.edit.accessibleName() == "New name"
    assert account.edit.text() == "Siti"


def test_one_click_in_the_strip_brings_one_back(scene: Recorded) -> None:
    status(scene, "Away")
    assert scene.sent() == ["AWAY away"]
    scene.feed(AWAY)
    assert own_state(scene) == ("Siti, away", "You are away.")
    checked = [a.text() for a in scene.page.rooms.account.menu().findChildren(QAction) if a.isChecked()]
    assert "Away" in checked
    assert scene.page.strip.button.text() == "I am back"
    QTest.mouseClick(scene.page.strip.button, Qt.LeftButton)
    assert scene.sent() == ["AWAY"]
    scene.feed(BACK)
    assert own_state(scene) == ("Siti", "")


def test_here_in_the_menu_does_the_same_and_a_broken_link_says_that_first(scene: Recorded) -> None:
    status(scene, "Away")
    scene.feed(AWAY)
    scene.take(scene.session.connection_lost(""))
    assert own_state(scene)[1].startswith("Connection lost")
    status(scene, "Here")
    assert scene.page.rooms.account.button.accessibleName() == "Siti"


# --- private chats ----------------------------------------------------------------------------


def line_of(scene: Recorded) -> str:
    return plain(scene.page.header.topic.text())


def test_a_private_chat_says_who_it_is_and_whether_they_are_here(scene: Recorded) -> None:
    scene.take(scene.session.open_private("Budi"))
    assert line_of(scene) == "Helper in #lobby · online"
    assert scene.page.header.topic.accessibleName() == scene.page.header.topic.text()
    empty = scene.page.view._empty
    assert plain(empty.text()).split("\n")[:2] == ["Budi", "Helper in #lobby · online"]
    scene.feed(":Budi!b@b AWAY :makan")
    assert line_of(scene) == "Helper in #lobby · away: makan"
    rooms = scene.page.rooms.list
    number = rooms.rooms.number_of("budi")
    assert rooms.item(number).presence is Presence.AWAY
    assert rooms.rooms.index(number).data(Qt.AccessibleTextRole) == "Budi, away: makan"
    assert rooms.item(number).tip == "away: makan"


def test_of_who_is_gone_it_says_when_they_were_last_here(scene: Recorded) -> None:
    scene.feed(":srv 005 Siti MONITOR=100 :ok")
    scene.take(scene.session.open_private("Dewi"))
    assert line_of(scene) == "online"
    scene.feed(":srv 731 Siti :Dewi")
    assert line_of(scene) == "offline"
    (label,) = [line.split()[0] for line in scene.lines if "WHOWAS" in line]
    seen = time.strftime("%a %b %d %Y %H:%M:%S UTC", time.gmtime(START - 60))
    scene.feed(f"{label} :srv 312 Siti Dewi srv :{seen}", f"{label} :srv 369 Siti Dewi :End")
    assert line_of(scene) == "offline, last seen today 10:29"
    assert plain(scene.page.view._empty.text()).split("\n")[1] == line_of(scene)
    scene.epoch += 7 * 86_400
    scene.take(scene.session.select("#lobby"))
    scene.take(scene.session.select("dewi"))
    assert line_of(scene) == "offline, last seen Friday, 20 November 10:29"


def test_resting_the_pointer_on_a_name_tells_the_reason(scene: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _at, text, _widget: said.append(text))
    scene.feed(":Ani!a@a AWAY :makan")
    people = scene.page.members.list
    at = people.visualRect(people.members.index(people.members.number_of("Ani"))).center()
    QApplication.sendEvent(people.viewport(), QHelpEvent(QEvent.ToolTip, at, people.viewport().mapToGlobal(at)))
    assert "away: makan" in said[0]
