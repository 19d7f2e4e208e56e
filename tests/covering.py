"""What a test covers, for the matrix in docs/protocol.md, which is generated from these marks.

    @covers("JOIN", "403", "chanmode:b", "usermode:i", "cap:batch", "token:TARGMAX", "tag:+typing")

The names are commands in capitals, numerics as three digits, and the rest with its kind in front.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

Test = TypeVar("Test", bound=Callable[..., object])

_THING = re.compile(r"[A-Z]+|[0-9]{3}|(chanmode|usermode|prefix|extban|cap|token|tag):\S+")


def covers(*things: str) -> Callable[[Test], Test]:
    """Say what the test shows to be true; it changes nothing. Raises ValueError for a word that names nothing."""
    wrong = [thing for thing in things if not _THING.fullmatch(thing)]
    if wrong or not things:
        raise ValueError(f"no names of what can be covered: {wrong}")

    def mark(test: Test) -> Test:
        return test

    return mark
