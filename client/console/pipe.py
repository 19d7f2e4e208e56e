"""The plain face: reads lines from one stream and prints lines to another, for scripts.

Lines of the room go to standard output, what went wrong on our side to standard error. The next line
is taken when the talk is ready for it, so a script is never faster than its server. Where people type
without prompt_toolkit this face serves too.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import TextIO

from client.console.contract import Talk
from client.console.lines import Line

READ_BYTES = 64 * 1024
LINE_BYTES = 64 * 1024
"""A longer line is cut."""
READ_AHEAD = 256
"""Lines read before the talk takes them."""
LONGEST_WAIT_S = 0.5 if sys.platform == "win32" else None
"""On Windows Ctrl+C does not end a wait."""


class Pipe:
    """`source` is a file descriptor, None for no input. `interactive`: a person types."""

    def __init__(self, talk: Talk, source: int | None, out: TextIO, err: TextIO, *, interactive: bool) -> None:
        self._talk = talk
        self._source = source
        self._out = out
        self._err = err
        self._interactive = interactive
        self._inbox: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()
        self._typed: deque[bytes] = deque()
        self._ahead = threading.Semaphore(READ_AHEAD)
        self._ended_input = False
        self._code: int | None = None

    def run(self) -> int:
        """Until the talk is over; its exit code."""
        threading.Thread(target=self._read, name="stdin", daemon=True).start()  # a read cannot be interrupted
        self._talk.start(self)
        while self._code is None:
            self._step()
        self._talk.close()
        return self._code

    # --- what the talk asks --------------------------------------------------------------------

    def show(self, lines: Sequence[Line]) -> None:
        """Print them."""
        for stream, problem in ((self._out, False), (self._err, True)):
            text = "".join(f"{line}\n" for line in lines if line.problem is problem)
            if text:
                self._print(stream, text)

    def _print(self, stream: TextIO, text: str) -> None:
        try:
            stream.write(text)
            stream.flush()
        except OSError:  # the reader is gone, or the terminal
            # What is left in the stream's buffer must not fail again when Python closes it.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            if stream is self._out:
                self.call_soon(self._talk.quit)

    def refresh(self) -> None:
        """There is no prompt; the next tick is looked up in every turn."""

    def call_soon(self, callback: Callable[[], object]) -> None:
        """Leave it for the main thread (SimpleQueue may be used in signal handlers)."""
        self._inbox.put(callback)

    def end(self, code: int) -> None:
        """Leave the loop."""
        self._code = code

    # --- the loop ------------------------------------------------------------------------------

    def _step(self) -> None:
        due = self._talk.next_tick
        waits = [LONGEST_WAIT_S, None if due is None else max(0.0, due - time.monotonic())]
        try:
            callback = self._inbox.get(timeout=min((wait for wait in waits if wait is not None), default=None))
        except queue.Empty:
            pass
        else:
            callback()
        if self._code is None and due is not None and due <= time.monotonic():
            self._talk.tick()
        self._take_typed()

    def _take_typed(self) -> None:
        while self._typed and self._code is None and self._talk.ready:
            line = self._typed.popleft()
            self._ahead.release()
            self._talk.accept(_decoded(line))
        if self._ended_input and self._code is None and (self._interactive or not self._typed):
            self._ended_input = False
            if self._interactive:
                self._talk.quit()
            else:
                self._talk.finish()

    def _read(self) -> None:
        """The thread. Not by sys.stdin: its lock, held while it waits, would break the end of the process."""
        rest = b""
        while data := self._read_some():
            *lines, rest = (rest + data).split(b"\n")
            if len(rest) > LINE_BYTES:
                lines.append(rest)
                rest = b""
            for line in lines:
                self._type(line)
        if rest:
            self._type(rest)
        self.call_soon(self._end_input)

    def _read_some(self) -> bytes:
        try:
            return b"" if self._source is None else os.read(self._source, READ_BYTES)
        except OSError:  # a terminal that is gone
            return b""

    def _type(self, line: bytes) -> None:
        self._ahead.acquire()
        self.call_soon(partial(self._typed.append, line))

    def _end_input(self) -> None:
        self._ended_input = True


def _decoded(line: bytes) -> str:
    line = line.removesuffix(b"\r")
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")
