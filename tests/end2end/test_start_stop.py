"""Starting and stopping `server.py`: what it says, what it refuses, and how it ends (reliability F11)."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import translations
from tests.end2end.harness import (
    NAME,
    QUIET,
    ROOT,
    WAIT_S,
    Launch,
    ServerProcess,
    certificate_files,
    commands,
    free_port,
)


def run(*options: str, language: str = "en") -> subprocess.CompletedProcess[str]:
    """Start a server that is meant to end by itself."""
    return subprocess.run(
        [sys.executable, str(ROOT / "server.py"), *options],
        env={**os.environ, "LANGUAGE": language, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=WAIT_S,
        check=False,
    )


def refusal(*options: str) -> str:
    """The one sentence with which a server does not start."""
    ended = run(*options)
    assert ended.returncode == 2, ended.stderr
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1, ended.stderr
    return ended.stderr.strip()


# --- what it says ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "id"])
def test_help_names_every_option_and_gives_examples(language: str) -> None:
    ended = run("--help", language=language)
    assert ended.returncode == 0
    assert ended.stderr == ""
    for option in ("--host", "--port", "--data", "--config", "--lobby", "--name", "--log-level", "--version"):
        assert option in ended.stdout
    assert "python3 server.py --port 8889" in ended.stdout
    assert max(map(len, ended.stdout.splitlines())) < 100


def test_help_is_in_the_language_of_the_system() -> None:
    assert "Start a chat server" in run("--help").stdout
    assert "Start a chat server" not in run("--help", language="id").stdout


def test_version_is_said() -> None:
    assert run("--version").stdout.startswith("obrolan-")


def test_the_first_screen_names_the_server_and_what_to_type(launch: Launch) -> None:
    server = launch(QUIET, "--name", "Lab 2")
    assert "Chat server “Lab 2” is ready     (Ctrl+C stops it)" in server.output
    assert f"python3 -m client.main --port {server.port}" in server.output


def test_the_first_screen_is_in_the_language_of_the_system(launch: Launch) -> None:
    server = launch(QUIET, language="id")
    translations.set_language("id")
    assert translations.tr("Chat server “{name}” is ready").format(name="Obrolan") in server.output
    assert "is ready" not in server.output


def test_on_all_addresses_it_names_one_to_give_to_others(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, QUIET, host="0.0.0.0") as server:
        assert server.connect("ani").fence() == []


@pytest.mark.skipif(not Path("/proc/net/if_inet6").exists(), reason="this computer has no IPv6")
def test_it_listens_on_ipv6_too(tmp_path: Path) -> None:
    with (
        ServerProcess(tmp_path, QUIET, host="::") as server,
        socket.create_connection(("::1", server.port), WAIT_S) as six,
    ):
        six.sendall(b"PING a\r\n")
        assert six.recv(100) == f":{NAME} PONG {NAME} :a\r\n".encode()
        assert server.connect("ani").ask("PING b") == [f":{NAME} PONG {NAME} :b"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no root")
def test_who_starts_it_as_root_is_told_that_an_ordinary_user_will_do(launch: Launch) -> None:
    server = launch(QUIET)
    server.wait_for("a flush of the disk takes")  # which is said after it
    assert server.output.count("the server runs as root and need not") == (os.geteuid() == 0)


# --- the log lines --------------------------------------------------------------------------------


def test_joins_parts_and_ends_are_one_line_each_with_the_number_of_those_online(launch: Launch) -> None:
    server = launch()
    ani, bela = server.connect("ani"), server.connect("bela")
    ani.ask("JOIN #x", "PART #x :tired of x")
    server.wait_for(r"ani joined #x +\| +2 online")
    server.wait_for(r"ani left #x \(tired of x\) +\| +2 online")
    bela.send("QUIT :good night")
    server.wait_for(r"bela is gone \(Quit: good night\) +\| +1 online")


@pytest.mark.parametrize(("level", "shown"), [("debug", True), ("info", False)])
def test_messages_are_shown_at_the_level_debug_only(launch: Launch, level: str, shown: bool) -> None:
    server = launch(QUIET, "--log-level", level)
    ani = server.connect("ani")
    ani.ask("JOIN #x", "PRIVMSG #x :a secret", "NOTICE #x :another", "PRIVMSG ani :private")
    ani.ask("PART #x")
    server.wait_for("ani left")
    assert ("#x <ani> a secret" in server.output) is shown
    assert ("#x <ani> another" in server.output) is shown
    assert "private" not in server.output


def test_at_the_level_warning_nobody_is_shown(launch: Launch) -> None:
    server = launch(QUIET, "--log-level", "warning")
    server.connect("ani").ask("JOIN #x")
    assert server.terminate() == 0
    assert "ani" not in server.output


def test_control_characters_in_what_people_send_never_reach_the_terminal(launch: Launch) -> None:
    server = launch(QUIET, "--log-level", "debug")
    ani = server.connect("ani")
    evil = "\x1b]0;owned\x07\x08\x7f\x9b\u202e\u200b\x0b."
    ani.ask("JOIN #x", f"PRIVMSG #x :{evil}", f"PART #x :{evil}", "PRIVMSG #x :%s %d {0} {name}")
    ani.send(f"QUIT :{evil}")
    server.wait_for("ani is gone")
    shown = [line for line in server.output.splitlines() if "ani" in line and "client.main" not in line]
    assert "".join(shown).isprintable()
    escaped = r"\x1b]0;owned\x07\x08\x7f\x9b\u202e\u200b\x0b."
    assert f"left #x ({escaped})" in server.output
    assert f"is gone (Quit: {escaped})" in server.output
    assert f"<ani> {escaped}" in server.output


def test_standard_output_that_is_no_terminal_gets_plain_lines(launch: Launch) -> None:
    server = launch({**QUIET, "logs": {"format": "json"}})
    server.connect("ani").ask("JOIN #x")
    line = server.wait_for(r"(?m)^.*ani joined.*$")[0]
    assert re.fullmatch(r"  \d\d\.\d\d  ani joined #x +\|  1 online", line)


# --- what it refuses ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[server\n", "server.toml is not valid TOML: "),
        ('[listen]\nport = "8888"', "server.toml, line 2: port in [listen] must look like 8888"),
        ('[lobby]\nname = "lobby"', "The lobby 'lobby' must begin with # and hold no space or comma, like #lobby"),
        (
            '[listen]\nport = 0\n[logs]\nfile = "/dev/null/server.log"',
            "The log file /dev/null/server.log cannot be written: ",
        ),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_sentence_and_exit_code_2(
    tmp_path: Path, text: str, sentence: str
) -> None:
    file = tmp_path / "server.toml"
    file.write_text(text, encoding="utf-8")
    assert sentence in refusal("--config", str(file), "--data", str(tmp_path))


def test_options_come_before_the_file(launch: Launch) -> None:
    server = launch({"server": {"network": "From file"}, "lobby": {"name": "#file"}}, "--name", "From option")
    assert "“From option”" in server.output
    assert "366 ani #file" in "".join(server.connect("").register("ani"))


def test_a_taken_port_is_one_sentence_that_names_a_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        sentence = refusal("--host", "127.0.0.1", "--port", str(port), "--data", str(tmp_path))
    assert sentence.startswith(f"Port {port} is used by another program")
    assert "Start with another one: python3 server.py --port " in sentence
    assert port < int(sentence.rpartition(" ")[2]) < port + 50
    if sys.platform == "linux":
        assert f"pid {os.getpid()})" in sentence


def test_an_address_that_is_not_ours_is_one_sentence(tmp_path: Path) -> None:
    sentence = refusal("--host", "192.0.2.1", "--port", "0", "--data", str(tmp_path))
    assert sentence.startswith("The address 192.0.2.1 cannot be used here (")


def test_a_second_server_on_the_same_data_folder_is_told_so(launch: Launch) -> None:
    server = launch(QUIET)
    sentence = refusal("--host", "127.0.0.1", "--port", "0", "--data", str(server.data))
    assert sentence.startswith(f"Another server is using the data folder {server.data}.")
    assert server.connect("ani").fence() == []


def test_a_data_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    sentence = refusal("--host", "127.0.0.1", "--port", "0", "--data", str(tmp_path / "file" / "data"))
    assert "cannot be used: " in sentence


# --- how it ends ----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_tells_every_client_and_ends_with_exit_code_0(launch: Launch, number: signal.Signals) -> None:
    server = launch(QUIET)
    registered = [server.connect(f"orang{number}") for number in range(10)]
    strangers = [server.connect() for _ in range(5)]
    for stranger in strangers:
        stranger.ask("PONG")
    strangers.append(server.connect())  # has said nothing: not even what it speaks is known
    for client in registered:
        client.ask("JOIN #x")
    for client in registered:
        client.fence()
    server.process.send_signal(number)
    for client in registered + strangers:
        *before, last = client.rest()
        assert last == "ERROR :Closing link: Server is shutting down"
        assert set(commands(before)) <= {"QUIT"}, "others may be seen to go first"
    assert server.process.wait(WAIT_S) == 0
    server.wait_for("stopping; everybody is told")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no terminals that hang up")
def test_a_server_whose_terminal_window_is_closed_ends(tmp_path: Path) -> None:
    """SIGHUP reads the settings anew, but for a server that ran in a window it says that the window is gone."""
    ours, theirs = os.openpty()
    command = [sys.executable, str(ROOT / "server.py"), "--host", "127.0.0.1", "--port", "0", "--data", str(tmp_path)]
    environment = {**os.environ, "LANGUAGE": "en", "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        os.close(theirs)
        while "is ready" not in process.stdout.readline():
            pass  # the banner stands: signals are taken over
        os.close(ours)
        process.send_signal(signal.SIGHUP)
        assert process.wait(WAIT_S) == 0


def test_what_was_sent_before_the_signal_is_echoed_before_the_error(launch: Launch) -> None:
    server = launch(QUIET)
    ani = server.connect("ani", "echo-message")
    ani.ask("JOIN #x")
    ani.send(*[f"PRIVMSG #x :{number}" for number in range(500)])
    assert server.connect("bela").ask("ISON ani")
    server.process.send_signal(signal.SIGTERM)
    lines = ani.rest()
    assert commands(lines) == ["PRIVMSG"] * (len(lines) - 1) + ["ERROR"]
    assert [line.rpartition(":")[2] for line in lines[:-1]] == [str(number) for number in range(len(lines) - 1)]


def test_one_who_never_reads_does_not_hold_up_the_end(launch: Launch) -> None:
    server = launch(QUIET)
    ani, deaf = server.connect("ani"), server.connect("tuli", receive_buffer=4096)
    for client in (ani, deaf):
        client.ask("JOIN #x")
    for number in range(40):
        ani.ask(*[f"PRIVMSG #x :{number} {'x' * 400}"] * 20)
    assert server.terminate() == 0


def test_a_server_that_was_killed_can_start_again_at_once_on_its_port_and_folder(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, QUIET, port=free_port()) as server:
        client = server.connect("ani")
        client.ask("JOIN #x")
        server.kill()
        assert client.rest() == []
        server.start()
        assert server.connect("ani").ask("PING a") == [f":{NAME} PONG {NAME} :a"]


def test_the_host_that_stands_for_an_address_survives_a_restart_and_differs_between_servers(tmp_path: Path) -> None:
    hosts = []
    for folder, starts in (("a", 2), ("b", 1)):
        for _ in range(starts):
            with ServerProcess(tmp_path / folder, QUIET) as server:
                (server.data / "host-key").write_bytes(folder.encode() * 32)
                server.kill()
                server.start()
                hosts.append(server.connect("ani").ask("USERHOST ani"))
    assert hosts[0] == hosts[1] != hosts[2]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux's")
def test_nothing_of_the_process_is_left_for_others_to_read(tmp_path: Path) -> None:
    with ServerProcess(tmp_path) as server:
        server.connect("siti").ask("PRIVMSG #lobby :halo")
        process = Path(f"/proc/{server.pid}")
        assert re.search(r"^Umask:\s+0077$", (process / "status").read_text("ascii"), re.MULTILINE)
        assert re.search(r"^Max core file size\s+0\s+0\s", (process / "limits").read_text("ascii"), re.MULTILINE)
        made = [path for path in server.data.rglob("*") if path.name not in {"host-key", *certificate_files()}]
        assert made
        assert [path for path in made if path.stat().st_mode & 0o077] == []
