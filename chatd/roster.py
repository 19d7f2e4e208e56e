"""Who is in a channel as NAMES tells it: names put together to pieces that fit a line, each put together once.

A channel that many join is told of to each of them; the pieces that are full are shared by all whose lines have the
same room. A roster only grows: whoever leaves, or is called otherwise, makes the channel begin a new one. Pure; imports
nothing of ours. Under the state lock.
"""

from __future__ import annotations

STEP = 8
"""Bytes in which `room` counts, so that names of similar length find the same roster."""


def room(left: int) -> int:
    """How long a piece may be where a line leaves so many bytes."""
    return max(left - left % STEP, STEP)


class Roster:
    """See the module. `size` says how many names it holds."""

    __slots__ = ("_full", "_room", "_used", "_words", "size")

    def __init__(self, room: int) -> None:
        """Pieces get `room` bytes at most; only a name that is longer stands alone in a longer one."""
        self._room = room
        self._full: list[str] = []
        self._words: list[str] = []
        self._used = 0
        self.size = 0

    def add(self, word: str) -> None:
        """Take in one more name, with its prefixes."""
        length = len(word.encode()) + 1
        if self._words and self._used + length > self._room + 1:
            self._full.append(" ".join(self._words))
            self._words.clear()
            self._used = 0
        self._words.append(word)
        self._used += length
        self.size += 1

    def pieces(self) -> list[str]:
        """The names as they are now; what is added later changes nothing in this list."""
        return [*self._full, " ".join(self._words)] if self._words else []
