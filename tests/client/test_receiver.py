"""The receiver: signals in the GUI thread, nothing out of date, and an end within a second."""

from __future__ import annotations

import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from PyQt5.QtCore import QThread
from pytestqt.qtbot import QtBot

from client.changes import Problem
from client.connection import Connection
from client.effects import Connect, Derive, Disconnect, Send
from client.events import Event, Timeouts
from client.receiver import Receiver

PATIENCE_MS = 10_000


@pytest.fixture
def make_receiver(qtbot: QtBot) -> Iterator[Callable[..., Receiver]]:
    receivers: list[Receiver] = []

    def make(**options: Any) -> Receiver:
        receivers.append(Receiver(make_connection=partial(Connection, **options)))
        return receivers[-1]

    yield make
    for receiver in receivers:
        assert receiver.stop(5.0)


def to(listener: socket.socket) -> Connect:
    return Connect("127.0.0.1", listener.getsockname()[1])


def test_signals_come_in_the_gui_thread_in_order(
    make_receiver: Callable[..., Receiver], listener: socket.socket, qtbot: QtBot
) -> None:
    receiver = make_receiver()
    here = QThread.currentThread()
    seen: list[Any] = []

    def saw(what: Any) -> None:
        assert QThread.currentThread() is here
        seen.append(what)

    receiver.connected.connect(lambda: saw("connected"))
    receiver.batch_received.connect(lambda messages: saw([message.params[-1] for message in messages]))
    receiver.batch_received.connect(receiver.batch_taken)
    with qtbot.waitSignal(receiver.connected, timeout=PATIENCE_MS):
        receiver.perform(to(listener))
    server = listener.accept()[0]
    receiver.perform(Send(b"NICK Siti\r\n"))
    assert server.recv(100) == b"NICK Siti\r\n"
    with qtbot.waitSignal(receiver.batch_received, timeout=PATIENCE_MS):
        server.sendall(b"PING :1\r\n")
    with qtbot.waitSignal(receiver.lost, timeout=PATIENCE_MS):
        server.sendall(b"PING :2\r\n")
        server.close()
    assert seen == ["connected", ["1"], ["2"]]


def test_a_refused_connection_is_reported(make_receiver: Callable[..., Receiver], qtbot: QtBot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        target = to(closed)
    receiver = make_receiver()
    with qtbot.waitSignal(receiver.failed, timeout=PATIENCE_MS) as signal:
        receiver.perform(target)
    assert signal.args == [Problem.REFUSED, ""]


def test_what_an_earlier_connection_reported_is_not_told_once_another_is_wanted(
    make_receiver: Callable[..., Receiver], listener: socket.socket, qtbot: QtBot
) -> None:
    reported = threading.Event()

    def make(report: Callable[[int, Event], None]) -> Connection:
        def tell(link: int, event: Event) -> None:
            report(link, event)
            reported.set()

        return Connection(tell)

    receiver = Receiver(make_connection=make)
    connected: list[bool] = []
    receiver.connected.connect(lambda: connected.append(True))
    receiver.perform(to(listener))
    assert reported.wait(10)  # the signal waits in the event loop, which has not run since
    receiver.perform(to(listener))
    listener.accept()[0].close()
    with listener.accept()[0] as server, qtbot.waitSignal(receiver.batch_received, timeout=PATIENCE_MS):
        server.sendall(b"PING :x\r\n")
    receiver.perform(Disconnect())
    assert receiver.stop()
    assert connected == [True]


def test_a_resolver_that_blocks_does_not_keep_the_window_open(make_receiver: Callable[..., Receiver]) -> None:
    stuck, asked = threading.Event(), threading.Event()

    def resolve(*_: Any, **__: Any) -> list[Any]:
        asked.set()
        stuck.wait(10)
        return []

    receiver = make_receiver(resolve=resolve)
    receiver.perform(Connect("lab2", 8888))
    assert asked.wait(10)
    began = time.monotonic()
    assert receiver.stop()
    assert time.monotonic() - began < 1.0
    assert receiver.isFinished()
    stuck.set()


def test_a_server_that_reads_nothing_does_not_keep_the_window_open(
    make_receiver: Callable[..., Receiver], listener: socket.socket, qtbot: QtBot
) -> None:
    receiver = make_receiver(timeouts=Timeouts())
    with qtbot.waitSignal(receiver.connected, timeout=PATIENCE_MS):
        receiver.perform(to(listener))
    with listener.accept()[0]:
        for _ in range(100):
            receiver.perform(Send(b"x" * 10_000))
        began = time.monotonic()
        assert receiver.stop()
        assert time.monotonic() - began < 1.0


def test_a_receiver_that_never_started_stops_at_once_and_for_good(make_receiver: Callable[..., Receiver]) -> None:
    receiver = make_receiver()
    assert receiver.stop()
    receiver.perform(Connect("127.0.0.1", 1))
    assert receiver.wait(5000)


def test_a_mistake_of_ours_is_a_lost_connection_and_not_the_end_of_the_program(
    qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken(Connection):
        def run(self) -> None:
            raise RuntimeError("a mistake")

    receiver = Receiver(make_connection=Broken)
    with qtbot.waitSignal(receiver.lost, timeout=PATIENCE_MS) as signal:
        receiver.perform(Connect("lab2", 8888))
    assert signal.args == ["a mistake"]
    assert receiver.stop()
    assert "RuntimeError: a mistake" in capsys.readouterr().err


def test_a_derived_key_comes_as_a_signal(
    make_receiver: Callable[..., Receiver], listener: socket.socket, qtbot: QtBot
) -> None:
    receiver = make_receiver()
    with qtbot.waitSignal(receiver.connected, timeout=PATIENCE_MS):
        receiver.perform(to(listener))
    with listener.accept()[0], qtbot.waitSignal(receiver.derived, timeout=PATIENCE_MS) as signal:
        receiver.perform(Derive("pencil", b"salt", 4096))
    assert signal.args == [hashlib.pbkdf2_hmac("sha256", b"pencil", b"salt", 4096)]
