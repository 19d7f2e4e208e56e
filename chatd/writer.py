"""What waits to be sent: outboxes of the connections of one I/O thread, and the sending itself.

One non-blocking send per connection and turn; whatever a peer does not take stays for when it does, and who takes too
little is cut. Belongs to the one I/O thread that made it; no lock.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from selectors import EVENT_READ

from chatd.config import Limits
from chatd.connection import Connection, Deferred, Part

LINES_AT_ONCE = 64
"""Lines of a long answer that are made together."""


class Writer:
    """See the module."""

    def __init__(
        self,
        limits: Limits,
        watch: Callable[[Connection], None],
        close: Callable[[Connection, str], None],
        begin: Callable[[Connection, Deferred], None],
    ) -> None:
        """`watch` is told when a connection can go on with something else than before, `close` to end it, and `begin`
        to start work that waited until a long answer was taken.
        """
        self._limits = limits
        self._watch = watch
        self._close = close
        self._begin = begin
        self._now = 0.0
        self.dirty: list[Connection] = []
        """Those that have something to send, and have not tried since; perhaps twice."""

    def queue(self, connection: Connection, part: Part) -> None:
        """Put a part behind what waits for this connection."""
        if connection.outbox is None:
            connection.outbox = [part]
            self.dirty.append(connection)
        else:
            connection.outbox.append(part)
        if type(part) is bytes:
            connection.queued += len(part)
            if connection.blocked_since and connection.queued > self._limits.sendq_hard_bytes:
                self.dirty.append(connection)  # it was not, as it waits for its peer; `_send` cuts it

    def flush(self, now: float) -> None:
        """One send for everybody who has something (`now` in monotonic seconds)."""
        self._now = now
        dirty, self.dirty = self.dirty, []
        shared, size, lines = b"", 0, 0
        for connection in dirty:
            outbox = connection.outbox
            # The short way for what many get at once: nothing stands before it, and nothing is to be done behind it.
            # Their bytes are the same object, so its lines are counted once. All in here: it runs for every member.
            if (
                outbox is not None
                and len(outbox) == 1
                and connection.interest == EVENT_READ
                and not (connection.wire or connection.blocked_since or connection.closing)
                and connection.transport.identity
            ):
                data = outbox[0]
                if data is not shared and isinstance(data, bytes):
                    shared, size, lines = data, len(data), data.count(b"\n")
                if data is shared:
                    try:
                        sent = connection.socket.send(shared)
                    except OSError:
                        sent = 0  # tried again the long way, where it is known what to do
                    if sent == size:
                        connection.outbox = None
                        connection.queued -= size
                        connection.sent_bytes += size
                        connection.sent_lines += lines
                        continue
                    if sent:
                        self._send_rest(connection, shared, sent)
                        continue
            if not connection.closed:
                self._send(connection)

    def _send_rest(self, connection: Connection, data: bytes, sent: int) -> None:
        """The peer took only so many bytes of what stood alone in its outbox."""
        connection.outbox, connection.wire = None, data
        connection.sent_lines += data.count(b"\n")
        self._sent(connection, sent)
        self._send(connection)  # which sends nothing now, but knows what follows from that

    def _send(self, connection: Connection) -> None:
        """One send; whatever the peer does not take stays for when it does."""
        if not connection.blocked_since:
            if not connection.wire and connection.outbox is not None:
                connection.wire = self._next_wire(connection)
            if connection.wire:
                try:
                    sent = connection.socket.send(
                        memoryview(connection.wire)[connection.wire_sent :] if connection.wire_sent else connection.wire
                    )
                except (BlockingIOError, InterruptedError):
                    sent = 0
                except OSError as error:
                    self._close(connection, error.strerror or "Connection lost")
                    return
                self._sent(connection, sent)
        if connection.blocked_since and connection.queued > self._limits.sendq_hard_bytes:
            self._close(connection, "SendQ exceeded")
        elif connection.closing and not connection.wire and connection.outbox is None and connection.held is None:
            self._close(connection, "Goodbye")
        else:
            self._watch(connection)

    def _sent(self, connection: Connection, count: int) -> None:
        connection.note_sent(count)
        if connection.wire_sent == len(connection.wire):
            connection.wire = b""
            connection.wire_sent = 0
            if connection.outbox is not None:
                self.dirty.append(connection)
        else:
            connection.blocked_since = self._now

    def _next_wire(self, connection: Connection) -> bytes:
        """Take from the outbox up to the soft limit, making the lines of long answers as there is room."""
        outbox = connection.outbox or []
        first = outbox[0] if len(outbox) == 1 else None
        if isinstance(first, bytes):
            connection.outbox = None
            plain = first
        else:
            plain = self._gather(connection, outbox)
        connection.sent_lines += plain.count(b"\n")
        if connection.transport.identity:
            return plain
        encoded = connection.transport.encode(plain)
        connection.queued += len(encoded) - len(plain)
        return encoded

    def _gather(self, connection: Connection, outbox: list[Part]) -> bytes:
        pieces: list[bytes] = []
        size = done = 0
        while done < len(outbox) and size < self._limits.sendq_soft_bytes:
            part = outbox[done]
            if isinstance(part, bytes):
                pieces.append(part)
                size += len(part)
                done += 1
                continue
            lines = list(islice(part, LINES_AT_ONCE))
            if not lines:
                done += 1
                continue
            made = ("\r\n".join(lines) + "\r\n").encode()
            pieces.append(made)
            size += len(made)
            connection.queued += len(made)
        connection.outbox = outbox[done:] or None
        if connection.postponed is not None:
            deferred, connection.postponed = connection.postponed, None
            self._begin(connection, deferred)
        return b"".join(pieces)
