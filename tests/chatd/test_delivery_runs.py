"""`chatd/delivery.py`: what is joined for many says to each of them what it would say if each were written to alone."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from chatd import capabilities
from chatd.capabilities import Cap
from chatd.connection import Connection
from chatd.events import Audience, Event, Own, Said
from tests.chatd.connections import connection
from tests.chatd.test_delivery import Owner, held, join

CAPS = [0, int(Cap.ECHO_MESSAGE), int(Cap.ECHO_MESSAGE | Cap.MESSAGE_TAGS | Cap.SERVER_TIME), int(Cap.MESSAGE_TAGS)]


@dataclass(frozen=True)
class Step:
    """One message, and what waits behind it."""

    sender: int
    labelled: bool
    answered: bool
    ends_batch: bool
    to: tuple[int, ...] = ()
    """Private: to these members; to the channel if empty."""


STEPS = st.builds(Step, st.integers(0, 4), st.booleans(), st.booleans(), st.booleans())
PRIVATE_STEPS = st.builds(
    Step,
    st.integers(0, 2),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from([(), (3,), (4,), (3, 4), (2, 3)]),
).filter(lambda step: step.sender not in step.to)


@given(
    st.integers(0, int(max(Cap)) * 2 - 1).map(lambda caps: caps & capabilities.RENDERING),
    st.sampled_from(["", "siti"]),
    st.sampled_from(["", "root"]),
    st.sampled_from(["", "bot"]),
)
def test_what_is_said_is_written_as_any_other_event(profile: int, account: str, oper: str, tags: str) -> None:
    line, origin = ":m!~u@h PRIVMSG #x :halo", connection("m")
    events = [Said(line, origin, "#x"), Event(Audience.CHANNEL, "PRIVMSG", line, origin, "#x", own=Own.ECHO)]
    for event in events:
        event.account, event.oper, event.client_tags, event.time, event.id = account, oper, tags, "T", "b-1"
    assert events[0].written(profile) == events[1].written(profile)


def event_of(sender: Connection, number: int, labelled: bool, recipients: tuple[Connection, ...]) -> Event:
    line = f":{sender.source} PRIVMSG #x :{number}"
    audience, key = (Audience.PERSON, "@a b") if recipients else (Audience.CHANNEL, "#x")
    said = Said(line, sender, key)
    if recipients:
        said.to(recipients)
    event: Event = said
    if labelled:
        event = Event(audience, "PRIVMSG", line, sender, key, own=Own.ECHO)
        event.recipients = recipients
        event.own_tags, event.acknowledge = f"label={number}", ":srv ACK"
    event.time, event.id = "T", f"b-{number}"
    return event


def expected(reader: Connection, number: int, said: list[tuple[Step, Event]]) -> list[str]:
    """What somebody reads, one message after the other."""
    lines = []
    for label, (step, event) in enumerate(said):
        if event.origin is not reader:
            lines += [event.written(reader.profile)] if number in (step.to or range(4)) else []
            continue
        if reader.delivered & Cap.ECHO_MESSAGE:
            lines.append(event.own_text(reader.profile))
        elif step.labelled:
            lines.append(f"@label={label} :srv ACK")
        lines += [f"PONG {label}"] if step.answered else []
    return lines


@given(
    st.lists(st.sampled_from(CAPS), min_size=5, max_size=5),
    st.one_of(st.lists(STEPS, max_size=8), st.lists(PRIVATE_STEPS, max_size=8)),
)
def test_everybody_reads_what_it_would_read_if_it_were_written_to_alone(caps: list[int], steps: list[Step]) -> None:
    owner = Owner()
    members = [owner.member(f"m{n}", *(["#x"] if n < 4 else []), caps=cap) for n, cap in enumerate(caps)]
    said: list[tuple[Step, Event]] = []
    batches: list[list[Event]] = [[]]
    for number, step in enumerate(steps):
        sender = members[step.sender]
        event = event_of(sender, number, step.labelled, tuple(members[other] for other in step.to))
        sender.held = sender.held or deque()
        sender.held.extend([event, f"PONG {number}\r\n".encode()] if step.answered else [event])
        said.append((step, event))
        batches[-1].append(event)
        if step.ends_batch:
            batches.append([])
    for batch in batches:
        owner.delivery.deliver(batch)
    for number, member in enumerate(members):
        assert owner.got(member) == expected(member, number, said)
        assert member.held is None


def told(owner: Owner, origin: Connection, *whom: Connection) -> None:
    """Have a private message delivered to each of these in turn."""
    origin.held = deque()
    events = [event_of(origin, number, False, (who,)) for number, who in enumerate(whom)]
    origin.held.extend(events)
    owner.delivery.deliver(events)


def test_private_messages_that_follow_each_other_reach_only_whom_they_are_for() -> None:
    owner = Owner()
    ani, bela, cici = (owner.member(name, caps=CAPS[1]) for name in ("ani", "bela", "cici"))
    told(owner, ani, bela, cici, cici)
    assert owner.got(bela) == [f":{ani.source} PRIVMSG #x :0"]
    assert owner.got(cici) == [f":{ani.source} PRIVMSG #x :{number}" for number in (1, 2)]
    assert len(owner.got(ani)) == 3, "its echo of each"


def test_what_two_sessions_of_one_person_say_in_private_is_echoed_to_each_for_itself() -> None:
    owner = Owner()
    one, two, bela = (owner.member(name, caps=CAPS[1]) for name in ("ani", "ani", "bela"))
    events = [event_of(origin, number, False, (bela,)) for number, origin in enumerate((one, two))]
    for event in events:
        held(event)
    owner.delivery.deliver(events)
    assert [len(owner.got(each)) for each in (one, two, bela)] == [1, 1, 2]


def test_a_private_message_is_not_written_to_who_is_going_nor_to_who_belongs_to_another_thread() -> None:
    owner, other = Owner(), Owner()
    ani, going, elsewhere = owner.member("ani"), owner.member("bela"), other.member("cici")
    going.closing = True
    told(owner, ani, going, elsewhere)
    assert owner.got(going) == owner.got(elsewhere) == []
    other.delivery.deliver([event_of(ani, 2, False, (elsewhere,))])
    assert other.got(elsewhere) == [f":{ani.source} PRIVMSG #x :2"]


@dataclass(frozen=True)
class Coming:
    """Somebody comes into a room."""

    who: int
    room: str
    second_session: bool
    """Whether another session of it comes with it."""
    going: bool
    """Whether it is on its way out by then."""
    ends_batch: bool


COMINGS = st.lists(
    st.builds(
        Coming,
        st.integers(0, 5),
        st.sampled_from(["#x", "#x", "#x", "#y"]),
        st.booleans(),
        st.sampled_from([False, False, False, True]),
        st.booleans(),
    ),
    unique_by=lambda coming: coming.who,
)
JOIN_CAPS = st.sampled_from([0, int(Cap.EXTENDED_JOIN), int(Cap.SERVER_TIME | Cap.MESSAGE_TAGS)])


def comings(owner: Owner, caps: list[int], steps: list[Coming]) -> tuple[list[Connection], list[list[Event]]]:
    """Who is there, and the batches in which they come: three members before them, and their own second sessions."""
    members = [owner.member(f"old{number}", "#x", caps=caps[number]) for number in range(3)]
    newcomers = [owner.member(f"new{number}", caps=caps[number]) for number in range(6)]
    seconds = [owner.member(f"new{number}", caps=caps[-1 - number]) for number in range(6)]
    batches: list[list[Event]] = [[]]
    for number, step in enumerate(steps):
        who = newcomers[step.who]
        event = join(who, step.room)
        event.extended_line = f"{event.line} * :Name"
        event.answer, event.time, event.id = [f"names {number}"], "T", f"b-{number}"
        event.recipients = (seconds[step.who],) if step.second_session else ()
        who.closing = step.going
        assert who.held is not None
        who.held.append(f"PONG {number}\r\n".encode())
        batches[-1].append(event)
        if step.ends_batch:
            batches.append([])
    return [*members, *newcomers, *seconds], batches


@given(st.lists(JOIN_CAPS, min_size=6, max_size=6), COMINGS)
def test_people_who_come_together_read_and_are_read_as_if_they_came_one_by_one(
    caps: list[int], steps: list[Coming]
) -> None:
    together, apart = Owner(), Owner()
    people, batches = comings(together, caps, steps)
    for batch in batches:
        together.delivery.deliver(batch)
    others, singly = comings(apart, caps, steps)
    for batch in singly:
        for event in batch:
            apart.delivery._deliver_one(event)
    assert [together.got(one) for one in people] == [apart.got(one) for one in others]
    for owner, crowd in ((together, people), (apart, others)):
        assert all(one.held is None for one in crowd)
        speaker = owner.member("speaker", "#x")
        owner.delivery.deliver([event_of(speaker, 99, False, ())])
    assert [together.got(one) for one in people] == [apart.got(one) for one in others]


def test_who_was_in_a_room_gets_all_who_come_together_in_one_piece() -> None:
    owner = Owner()
    one, two = owner.member("ani", "#x"), owner.member("bela", "#x")
    owner.delivery.deliver([join(owner.member(f"new{number}"), "#x") for number in range(3)])
    ours, theirs = owner.parts(one), owner.parts(two)
    assert len(ours) == 1
    assert ours[0] is theirs[0]
