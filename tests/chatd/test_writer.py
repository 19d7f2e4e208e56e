"""`chatd/writer.py`: one send for each, what is left for later, and what is counted; on real sockets."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from chatd.config import Limits
from chatd.connection import Connection
from chatd.listeners.plain import PlainTransport
from chatd.writer import Writer

SOFT, HARD = 1 << 16, 1 << 24


class Desk:
    """A writer with one connection; what it asked of its thread is noted."""

    def __init__(self) -> None:
        self.watched: list[Connection] = []
        self.closed: list[str] = []
        limits = Limits(sendq_soft_bytes=SOFT, sendq_hard_bytes=HARD)
        self.writer = Writer(limits, self.watched.append, self._close, lambda *_: None)
        mine, self.peer = socket.socketpair()
        mine.setblocking(False)
        self.peer.settimeout(10)
        self.connection = Connection(mine, 1, "127.0.0.1", 1, PlainTransport())
        self.connection.interest = 1

    def _close(self, connection: Connection, reason: str) -> None:
        connection.closed = True
        connection.outbox = None
        self.closed.append(reason)

    def queue(self, *parts: bytes) -> None:
        for part in parts:
            self.writer.queue(self.connection, part)

    def heard(self, size: int) -> bytes:
        """So many bytes of what has been sent, making room for the rest meanwhile."""
        data = b""
        while len(data) < size:
            data += self.peer.recv(size)
            if self.connection.blocked_since:
                self.connection.blocked_since = 0.0
                self.writer.dirty.append(self.connection)
            self.writer.flush(1.0)
        return data


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.connection.socket.close()
    made.peer.close()


@pytest.mark.parametrize("parts", [[b"satu\r\ndua\r\n"], [b"satu\r\n", b"dua\r\n"]])
def test_what_waits_goes_out_at_once_and_is_counted(desk: Desk, parts: list[bytes]) -> None:
    desk.queue(*parts)
    desk.writer.flush(1.0)
    assert desk.heard(11) == b"satu\r\ndua\r\n"
    connection = desk.connection
    assert (connection.queued, connection.sent_bytes, connection.sent_lines) == (0, 11, 2)
    assert connection.outbox is None
    assert not connection.blocked_since
    desk.writer.flush(1.0)
    assert connection.sent_bytes == 11, "nothing is sent twice"


@pytest.mark.parametrize("parts", [1, 2])
def test_what_the_peer_does_not_take_is_sent_when_it_does(desk: Desk, parts: int) -> None:
    piece = b"x" * (1 << 21) + b"\r\n"
    desk.queue(*[piece] * parts)
    desk.writer.flush(1.0)
    connection = desk.connection
    assert connection.blocked_since
    assert desk.watched[-1] is connection, "it has to be told when there is room again"
    assert connection.queued == len(piece) * parts - connection.sent_bytes
    assert desk.heard(len(piece) * parts) == piece * parts
    assert (connection.queued, connection.sent_lines) == (0, parts)


def test_who_takes_too_little_is_cut(desk: Desk) -> None:
    desk.queue(b"x" * (HARD + (1 << 22)))
    desk.writer.flush(1.0)
    assert desk.closed == ["SendQ exceeded"]


def test_who_is_gone_is_closed_with_the_systems_reason(desk: Desk) -> None:
    desk.peer.close()
    desk.queue(b"halo\r\n")
    desk.writer.flush(1.0)
    assert desk.closed == ["Broken pipe"]


def test_who_was_told_goodbye_is_closed_once_it_is_sent(desk: Desk) -> None:
    desk.queue(b"ERROR :bye\r\n")
    desk.connection.closing = True
    desk.writer.flush(1.0)
    assert desk.heard(12) == b"ERROR :bye\r\n"
    assert desk.closed == ["Goodbye"]
