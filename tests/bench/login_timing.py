"""How long a login with a wrong password takes, by whether there is such an account (reliability S7).

    python -m tests.bench.login_timing [--tries 1000]

Both kinds in turn, against a real server; medians, and how far they are apart.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.end2end.accounts import CHEAP, plain, register, scram
from tests.end2end.harness import IrcClient, ServerProcess

WRONG = "salah sekali"
TRIES = 3
"""Logins of one connection, as many as it may."""


def made(client: IrcClient, name: str, _password: str = "") -> list[str]:
    return client.ask(f"REGISTER {name} * {WRONG}")


def seconds(server: ServerProcess, way: Callable[[IrcClient, str, str], list[str]], names: list[str]) -> list[float]:
    """What each of these took on a connection of its own."""
    client = server.connect()
    client.send("CAP LS 302", "CAP REQ :sasl draft/account-registration standard-replies")
    client.ask("NICK tamu")
    took = []
    for name in names:
        started = time.perf_counter()
        way(client, name, WRONG)
        took.append(time.perf_counter() - started)
    client.leave()
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tries", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ServerProcess(Path(folder), CHEAP) as server:
        register(server, "ada")
        for title, way in {"PLAIN": plain, "SCRAM-SHA-256": scram, "REGISTER": made}.items():
            there: list[float] = []
            absent: list[float] = []
            for number in range(options.tries // TRIES):
                there += seconds(server, way, ["ada"] * TRIES)
                absent += seconds(server, way, [f"tiada{number}{each}" for each in range(TRIES)])
            one, other = statistics.median(there), statistics.median(absent)
            apart = (one - other) / other
            print(f"{title}: there {one * 1e6:.0f} µs, not there {other * 1e6:.0f} µs, {apart:+.1%}", flush=True)


if __name__ == "__main__":
    main()
