"""`chatd/state.py`: the two parallel lists, the index beside them, and who is in which channel."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from chatd.connection import Connection
from chatd.state import State
from protocol import fold
from tests.chatd.connections import connection

nicknames = st.sampled_from(["ani", "Ani", "ANI", "bela", "citra", "dewi", "eko", "eKo"])
channels = st.sampled_from(["#a", "#A", "#b", "#c"])


class AnyOrderOfEvents(RuleBasedStateMachine):
    """Claims, registrations, renames, joins, parts and ends in any order, beside a simple model."""

    connections = Bundle("connections")

    def __init__(self) -> None:
        super().__init__()
        self.state = State()
        self.holders: dict[str, Connection] = {}
        self.rooms: dict[str, list[Connection]] = {}
        self.registered: set[int] = set()

    @initialize(target=connections)
    def first(self) -> Connection:
        return connection()

    @rule(target=connections)
    def connect(self) -> Connection:
        return connection()

    @rule(who=connections, nickname=nicknames)
    def claim(self, who: Connection, nickname: str) -> None:
        holder = self.holders.get(fold(nickname))
        refused_by = self.state.claim_locked(who, nickname)
        if holder is not None and holder is not who:
            assert refused_by is holder.person
            return
        assert refused_by is None
        self.holders = {key: value for key, value in self.holders.items() if value is not who}
        self.holders[fold(nickname)] = who
        assert who.nickname == nickname
        assert who.source.startswith(nickname + "!")

    @rule(who=connections)
    def register(self, who: Connection) -> None:
        if who.nickname and not who.registered:
            self.state.enter_locked(who)
            self.registered.add(who.id)

    @rule(who=connections, name=channels)
    def join(self, who: Connection, name: str) -> None:
        if not who.registered:
            return
        room = self.rooms.setdefault(fold(name), [])
        channel = self.state.join_locked(who.person, name, 0)
        assert (channel is None) is (who in room)
        if who not in room:
            room.append(who)

    @rule(who=connections, name=channels)
    def part(self, who: Connection, name: str) -> None:
        key = fold(name)
        if key in who.channels:
            self.state.part_locked(who.person, key)
            self.rooms[key].remove(who)

    @rule(who=consumes(connections))
    def leave(self, who: Connection) -> None:
        expected = tuple(who.channels)
        assert self.state.leave_locked(who) == expected
        self.holders = {key: value for key, value in self.holders.items() if value is not who}
        self.registered.discard(who.id)
        for room in self.rooms.values():
            if who in room:
                room.remove(who)

    @invariant()
    def the_lists_are_parallel(self) -> None:
        assert [client.nickname for client in self.state.clients] == self.state.nicknames
        assert {client.id for client in self.state.clients} == self.registered
        assert len({fold(name) for name in self.state.nicknames}) == len(self.state.clients)

    @invariant()
    def the_index_finds_whom_the_lists_hold(self) -> None:
        for nickname in ("ani", "bela", "citra", "dewi", "eko"):
            holder = self.holders.get(nickname)
            expected = holder if holder is not None and holder.registered else None
            assert self.state.find_locked(nickname.upper()) is (expected.person if expected else None)
        assert self.state.unregistered_locked() == len(self.holders) - len(self.state.clients)
        assert self.state.most_people >= self.state.people == len(self.state.people_locked())

    @invariant()
    def membership_is_the_same_seen_from_both_sides(self) -> None:
        present = {key: room for key, room in self.rooms.items() if room}
        assert set(self.state.channels) == set(present)
        for key, room in present.items():
            channel = self.state.channel_locked(key)
            assert channel is not None
            assert list(self.state.members_locked(channel)) == [member.person for member in room]
            assert all(key in member.channels for member in room)


AnyOrderOfEvents.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestAnyOrderOfEvents = pytest.mark.timeout(60)(AnyOrderOfEvents.TestCase)


def test_the_last_one_takes_the_place_of_one_who_leaves() -> None:
    state = State()
    people = [connection() for _ in range(4)]
    for person, nickname in zip(people, "abcd", strict=True):
        state.claim_locked(person, nickname)
        state.enter_locked(person)
    state.leave_locked(people[1])
    assert state.nicknames == ["a", "d", "c"]
    state.claim_locked(people[3], "z")
    assert state.nicknames == ["a", "z", "c"]


def test_a_look_alike_is_refused_and_its_holder_named() -> None:
    state = State()
    holder, other = connection(), connection()
    state.claim_locked(holder, "\u0441\u043e\u0441\u043e")
    assert state.claim_locked(other, "coco") is holder.person
    assert other.nickname == ""


def test_a_permanent_channel_is_not_forgotten() -> None:
    state, person = State(), connection()
    state.claim_locked(person, "ani")
    state.enter_locked(person)
    lobby = state.join_locked(person.person, "#lobby", 0)
    assert lobby is not None
    lobby.permanent = True
    state.leave_locked(person)
    assert state.channel_locked("#LOBBY") is lobby


def test_one_who_never_had_a_nickname_leaves_without_a_trace() -> None:
    state = State()
    assert state.leave_locked(connection()) == ()
    assert state.unregistered_locked() == 0
