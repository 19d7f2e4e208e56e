"""`chatd/listeners/admission.py`: who may connect (reliability 1.1, "Connections per IP")."""

from __future__ import annotations

import dataclasses

import pytest

from chatd.config import Limits
from chatd.listeners.admission import Admission
from chatd.rates import FORGET_SOURCES
from tests.fakes import ManualClock

LOOPBACK = ("127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1")
PRIVATE = ("192.168.1.20", "10.0.0.1", "172.16.0.1", "fe80::1%eth0", "fd00::1", "::ffff:192.168.1.20", "169.254.1.1")
PUBLIC = ("93.184.216.34", "2600:1406::1", "::ffff:93.184.216.34")
TOO_MANY = "Too many connections from your address"
TOO_OFTEN = "Too many connections from your address in a short time; try again later"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def admitted(admission: Admission, address: str, tries: int) -> int:
    """How many of so many connections at once are let in."""
    return sum(not admission.admit(address) for _ in range(tries))


@pytest.mark.parametrize("address", LOOPBACK)
def test_this_computer_may_connect_as_often_as_it_likes(clock: ManualClock, address: str) -> None:
    assert admitted(Admission(Limits(), clock), address, 1000) == 1000


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_the_local_network_may_connect_256_times_at_once_and_as_often_as_it_likes(
    clock: ManualClock, address: str
) -> None:
    admission = Admission(Limits(), clock)
    for _ in range(2000):
        assert admission.admit(address) == ""
        admission.release(address)
    assert admitted(admission, address, 300) == 256
    assert admission.admit(address) == TOO_MANY


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_connect_16_times_at_once(clock: ManualClock, address: str) -> None:
    admission = Admission(Limits(), clock)
    assert admitted(admission, address, 40) == 16
    assert admission.admit(address) == TOO_MANY
    admission.release(address)
    assert admission.admit(address) == ""


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_connect_32_times_in_ten_minutes(clock: ManualClock, address: str) -> None:
    admission = Admission(Limits(), clock)
    for _ in range(32):
        assert admission.admit(address) == ""
        admission.release(address)
        clock.advance(1)
    assert admission.admit(address) == TOO_OFTEN
    clock.advance(600 - 32)
    assert admission.admit(address) == ""
    assert admission.admit(address) == TOO_OFTEN


def test_limits_can_be_turned_off(clock: ManualClock) -> None:
    limits = dataclasses.replace(Limits(), connections_per_ip=0, connection_throttle=False)
    assert admitted(Admission(limits, clock), PUBLIC[0], 1000) == 1000


def test_a_lower_limit_for_all_holds_for_public_addresses_too(clock: ManualClock) -> None:
    admission = Admission(dataclasses.replace(Limits(), connections_per_ip=3), clock)
    assert admitted(admission, PUBLIC[0], 10) == 3
    assert admitted(admission, PRIVATE[0], 10) == 3


def test_ipv6_counts_by_its_64_bits_and_ipv4_in_ipv6_as_ipv4(clock: ManualClock) -> None:
    admission = Admission(Limits(), clock)
    assert admitted(admission, "2600:1406::1", 16) == 16
    assert admission.admit("2600:1406::ffff:1") == TOO_MANY
    assert admission.admit("2600:1406:0:1::1") == ""
    assert admitted(admission, "93.184.216.34", 16) == 16
    assert admission.admit("::ffff:93.184.216.34") == TOO_MANY


def test_a_full_server_refuses_everybody_until_one_has_gone(clock: ManualClock) -> None:
    admission = Admission(dataclasses.replace(Limits(), max_clients=3), clock)
    assert admitted(admission, "127.0.0.1", 5) == 3
    assert admission.admit("192.168.1.20") == "Server is full (3 people)"
    admission.release("127.0.0.1")
    assert admission.admit("192.168.1.20") == ""


def test_a_refused_connection_is_not_counted(clock: ManualClock) -> None:
    admission = Admission(dataclasses.replace(Limits(), connections_per_ip=1), clock)
    assert admission.admit("10.0.0.1") == ""
    for _ in range(50):
        assert admission.admit("10.0.0.1") == TOO_MANY
    admission.release("10.0.0.1")
    assert admission.admit("10.0.0.1") == ""


def test_addresses_that_have_not_come_for_long_are_forgotten(clock: ManualClock) -> None:
    admission = Admission(Limits(), clock)
    for number in range(FORGET_SOURCES + 1):
        address = f"93.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        assert admission.admit(address) == ""
        admission.release(address)
    clock.advance(601)
    assert admission.admit("94.0.0.1") == ""
    assert len(admission._recent._times) == 1
    assert admission._open == {"94.0.0.1": 1}
