"""How fast one room is told: delivered lines per second, and the server's CPU time per delivered line.

    python3 tests/bench/delivery.py --members 100 --publishers 10 --window 16 --seconds 5

Starts the real `server.py` in a process of its own, lets `members` connections join one channel, and
has `publishers` of them send 64-byte texts, each with `window` lines under way at most (it sends the
next when its echo comes back). Counts every line that arrives at every member. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = b"x" * 64
CONFIG = """
[lobby]
autojoin = false
[limits]
flood_protection = false
connection_throttle = false
connections_per_ip = 0
"""


class Member:
    """One connection: counts lines; a publisher also keeps its window filled."""

    def __init__(self, sock: socket.socket, number: int, caps: str) -> None:
        self.socket = sock
        self.name = f"m{number}"
        self.mark = f":{self.name}!".encode()
        self.lines = 0
        self.tail = b""
        self.joined = False
        self.publishes = False
        self.caps = caps

    def greet(self) -> None:
        caps = f"CAP REQ :{self.caps}\r\nCAP END\r\n" if self.caps else ""
        self.socket.sendall(f"{caps}NICK {self.name}\r\nUSER m 0 * :m\r\nJOIN #bench\r\n".encode())

    def read(self) -> bytes:
        data = self.socket.recv(262144)
        if not data:
            raise SystemExit(f"{self.name} was cut by the server")
        return data


def start_server(options: argparse.Namespace, folder: str) -> tuple[subprocess.Popen[str], int]:
    config = Path(folder, "bench.toml")
    config.write_text(CONFIG)
    command = [
        sys.executable,
        "server.py",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--data",
        folder,
        "--config",
        str(config),
        *(["--no-history"] if options.no_history else []),
    ]
    environment = {**os.environ, "LANGUAGE": "en"}
    process = subprocess.Popen(
        [*command, "--log-level", "error"], cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"--port (\d+)", line)
        if found:
            return process, int(found[1])
    raise SystemExit("server.py did not start")


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def connect_all(options: argparse.Namespace, port: int) -> tuple[list[Member], selectors.BaseSelector]:
    selector = selectors.DefaultSelector()
    members = []
    for number in range(options.members):
        sock = socket.create_connection(("127.0.0.1", port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        member = Member(sock, number, options.caps)
        member.greet()
        members.append(member)
        selector.register(sock, selectors.EVENT_READ, member)
        while not member.joined:
            _read_until_joined(selector)
    return members, selector


def _read_until_joined(selector: selectors.BaseSelector) -> None:
    for key, _ in selector.select(10):
        member: Member = key.data
        data = member.tail + member.read()
        member.joined = member.joined or b" 366 " in data
        member.tail = data[-16:]


def run(options: argparse.Namespace, process: subprocess.Popen[str], port: int) -> dict[str, float]:
    before_members = resident_bytes(process.pid)
    members, selector = connect_all(options, port)
    _settle(selector)
    idle_bytes = (resident_bytes(process.pid) - before_members) / options.members
    line = b"PRIVMSG #bench :" + TEXT + b"\r\n"
    publishers = members[: options.publishers]
    for member in publishers:
        member.publishes, member.tail = True, b""
        member.socket.sendall(line * options.window)
    started, cpu = time.perf_counter(), cpu_seconds(process.pid)
    own_cpu = time.process_time()
    delivered = sent = 0
    while time.perf_counter() - started < options.seconds:
        for key, _ in selector.select(1):
            member = key.data
            data = member.read()
            delivered += data.count(b"\n")
            if member.publishes:
                data = member.tail + data
                end = data.rfind(b"\n") + 1
                member.tail = data[end:]
                back = data[:end].count(member.mark)
                if back:
                    member.socket.sendall(line * back)
                    sent += back
    elapsed = time.perf_counter() - started
    used = cpu_seconds(process.pid) - cpu
    return {
        "members": options.members,
        "delivered_per_s": round(delivered / elapsed),
        "messages_per_s": round(sent / elapsed),
        "server_cpu_us_per_delivered": round(used / delivered * 1e6, 3),
        "server_cpu_us_per_message": round(used / max(1, sent) * 1e6, 1),
        "server_cpu_of_a_core": round(used / elapsed, 2),
        "load_cpu_of_a_core": round((time.process_time() - own_cpu) / elapsed, 2),
        "idle_bytes_per_member": round(idle_bytes),
        "rss_mb_at_end": round(resident_bytes(process.pid) / 1e6, 1),
    }


def _settle(selector: selectors.BaseSelector) -> None:
    """Read until nothing has come for a while: the joins are over."""
    while ready := selector.select(0.3):
        for key, _ in ready:
            key.data.read()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=100)
    parser.add_argument("--publishers", type=int, default=10)
    parser.add_argument("--window", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--caps", default="echo-message", help="capabilities every member asks for")
    parser.add_argument("--no-history", action="store_true", help="with a server that keeps nothing on disk")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        process, port = start_server(options, folder)
        try:
            print(json.dumps(run(options, process, port)))
        finally:
            process.terminate()
            process.wait(5)


if __name__ == "__main__":
    main()
