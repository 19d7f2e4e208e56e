"""The switcher: a few letters lead to a room, a private chat or a person, as fast as one types."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QWidget

from client import language
from client.changes import Conversation, Member
from client.models.places import MOST, PlaceKind, Places
from client.models.rooms import ServerRooms
from client.widgets.switcher import Switcher
from protocol import fold
from tests.client.widgets.scene import Recorded, on_screen

KEYSTROKE_S = 0.1
"""Of CPU. Above that, one letter would be felt; usually it is a tenth of it."""


@pytest.fixture
def scene(qapp: QApplication) -> Iterator[Recorded]:
    """In #lobby and #tugas, with Budi, Ani, and Budiman; a private chat with Ani."""
    with on_screen(Recorded()) as made:
        made.log_in("Budi", "Ani", "Budiman_Setiawan")
        made.join("#tugas", "Siti", topic="Bab 3")
        made.say("Ani", "halo", "Siti")
        made.page.activateWindow()
        QApplication.processEvents()
        yield made


def switcher(scene: Recorded) -> Switcher:
    return scene.page.switching.switcher


def shown(scene: Recorded) -> list[str]:
    return [place.label for place in switcher(scene).model.places]


def press(widget: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifiers | Qt.KeyboardModifier = Qt.NoModifier) -> None:
    QTest.keyClick(widget, key, modifiers)


def open_switcher(scene: Recorded, typed: str = "") -> None:
    press(scene.page.composer.box, Qt.Key_K, Qt.ControlModifier)
    assert switcher(scene).isVisible()
    QTest.keyClicks(switcher(scene).field, typed)


# --- what is found ----------------------------------------------------------------------------


def room(title: str, *members: str, unread: int = 0, mentions: int = 0) -> Conversation:
    made = Conversation(fold(title), title, channel=True, joined=True, unread=unread, mentions=mentions)
    made.members = {fold(name.replace(" ", "_")): Member(name.replace(" ", "_"), name) for name in members}
    return made


def found(typed: str, *conversations: Conversation) -> list[str]:
    return [place.label for place in Places(conversations, fold, "Siti", "#lobby").find(typed)]


def test_the_nearer_name_comes_first() -> None:
    here = (
        room("#tugas-lama"),
        room("#lobby"),
        room("#bab-tugas"),
        room("#tugas"),
        room("#datugas"),
        room("#tuang gas"),
    )
    assert found("tugas", *here) == ["#tugas", "#tugas-lama", "#bab-tugas", "#datugas", "#tuang gas"]


def test_a_person_is_found_by_any_part_of_the_name_and_by_the_nickname() -> None:
    here = room("#lobby", "Siti", "Budi Santoso", "Ani")
    assert found("san", here) == found("budi_", here) == found("@bd", here) == ["Budi Santoso"]
    assert found("siti", here) == [], "not ourselves"
    assert found("xyz", here) == []


def test_signs_ask_for_rooms_or_people_only() -> None:
    here = room("#lobby", "Lobi"), room("#lob", "Ani")
    assert found("lob", *here) == ["#lob", "#lobby", "Lobi"]
    assert found("#lob", *here) == ["#lob", "#lobby"]
    assert found("@lob", *here) == ["Lobi"]
    assert found("@", *here) == ["Ani", "Lobi"]


def test_without_letters_what_is_unread_comes_first_and_what_is_on_screen_not_at_all() -> None:
    here = room("#lobby", "Budi", unread=2), room("#a"), room("#b", unread=5), room("#c", unread=1, mentions=1)
    assert found("", *here) == ["#c", "#b", "#a"]


def test_a_room_that_we_are_not_in_is_offered_behind_what_there_is() -> None:
    places = Places([room("#lobby"), room("#tugas-2")], fold, "Siti").find("#tugas")
    assert [(place.kind, place.target) for place in places] == [(PlaceKind.ROOM, "#tugas-2"), (PlaceKind.NEW, "#tugas")]
    assert found("#LOBBY", room("#lobby")) == ["#lobby"], "there it is, whatever the case"
    assert found("#", room("#tugas")) == ["#tugas"]
    assert found("#a b", room("#tugas")) == [], "no room is called that"


def test_rooms_of_other_servers_are_found_behind_those_of_this_one() -> None:
    far = room("#tugas", "Dewi", unread=2)
    places = Places(
        [room("#lobby"), room("#tugas")], fold, "Siti", "#lobby", [(3, "Lab 3", far), (3, "Lab 3", room("#lobby"))]
    )
    assert [(p.label, p.server, p.detail) for p in places.find("tug")] == [("#tugas", 0, ""), ("#tugas", 3, "Lab 3")]
    assert [(p.label, p.server) for p in places.find("")] == [("#tugas", 3), ("#tugas", 0), ("#lobby", 3)]
    assert places.find("@dewi") == [], "nobody of this server"
    only_far = Places([room("#lobby")], fold, "Siti", "#lobby", [(3, "Lab 3", far)])
    assert [p.kind for p in only_far.find("#tugas")] == [PlaceKind.ROOM, PlaceKind.NEW], "it can be made here too"


def test_ten_thousand_people_are_searched_within_a_keystroke() -> None:
    here = room("#lobby", *(f"Orang Ke {n}" for n in range(10_000)))
    began = time.thread_time()
    places = Places([here], fold, "Siti")
    opened = time.thread_time()
    for typed in ("o", "or", "orang 77", "kzz", "@oe9"):
        assert len(places.find(typed)) <= MOST
    assert (time.thread_time() - opened) / 5 < KEYSTROKE_S
    assert opened - began < 10 * KEYSTROKE_S, "what is prepared when it opens"


# --- in the window ----------------------------------------------------------------------------


def test_the_key_opens_it_and_enter_goes_to_the_first(scene: Recorded) -> None:
    open_switcher(scene)
    assert shown(scene) == ["Ani", "#tugas"]
    press(switcher(scene).field, Qt.Key_Return)
    assert scene.session.current == "ani"
    assert not switcher(scene).isVisible()
    assert scene.page.composer.box.hasFocus()


def test_arrows_choose_and_are_read_out(scene: Recorded) -> None:
    open_switcher(scene, "b")
    assert shown(scene) == ["Budi", "Budiman_Setiawan", "#lobby"]
    press(switcher(scene).field, Qt.Key_Up)
    assert switcher(scene).field.accessibleDescription().startswith("#lobby, 3 of 3.")
    press(switcher(scene).field, Qt.Key_Down)
    press(switcher(scene).field, Qt.Key_Down)
    press(switcher(scene).field, Qt.Key_Enter)
    assert scene.session.current == "budiman_setiawan", "a private chat is opened"


def test_escape_or_a_click_elsewhere_closes_it_and_nothing_happens(scene: Recorded) -> None:
    open_switcher(scene, "bud")
    press(switcher(scene).field, Qt.Key_Escape)
    assert not switcher(scene).isVisible()
    assert scene.page.composer.box.hasFocus()
    open_switcher(scene)
    assert switcher(scene).field.text() == "", "it begins anew"
    scene.page.view.setFocus(Qt.MouseFocusReason)
    assert not switcher(scene).isVisible()
    assert scene.session.current == "#lobby"


def test_a_new_name_with_a_hash_joins_or_creates(scene: Recorded) -> None:
    open_switcher(scene, "#baru")
    assert switcher(scene).model.index(0).data() == "Create or join #baru"
    scene.lines.clear()
    press(switcher(scene).field, Qt.Key_Return)
    assert scene.lines[-1].endswith("JOIN #baru")


def test_the_button_opens_it_also_where_the_list_lies_over_the_messages(scene: Recorded) -> None:
    scene.page.resize(500, 400)
    scene.page.panes.toggle_left()
    QTest.mouseClick(scene.page.rooms.switch_button, Qt.LeftButton)
    assert switcher(scene).isVisible()
    assert not scene.page.panes.overlay_open
    assert scene.page.rect().contains(switcher(scene).geometry())


def test_what_fits_nothing_is_said_so(scene: Recorded) -> None:
    open_switcher(scene, "xyzzy")
    assert shown(scene) == []
    assert switcher(scene).hint.isVisible()
    press(switcher(scene).field, Qt.Key_Return)
    press(switcher(scene).field, Qt.Key_Down)
    assert switcher(scene).isVisible()


def test_the_language_changes_while_it_is_open(scene: Recorded) -> None:
    open_switcher(scene)
    try:
        language.switch("id")
        QApplication.processEvents()
        assert switcher(scene).field.placeholderText() == "Pindah ke…"
    finally:
        language.switch("en")


def test_it_leads_to_a_room_of_another_server(scene: Recorded) -> None:
    rooms = scene.page.rooms.list
    far = ServerRooms(7, "Lab 7", online=True, conversations={"#bahasa": room("#bahasa")})
    rooms.rooms.servers = lambda: [ServerRooms(1, "Lab 1", online=True, conversations=scene.session.conversations), far]
    rooms.rooms.number = 1
    gone: list[tuple[int, str]] = []
    rooms.elsewhere.connect(lambda number, key: gone.append((number, key)))
    open_switcher(scene, "bah")
    press(switcher(scene).field, Qt.Key_Return)
    assert gone == [(7, "#bahasa")]
    scene.page.switching.pick("#lobby", lambda _nickname: None)
    assert "#bahasa" not in shown(scene)
