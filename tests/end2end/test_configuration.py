"""Settings from a file, the environment and the command line, in this order; shown, and read anew while it runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.end2end.harness import NAME, ROOT, Launch, Settings, toml


def run(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "server.py"), *options]
    whole = {**os.environ, "LANGUAGE": "en", "PYTHONIOENCODING": "utf-8", **environment}
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=whole, timeout=20, check=False)


def test_config_prints_what_holds_with_where_it_comes_from(tmp_path: Path) -> None:
    file = tmp_path / "server.toml"
    file.write_text('[listen]\nport = 1\nhost = "127.0.0.1"\n[lobby]\nname = "#file"\n', encoding="utf-8")
    shown = run(
        "config", "--config", str(file), "--lobby", "kelas", OBROLAN_LISTEN_PORT="2", OBROLAN_LOBBY_NAME="#environment"
    )
    values = tomllib.loads(shown.stdout)
    assert (values["listen"]["port"], values["listen"]["host"], values["lobby"]["name"]) == (2, "127.0.0.1", "#kelas")
    assert f"# (from {file})\nhost" in shown.stdout
    assert "# (from OBROLAN_LISTEN_PORT)\nport" in shown.stdout
    assert "# (from the command line)\nname" in shown.stdout
    assert (shown.returncode, shown.stderr) == (0, "")


def test_what_it_prints_can_be_used_as_the_file(tmp_path: Path) -> None:
    file = tmp_path / "server.toml"
    file.write_text(run("config", "--name", "Lab 2").stdout, encoding="utf-8")
    again = run("config", "--config", str(file))
    assert tomllib.loads(again.stdout) == tomllib.loads(file.read_text(encoding="utf-8"))


def test_a_mistake_is_one_sentence_with_line_and_the_right_word(tmp_path: Path) -> None:
    file = tmp_path / "server.toml"
    file.write_text("[listen]\nprot = 1\n", encoding="utf-8")
    failed = run("--config", str(file))
    assert failed.stderr == f"{file}, line 2: unknown setting prot in [listen] (did you mean port?)\n"
    assert (failed.returncode, failed.stdout) == (2, "")


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP; REHASH does the same")
def test_sighup_takes_up_what_can_be_and_names_what_cannot(launch: Launch) -> None:
    server = launch({"lobby": {"autojoin": False}, "history": {"chathistory_max": 50}})
    client = server.connect("siti")
    file = server.data.parent / "server.toml"
    settings: Settings = {
        "lobby": {"autojoin": False},
        "history": {"chathistory_max": 60},
        "features": {"metadata": False},
        "limits": {"io_threads": 3},
    }
    file.write_text(toml(settings), encoding="utf-8")
    os.kill(server.pid, signal.SIGHUP)
    server.wait_for("changed: history.chathistory_max, features.metadata")
    server.wait_for("changes with the next start: limits.io_threads")
    assert any("CHATHISTORY=60" in line for line in client.ask("VERSION"))
    assert client.ask("METADATA * LIST") == [f":{NAME} 421 siti METADATA :Unknown command"]
    file.write_text("[limits]\nio_thread = 3\n", encoding="utf-8")
    os.kill(server.pid, signal.SIGHUP)
    server.wait_for("the settings stay as they are: .*line 2: unknown setting io_thread")
    assert any("CHATHISTORY=60" in line for line in client.ask("VERSION"))


def test_an_answer_to_chathistory_has_at_most_200_messages_unless_it_is_set(launch: Launch) -> None:
    client = launch(None).connect("siti")
    assert any("CHATHISTORY=200" in line for line in client.ask("VERSION"))


def test_what_a_switch_takes_away_is_not_offered(launch: Launch) -> None:
    server = launch({"features": {"metadata": False, "multiline": False}, "accounts": {"sasl": False}})
    words = " ".join(server.connect().ask("CAP LS 302")).split()
    names = {word.removeprefix(":").partition("=")[0] for word in words}
    assert "draft/read-marker" in names
    assert not names & {"draft/metadata-2", "draft/metadata-3", "draft/multiline", "sasl", "obrolan.example/quiet"}
