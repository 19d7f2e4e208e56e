"""`chatd/commands/nickserv.py` without a network: what it reads under the lock, and what it has the log keep."""

from __future__ import annotations

import dataclasses
import threading
from typing import Any

import pytest

from chatd import standing
from chatd.channel import Channel
from chatd.events import Outcome
from chatd.log import SetFact
from chatd.rates import FAILURES
from tests.chatd.commands.test_accounts import AFAR, Server, stored


class Guarded(dict[str, Channel]):
    """Channels that may be looked through under this lock only."""

    def __init__(self, lock: threading.Lock) -> None:
        super().__init__()
        self._lock = lock

    def values(self) -> Any:
        assert self._lock.locked(), "another thread may change them meanwhile"
        return super().values()


def test_info_looks_through_the_channels_under_the_lock() -> None:
    server = Server()
    ani, state = server.enter("ani"), server.context.state
    state.channels = Guarded(state.lock)
    server.ask(ani, "REGISTER * * rahasia", "JOIN #x", "CS REGISTER #x")
    assert server.ask(ani, "NS INFO")[-1][-1] == "E-mail: none; channels: #x"


def test_nothing_is_kept_of_a_deleted_account_that_stayed() -> None:
    server = Server()
    server.accounts.settings = dataclasses.replace(server.accounts.settings, always_on=True)
    ani = server.enter("ani")
    server.ask(ani, "REGISTER * * rahasia", "NS SET ALWAYS-ON ON", "JOIN #x", "NS DROP rahasia")
    facts = [write for write in server.written if isinstance(write, SetFact) and write.kind == standing.KIND]
    assert facts[-1] == standing.forgotten("1")
    assert "#x" in facts[-2].value, "it did stay"
    assert not ani.person.stays


@pytest.mark.parametrize("order", ["PASSWD rahasia lain-lagi", "SET ALWAYS-ON ON", "DROP rahasia"])
def test_what_the_log_cannot_keep_is_not_said_to_be_done(order: str) -> None:
    server = Server()
    server.accounts.settings = dataclasses.replace(server.accounts.settings, always_on=True)
    ani = server.enter("ani")
    server.ask(ani, "REGISTER * * rahasia")
    server.outcome = Outcome.FAILED
    assert server.ask(ani, f"NS {order}")[-1][-1].endswith("nothing has changed")
    account = server.accounts.find("ani")
    assert account is not None
    assert not server.accounts.stays("1")
    server.outcome = Outcome.DONE
    assert server.ask(server.enter("bela"), "NS IDENTIFY ani rahasia")[-1][-1] == "You are logged in as ani"


@pytest.mark.parametrize(("address", "throttled"), [(AFAR, True), (AFAR, False), ("127.0.0.1", True)])
def test_wrong_passwords_are_counted_by_address_for_nickserv_too(address: str, *, throttled: bool) -> None:
    server = Server(stored(3, "ani"))
    limits = dataclasses.replace(server.context.config.limits, login_throttle=throttled)
    server.context.config = dataclasses.replace(server.context.config, limits=limits)
    for number in range(FAILURES[0]):
        stranger = server.enter(f"m{number}", address)
        assert server.ask(stranger, "NS IDENTIFY ani salah-itu")[-1][-1] == "This is not the password"
    answer = server.ask(server.enter("akhir", address), "NS IDENTIFY ani rahasia")[-1][-1]
    refused = throttled and address == AFAR
    assert answer == ("Too many tries; wait a few minutes" if refused else "You are logged in as ani")
