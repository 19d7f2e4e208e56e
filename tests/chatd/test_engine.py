"""`chatd/engine.py` by itself: what it counts (tests/end2end has all else)."""

from __future__ import annotations

from chatd.log.memory import MemoryLog
from tests.fakes import ManualClock
from tests.one_thread import OneThread


def test_the_bytes_of_connections_that_have_ended_stay_counted() -> None:
    with OneThread(MemoryLog(ManualClock())) as server:
        before = server._io.traffic()
        ani, bela = (server.connect(name, "", "JOIN #x") for name in ("ani", "bela"))
        here = server._io.traffic()
        assert all(now > then for now, then in zip(here, before, strict=True))
        ani.sendall(b"PING 12345\r\n")
        server.turn()
        received, sent = server._io.traffic()
        assert (received - here[0], sent - here[1]) == (12, len(server.read(ani)))
        for peer in (ani, bela):
            peer.sendall(b"QUIT\r\n")
        server.turn()
        assert len(server._io) == 0
        assert server._io.traffic()[0] == received + 12
