"""Measures our server beside others: `python3 start.py bench`, or `python -m tests.bench [--quick] [row ...]`.

Every row of the table is one question (`modes`). The servers take turns, each round with a process of its own, and the
middle of the rounds counts; what two servers differ by matters, not what one has, for computers differ. The whole table
is written into docs/performance.md when nothing was left out.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench import modes, window
from tests.bench.load import allow_files
from tests.bench.servers import CONTESTANTS, ROOT, Contestant, FailedError, Running

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- bench: written by start.py bench -->", "<!-- end of bench -->"
ECHO: dict[str, Any] = {"members": 100, "caps": lambda _: "echo-message"}
MIXED: dict[str, Any] = {"members": 100, "caps": modes.mixed_caps}
TLS: dict[str, Any] = {"members": 100, "tls": True}
HELD = {"members": 15_000, "channels": 150}
CROWD = 1000
"""From so many members on only servers that take in many connections quickly are measured."""


@dataclass(frozen=True)
class Row:
    """One question, and how its answer is shown: a format of the figures."""

    key: str
    title: str
    ask: Callable[..., modes.Figures]
    show: str
    options: dict[str, Any] = field(default_factory=dict)
    ours_alone: bool = False


RATE = "{millions_per_s:.2f} M/s ({cpu_us_per_line:.2f} µs)"
SLOW = "{millions_per_s:.3f} M/s ({cpu_us_per_line:.1f} µs)"
WAIT = "{p50_ms:.2f} / {p99_ms:.2f} ms"
MEMORY = "{bytes_per_member:,.0f} B ({idle_core_percent:.1f} %)"
ROWS = [
    Row("100", "100 members", modes.throughput, RATE, {"members": 100}),
    Row("1000", "1,000 members", modes.throughput, RATE, {"members": 1000}),
    Row("one", "1,000 members, 1 speaks, window 1", modes.throughput, SLOW, {"publishers": 1, "window": 1}),
    Row("rooms", "50 rooms of very different sizes, 20 speak", modes.channels, RATE),
    Row("private", "50 people write to one", modes.private, SLOW),
    Row("latency-100", "100 members, 100 lines/s: last member has it, p50 / p99", modes.latency, WAIT),
    Row("latency-1000", "1,000 members, 20 lines/s: the same", modes.latency, WAIT, {"members": 1000, "rate": 20}),
    Row("idle-1000", "memory of each of 1,000 (CPU of all)", modes.idle, MEMORY),
    Row("idle-10000", "the same of 10,000 in 100 rooms", modes.idle, MEMORY, {"members": 10_000, "channels": 100}),
    Row("storm", "10,000 connect; join 100 rooms", modes.storm, "{connect_s:.1f} s; {join_s:.1f} s"),
    Row("back", "1,000 are cut off and come back into one room", modes.reconnect, "{back_s:.1f} s"),
    Row("echo", "100 members, all with echo-message", modes.throughput, RATE, ECHO, ours_alone=True),
    Row("mixed", "100 members, half of them with tags", modes.throughput, RATE, MIXED, ours_alone=True),
    Row("tls", "100 members, all with TLS", modes.throughput, RATE, TLS, ours_alone=True),
    Row("held", "memory of each of 15,000 in 150 rooms (CPU of all)", modes.idle, MEMORY, HELD, ours_alone=True),
]
QUICK = {"100", "1000", "one", "latency-100"}


def measure(row: Row, contestants: list[Contestant], rounds: int) -> dict[str, str]:
    """The answer of each server, by its name; in turns. Who fails once is out of this row."""
    found: dict[str, list[modes.Figures]] = {each.name: [] for each in contestants}
    failed: dict[str, str] = {}
    for _ in range(rounds):
        for contestant in contestants:
            if contestant.name in failed:
                continue
            with tempfile.TemporaryDirectory() as folder:
                Path(folder).chmod(0o755)  # ngIRCd reads its settings as nobody
                try:
                    with Running(contestant, Path(folder)) as running:
                        found[contestant.name].append(row.ask(running, **row.options))
                except (FailedError, OSError) as error:
                    print(f"{row.title}: {contestant.name} failed: {error}", flush=True)
                    failed[contestant.name] = "failed"
    return {
        name: row.show.format_map(modes.median(each)) for name, each in found.items() if name not in failed
    } | failed


def _entrants(row: Row, contestants: list[Contestant]) -> list[Contestant]:
    members = row.options.get("members", 100 if row.ask is modes.latency else CROWD)
    return [
        each
        for each in contestants
        if (each.many or members < CROWD) and (not row.ours_alone or each is CONTESTANTS[0])
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="start.py bench", description=__doc__.partition("\n")[0])
    parser.add_argument("rows", nargs="*", help=f"only these: {' '.join(row.key for row in ROWS)}")
    parser.add_argument("--quick", action="store_true", help="the four most telling rows, one round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--window", action="store_true", help="our window instead, beside those that are installed")
    options = parser.parse_args()
    if options.window:
        window.measure()
        return
    keys = set(options.rows) or (QUICK if options.quick else {row.key for row in ROWS})
    if unknown := keys - {row.key for row in ROWS}:
        parser.error(f"there is no row {' '.join(sorted(unknown))}")
    allow_files()
    contestants = [each for each in CONTESTANTS if each.installed]
    names = [each.name for each in contestants]
    table = [f"| | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    print(f"Beside: {', '.join(names[1:]) or 'nobody; apt install ngircd inspircd, pip install miniircd'}")
    for row in ROWS:
        if row.key in keys:
            found = measure(row, _entrants(row, contestants), 1 if options.quick else options.rounds)
            print(f"{row.title}: " + ", ".join(f"{name} {text}" for name, text in found.items()), flush=True)
            table.append(f"| {row.title} | {' | '.join(found.get(name, '') for name in names)} |")
    if len(keys) == len(ROWS):
        page = PAGE.read_text(encoding="utf-8")
        before, rest = page.split(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n" + "\n".join(table) + f"\n{END}" + rest.split(END)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
