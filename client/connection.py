"""The client's end of the socket: connect, read, write, notice silence. Plain Python, no Qt.

`Connection.run` is the body of one thread, the only one to touch the socket (the receiver's QThread, or
a thread of the terminal client). `perform`, `batch_taken` and `stop` may be called from any thread: they
leave a note and wake the loop. What happens is given to `report(link, event)` in the loop's thread.
A link is one `Connect`; its number tells an event of the connection wanted now from one that was still
on its way when the person had already gone elsewhere (compare with `Connection.link`).

Name resolution and the derivation of a key cannot be cancelled, so they run in daemon threads that nobody waits for.
"""

from __future__ import annotations

import contextlib
import errno
import os
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from client.changes import Connect, Derive, Disconnect, Effect, Problem, Send
from client.dialing import Address, Dialing
from protocol import LineBuffer, Message, ProtocolError, UnfinishedLineError, parse

READ_BYTES = 64 * 1024
SEND_BYTES = 1024 * 1024
"""Bytes that may wait to be sent; a server that reads none of them is given up."""
GATHERED_MESSAGES = 5_000
"""Messages kept for a busy consumer; above that the socket is not read, and TCP slows the server down."""
BATCH_MESSAGES = 1_000
"""Most messages in one Received, so that the consumer's turn stays short."""
PING = b"PING :obrolan\r\n"

_GREETINGS = frozenset({b"NOTICE", b"PING", b"PONG", b"ERROR", b"CAP", b"FAIL", b"WARN", b"NOTE", b"AUTHENTICATE"})
"""What an IRC server may begin with besides a source (`:`) or tags (`@`)."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """All in seconds."""

    connect_s: float = 10.0
    """Name resolution and all addresses together."""
    next_address_s: float = 0.25
    """Until the next address is tried beside those that have not answered."""
    silence_s: float = 15.0
    """Without a byte from the server until it is asked for a PONG..."""
    answer_s: float = 10.0
    """... and from there until the link is given up."""
    goodbye_s: float = 0.5
    """To send what waits when the connection is to be closed."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The connection is open."""


@dataclass(frozen=True, slots=True)
class Failed:
    """There is no connection, or no chat server at its end."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection ended; `text` is the system's reason, may be ""."""

    text: str


@dataclass(frozen=True, slots=True)
class Received:
    """What the server sent, in order. Answer with `batch_taken` once done with it."""

    messages: list[Message]


@dataclass(frozen=True, slots=True)
class Derived:
    """The answer to `Derive`."""

    key: bytes


Event = Connected | Failed | Lost | Received | Derived


class Connection:
    """At most one connection at a time, carried out by `run`."""

    def __init__(
        self,
        report: Callable[[int, Event], None],
        *,
        timeouts: Timeouts | None = None,
        resolve: Callable[..., list[Any]] = socket.getaddrinfo,
    ) -> None:
        self.link = 0
        """Number of the connection wanted now; events with other numbers are out of date."""
        self.skipped_lines = 0
        """Lines of the server that were no IRC."""
        self._report = report
        self._timeouts = timeouts or Timeouts()
        self._resolve = resolve
        self._notes: deque[Callable[[], None]] = deque()
        self._wake_lock = threading.Lock()
        """Guards `_waker`: it is not closed in the middle of a wake."""
        self._waker: socket.socket | None = None
        self._selector: selectors.BaseSelector
        self._stopping = False
        self._busy: Dialing | _Stream | None = None

    # --- from any thread -----------------------------------------------------------------------

    def perform(self, effect: Effect) -> None:
        """Have an effect of the session carried out; in order, without blocking."""
        match effect:
            case Connect(host, port):
                self.link += 1
                link = self.link
                self._note(lambda: self._dial(link, host, port))
            case Send(data):
                self._note(lambda: self._send(data))
            case Derive():
                derive = partial(self._derive, self.link, effect)
                threading.Thread(target=derive, name="derive", daemon=True).start()
            case Disconnect():
                self.link += 1
                self._note(self._leave)

    def _derive(self, link: int, wanted: Derive) -> None:
        """In a thread of its own."""
        import hashlib  # noqa: PLC0415 - not before the first paint

        key = hashlib.pbkdf2_hmac("sha256", wanted.password.encode(), wanted.salt, wanted.iterations)
        if link == self.link:
            self._report(link, Derived(key))

    def batch_taken(self) -> None:
        """The consumer is done with the last Received and can take the next."""
        self._note(self._batch_taken)

    def stop(self) -> None:
        """Have `run` end: at once while connecting, else within `goodbye_s`."""
        self.link += 1
        self._note(self._stop)

    def _note(self, note: Callable[[], None]) -> None:
        self._notes.append(note)
        with self._wake_lock:
            if self._waker is not None:
                with contextlib.suppress(BlockingIOError):  # so many wakes wait that it wakes anyway
                    self._waker.send(b"\0")

    # --- the loop ------------------------------------------------------------------------------

    def run(self) -> None:
        """Carry out effects until `stop`; sockets are closed when this returns or raises."""
        wakened, waker = socket.socketpair()
        with wakened, waker, selectors.DefaultSelector() as self._selector:
            wakened.setblocking(False)
            waker.setblocking(False)
            with self._wake_lock:
                self._waker = waker
            self._selector.register(wakened, selectors.EVENT_READ, lambda _: wakened.recv(READ_BYTES))
            try:
                self._loop()
            finally:
                with self._wake_lock:
                    self._waker = None
                self._drop()

    def _loop(self) -> None:
        while True:
            while self._notes:
                self._notes.popleft()()
            if self._busy is not None:
                self._busy.keep_time(time.monotonic())
            if self._stopping and self._busy is None:
                return
            due = self._busy.due if self._busy is not None else None
            for key, mask in self._selector.select(None if due is None else max(0.0, due - time.monotonic())):
                key.data(mask)

    # --- notes, carried out by the loop --------------------------------------------------------

    def _dial(self, link: int, host: str, port: int) -> None:
        self._drop()
        if self._stopping:
            return

        def resolve() -> None:
            try:
                found = self._resolve(host, port, type=socket.SOCK_STREAM)
            except (OSError, UnicodeError, OverflowError):
                found = []
            addresses: list[Address] = [(family, kind, number, address) for family, kind, number, _, address in found]
            self._note(lambda: dialing.resolved(addresses))

        def tell_outcome(outcome: socket.socket | Problem) -> None:
            if isinstance(outcome, Problem):
                tell(Failed(outcome))
            else:
                self._busy = _Stream(self, self._selector, outcome, self._timeouts, tell)
                tell(Connected())

        def tell(event: Event | None) -> None:
            if event is None or isinstance(event, Failed | Lost):
                self._drop()
            if event is not None:
                self._report(link, event)

        times = self._timeouts
        dialing = self._busy = Dialing(
            self._selector, tell_outcome, connect_s=times.connect_s, next_address_s=times.next_address_s
        )
        threading.Thread(target=resolve, name="resolve", daemon=True).start()

    def _send(self, data: bytes) -> None:
        if isinstance(self._busy, _Stream):
            self._busy.send(data)

    def _leave(self) -> None:
        if isinstance(self._busy, _Stream):
            self._busy.leave()
        else:
            self._drop()

    def _batch_taken(self) -> None:
        if isinstance(self._busy, _Stream):
            self._busy.batch_taken()

    def _stop(self) -> None:
        self._stopping = True
        self._leave()

    def _drop(self) -> None:
        busy, self._busy = self._busy, None
        if busy is not None:
            busy.close()


class _Stream:
    """One open connection; tells Received, and at its end Lost, Failed (no chat server) or None (we left)."""

    def __init__(
        self,
        owner: Connection,
        selector: selectors.BaseSelector,
        sock: socket.socket,
        timeouts: Timeouts,
        tell: Callable[[Event | None], None],
    ) -> None:
        self._owner = owner
        self._selector = selector
        self._sock = sock
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
        self._out += data
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
            self._take(data)

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
                self._owner.skipped_lines += 1
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
