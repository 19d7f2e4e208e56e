"""Pictures of every page and state, to be looked at: `python tests/bench/screenshots.py FOLDER [WORD...]`.

Runs on the platform QT_QPA_PLATFORM names (offscreen without it; `xvfb-run ... QT_QPA_PLATFORM=xcb`
for the real one). Each picture is `<state>-<language>-<theme>.png`; words choose those whose name
holds one of them. Uses the real window, without a server: states are shown as the session would.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp())
os.environ["OBROLAN_PROFILE"] = tempfile.mkdtemp()

from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QLineEdit, QPushButton

from client import language, theme
from client.changes import LinkState, LoginFailed, Problem
from client.login_ui import LoginPage
from client.main import open_window, read_arguments
from client.window import MainWindow

HOST, PORT, NAME = "192.168.1.20", 8888, "Siti Rahmawati"
STATES: dict[str, Callable[[LoginPage], None]] = {}


def state(function: Callable[[LoginPage], None]) -> Callable[[LoginPage], None]:
    """Register a state of the login page under its function's name."""
    STATES[function.__name__.replace("_", "-")] = function
    return function


@state
def login(_page: LoginPage) -> None:
    """As it opens."""


@state
def login_connecting(page: LoginPage) -> None:
    page.show_state(LinkState.CONNECTING)
    QTest.qWait(600)


@state
def login_slow(page: LoginPage) -> None:
    page.show_state(LinkState.CONNECTING)
    page._slow = True
    page._show_texts()
    QTest.qWait(600)


@state
def login_bad_name(page: LoginPage) -> None:
    page.fill(HOST, PORT, "Siti Rahmawati Kusumaningrum Wijayakusuma")
    page.submit()


@state
def login_bad_port(page: LoginPage) -> None:
    page.findChild(QLineEdit, "port_edit").setText("99999")
    page.submit()


@state
def login_button_focus(page: LoginPage) -> None:
    page.findChild(QPushButton, "login_button").setFocus()


for _problem in Problem:

    def _show(page: LoginPage, problem: Problem = _problem) -> None:
        suggestion = f"{NAME}2" if problem is Problem.NAME_TAKEN else ""
        words = {Problem.SERVER_FULL: "Server is full (200 people)", Problem.BANNED: "Spam until tomorrow"}.get(
            problem, ""
        )
        page.show_problem(LoginFailed(problem, HOST, PORT, NAME, suggestion, words))

    STATES[f"login-error-{_problem.name.lower().replace('_', '-')}"] = _show


LOOKS: dict[str, tuple[float, tuple[int, int] | None]] = {
    "light": (1.0, None),
    "dark": (1.0, None),
    "contrast": (1.0, None),
    "light-small": (1.0, (320, 400)),
    "light-zoom200": (2.0, None),
    "light-zoom200-small": (2.0, (480, 400)),
    "dark-zoom200-smallest": (2.0, (320, 400)),
    "light-wide": (1.0, (1366, 768)),
}
"""Per look: zoom and window size; the first word is the theme."""


def pictures(app: QApplication, window: MainWindow, wanted: list[str]) -> Iterator[str]:
    """Bring the window into each wanted state; the name of the picture to take."""
    page = window.login_page
    for look, (zoom, size) in LOOKS.items():
        theme.apply(app, theme.THEMES[look.partition("-")[0]], zoom)
        for code in ("id", "en"):
            language.switch(code)
            for name, show in STATES.items():
                picture = f"{name}-{code}-{look}"
                if wanted and not any(word in picture for word in wanted):
                    continue
                page.show_state(LinkState.OFFLINE)
                page._clear_problems()
                page.fill(HOST, PORT, NAME)
                window.resize(*(size or (round(400 * zoom), round(560 * zoom))))
                show(page)
                QTest.qWait(50)
                yield picture


def main() -> int:
    """Write the pictures."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    app, window = open_window(read_arguments([]))
    window.login_page.set_servers([(HOST, PORT), ("lab2.local", 9000)])
    window.activateWindow()
    QTest.qWaitForWindowActive(window)
    for name in pictures(app, window, sys.argv[2:]):
        window.grab().save(str(folder / f"{name}.png"))
    window.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
