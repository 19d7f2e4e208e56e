"""What must have happened by when: registration, signs of life, taking what is sent, going.

Belongs to the one I/O thread that made it; it looks at that thread's connections now and then and has it act.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from chatd.config import Limits
from chatd.connection import Connection, Part


class Deadlines:
    """See the module. Times are monotonic seconds."""

    def __init__(
        self,
        limits: Limits,
        ping: bytes,
        queue: Callable[[Connection, Part], None],
        part_with: Callable[[Connection, str], None],
        close: Callable[[Connection, str], None],
    ) -> None:
        self._limits = limits
        self._ping = ping
        self._queue = queue
        self._part_with = part_with
        self._close = close
        shortest = min(
            limits.registration_timeout_s,
            limits.tls_handshake_s,
            limits.ping_after_s,
            limits.probe_timeout_s,
            limits.write_timeout_s,
        )
        self._every = min(1.0, shortest / 4)
        self.next_sweep = 0.0

    def probe(self, connection: Connection, now: float) -> None:
        """Ask for a sign of life, and cut the connection if none comes soon."""
        if not connection.closing and not connection.probe_until:
            connection.probe_until = now + self._limits.probe_timeout_s
            connection.transport.ping()
            self._queue(connection, b"" if connection.transport.patience else self._ping)

    def sweep(self, connections: Iterable[Connection], now: float) -> bool:
        """Act on what is overdue, if it is time to look; whether it was."""
        if now < self.next_sweep:
            return False
        self.next_sweep = now + self._every
        for connection in list(connections):
            self._look_at(connection, now)
        return True

    def _look_at(self, connection: Connection, now: float) -> None:
        limits = self._limits
        silent = now - connection.last_received
        if connection.blocked_since and now - connection.blocked_since > limits.write_timeout_s:
            self._close(connection, "Write timeout")
        elif connection.closing:
            if now >= connection.close_at:
                self._close(connection, "Goodbye")
        elif connection.probe_until and now >= connection.probe_until and connection.input is None:
            self._part_with(connection, f"Ping timeout: {silent:.0f} seconds")
        elif not connection.registered:
            if connection.transport.shaking and now - connection.opened_at > limits.tls_handshake_s:
                self._close(connection, "TLS handshake took too long")
            elif now - connection.opened_at > limits.registration_timeout_s:
                self._part_with(connection, "Registration took too long")
        else:
            due = connection.due
            if due is not None and now >= due[0]:
                connection.due = None
                due[1]()
            self._keep_alive(connection, silent)

    def _keep_alive(self, connection: Connection, silent: float) -> None:
        limits, transport = self._limits, connection.transport
        ask, cut = transport.patience or (limits.ping_after_s, limits.ping_timeout_s)
        if silent > min(cut, limits.ping_timeout_s):
            self._part_with(connection, f"Ping timeout: {silent:.0f} seconds")
        elif silent > min(ask, limits.ping_after_s) and not connection.pinged:
            connection.pinged = True
            transport.ping()
            self._queue(connection, b"" if transport.patience else self._ping)
