"""The secrets of our accounts, kept between two runs, and which of them is in use on this computer.

One small file per account in the profile's folder, which only the person can read, named after the server (see
`server_name`) and the nickname. Whoever holds an account's lock is the one program here that
logs in by its secret and writes its file; it ends with the process, however that ends. So a second window under
the same name is told that the name is in use, as anybody else would be. A file that cannot be read or written
costs the account, never the chat. No Qt; called in the main thread of window or terminal.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path

import protocol
from client.changes import AUTHORITY
from client.effects import is_loopback

log = logging.getLogger("accounts")

if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Accounts:
    """The accounts in one profile's folder; at most one of them is in use by this process."""

    def __init__(self, profile: Path) -> None:
        self._folder = profile / "accounts"
        self._held = ""
        self._handle: int | None = None

    def take(self, server: str, nickname: str) -> str | None:
        """Use this account from now on: its secret, "" if there is none yet.

        `server` is a `server_name`. None if another program here uses it, or nothing could be kept: then none should
        be made.
        """
        name = _file_name(server, nickname)
        return self._read(name) if self._hold(name) else None

    def keep(self, server: str, nickname: str, secret: str) -> None:
        """Remember the secret of an account that was made, or the faster form of it."""
        name = _file_name(server, nickname)
        if not self._hold(name):
            return
        fresh = self._folder / f"{name}.new"
        try:
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                json.dump({"nickname": nickname, "server": server, "secret": secret}, file, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())  # or a power cut right after the rename leaves an empty file
            fresh.replace(self._folder / f"{name}.json")
        except OSError as error:
            log.warning("accounts: %s cannot be written: %s", fresh, error)

    def release(self) -> None:
        """Nobody is logged in here any more."""
        if self._handle is not None:
            os.close(self._handle)
        self._handle, self._held = None, ""

    def _hold(self, name: str) -> bool:
        if self._held == name:
            return True
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._folder / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            log.warning("accounts: %s cannot be used: %s", self._folder, error)
            return False
        try:
            _lock(handle)
        except (BlockingIOError, PermissionError):
            os.close(handle)
            return False
        except OSError as error:
            log.warning("accounts: no locks in %s: %s", self._folder, error)
        self.release()
        self._handle, self._held = handle, name
        return True

    def _read(self, name: str) -> str:
        try:
            stored = json.loads((self._folder / f"{name}.json").read_text("utf-8"))
        except FileNotFoundError:
            return ""
        except (OSError, ValueError, RecursionError) as error:
            log.warning("accounts: %s.json cannot be read: %s", name, error)
            return ""
        secret = stored.get("secret") if isinstance(stored, dict) else None
        return secret if isinstance(secret, str) else ""


def server_name(host: str, port: int, known: str) -> str:
    """The server among those of this person: on this computer its port; elsewhere its certificate, whatever its address
    is today (`known` as in `changes.Security`); with a certificate of an authority, which is renewed, its address.
    """
    if is_loopback(host):
        return str(port)
    if known and known != AUTHORITY:
        return known[:32]
    import hashlib  # noqa: PLC0415 - not before the first paint

    return "at-" + hashlib.sha256(repr((host.lower(), port)).encode(errors="replace")).hexdigest()[:32]


def _file_name(server: str, nickname: str) -> str:
    """One that every file system takes, and another one for each nickname (64 bytes at most)."""
    return f"{server}-{protocol.fold(nickname).encode(errors='replace').hex()}"
