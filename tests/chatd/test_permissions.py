"""`chatd/permissions.py`: the table is whole, and everybody's state is found. The cells are tried in end2end."""

from __future__ import annotations

import re

import pytest

from chatd import permissions
from chatd.channel import Channel, ListEntry
from chatd.permissions import Actor, actor_of, allows, has_power_over, joining, rank_of, refusal, speaking
from chatd.person import Person
from tools import permission_table


@pytest.fixture
def person() -> Person:
    someone = Person(7)
    someone.nickname, someone.user, someone.host, someone.realname = "Ani", "~u", "h.lan", "Bu Ani"
    someone.identify()
    return someone


@pytest.fixture
def channel() -> Channel:
    return Channel("#x", 0)


def test_every_cell_is_yes_silence_a_numeric_or_a_code() -> None:
    cells = {cell for row in permissions.TABLE.values() for cell in row.values()}
    assert all(re.fullmatch(r"yes|-|\d{3}|[A-Z_]+", cell) for cell in cells)


def test_the_table_has_no_action_twice_and_every_state() -> None:
    sections = permissions.read_sections()
    services = sections.pop("services")
    assert services == permissions.SERVICES
    assert sum(map(len, sections.values())) == len(permissions.TABLE) >= 40
    assert all(list(row) == list(Actor) for row in permissions.TABLE.values())


def test_the_page_shows_the_table_as_it_is() -> None:
    page = permission_table.PAGE.read_text(encoding="utf-8")
    assert page == permission_table.renewed(page), "run python3 -m tools.permission_table"


def test_nothing_is_allowed_to_a_member_that_its_betters_may_not() -> None:
    ranks = [Actor.MEMBER, Actor.VOICE, Actor.HALFOP, Actor.OPERATOR, Actor.ADMIN, Actor.FOUNDER, Actor.SERVER_OPERATOR]
    for action in permissions.TABLE:
        allowed = [allows(action, actor) for actor in ranks]
        assert allowed == sorted(allowed), action


def test_what_is_refused_is_refused_with_what_stands_in_the_cell() -> None:
    assert refusal("KICK", Actor.OPERATOR) == ""
    assert refusal("KICK", Actor.MEMBER) == "482"


@pytest.mark.parametrize(
    ("letters", "actor"),
    [
        ("", Actor.MEMBER),
        ("v", Actor.VOICE),
        ("hv", Actor.HALFOP),
        ("ov", Actor.OPERATOR),
        ("ao", Actor.ADMIN),
        ("qo", Actor.FOUNDER),
    ],
)
def test_the_state_of_a_member_is_its_highest_rank(
    person: Person, channel: Channel, letters: str, actor: Actor
) -> None:
    channel.members[person.id] = letters
    assert actor_of(person, channel) is actor


def test_outside_it_matters_only_whether_one_has_an_account(person: Person, channel: Channel) -> None:
    assert actor_of(person) is actor_of(person, channel) is Actor.GUEST
    person.account = "ani"
    assert actor_of(person) is actor_of(person, channel) is Actor.ACCOUNT


def test_a_ban_makes_a_member_banned_unless_it_has_a_rank(person: Person, channel: Channel) -> None:
    channel.members[person.id] = ""
    channel.enlist("b", "ani!*@*", ListEntry("", 0))
    assert actor_of(person, channel) is Actor.BANNED
    channel.grant(person.id, "v")
    assert actor_of(person, channel) is Actor.VOICE


def test_an_operator_of_the_server_comes_in_everywhere_and_is_founder_where_it_is(
    person: Person, channel: Channel
) -> None:
    person.oper = "guru"
    channel.enlist("b", "ani!*@*", ListEntry("", 0))
    assert (actor_of(person), joining(person, channel)) == (Actor.SERVER_OPERATOR, Actor.SERVER_OPERATOR)
    assert (actor_of(person, channel), rank_of(person, channel)) == (Actor.GUEST, -1)
    channel.members[person.id] = ""
    assert (actor_of(person, channel), rank_of(person, channel)) == (Actor.SERVER_OPERATOR, 5)


def test_who_registered_a_channel_is_its_founder_whatever_its_letters(person: Person, channel: Channel) -> None:
    person.owner = channel.founder = "12"
    assert actor_of(person, channel) is Actor.GUEST
    channel.members[person.id] = ""
    assert actor_of(person, channel) is Actor.FOUNDER


def test_from_outside_a_ban_counts_and_a_mute_does_not(person: Person, channel: Channel) -> None:
    channel.enlist("b", "m:ani!*@*", ListEntry("", 0))
    assert joining(person, channel) is Actor.GUEST
    channel.enlist("b", "ani!*@*", ListEntry("", 0))
    assert joining(person, channel) is Actor.BANNED


def test_a_ban_silences_outside_too(person: Person, channel: Channel) -> None:
    assert speaking(person, channel) is Actor.GUEST
    channel.enlist("b", "m:ani!*@*", ListEntry("", 0))
    assert speaking(person, channel) is Actor.BANNED
    channel.members[person.id] = "v"
    assert speaking(person, channel) is Actor.VOICE


def test_halfops_and_admins_have_no_power_over_their_like_and_nobody_over_who_is_above() -> None:
    over = {rank: [other for other in range(6) if has_power_over(rank, other)] for rank in range(6)}
    assert over[2] == [0, 1]
    assert over[3] == [0, 1, 2, 3]
    assert over[4] == [0, 1, 2, 3]
    assert over[5] == [0, 1, 2, 3, 4, 5]
