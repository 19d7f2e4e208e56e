"""When which ban lifts itself. Pure; under the state lock, but for `due`."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatd.channel import Channel


class Lapses:
    """See the module. Times are seconds since the epoch.

    What was lifted or changed by hand stays in here until its time: who takes it looks whether it still holds.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Channel, str]] = []
        self._numbers = itertools.count()
        self._next = float("inf")

    def add(self, until: int, channel: Channel, mask: str) -> None:
        """At this time this ban is over."""
        heapq.heappush(self._heap, (until, next(self._numbers), channel, mask))
        self._next = self._heap[0][0]

    def due(self, now: float) -> bool:
        """Whether something is over; may be asked without the lock."""
        return self._next <= now

    def take(self, now: float) -> Iterator[tuple[Channel, str]]:
        """What is over, each once."""
        while self._heap and self._heap[0][0] <= now:
            _, _, channel, mask = heapq.heappop(self._heap)
            yield channel, mask
        self._next = self._heap[0][0] if self._heap else float("inf")
