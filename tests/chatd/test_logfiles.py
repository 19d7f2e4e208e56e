"""`chatd/logfiles.py`: no text forges a line, each form of a line, and the file: its turns, its mode, a full disk."""

from __future__ import annotations

import errno
import json
import logging
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chatd import logfiles
from chatd.config import ConfigError, Logs
from chatd.logfiles import Formatter, Line, LogFile, as_json, as_text, for_journal, for_people
from protocol import has_hidden

pytestmark = pytest.mark.usefixtures("logging_as_it_was")

EVIL = "ani\n2026-01-31T09:15:00.000Z error obrolan.log forged\r\x1b[2J\x85\x9b\u2028\u202e\u200b\ud800\x7f."
SHOWN = r"ani\x0a2026-01-31T09:15:00.000Z error obrolan.log forged\x0d\x1b[2J\x85\x9b\u2028\u202e\u200b\ud800\x7f."
FORMS = [for_people, for_journal, as_text, as_json]
unix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither modes nor /dev/full")

Form = Callable[[Line], str]


def record(text: str, error: BaseException | None = None, level: int = logging.INFO) -> logging.LogRecord:
    made = logging.LogRecord("obrolan.log", level, "", 0, text, (), (type(error), error, None) if error else None)
    made.created = 1769850900.25
    return made


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    """The error with a traceback, having been led to by another one."""
    try:
        raise error from cause
    except type(error) as caught:
        return caught


def begun(folder: Path, **settings: object) -> LogFile:
    made = logfiles.opened(Logs(**{"file": "server.log", **settings}), folder)  # type: ignore[arg-type]  # mixed values
    assert made is not None
    return made


# --- how a line is written ------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_no_text_ends_its_line_or_acts_on_a_terminal(form: Form) -> None:
    made = logging.LogRecord("obrolan.log", logging.INFO, "", 0, "%s is here", (EVIL,), None)
    written = Formatter(form).format(made)
    assert not has_hidden(written)
    assert SHOWN in (json.loads(written)["text"] if form is as_json else written)


@pytest.mark.parametrize("form", FORMS)
def test_nor_does_what_an_error_says_of_itself(form: Form) -> None:
    logfiles.set_level("debug")
    error = raised(ValueError(EVIL), cause=raised(KeyError(EVIL)))
    first, *others = Formatter(form).format(record("it failed", error)).split("\n")
    assert not any(map(has_hidden, [first, *others]))
    if form is as_json:
        assert others == []
        assert not any(map(has_hidden, json.loads(first)["traceback"].split("\n")))
    else:
        assert [line for line in others if not line.removeprefix("<6>").startswith(" " * 8)] == []
        assert f"ValueError: {SHOWN}" in others[-1]


def test_a_line_of_text_has_time_level_and_room_in_front() -> None:
    written = Formatter(as_text).format(record("the disk is full", level=logging.WARNING))
    assert written == "2026-01-31T09:15:00.250Z warning obrolan.log the disk is full"


def test_a_line_of_json_has_them_by_name_and_the_traceback_in_it() -> None:
    assert json.loads(Formatter(as_json).format(record("kopi “☕”"))) == {
        "time": "2026-01-31T09:15:00.250Z",
        "level": "info",
        "logger": "obrolan.log",
        "text": "kopi “☕”",
    }
    failed = json.loads(Formatter(as_json).format(record("it failed", raised(ValueError()))))
    assert failed["traceback"].startswith("Traceback (most recent call last):\n  File ")
    assert failed["traceback"].endswith("\nValueError")


def test_what_an_error_says_of_itself_may_be_a_message_and_is_for_those_who_debug() -> None:
    error = raised(ValueError("a secret"), cause=raised(KeyError("another")))
    logfiles.set_level("info")
    quiet = Formatter(as_text).format(record("it failed", error))
    logfiles.set_level("debug")
    loud = Formatter(as_text).format(record("it failed", error))
    assert "secret" not in quiet
    assert "another" not in quiet
    assert quiet.endswith(" ValueError")
    assert "ValueError: a secret" in loud
    assert "KeyError: 'another'" in loud
    assert "which led to:" in loud


def test_what_the_system_says_of_a_file_is_for_everybody() -> None:
    logfiles.set_level("info")
    error = raised(OSError(errno.EMFILE, os.strerror(errno.EMFILE)))
    assert Formatter(as_text).format(record("it failed", error)).endswith(os.strerror(errno.EMFILE))


@unix
def test_the_journal_gets_the_level_and_no_clock_and_nothing_else_does(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading), os.fdopen(writing, "w") as output:
        status = os.fstat(output.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino}")
        assert logfiles.of_output(output).format(record("full", level=logging.ERROR)) == "<3>full"
        monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino + 1}")
        assert logfiles.of_output(output).format(record("full", level=logging.ERROR))[7:] == "  full"


def test_a_line_says_what_was_so_when_it_was_logged(tmp_path: Path) -> None:
    people = ["ani"]
    outlet = logfiles.Outlet("logfile", begun(tmp_path))
    outlet.handle(logging.LogRecord("obrolan.log", logging.INFO, "", 0, "here: %s", (people,), None))
    people.append("bela")
    outlet.start()
    outlet.stop()
    assert (tmp_path / "server.log").read_text("utf-8").endswith(" here: ['ani']\n")


# --- the file -------------------------------------------------------------------------------------


def test_a_file_is_in_the_data_folder_unless_it_is_a_whole_path(tmp_path: Path) -> None:
    for file in ("server.log", "logs/today/server.log", str(tmp_path / "elsewhere" / "server.log")):
        begun(tmp_path / "data", file=file).close()
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.log")} == {
        "data/server.log",
        "data/logs/today/server.log",
        "elsewhere/server.log",
    }
    assert logfiles.opened(Logs(), tmp_path) is None


def test_a_full_file_is_put_aside_and_the_oldest_is_let_go(tmp_path: Path) -> None:
    file = begun(tmp_path, rotate_bytes=1000, keep_files=2)
    for number in range(100):
        file.handle(record(f"line {number}"))
    file.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["server.log", "server.log.1", "server.log.2"]
    assert all(path.stat().st_size <= 1000 for path in tmp_path.iterdir())
    kept = "".join((tmp_path / name).read_text("utf-8") for name in ("server.log.2", "server.log.1", "server.log"))
    numbers = [int(line.rpartition(" ")[2]) for line in kept.splitlines()]
    assert numbers == list(range(numbers[0], 100))


@unix
def test_nobody_else_may_read_a_file_whatever_the_umask_is(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        file = begun(tmp_path, rotate_bytes=1000)
        for number in range(50):
            file.handle(record(f"line {number}"))
        file.close()
    finally:
        os.umask(before)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()]
    assert len(modes) > 2
    assert set(modes) == {0o600}


def test_a_line_that_was_broken_off_does_not_swallow_the_next_one(tmp_path: Path) -> None:
    (tmp_path / "server.log").write_bytes(b'{"time": "2026-01-')
    for number in range(2):
        file = begun(tmp_path, format="json")
        file.handle(record(f"line {number}"))
        file.close()
    broken, *whole = (tmp_path / "server.log").read_text("utf-8").splitlines()
    assert broken == '{"time": "2026-01-'
    assert [json.loads(line)["text"] for line in whole] == ["line 0", "line 1"]


@unix
def test_a_full_disk_costs_lines_which_is_said_once_and_they_go_on_when_there_is_room(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "server.log").symlink_to("/dev/full")
    file = begun(tmp_path)
    for number in range(3):
        file.handle(record(f"line {number}"))
    (tmp_path / "server.log").unlink()
    for number in range(3, 6):
        file.handle(record(f"line {number}"))
    file.close()
    failed, again = caplog.messages
    path = tmp_path / "server.log"
    why = os.strerror(errno.ENOSPC)
    assert failed == f"log lines cannot be written to {path}: {why}; it is tried again with each line"
    assert again == f"log lines are written to {path} again; 3 lines in between were lost"
    assert [line[-6:] for line in path.read_text("utf-8").splitlines()] == ["line 3", "line 4", "line 5"]


def test_a_file_that_cannot_be_opened_is_said_so_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "server.log").mkdir()
    with pytest.raises(ConfigError, match=r"The log file .*server\.log cannot be written: Is a directory"):
        begun(tmp_path)


def test_a_disk_that_is_full_does_not_keep_a_server_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", full)
        file = begun(tmp_path)
    file.handle(record("there is room"))
    file.close()
    assert "there is room" in (tmp_path / "server.log").read_text("utf-8")
