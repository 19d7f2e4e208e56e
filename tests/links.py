"""A connection in its thread and the sockets it talks to, for the tests of the network side."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from client.connection import Connection
from client.effects import Connect
from client.events import Connected, Event, Received, Timeouts

QUICK = Timeouts(connect_s=5.0, next_address_s=0.05, silence_s=30.0, answer_s=30.0, goodbye_s=0.2)
PATIENCE_S = 10.0
"""How long a test waits for what must come."""


class Link:
    """A `Connection` in its thread, and what it reported."""

    def __init__(self, timeouts: Timeouts = QUICK, resolve: Callable[..., list[Any]] = socket.getaddrinfo) -> None:
        self.events: queue.Queue[tuple[int, Event]] = queue.Queue()
        self.connection = Connection(
            lambda link, event: self.events.put((link, event)), timeouts=timeouts, resolve=resolve
        )
        self.thread = threading.Thread(target=self.connection.run, name="network")
        self.thread.start()

    def next(self) -> Event:
        """The next event of the link wanted now."""
        link, event = self.events.get(timeout=PATIENCE_S)
        assert link == self.connection.link
        return event

    def texts(self, count: int) -> list[str]:
        """The last parameters of this many messages, taken batch by batch."""
        texts: list[str] = []
        while len(texts) < count:
            event = self.next()
            assert isinstance(event, Received)
            texts += [message.params[-1] for message in event.messages]
            self.connection.batch_taken()
        return texts

    def stop(self) -> float:
        """Stop; the seconds it took."""
        began = time.monotonic()
        self.connection.stop()
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive()
        return time.monotonic() - began


def port_of(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return port_of(listener)


def connect(link: Link, listener: socket.socket) -> socket.socket:
    """Connect; the server's end."""
    link.connection.perform(Connect("127.0.0.1", port_of(listener)))
    server = listener.accept()[0]
    server.settimeout(PATIENCE_S)
    assert link.next() == Connected()
    return server
