"""The terminal client driven in a real terminal, at the real server: a pseudo-terminal drawn by an emulator."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.end2end.classic_programs import arrived, gone, said
from tests.end2end.harness import IrcClient, Settings, free_port
from tests.end2end.harness import ServerProcess as Server
from tests.terminals import FORK_WARNING, Terminal

if sys.platform == "win32":
    pytest.skip("pseudo-terminals", allow_module_level=True)

pytestmark = pytest.mark.filterwarnings(FORK_WARNING)

Open = Callable[..., Terminal]
FAST: Settings = {"limits": {"flood_protection": False}}
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
BURST = 60


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "server", FAST, port=free_port()) as process:
        yield process


@pytest.fixture
def open_terminal(server: Server) -> Iterator[Open]:
    """`open_terminal("--name", "Siti")` at the server."""
    with ExitStack() as terminals:

        def open_one(*arguments: object, **options: object) -> Terminal:
            terminal = Terminal("--port", server.port, *arguments, **options)  # type: ignore[arg-type]  # passed on
            return terminals.enter_context(terminal)

        yield open_one


@pytest.fixture
def budi(server: Server) -> IrcClient:
    """Somebody who is in the lobby already."""
    return server.connect("Budi")


@pytest.fixture
def siti(open_terminal: Open, budi: IrcClient) -> Terminal:
    """A terminal that is in the lobby with Budi."""
    terminal = open_terminal("--name", "Siti")
    terminal.wait_for("You are in #lobby.")
    terminal.wait_for_prompt()
    arrived(budi, "Siti")
    return terminal


def say(client: IrcClient, *texts: str) -> None:
    client.send(*(f"PRIVMSG #lobby :{text}" for text in texts))


# --- reading and writing ------------------------------------------------------------------------


def test_both_read_each_other(siti: Terminal, budi: IrcClient) -> None:
    siti.enter("halo Budi 😀")
    assert said(budi) == ("Siti", "halo Budi 😀")
    siti.wait_for("Siti: halo Budi")
    say(budi, "halo Siti")
    siti.wait_for("Budi: halo Siti")
    siti.wait_for_prompt()
    assert sum("halo Budi" in line for line in siti.shown) == 1
    assert not [line for line in siti.shown if line.startswith(">>") and "halo" in line]


def test_lines_that_arrive_do_not_disturb_what_is_typed(siti: Terminal, budi: IrcClient) -> None:
    text = "teks yang sedang diketik"
    for number, letter in enumerate(text):
        siti.type(letter)
        say(budi, f"baris {number}")
    siti.wait_for(f"baris {len(text) - 1}")
    siti.wait_for_prompt(f">> {text}")
    assert [line for line in siti.shown if "baris" in line] == [
        line for number in range(len(text)) for line in siti.shown if line.endswith(f"Budi: baris {number}")
    ]
    siti.enter(" ini")
    while said(budi) != ("Siti", f"{text} ini"):
        pass


def test_lines_that_arrive_leave_the_cursor_where_it_was(siti: Terminal, budi: IrcClient) -> None:
    siti.type("halo dunia")
    siti.press_control("a")
    say(budi, "permisi")
    siti.wait_for("permisi")
    siti.wait_until(lambda: siti.cursor == (">> halo dunia", 3), "the cursor at the start")
    siti.type("hei, ")
    siti.wait_for_prompt(">> hei, halo dunia")


def test_a_burst_is_shown_whole_and_in_order(siti: Terminal, budi: IrcClient) -> None:
    siti.type("masih mengetik")
    say(budi, *(f"baris {number}." for number in range(BURST)))
    siti.wait_for(f"baris {BURST - 1}.")
    siti.wait_for_prompt(">> masih mengetik")
    numbers = [int(found[1]) for line in siti.shown if (found := re.search(r"baris (\d+)\.", line))]
    assert numbers == list(range(BURST))


def test_a_pasted_text_waits_for_enter_and_becomes_one_message_per_line(siti: Terminal, budi: IrcClient) -> None:
    siti.type("\x1b[200~satu\ndua\x1b[201~")
    siti.wait_until(lambda: siti.shown[-2:] == [">> satu", "dua"], "the pasted lines")
    siti.enter("")
    assert [said(budi)[1], said(budi)[1]] == ["satu", "dua"]


def test_what_others_send_never_moves_the_cursor_or_changes_a_title(siti: Terminal, budi: IrcClient) -> None:
    say(budi, "\x1b[2J\x1b]0;judul\x07hapus\u202ekabur")
    siti.wait_for("hapus")
    assert "\x1b]0;" not in siti.written
    assert "\x1b[2J" not in siti.written
    assert "\u202e" not in siti.written
    siti.wait_for("You are in #lobby.")


def test_names_have_colours_and_no_color_takes_them_away(open_terminal: Open, budi: IrcClient) -> None:
    colourful = open_terminal("--name", "Warna")
    plain = open_terminal("--name", "Polos", environment={"NO_COLOR": "1"})
    for terminal in (colourful, plain):
        terminal.wait_for("You are in #lobby.")
    say(budi, "halo semua")
    for terminal in (colourful, plain):
        terminal.wait_for("Budi: halo semua")
    assert re.search(r"\x1b\[[0-9;]*38;5;\d+m(\x1b\[[0-9;]*m)*Budi", colourful.written)
    assert not re.search(r"\x1b\[[0-9;]*[34]8;", plain.written)


def test_tab_completes_names_rooms_and_commands(siti: Terminal) -> None:
    siti.type("bu\t")
    siti.wait_for_prompt(">> Budi:")
    siti.press_control("c")
    siti.type("/wh\t")
    siti.wait_for_prompt(">> /who")
    siti.type("\t")
    siti.wait_for_prompt(">> /whois")
    siti.type("\x1b[Z")
    siti.wait_for_prompt(">> /who")


def test_several_rooms_the_prompt_and_the_marks(siti: Terminal, budi: IrcClient) -> None:
    siti.enter("/join #tugas")
    siti.wait_for("You are in #tugas.")
    siti.wait_for_prompt("#tugas >>")
    say(budi, "di lobi")
    siti.wait_for("[#lobby] Budi: di lobi")
    budi.send("PRIVMSG Siti :rahasia")
    siti.wait_for("[Budi] Budi: rahasia")
    siti.enter("/msg Budi juga")
    assert said(budi) == ("Siti", "juga")
    siti.wait_for("[Budi] Siti: juga")
    siti.enter("/room lobby")
    siti.wait_for_prompt()
    siti.enter("kembali")
    assert said(budi) == ("Siti", "kembali")


# --- the window of the terminal -----------------------------------------------------------------


@pytest.mark.parametrize(("lines", "columns"), [(24, 40), (10, 120), (5, 20)])
def test_after_a_resize_the_typed_line_is_there_and_lines_still_arrive_above(
    siti: Terminal, budi: IrcClient, lines: int, columns: int
) -> None:
    siti.type("sedang mengetik")
    siti.wait_for_prompt(">> sedang mengetik")
    siti.resize(lines, columns)
    say(budi, "sesudah")
    siti.wait_for("sesudah")
    siti.wait_for_prompt(">> sedang mengetik")
    siti.enter("!")
    assert said(budi) == ("Siti", "sedang mengetik!")


def test_a_line_longer_than_the_window_survives_resizes(siti: Terminal, budi: IrcClient) -> None:
    text = "kata " * 30 + "akhir"
    siti.type(text)
    siti.wait_for("akhir")
    for columns in (50, 100, 30):
        siti.resize(24, columns)
        say(budi, f"lebar {columns}")
        siti.wait_for(f"lebar {columns}")
    siti.enter("")
    assert said(budi) == ("Siti", text)


# --- leaving ------------------------------------------------------------------------------------


def test_ctrl_c_clears_the_line_and_once_more_leaves_with_quit(siti: Terminal, budi: IrcClient) -> None:
    siti.type("salah ketik")
    siti.wait_for_prompt(">> salah ketik")
    siti.press_control("c")
    siti.wait_for("Ctrl+C once more leaves.")
    siti.wait_for_prompt()
    siti.press_control("c")
    assert gone(budi, "Siti") == "Quit: "
    assert siti.wait_for_end() == 0


def test_after_typing_on_ctrl_c_only_clears_again(siti: Terminal, budi: IrcClient) -> None:
    for _ in range(3):
        siti.type("salah")
        siti.wait_for_prompt(">> salah")
        assert not [line for line in siti.shown if "once more" in line]
        siti.press_control("c")
        siti.wait_for("Ctrl+C once more leaves.")
    siti.enter("masih di sini")
    assert said(budi) == ("Siti", "masih di sini")


def test_ctrl_d_leaves_from_an_empty_line_only(siti: Terminal, budi: IrcClient) -> None:
    siti.type("abc")
    siti.press_control("a")
    siti.press_control("d")
    siti.wait_for_prompt(">> bc")
    siti.press_control("c")
    siti.wait_for_prompt()
    siti.press_control("d")
    assert gone(budi, "Siti") == "Quit: "
    assert siti.wait_for_end() == 0
    assert siti.shown[-1] != ">>", "the prompt is taken away at the end"


@pytest.mark.parametrize("typed", ["exit", "/quit"])
def test_the_words_leave_too(siti: Terminal, budi: IrcClient, typed: str) -> None:
    siti.enter(typed)
    assert gone(budi, "Siti") == "Quit: "
    assert siti.wait_for_end() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signals_leave_with_quit_and_give_the_terminal_back(siti: Terminal, budi: IrcClient, number: int) -> None:
    siti.process.kill(number)
    assert gone(budi, "Siti") == "Quit: "
    assert siti.wait_for_end() == 0
    assert siti.written.rstrip().endswith("\x1b[?2004l"), "bracketed paste is switched off again"


def test_a_closed_terminal_window_leaves_with_quit(siti: Terminal, budi: IrcClient) -> None:
    siti.hang_up()
    assert gone(budi, "Siti") == "Quit: "


def test_ctrl_z_stops_it_and_fg_brings_the_typed_line_back(server: Server, budi: IrcClient) -> None:
    shell = ["-c", "import os; os.execvp('bash', ['bash', '--norc', '--noprofile', '-i'])"]
    with Terminal(program=shell, environment={"PS1": "SHELL: ", "LANGUAGE": "en"}) as terminal:
        terminal.wait_for("SHELL:")
        terminal.enter(f"{sys.executable} -m client.terminal --port {server.port} --name Siti")
        terminal.wait_for("You are in #lobby.")
        terminal.type("setengah")
        terminal.wait_for_prompt(">> setengah")
        terminal.press_control("z")
        terminal.wait_for("Stopped")
        say(budi, "selagi berhenti")
        terminal.enter("fg")
        terminal.wait_for("Budi: selagi berhenti")
        terminal.wait_for_prompt(">> setengah")
        terminal.enter("")
        assert said(budi) == ("Siti", "setengah")
        terminal.enter("exit")
        assert gone(budi, "Siti") == "Quit: "


# --- coming in ----------------------------------------------------------------------------------


def test_a_name_is_asked_for_and_then_the_server(server: Server, budi: IrcClient) -> None:
    with Terminal() as terminal:
        terminal.wait_for("Your name:")
        terminal.enter("  ")
        terminal.wait_for("Type your name.")
        terminal.enter("Siti Nur")
        terminal.wait_for("Server (Enter: 127.0.0.1:8888):")
        terminal.enter(f"irc://127.0.0.1:{server.port}/tugas")
        terminal.wait_for("You are in #tugas.")
        arrived(budi, "Siti Nur")


def test_with_a_host_only_the_name_is_asked_for(open_terminal: Open) -> None:
    terminal = open_terminal("--host", "127.0.0.1")
    terminal.wait_for("Your name:")
    terminal.enter("Siti")
    terminal.wait_for("You are in #lobby.")


@pytest.mark.parametrize("key", ["c", "d"])
def test_the_question_for_a_name_can_be_left(open_terminal: Open, key: str) -> None:
    terminal = open_terminal()
    terminal.wait_for("Your name:")
    terminal.press_control(key)
    terminal.type("\r")  # Python misses a signal that comes just before it waits, until that wait ends
    assert terminal.wait_for_end() == 1
    assert "Traceback" not in terminal.written


def test_a_taken_name_is_offered_with_a_number(open_terminal: Open, budi: IrcClient) -> None:
    terminal = open_terminal("--name", "Budi", environment={"LANGUAGE": "id"})
    terminal.wait_for("Nama “Budi” sedang dipakai; Enter memakai Budi2")
    terminal.enter("")
    arrived(budi, "Budi2")
    terminal.wait_for("Anda di #lobby.")
    terminal.enter("saya yang kedua")
    assert said(budi) == ("Budi2", "saya yang kedua")


def test_without_a_server_it_ends_with_one_sentence_and_one() -> None:
    port = free_port()
    with Terminal("--port", port, "--name", "Siti", columns=200) as terminal:
        assert terminal.wait_for_end() == 1
        assert [line[6:] for line in terminal.shown] == [
            f"-- Connecting to 127.0.0.1:{port}…",
            f"-- There is no server at 127.0.0.1 port {port}. Make sure that server.py is running.",
        ]


# --- the server comes and goes ------------------------------------------------------------------


def test_a_server_that_restarts_takes_nothing_from_the_typed_line(server: Server, siti: Terminal) -> None:
    siti.enter("sebelum")
    siti.wait_for("Siti: sebelum")
    siti.type("belum terkir")
    server.kill()
    siti.wait_for("Connection lost. Trying again…")
    siti.type("im")
    siti.wait_for_prompt("(offline) >> belum terkirim")
    server.start()
    siti.wait_for("Connected again")
    siti.wait_for_prompt(">> belum terkirim")
    ani = server.connect("Ani")
    siti.enter("")
    assert said(ani) == ("Siti", "belum terkirim")
    assert any("Siti: sebelum" in line for line in siti.shown)


def test_what_is_entered_while_the_server_is_away_waits_above_the_prompt_and_goes_out_once(
    server: Server, siti: Terminal
) -> None:
    server.kill()
    siti.wait_for("Connection lost. Trying again…")
    siti.enter("belum terkirim")
    siti.wait_for("… belum terkirim")
    siti.wait_for_prompt("(offline) >>")
    server.start()
    siti.wait_for("Siti: belum terkirim")
    siti.wait_for_prompt(">>")
    assert sum("belum terkirim" in line for line in siti.shown) == 1


def test_a_stopping_server_says_goodbye(server: Server, siti: Terminal) -> None:
    server.terminate()
    siti.wait_for("The server is shutting down. Trying again…")
    siti.wait_for_prompt("(offline) >>")
    assert not [line for line in siti.shown if "Connection lost" in line]


# --- between two runs ---------------------------------------------------------------------------


def test_what_was_typed_is_there_again_the_next_day(open_terminal: Open) -> None:
    first = open_terminal("--name", "Siti")
    first.wait_for("You are in #lobby.")
    first.enter("/topic tugas halaman 12")
    first.wait_for("changed the topic")
    first.enter("exit")
    assert first.wait_for_end() == 0
    second = open_terminal("--name", "Siti")
    second.wait_for("Topic of #lobby: tugas halaman 12")
    second.type("\x1b[A\x1b[A")
    second.wait_for_prompt(">> /topic tugas halaman 12")


# --- without prompt_toolkit ---------------------------------------------------------------------

MISSING = "import sys; sys.modules['prompt_toolkit'] = None; from client import terminal; sys.exit(terminal.main())"


def test_without_the_package_plain_lines_still_serve(server: Server, budi: IrcClient) -> None:
    with Terminal("--port", server.port, "--name", "Siti", program=["-c", MISSING], columns=200) as terminal:
        terminal.wait_for("Without the package prompt_toolkit")
        terminal.wait_for("You are in #lobby.")
        arrived(budi, "Siti")
        terminal.enter("halo")
        assert said(budi) == ("Siti", "halo")
        terminal.press_control("d")
        assert terminal.wait_for_end() == 0
        assert not ESCAPES.search(terminal.written)


def test_a_dumb_terminal_gets_plain_lines_and_a_taken_name_can_still_be_answered(
    open_terminal: Open, budi: IrcClient
) -> None:
    terminal = open_terminal("--name", "Budi", environment={"TERM": "dumb"})
    terminal.wait_for("Enter takes Budi2")
    terminal.enter("")
    arrived(budi, "Budi2")
    terminal.press_control("c")
    assert gone(budi, "Budi2") == "Quit: "
    assert not ESCAPES.search(terminal.written)
