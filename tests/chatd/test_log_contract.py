"""What every log promises (`chatd/log/__init__.py`): one suite, each implementation.

An implementation is added to `LOGS`; nothing else here knows which one it tests.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from chatd.events import Audience, Event
from chatd.log import BATCH_EVENTS, Log, Selector
from chatd.log.memory import MemoryLog, timestamp
from tests.fakes import ManualClock

WAIT_S = 20.0
LOGS: dict[str, Callable[[Callable[[], float]], Log]] = {"memory": MemoryLog}


class Follower:
    """Collects the batches it is given; `wait` until so many events have come."""

    def __init__(self) -> None:
        self.batches: list[list[Event]] = []
        self._changed = threading.Condition()

    def __call__(self, batch: Sequence[Event]) -> None:
        with self._changed:
            self.batches.append(list(batch))
            self._changed.notify_all()

    @property
    def events(self) -> list[Event]:
        return [event for batch in self.batches for event in batch]

    def wait(self, count: int) -> list[Event]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.events) >= count, WAIT_S)
            return self.events


class Running:
    """A log that runs, its clock and a follower."""

    def __init__(self, make: Callable[[Callable[[], float]], Log]) -> None:
        self.clock = ManualClock(1_700_000_000.0)
        self.make = make
        self.log = make(self.clock)
        self.follower = Follower()
        self.log.follow(self.follower)
        self.log.start()
        self._sent = 0

    def send(self, *events: Event) -> list[Event]:
        """Append these and wait until they are through."""
        for event in events:
            self.log.append(event)
        self.log.wake()
        self._sent += len(events)
        return self.follower.wait(self._sent)[-len(events) :]


@pytest.fixture(params=LOGS)
def running(request: pytest.FixtureRequest) -> Iterator[Running]:
    made = Running(LOGS[request.param])
    yield made
    assert made.log.stop(WAIT_S)


def message(channel: str = "#x", text: str = "hi", *, stored: bool = True) -> Event:
    return Event(Audience.CHANNEL, "PRIVMSG", f":a!~u@h PRIVMSG {channel} :{text}", None, channel, stored=stored)


def test_events_come_back_in_the_order_they_were_appended(running: Running) -> None:
    events = [message(text=str(number), stored=number % 3 > 0) for number in range(1000)]
    assert running.send(*events) == events


def test_stored_events_are_numbered_without_gaps_and_passing_ones_not_at_all(running: Running) -> None:
    running.send(*[message(stored=number % 2 == 0) for number in range(10)])
    assert [event.seq for event in running.follower.events if event.stored] == [1, 2, 3, 4, 5]
    assert [(event.seq, event.id) for event in running.follower.events if not event.stored] == [(0, "")] * 5


def test_ids_are_unique_and_may_stand_in_a_line(running: Running) -> None:
    ids = [event.id for event in running.send(*[message() for _ in range(500)])]
    assert len(set(ids)) == 500
    assert all(re.fullmatch("[A-Za-z0-9][A-Za-z0-9-]*", each) for each in ids)


def test_every_event_has_its_time_to_the_millisecond(running: Running) -> None:
    running.clock.seconds = 1_700_000_000.0427
    assert running.send(message())[0].time == "2023-11-14T22:13:20.042Z"
    assert running.send(message(stored=False))[0].time == "2023-11-14T22:13:20.042Z"


@pytest.mark.parametrize("jump", [-3600.0, -86400.0, 3600.0])
def test_time_never_goes_back_even_when_the_clock_does(running: Running, jump: float) -> None:
    before = running.send(message())[0].time
    running.clock.advance(jump)
    after = running.send(message())[0].time
    running.clock.advance(-jump)
    last = running.send(message())[0].time
    assert before <= after <= last


def test_every_follower_gets_the_same_batches(running: Running) -> None:
    log = running.make(running.clock)
    one, two = Follower(), Follower()
    log.follow(one)
    log.follow(two)
    log.start()
    for _ in range(300):
        log.append(message())
    log.wake()
    one.wait(300)
    assert log.stop(WAIT_S)
    assert one.batches == two.batches


def test_a_batch_has_its_bound(running: Running) -> None:
    running.send(*[message() for _ in range(BATCH_EVENTS * 3)])
    assert max(map(len, running.follower.batches)) <= BATCH_EVENTS
    assert min(map(len, running.follower.batches)) > 0


def test_what_several_threads_append_is_all_there_and_each_ones_order_kept(running: Running) -> None:
    def speak(number: int) -> None:
        for line in range(200):
            running.log.append(message(text=f"{number}/{line}"))
            running.log.wake()

    threads = [threading.Thread(target=speak, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    running.log.wake()
    lines = [event.line.rpartition(":")[2] for event in running.follower.wait(1600)]
    for number in range(8):
        assert [line for line in lines if line.startswith(f"{number}/")] == [f"{number}/{line}" for line in range(200)]


def test_an_event_that_is_woken_alone_does_not_wait_for_the_next(running: Running) -> None:
    for number in range(500):
        running.send(message(text=str(number)))


def test_read_gives_back_what_was_stored_in_order(running: Running) -> None:
    first = message("#x", "one")
    first.client_tags = "+a=b"
    running.send(first, message("#y"), message("#x", "passing", stored=False), message("#x", "two"))
    records = running.log.read("#x", Selector(), 10)
    assert [(record.seq, record.verb, record.line) for record in records] == [
        (1, "PRIVMSG", ":a!~u@h PRIVMSG #x :one"),
        (3, "PRIVMSG", ":a!~u@h PRIVMSG #x :two"),
    ]
    assert records[0].client_tags == "+a=b"
    assert [(record.id, record.time) for record in records] == [
        (event.id, event.time) for event in running.follower.events if event.stored and event.channel == "#x"
    ]


def test_read_of_an_unknown_conversation_is_empty(running: Running) -> None:
    assert running.log.read("#nowhere", Selector(), 10) == []


@pytest.mark.parametrize(
    ("selector", "limit", "expected"),
    [
        (Selector(), 3, [8, 9, 10]),
        (Selector(newest=False), 3, [1, 2, 3]),
        (Selector(before=5), 2, [3, 4]),
        (Selector(before=5, newest=False), 2, [1, 2]),
        (Selector(after=5), 2, [9, 10]),
        (Selector(after=5, newest=False), 2, [6, 7]),
        (Selector(after=3, before=6), 9, [4, 5]),
        (Selector(after=3, before=4), 9, []),
        (Selector(after=10), 9, []),
    ],
)
def test_a_selector_cuts_exclusively_and_keeps_the_end_it_names(
    running: Running, selector: Selector, limit: int, expected: list[int]
) -> None:
    running.send(*[message() for _ in range(10)])
    assert [record.seq for record in running.log.read("#x", selector, limit)] == expected


def test_an_event_of_several_conversations_is_found_in_each_under_one_number(running: Running) -> None:
    quit_ = Event(Audience.PEERS, "QUIT", ":a!~u@h QUIT :bye", None)
    quit_.channels = ("#x", "#y")
    running.send(quit_)
    records = [running.log.read(channel, Selector(), 9) for channel in ("#x", "#y")]
    assert records[0] == records[1]
    assert len(records[0]) == 1


def test_an_event_of_no_conversation_is_numbered_and_kept_nowhere(running: Running) -> None:
    running.send(Event(Audience.PEERS, "QUIT", ":a!~u@h QUIT :bye", None))
    assert running.follower.events[0].seq == 1
    assert running.log.read("", Selector(), 9) == []


def test_what_is_queued_at_the_end_is_still_taken_in(running: Running) -> None:
    log = running.make(running.clock)
    follower, let_go = Follower(), threading.Event()

    def held_up(batch: Sequence[Event]) -> None:
        let_go.wait(WAIT_S)
        follower(batch)

    log.follow(held_up)
    for _ in range(1000):
        log.append(message())
    assert log.waiting() == 1000
    log.start()
    assert not log.stop(0.0), "it cannot be ready: its follower is held up"
    let_go.set()
    assert log.stop(WAIT_S)
    assert len(follower.events) == 1000
    assert log.waiting() == 0


def test_each_empty_log_says_that_it_is_another_one(running: Running) -> None:
    assert running.log.boot != running.make(running.clock).boot


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "1970-01-01T00:00:00.000Z"),
        (1_700_000_000.9996, "2023-11-14T22:13:20.999Z"),
        (951_827_696.001, "2000-02-29T12:34:56.001Z"),
        (4_102_444_800.5, "2100-01-01T00:00:00.500Z"),
    ],
)
def test_timestamps_are_those_of_server_time(seconds: float, text: str) -> None:
    assert timestamp(seconds) == text


def test_the_memory_log_keeps_a_bounded_number_of_events_and_conversations() -> None:
    running = Running(MemoryLog)
    running.send(*[message("#x", str(number)) for number in range(1500)])
    kept = running.log.read("#x", Selector(), 10_000)
    assert (len(kept), kept[-1].seq) == (1000, 1500)
    running.send(*[message(f"#{number}") for number in range(3000)])
    alive = [number for number in range(3000) if running.log.read(f"#{number}", Selector(), 1)]
    assert alive == list(range(3000 - len(alive), 3000))
    assert 500 <= len(alive) <= 2000
    assert running.log.stop(WAIT_S)
