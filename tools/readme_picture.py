"""Takes the picture at the top of the README: two real windows that chat over a real server.

QT_QPA_PLATFORM=offscreen python -m tools.readme_picture docs/pictures/windows.png
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from PyQt5.QtCore import QSize, Qt, QTimer
from PyQt5.QtGui import QColor, QPainter, QPixmap
from PyQt5.QtWidgets import QApplication, QPlainTextEdit, QWidget

from client import language, theme
from client.settings import Settings
from client.window import MainWindow

ROOT = Path(__file__).resolve().parent.parent
SIZE = QSize(660, 460)
GAP = 20
BACKGROUND = QColor("#C9D1D9")
STEP_MS = 500
TALK = [
    (0, "Selamat pagi! Tugas jaringan sudah selesai?"),
    (1, "Pagi 👋 Nomor 4 belum, saya bingung"),
    (0, "Coba baca https://contoh.sch.id/bab-3 dulu 😀"),
    (1, "Sudah ketemu, terima kasih ❤️"),
]


def main() -> None:
    """Start a server, let two windows talk, save the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("picture", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["OBROLAN_PROFILE"] = folder
        command = [sys.executable, "server.py", "--host", "127.0.0.1", "--port", "0", "--data", folder]
        environment = {**os.environ, "LANGUAGE": "en"}
        server = subprocess.Popen(  # noqa: S603 - our own program
            [*command, "--name", "Lab 2"], cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment
        )
        try:
            take(port_of(server), options.picture)
        finally:
            server.terminate()
            server.wait(5)


def port_of(server: subprocess.Popen[str]) -> int:
    """The port from the server's first screen."""
    for line in server.stdout or ():
        found = re.search(r"--port (\d+)", line)
        if found:
            return int(found[1])
    raise SystemExit("the server did not start")


def take(port: int, picture: Path) -> None:
    """Two windows, one light and one dark, side by side."""
    QApplication.setAttribute(Qt.AA_EnableHighDpiScaling)
    app = QApplication(["obrolan"])
    language.switch("id")
    windows = []
    for name in ("Siti", "Budi"):
        window = MainWindow(Settings())
        window.fill("127.0.0.1", port, name)
        window.show()
        window.login_page.submit()
        windows.append(window)

    def say(who: int, text: str) -> None:
        window = windows[who]
        for each in windows:
            each.resize(SIZE)
        box = window.findChild(QPlainTextEdit, "composer")
        button = window.findChild(QWidget, "send_button")
        if box is None or button is None:
            raise SystemExit("the window has no composer")
        box.setPlainText(text)
        button.click()  # type: ignore[attr-defined]  # any kind of button

    for number, (who, text) in enumerate(TALK, 3):
        QTimer.singleShot(number * STEP_MS, lambda who=who, text=text: say(who, text))
    grabs: list[QPixmap] = []

    def finish() -> None:
        grabs.append(windows[0].grab())
        theme.apply(app, theme.DARK, 1.0)
        QTimer.singleShot(STEP_MS, end)

    def end() -> None:
        grabs.append(windows[1].grab())
        app.quit()

    QTimer.singleShot((len(TALK) + 4) * STEP_MS, finish)
    app.exec()
    for window in windows:
        window.close()
    compose(grabs).save(str(picture))


def compose(grabs: list[QPixmap]) -> QPixmap:
    """The pictures of the windows beside each other."""
    size = grabs[0].size()
    whole = QPixmap(size.width() * 2 + 3 * GAP, size.height() + 2 * GAP)
    whole.fill(BACKGROUND)
    painter = QPainter(whole)
    for number, grab in enumerate(grabs):
        painter.drawPixmap(GAP + number * (size.width() + GAP), GAP, grab)
    painter.end()
    return whole


if __name__ == "__main__":
    main()
