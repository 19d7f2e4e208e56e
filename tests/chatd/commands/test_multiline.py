"""What an open batch costs and how long it may last (`chatd/commands/multiline.py`)."""

from __future__ import annotations

import pytest

from chatd.commands.multiline import DISCOUNT, OPEN_S
from tests.chatd.test_dispatcher import Server
from tests.fakes import ManualClock


@pytest.fixture
def server() -> Server:
    return Server()


def test_a_batch_that_is_open_for_too_long_is_dropped(server: Server) -> None:
    ani, clock = server.clients[0], server.context.monotonic
    assert isinstance(clock, ManualClock)
    server.written(ani, b"BATCH +1 draft/multiline #x")
    clock.advance(OPEN_S)
    assert server.written(ani, b"@batch=1 PRIVMSG #x :one") == b""
    clock.advance(1)
    assert server.written(ani, b"@batch=1 PRIVMSG #x :two").startswith(b":obrolan.local FAIL BATCH TIMEOUT 1 :")
    assert server.written(ani, b"BATCH -1") == b""
    assert ani.batch is None


def test_lines_of_a_batch_cost_less_than_messages(server: Server) -> None:
    ani = server.clients[0]
    server.written(ani, b"BATCH +1 draft/multiline #x")
    ani.credit = 0.0
    for _ in range(10):
        server.written(ani, b"@batch=1 PRIVMSG #x :one")
    assert ani.credit == pytest.approx(10 * DISCOUNT)


def test_lines_that_are_ignored_cost_as_much_as_any(server: Server) -> None:
    ani = server.clients[0]
    server.written(ani, b"BATCH +1 other #x")
    ani.credit = 0.0
    server.written(ani, b"@batch=1 PRIVMSG #x :one")
    assert ani.credit == 0.0
