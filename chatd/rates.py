"""How often something may happen: so many times in so many seconds, for each source.

The numbers that are no settings all stand here; docs/administration.md, "Limits", has them in one table with the
settings. `source` says which addresses count as one. No lock: whoever owns a `Rate` calls it. Imports the standard
library only.
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

    def give_back(self, key: str) -> bool:
        """What was counted last need not have been; whether anything was."""
        times = self._times.get(key)
        if not times:
            return False
        times.pop()
        if not times:
            del self._times[key]
        return True


FAILURES = (10, 600.0)
"""Failed logins from one address, so many in so many seconds; as below."""
GUESSES = (20, 3600.0)
"""Failed logins to one account, from addresses from which nobody has logged in to it yet."""
STRANGERS_GUESSES = (1, 3600.0)
"""After those, from each of them."""
TRIES = (3, 60.0)
"""Failed or unfinished logins of one connection."""
CREATION_S, CREATIONS_S = 3600.0, 600.0
"""Seconds in which one address may make `new_per_address` accounts, and all together `new_in_all`."""
LINE_BYTES = 512
"""Where lines are limited, one costs as much as so many bytes, or a part of them, are in it."""


def cost(line: bytes) -> int:
    """What a line costs of what a connection may send: tags make it longer than an ordinary one."""
    return 1 + len(line) // LINE_BYTES


COMMANDS: dict[str, tuple[int, float]] = {
    "AWAY": (4, 120.0),
    "INVITE": (4, 60.0),
    "JOIN": (3, 90.0),
    "KNOCK": (4, 120.0),
    "NICK": (3, 60.0),
    "RENAME": (3, 60.0),
    "to new people": (10, 150.0),
}
"""How often one person may do what others are told of each time; JOIN: into the same channel. The last is for who is
new here and writes to somebody for the first time.
"""
CROWD_S = 5.0
CROWD = {"channel": 45, "person": 30}
"""Messages of all who are new here that a channel or a person gets in so many seconds; a channel with more members
gets one for each.
"""


class Crowds:
    """How much those who are new here say to one target, all of them together; under the state lock."""

    def __init__(self) -> None:
        self._windows: dict[str, list[float]] = {}

    def room(self, target: str, most: int, now: float) -> int:
        """How many more messages may go to it now."""
        window = self._windows.get(target)
        if window is None or not 0 <= now - window[0] < CROWD_S:
            if len(self._windows) > FORGET_SOURCES:
                self._windows = {key: each for key, each in self._windows.items() if 0 <= now - each[0] < CROWD_S}
            window = self._windows[target] = [now, 0]
        return most - int(window[1])

    def said(self, target: str, count: int) -> None:
        """So many have gone to it, after `room` was asked."""
        self._windows[target][1] += count


class CommandRates:
    """The same for commands; under the state lock."""

    def __init__(self) -> None:
        self._rates = {command: Rate(*limit) for command, limit in COMMANDS.items()}
        self.crowds = Crowds()

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
