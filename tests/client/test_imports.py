"""What a window loads until its first paint: nothing that the login page does not need."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.bench.window_start import child

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {
    "asyncio",
    "babel",
    "client.connected_ui",
    "client.models",
    "concurrent.futures",
    "ctypes",
    "emoji",
    "hashlib",
    "http",
    "importlib.metadata",
    "keyring",
    "markdown_it",
    "multiprocessing",
    "platformdirs",
    "qtawesome",
    "sqlite3",
    "ssl",
    "subprocess",
    "tempfile",
    "unittest",
    "urllib.request",
    "xml",
    "zeroconf",
}
QT = {"PyQt5", "PyQt5.sip", "PyQt5.QtCore", "PyQt5.QtGui", "PyQt5.QtWidgets"}


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    report = child('print(*sys.modules, sep="\\n")')
    done = subprocess.run(report, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_the_first_paint_needs_no_heavy_module(loaded: set[str]) -> None:
    assert "client.login_ui" in loaded
    assert loaded & HEAVY == set()


def test_the_first_paint_needs_three_parts_of_qt(loaded: set[str]) -> None:
    assert {name for name in loaded if name.partition(".")[0] == "PyQt5"} <= QT


def test_every_module_of_ours_is_loaded_once_under_its_full_name(loaded: set[str]) -> None:
    rooms = {path.stem for path in (ROOT / "client").glob("*.py")} - {"__init__"}
    assert rooms & loaded == set()
