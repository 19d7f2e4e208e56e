"""A window on a stage: without a server, fed with lines as one would send them, always at the same moment.

For pictures (`tools/pictures.py`, `tests/bench/screenshots.py`). Import it before Qt and the client: it stops the
clock and chance, and sets platform, zone, density and profile, so that a picture is the same whenever and wherever it
is taken.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from unittest.mock import patch

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_FONT_DPI", "96")
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp())
os.environ["OBROLAN_PROFILE"] = tempfile.mkdtemp()
os.environ["TZ"] = "UTC"
if sys.platform != "win32":
    time.tzset()
NOW = datetime(2026, 11, 20, 10, 32, tzinfo=UTC)
"""A Friday. It does not go on."""
patch("time.time", NOW.timestamp).start()
patch("random.random", lambda: 0.5).start()  # how long to wait for a new try

from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication

from client import language
from client.main import open_window, read_arguments
from client.settings import Settings
from client.window import MainWindow
from protocol import parse

HOST, PORT, NAME, NICKNAME = "192.168.1.20", 8888, "Siti Rahmawati", "Siti_Rahmawati"


class Stage:
    """The chat page of a window, and what a server would send to it."""

    def __init__(self, window: MainWindow, size: tuple[int, int] | None = None) -> None:
        """`size` is the window's once the chat page is on screen, which takes the one of the last time."""
        self.window = window
        self._size = size
        self.clock = 9.0 * 60
        """Minutes since midnight."""
        self.count = 0

    def server(self, *lines: str) -> None:
        """These lines come in."""
        self.window.handle(self.window.session.received([parse(line) for line in lines]))

    def say(self, who: str, text: str, minutes: float = 1, target: str = "#lobby", tags: str = "") -> None:
        """Somebody says something, so many minutes after the last one."""
        self.clock += minutes
        self.at(f":{who}!~u@lan PRIVMSG {target} :{text}", tags)

    def at(self, line: str, tags: str = "") -> None:
        """This line comes in, at the time of the scene; its msgid is m1, m2 and so on."""
        self.count += 1
        minutes, seconds = int(self.clock), int(self.clock % 1 * 60)
        moment = f"{NOW:%Y-%m-%d}T{minutes // 60:02}:{minutes % 60:02}:{seconds:02}.000Z"
        self.server(f"@{tags}{';' * bool(tags)}time={moment};msgid=m{self.count} {line}")

    def log_in(self, network: str, capabilities: str = "message-tags server-time echo-message multi-prefix") -> None:
        """As the only thing that is not carried out: nothing is connected to."""
        session = self.window.session
        changes = session.login(HOST, PORT, NAME)
        session.take_effects()
        _ = self.window.chat_page
        self.window.handle(changes)
        self.window.handle(session.connected())
        named = network.replace(" ", "\\x20")
        self.server(
            f":srv CAP * LS :{capabilities}",
            f":srv CAP * ACK :{capabilities}",
            f":srv 001 {NICKNAME} :Welcome",
            f":srv 005 {NICKNAME} NETWORK={named} PREFIX=(ov)@+ CASEMAPPING=ascii :are supported",
            f":srv 422 {NICKNAME} :No MOTD",
        )
        if self._size is not None:
            self.window.resize(*self._size)


@cache
def _application() -> QApplication:
    app, first = open_window(read_arguments([]))
    first.close()
    app.setCursorFlashTime(0)
    return app


@contextmanager
def window(code: str, look: str, zoom: float, size: tuple[int, int]) -> Iterator[MainWindow]:
    """A window in this language, theme, zoom and size, on screen for as long as the block runs."""
    _application()
    settings = Settings()
    settings.change(theme=look, zoom=zoom)
    made = MainWindow(settings)
    language.switch(code)
    made.show()
    made.resize(*size)
    made.activateWindow()
    QTest.qWaitForWindowActive(made)
    try:
        yield made
    finally:
        made.close()


def let_go(milliseconds: int = 80) -> None:
    """Let the event loop run for so long: what is drawn later than asked for is drawn then."""
    QTest.qWait(milliseconds)
