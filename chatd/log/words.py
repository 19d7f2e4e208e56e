"""The words of a search: how they become an expression for SQLite's full-text index, and the same without one.

What people type never reaches the grammar of FTS5: each piece becomes a string in quotes. Everything that narrows a
search stands in the index as a word too (`marks`), so that one expression answers all of it. Pure; any thread.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

LINK = re.compile(r"\b(?:https?://|www\.)\S", re.IGNORECASE)
LINK_MARK = "link"
_ASCII_WORDS = re.compile(r"[a-z0-9]+")
_PIECES = re.compile(r'"([^"]*)"?|([^\s"]+)')
"""What stands in quotes (the last may be missing), or a word."""


@dataclass(frozen=True, slots=True)
class Words:
    """What must stand in a message."""

    phrases: tuple[str, ...]
    """Words, and "exact words" in this order."""
    prefix: str
    """The last word, which may be the beginning of one; "" without one."""
    literals: tuple[str, ...]
    """What has no letter and no digit (an emoji), found as it stands."""


def words_of(text: str) -> Words:
    """Read the text of a query."""
    phrases: list[str] = []
    literals = []
    prefix = ""
    for match in _PIECES.finditer(text.replace("\0", "")):
        quoted, word = match.groups()
        piece = quoted if word is None else word
        if not any(map(_in_a_word, piece)):
            literals += [piece.strip()] if piece.strip() else []
        elif word is not None and match.end() == len(text.rstrip()):
            prefix = word
        else:
            phrases.append(piece)
    return Words(tuple(phrases), prefix, tuple(literals))


def _in_a_word(character: str) -> bool:
    """Whether FTS5's tokenizer unicode61 takes it for a part of a word."""
    category = unicodedata.category(character)
    return category[0] in "LN" or category == "Co"


def expression(words: Words, conversations: Iterable[int], nickname: str, has_link: bool) -> str:
    """For `messages MATCH ?`; the table has the columns `text` and `marks`."""
    narrowed = [f"({' OR '.join(map(conversation_mark, conversations))})"]
    narrowed += sorted({mark for literal in words.literals for mark in symbol_marks(literal)})
    if nickname:
        narrowed.append(nickname_mark(nickname))
    if has_link:
        narrowed.append(LINK_MARK)
    found = [f"marks : ({' AND '.join(narrowed)})"]
    said = [_string(phrase) for phrase in words.phrases]
    if words.prefix:
        said.append(_string(words.prefix) + " *")
    if said:
        found.append(f"text : ({' AND '.join(said)})")
    return " AND ".join(found)


def _string(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def conversation_mark(number: int) -> str:
    """The word that stands for a conversation in the index."""
    return f"c{number}"


def nickname_mark(folded: str) -> str:
    """The word that stands for who spoke; in hex, as a tokenizer would split or fold a name."""
    return "n" + folded.encode().hex()


def symbol_marks(text: str) -> set[str]:
    """The words that stand for emoji and the like, which are none to a tokenizer."""
    if text.isascii():
        return set()
    return {f"s{ord(character):x}" for character in text if unicodedata.category(character) == "So"}


def marks(conversations: Iterable[int], folded: str, text: str) -> str:
    """What a message can be narrowed by."""
    found = [*map(conversation_mark, conversations), nickname_mark(folded), *symbol_marks(text)]
    return " ".join([*found, LINK_MARK] if LINK.search(text) else found)


def fits(words: Words, text: str) -> bool:
    """Whether the words stand in this text, by the same rules but without an index."""
    tokens = _tokens(text)
    return (
        all(_tokens(phrase) in tokens for phrase in words.phrases)
        and (not words.prefix or _tokens(words.prefix)[:-1] in tokens)
        and all(literal in text for literal in words.literals)
    )


def _tokens(text: str) -> str:
    """The words between single spaces, one at each end too; without case and accents."""
    if text.isascii():
        return f" {' '.join(_ASCII_WORDS.findall(text.lower()))} "
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    found = "".join(c if _in_a_word(c) else " " for c in plain.lower()).split()
    return f" {' '.join(found)} "


def has_link(text: str) -> bool:
    """Whether an address of the web stands in it."""
    return LINK.search(text) is not None
