"""Measures our window beside HexChat and Konversation: `python3 start.py bench --window`.

All of them on an X server of their own (Xvfb with openbox), in a profile of their own, each at a server of ours: until
they are in #lobby, at rest there, after 10,000 messages at once and after as many at 500 a second. CPU seconds are
those of the program and its children, memory is resident (MB = 1e6). What only we can be asked from inside comes from
`window_moves`, `window_burst` and `window_start`. The table is written into docs/performance.md. Linux only.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.servers import ROOT
from tests.end2end.harness import IrcClient, ServerProcess, free_port

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- window: written by start.py bench --window -->", "<!-- end of window -->"
MESSAGES, RATE = 10_000, 500
REST_S, TICK_S = 3.0, 0.2
PATIENCE_S = 240
NICKNAME = "siti"


@dataclass(frozen=True)
class Program:
    """A window to measure: how it is started at a port, with a home folder of its own."""

    name: str
    command: str
    start: Callable[[int, Path], list[str]]
    known: tuple[str, str]
    """How xdotool finds its window."""

    @property
    def installed(self) -> bool:
        """Whether it can be started here."""
        return shutil.which(self.command) is not None


def ours(port: int, _home: Path) -> list[str]:
    """Enter is pressed for it: `Contest.meet`."""
    return [sys.executable, "-m", "client.main", "--host", "127.0.0.1", "--port", str(port), "--name", NICKNAME]


def hexchat(port: int, home: Path) -> list[str]:
    """Told by its files whom to be and to ask nothing."""
    folder = home / ".config" / "hexchat"
    folder.mkdir(parents=True)
    settings = {"irc_nick1": NICKNAME, "irc_user_name": NICKNAME, "irc_real_name": "Siti", "gui_slist_skip": 1}
    (folder / "hexchat.conf").write_text("".join(f"{key} = {value}\n" for key, value in settings.items()))
    return ["hexchat", f"--url=irc://127.0.0.1:{port}/lobby"]


def konversation(port: int, _home: Path) -> list[str]:
    """By options."""
    place = ["--server", "127.0.0.1", "--port", str(port), "--nick", NICKNAME, "--channel", "#lobby"]
    return ["dbus-run-session", "konversation", "--noautoconnect", *place]


PROGRAMS = [
    Program("Obrolan", sys.executable, ours, ("--name", "Obrolan")),
    Program("HexChat", "hexchat", hexchat, ("--name", "HexChat|lobby")),
    Program("Konversation", "konversation", konversation, ("--class", "konversation")),
]


def family(pid: int) -> list[int]:
    """A process and all its children."""
    found = [pid]
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in path.read_text().split():
                found += family(int(child))
    return found


def cpu_s(pid: int) -> float:
    """Used by it and those it started, so far."""
    ticks = 0
    for each in family(pid):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    """Resident, of the largest of them (a session bus is not the window)."""
    pages = [0]
    for each in family(pid):
        with contextlib.suppress(OSError):
            pages.append(int(Path(f"/proc/{each}/statm").read_text().split()[1]))
    return max(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextlib.contextmanager
def screen() -> Iterator[dict[str, str]]:
    """An X server with a window manager; yields the environment for programs on it."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as pipe:
        display = f":{pipe.readline().strip()}"
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "LANGUAGE": "en"}
    environment["XDG_RUNTIME_DIR"] = tempfile.mkdtemp()
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # or our window would compile all its files at every start
    manager = subprocess.Popen(["openbox"], env=environment, stderr=subprocess.DEVNULL)
    try:
        yield environment
    finally:
        for process in (manager, server):
            process.terminate()
            process.wait()


class Contest:
    """One program at a server of its own."""

    def __init__(self, program: Program, environment: dict[str, str]) -> None:
        self.program = program
        self.found: dict[str, float] = {}
        self._environment = environment

    def run(self) -> dict[str, float]:
        """Start it, measure, end it."""
        with contextlib.ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            settings = {"limits": {"flood_protection": False}}
            server = stack.enter_context(ServerProcess(folder / "server", settings, port=free_port()))
            speaker = IrcClient(server.port)
            stack.callback(speaker.close)
            speaker.register("guru")
            speaker.ask("JOIN #lobby")
            home = folder / "home"
            home.mkdir()
            changed = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "OBROLAN_PROFILE": str(home / "o")}
            self.environment = {**self._environment, **changed}
            command = self.program.start(server.port, home)
            began = time.monotonic()
            quiet = subprocess.DEVNULL
            process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=quiet, stderr=quiet)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            self.meet(speaker, began)
            self._measure(process.pid, speaker)
        return self.found

    def meet(self, speaker: IrcClient, began: float) -> None:
        """Wait until its window is there, and until it is in the room."""
        deadline = time.monotonic() + PATIENCE_S
        while not (shown := self._xdotool("search", "--onlyvisible", *self.program.known)):
            if self.program.start is hexchat and os.geteuid() == 0:
                self._xdotool("key", "Return")  # it warns root in a window of its own
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.program.name} shows no window")
        self.found["window"] = time.monotonic() - began
        if self.program.start is ours:
            self._xdotool("windowfocus", "--sync", shown.split()[0], "key", "Return")
        while speaker.expect("JOIN").nickname.lower() != NICKNAME:
            pass
        self.found["room"] = time.monotonic() - began

    def _xdotool(self, *words: str) -> str:
        done = subprocess.run(["xdotool", *words], env=self.environment, capture_output=True, text=True, check=False)
        return done.stdout

    def _measure(self, pid: int, speaker: IrcClient) -> None:
        self._rest(pid)
        self.found["idle"] = memory_mb(pid)
        self.found["burst"] = self._spent(pid, lambda: self._say(speaker, MESSAGES))
        self.found["after"] = memory_mb(pid)
        self.found["steady"] = self._spent(pid, lambda: self._steadily(speaker))
        self.found["end"] = memory_mb(pid)

    def _spent(self, pid: int, act: Callable[[], None]) -> float:
        before = cpu_s(pid)
        act()
        self._rest(pid)
        return cpu_s(pid) - before

    def _rest(self, pid: int) -> None:
        """Until it has used next to nothing for three seconds."""
        deadline, quiet, before = time.monotonic() + PATIENCE_S, 0.0, cpu_s(pid)
        while quiet < REST_S and time.monotonic() < deadline:
            time.sleep(TICK_S)
            used, before = cpu_s(pid) - before, cpu_s(pid)
            quiet = quiet + TICK_S if used <= TICK_S * 0.1 else 0.0

    @staticmethod
    def _say(speaker: IrcClient, count: int) -> None:
        speaker.send_bytes(b"".join(b"PRIVMSG #lobby :%s\r\n" % (b"x" * 70) for _ in range(count)))
        speaker.fence()

    def _steadily(self, speaker: IrcClient) -> None:
        began = time.monotonic()
        for second in range(1, MESSAGES // (RATE // 10) + 1):
            self._say(speaker, RATE // 10)
            time.sleep(max(0.0, began + second / 10 - time.monotonic()))


def inside(environment: dict[str, str]) -> dict[str, float]:
    """What our own window can be asked: ms of first paint, frames, switches, the longest stop of its loop."""

    def told(script: str, *words: str) -> str:
        command = [sys.executable, f"tests/bench/{script}.py", *words]
        quiet = subprocess.DEVNULL
        return subprocess.run(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=quiet, text=True, check=True
        ).stdout

    moves = json.loads(told("window_moves", "--platform", "xcb"))
    block = re.search(r"longest block (\d+) ms", told("window_burst", "--platform", "xcb"))
    paint = re.search(r"median (\d+) ms", told("window_start"))
    assert block is not None
    assert paint is not None
    return {
        "paint": float(paint[1]),
        "block": float(block[1]),
        "frames": moves["frames"]["p95"],
        "switches": moves["switches"]["p95"],
    }


ROWS = [
    ("paint", "process start to first paint, warm, ms", "250", "{:.0f}"),
    ("window", "process start to a window on the screen, s", "", "{:.2f}"),
    ("room", "and to the room (ours waits for one Enter), s", "", "{:.2f}"),
    ("idle", "memory at rest in a room, MB", "80", "{:.0f}"),
    ("burst", "CPU for 10,000 messages at once, s", "1.0", "{:.2f}"),
    ("after", "memory after them, MB", "88", "{:.0f}"),
    ("steady", "CPU for 10,000 at 500 a second, s", "4.0", "{:.2f}"),
    ("end", "memory after these too, MB", "", "{:.0f}"),
    ("block", "longest stop of the event loop in a burst, ms", "100", "{:.0f}"),
    ("frames", "p95 of a frame, scrolling through 100,000 messages, ms", "16", "{:.1f}"),
    ("switches", "p95 of the way to another room, ms", "50", "{:.1f}"),
]
"""Key, what it is, the most it may be, and how it is written."""


def measure() -> None:
    """Everything, once; the table goes to the screen and into the docs."""
    missing = [name for name in ("Xvfb", "openbox", "xdotool") if shutil.which(name) is None]
    if missing:
        sys.exit(f"This needs {', '.join(missing)}: apt install xvfb openbox xdotool")
    found: dict[str, dict[str, float]] = {}
    with screen() as environment:
        alone = inside(environment)  # first: it leaves the byte code behind that people have from their second start on
        for program in PROGRAMS:
            if program.installed:
                found[program.name] = Contest(program, environment).run()
                print(program.name, {key: round(value, 2) for key, value in found[program.name].items()}, flush=True)
        found["Obrolan"] |= alone
    table = [f"| | at most | {' | '.join(found)} |", "|---" * (len(found) + 2) + "|"]
    for key, title, most, form in ROWS:
        cells = [form.format(each[key]) if key in each else "" for each in found.values()]
        table.append(f"| {title} | {most} | {' | '.join(cells)} |")
    print("\n".join(table))
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n" + "\n".join(table) + f"\n{END}" + rest.split(END)[1], encoding="utf-8")
