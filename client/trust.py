"""Which servers this computer has met, and by which certificate: trust at the first contact, and ever after the same.

One JSON file in the person's folder: `host:port`, and a fingerprint (SHA-256, hexadecimal), or `authority` for a server
whose certificate a known authority has signed. A file that cannot be read or written costs the memory, never the chat.
No Qt; called in the main thread of window or terminal.
"""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

log = logging.getLogger("trust")


class Trust:
    """See the module."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "servers.json"

    def known(self, host: str, port: int) -> str:
        """The fingerprint of this server, `changes.AUTHORITY`, or "" for one that was never met (or never with TLS)."""
        return self._read().get(_key(host, port), "")

    def remember(self, host: str, port: int, known: str) -> None:
        """This is how the server is known from now on; "" forgets it."""
        servers = self._read()
        if servers.get(_key(host, port), "") == known:
            return
        servers[_key(host, port)] = known
        if not known:
            del servers[_key(host, port)]
        fresh = self._path.with_suffix(f".{os.getpid()}.new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                json.dump(servers, file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
        except OSError as error:
            log.warning("trust: %s cannot be written: %s", self._path, error)

    def _read(self) -> dict[str, str]:
        try:
            stored = json.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            log.warning("trust: %s cannot be read: %s", self._path, error)
            return {}
        if not isinstance(stored, dict):
            return {}
        return {host: known for host, known in stored.items() if isinstance(known, str)}


def _key(host: str, port: int) -> str:
    return f"{host.casefold()}:{port}"
