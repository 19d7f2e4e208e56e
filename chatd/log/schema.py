"""The tables of history.db, and how a database of an older version becomes one of today.

`MIGRATIONS` only ever grows at its end: a step that was released is never edited, so that every database there is can
be brought up to date. `PRAGMA user_version` is the number of steps that were taken. Imports the standard library only;
entered by the main thread before the log starts.
"""

from __future__ import annotations

import re
import secrets
import sqlite3
from contextlib import closing

APPLICATION_ID = 0x4F62726F
"""`PRAGMA application_id`, "Obro": tells our file from any other."""

SAID = ("PRIVMSG", "NOTICE")
"""The verbs of what people say; with `about` they are edits of something said before."""

MIGRATIONS = (
    """
    CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

    -- msgids are <token>-<seq>; from first_seq on they carry this token (a new one after a restore).
    CREATE TABLE epochs(token TEXT PRIMARY KEY, first_seq INTEGER NOT NULL);

    -- key: folded name of a channel, or person.private_key; then one and other are the two owners.
    CREATE TABLE conversations(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, one TEXT, other TEXT);
    CREATE INDEX conversations_one ON conversations(one) WHERE one IS NOT NULL;
    CREATE INDEX conversations_other ON conversations(other) WHERE other IS NOT NULL;

    CREATE TABLE events(
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,                -- milliseconds since 1970; never less than that of a lower seq
        verb TEXT NOT NULL,
        line TEXT NOT NULL,                 -- without tags and line end
        tags TEXT NOT NULL,                 -- client-only tags
        sender TEXT NOT NULL,               -- owner; '' for the server
        about INTEGER NOT NULL,             -- seq of the event it is about (edit, reaction, redaction); 0 for none
        extra TEXT NOT NULL,
        edit INTEGER NOT NULL DEFAULT 0,    -- seq of the latest event whose text replaces this one's
        gone INTEGER NOT NULL DEFAULT 0     -- 1: removed (redacted); line, tags and extra are blank
    );
    CREATE INDEX events_about ON events(about) WHERE about > 0;

    -- In which conversations an event stands. said: 1 for PRIVMSG and NOTICE that are no edits.
    CREATE TABLE places(
        conversation INTEGER NOT NULL REFERENCES conversations(id),
        seq INTEGER NOT NULL REFERENCES events(seq) ON DELETE CASCADE,
        said INTEGER NOT NULL,
        PRIMARY KEY(conversation, seq)
    ) WITHOUT ROWID;
    CREATE INDEX places_seq ON places(seq);
    CREATE INDEX places_said ON places(conversation, seq) WHERE said = 1;

    -- Resend protection for 24 h. sender: owner, '~' for every guest.
    CREATE TABLE nonces(
        sender TEXT NOT NULL,
        nonce TEXT NOT NULL,
        seq INTEGER NOT NULL REFERENCES events(seq) ON DELETE CASCADE,
        PRIMARY KEY(nonce, sender)
    ) WITHOUT ROWID;
    CREATE INDEX nonces_seq ON nonces(seq);

    CREATE TABLE accounts(
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        created REAL NOT NULL,
        seen REAL NOT NULL,
        quiet INTEGER NOT NULL,
        salt BLOB NOT NULL,
        iterations INTEGER NOT NULL,
        stored_key BLOB NOT NULL,
        server_key BLOB NOT NULL,
        email TEXT NOT NULL
    );

    CREATE TABLE markers(
        owner TEXT NOT NULL,
        conversation TEXT NOT NULL,         -- key
        time TEXT NOT NULL,                 -- as in the server-time tag
        PRIMARY KEY(owner, conversation)
    ) WITHOUT ROWID;

    -- Times in which events could not be kept (disk full), and how many.
    CREATE TABLE gaps(began INTEGER NOT NULL, ended INTEGER NOT NULL, lost INTEGER NOT NULL);
    """,
    """
    -- What else outlives the process, each kind read and written by one room (registered channels, metadata, ...);
    -- value is JSON.
    CREATE TABLE facts(
        kind TEXT NOT NULL,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY(kind, key)
    ) WITHOUT ROWID;
    """,
    """
    -- Why nobody can log in to the account; '' for one that is open.
    ALTER TABLE accounts ADD COLUMN suspended TEXT NOT NULL DEFAULT '';
    """,
)
VERSION = len(MIGRATIONS)


def migrate(connection: sqlite3.Connection) -> None:
    """Take the steps that this database has not seen yet, all of them or none. In autocommit mode."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version >= VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in MIGRATIONS[version:]:
            for statement in statements(step):
                connection.execute(statement)
        if version == 0:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            add_epoch(connection)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def statements(script: str) -> list[str]:
    """A script's statements one by one; `executescript` would commit before the first."""
    found, rest = [], ""
    for piece in script.split(";"):
        rest += piece + ";"
        if sqlite3.complete_statement(rest) and rest.strip(" \n;"):
            found.append(rest)
            rest = ""
    return found


def add_epoch(connection: sqlite3.Connection) -> str:
    """Begin a new epoch with the next event: msgids from here on are unlike all that were ever given out."""
    token = secrets.token_hex(4)
    last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
    connection.execute("INSERT INTO epochs VALUES(?, ?)", (token, last[0] + 1 if last else 1))
    return token


def differing(connection: sqlite3.Connection) -> list[str]:
    """Tables and indexes that are missing or not as `MIGRATIONS` makes them: a byte of the schema has changed."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        migrate(fresh)
        expected = _described(fresh)
    found = _described(connection)
    return [name for name, made in expected.items() if found.get(name) != made]


def _described(connection: sqlite3.Connection) -> dict[str, str]:
    """What there is, by kind and name, as it was made; without comments and spacing, which may change."""
    rows = connection.execute("SELECT type || ' ' || name, COALESCE(sql, '') FROM sqlite_master").fetchall()
    return {name: "".join(re.sub("--.*", "", sql).split()) for name, sql in rows}
