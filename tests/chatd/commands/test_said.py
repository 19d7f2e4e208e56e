"""Saying, editing, reacting and taking back in any order: the log ends up with exactly what a simple model says.

No socket and no thread: lines go into the dispatcher, the log takes each event up at once, workers work on the spot.
"""

from __future__ import annotations

import dataclasses
import itertools
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatd import rendering
from chatd.commands import Dispatcher, audit
from chatd.config import History
from chatd.connection import Deferred
from chatd.events import Event, Outcome
from chatd.log import Record, Selector
from chatd.log.memory import MemoryLog
from chatd.log.sqlite import SqliteLog
from chatd.person import private_key
from protocol import parse
from tests.chatd.test_dispatcher import EVERY_CAP, Server, check
from tests.fakes import ManualClock

EDIT, NONCE = "obrolan.example/edit", "obrolan.example/nonce"


class Memory(MemoryLog):
    def holds(self, word: str) -> bool:
        """Whether the word stands anywhere in what is kept."""
        return word in repr(self._conversations)


class Durable(SqliteLog):
    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        super().__init__(folder, History(), clock, clock, pytest.fail)
        self._folder = folder

    def holds(self, word: str) -> bool:
        """Whether the word stands anywhere on the disk."""
        while self._idle() == 0:
            pass
        return any(word.encode() in path.read_bytes() for path in self._folder.iterdir())


class Room:
    """Two people who asked for everything, in #x; the log takes events up when it is told to."""

    def __init__(self, log: Callable[[Callable[[], float]], Memory | Durable] = Memory) -> None:
        server = Server()
        clock = server.context.now
        assert isinstance(clock, ManualClock)
        clock.advance(1)  # #x was opened before all that is said
        self.log = log(clock)
        self.dispatcher = Dispatcher(dataclasses.replace(server.context, log=self.log))
        self.clients = server.clients
        for client in self.clients:
            client.set_caps(EVERY_CAP)
            client.deliver_caps(EVERY_CAP)
        one, other = (client.person.owned_by() for client in self.clients)
        self.keys = {"#x": "#x", "@": private_key(one, other)}
        self.words = (f"w{number}w" for number in itertools.count())

    def take_up(self, event: Event) -> None:
        batch = [self.log._queue.popleft()]
        assert batch[0] is event
        while self.log._queue and self.log._queue[0].channel == audit.KEY:
            batch.append(self.log._queue.popleft())  # that an operator took back what somebody else said
        self.log._take(batch)
        self.log._taken()

    def tell(self, who: int, *lines: str) -> list[Event]:
        """Have these handled; the events they made."""
        made: list[Event] = []
        for line in lines:
            parts = list(self.dispatcher.receive(self.clients[who], line.encode()))
            while parts:
                part = parts.pop(0)
                if isinstance(part, Deferred):
                    parts += part.work()()
                elif isinstance(part, Event):
                    self.take_up(part)
                    made.append(part)
                    check(part.render(0) + part.render(self.clients[who].profile))
                elif isinstance(part, bytes):
                    check(part)
        return made

    def target(self, who: int, place: str) -> str:
        return "#x" if place == "#x" else self.clients[1 - who].nickname


def text_of(record: Record) -> str:
    """The latest text of a message."""
    said = record.edit or record
    lines = rendering.unpack(said.extra)
    return rendering.joined(lines) if lines else parse(said.line).params[1]


@dataclasses.dataclass
class Said:
    """A message by the model."""

    who: int
    place: str
    id: str
    text: str
    words: list[str]
    reactions: set[tuple[int, str]] = dataclasses.field(default_factory=set)


Step = tuple[str, int, str, int, bool, bool]
step = st.tuples(
    st.sampled_from(["say", "say", "lines", "edit", "edit", "redact", "react", "unreact"]),
    st.integers(0, 1),
    st.sampled_from(["#x", "@"]),
    st.integers(0, 5),
    st.booleans(),
    st.sampled_from([True, True, False]),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(step, max_size=40))
def test_the_log_ends_up_with_what_was_said_last(steps: list[Step]) -> None:
    _run(Room(), steps)


@settings(max_examples=15, deadline=None)
@given(st.lists(step, max_size=40))
def test_so_does_the_durable_one_and_what_was_taken_back_is_gone_from_the_disk(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        room = Room(lambda clock: Durable(Path(folder), clock))
        try:
            _run(room, steps)
        finally:
            room.log.stop(0)


def _run(room: Room, steps: list[Step]) -> None:
    said: list[Said] = []
    removed: list[Said] = []
    edits: dict[str, str] = {}
    for act, who, place, pick, by_edit, fitting in steps:
        word = next(room.words)
        if act in ("say", "lines"):
            said.append(_say(room, who, place, word, act == "lines"))
            continue
        if not said + removed:
            continue
        meant = (said + removed)[pick % len(said + removed)]
        if fitting:
            who, place = meant.who, meant.place
        msgid = edits.get(meant.id, meant.id) if by_edit else meant.id
        target = room.target(who, place)
        here = meant in said and meant.place == place
        if act == "edit":
            events = room.tell(who, f"@{EDIT}={msgid} PRIVMSG {target} :{word}")
            assert [event.edited for event in events] == ([meant.id] if here and meant.who == who else [])
            for event in events:
                meant.text, edits[meant.id] = word, event.id
                meant.words.append(word)
        elif act == "redact":
            # The first to come is the operator of #x.
            may = here and (meant.who == who or (place == "#x" and who == 0))
            assert len(room.tell(who, f"REDACT {target} {msgid}")) == may
            if may:
                said.remove(meant)
                removed.append(meant)
        else:
            (event,) = room.tell(who, f"@+reply={msgid};+draft/{act}=x TAGMSG {target}")
            given = act == "react"
            assert event.stored == (here and ((who, "x") in meant.reactions) != given)
            if event.stored:
                (meant.reactions.add if given else meant.reactions.discard)((who, "x"))
    _compare(room, said, removed)


def _say(room: Room, who: int, place: str, word: str, several: bool) -> Said:
    target = room.target(who, place)
    if not several:
        (event,) = room.tell(who, f"PRIVMSG {target} :{word}")
        return Said(who, place, event.id, word, [word])
    inside = [f"@batch=1 PRIVMSG {target} :{word}", f"@batch=1 PRIVMSG {target} :{word}"]
    (event,) = room.tell(who, f"BATCH +1 draft/multiline {target}", *inside, "BATCH -1")
    return Said(who, place, event.id, f"{word}\n{word}", [word])


def _compare(room: Room, said: list[Said], removed: list[Said]) -> None:
    for place, key in room.keys.items():
        records = room.log.read(key, Selector(verbs=("PRIVMSG",), edits=False), 100)
        found = [(record.id, text_of(record), record.sender) for record in records]
        owners = [client.person.owner for client in room.clients]
        assert found == [(each.id, each.text, owners[each.who]) for each in said if each.place == place]
    for each in removed:
        assert not [word for word in each.words if room.log.holds(word)]


@pytest.mark.parametrize("lines", [1, 2])
def test_a_repetition_is_taken_for_the_first_one(lines: int) -> None:
    room = Room()
    head = f"@{NONCE}={'0' * 32} "
    once = (
        [f"{head}PRIVMSG #x :a"]
        if lines == 1
        else [f"{head}BATCH +1 draft/multiline #x", *["@batch=1 PRIVMSG #x :a"] * 2, "BATCH -1"]
    )
    first, second = *room.tell(0, *once), *room.tell(0, *once)
    assert (first.outcome, second.outcome) == (Outcome.DONE, Outcome.REPEATED)
    assert (first.id, first.seq) == (second.id, second.seq)
    second.recall()
    assert len(second.lines) == len(first.lines)


def test_what_a_worker_found_before_it_was_removed_cannot_be_edited() -> None:
    room = Room()
    (said,) = room.tell(0, "PRIVMSG #x :secret")
    parts = room.dispatcher.receive(room.clients[0], f"@{EDIT}={said.id} PRIVMSG #x :still a secret".encode())
    (deferred,) = parts
    assert isinstance(deferred, Deferred)
    resume = deferred.work()
    room.tell(0, f"REDACT #x {said.id}")
    (answer,) = resume()
    assert isinstance(answer, bytes)
    assert b"UNKNOWN_MSGID" in answer
    assert not room.log.holds("secret")
