"""The way by which `python3 server.py account ...` reaches the running server: a port of this computer alone.

Which one, and a secret that every request carries, stand in the file `control` of the data folder, which only its
owner can read; a Unix socket would do the same, but neither on Windows nor in a folder with a long path. One line of
JSON each way: `{"secret", "words", "password"}` and `{"done", "lines"}`. The thread `control` serves one after another.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from translations import tr

FILE = "control"
REQUEST_BYTES = 16 * 1024
ANSWER_BYTES = 1 << 24
REQUEST_S = 5.0
"""How long a request may take to come, in all: while one comes, no other is served."""
ANSWER_S = 60.0

logger = logging.getLogger("obrolan.server")

CarryOut = Callable[[Sequence[str], str], tuple[bool, list[str]]]
"""Gets the words and the password, gives whether it is done and what to say."""


class Control:
    """See the module."""

    def __init__(self, folder: Path, carry_out: CarryOut, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._path = folder / FILE
        self._carry_out = carry_out
        self._monotonic = monotonic
        self._secret = secrets.token_urlsafe(32)
        self._stopping = False
        self._listener: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, name="control")

    def start(self) -> None:
        """Open the port; where that cannot be, the server does without."""
        try:
            self._listener = socket.create_server(("127.0.0.1", 0))
            self._announce(self._listener.getsockname()[1])
        except OSError as error:
            logger.warning(tr("server.py account cannot reach this server: %s"), error.strerror)
            return
        self._thread.start()

    def _announce(self, port: int) -> None:
        partial = self._path.with_suffix(".new")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            json.dump({"port": port, "secret": self._secret}, file)
        partial.replace(self._path)

    def stop(self, deadline_s: float) -> None:
        """Take no more requests; one that is being carried out may end."""
        self._stopping = True
        if self._listener is None:
            return
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
        if self._thread.is_alive():
            # Closing a socket does not wake who waits in accept; a visitor does.
            with contextlib.suppress(OSError):
                socket.create_connection(self._listener.getsockname(), deadline_s).close()
            self._thread.join(deadline_s)
        self._listener.close()

    def _run(self) -> None:
        while self._listener is not None and not self._stopping:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                if not self._stopping:
                    logger.exception("no more orders can be taken (server.py account)")
                return
            with peer:
                try:
                    self._serve(peer)
                except (OSError, ValueError, LookupError, TypeError, RecursionError):
                    logger.warning("somebody on this computer spoke to the control port and was not understood")

    def _serve(self, peer: socket.socket) -> None:
        if self._stopping:
            return
        request = json.loads(_line(peer, REQUEST_BYTES, REQUEST_S, self._monotonic))
        if not hmac.compare_digest(str(request["secret"]), self._secret):
            raise ValueError
        words = [str(word) for word in request["words"]]
        done, lines = self._carry_out(words, str(request["password"]))
        peer.settimeout(REQUEST_S)
        peer.sendall(json.dumps({"done": done, "lines": lines}).encode() + b"\n")


def ask(folder: Path, words: Sequence[str], password: str) -> tuple[bool, list[str]]:
    """Have the server that uses this folder carry something out. Raises OSError or ValueError where it cannot."""
    where = json.loads((folder / FILE).read_text(encoding="ascii"))
    with socket.create_connection(("127.0.0.1", where["port"]), REQUEST_S) as server:
        request = {"secret": where["secret"], "words": list(words), "password": password}
        server.sendall(json.dumps(request).encode() + b"\n")
        answer = json.loads(_line(server, ANSWER_BYTES, ANSWER_S))
    return bool(answer["done"]), [str(line) for line in answer["lines"]]


def _line(peer: socket.socket, most: int, within_s: float, monotonic: Callable[[], float] = time.monotonic) -> bytes:
    """One line, without its end. Raises ValueError for one that is too long or breaks off, TimeoutError for one that
    is not there in time, even if some of it comes again and again.
    """
    deadline = monotonic() + within_s
    data = bytearray()
    while not data.endswith(b"\n"):
        left_s = deadline - monotonic()
        if left_s <= 0:
            raise TimeoutError("this is no line in time")
        peer.settimeout(left_s)
        piece = peer.recv(4096)
        data += piece
        if not piece or len(data) > most:
            raise ValueError("this is no whole line")
    return bytes(data[:-1])
