"""Find out from its first bytes what a peer speaks (docs/protocol.md, "One port").

`sniff` is a pure function over the bytes so far, whose answers include "need more"; `Sniffer` is the
transport that stands in until it has decided, then hands the bytes already read to the one that
follows. Nothing is peeked, and once decided it is never decided again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import Enum

from chatd.connection import Transport, WrongProtocolError
from chatd.listeners.plain import PlainTransport

HTTP_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE", "PRI")
WORD_BYTES = 64
"""A first word longer than this is no command of anything."""


class Kind(Enum):
    UNDECIDED = "need more bytes"
    IRC = "IRC"
    HTTP = "HTTP"
    TLS = "TLS"
    OTHER = "nothing we speak"


def sniff(data: bytes, commands: Collection[str]) -> Kind:
    """What these first bytes are. `commands` holds the known IRC commands in capitals."""
    if not data:
        return Kind.UNDECIDED
    if data[0] == 0x16:
        return Kind.UNDECIDED if len(data) == 1 else Kind.TLS if data[1] == 3 else Kind.OTHER
    text = data.lstrip(b"\r\n")
    if not text:
        return Kind.UNDECIDED if len(data) < WORD_BYTES else Kind.OTHER
    if text[:1] in (b"@", b":"):
        return Kind.IRC
    ended = [position for end in (b" ", b"\r", b"\n") if (position := text.find(end)) >= 0]
    if not ended:
        printable = all(byte >= 0x20 and byte != 0x7F for byte in text)
        return Kind.UNDECIDED if printable and len(text) <= WORD_BYTES else Kind.OTHER
    end = min(ended)
    word = text[:end].decode("ascii", "replace")
    if word in HTTP_METHODS and text[end : end + 1] == b" ":
        return Kind.HTTP
    return Kind.IRC if word.upper() in commands else Kind.OTHER


_NO_HTTP = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Sniffer:
    """The transport of a connection that has not said enough yet."""

    __slots__ = ("_commands", "_data", "_next", "_plain")
    name = "undecided"
    identity = True

    def __init__(self, commands: Collection[str], plain: Callable[[], Transport] = PlainTransport) -> None:
        self._commands = commands
        self._plain = plain
        self._data = b""
        self._next: Transport | None = None

    def receive(self, data: bytes) -> list[bytes]:
        self._data += data  # short: an undecided beginning never exceeds WORD_BYTES
        kind = sniff(self._data, self._commands)
        if kind is Kind.UNDECIDED:
            return []
        if kind is not Kind.IRC:
            raise WrongProtocolError(_NO_HTTP if kind is Kind.HTTP else b"")
        self._next = self._plain()
        return self._next.receive(self._data)

    def encode(self, data: bytes) -> bytes:
        return data

    def successor(self) -> Transport | None:
        return self._next
