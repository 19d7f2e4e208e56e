"""`chatd/bans.py`: how a mask is written, and whom it means."""

from __future__ import annotations

import pytest

from chatd import bans
from chatd.channel import Channel, ListEntry
from chatd.person import Person
from tests.chatd.connections import connection

ENTRY = ListEntry("op!~u@h", 0)


@pytest.fixture
def person() -> Person:
    session = connection("Ani")
    session.address = "192.0.2.44"
    someone = session.person
    someone.sessions = (session,)
    someone.nickname, someone.user, someone.host, someone.realname = "Ani", "~u", "a1b2.lan", "Bu Ani"
    someone.identify()
    return someone


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Ani", "ani!*@*"),
        ("ani!x", "ani!x@*"),
        ("u@host", "*!u@host"),
        ("@host", "*!*@host"),
        ("ani!@", "ani!*@*"),
        ("*!*@A1B2.lan", "*!*@a1b2.lan"),
        ("*", "*!*@*"),
        ("a:Ani", "a:ani"),
        ("r:*SPAM*", "r:*spam*"),
        ("m:Ani", "m:ani!*@*"),
        ("m:a:Ani", "m:a:ani"),
        ("Étu", "Étu!*@*"),
        ("f::%", "f::%!*@*"),
    ],
)
def test_a_mask_is_kept_whole_and_folded_and_stays_as_it_is_when_it_comes_again(written: str, kept: str) -> None:
    assert bans.normalise(written) == kept
    assert bans.normalise(kept) == kept


@pytest.mark.parametrize("mask", ["", "a:", "r:", "m:", "m:m:x", "m:a:", ":x", "a b", "x" * 201, "x" * 197, "a\x07b"])
def test_what_is_no_mask_is_empty(mask: str) -> None:
    assert bans.normalise(mask) == ""


@pytest.mark.parametrize(
    ("mask", "means"),
    [
        ("ani!*@*", True),
        ("an?!*@*", True),
        ("bela!*@*", False),
        ("*!~u@a1b2.lan", True),
        ("*!*@192.0.2.44", True),
        ("*!*@192.0.2.*", True),
        ("*!*@192.0.3.*", False),
        ("r:bu_ani", True),
        ("r:*ani", True),
        ("r:pak*", False),
        ("a:*", False),
        ("m:ani!*@*", True),
    ],
)
def test_a_mask_means_by_shown_host_by_address_and_by_realname(person: Person, mask: str, *, means: bool) -> None:
    assert bans.matches(mask, person) is means


def test_an_ipv4_address_is_the_same_on_a_port_for_both_families(person: Person) -> None:
    person.sessions[0].address = "::ffff:192.0.2.44"
    assert bans.matches("*!*@192.0.2.44", person)
    person.sessions[0].address = "2001:db8::1"
    assert bans.matches("*!*@2001:db8:*", person)


def test_an_account_is_meant_by_its_name_folded(person: Person) -> None:
    person.account = "Ani"
    assert [bans.matches(mask, person) for mask in ("a:ani", "a:a*", "a:*", "a:bela")] == [True, True, True, False]


def test_an_exception_opens_what_a_ban_closes(person: Person) -> None:
    channel = Channel("#x", 0)
    channel.enlist("b", "*!*@*", ENTRY)
    assert bans.banned(channel, person)
    assert bans.silenced(channel, person)
    channel.enlist("e", "r:bu?ani", ENTRY)
    assert not bans.banned(channel, person)
    assert not bans.silenced(channel, person)


def test_a_mute_keeps_nobody_out(person: Person) -> None:
    channel = Channel("#x", 0)
    channel.enlist("b", "m:ani!*@*", ENTRY)
    assert not bans.banned(channel, person)
    assert bans.silenced(channel, person)


def test_what_was_found_is_remembered_until_the_list_or_the_person_changes(person: Person) -> None:
    channel = Channel("#x", 0)
    channel.members[person.id] = ""
    channel.enlist("b", "bela!*@*", ENTRY)
    assert not bans.silenced(channel, person)
    assert person.id in channel.verdicts
    person.nickname = "Bela"
    person.identify()
    assert bans.silenced(channel, person)
    channel.delist("b", "bela!*@*")
    channel.enlist("b", "x!*@*", ENTRY)
    assert not bans.silenced(channel, person)


def test_the_invited_may_come_in_by_invitation_or_by_mask(person: Person) -> None:
    channel = Channel("#x", 0)
    assert not bans.invited(channel, person)
    channel.invited.add(person.id)
    assert bans.invited(channel, person)
    channel.invited.clear()
    channel.enlist("I", "ani!*@*", ENTRY)
    assert bans.invited(channel, person)


@pytest.mark.parametrize(
    ("mask", "kept"),
    [
        ("192.168.1.7", "*!*@192.168.1.7"),
        ("10.1.2.3/8", "*!*@10.0.0.0/8"),
        ("2001:db8:1:2:3:4:5:6", "*!*@2001:db8:1:2::/64"),
        ("m:10.0.0.7", "m:*!*@10.0.0.7"),
        ("sekolah.example", "sekolah.example!*@*"),
    ],
)
def test_an_address_alone_means_where_somebody_is(mask: str, kept: str) -> None:
    assert bans.normalise(mask) == kept


@pytest.mark.parametrize(
    ("mask", "address", "fits"),
    [
        ("*!*@10.0.0.0/8", "10.9.9.9", True),
        ("*!*@10.0.0.0/8", "::ffff:10.9.9.9", True),
        ("*!*@10.0.0.0/8", "11.0.0.1", False),
        ("*!*@2001:db8::/64", "2001:db8::99", True),
        ("*!*@2001:db8::/64", "2001:db8:0:1::1", False),
        ("*!*@fe80::/64", "fe80::1%eth0", True),
        ("budi!*@10.0.0.0/8", "10.9.9.9", False),
        ("*!*@10.0.0.0/99", "10.9.9.9", False),
    ],
)
def test_a_network_means_everybody_in_it(mask: str, address: str, fits: bool) -> None:
    made = connection("ani")
    made.address = address
    made.person.sessions = (made,)
    assert bans.matches(bans.normalise(mask), made.person) == fits
