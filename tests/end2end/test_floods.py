"""Fifty flooders at once (reliability S5), and how much a stranger's line makes the server say (S6).

With `-s` the figures of docs/reliability.md are shown.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence

import pytest

from chatd.commands import COMMANDS
from chatd.config import Limits
from tests.end2end.harness import Connect, IrcClient, Launch, ServerProcess

FLOODERS, PEOPLE, ROUNDS = 50, 20, 8


def talk(people: Sequence[IrcClient], first: int) -> list[float]:
    """Each says something in `#y`, in turn, so many times; how many seconds each waited for the answer behind it."""
    waits = []
    for number in range(first, first + ROUNDS):
        for person in people:
            started = time.monotonic()
            person.ask(f"PRIVMSG #y :{person.nickname} {number}")
            waits.append(time.monotonic() - started)
    return waits


def told(waits: list[float]) -> str:
    cut = statistics.quantiles(waits, n=100)
    return f"p50 {cut[49] * 1000:.2f} ms, p99 {cut[98] * 1000:.2f} ms"


def test_fifty_flooders_get_no_more_than_their_share_and_the_others_lose_nothing(launch: Launch) -> None:
    limits = {"messages_burst": 60, "messages_per_s": 4.0}  # people say two lines each round
    server = launch({"lobby": {"autojoin": False}, "limits": limits})
    listener, watcher = server.connect("telinga"), server.connect("saksi")
    people = [server.connect(f"orang{number}") for number in range(PEOPLE)]
    flooders = [server.connect(f"banjir{number}") for number in range(FLOODERS)]
    for client in (listener, *flooders):
        client.ask("JOIN #x")
    for client in (watcher, *people):
        client.ask("JOIN #y")
    watcher.fence()
    quiet = talk(people, 0)
    started = time.monotonic()
    for flooder in flooders:
        flooder.send(*(f"PRIVMSG #x :{number} {'x' * 60}" for number in range(400)))
    loud = talk(people, ROUNDS)
    heard = [line for line in listener.fence() if " PRIVMSG #x " in line]
    held_up = talk(people, 2 * ROUNDS)
    heard += [line for line in listener.fence() if " PRIVMSG #x " in line]
    took = time.monotonic() - started
    for flooder in flooders:
        lines = [line.split()[3][1:] for line in heard if line.startswith(f":{flooder.nickname}!")]
        assert lines == [str(number) for number in range(len(lines))], "in order, none lost"
        assert len(lines) <= limits["messages_burst"] + limits["messages_per_s"] * took + 1
    assert len(heard) >= FLOODERS * limits["messages_burst"] / 2
    others = [line.partition(" :")[2] for line in watcher.fence() if " PRIVMSG #y " in line]
    assert others == [f"{one.nickname} {number}" for number in range(3 * ROUNDS) for one in people]
    print(f"S5: before {told(quiet)}; {FLOODERS} flooders begin {told(loud)}; they go on {told(held_up)}")
    print(f"S5: {len(heard)} of {FLOODERS * 400} lines taken in {took:.2f} s")


# --- amplification

SHORTEST = {"CAP": "CAP LS", "AUTHENTICATE": "AUTHENTICATE PLAIN", "REGISTER": "REGISTER * * x", "PING": "PING x"}
ANSWERED = {"CAP": 1500}
"""Bytes that may come of one line whatever it is; of all others ten for each byte."""


@pytest.mark.parametrize("command", COMMANDS)
def test_a_stranger_gets_no_long_answer_for_a_short_line(connect: Connect, command: str) -> None:
    client = connect()
    client.ask("PONG")
    line = SHORTEST.get(command, command)
    if command == "QUIT":
        client.send(line)
        answer = client.rest()
    else:
        answer = client.ask(line)
    out, given = sum(len(each.encode()) + 2 for each in answer), len(line) + 2
    assert out <= ANSWERED.get(command, max(10 * given, Limits().registration_bytes // 100)), answer
    print(f"S6: {line}: {given} in, {out} out, {out / given:.1f}")


def test_all_that_a_stranger_may_say_brings_less_than_a_hundred_times_as_much(server: ServerProcess) -> None:
    client = IrcClient(server.port)
    line = "CAP LS 302"
    client.send(*[line] * (Limits().registration_bytes // (len(line) + 2) + 1))
    answer = client.rest()
    client.close()
    out, taken = sum(len(each) + 2 for each in answer), Limits().registration_bytes
    assert answer[-1] == "ERROR :Closing link: Too much was sent before registration"
    assert out < 100 * taken
    print(f"S6: {line} until the bytes before registration are used up: {out / taken:.0f} for one")
