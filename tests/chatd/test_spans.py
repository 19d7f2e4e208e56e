"""`chatd/spans.py`: spans of time as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd import spans


@pytest.mark.parametrize(
    ("text", "span"),
    [("90s", 90), ("10m", 600), ("2H", 7200), ("1d12h", 129_600), ("45", 45), ("0", 0), ("366d", spans.LONGEST_S)],
)
def test_a_span_is_numbers_with_their_units(text: str, span: int) -> None:
    assert spans.seconds(text) == span


@pytest.mark.parametrize("text", ["", "x", "m", "10y", "1.5h", "-1m", "0m", "367d", "10m ", "²", "9" * 20])
def test_anything_else_is_none(text: str) -> None:
    assert spans.seconds(text) is None


@pytest.mark.parametrize(
    ("span", "text"),
    [(0, "0s"), (-3, "0s"), (59.2, "1m"), (61, "1m1s"), (9000, "2h30m"), (90_061, "1d1h")],
)
def test_what_is_left_is_told_by_its_two_largest_units(span: float, text: str) -> None:
    assert spans.written(span) == text


@given(st.integers(1, 59))
def test_what_is_written_is_read_as_the_same(number: int) -> None:
    for span in (number, number * 60, number * 3600):
        assert spans.seconds(spans.written(span)) == span
