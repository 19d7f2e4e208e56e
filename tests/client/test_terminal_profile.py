"""What the terminal client keeps between two runs."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest

from client import settings
from client.console import profile as kept
from client.console.profile import KEPT, InputHistory

posix = pytest.mark.skipif(sys.platform == "win32", reason="file modes")


def test_what_was_typed_is_there_again(tmp_path: Path) -> None:
    for text in ("halo", "dua\nbaris", "😀"):
        InputHistory(tmp_path / "new").add(text)
    assert InputHistory(tmp_path / "new").load() == ["halo", "dua\nbaris", "😀"]


@posix
def test_only_the_person_can_read_it(tmp_path: Path) -> None:
    InputHistory(tmp_path).add("/msg Budi rahasia")
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_it_does_not_grow_for_ever(tmp_path: Path) -> None:
    history = InputHistory(tmp_path)
    for number in range(2 * KEPT + 1):
        history.add(str(number))
    assert history.load() == [str(number) for number in range(KEPT + 1, 2 * KEPT + 1)]
    (file,) = tmp_path.iterdir()
    assert len(file.read_bytes().splitlines()) == KEPT


def test_broken_lines_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / kept.HISTORY_FILE).write_bytes(b'"a"\n{"b\n\xff\xfe\n[1]\n"c"\n"d')
    assert InputHistory(tmp_path).load() == ["a", "c"]


def test_a_place_that_cannot_be_used_costs_only_the_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    history = InputHistory(tmp_path / "file")
    history.add("halo")
    assert history.load() == []


def test_the_folder_is_the_one_of_the_window(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert kept.folder() == settings.profile_folder()
    monkeypatch.delenv("OBROLAN_PROFILE")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert kept.folder() == settings.profile_folder()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    assert kept.folder() == settings.profile_folder() == tmp_path / "xdg" / "obrolan"


@pytest.mark.parametrize("stored", ['{"language": "id"}', "{", "[]", '{"language": 5}', ""])
def test_the_language_is_the_one_chosen_in_the_window(profile_file: Path, stored: str) -> None:
    profile_file.write_text(stored)
    try:
        wanted = json.loads(stored)["language"]
    except (ValueError, TypeError):
        wanted = ""
    assert kept.language() == (wanted if isinstance(wanted, str) else "")


@pytest.fixture
def profile_file(profile: Path) -> Path:
    profile.mkdir()
    return profile / "settings.json"
