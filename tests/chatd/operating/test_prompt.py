"""`chatd/operating/prompt.py` and `plain.py` at a terminal of the test's own, which stands for standard input."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator

import pytest

if sys.platform == "win32":
    pytest.skip("pseudo-terminals", allow_module_level=True)

import termios
import tty

from chatd.operating import prompt
from chatd.operating.output import Output
from chatd.operating.plain import Lines
from chatd.operating.prompt import Prompt

WAIT_S = 20.0


@pytest.fixture
def terminal() -> Iterator[int]:
    """The other end of the terminal that standard input is."""
    before = os.dup(0)
    ours, theirs = os.openpty()
    os.dup2(theirs, 0)
    os.close(theirs)
    yield ours
    os.dup2(before, 0)
    os.close(before)
    os.close(ours)


class Asked:
    """Stands for `Orders`: the first order takes until it is told to be done."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.begun, self.done = threading.Event(), threading.Event()

    def carry_out(self, line: str, _width: int) -> list[str]:
        self.lines.append(line)
        self.begun.set()
        self.done.wait(WAIT_S)
        return [f"done: {line}"]


def test_a_prompt_that_is_busy_when_it_is_stopped_ends_after_that(
    terminal: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    asked = Asked()
    made = Prompt(asked, Output(sys.stdout), lambda: None)  # type: ignore[arg-type]  # as much of it as is used
    made.start()
    os.write(terminal, b"satu\ndua")
    assert asked.begun.wait(WAIT_S)
    tty.setraw(0)  # as an order may leave it that hangs
    made.stop(0.01)
    assert termios.tcgetattr(0)[3] & termios.ICANON, "the terminal is as it was all the same"
    assert made._thread.is_alive(), "it does not wait for ever"
    asked.done.set()
    made._thread.join(WAIT_S)
    assert not made._thread.is_alive()
    assert asked.lines == ["satu"]
    assert capsys.readouterr().out == "done: satu\n"


def test_a_prompt_that_is_stopped_before_it_could_read_ends(terminal: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    hold, made_one = threading.Event(), threading.Event()

    class Late(Lines):
        def __init__(self) -> None:
            made_one.set()
            hold.wait(WAIT_S)
            super().__init__(lambda: None)

    monkeypatch.setattr(prompt, "Lines", lambda _ended: Late())
    made = Prompt(Asked(), Output(sys.stdout), lambda: None)  # type: ignore[arg-type]  # as much of it as is used
    made.start()
    assert made_one.wait(WAIT_S)
    made.stop(0.01)
    hold.set()
    made._thread.join(WAIT_S)
    assert not made._thread.is_alive()


def test_what_goes_wrong_with_the_terminal_ends_the_prompt_alone(
    terminal: int, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("obrolan"), "propagate", True)
    monkeypatch.setattr(Prompt, "_made", lambda _self: 1 / 0)
    made = Prompt(Asked(), Output(sys.stdout), lambda: None)  # type: ignore[arg-type]  # as much of it as is used
    made.start()
    made._thread.join(WAIT_S)
    made.stop(0.01)
    assert "nothing can be typed here any more" in caplog.text


def test_lines_come_one_by_one_however_they_are_typed_until_the_terminal_is_gone(terminal: int) -> None:
    taken: list[str] = []
    hints: list[str] = []
    seen = threading.Event()

    def take(line: str) -> None:
        taken.append(line)
        if line == "tiga é":
            seen.set()

    lines = Lines(lambda: hints.append("!"))
    reader = threading.Thread(target=lines.read, args=(take,))
    reader.start()
    os.write(terminal, b"satu\nd")
    os.write(terminal, "ua\n\x04tiga é\n".encode())
    assert seen.wait(WAIT_S)
    assert (taken, hints) == (["satu", "dua", "tiga é"], ["!"])
    lines.cancel()
    reader.join(WAIT_S)
    assert not reader.is_alive()
    lines.cancel()


def test_nobody_is_asked_whose_terminal_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for inputs, expected in (((True, True), True), ((True, False), False), ((False, True), False)):
        monkeypatch.setattr(os, "isatty", lambda number, inputs=inputs: inputs[number])
        monkeypatch.setattr(prompt, "in_foreground", lambda: True)
        assert prompt.at_terminal() is expected
    monkeypatch.setattr(os, "isatty", lambda _number: True)
    monkeypatch.setattr(prompt, "in_foreground", lambda: False)
    assert not prompt.at_terminal()
