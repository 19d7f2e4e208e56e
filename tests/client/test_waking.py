"""A computer that comes back from sleep: the server is asked, or tried, at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt5.QtCore import QObject
from PyQt5.QtWidgets import QApplication

from client.changes import LinkState
from client.network import Network
from client.waking import LEAST_S, Waking, asleep_s
from protocol import parse


class Sleep:
    """How long the computer has slept."""

    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_only_a_real_sleep_is_told_and_each_once(qapp: QApplication) -> None:
    sleep, told = Sleep(), []
    owner = QObject()
    waking = Waking(owner, sleep)
    waking.woke.connect(lambda: told.append(sleep.seconds))
    sleep.seconds += 1000
    waking.start()  # what was before does not count
    for more in (0.0, 1.0, LEAST_S, 0.0, 3600.0):
        sleep.seconds += more
        waking.timer.timeout.emit()
    assert told == [1101.0 + LEAST_S, 4701.0 + LEAST_S]


def test_a_computer_that_is_awake_does_not_sleep() -> None:
    first = asleep_s()
    assert abs(asleep_s() - first) < 1


@pytest.fixture
def network(qapp: QApplication, tmp_path: Path) -> Iterator[Network]:
    made = Network(tmp_path)
    yield made
    made.leave()
    made.wait(5.0)


def test_a_link_that_waits_is_tried_at_once_and_an_open_one_is_asked(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(network.receiver, "perform", lambda effect: done.append(type(effect).__name__))
    monkeypatch.setattr(network.receiver.connection, "ask", lambda: done.append("ask"))
    assert not network.waking.timer.isActive(), "there is nothing to look after yet"
    network.log_in("lab2", 8888, "Siti")
    assert network.waking.timer.isActive()
    session = network.session

    def state() -> LinkState:
        return session.state

    network.handle(session.connected())
    network.handle(session.received([parse(":srv 001 Siti :Hi"), parse(":srv 376 Siti :End")]))
    assert state() is LinkState.ONLINE
    done.clear()
    network.waking.woke.emit()
    assert done == ["ask"]
    network.handle(session.connection_lost(""))
    assert state() is LinkState.WAITING
    network.waking.woke.emit()
    assert done == ["ask", "Connect"]
    assert state() is LinkState.CONNECTING
