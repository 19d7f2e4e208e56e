"""Who is writing, what is read, and looking for what was said."""

from __future__ import annotations

import pytest

from client.changes import Hit, SearchResults, TypingChanged, UnreadChanged
from client.core import composing, search
from tests.client.pasts import answer, back, batch, label_of, opened, said, words
from tests.fakes import CAPABILITIES, REMEMBERING, Chat

SEARCH = "soju.im/search"


@pytest.fixture
def chat() -> Chat:
    return opened(said(1))


def typing(who: str = "Budi", value: str = "active", target: str = "#lobby") -> str:
    return f"@+typing={value} :{who}!u@h TAGMSG {target}"


def box(chat: Chat, text: str, key: str = "#lobby") -> list[str]:
    """The box holds this text now; what is said about that."""
    chat.done(chat.session.typing(key, text))
    return [line.partition(" ")[0] for line in chat.sent() if "TAGMSG" in line]


# --- who is writing ------------------------------------------------------------------------------------------


def test_others_are_shown_as_writing_for_six_seconds_or_thirty_when_they_pause(chat: Chat) -> None:
    assert chat.server(typing()) == [TypingChanged("#lobby")]
    assert chat.server(typing()) == []
    chat.server(typing("Ani", "paused"))
    assert chat.conversation().typing == ["Budi", "Ani"]
    chat.wait(6)
    assert chat.conversation().typing == ["Ani"]
    chat.wait(24)
    assert chat.conversation().typing == []


def test_who_says_something_stops_or_goes_is_not_writing_any_more(chat: Chat) -> None:
    for line in (
        said(5),
        typing(value="done"),
        ":Budi!u@h PART #lobby",
        ":Budi!u@h QUIT :x",
        ":Zul!u@h KICK #lobby Budi",
        ":Budi!u@h NICK Budi2",
    ):
        chat.server(":Budi!u@h JOIN #lobby", typing())
        assert chat.conversation().typing == ["Budi"]
        chat.server(line)
        assert chat.conversation().typing == []


def test_nobody_is_shown_as_writing_after_a_break_or_where_nobody_is(chat: Chat) -> None:
    chat.server(typing(target="#nowhere"), typing("Siti"), typing("Ani", target="Siti"))
    assert list(chat.session.conversations) == ["#lobby"]
    chat.server(typing())
    assert TypingChanged("#lobby") in chat.done(chat.session.connection_lost("x"))
    assert chat.conversation().typing == []


def test_a_crowd_of_writers_is_bounded(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composing, "SHOWN", 2)
    chat.server(*[typing(f"B{n}") for n in range(5)], typing("B0"))
    assert chat.conversation().typing == ["B0", "B1"]


def test_in_a_private_chat_it_is_the_other_one(chat: Chat) -> None:
    chat.done(chat.session.open_private("Budi"))
    answer(chat, target="Budi")
    chat.server(typing(target="Siti"))
    assert chat.conversation("budi").typing == ["Budi"]
    chat.server(":Budi!u@h QUIT :x")
    assert chat.conversation("budi").typing == []
    chat.server(typing(target="Siti"))
    chat.done(chat.session.close("budi"))
    chat.wait(10)


def test_that_we_write_is_said_at_most_every_three_seconds_and_that_we_stopped_once(chat: Chat) -> None:
    assert box(chat, "") == []
    assert box(chat, "h") == ["@+typing=active"]
    assert box(chat, "ha") == []
    chat.wait(3)
    assert box(chat, "hal") == ["@+typing=active"]
    assert box(chat, "") == []
    chat.wait(2)
    assert chat.sent() == []
    chat.wait(1)
    assert "@+typing=done TAGMSG #lobby" in chat.sent()
    assert box(chat, "") == []
    chat.wait(3)
    assert box(chat, "x") == ["@+typing=active"]
    assert box(chat, "") == []
    assert box(chat, "y") == []
    chat.wait(4)
    assert box(chat, "") == ["@+typing=done"]


def test_a_message_says_enough(chat: Chat) -> None:
    box(chat, "halo")
    chat.type("halo")
    assert box(chat, "") == []
    chat.wait(3)
    assert not any("typing" in line for line in chat.sent())


def test_commands_offline_rooms_we_are_not_in_and_crowds_are_told_nothing(chat: Chat) -> None:
    assert box(chat, "/nick x") == []
    assert box(chat, "//x") == ["@+typing=active"]
    assert box(chat, "x", "#nowhere") == []
    chat.server(":Siti!u@h JOIN #besar", *[f":B{n}!u@h JOIN #besar" for n in range(60)])
    assert box(chat, "x", "#besar") == []
    chat.server(":Siti!u@h PART #besar")
    assert box(chat, "x", "#besar") == []
    chat.done(chat.session.connection_lost("x"))
    assert box(chat, "x") == []


# --- what is read --------------------------------------------------------------------------------------------


def test_what_is_on_screen_is_marked_as_read_but_not_too_often(chat: Chat) -> None:
    assert words(chat, "MARKREAD") == []
    chat.server(said(2))
    assert words(chat, "MARKREAD") == []
    chat.wait(3)
    assert words(chat, "MARKREAD") == ["#lobby timestamp=2026-11-20T03:00:02.000Z"]
    chat.wait(5)
    chat.server(said(9))
    assert words(chat, "MARKREAD") == ["#lobby timestamp=2026-11-20T03:00:09.000Z"]


def test_the_first_mark_is_told_at_once() -> None:
    chat = Chat()
    chat.done(chat.session.login("lab2", 8888, "Siti"))
    chat.welcome(REMEMBERING)
    chat.server(*batch(said(4), label=label_of(chat, "#lobby")))
    assert words(chat, "MARKREAD") == ["#lobby timestamp=2026-11-20T03:00:04.000Z"]


def test_what_was_said_since_the_mark_is_unread_and_the_line_stands_there() -> None:
    chat = opened(said(1))
    chat.server(":Siti!u@h JOIN #kelas", ":srv MARKREAD #kelas timestamp=2026-11-20T03:00:05.000Z")
    answer(chat, *[said(n, "Siti!" if n == 7 else "", target="#kelas") for n in range(4, 9)], target="#kelas")
    kelas = chat.conversation("#kelas")
    assert (kelas.unread, kelas.mentions, kelas.first_unread) == (3, 1, "m6")
    chat.server(":srv MARKREAD #kelas timestamp=2026-11-20T03:00:07.000Z")
    assert (kelas.unread, kelas.mentions, kelas.first_unread) == (1, 0, "m8")
    chat.server(":srv MARKREAD #kelas timestamp=2026-11-20T03:00:06.000Z", ":srv MARKREAD #nowhere *")
    assert kelas.unread == 1
    changes = chat.server(":srv MARKREAD #kelas timestamp=2026-11-20T03:00:08.000Z")
    assert changes == [UnreadChanged("#kelas")]
    assert (kelas.unread, kelas.first_unread) == (0, "")


def test_in_the_room_on_screen_the_line_stands_above_what_was_missed() -> None:
    chat = opened(said(1))
    back(chat)
    answer(chat, said(5), said(6))
    answer(chat)
    lobby = chat.conversation()
    assert (lobby.unread, lobby.first_unread, lobby.entries[2].id) == (0, "m5", "m5")


def test_while_nobody_looks_nothing_is_read() -> None:
    chat = opened(said(1))
    chat.done(chat.session.set_active(False))
    chat.server(said(5))
    chat.wait(9)
    assert words(chat, "MARKREAD") == []
    chat.done(chat.session.set_active(True))
    assert words(chat, "MARKREAD") == ["#lobby timestamp=2026-11-20T03:00:05.000Z"]


def test_the_mark_of_a_private_chat_is_asked_for_and_a_conversation_that_is_gone_is_not_marked() -> None:
    chat = opened(said(1))
    chat.done(chat.session.open_private("Budi"))
    assert words(chat, "MARKREAD") == ["Budi"]
    answer(chat, said(2, target="Siti"), target="Budi")
    chat.server(said(3, target="Siti"))
    chat.sent()
    chat.done(chat.session.close("budi"))
    chat.wait(9)
    assert words(chat, "MARKREAD") == []


def test_a_refused_mark_is_nobodys_business() -> None:
    chat = opened(said(1))
    assert chat.server(":srv FAIL MARKREAD INTERNAL_ERROR #lobby :No") == []


def test_without_marks_of_the_server_private_chats_are_opened_without_asking() -> None:
    chat = opened(said(1), capabilities=REMEMBERING.replace("draft/read-marker ", ""))
    chat.done(chat.session.open_private("Budi"))
    assert words(chat, "MARKREAD") == []


# --- searching -----------------------------------------------------------------------------------------------


def results(chat: Chat, *lines: str) -> SearchResults:
    found = chat.server(*batch(*lines, label=chat.session._rooms.search._label, target="", kind=SEARCH))[-1]
    assert isinstance(found, SearchResults)
    return found


def test_a_search_finds_messages_the_newest_first() -> None:
    chat = opened(said(1))
    chat.server(":Budi!u@h JOIN #lobby * :Budi")
    chat.done(chat.session.search(" tugas dari:x ", "#lobby"))
    assert words(chat, "SEARCH") == ["text=tugas\\sdari:x;in=#lobby;limit=50"]
    found = results(
        chat,
        said(4, "tugas 1"),
        said(6, "tugas 2", target="Siti"),
        said(5, "tugas 3", "Siti", "Ani"),
        "@msgid=x :Budi!u@h PRIVMSG #lobby",
        ":Budi!u@h PRIVMSG #lobby :tanpa",
    )
    assert found.query == "tugas dari:x"
    assert [(hit.key, hit.title, hit.name, hit.text) for hit in found.hits] == [
        ("budi", "Budi", "Budi", "tugas 2"),
        ("ani", "Ani", "Siti", "tugas 3"),
        ("#lobby", "#lobby", "Budi", "tugas 1"),
    ]
    assert isinstance(found.hits[0], Hit)
    assert not found.more


def test_more_is_fetched_from_before_the_oldest_hit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "PAGE", 2)
    chat = opened(said(1))
    chat.done(chat.session.search("tugas"))
    assert results(chat, said(8), said(9)).more
    chat.sent()
    chat.done(chat.session.search_more())
    chat.done(chat.session.search_more())
    assert words(chat, "SEARCH") == ["text=tugas;before=2026-11-20T03:00:08.000Z;limit=2"]
    more = results(chat, said(7), said(8))
    assert [hit.id for hit in more.hits] == ["m9", "m8", "m7"]
    assert more.more
    chat.done(chat.session.search_more())
    assert not results(chat, said(7), said(8)).more
    chat.sent()
    chat.done(chat.session.search_more())
    assert chat.sent() == []


def test_what_was_said_in_the_same_moment_keeps_its_order() -> None:
    chat = opened(said(1))
    chat.done(chat.session.search("tugas"))
    moment = "2026-11-20T03:00:08.000Z"
    lines = [f"@msgid=m{n};time={moment} :Budi!~b@b.lan PRIVMSG #lobby :tugas {n}" for n in (8, 9)]
    assert [hit.text for hit in results(chat, *lines).hits] == ["tugas 9", "tugas 8"]


def test_an_empty_search_finds_nothing() -> None:
    chat = opened(said(1))
    assert chat.done(chat.session.search("  ")) == [SearchResults("", "")]


def test_why_there_is_no_result_is_said() -> None:
    plain = Chat()
    plain.log_in(capabilities=CAPABILITIES)
    assert plain.done(plain.session.search("x")) == [SearchResults("x", "", problem="This server cannot search.")]
    chat = opened(said(1))
    chat.done(chat.session.search("x"))
    refused = chat.server(":srv FAIL SEARCH INTERNAL_ERROR :Not now")
    assert refused == [SearchResults("x", "", problem="Not now")]
    chat.done(chat.session.search("x"))
    assert chat.wait(20)[-1] == SearchResults("x", "", problem="The server did not answer the search. Try again.")
    chat.server(*batch(said(2), target="", kind=SEARCH))
    chat.done(chat.session.search("x"))
    offline = "You are offline. Search when the connection is back."
    assert SearchResults("x", "", problem=offline) in chat.done(chat.session.connection_lost("x"))
    assert chat.done(chat.session.search("x")) == [SearchResults("x", "", problem=offline)]


def test_a_place_that_cannot_be_searched_is_said_in_our_words() -> None:
    chat = opened(said(1))
    chat.done(chat.session.search("in:#rahasia x"))
    refused = chat.server(":srv FAIL SEARCH INVALID_PARAMS in :There is nothing here that you may read")
    problem = "There is no such room or chat that you can read."
    assert refused == [SearchResults("in:#rahasia x", "", problem=problem)]


def test_a_refusal_of_no_search_of_ours_is_shown_like_any_other() -> None:
    chat = opened(said(1))
    chat.server(":srv FAIL SEARCH INTERNAL_ERROR :Not now")
    assert chat.texts()[-1] == "Not now"
