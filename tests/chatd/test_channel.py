"""`chatd/channel.py`: one channel, its members and their rights, its topic."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chatd.channel import PREFIXES, Channel, ListEntry
from chatd.person import Person
from chatd.roster import Roster


@pytest.fixture
def channel() -> Channel:
    return Channel("#Kelas", 1_700_000_000)


def test_a_new_channel_is_empty_and_has_no_topic(channel: Channel) -> None:
    assert (channel.name, channel.created, channel.members) == ("#Kelas", 1_700_000_000, {})
    assert (channel.topic, channel.topic_by, channel.topic_at) == ("", "", 0)


def test_who_opens_it_becomes_operator_and_nobody_after(channel: Channel) -> None:
    channel.add(1)
    channel.add(2)
    assert channel.members == {1: "o", 2: ""}


def test_who_comes_first_into_a_permanent_channel_becomes_nothing() -> None:
    lobby = Channel("#lobby", 0, permanent=True)
    lobby.add(1)
    assert lobby.members == {1: ""}


def test_members_stand_in_the_order_of_joining(channel: Channel) -> None:
    for member in (3, 1, 2):
        channel.add(member)
    channel.remove(1)
    channel.add(1)
    assert list(channel.members) == [3, 2, 1]


def test_removing_one_who_is_not_in_it_changes_nothing(channel: Channel) -> None:
    channel.add(1)
    channel.remove(2)
    assert channel.members == {1: "o"}


def test_it_is_abandoned_when_the_last_member_has_left_unless_it_is_permanent(channel: Channel) -> None:
    seen = [channel.abandoned]
    channel.add(1)
    seen.append(channel.abandoned)
    channel.remove(1)
    seen.append(channel.abandoned)
    assert seen == [True, False, True]
    assert not Channel("#lobby", 0, permanent=True).abandoned


@pytest.mark.parametrize(
    ("modes", "every", "highest"),
    [("", "", ""), ("o", "@", "@"), ("v", "+", "+"), ("ov", "@+", "@"), ("vo", "@+", "@"), ("vqhao", "~&@%+", "~")],
)
def test_prefixes_stand_from_the_highest_to_the_lowest(channel: Channel, modes: str, every: str, highest: str) -> None:
    channel.members[1] = ""
    for letter in modes:
        assert channel.grant(1, letter)
    assert channel.prefixes(1, every=True) == every
    assert channel.prefixes(1, every=False) == highest


def test_one_who_is_not_in_it_has_no_prefix(channel: Channel) -> None:
    assert channel.prefixes(1, every=True) == ""


def test_each_mode_of_members_has_a_prefix_of_its_own() -> None:
    assert len(set(PREFIXES.values())) == len(PREFIXES)


def test_a_topic_knows_who_set_it_and_when_also_when_it_was_taken_away(channel: Channel) -> None:
    channel.set_topic("about", "ani!u@h", 5)
    assert (channel.topic, channel.topic_by, channel.topic_at) == ("about", "ani!u@h", 5)
    channel.set_topic("", "bela!u@h", 6)
    assert (channel.topic, channel.topic_by, channel.topic_at) == ("", "bela!u@h", 6)


# --- rights ---------------------------------------------------------------------------------------


def test_a_letter_is_given_and_taken_once(channel: Channel) -> None:
    channel.members[1] = "v"
    assert (channel.grant(1, "o"), channel.grant(1, "o"), channel.members[1]) == (True, False, "ov")
    assert (channel.revoke(1, "v"), channel.revoke(1, "v"), channel.members[1]) == (True, False, "o")


def test_the_highest_letter_is_the_rank_and_outside_is_below_all(channel: Channel) -> None:
    channel.members |= {1: "", 2: "v", 3: "hv", 4: "o", 5: "ao", 6: "q"}
    assert [channel.rank(member) for member in (0, 1, 2, 3, 4, 5, 6)] == [-1, 0, 1, 2, 3, 4, 5]
    assert [member for member in range(7) if channel.at_least(member, "h")] == [3, 4, 5, 6]


def test_who_comes_first_into_somebodys_channel_becomes_nothing(channel: Channel) -> None:
    channel.founder = "7"
    channel.add(1)
    assert channel.members == {1: ""}


def test_a_permanent_or_registered_channel_is_never_abandoned(channel: Channel) -> None:
    channel.flag("P", on=True)
    assert not channel.abandoned
    channel.flag("P", on=False)
    channel.founder = "7"
    assert not channel.abandoned


def test_an_invitation_is_used_up_by_coming_in(channel: Channel) -> None:
    channel.invited.add(1)
    channel.add(1)
    assert channel.invited == set()


def test_a_secret_channel_is_seen_by_its_members_and_operators_of_the_server(channel: Channel) -> None:
    member, stranger, oper = Person(1), Person(2), Person(3)
    oper.oper = "guru"
    channel.add(1)
    assert [channel.visible_to(person) for person in (member, stranger, oper)] == [True, True, True]
    channel.flag("s", on=True)
    assert channel.secret
    assert [channel.visible_to(person) for person in (member, stranger, oper)] == [True, False, True]


# --- modes ----------------------------------------------------------------------------------------


def test_a_flag_is_set_and_unset_once_and_flags_stand_sorted(channel: Channel) -> None:
    assert channel.modes == "nt"
    assert (channel.flag("m", on=True), channel.flag("m", on=True), channel.modes) == (True, False, "mnt")
    assert (channel.flag("n", on=False), channel.flag("n", on=False), channel.modes) == (True, False, "mt")


def test_the_modes_are_shown_with_their_parameters_and_the_key_only_to_who_may_know_it(channel: Channel) -> None:
    assert channel.shown_modes(with_key=True) == "+nt"
    channel.key, channel.limit, channel.slow = "secret", 20, 5
    assert channel.shown_modes(with_key=True) == "+ntklS secret 20 5"
    assert channel.shown_modes(with_key=False) == "+ntklS * 20 5"


def test_it_is_full_when_as_many_are_in_it_as_its_limit(channel: Channel) -> None:
    channel.add(1)
    assert not channel.full
    channel.limit = 1
    assert channel.full


def test_a_mask_stands_on_a_list_once_and_a_change_forgets_the_verdicts(channel: Channel) -> None:
    entry = ListEntry("ani!~u@h", 5)
    channel.verdicts[1] = ((), True)
    assert channel.enlist("b", "x!*@*", entry)
    assert channel.verdicts == {}
    assert not channel.enlist("b", "x!*@*", ListEntry("bela!~u@h", 6))
    assert channel.lists["b"] == {"x!*@*": entry}
    assert channel.enlist("e", "x!*@*", entry)
    assert channel.entries == 2
    assert (channel.delist("b", "x!*@*"), channel.delist("b", "x!*@*"), channel.entries) == (True, False, 1)


# --- slow mode ------------------------------------------------------------------------------------


def test_in_a_slow_channel_one_waits_for_the_rest_of_the_time_and_each_by_himself(channel: Channel) -> None:
    channel.slow = 30
    assert channel.hurry("7", "", now=100.0) == 0
    assert channel.hurry("8", "", now=100.0) == 0
    assert channel.hurry("7", "", now=110.5) == 20
    assert channel.hurry("7", "", now=130.0) == 0


def test_a_message_that_is_sent_again_need_not_wait(channel: Channel) -> None:
    channel.slow = 30
    assert [channel.hurry("7", nonce, now=100.0) for nonce in ("a", "a", "b", "")] == [0, 0, 30, 30]


def test_who_waited_long_enough_is_forgotten(channel: Channel) -> None:
    channel.slow = 30
    for number in range(200):
        channel.hurry(str(number), "", now=float(number))
    assert len(channel.spoke) <= 65 + 31


def test_the_lobby_and_registered_channels_are_there_again_after_a_restart(channel: Channel) -> None:
    lasting = [channel.lasting, Channel("#lobby", 0, permanent=True).lasting]
    channel.founder = "5"
    assert [*lasting, channel.lasting] == [False, True, True]


def test_an_account_has_the_rank_that_the_founder_gave_it_and_the_founder_the_highest(channel: Channel) -> None:
    assert channel.rank_of_owner("7") == ""
    channel.founder, channel.access = "7", {"8": "v"}
    assert [channel.rank_of_owner(owner) for owner in ("7", "8", "9", "")] == ["q", "v", "", ""]


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        (lambda channel: channel.add(3), True),
        (lambda channel: channel.remove(2), False),
        (lambda channel: channel.grant(2, "v"), False),
        (lambda channel: channel.revoke(1, "o"), False),
    ],
)
def test_rosters_are_kept_while_it_only_grows(
    channel: Channel, change: Callable[[Channel], object], kept: bool
) -> None:
    for member in (1, 2):
        channel.add(member)
    channel.rosters[False, False, 400] = Roster(400)
    change(channel)
    assert bool(channel.rosters) == kept


def test_a_ban_gets_another_time_and_reason_in_its_place(channel: Channel) -> None:
    channel.enlist("b", "a!*@*", ListEntry("op", 1, 60))
    channel.renew("b", "a!*@*", ListEntry("op", 2, 90, "lagi"))
    assert channel.lists["b"] == {"a!*@*": ListEntry("op", 2, 90, "lagi")}
