"""Whatever happens, the log on disk and the one in memory answer every question alike, before a restart and after."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatd.config import History
from chatd.events import Audience, Event, Outcome
from chatd.log import Log, Record, Selector
from chatd.log.memory import MemoryLog
from chatd.log.sqlite import SqliteLog
from tests.fakes import ManualClock

ROOMS = ("#a", "#b", "@1 2", "@1 ~g")
VERBS = ("PRIVMSG", "NOTICE", "JOIN", "QUIT", "TOPIC", "REDACT", "TAGMSG")
OPEN = ("2000-01-01T00:00:00.000Z", "2100-01-01T00:00:00.000Z")


@dataclass(frozen=True)
class Step:
    """What happens next: `kind` is a verb, "edit" or "tick"; `about` picks one of the events so far."""

    kind: str
    room: str
    about: int
    nonce: str
    sender: str
    ends: bool
    """Whether the batch ends here."""


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from([*VERBS, "PRIVMSG", "PRIVMSG", "edit", "edit", "tick"]),
        st.sampled_from(ROOMS),
        st.integers(1, 12),
        st.sampled_from(["", "", "n1", "n2"]),
        st.sampled_from(["1", "2", "~g", "~h"]),
        st.booleans(),
    ),
    max_size=30,
)


def event_of(step: Step, number: int) -> Event:
    verb = "PRIVMSG" if step.kind == "edit" else step.kind
    made = Event(Audience.CHANNEL, verb, f":x!~u@h {verb} {step.room} :{number}", None, step.room)
    made.sender, made.extra = step.sender, str(number)
    if step.kind in {"edit", "REDACT", "TAGMSG"}:
        made.about = step.about
    made.edits, made.removes = step.kind == "edit", step.kind == "REDACT"
    if step.kind == "QUIT":
        made.channel, made.channels = "", ("#a", "#b")
    if step.kind in {"PRIVMSG", "NOTICE"}:
        made.nonce = step.nonce
    return made


def run(log: MemoryLog | SqliteLog, clock: ManualClock, steps: Sequence[Step]) -> list[Event]:
    """Have everything happen in the same batches; who changes something else does so in its own room."""
    where: dict[int, str] = {}
    events: list[Event] = []
    batch: list[Event] = []
    for number, step in enumerate(steps):
        if step.kind == "tick":
            clock.advance(1.5)
            continue
        event = event_of(step, number)
        if event.about:
            event.channel = where.get(event.about, "")
            if not event.channel:
                continue  # handlers look it up first
            event.line = event.line.replace(f" {step.room} ", f" {event.channel} ")
        batch.append(event)
        events.append(event)
        if step.ends or event.removes:  # of a removal and a resend in one batch either may come first
            log._take(batch)
            for each in batch:
                if each.outcome is Outcome.DONE and not each.about:
                    where[each.seq] = each.channel
            batch = []
    log._take(batch)
    return events


def plain(log: Log, record: Record | None) -> Record | None:
    """Without what tells one log from another."""
    if record is None:
        return None
    edit = plain(log, record.edit)
    boot = log.boot
    return replace(record, id=record.id.removeprefix(boot), about_id=record.about_id.removeprefix(boot), edit=edit)


def answers(log: Log) -> list[object]:
    """Everything one may ask."""
    selectors = [
        Selector(),
        Selector(edits=False),
        Selector(verbs=("PRIVMSG", "NOTICE"), edits=False),
        Selector(verbs=("PRIVMSG", "REDACT")),
        Selector(after=3, before=9, newest=False),
    ]
    found: list[object] = []
    for room in ROOMS:
        for selector in selectors:
            found += [[plain(log, record) for record in log.read(room, selector, limit)] for limit in (3, 99)]
        found.append(plain(log, log.latest(room, "TOPIC")))
        found += [log.position(f"{log.boot}-{seq}", room) for seq in range(1, 15)]
    found += [plain(log, log.find(f"{log.boot}-{seq}")) for seq in range(1, 15)]
    found += [log.targets(["#a", "#b"], owner, *OPEN, 9) for owner in ("1", "2", "~g", "")]
    return found


def outcomes(log: Log, events: Sequence[Event]) -> list[tuple[object, ...]]:
    return [(each.outcome, each.seq, each.id.removeprefix(log.boot), each.time, each.line) for each in events]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_both_logs_say_the_same(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clocks = ManualClock(1_700_000_000.0), ManualClock(1_700_000_000.0)
        memory = MemoryLog(clocks[0])
        durable = SqliteLog(Path(folder), History(), clocks[1], ManualClock(), pytest.fail)
        events = run(memory, clocks[0], steps), run(durable, clocks[1], steps)
        assert outcomes(memory, events[0]) == outcomes(durable, events[1])
        expected = answers(memory)
        assert answers(durable) == expected
        assert durable.stop(1.0)
        again = SqliteLog(Path(folder), History(), clocks[1], ManualClock(), pytest.fail)
        assert answers(again) == expected
        assert again.stop(1.0)
