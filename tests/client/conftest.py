"""What the tests of the network side share: a connection in its thread, listeners, a server's end."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.links import PATIENCE_S, Link, connect


@pytest.fixture
def make_link() -> Iterator[Callable[..., Link]]:
    links: list[Link] = []

    def make(*args: Any, **options: Any) -> Link:
        links.append(Link(*args, **options))
        return links[-1]

    yield make
    for link in links:
        link.stop()


@pytest.fixture
def link(make_link: Callable[..., Link]) -> Link:
    return make_link()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE_S)
        yield listener


@pytest.fixture
def full_listener() -> Iterator[socket.socket]:
    """A listener whose backlog is full: whoever connects gets no answer."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield listener
        for filler in fillers:
            filler.close()


@pytest.fixture
def server(link: Link, listener: socket.socket) -> Iterator[socket.socket]:
    """The server's end of an open connection."""
    with connect(link, listener) as server:
        yield server
