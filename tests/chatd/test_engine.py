"""`chatd/engine.py` by itself: what it counts, and what it does about too much (tests/end2end has all else)."""

from __future__ import annotations

import pytest

from chatd.config import Limits
from chatd.engine import PATIENT_LINES
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


def lines(data: bytes) -> list[str]:
    return data.decode().split("\r\n")[:-1]


TOLD = "You are sending faster than this server takes it; the rest is taken slowly"


@pytest.mark.parametrize(
    ("caps", "told"),
    [("", f":obrolan.local NOTICE ani :{TOLD}"), ("standard-replies", f":obrolan.local NOTE * SLOWED_DOWN :{TOLD}")],
)
def test_who_floods_gets_one_clear_line_is_slowed_and_then_cut(caps: str, told: str) -> None:
    clock = ManualClock()
    with OneThread(MemoryLog(clock), Limits(), clock) as server:
        ani = server.connect("ani", caps)
        clock.advance(10)
        ani.sendall(b"FOO\r\n" * 2000)
        server.turn()
        assert lines(server.read(ani)) == [*[":obrolan.local 421 ani FOO :Unknown command"] * 20, told]
        for _ in range(60):
            clock.advance(1)
            server.turn()
            assert len(lines(server.read(ani))) == 4, "and not a word more about it"
        clock.advance(1)
        server.turn()
        assert lines(server.read(ani))[-1] == "ERROR :Closing link: Excess flood"


def test_a_crowd_that_floods_is_heard_one_after_the_other_and_not_in_step() -> None:
    clock = ManualClock()
    with OneThread(MemoryLog(clock), Limits(), clock) as server:
        crowd = [server.connect(f"m{number}", "") for number in range(4)]
        clock.advance(10)
        for peer in crowd:
            peer.sendall(b"FOO\r\n" * 50)
        server.turn()
        for peer in crowd:
            server.read(peer)
        clock.advance(0.25)  # each has credit for one line more
        heard = []
        for _ in range(16):
            server.turn()
            heard.append([number for number, peer in enumerate(crowd) if server.read(peer)])
            clock.advance(1 / 16)
        assert heard == [[step % 4] for step in range(16)], "four a second of each, a sixteenth of a second apart"


def test_who_waits_for_answers_is_slowed_for_as_long_as_it_likes_and_not_told() -> None:
    clock = ManualClock()
    with OneThread(MemoryLog(clock), Limits(), clock) as server:
        ani = server.connect("ani", "")
        clock.advance(10)
        ani.sendall(b"FOO\r\n" * PATIENT_LINES)
        for _ in range(200):
            server.turn()
            answers = lines(server.read(ani))
            assert {line.split()[1] for line in answers} <= {"421"}
            ani.sendall(b"FOO\r\n" * len(answers))
            clock.advance(1)


def test_a_long_line_costs_one_for_each_512_bytes_begun() -> None:
    clock = ManualClock()
    with OneThread(MemoryLog(clock), Limits(), clock) as server:
        ani = server.connect("ani", "message-tags")
        clock.advance(10)
        ani.sendall((b"@+x=" + b"x" * 2000 + b" FOO\r\n") * 16)
        server.turn()
        assert len(lines(server.read(ani))) == 5, "of 20, four lines cost 16 and the fifth what is left"
        clock.advance(1)
        server.turn()
        assert len(lines(server.read(ani))) == 1


def test_a_public_source_has_eight_connections_that_have_not_said_who_they_are() -> None:
    clock = ManualClock()
    with OneThread(MemoryLog(clock), Limits(), clock) as server:
        strangers = [server.open(f"2600:1406::{number}") for number in range(8)]
        late = server.open("2600:1406::ffff")
        server.turn()
        told = "ERROR :Closing link: Too many connections from your address that have not said who they are"
        assert lines(server.read(late)) == [told]
        assert [server.read(each) for each in strangers] == [b""] * 8
        other, near = server.open("2600:1406:0:1::1"), [server.open(where) for where in ["192.168.1.9", "::1"] * 20]
        strangers[0].sendall(b"NICK a\r\nUSER u 0 * :Name\r\n")
        strangers[1].close()
        server.turn()
        assert b" 001 a " in server.read(strangers[0])
        more = [server.open("2600:1406::1") for _ in range(3)]
        server.turn()
        assert [lines(server.read(each)) for each in more] == [[], [], [told]], "in place of the two"
        assert [server.read(each) for each in (other, *near)] == [b""] * 41
