"""Gaps: one message fetched from far away, and the bounds of what is kept."""

from __future__ import annotations

import pytest

from client.changes import Delivery, EntryKind, Gap, LinkState, ShowEntry
from client.core import book, history
from protocol import parse
from tests.client.pasts import answer, asked, back, batch, gap, opened, rows, said, words
from tests.fakes import REMEMBERING, Chat


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in (("FIRST", 4), ("PAGE", 3), ("MISSED", 3), ("MISSED_PAGES", 2)):
        monkeypatch.setattr(history, name, size)


def private(number: int) -> str:
    return said(number, target="Siti")


# --- one message ---------------------------------------------------------------------------------------------


def island() -> Chat:
    """The messages 1 to 4 are known, and 30 to 33."""
    chat = opened(said(30), said(31), said(32), said(33))
    chat.done(chat.session.show_message("#lobby", "m12"))
    assert words(chat) == ["AROUND #lobby msgid=m12 4"]
    answer(chat, *map(said, range(11, 15)))
    return chat


def test_a_message_that_is_not_here_is_fetched_with_what_stands_around_it() -> None:
    chat = opened(said(30), said(31), said(32), said(33))
    chat.done(chat.session.show_message("#lobby", "m12"))
    changes = answer(chat, *map(said, range(11, 15)))
    assert changes[-1] == ShowEntry("#lobby", "m12")
    assert rows(chat)[:7] == ["gap open", "11", "12", "13", "14", "gap open", "30"]


def test_the_gaps_around_it_are_filled_from_where_it_stands() -> None:
    chat = island()
    upper, lower = [entry.id for entry in chat.conversation().entries if entry.gap]
    chat.done(chat.session.load_gap("#lobby", upper))
    assert words(chat) == ["BEFORE #lobby msgid=m11 3"]
    chat.done(chat.session.load_gap("#lobby", lower))
    assert words(chat) == []
    answer(chat, said(10))
    assert words(chat) == ["BETWEEN #lobby msgid=m14 msgid=m30 3"]
    answer(chat, *map(said, range(15, 18)))
    assert rows(chat)[4:10] == ["13", "14", "15", "16", "17", "gap open"]
    chat.done(chat.session.load_gap("#lobby", lower))
    assert words(chat) == ["BETWEEN #lobby msgid=m17 msgid=m30 3"]
    answer(chat, said(29))
    assert rows(chat)[0] == "start"
    assert "gap open" not in rows(chat)


def test_what_stands_beside_known_messages_is_joined_to_them() -> None:
    chat = island()
    chat.done(chat.session.show_message("#lobby", "m28"))
    answer(chat, *map(said, range(27, 32)))
    assert rows(chat)[5:9] == ["gap open", "27", "28", "29"]
    chat.done(chat.session.show_message("#lobby", "m16"))
    answer(chat, *map(said, range(14, 18)))
    assert rows(chat)[4:9] == ["14", "15", "16", "17", "gap open"]


@pytest.mark.parametrize("found", [[], [said(7)], [said(11), said(12)]])
def test_a_message_that_cannot_be_had_or_fits_nowhere_is_said_so(found: list[str]) -> None:
    chat = opened(said(3), said(4), said(5), said(6))
    chat.done(chat.session.show_message("#lobby", "m12"))
    answer(chat, *found)
    assert rows(chat)[-1] == "This message cannot be shown: it is not here."


def test_a_message_of_a_chat_that_is_not_open_opens_it() -> None:
    chat = opened(said(30))
    chat.done(chat.session.show_message("budi", "m12"))
    assert chat.session.current == "budi"
    answer(chat, private(12), private(13), target="budi")
    assert words(chat)[-1:] == ["AROUND budi msgid=m12 4"]
    assert ShowEntry("budi", "m12") in answer(chat, private(12), target="budi")
    assert chat.done(chat.session.show_message("#nowhere", "m12")) == []


def test_events_of_the_past_change_nothing_but_what_is_shown() -> None:
    time = "time=2026-11-20T03:00:09.000Z"
    past = (
        "@msgid=a :Ani!u@h JOIN #lobby * :Ani",
        "@msgid=b :Budi!u@h PART #lobby :makan",
        "@msgid=c :Budi!u@h QUIT :tidur",
        "@msgid=d :Budi!u@h NICK Budi9",
        "@msgid=e :Budi!u@h KICK #lobby Siti :diam",
        "@msgid=f :Budi!u@h TOPIC #lobby :tua",
        "@msgid=g :Budi!u@h MODE #lobby +o Siti",
        "@msgid=h :Budi!u@h KICK",
        "@msgid=i :Budi!u@h PRIVMSG #lobby",
        "@msgid=j :Budi!u@h INVITE Siti #x",
        "@msgid=k :Siti!u@h PART #lobby",
        f"@msgid=l;{time} :Budi!u@h NOTICE #lobby :n",
    )
    chat = opened(said(1))
    chat.server(":Budi!u@h TOPIC #lobby :baru")
    members = dict(chat.conversation().members)
    chat.server(*batch(*past))
    lobby = chat.conversation()
    assert [(entry.kind.value, entry.text, entry.target) for entry in lobby.entries[3:]] == [
        ("join", "", ""),
        ("part", "makan", ""),
        ("quit", "tidur", ""),
        ("nick", "Budi9", ""),
        ("kick", "diam", "Siti"),
        ("topic", "tua", ""),
        ("mode", "+o Siti", "Siti"),
        ("notice", "n", ""),
    ]
    assert lobby.members == members
    assert lobby.topic == "baru"
    assert chat.session.strips == {}


def hidden(number: int, what: str = "JOIN #lobby") -> str:
    """Something of the past that is not shown: our own coming and going."""
    return f"@msgid=m{number};time=2026-11-20T03:00:{number:02}.000Z :Siti!u@h {what}"


def test_an_island_of_which_nothing_is_shown_leaves_no_second_gap() -> None:
    chat = opened(said(30), said(31), said(32), said(33))
    chat.done(chat.session.show_message("#lobby", "m12"))
    answer(chat, hidden(12))
    assert rows(chat)[:2] == ["gap open", "30"]


def test_where_only_hidden_events_were_known_the_way_back_goes_on_above_what_is_new() -> None:
    chat = opened(*map(hidden, range(11, 15)))
    assert rows(chat) == ["gap open"]
    back(chat)
    answer(chat, said(21), said(22), said(23), said(24))
    assert rows(chat) == ["gap open", "21", "22", "23", "24"]
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    assert words(chat)[-1] == "BEFORE #lobby msgid=m21 3"
    short = opened(*map(hidden, range(11, 15)))
    back(short)
    answer(short, said(21))
    assert rows(short) == ["start", "21"]


# --- an own message that had arrived before a break ---------------------------------------------------------------


def resent(chat: Chat, number: int) -> None:
    """What waited goes out again, and the server says that it had it already, or just took it."""
    line = next(message for message in map(parse, chat.sent()) if message.command == "PRIVMSG")
    echo = said(number, "punya saya", "Siti").replace("@", f"@label={line.tags['label']};", 1)
    chat.server(echo)


def waiting() -> Chat:
    """A message was on its way when the link broke; much was said since."""
    chat = opened(said(1))
    chat.type("punya saya")
    back(chat)
    for first in (11, 14):
        answer(chat, *map(said, range(first, first + 3)))
    answer(chat, said(31), said(32), said(33), said(34))
    assert rows(chat)[-6:] == ["gap open", "31", "32", "33", "34", "punya saya"]
    return chat


def test_it_stands_in_the_gap_in_which_it_was_said() -> None:
    chat = waiting()
    resent(chat, 21)
    assert words(chat) == ["AROUND #lobby msgid=m21 4"]
    answer(chat, said(20), said(21, "punya saya", "Siti"), said(22))
    assert rows(chat)[-9:] == ["gap open", "20", "punya saya", "22", "gap open", "31", "32", "33", "34"]


def test_it_stands_beside_what_was_said_next_to_it() -> None:
    chat = waiting()
    resent(chat, 30)
    answer(chat, said(30, "punya saya", "Siti"), said(31))
    assert rows(chat)[-6:] == ["gap open", "punya saya", "31", "32", "33", "34"]


@pytest.mark.parametrize("around", [[], [said(40, "punya saya", "Siti")]])
def test_it_stays_at_the_end_if_it_came_just_now_or_nobody_knows(around: list[str]) -> None:
    chat = waiting()
    resent(chat, 40)
    answer(chat, *around)
    assert rows(chat)[-2:] == ["34", "punya saya"]
    assert chat.conversation().entries[-1].id == "m40"


# --- bounds --------------------------------------------------------------------------------------------------


def test_what_is_forgotten_above_becomes_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "REMEMBERED_ENTRIES", 5)
    monkeypatch.setattr(book, "HISTORY_SLACK", 2)
    chat = opened(said(1))
    chat.server(*map(said, range(2, 10)))
    assert rows(chat) == ["gap open", "5", "6", "7", "8", "9"]
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    assert words(chat) == ["BEFORE #lobby msgid=m5 3"]


def test_who_reads_far_above_loses_what_is_farthest_below(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "REMEMBERED_ENTRIES", 6)
    chat = opened(*map(said, range(21, 25)))
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    answer(chat, *map(said, range(18, 21)))
    assert rows(chat) == ["gap open", *map(str, range(18, 25))]
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    assert rows(chat) == ["gap loading", "18", "19", "20", "21", "gap open"]
    answer(chat, *map(said, range(15, 18)))
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    assert rows(chat) == ["gap loading", "15", "16", "17", "18", "19", "gap open"]
    answer(chat, said(14))
    chat.server(said(25))
    below = chat.conversation().entries[-2]
    assert below.gap is Gap.OPEN
    chat.done(chat.session.load_gap("#lobby", below.id))
    assert words(chat) == ["BETWEEN #lobby msgid=m19 msgid=m25 3"]
    answer(chat, *map(said, range(20, 23)))
    chat.done(chat.session.load_gap("#lobby", below.id))
    answer(chat, *map(said, range(23, 25)))
    assert rows(chat) == ["start", *map(str, range(14, 26))]


def test_a_gap_at_the_end_is_filled_up_to_what_was_said_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "REMEMBERED_ENTRIES", 4)
    chat = opened(*map(said, range(21, 25)))
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    answer(chat, said(20))
    assert rows(chat) == ["start", "20", "21", "gap open"]
    below = chat.conversation().entries[-1]
    chat.done(chat.session.load_gap("#lobby", below.id))
    assert words(chat) == ["AFTER #lobby msgid=m21 3"]
    chat.server(said(24))
    answer(chat, *map(said, range(22, 25)))
    assert rows(chat) == ["start", "20", "21", "22", "23", "24"]


def test_a_gap_that_is_gone_when_its_turn_or_answer_comes_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    chat = island()
    monkeypatch.setattr(book, "REMEMBERED_ENTRIES", 5)
    monkeypatch.setattr(book, "HISTORY_SLACK", 5)
    for entry in list(chat.conversation().entries):
        chat.done(chat.session.load_gap("#lobby", entry.id))
    chat.server(*map(said, range(34, 44)))
    answer(chat, said(10))
    assert rows(chat) == ["gap open", *map(str, range(39, 44))]
    assert asked(chat) == []


def test_pages_without_ids_are_taken_as_they_come() -> None:
    chat = opened(said(11), said(12), said(13), said(14))
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    answer(chat, *[f":Budi!u@h PRIVMSG #lobby :{text}" for text in "abc"])
    assert rows(chat)[:4] == ["gap open", "a", "b", "c"]


def test_a_gap_behind_the_mark_of_a_restart_is_filled_without_looking_beyond_it() -> None:
    chat = opened(said(1))
    chat.done(chat.session.connection_lost("x"))
    chat.wait(60)
    chat.welcome(REMEMBERING, boot="b2")
    answer(chat, said(21), said(22), said(23), said(24))
    assert rows(chat)[:5] == ["start", "1", "restarted", "gap open", "21"]
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    assert words(chat)[-1] == "BEFORE #lobby msgid=m21 3"
    answer(chat, said(20))
    assert rows(chat)[:5] == ["start", "1", "restarted", "20", "21"]


def test_two_gaps_never_stand_together(monkeypatch: pytest.MonkeyPatch) -> None:
    chat = island()
    monkeypatch.setattr(history, "REMEMBERED_ENTRIES", 5)
    chat.server(said(34))
    monkeypatch.setattr(history, "PAGE", 5)
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    assert rows(chat) == ["gap loading", "11", "12", "13", "14", "gap open"]


def test_a_gap_between_marks_only_is_filled_with_the_latest() -> None:
    chat = Chat()
    chat.done(chat.session.login("lab2", 8888, "Siti"))
    chat.welcome(REMEMBERING)
    chat.wait(20)
    assert rows(chat) == ["gap open"]
    chat.done(chat.session.load_gap("#lobby", gap(chat)))
    answer(chat, said(1))
    assert rows(chat) == ["start", "1"]


def test_what_is_typed_while_the_past_is_fetched_is_sent_behind_it() -> None:
    chat = opened(said(1))
    back(chat)
    assert chat.type("halo", "#lobby")
    assert words(chat, "PRIVMSG") == []
    assert chat.conversation().entries[-1].delivery is Delivery.WAITING
    answer(chat, said(2))
    answer(chat)
    assert words(chat, "PRIVMSG") == ["#lobby halo"]
    assert rows(chat) == ["start", "1", "2", "halo"]
    assert chat.session.state is LinkState.ONLINE
    assert chat.conversation().entries[0].kind is EntryKind.START
