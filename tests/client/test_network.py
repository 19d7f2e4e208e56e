"""Servers that the window leaves: all say goodbye, and all of them together are waited for no longer than one may."""

from __future__ import annotations

from typing import Any, cast

import pytest

from client.network import Leaving, Network
from tests.fakes import ManualClock


class Slow:
    """Stands for a network whose thread takes as long as it is waited for."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.told: list[Any] = []

    def leave(self) -> None:
        self.told.append("goodbye")

    def wait(self, deadline_s: float) -> None:
        self.told.append(round(deadline_s, 3))
        self._clock.seconds += min(deadline_s, 0.5)


def test_several_servers_share_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = ManualClock()
    monkeypatch.setattr("client.network.time.monotonic", clock)
    slow = [Slow(clock) for _ in range(3)]
    Leaving().end(cast("list[Network]", slow), 0.8)
    assert [one.told for one in slow] == [["goodbye", 0.8], ["goodbye", 0.3], ["goodbye", 0.0]]
