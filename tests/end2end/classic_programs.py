"""The five classic programs, written the way they are: plain sockets, and no idea of framing.

Each is a class with the habits that matter to a server (docs/classic.md): `recv(1024)`, decoded at once,
so that half a character ends the program; the prompt compared for equality; whatever else one `recv`
brings is printed as it stands. There is no thread that receives: a test calls `read`, which waits.
"""

from __future__ import annotations

import random
import secrets
import socket
import struct
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import ClassVar, TypeVar

import protocol
from tests.end2end.harness import WAIT_S, IrcClient, ServerProcess

Program = TypeVar("Program", bound="ClassicProgram")
Section = Mapping[str, object]

RECEIVE_BYTES = 1024


@dataclass(frozen=True)
class Ports:
    """The ports of `[classic]`, named as there."""

    name_first_port: int
    nick_port: int
    nick_second_port: int
    user_port: int
    udp_port: int


def free_ports() -> Ports:
    """Ports that are free now; from below the range in which the system picks its own, so that they stay so."""
    found: list[int] = []
    while len(found) < 5:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagram:
            try:
                stream.bind(("127.0.0.1", port))
                datagram.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in found:
            found.append(port)
    return Ports(*found)


class ClassicProgram:
    """What they have in common. `name` is what it calls itself, `printed` what stands on its screen, by print."""

    port: ClassVar[str] = "port"
    """Where it connects to: a field of `Ports`, or `port` for the server's own."""
    prompt: ClassVar[str] = ""
    codec: ClassVar[str] = "utf-8"
    echoed: ClassVar[bool] = False
    """Whether it relies on the server to show its own lines."""
    joined: ClassVar[str] = "* {name} masuk"
    left: ClassVar[str] = "* {name} keluar"
    renamed: ClassVar[str] = "* {name} sekarang bernama {new}"

    def __init__(self, port: int, name: str) -> None:
        self.name = name
        self.printed: list[str] = []
        self.screen: list[str] = []
        """The lines that were read from it so far."""
        self._lines: deque[str] = deque()
        self.socket = self._open(port)
        self.socket.settimeout(WAIT_S)

    def _open(self, port: int) -> socket.socket:
        return socket.create_connection(("127.0.0.1", port), WAIT_S)

    def start(self) -> None:
        """Give the name, as soon as the program does that."""
        self._send(self.name)

    # --- sending

    def _send(self, text: str) -> None:
        self.send_bytes(text.encode(self.codec))

    def send_bytes(self, data: bytes) -> None:
        self.socket.sendall(data)

    def say(self, text: str) -> None:
        """What happens when the person presses Enter."""
        self._send(text)

    # --- receiving

    def read(self) -> str | None:
        """One turn of the receiving loop: what came, None at the end of the connection.

        The prompt is answered, all else printed. Raises UnicodeDecodeError where the program would die.
        """
        try:
            data = self.socket.recv(RECEIVE_BYTES)
        except ConnectionResetError:
            data = b""
        if not data:
            return None
        text = data.decode(self.codec)
        if self.prompt and text == self.prompt:
            self._send(self.name)
        else:
            self.printed.append(text)
        return text

    def line(self) -> str | None:
        """The next line on the screen; fails when a print leaves the next one in the same line."""
        while not self._lines:
            text = self.read()
            if text is None:
                return None
            if self.prompt and text == self.prompt:
                continue
            assert text.endswith("\n"), f"the next print runs together with this one: {text!r}"
            self._lines.extend(text[:-1].split("\n"))
        self.screen.append(self._lines.popleft())
        return self.screen[-1]

    def until(self, last: str) -> list[str]:
        """The lines before this one, which is taken too."""
        lines: list[str] = []
        while (line := self.line()) is not None:
            if line == last:
                return lines
            lines.append(line)
        raise AssertionError(f"{self.name} was closed before {last!r}, after {lines}")

    def rest(self) -> list[str]:
        """All lines until the server closes."""
        return list(iter(self.line, None))

    # --- ending

    def close(self) -> None:
        """Closed in an orderly way, without a goodbye: they have none."""
        self.socket.close()

    def crash(self) -> None:
        """The process is killed: the system resets the connection."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class QtWindow(ClassicProgram):
    """The PyQt5 window: its name first, bare, and then bare texts; it shows its own lines itself."""


class SecondQtWindow(QtWindow):
    """The second program of that window, which connects elsewhere and makes its name unique by itself."""

    port = "name_first_port"

    def __init__(self, port: int, name: str) -> None:
        super().__init__(port, f"{name}_{secrets.randbelow(1000)}")


class TkWindow(ClassicProgram):
    """The Tk window: answers NICK, puts its name before its lines, which end as its text box ends: in a newline."""

    port = "nick_port"
    prompt = "NICK"
    codec = "ascii"
    echoed = True
    joined = "{name} Bergabung!"
    left = "{name} keluar!"
    renamed = "{name} sekarang bernama {new}!"
    welcome: ClassVar[str] = "Terkoneksi dengan Server!"

    def start(self) -> None:
        """The first `recv` brings the prompt and nothing else, or the program never gives its name."""
        assert self.read() == self.prompt

    def say(self, text: str) -> None:
        self._send(f"{self.name}: {text}\n")


class LanTerminal(TkWindow):
    """The terminal program of a local network: the same wire, without a newline, and names with spaces."""

    port = "nick_second_port"

    def say(self, text: str) -> None:
        self._send(f"{self.name}: {text}")


class Terminal(LanTerminal):
    """The other terminal program: answers user?, reads UTF-8."""

    port = "user_port"
    prompt = "user?"
    codec = "utf-8"
    joined = "{name} Telah bergabung ke dalam chat !"
    left = "{name} telah meninggalkan room chat !"
    renamed = "{name} sekarang bernama {new} !"
    welcome = "Kamu telah terhubung !"


class UdpProgram(ClassicProgram):
    """The UDP program: a datagram is a message. With a name it puts that before the first one."""

    port = "udp_port"

    def _open(self, port: int) -> socket.socket:
        opened = socket.socket(type=socket.SOCK_DGRAM)
        opened.bind(("127.0.0.1", 0))
        opened.connect(("127.0.0.1", port))
        return opened

    @property
    def address(self) -> str:
        """What the server calls it while it gives no name."""
        host, port = self.socket.getsockname()
        return f"{host}:{port}"

    def start(self) -> None:
        """There is no connection: the first message is the beginning."""
        self._send(f"{self.name}: hadir" if self.name else "hadir")

    def send_bytes(self, data: bytes) -> None:
        self.socket.send(data)

    def close(self) -> None:
        if self.socket.fileno() >= 0:
            try:
                self._send("exit")
            except OSError:
                pass  # the server is gone
        self.socket.close()

    def crash(self) -> None:
        self.socket.close()


STREAMS: tuple[type[ClassicProgram], ...] = (QtWindow, SecondQtWindow, TkWindow, LanTerminal, Terminal)
PROMPTED: tuple[type[TkWindow], ...] = (TkWindow, LanTerminal, Terminal)


class ClassicServer(ServerProcess):
    """A server with all ports for classic programs open, and what a test needs to fill its lobby."""

    def __init__(
        self, folder: Path, *, classic: Section | None = None, limits: Section | None = None, port: int = 0
    ) -> None:
        self.ports = free_ports()
        self._programs: list[ClassicProgram] = []
        settings = {
            "classic": {"enabled": True, **asdict(self.ports), **(classic or {})},
            "limits": {"flood_protection": False, "first_bytes_quiet_s": 0.05, **(limits or {})},
        }
        super().__init__(folder, settings, port=port)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close_programs()
        super().__exit__(kind, error, trace)

    def close_programs(self) -> None:
        """All of them leave."""
        for program in self._programs:
            program.close()
        self._programs.clear()

    def open(self, kind: type[Program], name: str) -> Program:
        """A program that has connected and not said anything yet."""
        port = self.port if kind.port == "port" else getattr(self.ports, kind.port)
        program = kind(port, name)
        self._programs.append(program)
        return program

    def irc(self, nickname: str) -> IrcClient:
        """An IRC client whose realname is its nickname too, so that it has one name for everybody."""
        client = self.connect()
        client.ask(f"NICK {nickname}", f"USER u 0 * :{nickname}")
        client.nickname = nickname
        return client

    def has_room(self) -> bool:
        """Whether one more would be admitted now."""
        client = self.connect()
        client.send("PING x")
        room = client.expect("PONG", "ERROR").command == "PONG"
        client.leave()
        return room

    def enter(self, kind: type[Program], name: str, witness: IrcClient) -> Program:
        """A program that is in the lobby, knows everybody's name and has read all there is; `witness` saw it come."""
        program = self.open(kind, name)
        program.start()
        arrived(witness, program.name)
        if program.port != "udp_port":
            program.say("hadir")
        assert said(witness)[1] == "hadir"
        if program.echoed:
            program.until(f"{program.name}: hadir")
        return program


def arrived(witness: IrcClient, name: str) -> None:
    """Wait until somebody of this name has come."""
    nickname = protocol.nickname_from_name(name)
    while witness.expect("JOIN").nickname != nickname:
        pass


def gone(witness: IrcClient, name: str) -> str:
    """Wait until somebody of this name is gone; the reason."""
    nickname = protocol.nickname_from_name(name)
    while (message := witness.expect("QUIT")).nickname != nickname:
        pass
    return message.params[-1] if message.params else ""


def said(witness: IrcClient) -> tuple[str, str]:
    """The next message somebody says: nickname and text."""
    message = witness.expect("PRIVMSG")
    return message.nickname, message.params[1]


def members(client: IrcClient) -> set[str]:
    """Who is in the lobby now."""
    rows = [protocol.parse(line) for line in client.ask("NAMES #lobby")]
    return {name.lstrip("@+") for row in rows if row.command == "353" for name in row.params[-1].split()}
