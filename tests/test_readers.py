"""The ten readers of strangers' bytes take any bytes (reliability B1; B2 is `python -m tests.fuzz`).

`--examples N` for more than the 1,000 of the test command.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.damage import damaged
from tests.fuzz.targets import SEEDS, TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_a_reader_takes_any_bytes_or_refuses_them_in_its_own_way(name: str, request: pytest.FixtureRequest) -> None:
    seeds = SEEDS[name]
    near = st.integers(0, 2**63).map(lambda number: damaged(seeds, random.Random(number)))
    quick = [HealthCheck.too_slow]

    @settings(max_examples=request.config.getoption("--examples"), deadline=None, suppress_health_check=quick)
    @given(st.one_of(near, near, st.binary(max_size=300)))
    def any_bytes(data: bytes) -> None:
        TARGETS[name](data)

    for seed in seeds:
        TARGETS[name](seed)
    any_bytes()


def test_a_reader_that_breaks_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(text: str) -> str:
        return text

    monkeypatch.setattr("protocol.unescape_tag", broken)
    with pytest.raises(AssertionError):
        TARGETS["tags"](SEEDS["tags"][0])
