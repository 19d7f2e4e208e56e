"""The tables of history.db: made at once or not at all, recognised later."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from chatd.log import schema


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    made = sqlite3.connect(":memory:", isolation_level=None)
    yield made
    made.close()


def test_a_new_database_says_whose_it_is_and_how_new(connection: sqlite3.Connection) -> None:
    schema.migrate(connection)
    assert connection.execute("PRAGMA application_id").fetchone() == (schema.APPLICATION_ID,)
    assert connection.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)


def test_migrating_twice_changes_nothing(connection: sqlite3.Connection) -> None:
    schema.migrate(connection)
    before = list(connection.iterdump())
    schema.migrate(connection)
    assert list(connection.iterdump()) == before


def test_a_migration_that_fails_leaves_everything_as_it_was(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, "CREATE TABLE extra(x); CREATE TABLE events(x);"))
    monkeypatch.setattr(schema, "VERSION", 2)
    with pytest.raises(sqlite3.OperationalError, match="events already exists"):
        schema.migrate(connection)
    assert connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone() == (0,)
    assert connection.execute("PRAGMA user_version").fetchone() == (0,)


def test_a_new_epoch_begins_behind_every_number_ever_given_even_if_those_events_are_gone(
    connection: sqlite3.Connection,
) -> None:
    schema.migrate(connection)
    connection.execute("INSERT INTO events VALUES(41, 0, 'QUIT', '', '', '', 0, '', 0, 0)")
    connection.execute("DELETE FROM events")
    token = schema.add_epoch(connection)
    assert connection.execute("SELECT first_seq FROM epochs ORDER BY first_seq").fetchall() == [(1,), (42,)]
    assert connection.execute("SELECT first_seq FROM epochs WHERE token = ?", (token,)).fetchone() == (42,)


def test_a_script_is_split_at_its_statements_and_not_in_its_comments() -> None:
    script = "CREATE TABLE a(x); -- one; two\nCREATE TABLE b(y DEFAULT ';');\n"
    assert len(schema.statements(script)) == 2
