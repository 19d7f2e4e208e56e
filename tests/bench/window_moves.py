"""Frames while one scrolls through a long history, and how long another room takes to be there.

    python tests/bench/window_moves.py [--platform xcb]

A real chat page with 100,000 messages in one room, with answers, reactions, marks and avatars, and 1,000 in another. A
frame is one notch of the wheel up to the end of the painting it causes; a switch is Alt+Down up to the same. Prints one
line of JSON: milliseconds of wall time (`frames` p50, p95 and the longest; `switches` likewise).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtGui import QWheelEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication

from client import theme
from client.changes import Entry, EntryKind, Quote, Reaction
from tests.client.widgets.scene import START, Scene

MESSAGES = 100_000
NOTCHES = 4_000
SWITCHES = 60
TEXTS = ("halo semua", "Tugas hari ini **bab 3**, lihat https://lab.example/bab-3", "baik \U0001f44d", "kata " * 40)


def fill(entries: list[Entry], count: int) -> None:
    """What a class has said over weeks."""
    for number in range(count):
        name = f"user{number // 3 % 20}"
        reactions = (Reaction("\U0001f44d", ["Budi", "Ani"]),) if number % 7 == 0 else ()
        quote = Quote(f"m{number - 5}", "Budi", "halo") if number % 11 == 0 and number > 5 else None
        text = TEXTS[number % len(TEXTS)]
        entries.append(
            Entry(
                f"m{number}",
                EntryKind.MESSAGE,
                name,
                name,
                text,
                START + number * 40.0,
                reactions=reactions,
                quote=quote,
            )
        )


def told(found: list[float]) -> dict[str, float]:
    """The middle one, the one that 95 of 100 do not exceed, and the longest, in ms."""
    found.sort()
    at = {"p50": len(found) // 2, "p95": len(found) * 95 // 100, "longest": -1}
    return {name: round(found[index] * 1000, 2) for name, index in at.items()}


class Page:
    """A chat page on the screen, with two rooms."""

    def __init__(self) -> None:
        self.scene = Scene()
        self.scene.log_in(*(f"user{n}" for n in range(20)))
        self.scene.join("#tugas", "Siti")
        rooms = self.scene.session.conversations
        fill(rooms["#lobby"].entries, MESSAGES)
        fill(rooms["#tugas"].entries, 1_000)
        self.scene.page.resize(1040, 680)
        self.scene.page.show()
        self.scene.page.rooms.list.chosen.emit("#tugas")
        self.scene.page.rooms.list.chosen.emit("#lobby")
        self.scene.settle()

    def timed(self, act: Callable[[], None]) -> float:
        """Seconds until this is done and painted."""
        began = time.perf_counter()
        act()
        self.scene.settle()
        return time.perf_counter() - began

    def notch(self) -> None:
        """One, upwards."""
        viewport = self.scene.page.view.viewport()
        at, up = QPoint(200, 200), QPoint(0, 120)
        buttons, keys = Qt.MouseButtons(Qt.NoButton), Qt.KeyboardModifiers(Qt.NoModifier)
        event = QWheelEvent(at, viewport.mapToGlobal(at), QPoint(), up, buttons, keys, Qt.NoScrollPhase, False)
        QApplication.sendEvent(viewport, event)

    def next_room(self) -> None:
        """By key."""
        QTest.keyClick(self.scene.page.composer.box, Qt.Key_Down, Qt.AltModifier)


def main() -> None:
    """Measure once and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--platform", default="offscreen")
    os.environ["QT_QPA_PLATFORM"] = arguments.parse_args().platform
    os.environ.setdefault("QT_XCB_GL_INTEGRATION", "none")
    app = QApplication([])
    theme.apply(app, theme.LIGHT)
    page = Page()
    page.scene.page.activateWindow()
    frames = [page.timed(page.notch) for _ in range(NOTCHES)]
    top = page.scene.page.view.messages.start
    switches = [page.timed(page.next_room) for _ in range(SWITCHES)]
    print(json.dumps({"frames": told(frames), "scrolled": MESSAGES - top, "switches": told(switches)}))
    page.scene.close()


if __name__ == "__main__":
    main()
