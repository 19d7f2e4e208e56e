"""How often something may happen: so many times in so many seconds, for each source.

`source` says which addresses count as one. No lock: whoever owns a `Rate` calls it. Imports the standard library only.
"""

from __future__ import annotations

import ipaddress
from collections import deque

FORGET_SOURCES = 10_000
"""Above so many remembered sources, those that have been quiet are forgotten."""


class Rate:
    """At most `count` times in any `seconds` for each key."""

    def __init__(self, count: int, seconds: float) -> None:
        self._count = count
        self._seconds = seconds
        self._times: dict[str, deque[float]] = {}

    def take(self, key: str, now: float) -> bool:
        """Count it, if it may happen now; whether it may."""
        if len(self._times) > FORGET_SOURCES:
            self._times = {name: times for name, times in self._times.items() if now - times[-1] < self._seconds}
        times = self._times.setdefault(key, deque())
        while times and now - times[0] >= self._seconds:
            times.popleft()
        if len(times) >= self._count:
            return False
        times.append(now)
        return True

    def give_back(self, key: str) -> None:
        """What was counted last need not have been."""
        times = self._times.get(key)
        if times:
            times.pop()
            if not times:
                del self._times[key]


COMMANDS: dict[str, tuple[int, float]] = {
    "AWAY": (4, 120.0),
    "INVITE": (4, 60.0),
    "JOIN": (3, 90.0),
    "KNOCK": (4, 120.0),
    "NICK": (3, 60.0),
    "RENAME": (3, 60.0),
}
"""How often one person may do what others are told of each time; JOIN: into the same channel."""


class CommandRates:
    """The same for commands; under the state lock."""

    def __init__(self) -> None:
        self._rates = {command: Rate(*limit) for command, limit in COMMANDS.items()}

    def take(self, command: str, who: int, now: float, what: str = "") -> bool:
        """Count that this person (`Person.id`) does it, if it may happen now; whether it may. Each `what` is counted by
        itself.
        """
        return self._rates[command].take(f"{who} {what}", now)


def source(address: str) -> tuple[str, bool, bool]:
    """What counts as one source (IPv6 by /64), whether it is this computer, whether it is a public address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        else:
            network = ipaddress.ip_network((ip, 64), strict=False)
            return str(network), ip.is_loopback, ip.is_global
    return str(ip), ip.is_loopback, ip.is_global
