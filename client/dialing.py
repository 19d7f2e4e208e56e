"""Reaching a host: all its addresses, IPv6 before IPv4, none of them waited for.

Part of the connection's loop (`connection.py`), in the same thread and on the same selector; sockets are
non-blocking. What goes wrong becomes one `Problem`, the one that tells people most.
"""

from __future__ import annotations

import errno
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from client.changes import Problem

Address = tuple[int, int, int, Any]
"""Family, type, protocol and what `socket.connect` takes."""

_UNDER_WAY = {0, errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EAGAIN}
_PROBLEMS = {
    errno.ECONNREFUSED: Problem.REFUSED,
    errno.ETIMEDOUT: Problem.NO_ANSWER,
    errno.ENETUNREACH: Problem.UNREACHABLE,
    errno.EHOSTUNREACH: Problem.UNREACHABLE,
    errno.ENETDOWN: Problem.UNREACHABLE,
    errno.EADDRNOTAVAIL: Problem.UNREACHABLE,
    errno.EAFNOSUPPORT: Problem.UNREACHABLE,
}
_TELLING = (Problem.REFUSED, Problem.NO_ANSWER, Problem.OTHER, Problem.UNREACHABLE)
"""When the addresses of a host fail in different ways, the first of these is what people are told."""


class Dialing:
    """One try to reach a host: tells the open socket, or the problem, once.

    `connect_s` is the time for name resolution and all addresses together; after `next_address_s` the next
    address is tried beside those that have not answered. Seconds.
    """

    def __init__(
        self,
        selector: selectors.BaseSelector,
        tell: Callable[[socket.socket | Problem], None],
        *,
        connect_s: float,
        next_address_s: float,
    ) -> None:
        self._selector = selector
        self._next_address_s = next_address_s
        self._tell = tell
        self._deadline = time.monotonic() + connect_s
        self._addresses: deque[Address] | None = None
        """Those not tried yet; None while the name is being resolved."""
        self._next_at: float | None = None
        self._sockets: set[socket.socket] = set()
        self._problems: set[Problem] = set()
        self._over = False

    @property
    def due(self) -> float:
        """When `keep_time` is to be called next."""
        return self._deadline if self._next_at is None else min(self._deadline, self._next_at)

    def keep_time(self, now: float) -> None:
        """Try the next address, or give up, when it is time."""
        if now >= self._deadline:
            self._tell(Problem.UNKNOWN_HOST if self._addresses is None else Problem.NO_ANSWER)
        elif self._next_at is not None and now >= self._next_at:
            self._try_next()

    def resolved(self, addresses: list[Address]) -> None:
        """The resolver has answered; no addresses: there is no such host."""
        if self._over:
            return
        if not addresses:
            self._tell(Problem.UNKNOWN_HOST)
            return
        self._addresses = deque(sorted(addresses, key=lambda address: address[0] != socket.AF_INET6))
        self._try_next()

    def _try_next(self) -> None:
        self._next_at = None
        while self._addresses:
            family, kind, number, address = self._addresses.popleft()
            try:
                sock = socket.socket(family, kind, number)
            except OSError as error:  # a machine without IPv6
                self._problems.add(_problem(error.errno))
                continue
            sock.setblocking(False)
            code = _start_connecting(sock, address)
            if code in _UNDER_WAY:
                self._sockets.add(sock)
                self._selector.register(sock, selectors.EVENT_WRITE, lambda _, sock=sock: self._answered(sock))
                self._next_at = time.monotonic() + self._next_address_s if self._addresses else None
                return
            sock.close()
            self._problems.add(_problem(code))
        if not self._sockets:
            self._tell(next(problem for problem in _TELLING if problem in self._problems))

    def _answered(self, sock: socket.socket) -> None:
        if self._over:  # another one answered in the same turn
            return
        self._selector.unregister(sock)
        self._sockets.discard(sock)
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code == 0 and not _talks_to_itself(sock):
            self.close()
            self._tell(sock)
            return
        sock.close()
        self._problems.add(_problem(code or errno.ECONNREFUSED))
        self._try_next()

    def close(self) -> None:
        """Give up all that is under way."""
        self._over = True
        for sock in self._sockets:
            self._selector.unregister(sock)
            sock.close()
        self._sockets.clear()


def is_address(host: str) -> bool:
    """Whether this is an address, not a name."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host.partition("%")[0])
        except (OSError, UnicodeError, ValueError):
            continue
        return True
    return False


def _start_connecting(sock: socket.socket, address: Any) -> int:
    try:
        return sock.connect_ex(address)
    except OSError as error:
        return error.errno or errno.EIO
    except OverflowError:  # a port beyond 65535
        return errno.EADDRNOTAVAIL


def _talks_to_itself(sock: socket.socket) -> bool:
    """Trying a dead port of this computer again and again can end in a socket connected to itself."""
    try:
        return bool(sock.getsockname() == sock.getpeername())
    except OSError:
        return True


def _problem(code: int | None) -> Problem:
    return _PROBLEMS.get(code or 0, Problem.OTHER)
