"""The servers that are measured: ours, and those of others where they are installed, each with its limits off.

Each `Contestant` writes its configuration into a folder, starts as a process of its own on a free port of the loopback
interface, and is measured from outside, by /proc. What a server is allowed is the same for all: no flood protection, no
look-ups of names, no limit of connections, an outbox of 100 MB.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.end2end.harness import certificate_files

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
START_S = 10.0

OURS = """
[lobby]
autojoin = false
[limits]
flood_protection = false
connection_throttle = false
connections_per_ip = 0
sendq_hard_bytes = 100_000_000
"""
NGIRCD = """
[Global]
Name = bench.lan
Info = bench
Listen = 127.0.0.1
Ports = {port}
ServerGID = nogroup
ServerUID = nobody
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxPenaltyTime = 0
PingTimeout = 3600
[Options]
DNS = no
Ident = no
PAM = no
"""
INSPIRCD = """
<server name="bench.lan" description="bench" network="bench">
<admin name="bench" nick="bench" email="bench@bench.lan">
<bind address="127.0.0.1" port="{port}" type="clients">
<connect allow="*" timeout="60" pingfreq="3600" hardsendq="100000000" softsendq="100000000" recvq="1000000"
    threshold="1000000" commandrate="100000000" fakelag="off" localmax="100000" globalmax="100000" maxchans="1000"
    limit="100000" resolvehostnames="no">
<performance somaxconn="8192" softlimit="100000" netbuffersize="65534" quietbursts="yes">
<options defaultmodes="nt" nouserdns="yes">
<pid file="{folder}/inspircd.pid">
<log method="file" type="none" level="none" target="/dev/null">
<path configdir="{folder}" datadir="{folder}" logdir="{folder}" runtimedir="{folder}">
"""


class FailedError(Exception):
    """A server cannot be measured; the text says what it did."""


@dataclass(frozen=True)
class Contestant:
    """A server that can be started. `command` gets the folder and the port and says how."""

    name: str
    program: str
    command: Callable[[Path, int], list[str]]
    many: bool = True
    """Whether it takes in a thousand connections within seconds."""

    @property
    def installed(self) -> bool:
        return shutil.which(self.program) is not None or Path(self.program).exists()


def _ours(folder: Path, port: int) -> list[str]:
    config = folder / "obrolan.toml"
    config.write_text(OURS, encoding="ascii")
    for name, content in certificate_files().items():  # as after the first start, which makes one and is 12 MB larger
        (folder / name).write_bytes(content)
    where = ["--host", HOST, "--port", str(port), "--data", str(folder), "--config", str(config)]
    return [sys.executable, str(ROOT / "server.py"), *where, "--log-level", "error"]


def _ngircd(folder: Path, port: int) -> list[str]:
    config = folder / "ngircd.conf"
    config.write_text(NGIRCD.format(port=port), encoding="ascii")
    return ["ngircd", "-n", "-f", str(config)]


def _inspircd(folder: Path, port: int) -> list[str]:
    config = folder / "inspircd.conf"
    config.write_text(INSPIRCD.format(port=port, folder=folder), encoding="ascii")
    return ["inspircd", "--nofork", "--runasroot", f"--config={config}"]


def _miniircd(_folder: Path, port: int) -> list[str]:
    program = str(Path(sys.executable).with_name("miniircd"))
    return [program, "--listen", HOST, "--ports", str(port), *(["--setuid", "root"] if os.geteuid() == 0 else [])]


CONTESTANTS = [
    Contestant("Obrolan", sys.executable, _ours),
    Contestant("ngIRCd", "ngircd", _ngircd, many=False),
    Contestant("InspIRCd", "inspircd", _inspircd),
    Contestant("miniircd", str(Path(sys.executable).with_name("miniircd")), _miniircd),
]


class Running:
    """A started server: its port, and what it uses. A context manager; the process ends with it."""

    def __init__(self, contestant: Contestant, folder: Path) -> None:
        self.name = contestant.name
        self.port = _free_port()
        output = folder / "output.txt"
        with output.open("wb") as file:
            self.process = subprocess.Popen(
                contestant.command(folder, self.port), cwd=folder, stdout=file, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + START_S
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                raise FailedError(f"{self.name} did not start:\n{output.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            socket.create_connection((HOST, self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def cpu_s(self) -> float:
        """Seconds of CPU that the process has used, all its threads together."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_bytes(self) -> int:
        """Memory that the process holds (RSS)."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
