"""`chatd/listeners/ascii.py`: any text in ASCII, with and without the packages that do it well."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.listeners import ascii as rooms
from chatd.listeners.ascii import missing, to_ascii

needs_packages = pytest.mark.skipif(bool(missing()), reason=f"not installed: {missing()}")


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if neither package were installed."""
    for name in ("anyascii", "emoji"):
        monkeypatch.setitem(sys.modules, name, None)  # the way to say that there is no such module
    monkeypatch.setattr(rooms, "_steps", [])


@needs_packages
@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("halo", "halo"),
        ("", ""),
        ("café crème", "cafe creme"),
        ("“Привет” – мир…", '"Privet" - mir...'),
        ("halo 😀", "halo :grinning_face:"),
        ("👍🏽", ":thumbs_up_medium_skin_tone:"),
        ("❤️", ":red_heart:"),
        ("北京", "BeiJing"),
        ("①½", "11/2"),
    ],
)
def test_letters_become_latin_and_emoji_become_short_codes(text: str, written: str) -> None:
    assert to_ascii(text) == written


@needs_packages
def test_every_character_of_the_planes_in_use_becomes_printable_ascii() -> None:
    control = {chr(code) for code in (*range(32), 127)}
    for code in (*range(160, 0x32000), *range(0xE0000, 0xE0200)):
        written = to_ascii(chr(code))
        assert written.isascii()
        assert not control & set(written), f"U+{code:04X} becomes {written!r}"


@given(st.text())
def test_nothing_but_ascii_comes_out(text: str) -> None:
    assert to_ascii(text).isascii()


def test_without_the_packages_marks_are_dropped_and_the_rest_is_asked_about(bare: None) -> None:
    assert to_ascii("café 😀 ﬁ") == "cafe ? fi"
    assert to_ascii("halo") == "halo"


def test_what_is_missing_is_said_by_name(bare: None) -> None:
    assert missing() == ["anyascii", "emoji"]
