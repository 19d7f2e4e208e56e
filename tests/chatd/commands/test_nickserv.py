"""`chatd/commands/nickserv.py` without a network: what it reads under the lock, and what it has the log keep."""

from __future__ import annotations

import dataclasses
import threading
from typing import Any

from chatd import standing
from chatd.channel import Channel
from chatd.log import SetFact
from tests.chatd.commands.test_accounts import Server


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
