"""The gateway: joins classic programs to the server, each by an ordinary connection made for it.

To the engine a classic program is one more IRC connection (the inside); the gateway's thread, `classic`,
owns the program's socket (the outside) and a translator between the two, and keeps the habits these
programs need: a prompt alone in its segment, at most 1,024 bytes a send, ending at a line, the next no
sooner than 100 ms later. `adopt` may be called from any thread; everything else happens in here.
"""

from __future__ import annotations

import functools
import logging
import selectors
import socket
import threading
from collections import deque
from collections.abc import Callable, Sequence

from chatd.listeners.classic import MOST_BYTES, ClassicTranslator, Dialect
from protocol import LineBuffer, ProtocolError

PACE_S = 0.1
"""Time between two sends to one program, so that each `recv(1024)` of it brings whole lines."""
WAITING_BYTES = 64 * 1024
"""A program that takes its texts more slowly than they come is cut above this."""
LAST_WORDS_S = 1.0
"""How long a program has to take its last line."""
RECEIVE_BYTES = 64 * 1024

logger = logging.getLogger("obrolan.classic")

ConnectInside = Callable[[socket.socket, str, int], None]
"""Makes a server connection of a socket, for a peer with this address and port."""


class _Program:
    """One classic program: its socket, its inside connection, and what waits to be sent to it."""

    def __init__(self, outside: socket.socket, inside: socket.socket, translator: ClassicTranslator) -> None:
        self.outside = outside
        self.inside = inside
        self.translator = translator
        self.buffer = LineBuffer()
        self.texts: deque[bytes] = deque()
        self.rest = b""
        """What the program did not take yet of the last portion."""
        self.next_send = 0.0
        self.end_at = 0.0
        """When it is closed even if not all was taken; 0 while it goes on."""


class Gateway:
    """See the module. `translator` makes one for a dialect, `connect` the inside connection.

    `release` takes back the admission of a peer (by address) for whom none could be made.
    """

    def __init__(
        self,
        connect: ConnectInside,
        release: Callable[[str], None],
        translator: Callable[[Dialect], ClassicTranslator],
        monotonic: Callable[[], float],
    ) -> None:
        self._connect = connect
        self._release = release
        self._translator = translator
        self._monotonic = monotonic
        self._arrivals: deque[tuple[socket.socket, str, int, Dialect, Sequence[bytes]]] = deque()
        self._programs: set[_Program] = set()
        self._selector = selectors.DefaultSelector()
        self._woken, self._wake = socket.socketpair()
        self._woken.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._stop_at = 0.0
        self.thread = threading.Thread(target=self._run, name="classic")

    def adopt(
        self, outside: socket.socket, address: str, port: int, dialect: Dialect, pieces: Sequence[bytes] = ()
    ) -> None:
        """Take over a socket (non-blocking) from which these pieces were read already; from any thread."""
        self._arrivals.append((outside, address, port, dialect, pieces))
        self._wake.send(b"\0")

    def stop(self, deadline_s: float) -> None:
        """End once the programs have their last line, at the latest after the deadline; from any thread."""
        self._stop_at = self._monotonic() + deadline_s
        try:
            self._wake.send(b"\0")
        except OSError:
            pass  # it was awake, and has ended meanwhile

    # --- the loop ------------------------------------------------------------------------------

    def _run(self) -> None:
        while not (self._stop_at and (not self._programs or self._monotonic() >= self._stop_at)):
            for key, _ in self._selector.select(self._timeout()):
                if key.data is None:
                    self._woken.recv(4096)
                elif key.data in self._programs:
                    self._guard(key.data, self._read_outside if key.fileobj is key.data.outside else self._read_inside)
            while self._arrivals:
                self._arrive(*self._arrivals.popleft())
            for program in list(self._programs):
                self._guard(program, self._send)
        for program in list(self._programs):
            self._guard(program, self._last_word)
            self._close(program)
        self._selector.close()
        self._woken.close()
        self._wake.close()

    def _timeout(self) -> float | None:
        due = [program.next_send for program in self._programs if program.rest or program.texts]
        due += [program.end_at for program in self._programs if program.end_at]
        if self._stop_at:
            due.append(self._stop_at)
        return max(0.0, min(due) - self._monotonic()) if due else None

    def _guard(self, program: _Program, step: Callable[[_Program], None]) -> None:
        """Do a step for one program; whatever goes wrong ends that program only."""
        try:
            step(program)
        except OSError:
            self._close(program)
        except Exception:
            logger.exception("a classic program could not be served")
            self._close(program)

    def _arrive(
        self, outside: socket.socket, address: str, port: int, dialect: Dialect, pieces: Sequence[bytes]
    ) -> None:
        try:
            inside, servers_end = socket.socketpair()
        except OSError as error:
            logger.error("a classic program cannot be taken in: %s", error.strerror)
            self._release(address)
            outside.close()
            return
        inside.setblocking(False)
        servers_end.setblocking(False)
        program = _Program(outside, inside, self._translator(dialect))
        self._connect(servers_end, address, port)
        self._programs.add(program)
        self._selector.register(outside, selectors.EVENT_READ, program)
        self._selector.register(inside, selectors.EVENT_READ, program)
        if dialect.prompt:
            program.rest = dialect.prompt
            self._guard(program, self._send)
        for piece in pieces:
            self._guard(program, functools.partial(self._received, data=piece))

    # --- both directions -----------------------------------------------------------------------

    def _read_outside(self, program: _Program) -> None:
        try:
            data = program.outside.recv(RECEIVE_BYTES)
        except BlockingIOError:
            return
        if data:
            self._received(program, data)
        else:
            self._close(program)

    def _received(self, program: _Program, data: bytes) -> None:
        program.translator.received(data)
        self._pass_lines(program)

    def _pass_lines(self, program: _Program) -> None:
        lines = program.translator.take_lines()
        try:
            sent = program.inside.send(lines) if lines else 0
        except BlockingIOError:
            sent = 0
        except BrokenPipeError:
            return  # the server has closed; what it said last is still to be read
        if sent < len(lines):
            # The server reads no faster than its limits allow: more than a socket buffer of that is a flood.
            self._cut(program, "terlalu banyak pesan sekaligus")

    def _read_inside(self, program: _Program) -> None:
        try:
            data = program.inside.recv(RECEIVE_BYTES)
        except BlockingIOError:
            return
        if not data:
            self._finish(program)
            return
        for line in program.buffer.feed(data):
            try:
                program.translator.deliver(line)
            except ProtocolError:
                logger.exception("a line of our own server could not be read")
        self._pass_lines(program)
        program.texts.extend(program.translator.take_texts())
        if sum(map(len, program.texts)) > WAITING_BYTES:
            self._cut(program, "terlalu banyak pesan yang belum dibaca")
        elif program.translator.finished:
            self._finish(program)

    def _send(self, program: _Program) -> None:
        """Hand over the next texts, if it is time, at most 1,024 bytes that end at a line.

        The prompt is a portion of its own: the program compares what its `recv` brings with it.
        """
        now = self._monotonic()
        if (program.rest or program.texts) and now >= program.next_send:
            portion = program.rest
            while not program.rest and program.texts and len(portion) + len(program.texts[0]) <= MOST_BYTES:
                portion += program.texts.popleft()
            try:
                sent = program.outside.send(portion)
            except BlockingIOError:
                sent = 0
            program.rest = portion[sent:]
            program.next_send = now + PACE_S
        if program.end_at and (not (program.rest or program.texts) or now >= program.end_at):
            self._close(program)

    # --- ending --------------------------------------------------------------------------------

    def _last_word(self, program: _Program) -> None:
        """No time is left: of all that waits for it, a program gets the last text, which says why."""
        if program.end_at and program.texts:
            program.outside.send(program.rest + program.texts[-1])

    def _cut(self, program: _Program, reason: str) -> None:
        """End it with one last line in place of all that waits for it."""
        program.texts.clear()
        program.translator.take_texts()
        program.translator.end(reason)
        program.texts.extend(program.translator.take_texts())
        self._finish(program)

    def _finish(self, program: _Program) -> None:
        """Nothing more comes from the server: close as soon as the program has its last texts."""
        if not program.end_at:
            program.end_at = self._monotonic() + LAST_WORDS_S + PACE_S * len(program.texts)
            self._selector.unregister(program.inside)
            self._selector.unregister(program.outside)

    def _close(self, program: _Program) -> None:
        if program not in self._programs:
            return
        self._programs.discard(program)
        for sock in (program.outside, program.inside):
            if not program.end_at:
                self._selector.unregister(sock)
            sock.close()
