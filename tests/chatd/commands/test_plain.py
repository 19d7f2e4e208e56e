"""`chatd/commands/plain.py`: the short way says exactly what the long way says, and takes nothing that it would not."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.commands import Dispatcher
from chatd.commands.call import Context
from chatd.config import Config
from chatd.connection import Connection
from chatd.events import Event, Said
from chatd.log.memory import MemoryLog
from tests.chatd.connections import connection

SETTINGS = [
    "",
    "MODE #x +m",
    "MODE #x +M",
    "MODE #x +C",
    "MODE #x +S 5",
    "MODE #x -n",
    "MODE #x +b m:*!*@*",
    "MODE #x +b ani!*@*",
    "MODE #x +v ani",
    "AWAY :makan",
]
TEXTS = [
    "",
    "halo",
    "satu dua",
    ":)",
    "\x01VERSION\x01",
    "\x01ACTION waves\x01",
    "é" * 230,
    "x" * 440,
    "x" * 490,
    "x" * 497,
]
PEOPLE = ["bela", "BELA", "ani", "nobody", "NickServ", "chanserv", "bela,ani", "bela!u@h.lan", "béla", "$*", "cici"]
TELLING = [
    *(f"PRIVMSG #x :{text}".encode() for text in TEXTS),
    *(f"PRIVMSG {target} :halo".encode() for target in ("#X", "#y", "#nowhere", "#x,#y", "#é", "#", "@#x")),
    *(f"PRIVMSG {target} :halo".encode() for target in PEOPLE),
    b"PRIVMSG bela :\x01PING\x01",
    b"PRIVMSG #x halo",
    b"privmsg #x :halo",
    b"PRIVMSG  #x :halo",
    b"@+a=b PRIVMSG #x :halo",
    b"PRIVMSG #x halo :du",
    b"PRIVMSG #x :a\0b",
    b"PRIVMSG #x :a\rb",
    b"PRIVMSG #x :\xff\xfe",
    b"PRIVMSG #\xff :halo",
    b"NOTICE #x :halo",
]
LINES = st.one_of(
    st.sampled_from(
        [b"PRIVMSG #x :halo", b"PRIVMSG bela :halo", *TELLING, b"PING 1", b"NICK ani2", b"PART #x", b"JOIN #x"]
    ),
    st.text(st.characters(exclude_characters="\n", codec="utf-8")).map(lambda text: f"PRIVMSG #x :{text}".encode()),
)


class World:
    """A server without sockets, with an operator, and somebody in or out of the channel #x."""

    def __init__(self, setting: str, *, inside: bool, bot: bool, account: str) -> None:
        self.now = 1000.0
        self.context = Context(
            Config(), MemoryLog(self._clock), self._clock, self._clock, lambda _: "h.lan", list, "obrolan-0", 0.0
        )
        self.dispatcher = Dispatcher(self.context)
        self.bela = self._enter("bela")
        self.cici = self._enter("cici")
        self.ani = self._enter("ani")
        self.long(self.bela, [b"JOIN #x,#y"])
        if inside:
            self.long(self.ani, [b"JOIN #x,#y"])
        self.long(self.bela, [setting.encode()] if setting else [])
        if bot:
            self.long(self.ani, [b"MODE ani +B"])
        self.ani.person.account = account

    def _clock(self) -> float:
        return self.now

    def _enter(self, nickname: str) -> Connection:
        client = connection("")
        self.long(client, [f"NICK {nickname}".encode(), b"USER u 0 * :Name"])
        client.person.realname = nickname
        assert client.registered
        return client

    def long(self, client: Connection, lines: list[bytes]) -> list[object]:
        """What comes of these lines when each is handled by itself."""
        return [_shown(part) for line in lines for part in self.dispatcher.receive(client, line)]

    def short(self, client: Connection, lines: list[bytes], most: int) -> list[object]:
        """The same with the short way tried first, as the engine does."""
        waiting = deque(lines)
        parts: list[object] = []
        while waiting:
            before = len(waiting)
            said = self.dispatcher.take(client, waiting, most)
            assert len(waiting) == before - len(said)
            assert len(said) <= most
            parts += said or self.dispatcher.receive(client, waiting.popleft())
        return [_shown(part) for part in parts]


def _shown(part: object) -> object:
    """What of an answer or an event makes a difference to anybody."""
    if not isinstance(part, Event):
        return part if isinstance(part, bytes) else type(part)
    tags = (part.client_tags, part.account, part.oper, part.nonce, part.own_tags, part.acknowledge)
    kept = (part.stored, part.about, part.extra, part.writes, bool(part.sender), part.answer is None, part.then is None)
    whom = (part.audience, part.effect, part.needs, part.lacks, part.own, part.besides)
    where = part.channel[:1] if part.channel.startswith("@") else part.channel  # the owners are random
    recipients = [session.person.realname for session in part.recipients]  # which stays
    return part.verb, part.line, where, tags, kept, whom, recipients


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("inside", [True, False])
def test_the_short_way_says_of_each_line_what_the_long_way_says(setting: str, *, inside: bool) -> None:
    for line in TELLING:
        one, other = (World(setting, inside=inside, bot=False, account="") for _ in range(2))
        assert one.short(one.ani, [line], 5) == other.long(other.ani, [line])


@given(
    setting=st.sampled_from(SETTINGS),
    bot=st.booleans(),
    account=st.sampled_from(["", "ani"]),
    lines=st.lists(LINES, max_size=12),
    most=st.integers(1, 5),
)
def test_several_lines_come_to_the_same_as_one_by_one(
    setting: str, bot: bool, account: str, lines: list[bytes], most: int
) -> None:
    one, other = (World(setting, inside=True, bot=bot, account=account) for _ in range(2))
    assert one.short(one.ani, lines, most) == other.long(other.ani, lines)
    assert one.context.usage.totals() == other.context.usage.totals()
    assert one.ani.received_lines == other.ani.received_lines
    assert one.ani.person.active_at == other.ani.person.active_at


def test_who_is_not_registered_may_not_speak() -> None:
    world, stranger = World("MODE #x -n", inside=True, bot=False, account=""), connection("")
    assert world.dispatcher.take(stranger, deque([b"PRIVMSG #x :halo"]), 10) == []


def test_plain_messages_go_the_short_way_all_at_once() -> None:
    world = World("", inside=True, bot=False, account="")
    waiting = deque([b"PRIVMSG #x :satu", b"PRIVMSG #x :dua", b"PRIVMSG #y :tiga"])
    said = world.dispatcher.take(world.ani, waiting, 10)
    assert [type(event) for event in said] == [Said, Said]
    assert list(waiting) == [b"PRIVMSG #y :tiga"]


def test_so_do_private_ones_to_who_is_here_and_not_away() -> None:
    world = World("", inside=True, bot=False, account="")
    waiting = deque([b"PRIVMSG Bela :satu", b"PRIVMSG Bela :dua", b"PRIVMSG cici :tiga"])
    said = world.dispatcher.take(world.ani, waiting, 10)
    assert [(type(event), event.recipients) for event in said] == [(Said, (world.bela,))] * 2
    world.long(world.bela, [b"AWAY :makan"])
    for target in (b"bela", b"ani", b"nobody"):
        assert world.dispatcher.take(world.ani, deque([b"PRIVMSG " + target + b" :tiga"]), 10) == []


def test_a_private_message_goes_to_all_sessions_of_both_the_short_way_too() -> None:
    worlds = [World("", inside=True, bot=False, account="") for _ in range(2)]
    for world in worlds:
        for first, owner in ((world.ani, "7"), (world.bela, "8")):
            world.context.state.login_locked(first.person, first.nickname, owner)
            another = connection()
            world.context.state.attach_locked(another, first.person)
            world.context.state.enter_locked(another)
    one, other = worlds
    assert one.short(one.ani, [b"PRIVMSG bela :halo"], 5) == other.long(other.ani, [b"PRIVMSG bela :halo"])
    (said,) = one.dispatcher.take(one.ani, deque([b"PRIVMSG bela :halo"]), 10)
    assert [each.person.realname for each in said.recipients] == ["bela", "bela", "ani"]


@pytest.mark.parametrize("line", [b"PRIVMSG #x :a\rb", b"PRIVMSG #x :\0", b"PRIVMSG #x :\x01PING\x01"])
def test_what_stands_before_an_unusual_line_still_goes_the_short_way(line: bytes) -> None:
    world = World("", inside=True, bot=False, account="")
    waiting = deque([b"PRIVMSG #x :satu", line, b"PRIVMSG #x :dua"])
    assert len(world.dispatcher.take(world.ani, waiting, 10)) == 1
    assert len(waiting) == 2
