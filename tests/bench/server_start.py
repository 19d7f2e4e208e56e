"""How long `python3 server.py` takes until its port answers, beside a Python that does nothing.

    python3 tests/bench/server_start.py --runs 10

Wall and CPU seconds from starting the process to the first answer to a PING, median of the runs, and
the same for `python3 -c pass` in the same run. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def start_once(folder: str) -> tuple[float, float]:
    """Wall seconds until the port answers, and CPU seconds of the whole life of the process."""
    port, cpu = free_port(), children_cpu()
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "server.py", "--host", "127.0.0.1", "--port", str(port), "--data", folder],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "LANGUAGE": "en"},
    )
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port)) as sock:
                sock.sendall(b"PING x\r\n")
                sock.recv(100)
                break
        except ConnectionRefusedError:
            time.sleep(0.002)
    wall = time.perf_counter() - started
    process.terminate()
    process.wait(5)
    return wall, children_cpu() - cpu


def nothing_once() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        start_once(folder)
        runs = [(*start_once(folder), nothing_once()) for _ in range(options.runs)]
    walls, cpus, nothings = zip(*runs, strict=True)
    print(
        json.dumps(
            {
                "answers_after_s": round(statistics.median(walls), 3),
                "cpu_s_of_start_and_stop": round(statistics.median(cpus), 3),
                "python_doing_nothing_s": round(statistics.median(nothings), 3),
            }
        )
    )


if __name__ == "__main__":
    main()
