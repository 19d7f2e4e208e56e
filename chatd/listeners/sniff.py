"""Find out from its first bytes what a peer speaks (docs/protocol.md, "One port").

`sniff` is a pure function over the bytes so far, whose answers include "need more"; `Sniffer` is the
transport that stands in until it has decided, then hands the bytes already read to the one that
follows. Nothing is peeked, and once decided it is never decided again.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection
from enum import Enum

from chatd.connection import HandOver, Transport, WrongProtocolError
from chatd.listeners.classic import opens_classic
from chatd.listeners.plain import PlainTransport

HTTP_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE", "PRI")
WORD_BYTES = 64
"""A first word longer than this is no command of anything."""


class Kind(Enum):
    UNDECIDED = "need more bytes, or quiet"
    IRC = "IRC"
    NAME = "a name: the classic dialect that sends it first"
    HTTP = "HTTP"
    TLS = "TLS"
    OTHER = "nothing we speak"


def sniff(data: bytes, commands: Collection[str]) -> Kind:
    """What these first bytes are. `commands` holds the known IRC commands in capitals.

    Without a line end a name cannot be told from a line that is still on its way: UNDECIDED, until quiet decides.
    """
    if not data:
        return Kind.UNDECIDED
    if data[0] == 0x16:
        return Kind.UNDECIDED if len(data) == 1 else Kind.TLS if data[1] == 3 else Kind.OTHER
    text = data.lstrip(b"\r\n")
    if len(data) - len(text) >= WORD_BYTES:
        return Kind.OTHER
    if not text:
        return Kind.UNDECIDED
    if text[:1] in (b"@", b":"):
        return Kind.IRC
    line, ended = _first_line(text)
    word, space, _ = line.partition(b" ")
    known = word.decode("ascii", "replace")
    if known in HTTP_METHODS and space:
        return Kind.HTTP
    if known.upper() in commands and (ended or len(line) > WORD_BYTES):
        return Kind.IRC
    if ended:
        return Kind.NAME if opens_classic(line) else Kind.OTHER
    return Kind.UNDECIDED if len(line) <= WORD_BYTES and _printable(line) else Kind.OTHER


def _first_line(text: bytes) -> tuple[bytes, bool]:
    """The first line so far, without its end, and whether the end has come."""
    ends = [place for end in (b"\r", b"\n") if (place := text.find(end)) >= 0]
    return (text[: min(ends)], True) if ends else (text, False)


def _printable(line: bytes) -> bool:
    return all(byte >= 0x20 and byte != 0x7F for byte in line)


def _begins_with_name(pieces: list[bytes]) -> bool:
    """Whether the first read is a name, and not the beginning of what is none as a whole."""
    return opens_classic(pieces[0]) and not b"".join(pieces).startswith(b"SSH-")


_NO_HTTP = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Sniffer:
    """The transport of a connection that has not said enough yet.

    What was read stays in the pieces in which it came: to a classic program each is a message of its own.
    """

    __slots__ = ("_commands", "_next", "_pieces", "_plain", "_tls", "_web")
    name = "undecided"
    identity = True
    secure = False
    shaking = False
    pending = False
    patience = None

    def __init__(
        self,
        commands: Collection[str],
        plain: Callable[[], Transport] = PlainTransport,
        web: Callable[[], Transport] | None = None,
        tls: Callable[[], Transport] | None = None,
    ) -> None:
        """`web` makes what serves GET and HEAD of HTTP, `tls` a ClientHello; they raise `WrongProtocolError` where
        nothing can.
        """
        self._commands = commands
        self._plain = plain
        self._web = web
        self._tls = tls
        self._pieces: list[bytes] = []
        self._next: Transport | None = None

    @property
    def undecided(self) -> bool:
        return self._next is None

    def receive(self, data: bytes) -> list[bytes]:
        self._pieces.append(data)
        whole = b"".join(self._pieces)  # short: an undecided beginning never exceeds WORD_BYTES
        kind = sniff(whole, self._commands)
        if kind is Kind.UNDECIDED:
            return []
        spoken = self._spoken()
        if kind is Kind.NAME or (kind is Kind.OTHER and len(spoken) > 1 and _begins_with_name(spoken)):
            raise HandOver(spoken)  # in the second case messages came right behind the name
        if kind is Kind.HTTP and self._web is not None and whole.lstrip(b"\r\n").startswith((b"GET ", b"HEAD ")):
            self._next = self._web()
        elif kind is Kind.TLS and self._tls is not None:
            self._next = self._tls()
        elif kind is Kind.IRC:
            self._next = self._plain()
        else:
            raise WrongProtocolError(_NO_HTTP if kind is Kind.HTTP else b"")
        return self._next.receive(whole)

    def ping(self) -> None:
        """Nothing can be asked yet."""

    def settle(self) -> None:
        spoken = self._spoken()
        if self._next is None and spoken and _begins_with_name(spoken):
            raise HandOver(spoken)

    def _spoken(self) -> list[bytes]:
        """The pieces without the line ends before the first word: who only pressed Enter has not given a name yet."""
        spoken = list(itertools.dropwhile(lambda piece: not piece.strip(b"\r\n"), self._pieces))
        return [spoken[0].lstrip(b"\r\n"), *spoken[1:]] if spoken else []

    def encode(self, data: bytes) -> bytes:
        return data

    def successor(self) -> Transport | None:
        return self._next and (self._next.successor() or self._next)
