"""`chatd/commands/ownership.py`: what is done to an account is done to all that belongs to it."""

from __future__ import annotations

import dataclasses

import pytest

from chatd import metadata, registry
from chatd.capabilities import Cap
from chatd.commands import ownership
from chatd.log import DropAccount, SetFact
from chatd.scram import make_verifier
from tests.chatd.commands.test_accounts import CAPS, Server, stored


def facts(server: Server) -> dict[tuple[str, str], str]:
    """What the log keeps by now."""
    return {(write.kind, write.key): write.value for write in server.written if isinstance(write, SetFact)}


def kept(server: Server, kind: str) -> list[str]:
    return [value for (found, _), value in facts(server).items() if found == kind and value]


def test_nothing_of_a_deleted_account_is_kept() -> None:
    server = Server()
    ani, bela = server.enter("ani"), server.enter("bela")
    for who in (ani, bela):
        who.set_caps(CAPS | Cap.METADATA_3)
    server.ask(ani, "REGISTER * * rahasia", "METADATA * SET status :makan", "JOIN #x", "CS REGISTER #x")
    server.ask(bela, "REGISTER * * rahasia", "JOIN #y", "CS REGISTER #y", "CS ACCESS #y ADD ani OP")
    assert len(kept(server, registry.KIND)) == 2
    assert len(kept(server, metadata.KIND)) == 1
    server.ask(ani, "NS DROP rahasia")
    assert DropAccount(1) in server.written
    assert kept(server, metadata.KIND) == []
    assert facts(server)[registry.KIND, "#x"] == ""
    assert '"1"' not in facts(server)[registry.KIND, "#y"]
    channels = server.context.state.channels
    assert (channels["#x"].founder, channels["#y"].access) == ("", {})
    assert "1" not in server.context.metadata._kept, "nor is it shown any more"


def test_what_a_guest_said_of_itself_is_the_account_s_once_it_logs_in() -> None:
    server = Server(stored(3, "ani"))
    guest = server.enter("tamu")
    guest.set_caps(CAPS | Cap.METADATA_3)
    server.ask(guest, "METADATA * SET status :makan")
    assert kept(server, metadata.KIND) == []
    server.ask(guest, "NS IDENTIFY ani rahasia")
    assert len(kept(server, metadata.KIND)) == 1


def test_an_account_that_got_a_password_never_lapses() -> None:
    server = Server(stored(3, "ani", quiet=True))
    account = server.accounts.find("ani")
    assert account is not None
    ownership.set_password_locked(server.context, account, make_verifier(b"lain-lagi", 4096))
    changed = server.accounts.find("ani")
    assert changed is not None
    assert not changed.quiet


@pytest.mark.parametrize(
    ("reason", "kept_as"), [("spam", "spam"), ("  a   b ", "a b"), ("", "no reason given"), (" ", "no reason given")]
)
def test_a_suspension_has_a_reason_whatever_was_said(reason: str, kept_as: str) -> None:
    server = Server(stored(3, "ani"))
    account = server.accounts.find("ani")
    assert account is not None
    ownership.suspend_locked(server.context, account, reason)
    assert server.accounts.find("ani") == dataclasses.replace(account, suspended=kept_as)
