"""A history that has lost its end without being damaged: its WAL was deleted, or an older copy was put in its place.

SQLite cannot see that, but the search index can: it holds only what was committed, so one that knows of later events
of the same history is a witness. Going on would give their numbers, and ids, to other messages. Used by the main
thread before the log is opened.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from chatd.log import UnusableError
from chatd.log.database import FILE, open_reader
from chatd.log.index import NAME, history_of
from translations import tr


def lost_events(folder: Path) -> int:
    """How many events at least are missing at the end; 0 when nobody knows of any. Raises nothing."""
    history, index = folder / FILE, folder / NAME
    if not (history.exists() and index.exists()):
        return 0
    try:
        with closing(open_reader(history)) as kept, closing(open_reader(index)) as known:
            state = dict(known.execute("SELECT key, value FROM state").fetchall())
            last = kept.execute("SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'events'").fetchone()[0]
            same = state.get("history") == history_of(kept)
            return max(int(state["taken"]) - int(last), 0) if same else 0
    except (sqlite3.Error, KeyError, ValueError):
        return 0  # what is damaged is found by whoever opens it


def refuse_what_lost_its_end(folder: Path) -> None:
    """Raises `UnusableError` for such a history."""
    lost = lost_events(folder)
    if lost:
        text = tr(
            "The history {path} has lost its end ({n} events at least): {wal} was deleted, or an older copy was put "
            "there. Put the right files back, or restore a backup (python3 server.py restore FILE). To go on with what "
            "is there: python3 server.py backup FILE, then restore that FILE."
        )
        raise UnusableError(text.format(path=folder / FILE, n=lost, wal=FILE + "-wal"))
