"""`restore FILE`: go back to a backup, with the server stopped. See the package.

The database to come is made whole beside the present one, which keeps its place until one rename: whenever the process
ends, what is there is the old history or the new one. The old one stays as `history.db.before-<time>`.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from chatd.datafolder import DataFolder, DataFolderError
from chatd.log.database import FILE, sync_folder
from chatd.log.index import NAME as INDEX
from chatd.log.index import remove
from chatd.log.schema import add_epoch, migrate
from chatd.upkeep.backup import copy, flush
from chatd.upkeep.check import damage
from chatd.upkeep.source import UpkeepError, open_database, reason
from translations import ntr, tr

SIDE_FILES = ("-wal", "-shm", "-journal")


def restore(folder: Path, backup: Path, now: datetime) -> str:
    """Put a backup in place of the history; what to tell the person. Raises `UpkeepError`."""
    try:
        with closing(open_database(backup)) as source:
            if found := damage(source):
                raise UpkeepError(
                    tr("{path} is damaged ({why}): nothing was changed.").format(path=backup, why=found[0])
                )
            with closing(DataFolder(folder)):
                return _restore(folder, source, now)
    except DataFolderError as error:
        raise UpkeepError(str(error)) from error
    except (OSError, sqlite3.Error) as error:
        raise UpkeepError(tr("The backup could not be put back: {why}").format(why=reason(error))) from error


def _restore(folder: Path, source: sqlite3.Connection, now: datetime) -> str:
    history, coming = folder / FILE, folder / (FILE + ".restoring")
    copy(source, coming)
    with closing(sqlite3.connect(coming, isolation_level=None)) as connection:
        migrate(connection)
        add_epoch(connection)  # ids given out after the backup was made must never name something else
        messages = connection.execute("SELECT COUNT(*) FROM places WHERE said = 1").fetchone()[0]
    flush(coming)
    kept = _set_aside(history, now)
    remove(folder / INDEX)
    for suffix in SIDE_FILES:
        history.with_name(history.name + suffix).unlink(missing_ok=True)
    sync_folder(folder)
    coming.replace(history)
    sync_folder(folder)
    text = ntr(
        "The history is that of the backup again: {n} message.",
        "The history is that of the backup again: {n} messages.",
        messages,
    ).format(n=messages)
    if kept is None:
        return text
    return text + "\n" + tr("The one before is kept as {path}; delete it when you need it no longer.").format(path=kept)


def _set_aside(history: Path, now: datetime) -> Path | None:
    """Give what is there a second name; it keeps its own."""
    present = [path for path in (history, history.with_name(history.name + "-wal")) if path.exists()]
    if not present:
        return None
    name = f"{FILE}.before-{now:%Y%m%d-%H%M%S}"
    names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
    kept = next(path for path in map(history.with_name, names) if not path.exists())
    kept_wal = kept.with_name(kept.name + "-wal")
    for path in present:
        _second_name(path, kept if path == history else kept_wal)
    sync_folder(history.parent)
    if history in present:
        _settle(history)
    if kept_wal.exists() and not kept_wal.stat().st_size:
        kept_wal.unlink()
    return kept


def _settle(history: Path) -> None:
    """Move what still stands in the WAL into the database, so that this file alone is all of it."""
    try:
        with closing(sqlite3.connect(history, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.Error:
        pass  # it is damaged, which is why somebody restores: both files are kept as they are


def _second_name(path: Path, name: Path) -> None:
    try:
        os.link(path, name)
    except OSError:  # a file system without links
        shutil.copyfile(path, name)
        flush(name)
