"""A real window at a server that sends it whatever it likes (reliability B10): nothing is raised, and it stays usable.

`--hostile-lines N` for more than 5,000; with `-s` the longest time for which the window did not react is shown.
"""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from PyQt5.QtCore import QTimer
from pytestqt.qtbot import QtBot

from client.changes import LinkState
from protocol import parse
from tests.client.test_session_hostile import COMMANDS, SOURCES, WORDS
from tests.end2end.test_bad_input import HOSTILE
from tests.end2end.test_windows import PATIENCE_MS, Window
from tests.fakes import CAPABILITIES

AT_ONCE = 100
TAGS = [b"", b"", b"@msgid=m1;time=2026-11-20T03:32:00.123Z ", b"@batch=1 ", b"@label=1 ", b"@;=;a=\\ ", b"@time=x "]
WELCOME = [
    ":srv 001 {0} :Hi",
    ":srv 005 {0} NETWORK=x CHANTYPES=# PREFIX=(ov)@+ CASEMAPPING=ascii :are supported",
    ":srv 422 {0} :No motd",
    ":{0}!u@h JOIN #lobby",
    ":srv 353 {0} = #lobby :@{0} Budi Ani",
    ":srv 366 {0} #lobby :End",
]
LOUD = [
    "\u0301" * 1000,
    "😀" * 1000,
    "\u202e" * 500,
    "\x0304,08" * 300,
    "a\u200b" * 500,
    "<img src='file:///dev/zero'>",
]


def line(chance: random.Random) -> bytes:
    """Something that no server of ours would say, with a line end."""
    if chance.random() < 0.05:
        return chance.randbytes(chance.randrange(300)).replace(b"\n", b"") + b"\n"
    command = chance.choice([*COMMANDS, *(f"{number:03}" for number in range(1000))])
    words = [chance.choice([*WORDS, *LOUD]).encode() for _ in range(chance.randrange(6))]
    words += [chance.choice(list(HOSTILE.values()))] if chance.random() < 0.2 else []
    front = chance.choice(TAGS) + b":" + chance.choice(SOURCES).encode()
    whole = b" ".join([front, command.encode(), *words]).replace(b"\n", b"").replace(b"ERROR", b"NOTICE")
    return whole + b"\r\n"


class HostileServer(threading.Thread):
    """Lets a client in, then sends it so many lines, a hundred at a time, each time until it answers a PING."""

    def __init__(self, lines: int, seed: int) -> None:
        super().__init__(name="hostile")
        self._lines = lines
        self._chance = random.Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.sent = 0
        self.logins = 0
        self.failed = ""

    def run(self) -> None:
        while self.sent < self._lines:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return  # closed: the test is over
            with sock:
                sock.settimeout(PATIENCE_MS / 1000)
                try:
                    self._serve(sock)
                except OSError as error:
                    self.failed = f"{error!r} after {self.sent} lines"

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.join()

    def _serve(self, sock: socket.socket) -> None:
        peer = sock.makefile("rb")
        if peer.peek(1)[:1] == b"\x16":  # it comes in clear next
            return
        self._let_in(sock, peer)
        while self.sent < self._lines:
            lines = [line(self._chance) for _ in range(AT_ONCE)]
            self.sent += AT_ONCE
            sock.sendall(b"".join(lines) + f":srv PING :fence-{self.sent}\r\n".encode())
            self._until(peer, b"PONG", f"fence-{self.sent}".encode())
        sock.sendall(b":Siti!u@h JOIN #selesai\r\n:srv PING :last\r\n")
        self._until(peer, b"PONG", b"last")
        self._until(peer, b"QUIT", b"")

    def _let_in(self, sock: socket.socket, peer: Iterator[bytes]) -> None:
        nickname = "Siti"
        for each in peer:
            message = parse(each.rstrip())
            if message.command == "CAP" and message.params[0] == "LS":
                sock.sendall(f":srv CAP * LS :{CAPABILITIES}\r\n".encode())
            elif message.command == "CAP" and message.params[0] == "REQ":
                sock.sendall(f":srv CAP * ACK :{message.params[-1]}\r\n".encode())
            elif message.command == "CAP" and message.params[0] == "END":
                break
            elif message.command == "NICK":
                nickname = message.params[0]
        self.logins += 1
        sock.sendall("".join(text.format(nickname) + "\r\n" for text in WELCOME).encode())

    def _until(self, peer: Iterator[bytes], command: bytes, token: bytes) -> None:
        for each in peer:
            if each.startswith(command) and token in each:
                return


class Stalls:
    """How long Qt's loop did not come round, at the longest."""

    def __init__(self, window: Window) -> None:
        self.longest = 0.0
        self._last = time.monotonic()
        self._timer = QTimer(window.main)
        self._timer.timeout.connect(self._tick)
        self._timer.start(1)

    def _tick(self) -> None:
        now = time.monotonic()
        self.longest, self._last = max(self.longest, now - self._last), now


@pytest.mark.parametrize("seed", [1])
def test_whatever_a_server_sends_the_window_raises_nothing_and_stays_usable(
    qtbot: QtBot, request: pytest.FixtureRequest, seed: int
) -> None:
    wanted = int(request.config.getoption("--hostile-lines"))
    server = HostileServer(wanted, seed)
    server.start()
    try:
        window = Window(qtbot)
        window.log_in(server.port, "Siti")
        qtbot.waitUntil(lambda: server.logins == 1, timeout=PATIENCE_MS)
        stalls = Stalls(window)
        qtbot.waitUntil(
            lambda: bool(server.failed) or "#selesai" in window.main.session.conversations, timeout=30_000 + wanted * 10
        )
        assert not server.failed, server.failed
        assert (server.sent, server.logins) == (wanted, 1)
        assert window.main.session.state is LinkState.ONLINE
        window.type("masih di sini")
        assert window.shown(), "the message list answers"
        print(f"B10: {server.sent:,} lines, nothing raised, longest stall {stalls.longest * 1000:.0f} ms")
    finally:
        window.main.close()
        server.close()
