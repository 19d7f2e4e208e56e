"""`chatd/lapses.py`: when which ban lifts itself."""

from __future__ import annotations

from chatd.channel import Channel
from chatd.lapses import Lapses


def test_what_is_over_is_taken_once_the_earliest_first() -> None:
    lapses, channel = Lapses(), Channel("#x", 0)
    for until, mask in ((30, "c"), (10, "a"), (20, "b"), (20, "b2")):
        lapses.add(until, channel, mask)
    assert not lapses.due(9.9)
    assert lapses.due(20)
    assert [mask for _, mask in lapses.take(20)] == ["a", "b", "b2"]
    assert not lapses.due(29)
    assert [mask for _, mask in lapses.take(99)] == ["c"]
    assert not lapses.due(1e12)
