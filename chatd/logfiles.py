"""Log lines on their way out: how they are written, a thread for each place they go to, and the file among these.

Whatever people write, it cannot end a line, begin another one or act on a terminal: all lines go through the formatter
here. Imports `config`, `protocol` and the standard library. Any thread logs, and never waits: an `Outlet` hands over to
a thread of its own (`console`, `logfile`), which alone waits for a terminal or a disk.
"""

from __future__ import annotations

import copy
import errno
import io
import json
import logging
import logging.handlers
import os
import queue
import sys
import textwrap
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from chatd.config import ConfigError, Logs
from protocol import show_hidden
from translations import ntr, tr

QUEUE_LINES = 10_000
MODE = 0o600
PRIORITIES = {"CRITICAL": 2, "ERROR": 3, "WARNING": 4, "INFO": 6, "DEBUG": 7}
"""Those of syslog."""

root = logging.getLogger("obrolan")
"""All loggers of the server are below it."""
logger = logging.getLogger("obrolan.logs")


def set_level(level: str) -> None:
    """Say this much from now on."""
    root.setLevel(level.upper())


# --- how a line is written ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """What is to be written; no character of it ends a line or acts on a terminal, but for the line ends of `trace`."""

    record: logging.LogRecord
    text: str
    trace: str
    """A traceback, "" without one."""

    @property
    def time(self) -> str:
        return datetime.fromtimestamp(self.record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"

    @property
    def level(self) -> str:
        return self.record.levelname.lower()

    def lines(self, beginning: str) -> str:
        """The text behind this beginning, and the traceback, further in than any line begins."""
        return beginning + self.text + (self.trace and "\n" + textwrap.indent(self.trace, " " * 8))


def for_people(line: Line) -> str:
    """`  09.15  text`."""
    return line.lines(time.strftime("  %H.%M  ", time.localtime(line.record.created)))


def for_journal(line: Line) -> str:
    """`<4>text`: systemd's journal has a clock, and knows what the number means."""
    mark = f"<{PRIORITIES[line.record.levelname]}>"
    return "\n".join(mark + one for one in line.lines("").split("\n"))


def as_text(line: Line) -> str:
    """`2026-01-31T09:15:00.000Z warning obrolan.log text`."""
    return line.lines(f"{line.time} {line.level} {line.record.name} ")


def as_json(line: Line) -> str:
    """One object."""
    entry = {"time": line.time, "level": line.level, "logger": line.record.name, "text": line.text}
    return json.dumps(entry | ({"traceback": line.trace} if line.trace else {}), ensure_ascii=False)


class Formatter(logging.Formatter):
    """Writes lines in one of the forms above."""

    def __init__(self, form: Callable[[Line], str]) -> None:
        super().__init__()
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info and record.exc_info[1]
        trace = "\n".join(map(show_hidden, _trace_lines(error))) if error else ""
        return self._form(Line(record, show_hidden(record.getMessage()), trace))


def _trace_lines(error: BaseException) -> Iterator[str]:
    """Where it happened, and what led to it.

    What an error says of itself may quote what somebody wrote, and is only for those who debug; but not what the system
    says of a file or a socket.
    """
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before:
        yield from _trace_lines(before)
        yield "which led to:"
    yield "Traceback (most recent call last):"
    for frame in traceback.format_tb(error.__traceback__):
        yield from frame.rstrip("\n").split("\n")
    said = root.isEnabledFor(logging.DEBUG) or isinstance(error, OSError)
    yield type(error).__qualname__ + (f": {error}" if said else "")


def of_output(stream: TextIO) -> Formatter:
    """How lines are written to standard output: for people, or for the journal when it is that."""
    try:
        status = os.fstat(stream.fileno())
    except OSError:
        return Formatter(for_people)
    journal = os.environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"
    return Formatter(for_journal if journal else for_people)


# --- where it goes --------------------------------------------------------------------------------


class Outlet(logging.Handler):
    """One place that lines go to, and the thread that takes them there; what finds no room in its queue is counted."""

    def __init__(self, name: str, place: logging.Handler) -> None:
        super().__init__()
        self.waiting: queue.SimpleQueue[logging.LogRecord | None] = queue.SimpleQueue()
        self._place = place
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._missing = 0

    def start(self) -> None:
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Queue a line; logging has one thread at a time do this."""
        room = QUEUE_LINES // 2 if self._missing else QUEUE_LINES  # so that not every second line is about missing ones
        if self.waiting.qsize() >= room:
            self._missing += 1
            return
        self._confess()
        kept = copy.copy(record)
        kept.msg, kept.args = record.getMessage(), None  # what it is made of may change before it is written
        self.waiting.put(kept)

    def _confess(self) -> None:
        if self._missing:
            text = ntr(
                "{n} line is missing here: it could not be written in time",
                "{n} lines are missing here: they could not be written in time",
                self._missing,
            )
            text = text.format(n=self._missing)
            self._missing = 0
            self.waiting.put(logger.makeRecord(logger.name, logging.WARNING, "", 0, text, (), None))

    def stop(self) -> None:
        """Write what waits, then end."""
        self._confess()
        self.waiting.put(None)
        self._thread.join()
        self._place.close()

    def _run(self) -> None:
        while (record := self.waiting.get()) is not None:
            self._place.handle(record)


class LogFile(logging.handlers.RotatingFileHandler):
    """The file. While it cannot be written its lines are lost, which is said once, and each is tried."""

    def __init__(self, path: Path, settings: Logs) -> None:
        super().__init__(path, maxBytes=settings.rotate_bytes, backupCount=settings.keep_files, delay=True)
        self.setFormatter(Formatter(as_json if settings.format == "json" else as_text))
        self._lost = 0

    def begin(self) -> None:
        """Open it. Raises OSError."""
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        self.stream = self._open()

    def _open(self) -> io.TextIOWrapper:
        raw = open(self.baseFilename, "a+b", opener=_private)  # noqa: SIM115 - closed by logging; takes an opener
        if raw.seek(0, io.SEEK_END):
            raw.seek(-1, io.SEEK_END)
            if raw.read(1) != b"\n":
                raw.write(b"\n")  # a line that was broken off must not swallow the next one
        return io.TextIOWrapper(raw, "utf-8", newline="\n")

    def emit(self, record: logging.LogRecord) -> None:
        before = self._lost
        super().emit(record)
        if before and self._lost == before:
            self._lost = 0
            text = ntr(
                "log lines are written to {file} again; {n} line in between was lost",
                "log lines are written to {file} again; {n} lines in between were lost",
                before,
            )
            logger.warning("%s", text.format(file=self.baseFilename, n=before))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - logging's names
        """A line could not be written: called by `emit` where it was caught."""
        self._lost += 1
        # Half a line may be on the disk, the other half in the stream.
        broken, self.stream = self.stream, None  # `emit` opens it anew
        if broken:
            with suppress(OSError):
                broken.close()
        if self._lost == 1:
            why = sys.exc_info()[1]
            text = tr("log lines cannot be written to {file}: {why}; it is tried again with each line")
            logger.error("%s", text.format(file=self.baseFilename, why=getattr(why, "strerror", None) or why))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, MODE)


def opened(settings: Logs, folder: Path) -> LogFile | None:
    """The file that these settings ask for, if any; a relative one is in the data folder. Raises `ConfigError`."""
    if not settings.file:
        return None
    made = LogFile(folder / settings.file, settings)
    try:
        made.begin()
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return made  # it is tried again with each line
        text = tr("The log file {file} cannot be written: {why}")
        raise ConfigError(text.format(file=made.baseFilename, why=error.strerror)) from error
    return made
