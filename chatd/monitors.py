"""Who wants to hear when a nickname comes or goes (IRCv3 monitor), each connection for itself.

Pure state, no I/O. Called under the state lock by `commands/monitor.py` and by whoever tells of people to those who
share no channel with them (extended-monitor).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from chatd import capabilities
from protocol import fold

if TYPE_CHECKING:
    from chatd.connection import Connection


class Monitors:
    """See the module."""

    def __init__(self) -> None:
        self._lists: dict[int, dict[str, str]] = {}
        """By connection id: each target's folded nickname and how it was written."""
        self._watchers: dict[str, dict[int, Connection]] = {}
        """By folded nickname: who watches it, by connection id."""

    def add(self, connection: Connection, nickname: str, limit: int) -> bool:
        """Watch a nickname, if it is not watched yet; False when `limit` others are watched already."""
        targets = self._lists.setdefault(connection.id, {})
        key = fold(nickname)
        if key in targets:
            return True
        if len(targets) >= limit:
            return False
        targets[key] = nickname
        self._watchers.setdefault(key, {})[connection.id] = connection
        return True

    def remove(self, connection: Connection, nickname: str) -> None:
        """Watch it no longer; one that was not watched is ignored."""
        key = fold(nickname)
        if self._lists.get(connection.id, {}).pop(key, None) is not None:
            self._unwatch(key, connection)

    def clear(self, connection: Connection) -> None:
        """Forget all of a connection."""
        for key in self._lists.pop(connection.id, ()):
            self._unwatch(key, connection)

    def _unwatch(self, key: str, connection: Connection) -> None:
        watchers = self._watchers[key]
        del watchers[connection.id]
        if not watchers:
            del self._watchers[key]

    def targets(self, connection: Connection) -> list[str]:
        """What a connection watches, as it wrote it, in the order it was added."""
        return list(self._lists.get(connection.id, {}).values())

    def watchers(self, nickname: str) -> tuple[Connection, ...]:
        """Who watches this nickname."""
        return tuple(self._watchers.get(fold(nickname), {}).values())

    def extended(self, nickname: str, besides: Iterable[Connection] = ()) -> tuple[Connection, ...]:
        """`besides`, and those who watch this nickname with extended-monitor: they hear more than coming and going."""
        watchers = self._watchers.get(fold(nickname))
        if not watchers:
            return tuple(besides)
        asked = [watcher for watcher in watchers.values() if watcher.caps & capabilities.EXTENDED_MONITOR]
        return (*besides, *asked)


def chained(words: Iterable[str], room: int) -> Iterator[str]:
    """Words joined by commas into as many texts of at most `room` bytes as are needed; no word is cut."""
    line, size = "", 0
    for word in words:
        more = len(word.encode()) + 1
        if line and size + more > room:
            yield line
            line, size = "", 0
        line += f",{word}" if line else word
        size += more
    if line:
        yield line
