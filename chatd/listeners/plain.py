"""IRC over a plain stream: lines in, the same bytes out. Implements `chatd.connection.Transport`; no I/O."""

from __future__ import annotations

from protocol import LineBuffer


class PlainTransport:
    """The simplest filter: only cuts what comes in into lines."""

    __slots__ = ("_buffer",)
    name = "irc"
    undecided = False
    identity = True
    secure = False
    shaking = False
    pending = False
    patience = None

    def __init__(self) -> None:
        self._buffer = LineBuffer()

    def receive(self, data: bytes) -> list[bytes]:
        return self._buffer.feed(data)

    def settle(self) -> None:
        """Nothing is left to decide."""

    def ping(self) -> None:
        """IRC's own PING does it."""

    def encode(self, data: bytes) -> bytes:
        return data

    def successor(self) -> None:
        return None
