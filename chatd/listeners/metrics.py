"""Figures about the server in the text format of Prometheus, read when somebody asks and never counted for it.

The format is the `prometheus-client` library's, imported with the first question (a twentieth of a second, once);
without the package there are none. No figure carries anybody's name. Called in the I/O threads, which own the
connections; takes the state's lock for three numbers.
"""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from chatd.engine import IoThread
from chatd.log import Log
from chatd.state import State
from chatd.usage import Usage

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""The format that every Prometheus reads; what a peer would rather have is not asked for."""


@functools.cache
def _library() -> Any:
    """What we use of the library, or None without it."""
    try:
        import prometheus_client as library  # noqa: PLC0415 - not before somebody asks
        from prometheus_client import core  # noqa: PLC0415
    except ImportError:
        return None
    return SimpleNamespace(
        Registry=library.CollectorRegistry,
        text=library.generate_latest,
        Gauge=core.GaugeMetricFamily,
        Counter=core.CounterMetricFamily,
        Info=core.InfoMetricFamily,
    )


class Metrics:
    """See the module. A collector of the library, in a registry of its own."""

    def __init__(
        self, state: State, log: Log, usage: Usage, threads: Sequence[IoThread], started_at: float, version: str
    ) -> None:
        """`started_at` is in seconds since the epoch."""
        self._state = state
        self._log = log
        self._usage = usage
        self._threads = threads
        self._started_at = started_at
        self._version = version
        self._registry: Any = None
        self._traffic = (0, 0)

    def text(self) -> str | None:
        """All figures as they are now; None without the package."""
        use = _library()
        if use is None:
            return None
        if self._registry is None:
            self._registry = use.Registry()
            self._registry.register(self)
        return str(use.text(self._registry).decode())

    def collect(self) -> Iterator[Any]:
        """The server's own figures; the library asks for them."""
        use = _library()
        with self._state.lock:
            people, sessions, channels = self._state.people, len(self._state.clients), len(self._state.channels)
        received, sent = self._moved()
        yield use.Info("obrolan", "Which program this is", value={"version": self._version})
        for name, text, number in (
            ("start_time_seconds", "When the server started, in seconds since the epoch", self._started_at),
            ("people", "People who are here, however many sessions they have", people),
            ("sessions", "Connections that have registered", sessions),
            ("connections", "All connections, registered or not", sum(map(len, self._threads))),
            ("channels", "Channels that exist", channels),
            ("log_waiting_events", "Events that wait to be kept", self._log.waiting()),
            ("log_failing", "1 while nothing can be kept", int(bool(self._log.trouble()))),
        ):
            yield use.Gauge(f"obrolan_{name}", text, value=number)
        for name, text, number in (
            ("events", "Number of the last event that was kept", self._log.latest_seq()),
            ("received_bytes", "Bytes that came over all connections, before they were decrypted", received),
            ("sent_bytes", "Bytes that went out over all connections, encrypted where they are", sent),
        ):
            yield use.Counter(f"obrolan_{name}", text, value=number)
        commands = use.Counter("obrolan_commands", "Commands that were carried out", labels=["command"])
        for command, times in sorted(self._usage.totals().items()):
            commands.add_metric([command], times)
        yield commands
        yield use.Counter("process_cpu_seconds", "Seconds of CPU, user and system", value=time.process_time())
        resident = resident_bytes()
        if resident is not None:
            yield use.Gauge("process_resident_memory_bytes", "Resident memory", value=resident)

    def _moved(self) -> tuple[int, int]:
        """Bytes received and sent. They never go back, which a counter must not: see `IoThread.traffic`."""
        both = [thread.traffic() for thread in self._threads]
        self._traffic = (
            max(self._traffic[0], sum(received for received, _ in both)),
            max(self._traffic[1], sum(sent for _, sent in both)),
        )
        return self._traffic


def resident_bytes() -> int | None:
    """Memory of this process, where the system says it (Linux). The library's collector would list all descriptors."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return None
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
