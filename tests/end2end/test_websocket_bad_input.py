"""What no client should send, through WebSocket (reliability section 2, items 16 and 34 to 38; B4).

"All IRC fuzz corpora also run through WebSocket": the lines are those of `test_bad_input`; the frames are our own.
"""

from __future__ import annotations

import random
import struct

import pytest
from websockets.sync.client import ClientConnection, connect

from chatd.commands import COMMANDS
from tests.end2end.harness import NAME, QUIET, Connect, Launch, ServerProcess
from tests.end2end.test_bad_input import HOSTILE, TEXTS, grid
from tests.end2end.test_websocket import BINARY, TEXT, Raw, address, register


def fence(client: ClientConnection) -> list[str]:
    """What was answered until now."""
    client.send(b"PING fence")
    found: list[str] = []
    while (line := client.recv(timeout=20, decode=False).decode()) != f":{NAME} PONG {NAME} :fence":
        found.append(line)
    return found


def member(server: ServerProcess) -> Raw:
    raw = Raw(server)
    raw.shake()
    for line in (b"NICK siti", b"USER u 0 * :x", b"PING fence"):
        raw.send(1, line)
    while not raw.frame()[1].endswith(b":fence"):
        pass
    return raw


# --- the lines ------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - {"QUIT"}))
def test_every_command_with_0_to_20_parameters_is_answered(server: ServerProcess, command: str) -> None:
    with connect(address(server), subprotocols=[TEXT], compression=None) as client:
        register(client, "siti")
        for line in grid(command, 7):
            client.send(line)
        client.send("PING end")
        while (answer := str(client.recv(timeout=20))) != f":{NAME} PONG {NAME} :end":
            assert "mistake" not in answer
            assert not set(answer) & set("\r\n\0")
        client.send("NICK gone")  # the next of this name need not wait until this one's end is through


@pytest.mark.parametrize("place", sorted(set(TEXTS) - {"QUIT"}))
def test_hostile_bytes_are_refused_or_come_out_as_one_line(server: ServerProcess, place: str) -> None:
    suffix = b" PRIVMSG #x :b" if place in ("tag", "label", "source") else b""
    with connect(address(server), subprotocols=[BINARY], compression=None) as client:
        for line in (b"NICK ani3", b"USER u 0 * :x", b"CAP REQ message-tags", b"JOIN #x"):
            client.send(line)
        fence(client)
        for hostile in HOSTILE.values():
            client.send(TEXTS[place] + hostile + suffix)
            answers = fence(client)
            assert not [line for line in answers if set(line) & set("\r\n\0") or line.startswith("PRIVMSG")]
            assert not [line for line in answers if "mistake" in line]


# --- the frames -----------------------------------------------------------------------------------


def test_random_frames_of_200_strangers_harm_nobody(server: ServerProcess, connect: Connect) -> None:
    chance = random.Random(3)
    for number in range(200):
        with Raw(server) as raw:
            raw.shake()
            first = chance.choice([0x01, 0x02, 0x81, 0x82, 0x80, 0x88, 0x89, 0x8A, 0xC1, 0xFF])
            try:
                raw.sock.sendall(bytes([first]) + chance.randbytes(chance.randrange(1, 2000)))
                if number % 2:
                    raw.sock.shutdown(1)
                    raw.everything()
            except OSError:
                pass  # it was cut already
    assert connect("budi").fence() == []
    assert "Traceback" not in server.output + server.errors


@pytest.mark.parametrize("opcode", [0x08, 0x09, 0x0A])
def test_a_control_frame_in_pieces_ends_the_connection(server: ServerProcess, opcode: int) -> None:
    """RFC 6455, 5.5: "All control frames MUST ... NOT be fragmented"."""
    with Raw(server) as raw:
        raw.shake()
        raw.send(opcode, b"", final=False)
        assert raw.closed() == 1002


def test_a_length_beyond_63_bits_ends_the_connection(server: ServerProcess) -> None:
    """RFC 6455, 5.2: "the most significant bit MUST be 0"."""
    with Raw(server) as raw:
        raw.shake()
        raw.sock.sendall(b"\x82\xff" + struct.pack("!Q", 1 << 63) + b"\0\0\0\0")
        assert raw.closed() in (1002, 1009)


def test_frames_that_say_nothing_are_bounded(server: ServerProcess) -> None:
    with member(server) as raw:
        raw.send(1, b"", final=False)
        said = flood(raw, b"\x00\x80\0\0\0\0" * 4000)
        assert b"ERROR :Closing link: Too many frames that say nothing" in said


def flood(raw: Raw, data: bytes) -> bytes:
    """Send this until the server cuts; what it said then."""
    try:
        for _ in range(2000):
            raw.sock.sendall(data)
    except OSError:
        pass  # cut
    else:
        pytest.fail("it took everything")
    return raw.everything()


# --- the handshake --------------------------------------------------------------------------------


def test_a_slow_handshake_ends_with_the_time_for_registration(launch: Launch) -> None:
    server = launch({**QUIET, "limits": {"registration_timeout_s": 0.5}})
    with Raw(server) as raw:
        raw.sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nUpgr")
        assert raw.everything() == b""


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("192.168.1.5:8888", "http://192.168.1.5", b"101"),
        ("[fe80::1]:8888", "http://[fe80::1]:8080", b"101"),
        ("sekolah:8888", "http://sekolah", b"101"),
        ("sekolah.lan:8888", "https://SEKOLAH.lan", b"101"),
        ("evil.example:8888", "http://evil.example:8888", b"403"),
        ("192.168.1.5.evil.example", "http://192.168.1.5.evil.example", b"403"),
        ("192.168.1.5:8888", "http://192.168.1.5.evil.example", b"403"),
        ("", "http://", b"403"),
    ],
)
def test_a_name_that_leads_here_from_outside_is_not_the_same_host(
    server: ServerProcess, host: str, origin: str, status: bytes
) -> None:
    """DNS rebinding: the page and the host then have the same name, and it is not ours."""
    with Raw(server) as raw:
        head = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13"
        key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
        raw.sock.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\n{head}\r\n{key}\r\n\r\n".encode())
        raw.sock.shutdown(1)
        assert raw.everything().startswith(b"HTTP/1.1 " + status)
