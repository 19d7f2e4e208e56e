"""One live connection: its transport, what waits to be sent to it, and who is at the other end.

A connection belongs to one I/O thread; only that thread touches socket, transport, outbox, `held` and
time stamps. Identity (nickname, source, channels, away) is changed by the same thread under the state
lock and read by others under that lock.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from chatd import capabilities
from chatd.person import Person
from protocol import ProtocolError

if TYPE_CHECKING:
    from chatd.batches import OpenBatch
    from chatd.events import Event
    from chatd.sasl import Login

Resume = Callable[[], "Sequence[Part | Event | Deferred]"]


class Deferred:
    """An answer that needs the disk or much computing: made by a worker, never in an I/O thread.

    It starts when all that the connection did before it is through the log, and the connection's later lines wait
    until it is answered; so commands are still answered in order.
    """

    __slots__ = ("busy", "pool", "work")

    def __init__(self, pool: str, work: Callable[[], Resume], busy: Resume) -> None:
        self.pool = pool
        """Which workers do it: "read", "search" or "hash"; "" for none, when only `busy` waits for its turn."""
        self.work = work
        """Runs in a worker; gives what the owner then does to answer."""
        self.busy = busy
        """What the owner does instead when too much waits for the workers."""


Part = bytes | Iterator[str]
"""What an outbox holds: bytes ready for the transport, or lines made only when there is room."""


class WrongProtocolError(ProtocolError):
    """The peer speaks something else; `answer` is the last thing it gets, in its own words where we know them."""

    def __init__(self, answer: bytes) -> None:
        super().__init__("NOT_IRC", "This is a chat server that speaks IRC")
        self.answer = answer


class HandOver(Exception):  # noqa: N818 - it is a way on, not an error
    """The peer is nothing for the engine: somebody else takes its socket."""

    def __init__(self, pieces: list[bytes]) -> None:
        super().__init__(pieces)
        self.pieces = pieces
        """What was read so far, each read by itself."""


class Transport(Protocol):
    """A filter between bytes of the wire and IRC lines. No socket, no thread, no clock."""

    name: str
    """For log lines: "irc", "tls", ..."""
    identity: bool
    """True when `encode` changes nothing, so that bytes may be shared between connections."""
    secure: bool
    """Whether nobody on the way can read it."""

    @property
    def shaking(self) -> bool:
        """Whether the two ends still agree on how to speak, which may not take long."""

    @property
    def patience(self) -> tuple[float, float] | None:
        """Seconds of silence until the peer is asked for a sign of life by `ping`, and cut; None for IRC's PING."""

    @property
    def pending(self) -> bool:
        """Whether it has something to send that is no line: the next `encode`, of nothing even, brings it along."""

    @property
    def undecided(self) -> bool:
        """Whether it still waits to learn what the peer speaks."""

    def receive(self, data: bytes) -> list[bytes]:
        """Lines (without ends) completed by these bytes.

        Raises `ProtocolError` when nothing more can be read, `HandOver` for a peer that is not ours.
        """

    def settle(self) -> None:
        """Called after a moment of quiet while `undecided`: decide by what there is. Raises `HandOver`."""

    def ping(self) -> None:
        """Have a question for a sign of life pending, where there is `patience`."""

    def encode(self, data: bytes) -> bytes:
        """What goes on the wire for these whole lines."""

    def successor(self) -> Transport | None:
        """The filter that takes over once this one has decided; it has been given the bytes already read."""


class Owner(Protocol):
    """What others may ask of the I/O thread a connection belongs to; callable from any thread."""

    def probe(self, connection: Connection) -> None:
        """Find out whether the peer is still there, and cut it if it stays silent."""

    def post(self, task: Callable[[], None]) -> None:
        """Have the owner do this in its next turn."""

    def part_with(self, connection: Connection, reason: str, last: bytes = b"") -> None:
        """Say `last` to the peer and end the connection; only in what was posted."""


class Connection:
    """See the module. `id` is unique for the life of the process."""

    __slots__ = (
        "absent",
        "address",
        "admitted",
        "batch",
        "blocked_since",
        "busy",
        "cap_open",
        "caps",
        "classic",
        "close_at",
        "closed",
        "closing",
        "credit",
        "credit_at",
        "delivered",
        "due",
        "held",
        "id",
        "input",
        "interest",
        "last_received",
        "leaving",
        "oper_after",
        "opened_at",
        "outbox",
        "owner",
        "paced",
        "password",
        "person",
        "pinged",
        "port",
        "postponed",
        "probe_until",
        "profile",
        "queued",
        "received_bytes",
        "received_lines",
        "registered",
        "sasl",
        "sent_bytes",
        "sent_lines",
        "slowed_since",
        "socket",
        "stranger",
        "subscriptions",
        "transport",
        "wire",
        "wire_sent",
    )

    def __init__(self, sock: socket.socket, number: int, address: str, port: int, transport: Transport) -> None:
        self.socket = sock
        self.id = number
        self.address = address
        """The peer's address; never shown to the room."""
        self.port = port
        self.transport = transport
        self.owner: Owner | None = None
        # --- the wire; the owner's alone
        self.outbox: list[Part] | None = None
        self.queued = 0
        """Bytes in the outbox and in `wire`; lines not made yet do not count."""
        self.wire: bytes = b""
        """Encoded bytes under way, of which `wire_sent` are gone."""
        self.wire_sent = 0
        self.blocked_since = 0.0
        """Monotonic seconds since when the peer takes nothing; 0 while it does."""
        self.held: deque[Event | Part | Deferred] | None = None
        """Own events in the log, each with the answers that must wait behind it."""
        self.input: deque[bytes] | None = None
        """Lines received but not handled yet (flood protection)."""
        self.batch: OpenBatch | None = None
        """A message of several lines that is not complete yet."""
        self.busy = False
        """Whether a command of it is being worked on elsewhere (`Deferred`); later lines wait in `input`."""
        self.postponed: Deferred | None = None
        """That work, while it waits for a long answer before it to be taken."""
        self.interest = 0
        """What the selector watches for this socket."""
        self.credit = 0.0
        """Lines this connection may still send at once, as of `credit_at`; negative while slowed down."""
        self.credit_at = 0.0
        self.slowed_since = 0.0
        """Since when it has been sending more than it may, without a pause; 0 while it does not."""
        self.stranger = ""
        """The source (`rates.source`) for which it counts as one that has not registered yet; "" for none."""
        self.opened_at = self.last_received = 0.0
        self.pinged = False
        self.probe_until = 0.0
        """When it is cut unless something is heard; 0 for no probe."""
        self.received_bytes = self.received_lines = 0
        self.sent_bytes = self.sent_lines = 0
        self.closing = False
        """Whether it ends once all that waits is sent."""
        self.close_at = 0.0
        """Closing: when it ends even if not all was sent."""
        self.closed = False
        self.leaving = ""
        """Set by a handler: the connection ends for this reason once its answers are sent."""
        self._introduce()

    def _introduce(self) -> None:
        """Who is there, and what it asked for."""
        self.person = Person(self.id)
        """Who is at the other end; perhaps shared with other sessions of the same account."""
        self.registered = False
        self.paced = False
        """Whether there is a limit to what it does that others are told of (`commands.pace`)."""
        self.password = ""
        """What it gave by PASS, the last one; forgotten once it was looked at."""
        self.admitted = False
        """Whether it gave the server's password."""
        self.sasl: Login | None = None
        """Made at its first AUTHENTICATE."""
        self.absent = False
        """Whether it said that nobody sits at it (IRCv3 pre-away)."""
        self.due: tuple[float, Callable[[], None]] | None = None
        """Something that its owner does at this time (monotonic seconds) while it is registered; set under the state
        lock.
        """
        self.oper_after = 0.0
        """Monotonic seconds until which it may not try OPER again."""
        self.classic = False
        """Whether it stands for a classic program, which reads what is said now and nothing else."""
        self.cap_open = False
        """Whether CAP LS or REQ holds registration open until CAP END."""
        self.caps = 0
        """Capability bits that the handling of commands goes by."""
        self.subscriptions: dict[str, None] | None = None
        """Keys of metadata that it wants to hear of, in the order in which it asked."""
        self.delivered = 0
        """Those that delivery goes by: `caps` as of the events that have come back from the log."""
        self.profile = 0
        """The bits of `delivered` that change how lines are written."""

    def __repr__(self) -> str:
        return f"<{self.nickname or '*'} #{self.id}>"

    @property
    def target(self) -> str:
        """How numerics address this connection: its nickname, `*` before it has one."""
        return self.nickname or "*"

    def note_sent(self, count: int) -> None:
        """So many bytes of `wire` more are gone."""
        self.queued -= count
        self.wire_sent += count
        self.sent_bytes += count

    def set_caps(self, caps: int) -> None:
        """What commands go by from now on."""
        self.caps = int(caps)  # an IntFlag would cost a microsecond each time it is looked at

    def deliver_caps(self, caps: int) -> None:
        """What lines are delivered by from now on: later than `set_caps` while own events are in the log."""
        self.delivered = int(caps)
        # A tag that is read (label, batch) may stand on lines of those who asked for it alone.
        self.profile = self.delivered & capabilities.RENDERING
        if not self.delivered & capabilities.MULTILINE:
            self.profile &= ~capabilities.BATCH  # which alone changes nothing, so the bytes can be shared

    def identify(self) -> None:
        """Rebuild `source` after nickname, user or host changed."""
        self.person.identify()

    @property
    def others(self) -> tuple[Connection, ...]:
        """The other sessions of the same person."""
        sessions = self.person.sessions
        return () if len(sessions) < 2 else tuple(session for session in sessions if session is not self)

    # What is the person's, by the name handlers use for it.

    @property
    def nickname(self) -> str:
        return self.person.nickname

    @nickname.setter
    def nickname(self, nickname: str) -> None:
        self.person.nickname = nickname

    @property
    def source(self) -> str:
        """`nick!~user@host`."""
        return self.person.source

    @property
    def channels(self) -> tuple[str, ...]:
        """Folded names, in the order of joining."""
        return self.person.channels

    @property
    def away(self) -> str:
        return self.person.away
