"""`chatd/commands/nickserv.py` without a network: what it reads, it reads under the state lock."""

from __future__ import annotations

import threading
from typing import Any

from chatd.channel import Channel
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
