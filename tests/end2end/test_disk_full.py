"""A full disk (reliability D4, row F3): who writes is told, reading goes on, and it recovers by itself."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end2end.harness import ROOT

TRY = ["unshare", "-Urm", "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/mnt"]


def missing() -> str:
    """Why no disk of our own can be mounted here, "" when it can."""
    if not shutil.which("unshare"):
        return "unshare is not installed"
    tried = subprocess.run(TRY, capture_output=True, text=True, check=False)
    return f"no small disk can be mounted here: {tried.stderr.strip()}" if tried.returncode else ""


def test_a_full_disk_refuses_writers_serves_readers_and_is_used_again_when_there_is_room(tmp_path: Path) -> None:
    if why := missing():
        pytest.skip(why)
    command = ["unshare", "-Urm", sys.executable, "-m", "tests.end2end.full_disk", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["refused"] == 20
    assert found["echoed"] > 100
    print(
        f"F3: {found['echoed']} echoed, all kept; {found['refused']} refused, none kept; "
        f"noticed in {found['noticed_s']:.2f} s, recovered in {found['recovered_s']:.2f} s"
    )
