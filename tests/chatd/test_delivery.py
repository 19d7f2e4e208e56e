"""`chatd/delivery.py` and `chatd/events.py`: who gets which bytes, and in which order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import pytest

from chatd.capabilities import Cap
from chatd.connection import Connection, Deferred, Part
from chatd.delivery import Delivery
from chatd.events import Audience, Effect, Event, Own
from tests.chatd.connections import connection


class Owner:
    """An I/O thread that only has a delivery; `got` is what it queued, as text."""

    def __init__(self) -> None:
        self.connections: list[Connection] = []
        self.delivery = Delivery(self, lambda: self.connections, self._queue, self._begin, self._refusal)
        self._queued: dict[int, list[Part]] = {}

    def probe(self, connection: Connection) -> None:
        raise AssertionError("nobody asks for a probe here")

    def part_with(self, connection: Connection, reason: str, last: bytes = b"") -> None:
        raise AssertionError("nobody is cut here")

    def post(self, task: Callable[[], None]) -> None:
        raise AssertionError("nobody posts here")

    def _begin(self, connection: Connection, deferred: Deferred) -> None:
        raise AssertionError("nothing is deferred here")

    def _refusal(self, event: Event) -> str:
        return f":srv FAIL {event.verb} STORAGE_FAILED :not now"

    def _queue(self, connection: Connection, part: Part) -> None:
        self._queued.setdefault(connection.id, []).append(part)

    def parts(self, connection: Connection) -> list[Part]:
        """What was queued, as it was queued."""
        return self._queued.pop(connection.id, [])

    def got(self, connection: Connection) -> list[str]:
        """The lines that were queued since the last look."""
        lines: list[str] = []
        for part in self.parts(connection):
            lines += part.decode().split("\r\n")[:-1] if isinstance(part, bytes) else list(part)
        return lines

    def member(self, nickname: str, *channels: str, caps: int = 0) -> Connection:
        """A connection of this thread that has joined these channels."""
        made = connection(nickname, caps)
        made.owner = self
        self.connections.append(made)
        for channel in channels:
            self.delivery.deliver([join(made, channel)])
        for each in self.connections:
            self.parts(each)
        return made


def held(event: Event) -> Event:
    """The event, noted at its origin as one that its answers wait for (as the engine does)."""
    if event.origin is not None:
        event.origin.held = event.origin.held or deque()
        event.origin.held.append(event)
    return event


def join(who: Connection, channel: str) -> Event:
    line = f":{who.source} JOIN {channel}"
    return held(Event(Audience.CHANNEL, "JOIN", line, who, channel, effect=Effect.JOIN))


def part(who: Connection, channel: str) -> Event:
    line = f":{who.source} PART {channel}"
    return held(Event(Audience.CHANNEL, "PART", line, who, channel, effect=Effect.LEAVE))


def say(who: Connection, channel: str, text: str) -> Event:
    line = f":{who.source} PRIVMSG {channel} :{text}"
    return held(Event(Audience.CHANNEL, "PRIVMSG", line, who, channel, own=Own.ECHO))


@pytest.fixture
def owner() -> Owner:
    return Owner()


def test_a_run_of_lines_is_joined_once_and_its_bytes_are_shared(owner: Owner) -> None:
    speaker, one, two = (owner.member(name, "#x") for name in ("ani", "bela", "citra"))
    owner.delivery.deliver([say(speaker, "#x", "a"), say(speaker, "#x", "b")])
    ours, theirs = owner.parts(one), owner.parts(two)
    assert ours == [b":ani!~u@h.lan PRIVMSG #x :a\r\n:ani!~u@h.lan PRIVMSG #x :b\r\n"]
    assert ours[0] is theirs[0]
    assert owner.got(speaker) == []


def test_senders_of_a_batch_get_the_lines_of_the_others_in_place(owner: Owner) -> None:
    ani = owner.member("ani", "#x")
    bela = owner.member("bela", "#x", caps=Cap.ECHO_MESSAGE)
    events = [say(ani, "#x", "1"), say(bela, "#x", "2"), say(ani, "#x", "3"), say(bela, "#x", "4")]
    owner.delivery.deliver(events)
    assert [line[-1] for line in owner.got(ani)] == ["2", "4"]
    assert [line[-1] for line in owner.got(bela)] == ["1", "2", "3", "4"]


def test_answers_that_waited_follow_the_event_they_waited_for(owner: Owner) -> None:
    ani = owner.member("ani", "#x", caps=Cap.ECHO_MESSAGE)
    first, second = say(ani, "#x", "1"), say(ani, "#x", "2")
    assert ani.held is not None
    ani.held = deque([first, b"PONG 1\r\n", second, b"PONG 2\r\n", iter(["long", "answer"])])
    owner.delivery.deliver([first])
    assert [line[-1] for line in owner.got(ani)] == ["1", "1"]
    owner.delivery.deliver([second])
    assert owner.got(ani)[-4:] == [second.line, "PONG 2", "long", "answer"]
    assert ani.held is None


def test_an_event_for_nobody_else_keeps_its_place(owner: Owner) -> None:
    ani, bela = owner.member("ani", "#x"), owner.member("bela", "#x")
    names = held(Event(Audience.ORIGIN, "NAMES", "", ani, stored=False))
    names.answer = ["353", "366"]
    owner.delivery.deliver([say(bela, "#x", "before"), names, say(bela, "#x", "after")])
    assert owner.got(ani) == [":bela!~u@h.lan PRIVMSG #x :before", "353", "366", ":bela!~u@h.lan PRIVMSG #x :after"]
    assert owner.got(bela) == []


def test_one_gets_what_stands_between_ones_own_join_and_part(owner: Owner) -> None:
    speaker, guest = owner.member("ani", "#x"), owner.member("bela")
    owner.delivery.deliver(
        [
            say(speaker, "#x", "0"),
            join(guest, "#x"),
            say(speaker, "#x", "1"),
            part(guest, "#x"),
            say(speaker, "#x", "2"),
        ]
    )
    assert [line.split(" ", 1)[1] for line in owner.got(guest)] == ["JOIN #x", "PRIVMSG #x :1", "PART #x"]
    assert [line.split(" ", 1)[1] for line in owner.got(speaker)] == ["JOIN #x", "PART #x"]


def test_channels_do_not_mix(owner: Owner) -> None:
    ani, bela, citra = owner.member("ani", "#x", "#y"), owner.member("bela", "#x"), owner.member("citra", "#y")
    owner.delivery.deliver([say(ani, "#x", "1"), say(ani, "#y", "2"), say(ani, "#x", "3")])
    assert [line[-1] for line in owner.got(bela)] == ["1", "3"]
    assert [line[-1] for line in owner.got(citra)] == ["2"]


def test_peers_get_an_event_once_however_many_channels_they_share(owner: Owner) -> None:
    ani, bela, citra = owner.member("ani", "#x", "#y"), owner.member("bela", "#x", "#y"), owner.member("citra", "#z")
    nick = held(Event(Audience.PEERS, "NICK", ":ani NICK a", ani))
    nick.channels = ("#x", "#y")
    owner.delivery.deliver([nick])
    assert [owner.got(each) for each in (ani, bela, citra)] == [[":ani NICK a"], [":ani NICK a"], []]


def test_each_thread_delivers_to_its_own_and_only_the_origins_thread_answers_it() -> None:
    here, there = Owner(), Owner()
    ani, bela = here.member("ani", "#x", caps=Cap.ECHO_MESSAGE), there.member("bela", "#x")
    event = say(ani, "#x", "hi")
    for owner in (here, there):
        owner.delivery.deliver([event])
    assert here.got(ani) == there.got(bela) == [event.line]
    assert here.got(bela) == there.got(ani) == []


def test_a_private_message_reaches_its_recipient_and_comes_back_only_to_who_asked(owner: Owner) -> None:
    ani, bela = owner.member("ani", caps=Cap.ECHO_MESSAGE), owner.member("bela")
    for sender, recipient, echoes in ((ani, bela, 1), (bela, ani, 0), (ani, ani, 2)):
        event = held(Event(Audience.PERSON, "PRIVMSG", ":x", sender, own=Own.ECHO))
        event.recipients = (recipient,)
        owner.delivery.deliver([event])
        counts = {each: len(owner.got(each)) for each in (ani, bela)}
        assert counts[sender] == (2 if sender is recipient else echoes)
        assert sender is recipient or counts[recipient] == 1


def test_everyone_is_everyone_here(owner: Owner) -> None:
    ani, bela = owner.member("ani"), owner.member("bela", "#x")
    owner.delivery.deliver([Event(Audience.EVERYONE, "NOTICE", ":server NOTICE * :x", None, stored=False)])
    assert owner.got(ani) == owner.got(bela) == [":server NOTICE * :x"]


def test_one_without_the_capability_an_event_needs_does_not_get_it(owner: Owner) -> None:
    ani = owner.member("ani", "#x", caps=Cap.MESSAGE_TAGS | Cap.ECHO_MESSAGE)
    bela, citra = owner.member("bela", "#x"), owner.member("citra", "#x", caps=Cap.MESSAGE_TAGS)
    event = held(Event(Audience.CHANNEL, "TAGMSG", ":t", ani, "#x", needs=int(Cap.MESSAGE_TAGS), own=Own.ECHO))
    owner.delivery.deliver([event])
    assert [owner.got(each) for each in (ani, bela, citra)] == [[":t"], [], [":t"]]


def test_one_who_is_going_gets_nothing_more_of_others_but_its_own_answers(owner: Owner) -> None:
    ani, bela = owner.member("ani", "#x", caps=Cap.ECHO_MESSAGE), owner.member("bela", "#x")
    last = say(ani, "#x", "last")
    assert ani.held is not None
    ani.held.append(b"ERROR :bye\r\n")
    ani.closing = True
    owner.delivery.forget(ani, ["#x"])
    owner.delivery.deliver([say(bela, "#x", "a"), last])
    assert owner.got(ani) == [last.line, "ERROR :bye"]
    assert owner.got(bela) == [last.line]


def test_a_join_that_comes_back_after_its_origin_has_gone_lets_nobody_in(owner: Owner) -> None:
    ani, bela = owner.member("ani"), owner.member("bela", "#x")
    event = join(ani, "#x")
    ani.closing = ani.closed = True
    ani.held = None
    owner.delivery.deliver([event, say(bela, "#x", "a")])
    assert owner.got(ani) == []
    assert owner.got(bela) == [event.line]


# --- how a line is written ------------------------------------------------------------------------


def complete(event: Event) -> Event:
    event.time, event.seq, event.id = "2023-11-14T22:13:20.042Z", 7, "b-7"
    return event


@pytest.mark.parametrize(
    ("caps", "text"),
    [
        (Cap(0), ":l"),
        (Cap.SERVER_TIME, "@time=2023-11-14T22:13:20.042Z :l"),
        (Cap.MESSAGE_TAGS, "@msgid=b-7;+a=1 :l"),
        (Cap.SERVER_TIME | Cap.MESSAGE_TAGS, "@time=2023-11-14T22:13:20.042Z;msgid=b-7;+a=1 :l"),
        (Cap.EXTENDED_JOIN, ":l * :Real Name"),
        (Cap.EXTENDED_JOIN | Cap.MESSAGE_TAGS, "@msgid=b-7;+a=1 :l * :Real Name"),
        (Cap.BATCH | Cap.LABELED_RESPONSE | Cap.SETNAME, ":l"),
    ],
)
def test_a_line_is_written_for_the_capabilities_of_its_reader(caps: Cap, text: str) -> None:
    reader = connection("ani", caps)
    event = complete(Event(Audience.CHANNEL, "JOIN", ":l", None, "#x", client_tags="+a=1"))
    event.extended_line = ":l * :Real Name"
    assert event.render(reader.profile) == text.encode() + b"\r\n"
    assert event.render(reader.profile) is event.render(reader.profile)


def test_a_label_stands_before_all_other_tags() -> None:
    event = complete(Event(Audience.CHANNEL, "PRIVMSG", ":l", None, "#x", client_tags="+a"))
    event.own_tags = "label=x"
    assert event.own_text(0) == "@label=x :l"
    assert event.own_text(int(Cap.MESSAGE_TAGS)) == "@label=x;msgid=b-7;+a :l"


def test_what_passes_has_a_time_but_no_id() -> None:
    event = Event(Audience.CHANNEL, "TAGMSG", ":l", None, "#x", stored=False)
    event.time = "2023-11-14T22:13:20.042Z"
    assert event.render(int(Cap.SERVER_TIME | Cap.MESSAGE_TAGS)) == b"@time=2023-11-14T22:13:20.042Z :l\r\n"


def test_capabilities_of_a_connection_are_plain_numbers() -> None:
    """An IntFlag in a hot path costs a microsecond per look."""
    made = connection("ani", Cap.MESSAGE_TAGS | Cap.BATCH)
    assert type(made.caps) is int
    assert type(made.profile) is int
    assert made.profile == Cap.MESSAGE_TAGS
