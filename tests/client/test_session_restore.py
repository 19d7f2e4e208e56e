"""What an earlier session kept: conversations shown before the network answers, drafts, what can be done here."""

from __future__ import annotations

import pytest

from client.abilities import Abilities
from client.changes import (
    Conversation,
    ConversationAdded,
    Entry,
    EntryKind,
    Gap,
    LinkChanged,
    LinkState,
    LoggedIn,
    LoginFailed,
    Problem,
    ShowEntry,
    StripKind,
)
from tests.fakes import CAPABILITIES, Chat


def said(msgid: str, text: str) -> Entry:
    return Entry(msgid, EntryKind.MESSAGE, "Budi", "Budi", text, 1.0)


def kept(*entries: Entry, key: str = "#lobby") -> Conversation:
    return Conversation(key, key, channel=key[0] == "#", joined=True, entries=list(entries))


def test_kept_conversations_stand_there_before_the_network_answers() -> None:
    chat = Chat()
    chat.done(chat.session.login("lab2", 8888, "Siti"))
    gap = Entry("local-9", EntryKind.GAP, "", "", "", 0.0, gap=Gap.LOADING)
    lobby = kept(gap, said("m1", "halo"), said("local-1", "oh"), said("local-2", "ah"))
    lobby.first_unread = "local-2"
    changes = chat.done(chat.session.restore([lobby, kept(key="#lobby"), kept(key="budi")]))
    assert changes == [ConversationAdded("#lobby", select=True), ConversationAdded("budi")]
    assert not chat.conversation("#lobby").joined
    assert [entry.id for entry in lobby.entries] == ["local-1", "m1", "local-2", "local-3"]
    assert lobby.first_unread == "local-3"
    assert gap.gap is Gap.OPEN
    chat.welcome()
    assert chat.conversation("#lobby").joined
    assert chat.texts("#lobby") == ["", "halo", "oh", "ah"]


def test_a_draft_is_kept_with_its_conversation() -> None:
    chat = Chat()
    chat.log_in()
    assert chat.done(chat.session.keep_draft("#lobby", "hal")) == []
    chat.done(chat.session.keep_draft("#nowhere", "x"))
    assert chat.conversation("#lobby").draft == "hal"


def test_what_can_be_done_follows_from_the_capabilities_of_the_server() -> None:
    chat = Chat()
    assert chat.session.abilities == Abilities()
    chat.log_in(capabilities=CAPABILITIES)
    assert chat.session.abilities == Abilities(replies=True, reactions=True, typing=True)


def test_a_message_that_is_here_is_shown_at_once() -> None:
    chat = Chat()
    chat.log_in()
    chat.server("@msgid=m1 :Budi!b@b PRIVMSG #lobby :halo")
    assert chat.done(chat.session.show_message("#lobby", "m1")) == [ShowEntry("#lobby", "m1")]
    assert chat.done(chat.session.show_message("#nowhere", "m1")) == []
    chat.done(chat.session.show_message("#lobby", "m9"))
    assert chat.texts() == ["halo", "This message cannot be shown: it is not here."]


NETWORK = [Problem.UNKNOWN_HOST, Problem.REFUSED, Problem.NO_ANSWER, Problem.UNREACHABLE, Problem.SERVER_GONE]


def restored(*entries: Entry) -> Chat:
    chat = Chat()
    chat.done(chat.session.login("lab2", 8888, "Siti", "#tugas"))
    chat.done(chat.session.restore([kept(*entries)]))
    return chat


def shown(chat: Chat) -> list[StripKind]:
    return [strip.kind for strip in chat.session.strips.values()]


@pytest.mark.parametrize("problem", NETWORK)
def test_beside_what_was_kept_a_server_that_cannot_be_reached_is_tried_again(problem: Problem) -> None:
    chat = restored(said("m1", "halo"))
    changes = chat.done(chat.session.connection_failed(problem))
    (change,) = [change for change in changes if isinstance(change, LinkChanged)]
    assert (change.state, change.problem) == (LinkState.WAITING, problem)
    assert shown(chat) == [StripKind.LOST]
    assert chat.type("ditulis sekarang", "#lobby")
    chat.wait(2)
    assert len(chat.connects) == 2
    chat.done(chat.session.connection_failed(problem))
    chat.done(chat.session.retry_now())
    assert len(chat.connects) == 3
    changes = chat.welcome()
    assert LoggedIn("Siti", again=False) in changes
    assert shown(chat) == [StripKind.BACK]
    sent = chat.sent()
    assert "JOIN #tugas" in sent
    assert sum(line.endswith("PRIVMSG #lobby :ditulis sekarang") for line in sent) == 1
    chat.wait(3)
    assert shown(chat) == []


def test_a_name_that_was_taken_meanwhile_is_a_matter_of_the_login_all_the_same() -> None:
    chat = restored(said("m1", "halo"))
    chat.done(chat.session.connection_failed(Problem.REFUSED))
    chat.wait(2)
    chat.done(chat.session.connected())
    changes = chat.server(":srv 433 * Siti :in use")
    assert [change.problem for change in changes if isinstance(change, LoginFailed)] == [Problem.NAME_TAKEN]
    assert shown(chat) == []


@pytest.mark.parametrize("problem", [Problem.NOT_A_CHAT_SERVER, Problem.BANNED])
def test_what_no_new_try_can_help_is_said_at_the_login(problem: Problem) -> None:
    chat = restored(said("m1", "halo"))
    assert any(isinstance(change, LoginFailed) for change in chat.done(chat.session.connection_failed(problem)))


def test_without_anything_kept_the_login_says_what_is_wrong() -> None:
    chat = Chat()
    chat.done(chat.session.login("lab2", 8888, "Siti"))
    chat.done(chat.session.restore([]))
    changes = chat.done(chat.session.connection_failed(Problem.REFUSED))
    assert any(isinstance(change, LoginFailed) for change in changes)
    assert chat.done(chat.session.retry_now()) == []
