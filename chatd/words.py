"""Words that are not wanted in a channel (mode `g`): plain words, no patterns.

A word is compared as a whole and by its looks (`names.skeleton`), so that neither capitals, nor letters of another
alphabet, nor characters that nobody sees get it past, and "class" is not taken for what stands in it. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from chatd.names import skeleton

WORD_BYTES = 60
"""Most bytes of a word."""
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_CONTROLS = dict.fromkeys(number for number in (*range(0x20), 0x7F) if number not in b"\t\n\r")


def _looks(text: str) -> str:
    seen = "".join(each for each in text.translate(_CONTROLS) if unicodedata.category(each) != "Cf")
    return skeleton(seen)


def normalise(word: str) -> str:
    """The word as it is kept and shown; "" for what is none."""
    word = unicodedata.normalize("NFKC", word).casefold()
    return word if _WORD.fullmatch(word) and len(word.encode()) <= WORD_BYTES else ""


def found(unwanted: Collection[str], text: str) -> str:
    """The first of these (normalised) words that stands in the text, "" for none."""
    said = set(_WORD.findall(_looks(text)))
    return next((word for word in unwanted if _looks(word) in said), "")
