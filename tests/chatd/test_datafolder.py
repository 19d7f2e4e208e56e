"""`chatd/datafolder.py`: one process per folder, the key behind the hosts, the message of the day, no root."""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path

import pytest

from chatd.datafolder import DataFolder, DataFolderError, describe_user


def test_it_is_made_with_its_parents_and_nobody_else_may_look_into_it(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b"
    DataFolder(path).close()
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
        assert stat.S_IMODE((path / "host-key").stat().st_mode) == 0o600


def test_a_second_one_is_told_that_there_is_a_first_until_it_has_closed(tmp_path: Path) -> None:
    first = DataFolder(tmp_path)
    with pytest.raises(DataFolderError, match="Another server is using the data folder"):
        DataFolder(tmp_path)
    first.close()
    DataFolder(tmp_path).close()


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataFolderError, match=r"cannot be used: .*Choose another one with --data\."):
        DataFolder(tmp_path / "file")


def test_an_address_has_the_same_host_in_the_same_folder_and_another_one_elsewhere(tmp_path: Path) -> None:
    hosts = []
    for folder in ("a", "a", "b"):
        data = DataFolder(tmp_path / folder)
        hosts.append(data.host_of("192.168.1.20"))
        data.close()
    assert hosts[0] == hosts[1] != hosts[2]


def test_a_host_tells_nothing_of_the_address(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    hosts = {data.host_of(f"10.0.{number // 256}.{number % 256}") for number in range(2000)}
    data.close()
    assert len(hosts) == 2000
    assert all(re.fullmatch(r"[0-9a-f]{8}\.lan", host) for host in hosts)


@pytest.mark.parametrize("broken", [b"", b"short", b"x" * 33])
def test_a_broken_key_is_replaced(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / "host-key").write_bytes(broken)
    DataFolder(tmp_path).close()
    assert len((tmp_path / "host-key").read_bytes()) == 32
    assert not (tmp_path / "host-key.new").exists()


def test_the_message_of_the_day_is_read_anew_each_time(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    lines = [data.motd()]
    for text in ("one\ntwo\r\n\nfour", "", "x" * 300 + "\n" + "y\n" * 200):
        (tmp_path / "motd.txt").write_text(text, encoding="utf-8")
        lines.append(data.motd())
    data.close()
    assert lines[:3] == [[], ["one", "two", "", "four"], []]
    assert (len(lines[3]), lines[3][0]) == (100, "x" * 200)


def test_a_message_of_the_day_may_hold_any_bytes(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    (tmp_path / "motd.txt").write_bytes(bytes(range(256)))
    lines = data.motd()
    (tmp_path / "motd.txt").unlink()
    (tmp_path / "motd.txt").mkdir()
    assert data.motd() == []
    data.close()
    assert lines
    assert not re.search("[\r\n\0]", "".join(lines))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no root")
@pytest.mark.parametrize(("user", "advised"), [(0, True), (1000, False)])
def test_root_is_told_once_that_an_ordinary_user_will_do(
    user: int, advised: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    describe_user()
    advice = "the server runs as root and need not: start it as an ordinary user (port 8888 needs no root)"
    assert caplog.messages == [advice] * advised
