"""Every database there ever was opens, and holds what it held."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from chatd.config import History
from chatd.events import Outcome
from chatd.log import Selector, schema
from chatd.log.database import FILE
from chatd.log.sqlite import SqliteLog
from tests.chatd.logs import WAIT_S, Running, message, owned
from tests.fakes import ManualClock

OLD = sorted(Path(__file__).parent.glob("schema_*.sql"))


def shape(connection: sqlite3.Connection) -> set[tuple[str, str, str]]:
    """Tables and indexes with their text, but for layout and comments."""
    found = set()
    for kind, name, text in connection.execute("SELECT type, name, COALESCE(sql, '') FROM sqlite_master"):
        lines = [line.partition("--")[0].split() for line in text.splitlines()]
        found.add((kind, name, " ".join(word for words in lines for word in words)))
    return found


@pytest.fixture(params=OLD, ids=lambda path: path.stem)
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.executescript(request.param.read_text(encoding="utf-8"))

    def make(clock: ManualClock, _folder: Path) -> SqliteLog:
        return SqliteLog(tmp_path, History(), clock, ManualClock(), pytest.fail)

    made = Running(make, tmp_path)
    yield made
    assert made.log.stop(WAIT_S)


def test_there_is_one_of_each_version() -> None:
    assert [path.stem for path in OLD] == [f"schema_{number + 1}" for number in range(schema.VERSION)]


def test_an_old_database_has_the_tables_of_a_new_one(running: Running, tmp_path: Path) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as new:
        schema.migrate(new)
        with closing(sqlite3.connect(tmp_path / FILE)) as old:
            assert shape(old) == shape(new)
            assert old.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)


def test_what_was_said_is_there(running: Running) -> None:
    records = running.log.read("#lobby", Selector(), 9)
    assert [(record.id, record.verb) for record in records] == [
        ("0a1b2c3d-1", "JOIN"),
        ("0a1b2c3d-2", "PRIVMSG"),
        ("0a1b2c3d-4", "PRIVMSG"),
        ("9f8e7d6c-6", "REDACT"),
        ("9f8e7d6c-7", "TOPIC"),
    ]
    assert records[0].extra.startswith('{"extended"')
    assert records[1].edit == records[2]
    assert (records[1].client_tags, records[1].time) == ("+a=b", "2023-11-14T22:13:21.000Z")
    assert [record.line.rpartition(":")[2] for record in running.log.read("@1 2", Selector(), 9)] == ["rahasia"]
    assert running.log.position("9f8e7d6c-5", "#lobby") == 5
    assert running.log.find("9f8e7d6c-2") is None, "the first epoch gave that number out"


def test_accounts_marks_and_nonces_are_there(running: Running) -> None:
    kept = running.log.kept
    assert [(account.id, account.name, account.quiet) for account in kept.accounts] == [
        (1, "siti", True),
        (2, "budi", False),
    ]
    assert kept.next_account == 4
    assert kept.markers == {"1": {"#lobby": "2023-11-14T22:13:22.000Z"}}
    again, new = running.send(owned("1", "00112233445566778899aabbccddeeff"), message())
    assert (again.outcome, again.id) == (Outcome.REPEATED, "0a1b2c3d-2")
    assert new.id == "9f8e7d6c-8"
