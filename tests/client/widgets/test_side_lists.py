"""The lists at the sides: rooms and members, their models, and what they show and ask for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PyQt5.QtCore import QAbstractItemModel, Qt
from PyQt5.QtTest import QTest
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from client.changes import Conversation, Member
from client.models.members import MemberModel
from client.models.rooms import RoomModel
from client.widgets.side_list import Presence, SideItem
from client.widgets.side_panes import MemberList, RoomList
from protocol import fold
from translations import set_language


def shown(model: QAbstractItemModel, role: int = Qt.DisplayRole) -> list[str]:
    return [str(model.index(n, 0).data(role)) for n in range(model.rowCount())]


def member(name: str, prefixes: str = "", *, away: bool = False) -> Member:
    return Member(name.replace(" ", "_"), name, prefixes, away)


def channel_of(*members: Member) -> Conversation:
    return Conversation("#lobby", "#lobby", channel=True, members={fold(m.nickname): m for m in members})


# --- members ----------------------------------------------------------------------------------


@pytest.fixture
def people() -> Conversation:
    return channel_of(
        member("siti"),
        member("Pak Adi", "@"),
        member("Ani", "+", away=True),
        member("Bu Rina", "%"),
        member("Budi", "&"),
    )


def test_members_stand_under_their_roles_in_the_order_of_their_names(people: Conversation) -> None:
    model = MemberModel()
    model.open(people)
    assert shown(model) == ["Operators", "Budi", "Pak Adi", "Helpers", "Bu Rina", "Members", "Ani", "siti"]
    set_language("id")
    assert shown(model)[::3] == ["Pengelola", "Pembantu", "Ani"]


def test_a_members_accessible_text_says_whether_they_are_away(people: Conversation) -> None:
    model = MemberModel()
    model.open(people)
    assert shown(model, Qt.AccessibleTextRole)[-2:] == ["Ani, away", "siti, online"]


def test_who_can_be_read_along_with_has_an_open_lock_and_words_for_it(qtbot: QtBot) -> None:
    people = channel_of(member("Ani"), member("Budi"))
    people.members["ani"].in_clear = True
    view = MemberList()
    qtbot.addWidget(view)
    view.members.open(people)
    assert [view.item(number).in_clear for number in (1, 2)] == [True, False]
    assert shown(view.members, Qt.AccessibleTextRole)[1:] == ["Ani, online, not encrypted", "Budi, online"]
    tips = shown(view.members, Qt.ToolTipRole)
    assert tips == ["None", "Connected without encryption: others on the network can read along.", "None"]
    view.resize(200, 200)
    with_lock = view.grab().toImage()
    people.members["ani"].in_clear = False
    view.members.changed("Ani", "Ani")
    assert view.grab().toImage() != with_lock


def test_a_room_without_operators_has_no_caption_for_them() -> None:
    model = MemberModel()
    model.open(channel_of(member("Ani")))
    assert shown(model) == ["Members", "Ani"]
    model.open(None)
    assert shown(model) == []


def test_the_member_model_keeps_qts_rules(people: Conversation, qtmodeltester: ModelTester) -> None:
    model = MemberModel()
    model.open(people)
    qtmodeltester.check(model)
    people.members["eko"] = member("Eko", "%")
    model.added("Eko")
    people.members["bu_rina"].prefixes = ""
    model.changed("Bu_Rina", "Bu_Rina")
    del people.members["eko"]
    model.removed("eko")
    qtmodeltester.check(model)


names = st.sampled_from(["Ani", "ani", "Budi", "Çelik", "Dewi", "eko"])
member_steps = st.lists(
    st.tuples(
        st.sampled_from(["add", "remove", "change", "rename"]), names, names, st.sampled_from(["", "@", "%", "+"])
    ),
    max_size=30,
)


@settings(max_examples=200, deadline=None)
@given(member_steps)
def test_a_list_fed_step_by_step_equals_one_that_is_opened_anew(script: list[tuple[str, str, str, str]]) -> None:
    conversation = channel_of()
    members = conversation.members
    model = MemberModel()
    model.open(conversation)
    for what, name, other, prefixes in script:
        key = fold(name)
        if what == "add" and key not in members:
            members[key] = member(name, prefixes)
            model.added(name)
        elif what == "remove" and key in members:
            del members[key]
            model.removed(name)
        elif what == "change" and key in members:
            members[key].prefixes, members[key].name = prefixes, other
            model.changed(name, name)
        elif what == "rename" and key in members and fold(other) not in members:
            members[fold(other)] = members.pop(key)
            members[fold(other)].nickname = other
            model.changed(other, name)
        fresh = MemberModel()
        fresh.open(conversation)
        assert shown(model) == shown(fresh)
        assert [model.number_of(nickname) for nickname in members] == [fresh.number_of(n) for n in members]


def test_double_click_or_enter_on_a_member_asks_for_the_private_chat(people: Conversation, qtbot: QtBot) -> None:
    view = MemberList()
    qtbot.addWidget(view)
    view.own_nickname = "siti"
    view.members.open(people)
    view.resize(200, 400)
    view.show()
    index = view.members.index(view.members.number_of("Ani"))
    asked: list[str] = []
    view.private_requested.connect(asked.append)
    QTest.mouseClick(view.viewport(), Qt.LeftButton, Qt.NoModifier, view.visualRect(index).center())
    QTest.mouseDClick(view.viewport(), Qt.LeftButton, Qt.NoModifier, view.visualRect(index).center())
    view.setCurrentIndex(index)
    QTest.keyClick(view, Qt.Key_Return)
    assert asked == ["Ani", "Ani"]
    view.setCurrentIndex(view.members.index(view.members.number_of("siti")))
    QTest.keyClick(view, Qt.Key_Return)
    assert len(asked) == 2, "a private chat with oneself"


def test_the_arrow_keys_pass_over_captions(people: Conversation, qtbot: QtBot) -> None:
    view = MemberList()
    qtbot.addWidget(view)
    view.members.open(people)
    view.resize(200, 400)
    view.show()
    view.setCurrentIndex(view.members.index(view.members.number_of("Pak_Adi")))
    QTest.keyClick(view, Qt.Key_Down)
    assert view.currentIndex().data() == "Bu Rina"


def test_letters_typed_in_a_list_belong_to_the_message_box(people: Conversation, qtbot: QtBot) -> None:
    view = MemberList()
    qtbot.addWidget(view)
    view.members.open(people)
    typed: list[str] = []
    view.typed.connect(typed.append)
    view.setCurrentIndex(view.members.index(1))
    QTest.keyClicks(view, "s")
    assert typed == ["s"]
    assert view.currentIndex().row() == 1


def test_the_menu_of_a_member_sends_mentions_and_copies(people: Conversation, qtbot: QtBot) -> None:
    view = MemberList()
    qtbot.addWidget(view)
    view.members.open(people)
    menu = view.menu_for(view.members.number_of("Pak_Adi"))
    assert menu is not None
    assert [action.text() for action in menu.actions()] == ["Send message", "Mention", "Copy name"]
    mentioned: list[str] = []
    view.mention_requested.connect(mentioned.append)
    menu.actions()[1].trigger()
    assert mentioned == ["Pak_Adi"], "the nickname is what every program recognises"


# --- rooms ------------------------------------------------------------------------------------


def conversations(*keys: str) -> dict[str, Conversation]:
    return {key: Conversation(key, key, channel=key.startswith("#"), joined=True) for key in keys}


def test_rooms_and_private_chats_stand_under_their_captions() -> None:
    held = conversations("#lobby", "#tugas", "ani")
    model = RoomModel(lambda: held)
    model.refresh()
    assert shown(model) == ["Rooms", "#lobby", "#tugas", "Messages", "ani"]
    assert model.keys() == ["#lobby", "#tugas", "ani"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["#a", "#b", "#c", "x", "y", "z"]), unique=True), max_size=8))
def test_a_room_list_follows_every_order(orders: list[list[str]]) -> None:
    held = conversations()
    model = RoomModel(lambda: held)
    for order in orders:
        held = conversations(*order)
        model.refresh()
        fresh = RoomModel(lambda held=held: held)  # type: ignore[misc]  # mypy cannot type a lambda's default
        fresh.refresh()
        assert shown(model) == shown(fresh)


def test_the_room_model_keeps_qts_rules(qtmodeltester: ModelTester) -> None:
    held = conversations("#lobby", "ani")
    model = RoomModel(lambda: held)
    model.refresh()
    qtmodeltester.check(model)
    held = conversations("#lobby", "#tugas", "budi", "ani")
    model.refresh()
    held = conversations("#tugas")
    model.refresh()
    qtmodeltester.check(model)


def test_unread_rooms_say_so_in_weight_number_and_words(qtbot: QtBot) -> None:
    held = conversations("#lobby", "#tugas", "ani")
    held["#lobby"].unread = held["ani"].unread = held["ani"].mentions = 3
    held["#tugas"].unread, held["#tugas"].mentions = 1200, 2
    held["ani"].joined = False
    view = RoomList(lambda: held)
    qtbot.addWidget(view)
    view.rooms.refresh()
    view.set_current("#lobby")
    assert view.item(1) == SideItem("lobby", room=True, chosen=True, unread=True, count=0), "a dot"
    assert view.item(2) == SideItem("tugas", room=True, unread=True, count=2)
    assert view.item(4) == SideItem("ani", presence=Presence.OFFLINE, unread=True, count=3)
    assert shown(view.rooms, Qt.AccessibleTextRole) == [
        "Rooms", "#lobby, 3 new messages", "#tugas, 1,200 new messages", "Messages", "ani, 3 new messages, offline",
    ]  # fmt: skip


def test_one_click_chooses_a_room_and_captions_do_nothing(qtbot: QtBot) -> None:
    held = conversations("#lobby", "ani")
    view = RoomList(lambda: held)
    qtbot.addWidget(view)
    view.rooms.refresh()
    view.resize(220, 300)
    view.show()
    chosen: list[str] = []
    view.chosen.connect(chosen.append)
    for number in range(view.rooms.rowCount()):
        point = view.visualRect(view.rooms.index(number)).center()
        QTest.mouseClick(view.viewport(), Qt.LeftButton, Qt.NoModifier, point)
    assert chosen == ["#lobby", "ani"]


def test_the_lobby_cannot_be_left_by_its_menu(qtbot: QtBot) -> None:
    held = conversations("#lobby", "#tugas", "ani")
    view = RoomList(lambda: held)
    qtbot.addWidget(view)
    view.rooms.refresh()
    assert view.menu_for(1) is None
    menus = [view.menu_for(2), view.menu_for(4)]
    assert [menu.actions()[0].text() for menu in menus if menu is not None] == ["Leave room", "Close chat"]


def test_who_walks_the_list_by_keyboard_stays_on_their_row_while_rooms_come(qtbot: QtBot) -> None:
    held = conversations("#lobby", "ani", "budi")
    view = RoomList(lambda: held)
    qtbot.addWidget(view)
    view.rooms.refresh()
    view.set_current("#lobby")
    view.show()
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    QTest.keyClick(view, Qt.Key_Down)
    held = conversations("#lobby", "#tugas", "budi", "ani")
    view.rooms.refresh()
    view.set_current("#lobby")
    assert view.rooms.row(view.currentIndex().row()).key == "ani"
    view.set_current("budi")
    assert view.rooms.row(view.currentIndex().row()).key == "budi", "another one is on screen"
