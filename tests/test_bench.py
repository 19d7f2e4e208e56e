"""`tests/bench/`: what counts there must count rightly; and what a delivered line may cost, without a clock."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chatd.config import History
from chatd.log.sqlite import SqliteLog
from tests.bench import modes
from tests.bench.load import Order, text
from tests.one_thread import OneThread

MEMBERS, PUBLISHERS, WINDOW = 100, 10, 16
SAID = PUBLISHERS * WINDOW
CALLS_PER_MESSAGE = 38
"""Calls of functions, Python's own included, for a message from the first read to the last send: 33 to 35 when
written, with and without echo-message and tags.
"""


def lines(*numbers: int) -> bytes:
    return b"".join(b":m1!~m@h PRIVMSG #bench :" + text(1, number) + b"\r\n" for number in numbers)


def test_a_witness_counts_what_comes_in_order_however_it_is_cut() -> None:
    order, data = Order(), lines(0, 1, 2)
    came = Counter[int]()
    for start in range(0, len(data), 7):
        came.update(order.feed(data[start : start + 7]))
    assert came == {1: 3}
    assert order.wrong == []


@pytest.mark.parametrize("numbers", [(0, 2), (0, 0), (1,), (0, 1, 0)])
def test_a_witness_notices_what_is_lost_doubled_or_out_of_order(numbers: tuple[int, ...]) -> None:
    order = Order()
    order.feed(lines(*numbers))
    assert order.wrong


def test_the_middle_of_some_rounds_is_taken_figure_by_figure() -> None:
    assert modes.median([{"a": 1, "b": 9}, {"a": 3, "b": 5}, {"a": 2, "b": 7}]) == {"a": 2, "b": 7}


@contextmanager
def counted(calls: Counter[str]) -> Iterator[None]:
    """Count the calls of functions, ours under one name."""

    def note(_frame: object, event: str, called: object) -> None:
        if event == "c_call":
            calls[getattr(called, "__name__", "")] += 1
        elif event == "call":
            calls["(ours)"] += 1

    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(None)


@pytest.mark.parametrize("caps", ["", "echo-message", "echo-message message-tags server-time"])
def test_what_is_said_in_one_turn_is_committed_once_and_sent_once_to_everybody(tmp_path: Path, caps: str) -> None:
    with OneThread(SqliteLog(tmp_path, History(), lambda: 1e9, lambda: 1.0, pytest.fail)) as server:
        members = [server.connect(f"m{number}", caps, "JOIN #bench") for number in range(MEMBERS)]
        for member in members[:PUBLISHERS]:
            member.sendall((b"PRIVMSG #bench :" + b"x" * 64 + b"\r\n") * WINDOW)
        calls = Counter[str]()
        with counted(calls):
            server.turn()
        heard = [server.read(member).count(b"\n") for member in members]
        own = WINDOW if "echo-message" not in caps else 0
        assert heard == [SAID - own] * PUBLISHERS + [SAID] * (MEMBERS - PUBLISHERS)
        assert calls["send"] == MEMBERS, "one send for each member, however much was said"
        assert calls["recv"] <= 2 * PUBLISHERS
        assert calls["execute"] + calls["executemany"] <= 2 + 2 * 3, "one transaction; 160 rows are three statements"
        assert calls["encode"] <= 4 * PUBLISHERS, "what is the same for many is encoded once"
        assert sum(calls.values()) / SAID < CALLS_PER_MESSAGE


@pytest.mark.parametrize("caps", ["", "echo-message message-tags server-time"])
def test_private_messages_cost_no_more_and_are_sent_once_to_whom_they_are_for(tmp_path: Path, caps: str) -> None:
    with OneThread(SqliteLog(tmp_path, History(), lambda: 1e9, lambda: 1.0, pytest.fail)) as server:
        people = [server.connect(f"m{number}", caps) for number in range(PUBLISHERS + 1)]
        line = f"PRIVMSG m{PUBLISHERS} :".encode() + b"x" * 64 + b"\r\n"
        for person in people[:PUBLISHERS]:
            person.sendall(line)
        server.turn()  # the log knows the conversations from now on
        for person in people:
            server.read(person)
        for person in people[:PUBLISHERS]:
            person.sendall(line * WINDOW)
        calls = Counter[str]()
        with counted(calls):
            server.turn()
        heard = [server.read(person).count(b"\n") for person in people]
        assert heard == [WINDOW if "echo-message" in caps else 0] * PUBLISHERS + [SAID]
        assert calls["send"] == (PUBLISHERS if "echo-message" in caps else 0) + 1
        assert calls["execute"] + calls["executemany"] <= 2 + 2 * 3, "one transaction; 160 rows are three statements"
        assert calls["encode"] <= 4 * PUBLISHERS, "what stands together is encoded once"
        assert sum(calls.values()) / SAID < CALLS_PER_MESSAGE
