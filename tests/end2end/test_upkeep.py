"""The commands beside a real server: `backup` while people talk, `restore`, `export` and `check`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.covering import covers
from tests.end2end.harness import QUIET, ROOT, ServerProcess
from tests.end2end.talkers import CAPS, ROOM, Talkers, history


def command(server: ServerProcess, *words: str, language: str = "en") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "server.py"), *words, "--data", str(server.data)],
        env={**os.environ, "LANGUAGE": language, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def say(server: ServerProcess, *texts: str) -> None:
    client = server.connect("siti", *CAPS)
    client.ask(f"JOIN {ROOM}", *(f"PRIVMSG {ROOM} :{text}" for text in texts))
    client.leave()


def test_a_backup_while_people_talk_holds_all_that_was_said_before_it_and_is_whole(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, QUIET) as server:
        talkers = Talkers(server, 6)
        talkers.talk(200)
        said_before = {told for talker in talkers.talkers for told in talker.heard}
        copying = threading.Thread(target=lambda: ended.append(command(server, "backup", str(tmp_path / "copy"))))
        ended: list[subprocess.CompletedProcess[str]] = []
        copying.start()
        while copying.is_alive():
            talkers.talk(50)
        copying.join()
        assert ended[0].returncode == 0, ended[0].stderr
        assert server.terminate() == 0
        talkers.listen_to_the_end()
        assert command(server, "restore", str(tmp_path / "copy")).returncode == 0
        server.start()
        kept = history(server)
        assert said_before <= set(kept)
        # One moment of the conversation, not a mixture: the copy is the beginning of what everybody heard.
        heard = talkers.talkers[0].heard
        assert kept[-1] in heard
        assert [told for told in kept if told in set(heard)] == heard[: heard.index(kept[-1]) + 1]


@covers("token:obrolan.example/BOOT")
def test_restoring_goes_back_and_clients_are_told_that_history_is_another(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, QUIET) as server:
        say(server, "satu")
        assert command(server, "backup", str(tmp_path / "copy")).returncode == 0
        say(server, "dua")
        refused = command(server, "restore", str(tmp_path / "copy"))
        assert refused.returncode == 1
        assert refused.stderr.startswith("Another server is using")
        boot = _boot(server)
        server.terminate()
        restored = command(server, "restore", str(tmp_path / "copy"))
        assert restored.returncode == 0, restored.stderr
        server.start()
        assert [text for _, text in history(server)] == ["satu"]
        assert _boot(server) != boot
        say(server, "tiga")
        ids = [msgid for msgid, _ in history(server)]
        assert ids[0].partition("-")[0] != ids[1].partition("-")[0]


def _boot(server: ServerProcess) -> str:
    client = server.connect()
    welcome = client.register("asker")
    client.leave()
    return next(word for line in welcome for word in line.split() if word.startswith("obrolan.example/BOOT="))


def test_a_room_is_exported_while_the_server_runs(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, QUIET) as server:
        say(server, "selamat pagi", "=1+1")
        lines = command(server, "export", ROOM, "--format", "jsonl").stdout.splitlines()
        assert [json.loads(line)["text"] for line in lines] == ["selamat pagi", "=1+1"]
        assert "'=1+1" in command(server, "export", "room", "--format", "csv").stdout
        page = tmp_path / "room.html"
        assert command(server, "export", ROOM, "--output", str(page)).returncode == 0
        assert "selamat pagi" in page.read_text(encoding="utf-8")
        again = command(server, "export", ROOM, "--output", str(page))
        assert again.returncode == 1
        assert "--force" in again.stderr
        unknown = command(server, "export", "siti")
        assert (unknown.returncode, unknown.stdout) == (1, "")


def test_check_says_that_all_is_whole_while_the_server_runs_and_what_to_do_when_it_is_not(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, QUIET) as server:
        say(server, "satu")
        found = command(server, "check")
        assert (found.returncode, found.stdout.splitlines()[-1]) == (0, "Everything is whole.")
        server.terminate()
        path = server.data / "history.db"
        path.write_bytes(b"\0" * path.stat().st_size)
        found = command(server, "check")
        assert found.returncode == 1
        assert "restore FILE" in found.stdout


@pytest.mark.parametrize("name", ["backup", "restore", "export", "check"])
@pytest.mark.parametrize("language", ["en", "id"])
def test_each_command_explains_itself(tmp_path: Path, name: str, language: str) -> None:
    ended = subprocess.run(
        [sys.executable, str(ROOT / "server.py"), name, "--help"],
        env={**os.environ, "LANGUAGE": language, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "--data DIR" in ended.stdout
    assert max(map(len, ended.stdout.splitlines())) < 100
