"""At each door what belongs to another one, and garbage (reliability B4): answered or cut, and nobody else notices.

`--garbage N` for more than 200 pieces of it at each door.
"""

from __future__ import annotations

import random
import socket
import ssl
from collections.abc import Iterator
from dataclasses import asdict

import pytest

from tests.end2end.classic_programs import free_ports
from tests.end2end.harness import WAIT_S, IrcClient, ServerProcess, Settings, free_port, source
from tests.end2end.test_tls import TLS, hello
from tests.fuzz.targets import UPGRADE

MEBIBYTE = 1 << 20
DOORS = ("irc", "tls", "inside tls", "websocket", "name first", "nick", "user", "udp")
CUTTING = ("irc", "tls", "inside tls", "websocket")
"""Where what is none of theirs has no right to stay; to the others any text is a name."""
OPENINGS = {
    "IRC": b"CAP LS 302\r\nNICK tamu\r\n",
    "TLS": hello(TLS),
    "half of TLS": hello(TLS)[:60],
    "HTTP": b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    "WebSocket": UPGRADE + b"\x81\x84\0\0\0\0PING",
    "half of WebSocket": UPGRADE[:70],
    "a name": b"Siti",
    "a datagram": b"Siti: halo semua",
    "SSH": b"SSH-2.0-OpenSSH_9.6\r\n",
    "zeros": bytes(64),
}


class Doors:
    """A server with every way in, and two who chat through all of it."""

    def __init__(self, server: ServerProcess, ports: dict[str, int]) -> None:
        self.server, self._ports = server, ports
        self.pair = server.connect("saksi1"), server.connect("saksi2")
        for client in self.pair:
            client.ask("JOIN #saksi")
        self.chat()

    def chat(self) -> None:
        ani, bela = self.pair
        bela.fence()
        ani.ask("PRIVMSG #saksi :masih di sini")
        assert [line for line in bela.fence() if "#saksi" in line] == [
            f":{source('saksi1')} PRIVMSG #saksi :masih di sini"
        ]

    def knock(self, door: str, data: bytes) -> socket.socket | None:
        """Say this at a door; the socket, None where there is no connection or it is gone already."""
        address = ("127.0.0.1", self._ports[door])
        if door == "udp":
            with socket.socket(type=socket.SOCK_DGRAM) as datagram:
                datagram.sendto(data, address)
            return None
        sock = socket.create_connection(address, WAIT_S)
        try:
            if door == "inside tls":
                sock = TLS.wrap_socket(sock)
            sock.sendall(data)
        except OSError:
            sock.close()
            return None
        return sock


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    classic, tls, websocket = free_ports(), free_port(), free_port()
    extra = [{"kind": "tls", "port": tls}, {"kind": "websocket", "port": websocket}]
    limits = {"flood_protection": False, "registration_timeout_s": 1.0, "tls_handshake_s": 0.5}
    settings: Settings = {
        "listen": {"extra": extra},
        "limits": limits,
        "classic": {"enabled": True, **asdict(classic)},
        "history": {"enabled": False},
    }
    with ServerProcess(tmp_path_factory.mktemp("server"), settings) as server:
        ports = {"irc": server.port, "tls": tls, "inside tls": tls, "websocket": websocket}
        ports |= {"name first": classic.name_first_port, "nick": classic.nick_port, "user": classic.user_port}
        yield Doors(server, ports | {"udp": classic.udp_port})
        assert server.alive


@pytest.fixture(autouse=True)
def _nobody_notices(doors: Doors) -> Iterator[None]:
    before = doors.server.memory_bytes()
    yield
    doors.chat()
    assert doors.server.memory_bytes() - before < 8 * MEBIBYTE
    assert "Traceback" not in doors.server.errors + doors.server.output


def until_the_end(sock: socket.socket) -> bytes:
    """All that comes until the server closes; bounded by the socket's time-out."""
    received = b""
    try:
        while data := sock.recv(65536):
            received += data
    except (ConnectionResetError, ssl.SSLError):
        pass  # that is an end too
    sock.close()
    return received


@pytest.mark.parametrize("door", CUTTING)
def test_what_belongs_to_another_door_is_cut_by_the_deadline(doors: Doors, door: str) -> None:
    texts = ("a name", "a datagram") if door == "irc" else ()  # who sends its name first is welcome there
    knocked = [doors.knock(door, opening) for name, opening in OPENINGS.items() if name not in texts]
    for sock in knocked:
        if sock is not None:
            answer = until_the_end(sock)
            assert b" 001 " not in answer
            assert len(answer) < 4096


@pytest.mark.parametrize("door", DOORS)
def test_what_belongs_to_another_door_and_leaves_harms_nobody(doors: Doors, door: str) -> None:
    for opening in OPENINGS.values():
        sock = doors.knock(door, opening)
        if sock is not None:
            hang_up(sock)


@pytest.mark.parametrize("door", DOORS)
def test_garbage_harms_nobody_at_any_door(doors: Doors, door: str, request: pytest.FixtureRequest) -> None:
    chance = random.Random(door)
    openings = [b"", b"", *OPENINGS.values()]
    for _ in range(int(request.config.getoption("--garbage"))):
        sock = doors.knock(door, chance.choice(openings) + chance.randbytes(chance.randrange(1, 1500)))
        if sock is not None:
            hang_up(sock)


def hang_up(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # it was cut already
    until_the_end(sock)


def test_a_newcomer_comes_in_after_all_of_it(doors: Doors) -> None:
    client = IrcClient(doors.server.port)
    client.register("baru")
    client.leave()
