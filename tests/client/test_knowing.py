"""Knowing people in the window: the card about somebody, from the menu to the buttons on it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QMenu

from client import language, theme
from client.models.texts import plain
from client.widgets.profile_card import ProfileCard
from tests.client.test_ordering import Recorded, become, choose, message_menu, person_menu, texts
from tests.client.widgets.scene import START


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
