"""What 10,000 messages cost the window: CPU, memory, and how long the event loop stands still.

    python tests/bench/window_burst.py [--rate 500] [--count 10000] [--platform offscreen|xcb]

A real chat page on a real session, 1040 x 680, fed with parsed messages of 70 bytes as the main window
feeds it: slices of 100 messages, at most 8 ms of work a turn, turns 33 ms apart. Without `--rate` all
messages are there at once. Aims (ux.md, section 3): burst <= 1.0 CPU s, 500/s <= 4 CPU s, longest
block <= 100 ms, growth <= 8 MB.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import deque
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
os.environ.setdefault("QT_XCB_GL_INTEGRATION", "none")

from PyQt5.QtCore import QTimer
from PyQt5.QtWidgets import QApplication

import protocol
from client import theme
from tests.client.widgets.scene import Scene

PEOPLE = 20
SLICE, TURN_S, TURN_EVERY_MS = 100, 0.008, 33
HEARTBEAT_MS = 5


def rss_mb() -> float:
    """Resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


class Run:
    """One measurement; made after the platform was chosen."""

    def __init__(self, app: QApplication, rate: int, count: int) -> None:
        self.app, self.rate, self.count = app, rate, count
        self.scene = Scene()
        self.scene.log_in(*(f"user{n}" for n in range(PEOPLE)))
        self.scene.page.resize(1040, 680)
        self.scene.page.show()
        self.scene.say("user1", "halo \U0001f600 https://example.org/")
        self.scene.settle()
        self.inbox: deque[bytes] = deque()
        self.fed = 0
        self.started = time.monotonic()
        self.feed()  # a burst is there before the clock starts
        self.blocks: list[float] = []
        self.busy: list[float] = []
        self.last = self.started, time.thread_time()
        self.turns = QTimer()
        self.turns.setSingleShot(True)
        self.turns.timeout.connect(self.turn)
        self.heart = QTimer()
        self.heart.timeout.connect(self.beat)

    def feed(self) -> None:
        """Put in what the network would have brought by now."""
        passed = time.monotonic() - self.started
        due = min(self.count, int(passed * self.rate)) if self.rate else self.count
        while self.fed < due:
            self.scene.epoch += 0.1
            self.inbox.append(self.scene.line(f"user{self.fed // 3 % PEOPLE}", "x" * 70).encode())
            self.fed += 1

    def turn(self) -> None:
        """One turn of the main window."""
        began = time.monotonic()
        self.feed()
        while self.inbox and time.monotonic() - began < TURN_S:
            lines = [self.inbox.popleft() for _ in range(min(SLICE, len(self.inbox)))]
            self.scene.take(self.scene.session.received([protocol.parse(line) for line in lines]))
        if self.fed >= self.count and not self.inbox:
            QTimer.singleShot(100, self.app.quit)
        else:
            self.turns.start(TURN_EVERY_MS)

    def beat(self) -> None:
        """How long the loop stood still since the last beat, and how much CPU that took."""
        now, used = time.monotonic(), time.thread_time()
        self.blocks.append((now - self.last[0]) * 1000 - HEARTBEAT_MS)
        self.busy.append((used - self.last[1]) * 1000)
        self.last = now, used

    def measure(self) -> str:
        """Run and tell."""
        before_mb, before_cpu = rss_mb(), time.process_time()
        self.started = time.monotonic()
        self.last = self.started, time.thread_time()
        self.turns.start(0)
        self.heart.start(HEARTBEAT_MS)
        self.app.exec_()
        cpu, wall = time.process_time() - before_cpu, time.monotonic() - self.started
        view = self.scene.page.view
        return (
            f"{cpu:.2f} CPU s in {wall:.1f} s, longest block {max(self.blocks):.0f} ms "
            f"({max(self.busy):.0f} ms of CPU), {before_mb:.1f} MB before, +{rss_mb() - before_mb:.1f} MB, "
            f"{view.layouts_made} layouts, {view.messages.rowCount()} rows alive"
        )


def main() -> None:
    """Run once and print one line."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rate", type=int, default=0, help="messages a second; 0 for all at once")
    arguments.add_argument("--count", type=int, default=10_000)
    arguments.add_argument("--platform", default="offscreen")
    chosen = arguments.parse_args()
    os.environ["QT_QPA_PLATFORM"] = chosen.platform
    app = QApplication([])
    theme.apply(app, theme.LIGHT)
    rate = f"{chosen.rate}/s" if chosen.rate else "burst"
    print(f"{chosen.count} messages, {rate}, {chosen.platform}: {Run(app, chosen.rate, chosen.count).measure()}")


if __name__ == "__main__":
    main()
