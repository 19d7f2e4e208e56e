"""Fifty peers at once that read slowly, say nothing, stop half-way, vanish or are killed (reliability L4, L5, F6).

All of them are gone by their deadline, a newcomer comes in meanwhile, the others lose nothing, and nothing is left.
`--crowd N` for more than fifty; with `-s` the figures are shown.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.end2end.harness import Connect, IrcClient, Launch, ServerProcess, Settings, source
from tests.end2end.test_tls import TLS, hello
from tests.faultproxy import FaultProxy

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

LATEST_S = 5.0
"""How much later than its deadline a peer may be cut."""
LIMITS = {
    "flood_protection": False,
    "registration_timeout_s": 2.0,
    "tls_handshake_s": 1.0,
    "write_timeout_s": 1.0,
}
SILENCE_S = 4.0
MEBIBYTE = 1 << 20


@pytest.fixture
def crowd(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--crowd"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    settings: Settings = {"lobby": {"autojoin": False}, "limits": LIMITS, "history": {"enabled": False}}
    with ServerProcess(tmp_path_factory.mktemp("server"), settings) as process:
        yield process
        assert process.alive


class Before:
    """What the server held before they came; `check` waits until that is all it holds."""

    def __init__(self, server: ServerProcess, watcher: IrcClient) -> None:
        self._server, self._watcher = server, watcher
        self.descriptors, self.threads, self.memory = server.descriptors(), server.threads(), server.memory_bytes()

    def check(self) -> None:
        while self._server.descriptors() > self.descriptors:
            self._watcher.fence()  # bounded by the test's time-out
        assert self._server.threads() == self.threads


def newcomer(server: ServerProcess) -> float:
    """Somebody comes, is let in and leaves; how many seconds it took to come in."""
    started = time.monotonic()
    client = server.connect("baru")
    took = time.monotonic() - started
    client.leave()
    return took


def quits(watcher: IrcClient, count: int) -> list[str]:
    """Read until so many have quit; where they came from, in their order."""
    gone: list[str] = []
    while len(gone) < count:
        gone += [line[1:].partition(" ")[0] for line in watcher.fence() if " QUIT " in line]
    return gone


# --- those who do not read


def test_those_who_read_slowly_or_not_at_all_are_cut_and_the_others_lose_nothing(
    server: ServerProcess, connect: Connect, crowd: int
) -> None:
    ani = connect("ani")
    deaf = [server.connect(f"tuli{number}", receive_buffer=4096) for number in range(max(1, crowd // 50))]
    slow = [server.connect(f"pelan{number}", receive_buffer=4096) for number in range(crowd // 10)]
    readers = [server.connect(f"rajin{number}") for number in range(crowd - len(deaf) - len(slow))]
    for client in (ani, *deaf, *slow, *readers):
        client.ask("JOIN #x")
    ani.fence()
    before, started = Before(server, ani), time.monotonic()
    heard: list[list[str]] = [[] for _ in readers]
    gone: set[str] = set()
    said = 0
    while len(gone) < len(deaf) + len(slow):
        ani.send(*(f"PRIVMSG #x :{said + number} {'x' * 400}" for number in range(50)))
        said += 50
        gone |= {line[1:].partition("!")[0] for line in ani.fence() if " QUIT " in line}
        for client in slow:
            read_a_little(client)
        for reader, lines in zip(readers, heard, strict=True):
            lines += [line.split()[3][1:] for line in reader.fence() if " PRIVMSG #x " in line]
    took = time.monotonic() - started
    grown = server.memory_bytes() - before.memory
    assert gone == {client.nickname for client in (*deaf, *slow)}
    for reader, lines in zip(readers, heard, strict=True):
        lines += [line.split()[3][1:] for line in reader.fence() if " PRIVMSG #x " in line]
        assert lines == [str(number) for number in range(said)], reader.nickname
    assert grown < (len(deaf) + len(slow)) * MEBIBYTE // 2 + 8 * MEBIBYTE
    print(f"L4: {len(readers)} readers got all {said}; {len(gone)} cut in {took:.1f} s; {grown / MEBIBYTE:.1f} MiB")
    for client in (*deaf, *slow, *readers):
        client.close()


def read_a_little(client: IrcClient) -> None:
    """A hundred bytes, if there are any."""
    client.socket.setblocking(False)
    try:
        client.socket.recv(100)
    except (BlockingIOError, ConnectionResetError):
        pass  # nothing has come, or it is cut already


# --- those who stop half-way


@pytest.mark.parametrize(
    ("opening", "deadline"),
    [(b"", LIMITS["registration_timeout_s"]), (hello(TLS)[:50], LIMITS["tls_handshake_s"])],
    ids=["say nothing", "stop in the handshake"],
)
def test_those_who_say_nothing_or_half_of_it_are_gone_by_their_deadline_while_a_newcomer_comes_in(
    server: ServerProcess, connect: Connect, crowd: int, opening: bytes, deadline: float
) -> None:
    ani = connect("ani")
    before, started = Before(server, ani), time.monotonic()
    silent = [IrcClient(server.port) for _ in range(crowd)]
    for peer in silent:
        peer.send_bytes(opening)
    came_in = newcomer(server)
    for peer in silent:
        assert peer.rest() in ([], ["ERROR :Closing link: Registration took too long"])
        peer.close()
    took = time.monotonic() - started
    assert took < deadline + LATEST_S
    before.check()
    print(
        f"L5: {crowd} gone after {took:.1f} s (deadline {deadline} s); a newcomer was in after {came_in * 1000:.0f} ms"
    )
    ani.leave()


def test_those_who_vanish_are_gone_by_their_deadline_while_a_newcomer_comes_in(launch: Launch, crowd: int) -> None:
    limits = {"flood_protection": False, "ping_after_s": SILENCE_S / 2, "ping_timeout_s": SILENCE_S}
    server = launch({"lobby": {"autojoin": False}, "limits": limits, "history": {"enabled": False}})
    ani = server.connect("ani")
    ani.ask("JOIN #x")
    before = Before(server, ani)
    with FaultProxy(server.port) as proxy:
        people = [IrcClient(proxy.port) for _ in range(crowd)]
        for number, person in enumerate(people):
            person.send(f"NICK hilang{number}", "USER u 0 * :x", "JOIN #x")
        joined = 0
        while joined < crowd:
            joined += sum(" JOIN " in line for line in ani.fence())
        proxy.blackhole()
        started = time.monotonic()
        came_in = newcomer(server)
        gone = quits(ani, crowd)
        took = time.monotonic() - started
        for person in people:
            person.close()
    assert sorted(gone) == sorted(source(f"hilang{number}") for number in range(crowd))
    assert took < SILENCE_S + LATEST_S
    before.check()
    assert ani.ask("NAMES #x")[0].endswith(" #x :@ani")
    print(
        f"L5: {crowd} vanished, gone after {took:.1f} of {SILENCE_S:.0f} s; a newcomer in after {came_in * 1000:.0f} ms"
    )


# --- those who are killed

VICTIMS = r"""
import socket, ssl, sys
port, count = int(sys.argv[1]), int(sys.argv[2])
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
held = []
for number in range(count):
    sock = socket.create_connection(("127.0.0.1", port))
    sock = context.wrap_socket(sock) if number % 2 else sock
    sock.sendall(b"NICK korban%d\r\nUSER u 0 * :x\r\nJOIN #x\r\nPRIVMSG #x :half a li" % number)
    held.append(sock)
sys.stdin.read()
"""


def test_a_client_process_that_is_killed_is_seen_to_quit_and_leaves_nothing(
    server: ServerProcess, connect: Connect, crowd: int
) -> None:
    ani = connect("ani")
    ani.ask("JOIN #x")
    before = Before(server, ani)
    command = [sys.executable, "-c", VICTIMS, str(server.port), str(crowd)]
    with ExitStack() as stack:
        victims = stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE))
        stack.callback(victims.kill)
        joined = 0
        while joined < crowd:
            joined += sum(" JOIN " in line for line in ani.fence())
        victims.kill()
        started = time.monotonic()
        gone = quits(ani, crowd)
        took = time.monotonic() - started
    assert sorted(gone) == sorted(source(f"korban{number}") for number in range(crowd))
    before.check()
    assert connect("korban0").nickname == "korban0"
    print(f"F6: {crowd} killed at once, all seen to quit {took * 1000:.0f} ms later; no descriptor, no thread left")
