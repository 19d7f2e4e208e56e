"""What the engine asks of the room that knows IRC; `commands.Dispatcher` is it. Called in the I/O threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Protocol

from chatd.connection import Connection, Deferred, Part
from chatd.events import Event


class Service(Protocol):
    """What the engine asks of the room that knows IRC."""

    def take(self, connection: Connection, waiting: deque[bytes], most: int) -> Sequence[Event]:
        """Handle the first of these lines, `most` at most, as far as that can be done all at once, and take them
        away; the events that went to the log. Nothing is taken that `receive` would handle differently.
        """

    def receive(self, connection: Connection, line: bytes) -> Sequence[Part | Event | Deferred]:
        """Handle one line; the answers, and the events that went to the log, in their order."""

    def gone(self, connection: Connection, reason: str) -> tuple[str, ...]:
        """The connection ended: forget it, tell the others; the folded channels it was in."""

    def tick(self) -> None:
        """About a second has passed: do what is due."""

    def refusal(self, event: Event) -> str:
        """What the origin of an event reads when the log could not keep it: a line without tags and end, or ""."""

    def slowed(self, connection: Connection) -> bytes:
        """What who sends more than it may is told once, before the rest is taken slowly."""

    def farewell(self, reason: str) -> bytes:
        """The last line to a connection."""

    def ping(self) -> bytes:
        """A line that asks for a sign of life."""
