"""Which msgid an event has: `<epoch>-<number>`, where an epoch is a stretch of numbers under one token.

A history that was restored from a backup goes on under a new token, so an id that was given out after that backup was
made never names something else. Fixed once loaded; any thread.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right


class Epochs:
    """See the module."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        found = connection.execute("SELECT first_seq, token FROM epochs ORDER BY first_seq, rowid").fetchall()
        self._first = [int(first) for first, _ in found]
        self._tokens = [str(token) for _, token in found]
        self._places = {token: place for place, token in enumerate(self._tokens)}
        self.current = self._tokens[-1]

    def id_of(self, seq: int) -> str:
        """The msgid of the event with this number."""
        return f"{self._tokens[bisect_right(self._first, seq) - 1]}-{seq}"

    def seq_of(self, msgid: str) -> int | None:
        """The number in a msgid of ours; None for any other text."""
        token, _, number = msgid.rpartition("-")
        if token not in self._places or not (number.isascii() and number.isdecimal()) or len(number) > 18:
            return None
        seq = int(number)
        return seq if self.id_of(seq) == msgid else None
