"""What is said: where and how it is shown, mentions, unread marks, and how memory is kept bounded."""

from __future__ import annotations

import pytest

from client.changes import (
    ConversationAdded,
    ConversationsReordered,
    Delivery,
    EntriesAdded,
    EntriesDropped,
    EntryKind,
    UnreadChanged,
)
from client.core import book
from client.core.reading import shown_lines
from tests.fakes import Chat

ME = ":Siti!~u@host.lan"
BUDI = ":Budi!~b@b.lan"


@pytest.fixture
def chat() -> Chat:
    chat = Chat()
    chat.log_in()
    return chat


# --- from others --------------------------------------------------------------------------------------


def test_a_message_carries_its_id_its_time_and_the_name_of_who_said_it(chat: Chat) -> None:
    changes = chat.server(f"@msgid=m1;time=2026-11-20T03:32:00.500Z {BUDI} PRIVMSG #lobby :halo semua")
    assert changes == [EntriesAdded("#lobby", 0, 1)]
    entry = chat.conversation().entries[0]
    assert (entry.id, entry.kind, entry.nickname, entry.name) == ("m1", EntryKind.MESSAGE, "Budi", "Budi")
    assert (entry.text, entry.time, entry.own) == ("halo semua", 1795145520.5, False)


@pytest.mark.parametrize(
    "tag", ["", "time=", "time=yesterday", "time=9999-12-31T00:00:00Z", "time=1910-01-01T00:00:00Z"]
)
def test_without_a_sensible_server_time_our_own_clock_serves(chat: Chat, tag: str) -> None:
    chat.server(f"@{tag} {BUDI} PRIVMSG #lobby :halo")
    assert chat.conversation().entries[0].time == 1_700_000_000.0


def test_a_batch_of_messages_is_one_change_per_conversation(chat: Chat) -> None:
    chat.server(f"{BUDI} PRIVMSG Siti :hai")
    lines = [f"{BUDI} PRIVMSG #lobby :{n}" for n in range(5)] + [f"{BUDI} PRIVMSG Siti :{n}" for n in range(3)]
    changes = chat.server(*lines[::2], *lines[1::2])
    assert changes == [EntriesAdded("#lobby", 0, 5), EntriesAdded("budi", 1, 3), UnreadChanged("budi")]


def test_a_message_that_comes_twice_is_shown_once(chat: Chat) -> None:
    chat.server(f"@msgid=m1 {BUDI} PRIVMSG #lobby :halo", f"@msgid=m1 {BUDI} PRIVMSG #lobby :halo")
    assert chat.server(f"@msgid=m1 {BUDI} PRIVMSG #lobby :halo") == []
    assert chat.texts() == ["halo"]


def test_no_msgid_can_pass_for_one_of_our_own_ids(chat: Chat) -> None:
    chat.server(f"@msgid=local-1 {BUDI} PRIVMSG #lobby :halo")
    chat.type("hai")
    assert chat.texts() == ["halo", "hai"]


def test_names_of_channels_and_nicknames_are_compared_without_case(chat: Chat) -> None:
    chat.server(":BUDI!b@b PRIVMSG #LOBBY :halo")
    assert chat.conversation("#lobby").entries[0].name == "Budi"


def test_a_message_to_the_operators_of_a_channel_is_shown_in_the_channel(chat: Chat) -> None:
    chat.server(":srv 005 Siti STATUSMSG=@+ :are", f"{BUDI} PRIVMSG @#lobby :rahasia", f"{BUDI} NOTICE +#lobby :juga")
    assert chat.texts() == ["rahasia", "juga"]


def test_a_message_to_a_channel_we_are_not_in_is_passed_over(chat: Chat) -> None:
    assert chat.server(f"{BUDI} PRIVMSG #other :halo", ":#x!u@h PRIVMSG Siti :halo", ":!u@h PRIVMSG Siti :x") == []


def test_actions_are_shown_as_such(chat: Chat) -> None:
    chat.server(f"{BUDI} PRIVMSG #lobby :\x01ACTION melambai\x01", f"{BUDI} PRIVMSG #lobby :\x01action lagi")
    assert [(e.kind, e.text) for e in chat.conversation().entries] == [
        (EntryKind.ACTION, "melambai"),
        (EntryKind.ACTION, "lagi"),
    ]


@pytest.mark.parametrize("text", ["\x01VERSION\x01", "\x01PING 1\x01", "\x01", "\x01\x01", "\x01ACTIO"])
def test_other_requests_from_client_to_client_are_neither_shown_nor_answered(chat: Chat, text: str) -> None:
    assert chat.server(f"{BUDI} PRIVMSG Siti :{text}", f"{BUDI} NOTICE Siti :{text}") == []
    assert chat.sent() == []


def test_an_offer_of_a_file_is_shown_as_text_and_nothing_else_happens(chat: Chat) -> None:
    chat.server(f"{BUDI} PRIVMSG Siti :\x01DCC SEND ../../.bashrc 1 2 3\x01")
    assert chat.texts("budi") == ["DCC SEND ../../.bashrc 1 2 3"]
    assert chat.sent() == []


@pytest.mark.parametrize(
    ("wire", "shown"),
    [
        ("\x02tebal\x02 \x1dmiring\x0f", "tebal miring"),
        ("\x034,12merah\x03 \x0399x \x03,5", "merah x ,5"),
        ("\x04FF0000hex\x04 \x04zz", "hex zz"),
        ("\x03", ""),
        ("\x1b[31mlog\x07", "␛[31mlog␇"),
        ("a\tb", "a b"),
        ("\x7f\x85", "␡�"),
        ("keluarga 👨‍👩‍👧 é", "keluarga 👨‍👩‍👧 é"),
    ],
)
def test_formatting_is_taken_out_and_control_characters_are_made_visible(chat: Chat, wire: str, shown: str) -> None:
    chat.server(f"{BUDI} PRIVMSG #lobby :{wire}")
    assert chat.texts() == [shown]


def test_a_tab_in_a_message_of_several_lines_indents() -> None:
    assert shown_lines("if a:\n\tb\x02\n\t\tc") == "if a:\n    b\n        c"


# --- private chats --------------------------------------------------------------------------------------


def test_a_private_message_opens_a_chat_without_stealing_the_view(chat: Chat) -> None:
    changes = chat.server(f"{BUDI} PRIVMSG Siti :psst")
    assert changes == [ConversationAdded("budi", select=False), UnreadChanged("budi")]
    assert chat.session.current == "#lobby"
    private = chat.conversation("budi")
    assert (private.title, private.nickname, private.channel, private.joined) == ("Budi", "Budi", False, True)
    assert (private.unread, private.mentions, private.first_unread) == (1, 1, private.entries[0].id)


def test_the_first_conversation_of_all_is_selected_whoever_opened_it() -> None:
    chat = Chat()
    chat.done(chat.session.login("irc", 6667, "Siti"))
    chat.done(chat.session.connected())
    chat.server(":srv 001 Siti :Hi")
    assert chat.server(f"{BUDI} PRIVMSG Siti :psst") == [ConversationAdded("budi", select=True)]
    assert chat.session.current == "budi"
    assert not chat.conversation().unread


def test_private_chats_stand_behind_the_channels_the_latest_first(chat: Chat) -> None:
    chat.server(f"{ME} JOIN #ab", f"{ME} JOIN #zz", *[f":{n}!u@h PRIVMSG Siti :x" for n in ("Zul", "Ani", "Budi")])
    assert list(chat.session.conversations) == ["#ab", "#lobby", "#zz", "budi", "ani", "zul"]
    assert ConversationsReordered() in chat.server(":Zul!u@h PRIVMSG Siti :y")
    assert list(chat.session.conversations)[3:] == ["zul", "budi", "ani"]
    assert ConversationsReordered() not in chat.server(":Zul!u@h PRIVMSG Siti :z")


def test_what_we_said_to_somebody_from_another_device_opens_their_chat(chat: Chat) -> None:
    chat.server(f"{ME} PRIVMSG Budi :dari telepon Siti")
    entry = chat.conversation("budi").entries[0]
    assert (entry.own, entry.mention, entry.name, entry.delivery) == (True, False, "Siti", Delivery.SENT)
    assert chat.conversation("budi").unread == 0


def test_a_notice_from_a_person_goes_to_their_chat_if_open_and_else_to_what_is_on_screen(chat: Chat) -> None:
    chat.server(":NickServ!s@s NOTICE Siti :This nickname is registered")
    assert [(e.kind, e.text) for e in chat.conversation("#lobby").entries] == [
        (EntryKind.NOTICE, "This nickname is registered")
    ]
    chat.server(f"{BUDI} PRIVMSG Siti :x", f"{BUDI} NOTICE Siti :y")
    assert chat.texts("budi") == ["x", "y"]


def test_a_notice_before_any_conversation_opens_one_for_its_sender() -> None:
    chat = Chat()
    chat.done(chat.session.login("irc", 6667, "Siti"))
    chat.done(chat.session.connected())
    chat.server(":srv 001 Siti :Hi", ":srv NOTICE Siti :held", ":NickServ!s@s NOTICE Siti :hello")
    assert chat.texts("nickserv") == ["held", "hello"]


def test_what_the_server_says_is_kept_until_there_is_a_conversation_to_show_it_in() -> None:
    chat = Chat()
    chat.done(chat.session.login("irc", 6667, "Siti"))
    chat.done(chat.session.connected())
    chat.server(":srv 001 Siti :Hi", *[f":irc.srv NOTICE Siti :line {n}" for n in range(80)], f"{ME} JOIN #a")
    assert chat.texts("#a") == [f"line {n}" for n in range(50)]
    assert {e.kind for e in chat.conversation("#a").entries} == {EntryKind.SERVER}


@pytest.mark.parametrize("source", [":irc.lab2 ", ""])
def test_a_notice_of_the_server_is_shown_in_the_channel_it_names_or_on_screen(chat: Chat, source: str) -> None:
    chat.server(f"{ME} JOIN #a", f"{source}NOTICE #a :one", f"{source}NOTICE Siti :two", f"{source}PRIVMSG $* :three")
    assert chat.texts("#a") == ["one"]
    assert chat.texts("#lobby") == ["two", "three"]
    assert chat.conversation("#a").unread == 0


# --- mentions and unread marks -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "mentioned"),
    [
        ("siti, ada?", True),
        ("halo SITI", True),
        ("halo Siti Nur!", True),
        ("@siti_nur lihat", True),
        ("situs", False),
        ("sitinurbaya", False),
        ("xsiti_nur", False),
    ],
)
def test_a_mention_is_our_nickname_or_name_as_a_whole_word(text: str, mentioned: bool) -> None:
    chat = Chat()
    chat.log_in("Siti Nur" if "nur" in text.lower() else "Siti")
    chat.server(f"{BUDI} PRIVMSG #lobby :{text}")
    assert chat.conversation().entries[0].mention is mentioned


def test_unread_messages_are_counted_while_the_conversation_is_not_on_screen(chat: Chat) -> None:
    chat.server(f"{ME} JOIN #a", f"@msgid=m1 {BUDI} PRIVMSG #a :x", f"{BUDI} PRIVMSG #a :siti!", f"{BUDI} NOTICE #a :z")
    room = chat.conversation("#a")
    assert (room.unread, room.mentions, room.first_unread) == (3, 1, "m1")
    changes = chat.done(chat.session.select("#a"))
    assert changes == [UnreadChanged("#a")]
    assert (room.unread, room.mentions, room.first_unread) == (0, 0, "m1")
    chat.server(f"{BUDI} PRIVMSG #a :w")
    assert (room.unread, room.first_unread) == (0, "m1")
    assert chat.done(chat.session.select("#lobby")) == [UnreadChanged("#a")]
    assert room.first_unread == ""
    assert chat.done(chat.session.select("nowhere")) == []
    assert chat.session.current == "#lobby"


def test_unread_messages_are_counted_while_the_window_is_not_active(chat: Chat) -> None:
    chat.done(chat.session.set_active(False))
    chat.server(f"@msgid=m1 {BUDI} PRIVMSG #lobby :siti?")
    lobby = chat.conversation()
    assert (lobby.unread, lobby.mentions, lobby.first_unread) == (1, 1, "m1")
    assert chat.done(chat.session.set_active(True)) == [UnreadChanged("#lobby")]
    assert (lobby.unread, lobby.mentions, lobby.first_unread) == (0, 0, "m1")
    chat.done(chat.session.set_active(False))
    chat.server(f"@msgid=m2 {BUDI} PRIVMSG #lobby :lagi")
    assert lobby.first_unread == "m2"


def test_comings_and_goings_own_messages_and_the_servers_texts_are_never_unread(chat: Chat) -> None:
    chat.done(chat.session.set_active(False))
    chat.type("halo")
    chat.server(
        ":C!c@c JOIN #lobby", ":C!c@c PART #lobby", f"{BUDI} TOPIC #lobby :x", ":srv NOTICE #lobby :y",
        f"{ME} PRIVMSG #lobby :from the phone", f"{BUDI} MODE #lobby +o Ani", f"{BUDI} KICK #lobby Ani",
    )  # fmt: skip
    assert chat.conversation().unread == 0
    assert len(chat.conversation().entries) == 8


# --- bounds ------------------------------------------------------------------------------------------------------


def test_the_oldest_entries_are_forgotten_when_there_are_too_many(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "HISTORY_ENTRIES", 20)
    monkeypatch.setattr(book, "HISTORY_SLACK", 5)
    chat.server(*[f"@msgid={n} {BUDI} PRIVMSG #lobby :{n}" for n in range(18)])
    chat.type("own")
    changes = chat.server(*[f"@msgid={n} {BUDI} PRIVMSG #lobby :{n}" for n in range(18, 25)])
    assert changes == [EntriesDropped("#lobby", 6), EntriesAdded("#lobby", 12, 7)]
    assert chat.texts() == [*map(str, range(6, 25)), "own"]
    chat.server(
        "@label=local-1;msgid=x :Siti!~u@host.lan PRIVMSG #lobby :own",
        *[f"{BUDI} PRIVMSG #lobby :{n}" for n in range(60)],
    )
    assert chat.texts() == [str(n) for n in range(40, 60)]
    chat.server(f"@msgid=3 {BUDI} PRIVMSG #lobby :3 again")
    assert chat.texts()[-1] == "3 again"


def test_a_burst_larger_than_the_limit_drops_part_of_itself_too(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "HISTORY_ENTRIES", 10)
    monkeypatch.setattr(book, "HISTORY_SLACK", 0)
    chat.server(*[f"{BUDI} PRIVMSG #lobby :{n}" for n in range(4)])
    changes = chat.server(*[f"{BUDI} PRIVMSG #lobby :{n}" for n in range(4, 30)])
    assert changes == [EntriesDropped("#lobby", 4), EntriesAdded("#lobby", 0, 10)]
    chat.type("own")
    echo = f"@label=local-31 {ME} PRIVMSG #lobby :own"
    chat.server(f"{BUDI} PRIVMSG #lobby :x", echo, *[f"{BUDI} PRIVMSG #lobby :{n}" for n in range(10)])
    assert chat.texts() == [str(n) for n in range(10)]


def test_all_conversations_together_are_bounded_and_share_fairly(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "ALL_ENTRIES", 100)
    chat.server(*[f"{BUDI} PRIVMSG #lobby :{n}" for n in range(95)])
    chat.server(*[f":Ani!a@a PRIVMSG Siti :{n}" for n in range(6)])
    assert [len(c.entries) for c in chat.session.conversations.values()] == [45, 6]


def test_conversations_are_bounded_and_the_one_on_screen_stays(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "CONVERSATIONS", 4)
    chat.server(*[f":u{n}!u@h PRIVMSG Siti :x" for n in range(6)], f"{ME} JOIN #zz")
    assert list(chat.session.conversations) == ["#lobby", "#zz", "u5", "u4"]
    chat.done(chat.session.select("u4"))
    chat.server(":u9!u@h PRIVMSG Siti :x")
    assert list(chat.session.conversations) == ["#lobby", "#zz", "u9", "u4"]
