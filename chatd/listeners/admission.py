"""Who may connect: how many at once from one address, how often, and how many in all.

One lock of its own (tier 1), held for a few dictionary operations; entered by the accept thread and,
when connections end, by the I/O threads. Numbers: docs/administration.md, "Limits".
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from chatd.config import Limits
from chatd.rates import Rate, source


class Admission:
    """See the module."""

    def __init__(self, limits: Limits, monotonic: Callable[[], float]) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._open: dict[str, int] = {}
        self._recent = Rate(limits.throttle_count, limits.throttle_s)
        self._total = 0

    def admit(self, address: str) -> str:
        """Count a new connection from this address in; "" or the reason why it cannot be.

        A refused connection is not counted and must not be released.
        """
        key, loopback, public = source(address)
        limits = self._limits
        with self._lock:
            if self._total >= limits.max_clients:
                return f"Server is full ({limits.max_clients} people)"
            if not loopback:
                most = limits.public_connections_per_ip if public else limits.connections_per_ip
                if limits.connections_per_ip and self._open.get(key, 0) >= min(most, limits.connections_per_ip):
                    return "Too many connections from your address"
                if limits.connection_throttle and public and not self._recent.take(key, self._monotonic()):
                    return "Too many connections from your address in a short time; try again later"
            self._total += 1
            self._open[key] = self._open.get(key, 0) + 1
            return ""

    def release(self, address: str) -> None:
        """An admitted connection has ended."""
        key = source(address)[0]
        with self._lock:
            self._total -= 1
            left = self._open[key] - 1
            if left:
                self._open[key] = left
            else:
                del self._open[key]
