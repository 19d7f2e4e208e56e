"""Logs as tests use them: each kind, one that runs with its clock and a follower, and the events they are fed."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from chatd.config import History
from chatd.events import Audience, Event
from chatd.log import Log
from chatd.log.memory import MemoryLog
from chatd.log.sqlite import SqliteLog
from tests.fakes import ManualClock

WAIT_S = 20.0


def durable(clock: ManualClock, folder: Path) -> SqliteLog:
    return SqliteLog(folder, History(), clock, ManualClock(), pytest.fail)


LOGS: dict[str, Callable[[ManualClock, Path], Log]] = {
    "memory": lambda clock, _folder: MemoryLog(clock),
    "memory with accounts on disk": lambda clock, folder: MemoryLog(clock, ManualClock(), folder, pytest.fail),
    "sqlite": durable,
}


class Follower:
    """Collects the batches it is given; `wait` until so many events have come."""

    def __init__(self) -> None:
        self.batches: list[list[Event]] = []
        self._changed = threading.Condition()

    def __call__(self, batch: Sequence[Event]) -> None:
        with self._changed:
            self.batches.append(list(batch))
            self._changed.notify_all()

    @property
    def events(self) -> list[Event]:
        return [event for batch in self.batches for event in batch]

    def wait(self, count: int) -> list[Event]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.events) >= count, WAIT_S)
            return self.events


class Running:
    """A log that runs, its clock and a follower."""

    def __init__(
        self, make: Callable[[ManualClock, Path], Log], folder: Path, clock: ManualClock | None = None
    ) -> None:
        self.clock = clock or ManualClock(1_700_000_000.0)
        self._make, self._folder = make, folder
        self.log = self.make()
        self.follower = Follower()
        self.log.follow(self.follower)
        self.log.start()
        self._sent = 0

    def make(self) -> Log:
        """One more log with this clock, and nothing else in common."""
        return self._make(self.clock, Path(tempfile.mkdtemp(dir=self._folder)))

    def send(self, *events: Event) -> list[Event]:
        """Append these and wait until they are through."""
        for event in events:
            self.log.append(event)
        self.log.wake()
        self._sent += len(events)
        return self.follower.wait(self._sent)[-len(events) :]


def message(channel: str = "#x", text: str = "hi", *, stored: bool = True) -> Event:
    return Event(Audience.CHANNEL, "PRIVMSG", f":a!~u@h PRIVMSG {channel} :{text}", None, channel, stored=stored)


def owned(sender: str, nonce: str = "", text: str = "hi", channel: str = "#x") -> Event:
    event = message(channel, text)
    event.sender, event.nonce = sender, nonce
    return event


def redaction(target: Event) -> Event:
    event = Event(Audience.CHANNEL, "REDACT", f":a!~u@h REDACT #x {target.id}", None, "#x")
    event.about, event.removes = target.seq, True
    return event


def edit(target: Event, text: str) -> Event:
    event = message("#x", text)
    event.about, event.edits = target.seq, True
    return event
