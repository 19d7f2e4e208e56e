"""Spans of time: as people type them for a ban, and in words. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Callable

from translations import ntr

_SPAN = re.compile(r"(?:\d{1,9}[wdhms])+", re.IGNORECASE)
_PART = re.compile(r"(\d{1,9})([wdhms])", re.IGNORECASE)

_SIZES = (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1))
_UNITS: dict[str, Callable[[int], str]] = {
    "w": lambda n: ntr("{n} week", "{n} weeks", n),
    "d": lambda n: ntr("{n} day", "{n} days", n),
    "h": lambda n: ntr("{n} hour", "{n} hours", n),
    "m": lambda n: ntr("{n} minute", "{n} minutes", n),
    "s": lambda n: ntr("{n} second", "{n} seconds", n),
}


def typed_span(word: str) -> str:
    """A span as the server takes it (`10m`, `0` for ever), "" if this word is none; a number alone is minutes."""
    if word.isascii() and word.isdecimal() and len(word) < 7:
        return f"{int(word)}m" if int(word) else "0"
    return word.lower() if _SPAN.fullmatch(word) else ""


def of_seconds(seconds: int) -> str:
    """So many seconds as a span: 60 is `1m`, 90 is `90s`."""
    unit, size = next((unit, size) for unit, size in _SIZES if not seconds % size or size == 1)
    return f"{seconds // size}{unit}" if seconds else "0s"


def in_words(span: str) -> str:
    """`1h30m` as `1 hour 30 minutes`; what is no span stays as it is."""
    if not _SPAN.fullmatch(span):
        return span
    return " ".join(_UNITS[unit.lower()](int(number)).format(n=int(number)) for number, unit in _PART.findall(span))
