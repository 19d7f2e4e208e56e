"""A server on real sockets whose threads are taken out: every step is done by the test, so that all can be counted."""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Self

from chatd.commands import Dispatcher
from chatd.commands.call import Context
from chatd.config import Config, Limits, Lobby
from chatd.connection import Connection
from chatd.engine import IoThread
from chatd.listeners.plain import PlainTransport
from chatd.log.loop import LogThread
from chatd.log.memory import MemoryLog
from chatd.log.sqlite import SqliteLog


class OneThread:
    """An I/O thread and a log, neither of them started. A context manager."""

    def __init__(
        self,
        log: SqliteLog | MemoryLog,
        limits: Limits = Limits(flood_protection=False),  # noqa: B008 - it is frozen
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log: LogThread = log
        config = replace(Config(), limits=limits, lobby=Lobby(autojoin=False))
        context = Context(config, log, time.time, time.monotonic, lambda _: "h.lan", list, "obrolan-0", 0.0)
        context.monotonic = monotonic
        dispatcher = Dispatcher(context)
        self._io = IoThread(0, log, dispatcher, limits, monotonic, _nobody, _nobody, lambda _pool, _task: False)
        self._numbers = itertools.count(1)
        self._peers: list[socket.socket] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._io.stop(0, "The end")
        self._io.run()
        for peer in self._peers:
            peer.close()
        self._log.stop(1)

    def connect(self, nickname: str, caps: str, *lines: str, address: str = "127.0.0.1") -> socket.socket:
        """The other end of a connection that has registered and said these lines; what it read is thrown away."""
        peer = self.open(address)
        asked = [f"CAP REQ :{caps}", "CAP END"] if caps else []
        words = [*asked, f"NICK {nickname}", "USER u 0 * :Name", *lines]
        peer.sendall("".join(f"{line}\r\n" for line in words).encode())
        for _ in range(4):
            self.turn()
        for each in self._peers:
            self.read(each)
        return peer

    def open(self, address: str = "127.0.0.1") -> socket.socket:
        """The other end of a connection from this address that has said nothing yet."""
        mine, peer = socket.socketpair()
        mine.setblocking(False)
        peer.setblocking(False)
        self._peers.append(peer)
        connection = Connection(mine, next(self._numbers), address, 1, PlainTransport())
        connection.owner = self._io
        self._io.adopt(connection)
        return peer

    def turn(self) -> None:
        """Read and handle what has come, have the log keep it, and hand it out."""
        self._turn()
        while self._log.waiting():
            batch = self._log._next()
            self._log._take(batch)
            self._io.hand(batch)
            self._log._taken()
        self._turn()

    def _turn(self) -> None:
        self._io.post(lambda: None)  # it waits for nothing
        self._io._turn()

    def read(self, peer: socket.socket) -> bytes:
        """All that a peer has got."""
        data = b""
        try:
            while piece := peer.recv(1 << 20):
                data += piece
        except BlockingIOError:
            pass
        return data


def _nobody(*_anything: object) -> None:
    """For what has no meaning here."""
