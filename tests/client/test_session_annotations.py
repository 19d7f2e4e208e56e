"""Answers, reactions, changed and removed messages: live, from the past, and asked for by the person."""

from __future__ import annotations

import pytest

from client.changes import EntryChanged, Quote, Reaction
from client.core import annotations as room
from client.core import history, requests
from tests.client.pasts import answer, back, gap, opened, rows, said, words
from tests.fakes import CAPABILITIES, REMEMBERING, Chat

EDIT = "obrolan.example/edit"


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in (("FIRST", 4), ("PAGE", 3)):
        monkeypatch.setattr(history, name, size)


@pytest.fixture
def chat() -> Chat:
    return opened(said(1, "halo"), said(2, "punya saya", "Siti"))


def react(number: int, about: str, text: str = "👍", who: str = "Budi", word: str = "react") -> str:
    time = f"2026-11-20T03:00:{number:02}.000Z"
    return f"@msgid=r{number};time={time};+reply={about};+draft/{word}={text} :{who}!u@h TAGMSG #lobby"


def edit(number: int, about: str, text: str, who: str = "Budi") -> str:
    return said(number, text, who, tags=f"{EDIT}={about}")


def reactions(chat: Chat, entry_id: str = "m1") -> list[tuple[str, list[str], bool]]:
    entry = next(entry for entry in chat.conversation().entries if entry.id == entry_id)
    return [(reaction.text, reaction.names, reaction.own) for reaction in entry.reactions]


def quote(chat: Chat, entry_id: str) -> Quote | None:
    return next(entry.quote for entry in chat.conversation().entries if entry.id == entry_id)


# --- answers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["+reply", "+draft/reply"])
def test_an_answer_shows_what_it_answers(chat: Chat, tag: str) -> None:
    chat.server(said(3, "hai", tags=f"{tag}=m1"), said(4, "apa", tags=f"{tag}=m9"))
    assert quote(chat, "m3") == Quote("m1", "Budi", "halo")
    assert quote(chat, "m4") == Quote("m9")


def test_an_answer_to_something_older_shows_it_once_that_is_fetched() -> None:
    chat = opened(said(11), said(12), said(13), said(14, tags="+reply=m9"))
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    answer(chat, said(8, tags="+reply=m9"), said(9, "lama"))
    assert quote(chat, "m14") == quote(chat, "m8") == Quote("m9", "Budi", "lama")


def test_what_is_answered_goes_with_the_message_in_both_ways_of_saying_it(chat: Chat) -> None:
    assert chat.type_reply("baik", "m1")
    assert chat.sent()[0].startswith("@+reply=m1;+draft/reply=m1;obrolan.example/nonce=")
    assert chat.conversation().entries[-1].quote == Quote("m1", "Budi", "halo")
    chat.type_reply("lagi", chat.conversation().entries[-1].id)
    chat.type_reply("lagi", "nothing")
    assert not any("+reply" in line for line in chat.sent())


# --- reactions -----------------------------------------------------------------------------------------------


def test_reactions_are_counted_by_who_gave_them_and_can_be_taken_back(chat: Chat) -> None:
    chat.server(react(3, "m1", who="Ani"), react(4, "m1"), react(5, "m1", "😀", "Siti"), react(6, "m1"))
    assert reactions(chat) == [("👍", ["Ani", "Budi"], False), ("😀", ["Siti"], True)]
    assert chat.server(react(7, "m1", word="unreact", who="Ani")) == [EntryChanged("#lobby", 1)]
    assert reactions(chat) == [("😀", ["Siti"], True), ("👍", ["Budi"], False)]
    assert chat.server(react(7, "m1", word="unreact", who="Zul")) == []


def test_reactions_to_nothing_with_nothing_or_to_no_message_are_passed_over(chat: Chat) -> None:
    chat.server("@msgid=j1 :Ani!u@h JOIN #x", "@msgid=t1 :Budi!u@h TOPIC #lobby :baru")
    chat.server(react(3, "m1", ""), react(4, "t1"), "@+draft/react=x :Budi!u@h TAGMSG #lobby", react(5, "m9"))
    chat.server("@+reply=m1 :Budi!u@h TAGMSG #lobby", "@+draft/react=x;+reply=m1 :Budi!u@h TAGMSG #nowhere")
    assert reactions(chat) == []


def test_reactions_to_what_is_older_wait_until_it_is_fetched_and_the_latest_counts() -> None:
    chat = opened(said(11), said(12), react(13, "m5", word="unreact"), react(14, "m5", "😀"))
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    answer(chat, said(5), react(8, "m5"), react(9, "m5", who="Ani"))
    assert reactions(chat, "m5") == [("👍", ["Ani"], False), ("😀", ["Budi"], False)]


def test_what_is_kept_about_reactions_is_bounded(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "TARGETS", 1)
    monkeypatch.setattr(room, "REACTIONS", 2)
    chat.server(*[react(n, "m1", who=f"B{n}") for n in range(3, 9)])
    assert reactions(chat) == [("👍", ["B3", "B4"], False)]
    chat.server(react(9, "m2"), react(10, "m1", word="unreact", who="B3"))
    assert reactions(chat) == [("👍", ["B4"], False)]


def test_kept_reactions_can_still_be_taken_back() -> None:
    chat = opened(said(1))
    entry = chat.conversation().entries[1]
    entry.reactions = (Reaction("👍", ["Budi", "Siti"], own=True),)
    chat.screen.panes["#lobby"].__init__(chat.conversation())  # type: ignore[misc]  # as if it had been restored
    chat.server(react(3, "m1", word="unreact", who="Siti"))
    assert reactions(chat) == [("👍", ["Budi"], False)]


def test_a_reaction_of_ours_is_given_and_taken_back_by_the_same_word(chat: Chat) -> None:
    chat.done(chat.session.react("#lobby", "m1", "👍"))
    assert chat.sent() == ["@+draft/react=👍;+reply=m1;+draft/reply=m1;label=about-local-4 TAGMSG #lobby"]
    assert reactions(chat) == []
    chat.server(react(3, "m1", who="Siti"))
    chat.done(chat.session.react("#lobby", "m1", "👍"))
    assert chat.sent()[0].startswith("@+draft/unreact=👍;")


def test_nothing_is_asked_about_what_is_no_message_of_the_server(chat: Chat) -> None:
    session = chat.session
    chat.done(session.react("#lobby", chat.conversation().entries[0].id, "👍"))
    chat.done(session.react("#lobby", "m1", ""))
    chat.done(session.react("#nowhere", "m1", "👍"))
    chat.done(session.delete("#nowhere", "m1"))
    assert session.edit("#nowhere", "m1", "x") == (False, [])
    chat.type("belum")
    waiting = chat.conversation().entries[-1].id
    chat.sent()
    chat.done(session.react("#lobby", waiting, "👍"))
    assert not session.may_edit("#lobby", waiting)
    chat.done(session.connection_lost("x"))
    assert not session.may_edit("#lobby", "m2")
    chat.done(session.react("#lobby", "m1", "👍"))
    assert chat.sent() == []


# --- changed texts -------------------------------------------------------------------------------------------


def test_a_changed_message_shows_its_new_text_also_where_it_is_answered(chat: Chat) -> None:
    chat.server(said(3, "hai", tags="+reply=m1"), edit(4, "m1", "halo semua"))
    entry = chat.conversation().entries[1]
    assert (entry.text, entry.edited) == ("halo semua", True)
    assert quote(chat, "m3") == Quote("m1", "Budi", "halo semua")
    assert rows(chat) == ["start", "halo semua", "punya saya", "hai"]


def test_a_change_of_what_is_on_its_way_is_not_lost() -> None:
    chat = opened(said(1))
    back(chat)
    chat.server(said(3), edit(5, "m2", "baru"), edit(6, "m3", "tiga"), edit(7, "m99", "x"))
    answer(chat, said(2, "lama"), said(3))
    assert rows(chat) == ["start", "1", "baru", "tiga"]
    chat.server(edit(8, "m98", "x"), "@obrolan.example/edit=m1 :Budi!u@h PRIVMSG #nowhere :x")
    chat.server(said(9, "\x01VERSION\x01", tags=f"{EDIT}=m2"))
    assert rows(chat) == ["start", "1", "baru", "tiga"]


def test_changes_that_wait_for_their_messages_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "MEANWHILE", 1)
    chat = opened(said(1))
    back(chat)
    chat.server(edit(5, "m2", "dua"), edit(6, "m3", "tiga"))
    answer(chat, said(2), said(3))
    answer(chat)
    assert rows(chat) == ["start", "1", "dua", "3"]


def test_missed_changes_are_made_up_for(chat: Chat) -> None:
    back(chat)
    answer(chat, edit(4, "m1", "b"), edit(5, "m1", "c"), said(6, "d", tags="obrolan.example/edited=m8"))
    entry = chat.conversation().entries[-1]
    assert rows(chat) == ["start", "c", "punya saya", "d"]
    assert entry.edited


def test_an_older_change_fetched_later_does_not_undo_a_newer_one() -> None:
    chat = opened(said(11), said(12), said(13), edit(14, "m11", "baru"))
    chat.server(edit(20, "m12", "baru juga"))
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    answer(chat, said(1), edit(8, "m11", "lama"), edit(9, "m12", "lama"))
    assert rows(chat) == ["gap open", "1", "baru", "baru juga", "13"]


def test_without_the_capability_a_change_is_a_message_like_any_other() -> None:
    chat = Chat()
    chat.log_in()
    chat.server("@msgid=m1 :Budi!u@h PRIVMSG #lobby :a", f"@msgid=m2;{EDIT}=m1 :Budi!u@h PRIVMSG #lobby :b")
    assert chat.texts() == ["a", "b"]


def test_an_own_message_can_be_changed_and_nobody_elses(chat: Chat) -> None:
    session = chat.session
    assert session.may_edit("#lobby", "m2")
    assert not session.may_edit("#lobby", "m1")
    assert not session.may_edit("#nowhere", "m2")
    assert session.edit("#lobby", "m2", "punya\x00 kita")[0]
    chat.done([])
    assert chat.sent() == [f"@{EDIT}=m2;label=about-local-4 PRIVMSG #lobby :punya kita"]
    assert session.edit("#lobby", "m2", "satu\ndua")[0]
    chat.done([])
    assert chat.sent()[0] == f"@{EDIT}=m2;label=about-local-5 BATCH +local-6 draft/multiline #lobby"
    assert not session.edit("#lobby", "m1", "x")[0]
    assert not session.edit("#lobby", "m2", "  ")[0]
    taken, changes = session.edit("#lobby", "m2", "x" * 5000)
    assert not taken
    chat.done(changes)
    assert rows(chat)[-1] == "This text is too long for one message. Shorten it."


def test_a_refused_change_is_said_in_the_words_of_the_server(chat: Chat) -> None:
    chat.type("menunggu")
    chat.server("@label=about-local-9 :srv FAIL PRIVMSG EDIT_FORBIDDEN #lobby m2 :Too late")
    assert rows(chat)[-2:] == ["Too late", "menunggu"]
    assert chat.conversation().entries[-1].problem == ""


# --- removed messages ----------------------------------------------------------------------------------------


def test_a_removed_message_loses_its_text_and_all_that_hangs_on_it(chat: Chat) -> None:
    chat.server(said(3, "hai", tags="+reply=m1"), said(4, "oh", tags="+reply=m3"), react(5, "m1"))
    chat.server("@msgid=x1 :Budi!u@h REDACT #lobby m1 :salah", ":Ani!u@h REDACT #lobby m3", ":Ani!u@h REDACT #lobby m3")
    first, third, fourth = (chat.conversation().entries[n] for n in (1, 3, 4))
    assert (first.deleted, first.text, first.target, first.reactions) == (True, "", "", ())
    assert (third.deleted, third.target, third.quote) == (True, "Ani", None)
    assert fourth.quote == Quote("m3")
    chat.server(react(6, "m1"), edit(7, "m1", "x"), said(8, "?", tags="+reply=m1"))
    assert first.text == ""
    assert first.reactions == ()
    assert quote(chat, "m8") == Quote("m1")


def test_our_own_removal_and_one_of_something_unknown_change_only_what_they_should(chat: Chat) -> None:
    chat.server(":Siti!u@h REDACT #lobby m2", ":Siti!u@h REDACT #lobby m9", ":Siti!u@h REDACT #lobby")
    assert chat.conversation().entries[2].deleted
    assert chat.conversation().entries[2].target == ""


def test_a_removal_by_us_of_anothers_message_names_us(chat: Chat) -> None:
    chat.server(":Siti!u@h REDACT #lobby m1")
    assert chat.conversation().entries[1].target == "Siti"


def test_own_messages_and_as_an_operator_all_can_be_removed(chat: Chat) -> None:
    session = chat.session
    assert session.may_delete("#lobby", "m2")
    assert not session.may_delete("#lobby", "m1")
    assert not session.may_delete("#nowhere", "m1")
    chat.server(":srv MODE #lobby +o Siti")
    assert session.may_delete("#lobby", "m1")
    chat.done(session.delete("#lobby", "m1"))
    assert chat.sent() == ["@label=about-local-5 REDACT #lobby m1"]
    chat.server(":Siti!u@h REDACT #lobby m1", ":Budi!u@h PART #lobby")
    assert not session.may_delete("#lobby", "m1")


def test_in_a_private_chat_it_is_only_our_own() -> None:
    chat = opened(said(1))
    chat.done(chat.session.open_private("Budi"))
    answer(chat, said(2, target="Siti"), said(3, who="Siti", target="Budi"), target="Budi")
    assert chat.session.may_delete("budi", "m3")
    assert not chat.session.may_delete("budi", "m2")
    chat.server(":Budi!u@h REDACT Siti m2", react(4, "m3").replace("#lobby", "Siti"), ":Siti!u@h REDACT Budi m3")
    assert [entry.deleted for entry in chat.conversation("budi").entries] == [False, True, True]
    assert words(chat, "REDACT") == []


def test_a_deleted_message_that_is_there_again_is_fetched_and_stands_where_it_was(chat: Chat) -> None:
    chat.server(":Budi!u@h REDACT #lobby m1", said(3, "lagi"))
    assert chat.conversation().entries[1].deleted
    chat.server("@msgid=m4 :Budi!u@h UNREDACT #lobby m1")
    assert words(chat) == ["AROUND #lobby msgid=m1 4"]
    answer(chat, said(1, "halo"), said(2, "punya saya", "Siti"), said(3, "lagi"))
    assert rows(chat) == ["start", "halo", "punya saya", "lagi"]
    assert not chat.conversation().entries[1].deleted


def test_who_runs_the_room_may_have_there_again_what_was_taken_from_others(chat: Chat) -> None:
    chat.server(said(3, "maaf"), ":Budi!u@h REDACT #lobby m3", ":srv MODE #lobby +o Adi", ":Adi!u@h REDACT #lobby m1")
    may = chat.session.may_undelete
    assert not may("#lobby", "m1"), "we do not run it"
    chat.done(chat.session.undelete("#lobby", "m1"))
    chat.server(":srv MODE #lobby +o Siti")
    assert [may("#lobby", entry_id) for entry_id in ("m1", "m2", "m3", "m99")] == [True, False, False, False]
    assert not may("#nowhere", "m1")
    chat.sent()
    chat.done(chat.session.undelete("#lobby", "m1"))
    chat.done(chat.session.undelete("#nowhere", "m1"))
    assert [line.partition(" ")[2] if line[0] == "@" else line for line in chat.sent()] == ["UNREDACT #lobby m1"]
    chat.done(chat.session.connection_lost("x"))
    assert not may("#lobby", "m1")


def test_what_is_not_here_or_was_not_deleted_is_not_fetched_again(chat: Chat) -> None:
    chat.server("@msgid=m4 :Budi!u@h UNREDACT #lobby m1", "@msgid=m5 :Budi!u@h UNREDACT #lobby m99")
    assert words(chat) == []
    assert rows(chat) == ["start", "halo", "punya saya"]


def test_a_message_that_was_never_sent_is_deleted_at_once(chat: Chat) -> None:
    chat.done(chat.session.connection_lost("x"))
    chat.type("batal", "#lobby")
    chat.done(chat.session.delete("#lobby", chat.conversation().entries[-1].id))
    assert rows(chat) == ["start", "halo", "punya saya"]


def test_what_the_server_cannot_do_is_not_offered() -> None:
    chat = Chat()
    chat.log_in(capabilities=CAPABILITIES)
    chat.server("@msgid=m1 :Siti!u@h PRIVMSG #lobby :a")
    assert not chat.session.may_edit("#lobby", "m1")
    assert not chat.session.may_delete("#lobby", "m1")
    plain = Chat()
    plain.log_in(capabilities="batch")
    plain.server("@msgid=m1 :Siti!u@h PRIVMSG #lobby :a")
    plain.done(plain.session.react("#lobby", "m1", "👍"))
    assert plain.sent() == []
    assert REMEMBERING.startswith(CAPABILITIES)
