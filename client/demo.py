"""A window that talks by itself, for the demo on a computer without a display (run by start.py).

    python -m client.demo --host H --port P --name Siti --lines JSON --picture FILE

The real window of `client.main` logs in through its widgets, says the lines that are its own as
soon as those before it can be read in its message list, takes a picture of itself and checks that
the lines can be seen in it. `--lines` is a list of [name, text]. Prints one line of JSON,
`{"problem": ""}` when all went well, and stays until it is stopped, so that nobody is seen leaving.
GUI thread only.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from PyQt5.QtCore import QObject, QRect, QSize, Qt, QTimer
from PyQt5.QtGui import QImage, QPixmap
from PyQt5.QtWidgets import QAbstractButton, QAbstractItemView, QComboBox, QLineEdit, QPlainTextEdit, QWidget

from client import main
from client.window import MainWindow

SIZE = QSize(1040, 680)
LOOK_EVERY_MS = 30
PATIENCE_S = 30.0
GUTTER_PX = 60
"""Left part of a message row: avatars are no proof that text is drawn."""
INK_PIXELS = 40
"""Fewer pixels off the background than this are no text."""
INK_CONTRAST = 40

Kind = TypeVar("Kind", bound=QWidget)


class DemoError(Exception):
    """What did not go as it should, as a sentence for developers."""


class Talk(QObject):
    """Goes through the steps, one after another, looking every few milliseconds whether the next may come.

    A step yields what it waits for until it need not wait any more. At the end `finished` is called
    once, with the problem or "".
    """

    def __init__(self, window: QWidget, steps: Iterator[str], finished: Callable[[str], None]) -> None:
        super().__init__(window)
        self._steps = steps
        self._finished = finished
        self._deadline = time.monotonic() + PATIENCE_S
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._look)
        self._clock.start(LOOK_EVERY_MS)

    def _look(self) -> None:
        try:
            awaited = next(self._steps)
            if time.monotonic() > self._deadline:
                raise DemoError(f"waited in vain for {awaited}")
        except StopIteration:
            self._end("")
        except Exception as error:
            self._end(str(error) if isinstance(error, DemoError) else repr(error))
            if not isinstance(error, DemoError):
                raise

    def _end(self, problem: str) -> None:
        self._clock.stop()
        self._finished(problem)


def talk(window: MainWindow, options: argparse.Namespace) -> Iterator[str]:
    """The steps of one window; yields what it waits for."""
    log_in(window, options.host, options.port, options.name)
    names = dict.fromkeys(name for name, _ in options.lines)
    while not set(names) <= people(window):
        yield "the others"
    window.resize(SIZE)
    composer = widget(window, QPlainTextEdit, "composer")
    for name, text in options.lines:
        if name == options.name:
            composer.setPlainText(text)
            widget(window, QAbstractButton, "send_button").click()
        while row_of(window, text) is None:
            yield f"the text {text!r} of {name}"
    yield "the last paint"
    take_picture(window, [text for _, text in options.lines], options.picture)


def log_in(window: MainWindow, host: str, port: int, name: str) -> None:
    """Fill in the login page and press its button."""
    editor = widget(window, QComboBox, "host_box").lineEdit()
    editor.setText(host)
    widget(window, QLineEdit, "port_edit").setText(str(port))
    widget(window, QLineEdit, "name_edit").setText(name)
    widget(window, QAbstractButton, "login_button").click()


def people(window: MainWindow) -> set[str]:
    """Who is in the rooms that this window knows."""
    rooms = window.session.conversations.values()
    return {member.name for room in rooms for member in room.members.values()}


def row_of(window: MainWindow, text: str) -> QRect | None:
    """Where in the message list, in window coordinates, this text stands; None when it does not."""
    view = widget(window, QAbstractItemView, "message_view")
    model = view.model()
    for number in range(model.rowCount()):
        index = model.index(number, 0)
        if text in str(index.data(Qt.AccessibleTextRole)):
            row = view.visualRect(index).intersected(view.viewport().rect())
            return QRect(view.viewport().mapTo(window, row.topLeft()), row.size())
    return None


def take_picture(window: MainWindow, texts: list[str], file: Path) -> None:
    """Save what the window looks like. Raises DemoError when a text cannot be seen in it."""
    picture = window.grab()
    if not picture.save(str(file)):
        raise DemoError(f"{file} could not be written")
    for text in texts:
        row = row_of(window, text)
        if row is None or ink(picture, row.adjusted(GUTTER_PX, 0, 0, 0)) < INK_PIXELS:
            raise DemoError(f"the text {text!r} is not drawn; are there fonts?")


def ink(picture: QPixmap, area: QRect) -> int:
    """How many pixels of the area clearly differ from its most frequent grey."""
    ratio = picture.devicePixelRatioF()
    scaled = QRect(area.topLeft() * ratio, area.size() * ratio)
    image = picture.copy(scaled).toImage().convertToFormat(QImage.Format_Grayscale8)
    data, step = image.constBits().asstring(image.sizeInBytes()), image.bytesPerLine()
    greys: Counter[int] = Counter()
    for start in range(0, len(data), step):
        greys.update(data[start : start + image.width()])  # what fills a line up to its step is no picture
    ground = greys.most_common(1)[0][0]
    return sum(count for grey, count in greys.items() if abs(grey - ground) > INK_CONTRAST)


def widget(window: QWidget, kind: type[Kind], name: str) -> Kind:
    """The widget with this object name. Raises DemoError."""
    found = window.findChild(kind, name)
    if found is None:
        raise DemoError(f"the window has no {name}")
    return found


def run(arguments: list[str] | None = None) -> int:
    """Talk until stopped; returns the exit code of a window that was closed by hand."""
    parser = argparse.ArgumentParser(description="A window that talks by itself.")
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--lines", type=json.loads, required=True, metavar="JSON")
    parser.add_argument("--picture", type=Path, required=True, metavar="FILE")
    options = parser.parse_args(arguments)
    app, window = main.open_window(main.read_arguments([]))
    Talk(window, talk(window, options), report)
    return app.exec()


def report(problem: str) -> None:
    """One line of JSON for start.py."""
    print(json.dumps({"problem": problem}), flush=True)


if __name__ == "__main__":
    sys.exit(run())
