"""IRC over WebSocket (IRCv3 websocket): by the client of the `websockets` library, and byte by byte."""

from __future__ import annotations

import base64
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from tests.covering import covers
from tests.end2end.harness import NAME, QUIET, Connect, Launch, ServerProcess, source

TEXT, BINARY = Subprotocol("text.ircv3.net"), Subprotocol("binary.ircv3.net")


def address(server: ServerProcess) -> str:
    return f"ws://127.0.0.1:{server.port}/"


@pytest.fixture
def browser(server: ServerProcess) -> Iterator[ClientConnection]:
    with connect(address(server), subprotocols=[TEXT], compression=None) as client:
        yield client


def register(client: ClientConnection, nickname: str) -> None:
    for line in (f"NICK {nickname}", "USER u 0 * :x", "PING end"):
        client.send(line)
    until(client, f":{NAME} PONG {NAME} :end")


def until(client: ClientConnection, last: str) -> list[str | bytes]:
    """All messages before this one."""
    found: list[str | bytes] = []
    while (message := client.recv(timeout=20)) != last:
        found.append(message)
    return found


def answered(server: ServerProcess, origin: str | None) -> int:
    """The status with which a page of this origin is answered."""
    try:
        with connect(address(server), subprotocols=[TEXT], origin=Origin(origin) if origin else None):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


# --- the specification ----------------------------------------------------------------------------


def test_the_server_supports_both_subprotocols_and_the_clients_preference_counts(server: ServerProcess) -> None:
    """Features: "Servers ... MUST support both subprotocols"; "respecting the client's order of preference"."""
    for wanted, got in (([TEXT], TEXT), ([BINARY], BINARY), ([BINARY, TEXT], BINARY), ([Subprotocol("x"), TEXT], TEXT)):
        with connect(address(server), subprotocols=wanted, compression=None) as client:
            assert client.subprotocol == got


def test_text_or_binary_messages_are_exchanged_as_agreed(server: ServerProcess) -> None:
    """Features: "If `binary.ircv3.net` is negotiated, then client and server will exchange binary messages"."""
    for wanted, kind in ((TEXT, str), (BINARY, bytes)):
        with connect(address(server), subprotocols=[wanted], compression=None) as client:
            client.send("PING x" if kind is str else b"PING x")
            assert type(client.recv(timeout=20)) is kind


def test_who_agrees_on_nothing_is_answered_in_the_kind_it_sends(server: ServerProcess) -> None:
    """Other considerations: "autodetect the outgoing message type based on the type of the first incoming message"."""
    for message in ("PING x", b"PING x"):
        with connect(address(server), compression=None) as client:
            assert client.subprotocol is None
            client.send(message)
            assert type(client.recv(timeout=20)) is type(message)


@covers("PRIVMSG")
def test_each_message_is_one_line_without_its_end(browser: ClientConnection, connect_irc: Connect) -> None:
    """Features: "each message MUST consist of a single IRC line"."""
    register(browser, "siti")
    budi = connect_irc("budi")
    budi.ask("JOIN #lab")
    browser.send("JOIN #lab")
    browser.send("PRIVMSG #lab :halo 😀")
    browser.send("PING end")
    messages = until(browser, f":{NAME} PONG {NAME} :end")
    assert f":{source('siti')} JOIN #lab" in messages
    assert not any("\r" in str(message) or "\n" in str(message) for message in messages)
    assert budi.fence()[-1] == f":{source('siti')} PRIVMSG #lab :halo 😀"
    budi.ask("PRIVMSG #lab :hai")
    assert browser.recv(timeout=20) == f":{source('budi')} PRIVMSG #lab :hai"


@pytest.fixture
def connect_irc(connect_plain: Connect) -> Connect:
    return connect_plain


@pytest.fixture
def connect_plain(request: pytest.FixtureRequest) -> Connect:
    found: Connect = request.getfixturevalue("connect")
    return found


def test_a_line_of_the_full_length_passes_and_a_longer_one_is_answered(browser: ClientConnection) -> None:
    """Features: "Maximum message size is reduced by two bytes accordingly (ie. to 510 bytes ...)"."""
    fitting = "PING " + "x" * 400
    browser.send(fitting)
    assert str(browser.recv(timeout=20)).endswith("x" * 400)
    browser.send("PING " + "x" * 506)
    assert browser.recv(timeout=20) == f":{NAME} 417 * :Input line was too long"


def test_what_is_no_utf8_is_never_relayed_and_not_accepted_as_text(server: ServerProcess) -> None:
    """Features: "Servers MUST NOT relay non-UTF-8 content to clients using text messages"."""
    with connect(address(server), subprotocols=[BINARY], compression=None) as client:
        client.send(b"PING \xff")
        assert b"FAIL PING INVALID_UTF8 :Messages must be encoded in UTF-8" in client.recv(timeout=20, decode=False)
    with Raw(server) as raw:
        raw.shake()
        raw.send(1, b"PING \xff")
        assert raw.closed() == 1007


@pytest.mark.parametrize("line", ["PING a\r\nQUIT", "PING a\0b", "PING a\nQUIT"])
def test_a_message_of_two_lines_is_one_that_cannot_be(browser: ClientConnection, line: str) -> None:
    browser.send(line)
    assert browser.recv(timeout=20) == f":{NAME} 400 * * :A message cannot hold NUL, CR or LF"


def test_a_message_with_its_line_end_and_an_empty_one_do_no_harm(browser: ClientConnection) -> None:
    for line in ("", "\r\n", "PING a\r\n"):
        browser.send(line)
    assert browser.recv(timeout=20) == f":{NAME} PONG {NAME} :a"


# --- coming and going -----------------------------------------------------------------------------


def test_quit_is_confirmed_then_the_connection_is_closed(browser: ClientConnection) -> None:
    register(browser, "siti")
    browser.send("QUIT :dah")
    assert browser.recv(timeout=20) == "ERROR :Closing link: siti (Quit)"
    with pytest.raises(ConnectionClosed) as closed:
        browser.recv(timeout=20)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1000


def test_who_closes_the_page_has_quit(browser: ClientConnection, connect_irc: Connect) -> None:
    register(browser, "siti")
    budi = connect_irc("budi")
    budi.ask("JOIN #lab")
    browser.send("JOIN #lab")
    budi.expect("JOIN")
    browser.close()
    assert budi.expect("QUIT").params == ["Quit: Connection closed"]


def test_a_page_of_another_host_may_not_connect(server: ServerProcess) -> None:
    """A page somewhere in the web must not reach the server inside by way of somebody's browser."""
    assert answered(server, "https://evil.example") == 403
    assert answered(server, "http://127.0.0.1:3000") == 101
    assert answered(server, "null") == 403


def test_the_pages_that_may_connect_can_be_named(launch: Launch) -> None:
    server = launch({**QUIET, "listen": {"websocket_origins": ["https://chat.example"]}})
    assert answered(server, "https://chat.example") == 101
    assert answered(server, "http://127.0.0.1") == 403


def test_a_port_for_websocket_alone_and_more_ports_for_irc(launch: Launch) -> None:
    ports = [_free(), _free(), _free(), _free()]
    extra = [{"kind": "tcp", "port": ports[1]}, {"kind": "classic", "dialect": "nick", "port": ports[2]}]
    listen = {
        "websocket_host": "127.0.0.1",
        "websocket_port": ports[0],
        "extra": [*extra, {"kind": "udp", "port": ports[3]}],
    }
    server = launch({**QUIET, "listen": listen})
    with connect(f"ws://127.0.0.1:{ports[0]}/", subprotocols=[TEXT], compression=None) as client:
        client.send("PING x")
        assert client.recv(timeout=20) == f":{NAME} PONG {NAME} :x"
    with socket.create_connection(("127.0.0.1", ports[0]), 20) as plain:
        plain.sendall(b"NICK siti\r\n\r\n")
        assert plain.recv(100).startswith(b"HTTP/1.1 404")
    with socket.create_connection(("127.0.0.1", ports[1]), 20) as plain:
        plain.sendall(b"PING x\r\n")
        assert plain.recv(100) == f":{NAME} PONG {NAME} :x\r\n".encode()
    with socket.create_connection(("127.0.0.1", ports[2]), 20) as plain:
        assert plain.recv(100) == b"NICK"
    assert f"UDP {ports[3]}" in server.output


def test_it_can_be_switched_off(launch: Launch) -> None:
    server = launch({**QUIET, "features": {"websocket": False}})
    assert answered(server, None) == 404


def test_without_the_package_the_server_says_so_and_an_http_opening_gets_501(
    launch: Launch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 5: "Without the package an HTTP opening gets a fixed `HTTP/1.1 501` and is closed"."""
    (tmp_path / "websockets.py").write_text("raise ImportError", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    server = launch()
    server.wait_for("WebSocket is off: the package websockets turns it on")
    with Raw(server) as raw:
        raw.sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert raw.everything() == b"HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def test_silence_is_asked_after_and_cut(launch: Launch) -> None:
    """Limits: a sign of life is asked for by a ping of WebSocket, which every browser answers by itself."""
    server = launch({**QUIET, "limits": {"flood_protection": False, "ping_after_s": 0.3, "ping_timeout_s": 1.0}})
    with Raw(server) as raw:
        raw.shake()
        raw.send(1, b"NICK siti")
        raw.send(1, b"USER u 0 * :x")
        assert 9 in raw.opcodes_until(8), "ping, then close"


# --- byte by byte ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "request_line",
    ["GET / HTTP/1.1", "GET /index.html HTTP/1.1", "POST / HTTP/1.1", "HEAD / HTTP/1.1", "OPTIONS * HTTP/1.1"],
)
def test_any_other_request_gets_404_and_never_reaches_irc(server: ServerProcess, request_line: str) -> None:
    with Raw(server) as raw:
        raw.sock.sendall(f"{request_line}\r\nHost: a\r\nContent-Length: 11\r\n\r\nNICK evil\r\n".encode())
        answer = raw.everything()
        assert answer.startswith(b"HTTP/1.1 404 ")
        assert b"evil" not in answer


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13", b"400"),
        ("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13", b"400"),
        ("Upgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13", b"426"),
        ("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", b"400"),
    ],
)
def test_a_handshake_that_is_not_whole_is_refused(server: ServerProcess, head: str, status: bytes) -> None:
    with Raw(server) as raw:
        raw.sock.sendall(f"GET / HTTP/1.1\r\nHost: a\r\n{head}\r\n\r\n".encode())
        assert raw.everything().startswith(b"HTTP/1.1 " + status)


def test_a_head_without_end_is_cut(server: ServerProcess) -> None:
    with Raw(server) as raw:
        raw.sock.sendall(b"GET / HTTP/1.1\r\n")
        try:
            for number in range(2000):
                raw.sock.sendall(f"X-{number}: {'x' * 80}\r\n".encode())
        except OSError:
            pass  # cut already
        raw.everything()


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\x81\x04PING", 1002),  # not masked
        (b"\xc1\x80\0\0\0\0", 1002),  # a reserved bit
        (b"\x83\x80\0\0\0\0", 1002),  # an opcode that is none
        (b"\x80\x80\0\0\0\0", 1002),  # a continuation of nothing
        (b"\x89\xfe\x00\x7e" + bytes(130), 1002),  # a ping that is too long
        (b"\x82\xff" + struct.pack("!Q", 100 * 1024 * 1024) + b"\0\0\0\0", 1009),
        (b"\x81\xfe" + struct.pack("!H", 16 * 1024 + 1) + b"\0\0\0\0", 1009),
    ],
)
def test_a_frame_that_cannot_be_ends_the_connection(server: ServerProcess, frame: bytes, code: int) -> None:
    with Raw(server) as raw:
        raw.shake()
        raw.sock.sendall(frame)
        assert raw.closed() == code


def test_a_message_in_pieces_with_a_ping_between_is_one_line(server: ServerProcess) -> None:
    with Raw(server) as raw:
        raw.shake()
        raw.send(0x01, b"PI", final=False)
        raw.send(0x09, b"?")
        raw.send(0x00, b"NG", final=False)
        raw.send(0x00, b" x")
        assert raw.frame() == (0x0A, b"?")
        assert raw.frame() == (0x01, f":{NAME} PONG {NAME} :x".encode())


def test_pieces_that_never_end_are_bounded(server: ServerProcess) -> None:
    with Raw(server) as raw:
        raw.shake()
        raw.send(0x01, b"x" * 8000, final=False)
        raw.send(0x00, b"x" * 8000, final=False)
        raw.send(0x00, b"x" * 8000, final=False)
        assert raw.closed() == 1009


def test_a_peer_that_vanishes_in_the_handshake_harms_nobody(server: ServerProcess, connect_irc: Connect) -> None:
    for part in (b"G", b"GET ", b"GET / HTTP/1.1\r\nUpgr"):
        with Raw(server) as raw:
            raw.sock.sendall(part)
    assert connect_irc("siti").fence() == []


class Raw:
    """A WebSocket client without mercy."""

    def __init__(self, server: ServerProcess) -> None:
        self.sock = socket.create_connection(("127.0.0.1", server.port), 20)
        self._rest = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.sock.close()

    def shake(self) -> None:
        key = base64.b64encode(bytes(16)).decode()
        head = f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13"
        self.sock.sendall(f"GET / HTTP/1.1\r\nHost: a\r\n{head}\r\nSec-WebSocket-Protocol: {TEXT}\r\n\r\n".encode())
        while b"\r\n\r\n" not in self._rest:
            self._rest += self.sock.recv(4096)
        answer, _, self._rest = self._rest.partition(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 101 ")

    def send(self, opcode: int, data: bytes, *, final: bool = True) -> None:
        first = (0x80 if final else 0) | opcode
        length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack("!H", len(data))
        self.sock.sendall(bytes([first]) + length + b"\0\0\0\0" + data)

    def frame(self) -> tuple[int, bytes]:
        first, second = self._take(2)
        size = second & 0x7F
        if size == 126:
            [size] = struct.unpack("!H", self._take(2))
        return first & 0x0F, self._take(size)

    def _take(self, count: int) -> bytes:
        while len(self._rest) < count:
            data = self.sock.recv(4096)
            assert data, "the connection ended"
            self._rest += data
        taken, self._rest = self._rest[:count], self._rest[count:]
        return taken

    def closed(self) -> int:
        """The code of the close frame, which comes next but for messages."""
        while True:
            opcode, data = self.frame()
            if opcode == 8:
                return int.from_bytes(data[:2])

    def opcodes_until(self, last: int) -> list[int]:
        found = []
        while (opcode := self.frame()[0]) != last:
            found.append(opcode)
        return found

    def everything(self) -> bytes:
        """All until the end."""
        data = self._rest
        try:
            while piece := self.sock.recv(4096):
                data += piece
        except ConnectionResetError:
            pass  # what it had not read was thrown away
        return data


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
