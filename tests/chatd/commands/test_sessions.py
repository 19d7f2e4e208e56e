"""What each session has been shown agrees with what is so, whatever people and their sessions do and however late the
log hands it back: the rooms one is in, who is in them, and one's own nickname.

The real dispatcher, state and delivery of two I/O threads; the log is a queue that is drained when a test says so.
"""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from chatd import config
from chatd.commands import Dispatcher
from chatd.commands.call import Context
from chatd.connection import Connection, Deferred
from chatd.events import Event
from chatd.log.memory import MemoryLog
from protocol import parse
from tests.chatd.connections import connection
from tests.chatd.test_delivery import Owner
from tests.fakes import ManualClock

ROOMS = st.sampled_from(["#a", "#b"])
ACCOUNTS = {"": "", "3": "ani", "7": "bela"}


class View:
    """What a client knows from the lines it got."""

    def __init__(self) -> None:
        self.nickname = ""
        self.rooms: dict[str, set[str]] = {}

    def read(self, line: str) -> None:
        message = parse(line)
        nickname, params = message.nickname, message.params
        match message.command:
            case "001":
                self.nickname = params[0]
            case "JOIN" if nickname == self.nickname:
                assert params[0] not in self.rooms, "it was in there already"
                self.rooms[params[0]] = set()
            case "JOIN":
                assert nickname not in self.rooms[params[0]]
                self.rooms[params[0]].add(nickname)
            case "353":
                self.rooms[params[2]] |= {name.lstrip("@+") for name in params[3].split()}
            case "PART" if nickname == self.nickname:
                del self.rooms[params[0]]
            case "PART":
                self.rooms[params[0]].remove(nickname)
            case "QUIT":
                assert nickname != self.nickname
                for members in self.rooms.values():
                    members.discard(nickname)
            case "NICK":
                for members in self.rooms.values():
                    if nickname in members:
                        members.remove(nickname)
                        members.add(params[0])
                self.nickname = params[0] if nickname == self.nickname else self.nickname


class Thread(Owner):
    """An I/O thread that hears probes without acting on them."""

    def probe(self, connection: Connection) -> None:
        pass


class Sessions(RuleBasedStateMachine):
    sessions = Bundle("sessions")

    def __init__(self) -> None:
        super().__init__()
        clock = ManualClock(1_800_000_000.0)
        self.log = MemoryLog(clock)
        settings_ = config.Config(lobby=config.Lobby(autojoin=False), history=config.History(replay_lines=0))
        self.context = Context(
            config=settings_,
            log=self.log,
            now=clock,
            monotonic=clock,
            host_of=lambda _address: "h.lan",
            motd=list,
            version="obrolan-0",
            started_at=0.0,
        )
        self.dispatcher = Dispatcher(self.context)
        self.threads = (Thread(), Thread())
        self.views: dict[Connection, View] = {}
        self.numbers = iter(range(100_000))

    def send(self, who: Connection, line: str) -> None:
        """As the engine does with a line."""
        owner = who.owner
        assert isinstance(owner, Thread)
        for part in self.dispatcher.receive(who, line.encode()):
            assert not isinstance(part, Deferred)
            if isinstance(part, Event):
                who.held = who.held if who.held is not None else deque()
                who.held.append(part)
            elif who.held is not None:
                who.held.append(part)
            else:
                owner._queue(who, part)

    def drain(self, count: int) -> None:
        queue = self.log._queue
        batch = [queue.popleft() for _ in range(min(count, len(queue)))]
        for thread in self.threads:
            thread.delivery.deliver(batch)

    @initialize(target=sessions)
    def first(self) -> Connection:
        return self.arrive("3")

    @rule(target=sessions, owner=st.sampled_from(sorted(ACCOUNTS)))
    def come(self, owner: str) -> Connection:
        return self.arrive(owner)

    def arrive(self, owner: str) -> Connection:
        made = connection()
        made.owner = self.threads[made.id % 2]
        self.views[made] = View()
        self.context.state.login_locked(made.person, ACCOUNTS[owner], owner)
        here = self.context.state.owner_locked(owner)
        self.send(made, f"NICK {here.nickname if here else f'n{next(self.numbers)}'}")
        self.send(made, "USER u 0 * :Name")
        assert made.registered
        return made

    @rule(who=sessions, room=ROOMS)
    def join(self, who: Connection, room: str) -> None:
        self.send(who, f"JOIN {room}")

    @rule(who=sessions, room=ROOMS)
    def part(self, who: Connection, room: str) -> None:
        self.send(who, f"PART {room}")

    @rule(who=sessions)
    def rename(self, who: Connection) -> None:
        self.send(who, f"NICK n{next(self.numbers)}")

    @rule(who=sessions, room=ROOMS)
    def say(self, who: Connection, room: str) -> None:
        self.send(who, f"PRIVMSG {room} :hi")

    @rule(who=sessions)
    def go_away(self, who: Connection) -> None:
        self.send(who, f"AWAY :{next(self.numbers)}")

    @rule(who=consumes(sessions))
    def end(self, who: Connection) -> None:
        """As the engine does with a connection that is lost."""
        owner = who.owner
        assert isinstance(owner, Thread)
        who.closed = who.closing = True
        owner.delivery.forget(who, self.dispatcher.gone(who, "gone"))
        who.held = None
        owner.got(who)
        del self.views[who]

    @rule(count=st.integers(1, 5))
    def the_log_hands_back_some(self, count: int) -> None:
        self.drain(count)

    @rule()
    def the_log_catches_up(self) -> None:
        self.drain(1_000_000)

    @invariant()
    def what_was_shown_is_what_is_so(self) -> None:
        """Read at any time; it must agree once the log has caught up."""
        for who, view in self.views.items():
            assert isinstance(who.owner, Thread)
            for line in who.owner.got(who):
                view.read(line)
        if self.log._queue:
            return
        state = self.context.state
        for who, view in self.views.items():
            assert view.nickname == who.nickname
            expected = {
                state.channels[key].name: {member.nickname for member in state.members_locked(state.channels[key])}
                for key in who.channels
            }
            assert view.rooms == expected
        rooms = [thread.delivery._rooms for thread in self.threads]
        held = {(key, number) for room in rooms for key, members in room.items() for number in members}
        assert held == {(key, session.id) for session in state.clients for key in session.channels}


Sessions.TestCase.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
TestSessions = pytest.mark.timeout(120)(Sessions.TestCase)
