"""A client that was cut off misses nothing and sees nothing twice (reliability R1-R3, row F7).

Fifty of our clients (`Session`, each with a socket of its own) talk through fault proxies that reset or swallow their
connections. Their clock runs faster than ours, so that no wait between tries is a wait for the test.
`--cut-rounds N` cuts that often (3 without).
"""

from __future__ import annotations

import random
import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

import pytest

from client.changes import Delivery, Entry, EntryKind, LinkState
from client.effects import Connect, Disconnect, Send
from client.session import Session
from protocol import LineBuffer, parse
from tests.end2end.harness import WAIT_S, ServerProcess, Settings
from tests.end2end.talkers import history
from tests.faultproxy import FaultProxy

CLIENTS = 50
GROUPS = 5
"""So many proxies; a cut hits one of them."""
PER_ROUND = 4
"""Messages of each client before, while and after a part of them is cut off."""
SPEED = 5.0
LOBBY = "#lobby"
SETTINGS: Settings = {
    "limits": {"flood_protection": False, "probe_timeout_s": 0.2},
    "accounts": {"quiet": False},  # fifty password hashes would take longer than the test
}


class Peer:
    """One of our clients without screen or thread: a session, and the socket it asked for."""

    def __init__(self, number: int, port: int, selector: selectors.BaseSelector) -> None:
        self.name = f"c{number}"
        self.session = Session(monotonic=lambda: time.monotonic() * SPEED, random=random.Random(number).random)
        self.said = 0
        self._selector = selector
        self._socket: socket.socket | None = None
        self._lines = LineBuffer()
        self.session.login("127.0.0.1", port, self.name)
        self._perform()

    def say(self) -> None:
        """One more message, whether it can go out now or not."""
        self.said += 1
        taken, _ = self.session.send_text(LOBBY, f"{self.name}-{self.said}")
        assert taken, f"{self.name} could not say anything"
        self._perform()

    def tick(self) -> None:
        self.session.tick()
        self._perform()

    def receive(self) -> None:
        """What the socket brought."""
        if self._socket is None:
            return
        try:
            data = self._socket.recv(1 << 16)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        if not data:
            self.lose()
            return
        self.session.received([parse(line) for line in self._lines.feed(data)])
        self._perform()

    def lose(self) -> None:
        """The connection is gone, or so silent that it is given up."""
        self._hang_up()
        self.session.connection_lost("")
        self._perform()

    @property
    def settled(self) -> bool:
        """Whether it is online and nothing it said waits."""
        conversation = self.session.conversations.get(LOBBY)
        return (
            self.session.state is LinkState.ONLINE
            and conversation is not None
            and not any(entry.delivery is Delivery.WAITING for entry in conversation.entries[-200:])
        )

    def messages(self) -> list[Entry]:
        return [entry for entry in self.session.conversations[LOBBY].entries if entry.kind is EntryKind.MESSAGE]

    def gaps(self) -> list[Entry]:
        """Gap marks below the first message."""
        entries = self.session.conversations[LOBBY].entries
        return [entry for entry in entries[1:] if entry.kind is EntryKind.GAP]

    def close(self) -> None:
        self._hang_up()

    def _hang_up(self) -> None:
        if self._socket is not None:
            self._selector.unregister(self._socket)
            self._socket.close()
            self._socket = None

    def _perform(self) -> None:
        for effect in self.session.take_effects():
            match effect:
                case Connect(host, port):
                    self._hang_up()
                    self._lines = LineBuffer()
                    self._socket = socket.create_connection((host, port), WAIT_S)
                    self._socket.setblocking(False)
                    self._selector.register(self._socket, selectors.EVENT_READ, self)
                    self.session.connected()
                    self._perform()
                case Send(data):
                    if self._socket is not None:
                        try:
                            self._socket.sendall(data)
                        except ConnectionError:
                            self.lose()
                case Disconnect():
                    self._hang_up()


class Crowd:
    """All clients, in groups that share a proxy."""

    def __init__(self, server: ServerProcess, proxies: list[FaultProxy]) -> None:
        self._selector = selectors.DefaultSelector()
        self.proxies = proxies
        self.peers = [Peer(number, proxies[number % GROUPS].port, self._selector) for number in range(CLIENTS)]

    def group(self, number: int) -> Iterator[Peer]:
        return islice(self.peers, number, None, GROUPS)

    def run(self, turns: int = 1) -> None:
        """Take what comes, and do what is due."""
        for _ in range(turns):
            for key, _ in self._selector.select(0.01):
                key.data.receive()
            for peer in self.peers:
                due = peer.session.next_tick
                if due is not None and due <= time.monotonic() * SPEED:
                    peer.tick()

    def settle(self) -> None:
        """Until everybody is online and has an echo for all that was said."""
        deadline = time.monotonic() + 20 * WAIT_S  # only a failing test waits so long
        while not all(peer.settled for peer in self.peers):
            assert time.monotonic() < deadline, [
                (peer.name, peer.session.state) for peer in self.peers if not peer.settled
            ]
            self.run()
        # What the last of them said is on its way to the others: a message of each, seen by all, is the fence.
        last = {peer.name: f"{peer.name}-{peer.said}" for peer in self.peers}
        while any(not set(last.values()) <= {entry.text for entry in peer.messages()[-2000:]} for peer in self.peers):
            assert time.monotonic() < deadline, "somebody never gets what the others said"
            self.run(turns=20)

    def close(self) -> None:
        for peer in self.peers:
            peer.close()
        self._selector.close()


@pytest.fixture
def crowd(tmp_path: Path) -> Iterator[tuple[ServerProcess, Crowd]]:
    with ExitStack() as stack:
        server = stack.enter_context(ServerProcess(tmp_path, SETTINGS))
        proxies = [stack.enter_context(FaultProxy(server.port)) for _ in range(GROUPS)]
        made = Crowd(server, proxies)
        stack.callback(made.close)
        yield server, made


@pytest.mark.timeout(0)
def test_clients_that_are_cut_off_again_and_again_miss_nothing_and_see_nothing_twice(
    crowd: tuple[ServerProcess, Crowd], request: pytest.FixtureRequest
) -> None:
    server, people = crowd
    chance = random.Random(7)
    people.run(turns=50)
    for number in range(request.config.getoption("--cut-rounds")):
        hit = chance.randrange(GROUPS)
        for step in range(3 * PER_ROUND):
            for peer in people.peers:
                if peer.session.conversations.get(LOBBY) is not None:
                    peer.say()
            people.run(turns=chance.randint(1, 3))
            if step == PER_ROUND:
                if number % 2:
                    people.proxies[hit].blackhole()
                    for peer in people.group(hit):
                        peer.lose()  # as after 25 seconds of silence
                else:
                    people.proxies[hit].reset_clients()
        people.settle()
    kept = history(server, LOBBY)
    assert len(dict(kept)) == len(kept)
    for peer in people.peers:
        shown = [(entry.id, entry.text) for entry in peer.messages()]
        assert not peer.gaps(), f"{peer.name} shows a gap"
        assert all(entry.delivery is Delivery.SENT for entry in peer.messages()), f"{peer.name} has unsent messages"
        first = kept.index(shown[0])
        assert shown == kept[first:], f"{peer.name} shows something else than the server keeps"
    total = sum(peer.said for peer in people.peers)
    assert len([text for _, text in kept if text[0] == "c"]) == total, "not everything that was said is kept, once"
    print(f"F7: {CLIENTS} clients, {total} messages, {len(kept)} kept; 0 gaps, 0 duplicates")
