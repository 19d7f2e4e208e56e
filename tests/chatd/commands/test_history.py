"""`chatd/commands/history.py`, `search.py`: what is answered when the log cannot be read. No thread, no disk."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime

import pytest

from chatd import capabilities as caps
from chatd.commands import Dispatcher
from chatd.commands.call import Context
from chatd.commands.history import next_moment, valid_time
from chatd.config import Config
from chatd.connection import Connection, Deferred, Part
from chatd.events import Event
from chatd.log import LogError, Record, Selector, Target
from chatd.log.memory import MemoryLog
from tests.chatd.connections import connection
from tests.fakes import ManualClock

NAME = "obrolan.local"
CAPS = caps.CHATHISTORY | caps.SEARCH | caps.LABELED_RESPONSE | caps.BATCH
CHATHISTORY = "CHATHISTORY LATEST #x * 10"
TARGETS = "CHATHISTORY TARGETS timestamp=2020-01-01T00:00:00.000Z timestamp=2030-01-01T00:00:00.000Z 10"
SEARCH = "SEARCH text=a"
FAILURES = {
    CHATHISTORY: "FAIL CHATHISTORY MESSAGE_ERROR LATEST #x :Messages could not be retrieved",
    TARGETS: "FAIL CHATHISTORY MESSAGE_ERROR TARGETS :Messages could not be retrieved",
    SEARCH: "FAIL SEARCH INTERNAL_ERROR :The search could not be run",
}


class Reads(MemoryLog):
    """A log of which a test says what comes of reading it."""

    def __init__(self) -> None:
        super().__init__(ManualClock(1_700_000_000.0))
        self.records: list[Record] = []
        self.error: Exception | None = None
        self.asked: list[Selector] = []

    def read(self, conversation: str, selector: Selector, limit: int) -> list[Record]:
        self.asked.append(selector)
        if self.error is not None:
            raise self.error
        return self.records[:limit]

    def targets(self, channels: Collection[str], owner: str, after: str, before: str, limit: int) -> list[Target]:
        if self.error is not None:
            raise self.error
        return []


class Server:
    """A dispatcher whose deferred work is done when the test says so."""

    def __init__(self) -> None:
        clock = ManualClock(1_700_000_000.0)
        self.log = Reads()
        self.dispatcher = Dispatcher(
            Context(
                config=Config(),
                log=self.log,
                now=clock,
                monotonic=clock,
                host_of=lambda _address: "h.lan",
                motd=list,
                version="obrolan-0",
                started_at=clock(),
            )
        )

    def client(self, nickname: str, bits: int) -> Connection:
        client = connection("", bits)
        for line in (f"NICK {nickname}", "USER u 0 * :Name"):
            self.dispatcher.receive(client, line.encode())
        return client

    def ask(self, client: Connection, line: str) -> Sequence[Part | Event | Deferred]:
        return self.dispatcher.receive(client, line.encode())


@pytest.fixture
def server() -> Server:
    return Server()


def written(parts: Sequence[Part | Event | Deferred]) -> list[str]:
    """The lines of an answer, without those of events."""
    lines: list[str] = []
    for part in parts:
        if isinstance(part, bytes):
            lines += part.decode().splitlines()
        elif isinstance(part, Iterator):
            lines += part
    return lines


def deferred(parts: Sequence[Part | Event | Deferred]) -> Deferred:
    assert isinstance(parts[-1], Deferred)
    return parts[-1]


def done(part: Deferred) -> list[str]:
    return written(part.work()())


def refused(part: Deferred) -> list[str]:
    """What there is when too much waits for the workers."""
    return written(part.busy())


@pytest.mark.parametrize("line", FAILURES)
@pytest.mark.parametrize("error", [LogError("the disk is gone"), ValueError("a mistake of ours")])
def test_a_log_that_cannot_be_read_is_said_to_the_asker(server: Server, line: str, error: Exception) -> None:
    ani = server.client("ani", CAPS)
    server.ask(ani, "JOIN #x")
    server.log.error = error
    assert done(deferred(server.ask(ani, line))) == [f":{NAME} {FAILURES[line]}"]
    assert done(deferred(server.ask(ani, f"@label=a {line}"))) == [f"@label=a :{NAME} {FAILURES[line]}"]


@pytest.mark.parametrize("line", FAILURES)
def test_so_is_it_that_too_much_waits(server: Server, line: str) -> None:
    ani = server.client("ani", CAPS)
    server.ask(ani, "JOIN #x")
    assert refused(deferred(server.ask(ani, line))) == [f":{NAME} {FAILURES[line]}"]


@pytest.mark.parametrize("end", [done, refused])
def test_a_replay_that_cannot_be_read_is_left_out_in_silence(
    server: Server, end: Callable[[Deferred], list[str]]
) -> None:
    bela = server.client("bela", caps.LABELED_RESPONSE | caps.BATCH)
    server.log.error = LogError("the disk is gone")
    assert end(deferred(server.ask(bela, "@label=a JOIN #x"))) == []


def test_the_replay_is_what_stands_before_the_join(server: Server) -> None:
    parts = server.ask(server.client("bela", 0), "JOIN #x")
    event = next(part for part in parts if isinstance(part, Event))
    event.seq = 42
    done(deferred(parts))
    (selector,) = server.log.asked
    assert (selector.before, selector.edits, tuple(selector.verbs)) == (42, False, ("PRIVMSG", "NOTICE"))


def test_after_a_join_that_could_not_be_kept_nothing_is_replayed(server: Server) -> None:
    parts = server.ask(server.client("bela", 0), "JOIN #x")
    done(deferred(parts))
    assert [selector.before for selector in server.log.asked] == [0]  # numbers begin with 1


def test_several_channels_are_read_by_one_worker(server: Server) -> None:
    parts = server.ask(server.client("bela", 0), "JOIN #x,#y")
    assert [type(part) for part in parts].count(Deferred) == 1
    done(deferred(parts))
    assert len(server.log.asked) == 2


# --- moments --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("2026-11-25T12:00:00.000Z", True),
        ("2026-11-25T12:00:00Z", False),
        ("2026-11-25T12:00:00.000+07:00", False),
        ("2026-13-25T12:00:00.000Z", False),
        ("2026-11-25T24:00:00.000Z", False),
        ("0000-01-01T00:00:00.000Z", False),
        ("２026-11-25T12:00:00.000Z", False),
        ("", False),
    ],
)
def test_a_moment_is_written_as_in_the_server_time_tag(text: str, valid: bool) -> None:
    assert valid_time(text) is valid


@pytest.mark.parametrize(
    ("moment", "later"),
    [
        ("2026-11-25T12:00:00.000Z", "2026-11-25T12:00:00.001Z"),
        ("2026-12-31T23:59:59.999Z", "2027-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
        ("0001-01-01T00:00:00.000Z", "0001-01-01T00:00:00.001Z"),
    ],
)
def test_the_next_moment_is_a_millisecond_later(moment: str, later: str) -> None:
    assert next_moment(moment) == later
    assert datetime.fromisoformat(later).tzinfo == UTC
