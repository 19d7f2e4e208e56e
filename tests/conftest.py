"""What every test may rely on: no screen, no traces in the home folder, English texts.

Imports no Qt, so that the pure tests start at once; pytest-qt brings the application where a test
asks for it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import translations

_runtime_folder = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The long forms of the fault tests (docs/reliability.md)."""
    parser.addoption("--fault-rounds", type=int, default=20, help="how often the server is killed (test_kill.py)")
    parser.addoption("--power-echoes", type=int, default=2000, help="how many echoes are checked (test_power.py)")
    parser.addoption("--cut-rounds", type=int, default=3, help="how often the network is cut (test_cuts.py)")
    parser.addoption("--crowd", type=int, default=50, help="how many peers misbehave at once (test_crowds.py)")
    parser.addoption("--garbage", type=int, default=200, help="how much of it at each door (test_every_door.py)")
    parser.addoption("--hostile-lines", type=int, default=5000, help="what a window is sent (test_hostile_server.py)")
    parser.addoption("--examples", type=int, default=1000, help="how many inputs a reader takes (test_readers.py)")
    parser.addoption("--desktop", action="store_true", help="drive the window on an X server too (test_desktop*.py)")
    parser.addoption("--monkey-minutes", type=float, default=0, help="how long it plays, 0 for 20 s (test_monkey.py)")
    parser.addoption("--monkey-seed", type=int, default=8, help="what it does (test_monkey.py)")
    parser.addoption("--resync-rounds", type=int, default=100, help="how many stories are lived (test_resync.py)")
    parser.addoption(
        "--fuzz-runs", type=int, default=200, help="how many runs of 50 steps are tried (test_stateful.py)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Set what Qt and our programs read from the environment, before either is loaded."""
    folder = tempfile.mkdtemp(prefix="obrolan-run-")  # mode 0700, as Qt asks
    config.stash[_runtime_folder] = folder
    os.environ["XDG_RUNTIME_DIR"] = folder
    os.environ["LANGUAGE"] = "en"
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the runtime folder."""
    shutil.rmtree(config.stash[_runtime_folder], ignore_errors=True)


@pytest.fixture(autouse=True)
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A profile folder of the test's own; processes it starts inherit it."""
    folder = tmp_path / "profile"
    monkeypatch.setenv("OBROLAN_PROFILE", str(folder))
    return folder


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Whatever language a test switches to, the next one reads English."""
    translations.set_language("en")
    yield
    translations.set_language("en")
