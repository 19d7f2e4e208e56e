"""Spans of time as people write them: `10m`, `2h`, `1d12h`, `90s`. Pure; imports nothing of ours."""

from __future__ import annotations

import re

_UNITS = {"w": 604_800, "d": 86_400, "h": 3600, "m": 60, "s": 1}
_SPAN = re.compile(r"(?:\d{1,9}[wdhms])+", re.IGNORECASE)
LONGEST_S = 366 * 86_400
"""A year."""


def seconds(text: str) -> int | None:
    """So many seconds, 0 for `0` (for ever); None for what is no span, or longer than a year.

    A bare number is seconds.
    """
    if text.isascii() and text.isdecimal() and len(text) < 10:
        total = int(text)
    elif _SPAN.fullmatch(text):
        total = sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)([a-z])", text.lower()))
        if not total:
            return None
    else:
        return None
    return total if total <= LONGEST_S else None


def written(span: float) -> str:
    """`2h30m`: the two largest units, rounded up to a second."""
    left = max(int(-(-span // 1)), 0)
    parts: list[str] = []
    for unit, size in _UNITS.items():
        if left >= size and len(parts) < 2:
            parts.append(f"{left // size}{unit}")
            left %= size
        elif parts:
            break
    return "".join(parts) or "0s"
