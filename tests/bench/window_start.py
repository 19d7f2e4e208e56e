"""How long the window takes from the start of its process to its first paint.

    python tests/bench/window_start.py [--runs 10]      (QT_QPA_PLATFORM=xcb under a display, or offscreen)

Starts the window as people do, in a process of its own, and prints the milliseconds of every run,
their median and least. The child stops at the first paint of the login page: when Qt has painted
it and handed it to the display. `child` is also what tests/client/test_imports.py starts.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

CHILD = """
import sys, time
sys.argv[0] = "client.main"
from client import main
from PyQt5.QtCore import QEvent, QObject, QTimer

class FirstPaint(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, painted)  # after this turn, when the picture was handed over
        return False

def painted():
    {report}
    sys.stdout.flush()
    window.close()

app, window = main.open_window(main.read_arguments([]))
first = FirstPaint()
window.login_page.installEventFilter(first)
app.exec()
"""


def child(report: str) -> list[str]:
    """The command of a window that runs `report` (one Python statement) at its first paint, then ends."""
    return [sys.executable, "-c", CHILD.format(report=report)]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Milliseconds from process start to first paint.")
    parser.add_argument("--runs", type=int, default=10)
    runs = parser.parse_args().runs
    environment = dict(os.environ, OBROLAN_PROFILE=tempfile.mkdtemp())
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    environment.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp())
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # or every run compiles our files anew (40 ms)
    found = []
    for _ in range(runs + 1):  # the first one warms the disk cache and writes the byte code
        began = time.monotonic()
        done = subprocess.run(
            child("print(time.monotonic())"), cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
        )
        found.append((float(done.stdout) - began) * 1000)
    print(f"{environment['QT_QPA_PLATFORM']}, ms:", *(f"{value:.0f}" for value in found[1:]))
    print(f"median {statistics.median(found[1:]):.0f} ms, least {min(found[1:]):.0f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
