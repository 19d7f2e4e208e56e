"""A TCP proxy that breaks: stands between a client and a server and, on demand, swallows or resets.

One thread per proxy. `blackhole` keeps the open connections but carries nothing more in either
direction, as an unplugged cable does; `reset_clients` ends the clients' sides with RST while the
server's sides stay open and silent: the client knows of the cut, the server does not.
"""

from __future__ import annotations

import selectors
import socket
import struct
import threading
from types import TracebackType
from typing import Self

CHUNK = 65536


class FaultProxy:
    """Listens on a free loopback port (`port`) and forwards to `127.0.0.1:target`."""

    def __init__(self, target: int, *, record: bool = False) -> None:
        self._target = target
        self._record = record
        self.recorded = bytearray()
        """All bytes that were carried, of both directions, if it was asked to record."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._wake, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._other: dict[socket.socket, socket.socket] = {}
        self._clients: list[socket.socket] = []
        self._swallowed: list[socket.socket] = []
        self._muted: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="fault-proxy")
        self._stopping = False

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping = True
        self._wake.send(b"x")
        self._thread.join(5)
        for sock in (*self._other, *self._swallowed, self._listener, self._wake, self._woken):
            sock.close()
        self._selector.close()

    def blackhole(self) -> None:
        """Carry nothing more on the connections that are open now; new ones pass."""
        with self._lock:
            for sock in self._other:
                self._selector.unregister(sock)
                self._swallowed.append(sock)
            self._other.clear()
            self._clients.clear()

    def mute_servers(self) -> None:
        """What servers say on the connections that are open now is lost; they go on hearing."""
        with self._lock:
            self._muted.update(self._other[client] for client in self._clients)

    def reset_clients(self) -> None:
        """Reset the clients' sides of the connections that are open now; the server hears nothing of it."""
        with self._lock:
            clients, self._clients = self._clients, []
            for sock in clients:
                upstream = self._other.pop(sock)
                del self._other[upstream]
                self._selector.unregister(sock)
                self._selector.unregister(upstream)
                self._swallowed.append(upstream)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                sock.close()

    def _run(self) -> None:
        while not self._stopping:
            for key, _ in self._selector.select():
                if key.fileobj is self._listener:
                    self._open()
                elif key.fileobj is not self._woken and isinstance(key.fileobj, socket.socket):
                    with self._lock:
                        self._carry(key.fileobj)

    def _open(self) -> None:
        client, _ = self._listener.accept()
        try:
            upstream = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            client.close()
            return
        with self._lock:
            self._clients.append(client)
            for one, other in ((client, upstream), (upstream, client)):
                self._other[one] = other
                self._selector.register(one, selectors.EVENT_READ)

    def _carry(self, sock: socket.socket) -> None:
        other = self._other.get(sock)
        if other is None:
            return
        try:
            data = sock.recv(CHUNK)
            if data:
                if self._record:
                    self.recorded += data
                if sock not in self._muted:
                    other.sendall(data)
                return
        except OSError:
            pass  # either side is gone: both are closed below
        for each in (sock, other):
            self._selector.unregister(each)
            del self._other[each]
            if each in self._clients:
                self._clients.remove(each)
            each.close()
