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
from tests.chatd.test_delivery import Owner

CAPS = [0, int(Cap.ECHO_MESSAGE), int(Cap.ECHO_MESSAGE | Cap.MESSAGE_TAGS | Cap.SERVER_TIME), int(Cap.MESSAGE_TAGS)]


@dataclass(frozen=True)
class Step:
    """One message, and what waits behind it."""

    sender: int
    labelled: bool
    answered: bool
    ends_batch: bool


STEPS = st.builds(Step, st.integers(0, 4), st.booleans(), st.booleans(), st.booleans())


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


def event_of(sender: Connection, number: int, labelled: bool) -> Event:
    line = f":{sender.source} PRIVMSG #x :{number}"
    event: Event = Said(line, sender, "#x")
    if labelled:
        event = Event(Audience.CHANNEL, "PRIVMSG", line, sender, "#x", own=Own.ECHO)
        event.own_tags, event.acknowledge = f"label={number}", ":srv ACK"
    event.time, event.id = "T", f"b-{number}"
    return event


def expected(reader: Connection, inside: bool, said: list[tuple[Step, Event]]) -> list[str]:
    """What somebody reads, one message after the other."""
    lines = []
    for number, (step, event) in enumerate(said):
        if event.origin is not reader:
            lines += [event.written(reader.profile)] if inside else []
            continue
        if reader.delivered & Cap.ECHO_MESSAGE:
            lines.append(event.own_text(reader.profile))
        elif step.labelled:
            lines.append(f"@label={number} :srv ACK")
        lines += [f"PONG {number}"] if step.answered else []
    return lines


@given(st.lists(st.sampled_from(CAPS), min_size=5, max_size=5), st.lists(STEPS, max_size=8))
def test_everybody_reads_what_it_would_read_if_it_were_written_to_alone(caps: list[int], steps: list[Step]) -> None:
    owner = Owner()
    inside = [number < 4 for number in range(5)]
    members = [owner.member(f"m{n}", *(["#x"] if inside[n] else []), caps=cap) for n, cap in enumerate(caps)]
    said: list[tuple[Step, Event]] = []
    batches: list[list[Event]] = [[]]
    for number, step in enumerate(steps):
        sender = members[step.sender]
        event = event_of(sender, number, step.labelled)
        sender.held = sender.held or deque()
        sender.held.extend([event, f"PONG {number}\r\n".encode()] if step.answered else [event])
        said.append((step, event))
        batches[-1].append(event)
        if step.ends_batch:
            batches.append([])
    for batch in batches:
        owner.delivery.deliver(batch)
    for member, is_in in zip(members, inside, strict=True):
        assert owner.got(member) == expected(member, is_in, said)
        assert member.held is None
