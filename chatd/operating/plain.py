"""Lines as the terminal itself lets people edit them: the way to read orders where there is no prompt_toolkit.

Waits for the terminal and for `cancel` at once, so it can be ended at any time. Not on Windows, where a terminal cannot
be waited for so. Imports the standard library only; `read` runs in the thread `prompt`, `cancel` in any.
"""

from __future__ import annotations

import os
import selectors
import socket
import sys
from collections.abc import Callable

BACKGROUND_S = 0.5
"""How often somebody who was sent to the background looks whether they are back."""


def in_foreground() -> bool:
    """Whether reading the terminal would not stop the process: in the background of a shell it would."""
    if sys.platform == "win32":
        return True
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return True  # it is not our controlling terminal, so nobody is stopped for reading it


class Lines:
    """See the module."""

    def __init__(self, ended: Callable[[], None]) -> None:
        """`ended` says what Ctrl+D does not do."""
        self._ended = ended
        self._receive, self._send = socket.socketpair()

    def read(self, take: Callable[[str], None]) -> None:
        """Give each line to `take`, until `cancel` or the terminal is gone."""
        rest = b""
        with self._receive, self._send, selectors.DefaultSelector() as selector:
            selector.register(self._receive, selectors.EVENT_READ)
            selector.register(0, selectors.EVENT_READ)
            while self._receive not in {key.fileobj for key, _ in selector.select()}:
                if not in_foreground():
                    if self._cancelled_within(BACKGROUND_S):
                        return
                    continue
                try:
                    data = os.read(0, 4096)
                except OSError:
                    return
                if not data:
                    if not os.isatty(0):
                        return  # the terminal is gone
                    self._ended()
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    take(line.decode(errors="replace"))

    def _cancelled_within(self, seconds: float) -> bool:
        self._receive.settimeout(seconds)
        try:
            return bool(self._receive.recv(1))
        except TimeoutError:
            return False

    def cancel(self) -> None:
        try:
            self._send.send(b"\0")
        except OSError:
            pass  # it has ended already
