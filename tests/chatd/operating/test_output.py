"""`chatd/operating/output.py`: log lines and the line being typed on one terminal."""

from __future__ import annotations

import io
import threading

from chatd.operating.output import MOST, Output


def test_lines_go_straight_on_unless_somebody_types() -> None:
    terminal, woken = io.StringIO(), list[str]()
    output = Output(terminal)
    output.write("satu\n")
    output.lend(lambda: woken.append("!"))
    output.write("dua\n")
    output.write("tiga\n")
    assert terminal.getvalue() == "satu\n"
    assert woken == ["!"], "one call for all that waits"
    assert output.take() == "dua\ntiga\n"
    output.write("empat\n")
    output.give_back()
    output.write("lima\n")
    assert terminal.getvalue() == "satu\nempat\nlima\n"
    assert woken == ["!", "!"]


def test_who_writes_more_than_is_shown_waits_until_it_is_taken_or_given_back() -> None:
    for go_on in ("take", "give_back"):
        output, done = Output(io.StringIO()), threading.Event()
        reached = threading.Event()
        output.lend(reached.set)

        def write(output: Output = output, done: threading.Event = done) -> None:
            output.write("x" * MOST)
            done.set()

        writer = threading.Thread(target=write)
        writer.start()
        assert reached.wait(20)
        assert not done.wait(0.01), "it does not wait"
        getattr(output, go_on)()
        assert done.wait(20)
        writer.join()


def test_who_shows_the_lines_never_waits_for_itself() -> None:
    output = Output(io.StringIO())
    output.lend(lambda: None)
    output.write("x" * 2 * MOST)
    assert len(output.take()) == 2 * MOST
