"""The I/O threads: each owns its connections, and is the only one to touch their sockets and outboxes.

A turn: what the log handed back goes into outboxes first, then what sockets brought is read and
handled, then every connection that has something gets one non-blocking send. Rooms above it make the
decisions (`Service`); transports are filters without I/O. Threads `io-0` ... run in here; `hand`,
`adopt`, `post`, `probe` and `stop` may be called from any thread.
"""

from __future__ import annotations

import logging
import selectors
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from chatd.config import Limits
from chatd.connection import Connection, Deferred, HandOver, Part, Resume, WrongProtocolError
from chatd.deadlines import Deadlines
from chatd.delivery import Delivery
from chatd.events import Event
from chatd.log import QUEUE_LIMIT, Log
from chatd.rates import cost, source
from chatd.service import Service
from chatd.writer import Writer
from protocol import ProtocolError

RECEIVE_BYTES = 32 * 1024
FAREWELL_S = 2.0
"""How long a connection that was told goodbye may take to read it."""
CROWDED_WAIT_S = 0.02
PATIENT_LINES = 32
"""So many lines may wait where lines are limited; who sends more without waiting for what comes of it floods."""

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE

logger = logging.getLogger("obrolan.engine")


class IoThread(threading.Thread):
    """See the module."""

    def __init__(
        self,
        number: int,
        log: Log,
        service: Service,
        limits: Limits,
        monotonic: Callable[[], float],
        released: Callable[[str], None],
        handed_over: Callable[[socket.socket, str, int, list[bytes]], None],
        submit: Callable[[str, Callable[[], None]], bool],
    ) -> None:
        """`released` is told the address of each connection that has ended.

        `handed_over` gets the socket, address, port and first reads of a peer that is not for the engine.
        `submit` has a worker of the named pool do a task; False when it cannot.
        """
        super().__init__(name=f"io-{number}")
        self._log = log
        self._service = service
        self._limits = limits
        self._monotonic = monotonic
        self._released = released
        self._handed_over = handed_over
        self._submit = submit
        self._connections: dict[int, Connection] = {}
        self._inbox: deque[Sequence[Event]] = deque()
        self._tasks: deque[Callable[[], None]] = deque()
        self._slowed: dict[int, Connection] = {}
        """Those with more lines than credit, the one first that has waited for longest."""
        self._slowed_at = 0.0
        """When the first of them goes on (monotonic seconds)."""
        self._undecided: dict[int, Connection] = {}
        self._strangers: dict[str, int] = {}
        """How many that have not registered yet there are of each public source."""
        self._gone_traffic = (0, 0)
        """Bytes received and sent by connections that have ended."""
        self._writer = Writer(limits, self._watch, self._close, self._begin)
        self._delivery = Delivery(self, self._registered, self._writer.queue, self._begin, service.refusal)
        self._selector = selectors.DefaultSelector()
        self._wake_receive, self._wake_send = socket.socketpair()
        self._wake_receive.setblocking(False)
        self._wake_send.setblocking(False)
        self._selector.register(self._wake_receive, READ, None)
        self._patience = selectors.DefaultSelector()
        self._patience.register(self._wake_receive, READ, None)
        self._asleep = False
        self._stopping = False
        self._stop_at = 0.0
        self._deadlines = Deadlines(limits, service.ping(), self._writer.queue, self.part_with, self._close)
        self._now = monotonic()

    # --- for other threads ---------------------------------------------------------------------

    def hand(self, batch: Sequence[Event]) -> None:
        """Take a batch of the log (called in the log's thread); `wake` has it delivered."""
        self._inbox.append(batch)

    def wake(self) -> None:
        """Take a turn now."""
        if self._asleep:
            self._asleep = False
            try:
                self._wake_send.send(b"\0")
            except OSError:
                pass  # full: it is being woken already; closed: it has ended

    def post(self, task: Callable[[], None]) -> None:
        self._tasks.append(task)
        self.wake()

    def adopt(self, connection: Connection) -> None:
        """Own this connection from now on."""
        self.post(lambda: self._adopt(connection))

    def probe(self, connection: Connection) -> None:
        self.post(lambda: self._deadlines.probe(connection, self._now))

    def stop(self, deadline_s: float, reason: str) -> None:
        """Tell everyone `reason` and close; the thread ends when all is sent or the deadline is over."""

        def stop() -> None:
            self._stopping = True
            self._stop_at = self._monotonic() + deadline_s
            for connection in list(self._connections.values()):
                self.part_with(connection, reason)

        self.post(stop)

    def __len__(self) -> int:
        return len(self._connections)

    def traffic(self) -> tuple[int, int]:
        """Bytes received and sent since the start; exact in this very thread, elsewhere perhaps a little too few."""
        received, sent = self._gone_traffic  # first: who ends meanwhile is missed, not counted twice
        here = list(self._connections.values())
        return received + sum(one.received_bytes for one in here), sent + sum(one.sent_bytes for one in here)

    # --- the loop ------------------------------------------------------------------------------

    def run(self) -> None:
        while not (self._stopping and (not self._connections or self._monotonic() >= self._stop_at)):
            self._turn()
        for connection in list(self._connections.values()):
            self._close(connection, "Server is shutting down")
        self._log.wake()
        self._selector.close()
        self._patience.close()
        self._wake_receive.close()
        self._wake_send.close()

    def _turn(self) -> None:
        self._asleep = True
        busy = bool(self._inbox or self._tasks or self._writer.dirty)
        ready = self._selector.select(0 if busy else self._timeout())
        self._asleep = False
        self._now = self._monotonic()
        while self._inbox:
            self._delivery.deliver(self._inbox.popleft())
        while self._tasks:
            self._tasks.popleft()()
        crowded = self._log.waiting() > QUEUE_LIMIT
        for key, mask in ready:
            connection: Connection | None = key.data
            if connection is None:
                self._empty_wake()
                continue
            if connection.closed:
                continue
            if mask & WRITE:
                connection.blocked_since = 0.0
                self._writer.dirty.append(connection)
            if mask & READ and not crowded:
                self._read(connection)
        if self._slowed:
            self._serve_slowed()
        if self._undecided:
            self._settle()
        self._log.wake()  # once for all that this turn brought, so that it goes out together
        self._writer.flush(self._now)
        if self._deadlines.sweep(self._connections.values(), self._now):
            self._service.tick()
            self._log.wake()
            self._writer.flush(self._now)
        if crowded and not self._inbox:
            # The log is behind: leave the sockets alone until it hands something over, so that senders feel it.
            self._asleep = True
            self._patience.select(CROWDED_WAIT_S)
            self._asleep = False

    def _timeout(self) -> float:
        until = max(0.0, (self._stop_at if self._stopping else self._deadlines.next_sweep) - self._monotonic())
        if self._slowed:
            until = min(until, max(0.0, self._slowed_at - self._monotonic()))
        return min(until, self._limits.first_bytes_quiet_s / 2) if self._undecided else until

    def _empty_wake(self) -> None:
        try:
            while self._wake_receive.recv(4096):
                pass
        except BlockingIOError:
            pass

    def _registered(self) -> Iterable[Connection]:
        return [
            connection for connection in self._connections.values() if connection.registered and not connection.closing
        ]

    def _adopt(self, connection: Connection) -> None:
        connection.opened_at = connection.last_received = connection.credit_at = self._now
        connection.credit = self._limits.messages_burst
        self._connections[connection.id] = connection
        self._selector.register(connection.socket, READ, connection)
        connection.interest = READ
        if self._stopping:
            self.part_with(connection, "Server is shutting down")
            return
        key, _, public = source(connection.address)
        if public:
            strangers = self._strangers[key] = self._strangers.get(key, 0) + 1
            connection.stranger = key
            if strangers > self._limits.unregistered_per_ip:
                self.part_with(connection, "Too many connections from your address that have not said who they are")

    def _introduced(self, connection: Connection) -> None:
        """It has registered or ended: its source may bring another."""
        left = self._strangers[connection.stranger] - 1
        if left:
            self._strangers[connection.stranger] = left
        else:
            del self._strangers[connection.stranger]
        connection.stranger = ""

    # --- reading -------------------------------------------------------------------------------

    def _read(self, connection: Connection) -> None:
        try:
            data = connection.socket.recv(RECEIVE_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._close(connection, error.strerror or "Connection lost")
            return
        if not data:
            self._close(connection, "Connection closed")
            return
        connection.last_received = self._now
        connection.pinged = False
        connection.probe_until = 0.0
        if connection.closing:
            return
        connection.received_bytes += len(data)
        try:
            lines = connection.transport.receive(data)
            connection.transport = connection.transport.successor() or connection.transport
        except HandOver as hand_over:
            self._hand_over(connection, hand_over.pieces)
            return
        except ProtocolError as error:
            connection.transport = connection.transport.successor() or connection.transport
            self.part_with(connection, str(error), error.answer if isinstance(error, WrongProtocolError) else b"")
            return
        if connection.transport.pending:
            self._writer.queue(connection, b"")
        if connection.transport.undecided:
            self._undecided[connection.id] = connection
        self._handle_lines(connection, lines)
        if connection.stranger and connection.registered:
            self._introduced(connection)
        if not connection.registered and connection.received_bytes > self._limits.registration_bytes:
            self.part_with(connection, "Too much was sent before registration")

    def _settle(self) -> None:
        """Have those decide who said something that could be two things, and then fell silent."""
        for connection in list(self._undecided.values()):
            if connection.closing or not connection.transport.undecided:
                del self._undecided[connection.id]
            elif self._now - connection.last_received >= self._limits.first_bytes_quiet_s:
                del self._undecided[connection.id]
                try:
                    connection.transport.settle()
                except HandOver as hand_over:
                    self._hand_over(connection, hand_over.pieces)

    def _hand_over(self, connection: Connection, pieces: list[bytes]) -> None:
        """Let go of a connection without closing its socket, which somebody else owns from now on."""
        connection.closed = connection.closing = True
        self._let_go(connection)
        self._selector.unregister(connection.socket)
        self._handed_over(connection.socket, connection.address, connection.port, pieces)

    def _handle_lines(self, connection: Connection, lines: Iterable[bytes]) -> None:
        waiting = deque(lines)
        while waiting and not connection.closing:
            limited = connection.registered and self._limits.flood_protection
            most = self._credit(connection) if limited else len(waiting)
            if most < 1:
                connection.input = waiting
                self._slow_down(connection, len(waiting))
                if not self._slowed:
                    self._slowed_at = self._now + 1 / self._limits.messages_per_s
                self._slowed[connection.id] = connection
                self._watch(connection)
                return
            line = waiting[0]
            try:
                said = self._service.take(connection, waiting, most)
                parts = said or self._service.receive(connection, waiting.popleft())
            except Exception:
                logger.exception("a line of %r could not be handled", connection)
                self.part_with(connection, "The server made a mistake; please connect again")
                return
            if limited:
                connection.credit -= len(said) or cost(line)
            if parts:
                self._answer(connection, parts)
            if connection.leaving:
                self._leave(connection, connection.leaving)
            if connection.busy:
                connection.input = waiting
                self._watch(connection)
                return

    def _credit(self, connection: Connection) -> int:
        """How many lines the connection may have handled now, which grows with time."""
        limits = self._limits
        grown = connection.credit + (self._now - connection.credit_at) * limits.messages_per_s
        connection.credit = min(grown, limits.messages_burst)
        connection.credit_at = self._now
        if connection.slowed_since and grown * 2 >= limits.messages_burst:
            connection.slowed_since = 0.0
        return int(connection.credit)

    def _slow_down(self, connection: Connection, waiting: int) -> None:
        """More has come than it may send: say so once, and cut who goes on for too long."""
        if waiting <= PATIENT_LINES:
            return
        if not connection.slowed_since:
            connection.slowed_since = self._now
            self._answer(connection, [self._service.slowed(connection)])
        elif self._now - connection.slowed_since > self._limits.flood_cut_s:
            self.part_with(connection, "Excess flood")

    def _serve_slowed(self) -> None:
        """Let them go on one after the other, evenly spread: a crowd that floods is not heard in step.

        Each has its turn as often as it gets credit for a line.
        """
        due = len(self._slowed)
        self._slowed_at = max(
            self._slowed_at, self._now - 1 / self._limits.messages_per_s
        )  # what is late is not made up for
        while due and self._slowed and self._slowed_at <= self._now:
            due -= 1
            self._slowed_at += 1 / (self._limits.messages_per_s * len(self._slowed))
            connection = self._slowed.pop(next(iter(self._slowed)))
            lines, connection.input = connection.input, None
            if lines and not connection.closed:
                self._handle_lines(connection, lines)
                self._watch(connection)
                if connection.probe_until and connection.input is None:
                    # Nothing was read from it while it was slowed down: only now could it be heard.
                    connection.probe_until = self._now + self._limits.probe_timeout_s

    def _begin(self, connection: Connection, deferred: Deferred) -> None:
        """Have a worker do it; what it gives is carried out here, and then the lines that waited."""
        if connection.outbox and not all(type(part) is bytes for part in connection.outbox):
            connection.postponed = deferred  # one long answer at a time: who does not read gets no second one
            return

        def work() -> None:
            resume = deferred.work()
            self.post(lambda: self._resume(connection, resume))

        if not deferred.pool or not self._submit(deferred.pool, work):
            self._tasks.append(lambda: self._resume(connection, deferred.busy))

    def _resume(self, connection: Connection, resume: Resume) -> None:
        connection.busy = False
        if connection.closed or connection.closing:
            return
        try:
            parts = resume()
        except Exception:
            logger.exception("an answer to %r could not be made", connection)
            self.part_with(connection, "The server made a mistake; please connect again")
            return
        self._answer(connection, parts)
        if connection.leaving:
            self._leave(connection, connection.leaving)
        if not connection.busy:
            lines, connection.input = connection.input, None
            self._handle_lines(connection, lines or ())
            self._watch(connection)

    def _answer(self, connection: Connection, parts: Sequence[Part | Event | Deferred]) -> None:
        """Queue answers, behind those own events that are still in the log."""
        for part in parts:
            if isinstance(part, Deferred):
                connection.busy = True
                if connection.held is not None:
                    connection.held.append(part)
                else:
                    self._begin(connection, part)
            elif isinstance(part, Event):
                if connection.held is None:
                    connection.held = deque()
                connection.held.append(part)
            elif connection.held is not None:
                connection.held.append(part)
            else:
                self._writer.queue(connection, part)

    def _watch(self, connection: Connection) -> None:
        """Have the selector watch for what this connection can go on with."""
        reading = connection.queued <= self._limits.sendq_soft_bytes and connection.input is None
        interest = (READ if reading else 0) | (
            WRITE if connection.blocked_since or (not reading and connection.wire) else 0
        )
        if interest != connection.interest:
            if not interest:
                self._selector.unregister(connection.socket)
            elif not connection.interest:
                self._selector.register(connection.socket, interest, connection)
            else:
                self._selector.modify(connection.socket, interest, connection)
            connection.interest = interest

    # --- ending --------------------------------------------------------------------------------

    def part_with(self, connection: Connection, reason: str, last: bytes = b"") -> None:
        """Say why (by `last`, else by an ERROR line), send what waits, then close."""
        if connection.closing or connection.closed:
            return
        self._answer(connection, [last or self._service.farewell(reason)])
        self._leave(connection, reason)

    def _leave(self, connection: Connection, reason: str) -> None:
        """The connection gets no more lines of others and ends when what waits for it is sent."""
        connection.closing = True
        connection.close_at = self._now + FAREWELL_S
        self._forget(connection, reason)
        self._writer.dirty.append(connection)

    def _forget(self, connection: Connection, reason: str) -> None:
        try:
            self._delivery.forget(connection, self._service.gone(connection, reason))
        except Exception:
            logger.exception("%r could not be forgotten", connection)
        self._log.wake()  # it may be the last thing this turn does

    def _close(self, connection: Connection, reason: str) -> None:
        if connection.closed:
            return
        connection.closed = True
        if not connection.closing:
            connection.closing = True
            self._forget(connection, reason)
        self._let_go(connection)
        self._slowed.pop(connection.id, None)
        connection.held = connection.outbox = connection.input = None
        if connection.interest:
            self._selector.unregister(connection.socket)
        self._released(connection.address)  # first: who sees the end may come back at once
        connection.socket.close()

    def _let_go(self, connection: Connection) -> None:
        if self._connections.pop(connection.id, None) and connection.stranger:
            self._introduced(connection)
        received, sent = self._gone_traffic
        self._gone_traffic = received + connection.received_bytes, sent + connection.sent_bytes
