"""Opening what a command works on, with a sentence for whatever may be wrong with it. See the package."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from chatd.log.database import FILE, HEADER, is_cut, open_reader
from chatd.log.schema import APPLICATION_ID, VERSION
from translations import tr


class UpkeepError(Exception):
    """A command cannot do what it was asked for; the text says why and what would do."""


def history_in(folder: Path) -> Path:
    """The database of this data folder. Raises `UpkeepError` without one."""
    path = folder / FILE
    if not path.exists():
        raise UpkeepError(
            tr("There is no history in {folder}. Name the data folder with --data.").format(folder=folder)
        )
    return path


def open_database(path: Path) -> sqlite3.Connection:
    """A connection that only reads a history or a backup of one. Raises `UpkeepError` for anything else."""
    try:
        with path.open("rb") as file:
            start = file.read(len(HEADER) + 2)
        if start[: len(HEADER)] != HEADER:
            raise UpkeepError(tr("{path} is no database, or its beginning is damaged.").format(path=path))
        if is_cut(path, start):
            raise UpkeepError(tr("The end of {path} is missing.").format(path=path))
        connection = open_reader(path)
        try:
            recognise(path, connection)
        except BaseException:
            connection.close()
            raise
    except FileNotFoundError as error:
        raise UpkeepError(tr("There is no file {path}.").format(path=path)) from error
    except (OSError, sqlite3.Error) as error:
        raise UpkeepError(tr("{path} cannot be read: {why}").format(path=path, why=reason(error))) from error
    return connection


def recognise(path: Path, connection: sqlite3.Connection) -> None:
    """Refuse what is no history, or one of a newer version."""
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise UpkeepError(tr("{path} was not made by Obrolan.").format(path=path))
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        text = tr("{path} was written by a newer Obrolan (tables of version {theirs}, this one knows {ours}).")
        raise UpkeepError(text.format(path=path, theirs=version, ours=VERSION))


def reason(error: Exception) -> str:
    """Why, in the system's or SQLite's words."""
    return (error.strerror if isinstance(error, OSError) else "") or str(error)


def size_text(size: int) -> str:
    """A file's size for people."""
    return f"{size / 1e6:.1f} MB" if size >= 1_000_000 else f"{max(size // 1000, 1)} KB"
