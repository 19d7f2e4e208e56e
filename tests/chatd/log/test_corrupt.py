"""A history.db that is damaged, cut or put together wrongly (reliability F5): the start refuses it with advice, or what
it gives back is whole. Never does a server start with less than there was as if nothing had happened.

The one thing nobody can see is a byte inside a text: SQLite keeps no checksums. It changes that text and no other, and
is a class of its own here. `--fault-rounds N` flips five times N bytes (100 without).
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from chatd.config import History
from chatd.log import UnusableError
from chatd.log.database import FILE, open_reader
from chatd.log.index import NAME, Index
from chatd.log.opening import open_log
from chatd.upkeep.backup import backup
from chatd.upkeep.check import check
from chatd.upkeep.restore import restore
from tests.chatd.log.histories import History as Written
from tests.chatd.upkeep.test_backup import NOON
from tests.fakes import ManualClock

ROOT = Path(__file__).resolve().parents[3]
MESSAGES = 600
Rows = dict[str, list[tuple[object, ...]]]


def everything(path: Path) -> Rows:
    with closing(open_reader(path)) as connection:
        tables = ("events", "places", "conversations", "epochs", "accounts", "markers", "nonces")
        return {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as a server leaves it that was stopped."""
    folder = tmp_path_factory.mktemp("whole")
    history = Written(folder)
    history.say_all(
        (f"kata {number} " + "x" * (number % 90), f"n{number % 7}", f"#c{number % 5}") for number in range(MESSAGES)
    )
    history.connection.execute("INSERT INTO accounts VALUES (1, 'siti', 1, 2, 0, x'0102', 4096, x'03', x'04', '', '')")
    history.connection.execute("INSERT INTO markers VALUES ('1', '#c1', '2026-09-21T14:13:21.000Z')")
    history.close()
    return folder


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Callable[[], Path]:
    numbers = iter(range(10**6))

    def copy() -> Path:
        return Path(shutil.copytree(whole, tmp_path / str(next(numbers))))

    return copy


def outcome(folder: Path, before: Rows) -> str:
    """What a start makes of it."""
    try:
        log = open_log(History(), folder, ManualClock(2e9), ManualClock(), pytest.fail)
    except UnusableError as error:
        advised = "restore" in str(error) or "Move it away" in str(error)
        return "refused" if advised else f"refused without advice: {error}"
    assert log.stop(10)
    after = everything(folder / FILE)
    if after == before:
        return "whole"
    differing = [
        (old, new) for table in before for old, new in zip(before[table], after[table], strict=False) if old != new
    ]
    assert {table: len(rows) for table, rows in after.items()} == {table: len(rows) for table, rows in before.items()}
    assert len(differing) == 1, differing
    return "one row differs" if "\ufffd" not in str(differing) else "one row differs, and check names it"


def test_a_flipped_byte_is_refused_or_changes_nothing_but_its_own_row(
    whole: Path, copy: Callable[[], Path], request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    before = everything(whole / FILE)
    chance = random.Random(5)
    size = (whole / FILE).stat().st_size
    outcomes: Counter[str] = Counter()
    for _ in range(5 * request.config.getoption("--fault-rounds")):
        folder = copy()
        with (folder / FILE).open("rb+") as file:
            position = chance.randrange(size)
            file.seek(position)
            byte = file.read(1)[0]
            file.seek(position)
            file.write(bytes([byte ^ chance.randrange(1, 256)]))
        outcomes[became := outcome(folder, before)] += 1
        assert not ("check names it" in became and check(folder).whole)
        shutil.rmtree(folder)
    with capsys.disabled():
        print(f"\nF5, one flipped byte: {dict(outcomes)}")
    assert outcomes["refused"]
    assert set(outcomes) <= {"refused", "whole", "one row differs", "one row differs, and check names it"}


@pytest.mark.parametrize("left", [0, 1, 15, 16, 100, 4095, 4096, 4097, 0.3, 0.5, 0.9, -1, -4096])
def test_a_cut_file_is_refused(whole: Path, copy: Callable[[], Path], left: float) -> None:
    folder = copy()
    size = (folder / FILE).stat().st_size
    os.truncate(folder / FILE, int(size * left) if 0 < left < 1 else int(left) if left >= 0 else size + int(left))
    assert outcome(folder, everything(whole / FILE)) == "refused"
    assert not check(folder).whole


def test_a_zeroed_first_page_is_refused(whole: Path, copy: Callable[[], Path]) -> None:
    folder = copy()
    with (folder / FILE).open("rb+") as file:
        file.write(bytes(4096))
    assert outcome(folder, everything(whole / FILE)) == "refused"


@pytest.mark.parametrize("page", range(2, 12))
def test_a_zeroed_page_is_refused_or_of_no_use(whole: Path, copy: Callable[[], Path], page: int) -> None:
    folder = copy()
    with (folder / FILE).open("rb+") as file:
        file.seek((page - 1) * 4096)
        file.write(bytes(4096))
    assert outcome(folder, everything(whole / FILE)) in {"refused", "whole"}


# --- the WAL ---

KILLED = """
import os, sys
from pathlib import Path
from chatd.log.index import Index, NAME
from tests.chatd.log.histories import History
folder = Path(sys.argv[1])
history = History(folder)
index = Index(folder / NAME, history.connection, anew=True)
history.say_all((f"tambahan {number}", "siti", "#c1") for number in range(20))
while index.take_in():
    pass
os._exit(9)
"""


@pytest.fixture
def killed(copy: Callable[[], Path]) -> Path:
    """A data folder as a killed server leaves it: its last messages stand in the WAL only, and in the index."""
    folder = copy()
    subprocess.run([sys.executable, "-c", KILLED, str(folder)], cwd=ROOT, check=False)
    assert (folder / (FILE + "-wal")).stat().st_size
    return folder


def test_after_a_kill_everything_is_there(killed: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(killed, tmp_path / "other"))
    assert len(everything(other / FILE)["events"]) == MESSAGES + 20
    assert outcome(killed, everything(other / FILE)) == "whole"


@pytest.mark.parametrize("left_over", [(), ("-shm",)])
def test_a_deleted_wal_is_noticed(killed: Path, left_over: tuple[str, ...]) -> None:
    for suffix in {"-wal", "-shm"}.difference(left_over):
        (killed / (FILE + suffix)).unlink()
    assert outcome(killed, {}) == "refused"
    assert not check(killed).whole


def test_a_history_that_is_missing_but_for_its_wal_is_refused(killed: Path) -> None:
    (killed / FILE).unlink()
    assert outcome(killed, {}) == "refused"


def test_a_wal_of_another_time_is_refused_or_without_effect(killed: Path) -> None:
    stale = (killed / (FILE + "-wal")).read_bytes()
    with closing(sqlite3.connect(killed / FILE)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    log = open_log(History(), killed, ManualClock(2e9), ManualClock(), pytest.fail)
    assert log.stop(10)
    written = Written(killed)
    written.say_all((f"lagi {number} " + "y" * 50, "siti", "#c2") for number in range(200))
    with closing(Index(killed / NAME, written.connection)) as index:
        while index.take_in():
            pass
    written.close()
    before = everything(killed / FILE)
    (killed / (FILE + "-wal")).write_bytes(stale)
    assert outcome(killed, before) in {"refused", "whole"}


def test_an_older_copy_put_in_place_by_hand_is_noticed_and_can_be_gone_on_with(killed: Path, tmp_path: Path) -> None:
    backup(killed, tmp_path / "copy")
    written = Written(killed)
    written.say("nanti")
    written.close()
    with closing(sqlite3.connect(killed / NAME)) as index:
        index.execute(f"UPDATE state SET value = {MESSAGES + 21} WHERE key = 'taken'")
        index.commit()
    shutil.copy(tmp_path / "copy", killed / FILE)
    assert outcome(killed, {}) == "refused"
    backup(killed, tmp_path / "again")
    restore(killed, tmp_path / "again", NOON)
    log = open_log(History(), killed, ManualClock(2e9), ManualClock(), pytest.fail)
    assert log.stop(10)
    assert len(everything(killed / FILE)["events"]) == MESSAGES + 20


def test_a_damaged_index_never_keeps_a_server_from_starting(killed: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(killed, tmp_path / "other"))
    (killed / NAME).write_bytes(b"\xff" * 8192)
    assert outcome(killed, everything(other / FILE)) == "whole"


def test_a_changed_byte_in_the_tables_own_description_is_refused(copy: Callable[[], Path]) -> None:
    folder = copy()
    data = (folder / FILE).read_bytes()
    (folder / FILE).write_bytes(data.replace(b"quiet INTEGER", b"qui\xcat INTEGER", 1))
    assert outcome(folder, {}) == "refused"
    assert not check(folder).whole
