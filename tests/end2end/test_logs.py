"""The server's log file (docs/administration.md, "Logs"): what is in it, what never is, and nobody waits for it."""

from __future__ import annotations

import json
import os
import signal
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from protocol import has_hidden
from tests.end2end.harness import QUIET, Launch, ServerProcess, Settings, toml

EVIL = "x\x1b[2J\u202e\x9b."
SHOWN = r"x\x1b[2J\u202e\x9b."


def settings(**logs: object) -> Settings:
    return {**QUIET, "logs": {"file": "server.log", **logs}}


def written(server: ServerProcess) -> str:
    """All that its log file and its terminal hold, once it has ended."""
    assert server.terminate() == 0
    return (server.data / "server.log").read_text("utf-8") + server.output


@pytest.mark.parametrize("form", ["text", "json"])
def test_who_comes_and_goes_is_in_the_file_one_line_each_and_none_is_forged(launch: Launch, form: str) -> None:
    server = launch(settings(format=form))
    ani = server.connect("ani")
    ani.ask("JOIN #x", f"PART #x :{EVIL}")
    ani.send(f"QUIT :{EVIL}")
    ani.rest()
    assert server.terminate() == 0
    path = server.data / "server.log"
    lines = path.read_text("utf-8").splitlines()
    assert not any(map(has_hidden, lines))
    if form == "json":
        entries: list[dict[str, Any]] = [json.loads(line) for line in lines]
        assert {tuple(entry) for entry in entries} == {("time", "level", "logger", "text")}
        texts = [entry["text"] for entry in entries if entry["logger"] == "obrolan.chat"]
    else:
        texts = [line.split(" ", 3)[3] for line in lines if " info obrolan.chat " in line]
    assert [text.partition("  ")[0] for text in texts] == [
        "ani joined #x",
        f"ani left #x ({SHOWN})",
        f"ani is gone (Quit: {SHOWN})",
    ]
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(("level", "asked"), [("info", False), ("debug", True)])
def test_what_people_say_is_written_for_those_who_ask_for_it_only_and_in_private_never(
    launch: Launch, level: str, asked: bool
) -> None:
    server = launch(settings(), "--log-level", level)
    ani, bela = server.connect("ani", "draft/multiline", "batch", "message-tags"), server.connect("bela")
    ani.ask("JOIN #x", "PRIVMSG #x :rahasia-1", "NOTICE #x :rahasia-2", "TOPIC #x :rahasia-3", "AWAY :rahasia-4")
    ani.ask("BATCH +1 draft/multiline #x", "@batch=1 PRIVMSG #x :rahasia-5", "BATCH -1", "SEARCH :rahasia-6")
    ani.ask("PRIVMSG bela :pribadi-1", "NOTICE bela :pribadi-2", "PRIVMSG ani :pribadi-3")
    bela.fence()
    found = written(server)
    assert ("#x <ani> rahasia-1" in found) is asked
    assert ("rahasia" in found) is asked
    assert "pribadi" not in found


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_neither_ends_nor_stalls_the_server_and_is_said_once_on_the_terminal(launch: Launch) -> None:
    server = launch(QUIET)
    assert server.terminate() == 0
    (server.data / "server.log").symlink_to("/dev/full")
    (server.data.parent / "server.toml").write_text(toml(settings()), encoding="utf-8")
    server.start()
    ani = server.connect("ani")
    for number in range(20):
        ani.ask(f"JOIN #full{number}")
    server.wait_for(r"ani joined #full19 ")
    assert server.output.count("log lines cannot be written to") == 1
    (server.data / "server.log").unlink()
    ani.ask("JOIN #room")
    server.wait_for(r"log lines are written to \S+server\.log again; \d+ lines in between were lost")
    found = written(server)
    assert found.count("ani joined #room ") == 2, "on the terminal and in the file"


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP; REHASH does the same")
def test_how_much_is_written_can_be_changed_while_people_stay(launch: Launch) -> None:
    server = launch(settings(level="warning"))
    ani = server.connect("ani")
    ani.ask("JOIN #quiet")
    changed = settings(level="info", format="json")
    (server.data.parent / "server.toml").write_text(toml(changed), encoding="utf-8")
    os.kill(server.pid, signal.SIGHUP)
    server.wait_for("changed: logs.level")
    server.wait_for("changes with the next start: logs.format")
    ani.ask("JOIN #loud")
    found = written(server)
    assert "#quiet" not in found
    assert found.count("ani joined #loud") == 2, "on the terminal and in the file"
