"""What keeping one event costs the log's thread, beside what the flush costs: python -m tests.bench.log_cost

Batches of 256 messages to ten rooms, and of one, which pays for the whole commit, are taken in the thread of this
script, so that nothing else is measured; the followers' work is not in it. Prints microseconds per event for the
memory log and for SQLite, without and with nonces.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from chatd.config import History
from chatd.events import Audience, Event
from chatd.log import BATCH_EVENTS
from chatd.log.loop import LogThread
from chatd.log.memory import MemoryLog
from chatd.log.sqlite import SqliteLog


def batch(start: int, nonces: bool) -> list[Event]:
    events = []
    for number in range(start, start + BATCH_EVENTS):
        room = f"#room{number % 10}"
        line = f":siti!~siti@0a1b2c3d.lan PRIVMSG {room} :{'halo ' * 12}{number}"
        event = Event(Audience.CHANNEL, "PRIVMSG", line, None, room)
        event.sender = "5"
        event.nonce = f"{number:032x}" if nonces else ""
        events.append(event)
    return events


def cost(log: LogThread, batches: int, size: int, nonces: bool) -> tuple[float, float]:
    """Microseconds of this thread's own time per event, and of the clock: what nine of ten batches exceed."""
    spent, passed = [], []
    for number in range(batches):
        events = batch(number * BATCH_EVENTS, nonces)[:size]
        begun, clock = time.thread_time(), time.perf_counter()
        log._take(events)
        log._taken()
        spent.append(time.thread_time() - begun)
        passed.append(time.perf_counter() - clock)
    tenth = batches // 10  # whatever else the computer does only ever adds
    return sorted(spent)[tenth] / size * 1e6, sorted(passed)[tenth] / size * 1e6


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--batches", type=int, default=400)
    options.add_argument("--folder", type=Path, help="where to put the database (default: a temporary folder)")
    batches, where = options.parse_args().batches, options.parse_args().folder
    for name, size, nonces in (
        ("memory", BATCH_EVENTS, False),
        ("sqlite", BATCH_EVENTS, False),
        ("sqlite, with nonces", BATCH_EVENTS, True),
        ("sqlite, one at a time", 1, False),
    ):
        with tempfile.TemporaryDirectory(dir=where) as folder:
            log: LogThread
            if name == "memory":
                log = MemoryLog(time.time)
            else:
                log = SqliteLog(Path(folder), History(), time.time, time.monotonic, print)
            own, clock = cost(log, batches, size, nonces)
            print(f"{name:22} {own:6.1f} us of the thread per event, {clock:6.1f} us by the clock")
            log.stop(0)


if __name__ == "__main__":
    main()
