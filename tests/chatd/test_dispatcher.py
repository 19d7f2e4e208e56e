"""`chatd/commands`: any line in, only whole and harmless lines out (reliability section 2, rule 1).

No socket and no thread: lines go straight into the dispatcher, and what it answers and what it queues
for the log is written out for several readers.
"""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chatd.capabilities import NAMES
from chatd.channel import Channel
from chatd.commands import COMMANDS, Dispatcher, isupport
from chatd.commands.call import Context
from chatd.config import Config
from chatd.connection import Connection, Deferred
from chatd.events import Event
from chatd.log.memory import MemoryLog
from chatd.log.times import timestamp
from protocol import LINE_BYTES, TAGS_OUT_BYTES, parse
from tests.chatd.connections import connection
from tests.fakes import ManualClock

EVERY_CAP = sum(int(bit) for bit in NAMES.values())

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
targets = st.sampled_from(
    ["#x", "#lobby", "ani", "bela", "#" + "k" * 63, "nobody", "*", "#x,ani,bela,#y,#z", "a*a*b", "0"]
)
params = st.one_of(
    targets,
    texts.map(lambda text: text.replace(" ", "")),
    st.sampled_from(["LS", "REQ", "+b", "302", "+1", "-1", "draft/multiline", "b-1"]),
)
long_texts = st.builds(lambda text, count: text * count, texts, st.integers(1, 30))
tags = st.one_of(
    st.just(""),
    st.builds("@label={};+v={};w={} ".format, texts, texts, texts),
    st.sampled_from(
        [
            "@batch=1 ",
            "@batch=1;draft/multiline-concat ",
            "@obrolan.example/edit=b-1;obrolan.example/nonce=" + "0" * 32 + " ",
            "@+reply=b-1;+draft/react=x ",
        ]
    ),
)


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """A line of a known command with parameters of any kind, or any bytes."""
    if draw(st.integers(0, 9)) == 0:
        raw: bytes = draw(st.binary(max_size=600))
        return raw.replace(b"\n", b"")
    words = [draw(st.sampled_from(sorted(COMMANDS))), *draw(st.lists(params, max_size=4))]
    line: str = draw(tags) + " ".join(words) + draw(st.sampled_from(["", " :"])) + draw(long_texts)
    return line.encode().replace(b"\n", b"")


class Server:
    """A dispatcher with two registered clients, one of whom asked for everything."""

    def __init__(self) -> None:
        clock = ManualClock(1_700_000_000.0)
        self.context = Context(
            config=Config(),
            log=MemoryLog(clock),
            now=clock,
            monotonic=clock,
            host_of=lambda _address: "a1b2c3d4.lan",
            motd=lambda: ["x" * 200, "\x1b[31m" + "é" * 199],
            version="obrolan-0",
            started_at=clock(),
        )
        self.context.isupport.extend(isupport(self.context))
        self.context.state.channels["#lobby"] = Channel("#lobby", 0, permanent=True)
        self.dispatcher = Dispatcher(self.context)
        self.clients = [self._register("ani", EVERY_CAP), self._register("я" * 32, 0)]

    def _register(self, nickname: str, caps: int) -> Connection:
        client = connection("", caps)
        for line in (f"NICK {nickname}", "USER u 0 * :Name", "JOIN #x", "JOIN #" + "k" * 63):
            self.written(client, line.encode())
        assert client.registered
        return client

    def written(self, client: Connection, line: bytes) -> bytes:
        """All that one line makes the server write, to its sender and to readers with and without capabilities."""
        out = b""
        parts = list(self.dispatcher.receive(client, line))
        while parts:
            part = parts.pop(0)
            if isinstance(part, Event):
                part.time, part.id = timestamp(0.0), "b-1" if part.stored else ""
                answers = "".join(answer + "\r\n" for answer in part.answer or ())
                own = part.own_text(client.profile) + "\r\n" if part.line else ""
                seen = part.render(EVERY_CAP) + part.render(0) if part.line else b""
                out += seen + own.encode() + answers.encode()
            elif isinstance(part, bytes):
                out += part
            elif isinstance(part, Deferred):
                parts += part.work()()
            else:
                out += "".join(each + "\r\n" for each in part).encode()
        return out


def check(out: bytes) -> None:
    """Only whole lines, within their limits, that read as messages."""
    assert out == b"" or out.endswith(b"\r\n")
    for line in out.split(b"\r\n")[:-1]:
        assert not {0x0D, 0x0A, 0x00} & set(line), line
        head, _, rest = line.partition(b" ") if line.startswith(b"@") else (b"", b"", line)
        assert len(rest) + 2 <= LINE_BYTES, line
        assert len(head) + 1 <= TAGS_OUT_BYTES, line
        message = parse(line)
        assert message.source or message.command == "ERROR", line


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), lines()), min_size=1, max_size=12))
@example([(0, b"@label=x;+v=a\\r\\nQUIT TAGMSG :")])
@example([(1, b"TOPIC #x :" + "я".encode() * 240), (0, b"LIST"), (0, b"JOIN #x")])
@example([(1, b"PART #" + b"k" * 63 + b" :" + b"r" * 430)])
def test_whatever_comes_in_only_whole_lines_within_their_limits_go_out(sent: list[tuple[int, bytes]]) -> None:
    server = Server()
    for number, line in sent:
        client = server.clients[number]
        if not client.leaving:
            check(server.written(client, line))


@settings(max_examples=150, deadline=None)
@given(st.lists(lines(), min_size=1, max_size=12))
def test_whatever_a_stranger_sends_only_whole_lines_go_out(sent: list[bytes]) -> None:
    server, stranger = Server(), connection()
    for line in sent:
        if not stranger.leaving:
            check(server.written(stranger, line))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_with_too_few_parameters_says_so(command: str) -> None:
    server = Server()
    ani = server.clients[0]
    for count in range(COMMANDS[command].min_params):
        answer = server.written(ani, " ".join([command, *["x"] * count]).encode())
        assert answer == f":obrolan.local 461 ani {command} :Not enough parameters\r\n".encode()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_is_for(command: str) -> None:
    assert COMMANDS[command].handler.__doc__


def test_a_pong_waits_for_what_the_command_before_told_others() -> None:
    """docs/protocol.md, "Order": it takes its place in the log, as events of nobody's own tell others."""
    server = Server()
    place, answer = server.dispatcher.receive(server.clients[0], b"PING x")
    assert isinstance(place, Event)
    assert isinstance(answer, bytes)
    assert server.context.log.waiting(), "the event is in the log's queue"
