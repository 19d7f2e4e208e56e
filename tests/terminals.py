"""Our terminal client as tests drive it: in a real terminal, and without one.

`Terminal` is a pseudo-terminal, with what it shows drawn by an emulator. `Table` is a talk between a
server made of lines and a face made of paper.

Nothing here sleeps: every wait is for something on the screen or for the end, and is bounded by `WAIT_S`.
"""

from __future__ import annotations

import os
import queue
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pexpect
import pyte

from client.connection import Connection
from client.console.contract import Login
from client.console.irc import IrcTalk
from client.console.lines import Line
from client.effects import Effect, Send
from client.events import Connected, Event, Lost, Received
from client.session import Session
from protocol import parse
from tests.fakes import CAPABILITIES, ManualClock

ROOT = Path(__file__).resolve().parents[1]
WAIT_S = 20.0
"""Only a failing test waits so long."""
FORK_WARNING = "ignore:This process .* is multi-threaded, use of forkpty:DeprecationWarning"
"""For `pytest.mark.filterwarnings`: pexpect forks, and does nothing in the child but start our program."""


class Terminal:
    """`python -m client.terminal` and the screen it draws on. With `with`, it is killed at the end."""

    def __init__(
        self,
        *arguments: object,
        environment: Mapping[str, str] | None = None,
        program: Sequence[str] = ("-m", "client.terminal"),
        lines: int = 24,
        columns: int = 80,
    ) -> None:
        self._screen = pyte.HistoryScreen(columns, lines, history=1000)
        self._stream = pyte.Stream(self._screen)
        self.written = ""
        """All that it sent to the terminal."""
        self.process = pexpect.spawn(
            sys.executable,
            [*program, *map(str, arguments)],
            cwd=str(ROOT),
            env={**os.environ, "TERM": "xterm-256color", **(environment or {})},
            dimensions=(lines, columns),
            encoding="utf-8",
            timeout=WAIT_S,
        )
        self.process.delaybeforesend = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.close(force=True)

    # --- the person ----------------------------------------------------------------------------

    def type(self, text: str) -> None:
        """Press these keys."""
        self.process.send(text)

    def enter(self, text: str) -> None:
        """Type a line."""
        self.type(text + "\r")

    def press_control(self, letter: str) -> None:
        """Ctrl and a letter."""
        self.process.sendcontrol(letter)

    def resize(self, lines: int, columns: int) -> None:
        """Another window size; the process is told as by a terminal (SIGWINCH)."""
        self._screen.resize(lines, columns)
        self.process.setwinsize(lines, columns)

    def hang_up(self) -> None:
        """Close the terminal's window; returns when the process has ended."""
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, self.process.child_fd)  # closes our end of the pseudo-terminal; pexpect keeps its number
        os.close(nothing)
        self.process.wait()

    # --- what is seen --------------------------------------------------------------------------

    @property
    def shown(self) -> list[str]:
        """The lines of the screen that are not empty, and what scrolled off above them."""
        above = ["".join(row[x].data for x in range(self._screen.columns)) for row in self._screen.history.top]
        return [line for row in [*above, *self._screen.display] if (line := row.rstrip())]

    @property
    def typed(self) -> str:
        """The last line: prompt and what stands behind it."""
        return self.shown[-1] if self.shown else ""

    @property
    def cursor(self) -> tuple[str, int]:
        """The text of the line with the cursor, and its column."""
        return self._screen.display[self._screen.cursor.y].rstrip(), self._screen.cursor.x

    def wait_until(self, holds: Callable[[], bool], what: object = "") -> None:
        """Read what it draws until this holds."""
        deadline = time.monotonic() + WAIT_S
        while not holds():
            try:
                self._read(deadline)
            except (pexpect.TIMEOUT, pexpect.EOF) as error:
                raise AssertionError(f"{type(error).__name__} before {what!r} on:\n" + "\n".join(self.shown)) from None

    def wait_for(self, text: str) -> None:
        """Until this stands somewhere on the screen."""
        self.wait_until(lambda: any(text in line for line in self.shown), text)

    def wait_for_prompt(self, typed: str = ">>") -> None:
        """Until the last line is this, with the cursor on it."""
        self.wait_until(lambda: self.typed == typed.rstrip() and self.cursor[0] == typed.rstrip(), typed)

    def wait_for_end(self) -> int:
        """Read to the end; the exit code."""
        deadline = time.monotonic() + WAIT_S
        try:
            while True:
                self._read(deadline)
        except pexpect.EOF:
            self.process.wait()
        assert self.process.exitstatus is not None, f"ended by signal {self.process.signalstatus}"
        return self.process.exitstatus

    def _read(self, deadline: float) -> None:
        text = self.process.read_nonblocking(1 << 16, max(0.0, deadline - time.monotonic()))
        self.written += text
        self._stream.feed(text)


# --- without a terminal ------------------------------------------------------------------------


class Paper:
    """A face that keeps what it is shown and calls back at once."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.code: int | None = None

    def show(self, lines: Sequence[Line]) -> None:
        self.lines += lines

    def refresh(self) -> None:
        pass

    def call_soon(self, callback: Callable[[], object]) -> None:
        callback()

    def end(self, code: int) -> None:
        self.code = code

    def take(self) -> list[str]:
        """What was shown since this was last asked, without times."""
        texts = [re.sub(r"^\d\d\.\d\d ", "", str(line)) for line in self.lines]
        self.lines = []
        return texts


class Desk(Paper):
    """A paper whose callbacks wait until the test takes them, so that other threads may leave some."""

    def __init__(self) -> None:
        super().__init__()
        self._left: queue.Queue[Callable[[], object]] = queue.Queue()

    def call_soon(self, callback: Callable[[], object]) -> None:
        self._left.put(callback)

    def turn(self) -> None:
        """Take the next callback."""
        self._left.get(timeout=WAIT_S)()


class Wire(Connection):
    """A connection whose other end is the test."""

    def __init__(self, report: Callable[[int, Event], None]) -> None:
        super().__init__(report)
        self._tell = report
        self.sent: list[str] = []

    def run(self) -> None:
        """There is nothing to wait for."""

    def perform(self, effect: Effect) -> None:
        if isinstance(effect, Send):
            self.sent += effect.data.decode().split("\r\n")[:-1]
        else:
            self.link += 1

    def happen(self, event: Event) -> None:
        self._tell(self.link, event)

    def take(self) -> list[str]:
        """The lines sent since this was last asked."""
        sent, self.sent = self.sent, []
        return sent


class Table:
    """An `IrcTalk` between a server played by the test (`server`) and a `Paper`."""

    def __init__(self, *, interactive: bool = True, channel: str = "") -> None:
        self.clock = ManualClock()
        self.paper = Paper()
        self.talk = IrcTalk(
            Login("lab2", 8888, "Siti", channel),
            interactive=interactive,
            session=Session(monotonic=self.clock, now=ManualClock(1_700_000_000.0), random=lambda: 0.5),
            make_connection=self._make_wire,
            monotonic=self.clock,
            now=ManualClock(1_700_000_000.0),
        )
        self.talk.start(self.paper)

    def _make_wire(self, report: Callable[[int, Event], None]) -> Wire:
        self.wire = Wire(report)
        return self.wire

    def server(self, *lines: str) -> None:
        """The server sends these lines in one batch."""
        self.wire.happen(Received([parse(line) for line in lines]))

    def log_in(self, *more: str, capabilities: str = CAPABILITIES) -> None:
        """The server takes us into #lobby, where Budi and Ani are."""
        self.wire.happen(Connected())
        nickname = next(line for line in self.wire.take() if line.startswith("NICK ")).split()[1]
        self.server(f":srv CAP * LS :{capabilities}")
        self.server(f":srv CAP * ACK :{parse(self.wire.take()[0]).params[-1]}")
        self.server(
            f":srv 001 {nickname} :Welcome",
            f":srv 005 {nickname} NETWORK=Lab\\x202 PREFIX=(ov)@+ CASEMAPPING=ascii obrolan.example/BOOT=a1 :ok",
            f":srv 376 {nickname} :End",
            f":{nickname}!~u@host.lan JOIN #lobby * :Siti",
            f":srv 353 {nickname} = #lobby :{nickname}!~u@host.lan @Budi!~b@b.lan Ani!~a@a.lan",
            f":srv 366 {nickname} #lobby :End",
            *more,
        )
        self.wire.take()
        self.paper.take()

    def echo(self) -> None:
        """The server echoes what was said."""
        us = f"{self.talk.session.nickname}!~u@host.lan"
        said = [parse(line) for line in self.wire.take()]
        self.server(
            *(
                f"@label={label};msgid=m{label} :{us} PRIVMSG {message.params[0]} :{message.params[1]}"
                for message in said
                if (label := message.tags.get("label"))
            )
        )

    def lose(self) -> None:
        """The connection breaks."""
        self.wire.happen(Lost(""))

    def come_back(self, boot: str = "a1") -> None:
        """The next try succeeds."""
        due = self.talk.next_tick
        assert due is not None
        self.clock.seconds = due
        self.talk.tick()
        self.wire.happen(Connected())
        self.wire.take()
        self.server(":srv CAP * LS :" + CAPABILITIES)
        self.server(f":srv CAP * ACK :{parse(self.wire.take()[0]).params[-1]}")
        self.server(
            ":srv 001 Siti :Welcome",
            f":srv 005 Siti NETWORK=Lab\\x202 obrolan.example/BOOT={boot} :ok",
            ":srv 376 Siti :End",
            ":Siti!~u@host.lan JOIN #lobby * :Siti",
        )
        self.wire.take()
