"""The secrets of accounts: kept, readable by one person, used by one program at a time."""

from __future__ import annotations

import errno
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from client.accounts import Accounts, server_name
from client.changes import AUTHORITY

ROOT = Path(__file__).resolve().parents[2]
HOLDER = """
import sys
from pathlib import Path
from client.accounts import Accounts
accounts = Accounts(Path(sys.argv[1]))
print(repr(accounts.take("8888", "Siti")), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    accounts = Accounts(tmp_path)
    yield accounts
    accounts.release()


def test_a_name_without_an_account_has_no_secret(accounts: Accounts) -> None:
    assert accounts.take("8888", "Siti") == ""


def test_a_secret_is_there_for_the_next_process_in_any_spelling_of_the_name(accounts: Accounts, tmp_path: Path) -> None:
    accounts.keep("8888", "Siti", "geheim")
    accounts.keep("8888", "Siti", "geheim:2")
    accounts.release()
    later = Accounts(tmp_path)
    assert later.take("8888", "siti") == "geheim:2"
    assert later.take("8889", "Siti") == ""
    assert later.take("8888", "Siti2") == ""
    later.release()


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such modes there")
def test_only_the_person_can_read_it(accounts: Accounts, tmp_path: Path) -> None:
    accounts.keep("8888", "漢" * 20, "geheim")
    files = list((tmp_path / "accounts").iterdir())
    assert files
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert (tmp_path / "accounts").stat().st_mode & 0o777 == 0o700


def test_an_account_is_used_by_one_program_at_a_time_and_free_when_that_is_killed(
    accounts: Accounts, tmp_path: Path
) -> None:
    accounts.keep("8888", "Siti", "geheim")
    accounts.release()
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "'geheim'\n"
        assert accounts.take("8888", "Siti") is None
        accounts.keep("8888", "Siti", "mine")
        assert accounts.take("8888", "Budi") == ""
        other.kill()
        other.wait(10)
    assert accounts.take("8888", "Siti") == "geheim"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"secret": 1}', "{}", "\udcff"])
def test_a_file_that_cannot_be_read_costs_the_account_only(accounts: Accounts, tmp_path: Path, text: str) -> None:
    accounts.keep("8888", "Siti", "geheim")
    (file,) = (tmp_path / "accounts").glob("*.json")
    file.write_bytes(text.encode(errors="surrogateescape"))
    assert accounts.take("8888", "Siti") == ""


def test_a_folder_that_cannot_be_made_costs_the_account_only(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "accounts").write_text("in the way")
    accounts = Accounts(tmp_path)
    with caplog.at_level(logging.WARNING):
        accounts.keep("8888", "Siti", "geheim")
        assert accounts.take("8888", "Siti") is None
    assert "cannot be used" in caplog.text


@pytest.mark.skipif(sys.platform == "win32", reason="a folder cannot stand in the way there")
def test_a_file_that_cannot_be_written_is_logged(
    accounts: Accounts, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert accounts.take("8888", "Siti") == ""
    (lock,) = (tmp_path / "accounts").glob("*.lock")
    lock.with_suffix(".new").mkdir()
    accounts.keep("8888", "Siti", "geheim")
    assert "cannot be written" in caplog.text


@pytest.mark.skipif(sys.platform == "win32", reason="the lock there is another call")
def test_where_the_file_system_knows_no_locks_it_goes_without(
    accounts: Accounts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def no_locks(handle: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("client.accounts._lock", no_locks)
    accounts.keep("8888", "Siti", "geheim")
    assert accounts.take("8888", "Siti") == "geheim"
    assert "no locks" in caplog.text


def test_a_server_is_named_after_what_lasts() -> None:
    one, two = "11" * 32, "22" * 32
    assert server_name("localhost", 8888, one) == server_name("127.0.0.1", 8888, "") == "8888", "here: the port"
    assert server_name("192.168.1.20", 8888, one) == server_name("192.168.1.77", 8889, one), "wherever it is today"
    assert server_name("192.168.1.20", 8888, one) != server_name("192.168.1.20", 8888, two)
    renewed = {server_name("chat.example", 8888, AUTHORITY), server_name("Chat.example", 8888, AUTHORITY)}
    assert len(renewed) == 1, "what an authority signs is renewed: the address"
    assert renewed != {server_name("chat.example", 8889, AUTHORITY)}
