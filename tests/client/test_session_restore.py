"""What an earlier session kept: conversations shown before the network answers, drafts, what can be done here."""

from __future__ import annotations

from client.changes import Abilities, Conversation, ConversationAdded, Entry, EntryKind, Gap, ShowEntry
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
