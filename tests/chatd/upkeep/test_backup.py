"""`backup` and `restore`: a copy that is whole or not there, and a way back that can be broken off anywhere."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chatd.datafolder import DataFolder
from chatd.log.database import FILE, open_writer
from chatd.log.epochs import Epochs
from chatd.upkeep.backup import backup
from chatd.upkeep.backup import copy as real_copy
from chatd.upkeep.restore import restore
from chatd.upkeep.source import UpkeepError
from tests.chatd.log.histories import History

ROOT = Path(__file__).resolve().parents[3]
NOON = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "data"
    path.mkdir()
    return path


@pytest.fixture
def history(folder: Path) -> Iterator[History]:
    made = History(folder)
    yield made
    made.close()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "copy.backup"


def texts(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [line.partition(" :")[2] for (line,) in connection.execute("SELECT line FROM events ORDER BY seq")]


# --- backup ---


def test_a_backup_holds_everything_while_the_history_is_open(history: History, copy: Path) -> None:
    history.say("satu")
    history.connection.execute("INSERT INTO accounts VALUES (1, 'siti', 0, 0, 0, x'00', 1, x'00', x'00', '', '')")
    told = backup(history.folder, copy)
    assert texts(copy) == ["satu"]
    assert "1 message," in told
    assert f"restore {copy}" in told
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT name FROM accounts").fetchall() == [("siti",)]


def test_it_is_one_file_that_only_its_owner_may_read(history: History, copy: Path) -> None:
    history.say("satu")
    backup(history.folder, copy)
    assert [path.name for path in copy.parent.iterdir() if path.is_file()] == [copy.name]
    if os.name == "posix":
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_what_a_killed_server_left_in_the_wal_is_in_it(folder: Path, copy: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from tests.chatd.log.histories import History;"
        "History(Path(sys.argv[1])).say('satu'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script, str(folder)], cwd=ROOT, check=False)
    assert (folder / (FILE + "-wal")).stat().st_size
    backup(folder, copy)
    assert texts(copy) == ["satu"]


def test_a_file_that_is_there_is_overwritten_only_by_force(history: History, copy: Path) -> None:
    copy.write_text("mine")
    with pytest.raises(UpkeepError, match="--force"):
        backup(history.folder, copy)
    assert copy.read_text() == "mine"
    history.say("satu")
    backup(history.folder, copy, force=True)
    assert texts(copy) == ["satu"]


def test_the_history_itself_is_never_overwritten(history: History) -> None:
    history.say("satu")
    with pytest.raises(UpkeepError):
        backup(history.folder, history.folder / FILE, force=True)
    assert texts(history.folder / FILE) == ["satu"]


def test_a_folder_without_history_and_one_that_cannot_be_written_are_told_apart(
    history: History, tmp_path: Path, copy: Path
) -> None:
    with pytest.raises(UpkeepError, match="no history"):
        backup(tmp_path, copy)
    with pytest.raises(UpkeepError, match="could not be written"):
        backup(history.folder, tmp_path / "nowhere" / "copy")


def test_a_damaged_history_gives_no_backup(history: History, copy: Path) -> None:
    history.say("satu")
    history.connection.execute("DELETE FROM events")
    with pytest.raises(UpkeepError, match="damaged"):
        backup(history.folder, copy)
    assert not list(copy.parent.glob("copy*"))


def test_it_is_of_one_moment_though_people_go_on_writing(
    history: History, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatd.upkeep.backup.PAGES", 1)
    history.say("satu")
    said = 0

    def ending() -> bool:
        nonlocal said
        said += 1
        history.say(f"sambil disalin {said}" + "x" * 5000)
        return False

    backup(history.folder, copy, ending=ending)
    assert said > 10, "it asks after each piece"
    assert texts(copy) == ["satu"]


@pytest.mark.parametrize("asked", [1, 3])
def test_it_is_broken_off_when_the_server_ends_and_leaves_nothing_behind(
    history: History, copy: Path, monkeypatch: pytest.MonkeyPatch, asked: int
) -> None:
    monkeypatch.setattr("chatd.upkeep.backup.PAGES", 1)
    history.say("satu")
    answers: list[bool] = []

    def ending() -> bool:
        answers.append(len(answers) >= asked)
        return answers[-1]

    with pytest.raises(UpkeepError, match="The server stops"):
        backup(history.folder, copy, ending=ending)
    assert answers.count(True) == 2, "no more is copied: it is asked once more, for what to say"
    assert not list(copy.parent.glob("copy*"))


def test_the_check_of_the_copy_is_broken_off_too(history: History, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatd.upkeep.backup.ASKED_EVERY", 1)
    history.say("satu")
    copied: list[bool] = []

    def then_end(source: sqlite3.Connection, target: Path, _ending: object) -> None:
        real_copy(source, target)
        copied.append(True)

    monkeypatch.setattr("chatd.upkeep.backup.copy", then_end)
    with pytest.raises(UpkeepError, match="The server stops"):
        backup(history.folder, copy, ending=lambda: bool(copied))
    assert copied
    assert not list(copy.parent.glob("copy*"))


# --- restore ---


@pytest.fixture
def backed_up(folder: Path, copy: Path) -> Path:
    """A history of two messages whose backup holds the first."""
    made = History(folder)
    made.say("satu")
    backup(folder, copy)
    made.say("dua")
    made.close()
    (folder / "search.db").write_bytes(b"old")
    return copy


def test_the_history_is_that_of_the_backup_again(folder: Path, backed_up: Path) -> None:
    told = restore(folder, backed_up, NOON)
    assert texts(folder / FILE) == ["satu"]
    assert "1 message." in told
    assert not (folder / "search.db").exists()


def test_the_one_before_is_kept(folder: Path, backed_up: Path) -> None:
    told = restore(folder, backed_up, NOON)
    kept = folder / f"{FILE}.before-20261125-120000"
    assert str(kept) in told
    assert texts(kept) == ["satu", "dua"]
    restore(folder, backed_up, NOON)
    assert texts(folder / f"{FILE}.before-20261125-120000-2") == ["satu"]


def test_what_comes_after_has_ids_unlike_all_that_were_given_out(folder: Path, backed_up: Path) -> None:
    with closing(sqlite3.connect(folder / FILE)) as connection:
        before = Epochs(connection)
    restore(folder, backed_up, NOON)
    with closing(open_writer(folder / FILE)) as connection:
        after = Epochs(connection)
    assert after.id_of(1) == before.id_of(1)
    assert after.id_of(2) != before.id_of(2)


def test_a_folder_of_a_new_computer_gets_the_history(tmp_path: Path, backed_up: Path) -> None:
    told = restore(tmp_path / "new", backed_up, NOON)
    assert texts(tmp_path / "new" / FILE) == ["satu"]
    assert "before" not in told


def test_it_is_refused_while_the_server_runs(folder: Path, backed_up: Path) -> None:
    with closing(DataFolder(folder)), pytest.raises(UpkeepError, match="Stop it"):
        restore(folder, backed_up, NOON)
    assert texts(folder / FILE) == ["satu", "dua"]


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + bytes(5000)])
def test_what_is_no_backup_changes_nothing(folder: Path, backed_up: Path, content: bytes) -> None:
    backed_up.write_bytes(content)
    with pytest.raises(UpkeepError):
        restore(folder, backed_up, NOON)
    assert texts(folder / FILE) == ["satu", "dua"]
    assert (folder / "search.db").exists()


def test_a_damaged_backup_and_one_of_a_newer_version_change_nothing(folder: Path, backed_up: Path) -> None:
    with closing(sqlite3.connect(backed_up)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(UpkeepError, match="newer"):
        restore(folder, backed_up, NOON)
    with closing(sqlite3.connect(backed_up)) as connection:
        connection.execute("PRAGMA user_version = 1")
        connection.execute("DELETE FROM events")
        connection.commit()
    with pytest.raises(UpkeepError, match="damaged"):
        restore(folder, backed_up, NOON)
    assert texts(folder / FILE) == ["satu", "dua"]


def test_a_damaged_history_is_kept_as_it_is_with_its_wal(folder: Path, backed_up: Path) -> None:
    (folder / FILE).write_bytes(b"\0" * 8192)
    (folder / (FILE + "-wal")).write_bytes(b"wal")
    restore(folder, backed_up, NOON)
    assert texts(folder / FILE) == ["satu"]
    kept = folder / f"{FILE}.before-20261125-120000"
    assert kept.read_bytes() == b"\0" * 8192
    assert kept.with_name(kept.name + "-wal").read_bytes() == b"wal"
    assert not (folder / (FILE + "-wal")).exists()


KILLED = """
import json, os, shutil, sqlite3, sys
from datetime import UTC, datetime
from pathlib import Path
from chatd.log.database import open_writer
from chatd.upkeep.restore import restore

folder, backup, work = map(Path, sys.argv[1:])
CHANGING = {"open", "os.rename", "os.link", "os.remove", "sqlite3.connect", "shutil.copyfile"}

def killed_at(number, folder):
    # A child that is gone without a word before its n-th act on a file; whether it came to its end.
    child = os.fork()
    if not child:
        left = [number]
        def hook(event, _arguments):
            if event in CHANGING:
                left[0] -= 1
                if not left[0]:
                    os._exit(9)
        sys.addaudithook(hook)
        restore(folder, backup, datetime.now(UTC))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

found = []
while True:
    there = work / str(len(found))
    shutil.copytree(folder, there)
    code = killed_at(len(found) + 1, there)
    connection = open_writer(there / "history.db")
    lines = [line for (line,) in connection.execute("SELECT line FROM events ORDER BY seq")]
    kept = [path.name for path in there.glob("history.db.before-*")]
    connection.close()
    restore(there, backup, datetime.now(UTC))  # and nothing that was left behind is in the way of another try
    found.append([code, [line.partition(" :")[2] for line in lines], len(kept)])
    if code == 0:
        break
print(json.dumps(found))
"""


@pytest.mark.skipif(os.name != "posix", reason="needs fork")
def test_killed_anywhere_it_leaves_the_old_history_or_the_new(folder: Path, backed_up: Path, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    # The old history is as a killed server leaves it: its last message stands in the WAL only.
    script = (
        "import os, sys; from pathlib import Path; from tests.chatd.log.histories import History;"
        "History(Path(sys.argv[1])).say('tiga'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script, str(folder)], cwd=ROOT, check=False)
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder), str(backed_up), str(tmp_path / "work")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    rounds = json.loads(ended.stdout)
    assert len(rounds) > 15
    old, new = ["satu", "dua", "tiga"], ["satu"]
    assert all(there in (old, new) for _, there, _ in rounds)
    assert rounds[0][1] == old
    assert rounds[-1][1] == new
    assert all(kept for _, there, kept in rounds if there == new)
