"""`python -m tools.build`: what PyInstaller makes starts without Python's help, logs in and sends.

Skipped where PyInstaller is not installed: it is no part of what tests need (requirements-build.txt).
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.end2end.harness import ROOT, WAIT_S, IrcClient
from tests.programs import Program
from tools.build import FOLDERS, MOST_MB, megabytes

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("PyInstaller") is None,
        reason="PyInstaller is not installed: pip install -r requirements-build.txt",
    ),
    pytest.mark.timeout(400),
    pytest.mark.xdist_group("build"),
]
EXE = ".exe" if sys.platform == "win32" else ""
LINE = "dari jendela yang dibangun"


class Built:
    """The folders, and a home for their programs."""

    def __init__(self, folder: Path) -> None:
        self.dist, self.home = folder / "dist", folder / "home"
        self.home.mkdir()
        ours = {
            name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "OBROLAN_", "PYTHON"))
        }
        homes = dict.fromkeys(("HOME", "USERPROFILE", "LOCALAPPDATA", "OBROLAN_PROFILE"), str(self.home))
        self.environment = {**ours, **homes, "LANGUAGE": "id", "QT_QPA_PLATFORM": "offscreen"}

    def start(self, folder: str, program: str, *options: str) -> Program:
        return Program([str(self.dist / folder / f"{program}{EXE}"), *options], self.environment, self.home)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    found = Built(tmp_path_factory.mktemp("build"))
    environment = {**os.environ, "OBROLAN_BUILD_DEMO": "1", "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "tools.build", str(found.dist)]
    subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)
    return found


@pytest.fixture(scope="module")
def port(built: Built) -> Iterator[int]:
    """That of the built server."""
    options = ("--host", "127.0.0.1", "--port", "0")
    with built.start("obrolan-server", "obrolan-server", *options) as server:
        yield int(server.wait_for(r"obrolan --port (\d+)")[1])
        assert "siap" in server.output, "its catalogue is there"
        assert "TLS is off" not in server.output
        assert list(built.home.rglob("obrolan/server/host-key")), "its data are the user's"


@pytest.mark.parametrize("name", FOLDERS)
def test_it_is_not_too_large(built: Built, name: str) -> None:
    assert 10 < megabytes(built.dist / name) <= MOST_MB


def test_the_built_window_logs_in(built: Built, port: int) -> None:
    with closing(IrcClient(port)) as client:
        client.register("ani")
        options = ("--host", "127.0.0.1", "--port", str(port), "--name", "Budi", "--login")
        with built.start("obrolan", "obrolan", *options):
            assert client.expect("JOIN").source.startswith("Budi!")


def test_a_window_of_the_same_folder_logs_in_and_sends(built: Built, port: int) -> None:
    lines = json.dumps([["Citra", LINE]])
    picture = built.home / "window.png"
    options = ("--host", "127.0.0.1", "--port", str(port), "--name", "Citra", "--lines", lines)
    with closing(IrcClient(port)) as client:
        client.register("dewi")
        with built.start("obrolan", "obrolan-demo", *options, "--picture", str(picture)) as window:
            assert client.expect("PRIVMSG").params == ["#lobby", LINE]
            assert window.wait_for(r'\{"problem": .*\}')[0] == '{"problem": ""}'
    assert picture.stat().st_size > 1000


def test_the_built_terminal_client_logs_in_and_sends(built: Built, port: int) -> None:
    with closing(IrcClient(port)) as client:
        client.register("eka")
        subprocess.run(
            [
                built.dist / "obrolan" / f"obrolan-terminal{EXE}",
                "--host",
                "127.0.0.1",
                "--port",
                str(port),
                "--name",
                "Fajar",
            ],
            input="dari terminal\n",
            env=built.environment,
            encoding="utf-8",
            timeout=WAIT_S,
            check=True,
        )
        assert client.expect("PRIVMSG").params == ["#lobby", "dari terminal"]
