"""Connections without a network, for the tests of the rooms that only keep them."""

from __future__ import annotations

import itertools
import socket

from chatd.connection import Connection
from chatd.listeners.plain import PlainTransport

_numbers = itertools.count(1)


def connection(nickname: str = "", caps: int = 0) -> Connection:
    """A connection whose socket is closed already; with a nickname it also has a source."""
    sock = socket.socket()
    sock.close()
    made = Connection(sock, next(_numbers), "127.0.0.1", 4711, PlainTransport())
    made.nickname, made.person.user, made.person.host = nickname, "~u", "h.lan"
    made.identify()
    made.set_caps(caps)
    made.deliver_caps(caps)
    return made
