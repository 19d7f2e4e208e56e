"""A history.db made by hand: what the tests of search, export and check look at."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from pathlib import Path

from chatd.log import Record
from chatd.log.database import open_reader
from chatd.log.schema import SAID, migrate

BEGAN = 1_790_000_000_000
"""Milliseconds; each event is a second later than the one before."""


class History:
    """Writes events as the log does, one transaction for each `say`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.connection = sqlite3.connect(folder / "history.db", isolation_level=None)
        self.connection.execute("PRAGMA journal_mode = WAL")
        migrate(self.connection)

    def close(self) -> None:
        self.connection.close()

    def say(
        self,
        text: str,
        nickname: str = "siti",
        where: str = "#lab",
        *,
        verb: str = "PRIVMSG",
        about: int = 0,
        extra: str = "",
    ) -> int:
        """Store one event; its number. `about` makes a PRIVMSG an edit and a REDACT remove."""
        [seq] = self.say_all([(text, nickname, where)], verb=verb, about=about, extra=extra)
        return seq

    def say_all(
        self,
        said: Iterable[tuple[str, str, str]],
        *,
        verb: str = "PRIVMSG",
        about: int = 0,
        extra: str = "",
    ) -> list[int]:
        """Store many messages (text, nickname, conversation) in one transaction."""
        run = self.connection.execute
        numbers = []
        run("BEGIN IMMEDIATE")
        for text, nickname, where in said:
            # Like AUTOINCREMENT: the number of an event that expired is never given out again.
            seq = run("SELECT COALESCE(MAX(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'events'").fetchone()[0]
            line = f":{nickname}!~u@host {verb} {where if where[0] == '#' else 'budi'} :{text}"
            values = (seq, BEGAN + 1000 * seq, verb, line, "", "1", about, extra)
            run("INSERT INTO events(seq, at, verb, line, tags, sender, about, extra) VALUES (?,?,?,?,?,?,?,?)", values)
            run("INSERT OR IGNORE INTO conversations(key) VALUES (?)", (where,))
            is_said = int(verb in SAID and not about)
            run(
                "INSERT INTO places SELECT id, ?, ? FROM conversations WHERE key = ?",
                (seq, is_said, where),
            )
            numbers.append(seq)
            if verb in SAID and about:
                run("UPDATE events SET edit = ? WHERE seq = ?", (seq, about))
            elif verb == "REDACT":
                run(
                    "UPDATE events SET line = '', tags = '', extra = '', gone = 1 WHERE ? IN (seq, about) AND seq <> ?",
                    (about, seq),
                )
        run("COMMIT")
        return numbers

    def fetch(self, numbers: Collection[int]) -> list[Record]:
        """`chatd.log.search.Fetch` over this history."""
        connection = open_reader(self.folder / "history.db")
        try:
            return [record for number in numbers for record in _records(connection, number)]
        finally:
            connection.close()


def _records(connection: sqlite3.Connection, number: int) -> list[Record]:
    rows = connection.execute("SELECT seq, verb, line, edit, extra FROM events WHERE seq = ? AND gone = 0", (number,))
    keys = connection.execute(
        "SELECT key FROM places JOIN conversations ON id = conversation WHERE seq = ?", (number,)
    ).fetchall()
    return [
        Record(
            seq,
            f"epoch-{seq}",
            "",
            verb,
            line,
            "",
            extra=extra,
            conversations=tuple(key for (key,) in keys),
            edit=next(iter(_records(connection, edit)), None) if edit else None,
        )
        for seq, verb, line, edit, extra in rows.fetchall()
    ]
