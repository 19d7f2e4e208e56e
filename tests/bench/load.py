"""The load: many connections of one process, which costs much less than the server that it loads.

Everything is read into one large buffer and only counted; lines are looked at one by one at a few *witnesses* alone,
which check that of each publisher every message arrives once and in order. A publisher's *window* is how many of its
lines are under way: it says the next when one of them has come to the first witness. That is the same for every server,
whether it knows echo-message or not.
"""

from __future__ import annotations

import re
import resource
import select
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator

from tests.bench.servers import HOST, FailedError

BUFFER_BYTES = 1 << 20
PAYLOAD_BYTES = 64
PATIENCE_S = 30.0
"""How long anything may take before the run is given up."""
CONNECTING = 500
"""Connections that are being opened at once: below what a listening socket queues."""
NUMBERED = re.compile(rb"PRIVMSG [^ ]+ :([0-9]{3})([0-9]{9})")


def allow_files() -> None:
    """Let this process, and those it starts, hold as many sockets as the system allows."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def text(publisher: int, number: int, size: int = PAYLOAD_BYTES) -> bytes:
    """The text of a message, by which witnesses know it again."""
    return b"%03d%09d" % (publisher, number) + b"x" * (size - 12)


class Order:
    """Finds out whether every message of every publisher came once and in order; fed with all bytes of one witness."""

    def __init__(self) -> None:
        self.next: dict[int, int] = {}
        """By publisher, the number that must come next."""
        self.wrong: list[str] = []
        self._tail = b""

    def feed(self, data: bytes) -> dict[int, int]:
        """Read on; how many messages of each publisher were in it."""
        data = self._tail + data
        end = data.rfind(b"\n") + 1
        self._tail = data[end:]
        came: dict[int, int] = {}
        for found in NUMBERED.finditer(data, 0, end):
            publisher, number = int(found[1]), int(found[2])
            expected = self.next.get(publisher, 0)
            if number != expected:
                self.wrong.append(f"of publisher {publisher} came {number}, not {expected}")
            self.next[publisher] = number + 1
            came[publisher] = came.get(publisher, 0) + 1
        return came


class Member:
    """One connection."""

    __slots__ = ("lines", "name", "order", "socket", "tail")

    def __init__(self, sock: socket.socket, name: str) -> None:
        self.socket = sock
        self.name = name
        self.lines = 0
        """Lines that came since `Crowd.reset`."""
        self.order: Order | None = None
        """For a witness."""
        self.tail = b""

    def say(self, data: bytes) -> None:
        """Send, waiting for the server where it does not take it at once."""
        while data:
            try:
                data = data[self.socket.send(data) :]
            except (BlockingIOError, ssl.SSLWantWriteError):
                select.select([], [self.socket], [], PATIENCE_S)


class Crowd:
    """All connections, and the one loop that reads them."""

    def __init__(self, port: int, *, tls: bool = False, names: str = "m") -> None:
        """`names` is what all nicknames begin with: two crowds must not share them."""
        self._port = port
        self._names = names
        self._tls = ssl.create_default_context() if tls else None
        if self._tls:  # whose server it is does not matter here
            self._tls.check_hostname, self._tls.verify_mode = False, ssl.CERT_NONE
        self._buffer = bytearray(BUFFER_BYTES)
        self._view = memoryview(self._buffer)
        self._epoll = select.epoll()
        self.members: dict[int, Member] = {}
        """By file descriptor."""
        self.leader: Member | None = None
        """The first witness, by whom publishers go."""
        self.lines = 0

    def close(self) -> None:
        for member in self.members.values():
            member.socket.close()
        self.members.clear()
        self._epoll.close()

    def connect(self, count: int, caps: Callable[[int], str] = lambda _number: "") -> list[Member]:
        """Open so many connections and register them; returns when all of them are in."""
        made: list[Member] = []
        first = len(self.members)
        waiting: dict[int, Member] = {}
        while len(made) < count or waiting:
            while len(made) < count and len(waiting) < CONNECTING:
                member = self._open(first + len(made), caps)
                made.append(member)
                waiting[member.socket.fileno()] = member
            for fd, data in self._read(waiting):
                if b" 001 " in data or b" 001 " in waiting[fd].tail + data[:16]:
                    del waiting[fd]
                else:
                    waiting[fd].tail = data[-16:]
        return made

    def _open(self, number: int, caps: Callable[[int], str]) -> Member:
        sock = socket.create_connection((HOST, self._port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls:
            sock = self._tls.wrap_socket(sock)
        sock.setblocking(False)
        member = Member(sock, f"{self._names}{number}")
        self.members[sock.fileno()] = member
        self._epoll.register(sock.fileno(), select.EPOLLIN)
        wanted = caps(number)
        asked = f"CAP REQ :{wanted}\r\nCAP END\r\n" if wanted else ""
        member.say(f"{asked}NICK {member.name}\r\nUSER m 0 * :m\r\n".encode())
        return member

    def join(self, members: Iterable[Member], channel: Callable[[int], str] = lambda _number: "#bench") -> None:
        """Have them join, each the channel of its place in the list; returns when all of them are in.

        That is when each has the answer to a PING, which stands behind all that its JOIN brought.
        """
        waiting: dict[int, Member] = {}
        for number, member in enumerate(members):
            member.say(f"JOIN {channel(number)}\r\nPING done\r\n".encode())
            member.tail = b""
            waiting[member.socket.fileno()] = member
            if number % 64 == 63:
                self._take_answers(waiting, 0)  # nobody's socket runs full meanwhile
        while waiting:
            self._take_answers(waiting, PATIENCE_S)

    def _take_answers(self, waiting: dict[int, Member], timeout_s: float) -> None:
        for fd, data in self._read(waiting, timeout_s):
            member = waiting[fd]
            if b"PONG" in member.tail + data:
                del waiting[fd]
            member.tail = data[-8:]

    def settle(self, quiet_s: float = 0.3) -> None:
        """Read until nothing has come for a while, then count from nothing."""
        while self.poll(quiet_s):
            pass
        self.lines = 0
        for member in self.members.values():
            member.lines = 0

    def _read(self, waiting: dict[int, Member], timeout_s: float = PATIENCE_S) -> Iterable[tuple[int, bytes]]:
        ready = self._epoll.poll(timeout_s, 4096)
        if not ready and timeout_s:
            raise FailedError(f"{len(waiting)} connections got no answer")
        for fd, _ in ready:
            for size in self._received(self.members[fd]):
                if fd in waiting:
                    yield fd, bytes(self._view[:size])

    def _received(self, member: Member) -> Iterator[int]:
        """Read into the buffer what is there: its size, of each piece where TLS makes several of it."""
        while True:
            try:
                size = member.socket.recv_into(self._buffer)
            except (BlockingIOError, ssl.SSLWantReadError):
                return
            if not size:
                raise FailedError(f"{member.name} was cut by the server")
            yield size
            if self._tls is None:
                return

    def poll(self, timeout_s: float, came: Callable[[dict[int, int]], None] | None = None) -> int:
        """Read what is there; how many lines that was. `came` is told what the leader got, by publisher."""
        total = 0
        members, buffer = self.members, self._buffer
        for fd, _ in self._epoll.poll(timeout_s, 4096):
            member = members[fd]
            for size in self._received(member):
                lines = buffer.count(b"\n", 0, size)
                member.lines += lines
                total += lines
                if member.order is not None:
                    found = member.order.feed(bytes(self._view[:size]))
                    if came is not None and found and member is self.leader:
                        came(found)
        self.lines += total
        return total
