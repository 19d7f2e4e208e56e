"""TLS at the client's end: the handshake on an open socket, and what is said over it afterwards.

Part of the connection's loop (`connection.py`), in the same thread and on the same selector; sockets are non-blocking.
Python's `ssl` works on two buffers in memory. Imported when the first connection is made, not before the first paint.
"""

from __future__ import annotations

import hashlib
import selectors
import socket
import ssl
import time
from collections.abc import Callable
from enum import Enum

READ_BYTES = 64 * 1024


class Trouble(Enum):
    """Why a handshake came to nothing."""

    CLEAR = "the server answers in clear"
    SILENT = "the server does not answer, or closes"
    UNVERIFIED = "no authority that we know speaks for the certificate"


class Tls:
    """What is agreed on with one server."""

    def __init__(self, context: ssl.SSLContext, host: str | bytes) -> None:
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._object = context.wrap_bio(self._in, self._out, server_hostname=host)
        self.ended = False
        """Whether the server has said goodbye: what comes now is not its own."""

    def shake(self, data: bytes) -> tuple[bool, bytes]:
        """One step of the handshake: whether it is done, and what is to be sent. Raises `ssl.SSLError`."""
        self._in.write(data)
        try:
            self._object.do_handshake()
        except ssl.SSLWantReadError:
            return False, self._out.read()
        return True, self._out.read()

    def refusal(self) -> bytes:
        """What is to be sent after `shake` raised: the alert."""
        return self._out.read()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the server's certificate in hexadecimal digits."""
        return hashlib.sha256(self._object.getpeercert(binary_form=True) or b"").hexdigest()

    def receive(self, data: bytes) -> bytes:
        """What these bytes say. Raises `ssl.SSLError` where they are not the server's."""
        self._in.write(data)
        said = b""
        while not self.ended:
            try:
                piece = self._object.read(READ_BYTES)
            except ssl.SSLWantReadError:
                break
            self.ended = not piece
            said += piece
        return said

    def send(self, data: bytes) -> bytes:
        """The bytes that say this, and what TLS itself has to say."""
        rest = memoryview(data)
        while rest:
            rest = rest[self._object.write(rest) :]
        return self._out.read()


class Shaking:
    """One handshake: tells that all is agreed, or why not, once."""

    def __init__(
        self,
        selector: selectors.BaseSelector,
        sock: socket.socket,
        tls: Tls,
        agreed: Callable[[], None],
        failed: Callable[[Trouble], None],
        patience_s: float,
    ) -> None:
        self._selector = selector
        self._sock = sock
        self._tls = tls
        self._agreed = agreed
        self._failed = failed
        self.due = time.monotonic() + patience_s
        """When `keep_time` is to be called next: a server that speaks something else may wait for us for ever."""
        selector.register(sock, selectors.EVENT_READ, self._ready)

    def begin(self) -> None:
        """Say the first words; once the owner knows of this handshake."""
        self._go_on(b"")

    def keep_time(self, now: float) -> None:
        """Give up, when it is time."""
        if now >= self.due:
            self._failed(Trouble.SILENT)

    def close(self) -> None:
        """Give up."""
        self._selector.unregister(self._sock)
        self._sock.close()

    def taken(self) -> socket.socket:
        """The socket, which is somebody else's from now on."""
        self._selector.unregister(self._sock)
        return self._sock

    def _ready(self, _mask: int) -> None:
        try:
            data = self._sock.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._go_on(data)
        else:
            self._failed(Trouble.SILENT)

    def _go_on(self, data: bytes) -> None:
        try:
            done, answer = self._tls.shake(data)
        except ssl.SSLCertVerificationError:
            self._send(self._tls.refusal())
            self._failed(Trouble.UNVERIFIED)
            return
        except ssl.SSLError:
            self._failed(Trouble.CLEAR)
            return
        if not self._send(answer):
            self._failed(Trouble.SILENT)
        elif done:
            self._agreed()

    def _send(self, data: bytes) -> bool:
        """Send all of it: a handshake's few bytes fit into the buffer of a fresh socket."""
        try:
            return self._sock.send(data) == len(data) if data else True
        except OSError:
            return False


def verifying() -> ssl.SSLContext:
    """What takes certificates of known authorities, made for this host."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def accepting() -> ssl.SSLContext:
    """What takes any certificate: who uses it compares fingerprints."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
