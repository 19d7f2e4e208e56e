"""What the session does for rooms one has: had back after leaving, marked as read, invited to, given a topic."""

from __future__ import annotations

from client.changes import UnreadChanged
from tests.client.pasts import answer, asked, opened
from tests.fakes import Chat


def chat_in(*channels: str, capabilities: str = "echo-message") -> Chat:
    chat = Chat()
    chat.log_in(capabilities=capabilities)
    for channel in channels:
        chat.server(f":Siti!~u@lan JOIN {channel}", f":srv 366 Siti {channel} :End")
    chat.sent()
    return chat


def test_a_channel_that_was_left_is_joined_again_with_its_password() -> None:
    chat = chat_in()
    chat.type("/join #a rahasia")
    chat.server(":Siti!~u@lan JOIN #a", ":Budi!~u@lan PRIVMSG #a :isi")
    room = chat.conversation("#a")
    chat.done(chat.session.close("#a"))
    chat.server(":Siti!~u@lan PART #a")
    chat.sent()
    chat.done(chat.session.reopen(room))
    assert chat.sent() == ["JOIN #a rahasia"]
    assert chat.session.current == "#a"
    chat.server(":Siti!~u@lan JOIN #a")
    assert chat.conversation("#a") is room
    assert "isi" in chat.texts("#a")


def test_a_channel_that_the_server_has_not_let_go_yet_is_kept() -> None:
    chat = chat_in("#a")
    room = chat.conversation("#a")
    chat.done(chat.session.close("#a"))
    chat.done(chat.session.reopen(room))
    assert chat.sent() == ["PART #a", "JOIN #a"]
    chat.server(":Siti!~u@lan PART #a", ":Siti!~u@lan JOIN #a")
    assert chat.conversation("#a") is room
    assert room.joined


def test_a_channel_that_was_left_without_a_connection_is_joined_with_the_next() -> None:
    chat = chat_in("#a")
    room = chat.conversation("#a")
    chat.done(chat.session.connection_lost(""))
    chat.done(chat.session.close("#a"))
    chat.sent()
    chat.done(chat.session.reopen(room))
    assert chat.sent() == []
    chat.wait(60)
    chat.welcome("echo-message")
    assert any(line.startswith("JOIN") and "#a" in line for line in chat.sent())


def test_a_channel_that_does_not_let_us_in_again_says_so_and_stays() -> None:
    chat = chat_in("#a")
    room = chat.conversation("#a")
    chat.done(chat.session.close("#a"))
    chat.server(":Siti!~u@lan PART #a")
    chat.done(chat.session.reopen(room))
    chat.server(":srv 473 Siti #a :Cannot join channel (+i)")
    assert not room.joined
    assert "Cannot join channel (+i)" in chat.texts("#a")[-1]


def test_a_private_chat_is_had_back_and_what_was_said_meanwhile_is_fetched() -> None:
    chat = opened()
    chat.server(":Budi!~u@lan PRIVMSG Siti :halo")
    answer(chat, target="Budi")
    budi = chat.conversation("budi")
    chat.done(chat.session.close("budi"))
    chat.sent()
    chat.done(chat.session.reopen(budi))
    assert [question.params[1] for question in asked(chat)] == ["Budi"]
    assert budi.joined
    chat.done(chat.session.close("budi"))
    chat.done(chat.session.connection_lost(""))
    chat.sent()
    chat.done(chat.session.reopen(budi))
    assert chat.sent() == []
    assert chat.session.current == "budi"


def test_all_or_one_is_marked_as_read_and_the_server_hears_of_it() -> None:
    chat = chat_in("#a", "#b", capabilities="message-tags server-time draft/read-marker")
    said = "@time=2026-11-20T03:40:00.000Z;msgid={0} :Budi!~u@lan PRIVMSG #{0} :Siti"
    chat.server(said.format("a"), said.format("b"))
    changes = chat.done(chat.session.mark_read("#a"))
    assert [change for change in changes if isinstance(change, UnreadChanged)] == [UnreadChanged("#a")]
    assert chat.sent() == ["MARKREAD #a timestamp=2026-11-20T03:40:00.000Z"]
    assert (chat.conversation("#a").mentions, chat.conversation("#b").mentions) == (0, 1)
    chat.done(chat.session.mark_read())
    assert chat.sent() == ["MARKREAD #b timestamp=2026-11-20T03:40:00.000Z"]
    assert chat.done(chat.session.mark_read()) == []


def test_topics_and_invitations_need_a_channel_and_a_connection() -> None:
    chat = chat_in()
    chat.done(chat.session.set_topic("#lobby", "a\n b"))
    chat.done(chat.session.invite("#lobby", "Budi"))
    assert chat.sent() == ["TOPIC #lobby :a b", "INVITE Budi #lobby"]
    chat.done(chat.session.set_topic("#nowhere", "x"))
    chat.done(chat.session.invite("#nowhere", "Budi"))
    chat.done(chat.session.connection_lost(""))
    chat.sent()
    chat.done(chat.session.set_topic("#lobby", "x"))
    chat.done(chat.session.invite("#lobby", "Budi"))
    assert chat.sent() == []
