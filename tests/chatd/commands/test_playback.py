"""`chatd/commands/playback.py`: stored events written out again, for any capabilities and any text."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd import capabilities as caps
from chatd.commands.playback import Playback, verbs, wants_edits
from chatd.log import Record
from chatd.rendering import pack
from protocol import LINE_BYTES, TAGS_OUT_BYTES, VENDOR, cut_bytes, parse

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC).timestamp()
HEAD = ":ani!~u@h.lan PRIVMSG #x :"
LONG_NAME = "a" * 32
EVERY = caps.MESSAGE_TAGS | caps.SERVER_TIME | caps.BATCH | caps.MULTILINE | caps.EDIT | caps.EXTENDED_JOIN


@pytest.fixture(autouse=True)
def jakarta(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The server stands where it is seven hours later than UTC."""
    if not hasattr(time, "tzset"):
        pytest.skip("the time zone cannot be changed here")
    monkeypatch.setenv("TZ", "WIB-7")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def record(
    text: str,
    *,
    seq: int = 7,
    verb: str = "PRIVMSG",
    head: str = HEAD,
    at: str = "2026-11-25T03:32:00.000Z",
    about: int = 0,
    edit: Record | None = None,
    lines: tuple[tuple[str, bool], ...] = (),
    tags: str = "",
) -> Record:
    extra = pack(lines) if lines else ""
    about_id = f"e-{about}" if about else ""
    return Record(seq, f"e-{seq}", at, verb, head + text, tags, "1", about, about_id, extra, ("#x",), edit)


def replay(*records: Record, bits: int = 0) -> list[str]:
    return list(Playback(bits).replay(records, NOW))


def history(*records: Record, bits: int = 0, batch: str = "") -> list[str]:
    return list(Playback(bits, batch).history(records))


# --- which events ---------------------------------------------------------------------------------


def test_more_than_messages_comes_only_with_event_playback() -> None:
    assert verbs(EVERY) == ("PRIVMSG", "NOTICE")
    assert {"JOIN", "QUIT", "NICK", "TOPIC", "MODE", "KICK", "PART", "TAGMSG"} <= set(
        verbs(EVERY | caps.EVENT_PLAYBACK)
    )


def test_tag_messages_and_redactions_come_only_to_who_knows_them() -> None:
    assert not {"TAGMSG", "REDACT"} & set(verbs(caps.EVENT_PLAYBACK))
    assert "REDACT" in verbs(caps.EVENT_PLAYBACK | caps.MESSAGE_REDACTION)


def test_edits_are_left_out_for_who_needs_nothing_but_the_latest_text() -> None:
    assert [wants_edits(bits) for bits in (0, caps.EDIT, caps.EDIT | caps.EVENT_PLAYBACK)] == [True, False, True]


# --- the replay -----------------------------------------------------------------------------------


def test_the_time_is_that_of_the_server_with_the_date_unless_it_is_today() -> None:
    assert replay(record("a")) == [HEAD + "[10:32] a"]
    assert replay(record("a", at="2026-11-24T17:30:00.000Z")) == [HEAD + "[00:30] a"]
    assert replay(record("a", at="2026-11-24T16:30:00.000Z")) == [HEAD + "[2026-11-24 23:30] a"]


def test_who_reads_times_gets_the_text_as_it_was() -> None:
    assert replay(record("a"), bits=caps.SERVER_TIME) == ["@time=2026-11-25T03:32:00.000Z " + HEAD + "a"]


def test_an_action_stays_one() -> None:
    assert replay(record("\x01ACTION waves\x01")) == [HEAD + "\x01ACTION [10:32] waves\x01"]
    assert all(line.endswith("\x01") for line in replay(record("\x01ACTION " + "w" * 470 + "\x01")))


@pytest.mark.parametrize("bits", [0, caps.SERVER_TIME])
def test_questions_of_programs_are_left_out(bits: int) -> None:
    assert replay(record("\x01VERSION\x01"), record("\x01PING 1\x01", verb="NOTICE"), bits=bits) == []


def test_the_latest_text_is_shown() -> None:
    edited = record("lama", edit=record("baru", seq=9, about=7))
    assert replay(edited) == [HEAD + "[10:32] baru"]
    assert replay(edited, bits=caps.SERVER_TIME)[0].endswith(HEAD + "baru")


def test_of_several_lines_the_first_has_the_time_and_blank_ones_are_left_out() -> None:
    lines = (("satu", False), ("", False), ("dua", False))
    assert replay(record("satu", lines=lines)) == [HEAD + "[10:32] satu", HEAD + "dua"]


# --- edits and several lines ----------------------------------------------------------------------


def test_who_knows_edits_reads_the_latest_text_under_the_first_id() -> None:
    edited = record("lama", edit=record("baru", seq=9, about=7), tags="+x=y")
    bits = caps.EDIT | caps.MESSAGE_TAGS
    assert history(edited, bits=bits) == [f"@msgid=e-7;{VENDOR}/edited=e-9;+x=y {HEAD}baru"]


def test_who_does_not_reads_the_first_text_and_then_the_edit() -> None:
    edit = record("baru", seq=9, about=7, tags="+reply=e-1")
    assert history(record("lama", edit=edit), edit, bits=caps.MESSAGE_TAGS) == [
        f"@msgid=e-7 {HEAD}lama",
        f"@msgid=e-9;+reply=e-7;+draft/reply=e-7 {HEAD}* baru",
    ]


def test_found_messages_come_by_their_latest_text_to_everybody() -> None:
    edited = record("lama", edit=record("baru", seq=9, about=7))
    assert list(Playback(0).latest([edited])) == [HEAD + "baru"]


def test_an_edit_that_does_not_fit_behind_the_longer_name_of_then_comes_under_the_one_of_the_edit() -> None:
    old = f":{LONG_NAME}!~u@h.lan PRIVMSG #x :"
    text = "x" * (LINE_BYTES - 2 - len(HEAD))
    (line,) = history(record("a", head=old, edit=record(text, seq=9, about=7)), bits=caps.EDIT)
    assert line == HEAD + text


def test_the_mark_of_an_edit_stands_on_its_first_line_that_is_not_blank() -> None:
    edit = record("satu", seq=9, about=7, lines=(("", False), ("satu", False)))
    assert history(edit) == [HEAD + "* satu"]


def test_a_batch_in_a_batch_ends_in_it_too() -> None:
    lines = history(record("satu", lines=(("satu", False), ("dua", True))), bits=caps.BATCH | caps.MULTILINE, batch="o")
    assert lines == [
        "@batch=o :ani!~u@h.lan BATCH +m7 draft/multiline #x",
        f"@batch=m7 {HEAD}satu",
        f"@batch=m7;draft/multiline-concat {HEAD}dua",
        "@batch=o :ani!~u@h.lan BATCH -m7",
    ]


# --- anything -------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"), min_size=1, max_size=500)
names = st.sampled_from(["ani", LONG_NAME, "я" * 32])
verbs_said = st.sampled_from(["PRIVMSG", "NOTICE"])


@st.composite
def records(draw: st.DrawFn, seq: int = 7, about: int = 0) -> Record:
    """A message that the server would have taken, perhaps of several lines, perhaps edited."""
    head = f":{draw(names)}!~u@h.lan {draw(verbs_said)} #x :"
    room = LINE_BYTES - 2 - len(head.encode()) - 2
    several = draw(st.lists(st.tuples(texts, st.booleans()), max_size=3))
    lines = tuple((cut_bytes(text, room), joined) for text, joined in several)
    edit = draw(st.none() | records(seq=9, about=7)) if not about else None
    verb = head.split(" ")[1]
    text = lines[0][0] if lines else cut_bytes(draw(texts), room)
    return record(
        text,
        seq=seq,
        verb=verb,
        head=head,
        about=about,
        edit=edit,
        lines=lines,
        tags=draw(st.sampled_from(["", "+a=b"])),
    )


@given(st.lists(records() | records(seq=9, about=7), max_size=4), st.integers(0, EVERY), st.sampled_from(["", "o"]))
def test_whatever_was_said_only_whole_lines_within_their_limits_go_out(
    said: list[Record], bits: int, batch: str
) -> None:
    playback = Playback(bits, batch)
    for lines in (playback.history(said), playback.latest(said), playback.replay(said, NOW)):
        for line in lines:
            head = line.partition(" ")[0] if line.startswith("@") else ""
            rest = line[len(head) :].removeprefix(" ")
            assert len(rest.encode()) + 2 <= LINE_BYTES
            assert len(head.encode()) + 1 <= TAGS_OUT_BYTES
            assert parse(line).command in ("PRIVMSG", "NOTICE", "BATCH")
            assert not batch or head.startswith("@batch=")
