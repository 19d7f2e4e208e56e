"""Opening history.db: made whole or not at all, and never started empty in place of something that cannot be read.

One connection writes (`open_writer`; the log's thread has it to itself), any number read (`open_reader`, one per
worker). Only the writer checkpoints, so the oldest known fault of WAL, two connections checkpointing at once, has no
way in. Imports `schema` and texts; entered by the main thread at start, `open_reader` by workers.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from chatd.log import UnusableError
from chatd.log.schema import APPLICATION_ID, VERSION, differing, migrate
from translations import tr

FILE = "history.db"
HEADER = b"SQLite format 3\0"
BUSY_MS = 5000
CHECKED_BYTES = 256 * 1024 * 1024
"""A larger database is not looked through at each start (about a second for so much); `check` does that."""

WRITER_PRAGMAS = (
    f"busy_timeout = {BUSY_MS}",
    "journal_mode = WAL",
    "synchronous = FULL",  # a commit is on the disk, or it is no commit
    "foreign_keys = ON",
    "mmap_size = 0",  # an I/O error is an error then, not the end of the process
    "secure_delete = ON",  # what was removed is not left lying in free pages
    "wal_autocheckpoint = 0",  # done behind the followers' backs, where its errors can be seen
    "journal_size_limit = 67108864",
)

TEXT = partial(str, encoding="utf-8", errors="replace")
"""A text that a failing disk has changed costs nobody the messages around it; `check` names it."""

Connect = Callable[[Path], sqlite3.Connection]


def connect(path: Path) -> sqlite3.Connection:
    """A plain connection that leaves transactions to us."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_MS / 1000)
    connection.text_factory = TEXT
    return connection


def open_writer(path: Path, connect: Connect = connect) -> sqlite3.Connection:
    """The connection that writes; the database is made if there is none. Raises `UnusableError`."""
    try:
        if not path.exists():
            _refuse_leftover(path)
            _create(path)
        _recognise(path)
        with closing(open_reader(path)) as reader:
            _inspect(path, reader)
        connection = connect(path)
    except (OSError, sqlite3.Error) as error:
        raise UnusableError(_unreadable(path, error)) from error
    try:
        for pragma in WRITER_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").fetchall()
        migrate(connection)
    except sqlite3.Error as error:
        connection.close()
        raise UnusableError(_unreadable(path, error)) from error
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write."""
    uri = path.absolute().as_uri() + "?mode=ro"
    connection = sqlite3.connect(
        uri, uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_MS / 1000, cached_statements=64
    )
    connection.execute("PRAGMA mmap_size = 0")
    connection.text_factory = TEXT
    return connection


def sync_folder(path: Path) -> None:
    """Make names that were added, changed or removed in this folder last (where the system knows of such a thing)."""
    if os.name == "posix":
        folder = os.open(path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _create(path: Path) -> None:
    """Make an empty history under another name first, so that a half-made one is never taken for the real one."""
    partial = path.with_name(path.name + ".new")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)):
        pass  # only its owner may read it
    connection = connect(partial)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        migrate(connection)
    finally:
        connection.close()
    partial.replace(path)
    sync_folder(path.parent)


def _refuse_leftover(path: Path) -> None:
    wal = path.with_name(path.name + "-wal")
    if wal.exists() and wal.stat().st_size:
        raise UnusableError(
            tr(
                "{path} is missing, but {wal} is there: the history was moved or deleted in part. Put it back, restore "
                "a backup (python3 server.py restore FILE), or delete {wal} as well to begin anew."
            ).format(path=path, wal=wal.name)
        )


def _recognise(path: Path) -> None:
    """Refuse what SQLite would take for an empty database or answer with a riddle."""
    with path.open("rb") as file:
        start = file.read(len(HEADER) + 2)
    if start[: len(HEADER)] != HEADER:
        raise UnusableError(_damaged(path, tr("it is empty") if not start else tr("it does not begin like one")))
    if is_cut(path, start):
        raise UnusableError(_damaged(path, tr("its end is missing")))


def is_cut(path: Path, start: bytes) -> bool:
    """Whether a file that begins so ends within a page, where SQLite would read zeros; what is in the WAL is whole."""
    page = int.from_bytes(start[len(HEADER) : len(HEADER) + 2], "big")
    wal = path.with_name(path.name + "-wal")
    return path.stat().st_size % (page if page > 1 else 65536) > 0 and not (wal.exists() and wal.stat().st_size)


def _inspect(path: Path, connection: sqlite3.Connection) -> None:
    """Look before anything is written: what is refused stays as it is."""
    whose = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if whose != APPLICATION_ID:
        raise UnusableError(
            tr("{path} was not made by Obrolan. Move it away, or choose another folder with --data.").format(path=path)
        )
    if version > VERSION:
        raise UnusableError(
            tr(
                "{path} was written by a newer Obrolan (tables of version {theirs}, this one knows {ours}). "
                "Start that one, or restore a backup from before: python3 server.py restore FILE"
            ).format(path=path, theirs=version, ours=VERSION)
        )
    if version == VERSION and (wrong := differing(connection)):
        raise UnusableError(_damaged(path, tr("{what} is not as it was made").format(what=wrong[0])))
    if path.stat().st_size <= CHECKED_BYTES:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise UnusableError(_damaged(path, found))


def _unreadable(path: Path, error: Exception) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return _damaged(path, str(error))
    why = error.strerror if isinstance(error, OSError) else str(error)
    return tr("The history {path} cannot be opened: {why}.").format(path=path, why=why)


def _damaged(path: Path, why: str) -> str:
    return tr(
        "The history {path} is damaged ({why}). Nothing was changed. See what is left: python3 server.py check; "
        "go back to a backup: python3 server.py restore FILE; or move the file away to begin anew."
    ).format(path=path, why=why)
