"""Who is where: joins, leaves, names, ranks, absences, topics, and what people are called on the screen."""

from __future__ import annotations

import pytest

from client.changes import (
    ConversationAdded,
    ConversationChanged,
    ConversationRemoved,
    EntriesAdded,
    MemberAdded,
    MemberChanged,
    MemberRemoved,
    MembersReset,
    StripChanged,
    StripKind,
)
from client.core import book
from tests.fakes import Chat

ME = ":Siti!~u@host.lan"
BUDI = ":Budi!~b@b.lan"


@pytest.fixture
def chat() -> Chat:
    chat = Chat()
    chat.log_in()
    return chat


def names(chat: Chat, key: str = "#lobby") -> list[str]:
    """The member list: prefixes, name, and a mark for those who are away."""
    members = chat.conversation(key).members.values()
    return [member.prefixes + member.name + (" (away)" if member.away else "") for member in members]


def events(chat: Chat, key: str = "#lobby") -> list[tuple[str, str, str, str]]:
    return [(entry.kind.value, entry.name, entry.text, entry.target) for entry in chat.conversation(key).entries]


# --- coming and going ------------------------------------------------------------------------------------


def test_somebody_joins_with_the_name_that_extended_join_tells(chat: Chat) -> None:
    changes = chat.server(":user1_pc!~u@x JOIN #lobby * :user1 pc")
    assert changes == [EntriesAdded("#lobby", 0, 1), MemberAdded("#lobby", "user1_pc")]
    assert names(chat)[-1] == "user1 pc"
    assert events(chat) == [("join", "user1 pc", "", "")]
    chat.server(":user1_pc!~u@x PRIVMSG #lobby :halo", ":user1_pc!~u@x PRIVMSG Siti :psst")
    assert events(chat)[-1] == ("message", "user1 pc", "halo", "")
    assert chat.conversation("user1_pc").title == "user1 pc"


def test_a_plain_join_and_one_that_comes_twice_are_taken_as_well(chat: Chat) -> None:
    chat.server(":Cici!c@c JOIN #lobby")
    assert MemberAdded("#lobby", "Cici") not in chat.server(":Cici!c@c JOIN #lobby * :Cici")
    assert names(chat) == ["Siti", "@Budi", "Ani", "Cici"]


def test_somebody_leaves_and_somebody_quits(chat: Chat) -> None:
    chat.server(f"{ME} JOIN #a", f"{BUDI} JOIN #a", f"{BUDI} PRIVMSG Siti :hai")
    changes = chat.server(":Ani!a@a PART #lobby :makan")
    assert changes == [EntriesAdded("#lobby", 0, 1), MemberRemoved("#lobby", "Ani")]
    chat.server(f"{BUDI} QUIT :Ping timeout")
    assert events(chat) == [("part", "Ani", "makan", ""), ("quit", "Budi", "Ping timeout", "")]
    assert events(chat, "#a")[-1] == events(chat, "budi")[-1] == ("quit", "Budi", "Ping timeout", "")
    assert names(chat) == names(chat, "#a") == ["Siti"]
    assert not chat.conversation("budi").joined
    chat.server(f"{BUDI} QUIT", f"{BUDI} PRIVMSG Siti :lagi")
    assert chat.conversation("budi").joined
    assert [text for *_, text, _ in events(chat, "budi")] == ["hai", "Ping timeout", "lagi"]


def test_our_own_quit_and_news_from_unknown_channels_are_passed_over(chat: Chat) -> None:
    assert chat.server(f"{ME} QUIT :bye", ":Ani!a@a JOIN #x", ":Ani!a@a PART #x", ":Ani!a@a KICK #x Budi") == []
    assert chat.server(":Ani!a@a TOPIC #x :t", ":Ani!a@a MODE #x +o Ani", ":Ani!a@a MODE Siti +i") == []
    assert chat.server(f"{ME} JOIN x", f"{ME} JOIN :", ":Ani!a@a PART", "JOIN", "KICK #lobby") == []
    assert (
        chat.server(":Ani!a@a TAGMSG #lobby", ":Ani!a@a ACCOUNT *", ":srv 352 Siti", ":srv PONG x", "PING :abc") == []
    )
    assert chat.sent()[-1] == "PONG abc"


def test_a_long_series_of_changes_becomes_one_new_list(chat: Chat) -> None:
    changes = chat.server(*[f":u{n}!u@h JOIN #lobby" for n in range(60)])
    assert [change for change in changes if not isinstance(change, EntriesAdded)] == [MembersReset("#lobby")]
    changes = chat.server(":u1!u@h PART #lobby", ":u1!u@h JOIN #lobby")
    assert changes[-1] == MembersReset("#lobby")
    assert len(names(chat)) == 63


def test_members_are_bounded(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "MEMBERS", 4)
    chat.server(":x!u@h JOIN #lobby", ":y!u@h JOIN #lobby", ":srv 353 Siti = #lobby :a b c", ":y!u@h PART #lobby")
    assert names(chat) == ["Siti", "@Budi", "Ani", "x"]


# --- our own channels ------------------------------------------------------------------------------------


def test_a_channel_we_asked_for_is_selected_once_we_are_in_it(chat: Chat) -> None:
    assert chat.done(chat.session.join("tugas")) == []
    assert chat.sent() == ["JOIN #tugas"]
    assert ConversationAdded("#tugas", select=True) in chat.server(f"{ME} JOIN #tugas * :Siti")
    assert chat.session.current == "#tugas"
    chat.server(f"{ME} JOIN #lain")
    assert chat.session.current == "#tugas"


def test_joining_a_channel_we_are_in_selects_it(chat: Chat) -> None:
    chat.server(f"{ME} JOIN #a")
    chat.done(chat.session.join("#A"))
    assert chat.session.current == "#a"
    assert chat.sent() == []


@pytest.mark.parametrize("name", ["", "#", "#a b", "#a,#b", "a\nb", "#a\0b"])
def test_a_name_that_no_channel_can_have_is_not_asked_for(chat: Chat, name: str) -> None:
    assert chat.done(chat.session.join(name)) == []
    assert chat.sent() == []


def test_leaving_a_channel_removes_it_once_the_server_confirms_and_shows_its_neighbour(chat: Chat) -> None:
    chat.server(f"{ME} JOIN #a", f"{ME} JOIN #z")
    chat.done(chat.session.select("#a"))
    assert chat.done(chat.session.close("#a")) == []
    assert chat.sent() == ["PART #a"]
    assert chat.server(f"{ME} PART #a") == [ConversationRemoved("#a")]
    assert chat.session.current == "#lobby"
    chat.done(chat.session.select("#z"))
    chat.done(chat.session.close("#z"))
    chat.server(f"{ME} PART #z :bye")
    assert chat.session.current == "#lobby"
    chat.done(chat.session.close("#lobby"))
    chat.server(f"{ME} PART #lobby")
    assert (chat.session.current, chat.session.conversations) == ("", {})
    assert chat.done(chat.session.close("#lobby")) == []


def test_being_made_to_leave_keeps_what_was_said(chat: Chat) -> None:
    chat.server(f"{BUDI} PRIVMSG #lobby :halo", f"{ME} PART #lobby :removed by services")
    assert [kind for kind, *_ in events(chat)] == ["message", "part"]
    assert not chat.conversation().joined
    assert names(chat) == []


def test_being_kicked_shows_by_whom_and_why_until_we_are_back(chat: Chat) -> None:
    changes = chat.server(f"{BUDI} KICK #lobby Siti :jangan \x02ribut")
    assert changes[-1] == StripChanged(StripKind.KICKED, "#lobby", who="Budi", text="jangan ribut")
    assert events(chat) == [("kick", "Budi", "jangan ribut", "Siti")]
    assert not chat.conversation().joined
    assert not chat.type("halo")
    assert chat.session.strips["#lobby"].kind is StripKind.KICKED
    chat.done(chat.session.join("#lobby"))
    assert chat.sent() == ["JOIN #lobby"]
    assert StripChanged(StripKind.NONE, "#lobby") in chat.server(f"{ME} JOIN #lobby")
    assert chat.type("kembali")


def test_a_channel_we_were_kicked_from_can_be_closed(chat: Chat) -> None:
    chat.server(f"{ME} JOIN #a", f"{BUDI} KICK #a Siti")
    chat.done(chat.session.close("#a"))
    assert list(chat.session.conversations) == ["#lobby"]
    assert chat.session.strips == {}


def test_being_kicked_while_leaving_is_leaving(chat: Chat) -> None:
    chat.server(f"{ME} JOIN #a")
    chat.done(chat.session.close("#a"))
    chat.server(f"{BUDI} KICK #a Siti :hus")
    assert list(chat.session.conversations) == ["#lobby"]
    assert chat.session.strips == {}


def test_somebody_else_is_kicked(chat: Chat) -> None:
    changes = chat.server(f"{BUDI} KICK #lobby Ani", f"{ME} KICK #lobby Zul :x")
    assert changes == [EntriesAdded("#lobby", 0, 2), MemberRemoved("#lobby", "Ani")]
    assert events(chat) == [("kick", "Budi", "", "Ani"), ("kick", "Siti", "x", "Zul")]


@pytest.mark.parametrize("numeric", ["403", "405", "471", "473", "474", "475", "477"])
def test_a_channel_that_does_not_let_us_in_says_why_and_is_not_selected_later(chat: Chat, numeric: str) -> None:
    chat.done(chat.session.join("#tutup"))
    chat.server(f":srv {numeric} Siti #tutup :Cannot join")
    assert chat.texts("#lobby") == ["#tutup: Cannot join"]
    chat.server(f"{ME} JOIN #tutup")
    assert chat.session.current == "#lobby"


# --- private chats ---------------------------------------------------------------------------------------


def test_opening_a_private_chat_selects_it_and_closing_it_forgets_it(chat: Chat) -> None:
    assert chat.done(chat.session.open_private("Budi")) == [ConversationAdded("budi", select=True)]
    assert chat.session.current == "budi"
    chat.done(chat.session.select("#lobby"))
    assert chat.done(chat.session.open_private("BUDI")) == []
    assert chat.session.current == "budi"
    assert chat.done(chat.session.close("budi")) == [ConversationRemoved("budi")]
    assert chat.session.current == "#lobby"
    assert chat.done(chat.session.close("budi")) == []


def test_there_is_no_private_chat_with_ourselves_or_nobody(chat: Chat) -> None:
    assert chat.done(chat.session.open_private("siti")) == []
    assert chat.done(chat.session.open_private("")) == []


# --- names -----------------------------------------------------------------------------------------------


def test_a_rename_is_told_in_every_channel_and_carries_the_private_chat_along(chat: Chat) -> None:
    chat.server(f"{BUDI} PRIVMSG Siti :hai")
    chat.done(chat.session.select("budi"))
    changes = chat.server(f"{BUDI} NICK Budi_Besar")
    assert ConversationChanged("budi_besar", "budi") in changes
    assert MemberChanged("#lobby", "Budi_Besar", "Budi") in changes
    assert chat.session.current == "budi_besar"
    assert events(chat)[-1] == events(chat, "budi_besar")[-1] == ("nick", "Budi", "Budi_Besar", "")
    assert names(chat) == ["Siti", "Ani", "@Budi_Besar"]
    chat.server(":Budi_Besar!b@b PRIVMSG Siti :lagi", ":Budi_Besar!b@b NICK BUDI_BESAR")
    assert chat.conversation("budi_besar").nickname == "BUDI_BESAR"


def test_renames_in_a_row_within_one_batch_end_where_they_should(chat: Chat) -> None:
    chat.server(f"{BUDI} PRIVMSG Siti :hai", ":Ani!a@a PRIVMSG Siti :hai")
    chat.server(
        ":Ani!a@a PRIVMSG Siti :x",
        f"{BUDI} NICK B2",
        ":B2!b@b NICK B3",
        ":Ani!a@a NICK Budi",
        ":Zul!z@z PRIVMSG Siti :y",
    )
    assert set(chat.session.conversations) == {"#lobby", "b3", "budi", "zul"}


def test_a_rename_to_a_nickname_whose_chat_is_open_leaves_both_chats(chat: Chat) -> None:
    chat.server(f"{BUDI} PRIVMSG Siti :satu", ":Lain!l@l PRIVMSG Siti :dua", ":Lain!l@l QUIT", f"{BUDI} NICK Lain")
    assert chat.texts("budi") == ["satu", "Lain"]
    assert chat.texts("lain") == ["dua", ""]


def test_a_new_chat_renamed_in_the_same_batch_is_announced_under_its_new_name(chat: Chat) -> None:
    assert chat.server(":Zul!z@z PRIVMSG Siti :x", ":Zul!z@z NICK Zul2")[0] == ConversationAdded("zul2")


@pytest.mark.parametrize("line", [":Ani!a@a NICK :", ":Ani!a@a NICK #lobby", ":Ani!a@a NICK", ":!x@y NICK z"])
def test_a_rename_to_nothing_or_to_a_channel_is_passed_over(chat: Chat, line: str) -> None:
    assert chat.server(line) == []


def test_a_rename_onto_another_member_shows_one_of_them(chat: Chat) -> None:
    assert MembersReset("#lobby") in chat.server(f"{BUDI} NICK Ani")
    assert names(chat) == ["Siti", "@Ani"]


@pytest.mark.parametrize(
    ("nickname", "realname", "shown"),
    [
        ("user1_pc", "user1 pc", "user1 pc"),
        ("USER1_PC", "user1 pc", "user1 pc"),
        ("tamu3", "😀", "😀"),
        ("Jahat", "Pak Adi", "Jahat"),
        ("Siti2", "Siti", "Siti2"),
        ("tamu3", "Pak Adi", "tamu3"),
        ("tamux", "😀", "tamux"),
        ("tamu3", "", "tamu3"),
        ("tamu3", "\u202e", "tamu3"),
        ("x", "\x02x\x02  ", "x"),
        ("ab", "a\u200bb", "ab"),
        ("tamu9", "😀" * 65, "tamu9"),
    ],
)
def test_a_realname_is_shown_only_if_the_nickname_is_made_of_it(
    chat: Chat, nickname: str, realname: str, shown: str
) -> None:
    chat.server(f":{nickname}!u@h JOIN #lobby * :{realname}")
    assert names(chat)[-1] == shown


def test_a_changed_realname_changes_the_name_everywhere(chat: Chat) -> None:
    chat.server(":user1_pc!u@h JOIN #lobby * :user1_pc", ":user1_pc!u@h PRIVMSG Siti :x")
    changes = chat.server(":user1_pc!u@h SETNAME :user1 pc")
    assert changes == [MemberChanged("#lobby", "user1_pc", "user1_pc"), ConversationChanged("user1_pc", "user1_pc")]
    assert (names(chat)[-1], chat.conversation("user1_pc").title) == ("user1 pc", "user1 pc")
    assert chat.server(":user1_pc!u@h SETNAME :user1 pc") == []


def test_changing_our_own_name_changes_nickname_and_realname(chat: Chat) -> None:
    assert chat.type("/nick  Siti  Nur")
    assert chat.sent() == ["NICK Siti_Nur"]
    chat.server(f"{ME} NICK Siti_Nur")
    assert chat.sent() == ["SETNAME :Siti Nur"]
    assert (chat.session.nickname, chat.session.name) == ("Siti_Nur", "Siti Nur")
    assert events(chat) == [("nick", "Siti", "Siti_Nur", "")]
    chat.server(":Siti_Nur!u@h SETNAME :Siti Nurbaya", ":Siti_Nur!u@h SETNAME :")
    assert chat.session.name == "Siti Nurbaya"
    chat.type("saya")
    chat.server(f"{BUDI} PRIVMSG #lobby :halo siti nurbaya")
    assert [(entry.name, entry.own, entry.mention) for entry in chat.conversation().entries[1:]] == [
        ("Budi", False, True),
        ("Siti Nurbaya", True, False),
    ]


def test_without_setname_only_the_nickname_changes() -> None:
    chat = Chat()
    chat.log_in(capabilities="")
    chat.type("/nick Ani2")
    chat.server(f"{ME} NICK Ani2")
    assert chat.sent() == ["NICK Ani2"]
    assert chat.session.name == "Ani2"


def test_a_name_that_is_taken_is_said_where_we_are(chat: Chat) -> None:
    chat.type("/nick Budi")
    chat.server(":srv 433 Siti Budi :Nickname is already in use")
    assert chat.texts() == ["Budi: Nickname is already in use"]
    assert chat.session.nickname == "Siti"


# --- lists, ranks, absences, topics -------------------------------------------------------------------------


def test_the_member_list_comes_in_several_lines_with_masks_and_several_ranks(chat: Chat) -> None:
    chat.server(":srv 005 Siti PREFIX=(qaohv)~&@%+ :ok", f"{ME} JOIN #a")
    changes = chat.server(
        ":srv 353 Siti = #a :Siti ~@+Adi!a@h", ":srv 353 Siti #a :+Ani @%Budi!b@h @ !x", ":srv 366 Siti #a :End"
    )
    assert changes == [MembersReset("#a")]
    assert names(chat, "#a") == ["Siti", "~@+Adi", "+Ani", "@%Budi"]
    chat.server(":srv 353 Siti = #a :@Ani")
    assert names(chat, "#a")[2] == "@Ani"


def test_a_list_of_a_channel_we_are_not_in_is_an_answer_to_a_question(chat: Chat) -> None:
    chat.type("/names #other")
    chat.server(":srv 353 Siti = #other :a b", ":srv 366 Siti #other :End")
    assert chat.sent() == ["NAMES #other"]
    assert chat.texts() == ["#other: a b"]


def who(chat: Chat) -> list[str]:
    """What was asked of people."""
    return [line for line in chat.sent() if line.startswith("WHO")]


def test_realnames_and_absences_are_asked_for_after_a_join_one_channel_at_a_time(chat: Chat) -> None:
    chat.server(":srv 315 Siti #lobby :End")
    for key in ("#a", "#b"):
        chat.server(f"{ME} JOIN {key}", f":srv 353 Siti = {key} :user1_pc Budi", f":srv 366 Siti {key} :End")
    chat.server(":srv 366 Siti #b :End again")
    assert who(chat) == ["WHO #a"]
    changes = chat.server(
        ":srv 352 Siti #a ~u h srv user1_pc G@ :0 user1 pc",
        ":srv 352 Siti #a ~b h srv Budi H :0 Budi",
        ":srv 315 Siti #a :End",
    )
    assert {type(change) for change in changes} == {MemberChanged}
    assert who(chat) == ["WHO #b"]
    assert names(chat, "#a") == names(chat, "#b") == ["Siti", "user1 pc (away)", "Budi"]
    assert chat.texts("#lobby") == chat.texts("#a") == []
    chat.server(":srv 263 Siti WHO :Try again later", ":srv 315 Siti #b :End", f"{ME} JOIN #c", ":srv 366 Siti #c :End")
    assert who(chat) == ["WHO #c"]
    assert chat.texts("#lobby") == []


def test_a_server_that_knows_whox_is_asked_in_its_way(chat: Chat) -> None:
    chat.server(":srv 315 Siti #lobby :End", ":srv 005 Siti WHOX :ok", f"{ME} JOIN #a", ":srv 353 Siti = #a :user1_pc")
    chat.server(":srv 366 Siti #a :End")
    assert who(chat) == ["WHO #a %tcnfr,77"]
    chat.server(
        ":srv 354 Siti 77 #a user1_pc H :user1 pc", ":srv 354 Siti 9 #a user1_pc G :x", ":srv 354 Siti 77 #a Siti G :x"
    )
    assert names(chat, "#a") == ["Siti", "user1 pc"]


def test_a_large_channel_and_one_no_line_can_name_are_not_asked_about(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("client.core.channels.WHO_MEMBERS", 2)
    chat.server(":srv 315 Siti #lobby :End", f"{ME} JOIN #a", ":srv 353 Siti = #a :a b c", ":srv 366 Siti #a :End")
    chat.server(":srv 005 Siti WHOX :ok", f"{ME} JOIN :#b c", ":srv 366 Siti :#b c", ":srv 366 Siti #nowhere :End")
    assert chat.sent() == ["MODE #a"]


def test_absences_are_followed(chat: Chat) -> None:
    assert chat.server(f"{BUDI} AWAY :makan") == [MemberChanged("#lobby", "Budi", "Budi")]
    assert names(chat)[1] == "@Budi (away)"
    chat.server(f"{BUDI} AWAY", ":srv 306 Siti :You have been marked as being away")
    assert names(chat) == ["Siti (away)", "@Budi", "Ani"]
    chat.server(":srv 305 Siti :You are no longer marked as being away")
    assert names(chat)[0] == "Siti"
    assert len(chat.texts()) == 2


def test_who_can_be_read_along_with_is_known_from_who_and_from_joins(chat: Chat) -> None:
    def clear() -> list[str]:
        return [member.nickname for member in chat.conversation().members.values() if member.in_clear]

    chat.server(":srv 352 Siti #lobby u h srv Budi H!@ :0 Budi", ":srv 352 Siti #lobby u h srv Siti H! :0 Siti")
    assert clear() == ["Siti", "Budi"]
    changes = chat.server(":srv 352 Siti #lobby u h srv Budi H@ :0 Budi")
    assert changes == [MemberChanged("#lobby", "Budi", "Budi")]
    assert clear() == ["Siti"]
    chat.server("@obrolan.example/clear :Eka!u@h JOIN #lobby", ":Fajar!u@h JOIN #lobby")
    assert clear() == ["Siti", "Eka"]


def test_that_somebody_is_away_is_said_once_in_their_chat(chat: Chat) -> None:
    chat.done(chat.session.open_private("Budi"))
    chat.server(*[":srv 301 Siti Budi :makan"] * 3, ":srv 301 Siti Orang :pergi")
    assert chat.texts("budi") == ["makan", "pergi"]
    assert names(chat)[1] == "@Budi (away)"


def test_ranks_follow_the_modes_whatever_else_stands_in_them(chat: Chat) -> None:
    chat.server(":srv 005 Siti PREFIX=(ohv)@%+ CHANMODES=be,k,l,imn :ok")
    changes = chat.server(f"{BUDI} MODE #lobby +kbol-v+vi rahasia *!*@x Ani 5 Siti Siti")
    assert changes == [EntriesAdded("#lobby", 0, 1), MembersReset("#lobby")]
    assert names(chat) == ["+Siti", "@Budi", "@Ani"]
    chat.server(f"{BUDI} MODE #lobby +v-o Ani Budi", f"{BUDI} MODE #lobby -l+o", ":srv MODE #lobby +h Orang")
    assert names(chat) == ["+Siti", "Budi", "@+Ani"]
    assert events(chat)[0] == ("mode", "Budi", "+kbol-v+vi rahasia *!*@x Ani 5 Siti Siti", "")


@pytest.mark.parametrize("value", ["", "(ov)", "(o)@+", "ov@+", "(ov@+", "()", "(1)@"])
def test_a_broken_prefix_token_breaks_nothing(chat: Chat, value: str) -> None:
    chat.server(f":srv 005 Siti PREFIX={value} CHANMODES=a,b :ok", f"{BUDI} MODE #lobby +ovb Ani Ani Ani")
    assert chat.texts() == ["+ovb Ani Ani Ani"]


def test_the_topic_comes_with_the_join_and_changes(chat: Chat) -> None:
    changes = chat.server(":srv 332 Siti #lobby :tugas \x02minggu\x02 ini", ":srv 333 Siti #lobby Budi 1700000000")
    assert changes == [ConversationChanged("#lobby", "#lobby")]
    assert chat.conversation().topic == "tugas minggu ini"
    chat.server(f"{BUDI} TOPIC #lobby :libur")
    assert (chat.conversation().topic, events(chat)) == ("libur", [("topic", "Budi", "libur", "")])
    chat.server(":srv 331 Siti #lobby :No topic is set", ":srv 332 Siti #x :y")
    assert chat.conversation().topic == ""


def test_an_invitation_is_shown(chat: Chat) -> None:
    chat.server(f"{BUDI} INVITE Siti #rahasia", f"{BUDI} INVITE Ani #rahasia", ":oper!o@o WALLOPS :restart at noon")
    assert chat.texts() == ["Budi invites you to #rahasia.", "oper: restart at noon"]


# --- how names are compared ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mapping", "same"), [("ascii", False), ("rfc1459", True), ("rfc1459-strict", True), ("strange", False)]
)
def test_names_are_compared_as_the_server_does(mapping: str, same: bool) -> None:
    chat = Chat()
    chat.done(chat.session.login("irc", 6667, "Siti"))
    chat.done(chat.session.connected())
    chat.server(":srv 001 Siti :Hi", f":srv 005 Siti CASEMAPPING={mapping} :ok")
    chat.server(":A[x]!u@h PRIVMSG Siti :1", ":a{X}!u@h PRIVMSG Siti :2")
    assert (len(chat.session.conversations) == 1) is same
    assert (chat.session.fold("A[X]") == chat.session.fold("a{x}")) is same


def test_the_way_of_comparing_does_not_change_under_open_conversations(chat: Chat) -> None:
    chat.server(":srv 005 Siti CASEMAPPING=rfc1459 :ok")
    assert chat.session.fold("{") == "{"


def test_a_server_with_its_own_kinds_of_channels_is_understood(chat: Chat) -> None:
    chat.server(":srv 005 Siti CHANTYPES=+! :ok", f"{ME} JOIN +musik", f"{BUDI} PRIVMSG +musik :la")
    assert chat.texts("+musik") == ["la"]
    chat.done(chat.session.join("#a"))
    assert chat.sent() == ["JOIN ##a"]


def test_a_rename_in_other_capitals_is_told_by_the_name_that_screens_know(chat: Chat) -> None:
    changes = chat.server(":bUDI!u@h NICK Budiman")
    assert MemberChanged("#lobby", "Budiman", "Budi") in changes
