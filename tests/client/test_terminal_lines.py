"""What the terminal shows for each thing that can happen, and in which colours."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import translations
from client.changes import Entry, EntryKind, Gap, Quote, Reaction
from client.console.lines import (
    NAME_COLOURS,
    STYLES,
    day_line,
    dimmed,
    entry_line,
    entry_lines,
    failed_line,
    membership_lines,
    name_style,
    note,
    numbered,
    typing_text,
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
        (entry(EntryKind.MODE, "+o Ani"), "10.32 -- Budi made Ani an operator of this room."),
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


# --- more than one line ---------------------------------------------------------------------------


def texts(shown: Entry, *, plain: bool = False, mark: str = "") -> list[str]:
    return [str(line) for line in entry_lines(shown, mark, plain=plain)]


def test_a_text_of_several_lines_is_indented_and_whole_lines_for_a_script() -> None:
    shown = entry(EntryKind.MESSAGE, "satu\ndua\n\ntiga")
    assert texts(shown) == ["10.32 Budi: satu", "      dua", "      ", "      tiga"]
    assert texts(shown, plain=True, mark="#a") == [
        "10.32 [#a] Budi: satu",
        "10.32 [#a] Budi: dua",
        "10.32 [#a] Budi: ",
        "10.32 [#a] Budi: tiga",
    ]


def test_what_a_message_answers_stands_above_it_and_what_became_of_it_behind() -> None:
    shown = entry(EntryKind.MESSAGE, "ya", quote=Quote("m0", "Siti", "jadi\nbesok?" + "x" * 100), edited=True)
    shown.reactions = (Reaction("👍", ["Ani", "Siti"]), Reaction("❤️", ["Ani"]))
    assert texts(shown) == [
        f"      > Siti: jadi besok?{'x' * 48}…",
        "10.32 Budi: ya (edited)  [👍 2, ❤️ 1]",
    ]
    assert texts(shown, plain=True) == ["10.32 Budi: ya"]
    shown.quote = Quote("m0")
    assert texts(shown)[0] == "      > an earlier message"


def test_a_deleted_message_says_so_and_no_more() -> None:
    shown = entry(EntryKind.MESSAGE, deleted=True, quote=Quote("m0", "Siti", "x"))
    assert texts(shown) == ["10.32 -- Budi: this message was deleted."]
    shown.target = "Ani"
    assert texts(shown) == ["10.32 -- Budi: this message was deleted by Ani."]


def test_marks_say_what_stands_there() -> None:
    assert texts(entry(EntryKind.START)) == ["10.32 -- This is the beginning."]
    assert texts(entry(EntryKind.GAP, gap=Gap.LOST)) == ["10.32 -- Messages are missing here"]
    assert texts(entry(EntryKind.GAP, gap=Gap.OPEN)) == ["10.32 -- More was said here; /history fetches it."]


def test_what_others_write_is_written_out_in_quotes_and_further_lines() -> None:
    shown = entry(EntryKind.MESSAGE, "a\n\x1b[2J", quote=Quote("m0", "\x1b", "\x1b"))
    shown.reactions = (Reaction("\x1b", ["Ani"]),)
    assert "\x1b" not in "".join(texts(shown) + texts(shown, plain=True))


def test_the_past_is_dimmed_and_numbers_stand_in_front() -> None:
    line = entry_line(entry(EntryKind.MESSAGE, "halo"))
    assert {style for style, _ in dimmed(line).parts} == {"note"}
    assert str(dimmed(line)) == str(line)
    assert str(numbered(7, line)) == "  7 10.32 Budi: halo"
    assert str(day_line(AT)) == "--- 2026-11-20 ---"


def test_who_is_writing_is_one_sentence() -> None:
    assert typing_text([]) == ""
    assert typing_text(["Ani"]) == "Ani is typing…"
    assert typing_text(["Ani", "Budi"]) == "Ani and Budi are typing…"
    assert typing_text(["Ani", "Budi", "Citra"]) == "Ani, Budi and Citra are typing…"
    assert typing_text(["Ani", "Budi", "Citra", "Dewi"]) == "Several people are typing…"
