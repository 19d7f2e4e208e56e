"""Choosing the log a server runs with, and saying once what its disk is like.

`open_log` is called by the main thread at start. A server without history still keeps accounts and read marks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from chatd.config import History
from chatd.log import Log
from chatd.log.disk import UNRELIABLE, file_system, flush_ms
from chatd.log.memory import MemoryLog
from chatd.log.search import Search
from chatd.log.sqlite import SqliteLog
from chatd.log.storage import Fatal
from chatd.log.witness import refuse_what_lost_its_end
from translations import tr

QUICK_MS = 0.1
"""A flush faster than this is done by a battery-backed or very new disk, or not at all."""

logger = logging.getLogger("obrolan.log")


def open_log(
    history: History, folder: Path, now: Callable[[], float], monotonic: Callable[[], float], fatal: Fatal
) -> Log:
    """The log these settings ask for. Raises `UnusableError`."""
    if not history.enabled:
        return MemoryLog(now, monotonic, folder, fatal)
    refuse_what_lost_its_end(folder)
    log = SqliteLog(folder, history, now, monotonic, fatal)
    log.index = Search(folder, log.reader.by_seq, monotonic)
    return log


def describe_disk(folder: Path) -> None:
    """Log what an operator should know about the disk below."""
    kind = file_system(folder)
    if kind in UNRELIABLE:
        text = tr(
            "the data folder is on a file system of kind {kind}: there a message may be lost although it was shown; "
            "better choose a folder on a disk of this computer (--data)"
        )
        logger.warning("%s", text.format(kind=kind))
    try:
        flush = flush_ms(folder)
    except OSError as error:
        logger.warning("%s", tr("the disk of the data folder cannot be written: {why}").format(why=error.strerror))
        return
    logger.info("%s", tr("a flush of the disk takes {ms} ms").format(ms=f"{flush:.2g}"))
    if flush < QUICK_MS:
        logger.debug("that is so fast that the disk perhaps only says it has flushed")
