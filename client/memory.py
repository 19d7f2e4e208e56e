"""What this computer remembers of the server one logs in to: the account's secret, its certificate, and the last view.

Joins accounts (client/accounts.py) and cache (client/cache.py) to the window; lives in the GUI thread, where the
cache's thread is heard through a queued signal. The cache brings sqlite3, so it is imported at the first login.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt5.QtCore import QObject, QTimer, pyqtSignal

from client.accounts import Accounts, server_name
from client.changes import AccountMade, Change, Security, ServerMet
from client.session import Session
from client.trust import Trust
from protocol import fold, nickname_from_name

if TYPE_CHECKING:
    from client.cache import Cache

RECALL_MS = 1500
"""How long the server's answer is kept back for the last view; a disk that is slower than this has its reasons."""
WRITE_EVERY_MS = 1000
CLOSE_S = 0.2
"""How long closing the window waits for what is written last."""


class Memory(QObject):
    """Follows one session. Signal: recalled(list[Conversation]), once after each `recall`, for `Session.restore`."""

    recalled = pyqtSignal(list)
    _loaded = pyqtSignal(int, list)
    """From the cache's thread: number of the recall, conversations."""

    def __init__(self, folder: Path, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder / "cache"
        self._session = session
        self._accounts = Accounts(folder)
        self.trust = Trust(folder)
        self._cache: Cache | None = None
        self._last: Cache | None = None
        """The one before, which may still be writing."""
        self._number = 0
        self.recalling = False
        """Whether `recalled` is still to come: what the server says has to wait for it."""
        self._loaded.connect(self._arrived)
        self._patience = self._single_shot(self._give_up)
        self._due = self._single_shot(self._write)

    def _single_shot(self, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(slot)
        return timer

    def secret(self, host: str, port: int, known: str, name: str) -> str | None:
        """For the session: the account's secret, "" if there is none yet, None if none can be kept.

        `known` is what `trust` knows of the server.
        """
        return self._accounts.take(server_name(host, port, known), nickname_from_name(name))

    def secret_met(self, security: Security) -> str | None:
        """For `Session.connected`: the same, of a server that was not known under its address."""
        session = self._session
        if session.known or not security.known:
            return ""
        return self.secret(session.host, session.port, security.known, session.name)

    def recall(self, host: str, port: int, name: str) -> None:
        """Begin to follow this server and name; what was kept of them arrives by `recalled`."""
        from client.cache import Cache  # noqa: PLC0415 - see the module

        self._number += 1
        loaded = partial(self._loaded.emit, self._number)
        nickname = fold(nickname_from_name(name))
        self._cache = Cache(self._folder, (host, port), nickname, loaded, after=self._last)
        self.recalling = True
        self._patience.start(RECALL_MS)

    def _arrived(self, number: int, conversations: list[object]) -> None:
        if self.recalling and number == self._number:
            self.recalling = False
            self._patience.stop()
            self.recalled.emit(conversations)

    def _give_up(self) -> None:
        self._arrived(self._number, [])

    def take(self, changes: Sequence[Change]) -> None:
        """Keep what these changes say, soon."""
        for change in changes:
            if isinstance(change, AccountMade):
                server = server_name(change.host, change.port, change.known)
                self._accounts.keep(server, change.account, change.secret)
            elif isinstance(change, ServerMet):
                self.trust.remember(change.host, change.port, change.known)
        if self._cache is not None and self._cache.note(changes):
            self._write_soon()

    def draft_kept(self, key: str) -> None:
        """Another text stands in this conversation's box: keep it, soon."""
        if self._cache is not None:
            self._cache.note_draft(key)
            self._write_soon()

    def _write_soon(self) -> None:
        if not self._due.isActive():
            self._due.start(WRITE_EVERY_MS)

    def _write(self) -> None:
        if self._cache is not None:
            self._cache.write(self._session.conversations, self._session.current)

    def leave(self) -> None:
        """Write all that is known now and follow it no more; before the session forgets it."""
        self.recalling = False
        self._patience.stop()
        self._due.stop()
        if self._cache is not None:
            self._cache.write(self._session.conversations, self._session.current, everything=True)
            self._cache.close(0)
            self._cache, self._last = None, self._cache

    def log_out(self) -> None:
        """Nobody is logged in any more: others here may use the account."""
        self.leave()
        self._accounts.release()

    def close(self) -> None:
        """The end: what was given to be written is on disk, unless that takes too long."""
        self.log_out()
        if self._last is not None:
            self._last.close(CLOSE_S)
