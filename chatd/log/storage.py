"""Transactions that are kept or have never been, on a disk that may be full, fail or lie.

While writing fails nothing is tried more than once a second; when it works again a row in `gaps` says what was not
kept. A flush that fails is the end: what the system then still holds may be neither on the disk nor tried again, so
whoever goes on would acknowledge what is lost. Belongs to the log's thread; imports `database` and texts.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable

from chatd.log.database import BUSY_MS
from translations import ntr, tr

RETRY_S = 1.0
FLUSH_ERRORS = frozenset({sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC})
DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
CHECKPOINT_FRAMES = 1000
"""Pages in the WAL after which they are moved into the database."""

logger = logging.getLogger("obrolan.log")

Fatal = Callable[[str], None]


class Storage:
    """See the module."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        monotonic: Callable[[], float],
        now_ms: Callable[[], int],
        fatal: Fatal,
    ) -> None:
        """`fatal` is told, once, why the process must end."""
        self.connection = connection
        self._monotonic = monotonic
        self._now_ms = now_ms
        self._fatal = fatal
        self._retry_at = 0.0
        self.failing = False
        self.trouble = ""
        """Why nothing can be kept, "" while it can."""
        self.ended = False
        """Whether a flush failed: nothing is kept any more."""
        self.lost = 0
        """Events that were not kept since it fails."""
        self._began = 0
        self._frames = 0
        self._scrub = False

    def keep(self, work: Callable[[sqlite3.Connection], None]) -> bool:
        """Do the work in a transaction of its own; whether it is on the disk."""
        if self.ended or (self.failing and self._monotonic() < self._retry_at):
            return False
        connection = self.connection
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")  # it could not be done when the last one failed
            connection.execute("BEGIN IMMEDIATE")
            work(connection)
            if self.failing:
                connection.execute("INSERT INTO gaps VALUES(?, ?, ?)", (self._began, self._now_ms(), self.lost))
            connection.execute("COMMIT")
        except (sqlite3.Error, UnicodeError) as error:
            self._failed(error)
            return False
        if self.failing:
            self._recovered()
        return True

    def retry(self) -> float:
        """While failing: try again when it is time; in how many seconds that is."""
        if self._monotonic() >= self._retry_at:
            self.keep(lambda _connection: None)
        return max(self._retry_at - self._monotonic(), 0.0)

    def written(self, frames: int) -> None:
        """About so many pages have gone into the WAL."""
        self._frames += frames

    def scrub(self) -> None:
        """Something was removed for good: the WAL must not keep it either."""
        self._scrub = True

    def tidy(self, *, idle: bool) -> float | None:
        """Move what is in the WAL into the database when there is enough of it; nobody waits for that.

        In how many seconds it should be tried again because somebody was reading; None when all is done.
        """
        if self.ended or self.failing:
            return None
        emptied = self._scrub and idle
        if not emptied and self._frames < CHECKPOINT_FRAMES:
            return None
        try:
            if emptied:
                # It would wait for readers, and everybody's messages with it: better later.
                self.connection.execute("PRAGMA busy_timeout = 0").fetchall()
                busy = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                self.connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}").fetchall()
                self._scrub = bool(busy)
            else:
                self.connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except sqlite3.Error as error:
            self._failed(error)
            return None
        self._frames = 0
        return RETRY_S if emptied and self._scrub else None

    def close(self) -> None:
        try:
            self.connection.close()
        except sqlite3.Error as error:
            logger.error("history.db could not be closed: %s", error)

    def _failed(self, error: Exception) -> None:
        code = getattr(error, "sqlite_errorcode", 0)
        try:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
        except sqlite3.Error:
            pass  # tried again before the next transaction
        if code in FLUSH_ERRORS or code & 0xFF in DAMAGE:
            self.trouble = str(error)
            self._end(error, flush=code in FLUSH_ERRORS)
            return
        self._retry_at = self._monotonic() + RETRY_S
        if self.failing:
            return
        self.failing, self.lost, self._began = True, 0, self._now_ms()
        if code & 0xFF == sqlite3.SQLITE_FULL:
            why = tr("the disk is full")
        else:
            why = f"{error} ({getattr(error, 'sqlite_errorname', type(error).__name__)})"
        self.trouble = why
        logger.error(tr("nothing can be kept: %s; who writes is told so, reading goes on, it is tried again"), why)

    def _end(self, error: Exception, *, flush: bool) -> None:
        self.ended = True
        if flush:
            text = tr(
                "The disk could not flush what was said ({why}). No message that was confirmed is lost; the server "
                "ends, and finds out at its next start what is there. Look at the disk first."
            )
        else:
            text = tr(
                "The history is damaged ({why}). The server ends. See what is left: python3 server.py check; "
                "go back to a backup: python3 server.py restore FILE"
            )
        self._fatal(text.format(why=error))

    def _recovered(self) -> None:
        self.failing, self.trouble = False, ""
        text = ntr(
            "what is said can be kept again; {n} event in between was not",
            "what is said can be kept again; {n} events in between were not",
            self.lost,
        )
        logger.warning("%s", text.format(n=self.lost))
