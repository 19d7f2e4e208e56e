"""The WebSocket filter: what it keeps for a peer is bounded, whatever the peer sends (tests/end2end has all else)."""

from __future__ import annotations

import base64
import tracemalloc

import pytest

from chatd.listeners.websocket import UNREAD_BYTES, WebSocketTransport
from protocol import ProtocolError

READ = 32 * 1024


@pytest.fixture
def transport() -> WebSocketTransport:
    """One whose handshake is through."""
    made = WebSocketTransport()
    key = base64.b64encode(bytes(16))
    head = (
        b"Host: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
        + key
    )
    assert made.receive(b"GET / HTTP/1.1\r\n" + head + b"\r\n\r\n") == []
    assert made.encode(b"").startswith(b"HTTP/1.1 101 ")
    return made


def test_answers_to_pings_that_nobody_reads_are_bounded(transport: WebSocketTransport) -> None:
    """RFC 6455, 5.5.2: "an endpoint MUST send a Pong frame in response", which must not cost memory without end."""
    pings = (b"\x89\xfd\0\0\0\0" + bytes(125)) * (READ // 131)
    reads = (transport.receive(pings) for _ in range(100))
    with pytest.raises(ProtocolError, match="SendQ exceeded"):
        list(reads)
    assert UNREAD_BYTES < len(transport.encode(b"")) < UNREAD_BYTES + READ


def test_pings_that_are_read_are_all_answered(transport: WebSocketTransport) -> None:
    for _ in range(1000):
        assert transport.receive(b"\x89\x81\0\0\0\0x") == []
        assert transport.encode(b"") == b"\x8a\x01x"


def test_empty_pieces_of_a_message_take_no_room(transport: WebSocketTransport) -> None:
    transport.receive(b"\x01\x80\0\0\0\0")
    tracemalloc.start()
    for _ in range(200):
        transport.receive(b"\x00\x80\0\0\0\0" * 500)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 200_000
    assert transport.receive(b"\x80\x82\0\0\0\0hi") == [b"hi"]
