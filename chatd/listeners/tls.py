"""TLS: a filter in front of what is spoken inside. Implements `chatd.connection.Transport`; no I/O.

The library is Python's `ssl` over two buffers in memory, so that one thread, the owner of the connection, does all that
is done with it, and nothing ever waits (OpenSSL forbids reading and writing one connection from two threads). What is
inside is found out like on the bare port. Imports `connection`; belongs to the thread that owns the connection.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable

from chatd.connection import HandOver, Transport, WrongProtocolError
from protocol import ProtocolError

RECORD_BYTES = 16 * 1024
"""The most that one record holds (RFC 8446, 5.1)."""
IDLE_RECORDS = 64
"""Records of one read that may say nothing: who sends many empty ones wants to keep us busy."""


class TlsError(ProtocolError):
    """What came is no TLS, or none that we speak; the peer gets the alert that says so, and nothing in clear."""

    def __init__(self, text: str) -> None:
        super().__init__("TLS", text)


class TlsTransport:
    """See the module."""

    __slots__ = ("_ended", "_in", "_inside", "_out", "_ready", "_tls")
    name = "tls"
    identity = False
    secure = True

    def __init__(self, context: ssl.SSLContext, inside: Callable[[], Transport]) -> None:
        """`inside` makes the transport of what is spoken in it."""
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_side=True)
        self._inside = inside()
        self._ready = False
        """Whether the handshake is done."""
        self._ended = ""
        """Why nothing more can be read or written."""

    @property
    def shaking(self) -> bool:
        return not self._ready

    @property
    def undecided(self) -> bool:
        return False  # in here nobody sends a bare name

    @property
    def patience(self) -> tuple[float, float] | None:
        return self._inside.patience

    @property
    def pending(self) -> bool:
        return bool(self._out.pending) or self._inside.pending

    def receive(self, data: bytes) -> list[bytes]:
        self._check()
        self._in.write(data)
        if not self._ready and not self._shake():
            return []
        lines: list[bytes] = []
        silent = 0
        while text := self._read():
            found = self._take(text)
            silent = 0 if found else silent + 1
            if silent > IDLE_RECORDS and len(text) < RECORD_BYTES // 16:
                raise TlsError("Too many records that say nothing")
            lines += found
        if self._ended:
            lines.append(b"QUIT :Connection closed")  # in order: what came before it is still handled
        return lines

    def _check(self) -> None:
        if self._ended:
            raise TlsError(self._ended)

    def _shake(self) -> bool:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError as error:
            self._ended = "TLS could not be agreed on"
            raise TlsError(f"{self._ended}: {_reason(error)}") from None
        self._ready = True
        return True

    def _read(self) -> bytes:
        """What the next record holds, nothing if none is complete or the peer has said goodbye."""
        try:
            text = self._tls.read(RECORD_BYTES)
        except ssl.SSLWantReadError:
            return b""
        except ssl.SSLError as error:
            self._ended = "TLS is broken"
            raise TlsError(f"{self._ended}: {_reason(error)}") from None
        if not text:
            self._ended = "Connection closed"
        return text

    def _take(self, text: bytes) -> list[bytes]:
        try:
            lines = self._inside.receive(text)
        except HandOver:
            raise WrongProtocolError(b"") from None  # a classic program in TLS: there are none
        finally:
            self._inside = self._inside.successor() or self._inside
        return lines

    def settle(self) -> None:
        """Nothing is left to decide."""

    def ping(self) -> None:
        self._inside.ping()

    def encode(self, data: bytes) -> bytes:
        """Encrypted. Before the handshake is done nothing is said but what TLS says itself."""
        text = (
            memoryview(self._inside.encode(data)) if self._ready and self._ended != "TLS is broken" else memoryview(b"")
        )
        try:
            while text:
                text = text[self._tls.write(text) :]
            if data.startswith(b"ERROR :", data.rfind(b"\n", 0, -1) + 1):
                self._tls.unwrap()  # the last line of all (Modern, "ERROR message"): close_notify behind it
        except ssl.SSLError:
            pass  # the peer's side of the goodbye has not come, and need not; or it is broken, which the next read says
        return self._out.read()

    def successor(self) -> None:
        return None


def _reason(error: ssl.SSLError) -> str:
    """`WRONG_VERSION_NUMBER` as words."""
    return (error.reason or "error").replace("_", " ").lower()
