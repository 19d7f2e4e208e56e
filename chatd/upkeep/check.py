"""`check`: whether what is kept is whole, what is not, and what to do then. Changes nothing. See the package."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from chatd.log.database import FILE, open_reader
from chatd.log.index import NAME as INDEX
from chatd.log.index import VERSION as INDEX_VERSION
from chatd.log.index import history_of
from chatd.log.schema import VERSION, differing
from chatd.log.times import written
from chatd.log.witness import lost_events
from chatd.upkeep.source import UpkeepError, history_in, open_database, size_text
from translations import N_, ntr, tr

FINDINGS = 20
"""How many faults SQLite names at most."""
RULES = (
    (
        N_("{n} places of messages name no message"),
        "SELECT COUNT(*) FROM places WHERE seq NOT IN (SELECT seq FROM events)",
    ),
    (
        N_("{n} events stand in no conversation"),
        "SELECT COUNT(*) FROM events WHERE seq NOT IN (SELECT seq FROM places)",
    ),
    (
        N_("{n} messages name an edit that is not there"),
        "SELECT COUNT(*) FROM events WHERE edit > 0 AND gone = 0 AND edit NOT IN (SELECT seq FROM events)",
    ),
    (
        N_("{n} events are earlier than the one before them"),
        "SELECT COUNT(*) FROM (SELECT at < LAG(at) OVER (ORDER BY seq) AS back FROM events) WHERE back",
    ),
    (
        N_("{n} messages have lost their text"),
        "SELECT COUNT(*) FROM events WHERE gone = 0 AND substr(line, 1, 1) <> ':'",
    ),
    (
        N_("no epoch is known: messages have no ids"),
        "SELECT NOT EXISTS (SELECT 1 FROM epochs)",
    ),
)

TEXTS = """
    SELECT CAST(verb || line || tags || sender || extra AS BLOB) FROM events
    UNION ALL SELECT CAST(key AS BLOB) FROM conversations
    UNION ALL SELECT CAST(name || email AS BLOB) FROM accounts
    UNION ALL SELECT CAST(owner || conversation || time AS BLOB) FROM markers
"""
"""As bytes, since a connection for reading shows what is no text with a sign in its place."""


@dataclass(slots=True)
class Report:
    """What was found, line by line, and whether all is well."""

    lines: list[str]
    whole: bool


def check(folder: Path) -> Report:
    """Look at everything in this data folder. Raises `UpkeepError` when there is nothing to look at."""
    path = folder / FILE
    wal = path.with_name(path.name + "-wal")
    if not path.exists() and wal.exists():
        return _damaged([], [tr("{path} is missing, but {wal} is there").format(path=path, wal=wal.name)])
    path = history_in(folder)
    try:
        with closing(open_database(path)) as connection:
            faults = damage(connection)
            if not faults and (lost := lost_events(folder)):
                faults = [
                    tr("the last events are missing, {n} at least: its WAL was deleted, or it is an older copy").format(
                        n=lost
                    )
                ]
            lines = [tr("History {path}: {size}").format(path=path, size=size_text(path.stat().st_size))]
            if not faults:
                lines += [*_contents(connection), *_gaps(connection), _index(folder, connection)]
    except (UpkeepError, sqlite3.Error) as error:
        lines, faults = [], [str(error)]
    if faults:
        return _damaged(lines, faults)
    return Report([*lines, tr("Everything is whole.")], whole=True)


def _damaged(lines: list[str], faults: list[str]) -> Report:
    return Report([*lines, *(tr("Damaged: {what}").format(what=fault) for fault in faults), *_advice()], whole=False)


def damage(connection: sqlite3.Connection) -> list[str]:
    """What is wrong with a history, by SQLite's rules and by ours; empty when nothing is."""
    try:
        found = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({FINDINGS})")]
        if found != ["ok"]:
            return found
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == VERSION and (wrong := differing(connection)):
            return [tr("{what} is not as it was made").format(what=each) for each in wrong]
        broken = connection.execute("PRAGMA foreign_key_check").fetchmany(FINDINGS)
        if broken:
            return [
                tr("{table}: a row refers to nothing in {other}").format(table=row[0], other=row[2]) for row in broken
            ]
        counted = [(tr(text), connection.execute(count).fetchone()[0]) for text, count in RULES]
        unreadable = sum(not _is_text(text) for (text,) in connection.execute(TEXTS))
        counted.append((tr("{n} rows hold what is no text"), unreadable))
    except sqlite3.Error as error:
        return [str(error)]
    return [text.format(n=count) for text, count in counted if count]


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _contents(connection: sqlite3.Connection) -> Iterator[str]:
    def count(what: str) -> int:
        return int(connection.execute(f"SELECT COUNT(*) FROM {what}").fetchone()[0])  # noqa: S608 - names below

    messages, rooms = count("places WHERE said = 1"), count("conversations WHERE one IS NULL")
    private, accounts = count("conversations WHERE one IS NOT NULL"), count("accounts")
    yield "  " + ", ".join(
        [
            ntr("{n} message", "{n} messages", messages).format(n=messages),
            ntr("{n} room", "{n} rooms", rooms).format(n=rooms),
            ntr("{n} private chat", "{n} private chats", private).format(n=private),
            ntr("{n} account", "{n} accounts", accounts).format(n=accounts),
        ]
    )


def _gaps(connection: sqlite3.Connection) -> Iterator[str]:
    for began, ended, lost in connection.execute("SELECT began, ended, lost FROM gaps ORDER BY began"):
        text = ntr(
            "  From {began} to {ended} {n} event could not be kept (disk full or failing).",
            "  From {began} to {ended} {n} events could not be kept (disk full or failing).",
            lost,
        )
        yield text.format(began=written(began), ended=written(ended), n=lost)


def _index(folder: Path, history: sqlite3.Connection) -> str:
    """The search index is never a fault: the server makes it anew."""
    anew = tr("the server makes it anew by itself")
    path = folder / INDEX
    if not path.exists():
        return tr("Search index: none; {anew}.").format(anew=anew)
    try:
        with closing(open_reader(path)) as index:
            if index.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
                return tr("Search index: damaged; {anew}.").format(anew=anew)
            state = dict(index.execute("SELECT key, value FROM state").fetchall())
            version = index.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.Error:
        return tr("Search index: damaged; {anew}.").format(anew=anew)
    if version != INDEX_VERSION or state.get("history") != history_of(history):
        return tr("Search index: of another history; {anew}.").format(anew=anew)
    asked = "SELECT COUNT(*) FROM events WHERE seq > ?"
    behind = history.execute(asked, (int(state.get("taken", 0)),)).fetchone()[0]
    if behind:
        text = ntr("Search index: {n} event behind.", "Search index: {n} events behind.", behind)
        return text.format(n=behind)
    return tr("Search index: complete.")


def _advice() -> list[str]:
    return [
        tr("What to do:"),
        "  " + tr("go back to a backup (the server stopped): python3 server.py restore FILE"),
        "  " + tr("or save what can be read of a room: python3 server.py export ROOM --output room.html"),
        "  " + tr("Copy the data folder away before you try anything else."),
    ]
