"""One open connection: what is sent waits in here, what comes is cut into messages, silence is noticed.

Part of the connection's loop (`connection.py`), in the same thread and on the same selector.
"""

from __future__ import annotations

import contextlib
import errno
import os
import selectors
import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from client.changes import Problem
from client.events import Event, Failed, Lost, Received, Timeouts
from protocol import LineBuffer, Message, ProtocolError, UnfinishedLineError, parse

if TYPE_CHECKING:
    from client.tls import Tls

READ_BYTES = 64 * 1024
SEND_BYTES = 1024 * 1024
"""Bytes that may wait to be sent; a server that reads none of them is given up."""
GATHERED_MESSAGES = 500
"""Messages kept for a busy consumer; above that the socket is not read, and TCP slows the server down."""
BATCH_MESSAGES = 250
"""Most messages in one Received, so that the consumer's turn stays short."""
PING = b"PING :obrolan\r\n"

_GREETINGS = frozenset({b"NOTICE", b"PING", b"PONG", b"ERROR", b"CAP", b"FAIL", b"WARN", b"NOTE", b"AUTHENTICATE"})
"""What an IRC server may begin with besides a source (`:`) or tags (`@`)."""


class Stream:
    """Tells Received, and at its end Lost, Failed (no chat server) or None (we left). A context of one connection."""

    def __init__(
        self,
        selector: selectors.BaseSelector,
        sock: socket.socket,
        tls: Tls | None,
        timeouts: Timeouts,
        tell: Callable[[Event | None], None],
        skipped: Callable[[], None],
    ) -> None:
        """`skipped` is told of each line that is no IRC."""
        self._selector = selector
        self._sock = sock
        self._tls = tls
        self._skipped = skipped
        self._timeouts = timeouts
        self._tell = tell
        self._lines = LineBuffer()
        self._greeting: bytes | None = b""
        """The first bytes, until they show whether this is an IRC server."""
        self._out = bytearray()
        self._gathered: list[Message] = []
        self._consumer_busy = False
        self._paused = False
        """Not reading: the consumer has too much to do already."""
        self._leaving = False
        self._heard_at = time.monotonic()
        self._pinged = False
        self.due = self._heard_at + timeouts.silence_s
        """When `keep_time` is to be called next."""
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._mask = selectors.EVENT_READ
        selector.register(sock, self._mask, self._ready)

    # --- what the owner asks for ---------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """Send, or keep until the server reads."""
        if self._leaving:
            return
        self._out += self._tls.send(data) if self._tls else data
        if len(self._out) > SEND_BYTES:
            self._end(os.strerror(errno.ENOBUFS))
        else:
            self._write()

    def batch_taken(self) -> None:
        """Hand over the next batch, and read on if there is room again."""
        self._consumer_busy = False
        self._hand_over()
        if self._paused and len(self._gathered) < GATHERED_MESSAGES:
            self._paused = False
            self._heard_something()
            self._watch()

    def leave(self) -> None:
        """Send what waits, then close; nobody is told anything any more."""
        self._leaving = True
        self._paused = False
        self._gathered.clear()
        self.due = time.monotonic() + self._timeouts.goodbye_s
        self._write()

    def keep_time(self, now: float) -> None:
        """Ask a silent server whether it lives; give up on one that does not answer."""
        if now < self.due:
            return
        if self._leaving:
            self._tell(None)
        elif self._paused:
            self._heard_something()  # it may have spoken: we did not listen
        elif self._pinged:
            self._end(os.strerror(errno.ETIMEDOUT))
        else:
            self._ask(now)

    def ask(self) -> None:
        """Ask the server at once whether it lives, unless that is under way or we are leaving."""
        if not (self._leaving or self._paused or self._pinged):
            self._ask(time.monotonic())

    def _ask(self, now: float) -> None:
        self._pinged = True
        self.due = now + self._timeouts.answer_s
        self.send(PING)

    def close(self) -> None:
        """Close the socket."""
        if self._mask:
            self._selector.unregister(self._sock)
        self._sock.close()

    # --- the socket ----------------------------------------------------------------------------

    def _watch(self) -> None:
        mask = (0 if self._paused else selectors.EVENT_READ) | (selectors.EVENT_WRITE if self._out else 0)
        if mask == self._mask:
            return
        if self._mask:  # a selector has no way to watch for nothing
            self._selector.unregister(self._sock)
        if mask:
            self._selector.register(self._sock, mask, self._ready)
        self._mask = mask

    def _ready(self, mask: int) -> None:
        if mask & selectors.EVENT_WRITE:
            self._write()
        if mask & selectors.EVENT_READ:
            self._read()

    def _write(self) -> None:
        try:
            while self._out:
                del self._out[: self._sock.send(self._out)]
        except BlockingIOError:
            pass
        except OSError:
            self._out.clear()  # what the server said before it closed is still to be read; its end is seen there
        if self._leaving and not self._out:
            with contextlib.suppress(OSError):
                self._sock.shutdown(socket.SHUT_WR)
        self._watch()

    def _read(self) -> None:
        try:
            data = self._sock.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            self._end(error.strerror or "")
            return
        if not data:
            self._end("")
        elif not self._leaving:
            self._heard_something()
            self._take(_decrypted(self._tls, data) if self._tls else data)
            self._see_goodbye()

    def begin(self) -> None:
        """Take what the server said right behind the handshake; once, when the owner knows of this stream."""
        if self._tls:
            self._take(_decrypted(self._tls, b""))
            self._see_goodbye()

    def _see_goodbye(self) -> None:
        """After TLS's own end nothing counts; it is read, and told, behind what came before it."""
        if self._tls and self._tls.ended:
            self._out.clear()
            with contextlib.suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)

    def _heard_something(self) -> None:
        self._pinged = False
        self._heard_at = time.monotonic()
        self.due = self._heard_at + self._timeouts.silence_s

    # --- what the server sends -----------------------------------------------------------------

    def _take(self, data: bytes) -> None:
        if self._greeting is not None:
            data = self._greeting + data
            self._greeting = data
            is_irc = looks_like_irc(data)
            if is_irc is None:
                return
            if not is_irc:
                self._tell(Failed(Problem.NOT_A_CHAT_SERVER))
                return
            self._greeting = None
        try:
            lines = self._lines.feed(data)
        except UnfinishedLineError as error:
            self._end(str(error))
            return
        for line in lines:
            try:
                self._gathered.append(parse(_decoded(line)))
            except ProtocolError:
                self._skipped()
        self._hand_over()
        if len(self._gathered) >= GATHERED_MESSAGES:
            self._paused = True
            self._watch()

    def _hand_over(self) -> None:
        if self._gathered and not self._consumer_busy:
            self._consumer_busy = True
            batch, self._gathered = self._gathered[:BATCH_MESSAGES], self._gathered[BATCH_MESSAGES:]
            self._tell(Received(batch))

    def _end(self, text: str) -> None:
        """It is over: hand over all that came before, then say so."""
        if self._leaving:
            self._tell(None)
            return
        while self._gathered:
            self._consumer_busy = False
            self._hand_over()
        self._tell(Failed(Problem.NOT_A_CHAT_SERVER) if self._greeting else Lost(text))


def _decrypted(tls: Tls, data: bytes) -> bytes:
    try:
        return tls.receive(data)
    except OSError:  # ssl.SSLError is one: these bytes are not the server's
        tls.ended = True
        return b""


def looks_like_irc(greeting: bytes) -> bool | None:
    """Whether a server that begins like this speaks IRC; None while it is too early to say."""
    start = greeting.lstrip(b"\r\n")
    if start[:1] in {b":", b"@"}:
        return True
    word, space, _ = start.partition(b" ")
    if space or len(word) > 16 or b"\n" in word:
        return bool(space) and word.upper() in _GREETINGS
    return None if not word or word.isalpha() else False


def _decoded(line: bytes) -> str:
    """UTF-8, or what networks without it mostly mean."""
    for encoding in ("utf-8", "cp1252"):
        with contextlib.suppress(UnicodeDecodeError):
            return line.decode(encoding)
    return line.decode("latin-1")
