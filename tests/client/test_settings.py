"""What is remembered, and what two windows of one computer do to each other's memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from client.settings import Settings, Values, profile_folder

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def test_the_first_start_offers_this_computer_and_no_name(folder: Path) -> None:
    settings = Settings(folder)
    assert settings.values == Values()
    assert settings.values.servers == [("127.0.0.1", 8888)]
    assert settings.free_name("127.0.0.1", 8888) == ""


def test_the_profile_can_be_named_by_the_environment(profile: Path) -> None:
    assert profile_folder() == profile
    assert profile.is_dir()


def test_what_was_changed_is_there_after_a_restart(folder: Path) -> None:
    Settings(folder).change(language="id", theme="dark", zoom=1.25, geometry={"chat": [1, 2, 3, 4, 0]})
    values = Settings(folder).values
    assert (values.language, values.theme, values.zoom, values.geometry) == (
        "id",
        "dark",
        1.25,
        {"chat": [1, 2, 3, 4, 0]},
    )


def test_what_calls_the_person_is_there_after_a_restart(folder: Path) -> None:
    chosen = Values(
        levels={"lab2:8888 #lobby": "all"}, words=["kuis"], hours=[1320, 420], snoozed_until=5.0, sound=True
    )
    first = Settings(folder)
    first.change(**{name: getattr(chosen, name) for name in ("levels", "words", "hours", "snoozed_until", "sound")})
    first.change(levels={"lab2:8888 budi": "nothing"})
    chosen.levels["lab2:8888 budi"] = "nothing"
    assert Settings(folder).values == chosen


def test_levels_and_hours_that_make_no_sense_are_left_out(folder: Path) -> None:
    strange = {"levels": {"a": "all", "b": "some"}, "hours": [1], "words": [7]}
    (folder / "settings.json").write_text(json.dumps(strange))
    assert Settings(folder).values == Values(levels={"a": "all"}, words=["7"])
    (folder / "settings.json").write_text(json.dumps({"hours": [-5, 9999]}))
    assert Settings(folder).values.hours == [0, 1439]


def test_the_last_server_and_name_come_first_and_eight_are_kept(folder: Path) -> None:
    settings = Settings(folder)
    for number in range(9):
        settings.remember("lab2", 9000 + number, f"Siti{number}")
    settings.remember("lab2", 9003, "Siti3")
    values = Settings(folder).values
    assert values.servers[:2] == [("lab2", 9003), ("lab2", 9008)]
    assert values.names[:2] == ["Siti3", "Siti8"]
    assert len(values.servers) == len(values.names) == 8
    assert len(set(values.servers)) == 8


def test_two_windows_do_not_undo_each_others_changes(folder: Path) -> None:
    one, two = Settings(folder), Settings(folder)
    one.change(theme="dark")
    two.change(language="id")
    one.change(geometry={"chat": [1, 2, 3, 4, 0]})
    two.change(geometry={"chat 1": [5, 6, 7, 8, 0]})
    assert set(two.values.geometry) == {"chat", "chat 1"}
    one.remember("lab2", 8888, "Siti")
    two.remember("lab3", 8888, "Budi")
    values = Settings(folder).values
    assert (values.theme, values.language, values.names) == ("dark", "id", ["Budi", "Siti"])


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", '"x"', "\0\0\0", "[" * 100_000])
def test_a_damaged_file_costs_the_memory_only(folder: Path, damage: str) -> None:
    (folder / "settings.json").write_text(damage)
    settings = Settings(folder)
    assert settings.values == Values()
    settings.change(theme="dark")
    assert Settings(folder).values.theme == "dark"


def test_a_field_that_makes_no_sense_is_left_out_and_the_others_are_kept(folder: Path) -> None:
    strange = {"servers": [["x", 0]], "names": 7, "zoom": "large", "geometry": {"chat": [1]}, "theme": "dark"}
    (folder / "settings.json").write_text(json.dumps(strange))
    values = Settings(folder).values
    assert values == Values(theme="dark")


def test_keys_of_a_newer_version_stay_in_the_file(folder: Path) -> None:
    (folder / "settings.json").write_text('{"notify": "never"}')
    Settings(folder).change(theme="dark")
    assert json.loads((folder / "settings.json").read_text())["notify"] == "never"


def test_nothing_but_the_file_and_locks_is_left_behind(folder: Path) -> None:
    Settings(folder).change(theme="dark")
    assert {path.name for path in folder.iterdir()} == {"settings.json", "locks"}


def test_a_profile_that_cannot_be_written_costs_the_memory_only(folder: Path) -> None:
    (folder / "file").write_text("")
    settings = Settings(folder / "file" / "profile")  # a file stands where the folder should
    settings.change(theme="dark")
    assert settings.values.theme == "dark"
    assert not settings.hold_name("lab2", 8888, "Siti")


def test_a_name_held_by_one_window_is_not_offered_to_another(folder: Path) -> None:
    one = Settings(folder)
    for name in ("Budi", "Siti"):
        one.remember("lab2", 8888, name)
    two = Settings(folder)
    assert one.free_name("lab2", 8888) == "Siti"
    assert two.free_name("lab2", 8888) == "Budi"
    assert Settings(folder).free_name("lab2", 8888) == ""


def test_a_name_is_held_per_server_and_whatever_its_case(folder: Path) -> None:
    one, two = Settings(folder), Settings(folder)
    assert one.hold_name("lab2", 8888, "Siti")
    assert not two.hold_name("LAB2", 8888, "SITI")
    assert two.hold_name("lab2", 9999, "Siti")
    assert one.hold_name("lab2", 8888, "siti")


def test_a_name_is_free_again_when_another_is_taken_or_the_window_closes(folder: Path) -> None:
    one, two = Settings(folder), Settings(folder)
    one.hold_name("lab2", 8888, "Siti")
    one.hold_name("lab2", 8888, "Budi")
    assert two.hold_name("lab2", 8888, "Siti")
    assert not two.hold_name("lab2", 8888, "Budi")
    one.release_name()
    assert two.hold_name("lab2", 8888, "Budi")


HOLD = """
import sys
from pathlib import Path
from client.settings import Settings
settings = Settings(Path(sys.argv[1]))
print(settings.hold_name("lab2", 8888, "Siti"), settings.window, flush=True)
sys.stdin.read()
"""


def test_a_window_that_died_without_a_word_holds_nothing(folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, folder], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True 0\n"
        alive = Settings(folder)
        assert (alive.hold_name("lab2", 8888, "Siti"), alive.window) == (False, 1)
        other.kill()
        other.wait()
    assert alive.hold_name("lab2", 8888, "Siti")
    assert Settings(folder).window == 0


def test_a_choice_nobody_knows_is_the_usual_one(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"motion": "wild", "membership": 3, "stay_in_tray": 1}', "utf-8")
    values = Settings(tmp_path).values
    assert (values.motion, values.membership, values.stay_in_tray) == ("system", "folded", True)
