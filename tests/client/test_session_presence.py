"""Who is here: our own absence over a break, and the people of the private chats."""

from __future__ import annotations

import pytest

from client.changes import ConversationChanged, NetworkChanged
from tests.fakes import CAPABILITIES, Chat

PLAIN = CAPABILITIES.replace("labeled-response ", "")
AWAY = ":srv 306 Siti :You have been marked as being away"
BACK = ":srv 305 Siti :You are no longer marked as being away"


@pytest.fixture
def chat() -> Chat:
    chat = Chat()
    chat.log_in(capabilities=PLAIN)
    return chat


def watch(chat: Chat, limit: str = "=100") -> list[str]:
    """The server can watch nicknames; what is sent to it then."""
    chat.server(f":srv 005 Siti MONITOR{limit} :ok")
    return chat.sent()


def away(chat: Chat) -> str | None:
    """Why we are away (asked anew each time)."""
    return chat.session.away


# --- we --------------------------------------------------------------------------------------------------


def test_away_with_a_reason_shows_at_our_name_and_needs_no_line(chat: Chat) -> None:
    chat.done(chat.session.set_away("  makan\nsiang "))
    assert chat.sent() == ["AWAY :makan siang"]
    assert away(chat) is None  # the server has the word
    assert NetworkChanged() in chat.server(AWAY)
    assert away(chat) == "makan siang"
    member = chat.conversation("#lobby").members["siti"]
    assert (member.away, member.away_text) == (True, "makan siang")
    chat.done(chat.session.set_away(None))
    assert chat.sent() == ["AWAY"]
    chat.server(BACK)
    assert away(chat) is None
    assert not member.away
    assert chat.texts() == []


def test_away_without_a_reason_says_just_that(chat: Chat) -> None:
    chat.done(chat.session.set_away(""))
    assert chat.sent() == ["AWAY away"]


def test_a_reason_that_no_line_can_say_is_not_sent(chat: Chat) -> None:
    chat.done(chat.session.set_away("makan\0siang"))
    assert chat.sent() == []
    chat.type("/away rapat")
    chat.server(AWAY)
    assert len(chat.texts()) == 1


def test_what_was_typed_is_answered_with_a_line(chat: Chat) -> None:
    chat.type("/away rapat")
    chat.server(AWAY)
    assert away(chat) == "rapat"
    assert chat.texts() == ["You have been marked as being away"]


def test_another_program_of_ours_may_say_it_without_telling_us_why(chat: Chat) -> None:
    chat.server(AWAY)
    assert away(chat) == ""
    chat.done(chat.session.connection_lost(""))
    chat.done(chat.session.retry_now())
    chat.welcome()
    assert not [line for line in chat.sent() if "AWAY" in line]


def test_after_a_break_we_are_still_away_and_after_another_login_no_more(chat: Chat) -> None:
    chat.done(chat.session.set_away("makan"))
    chat.server(AWAY)
    chat.done(chat.session.connection_lost(""))
    assert away(chat) == "makan"
    chat.done(chat.session.retry_now())
    chat.welcome()
    assert "AWAY makan" in chat.sent()
    chat.server(AWAY)
    assert chat.texts() == []
    chat.done(chat.session.logout())
    assert away(chat) is None


def test_without_a_link_it_is_said_once_there_is_one(chat: Chat) -> None:
    chat.done(chat.session.connection_lost(""))
    assert NetworkChanged() in chat.done(chat.session.set_away("makan"))
    assert chat.sent() == []
    chat.done(chat.session.retry_now())
    chat.welcome()
    assert "AWAY makan" in chat.sent()
    chat.done(chat.session.connection_lost(""))
    chat.done(chat.session.set_away(None))
    chat.done(chat.session.retry_now())
    chat.welcome()
    assert not [line for line in chat.sent() if "AWAY" in line]


# --- others ----------------------------------------------------------------------------------------------


def test_people_of_private_chats_are_watched_and_no_longer_once_the_chat_is_closed(chat: Chat) -> None:
    chat.server(":Budi!b@b PRIVMSG Siti :hai")
    assert watch(chat) == ["MONITOR + Budi"]
    chat.server(":Ani!b@b PRIVMSG Siti :hai")
    assert chat.sent() == ["MONITOR + Ani"]
    chat.done(chat.session.close("budi"))
    assert chat.sent() == ["MONITOR - Budi"]
    chat.done(chat.session.connection_lost(""))
    chat.done(chat.session.retry_now())
    chat.welcome()
    chat.server(":srv 005 Siti MONITOR :ok")
    assert "MONITOR + Ani" in chat.sent()


def test_many_are_watched_by_several_lines_and_no_more_than_the_server_takes(chat: Chat) -> None:
    names = [f"{'n' * 20}{number}" for number in range(30)]
    chat.server(*(f":{name}!b@b PRIVMSG Siti :hai" for name in names))
    sent = watch(chat)
    assert len(sent) == 2
    assert sum(len(line.split(",")) for line in sent) == 30
    assert watch(chat, "=5")[0].startswith("MONITOR - ")


def test_who_comes_and_goes_is_seen_in_the_private_chat(chat: Chat) -> None:
    chat.server(":Dewi!b@b PRIVMSG Siti :hai", ":Dewi!b@b AWAY :makan", ":srv 005 Siti MONITOR=x :ok")
    dewi = chat.conversation("dewi")
    assert ConversationChanged("dewi", "dewi") in chat.server(":srv 731 Siti :Orang,Dewi,#lobby")
    assert (dewi.joined, dewi.away) == (False, False)
    chat.server(":srv 730 Siti :Dewi!b@b")
    assert dewi.joined


def test_of_who_is_gone_it_is_asked_once_when_that_was(chat: Chat) -> None:
    watch(chat)
    chat.done(chat.session.open_private("Dewi"))
    assert chat.sent() == ["MONITOR + Dewi"]
    chat.server(":srv 731 Siti :Dewi")
    assert chat.sent() == ["WHOWAS Dewi 1"]
    told = chat.server(":srv 312 Siti Dewi srv :Tue Nov 14 2023 22:13:20 UTC", ":srv 369 Siti Dewi :End")
    assert told == [ConversationChanged("dewi", "dewi")]
    assert chat.session.last_seen("dewi") == chat.conversation("dewi").seen == 1_700_000_000.0
    assert chat.sent() == []
    chat.server(":srv 730 Siti :Dewi!d@d")
    chat.server("@time=2023-11-14T23:13:20.000Z :Dewi!d@d QUIT :daag")
    assert chat.conversation("dewi").seen == 1_700_003_600.0
    chat.server(":srv 731 Siti :Dewi")
    assert chat.sent() == ["WHOWAS Dewi 1"]
    chat.server(":srv 406 Siti Dewi :There was no such nickname", ":srv 369 Siti Dewi :End")
    assert chat.session.last_seen("dewi") == 1_700_003_600.0
    assert chat.session.last_seen("#nowhere") == 0.0


def test_without_monitor_a_refused_message_tells_that_somebody_is_gone(chat: Chat) -> None:
    chat.done(chat.session.open_private("Dewi"))
    chat.type("halo")
    chat.server(":srv 401 Siti Dewi :No such nick")
    assert chat.sent()[-1] == "WHOWAS Dewi 1"
    chat.server(":srv 421 Siti WHOWAS :Unknown command")
    assert "WHOWAS" not in " ".join(chat.texts("dewi"))
