"""What an operator is told of the disk below the data folder."""

from __future__ import annotations

import itertools
import logging
from pathlib import Path

import pytest

from chatd.log import opening
from chatd.log.disk import file_system, flush_ms

MOUNTS = """\
/dev/sda1 / ext4 rw,relatime 0 0
tmpfs /srv tmpfs rw 0 0
server:/home /srv/chat\\040data nfs4 rw 0 0
/dev/sdb1 /srv/chat\\040data/local xfs rw 0 0
overlay /over ext4 rw 0 0
overlay /over overlay rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/", "ext4"),
        ("/home/ani", "ext4"),
        ("/srv", "tmpfs"),
        ("/srvice", "ext4"),
        ("/srv/chat data", "nfs4"),
        ("/srv/chat data/deep/down", "nfs4"),
        ("/srv/chat data/local/x", "xfs"),
        ("/over/x", "overlay"),
    ],
)
def test_the_nearest_mount_tells_the_kind_of_file_system(folder: str, kind: str) -> None:
    assert file_system(Path(folder), MOUNTS) == kind


def test_a_flush_takes_the_middle_of_a_few_and_leaves_nothing_behind(tmp_path: Path) -> None:
    moments = itertools.accumulate([0.0, 0.001, 1.0, 0.5, 1.0, 0.002, 1.0, 0.003, 1.0, 0.004])
    assert flush_ms(tmp_path, lambda: next(moments)) == pytest.approx(3.0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("kind", "warned"), [("nfs4", True), ("overlay", True), ("ext4", False), ("", False)])
def test_a_network_file_system_is_warned_of_at_the_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, kind: str, warned: bool
) -> None:
    monkeypatch.setattr(opening, "file_system", lambda _folder: kind)
    with caplog.at_level(logging.DEBUG, "obrolan.log"):
        opening.describe_disk(tmp_path)
    said = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert [f"of kind {kind}" in each for each in said] == ([True] if warned else [])
    assert any("a flush of the disk takes" in record.getMessage() for record in caplog.records)


def test_a_suspiciously_fast_flush_is_said_to_who_looks_closely(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "flush_ms", lambda _folder: 0.01)
    with caplog.at_level(logging.DEBUG, "obrolan.log"):
        opening.describe_disk(tmp_path)
    assert [record.levelname for record in caplog.records if "only says" in record.getMessage()] == ["DEBUG"]
