"""Opening history.db: never empty in place of something that cannot be read, and always with advice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chatd.log import UnusableError, database, schema
from chatd.log.database import FILE, open_reader, open_writer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FILE


def make(path: Path, count: int = 3) -> None:
    with closing(open_writer(path)) as connection:
        for number in range(count):
            connection.execute(
                "INSERT INTO events VALUES(?, 0, 'PRIVMSG', ?, '', '', 0, '', 0, 0)", (number + 1, "x" * 500)
            )


def refusal(path: Path) -> str:
    with pytest.raises(UnusableError) as error:
        open_writer(path)
    assert str(path) in str(error.value)
    return str(error.value)


def test_a_history_is_made_where_there_is_none(path: Path) -> None:
    make(path)
    make(path, 0)
    assert [each.name for each in path.parent.iterdir()] == [FILE]
    with closing(open_reader(path)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM events").fetchone() == (3,)


def test_one_that_was_being_made_when_the_power_went_is_made_anew(path: Path) -> None:
    path.with_name(FILE + ".new").write_bytes(b"half of it")
    make(path)
    assert not path.with_name(FILE + ".new").exists()


def test_a_reader_cannot_write(path: Path) -> None:
    make(path)
    with closing(open_reader(path)) as connection, pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM events")


@pytest.mark.parametrize("content", [b"", b"SQLite", b"not a database at all" * 100, b"\0" * 8192])
def test_what_is_no_database_is_refused_and_left_as_it_is(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    text = refusal(path)
    assert "python3 server.py check" in text
    assert "python3 server.py restore FILE" in text
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes(name)")
    assert "was not made by Obrolan" in refusal(path)


def test_a_database_of_a_newer_version_is_refused(path: Path) -> None:
    make(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    assert f"tables of version {schema.VERSION + 1}, this one knows {schema.VERSION}" in refusal(path)


def test_a_database_that_is_missing_but_for_its_wal_is_not_begun_anew(path: Path) -> None:
    path.with_name(FILE + "-wal").write_bytes(b"x")
    assert f"{FILE}-wal is there" in refusal(path)
    assert not path.exists()


def test_a_damaged_page_is_found_at_the_start(path: Path) -> None:
    make(path, 200)
    data = bytearray(path.read_bytes())
    place = data.rindex(b"x" * 500) // 4096 * 4096
    data[place : place + 100] = b"\xff" * 100
    path.write_bytes(data)
    assert "damaged" in refusal(path)


def test_a_folder_in_place_of_the_file_is_refused(path: Path) -> None:
    path.mkdir()
    assert "cannot be opened" in refusal(path)


def test_a_large_database_is_not_looked_through_at_each_start(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(path, 200)
    asked: list[str] = []

    def opened(path: Path) -> sqlite3.Connection:
        made = open_reader(path)
        made.set_trace_callback(asked.append)
        return made

    monkeypatch.setattr(database, "open_reader", opened)
    open_writer(path).close()
    assert "PRAGMA quick_check(1)" in asked
    asked.clear()
    monkeypatch.setattr(database, "CHECKED_BYTES", 1000)
    open_writer(path).close()
    assert asked
    assert "PRAGMA quick_check(1)" not in asked
