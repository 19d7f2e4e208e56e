"""Listening on a TCP port: one thread that accepts and hands over, and does nothing else.

The thread `accept-PORT`, which runs `TcpListener.run`, never reads from a peer, so a silent one delays
nobody. Running out of file descriptors does not make it spin: a spare one is kept to turn people away
politely, then it rests.
"""

from __future__ import annotations

import errno
import logging
import os
import selectors
import socket
import threading
from collections.abc import Callable

BACKLOG = 1024
REST_S = 0.2
"""Pause after the process ran out of file descriptors or buffers."""
USER_TIMEOUT_MS = 30_000
"""How long sent bytes may stay unacknowledged before the kernel gives the peer up (Linux)."""

logger = logging.getLogger("obrolan.listener")


class PortTakenError(Exception):
    """Another program listens on this port already."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.port = port


class TcpListener:
    """See the module. The port is bound at once, and open once `run` is entered."""

    def __init__(self, host: str, port: int) -> None:
        """Raises `PortTakenError`, or OSError for an address that is not ours."""
        self._socket = _bind(host, port)
        self._socket.setblocking(False)
        self.host, self.port = self._socket.getsockname()[:2]
        self._wake_receive, self._wake_send = socket.socketpair()
        self._stopping = threading.Event()
        self._spare = os.open(os.devnull, os.O_RDONLY)
        self._socket.listen(BACKLOG)

    def run(self, arrived: Callable[[socket.socket, str, int], None]) -> None:
        """The accept loop, until `stop`: `arrived` gets each socket (non-blocking) with the peer's address and port."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            selector.register(self._wake_receive, selectors.EVENT_READ)
            while not self._stopping.is_set():
                selector.select()
                self._accept_all(arrived)

    def stop(self) -> None:
        """Have the loop end; from any thread."""
        self._stopping.set()
        self._wake_send.send(b"\0")

    def close(self) -> None:
        """Give the port back; only when the loop has ended."""
        for sock in (self._socket, self._wake_receive, self._wake_send):
            sock.close()
        if self._spare >= 0:
            os.close(self._spare)

    def _accept_all(self, arrived: Callable[[socket.socket, str, int], None]) -> None:
        while not self._stopping.is_set():
            try:
                sock, peer = self._socket.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                    logger.error("no connection can be accepted: %s", error.strerror)
                    self._turn_away()
                    self._stopping.wait(REST_S)
                    return
                continue  # this one peer was gone already (ECONNABORTED and its like)
            try:
                _prepare(sock)
                arrived(sock, peer[0], peer[1])
            except OSError:
                sock.close()
            except Exception:
                logger.exception("a connection could not be taken in")
                sock.close()

    def _turn_away(self) -> None:
        """Use the spare descriptor to accept and close one, so that the peer does not wait for nothing."""
        if self._spare >= 0:
            os.close(self._spare)
            self._spare = -1
        try:
            self._socket.accept()[0].close()
        except OSError:
            pass  # nobody waits any more, or the descriptor went elsewhere: nothing to close
        try:
            self._spare = os.open(os.devnull, os.O_RDONLY)
        except OSError:
            pass  # none free right now; the closed one is replaced at the next shortage


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name != "nt":  # on Windows this option would let two servers share the port
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        if error.errno in (errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE)):
            raise PortTakenError(port) from error
        raise
    return sock


def _prepare(sock: socket.socket) -> None:
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)
