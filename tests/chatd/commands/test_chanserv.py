"""`chatd/commands/chanserv.py` with a log that cannot keep what is changed."""

from __future__ import annotations

import pytest

from chatd.connection import Connection
from chatd.events import Outcome
from tests.chatd.commands.test_accounts import Server, stored

NOT_KEPT = "The server cannot keep this at the moment; nothing has changed"


def said(server: Server, who: Connection, line: str) -> list[str]:
    """The texts of the notices of the answer."""
    return [answer[-1] for answer in server.ask(who, line) if answer[0] == "NOTICE"]


@pytest.mark.parametrize("order", ["ACCESS #x ADD bela OP", "ACCESS #x DEL cici", "TRANSFER #x bela", "DROP #x #x"])
def test_a_change_that_cannot_be_kept_is_taken_back(order: str) -> None:
    server = Server(stored(7, "bela"), stored(8, "cici"))
    ani = server.enter("ani")
    server.ask(ani, "REGISTER * * rahasia", "JOIN #x", "CS REGISTER #x", "CS ACCESS #x ADD cici VOICE")
    channel = server.context.state.channels["#x"]
    before = channel.founder, channel.registered, dict(channel.access)
    server.outcome = Outcome.FAILED
    assert said(server, ani, f"CS {order}") == [NOT_KEPT]
    assert (channel.founder, channel.registered, channel.access) == before
    server.outcome = Outcome.DONE
    assert NOT_KEPT not in said(server, ani, f"CS {order}")
    assert (channel.founder, channel.registered, channel.access) != before


def test_a_channel_is_not_registered_until_that_is_kept() -> None:
    server = Server()
    ani = server.enter("ani")
    server.ask(ani, "REGISTER * * rahasia", "JOIN #x")
    server.outcome = Outcome.FAILED
    assert said(server, ani, "CS REGISTER #x") == [NOT_KEPT]
    assert not server.context.state.channels["#x"].lasting


def test_a_channel_that_nobody_is_in_goes_with_its_registration() -> None:
    server = Server()
    ani = server.enter("ani")
    server.ask(ani, "REGISTER * * rahasia", "JOIN #x", "CS REGISTER #x", "PART #x")
    assert "#x" in server.context.state.channels
    server.ask(ani, "CS DROP #x #x")
    assert "#x" not in server.context.state.channels
