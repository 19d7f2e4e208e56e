"""Names and texts that are markup are shown as they stand (security 44): the window opens no file and no connection.

The system itself is asked whether the file that they name was opened (inotify), and a port whether anybody came.
"""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt5 import sip
from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtWidgets import QAbstractItemView, QLabel, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from tests.end2end.harness import ServerProcess
from tests.end2end.test_windows import PATIENCE_MS, QUICK, Window

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")

IN_OPEN = 0x20


class Trap:
    """A picture on the disk and a port, and whether either was asked for."""

    def __init__(self, folder: Path) -> None:
        self.picture = folder / "p.png"
        self.picture.write_bytes(b"\x89PNG\r\n\x1a\n")
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._watch = self._libc.inotify_init1(os.O_NONBLOCK)
        assert self._libc.inotify_add_watch(self._watch, os.fsencode(self.picture), IN_OPEN) > 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]

    def sprung(self) -> list[str]:
        found = []
        try:
            if os.read(self._watch, 4096):
                found.append("the file was opened")
        except BlockingIOError:
            pass  # nobody did
        try:
            self._listener.accept()[0].close()
            found.append("somebody connected")
        except BlockingIOError:
            pass  # nobody did
        return found

    def close(self) -> None:
        os.close(self._watch)
        self._listener.close()

    def markup(self) -> list[str]:
        file, page = f"file://{self.picture}", f"http://127.0.0.1:{self.port}/"
        return [
            f"<img src='{file}'>",
            f"<img src={page}x>",
            f"<b>x</b><a href='{file}'>a</a>",
            f"<svg><image href='{file}'/></svg>",
            f"<p style='background:url({file})'>x",
        ]


@pytest.fixture
def trap(tmp_path: Path) -> Iterator[Trap]:
    made = Trap(tmp_path)
    yield made
    made.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path / "server", {**QUICK, "limits": {"flood_protection": False}}) as process:
        yield process


def look_at_everything(qtbot: QtBot, window: Window) -> None:
    """Have everything painted, and each tooltip shown, of widgets and of what their lists hold."""
    for widget in [window.main, *window.main.findChildren(QWidget)]:
        if sip.isdeleted(widget):  # the label of a tooltip, which the next one has replaced
            continue
        texts = [widget.toolTip()]
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            model = widget.model()
            texts += [str(model.index(row, 0).data(Qt.ToolTipRole) or "") for row in range(model.rowCount())]
        for text in filter(None, texts):
            QToolTip.showText(QPoint(1, 1), text, widget)
    QToolTip.hideText()
    window.main.grab()


@pytest.mark.qt_log_ignore(r"^This plugin does not support raise\(\)$", extend=True)  # tooltips without a screen
def test_no_name_and_no_text_makes_the_window_open_a_file_or_a_connection(
    qtbot: QtBot, server: ServerProcess, trap: Trap
) -> None:
    window = Window(qtbot)
    window.log_in(server.port, "Siti")
    qtbot.waitUntil(lambda: window.online, timeout=PATIENCE_MS)
    for number, text in enumerate(trap.markup()):
        client = server.connect()
        client.send(f"NICK p{number}", f"USER u 0 * :{text}")
        client.ask("JOIN #lobby", f"TOPIC #lobby :{text}", f"PRIVMSG #lobby :{text}", f"PRIVMSG Siti :{text}")
        client.ask(f"NOTICE #lobby :{text}", f"AWAY :{text}", f"NICK q{number}", f"PART #lobby :{text}")
        client.ask("JOIN #lobby", f"PRIVMSG #lobby :\x01ACTION {text}\x01", f"PRIVMSG #lobby :sampai-{number}")
        qtbot.waitUntil(lambda: window.reads(f"sampai-{number}"), timeout=PATIENCE_MS)  # noqa: B023 - at once
        look_at_everything(qtbot, window)
    assert window.reads(trap.markup()[0]), "it is shown, as it stands"
    assert trap.sprung() == []
    window.main.close()


def test_a_label_that_takes_it_for_markup_would_be_noticed(qtbot: QtBot, trap: Trap) -> None:
    label = QLabel(trap.markup()[0])
    qtbot.addWidget(label)
    label.show()
    label.grab()
    assert trap.sprung() == ["the file was opened"]
