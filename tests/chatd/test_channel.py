"""`chatd/channel.py`: one channel, its members and their rights, its topic."""

from __future__ import annotations

import pytest

from chatd.channel import PREFIXES, Channel


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


def test_with_n_only_members_may_speak_and_without_it_everybody(channel: Channel) -> None:
    channel.add(1)
    assert channel.may_speak(1)
    assert not channel.may_speak(2)
    channel.modes = ""
    assert channel.may_speak(2)


@pytest.mark.parametrize(
    ("modes", "every", "highest"),
    [("", "", ""), ("o", "@", "@"), ("v", "+", "+"), ("ov", "@+", "@"), ("vo", "@+", "@")],
)
def test_prefixes_stand_from_the_highest_to_the_lowest(channel: Channel, modes: str, every: str, highest: str) -> None:
    channel.members[1] = modes
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
