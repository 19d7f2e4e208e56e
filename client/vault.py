"""Passwords in the desktop's keyring, where there is one: nowhere else are they kept.

A file would be readable for every program of the person and for whoever gets a copy of the disk, so without a keyring
nothing is remembered. The library `keyring` is optional and slow to load, and a desktop may ask to have it unlocked: so
all of that happens in a daemon thread, `keyring`, and no answer is waited for longer than `PATIENCE_S`. It lives in the
GUI thread. Imports Qt's core and the credentials.
"""

from __future__ import annotations

import importlib
import json
import logging
import queue
import threading
from collections.abc import Callable
from typing import Any, Protocol

from PyQt5.QtCore import QObject, QTimer, pyqtSignal

from client.credentials import Credentials

SERVICE = "Obrolan"
PATIENCE_S = 10.0
"""How long a login waits for the keyring, which may be asking to be unlocked."""
CLOSE_S = 0.2
"""How long closing the window waits for what is being kept."""
SAFE = 1
"""The priority from which on `keyring` itself recommends a backend: less is a plain file, or nothing at all."""

log = logging.getLogger("vault")


class Keyring(Protocol):
    """What is used of a backend of `keyring`."""

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


def desktop_keyring() -> Keyring | None:
    """The keyring of this desktop, None without a safe one. Slow."""
    try:
        found: Any = importlib.import_module("keyring").get_keyring()
        safe = found.priority >= SAFE
    except Exception as error:  # noqa: BLE001 - backends raise whatever their libraries do
        log.info("vault: no keyring: %s", error)
        return None
    return found if safe else None


class Vault(QObject):
    """See the module; a `place` is a name for one login.

    Signals: `found(place, Credentials)` once after each `fetch`, with the passwords or with none; `looked(there is a
    keyring)` after `look`.
    """

    found = pyqtSignal(str, object)
    looked = pyqtSignal(bool)
    _answered = pyqtSignal(int, str, object)
    """From the thread: number of the fetch, place, credentials."""

    def __init__(self, parent: QObject | None = None, open_keyring: Callable[[], Keyring | None] = desktop_keyring):
        super().__init__(parent)
        self._open_keyring = open_keyring
        self._keyring: Keyring | None = None
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._idle = threading.Event()
        self._idle.set()
        self._waiting = 0
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._number = 0
        self._fetching: set[int] = set()
        self._answered.connect(self._arrived)

    def look(self) -> None:
        """Find out whether there is a keyring; `looked` follows unless it hangs."""
        self._do(lambda: self.looked.emit(self._keyring is not None))

    def fetch(self, place: str) -> None:
        """The passwords kept for this place; `found` follows within `PATIENCE_S`."""
        self._number += 1
        number = self._number
        self._fetching.add(number)
        self._do(lambda: self._answered.emit(number, place, self._read(place)))
        patience = QTimer(self)
        patience.setSingleShot(True)
        patience.timeout.connect(lambda: self._arrived(number, place, Credentials()))
        patience.start(round(PATIENCE_S * 1000))

    def keep(self, place: str, credentials: Credentials) -> None:
        """Remember these passwords."""
        text = json.dumps({"password": credentials.password, "account_password": credentials.account_password})
        self._do(lambda: self._keyring.set_password(SERVICE, place, text) if self._keyring is not None else None)

    def forget(self, place: str) -> None:
        """Remember nothing of this place."""
        self._do(lambda: self._keyring.delete_password(SERVICE, place) if self._keyring is not None else None)

    def close(self) -> None:
        """The end: what was to be kept is kept, unless that takes too long."""
        self._idle.wait(CLOSE_S)
        self._jobs.put(None)

    def _arrived(self, number: int, place: str, credentials: Credentials) -> None:
        if number in self._fetching:
            self._fetching.remove(number)
            self.found.emit(place, credentials)

    def _do(self, job: Callable[[], None]) -> None:
        with self._lock:
            self._waiting += 1
            self._idle.clear()
        self._jobs.put(job)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="keyring", daemon=True)
            self._thread.start()

    # --- in the thread -------------------------------------------------------------------------

    def _work(self) -> None:
        self._keyring = self._open_keyring()
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception as error:  # noqa: BLE001 - backends raise whatever their libraries do
                log.warning("vault: %s", type(error).__name__)  # its text may hold what was to be kept
            with self._lock:
                self._waiting -= 1
                if not self._waiting:
                    self._idle.set()

    def _read(self, place: str) -> Credentials:
        try:
            text = self._keyring.get_password(SERVICE, place) if self._keyring is not None else None
            kept = json.loads(text) if text else {}
            return Credentials(str(kept.get("password", "")), "", str(kept.get("account_password", "")))
        except Exception as error:  # noqa: BLE001 - as above, and anybody may have written into it
            log.warning("vault: %s", type(error).__name__)
            return Credentials()
