"""What a talk (what is said) and a face (what is shown and typed) expect of each other.

All methods are called in the main thread, but for `Face.call_soon`, which any thread may call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from client.console.completion import Words
from client.console.lines import Line

PROMPT = ">> "


@dataclass(frozen=True, slots=True)
class Login:
    """Where to go and as whom; `channel` may be ""."""

    host: str
    port: int
    name: str
    channel: str = ""
    new_certificate: bool = False
    """Whether to forget by which certificate the server was known."""


class Face(Protocol):
    """Shows lines and takes what is typed; calls the talk's methods."""

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines, above what is being typed."""

    def refresh(self) -> None:
        """Prompt, waiting messages or `next_tick` of the talk may be others now."""

    def call_soon(self, callback: Callable[[], object]) -> None:
        """Have this called in the main thread; from any thread, and from a signal's handler."""

    def end(self, code: int) -> None:
        """The talk is over: leave with this exit code."""


class Talk(Protocol):
    """What the person takes part in."""

    @property
    def prompt(self) -> str:
        """What stands before what is typed."""

    @property
    def waiting(self) -> Sequence[str]:
        """Own messages whose arrival is not known yet."""

    @property
    def status(self) -> str:
        """A sentence on what goes on just now, "" for nothing (who is writing)."""

    @property
    def words(self) -> Words:
        """What Tab can complete."""

    @property
    def ready(self) -> bool:
        """Whether a text can be taken and sent at once; a script's next line waits for it."""

    @property
    def next_tick(self) -> float | None:
        """When (monotonic seconds) `tick` wants to be called; None for not at all."""

    def start(self, face: Face) -> None:
        """Begin; what happens is shown on this face."""

    def edited(self, text: str) -> None:
        """This is being typed now."""

    def accept(self, text: str) -> bool:
        """Enter was pressed; False: the text was not taken and stays where it is (the face was told why)."""

    def finish(self) -> None:
        """Nothing more will be typed: leave once all of it arrived."""

    def quit(self, code: int = 0) -> None:
        """Say goodbye and leave now."""

    def tick(self) -> None:
        """Do what is due."""

    def close(self) -> None:
        """Stop the threads; the last call."""
