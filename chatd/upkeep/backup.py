"""`backup FILE`: everything that is kept, in one file, while the server runs or not. See the package.

SQLite's own backup copies one state of the database; the copy is checked, flushed and only then given its name, so a
file of that name is always a whole backup.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from chatd.log.database import sync_folder
from chatd.log.index import remove
from chatd.upkeep.check import damage
from chatd.upkeep.source import UpkeepError, history_in, open_database, reason, size_text
from translations import ntr, tr

PAGES = 4096
"""Copied at once, 16 MB."""
ASKED_EVERY = 100_000
"""Instructions of SQLite between two looks whether the check is to be broken off."""


def backup(folder: Path, target: Path, *, force: bool = False, ending: Callable[[], bool] = lambda: False) -> str:
    """Write a backup; what to tell the person. Raises `UpkeepError`, also when it is broken off because of `ending`."""
    source = history_in(folder)
    target = target.absolute()
    if target.exists():
        if target.is_dir() or target.samefile(source):
            raise UpkeepError(tr("{path} cannot be the backup; name another file.").format(path=target))
        if not force:
            raise UpkeepError(tr("{path} is there already. Choose another name, or add --force.").format(path=target))
    partial = target.with_name(target.name + ".part")
    try:
        with closing(open_database(source)) as connection:
            copy(connection, partial, ending)
        with closing(open_database(partial)) as connection:
            connection.set_progress_handler(ending, ASKED_EVERY)
            found = damage(connection)
            if ending():
                raise _Ending
            if found:
                raise UpkeepError(tr("The copy is damaged ({why}): run check.").format(why=found[0]))
            messages = connection.execute("SELECT COUNT(*) FROM places WHERE said = 1").fetchone()[0]
        flush(partial)
        partial.replace(target)
        sync_folder(target.parent)
    except (OSError, sqlite3.Error, _Ending) as error:
        if ending():
            raise UpkeepError(tr("The server stops; no backup was written.")) from error
        raise UpkeepError(tr("The backup could not be written: {why}").format(why=reason(error))) from error
    finally:
        remove(partial)
    text = ntr(
        "Backup written: {path} ({n} message, {size}). It holds names and verifiers of passwords: keep it safe.\n"
        "Go back to it with: python3 server.py restore {path}",
        "Backup written: {path} ({n} messages, {size}). It holds names and verifiers of passwords: keep it safe.\n"
        "Go back to it with: python3 server.py restore {path}",
        messages,
    )
    return text.format(path=target, n=messages, size=size_text(target.stat().st_size))


class _Ending(Exception):  # noqa: N818 - nothing is wrong
    """It is broken off."""


def copy(source: sqlite3.Connection, target: Path, ending: Callable[[], bool] = lambda: False) -> None:
    """One consistent state of a database as a file of its own that only its owner may read."""

    def look(_status: int, _remaining: int, _total: int) -> None:
        if ending():
            raise _Ending

    remove(target)
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(target, isolation_level=None)) as copied:
        source.execute("BEGIN")
        source.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()  # all of it is of this moment
        source.backup(copied, pages=PAGES, progress=look)
        source.execute("COMMIT")
        copied.execute("PRAGMA journal_mode = DELETE").fetchall()  # the file alone is all of it


def flush(path: Path) -> None:
    """Have a file on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
