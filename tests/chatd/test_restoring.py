"""`chatd/restoring.py` and `chatd/standing.py`: who stayed is there again, as it was; who may not stay is not."""

from __future__ import annotations

import dataclasses
import itertools

import pytest

from chatd import config, registry, restoring, standing
from chatd.accounts import Accounts
from chatd.channel import Channel
from chatd.log import Kept
from chatd.log.memory import MemoryLog
from chatd.person import Person
from chatd.state import State
from tests.chatd.commands.test_accounts import NOW, stored


def person() -> Person:
    """Somebody who stays, with a value for all that is kept."""
    made = Person(7)
    made.nickname, made.user, made.host, made.realname = "siti", "~u", "h.lan", "Siti"
    made.away, made.modes, made.signon, made.account, made.owner, made.stays = "makan", "Bw", 900, "siti", "3", True
    made.channels = ("#x", "#y")
    made.identify()
    return made


CHANNELS = {"#x": Channel("#X", 1, members={7: "ov"}), "#y": Channel("#y", 1, members={7: ""})}


def facts(who: Person) -> dict[str, str]:
    return {write.key: write.value for write in standing.writes(who, CHANNELS)}


class World:
    """A server at its start."""

    def __init__(self, kept: dict[str, str], *, always_on: bool = True, **account: object) -> None:
        owner = dataclasses.replace(stored(3, "siti"), **account)  # type: ignore[arg-type]  # any field of it
        known = Kept(accounts=[owner], facts={standing.KIND: kept})
        self.log = MemoryLog(lambda: NOW)
        self.log.kept = known
        self.accounts = Accounts(known, config.Accounts(always_on=always_on))
        self.state = State()
        restoring.restore_people(self.state, self.log, self.accounts, itertools.count(1), NOW)

    def who(self) -> Person | None:
        return self.state.find_locked("siti")


def test_who_stayed_is_there_again_as_it_was() -> None:
    world, was = World(facts(person())), person()
    found = world.who()
    assert found is not None
    for field in ("nickname", "user", "host", "realname", "away", "modes", "signon", "account", "owner", "stays"):
        assert getattr(found, field) == getattr(was, field), field
    assert found.source == was.source
    assert world.state.channels["#x"].members == {found.id: "ov"}, "who stood there first did not come first"
    assert world.state.channels["#y"].members == {found.id: ""}
    assert world.state.channels["#x"].name == "#X"


def test_who_was_not_away_is_away_now() -> None:
    was = person()
    was.away = ""
    found = World(facts(was)).who()
    assert found is not None
    assert found.away == "*"


@pytest.mark.parametrize(
    "options",
    [{"always_on": False}, {"suspended": "spam"}, {"seen": NOW - standing.EXPIRES_S - 1}, {"id": 4}],
    ids=["the settings no longer allow it", "suspended", "not seen for too long", "the account is no more"],
)
def test_who_may_not_stay_is_not_there(options: dict[str, object]) -> None:
    assert World(facts(person()), **options).who() is None  # type: ignore[arg-type]  # any field of an account


def test_nothing_is_kept_of_who_goes_with_the_last_connection() -> None:
    was = person()
    was.stays = False
    assert facts(was) == {}


@pytest.mark.parametrize("damage", ["no JSON", "{}", "[]", '{"signon": 1, "unknown": 2}'])
def test_what_cannot_be_read_is_left_out_and_said_so(caplog: pytest.LogCaptureFixture, damage: str) -> None:
    world = World({"9": damage, **facts(person())})
    assert world.who() is not None
    assert [record.getMessage() for record in caplog.records] == [
        "what was kept of the account 9 as always on cannot be read and is left out"
    ]


def test_who_wants_to_stay_but_was_never_here_is_not_there() -> None:
    wanted = standing.wanted("3")
    assert World({wanted.key: wanted.value}).who() is None


def test_a_channel_whose_account_is_no_more_is_not_opened_again() -> None:
    world = World({})
    channel = Channel("#kelas", 1, founder="9", registered=1)
    (fact,) = registry.writes(channel)
    world.log.kept.facts[registry.KIND] = {fact.key: fact.value}
    restoring.restore_channels(world.state, world.log, world.accounts, "#lobby", NOW)
    assert set(world.state.channels) == {"#lobby"}


def test_the_topic_of_a_channel_that_only_history_knows_comes_from_there() -> None:
    world = World({})
    restoring.restore_channels(world.state, world.log, world.accounts, "#lobby", NOW)
    lobby = world.state.channels["#lobby"]
    assert (lobby.permanent, lobby.modes, lobby.topic) == (True, "n", "")
