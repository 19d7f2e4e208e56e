"""Deleting what is too old, a little at a time, when the log's thread has nothing else to do.

A clock that is set wrongly must not cost anybody's history: nothing is deleted until the clock has run for an hour
without a jump. Belongs to the log's thread; time comes from outside.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from chatd.config import History
from chatd.log.seeking import first_at

EVERY_S = 600.0
"""Seconds between two looks, while there is nothing to delete."""
SLICE = 200
"""Events deleted in one transaction."""
STEADY_S = 3600.0
"""How long the clock must have run evenly."""
JUMP_S = 60.0
DAY_MS = 86_400_000
NONCES_MS = DAY_MS

# An event goes with the last of its places; what is deleted with it (nonces) the foreign keys see to.
OLD_PLACES = (
    "SELECT p.conversation, p.seq FROM conversations c CROSS JOIN places p ON p.conversation = c.id "
    "WHERE (c.one IS NOT NULL) = ? AND p.seq < ? LIMIT ?"
)
UNPLACED = "DELETE FROM events WHERE seq = ? AND NOT EXISTS (SELECT 1 FROM places p WHERE p.seq = events.seq)"
OLD_NONCES = "DELETE FROM nonces WHERE (sender, nonce) IN (SELECT sender, nonce FROM nonces WHERE seq < ? LIMIT ?)"

Slice = Callable[[sqlite3.Connection], int]


class Retention:
    """See the module."""

    def __init__(self, history: History, now: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self._days = {private: history.days(private=private) for private in (False, True)}
        self._now = now
        self._monotonic = monotonic
        self._offset = self._lag()
        self._steady_since = self._next = monotonic()

    def rest(self, run: Callable[[Slice], int]) -> float:
        """Delete a slice if it is time, by `run`, which does it in a transaction; seconds until the next."""
        wait = self._next - self._monotonic()
        if wait > 0:
            return wait
        deleted = run(self.slice) if self._steady() else 0
        if deleted >= SLICE:
            return 0.0
        self._next = self._monotonic() + EVERY_S
        return EVERY_S

    def slice(self, connection: sqlite3.Connection) -> int:
        """Delete up to `SLICE` of what is too old; how much it was."""
        left = SLICE
        now = int(self._now() * 1000)
        left -= connection.execute(OLD_NONCES, (first_at(connection, now - NONCES_MS), left)).rowcount
        for private, days in self._days.items():
            if days and left > 0:
                left -= self._delete(connection, first_at(connection, now - days * DAY_MS), left, private=private)
        return SLICE - left

    @staticmethod
    def _delete(connection: sqlite3.Connection, before: int, limit: int, *, private: bool) -> int:
        old = connection.execute(OLD_PLACES, (private, before, limit)).fetchall()
        connection.executemany("DELETE FROM places WHERE conversation = ? AND seq = ?", old)
        connection.executemany(UNPLACED, [(seq,) for _, seq in old])
        return len(old)

    def _lag(self) -> float:
        return self._now() - self._monotonic()

    def _steady(self) -> bool:
        """Whether the clock has not jumped for a while."""
        lag = self._lag()
        if abs(lag - self._offset) > JUMP_S:
            self._steady_since = self._monotonic()
        self._offset = lag
        return self._monotonic() - self._steady_since >= STEADY_S
