"""`chatd/signals.py`: what wakes the main thread, and what is done before the process is ended hard."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from chatd import signals
from chatd.signals import Signals


@pytest.fixture
def woken() -> Iterator[Signals]:
    made = Signals()
    yield made
    made._receive.close()
    made._send.close()


def test_who_stops_the_server_may_say_what_everybody_reads(woken: Signals) -> None:
    assert not woken.ending()
    woken.stop("sampai besok")
    assert woken.ending()
    assert woken.wait() == signals.SIGNAL
    assert woken.farewell == "sampai besok"


def test_the_terminal_is_given_back_before_a_second_signal_ends_the_process(
    woken: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[object] = []
    monkeypatch.setattr(os, "_exit", done.append)
    woken.restore = lambda: done.append("restored")
    woken._stop(signal.SIGINT, None)
    assert done == []
    woken._stop(signal.SIGINT, None)
    assert done == ["restored", 1]
