"""`chatd/rates.py`: so many times in so many seconds, for each source."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from chatd import metadata, rates, workers
from chatd.config import Accounts, Config, Limits
from chatd.listeners import udp
from chatd.rates import FORGET_SOURCES, Crowds, Rate, source


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


def test_a_crowd_is_forgotten_when_its_seconds_are_over() -> None:
    crowds = Crowds()
    for number in range(FORGET_SOURCES + 2):
        assert crowds.room(str(number), 3, float(number)) == 3
    assert len(crowds._windows) < 10
    crowds.said("10001", 2)
    assert crowds.room("10001", 3, 10005.0) == 1
    assert crowds.room("10001", 3, 10006.0) == 3


# --- the table that operators read


PAGE = (Path(__file__).parents[2] / "docs" / "administration.md").read_text("utf-8")
TABLE = PAGE.partition("## Limits\n")[2].partition("\n## ")[0]


PACED = ("NICK", "RENAME", "JOIN", "INVITE", "AWAY")


def row(start: str) -> str:
    """What the table says of something, in one line."""
    (found,) = (line for line in TABLE.splitlines() if line.startswith((f"| {start}", f"| * {start}")))
    return found


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("NICK", ", ".join("{} in {:g} s".format(*rates.COMMANDS[name]) for name in PACED)),
        ("new people", "{} in {:g} s".format(*rates.COMMANDS["to new people"])),
        ("messages of those to one person", f"{rates.CROWD['person']} in {rates.CROWD_S:g} s"),
        ("and to one channel", f"{rates.CROWD['channel']} in {rates.CROWD_S:g} s"),
        ("logins of a connection", "{} in {:g} s".format(*rates.TRIES)),
        ("wrong passwords of", "{} in {:g} s".format(*rates.FAILURES)),
        ("wrong passwords for", "{} in {:,.0f} s".format(*rates.GUESSES)),
        ("wrong passwords for", "then {} in {:,.0f} s".format(*rates.STRANGERS_GUESSES)),
        ("changes of metadata", f"{metadata.CHANGES} in {metadata.CHANGES_S:g} s"),
        ("passwords that wait", f"{workers.QUEUES['hash']}, two at a time"),
        ("datagrams of an address", f"{udp.BURST:g} at once, then {udp.PER_SECOND:g} a second"),
    ],
)
def test_the_handbook_says_the_numbers_that_are_no_settings(start: str, said: str) -> None:
    assert said in row(start)


def test_the_handbook_names_every_setting_that_is_a_limit() -> None:
    named = set(re.findall(r"`([a-z_0-9]+)`", TABLE))
    others = {"flood_protection", "connection_throttle", "first_bytes_quiet_s", "probe_timeout_s", "io_threads"}
    others |= {"nick_length", "channel_length", "topic_length", "multiline_max_bytes", "multiline_max_lines"}
    assert {entry.name for entry in dataclasses.fields(Limits)} - named - others == set()
    accounts = {entry.name for entry in dataclasses.fields(Accounts)}
    assert named - {entry.name for entry in dataclasses.fields(Limits)} - accounts == {"code"}


def test_the_handbook_says_of_each_setting_what_it_is_without_settings() -> None:
    config = Config()
    for number, name in re.findall(r"([\d,]+)(?: \w+)? \(`(\w+)`\)", TABLE):
        value = getattr(config.limits, name, None) or getattr(config.accounts, name, None)
        sizes = {int(number.replace(",", "")) * factor for factor in (1, 1024)}
        assert isinstance(value, bool) or value in sizes, name
