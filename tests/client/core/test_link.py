"""Hanging up: the person ends the connection, stays beside what was said, and connects again when they like."""

from __future__ import annotations

import pytest

from client.changes import Conversation, LinkState, StripKind
from tests.fakes import Chat


@pytest.fixture
def chat() -> Chat:
    chat = Chat()
    chat.log_in()
    chat.server(":Budi!b@b PRIVMSG #lobby :halo")
    chat.sent()
    return chat


def state(chat: Chat) -> LinkState:
    return chat.session.state


def strip(chat: Chat) -> StripKind:
    shown = chat.session.strips.get("")
    return shown.kind if shown is not None else StripKind.NONE


def test_who_hangs_up_stays_there_and_no_try_is_made_until_they_want_it(chat: Chat) -> None:
    chat.done(chat.session.hang_up())
    assert chat.sent() == ["QUIT"]
    assert (state(chat), strip(chat)) == (LinkState.OFFLINE, StripKind.HUNG_UP)
    assert chat.texts("#lobby") == ["halo"]
    assert not chat.conversation("#lobby").joined
    chat.wait(3600)
    assert state(chat) is LinkState.OFFLINE
    chat.done(chat.session.hang_up())
    assert chat.sent() == [], "once is enough"
    chat.done(chat.session.retry_now())
    assert (state(chat), strip(chat)) == (LinkState.CONNECTING, StripKind.LOST)
    chat.welcome()
    assert (state(chat), strip(chat)) == (LinkState.ONLINE, StripKind.BACK)
    assert "JOIN #lobby" in chat.sent()


def test_who_hangs_up_while_a_try_waits_ends_the_tries(chat: Chat) -> None:
    chat.done(chat.session.connection_lost(""))
    assert state(chat) is LinkState.WAITING
    chat.done(chat.session.hang_up())
    chat.wait(3600)
    assert (state(chat), strip(chat)) == (LinkState.OFFLINE, StripKind.HUNG_UP)


def test_what_is_said_meanwhile_waits_and_goes_out_later(chat: Chat) -> None:
    chat.done(chat.session.hang_up())
    assert chat.type("nanti", "#lobby")
    chat.done(chat.session.retry_now())
    chat.welcome()
    chat.server(":Siti!u@h JOIN #lobby", ":srv 366 Siti #lobby :End")
    assert any(line.endswith("PRIVMSG #lobby nanti") for line in chat.sent())


def test_a_name_that_was_lost_is_let_go(chat: Chat) -> None:
    chat.done(chat.session.connection_lost(""))
    chat.wait(60)
    chat.done(chat.session.connected())
    chat.sent()
    chat.done(chat.session.hang_up())
    assert "QUIT" in chat.sent()[-1]
    assert state(chat) is LinkState.OFFLINE


def test_a_first_login_is_not_hung_up_but_cancelled() -> None:
    chat = Chat()
    chat.done(chat.session.login("lab2", 8888, "Siti"))
    chat.done(chat.session.hang_up())
    assert state(chat) is LinkState.CONNECTING
    chat.done(chat.session.restore([Conversation("#lobby", "#lobby", channel=True)]))
    chat.done(chat.session.hang_up())
    assert (state(chat), strip(chat)) == (LinkState.OFFLINE, StripKind.HUNG_UP)
    chat.done(chat.session.retry_now())
    chat.welcome()
    assert strip(chat) is StripKind.BACK
