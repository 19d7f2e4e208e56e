"""Our own regular expressions take time in proportion to what they look at, up to 64 KiB (security 22).

Each is tried on what is hard for it: runs of the characters it is made of, alone and in pairs, that end in what does
not fit. Compared is CPU time at one length and at four times as much, so that a slow or busy machine changes nothing;
then all are tried at 64 KiB.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import chatd
import client
import protocol

LONGEST = 64 * 1024
LONG = 4 * 1024
SHORT = LONG // 4
FLOOR_S = 0.004
"""What is faster than this for `LONG` is in proportion: the square would be seen."""
MOST_LETTERS = 15
"""Of those of an expression; the tables of emoji hold hundreds that are all alike."""
MOST_TIMES = 9.0
"""Four is in proportion, sixteen the square."""
TRUSTED = "chatd.configfile"
"""Reads what the operator wrote."""
Pattern = re.Pattern[str] | re.Pattern[bytes]
Ways = frozenset[str]
"""How it is used: `match`, `fullmatch`, or what looks everywhere."""


def patterns() -> Iterator[tuple[str, Pattern, Ways]]:
    """All of our modules' own, by where they stand, with the ways in which the module uses them."""
    names = [protocol.__name__, "checkwords"]
    for package in (chatd, client):
        names += [found.name for found in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
    for name in names:
        module = importlib.import_module(name)
        for key, value in vars(module).items():
            if isinstance(value, re.Pattern) and name != TRUSTED:
                source = Path(module.__file__ or "").read_text("utf-8")
                used = frozenset(re.findall(rf"\b{key}\.(\w+)", source))
                yield f"{name}.{key}", value, used or frozenset({"match", "fullmatch", "search"})


PATTERNS = {name: (pattern, ways) for name, pattern, ways in patterns()}


def hard(pattern: Pattern, size: int) -> Iterator[str]:
    """Inputs of this size."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    own = sorted({*source} - set("()[]{}?*+^$|\\"))[:MOST_LETTERS]
    letters = {*own, *"aA0 .!@:/<*[(\t\r\n"}
    for letter in sorted(letters):
        yield letter * size + "\0"
        yield ("a" + letter) * (size // 2) + "\0"
        yield "http://" + letter * size + " \0"


def seconds(pattern: Pattern, ways: Ways, text: str) -> float:
    """The CPU time for all ways in which one looks with it."""
    looked_at: Any = text.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else text
    started = time.process_time()
    if "match" in ways:
        pattern.match(looked_at)
    if "fullmatch" in ways:
        pattern.fullmatch(looked_at)
    if ways - {"match", "fullmatch"}:
        for _ in pattern.finditer(looked_at):
            pass
    return time.process_time() - started


def slow(pattern: Pattern, ways: Ways) -> list[tuple[str, float]]:
    """Inputs for which four times the length takes much more than four times as long, and how much."""
    found = []
    for short, long in zip(hard(pattern, SHORT), hard(pattern, LONG), strict=True):
        if seconds(pattern, ways, long) < FLOOR_S:
            continue
        took, less = (min(seconds(pattern, ways, text) for _ in range(3)) for text in (long, short))
        if took > max(FLOOR_S, less * MOST_TIMES):
            found.append((short[:12], took))
    return found


def test_they_are_found() -> None:
    assert len(PATTERNS) > 30
    assert any(name.startswith("chatd.scram") for name in PATTERNS)


@pytest.mark.parametrize("name", PATTERNS)
def test_an_expression_takes_time_in_proportion_to_what_it_looks_at(name: str) -> None:
    pattern, ways = PATTERNS[name]
    assert slow(pattern, ways) == []
    for text in hard(pattern, LONGEST):
        assert seconds(pattern, ways, text) < 1


def test_one_that_does_not_is_noticed() -> None:
    assert slow(re.compile(r"\s+x"), frozenset({"search"}))
