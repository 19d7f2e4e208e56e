"""The UDP dialect: a datagram is a message, an address is a member (docs/classic.md).

One thread, `udp-PORT`, owns the socket and every member. As in the gateway each member is an ordinary
connection to the server, made of a socket pair, with a translator between. A sender's address can be
forged, so an address gets little: only private ones are taken, at most `LISTENERS` of them, none gets
more than `QUOTA_BYTES` since it was last heard, and nobody unknown gets an answer at all.
"""

from __future__ import annotations

import errno
import ipaddress
import logging
import selectors
import socket
import sys
import threading
from collections.abc import Callable

from chatd.listeners.classic import NAME_FIRST, ClassicTranslator
from chatd.listeners.tcp import PortTakenError
from protocol import LineBuffer, cut_bytes, show_hidden

DATAGRAM_BYTES = 1400
"""A longer one is cut, what it says beyond that is not taken. (Texts to members are shorter: `MOST_BYTES`.)"""
MEMBERS = 1000
QUOTA_BYTES = 64 * 1024
"""What an address may get since its last datagram."""
PER_SECOND = 10.0
"""Datagrams taken from one address; `BURST` at once."""
BURST = 20.0
RECEIVE_BYTES = 64 * 1024
SWEEP_S = 1.0
LEAVE = "exit"
IP_RECVERR = 11
"""Linux: failures to send are put into the socket's error queue (not in Python's socket module)."""
IPV6_RECVERR = 25
MSG_ERRQUEUE = 0x2000
LINUX = sys.platform == "linux"

Address = tuple[str, int]

logger = logging.getLogger("obrolan.udp")


def first_datagram(text: str, address: Address) -> tuple[str, str]:
    """Name and message in the first datagram of an address: `name: text`, else `host:port` and all of it."""
    name, colon, rest = text.partition(": ")
    if colon and 0 < len(name.strip()) <= 30 and "\n" not in name:
        return name.strip(), rest
    return f"{address[0]}:{address[1]}", text


class _Member:
    """One address: its connection to the server and what it may still get."""

    def __init__(self, address: Address, inside: socket.socket, translator: ClassicTranslator, now: float) -> None:
        self.address = address
        self.inside = inside
        self.translator = translator
        self.buffer = LineBuffer()
        self.heard = now
        self.quota = QUOTA_BYTES
        self.credit = BURST


class UdpListener:
    """See the module. Binds at once; `port` is the real one. Raises `PortTakenError` or OSError.

    `admit` counts a member like any connection, `release` takes that back when `connect`, which makes the inside
    connection and counts it out at its end, could not be called.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        admit: Callable[[str], str],
        release: Callable[[str], None],
        connect: Callable[[socket.socket, str, int], None],
        translator: Callable[[], ClassicTranslator],
        silence_s: float,
        public: bool,
        monotonic: Callable[[], float],
    ) -> None:
        self._admit = admit
        self._release = release
        self._connect = connect
        self._translator = translator
        self._silence_s = silence_s
        self._public = public
        self._monotonic = monotonic
        self._socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        try:
            if LINUX:
                self._socket.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
            if self._socket.family == socket.AF_INET6:
                self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
                if LINUX:
                    self._socket.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
            self._socket.bind((host, port))
        except OSError as error:
            self._socket.close()
            if error.errno in (errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE)):
                raise PortTakenError(port) from error
            raise
        self._socket.setblocking(False)
        self.port = int(self._socket.getsockname()[1])
        self._members: dict[Address, _Member] = {}
        self._selector = selectors.DefaultSelector()
        self._woken, self._wake = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._selector.register(self._socket, selectors.EVENT_READ)
        self._next_sweep = 0.0
        self._stopping = False
        self.thread = threading.Thread(target=self._run, name=f"udp-{self.port}")

    def stop(self) -> None:
        """End; from any thread."""
        self._stopping = True
        try:
            self._wake.send(b"\0")
        except OSError:
            pass  # it was awake, and has ended meanwhile

    # --- the loop ------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping:
            for key, _ in self._selector.select(SWEEP_S):
                if key.fileobj is self._socket:
                    self._read_errors()
                    self._read_datagrams()
                elif key.data is not None and key.data.address in self._members:
                    self._guard(key.data, self._read_inside)
            now = self._monotonic()
            if now >= self._next_sweep:
                self._next_sweep = now + SWEEP_S
                self._sweep(now)
        for member in list(self._members.values()):
            self._guard(member, self._read_inside)  # its last line may wait there
            self._drop(member)
        for sock in (self._socket, self._woken, self._wake):
            sock.close()
        self._selector.close()

    def _guard(self, member: _Member, step: Callable[[_Member], None]) -> None:
        try:
            step(member)
        except OSError:
            self._drop(member)
        except Exception:
            logger.exception("a UDP member could not be served")
            self._drop(member)

    def _read_datagrams(self) -> None:
        for _ in range(100):  # then the members get their turn
            try:
                data, peer = self._socket.recvfrom(RECEIVE_BYTES)
            except BlockingIOError:
                return
            except OSError:
                continue  # a failure to send that is told here; the error queue says to whom
            self._take(data, (peer[0], peer[1]))

    def _take(self, data: bytes, address: Address) -> None:
        member = self._members.get(address)
        text = _decode(data)
        if member is None:
            if text.strip() != LEAVE and text.strip():
                self._enter(text, len(data), address)
            return
        now = self._monotonic()
        member.credit = min(BURST, member.credit + (now - member.heard) * PER_SECOND)
        member.heard = now
        if member.credit < 1:
            return
        member.credit -= 1
        member.quota = QUOTA_BYTES
        member.translator.answer_bytes = len(data)
        if text.strip() == LEAVE:
            member.translator.leave("")
            self._end(member)
            return
        for line in text.splitlines():
            member.translator.say_line(line)
        self._guard(member, self._pass_lines)

    def _enter(self, text: str, size: int, address: Address) -> None:
        if not (self._public or _is_private(address[0])) or len(self._members) >= MEMBERS:
            return
        if self._admit(address[0]):
            return
        try:
            inside, servers_end = socket.socketpair()
        except OSError as error:
            logger.error("a UDP member cannot be taken in: %s", error.strerror)
            self._release(address[0])
            return
        inside.setblocking(False)
        servers_end.setblocking(False)
        member = self._members[address] = _Member(address, inside, self._translator(), self._monotonic())
        self._connect(servers_end, *address)
        self._selector.register(inside, selectors.EVENT_READ, member)
        name, message = first_datagram(text, address)
        member.translator.answer_bytes = size
        member.translator.enter(name)
        for line in message.splitlines():
            member.translator.say_line(line)
        self._guard(member, self._pass_lines)

    def _pass_lines(self, member: _Member) -> None:
        lines = member.translator.take_lines()
        try:
            if lines and member.inside.send(lines) < len(lines):
                self._drop(member)  # far faster than the server's limits allow
        except BrokenPipeError:
            pass  # the server has closed; what it said last is still to be read

    def _read_inside(self, member: _Member) -> None:
        data = member.inside.recv(65536)
        for line in member.buffer.feed(data) if data else ():
            member.translator.deliver(line)
        self._pass_lines(member)
        for text in member.translator.take_texts():
            self._send(member, text)
        if member.translator.finished or not data:
            self._drop(member)

    def _send(self, member: _Member, text: bytes) -> None:
        if len(text) > member.quota:
            return
        member.quota -= len(text)
        for last_try in (False, True):
            if member.address not in self._members:
                return
            try:
                self._socket.sendto(text, member.address)
                return
            except BlockingIOError:
                return  # as lost as any datagram may be
            except OSError as error:
                if last_try or not LINUX:
                    self._failed(member, error)
                else:
                    self._read_errors()  # it may be what became of an earlier datagram, to somebody else

    # --- ending --------------------------------------------------------------------------------

    def _read_errors(self) -> None:
        """Linux: ask the error queue which members could not be reached."""
        if not LINUX:
            return
        while True:
            try:
                _, _, _, peer = self._socket.recvmsg(1, 512, MSG_ERRQUEUE)
            except OSError:
                return  # empty
            member = self._members.get((peer[0], peer[1]))
            if member is not None:
                self._failed(member, OSError(errno.ECONNREFUSED, "Connection refused"))

    def _failed(self, member: _Member, error: OSError) -> None:
        logger.info("UDP %s:%s: %s", *member.address, show_hidden(error.strerror or str(error)))
        member.translator.leave(error.strerror or "Cannot be reached")
        self._end(member)

    def _sweep(self, now: float) -> None:
        for member in list(self._members.values()):
            if now - member.heard >= self._silence_s:
                member.translator.leave("Silent for too long")
                self._end(member)

    def _end(self, member: _Member) -> None:
        try:
            self._pass_lines(member)
        except OSError:
            pass  # the server's side is closed already
        self._drop(member)

    def _drop(self, member: _Member) -> None:
        if self._members.pop(member.address, None) is not None:
            self._selector.unregister(member.inside)
            member.inside.close()


def new_translator(lobby: str, *, notices: bool) -> ClassicTranslator:
    """A translator of the UDP dialect: like "name first", but the listener itself reads the first datagram."""
    return ClassicTranslator(NAME_FIRST, lobby, str, notices=notices)


def _decode(data: bytes) -> str:
    """The text of a datagram, cut at a character; what is no UTF-8 is read as Latin-1."""
    try:
        return cut_bytes(data.decode(), DATAGRAM_BYTES)
    except UnicodeDecodeError:
        return data[:DATAGRAM_BYTES].decode("latin-1")


def _is_private(host: str) -> bool:
    ip = ipaddress.ip_address(host.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return ip.is_private or ip.is_loopback or ip.is_link_local
