"""Emoji, links and directions are found where they stand, and nothing is lost between what is drawn and copied."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.widgets.spans import (
    EMOJI,
    drawn_text,
    emoji_runs,
    links,
    only_emoji,
    original_part,
    reads_right_to_left,
    utf16_length,
    utf16_slice,
)

EMOJI_TEST = Path("/usr/share/unicode/emoji/emoji-test.txt")
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
HEART = "\u2764\ufe0f"
KEYCAP = "1\ufe0f\u20e3"
FLAG = "\U0001f1ee\U0001f1e9"
THUMB = "\U0001f44d\U0001f3fd"


def runs(text: str) -> list[str]:
    return [text[start:stop] for start, stop in emoji_runs(text)]


@pytest.mark.parametrize("emoji", ["\U0001f600", HEART, "\u2764", KEYCAP, FLAG, THUMB, FAMILY, "\u2714", "\u2705"])
def test_one_emoji_is_one_run_however_many_characters_it_has(emoji: str) -> None:
    assert runs(f"a {emoji} b") == [emoji]
    assert EMOJI.fullmatch(emoji)


def test_neighbours_share_a_run_and_spaces_stay_outside() -> None:
    assert runs(f"hai {HEART}{FLAG} ok {THUMB} ") == [HEART + FLAG, THUMB]


@pytest.mark.parametrize("text", ["1", "#", "©", "™", "→", "\u2764\ufe0e", "\U0001f1ee", "x\ufe0f", "∑"])
def test_what_is_drawn_as_text_is_no_emoji(text: str) -> None:
    assert runs(text) == []


@pytest.mark.skipif(not EMOJI_TEST.exists(), reason="the Unicode emoji data are not installed (package unicode-data)")
def test_every_emoji_of_the_standard_is_found_whole() -> None:
    missed = []
    for line in EMOJI_TEST.read_text("utf-8").splitlines():
        match = re.match(r"([0-9A-F ]+?)\s*; (fully-qualified|minimally-qualified|component)", line)
        if match:
            emoji = "".join(chr(int(code, 16)) for code in match[1].split())
            if not EMOJI.fullmatch(emoji):
                missed.append(emoji)
    assert missed == []


@pytest.mark.parametrize(
    ("text", "large"),
    [
        ("\U0001f600", True),
        (f"{HEART} {KEYCAP} {FAMILY}", True),
        ("\U0001f600" * 4, False),
        ("\U0001f600!", False),
        ("12", False),
        ("", False),
    ],
)
def test_one_to_three_emoji_alone_are_large(text: str, large: bool) -> None:
    assert only_emoji(text) is large


# --- links ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("lihat https://id.example/a?b=c#d.", ["https://id.example/a?b=c#d"]),
        ("(http://x.example/Kopi_(minuman)), ya", ["http://x.example/Kopi_(minuman)"]),
        ("HTTPS://X.EXAMPLE!", ["HTTPS://X.EXAMPLE"]),
        ("“https://x.example”", ["https://x.example"]),
        ("a https://x.example b http://y.example", ["https://x.example", "http://y.example"]),
        ("javascript://x file:///etc/passwd ftp://x irc://x", []),
        ("https:// http://. xhttps://x", []),
        ("<https://x.example>", ["https://x.example"]),
    ],
)
def test_links_are_http_and_https_without_the_punctuation_around_them(text: str, found: list[str]) -> None:
    assert [link.url for link in links(text)] == found
    assert [text[link.start : link.stop] for link in links(text)] == found


def test_many_closing_brackets_are_no_trap() -> None:
    assert links("https://x.example/" + ")" * 4000)[0].url == "https://x.example/"


# --- directions and positions -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "right_to_left"),
    [
        ("مرحبا", True),
        ("שלום hello", True),
        ("12 مرحبا", True),
        ("hello שלום", False),
        ("123", False),
        ("", False),
        ("\u2068ثريا\u2069 joined", False),
        ("\u2068Ani\u2069 مرحبا", True),
    ],
)
def test_the_first_letter_decides_the_direction(text: str, right_to_left: bool) -> None:
    assert reads_right_to_left(text) is right_to_left


texts = st.text(st.sampled_from("a1 \n.é\U0001f600\u2764\ufe0f\u20e3\u200d\U0001f3fd"))


@given(texts, st.integers(0, 40), st.integers(0, 40))
def test_what_is_copied_is_what_was_written_and_drawn(text: str, first: int, second: int) -> None:
    drawn = drawn_text(text)
    start, stop = sorted(utf16_length(drawn[:position]) for position in (first, second))
    part = original_part(text, start, stop)
    assert part in text
    assert drawn_text(part).count("\U0001f600") == utf16_slice(drawn, start, stop).count("\U0001f600")
    assert original_part(text, 0, utf16_length(drawn)) == text


def test_emoji_are_drawn_without_the_variation_selector_that_tears_them() -> None:
    assert drawn_text(f"{KEYCAP} {HEART} a\ufe0f\n") == "1\u20e3 \u2764 a\ufe0f\u2028"
    assert original_part(f"a{HEART}b", 1, 2) == HEART


def test_of_very_many_emoji_the_first_are_drawn_and_copying_gives_all() -> None:
    text = "a" + "\U0001f600" * 250 + "\u2600b"
    drawn = drawn_text(text)
    assert utf16_length(drawn) == utf16_length(text)
    assert drawn.count("\U0001f600") == 150
    assert drawn.endswith("·\u200b·b")
    assert original_part(text, 401, 501) == "\U0001f600" * 50
    assert drawn_text("\U0001f600" * 150) == "\U0001f600" * 150
