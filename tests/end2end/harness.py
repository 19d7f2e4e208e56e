"""A real `server.py` process and raw IRC clients, for the end-to-end tests.

Nothing here sleeps: every wait is for a line, an end or an exit, and is bounded by `WAIT_S`. A client
fences with PING: what stands before the PONG is all that the server had for it until then. Every line a
client reads is held against what no line may ever be (a bare CR, NUL, too long, no UTF-8).
"""

from __future__ import annotations

import atexit
import functools
import hashlib
import hmac
import itertools
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import protocol
from chatd import certificate
from chatd.config import Listen
from protocol import LINE_BYTES, TAGS_OUT_BYTES, Message

ROOT = Path(__file__).resolve().parents[2]
WAIT_S = 20.0
"""Only a failing test waits so long."""
NAME = "obrolan.local"
HOST = hmac.new(bytes(32), b"127.0.0.1", hashlib.sha256).hexdigest()[:8] + ".lan"
"""What stands for 127.0.0.1 with the `host-key` that `ServerProcess` puts into the data folder."""

Settings = Mapping[str, Mapping[str, object]]
"""The sections of a TOML file."""
QUIET: Settings = {
    "lobby": {"autojoin": False},
    "limits": {"flood_protection": False},
    "history": {"replay_lines": 0, "chathistory_max": 1000},
}
"""Nobody is joined to anything or shown old lines by itself, and lines are taken as fast as they come."""


def source(nickname: str) -> str:
    """`nick!user@host` of a client that `IrcClient.register` registered."""
    return f"{nickname}!~u@{HOST}"


def free_port() -> int:
    """A port that is free now; for servers that must come back at the same one."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def untagged(lines: Sequence[str]) -> list[str]:
    """Lines without their tags."""
    return [line.partition(" ")[2] if line.startswith("@") else line for line in lines]


def commands(lines: Sequence[str]) -> list[str]:
    """Only the commands and numerics of these lines."""
    return [protocol.parse(line).command for line in lines]


def toml(settings: Settings) -> str:
    """The settings as a TOML file."""
    sections = []
    for name, values in settings.items():
        sections.append(_table(f"[{name}]", {key: value for key, value in values.items() if key != "extra"}))
        extra = values.get("extra")
        sections += [_table(f"[[{name}.extra]]", one) for one in (extra if isinstance(extra, list) else ())]
    return "\n".join(sections)


def _table(header: str, values: Mapping[str, object]) -> str:
    return "\n".join(
        [header, *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()), ""]
    )


# --- the server -----------------------------------------------------------------------------------


@functools.cache
def certificate_files() -> dict[str, bytes]:
    """A certificate that a server made for itself, as it lies in its folder; the same for all servers of a run."""
    with tempfile.TemporaryDirectory() as folder:
        certificate.load(Listen(), Path(folder), ("obrolan.local", "localhost", "127.0.0.1"))
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


class ServerProcess:
    """`server.py` on 127.0.0.1, in a process of its own; `start` again after `kill` uses the same folder and port.

    Used with `with`, it is killed at the end, and the test fails if the server ever wrote a traceback.
    """

    def __init__(
        self,
        folder: Path,
        settings: Settings | None = None,
        options: Sequence[str] = (),
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        language: str = "en",
        program: Path = ROOT / "server.py",
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.data = folder / "data"
        self.data.mkdir(exist_ok=True)
        (self.data / "host-key").write_bytes(bytes(32))
        for name, content in certificate_files().items():
            (self.data / name).write_bytes(content)  # making one costs a tenth of a second
        self.port = port
        self.output = ""
        """All that stood on standard output since the last start."""
        self.errors = ""
        self._arrived = threading.Condition()
        self._clients: list[IrcClient] = []
        self._command = [sys.executable, str(program), "--host", host, "--data", str(self.data), *options]
        if settings is not None:
            (folder / "server.toml").write_text(toml(settings), encoding="utf-8")
            self._command += ["--config", str(folder / "server.toml")]
        self._environment = {**os.environ, "LANGUAGE": language, "PYTHONIOENCODING": "utf-8"}
        self._process: subprocess.Popen[str] | None = None
        self._readers: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in self._clients:
            client.close()
        self.kill()
        if error is None:
            assert "Traceback" not in self.errors + self.output, self.errors + self.output

    @property
    def process(self) -> subprocess.Popen[str]:
        assert self._process is not None, "not started"
        return self._process

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def start(self) -> None:
        """Start it and wait until it says where it listens."""
        self.output = self.errors = ""
        self._process = subprocess.Popen(
            [*self._command, "--port", str(self.port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=self._environment,
        )
        atexit.register(self._process.kill)  # for a run that is broken off; later calls find it ended
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._readers = [
            threading.Thread(target=self._collect, args=(stream, name), name=f"server-{name}")
            for name, stream in (("output", self._process.stdout), ("errors", self._process.stderr))
        ]
        for reader in self._readers:
            reader.start()
        if self.port != protocol.DEFAULT_PORT:
            self.port = int(self.wait_for(r"client\.main --port (\d+)")[1])

    def _collect(self, stream: IO[str], name: str) -> None:
        with stream:
            for line in stream:
                with self._arrived:
                    setattr(self, name, getattr(self, name) + line)
                    self._arrived.notify_all()
        with self._arrived:
            self._arrived.notify_all()

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Wait until standard output holds this pattern."""
        found: list[re.Match[str]] = []

        def stands_there() -> bool:
            match = re.search(pattern, self.output)
            found[:] = [match] if match else []
            return match is not None or not self._readers[0].is_alive()

        with self._arrived:
            self._arrived.wait_for(stands_there, WAIT_S)
        assert found, f"{pattern!r} is not in the server's output:\n{self.output}\n{self.errors}"
        return found[0]

    def connect(
        self, nickname: str = "", *caps: str, receive_buffer: int = 0, tls: ssl.SSLContext | None = None
    ) -> IrcClient:
        """A client, registered if it gets a nickname; it is closed with the server at the latest."""
        client = IrcClient(self.port, receive_buffer=receive_buffer, tls=tls)
        self._clients.append(client)
        if nickname:
            client.register(nickname, *caps)
        return client

    def kill(self) -> None:
        """End it hard."""
        if self._process is not None:
            self._process.kill()
            self._wait()

    def terminate(self) -> int:
        """Ask it to stop (SIGTERM), wait until it has; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self._wait()

    def _wait(self) -> int:
        code = self.process.wait(WAIT_S)
        for reader in self._readers:
            reader.join(WAIT_S)
        return code

    def memory_bytes(self) -> int:
        """Resident memory (Linux)."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def cpu_s(self) -> float:
        """Seconds of CPU used so far, in user and system mode (Linux)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def descriptors(self) -> int:
        """How many file descriptors it holds open (Linux)."""
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    def threads(self) -> int:
        """How many threads it has (Linux)."""
        return len(list(Path(f"/proc/{self.pid}/task").iterdir()))


# --- a client -------------------------------------------------------------------------------------


class IrcClient:
    """One raw connection. `None` from `line` is the end of it; every other wait that fails raises."""

    def __init__(
        self, port: int, *, receive_buffer: int = 0, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
    ) -> None:
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(WAIT_S)
        self.socket.connect((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, suppress_ragged_eofs=False)
        self.nickname = ""
        self._lines: deque[bytes] = deque()
        self._rest = b""
        self._ended = False
        self._tokens = itertools.count(1)

    def close(self) -> None:
        self.socket.close()

    def leave(self) -> None:
        """QUIT, and wait until the server has closed: the nickname is free then."""
        try:
            self.send("QUIT")
            while not self._ended:
                self._receive()
        except OSError:
            pass  # closed already, by either side: it is gone
        self.close()

    # --- sending

    def send(self, *lines: str) -> None:
        self.send_bytes("".join(line + "\r\n" for line in lines).encode())

    def send_bytes(self, data: bytes) -> None:
        self.socket.sendall(data)

    # --- receiving

    def line(self) -> str | None:
        """The next line without its end, None when the server has closed."""
        while not self._lines:
            if self._ended:
                return None
            self._receive()
        return _checked(self._lines.popleft())

    def _receive(self) -> None:
        try:
            data = self.socket.recv(1 << 16)
        except ConnectionResetError:
            data = b""
        self._ended = not data
        assert not (self._ended and self._rest), f"the server closed in the middle of a line: {self._rest!r}"
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._lines.extend(lines)

    def expect(self, *wanted: str) -> Message:
        """The next message with one of these commands; others are passed over."""
        passed: list[str] = []
        while (line := self.line()) is not None:
            message = protocol.parse(line)
            if message.command in wanted:
                return message
            passed.append(line)
        raise AssertionError(f"{self.nickname or 'it'} was closed before {wanted} came, after:\n" + "\n".join(passed))

    def fence(self) -> list[str]:
        """All lines that the server had for this client until now."""
        token = f"fence-{next(self._tokens)}"
        self.send(f"PING {token}")
        return self.until(f":{NAME} PONG {NAME} :{token}")

    def until(self, last: str) -> list[str]:
        """The lines before this one (compared without tags), which is taken too."""
        lines: list[str] = []
        while (line := self.line()) is not None:
            if untagged([line]) == [last]:
                return lines
            lines.append(line)
        raise AssertionError(f"{self.nickname or 'it'} was closed before {last!r}, after:\n" + "\n".join(lines))

    def ask(self, *lines: str) -> list[str]:
        """Send these and give all that came until they were answered."""
        self.send(*lines)
        return self.fence()

    def rest(self) -> list[str]:
        """All lines until the server closes."""
        return list(iter(self.line, None))

    def register(self, nickname: str, *caps: str) -> list[str]:
        """Register under this nickname (user `u`, realname `Name of <nickname>`); the lines of the welcome."""
        request = [f"CAP REQ :{' '.join(caps)}"] if caps else []
        end = ["CAP END"] if caps else []
        lines = self.ask(*request, f"NICK {nickname}", f"USER u 0 * :Name of {nickname}", *end)
        assert "001" in commands(lines), lines
        self.nickname = nickname
        return lines


def _checked(raw: bytes) -> str:
    """A line as text, having seen that it is one that may be sent."""
    assert raw.endswith(b"\r"), f"a line ends in a bare LF: {raw!r}"
    line = raw[:-1]
    assert not {0x0D, 0x00} & set(line), f"CR or NUL in a line: {line!r}"
    tags, _, rest = line.partition(b" ") if line.startswith(b"@") else (b"", b"", line)
    assert len(rest) + 2 <= LINE_BYTES, f"{len(rest) + 2} bytes in a line: {line!r}"
    assert len(tags) < TAGS_OUT_BYTES, f"{len(tags)} bytes of tags: {line!r}"
    return line.decode()


Connect = Callable[..., IrcClient]
"""`connect(nickname, *caps)`, the fixture of `conftest.py`."""
Launch = Callable[..., ServerProcess]
"""`launch(settings, *options, language=...)`, likewise."""
