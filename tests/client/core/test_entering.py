"""Coming into rooms: the list of them, what a new one gets, why one does not come in, invitations."""

from __future__ import annotations

import pytest

from client.changes import Change
from client.core import entering
from client.directory import (
    Denial,
    Invitation,
    InvitationsChanged,
    KnockAnswered,
    ListedRoom,
    RoomRefused,
    RoomsListed,
)
from tests.fakes import Chat

KINDS = (RoomsListed, RoomRefused, KnockAnswered, InvitationsChanged)


@pytest.fixture
def chat() -> Chat:
    """In the lobby of a server like ours."""
    made = Chat()
    made.log_in(capabilities="echo-message")
    made.server(":srv 005 Siti PREFIX=(ov)@+ CHANMODES=Ibeg,k,Sl,CMPRUimnst obrolan.example/BOOT=a1 :ok")
    made.sent()
    return made


def told(changes: list[Change]) -> list[Change]:
    return [change for change in changes if isinstance(change, KINDS)]


def come_in(chat: Chat, channel: str, names: str) -> list[Change]:
    return chat.server(
        f":Siti!~u@lan JOIN {channel}", f":srv 353 Siti = {channel} :{names}", f":srv 366 Siti {channel} :End"
    )


# --- which rooms there are --------------------------------------------------------------------


def test_the_list_comes_at_once_the_fullest_room_first_and_not_as_text(chat: Chat) -> None:
    chat.done(chat.session.ask_rooms())
    assert chat.sent() == ["LIST"]
    before = chat.texts()
    changes = chat.server(
        ":srv 321 Siti Channel :Users  Name",
        ":srv 322 Siti #b 3 :dua \x02tebal\x02",
        ":srv 322 Siti #a 3",
        ":srv 322 Siti #c ² :",
        ":srv 322 Siti #lobby 12 :ruang utama",
        ":srv 323 Siti :End of /LIST",
    )
    names = [ListedRoom("#lobby", 12, "ruang utama"), ListedRoom("#a", 3, ""), ListedRoom("#b", 3, "dua tebal")]
    assert told(changes) == [RoomsListed((*names, ListedRoom("#c", 0, "")))]
    assert [text for text in chat.texts() if text not in before] == []


def test_it_is_asked_for_once_at_a_time_and_kept_within_bounds(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entering, "MOST", 1)
    chat.done(chat.session.ask_rooms())
    chat.done(chat.session.ask_rooms())
    assert chat.sent() == ["LIST"]
    (listed,) = told(chat.server(":srv 322 Siti #a 3 :", ":srv 322 Siti #b 3 :", ":srv 323 Siti :End"))
    assert isinstance(listed, RoomsListed)
    assert len(listed.rooms) == 1


def test_a_list_that_somebody_typed_stays_text(chat: Chat) -> None:
    assert told(chat.server(":srv 322 Siti #a 3 :", ":srv 323 Siti :End")) == []
    assert "#a (3)" in chat.texts()


def test_with_labels_the_two_are_told_apart() -> None:
    chat = Chat()
    chat.log_in(capabilities="batch labeled-response message-tags")
    chat.sent()
    chat.done(chat.session.ask_rooms())
    (sent,) = chat.sent()
    label = sent.partition("label=")[2].partition(" ")[0]
    assert told(chat.server(":srv 322 Siti #typed 3 :", ":srv 323 Siti :End")) == []
    opened = f"@label={label} :srv BATCH +1 labeled-response"
    rows = ("@batch=1 :srv 322 Siti #a 3 :", "@batch=1 :srv 323 Siti :End", ":srv BATCH -1")
    assert told(chat.server(opened, *rows)) == [RoomsListed((ListedRoom("#a", 3, ""),))]


def test_why_there_is_no_list_is_said(chat: Chat) -> None:
    chat.done(chat.session.ask_rooms())
    refused = ":srv 263 Siti LIST :Please wait a while and try again."
    (listed,) = told(chat.server(refused))
    assert isinstance(listed, RoomsListed)
    assert listed.problem
    assert told(chat.server(refused)) == [], "nobody asked again"
    chat.done(chat.session.connection_lost(""))
    (listed,) = told(chat.done(chat.session.ask_rooms()))
    assert isinstance(listed, RoomsListed)
    assert listed.problem == "The connection is down."


# --- coming in --------------------------------------------------------------------------------


def test_a_new_room_gets_its_topic_and_modes(chat: Chat) -> None:
    chat.done(chat.session.enter("tugas", topic="Bab 3", modes="si"))
    assert chat.sent() == ["JOIN #tugas"]
    come_in(chat, "#tugas", "@Siti")
    assert chat.sent()[:2] == ["TOPIC #tugas :Bab 3", "MODE #tugas +si"]
    assert chat.session.current == "#tugas"


def test_a_room_of_others_stays_as_it_is(chat: Chat) -> None:
    chat.done(chat.session.enter("#tugas", topic="Bab 3", modes="si"))
    come_in(chat, "#tugas", "Siti @Budi")
    assert not [line for line in chat.sent() if line.startswith(("TOPIC", "MODE #tugas +"))]
    chat.done(chat.session.enter("#plain"))
    come_in(chat, "#plain", "@Siti")
    assert not [line for line in chat.sent() if line.startswith(("TOPIC", "MODE #plain +"))]


def test_a_room_that_we_are_in_is_only_shown(chat: Chat) -> None:
    come_in(chat, "#tugas", "Siti")
    chat.sent()
    chat.done(chat.session.enter("#TUGAS", topic="x"))
    assert chat.sent() == []
    assert chat.session.current == "#tugas"


@pytest.mark.parametrize(
    ("numeric", "why"),
    [
        ("403", Denial.BAD_NAME),
        ("405", Denial.TOO_MANY),
        ("471", Denial.FULL),
        ("474", Denial.BANNED),
        ("477", Denial.OTHER),
        ("479", Denial.BAD_NAME),
    ],
)
def test_why_we_are_not_let_in_is_said_in_place(chat: Chat, numeric: str, why: Denial) -> None:
    chat.done(chat.session.enter("#tugas"))
    before = chat.texts()
    changes = chat.server(f":srv {numeric} Siti #tugas :No, because")
    assert told(changes) == [RoomRefused("#tugas", why, "No, because")]
    assert chat.texts() == before
    assert told(chat.server(f":srv {numeric} Siti #tugas :No, because")) == [], "once"


@pytest.mark.parametrize(("numeric", "why"), [("473", Denial.INVITED_ONLY), ("475", Denial.KEY)])
def test_where_others_can_let_us_in_one_may_knock(chat: Chat, numeric: str, why: Denial) -> None:
    chat.done(chat.session.enter("#tugas", "salah"))
    assert chat.sent() == ["JOIN #tugas salah"]
    changes = chat.server(f":srv {numeric} Siti #tugas :No")
    assert told(changes) == [RoomRefused("#tugas", why, "No", may_knock=True)]


def test_on_other_servers_one_may_knock_if_they_say_so() -> None:
    for token, may in (("KNOCK", True), ("FNC", False)):
        chat = Chat()
        chat.log_in(boot="")
        chat.server(f":srv 005 Siti {token} :ok")
        chat.done(chat.session.enter("#tugas"))
        (refused,) = told(chat.server(":srv 473 Siti #tugas :No"))
        assert isinstance(refused, RoomRefused)
        assert refused.may_knock is may


def test_no_name_and_no_connection_are_told_like_the_rest(chat: Chat) -> None:
    assert told(chat.done(chat.session.enter("a b"))) == [RoomRefused("#a b", Denial.BAD_NAME)]
    assert chat.sent() == []
    chat.done(chat.session.connection_lost(""))
    assert told(chat.done(chat.session.enter("#a"))) == [RoomRefused("#a", Denial.OFFLINE)]


def test_too_many_joins_are_told_of_all_that_wait(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entering, "WISHES", 2)
    for name in ("#a", "#b", "#c"):
        chat.done(chat.session.enter(name))
    told_of = told(chat.server(":srv 263 Siti JOIN :Please wait a while and try again."))
    assert [change.name for change in told_of if isinstance(change, RoomRefused)] == ["#b", "#c"], "bounded"
    before = len(chat.texts())
    chat.server(":srv 263 Siti JOIN :Please wait a while and try again.", ":srv 263 Siti :x", ":srv 263")
    assert len(chat.texts()) == before + 2, "what nobody waits for is text"


# --- knocking ---------------------------------------------------------------------------------


def test_a_knock_is_heard_or_not(chat: Chat) -> None:
    chat.done(chat.session.knock("#tugas"))
    assert chat.sent() == ["KNOCK #tugas"]
    assert told(chat.server(":srv 711 Siti #tugas :Your KNOCK has been delivered.")) == [KnockAnswered("#tugas")]
    chat.done(chat.session.knock("#tugas"))
    answer = told(chat.server(":srv 712 Siti #tugas :Too many KNOCKs (channel)."))
    assert answer == [KnockAnswered("#tugas", "Too many KNOCKs (channel).")]
    before = len(chat.texts())
    assert told(chat.server(":srv 711 Siti #tugas :Your KNOCK has been delivered.")) == []
    assert len(chat.texts()) == before + 1, "of one that was typed"


def test_a_server_without_knocking_says_so_in_place(chat: Chat) -> None:
    chat.done(chat.session.knock("#tugas"))
    answer = told(chat.server(":srv 480 Siti #tugas :Cannot knock"))
    assert answer == [KnockAnswered("#tugas", "Cannot knock")]


def test_what_is_no_answer_to_a_knock_is_told_as_ever(chat: Chat) -> None:
    chat.done(chat.session.knock("#lobby"))
    assert told(chat.server(":srv 482 Siti #lobby :You're not channel operator")) == []


def test_those_inside_read_who_knocks(chat: Chat) -> None:
    chat.server(":srv 710 #lobby #lobby Budi!~u@lan :has asked for an invite.")
    assert chat.texts()[-1] == "Budi asks to be let in. /invite lets them."
    chat.server(":srv 710 Siti #lobby Ani!~u@lan :has asked for an invite.", ":srv 710 Siti #x Eko :hm")
    assert [text.split()[0] for text in chat.texts()[-2:]] == ["Ani", "Eko"]


# --- invitations ------------------------------------------------------------------------------


def test_who_invites_us_where_is_kept_until_we_come_or_decline(chat: Chat) -> None:
    changes = chat.server(":Budi!~u@lan INVITE Siti #tugas")
    invitation = Invitation("#tugas", "Budi")
    assert told(changes) == [InvitationsChanged(invitation)]
    assert chat.session.invitations == {"#tugas": invitation}
    assert told(come_in(chat, "#tugas", "Siti")) == [InvitationsChanged()]
    assert chat.session.invitations == {}
    chat.server(":Budi!~u@lan INVITE Siti #lain")
    assert told(chat.done(chat.session.decline("#lain"))) == [InvitationsChanged()]
    assert told(chat.done(chat.session.decline("#lain"))) == []


def test_what_says_nothing_is_no_invitation(chat: Chat) -> None:
    assert told(chat.server(":Budi!~u@lan INVITE Siti #lobby", ":Budi!~u@lan INVITE Siti bukan")) == []
    assert told(chat.server(":Budi!~u@lan INVITE Ani #tugas")) == []


def test_a_flood_of_invitations_is_bounded_and_the_latest_are_kept(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entering, "INVITATIONS", 2)
    chat.server(*(f":Budi!~u@lan INVITE Siti #{name}" for name in ("a", "b", "a", "c")))
    assert list(chat.session.invitations) == ["#a", "#c"]


def test_whom_we_invite_is_told_in_that_room(chat: Chat) -> None:
    chat.server(":srv 341 Siti Budi #lobby")
    assert chat.texts()[-1] == "Budi is invited."


def test_another_login_knows_no_invitations(chat: Chat) -> None:
    chat.server(":Budi!~u@lan INVITE Siti #tugas")
    assert told(chat.done(chat.session.logout())) == [InvitationsChanged()]
    assert chat.session.invitations == {}
    assert told(chat.done(chat.session.login("lab3", 8888, "Siti"))) == []
