"""Many raw clients that talk in one room and remember what they were told, for the tests of durability.

One thread, no sleeps. Each talker keeps a few messages under way; an echo with its msgid is its receipt. What it heard
of the others is remembered too, in the order in which it came. `history` is what the server gives back afterwards.
"""

from __future__ import annotations

import secrets
import selectors
from collections import deque
from dataclasses import dataclass, field

import protocol
from protocol import Message
from tests.end2end.harness import WAIT_S, IrcClient, ServerProcess

ROOM = "#room"
CAPS = ("batch", "draft/chathistory", "echo-message", "message-tags", "server-time")
RETRY = f"{protocol.VENDOR}/retry"
NONCE = f"{protocol.VENDOR}/nonce"


@dataclass(slots=True)
class Talker:
    """One sender: `texts` says what it sent, by number; `heard` all it was told, in order, as (msgid, text)."""

    number: int
    client: IrcClient
    nonces: bool
    """Whether its messages carry resend protection."""
    waiting: deque[tuple[str, str]] = field(default_factory=deque)
    """Text and nonce of what is sent and not echoed."""
    heard: list[tuple[str, str]] = field(default_factory=list)
    acknowledged: int = 0
    sent: int = 0
    rest: bytes = b""
    ended: bool = False

    @property
    def nickname(self) -> str:
        return f"t{self.number}"

    def say(self) -> None:
        """One more message."""
        self.sent += 1
        text, nonce = f"{self.nickname}-{self.sent}", secrets.token_hex(16)
        self.waiting.append((text, nonce))
        self.client.send(self.line(text, nonce))

    def line(self, text: str, nonce: str) -> str:
        tag = f"@{NONCE}={nonce} " if self.nonces else ""
        return f"{tag}PRIVMSG {ROOM} :{text}"

    def take(self, data: bytes) -> int:
        """What was received; how many of its own messages were acknowledged by it."""
        *lines, self.rest = (self.rest + data).split(b"\r\n")
        mine = 0
        for line in lines:
            message = protocol.parse(line)
            if message.command != "PRIVMSG":
                continue
            self.heard.append((message.tags["msgid"], message.params[1]))
            if message.nickname == self.nickname:
                # Echoes come in the order of sending; a resent one may have been echoed before it was cut off.
                while self.waiting and self.waiting.popleft()[0] != message.params[1]:
                    raise AssertionError(f"{message.params[1]} was echoed out of order")
                mine += 1
        self.acknowledged += mine
        return mine


class Talkers:
    """All senders of one life of the server; `talk` runs until so many messages were acknowledged."""

    def __init__(self, server: ServerProcess, count: int, window: int = 4, first: int = 0) -> None:
        self.talkers = []
        self._window = window
        self._selector = selectors.DefaultSelector()
        for number in range(first, first + count):
            nonces = number % 2 == 0
            client = server.connect()
            client.register(f"t{number}", *CAPS, *([RETRY] if nonces else []))
            client.ask(f"JOIN {ROOM}")
            self.talkers.append(Talker(number, client, nonces))
        for talker in self.talkers:
            talker.heard.clear()
            talker.client.fence()  # nobody has said anything yet: what was left are JOINs
            talker.client.socket.setblocking(False)
            self._selector.register(talker.client.socket, selectors.EVENT_READ, talker)

    def talk(self, acknowledged: int) -> None:
        """Say and listen until this many messages of all senders together were acknowledged."""
        for talker in self.talkers:
            for _ in range(self._window):
                talker.say()
        done = 0
        while done < acknowledged:
            ready = self._selector.select(WAIT_S)
            assert ready, "the server has gone silent"
            for key, _ in ready:
                mine = self._receive(key.data)
                done += mine
                for _ in range(mine):
                    key.data.say()

    def listen_to_the_end(self) -> None:
        """Take all that still comes until the server has closed (or was killed)."""
        while any(not talker.ended for talker in self.talkers):
            ready = self._selector.select(WAIT_S)
            assert ready, "the server neither speaks nor closes"
            for key, _ in ready:
                self._receive(key.data)
        self._selector.close()

    def _receive(self, talker: Talker) -> int:
        try:
            data = talker.client.socket.recv(1 << 16)
        except BlockingIOError:
            return 0
        except ConnectionResetError:
            data = b""
        if not data:
            talker.ended = True
            self._selector.unregister(talker.client.socket)
        return talker.take(data)


def history(server: ServerProcess, room: str = ROOM) -> list[tuple[str, str]]:
    """All that the room's history holds, paged from its beginning by AFTER: (msgid, text) in order."""
    client = server.connect("reader", *CAPS)
    client.ask(f"JOIN {room}")
    found: list[tuple[str, str]] = []
    after = "timestamp=2000-01-01T00:00:00.000Z"
    while page := _page(client, room, after):
        found += [(message.tags["msgid"], message.params[1]) for message in page]
        after = f"msgid={page[-1].tags['msgid']}"
    client.leave()
    return found


def _page(client: IrcClient, room: str, after: str) -> list[Message]:
    lines = client.ask(f"CHATHISTORY AFTER {room} {after} 1000")
    messages = [protocol.parse(line) for line in lines]
    assert not any(message.command == "FAIL" for message in messages), lines
    return [message for message in messages if message.command == "PRIVMSG" and "batch" in message.tags]


def is_subsequence(part: list[str], whole: list[str]) -> bool:
    """Whether all of `part` stands in `whole`, in the same order."""
    remaining = iter(whole)
    return all(any(each == other for other in remaining) for each in part)
