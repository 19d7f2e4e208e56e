"""How long the terminal client takes from the start of its process to its prompt, and to the lobby.

    python tests/bench/terminal_start.py [--runs 10]

Starts a real server, and the client as people do, on a pseudo-terminal; prints for every run the
milliseconds until the prompt `>> ` was drawn and until the lobby was entered, with median and least.
Must stay under 300 ms to the prompt (issue 3). `-X importtime` shows where the time goes:

    python -X importtime -c "import client.terminal, client.console.screen" 2>&1 | sort -t'|' -k2 -n | tail
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.end2end.harness import ServerProcess  # noqa: E402 - the path above comes first
from tests.terminals import Terminal  # noqa: E402 - likewise


def run(port: int, profile: str) -> tuple[float, float]:
    """One start; milliseconds to the prompt and to the lobby."""
    environment = {"OBROLAN_PROFILE": profile, "LANGUAGE": "en"}
    began = time.monotonic()
    with Terminal("--port", port, "--name", "Siti", environment=environment) as terminal:
        terminal.wait_for(">>")
        prompt = time.monotonic() - began
        terminal.wait_for("You are in #lobby.")
        lobby = time.monotonic() - began
        terminal.enter("exit")
        terminal.wait_for_end()
    return prompt * 1000, lobby * 1000


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Milliseconds from process start to prompt and lobby.")
    parser.add_argument("--runs", type=int, default=10)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder, ServerProcess(Path(folder) / "server") as server:
        # The first run warms the disk cache and writes the byte code.
        found = [run(server.port, str(Path(folder) / "profile")) for _ in range(runs + 1)][1:]
    for what, values in zip(("prompt", "lobby"), zip(*found, strict=True), strict=True):
        print(f"{what}, ms:", *(f"{value:.0f}" for value in values))
        print(f"{what}: median {statistics.median(values):.0f} ms, least {min(values):.0f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
