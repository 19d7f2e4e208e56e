"""Tab: names, rooms and commands, one after another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.console.completion import Cycle, Words, candidates

WORDS = Words(
    commands=("/help", "/join", "/msg", "/me", "/room"),
    rooms=("#lobby", "#tugas"),
    people=(("Budi Santoso", "Budi_Santoso"), ("Bela", "Bela"), ("Siti", "Siti")),
)


@pytest.mark.parametrize(
    ("before", "found"),
    [
        ("/h", ["/help "]),
        ("/m", ["/me ", "/msg "]),
        ("bu", ["Budi Santoso: "]),
        ("B", ["Bela: ", "Budi Santoso: "]),
        ("halo bu", ["Budi Santoso "]),
        ("halo @bu", ["@Budi Santoso "]),
        ("@", ["@Bela ", "@Budi Santoso ", "@Siti "]),
        ("lihat #t", ["#tugas "]),
        ("/join #", ["#lobby ", "#tugas "]),
        ("/room #l", ["#lobby "]),
        ("/room b", ["Bela ", "Budi_Santoso "]),
        ("/msg bu", ["Budi_Santoso "]),
        ("/msg Bela halo Si", ["Siti "]),
        ("/mute bu", ["Budi_Santoso "]),
        ("/kline b", ["Bela ", "Budi_Santoso "]),
        ("/slow b", ["Bela ", "Budi Santoso "]),
        ("baris satu\nbu", ["Budi Santoso "]),
        ("", []),
        ("halo ", []),
        ("zz", []),
        ("/zz", []),
    ],
)
def test_the_word_at_the_cursor_decides_what_is_offered(before: str, found: list[str]) -> None:
    assert candidates(before, WORDS)[1] == found


def test_tab_takes_one_after_another_and_begins_again() -> None:
    cycle = Cycle()
    line = ("B", 1)
    seen = []
    for _ in range(3):
        line = cycle.press(*line, WORDS)
        seen.append(line[0])
    assert seen == ["Bela: ", "Budi Santoso: ", "Bela: "]


def test_shift_tab_goes_the_other_way() -> None:
    cycle = Cycle()
    line = cycle.press("@", 1, WORDS, -1)
    assert line[0] == "@Siti "
    assert cycle.press(*line, WORDS, -1)[0] == "@Budi Santoso "


def test_what_stands_behind_the_cursor_stays() -> None:
    assert Cycle().press("halo @bu apa kabar", 8, WORDS) == ("halo @Budi Santoso apa kabar", 18)


def test_after_typing_on_tab_completes_the_new_word() -> None:
    cycle = Cycle()
    text, _ = cycle.press("B", 1, WORDS)
    text += "halo Si"
    assert cycle.press(text, len(text), WORDS)[0] == "Bela: halo Siti "


def test_with_nothing_to_complete_the_line_stays() -> None:
    assert Cycle().press("zz", 2, WORDS) == ("zz", 2)


@given(st.text(alphabet="/#@ BbuSi\n", max_size=20), st.integers(0, 20))
def test_tab_never_loses_what_stands_before_the_word_or_behind_the_cursor(text: str, cursor: int) -> None:
    cursor = min(cursor, len(text))
    completed, place = Cycle().press(text, cursor, WORDS)
    start, _ = candidates(text[:cursor], WORDS)
    assert completed[:start] == text[:start]
    assert completed[place:] == text[cursor:]
