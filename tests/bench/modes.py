"""What is measured: one function per question, each with a server of its own and a crowd that loads it."""

from __future__ import annotations

import heapq
import random
import time
from collections.abc import Callable

from tests.bench.load import PATIENCE_S, PAYLOAD_BYTES, Crowd, Member, Order, text
from tests.bench.servers import FailedError, Running

WARM_UP_S = 0.5
WITNESSES = 3
FEW = 20
"""Who come together where nothing is to be measured by it."""

LINE_TEXT = 400
"""Bytes of text in a line at most; a message that is longer has several, in a batch (draft/multiline)."""
MULTILINE = "batch draft/multiline"

Figures = dict[str, float]
Caps = Callable[[int], str]


def no_caps(_number: int) -> str:
    """A plain client."""
    return ""


def mixed_caps(number: int) -> str:
    """Half of them with tags: every member of that half reads another line than one of the other half."""
    return "message-tags server-time account-tag" if number % 2 else ""


class Publishers:
    """Those who speak, each with its window; `said` counts what each has said."""

    def __init__(self, members: list[Member], target: Callable[[int], str], window: int, size: int) -> None:
        self.members = members
        self.said = [0] * len(members)
        self.window = window
        self._heads = [f"PRIVMSG {target(number)} :".encode() for number in range(len(members))]
        self._size = size
        self.stopped = False

    def start(self) -> None:
        for number in range(len(self.members)):
            self.say(number, self.window)

    def say(self, number: int, times: int) -> None:
        """Have one of them say so many things more."""
        head, first = self._heads[number], self.said[number]
        said = self._long if self._size > LINE_TEXT else self._short
        lines = [line for each in range(first, first + times) for line in said(head, text(number, each, self._size))]
        self.said[number] += times
        self.members[number].say(b"\r\n".join(lines) + b"\r\n")

    def _short(self, head: bytes, words: bytes) -> list[bytes]:
        return [head + words]

    def _long(self, head: bytes, words: bytes) -> list[bytes]:
        target = head.split()[1]
        parts = [words[start : start + LINE_TEXT] for start in range(0, len(words), LINE_TEXT)]
        lines = [b"@batch=b;draft/multiline-concat " + head + part for part in parts]
        lines[0] = b"@batch=b " + head + parts[0]
        return [b"BATCH +b draft/multiline " + target, *lines, b"BATCH -b"]

    def go_on(self, came: dict[int, int]) -> None:
        """As many as have come may be said anew."""
        if not self.stopped:
            for number, times in came.items():
                self.say(number, times)


def throughput(
    running: Running,
    members: int = 1000,
    publishers: int = 10,
    window: int = 16,
    seconds: float = 4.0,
    size: int = PAYLOAD_BYTES,
    caps: Caps = no_caps,
    tls: bool = False,
) -> Figures:
    """Lines delivered in one channel by a few who speak as fast as they may.

    For messages longer than `LINE_TEXT` the speakers need `MULTILINE`.
    """
    crowd = Crowd(running.port, tls=tls)
    everybody = crowd.connect(members, caps)
    crowd.join(everybody)
    talk = Publishers(everybody[:publishers], lambda _: "#bench", window, size)
    figures = _measure(running, crowd, talk, everybody, seconds)
    said = sum(talk.said)
    lines = -(-size // LINE_TEXT)
    for number, member in enumerate(everybody):
        echoes = "echo-message" in caps(number)
        around = 2 if lines > 1 and MULTILINE in caps(number) else 0  # the batch begins and ends
        expected = (lines + around) * (said - (talk.said[number] if number < publishers and not echoes else 0))
        if member.lines != expected:
            raise FailedError(f"{running.name}: {member.name} got {member.lines} lines, not {expected}")
    crowd.close()
    return figures


def _measure(running: Running, crowd: Crowd, talk: Publishers, readers: list[Member], seconds: float) -> Figures:
    """Let them talk, and count; raises FailedError for a message that is lost, comes twice or out of order."""
    crowd.settle()
    witnesses = readers[-WITNESSES:]
    for member in witnesses:
        member.order = Order()
    crowd.leader = witnesses[-1]
    talk.start()
    until = time.perf_counter() + WARM_UP_S
    while time.perf_counter() < until:
        crowd.poll(1, talk.go_on)
    began, cpu, own, lines, said = (
        time.perf_counter(),
        running.cpu_s(),
        time.process_time(),
        crowd.lines,
        sum(talk.said),
    )
    until = began + seconds
    while time.perf_counter() < until:
        crowd.poll(1, talk.go_on)
    took, delivered = time.perf_counter() - began, crowd.lines - lines
    if not delivered:
        raise FailedError(f"{running.name} delivers nothing")
    figures = {
        "millions_per_s": delivered / took / 1e6,
        "messages_per_s": (sum(talk.said) - said) / took,
        "cpu_us_per_line": (running.cpu_s() - cpu) / delivered * 1e6,
        "server_cores": (running.cpu_s() - cpu) / took,
        "load_cores": (time.process_time() - own) / took,
        "resident_mb": running.resident_bytes() / 1e6,
    }
    talk.stopped = True
    while crowd.poll(1):
        pass
    wrong = [each for member in witnesses if member.order for each in member.order.wrong]
    if wrong:
        raise FailedError(f"{running.name}: {wrong[0]} (and {len(wrong) - 1} more)")
    return figures


def latency(running: Running, members: int = 100, rate: float = 100.0, seconds: float = 5.0) -> Figures:
    """Milliseconds from saying something until the last member has it, at a steady pace far from the limit."""
    crowd = Crowd(running.port)
    everybody = crowd.connect(members)
    crowd.join(everybody)
    crowd.settle()
    speaker, others = everybody[0], members - 1
    took: list[float] = []
    began = due = time.perf_counter()
    number = 0
    while due < began + seconds:
        while time.perf_counter() < due:
            pass  # a sleep could be late
        said, before = time.perf_counter(), crowd.lines
        speaker.say(b"PRIVMSG #bench :" + text(0, number) + b"\r\n")
        while crowd.lines - before < others:
            crowd.poll(PATIENCE_S)
        took.append((time.perf_counter() - said) * 1000)
        number += 1
        due = max(due + 1 / rate, time.perf_counter())
    crowd.close()
    took.sort()
    return {"p50_ms": took[len(took) // 2], "p99_ms": took[len(took) * 99 // 100], "messages": len(took)}


def idle(running: Running, members: int = 1000, channels: int = 1, seconds: float = 5.0) -> Figures:
    """Memory of a member who says nothing, and the CPU that all of them cost meanwhile; they came a few at a time."""
    before = running.resident_bytes()
    crowd = Crowd(running.port)
    together = max(FEW, members // 50)  # InspIRCd takes half a second for each such group, however large
    for first in range(0, members, together):
        numbers = range(first, min(first + together, members))
        few = crowd.connect(len(numbers))
        crowd.join(few, [f"#bench{number % channels}" for number in numbers].__getitem__)
    crowd.settle(1.0)
    resident, cpu, since = running.resident_bytes(), running.cpu_s(), time.perf_counter()
    while time.perf_counter() - since < seconds:
        crowd.poll(0.5)
    used = (running.cpu_s() - cpu) / (time.perf_counter() - since)
    crowd.close()
    return {"bytes_per_member": (resident - before) / members, "idle_core_percent": used * 100}


def storm(running: Running, members: int = 10_000, channels: int = 100) -> Figures:
    """Everybody comes at once: seconds until all are registered, and until all have joined."""
    crowd = Crowd(running.port)
    began, cpu = time.perf_counter(), running.cpu_s()
    everybody = crowd.connect(members)
    connected = time.perf_counter()
    crowd.join(everybody, lambda number: f"#bench{number % channels}")
    joined = time.perf_counter()
    figures = {"connect_s": connected - began, "join_s": joined - connected, "cpu_s": running.cpu_s() - cpu}
    crowd.close()
    return figures


def reconnect(running: Running, members: int = 1000) -> Figures:
    """Everybody is cut off at once and comes back into one channel."""
    crowd = Crowd(running.port)
    crowd.join(crowd.connect(members))
    crowd.settle()
    crowd.close()
    again = Crowd(running.port)
    began, cpu = time.perf_counter(), running.cpu_s()
    again.join(again.connect(members, no_caps))
    figures = {"back_s": time.perf_counter() - began, "cpu_s": running.cpu_s() - cpu}
    again.close()
    return figures


def channels(running: Running, members: int = 500, seconds: float = 4.0) -> Figures:
    """Rooms of very different sizes (Zipf): each of 20 speaks in one of 50 rooms, all of which the witnesses are in."""
    crowd, dice = Crowd(running.port), random.Random(1)
    everybody = crowd.connect(members)
    rooms = [f"#room{number}" for number in range(50)]
    weights = [1 / (number + 1) for number in range(50)]
    crowd.join(everybody, lambda _: ",".join(dict.fromkeys(dice.choices(rooms, weights, k=5))))
    crowd.join(everybody[-WITNESSES:], lambda _: ",".join(rooms))
    crowd.join(everybody[:20], lambda number: rooms[number])
    talk = Publishers(everybody[:20], lambda number: rooms[number], 16, PAYLOAD_BYTES)
    figures = _measure(running, crowd, talk, everybody, seconds)
    crowd.close()
    return figures


def private(running: Running, pairs: int = 50, seconds: float = 4.0) -> Figures:
    """Private messages: each of so many people talks to one other, all to the same witness among them."""
    crowd = Crowd(running.port)
    everybody = crowd.connect(pairs + WITNESSES)
    talk = Publishers(everybody[:pairs], lambda _: everybody[-1].name, 16, PAYLOAD_BYTES)
    figures = _measure(running, crowd, talk, everybody, seconds)
    crowd.close()
    return figures


def median(rounds: list[Figures]) -> Figures:
    """The middle of several runs, figure by figure."""
    return {name: heapq.nsmallest(len(rounds) // 2 + 1, (each[name] for each in rounds))[-1] for name in rounds[0]}
