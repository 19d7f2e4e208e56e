"""`chatd/listeners/control.py`: a peer that is slow on purpose keeps nobody else out for long."""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest

from chatd.listeners.control import REQUEST_S, Control
from tests.fakes import ManualClock


class Trickle(socket.socket):
    """Hands over one byte after another, each some time after the one before."""

    clock: ManualClock
    pause_s: float

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        self.clock.advance(self.pause_s)
        return super().recv(min(size, 1), flags)


class Served:
    """The control port with one peer, whose bytes come with this pause."""

    def __init__(self, folder: Path, pause_s: float) -> None:
        self.clock = ManualClock(0.0)
        self.asked: list[list[str]] = []
        self.control = Control(folder, self._carry_out, self.clock)
        here, self.peer = socket.socketpair()
        self.trickle = Trickle(fileno=here.detach())
        self.trickle.clock, self.trickle.pause_s = self.clock, pause_s

    def _carry_out(self, words: Sequence[str], _password: str) -> tuple[bool, list[str]]:
        self.asked.append(list(words))
        return True, ["done"]

    def ask(self, request: bytes) -> None:
        with self.trickle:
            self.peer.sendall(request)
            self.control._serve(self.trickle)

    def request(self) -> bytes:
        return json.dumps({"secret": self.control._secret, "words": ["list"], "password": ""}).encode() + b"\n"


def test_a_request_that_comes_byte_by_byte_has_no_longer_than_one_that_does_not_come(tmp_path: Path) -> None:
    served = Served(tmp_path, pause_s=0.5)
    with served.peer, pytest.raises(TimeoutError):
        served.ask(served.request())
    assert served.clock.seconds == REQUEST_S
    assert served.asked == []


def test_a_request_in_pieces_is_carried_out_if_it_is_whole_in_time(tmp_path: Path) -> None:
    served = Served(tmp_path, pause_s=0.01)
    with served.peer:
        served.ask(served.request())
        assert json.loads(served.peer.recv(4096)) == {"done": True, "lines": ["done"]}
    assert served.asked == [["list"]]
