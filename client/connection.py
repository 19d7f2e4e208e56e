"""The client's end of the socket: connect, read, write, notice silence. Plain Python, no Qt.

`Connection.run` is the body of one thread, the only one to touch the socket (the receiver's QThread, or
a thread of the terminal client). `perform`, `batch_taken` and `stop` may be called from any thread: they
leave a note and wake the loop. What happens is given to `report(link, event)` in the loop's thread.
A link is one `Connect`; its number tells an event of the connection wanted now from one that was still
on its way when the person had already gone elsewhere (compare with `Connection.link`).

Name resolution and the derivation of a key cannot be cancelled, so they run in daemon threads that nobody waits for.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any

from client.changes import AUTHORITY, CLEAR, Problem, Security
from client.dialing import Address, Dialing, is_address
from client.effects import Connect, Derive, Disconnect, Effect, Send
from client.events import Connected, Derived, Event, Failed, Lost, Timeouts
from client.stream import READ_BYTES, Stream

if TYPE_CHECKING:
    from client.tls import Shaking, Tls, Trouble


class Connection:
    """At most one connection at a time, carried out by `run`."""

    def __init__(
        self,
        report: Callable[[int, Event], None],
        *,
        timeouts: Timeouts | None = None,
        resolve: Callable[..., list[Any]] = socket.getaddrinfo,
    ) -> None:
        self.link = 0
        """Number of the connection wanted now; events with other numbers are out of date."""
        self.skipped_lines = 0
        """Lines of the server that were no IRC."""
        self.report = report
        self.timeouts = timeouts or Timeouts()
        self.resolve = resolve
        self._notes: deque[Callable[[], None]] = deque()
        self._wake_lock = threading.Lock()
        """Guards `_waker`: it is not closed in the middle of a wake."""
        self._waker: socket.socket | None = None
        self.selector: selectors.BaseSelector
        self.stopping = False
        self.busy: Dialing | Shaking | Stream | None = None

    # --- from any thread -----------------------------------------------------------------------

    def perform(self, effect: Effect) -> None:
        """Have an effect of the session carried out; in order, without blocking."""
        match effect:
            case Connect():
                self.link += 1
                self.note(_Reaching(self, self.link, effect).begin)
            case Send(data):
                self.note(lambda: self._send(data))
            case Derive():
                derive = partial(self._derive, self.link, effect)
                threading.Thread(target=derive, name="derive", daemon=True).start()
            case Disconnect():
                self.link += 1
                self.note(self._leave)

    def _derive(self, link: int, wanted: Derive) -> None:
        """In a thread of its own."""
        import hashlib  # noqa: PLC0415 - not before the first paint

        key = hashlib.pbkdf2_hmac("sha256", wanted.password.encode(), wanted.salt, wanted.iterations)
        if link == self.link:
            self.report(link, Derived(key))

    def batch_taken(self) -> None:
        """The consumer is done with the last Received and can take the next."""
        self.note(self._batch_taken)

    def ask(self) -> None:
        """See at once whether the server of the open connection still lives."""
        self.note(self._ask)

    def stop(self) -> None:
        """Have `run` end: at once while connecting, else within `goodbye_s`."""
        self.link += 1
        self.note(self._stop)

    def note(self, note: Callable[[], None]) -> None:
        self._notes.append(note)
        with self._wake_lock:
            if self._waker is not None:
                with contextlib.suppress(BlockingIOError):  # so many wakes wait that it wakes anyway
                    self._waker.send(b"\0")

    # --- the loop ------------------------------------------------------------------------------

    def run(self) -> None:
        """Carry out effects until `stop`; sockets are closed when this returns or raises."""
        wakened, waker = socket.socketpair()
        with wakened, waker, selectors.DefaultSelector() as self.selector:
            wakened.setblocking(False)
            waker.setblocking(False)
            with self._wake_lock:
                self._waker = waker
            self.selector.register(wakened, selectors.EVENT_READ, lambda _: wakened.recv(READ_BYTES))
            try:
                self._loop()
            finally:
                with self._wake_lock:
                    self._waker = None
                self.drop()

    def _loop(self) -> None:
        while True:
            while self._notes:
                self._notes.popleft()()
            if self.busy is not None:
                self.busy.keep_time(time.monotonic())
            if self.stopping and self.busy is None:
                return
            due = self.busy.due if self.busy is not None else None
            for key, mask in self.selector.select(None if due is None else max(0.0, due - time.monotonic())):
                key.data(mask)

    # --- notes, carried out by the loop --------------------------------------------------------

    def _send(self, data: bytes) -> None:
        if isinstance(self.busy, Stream):
            self.busy.send(data)

    def _leave(self) -> None:
        if isinstance(self.busy, Stream):
            self.busy.leave()
        else:
            self.drop()

    def _batch_taken(self) -> None:
        if isinstance(self.busy, Stream):
            self.busy.batch_taken()

    def _ask(self) -> None:
        if isinstance(self.busy, Stream):
            self.busy.ask()

    def skip(self) -> None:
        """A line of the server was no IRC."""
        self.skipped_lines += 1

    def _stop(self) -> None:
        self.stopping = True
        self._leave()

    def drop(self) -> None:
        """End whatever is under way."""
        busy, self.busy = self.busy, None
        if busy is not None:
            busy.close()


class _Way(Enum):
    """How one try speaks to the server."""

    VERIFIED = "TLS, with a certificate of a known authority"
    ANY = "TLS, with whatever certificate: it is compared, or remembered"
    CLEAR = "no TLS"


def ways_to(host: str, known: str) -> list[_Way]:
    """The tries for a server that this computer knows like this, in order.

    Names get the chance to be vouched for; for bare addresses and this computer no authority is asked.
    """
    if known == AUTHORITY:
        return [_Way.VERIFIED]
    named = not (is_address(host) or host.casefold() == "localhost")
    if known:
        return [_Way.ANY, _Way.VERIFIED] if named else [_Way.ANY]
    return [*([_Way.VERIFIED] if named else []), _Way.ANY, _Way.CLEAR]


def as_asked(host: str) -> str | bytes:
    """The host as resolver and TLS take it: for any text Python would load its tables of names beyond ASCII."""
    return host.encode() if host.isascii() else host


class _Reaching:
    """One `Connect`, from the name of a host to an open stream: TLS first, in clear only with a server that was never
    known otherwise.
    """

    def __init__(self, owner: Connection, link: int, wanted: Connect) -> None:
        self._owner = owner
        self._link = link
        self._wanted = wanted
        self._ways = ways_to(wanted.host, wanted.known) if wanted.tls else [_Way.CLEAR]
        self._way = self._ways.pop(0)
        self._addresses: list[Address] = []
        self._other = ""
        """The fingerprint of a certificate that is not the known one."""

    def begin(self) -> None:
        self._owner.drop()
        if self._owner.stopping:
            return
        dialing = self._dial()
        port, resolve = self._wanted.port, self._owner.resolve
        host = as_asked(self._wanted.host)

        def look_up() -> None:
            try:
                found = resolve(host, port, type=socket.SOCK_STREAM)
            except (OSError, UnicodeError, OverflowError):
                found = []
            self._addresses = [(family, kind, number, address) for family, kind, number, _, address in found]
            self._owner.note(lambda: dialing.resolved(self._addresses))

        if is_address(self._wanted.host):  # nobody has to be asked: no waiting, and no thread
            look_up()
        else:
            threading.Thread(target=look_up, name="resolve", daemon=True).start()

    def _dial(self) -> Dialing:
        times = self._owner.timeouts
        dialing = self._owner.busy = Dialing(
            self._owner.selector, self._dialed, connect_s=times.connect_s, next_address_s=times.next_address_s
        )
        return dialing

    def _dialed(self, outcome: socket.socket | Problem) -> None:
        if isinstance(outcome, Problem):
            self._tell(Failed(outcome))
        elif self._way is _Way.CLEAR:
            self._open(outcome, None, CLEAR)
        else:
            from client.tls import Shaking, Tls, accepting, verifying  # noqa: PLC0415 - not before the first paint

            tls = Tls(verifying() if self._way is _Way.VERIFIED else accepting(), as_asked(self._wanted.host))
            shaking = self._owner.busy = Shaking(
                self._owner.selector,
                outcome,
                tls,
                lambda: self._agreed(shaking.taken(), tls),
                self._failed,
                self._owner.timeouts.tls_s,
            )
            shaking.begin()

    def _failed(self, trouble: Trouble) -> None:
        from client.tls import Trouble  # noqa: PLC0415 - see above

        if trouble is Trouble.UNVERIFIED:
            self._try_next()
        elif self._wanted.known:
            self._tell(Failed(Problem.TLS_GONE if trouble is Trouble.CLEAR else Problem.NO_ANSWER))
        else:
            self._ways = [_Way.CLEAR]
            self._try_next()

    def _agreed(self, sock: socket.socket, tls: Tls) -> None:
        fingerprint, verified = tls.fingerprint, self._way is _Way.VERIFIED
        if verified or self._wanted.known in ("", fingerprint):
            self._open(sock, tls, Security(fingerprint, verified))
        else:
            sock.close()
            self._owner.busy = None
            self._other = fingerprint
            self._try_next()

    def _try_next(self) -> None:
        self._owner.drop()
        if not self._ways:
            self._tell(Failed(Problem.CERTIFICATE_CHANGED, self._other))
            return
        self._way = self._ways.pop(0)
        self._dial().resolved(self._addresses)

    def _open(self, sock: socket.socket, tls: Tls | None, security: Security) -> None:
        owner = self._owner
        stream = owner.busy = Stream(owner.selector, sock, tls, owner.timeouts, self._tell, owner.skip)
        self._tell(Connected(security))
        stream.begin()

    def _tell(self, event: Event | None) -> None:
        if event is None or isinstance(event, Failed | Lost):
            self._owner.drop()
        if event is not None:
            self._owner.report(self._link, event)
