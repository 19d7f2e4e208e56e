"""The log: the ordered sequence of events, and the only source of what rooms see.

Handlers `append` under the state lock; one thread gives each stored event its number and time, keeps
it, and hands batches in that order to whoever `follow`s. Implementations: `memory` (nothing survives
the process). Imports `events` and `protocol` only; the followers are called in the log's own thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from chatd.events import Event

Follower = Callable[[Sequence[Event]], None]
"""Gets every batch, in order; must neither block nor raise."""


@dataclass(frozen=True, slots=True)
class Selector:
    """Which part of a conversation: the newest ones below `before` and above `after` (exclusive seq)."""

    after: int = 0
    before: int = 1 << 62
    newest: bool = True
    """When the limit cuts: keep the newest, else the oldest."""


@dataclass(frozen=True, slots=True)
class Record:
    """One stored event as history gives it back."""

    seq: int
    id: str
    """msgid."""
    time: str
    """UTC, ISO 8601 with milliseconds, as in the server-time tag."""
    verb: str
    line: str
    client_tags: str


class Log(Protocol):
    boot: str
    """Changes whenever the log starts empty, so that clients know when history is gone."""

    def append(self, event: Event) -> None:
        """Queue an event; returns at once. Called under the state lock, which makes the order.

        It is taken up after the next `wake`: whoever appends wakes the log when it is done with all it has.
        """

    def wake(self) -> None:
        """Have what was appended taken up; cheap when there is nothing or the log is at work already."""

    def read(self, conversation: str, selector: Selector, limit: int) -> list[Record]:
        """Stored events of a conversation (folded channel name), ascending by seq."""

    def follow(self, follower: Follower) -> None:
        """Hand every batch from now on to this function too; before `start` only."""

    def waiting(self) -> int:
        """How many events are queued, roughly; above `QUEUE_LIMIT` sockets are not read."""

    def start(self) -> None:
        """Start the log's thread."""

    def stop(self, deadline_s: float) -> bool:
        """Take in what is queued, then end; whether it did within the deadline."""


QUEUE_LIMIT = 4096
BATCH_EVENTS = 256
