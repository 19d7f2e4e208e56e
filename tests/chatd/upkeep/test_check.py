"""`check`: what it finds, what it advises, and that it changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chatd.log.database import FILE
from chatd.log.index import NAME, Index
from chatd.upkeep.check import check
from chatd.upkeep.source import UpkeepError
from tests.chatd.log.histories import History


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    made = History(tmp_path)
    made.say("satu")
    made.say("dua", where="#class")
    made.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    yield made
    made.close()


def report(history: History) -> str:
    return "\n".join(check(history.folder).lines)


def fault(history: History, statement: str) -> str:
    history.connection.execute("PRAGMA foreign_keys = OFF")
    history.connection.execute(statement)
    found = check(history.folder)
    assert not found.whole
    text = "\n".join(found.lines)
    assert "restore FILE" in text
    assert "export ROOM" in text
    return text


def test_a_whole_history_is_said_to_be_whole(history: History) -> None:
    found = check(history.folder)
    assert found.whole
    assert "2 messages, 2 rooms, 0 private chats, 0 accounts" in found.lines[1]
    assert found.lines[-1] == "Everything is whole."


def test_places_and_events_must_agree(history: History) -> None:
    assert "refers to nothing" in fault(history, "DELETE FROM events WHERE seq = 1")


def test_an_event_must_stand_somewhere(history: History) -> None:
    assert "1 events stand in no conversation" in fault(history, "DELETE FROM places WHERE seq = 1")


def test_an_edit_must_be_there(history: History) -> None:
    assert "an edit that is not there" in fault(history, "UPDATE events SET edit = 77 WHERE seq = 1")


def test_time_must_not_go_back(history: History) -> None:
    assert "earlier than the one before" in fault(history, "UPDATE events SET at = 1 WHERE seq = 2")


def test_a_message_must_have_its_text(history: History) -> None:
    assert "lost their text" in fault(history, "UPDATE events SET line = '' WHERE seq = 2")


def test_ids_must_be_known(history: History) -> None:
    assert "no epoch" in fault(history, "DELETE FROM epochs")


def test_what_sqlite_finds_is_told(history: History) -> None:
    history.say_all((f"kata {number}" * 20, "siti", "#lab") for number in range(200))
    history.close()
    path = history.folder / FILE
    data = bytearray(path.read_bytes())
    for page in range(3, len(data) // 4096):
        data[page * 4096 : page * 4096 + 16] = b"\xff" * 16
    path.write_bytes(data)
    found = check(history.folder)
    assert not found.whole
    assert any(line.startswith("Damaged:") for line in found.lines)


@pytest.mark.parametrize("content", [b"", b"something else", b"SQLite format 3\0" + b"\xff" * 5000])
def test_what_is_no_database_is_damage(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    assert not check(tmp_path).whole


def test_a_missing_history_is_damage_only_if_a_part_of_it_is_left(tmp_path: Path) -> None:
    with pytest.raises(UpkeepError, match="no history"):
        check(tmp_path)
    (tmp_path / (FILE + "-wal")).write_bytes(b"x")
    assert not check(tmp_path).whole


def test_times_without_a_disk_are_told(history: History) -> None:
    history.connection.execute("INSERT INTO gaps VALUES (1790000000000, 1790000060000, 3)")
    assert "3 events could not be kept" in report(history)


def test_the_search_index_is_told_of_but_is_never_a_fault(history: History) -> None:
    assert "Search index: none" in report(history)
    index = Index(history.folder / NAME, history.connection, anew=True)
    assert "2 events behind" in report(history)
    while index.take_in():
        pass
    assert "Search index: complete." in report(history)
    index.close()
    history.connection.execute("INSERT INTO epochs VALUES ('other', 3)")
    assert "another history" in report(history)
    (history.folder / NAME).write_bytes(b"\xff" * 9000)
    assert "Search index: damaged" in report(history)
    assert check(history.folder).whole
