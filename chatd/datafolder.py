"""The server's folder on disk: who may use it, and the key that hides addresses; and which user the server should be.

Used by the main thread at start and end only. One process per folder: a second one is told so.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import logging
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

from chatd.rates import source
from translations import tr
from translations.calling import INSTALLED

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

KEY_BYTES = 32

logger = logging.getLogger("obrolan.server")


def keep_to_ourselves() -> None:
    """What is said here is nobody's business who merely uses the same computer: files are for this user alone, and a
    crash writes no memory to the disk.
    """
    os.umask(0o077)
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - Unix has it

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def describe_user() -> None:
    """Log that root is more than a chat server needs, if we are root."""
    if sys.platform != "win32" and os.geteuid() == 0:
        logger.warning(
            tr("the server runs as root and need not: start it as an ordinary user (port 8888 needs no root)")
        )


def usual_folder() -> Path:
    """Where the data are unless told otherwise: beside server.py, or where this user's programs keep theirs once
    Obrolan is installed, as no program writes into what was installed.
    """
    if not INSTALLED:
        return Path(__file__).parents[1] / "data"
    home = Path.home()
    if sys.platform == "win32":
        place = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        place = home / "Library" / "Application Support"
    else:
        named = os.environ.get("XDG_DATA_HOME", "")
        place = Path(named) if named.startswith("/") else home / ".local" / "share"
    return place / "obrolan" / "server"


def describe_usual_folder() -> str:
    """The same, in words that argparse can print."""
    return str(usual_folder()).replace("%", "%%") if INSTALLED else tr("data beside server.py")


class DataFolderError(Exception):
    """The folder cannot be used; the text says why and what to do."""


class FolderInUseError(DataFolderError):
    """Another server uses it."""


class DataFolder:
    """An open and locked data folder. Raises `DataFolderError` when it cannot be made, written or locked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._motd: list[str] = []
        self._motd_state: tuple[int, int, int] | None = None
        """When it was written, its size and its inode."""
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = _lock(path / "lock")
            self._key = _host_key(path / "host-key")
        except OSError as error:
            raise DataFolderError(
                tr("The data folder {path} cannot be used: {why}. Choose another one with --data.").format(
                    path=path, why=error.strerror
                )
            ) from error

    def host_of(self, address: str) -> str:
        """The host name shown in place of an address: the same for the same address, telling nothing of it."""
        return _hidden_host(self._key, address)

    def secret(self, purpose: str) -> bytes:
        """A secret of this folder, the same after a restart; another one for each purpose."""
        return hmac.digest(self._key, purpose.encode(), "sha256")

    def motd(self) -> list[str]:
        """The lines of `motd.txt`, read anew when it was edited; empty without one."""
        path = self.path / "motd.txt"
        try:
            found = path.stat()
            state = found.st_mtime_ns, found.st_size, found.st_ino
            if state != self._motd_state:
                text = path.read_text(encoding="utf-8", errors="replace")
                self._motd = [line.replace("\0", "")[:200] for line in text.splitlines()[:100]]
                self._motd_state = state
        except OSError:
            return []
        return self._motd

    def owner_code(self, make: Callable[[], str]) -> str:
        """The code by which somebody may claim the server, as it stands in its file; made where there is none."""
        path = self.path / "owner-code"
        try:
            code = path.read_text(encoding="ascii", errors="replace").strip()
        except OSError:
            code = ""
        if not code:
            code = make()
            write_private(path, f"{code}\n".encode())
        return code

    def forget_owner_code(self) -> None:
        """The server is somebody's."""
        (self.path / "owner-code").unlink(missing_ok=True)

    def close(self) -> None:
        self._lock.close()


@functools.lru_cache(maxsize=1024)
def _hidden_host(key: bytes, address: str) -> str:
    # Whoever has one address of an IPv6 /64 has all of them.
    return hmac.new(key, source(address)[0].encode(), hashlib.sha256).hexdigest()[:8] + ".lan"


def _lock(path: Path) -> IO[bytes]:
    lock = path.open("a+b")
    try:
        if sys.platform == "win32":
            lock.seek(0)
            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise FolderInUseError(
            tr("Another server is using the data folder {path}. Stop it, or choose another folder with --data.").format(
                path=path.parent
            )
        ) from error
    return lock


def _host_key(path: Path) -> bytes:
    """The secret behind `host_of`, made at the first start; kept so that bans still fit after a restart."""
    if path.exists():
        key = path.read_bytes()
        if len(key) == KEY_BYTES:
            return key
    key = secrets.token_bytes(KEY_BYTES)
    write_private(path, key)
    return key


def write_private(path: Path, data: bytes) -> None:
    """Whole or not at all, and nobody else's to read. Raises OSError."""
    partial = path.with_suffix(".new")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
