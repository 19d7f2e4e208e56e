"""`chatd/rates.py`: so many times in so many seconds, for each source."""

from __future__ import annotations

import pytest

from chatd.rates import FORGET_SOURCES, Rate, source


def test_so_many_times_and_then_only_when_the_first_is_long_enough_ago() -> None:
    rate = Rate(2, 60.0)
    assert [rate.take("a", now) for now in (0.0, 10.0, 20.0, 59.9, 60.0, 61.0)] == [
        True,
        True,
        False,
        False,
        True,
        False,
    ]
    assert rate.take("b", 20.0)


def test_what_is_given_back_does_not_count() -> None:
    rate = Rate(1, 60.0)
    assert rate.take("a", 0.0)
    rate.give_back("a")
    rate.give_back("a")
    assert rate.take("a", 1.0)
    assert not rate.take("a", 2.0)


def test_quiet_sources_are_forgotten() -> None:
    rate = Rate(1, 60.0)
    for number in range(FORGET_SOURCES + 1):
        rate.take(str(number), 0.0)
    assert rate.take("new", 100.0)
    assert len(rate._times) == 1


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", ("127.0.0.1", True, False)),
        ("192.168.1.9", ("192.168.1.9", False, False)),
        ("8.8.8.8", ("8.8.8.8", False, True)),
        ("::1", ("::/64", True, False)),
        ("::ffff:127.0.0.1", ("127.0.0.1", True, False)),
        ("fe80::1%eth0", ("fe80::/64", False, False)),
        ("2a00:1450:4001:830::200e", ("2a00:1450:4001:830::/64", False, True)),
    ],
)
def test_a_network_of_ipv6_is_one_source(address: str, expected: tuple[str, bool, bool]) -> None:
    assert source(address) == expected
