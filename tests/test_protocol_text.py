"""Texts in `protocol.py`: what is hidden in them, how they are cut into lines, and the tokens of ISUPPORT."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import protocol
from protocol import LINE_BYTES

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
WAVE = "\U0001f44b\U0001f3fd"
HEART = "\u2764\ufe0f"

pieces_of_text = st.sampled_from(["a", "bc", " ", "  ", "é", "e\u0301", "小", "\U0001f642", FAMILY, WAVE, HEART])
texts = st.lists(pieces_of_text, max_size=40).map("".join) | st.text(st.characters(exclude_categories=["Cs"]))


# --- hidden characters ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Halo, 小明 🙂", "Halo, 小明 🙂"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\0\r\n\x7f\x9f", "a\\x00\\x0d\\x0a\\x7f\\x9f"),
        ("a\u202eb\u2066\u200b\ufeff\u2028", "a\\u202eb\\u2066\\u200b\\ufeff\\u2028"),
        ("a\ud800", "a\\ud800"),
    ],
)
def test_hidden_characters_are_written_out(text: str, shown: str) -> None:
    assert protocol.show_hidden(text) == shown
    assert protocol.has_hidden(text) == (text != shown)


@given(st.text())
def test_a_shown_text_hides_nothing_and_can_be_printed(text: str) -> None:
    shown = protocol.show_hidden(text)
    assert not protocol.has_hidden(shown)
    assert protocol.show_hidden(shown) == shown
    assert shown.encode().decode() == shown


def test_joined_emoji_are_shown_as_they_are() -> None:
    assert protocol.show_hidden(FAMILY + WAVE + HEART) == FAMILY + WAVE + HEART


# --- cutting ----------------------------------------------------------------------------------


@given(texts, st.integers(-5, 60))
def test_a_cut_text_is_the_longest_beginning_that_fits(text: str, limit: int) -> None:
    cut = protocol.cut_bytes(text, limit)
    assert text.startswith(cut)
    assert len(cut.encode()) <= max(limit, 0)
    if cut != text:
        assert len(text[: len(cut) + 1].encode()) > limit


def same_but_for_cuts(pieces: list[str], text: str) -> bool:
    """Whether the pieces are the text, with at most one space lost between two of them and one at the end."""
    places = {0}
    for number, piece in enumerate(pieces):
        after_space = {place + 1 for place in places if number and text.startswith(" ", place)}
        places = {place + len(piece) for place in places | after_space if text.startswith(piece, place)}
    return any(text[place:] in {"", " "} for place in places)


@given(texts, st.integers(-2, 60))
@example("a" * 8 + " ", 8)
@example(" " * 20, 8)
@example("\U0001f642" * 3, 1)
@example("a" + "\u0301" * 40, 8)
@example(FAMILY * 3, 4)
def test_a_split_text_loses_only_single_spaces_at_its_cuts(text: str, limit: int) -> None:
    pieces = protocol.split_text(text, limit)
    assert same_but_for_cuts(pieces, text)
    assert all(len(piece.encode()) <= limit or len(piece) == 1 for piece in pieces if piece)
    assert pieces == [""] if not text else all(pieces)


@pytest.mark.parametrize("limit", range(-1, 9))
@pytest.mark.parametrize("text", ["\U0001f642" * 20, "小 " * 20, "e\u0301" * 20, FAMILY * 4, " " * 20, "a" * 20])
def test_a_limit_smaller_than_a_character_still_comes_to_an_end(text: str, limit: int) -> None:
    pieces = protocol.split_text(text, limit)
    assert 0 < len(pieces) <= len(text)
    assert all(len(piece.encode()) <= limit or len(piece) == 1 for piece in pieces)


@pytest.mark.parametrize(
    ("text", "limit", "pieces"),
    [
        ("", 10, [""]),
        ("satu dua", 10, ["satu dua"]),
        ("satu dua", 8, ["satu dua"]),
        ("satu dua", 7, ["satu", "dua"]),
        ("satu dua", 4, ["satu", "dua"]),
        ("satu  dua", 5, ["satu ", "dua"]),
        ("satu ", 4, ["satu"]),
        ("a bcdefghij", 8, ["a bcdefg", "hij"]),
        ("ee\u0301e\u0301e\u0301", 9, ["ee\u0301e\u0301", "e\u0301"]),
        ("a" + WAVE + WAVE, 14, ["a" + WAVE, WAVE]),
        ("ab" + HEART, 7, ["ab", HEART]),
        ("ab" + FAMILY, 19, ["ab", FAMILY]),
        ("a" + "\u0301" * 6, 5, ["a\u0301\u0301", "\u0301\u0301", "\u0301\u0301"]),
    ],
)
def test_a_text_is_split_at_spaces_and_never_inside_what_people_see_as_one(
    text: str, limit: int, pieces: list[str]
) -> None:
    assert protocol.split_text(text, limit) == pieces


class CountingText(str):
    """A text that counts the characters copied or written out as bytes."""

    __slots__ = ()
    touched = 0

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        CountingText.touched += len(self)
        return super().encode(encoding, errors)

    def __getitem__(self, key: object) -> CountingText:
        found = CountingText(super().__getitem__(key))  # type: ignore[index]  # whatever str itself takes
        CountingText.touched += len(found)
        return found


@pytest.mark.parametrize("word", ["a", "satu dua ", "小", "e\u0301", "\u0301"])
def test_splitting_a_long_text_costs_no_more_than_its_length(word: str) -> None:
    text = word * (100_000 // len(word))
    CountingText.touched = 0
    protocol.split_text(CountingText(text), 400)
    assert len(text) <= CountingText.touched <= 20 * len(text)


@given(st.text("abcé小!@", min_size=1, max_size=60), st.text("#abé", min_size=1, max_size=30))
def test_the_room_for_text_is_what_a_line_leaves(source: str, target: str) -> None:
    room = protocol.text_room(source, "PRIVMSG", target)
    line = protocol.format_bytes(protocol.Message("PRIVMSG", [target, " " * room], source))
    assert len(line) == LINE_BYTES


# --- ISUPPORT ---------------------------------------------------------------------------------


def test_the_tokens_of_isupport_are_a_mapping() -> None:
    tokens = ["NICKLEN=32", "UTF8ONLY", "-EXCEPTS", "", "=x", "PREFIX=(ov)@+", "A=b=c", "a.b/BOOT=1f"]
    wanted = {"NICKLEN": "32", "UTF8ONLY": "", "PREFIX": "(ov)@+", "A": "b=c", "a.b/BOOT": "1f"}
    assert protocol.isupport(tokens) == wanted


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        ("Kantor\\x20Kita", "Kantor Kita"),
        ("a\\x3Db\\x3dc", "a=b=c"),
        ("a\\x5Cx20", "a\\x20"),
        ("a\\x", "a\\x"),
        ("a\\xZZ", "a\\xZZ"),
        ("a\\x2", "a\\x2"),
    ],
)
def test_escapes_in_isupport_are_read_once(value: str, meaning: str) -> None:
    assert protocol.isupport([f"NETWORK={value}"]) == {"NETWORK": meaning}
