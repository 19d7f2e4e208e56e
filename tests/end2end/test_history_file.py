"""What a server does with the history it finds: goes on with it, or says why it cannot and does not start."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

import protocol
from chatd.log.database import FILE
from tests.end2end.harness import NAME, QUIET, ROOT, ServerProcess, source
from tests.end2end.talkers import CAPS, ROOM, history

LOBBY = "#lobby"


def test_the_topic_of_the_lobby_is_there_after_a_restart_with_who_set_it_and_when(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, QUIET) as server:
        siti = server.connect("siti")
        siti.ask(f"JOIN {LOBBY}", f"TOPIC {LOBBY} :first", f"TOPIC {LOBBY} :Ujian: Senin")
        before = [line for line in siti.ask(f"TOPIC {LOBBY}") if " 33" in line]
        server.kill()
        server.start()
        after = server.connect("siti").ask(f"JOIN {LOBBY}")
    assert f":{NAME} 332 siti {LOBBY} :Ujian: Senin" in after
    assert [line for line in after if f" {protocol.RPL_TOPICWHOTIME} " in line] == before[1:]
    assert f"{LOBBY} {source('siti')} " in before[1]


def test_a_topic_that_was_taken_away_stays_away(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, QUIET) as server:
        server.connect("siti").ask(f"JOIN {LOBBY}", f"TOPIC {LOBBY} :first", f"TOPIC {LOBBY} :")
        server.kill()
        server.start()
        assert not [line for line in server.connect("siti").ask(f"JOIN {LOBBY}") if " 332 " in line]


def test_without_history_nothing_said_is_on_disk(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, QUIET, ("--no-history",)) as server:
        siti = server.connect("siti", *CAPS)
        siti.ask(f"JOIN {ROOM}", f"PRIVMSG {ROOM} :xyzzy")
        assert [text for _, text in history(server)] == ["xyzzy"]
        server.kill()
        for path in server.data.iterdir():
            assert b"xyzzy" not in path.read_bytes(), path
        server.start()
        assert history(server) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_what_a_server_writes_is_for_its_owner_alone_whatever_the_folder_is(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, QUIET) as server:
        server.data.chmod(0o755)
        siti = server.connect("siti", *CAPS)
        siti.ask(f"JOIN {ROOM}", f"PRIVMSG {ROOM} :halo", f"SEARCH in={ROOM};text=halo")
        written = [path for path in server.data.iterdir() if path.name.startswith(("history.db", "search.db"))]
        assert len(written) >= 3
        assert [path for path in written if stat.S_IMODE(path.stat().st_mode) != 0o600] == []


def start(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "server.py"), "--host", "127.0.0.1", "--port", "0", "--data", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={"LANGUAGE": "en"}, timeout=30)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is damaged (it is empty)"),
        (b"x" * 9000, "is damaged (it does not begin like one)"),
        (None, "was not made by Obrolan"),
    ],
    ids=["empty", "garbage", "foreign"],
)
def test_a_history_that_cannot_be_used_stops_the_start_and_is_left_as_it_is(
    tmp_path: Path, content: bytes | None, words: str
) -> None:
    path = tmp_path / FILE
    if content is None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE recipes(name)")
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    done = start(tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert path.read_bytes() == before
