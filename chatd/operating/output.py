"""The way of lines to the terminal: straight on or, while somebody is typing, above what stands there.

Any thread writes; `lend`, `take` and `give_back` are the prompt's. Who shows the line being typed borrows the way,
is woken when something waits, and takes it. A terminal that is held up holds up who writes, as it would without.
Imports nothing of ours.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TextIO

MOST = 65_536
"""Characters that wait until a writer has to wait too."""


class Output:
    """See the module. It is a file as far as logging needs one."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._changed = threading.Condition()
        self._waiting: list[str] = []
        self._size = 0
        self._wake: Callable[[], None] | None = None
        self._borrower = 0
        """The thread that must never wait for itself."""

    def write(self, text: str) -> None:
        with self._changed:
            if self._wake is None:
                self._stream.write(text)
                return
            self._waiting.append(text)
            self._size += len(text)
            if len(self._waiting) == 1:
                self._wake()
            if threading.get_ident() != self._borrower:
                self._changed.wait_for(lambda: self._size < MOST or self._wake is None)

    def flush(self) -> None:
        with self._changed:
            if self._wake is None:
                self._stream.flush()

    def lend(self, wake: Callable[[], None]) -> None:
        """From now on lines wait until the calling thread takes them; `wake` asks it to, from any thread."""
        with self._changed:
            self._wake, self._borrower = wake, threading.get_ident()

    def take(self) -> str:
        """What waits."""
        with self._changed:
            return self._taken()

    def give_back(self) -> None:
        """From now on lines go straight on, with what waits in front."""
        with self._changed:
            self._wake = None
            if text := self._taken():
                self._stream.write(text)
                self._stream.flush()

    def _taken(self) -> str:
        text = "".join(self._waiting)
        self._waiting.clear()
        self._size = 0
        self._changed.notify_all()
        return text
