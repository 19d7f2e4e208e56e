"""`chatd/registry.py`: a channel comes back as it was, as far as those it belongs to are still there."""

from __future__ import annotations

import dataclasses
import json

import pytest

from chatd import registry
from chatd.channel import Channel, ListEntry


def channel(name: str = "#Kelas") -> Channel:
    """A registered one in which everything that is kept has a value."""
    made = Channel(name, 1000, opened=1000.0, modes="imnst", key="kunci", limit=30, slow=5)
    made.topic, made.topic_by, made.topic_at = "Ujian Senin", "siti!~u@h.lan", 1200
    made.founder, made.registered, made.access = "3", 1100, {"4": "o", "5": "v"}
    for letter in "beI":
        made.lists[letter][f"{letter}!*@*"] = ListEntry("siti", 1300)
    return made


def facts(*channels: Channel) -> dict[str, str]:
    return {write.key: write.value for each in channels for write in registry.writes(each)}


def test_what_is_written_is_what_comes_back() -> None:
    assert list(registry.restored(facts(channel()), frozenset("345"))) == [channel()]


def test_who_has_no_account_any_more_has_no_rank_in_it() -> None:
    (restored,) = registry.restored(facts(channel()), frozenset("35"))
    assert restored == dataclasses.replace(channel(), access={"5": "v"})


def test_without_its_founder_s_account_it_is_nobody_s() -> None:
    (restored,) = registry.restored(facts(channel()), frozenset("4"))
    assert (restored.founder, restored.registered) == ("", 0)


def test_nothing_is_kept_of_what_does_not_last_and_what_was_kept_goes() -> None:
    passing = Channel("#x", 1000)
    assert registry.writes(passing, was_lasting=False) == ()
    assert facts(passing) == {"#x": ""}
    assert [write.value != "" for write in registry.writes(Channel("#x", 1000, modes="P"))] == [True]
    assert [write.value != "" for write in registry.writes(Channel("#x", 1000, permanent=True))] == [True]


def test_under_a_new_name_it_is_not_kept_under_the_old_one_too() -> None:
    moved = registry.renamed("#lama", channel("#baru"))
    assert [(write.key, write.value != "") for write in moved] == [("#lama", False), ("#baru", True)]
    assert len(registry.renamed("#KELAS", channel())) == 1, "only its case has changed"
    assert registry.renamed("#lama", Channel("#x", 1000)) == ()


@pytest.mark.parametrize("damage", ["no JSON", "{}", "[]", '"x"', json.dumps({"name": "#rusak", "created": "soon"})])
def test_what_cannot_be_read_is_left_out_and_said_so(caplog: pytest.LogCaptureFixture, damage: str) -> None:
    restored = list(registry.restored({"#rusak": damage, **facts(channel())}, frozenset("345")))
    assert [each.name for each in restored] == ["#Kelas"]
    assert [record.getMessage() for record in caplog.records] == [
        "what was kept of the channel #rusak cannot be read and is left out"
    ]


def test_a_channel_kept_under_another_s_name_is_left_out() -> None:
    (fact,) = facts(channel()).values()
    assert list(registry.restored({"#lain": fact}, frozenset("345"))) == []
