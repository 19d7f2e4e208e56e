"""The console of `server.py` in a terminal: by prompt_toolkit, in plain lines without it, and where there is none."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

import translations
from tests.end2end.harness import HOST, ROOT, WAIT_S, IrcClient, Launch, commands
from tests.terminal_server import TerminalServer
from tests.terminals import FORK_WARNING, Terminal

if sys.platform == "win32":
    pytest.skip("pseudo-terminals", allow_module_level=True)

pytestmark = pytest.mark.filterwarnings(FORK_WARNING)

HINT = "Type help to see what can be done here."
Open = Callable[..., TerminalServer]


@pytest.fixture
def open_server(tmp_path: Path) -> Iterator[Open]:
    """`open_server("--name", "Lab 2", bare=True)`: a server in a terminal, by default with prompt_toolkit."""
    with ExitStack() as opened:
        yield lambda *options, **how: opened.enter_context(TerminalServer(tmp_path, *options, **how))


@pytest.fixture(params=[False, True], ids=["prompt_toolkit", "plain"])
def server(request: pytest.FixtureRequest, open_server: Open) -> TerminalServer:
    return open_server(bare=request.param)


def last_words(client: IrcClient) -> str:
    return client.rest()[-1]


# --- what can be done


def test_people_are_listed_muted_kicked_and_made_operators(server: TerminalServer) -> None:
    server.wait_for(HINT)
    ani, budi = server.connect("ani", "JOIN #x"), server.connect("budi", "JOIN #x")
    server.order("who #x", "2 people")
    server.wait_for("operator  127.0.0.1  no TLS")
    server.order("channels", "2 rooms")
    server.order("mute #x budi 10m tenang", f"*!*@{HOST} may not speak in #x for 10m")
    assert "404" in commands(budi.ask("PRIVMSG #x :halo"))
    server.order("unmute #x budi", f"*!*@{HOST} may speak in #x again")
    assert "404" not in commands(budi.ask("PRIVMSG #x :halo"))
    server.order("op #x budi", "budi is an operator of #x")
    assert ani.expect("MODE").params[1:] == ["+b", f"m:*!*@{HOST}"]
    server.order("op ani", "ani is an operator of the server until they leave")
    assert ani.expect("381").params[0] == "ani"
    server.order("kick budi #x sampai nanti", "budi is out of #x")
    assert budi.expect("KICK").params == ["#x", "budi", "sampai nanti"]
    server.order("kick budi", "budi is cut, and may come back")
    assert last_words(budi) == "ERROR :Closing Link: obrolan.local (Killed (obrolan.local (no reason)))"
    server.wait_for("budi is gone")  # so the note before it is kept
    server.order("audit 2", "Times are UTC")
    server.wait_for("* console: KILL budi: no reason")


def test_a_ban_keeps_out_until_it_is_lifted(server: TerminalServer) -> None:
    budi = server.connect("budi")
    server.order("ban budi!*@* 2h cukup", "budi!*@* is banned from the server for 2h; 1 person was cut")
    assert last_words(budi).startswith("ERROR :Closing link: You are banned from this server for 2h: cukup")
    server.order("ban", "WHO")
    again = server.connect()
    again.send("NICK budi", "USER u 0 * :Budi")
    assert "465" in commands(again.rest())
    server.order("unban budi", "budi!*@* may come in again")
    server.connect("budi")


def test_what_is_said_is_read_by_everybody_or_a_room(server: TerminalServer) -> None:
    ani = server.connect("ani", "JOIN #x")
    server.order("say kita berhenti pukul tiga", "Everybody reads it")
    assert ani.expect("NOTICE").params == ["*", "kita berhenti pukul tiga"]
    server.order("say #x rapikan meja", "Everybody in #x reads it")
    assert ani.expect("NOTICE").params == ["#x", "rapikan meja"]


def test_figures_settings_and_a_backup(server: TerminalServer, tmp_path: Path) -> None:
    server.connect("ani", "PRIVMSG #lobby :halo semua")
    server.order("stats", "Running for")
    server.wait_for("1 since the start")
    server.order("config listen", "[listen]")
    server.wait_for("# (from the command line)")
    server.order("config reload", "the settings are as they were")
    server.order(f"backup {tmp_path / 'copy of all'}", "Backup written: ")
    with closing(sqlite3.connect(tmp_path / "copy of all")) as connection:
        assert "halo semua" in str(connection.execute("SELECT line FROM events").fetchall())
    server.order(f"backup {tmp_path / 'copy of all'}", f"{tmp_path / 'copy of all'} is there already")
    server.order("owner", "The server is nobody's yet: type /owner ")
    server.order("log warning", "Shown from here on: warning")
    server.order("help kick", "kick NAME [#ROOM] [WHY]")
    server.order("hepl", "There is no hepl here (did you mean help?)")


def test_it_speaks_the_language_of_the_system(open_server: Open) -> None:
    server = open_server(language="id")
    translations.set_language("id")
    server.wait_for(translations.tr(HINT))
    server.order("who", "0 orang")


# --- the prompt


def test_lines_of_the_log_stand_above_what_is_being_typed(open_server: Open) -> None:
    server = open_server()
    server.type("say halo")
    server.wait_for_prompt("> say halo")
    for number in range(30):
        server.connect(f"orang{number}").leave()
    server.wait_for("orang29 is gone")
    server.wait_for_prompt("> say halo")
    server.order(" semua", "Everybody reads it")


def test_tab_completes_and_the_arrow_brings_back_what_was_typed(open_server: Open) -> None:
    server = open_server()
    server.connect("budi", "JOIN #rapat")
    server.type("mu\t #ra\t bu\t")
    server.wait_for_prompt("> mute #rapat budi")
    server.enter(" 1m")
    server.wait_for(f"*!*@{HOST} may not speak in #rapat for 1m")
    server.wait_for_prompt(">")
    server.type("\x1b[A")
    server.wait_for_prompt("> mute #rapat budi 1m")


def test_control_d_ends_nothing(server: TerminalServer) -> None:
    server.press_control("d")
    server.wait_for("Ctrl+C or stop ends the server; help says what else there is")
    server.order("who", "0 people")


# --- how it ends


def test_stop_tells_everybody_why(server: TerminalServer) -> None:
    ani = server.connect("ani")
    server.enter("stop sampai besok pagi")
    assert last_words(ani) == "ERROR :Closing link: sampai besok pagi"
    assert server.wait_for_end() == 0
    server.wait_for("stopping; everybody is told")


def test_control_c_stops_as_without_a_console(server: TerminalServer) -> None:
    ani = server.connect("ani")
    server.type("half an order")
    server.wait_for("half an order")
    server.press_control("c")
    assert last_words(ani) == "ERROR :Closing link: Server is shutting down"
    assert server.wait_for_end() == 0


@pytest.mark.parametrize("end", ["stop", "SIGTERM", "Ctrl+C"])
def test_the_terminal_is_given_back_as_it_was(open_server: Open, end: str) -> None:
    server = open_server()
    assert not server.edits_lines, "the prompt reads key by key"
    if end == "stop":
        server.enter("stop")
    elif end == "SIGTERM":
        server.type("half an order")
        server.wait_for_prompt("> half an order")
        server.send_signal(signal.SIGTERM)
    else:
        server.press_control("c")
    assert server.wait_for_end() == 0
    assert server.edits_lines


def test_a_terminal_window_that_is_closed_ends_the_server(server: TerminalServer) -> None:
    ani = server.connect("ani")
    server.hang_up()
    assert last_words(ani) == "ERROR :Closing link: Server is shutting down"


# --- where there is none


def test_without_a_terminal_nothing_is_read_and_nothing_said_of_it(launch: Launch) -> None:
    assert HINT not in launch().output


ARGUMENTS = ["server.py", "--host", "127.0.0.1", "--port", "0", "--data"]


@pytest.mark.parametrize("terminal_is", ["stdin", "stdout"])
def test_half_a_terminal_is_none(tmp_path: Path, terminal_is: str) -> None:
    ours, theirs = os.openpty()
    environment = {**os.environ, "LANGUAGE": "en", "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(
        [sys.executable, *ARGUMENTS, str(tmp_path)],
        cwd=ROOT,
        env=environment,
        stdin=theirs if terminal_is == "stdin" else subprocess.DEVNULL,
        stdout=theirs if terminal_is == "stdout" else subprocess.PIPE,
    ) as process:
        os.close(theirs)
        try:
            stdout, shown = process.stdout.fileno() if process.stdout else ours, b""
            while b"a flush of the disk" not in shown:
                shown += os.read(stdout, 4096)
            assert b"is ready" in shown
            assert HINT.encode() not in shown
            process.terminate()
            assert process.wait(WAIT_S) == 0
        finally:
            process.kill()
            os.close(ours)


IN_BACKGROUND = """
import subprocess, sys
server = subprocess.Popen([sys.executable, *sys.argv[1:]], process_group=0)
input()
server.terminate()
print("it ended with", server.wait())
"""


def test_a_server_in_the_background_of_a_shell_is_not_stopped_for_reading(tmp_path: Path) -> None:
    environment = {"LANGUAGE": "en", "PYTHONIOENCODING": "utf-8"}
    program = ("-c", IN_BACKGROUND, *ARGUMENTS)
    with Terminal(tmp_path, program=program, environment=environment, columns=100, lines=40) as terminal:
        terminal.wait_for("a flush of the disk")
        assert not any(HINT in line for line in terminal.shown)
        terminal.enter("")
        terminal.wait_for("it ended with 0")


def test_the_package_is_not_loaded_before_somebody_could_type() -> None:
    code = "import server, sys; print('prompt_toolkit' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
