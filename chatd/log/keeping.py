"""What is kept beside the events: accounts, read marks, facts. Used inside a transaction of the log's thread."""

from __future__ import annotations

import sqlite3
from dataclasses import astuple

from chatd.log import DropAccount, Kept, SaveAccount, SetFact, SetMarker, StoredAccount, Write


def load(connection: sqlite3.Connection) -> Kept:
    """Everything as it stands; once, at the start."""
    kept = Kept()
    for number, name, created, seen, quiet, *verifier in connection.execute("SELECT * FROM accounts ORDER BY id"):
        kept.accounts.append(StoredAccount(number, name, created, seen, bool(quiet), *verifier))
    last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'accounts'").fetchone()
    kept.next_account = last[0] + 1 if last else 1
    for owner, conversation, time in connection.execute("SELECT owner, conversation, time FROM markers"):
        kept.markers.setdefault(owner, {})[conversation] = time
    for kind, key, value in connection.execute("SELECT kind, key, value FROM facts"):
        kept.facts.setdefault(kind, {})[key] = value
    return kept


def write(connection: sqlite3.Connection, what: Write) -> None:
    """Keep one change."""
    match what:
        case SaveAccount(account):
            # Not REPLACE, which would delete and insert: the number stays, whatever refers to it.
            connection.execute(
                "INSERT INTO accounts VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET "
                "name = excluded.name, created = excluded.created, seen = excluded.seen, quiet = excluded.quiet, "
                "salt = excluded.salt, iterations = excluded.iterations, stored_key = excluded.stored_key, "
                "server_key = excluded.server_key, email = excluded.email, suspended = excluded.suspended",
                astuple(account),
            )
        case DropAccount(number):
            connection.execute("DELETE FROM accounts WHERE id = ?", (number,))
            connection.execute("DELETE FROM markers WHERE owner = ?", (str(number),))
        case SetMarker(owner, conversation, time):
            connection.execute("INSERT OR REPLACE INTO markers VALUES(?, ?, ?)", (owner, conversation, time))
        case SetFact(kind, key, value) if value:
            connection.execute("INSERT OR REPLACE INTO facts VALUES(?, ?, ?)", (kind, key, value))
        case SetFact(kind, key):
            connection.execute("DELETE FROM facts WHERE kind = ? AND key = ?", (kind, key))
