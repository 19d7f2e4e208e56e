"""Names and masks in `protocol.py`: how they are compared, checked and made."""

from __future__ import annotations

import functools
import sys
import unicodedata
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import protocol
from protocol import NICKNAME_BYTES, NICKNAME_CHARACTERS

awkward = st.sampled_from(
    "aZeK1-_|` .,\t\u00a0éßİıǰ\u0301\u0307\u030c\u0327\u200d\u200c\u034f\ufe0f\u3164"
    "еοｅ한\u1100\u1161Å\u212b日क\u093f٣🙂\ud800"
)
names = st.text(st.one_of(awkward, st.characters()), max_size=80)


# --- comparing --------------------------------------------------------------------------------


@given(names)
@example("J\u030c")
@example("\u212a\u030c")
def test_folding_twice_is_folding_once(name: str) -> None:
    folded = protocol.fold(name)
    assert protocol.fold(folded) == folded
    assert unicodedata.is_normalized("NFC", folded)


@given(names)
def test_a_name_folds_like_its_decomposed_and_its_lowered_form(name: str) -> None:
    lowered = "".join(character.lower() if character.isascii() else character for character in name)
    assert protocol.fold(name) == protocol.fold(unicodedata.normalize("NFD", name))
    assert protocol.fold(name) == protocol.fold(lowered)


def test_only_ascii_letters_are_folded() -> None:
    assert protocol.fold("SiTi[]\\^") == "siti[]\\^"
    assert protocol.fold("ÉVA") == "Éva"
    assert protocol.fold("#Ångström") == protocol.fold("#A\u030angstro\u0308m") == "#Ångström"


# --- nicknames --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "nickname",
    ["a", "user1_pc", "1siti", "_-[]\\^{}|`", "Éva", "Иван", "Νίκος", "小明", "राम", "ꦗꦮ", "محمد", "김", "٣عمر", "ａ"],
)
def test_nicknames_of_any_script_are_accepted(nickname: str) -> None:
    assert protocol.valid_nickname(nickname)


@pytest.mark.parametrize(
    ("nickname", "why"),
    [
        ("", "empty"),
        ("-siti", "an option to many programs"),
        ("\u0301siti", "a mark without a letter"),
        ("si ti", "space"),
        ("si\u00a0ti", "space"),
        ("siti!", "ends the nickname in a source"),
        ("siti@h", "ends the user in a source"),
        ("#siti", "a channel"),
        ("si,ti", "two targets"),
        ("si.ti", "a server"),
        ("si:ti", "trailing"),
        ("si*ti", "a mask"),
        ("🙂", "no letter"),
        ("siti\u200b", "invisible"),
        ("siti\u200d", "invisible"),
        ("siti\u202e", "turns the text around"),
        ("siti\u034f", "invisible (a mark)"),
        ("siti\ufe0f", "invisible (a mark)"),
        ("siti\U000e0100", "invisible (a mark)"),
        ("siti\u3164", "invisible (a letter)"),
        ("\u3164", "invisible (a letter)"),
        ("\uffa0", "invisible (a letter)"),
        ("\u115f", "invisible (a letter)"),
        ("ក\u17b4", "invisible (a mark)"),
        ("ᠠ\u180b", "invisible (a mark)"),
        ("e\u0301va", "not NFC"),
        ("\u212a", "not NFC"),
        ("siti\0", "NUL"),
        ("\ud800", "half a surrogate pair"),
        ("\u0435van", "Cyrillic and Latin"),
        ("ev\u03b1n", "Greek and Latin"),
        ("\u0435v\u03b1", "all three"),
        ("\u0435\uff56\uff41\uff4e", "Cyrillic and fullwidth Latin"),
        ("\u0435\U0001d42f", "Cyrillic and mathematical Latin"),
    ],
)
def test_a_nickname_that_breaks_a_rule_is_refused(nickname: str, why: str) -> None:
    assert not protocol.valid_nickname(nickname), why


@pytest.mark.parametrize(
    ("nickname", "accepted"),
    [
        ("a" * NICKNAME_CHARACTERS, True),
        ("a" * (NICKNAME_CHARACTERS + 1), False),
        ("é" * NICKNAME_CHARACTERS, True),
        ("小" * (NICKNAME_BYTES // 3) + "a", True),
        ("小" * (NICKNAME_BYTES // 3) + "aa", False),
        ("x" + "\u0489" * 31, True),
        ("x" + "\u0489" * 1000, False),
        ("a" * 2**20, False),
    ],
)
def test_a_nickname_has_a_limit_in_characters_and_one_in_bytes(nickname: str, accepted: bool) -> None:
    assert protocol.valid_nickname(nickname) == accepted


@given(names)
@example("e\u200d\u0301")
@example("\u1100\u200b\u1161")
@example("-\u0301-\u0301a")
@example("小" * 40)
@example("_" * 40 + "a")
@example("\u3164")
@example("si\u034fti")
def test_a_name_gives_nothing_or_a_nickname_the_server_accepts(name: str) -> None:
    nickname = protocol.nickname_from_name(name)
    assert nickname == "" or protocol.valid_nickname(nickname) or protocol.mixes_scripts(nickname)
    assert protocol.nickname_from_name(nickname) == nickname


@pytest.mark.parametrize(
    ("name", "nickname"),
    [
        ("user1 pc", "user1_pc"),
        ("  Siti   Nur\thaliza ", "Siti_Nur_haliza"),
        ("--Budi", "Budi"),
        ("Budi (kantor)!", "Budi_kantor"),
        ("e\u0301va", "éva"),
        ("小明", "小明"),
        ("a" * 40, "a" * NICKNAME_CHARACTERS),
        ("小" * 40, "小" * (NICKNAME_BYTES // 3)),
        ("Dewi 🌸", "Dewi_"),
        ("🙂🙂", ""),
        ("___", ""),
        ("_" * 40 + "a", ""),
        ("", ""),
        ("-" * 2**20, ""),
    ],
)
def test_a_nickname_is_made_from_the_name_people_typed(name: str, nickname: str) -> None:
    assert protocol.nickname_from_name(name) == nickname


@given(names.map(protocol.nickname_from_name).filter(protocol.valid_nickname), st.integers(0, 10_000))
def test_a_numbered_nickname_is_as_good_as_the_one_without(nickname: str, number: int) -> None:
    numbered = protocol.numbered_nickname(nickname, number)
    assert protocol.valid_nickname(numbered)
    assert numbered.endswith(str(number))
    assert nickname.startswith(numbered.removesuffix(str(number)))


def test_a_numbered_nickname_is_cut_so_that_the_number_fits() -> None:
    assert protocol.numbered_nickname("Siti", 2) == "Siti2"
    assert protocol.numbered_nickname("a" * 32, 10) == "a" * 30 + "10"
    assert protocol.numbered_nickname("小" * 21, 10) == "小" * 20 + "10"


@pytest.mark.parametrize(
    ("name", "mixed"),
    [("", False), ("Éva", False), ("Иван1_", False), ("Ива小明", False), ("Иvан", True), ("\u00b5T", True)],
)
def test_latin_beside_cyrillic_or_greek_is_a_mixture(name: str, mixed: bool) -> None:
    assert protocol.mixes_scripts(name) == mixed


# --- channels and sources ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        ("#lobby", True),
        ("#", False),
        ("", False),
        ("lobby", False),
        ("&lobby", False),
        ("#日本", True),
        ("#a b", False),
        ("#a,b", False),
        ("#a\x07", False),
        ("#a\0", False),
        ("#a\x7f", False),
        ("#a\u0085", False),
        ("#a\u202eb", False),
        ("#a\u200b", False),
        ("#\ud800", False),
        ("#" + "a" * (protocol.CHANNEL_BYTES - 1), True),
        ("#" + "a" * protocol.CHANNEL_BYTES, False),
        ("#" + "日" * 21, True),
        ("#" + "日" * 22, False),
    ],
)
def test_a_channel_is_a_hash_and_no_space_comma_or_control(name: str, accepted: bool) -> None:
    assert protocol.valid_channel(name) == accepted


@pytest.mark.parametrize(
    ("host", "accepted"),
    [("a.b.", True), (".", False), ("a..b", False), ("a-.b", False), (f"{'a' * 63}.b", True), (f"{'a' * 64}.b", False)],
)
def test_a_server_name_is_made_of_labels_of_limited_length(host: str, accepted: bool) -> None:
    assert protocol.valid_hostname(host) == accepted


def test_the_host_of_a_source_begins_at_its_last_at_sign() -> None:
    assert protocol.split_source("n!u@x@h") == ("n", "u@x", "h")
    assert protocol.split_source("") == ("", "", "")


# --- masks ------------------------------------------------------------------------------------


def slowly_matches(mask: str, text: str) -> bool:
    """What a mask means, by the definition."""

    @functools.cache
    def matches(m: int, t: int) -> bool:
        if m == len(mask):
            return t == len(text)
        if mask[m] == "*":
            return matches(m + 1, t) or (t < len(text) and matches(m, t + 1))
        return t < len(text) and mask[m] in ("?", text[t]) and matches(m + 1, t + 1)

    mask, text = protocol.fold(mask), protocol.fold(text)
    return matches(0, 0)


@given(st.text("abA*?é", max_size=12), st.text("abBé", max_size=12))
def test_a_mask_means_what_its_definition_says(mask: str, text: str) -> None:
    assert protocol.mask_matches(mask, text) == slowly_matches(mask, text)


@given(names.filter(lambda name: not set(name) & set("*?")))
def test_a_mask_without_wildcards_matches_itself_and_a_star_everything(name: str) -> None:
    assert protocol.mask_matches(name, name)
    assert protocol.mask_matches("*", name)
    assert protocol.mask_matches(f"*{name}*", name)


def test_wildcards_in_the_text_are_only_characters() -> None:
    assert not protocol.mask_matches("a", "*")
    assert not protocol.mask_matches("a", "?")
    assert protocol.mask_matches("[a-z]", "[A-Z]")
    assert not protocol.mask_matches("[a-z]", "b")


def lines_run(function: Callable[[], Any]) -> int:
    """How many lines of Python a call runs: a measure of work that no slow machine changes."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    ("mask", "text"),
    [
        ("a*" * 255 + "b", "a" * 512),
        ("*a" * 255 + "b", "a" * 512),
        ("*" + "a" * 256 + "b", "a" * 512),
        ("*" + "?" * 256 + "b", "a" * 512),
        ("*a" + "?" * 255 + "b" + "*a" * 100, "a" * 512),
        ("*" * 512, "a" * 512),
        ("a" * 512, "a" * 512),
    ],
)
def test_no_mask_costs_more_than_its_length_and_that_of_the_text(mask: str, text: str) -> None:
    assert lines_run(lambda: protocol.mask_matches(mask, text)) <= 8 * (len(mask) + len(text))
