"""What the terminal shows for each thing that can happen, and in which colours."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import translations
from client.changes import Entry, EntryKind
from client.console.lines import (
    NAME_COLOURS,
    STYLES,
    entry_line,
    failed_line,
    membership_lines,
    name_style,
    note,
)

AT = time.mktime((2026, 11, 20, 10, 32, 0, 0, 0, -1))


def entry(kind: EntryKind, text: str = "", name: str = "Budi", **more: object) -> Entry:
    made = Entry("m1", kind, name.replace(" ", "_"), name, text, AT)
    for key, value in more.items():
        setattr(made, key, value)
    return made


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (entry(EntryKind.MESSAGE, "halo semua"), "10.32 Budi: halo semua"),
        (entry(EntryKind.NOTICE, "perhatian"), "10.32 Budi: perhatian"),
        (entry(EntryKind.ACTION, "melambai"), "10.32 * Budi melambai"),
        (entry(EntryKind.SERVER, "No such nick", ""), "10.32 -- No such nick"),
        (entry(EntryKind.JOIN), "10.32 -- Budi joined"),
        (entry(EntryKind.PART, "bye"), "10.32 -- Budi left"),
        (entry(EntryKind.QUIT, "bye"), "10.32 -- Budi left"),
        (entry(EntryKind.NICK, "Budi2"), "10.32 -- Budi is now called Budi2"),
        (entry(EntryKind.KICK, "ribut", target="Ani"), "10.32 -- Budi removed Ani: ribut"),
        (entry(EntryKind.KICK, target="Ani"), "10.32 -- Budi removed Ani."),
        (entry(EntryKind.TOPIC, "tugas"), "10.32 -- Budi changed the topic: tugas"),
        (entry(EntryKind.TOPIC), "10.32 -- Budi cleared the topic."),
        (entry(EntryKind.MODE, "+o Ani"), "10.32 -- Budi changed the mode: +o Ani"),
        (entry(EntryKind.RESTARTED), "10.32 -- The server was restarted"),
    ],
)
def test_each_kind_of_entry_is_one_line(shown: Entry, said: str) -> None:
    assert str(entry_line(shown)) == said


def test_lines_of_other_conversations_carry_a_mark() -> None:
    assert str(entry_line(entry(EntryKind.MESSAGE, "halo"), "#tugas")) == "10.32 [#tugas] Budi: halo"
    assert str(entry_line(entry(EntryKind.JOIN), "#tugas")) == "10.32 [#tugas] -- Budi joined"


def test_lines_are_translated_and_their_times_stand_with_a_dot() -> None:
    translations.set_language("id")
    assert str(entry_line(entry(EntryKind.JOIN))) == "10.32 -- Budi bergabung"


@given(st.text(), st.text(min_size=1), st.text(), st.sampled_from(EntryKind))
def test_nothing_that_others_send_reaches_the_terminal_as_a_command(
    text: str, name: str, target: str, kind: EntryKind
) -> None:
    shown = str(entry_line(entry(kind, text, name, target=target), mark=target))
    assert not re.search("[\0-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]", shown)
    assert not re.search("[\0-\x1f\x7f-\x9f]", str(failed_line(entry(kind, text, name, problem=text), AT, target)))


def test_an_escape_sequence_is_written_out() -> None:
    assert str(entry_line(entry(EntryKind.MESSAGE, "\x1b[2Jhapus"))) == "10.32 Budi: \\x1b[2Jhapus"


def test_a_message_that_failed_says_why_and_is_a_problem() -> None:
    line = failed_line(entry(EntryKind.MESSAGE, "halo", problem="Cannot send"), AT)
    assert (str(line), line.problem) == ("10.32 -- Not sent: halo (Cannot send)", True)


# --- coming and going ---------------------------------------------------------------------------


def come(names: str, kind: EntryKind = EntryKind.JOIN) -> list[Entry]:
    return [entry(kind, "new" + name, name) for name in names.split()]


def test_people_who_come_at_once_share_a_line() -> None:
    assert [str(line) for line in membership_lines(come("Ani Budi"))] == ["10.32 -- Ani, Budi joined"]


def test_many_who_come_at_once_are_counted() -> None:
    assert [str(line) for line in membership_lines(come("a b c d"))] == ["10.32 -- 4 people joined"]


def test_coming_and_going_keep_their_order() -> None:
    run = [*come("Ani"), *come("Budi", EntryKind.PART), *come("Cici", EntryKind.QUIT), *come("Ani", EntryKind.NICK)]
    assert [str(line)[9:] for line in membership_lines(run)] == [
        "Ani joined",
        "Budi, Cici left",
        "Ani is now called newAni",
    ]


def test_nobody_came_and_nothing_is_said() -> None:
    assert membership_lines([]) == []


# --- colours ------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2) of `#rrggbb`."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colour", [*NAME_COLOURS, STYLES["note"].removeprefix("fg:")])
def test_every_colour_is_readable_on_black_and_on_white(colour: str) -> None:
    assert (luminance(colour) + 0.05) / 0.05 >= 4
    assert 1.05 / (luminance(colour) + 0.05) >= 4


def test_a_name_has_the_same_colour_always_and_however_it_is_written() -> None:
    assert name_style("Siti") == name_style("siti") == "#d7005f"
    assert len({name_style(f"orang{number}") for number in range(200)}) == len(NAME_COLOURS)


def test_the_name_alone_is_coloured() -> None:
    parts = entry_line(entry(EntryKind.MESSAGE, "halo")).parts
    assert [text for style, text in parts if style in NAME_COLOURS] == ["Budi"]


def test_a_mention_stands_out() -> None:
    parts = entry_line(entry(EntryKind.MESSAGE, "halo Siti", mention=True)).parts
    assert parts[-1] == ("mention", "halo Siti")


def test_a_note_is_no_problem_unless_it_is_one() -> None:
    assert not note("a", AT).problem
    assert note("a", AT, problem=True).problem
