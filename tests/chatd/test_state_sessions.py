"""`chatd/state.py`: several sessions of one person, and accounts that are here under several nicknames."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from chatd.connection import Connection
from chatd.person import Person
from chatd.state import State
from tests.chatd.connections import connection

OWNERS = {"3": "ani", "7": "bela"}


def entered(state: State, nickname: str, owner: str = "") -> Connection:
    """A registered connection, logged in to an account if it gets an owner."""
    made = connection()
    if owner:
        state.login_locked(made.person, OWNERS[owner], owner)
    assert state.claim_locked(made, nickname) is None
    state.enter_locked(made)
    return made


def attached(state: State, person: Person) -> Connection:
    made = connection()
    state.attach_locked(made, person)
    state.enter_locked(made)
    return made


class SessionsInAnyOrder(RuleBasedStateMachine):
    """People with any number of sessions come, join, leave; what others see is counted beside it."""

    sessions = Bundle("sessions")

    def __init__(self) -> None:
        super().__init__()
        self.state = State()
        self.people: dict[Person, list[Connection]] = {}
        self.numbers = iter(range(10_000))

    @initialize(target=sessions)
    def first(self) -> Connection:
        return self.arrive("")

    @rule(target=sessions, owner=st.sampled_from(["", "3", "7"]))
    def come(self, owner: str) -> Connection:
        return self.arrive(owner)

    def arrive(self, owner: str) -> Connection:
        made = entered(self.state, f"n{next(self.numbers)}", owner)
        self.people[made.person] = [made]
        return made

    @rule(target=sessions, who=sessions)
    def another_session(self, who: Connection) -> Connection:
        made = attached(self.state, who.person)
        self.people[who.person].append(made)
        return made

    @rule(who=sessions, owner=st.sampled_from(["3", "7"]))
    def log_in(self, who: Connection, owner: str) -> None:
        if not who.person.account:
            self.state.login_locked(who.person, OWNERS[owner], owner)

    @rule(who=sessions)
    def rename(self, who: Connection) -> None:
        assert self.state.claim_locked(who, f"n{next(self.numbers)}") is None

    @rule(who=sessions, name=st.sampled_from(["#a", "#b"]))
    def join(self, who: Connection, name: str) -> None:
        self.state.join_locked(who.person, name, 0)

    @rule(who=consumes(sessions))
    def leave(self, who: Connection) -> None:
        person = who.person
        assert self.state.leave_locked(who) == tuple(person.channels) or not person.sessions
        self.people[person].remove(who)
        if not self.people[person]:
            del self.people[person]
            assert person.channels == ()

    @invariant()
    def every_session_stands_under_the_nickname_of_its_person(self) -> None:
        assert [client.nickname for client in self.state.clients] == self.state.nicknames
        assert set(self.state.clients) == {session for sessions in self.people.values() for session in sessions}
        for person, sessions in self.people.items():
            assert person.sessions == tuple(sessions)
            assert self.state.find_locked(person.nickname) is person
        assert set(self.state.people_locked()) == set(self.people)
        assert self.state.people == len(self.people)
        assert self.state.unregistered_locked() == 0

    @invariant()
    def an_owner_is_found_as_long_as_one_session_is_here(self) -> None:
        for owner in OWNERS:
            people = [person for person in self.people if person.owner == owner]
            assert (self.state.owner_locked(owner) in people) is bool(people)
            assert set(self.state.sessions_locked(owner)) == {
                session for person in people for session in person.sessions
            }

    @invariant()
    def a_person_is_in_a_channel_once(self) -> None:
        for key, channel in self.state.channels.items():
            members = list(self.state.members_locked(channel))
            assert len(set(members)) == len(members) > 0
            assert all(key in member.channels for member in members)


SessionsInAnyOrder.TestCase.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)
TestSessionsInAnyOrder = pytest.mark.timeout(60)(SessionsInAnyOrder.TestCase)


def test_a_session_that_attaches_frees_the_nickname_it_had_before() -> None:
    state = State()
    one, two = entered(state, "ani", "3"), connection()
    state.claim_locked(two, "ani_")
    state.attach_locked(two, one.person)
    state.enter_locked(two)
    assert state.nicknames == ["ani", "ani"]
    assert entered(state, "ani_").nickname == "ani_"


def test_others_are_the_other_sessions_of_the_same_person() -> None:
    state = State()
    one = entered(state, "ani", "3")
    assert one.others == ()
    two, three = attached(state, one.person), attached(state, one.person)
    assert list(two.others) == [one, three]
    state.leave_locked(one)
    assert list(two.others) == [three]


def test_who_wants_a_nickname_without_having_it_leaves_without_a_trace() -> None:
    state = State()
    holder, waiting = entered(state, "ani"), connection()
    state.claim_locked(waiting, "ani_")
    state.unclaim_locked(waiting.person)
    waiting.nickname = "ani"
    assert not state.holds_locked(waiting.person)
    assert state.leave_locked(waiting) == ()
    assert state.find_locked("ani") is holder.person
    assert state.find_locked("ani_") is None


def test_a_guest_is_found_by_its_owner_as_long_as_it_is_here_and_a_guest() -> None:
    state = State()
    ani, bela = entered(state, "ani"), entered(state, "bela")
    owners = [client.person.owned_by() for client in (ani, bela)]
    assert [state.owner_locked(owner) for owner in owners] == [ani.person, bela.person]
    forged = owners[0].partition("-")[0] + "-0000000000000000"
    assert [state.owner_locked(owner) for owner in (forged, "~", "~x-1", "~999999-1")] == [None] * 4
    state.login_locked(ani.person, "ani", "3")
    state.leave_locked(bela)
    assert [state.owner_locked(owner) for owner in owners] == [None, None]


def test_a_logout_leaves_a_guest() -> None:
    state = State()
    ani = entered(state, "ani", "3")
    state.login_locked(ani.person, "", "")
    assert state.owner_locked("3") is None
    assert ani.person.owned_by().startswith("~")
