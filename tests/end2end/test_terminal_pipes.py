"""The terminal client between pipes, at the real server: what a script sends arrives, and it knows when."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO

import pytest

from tests.end2end.classic_programs import ClassicServer, UdpProgram, arrived, gone, said
from tests.end2end.harness import ROOT, WAIT_S, IrcClient, ServerProcess, Settings, free_port
from tests.terminals import FORK_WARNING, Terminal

COMMAND = (sys.executable, "-m", "client.terminal")
FAST: Settings = {"limits": {"flood_protection": False}, "history": {"replay_lines": 0}}
Start = Callable[..., "Script"]


class Script:
    """The client with a pipe at each end."""

    def __init__(self, *arguments: object, stdout: int | None = None) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if stdout is None else stdout,
            stderr=subprocess.PIPE,
        )

    def write(self, *lines: str) -> None:
        stdin = self._open(self.process.stdin)
        stdin.write("".join(line + "\n" for line in lines).encode())
        stdin.flush()

    def read_until(self, text: str) -> None:
        stdout = self._open(self.process.stdout)
        while text not in (line := stdout.readline().decode()):
            assert line, f"it ended before {text!r}"

    @staticmethod
    def _open(stream: IO[bytes] | None) -> IO[bytes]:
        assert stream is not None
        return stream

    def end(self) -> tuple[int, str, str]:
        """Close its input; exit code, the rest of its output, its errors."""
        out, err = self.process.communicate(timeout=WAIT_S)
        return self.process.returncode, (out or b"").decode(), err.decode()


def run(*arguments: object, typed: bytes = b"") -> tuple[int, list[str], str]:
    """Exit code, lines without their times, errors."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)], cwd=ROOT, input=typed, capture_output=True, timeout=WAIT_S, check=False
    )
    lines = done.stdout.decode().splitlines()
    assert all(re.match(r"\d\d\.\d\d ", line) for line in lines)
    return done.returncode, [line[6:] for line in lines], done.stderr.decode()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), FAST, options=["--name", "Lab 2"]) as process:
        yield process
        assert process.alive


@pytest.fixture
def budi(server: ServerProcess) -> Iterator[IrcClient]:
    client = server.connect("Budi")
    yield client
    client.leave()


@pytest.fixture
def start(server: ServerProcess) -> Iterator[Start]:
    scripts: list[Script] = []

    def start_one(*arguments: object, **options: int) -> Script:
        scripts.append(Script("--port", server.port, *arguments, **options))
        return scripts[-1]

    yield start_one
    for script in scripts:
        script.process.kill()
        script.process.communicate()


def lines_of(count: int) -> list[str]:
    return [f"baris {number}" for number in range(count)]


# --- in and out ---------------------------------------------------------------------------------


def test_lines_go_in_and_come_out_plain(server: ServerProcess, budi: IrcClient) -> None:
    code, shown, errors = run("--port", server.port, "--name", "bot", typed="halo\nÄpfel 😀\n".encode())
    assert code == 0
    assert errors == ""
    assert shown == [
        "-- Logged in to Lab 2 as bot. /help lists the commands.",
        "-- You are in #lobby.",
        "bot: halo",
        "bot: Äpfel 😀",
    ]
    assert [said(budi), said(budi)] == [("bot", "halo"), ("bot", "Äpfel 😀")]
    assert gone(budi, "bot") == "Quit: "


def test_a_script_reads_what_others_say_while_its_input_is_open(start: Start, budi: IrcClient) -> None:
    script = start("--name", "bot")
    arrived(budi, "bot")
    budi.send("PRIVMSG #lobby :halo bot")
    script.read_until("Budi: halo bot")
    script.write("halo Budi")
    assert said(budi) == ("bot", "halo Budi")
    code, shown, errors = script.end()
    assert (code, errors) == (0, "")
    assert shown.endswith("bot: halo Budi\n")


def test_a_long_input_arrives_whole_and_in_order(server: ServerProcess, budi: IrcClient) -> None:
    lines = lines_of(500)
    code, shown, _ = run("--port", server.port, "--name", "bot", typed="\n".join(lines).encode())
    assert code == 0
    assert [said(budi)[1] for _ in lines] == lines
    assert shown[2:] == [f"bot: {line}" for line in lines]


def test_a_server_that_slows_down_gets_every_line(tmp_path: Path) -> None:
    slow: Settings = {"limits": {"messages_burst": 5, "messages_per_s": 100.0}}
    with ServerProcess(tmp_path / "slow", slow) as server:
        code, shown, _ = run("--port", server.port, "--name", "bot", typed="\n".join(lines_of(100)).encode())
        assert code == 0
        assert shown[2:] == [f"bot: {line}" for line in lines_of(100)]


def test_the_room_of_a_link_is_where_the_lines_go(server: ServerProcess, budi: IrcClient) -> None:
    budi.ask("JOIN #tugas")
    code, shown, _ = run("--name", "bot", f"irc://127.0.0.1:{server.port}/tugas", typed=b"satu\n/join #lain\ndua\n")
    assert code == 0
    message = budi.expect("PRIVMSG")
    assert message.params == ["#tugas", "satu"]
    assert {"-- You are in #lain.", "[#tugas] bot: satu", "bot: dua"} <= set(shown)
    budi.ask("PART #tugas")


def test_answers_to_the_last_command_are_read_before_the_end(server: ServerProcess, budi: IrcClient) -> None:
    code, shown, _ = run("--port", server.port, "--name", "bot", typed=b"/who\n/whois Budi\n")
    assert code == 0
    assert "-- 2: bot, Budi" in shown
    assert any("Name of Budi" in line for line in shown)


def test_an_empty_input_logs_in_and_leaves(server: ServerProcess) -> None:
    assert run("--port", server.port, "--name", "bot")[0] == 0


def test_exit_ends_it_before_the_input_does(start: Start, budi: IrcClient) -> None:
    script = start("--name", "bot")
    script.write("halo", "exit", "tidak dikirim")
    assert said(budi) == ("bot", "halo")
    assert gone(budi, "bot") == "Quit: "
    assert script.process.wait(WAIT_S) == 0


@pytest.mark.parametrize("garbage", [b"\xff\xfe\x00\x01\n", bytes(range(256)) * 4, b"\r\n\r\n\n", b"a\0b\x1b[2J\n"])
def test_garbage_is_sent_as_text_or_not_at_all_and_never_crashes(
    server: ServerProcess, budi: IrcClient, garbage: bytes
) -> None:
    code, _, errors = run("--port", server.port, "--name", "bot", typed=garbage + b"\nakhir\n")
    assert "Traceback" not in errors
    assert code in {0, 1}
    while said(budi)[1] != "akhir":
        pass


def test_a_line_without_end_is_cut_into_messages(server: ServerProcess, budi: IrcClient) -> None:
    code, _, _ = run("--port", server.port, "--name", "bot", typed=b"x" * 100_000)
    assert code == 0
    heard = 0
    while heard < 100_000:
        heard += len(said(budi)[1])
    assert heard == 100_000


# --- what goes wrong ----------------------------------------------------------------------------


def test_without_a_server_there_is_one_sentence_and_one() -> None:
    port = free_port()
    code, shown, errors = run("--port", port, "--name", "bot", typed=b"halo\n")
    assert code == 1
    assert shown == []
    assert errors[6:] == f"-- There is no server at 127.0.0.1 port {port}. Make sure that server.py is running.\n"


def test_a_taken_name_is_one_sentence_and_one(server: ServerProcess, budi: IrcClient) -> None:
    code, _, errors = run("--port", server.port, "--name", "Budi", typed=b"halo\n")
    assert (code, errors[6:]) == (1, "-- The name “Budi” is in use.\n")


def test_a_line_that_cannot_be_done_is_told_at_the_end(server: ServerProcess, budi: IrcClient) -> None:
    code, shown, _ = run("--port", server.port, "--name", "bot", typed=b"/tari\nhalo\n")
    assert code == 1
    assert said(budi) == ("bot", "halo")
    assert "-- There is no command /tari. /help lists them." in shown


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "--name"),
        (["--name", "bot", "--port", "0"], "1 to 65535; usually 8888"),
        (["--name", "bot", "--udp", "--port", "x"], "1 to 65535; usually 5005"),
        (["--name", "bot", "--host", "a b"], "“a b” is no address"),
        (["--name", "\u202ebot"], "invisible characters"),
    ],
)
def test_a_wrong_command_line_ends_with_two(arguments: Sequence[str], problem: str) -> None:
    code, shown, errors = run(*arguments)
    assert (code, shown) == (2, [])
    assert problem in errors.splitlines()[-1]


def test_a_reader_that_has_enough_ends_it_quietly(start: Start, budi: IrcClient) -> None:
    script = start("--name", "bot")
    arrived(budi, "bot")
    script.read_until("You are in #lobby")
    assert script.process.stdout is not None
    script.process.stdout.close()
    budi.send("PRIVMSG #lobby :halo")
    assert gone(budi, "bot") == "Quit: "
    assert script.process.wait(WAIT_S) == 0
    assert script.process.stderr is not None
    assert script.process.stderr.read() == b""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_with_quit_and_a_code_that_tells(start: Start, budi: IrcClient, number: int) -> None:
    script = start("--name", "bot")
    arrived(budi, "bot")
    script.process.send_signal(number)
    assert gone(budi, "bot") == "Quit: "
    assert script.process.wait(WAIT_S) == 128 + number


def test_a_server_that_restarts_gets_what_was_read_meanwhile(tmp_path: Path) -> None:
    with ServerProcess(tmp_path / "server", FAST, port=free_port()) as server:
        budi = server.connect("Budi")
        script = Script("--port", server.port, "--name", "bot")
        script.write("sebelum")
        assert said(budi) == ("bot", "sebelum")
        script.read_until("bot: sebelum")
        server.kill()
        script.write("selagi putus")
        server.start()
        ani = server.connect("Ani")
        assert said(ani) == ("bot", "selagi putus")
        code, shown, errors = script.end()
        assert code == 0
        assert "Connected again" in shown
        assert "Connection lost. Trying again…" in errors


# --- one pipe, one terminal ---------------------------------------------------------------------


@pytest.mark.filterwarnings(FORK_WARNING)
def test_only_the_output_is_a_pipe(server: ServerProcess, budi: IrcClient, tmp_path: Path) -> None:
    log = tmp_path / "log"
    shell = 'exec "$0" -m client.terminal "$@" > "$LOG"'
    with Terminal(
        *(sys.executable, "--port", server.port, "--name", "Citra"),
        program=["-c", f"import os, sys; os.execvp('sh', ['sh', '-c', {shell!r}, *sys.argv[1:]])"],
        environment={"LOG": str(log)},
    ) as terminal:
        arrived(budi, "Citra")
        terminal.enter("halo dari terminal")
        assert said(budi) == ("Citra", "halo dari terminal")
        terminal.press_control("d")
        assert terminal.wait_for_end() == 0
    assert gone(budi, "Citra") == "Quit: "
    assert "You are in #lobby." in log.read_text()


def test_only_the_input_is_a_pipe(start: Start, budi: IrcClient) -> None:
    screen, inside = pty.openpty()
    script = start("--name", "bot", stdout=inside)
    os.close(inside)
    script.write("halo")
    assert said(budi) == ("bot", "halo")
    assert script.end()[0] == 0
    assert b"bot: halo" in os.read(screen, 65536)
    os.close(screen)


def test_without_any_input_or_output_it_logs_in_and_leaves(server: ServerProcess, budi: IrcClient) -> None:
    closed = f'"{sys.executable}" -m client.terminal --port {server.port} --name bot <&- >&- 2>&-'
    done = subprocess.run(["sh", "-c", closed], cwd=ROOT, timeout=WAIT_S, check=False)
    assert done.returncode == 0
    arrived(budi, "bot")


# --- UDP ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def classic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClassicServer]:
    with ClassicServer(tmp_path_factory.mktemp("classic")) as process:
        yield process
        assert process.alive


def test_a_script_speaks_udp_with_everybody(classic: ClassicServer) -> None:
    ani = classic.irc("ani")
    script = Script("--udp", "--port", classic.ports.udp_port, "--name", "Siti Nur")
    script.write("halo lewat UDP")
    arrived(ani, "Siti Nur")
    assert said(ani) == ("Siti_Nur", "halo lewat UDP")
    ani.send("PRIVMSG #lobby :halo Siti")
    script.read_until("ani: halo Siti")
    code, _, errors = script.end()
    assert (code, errors) == (0, "")
    gone(ani, "Siti Nur")
    ani.leave()


@pytest.mark.filterwarnings(FORK_WARNING)
def test_a_terminal_speaks_udp_with_the_udp_program_and_with_everybody(classic: ClassicServer) -> None:
    ani = classic.irc("ani")
    program = classic.enter(UdpProgram, "lama", ani)
    with Terminal("--udp", "--port", classic.ports.udp_port, "--name", "Siti") as terminal:
        terminal.wait_for("Write a first message to join")
        terminal.enter("halo semua")
        arrived(ani, "Siti")
        assert said(ani) == ("Siti", "halo semua")
        program.until("Siti: halo semua")
        terminal.wait_for("Siti: halo semua")
        terminal.type("sedang menget")
        program.say("halo Siti")
        terminal.wait_for("lama: halo Siti")
        terminal.type("ik")
        terminal.wait_for_prompt(">> sedang mengetik")
        terminal.enter("")
        while said(ani) != ("Siti", "sedang mengetik"):
            pass
        terminal.enter("exit")
        gone(ani, "Siti")
        assert terminal.wait_for_end() == 0


def test_a_udp_script_without_a_server_ends_with_one() -> None:
    port = free_port()
    done = subprocess.run(
        [*COMMAND, "--udp", "--port", str(port), "--name", "bot"],
        cwd=ROOT,
        input=b"halo\n",
        capture_output=True,
        timeout=WAIT_S,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == b""
    assert f"There is no server at 127.0.0.1 port {port}".encode() in done.stderr
