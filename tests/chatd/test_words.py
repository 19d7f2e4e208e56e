"""`chatd/words.py`: words that are not wanted in a channel."""

from __future__ import annotations

import pytest

from chatd import words


@pytest.mark.parametrize(
    "text",
    [
        "bodoh",
        "kamu BODOH!",
        "(Bodoh)",
        "bo\x02doh",
        "bo\u200bdoh",
        "b\u043edoh",
        "ｂｏｄｏｈ",
        "a\nbodoh\nb",
        "bodoh-bodoh bodoh",
    ],
)
def test_a_word_is_found_however_it_is_written(text: str) -> None:
    assert words.found(["lain", "bodoh"], text) == "bodoh"


@pytest.mark.parametrize("text", ["", "kebodohan", "bodohnya", "bo doh", "b.o.d.o.h", "bodo"])
def test_what_only_holds_it_is_another_word(text: str) -> None:
    assert words.found(["bodoh"], text) == ""


@pytest.mark.parametrize(("word", "kept"), [("Bodoh", "bodoh"), ("jum'at", "jum'at"), ("ÉTÉ", "été"), ("ｘ", "x")])
def test_a_word_is_kept_folded(word: str, kept: str) -> None:
    assert words.normalise(word) == kept


@pytest.mark.parametrize("word", ["", "*", "a*b", "dua kata", "a_b", "-", "x" * 61, ":a", "a\x02"])
def test_a_pattern_or_several_words_are_none(word: str) -> None:
    assert words.normalise(word) == ""
