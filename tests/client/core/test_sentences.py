"""What servers say about keeping order, as sentences: refusals, notices, notes, changes of modes, spans of time."""

from __future__ import annotations

import re

import pytest

from client.core import mode_words
from client.core.sentences import farewell, refusal
from client.core.spans import in_words, typed_span
from tests.fakes import Chat


@pytest.mark.parametrize(
    ("command", "text", "sentence"),
    [
        (
            "404",
            "Cannot send to channel: you are banned for 9m30s: ramai",
            "You are muted here for 9 minutes 30 seconds: ramai",
        ),
        ("404", "Cannot send to channel: you are banned", "You are muted here."),
        ("474", "Cannot join channel (+b): you are banned for 1h", "You are banned for 1 hour."),
        ("474", "Cannot join channel (+b): you are banned: ramai", "You are banned: ramai"),
        ("404", "Cannot send to channel: join it first", "You are not in this room, so you cannot write in it."),
        (
            "404",
            "Cannot send to channel: only people with voice may speak (+m)",
            "Announcements only: you need voice to write here.",
        ),
        ("404", "Cannot send to channel: one message in 10 s (+S), wait 1 s", "Slow mode: wait 1 second more."),
        (
            "404",
            "Cannot send to channel: the word kasar is not wanted here (+g)",
            "The word “kasar” is not wanted here.",
        ),
        ("482", "You're not channel operator", "You may not do that in this room."),
        ("482", "Something of another network", "Something of another network"),
        ("464", "Password incorrect", "That is not the right code or password."),
    ],
)
def test_a_refusal_says_what_it_is_about(command: str, text: str, sentence: str) -> None:
    assert refusal(command, text) == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("You are banned from this server for 2h: ramai", "You are banned from this server for 2 hours: ramai"),
        ("You are banned from this server: a (b)", "You are banned from this server: a (b)"),
        (
            "Closing link: You are banned from this server for 10m: x",
            "You are banned from this server for 10 minutes: x",
        ),
        ("Closing link: ", "Closing link: "),
        ("Closing link: srv.lan (You are banned from this server)", "You are banned from this server."),
        ("Closing Link: srv.lan (You are banned from this server: a (b))", "You are banned from this server: a (b)"),
        ("Closing Link: srv.lan (Killed (guru (ramai)))", "guru cut you off: ramai"),
        ("Closing Link: srv.lan (Ping timeout)", "Closing Link: srv.lan (Ping timeout)"),
    ],
)
def test_a_farewell_says_why(text: str, sentence: str) -> None:
    assert farewell(text) == sentence


def test_who_is_muted_reads_why_under_the_message_that_was_not_sent() -> None:
    chat = Chat()
    chat.log_in(capabilities="echo-message labeled-response message-tags batch")
    chat.type("halo")
    label = chat.sent()[-1].split()[0].removeprefix("@label=")
    chat.server(f"@label={label} :srv 404 Siti #lobby :Cannot send to channel: you are banned for 10m: ramai")
    assert chat.conversation().entries[-1].problem == "You are muted here for 10 minutes: ramai"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Pak_Adi has muted a:budi for 10m: ramai", "Budi is muted for 10 minutes: ramai"),
        ("Pak_Adi has muted *!*@b.lan", "Budi is muted until somebody lifts it."),
        ("Pak_Adi has banned joko!*@* for 1d", "joko is banned for 1 day."),
        ("Pak_Adi has banned r:x", "r:x is banned until somebody lifts it."),
        ("a:budi is banned for 2h; 1 people were cut", "Budi is banned from this server for 2 hours."),
        ("a:budi is banned for ever; 0 people were cut", "Budi is banned from this server."),
        ("a:budi may come in again", "Budi may come to this server again."),
        ("0 notes; times are UTC", "Nothing yet."),
        ("1 notes; times are UTC", "That was 1 note."),
        ("20 notes; times are UTC", "Those were 20 notes."),
        ("You are now an IRC operator", "You run this server now."),
        ("anything else", "anything else"),
    ],
)
def test_a_notice_is_told_in_our_words(text: str, sentence: str) -> None:
    chat = Chat()
    chat.log_in()
    chat.server(f":srv NOTICE Siti :{text}")
    assert chat.texts()[-1] == sentence


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("KICK Budi: ramai", "Ani removed Budi: ramai"),
        ("KICK Budi: Ani", "Ani removed Budi."),
        ("KILL Budi: no reason", "Ani cut Budi off."),
        ("KILL Budi: ramai", "Ani cut Budi off: ramai"),
        ("TBAN 10m m:a:budi: ramai", "Ani muted Budi for 10 minutes: ramai"),
        ("TBAN for ever a:budi: no reason", "Ani banned Budi."),
        ("KLINE a:budi for 2h: ramai", "Ani banned Budi from the server for 2 hours: ramai"),
        ("KLINE a:budi for ever: no reason", "Ani banned Budi from the server."),
        ("UNKLINE a:budi", "Ani lets Budi come to the server again."),
        ("REDACT a1-7 of Budi", "Ani deleted a message of Budi."),
        ("MODE +o Budi", "Ani made Budi an operator of this room."),
        ("became the operator guru", "Ani: became the operator guru"),
    ],
)
def test_a_note_says_when_and_what_somebody_did(what: str, sentence: str) -> None:
    chat = Chat()
    chat.log_in()
    chat.server(f":srv NOTICE Siti :2026-11-20 03:32:00 #lobby Ani: {what}")
    stamp, _, told = chat.texts()[-1].partition(" ")[2].partition(" ")
    assert re.fullmatch(r"\d\d\.\d\d", stamp)
    assert told == sentence


def test_a_note_names_another_room_and_keeps_a_time_that_is_none() -> None:
    chat = Chat()
    chat.log_in()
    chat.server(":srv NOTICE Siti :2026-99-20 03:32:00 #other Ani: KICK Budi: x")
    assert chat.texts()[-1] == "2026-99-20 03:32:00 [#other] Ani removed Budi: x"
    chat.server(":srv NOTICE Siti :2026-99-20 03:32:00 * Ani: REHASH")
    assert chat.texts()[-1] == "2026-99-20 03:32:00 Ani: REHASH"


@pytest.mark.parametrize(
    ("text", "target", "sentence"),
    [
        ("+o siti", "Siti Rahma", "Adi made Siti Rahma an operator of this room."),
        ("-o siti", "", "Adi took the rank of operator from siti."),
        ("+b m:a:siti", "", "Adi muted siti."),
        ("-b m:*!*@x.lan", "", "Adi lets *!*@x.lan speak again."),
        ("+b siti!*@*", "", "Adi banned siti from this room."),
        ("-b siti!~u@x.lan", "", "Adi lifted the ban of siti!~u@x.lan."),
        ("+ov siti ani", "Siti", "Adi made siti an operator of this room. Adi gave ani voice."),
        ("+S 60", "", "Adi slowed this room down: one message in 1 minute."),
        ("+S 90", "", "Adi slowed this room down: one message in 90 seconds."),
        ("+S 0", "", "Adi slowed this room down: one message in 0 seconds."),
        ("+S x", "", "Adi changed the mode: +S x"),
        ("-S+m", "", "Adi ended slow mode. Adi made this a room for announcements: only people with voice may write."),
        ("-k", "", "Adi took the password off this room."),
        ("-k *", "", "Adi took the password off this room."),
        ("+gg a b", "", "Adi added a word that is not wanted here."),
        ("+n", "", "Adi changed the mode: +n"),
        ("+o", "", "Adi changed the mode: +o"),
        ("+n much more", "", "Adi changed the mode: +n much more"),
        ("odd", "", "Adi changed the mode: odd"),
        ("+", "", "Adi changed the mode: +"),
        ("", "", "Adi changed the mode: "),
    ],
)
def test_a_change_of_modes_reads_as_a_sentence(text: str, target: str, sentence: str) -> None:
    assert mode_words.sentence(text, "Adi", target, str) == sentence


def test_what_the_server_lifts_by_itself_is_over() -> None:
    over = mode_words.sentence("-b m:a:siti", "srv.lan", "Siti", str, by_server=True)
    assert over == "The mute of Siti is over: they may speak again."
    assert mode_words.sentence("+m", "srv.lan", "", str, by_server=True).startswith("srv.lan made this a room")


@pytest.mark.parametrize(
    ("typed", "span"),
    [
        ("10m", "10m"),
        ("1D12H", "1d12h"),
        ("10", "10m"),
        ("0", "0"),
        ("10x", ""),
        ("budi", ""),
        ("", ""),
        ("1234567", ""),
    ],
)
def test_a_typed_span_is_what_the_server_takes(typed: str, span: str) -> None:
    assert typed_span(typed) == span


@pytest.mark.parametrize(
    ("span", "words"), [("1h", "1 hour"), ("2w3d", "2 weeks 3 days"), ("90s", "90 seconds"), ("soon", "soon"), ("", "")]
)
def test_a_span_reads_as_words(span: str, words: str) -> None:
    assert in_words(span) == words
