"""Searching what was said. Implements `Log.search` for the durable log.

A thread, `search`, has the index (`index.py`) follow the log, behind it and never in its way; `search` is called by
workers, each with connections of its own that live as long as one search. An index that is missing, damaged or of
another history is made anew. Until it has caught up, and where Python's SQLite lacks FTS5, the messages themselves are
looked through, the newest first.
"""

from __future__ import annotations

import heapq
import json
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Collection
from contextlib import closing
from pathlib import Path

import protocol
from chatd.log import LogError, Query, Record
from chatd.log.database import FILE, open_reader
from chatd.log.index import NAME, Index, StaleIndexError, has_fts5
from chatd.log.spoken import nickname_of, text_of
from chatd.log.words import expression, fits, has_link, words_of
from translations import tr

PAUSE_S = 0.2
"""Between rounds of indexing while the log is busy, unless a search waits: many small ones would cost more."""
RESTS = 9
"""While the log is busy, so many times as long as a round took nothing is done, unless a search waits."""
CLEANING_PAUSE = 20
"""So many times as long as what was removed took to leave the file (0.5 s for 100,000 messages) it is left to rest."""
CATCH_UP_S = 0.5
"""How long a search waits for the index to take in what was said just now."""
SEARCH_S = 2.0
"""What a search may take in all; a reader that stays longer keeps the log's file from shrinking."""
RETRY_S = 30.0
"""After the index could not be written, or had to be made anew twice in a row."""
INTERRUPT_S = 0.05
PROGRESS_STEPS = 10_000
"""Of SQLite's machine, between two looks at the clock: well below a millisecond."""

SAID = """
    SELECT original.seq, original.line, COALESCE(latest.line, original.line), COALESCE(latest.extra, original.extra)
    FROM places CROSS JOIN events AS original ON original.seq = places.seq
    LEFT JOIN events AS latest ON latest.seq = original.edit
    WHERE places.conversation = ? AND places.said = 1 AND places.seq > ? AND places.seq < ? AND original.gone = 0
    ORDER BY places.seq
"""

logger = logging.getLogger("obrolan.search")

Fetch = Callable[[Collection[int]], list[Record]]
"""Stored events by their numbers, in any order; removed ones are left out. Raises `LogError`."""


class Search:
    """See the module. Made when history.db is there, stopped before it is closed."""

    def __init__(
        self,
        folder: Path,
        fetch: Fetch,
        monotonic: Callable[[], float] = time.monotonic,
        *,
        indexing: bool | None = None,
    ) -> None:
        """`indexing=False` goes without an index; None: as SQLite can."""
        self._history = folder / FILE
        self._path = folder / NAME
        self._fetch = fetch
        self._monotonic = monotonic
        self._indexing = has_fts5() if indexing is None else indexing
        self._changed = threading.Condition()
        self._wanted = self._expired = True
        self._hurry = self._stopping = False
        self._damaged = False
        """The index must be made anew."""
        self.taken = 0
        """Number of the latest event in the index."""
        self._index: Index | None = None
        """While it is open; any thread may interrupt it."""
        self._thread = threading.Thread(target=self._run, name="search")

    # --- any thread ---

    def start(self) -> None:
        """Start following the log."""
        if self._indexing:
            self._thread.start()
        else:
            logger.warning("this Python's SQLite has no FTS5: a search looks through the messages, which takes longer")

    def wake(self) -> None:
        """Something was committed. The log's thread calls it after each batch."""
        if not self._wanted:
            with self._changed:
                self._wanted = True
                self._changed.notify_all()

    def expired(self) -> None:
        """Events were dropped for their age; the index is to forget them too."""
        with self._changed:
            self._expired = True
            self._changed.notify_all()

    def stop(self, deadline_s: float) -> bool:
        """End the thread; what it is doing is undone. Whether it did within the deadline."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        end = time.monotonic() + deadline_s
        while self._thread.is_alive() and time.monotonic() < end:
            index = self._index
            if index is not None:
                index.interrupt()  # again and again: it only reaches a statement that is under way
            self._thread.join(INTERRUPT_S)
        return not self._thread.is_alive()

    # --- workers ---

    def search(self, query: Query) -> list[Record]:
        """Messages that fit, in the order of the query. Raises `LogError`."""
        try:
            with closing(open_reader(self._history)) as history:
                self._limit(history)
                conversations = _numbers_of(history, query)
                if not conversations:
                    return []
                numbers = self._by_index(query, conversations) if self._caught_up(history) else None
                if numbers is None:
                    numbers = _by_looking(history, query, conversations)
        except sqlite3.Error as error:
            why = "it takes too long" if _interrupted(error) else error
            raise LogError(f"searching failed: {why}") from error
        found = {record.seq: record for record in self._fetch(numbers)}
        # What may be read is asked of the history once more: the index may be behind it, a right may not.
        readable = set(query.conversations)
        return [found[seq] for seq in numbers if seq in found and not readable.isdisjoint(found[seq].conversations)]

    def _limit(self, connection: sqlite3.Connection) -> None:
        end = self._monotonic() + SEARCH_S
        connection.set_progress_handler(lambda: self._monotonic() > end, PROGRESS_STEPS)

    def _caught_up(self, history: sqlite3.Connection) -> bool:
        """Whether the index holds all that is there now; it gets a moment for the latest."""
        if not self._indexing or self._damaged:
            return False
        newest: int = history.execute("SELECT COALESCE(MAX(seq), 0) FROM events").fetchone()[0]
        if self.taken >= newest:
            return True
        with self._changed:
            self._wanted = self._hurry = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.taken >= newest or self._stopping, CATCH_UP_S)
        return self.taken >= newest

    def _by_index(self, query: Query, conversations: list[int]) -> list[int] | None:
        """Numbers in the order of the query; None when the index cannot be read."""
        words = words_of(query.text)
        asked = "SELECT rowid FROM messages WHERE messages MATCH ? AND rowid > ? AND rowid < ?"
        asked += " AND instr(text, ?)" * len(words.literals) + f" ORDER BY rowid{_order(query)} LIMIT ?"
        match = expression(words, conversations, query.nickname, query.has_link)
        try:
            with closing(open_reader(self._path)) as index:
                self._limit(index)
                found = index.execute(asked, (match, query.after, query.before, *words.literals, query.limit))
                return [number for (number,) in found]
        except sqlite3.Error as error:
            if _interrupted(error):
                raise
            logger.warning("the search index cannot be read (%s); it is made anew", error)
            with self._changed:
                self._damaged = self._wanted = True
                self._changed.notify_all()
            return None

    # --- the thread `search` ---

    def _run(self) -> None:
        failed_at = -RETRY_S
        while not self._stopping:
            try:
                with closing(open_reader(self._history)) as history, closing(self._open(history)) as index:
                    self._index = index
                    try:
                        self._follow(index)
                    finally:
                        self._index = None
                continue
            except StaleIndexError:
                self._damaged = True
                continue
            except sqlite3.Error as error:
                if _interrupted(error):
                    return  # by `stop`
                logger.warning("the search index cannot be used (%s); it is made anew", error)
                self._damaged = True
            except (LogError, OSError) as error:
                logger.warning("the search index is left behind: %s", error)
            again = self._monotonic() - failed_at < RETRY_S
            failed_at = self._monotonic()
            with self._changed:
                self._changed.wait_for(lambda: self._stopping, RETRY_S if again else 0)

    def _open(self, history: sqlite3.Connection) -> Index:
        index = Index(self._path, history, anew=self._damaged)
        if self._damaged and history.execute("SELECT 1 FROM events LIMIT 1").fetchone():
            logger.info(tr("what was said is indexed anew for the search"))
        self.taken = index.taken
        self._damaged, self._wanted = False, True
        return index

    def _follow(self, index: Index) -> None:
        """Have the index follow the log until it is damaged or the server stops."""
        clean_at = self._monotonic()
        while True:
            with self._changed:
                wait = max(clean_at - self._monotonic(), 0) if index.unclean else None
                self._changed.wait_for(lambda: self._wanted or self._expired or self._stopping, wait)
                expired, self._wanted, self._expired = self._expired, False, False
            self._take_in(index)
            if self._stopping or self._damaged:
                return
            if expired:
                index.forget_expired()
            began = self._monotonic()
            if index.unclean and began >= clean_at:
                index.clean()
                now = self._monotonic()
                clean_at = now + CLEANING_PAUSE * (now - began)
            with self._changed:
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._hurry or self._stopping, PAUSE_S)
                self._hurry = False

    def _take_in(self, index: Index) -> None:
        """Take in all there is, by rounds; with long rests while more is said: that comes first."""
        while not self._stopping and not self._damaged:
            self._wanted = False
            began = self._monotonic()
            if not index.take_in():
                return
            with self._changed:
                self.taken = index.taken
                self._changed.notify_all()
                if self._wanted:
                    took = self._monotonic() - began
                    self._changed.wait_for(lambda: self._hurry or self._stopping, RESTS * took)


def _interrupted(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT


def _numbers_of(history: sqlite3.Connection, query: Query) -> list[int]:
    """The conversations of a query as history.db numbers them."""
    asked = "SELECT id FROM conversations WHERE key IN (SELECT value FROM json_each(?))"
    return [number for (number,) in history.execute(asked, (json.dumps(sorted(query.conversations)),))]


def _order(query: Query) -> str:
    return " DESC" if query.newest else ""


def _by_looking(history: sqlite3.Connection, query: Query, conversations: list[int]) -> list[int]:
    """The same without an index: all messages in the order of the query, as far as the time allows."""
    words = words_of(query.text)
    found: list[int] = []
    rows = (history.execute(SAID + _order(query), (number, query.after, query.before)) for number in conversations)
    try:
        for seq, original, latest, extra in heapq.merge(*rows, reverse=query.newest):
            if query.nickname and protocol.fold(nickname_of(original)) != query.nickname:
                continue
            text = text_of(latest, extra)
            if fits(words, text) and (has_link(text) or not query.has_link):
                found.append(seq)
                if len(found) >= query.limit:
                    break
    except sqlite3.OperationalError as error:
        if not _interrupted(error):
            raise
        logger.info("a search without an index did not get to the last messages in time")
    return found
