"""The thread `prompt`: reads orders from the terminal that the server runs in, and has them carried out.

There is none unless both standard input and output are a terminal, and the process may read it. Imports `orders`, and
`screen` with prompt_toolkit only in the thread, once it is wanted. The main thread starts and stops it.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import sys
import threading
from collections.abc import Callable
from typing import Protocol

from chatd.operating.orders import Orders
from chatd.operating.output import Output
from chatd.operating.plain import Lines, in_foreground
from translations import tr

if sys.platform != "win32":
    import termios

USUAL_WIDTH = 80

logger = logging.getLogger("obrolan.server")


class Reader(Protocol):
    """`Screen` or `Lines`."""

    def read(self, take: Callable[[str], None]) -> None: ...
    def cancel(self) -> None: ...


def at_terminal() -> bool:
    """Whether somebody could type orders here."""
    try:
        if not (os.isatty(0) and os.isatty(1)):
            return False
    except OSError:
        return False
    return in_foreground() and (sys.platform != "win32" or _has_toolkit())


def _has_toolkit() -> bool:
    return os.environ.get("TERM") != "dumb" and importlib.util.find_spec("prompt_toolkit") is not None


def _width() -> int:
    try:
        return os.get_terminal_size(1).columns or USUAL_WIDTH
    except OSError:
        return USUAL_WIDTH  # it is gone


class Prompt:
    """See the module."""

    def __init__(self, orders: Orders, output: Output, interrupted: Callable[[], None]) -> None:
        """`interrupted` is told that Ctrl+C was pressed while it came as a key and not as a signal."""
        self._orders = orders
        self._output = output
        self._interrupted = interrupted
        self._lock = threading.Lock()
        self._stopping = False
        self._reader: Reader | None = None
        self._before: object = None
        """How the terminal was set."""
        self._thread = threading.Thread(target=self._run, name="prompt")

    def start(self) -> None:
        if sys.platform != "win32":
            self._before = termios.tcgetattr(0)
        self._thread.start()

    def stop(self, deadline_s: float) -> None:
        """Take the prompt away; the terminal is as it was."""
        with self._lock:
            self._stopping, reader = True, self._reader
        if reader is not None:
            reader.cancel()
        self._thread.join(deadline_s)
        self.restore()

    def restore(self) -> None:
        """Set the terminal as it was; from any thread."""
        if sys.platform != "win32" and self._before is not None and in_foreground():
            try:
                termios.tcsetattr(0, termios.TCSANOW, self._before)  # type: ignore[arg-type]  # as it was given
            except termios.error:
                pass  # it is gone

    def _run(self) -> None:
        try:
            reader = self._made()
            with self._lock:
                self._reader, stopping = reader, self._stopping
            if stopping:
                reader.cancel()
            reader.read(self._take)
        except Exception:
            logger.exception("nothing can be typed here any more")

    def _made(self) -> Reader:
        if _has_toolkit():
            from chatd.operating.screen import Screen  # noqa: PLC0415 - a fifth of a second, and not without a terminal

            return Screen(self._output, self._orders.candidates, self._interrupted, self._hint)
        return Lines(self._hint)

    def _take(self, line: str) -> None:
        answer = self._orders.carry_out(line, _width())
        self._output.write("".join(f"{each}\n" for each in answer))

    def _hint(self) -> None:
        self._output.write(tr("Ctrl+C or stop ends the server; help says what else there is") + "\n")
