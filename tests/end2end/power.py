"""Power loss, replayed: a trace of what a server asked of the system, and the disks it may have left behind.

`strace` writes down every write, flush and send of the server. `Disk` replays that, and at any moment makes an image
of what a disk may hold when the power goes: all that was flushed, and of the rest some, some torn, none - as the
chance has it. Names count as lasting once the file was flushed, as on ext4 and xfs.
"""

from __future__ import annotations

import functools
import os
import random
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.end2end.harness import WAIT_S, ServerProcess, Settings

CALLS = "write,pwrite64,writev,pwritev,ftruncate,rename,renameat,renameat2,unlink,unlinkat,fsync,fdatasync,sendto"
SECTOR = 512

_LINE = re.compile(rb"^(\d+) +(?:<\.\.\. )?(\w+)(?:\(| resumed>)(.*)$")
_FILE = re.compile(rb"^\d+<([\\x0-9a-f]*)>")
_STRING = re.compile(rb'"([\\x0-9a-f]*)"')
_NUMBERS = re.compile(rb", (-?\d+)")


@functools.cache
def missing() -> str:
    """Why this cannot be done here, "" when it can."""
    if not shutil.which("strace"):
        return "strace is not installed (Debian: apt-get install strace)"
    tried = subprocess.run(
        ["strace", "-f", "--seccomp-bpf", "-o", os.devnull, "true"], capture_output=True, check=False
    )
    return f"strace may not watch here: {tried.stderr.decode(errors='replace').strip()}" if tried.returncode else ""


class TracedServer(ServerProcess):
    """A server under strace, by default one all of whose writes, flushes and sends are written down."""

    def __init__(self, folder: Path, settings: Settings, trace: Path, *options: str) -> None:
        super().__init__(folder, settings)
        options = options or ("-y", "-xx", "-s", "65535", "-e", f"trace={CALLS}")
        self._command = ["strace", "-f", "--seccomp-bpf", "-o", str(trace), *options, *self._command]

    def kill(self) -> None:
        """Kill the server, not who watches it; the trace is complete then."""
        if self._process is not None and self.alive:
            children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii").split()
            for child in children:
                os.kill(int(child), signal.SIGKILL)
            self.process.wait(WAIT_S)
        super().kill()


@dataclass(frozen=True, slots=True)
class Step:
    """One call: `data` is what was written or sent, `number` the place in the file or its new length."""

    call: str
    path: str = ""
    data: bytes = b""
    number: int = 0
    target: str = ""


def steps(trace: Path) -> Iterator[Step]:
    """What was asked, in order: writes and sends when they began, flushes when they had succeeded."""
    flushing: dict[bytes, str] = {}
    with trace.open("rb") as lines:
        for line in lines:
            found = _LINE.match(line)
            if found is None:
                continue  # an end, a signal
            process, call, rest = found[1], found[2].decode(), found[3]
            if b"resumed>" in line[:60]:
                if call in {"fsync", "fdatasync"} and rest.endswith(b"= 0"):
                    yield Step("fsync", flushing.pop(process))
                continue
            if b"AF_NETLINK" in rest:
                continue  # the system's own list of addresses
            file = _FILE.match(rest)
            path = _text(file[1]) if file else ""
            if call in {"fsync", "fdatasync"}:
                if b"<unfinished" in rest:
                    flushing[process] = path
                elif rest.endswith(b"= 0"):
                    yield Step("fsync", path)
                continue
            yield _step(call, path, rest)


def _step(call: str, path: str, rest: bytes) -> Step:
    strings = [_bytes(each) for each in _STRING.findall(rest)]
    if call == "pwrite64":
        place = int(_NUMBERS.findall(rest)[1])
        return Step("write", path, strings[0], place)
    if call == "ftruncate":
        return Step("truncate", path, number=int(_NUMBERS.findall(rest)[0]))
    if call == "sendto":
        return Step("send", data=strings[0])
    if call.startswith("rename"):
        return Step("rename", os.fsdecode(strings[0]), target=os.fsdecode(strings[1]))
    if call.startswith("unlink"):
        return Step("unlink", os.fsdecode(strings[0]))
    return Step("append", path, b"".join(strings))


def _bytes(hexed: bytes) -> bytes:
    return bytes.fromhex(hexed.replace(b"\\x", b"").decode())


def _text(hexed: bytes) -> str:
    return os.fsdecode(_bytes(hexed))


@dataclass(slots=True)
class File:
    """What is surely on the disk, and what was asked since: pieces at places, or a new length (None)."""

    lasting: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)

    def flush(self) -> None:
        for place, piece in self.pending:
            _apply(self.lasting, place, piece)
        self.pending.clear()

    def image(self, chance: random.Random) -> bytearray:
        """What may be there after the power went."""
        made = bytearray(self.lasting)
        kept = chance.choice((0.0, 0.5, 0.9, 1.0))
        for place, piece in self.pending:
            if chance.random() < kept:
                torn = piece is not None and chance.random() < 0.1
                _apply(made, place, piece[: chance.randrange(0, len(piece) + 1, SECTOR)] if torn and piece else piece)
        return made


def _apply(content: bytearray, place: int, piece: bytes | None) -> None:
    if piece is None:
        del content[place:]
        content.extend(bytes(place - len(content)))
        return
    if len(content) < place:
        content.extend(bytes(place - len(content)))
    content[place : place + len(piece)] = piece


class Disk:
    """The files of one folder as the replay goes on."""

    def __init__(self, folder: Path, names: tuple[str, ...]) -> None:
        self._paths = {str(folder / name): name for name in names}
        self.files: dict[str, File] = {}
        self.unflushed_images = 0
        """How many images were made while something was not flushed."""

    def take(self, step: Step) -> None:
        """Do what was asked."""
        if step.call == "rename" and step.target in self._paths and step.path in self.files:
            self.files[step.target] = self.files.pop(step.path)
        elif step.call == "unlink":
            self.files.pop(step.path, None)
        elif step.path in self._paths:
            file = self.files.setdefault(step.path, File())
            if step.call == "write":
                file.pending.append((step.number, step.data))
            elif step.call == "truncate":
                file.pending.append((step.number, None))
            elif step.call == "fsync":
                file.flush()
            else:
                raise AssertionError(f"what is {step.call} on {step.path}?")

    def image(self, folder: Path, chance: random.Random) -> None:
        """Write into this folder what may be left."""
        self.unflushed_images += any(file.pending for file in self.files.values())
        for name in self._paths.values():
            (folder / name).unlink(missing_ok=True)
        for path, file in self.files.items():
            if file.lasting or file.pending:
                (folder / self._paths[path]).write_bytes(file.image(chance))
