"""`chatd/delivery.py`: events of a person with several sessions, each perhaps in another I/O thread."""

from __future__ import annotations

import pytest

from chatd.capabilities import Cap
from chatd.commands.call import answer_to
from chatd.connection import Connection
from chatd.events import Audience, Effect, Event, Own
from tests.chatd.test_delivery import Owner, held, join, part, say


@pytest.fixture
def threads() -> tuple[Owner, Owner]:
    return Owner(), Owner()


def deliver(threads: tuple[Owner, Owner], *events: Event) -> None:
    for owner in threads:
        owner.delivery.deliver(events)


def with_others(event: Event, *others: Connection) -> Event:
    event.recipients = others
    return event


def verbs(owner: Owner, who: Connection) -> list[str]:
    return [line.split(" ")[1] for line in owner.got(who)]


def test_a_join_and_a_part_are_those_of_all_sessions_wherever_they_live(threads: tuple[Owner, Owner]) -> None:
    here, there = threads
    one, same, other = here.member("ani"), here.member("ani"), there.member("ani")
    bela = there.member("bela", "#x")
    deliver(
        threads,
        with_others(join(one, "#x"), same, other),
        say(bela, "#x", "1"),
        with_others(part(other, "#x"), one, same),
        say(bela, "#x", "2"),
    )
    expected = ["JOIN", "PRIVMSG", "PART"]
    assert verbs(here, one) == verbs(here, same) == verbs(there, other) == expected
    assert here.delivery._rooms == {}


def test_a_session_that_is_going_is_not_let_in_by_anothers_join(threads: tuple[Owner, Owner]) -> None:
    here, there = threads
    one, other = here.member("ani"), there.member("ani")
    other.closing = True
    deliver(threads, with_others(join(one, "#x"), other))
    assert there.got(other) == []
    assert there.delivery._rooms == {}


def test_a_change_reaches_the_other_sessions_once_also_where_they_share_no_channel(
    threads: tuple[Owner, Owner],
) -> None:
    here, there = threads
    one, other, third = here.member("ani", "#x"), there.member("ani"), there.member("ani", "#x")
    event = held(Event(Audience.PEERS, "NICK", ":ani NICK a", one))
    event.channels = ("#x",)
    deliver(threads, with_others(event, other, third))
    assert here.got(one) == there.got(other) == there.got(third) == [":ani NICK a"]


def test_a_session_that_is_shown_a_channel_gets_it_alone_and_hears_it_from_there_on(
    threads: tuple[Owner, Owner],
) -> None:
    here, there = threads
    bela, late = here.member("bela", "#x"), there.member("ani")
    shown = held(Event(Audience.ORIGIN, "", ":ani JOIN #x", late, "#x", stored=False, effect=Effect.JOIN))
    shown.answer = ["353", "366"]
    deliver(threads, say(bela, "#x", "before"), shown, say(bela, "#x", "after"))
    assert there.got(late) == [":ani JOIN #x", "353", "366", ":bela!~u@h.lan PRIVMSG #x :after"]
    assert here.got(bela) == []


def test_an_answer_without_origin_is_for_its_recipient(threads: tuple[Owner, Owner]) -> None:
    here, there = threads
    one, other = here.member("ani"), there.member("ani")
    deliver(threads, answer_to(other, ["306"]))
    assert here.got(one) == []
    assert there.got(other) == ["306"]
    other.closing = True
    deliver(threads, answer_to(other, ["306"]))
    assert there.got(other) == []


def test_what_one_session_says_is_read_by_the_others_whether_they_asked_for_echoes_or_not(
    threads: tuple[Owner, Owner],
) -> None:
    here, there = threads
    one, other = here.member("ani", "#x", caps=Cap.ECHO_MESSAGE), there.member("ani", "#x")
    said = say(one, "#x", "a")
    private = held(Event(Audience.PERSON, "PRIVMSG", ":ani!~u@h.lan PRIVMSG bela :hi", one, own=Own.ECHO))
    deliver(threads, said, with_others(private, other))
    assert len(here.got(one)) == len(there.got(other)) == 2
