"""Finding the place of a moment among the events. Pure SQL on a connection the caller owns."""

from __future__ import annotations

import sqlite3

NEXT = "SELECT seq, at FROM events WHERE seq > ? ORDER BY seq LIMIT 1"


def first_at(connection: sqlite3.Connection, at: int) -> int:
    """The lowest number of all events at or after this time (milliseconds), one above all ever if there is none.

    Times only grow with the numbers, so halving finds it, and no index has to be kept for it. The next event above a
    number is not always that number plus one: some may have been deleted.
    """
    last = connection.execute("SELECT seq, at FROM events ORDER BY seq DESC LIMIT 1").fetchone()
    if last is None or last[1] < at:
        ever = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
        return int(ever[0]) + 1 if ever else 1
    low, high = 0, last[0] - 1
    while low < high:
        middle = (low + high) // 2
        seq, found = connection.execute(NEXT, (middle,)).fetchone()
        if found >= at:
            high = middle
        else:
            low = seq
    return int(connection.execute(NEXT, (low,)).fetchone()[0])
