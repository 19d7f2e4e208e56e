"""What the terminal client loads and reads at its start: little, and never Qt."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from client import terminal
from client.console.contract import Login

ROOT = Path(__file__).resolve().parents[2]
NEVER = {"PyQt5", "sqlite3", "babel", "emoji", "markdown_it", "keyring", "zeroconf", "multiprocessing", "http"}
NOT_BETWEEN_PIPES = NEVER | {"prompt_toolkit", "wcwidth", "asyncio", "ssl", "xml", "subprocess", "tempfile"}


def loaded(statement: str) -> set[str]:
    """The modules of a fresh process after this statement, those inside packages by the package's name too."""
    code = f'{statement}\nimport sys; print(*sys.modules, sep="\\n")'
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True
    )
    names = set(done.stdout.split())
    return names | {name.partition(".")[0] for name in names}


def test_between_pipes_nothing_heavy_is_loaded() -> None:
    names = loaded("import client.terminal")
    assert "client.session" in names
    assert names & NOT_BETWEEN_PIPES == set()


def test_a_terminal_needs_prompt_toolkit_and_no_qt() -> None:
    names = loaded("import client.terminal, client.console.screen")
    assert "prompt_toolkit" in names
    assert names & NEVER == set()


@pytest.mark.parametrize("program", [["-m", "client.terminal"], ["client/terminal.py"]])
def test_it_starts_as_a_module_and_as_a_file(program: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, *program, "--help"], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "irc://HOST:PORT/ROOM" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "login"),
    [
        (["--name", "Siti"], Login("127.0.0.1", 8888, "Siti")),
        (["--name", " Siti  Nur "], Login("127.0.0.1", 8888, "Siti Nur")),
        (["--name", "Siti", "--host", "lab2", "--port", "9999"], Login("lab2", 9999, "Siti")),
        (["--name", "Siti", "--host", "lab2:9999"], Login("lab2", 9999, "Siti")),
        (["--name", "Siti", "irc://lab2:9999/tugas"], Login("lab2", 9999, "Siti", "#tugas")),
        (["--name", "Siti", "irc://[::1]:9999/tugas"], Login("::1", 9999, "Siti", "#tugas")),
        (["--name", "Siti", "irc://lab2"], Login("lab2", 6667, "Siti")),
        (["--name", "Siti", "--udp"], Login("127.0.0.1", 5005, "Siti")),
        (["--name", "Siti", "--udp", "--port", "5006"], Login("127.0.0.1", 5006, "Siti")),
    ],
)
def test_the_command_line_says_where_to_go_and_as_whom(arguments: list[str], login: Login) -> None:
    assert terminal.find_login(terminal.read_arguments(arguments), ask=False) == login
