"""`chatd/console.py`: the first screen, the lines as people come and go, and a terminal that is held up."""

from __future__ import annotations

import errno
import io
import logging
import socket
import sys
import threading

import pytest

import translations
from chatd import console, logfiles
from chatd.events import Audience, Event
from tests.chatd.connections import connection

pytestmark = pytest.mark.usefixtures("logging_as_it_was")


def event(verb: str, rest: str) -> Event:
    who = connection("ani")
    return Event(Audience.CHANNEL, verb, f":{who.source} {verb} {rest}", who)


# --- the first screen -----------------------------------------------------------------------------


def test_on_this_computer_only_it_says_so() -> None:
    screen = console.banner("Lab 2", "127.0.0.1", 8888)
    assert "Chat server “Lab 2” is ready     (Ctrl+C stops it)" in screen
    assert "python3 -m client.main\n" in screen
    assert "127.0.0.1" not in screen


def test_another_port_than_the_usual_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "lan_addresses", lambda: ["192.168.1.20", "10.0.0.5"])
    screen = console.banner("Lab 2", "0.0.0.0", 8889)
    assert "python3 -m client.main --port 8889" in screen
    assert "192.168.1.20 : 8889" in screen
    assert "10.0.0.5 : 8889" in screen
    assert "192.168.1.20, port 8889, without TLS" in screen


def test_without_any_network_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "lan_addresses", list)
    assert "this computer has no network address now" in console.banner("Lab 2", "0.0.0.0", 8888)


def test_that_orders_can_be_typed_is_said_only_where_they_can() -> None:
    hint = "Type help to see what can be done here."
    assert hint in console.banner("Lab 2", "127.0.0.1", 8888, orders=True)
    assert hint not in console.banner("Lab 2", "127.0.0.1", 8888)


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_the_columns_stand_below_each_other(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.setattr(console, "lan_addresses", lambda: ["192.168.1.20", "10.0.0.5"])
    translations.set_language(language)
    rows = console.banner("Lab 2", "0.0.0.0", 8888).strip().splitlines()[2:]
    values = ("python3", "192.168.1.20 :", "10.0.0.5", "192.168.1.20,")
    assert len({row.index(value) for row, value in zip(rows, values, strict=True)}) == 1


def test_addresses_of_this_computer_are_no_loopback() -> None:
    for address in console.lan_addresses():
        assert socket.inet_aton(address)[0] not in (0, 127)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux is asked")
def test_where_a_sandbox_forbids_to_ask_for_interfaces_the_one_of_the_way_out_will_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`RestrictAddressFamilies` of deploy/obrolan.service leaves no socket of the kind that this takes."""

    def forbidden() -> list[tuple[int, str]]:
        raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")

    monkeypatch.setattr(socket, "if_nameindex", forbidden)
    assert len(console.lan_addresses()) <= 1


# --- lines ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "rest", "sentence"),
    [
        ("JOIN", "#x", "ani joined #x"),
        ("PART", "#x", "ani left #x"),
        ("PART", "#x :why not", "ani left #x (why not)"),
        ("QUIT", ":Quit: bye", "ani is gone (Quit: bye)"),
        ("QUIT", ":Quit: ", "ani is gone (Quit)"),
        ("QUIT", ":a\x1b[2Jb\u202e", r"ani is gone (a\x1b[2Jb\u202e)"),
        ("QUIT", ":{name} %s %d", "ani is gone ({name} %s %d)"),
    ],
)
def test_who_comes_and_goes_is_one_line(
    capsys: pytest.CaptureFixture[str], verb: str, rest: str, sentence: str
) -> None:
    shown = console.Console("info", lambda: 3)
    shown.start()
    shown.follow([event(verb, rest), event("PRIVMSG", "#x :a secret")])
    shown.stop()
    (line,) = capsys.readouterr().out.splitlines()
    assert line[9:].rstrip() == f"{sentence:<40} |  3 online"


def test_messages_are_shown_for_those_who_debug(capsys: pytest.CaptureFixture[str]) -> None:
    shown = console.Console("debug", lambda: 1)
    shown.start()
    private = event("PRIVMSG", "bela :private")
    private.audience = Audience.PERSON
    shown.follow([event("PRIVMSG", "#x :a\x07b"), event("NOTICE", "#x :c"), event("TAGMSG", "#x"), private])
    shown.stop()
    assert [line[9:] for line in capsys.readouterr().out.splitlines()] == [r"#x <ani> a\x07b", "#x <ani> c"]


def test_at_a_higher_level_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    shown = console.Console("warning", lambda: 1)
    shown.start()
    shown.follow([event("JOIN", "#x")])
    shown.stop()
    assert capsys.readouterr().out == ""


def test_a_terminal_that_is_held_up_delays_nobody_and_the_lines_it_missed_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held_up, waiting = threading.Event(), threading.Event()

    class Terminal(io.StringIO):
        def write(self, text: str) -> int:
            waiting.set()
            held_up.wait(20)
            return super().write(text)

    terminal = Terminal()
    monkeypatch.setattr(logfiles, "QUEUE_LINES", 10)
    monkeypatch.setattr(sys, "stdout", terminal)
    shown = console.Console("info", lambda: 1)
    shown.start()
    shown.follow([event("JOIN", "#first")])
    assert waiting.wait(20)
    shown.follow([event("JOIN", f"#{number}") for number in range(100)])
    held_up.set()
    while not shown._outlets[0].waiting.empty():
        pass
    shown.follow([event("JOIN", "#last")])
    shown.stop()
    lines = terminal.getvalue().splitlines()
    assert [line[9:13] for line in lines] == ["ani "] * 11 + ["90 l", "ani "]
    assert lines[-2].endswith("90 lines are missing here: they could not be written in time")
    assert "joined #last" in lines[-1]


def test_a_log_file_that_hangs_holds_up_neither_the_server_nor_the_terminal() -> None:
    held_up, shown_at_once = threading.Event(), threading.Event()

    class Disk(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            held_up.wait(20)

    class Terminal(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            shown_at_once.set()

    shown = console.Console("info", lambda: 1, Disk())
    shown._outlets[0]._place = Terminal()
    shown.start()
    shown.follow([event("JOIN", "#x")])
    assert shown_at_once.wait(20)
    held_up.set()
    shown.stop()
