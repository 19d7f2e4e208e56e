"""The talk over UDP: a datagram is a message, whoever sent one is a member, `exit` leaves.

The dialect of the oldest of the five programs (docs/classic.md): the first datagram, `name: text`, says who
we are, the others hold bare text; what arrives is shown as it is. Nothing tells whether a datagram arrived,
so what is known to have failed is said, and a fast script is slowed down to what servers take. The main
thread owns all but the reading end of the socket, which belongs to the thread `udp`.
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
from collections.abc import Callable, Sequence
from functools import partial

import protocol
from client.console.completion import Words
from client.console.contract import PROMPT, Face, Login
from client.console.lines import Line
from translations import tr

DEFAULT_PORT = 5005
LEAVE = "exit"
DATAGRAM_BYTES = 1400
"""Longer texts go as several messages: a longer datagram would be torn apart on its way."""
INTRODUCE_AGAIN_S = 240.0
"""After such a silence our name goes along again: the server may have forgotten us (after 5 minutes)."""
BURST = 10
PER_SECOND = 4.0
"""So many datagrams go at once, and so many per second after that."""
STOP_S = 1.0


class UdpTalk:
    """One stay. `monotonic` gives seconds."""

    def __init__(self, login: Login, *, interactive: bool, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._login = login
        self._interactive = interactive
        self._monotonic = monotonic
        self._face: Face
        self._socket: socket.socket | None = None
        self._woken, self._waker = socket.socketpair()
        self._reader = threading.Thread(target=self._read, name="udp", daemon=True)
        self._out: deque[str] = deque()
        self._credit = float(BURST)
        self._credit_at = monotonic()
        self._introduced_until: float | None = None
        self._errors: deque[int] = deque()
        """What the reading thread ran into, as errno."""
        self._failed = False
        """Nobody was there, at least once."""
        self._complained = False
        """The person knows that nobody is there."""
        self._finishing = False
        self._ended = False

    # --- what the face asks --------------------------------------------------------------------

    @property
    def prompt(self) -> str:
        """Always the same."""
        return PROMPT

    @property
    def waiting(self) -> Sequence[str]:
        """Texts that are held back for a moment."""
        return [protocol.show_hidden(text) for text in self._out]

    @property
    def status(self) -> str:
        """Nobody tells us what goes on."""
        return ""

    def edited(self, text: str) -> None:
        """Nobody wants to know."""

    @property
    def words(self) -> Words:
        """Nobody tells us who is there."""
        return Words()

    @property
    def ready(self) -> bool:
        """Nothing is held back."""
        return not self._out and not self._finishing

    @property
    def next_tick(self) -> float | None:
        """When the next of those held back may go."""
        return self._credit_at + max(0.0, 1 - self._credit) / PER_SECOND if self._out else None

    def start(self, face: Face) -> None:
        """Find the server's address; it hears of us with the first message."""
        self._face = face
        host, port = self._login.host, self._login.port
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
            # IPv4 first: there is no connection to tell where nobody listens, and such servers are of that kind.
            family, kind, number, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
            self._socket = socket.socket(family, kind, number)
            self._socket.setblocking(False)
            self._socket.connect(address)
        except (OSError, UnicodeError) as error:
            unknown = isinstance(error, socket.gaierror | UnicodeError)
            sentence = tr("The address “{host}” was not found. Check the spelling.") if unknown else str(error)
            self._say(sentence.format(host=host) if unknown else sentence, problem=True)
            self.quit(1)
            return
        self._reader.start()
        if self._interactive:
            self._say(tr("Write a first message to join; “exit” leaves."))

    def accept(self, text: str) -> bool:
        """Send it, line by line."""
        if text.strip() in {LEAVE, "/quit"}:
            if self._interactive:
                self.quit()
            else:
                self.finish()
            return True
        room = DATAGRAM_BYTES - len(f"{self._login.name}: ".encode())
        for line in filter(str.strip, text.splitlines()):
            self._out += protocol.split_text(line, room)
        self._send_due()
        return True

    def finish(self) -> None:
        """Leave once all is sent, with 1 if nobody was there."""
        self._finishing = True
        self._send_due()

    def quit(self, code: int = 0) -> None:
        """Say `exit`, and the end."""
        if self._ended:
            return
        self._ended = True
        self._out.clear()
        if self._socket is not None:
            self._send(LEAVE)
            self._stop_reading()
            if not self._interactive:  # a script is told of the last failure too
                self._take_error(self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
                self._take_errors()
        self._face.end(1 if self._failed and not self._interactive else code)

    def tick(self) -> None:
        """Send what may go now."""
        self._send_due()

    def close(self) -> None:
        """Stop the reading thread and close the sockets."""
        self._stop_reading()
        for sock in (self._socket, self._waker, self._woken):
            if sock is not None:
                sock.close()

    def _stop_reading(self) -> None:
        with contextlib.suppress(OSError):
            self._waker.send(b"\0")
        if self._reader.is_alive():
            self._reader.join(STOP_S)

    # --- out -----------------------------------------------------------------------------------

    def _send_due(self) -> None:
        now = self._monotonic()
        self._credit = min(BURST, self._credit + (now - self._credit_at) * PER_SECOND)
        self._credit_at = now
        while self._out and self._credit >= 1:
            self._credit -= 1
            self._send_message(self._out.popleft(), now)
        if self._finishing and not self._out:
            self.quit()
        self._face.refresh()

    def _send_message(self, text: str, now: float) -> None:
        known = self._introduced_until is not None and now < self._introduced_until
        name = self._login.name
        if self._send(text if known else f"{name}: {text}"):
            self._introduced_until = now + INTRODUCE_AGAIN_S
        if self._interactive:
            self._face.show([Line((("", f"{name}: {protocol.show_hidden(text)}"),))])

    def _send(self, text: str) -> bool:
        if self._socket is None:
            return False
        for _ in range(2):  # a failure that is told may be that of the datagram before
            try:
                self._socket.send(text.encode(errors="replace"))
                return True
            except BlockingIOError:
                return True  # as lost as any datagram may be
            except OSError as error:
                self._take_error(error.errno or errno.EIO)
        return False

    # --- in ------------------------------------------------------------------------------------

    def _read(self) -> None:
        """The thread."""
        sock = self._socket
        if sock is None:
            return
        with selectors.DefaultSelector() as selector:
            selector.register(sock, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while all(key.fileobj is sock for key, _ in selector.select()):
                try:
                    data = sock.recv(65536)
                except BlockingIOError:
                    continue
                except OSError as error:
                    self._errors.append(error.errno or errno.EIO)
                    self._face.call_soon(self._take_errors)
                else:
                    self._face.call_soon(partial(self._arrived, data))

    def _arrived(self, data: bytes) -> None:
        self._complained = False
        try:
            text = data.decode()
        except UnicodeDecodeError:
            text = data.decode("latin-1")
        lines = [Line((("", protocol.show_hidden(line)),)) for line in text.splitlines()]
        if lines and not self._ended:
            self._face.show(lines)

    def _take_errors(self) -> None:
        while self._errors:
            self._take_error(self._errors.popleft())

    def _take_error(self, number: int) -> None:
        """Somebody told that there is no server: said once; the next message that goes out introduces us anew."""
        if not number:
            return
        self._introduced_until = None
        self._failed = True
        if self._complained:
            return
        self._complained = True
        host, port = self._login.host, self._login.port
        refused = number in {errno.ECONNREFUSED, errno.ECONNRESET}
        sentence = tr("There is no server at {host} port {port}. Make sure that server.py is running.")
        self._say(sentence.format(host=host, port=port) if refused else os.strerror(number), problem=True)

    def _say(self, text: str, *, problem: bool = False) -> None:
        self._face.show([Line((("problem" if problem else "note", f"-- {text}"),), problem)])
