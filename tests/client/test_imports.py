"""What a window loads until its first paint: nothing that the login page does not need."""

from __future__ import annotations

import subprocess
import sys
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


OPENED = {
    "client.widgets.certificate_page",
    "client.widgets.key_sheet",
    "client.widgets.new_room_form",
    "client.widgets.notice_page",
    "client.widgets.pin_panel",
    "client.widgets.profile_card",
    "client.widgets.roll_panel",
    "client.widgets.rooms_sheet",
    "client.widgets.search_panel",
    "client.widgets.settings_panel",
    "client.widgets.switcher",
}
"""What somebody has to open first."""


def told(command: list[str]) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    return set(told(child('print(*sys.modules, sep="\\n")')).split())


def test_the_first_paint_needs_no_heavy_module(loaded: set[str]) -> None:
    assert "client.login_ui" in loaded
    assert loaded & HEAVY == set()


def test_the_first_paint_needs_three_parts_of_qt(loaded: set[str]) -> None:
    assert {name for name in loaded if name.partition(".")[0] == "PyQt5"} <= QT


def test_every_module_of_ours_is_loaded_once_under_its_full_name(loaded: set[str]) -> None:
    rooms = {path.stem for path in (ROOT / "client").glob("*.py")} - {"__init__"}
    assert rooms & loaded == set()


@pytest.mark.skipif(sys.platform != "linux", reason="what a process has mapped is read from /proc")
def test_the_first_paint_needs_no_library_for_pictures() -> None:
    assert "imageformats" not in told(child('print(open("/proc/self/maps").read())'))


def test_a_room_at_rest_needs_nothing_that_somebody_has_to_open_first() -> None:
    page = "import sys, client.window, client.connected_ui, client.arranging, client.choosing, client.noticing"
    assert set(told([sys.executable, "-c", f"{page}; print(*sys.modules)"]).split()) & OPENED == set()
