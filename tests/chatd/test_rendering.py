"""`chatd/rendering.py` and `Event`: messages of several lines and edits, written for who asked for what."""

from __future__ import annotations

import pytest

from chatd.capabilities import BATCHED_LINES, EDIT, MESSAGE_TAGS, MULTILINE, SERVER_TIME
from chatd.events import Audience, Event
from chatd.rendering import BOT, Lines, as_bot, as_lines, edit_tags, joined, pack, tagged, unpack

LINES: Lines = (("", False), ("halo ", False), ("semua", True), ("", False), ("apa kabar", False))


def message(lines: Lines = (), edited: str = "", tags: str = "") -> Event:
    first = next((text for text, _ in lines if text), "halo")
    event = Event(Audience.CHANNEL, "PRIVMSG", f":ani!~u@h PRIVMSG #x :{first}", None, "#x", client_tags=tags)
    event.seq, event.id, event.time = 9, "b-9", "T"
    event.lines, event.edited, event.edits = lines, edited, bool(edited)
    return event


def test_the_batch_has_all_lines_and_its_opening_all_tags() -> None:
    assert message(LINES, tags="+a=b").render(BATCHED_LINES | MESSAGE_TAGS | SERVER_TIME).decode().split("\r\n") == [
        "@time=T;msgid=b-9;+a=b :ani!~u@h BATCH +m9 draft/multiline #x",
        "@batch=m9 :ani!~u@h PRIVMSG #x :",
        "@batch=m9 :ani!~u@h PRIVMSG #x :halo ",
        "@batch=m9;draft/multiline-concat :ani!~u@h PRIVMSG #x :semua",
        "@batch=m9 :ani!~u@h PRIVMSG #x :",
        "@batch=m9 :ani!~u@h PRIVMSG #x :apa kabar",
        ":ani!~u@h BATCH -m9",
        "",
    ]


def test_every_line_of_a_bot_says_that_it_is_one() -> None:
    lines = message(LINES, tags=as_bot("+a=b")).render(MESSAGE_TAGS).decode().split("\r\n")[:-1]
    assert [line.partition(" ")[0] for line in lines] == ["@msgid=b-9;bot;+a=b", f"@{BOT}", f"@{BOT}"]


def test_blank_lines_are_left_out_for_others() -> None:
    assert as_lines("a=1", "b=2", ":s PRIVMSG #x :", ["", "one", "", "two"]) == [
        "@a=1 :s PRIVMSG #x :one",
        "@b=2 :s PRIVMSG #x :two",
    ]


def test_a_label_stands_on_what_is_in_no_batch() -> None:
    assert [tagged("label=1", line) for line in (":s A", "@time=T :s A", "@batch=7;time=T :s A")] == [
        "@label=1 :s A",
        "@label=1;time=T :s A",
        "@batch=7;time=T :s A",
    ]


@pytest.mark.parametrize("more", [0, MULTILINE])
def test_others_get_the_lines_that_are_not_blank_and_one_id(more: int) -> None:
    assert message(LINES, tags="+a=b").render(MESSAGE_TAGS | SERVER_TIME | more).decode().split("\r\n") == [
        "@time=T;msgid=b-9;+a=b :ani!~u@h PRIVMSG #x :halo ",
        "@time=T :ani!~u@h PRIVMSG #x :semua",
        "@time=T :ani!~u@h PRIVMSG #x :apa kabar",
        "",
    ]
    assert message(LINES).render(0).count(b"@") == 3  # in the source only


def test_the_own_batch_stands_in_the_batch_of_its_label() -> None:
    event = message(LINES)
    event.own_tags = "batch=1"
    assert event.own_text(BATCHED_LINES).startswith("@batch=1 :ani!~u@h BATCH +m9 ")
    assert event.own_text(BATCHED_LINES).count("batch=1") == 1
    assert event.own_text(SERVER_TIME).count("@batch=1;time=T ") == 3
    event.own_tags = "label=1"
    assert event.own_text(SERVER_TIME).count("label=1") == 1


def test_an_edit_names_what_it_edits_to_those_who_know_edits() -> None:
    event = message(edited="b-3", tags="+reply=b-1")
    known = f"@msgid=b-9;obrolan.example/edit=b-3;+reply=b-1 {event.line}\r\n"
    assert event.render(MESSAGE_TAGS | EDIT).decode() == known


def test_an_edit_answers_what_it_edits_for_all_others() -> None:
    event = message(edited="b-3", tags="+reply=b-1;+a=b;+draft/reply=b-1")
    assert event.render(MESSAGE_TAGS).decode() == (
        "@msgid=b-9;+reply=b-3;+draft/reply=b-3;+a=b :ani!~u@h PRIVMSG #x :* halo\r\n"
    )
    assert event.render(0) == b":ani!~u@h PRIVMSG #x :* halo\r\n"
    assert edit_tags("", "b-3") == "+reply=b-3;+draft/reply=b-3"


def test_an_edit_of_several_lines_has_its_mark_once() -> None:
    event = message((("satu", False), ("dua", False)), "b-3")
    for profile in (BATCHED_LINES, 0):
        assert b":* satu\r\n" in event.render(profile)
        assert event.render(profile).count(b":* ") == 1
    assert b"* " not in event.render(EDIT) + event.render(EDIT | BATCHED_LINES)


def test_lines_come_back_as_they_were_kept() -> None:
    assert unpack(pack(LINES)) == LINES
    assert unpack("") == unpack('{"extended": "x"}') == ()


def test_the_text_of_several_lines_is_joined_by_line_ends() -> None:
    assert joined(LINES) == "\nhalo semua\n\napa kabar"
