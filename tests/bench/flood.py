"""What a flood does to others: `python -m tests.bench.flood` (row S5 of docs/reliability.md).

Forty pairs talk, each in a room of its own, eighty lines a second together; how long a line takes is measured before,
while fifty others say twenty lines a second each in another room, while one says a thousand a second, and after. The
server has its usual limits; the flooders are a process of their own.
"""

from __future__ import annotations

import argparse
import dataclasses
import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.load import Crowd, Member, allow_files, text
from tests.bench.servers import CONTESTANTS, OURS, Running

PAIRS = 40
BURST_S = 2.0
"""In so long everybody has said the 20 lines that are taken at once."""
FLOODS = {
    "50 at 4 a second, which they may": (50, 4.0),
    "50 at 20 a second": (50, 20.0),
    "1 at 1,000 a second": (1, 1000.0),
}
"""How many, and how often each of them."""


def flood(port: int, count: int, rate: float, ready: object, seconds: float) -> None:
    """Say something as often as that, and read what comes."""
    crowd = Crowd(port, names=f"f{count}x{rate:.0f}x")
    members = crowd.connect(count)
    crowd.join(members, lambda _number: "#noise")
    ready.set()  # type: ignore[attr-defined]  # an event of multiprocessing
    began = time.perf_counter()
    said = 0  # by all of them, each in its turn: nobody floods in step
    while (now := time.perf_counter() - began) < seconds:
        while said < now * rate * count:
            members[said % count].say(b"PRIVMSG #noise :" + text(1, said) + b"\r\n")
            said += 1
        try:
            crowd.poll(0.001)
        except Exception:  # noqa: BLE001 - it was cut, which is what the limits are for
            return


@contextmanager
def flooding(port: int, count: int, rate: float, seconds: float) -> Iterator[None]:
    ready = multiprocessing.Event()
    process = multiprocessing.Process(target=flood, args=(port, count, rate, ready, seconds + 2))
    process.start()
    ready.wait(30)
    try:
        yield
    finally:
        process.kill()
        process.join()


def talk(crowd: Crowd, speakers: list[Member], seconds: float) -> tuple[float, float]:
    """Milliseconds from one of a pair to the other: the middle, and 99 of 100."""
    took: list[float] = []
    began = due = time.perf_counter()
    while due < began + seconds:
        crowd.poll(max(due - time.perf_counter(), 0))  # no spinning: the server needs the core
        said, before = time.perf_counter(), crowd.lines
        number = len(took) % PAIRS
        speakers[number].say(b"PRIVMSG #talk%d :halo\r\n" % number)
        while crowd.lines == before:
            crowd.poll(10)
        took.append((time.perf_counter() - said) * 1000)
        due = max(due + 0.0125, time.perf_counter())
    took.sort()
    return took[len(took) // 2], took[len(took) * 99 // 100]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=10.0)
    seconds = parser.parse_args().seconds
    allow_files()
    limits = OURS.replace("flood_protection = false", "flood_protection = true")
    with tempfile.TemporaryDirectory() as folder:
        ours = CONTESTANTS[0]

        def command(where: Path, port: int) -> list[str]:
            words = ours.command(where, port)
            (where / "obrolan.toml").write_text(limits, encoding="ascii")
            return words

        with Running(dataclasses.replace(ours, command=command), Path(folder)) as running:
            crowd = Crowd(running.port)
            members = crowd.connect(2 * PAIRS)
            crowd.join(members, lambda number: f"#talk{number % PAIRS}")
            crowd.settle()
            speakers = members[:PAIRS]
            found = {"before": talk(crowd, speakers, seconds)}
            for name, (count, rate) in FLOODS.items():
                with flooding(running.port, count, rate, seconds + BURST_S):
                    found[f"{name}, the first {BURST_S:.0f} s"] = talk(crowd, speakers, BURST_S)
                    found[f"{name}, then"] = talk(crowd, speakers, seconds)
            found["after"] = talk(crowd, speakers, seconds)
            crowd.close()
    for name, (middle, most) in found.items():
        print(f"{name}: p50 {middle:.2f} ms, p99 {most:.2f} ms")


if __name__ == "__main__":
    main()
