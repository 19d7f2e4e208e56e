"""Who may connect: how many at once from one address, how often, and how many in all.

One lock of its own (tier 1), held for a few dictionary operations; entered by the accept thread and,
when connections end, by the I/O threads. Numbers: docs/administration.md, "Limits".
"""

from __future__ import annotations

import ipaddress
import threading
from collections import deque
from collections.abc import Callable

from chatd.config import Limits

FORGET_ADDRESSES = 10_000
"""Above so many remembered addresses, those without a recent connection are forgotten."""


class Admission:
    """See the module."""

    def __init__(self, limits: Limits, monotonic: Callable[[], float]) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._open: dict[str, int] = {}
        self._recent: dict[str, deque[float]] = {}
        self._total = 0

    def admit(self, address: str) -> str:
        """Count a new connection from this address in; "" or the reason why it cannot be.

        A refused connection is not counted and must not be released.
        """
        key, loopback, public = _source(address)
        limits = self._limits
        with self._lock:
            if self._total >= limits.max_clients:
                return f"Server is full ({limits.max_clients} people)"
            if not loopback:
                most = limits.public_connections_per_ip if public else limits.connections_per_ip
                if limits.connections_per_ip and self._open.get(key, 0) >= min(most, limits.connections_per_ip):
                    return "Too many connections from your address"
                if limits.connection_throttle and public and not self._not_too_often(key):
                    return "Too many connections from your address in a short time; try again later"
            self._total += 1
            self._open[key] = self._open.get(key, 0) + 1
            return ""

    def release(self, address: str) -> None:
        """An admitted connection has ended."""
        key = _source(address)[0]
        with self._lock:
            self._total -= 1
            left = self._open[key] - 1
            if left:
                self._open[key] = left
            else:
                del self._open[key]

    def _not_too_often(self, key: str) -> bool:
        now, limits = self._monotonic(), self._limits
        if len(self._recent) > FORGET_ADDRESSES:
            self._recent = {name: times for name, times in self._recent.items() if now - times[-1] < limits.throttle_s}
        times = self._recent.setdefault(key, deque())
        while times and now - times[0] >= limits.throttle_s:
            times.popleft()
        if len(times) >= limits.throttle_count:
            return False
        times.append(now)
        return True


def _source(address: str) -> tuple[str, bool, bool]:
    """What counts as one source (IPv6 by /64), whether it is this computer, whether it is a public address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        else:
            network = ipaddress.ip_network((ip, 64), strict=False)
            return str(network), ip.is_loopback, ip.is_global
    return str(ip), ip.is_loopback, ip.is_global
