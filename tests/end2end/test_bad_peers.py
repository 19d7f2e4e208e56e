"""Peers that close at once, drip or never read, and a process without descriptors (reliability F9; L4, L5 and F6 are
`test_crowds.py`).

Each is cut by its deadline; the others notice nothing, and nothing is left of it.
"""

from __future__ import annotations

import itertools
import resource
import socket
import struct
import sys
import time
from collections.abc import Iterator

import pytest

from tests.end2end.harness import NAME, Connect, IrcClient, Launch, ServerProcess, Settings, commands, source

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

MEBIBYTE = 1 << 20
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER that makes close send RST."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    limits = {"flood_protection": False, "registration_timeout_s": 2.0, "write_timeout_s": 0.5}
    settings: Settings = {"lobby": {"autojoin": False}, "limits": limits}
    with ServerProcess(tmp_path_factory.mktemp("server"), settings) as process:
        yield process


def chat(speaker: IrcClient, listener: IrcClient, channel: str = "#x") -> None:
    """One line goes from one to the other."""
    speaker.ask(f"PRIVMSG {channel} :still here")
    assert f":{source(speaker.nickname)} PRIVMSG {channel} :still here" in listener.fence()


def settle(client: IrcClient, server: ServerProcess, descriptors: int) -> None:
    """Wait until the server holds no more descriptors than these; bounded by the test's time-out."""
    while server.descriptors() > descriptors:
        client.fence()


# --- those who come and go ------------------------------------------------------------------------


@pytest.mark.parametrize("sent", [b"", b"N", b"NICK x\r\n", b"NICK x\r\nUSER u 0 * :x\r\n", b"\x16"])
@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
def test_connects_that_close_at_once_leave_nothing(
    connect: Connect, server: ServerProcess, sent: bytes, reset: bool
) -> None:
    ani, bela = connect("ani"), connect("bela")
    for client in (ani, bela):
        client.ask("JOIN #x")
    descriptors, threads, memory = server.descriptors(), server.threads(), server.memory_bytes()
    for _ in range(60):
        with socket.create_connection(("127.0.0.1", server.port)) as peer:
            if reset:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            peer.sendall(sent)
    chat(ani, bela)
    connect("akhir")  # who comes after them is let in after them
    settle(ani, server, descriptors + 1)
    assert server.threads() == threads
    assert server.memory_bytes() - memory < 4 * MEBIBYTE
    assert ani.ask("ISON x") == [f":{NAME} 303 ani :"]
    assert commands(connect().register("x"))[0] == "001"


def test_killed_members_are_seen_to_quit_and_their_nicknames_are_free(connect: Connect, server: ServerProcess) -> None:
    ani = connect("ani")
    ani.ask("JOIN #x")
    descriptors = server.descriptors()
    for number in range(50):
        member = connect(f"korban{number}")
        member.ask("JOIN #x")
        member.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        member.close()
    quits = [ani.expect("QUIT").source for _ in range(50)]
    assert sorted(quits) == sorted(source(f"korban{number}") for number in range(50))
    settle(ani, server, descriptors)
    assert ani.ask("NAMES #x")[0] == f":{NAME} 353 ani = #x :@ani"


def test_a_half_closed_socket_is_an_end(connect: Connect) -> None:
    ani, bela = connect("ani"), connect("bela")
    for client in (ani, bela):
        client.ask("JOIN #x")
    bela.fence()
    bela.socket.shutdown(socket.SHUT_WR)
    assert bela.rest() == []
    assert ani.expect("QUIT").params == ["Connection closed"]


def test_what_a_half_closed_socket_had_sent_before_is_said(connect: Connect) -> None:
    ani, bela = connect("ani"), connect("bela")
    for client in (ani, bela):
        client.ask("JOIN #x")
    bela.send("PRIVMSG #x :and out")
    bela.socket.shutdown(socket.SHUT_WR)
    assert ani.expect("PRIVMSG", "QUIT").command == "PRIVMSG"
    assert ani.expect("QUIT").source == source("bela")


# --- those who say nothing ------------------------------------------------------------------------


def test_one_byte_at_a_time_does_not_put_the_deadline_off(connect: Connect) -> None:
    client = connect()
    client.socket.settimeout(0.05)
    sent = 0
    while not client._lines:
        client.send_bytes(b"x" if sent else b"@")
        sent += 1
        try:
            client._receive()
        except TimeoutError:
            continue  # nothing has come yet: drip on
    client.socket.settimeout(20)
    assert client.rest() == ["ERROR :Closing link: Registration took too long"]
    assert sent > 3


# --- those who never read -------------------------------------------------------------------------


def flood_until_quit(speaker: IrcClient, watcher: IrcClient, victim: str) -> str:
    """Speak until the victim is gone; the reason the others read."""
    for number in itertools.count():
        speaker.ask(*[f"PRIVMSG #x :{number} {'x' * 400}"] * 20)
        for line in watcher.fence():
            if line.startswith(f":{victim}!") and " QUIT " in line:
                return line.partition(" QUIT ")[2]
    raise AssertionError("cannot happen")


def test_a_reader_that_never_reads_is_cut_by_the_write_deadline_and_others_notice_nothing(
    connect: Connect, server: ServerProcess
) -> None:
    ani, bela = connect("ani"), connect("bela")
    deaf = server.connect("tuli", receive_buffer=4096)
    for client in (ani, bela, deaf):
        client.ask("JOIN #x")
    ani.fence()
    memory = server.memory_bytes()
    reason = flood_until_quit(ani, bela, "tuli")
    assert reason in (":Write timeout", ":SendQ exceeded")
    chat(bela, ani)
    assert server.memory_bytes() - memory < 16 * MEBIBYTE  # about 8 of them are SQLite's, for what is kept of it
    assert commands(connect().register("tuli"))[0] == "001"


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"sendq_soft_bytes": 8192, "sendq_hard_bytes": 32768}, ":SendQ exceeded"),
        ({"write_timeout_s": 0.3, "sendq_hard_bytes": 1 << 30}, ":Write timeout"),
    ],
)
def test_the_reason_of_the_cut_is_told_to_the_others(launch: Launch, limits: dict[str, float], reason: str) -> None:
    server = launch({"lobby": {"autojoin": False}, "limits": {"flood_protection": False, **limits}})
    ani, bela = server.connect("ani"), server.connect("bela")
    deaf = server.connect("tuli", receive_buffer=4096)
    for client in (ani, bela, deaf):
        client.ask("JOIN #x")
    assert flood_until_quit(ani, bela, "tuli") == reason


def test_a_slow_reader_that_keeps_reading_loses_nothing(launch: Launch) -> None:
    server = launch()
    ani = server.connect("ani")
    slow = server.connect("pelan", receive_buffer=4096)
    for client in (ani, slow):
        client.ask("JOIN #x")
    got: list[bytes] = []
    for number in range(200):
        ani.ask(f"PRIVMSG #x :{number} {'x' * 400}")
        got.append(slow.socket.recv(300))
    slow._rest = b"".join(got)
    numbers = [int(slow.expect("PRIVMSG").params[1].split(maxsplit=1)[0]) for _ in range(200)]
    assert numbers == list(range(200))


def test_who_asks_for_more_than_it_reads_is_not_read_any_more_and_then_cut(launch: Launch) -> None:
    limits = {"flood_protection": False, "write_timeout_s": 0.4}
    server = launch({"lobby": {"autojoin": False}, "limits": limits})
    greedy, ani = server.connect("rakus", receive_buffer=4096), server.connect("ani")
    memory = server.memory_bytes()
    greedy.socket.settimeout(0.2)
    sent = 0
    try:
        for _ in range(10_000):
            greedy.send_bytes(b"VERSION\r\n" * 200)
            sent += 1
    except (TimeoutError, ConnectionError):
        pass  # the server does not read any more, or has cut it
    assert sent < 5000, "the server took all of it"
    while ani.ask("ISON rakus") != [f":{NAME} 303 ani :"]:
        pass  # bounded by the test's time-out
    assert server.memory_bytes() - memory < 8 * MEBIBYTE


def test_a_long_answer_is_no_reason_to_be_cut(launch: Launch) -> None:
    limits = {"flood_protection": False, "sendq_soft_bytes": 4096, "sendq_hard_bytes": 8192}
    server = launch({"lobby": {"autojoin": False}, "limits": limits})
    ani = server.connect("ani")
    for start in range(0, 100, 10):
        ani.ask("JOIN " + ",".join(f"#{number}" for number in range(start, start + 10)))
        ani.ask(*[f"TOPIC #{number} :{'t' * 380}" for number in range(start, start + 10)])
    assert len(ani.ask("LIST")) == 100 + 3


def test_who_asks_for_history_and_does_not_read_it_costs_one_answer_and_loses_none(launch: Launch) -> None:
    server = launch()
    greedy = server.connect("rakus", "draft/chathistory", "batch")
    ani = server.connect("ani", "draft/chathistory", "batch")
    for client in (greedy, ani):
        client.ask("JOIN #x")
    for _ in range(10):
        ani.ask(*[f"PRIVMSG #x :{'x' * 400}"] * 100)
    greedy.fence()
    memory = server.memory_bytes()
    greedy.send(*["CHATHISTORY LATEST #x * 1000"] * 60)
    for _ in range(40):
        ani.ask("CHATHISTORY LATEST #x * 1000")  # read by the same workers, in turn
    assert server.memory_bytes() - memory < 25 * MEBIBYTE
    assert len(greedy.fence()) == 60 * 1002


# --- no descriptors left --------------------------------------------------------------------------


def test_without_file_descriptors_it_does_not_spin_and_recovers(launch: Launch) -> None:
    limits = {"flood_protection": False, "registration_timeout_s": 1.5}
    server = launch({"lobby": {"autojoin": False}, "limits": limits})
    ani, bela, silent = server.connect("ani"), server.connect("bela"), server.connect()
    for client in (ani, bela):
        client.ask("JOIN #x")
    few = server.descriptors() + 10
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (few, few))
    crowd = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(60)]
    server.wait_for("no connection can be accepted")
    started, before = time.monotonic(), server.cpu_s()
    silent.rest()  # it is cut by its deadline: until then nothing happens that would need the CPU
    used = (server.cpu_s() - before) / (time.monotonic() - started)
    assert used < 0.2
    chat(ani, bela)
    for peer in crowd:
        peer.close()
    freed = time.monotonic()
    citra = IrcClient(server.port)
    while True:
        try:
            citra.register("citra")
            break
        except (AssertionError, OSError):  # turned away still: the next one may be let in
            citra.close()
            citra = IrcClient(server.port)
    print(f"F9: {used:.0%} of a core while it had none; let in again after {time.monotonic() - freed:.2f} s")
    chat(bela, ani)
    citra.close()
    assert server.alive
