"""`pip install .`: three programs that find their data, run from anywhere, and write nothing into what was installed.

It is installed into an environment of its own that shares the packages of this one, so nothing is downloaded.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tomllib
import venv
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import protocol
from chatd import datafolder
from chatd.config import Config
from tests.end2end.harness import ROOT, WAIT_S, IrcClient
from tests.programs import Program
from translations.calling import NAMES, called

BUILD_FILES = ("pyproject.toml", "requirements.txt", "README.md", "LICENSE")
PACKAGES = ("chatd", "client", "translations", "deploy")
SETUPTOOLS = 77
"""The first that reads how pyproject.toml names the licence; requirements-dev.txt brings a newer one."""


class Installed:
    """The environment in which Obrolan is installed; its programs run in a folder and a home that are not its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "installed"
        self.home, self.elsewhere = folder / "home", folder / "elsewhere"
        for place in (self.home, self.elsewhere):
            place.mkdir()
        for name in ("protocol", "server"):
            (self.elsewhere / f"{name}.py").write_text("raise SystemExit('the wrong one')", encoding="ascii")
        ours = {
            name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "OBROLAN_", "PYTHON"))
        }
        homes = dict.fromkeys(("HOME", "USERPROFILE", "LOCALAPPDATA"), str(self.home))
        self.environment = {**ours, **homes, "LANGUAGE": "id", "PYTHONIOENCODING": "utf-8"}

    @property
    def bin(self) -> Path:
        return self.folder / ("Scripts" if sys.platform == "win32" else "bin")

    def files(self) -> set[Path]:
        return set(self.folder.rglob("*"))

    def run(self, program: str, *arguments: str, text: str = "") -> str:
        """Run a program to its end; what it printed."""
        done = subprocess.run(
            [self.bin / program, *arguments],
            cwd=self.elsewhere,
            env=self.environment,
            input=text,
            capture_output=True,
            encoding="utf-8",
            timeout=WAIT_S,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def serve(self, *options: str) -> Program:
        """A server on a free port, which says that it is ready in Indonesian."""
        command = [str(self.bin / "obrolan-server"), "--host", "127.0.0.1", "--port", "0", *options]
        return Program(command, self.environment, self.elsewhere)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    try:
        version = importlib.metadata.version("setuptools")
    except importlib.metadata.PackageNotFoundError:
        version = "0"
    if int(version.partition(".")[0]) < SETUPTOOLS:
        pytest.skip(f"setuptools {SETUPTOOLS} or newer is not installed here: python3 start.py test")
    folder = tmp_path_factory.mktemp("install")
    source = folder / "source"  # pip would leave build/ in ours
    source.mkdir()
    for path in [*(ROOT / name for name in BUILD_FILES), *ROOT.glob("*.py")]:
        shutil.copy(path, source)
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    found = Installed(folder)
    venv.create(found.folder, with_pip=False)
    places = [place for place in sys.path if Path(place).name == "site-packages"]
    (library,) = found.folder.glob("**/site-packages")
    (library / "shared.pth").write_text("\n".join(places), encoding="utf-8")
    python = found.bin / Path(sys.executable).name
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check", "install", "--no-deps"]
    subprocess.run([*pip, "--quiet", "--no-build-isolation", "--no-index", "."], cwd=source, check=True)
    before = found.files()
    yield found
    assert found.files() == before, "nothing is written into what was installed"


def test_the_version_is_that_of_the_protocol(installed: Installed) -> None:
    assert installed.run("obrolan-server", "--version") == f"obrolan-{protocol.VERSION}\n"
    assert list(installed.folder.glob(f"**/obrolan-{protocol.VERSION}.dist-info"))


def test_the_server_answers_and_keeps_its_data_where_the_users_programs_do(installed: Installed) -> None:
    with installed.serve() as server:
        port = int(server.wait_for(r"obrolan --port (\d+)")[1])
        assert "siap" in server.output, "its catalogue is there"
        with closing(IrcClient(port)) as client:
            client.register("ani")
            options = ("--host", "127.0.0.1", "--port", str(port), "--name", "Budi")
            installed.run("obrolan-terminal", *options, text="halo\n")
            assert client.expect("PRIVMSG").params == ["#lobby", "halo"]
    (key,) = installed.home.rglob("host-key")
    assert key.parent.parts[-2:] == ("obrolan", "server")
    assert installed.run("obrolan-server", "export", "lobby", "--format", "jsonl").count("halo") == 1, "found again"


def test_what_help_says_is_true_here(installed: Installed) -> None:
    helped = {name: installed.run(name, "--help") for name in ("obrolan", "obrolan-server", "obrolan-terminal")}
    for name, text in helped.items():
        assert f" {name} " in text
        assert "python3" not in text
        assert "server.py" not in text
    assert str(installed.home) in "".join(helped["obrolan-server"].split()), "the data folder"


def test_the_window_finds_its_icons_and_its_catalogue(installed: Installed) -> None:
    code = (
        "import json, sys, translations; translations.set_language('id');"
        "from PyQt5.QtWidgets import QApplication; app = QApplication(['x']);"
        "from client.widgets import icons;"
        "print(json.dumps([icons.__file__, icons.pixmap('hash', 16, '#000').isNull(), translations.tr('Log in')]))"
    )
    python = installed.bin / Path(sys.executable).name
    environment = {**installed.environment, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([python, "-c", code], cwd=installed.home, env=environment, stdout=subprocess.PIPE, check=True)
    file, missing, text = json.loads(done.stdout)
    assert Path(file).is_relative_to(installed.folder)
    assert not missing
    assert text == "Masuk"


def test_it_asks_for_what_is_pinned_and_names_every_file_of_ours() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert project["tool"]["setuptools"]["dynamic"]["dependencies"] == {"file": "requirements.txt"}
    modules = {path.stem for path in ROOT.glob("*.py")} - {"start"}
    assert set(project["tool"]["setuptools"]["py-modules"]) == modules


def test_programs_are_called_as_in_a_checkout_only_in_one() -> None:
    text = f"python3 server.py check; {' '.join(NAMES)}"
    assert called(text, installed=False) == text
    assert "python3" not in called(text, installed=True)
    assert called(text, installed=True).startswith("obrolan-server check")


@pytest.mark.parametrize(
    ("platform", "variables", "place"),
    [
        ("linux", {}, ".local/share"),
        ("linux", {"XDG_DATA_HOME": "relative"}, ".local/share"),
        ("linux", {"XDG_DATA_HOME": "/srv/share"}, "/srv/share"),
        ("darwin", {}, "Library/Application Support"),
        ("win32", {}, "AppData/Local"),
        ("win32", {"LOCALAPPDATA": "/users/ani/local"}, "/users/ani/local"),
    ],
)
def test_an_installed_servers_data_are_the_users(
    platform: str, variables: dict[str, str], place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert datafolder.usual_folder() == ROOT / "data"
    assert Config().server.data_dir == ""
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path), **variables}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(datafolder, "INSTALLED", True)
    monkeypatch.setattr(sys, "platform", platform)
    assert datafolder.usual_folder() == tmp_path / place / "obrolan" / "server"
