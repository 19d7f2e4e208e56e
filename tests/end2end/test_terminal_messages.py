"""The terminal client at the real server: what was said before, and what people do with messages."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import pytest

from tests.end2end.harness import ROOT, WAIT_S, IrcClient, Settings, free_port
from tests.end2end.harness import ServerProcess as Server
from tests.faultproxy import FaultProxy
from tests.terminals import FORK_WARNING, Terminal

if sys.platform == "win32":
    pytest.skip("pseudo-terminals", allow_module_level=True)

pytestmark = pytest.mark.filterwarnings(FORK_WARNING)

Open = Callable[..., Terminal]
FAST: Settings = {"limits": {"flood_protection": False}, "accounts": {"kdf_iterations": 4096}}
CAPS = ("message-tags", "echo-message", "draft/message-redaction")
TIME = re.compile(r"\d\d\.\d\d ")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "server", FAST, port=free_port()) as process:
        yield process


@pytest.fixture
def open_terminal(server: Server) -> Iterator[Open]:
    with ExitStack() as terminals:

        def open_one(name: str, *arguments: object) -> Terminal:
            terminal = terminals.enter_context(
                Terminal("--port", server.port, "--name", name, *arguments, lines=50, columns=100)
            )
            terminal.wait_for("You are in #lobby.")
            terminal.wait_for_prompt()
            return terminal

        yield open_one


@pytest.fixture
def budi(server: Server) -> IrcClient:
    return server.connect("Budi", *CAPS)


def say(client: IrcClient, *texts: str) -> list[str]:
    """Say these in the lobby; their ids."""
    ids = []
    for text in texts:
        client.send(f"PRIVMSG #lobby :{text}")
        message = client.expect("PRIVMSG")
        while message.params[-1] != text:
            message = client.expect("PRIVMSG")
        ids.append(message.tags["msgid"])
    return ids


def lines(terminal: Terminal) -> list[str]:
    """What is on the screen, without times."""
    return [TIME.sub("", line) for line in terminal.shown]


def test_who_comes_later_reads_the_last_of_what_was_said_once(budi: IrcClient, open_terminal: Open) -> None:
    say(budi, *(f"pesan {number}." for number in range(25)))
    siti = open_terminal("Siti")
    siti.wait_for("pesan 24.")
    say(budi, "yang baru")
    siti.wait_for("yang baru")
    said = [line for line in lines(siti) if line.startswith("Budi: ")]
    assert said == [*(f"Budi: pesan {number}." for number in range(5, 25)), "Budi: yang baru"]


def test_how_much_is_shown_can_be_chosen(budi: IrcClient, open_terminal: Open) -> None:
    say(budi, "satu", "dua", "tiga")
    siti = open_terminal("Siti", "--history", "2")
    siti.wait_for("tiga")
    assert [line for line in lines(siti) if line.startswith("Budi: ")] == ["Budi: dua", "Budi: tiga"]


def test_history_shows_older_messages_with_numbers_that_commands_understand(
    budi: IrcClient, open_terminal: Open
) -> None:
    say(budi, *(f"pesan {number}." for number in range(80)))
    siti = open_terminal("Siti", "--history", "0")
    siti.enter("/history 70")
    siti.wait_for(" 70 ")
    siti.wait_for("  1 ")
    listed = [line.split(maxsplit=1)[1] for line in lines(siti) if re.match(r" *\d+ \d\d\.\d\d|^ *\d+ Budi", line)]
    assert listed == [f"Budi: pesan {number}." for number in range(10, 80)]
    siti.enter("/reply 3 setuju")
    siti.wait_for("> Budi: pesan 77.")
    siti.wait_for("Siti: setuju")
    siti.enter("/history 999")
    siti.wait_for(" 81 ")


def test_answers_reactions_changes_and_deletions_go_both_ways(budi: IrcClient, open_terminal: Open) -> None:
    siti, ani = open_terminal("Siti"), open_terminal("Ani")
    say(budi, "jadi besok?")
    for terminal in (siti, ani):
        terminal.wait_for("Budi: jadi besok?")
    siti.enter("/reply jadi")
    siti.enter("/react +1")
    for terminal in (siti, ani):
        terminal.wait_for("      > Budi: jadi besok?")
        terminal.wait_for("Siti: jadi")
        terminal.wait_for("-- Siti reacted 👍 to “jadi besok?”.")
    siti.enter("/edit jadi, jam 9")
    for terminal in (siti, ani):
        terminal.wait_for("-- Siti changed “jadi” to: jadi, jam 9")
    siti.enter("/delete")
    for terminal in (siti, ani):
        terminal.wait_for("-- Siti deleted “jadi, jam 9”.")
    siti.enter("/history")
    siti.wait_for("1 ")
    siti.wait_for("[👍 1]")
    assert any("this message was deleted" in line for line in lines(siti))


def test_who_is_writing_stands_above_the_prompt_while_they_do(budi: IrcClient, open_terminal: Open) -> None:
    siti, ani = open_terminal("Siti"), open_terminal("Ani")
    siti.type("ha")
    ani.wait_for("Siti is typing…")
    siti.enter("lo")
    ani.wait_for("Siti: halo")
    ani.wait_until(lambda: not any("typing" in line for line in ani.shown), "the end of it")


def test_a_search_shows_what_was_found_next_to_the_prompt(budi: IrcClient, open_terminal: Open) -> None:
    say(budi, "tugas pertama", "tidak penting", "tugas kedua")
    siti = open_terminal("Siti", "--history", "0")
    siti.enter("/search tugas")
    siti.wait_for("-- 2 messages were found.")
    found = [line for line in siti.shown if "[#lobby]" in line]
    assert [line.rpartition("] ")[2] for line in found] == ["Budi: tugas pertama", "Budi: tugas kedua"]
    siti.enter("/search gajah")
    siti.wait_for("-- Nothing was found for “gajah”.")


def test_what_cannot_be_done_is_said_and_stays_in_the_line(open_terminal: Open) -> None:
    siti = open_terminal("Siti", "--history", "0")
    siti.enter("/reply")
    siti.wait_for("-- /reply [NUMBER] TEXT")
    siti.press_control("u")
    siti.enter("/edit baru")
    siti.wait_for("-- There is no such message here.")
    siti.wait_for_prompt(">> /edit baru")


def test_a_script_reads_no_history_unless_it_asks(server: Server, budi: IrcClient) -> None:
    say(budi, "satu", "dua")
    command = [sys.executable, "-m", "client.terminal", "--port", str(server.port), "--name", "bot"]

    def run(*more: str) -> list[str]:
        done = subprocess.run(
            [*command, *more], input="halo\n", cwd=ROOT, capture_output=True, text=True, timeout=WAIT_S, check=True
        )
        said = [TIME.sub("", line) for line in done.stdout.splitlines()]
        return [line for line in said if not line.startswith("-- ")]

    assert run() == ["bot: halo"]
    assert run("--history", "2") == ["Budi: dua", "bot: halo", "bot: halo"]


def test_what_was_missed_while_the_connection_was_down_is_told_once_and_in_order(
    server: Server, budi: IrcClient
) -> None:
    say(budi, "sebelum")
    with (
        FaultProxy(server.port) as proxy,
        Terminal("--port", proxy.port, "--name", "Siti", lines=50, columns=100) as siti,
    ):
        siti.wait_for("sebelum")
        siti.wait_for_prompt()
        proxy.reset_clients()
        siti.wait_for("Connection lost. Trying again…")
        siti.enter("ditulis selagi putus")
        say(budi, "satu", "dua", "tiga")
        siti.wait_for("Siti: ditulis selagi putus")
        said = [line for line in lines(siti) if ": " in line and not line.startswith("--")]
        assert said == [
            "Budi: sebelum",
            "Budi: satu",
            "Budi: dua",
            "Budi: tiga",
            "Siti: ditulis selagi putus",
        ]


def read_until(stream: IO[str], text: str) -> list[str]:
    """The lines up to the one with this text."""
    read = []
    for line in stream:
        read.append(line)
        if text in line:
            return read
    raise AssertionError(f"it ended before {text!r}, after:\n" + "".join(read))


def test_a_script_misses_nothing_while_its_connection_is_down(server: Server, budi: IrcClient) -> None:
    say(budi, "sebelum")
    with FaultProxy(server.port) as proxy:
        command = [sys.executable, "-m", "client.terminal", "--port", str(proxy.port), "--name", "bot"]
        with subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as script:
            assert script.stdout is not None
            assert script.stdin is not None
            read_until(script.stdout, "You are in #lobby.")
            say(budi, "nol")
            read = read_until(script.stdout, "nol")
            proxy.reset_clients()
            say(budi, "satu", "dua")
            read += read_until(script.stdout, "Connected again")
            script.stdin.write("selesai\n")
            script.stdin.close()
            read += script.stdout.readlines()
    said = [TIME.sub("", line).strip() for line in read]
    assert [line for line in said if not line.startswith("--")] == [
        "Budi: nol",
        "Budi: satu",
        "Budi: dua",
        "bot: selesai",
    ]
