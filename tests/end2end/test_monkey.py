"""A window in hands that know nothing, in a room where much happens, at a server that is lost now and then.

Nothing is raised, Qt has nothing to complain of (pytest-qt fails on either), and what the window holds does not grow
beyond its caches. `--monkey-minutes 10 --monkey-seed N` for the long form.
"""

from __future__ import annotations

import gc
import random
import resource
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QApplication, QPlainTextEdit
from pytestqt.qtbot import QtBot

from client.changes import LinkState
from protocol import DEFAULT_CHANNEL
from tests.end2end.harness import IrcClient, ServerProcess, free_port
from tests.end2end.harness import Settings as ServerSettings
from tests.end2end.monkey import Monkey
from tests.end2end.test_windows import PATIENCE_MS, Window
from tests.faultproxy import FaultProxy

SERVER: ServerSettings = {"accounts": {"kdf_iterations": 4096}, "limits": {"flood_protection": False}}
SECONDS = 20
PAUSE_S = 0.01
"""Between two acts of the neighbours, so that they leave the window some of the computer."""
GROWTH_BYTES = 24 << 20
"""More than what caches, undo and glyphs of one window may still take after it was played with for a while."""
ENTRY_BYTES = 2048
"""More than what one thing that happened in a room takes, as long as it is kept."""
CAPS = ("message-tags", "draft/message-redaction", "draft/multiline", "batch", "echo-message")
SAID = [
    "halo semua",
    "**penting** `x = 1` https://obrolan.example",
    "@siti lihat",
    "😀😀",
    "siti: ada?",
    "שלום",
    "a" * 400,
]


class Neighbours(threading.Thread):
    """Budi and Ani, who talk, come and go, change names and topics and react, until told to stop."""

    def __init__(self, port: int, seed: int) -> None:
        super().__init__(name="neighbours")
        self._port = port
        self._chance = random.Random(seed)
        self.stopping = threading.Event()
        self.said = 0
        self.failed = ""

    def run(self) -> None:
        try:
            budi, ani = IrcClient(self._port), IrcClient(self._port)
            for client, nickname in ((budi, "Budi"), (ani, "Ani")):
                client.register(nickname, *CAPS)
                client.ask(f"JOIN {DEFAULT_CHANNEL}", "JOIN #tugas")
            while not self.stopping.wait(PAUSE_S):
                self._act(self._chance.choice([budi, ani]))
            for client in (budi, ani):
                client.leave()
        except (AssertionError, OSError) as error:
            self.failed = repr(error)

    def _act(self, client: IrcClient) -> None:
        chance = self._chance
        room = chance.choice([DEFAULT_CHANNEL, DEFAULT_CHANNEL, "#tugas"])
        text = chance.choice(SAID)
        act = chance.choice(
            [
                *[f"PRIVMSG {room} :{text}"] * 6,
                f"PRIVMSG Siti :{text}",
                f"@+typing=active TAGMSG {room}",
                f"TOPIC {room} :{text}",
                "PART #tugas :sampai nanti",
                "JOIN #tugas,#baru",
                f"NICK {client.nickname}{chance.randrange(3)}",
                f"MODE {room} {chance.choice('+-')}{chance.choice('mits')}",
                f"KICK {room} Siti :coba",
                f"INVITE Siti {room}",
                chance.choice(["AWAY :makan", "AWAY"]),
            ]
        )
        lines = client.ask(act)
        self.said += 1
        ids = [line.split("msgid=")[1].split(" ")[0].split(";")[0] for line in lines if "msgid=" in line]
        if ids and chance.random() < 0.3:
            target = chance.choice(ids)
            client.ask(chance.choice([f"REDACT {room} {target}", f"@+draft/react=👍;+reply={target} TAGMSG {room}"]))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path / "server", SERVER, port=free_port()) as process:
        yield process


@pytest.fixture
def neighbours(server: ServerProcess, request: pytest.FixtureRequest) -> Iterator[Neighbours]:
    thread = Neighbours(server.port, request.config.getoption("--monkey-seed"))
    thread.start()
    yield thread
    thread.stopping.set()
    thread.join(PATIENCE_MS / 1000)
    assert not thread.is_alive()


def rss_bytes() -> int:
    """What this process has in memory."""
    resident = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(resident) * resource.getpagesize()


def held(app: QApplication) -> tuple[int, int]:
    """Widgets, and bytes of memory, when nothing is left over that could be thrown away."""
    gc.collect()
    return len(app.allWidgets()), rss_bytes()


@pytest.mark.timeout(0)  # its waits have ends of their own, which the long form moves
@pytest.mark.qt_log_ignore(r"^This plugin does not support (raise\(\)|grabbing the keyboard)$", extend=True)
def test_random_hands_break_nothing_and_leave_nothing_behind(
    qtbot: QtBot, qapp: QApplication, server: ServerProcess, neighbours: Neighbours, request: pytest.FixtureRequest
) -> None:
    minutes, seed = request.config.getoption("--monkey-minutes"), request.config.getoption("--monkey-seed")
    seconds = minutes * 60 or SECONDS
    with FaultProxy(server.port) as proxy:
        window = Window(qtbot)
        window.log_in(proxy.port, "Siti")
        qtbot.waitUntil(lambda: window.online, timeout=PATIENCE_MS)
        played: list[Monkey] = []

        def play(share: float) -> None:
            monkey = Monkey(window.main, seed + len(played), seconds * share)
            played.append(monkey)
            qtbot.waitUntil(lambda: monkey.done, timeout=round(seconds * 1000) + PATIENCE_MS)

        trail = []
        for part in range(10):
            play(0.1)
            trail.append(held(qapp))
            if part % 3 == 2:
                proxy.reset_clients()
        (widgets, memory), (more_widgets, more_memory) = trail[5], trail[-1]  # by the sixth all caches are in use
        acts: Counter[str] = sum((monkey.acts for monkey in played), start=Counter())
        print(f"seed {seed}: {acts.total():,} acts, {neighbours.said:,} of the others; {dict(acts)}")
        print("hands on", *sorted(set().union(*(monkey.seen for monkey in played))))
        print("widgets, MB:", *(f"{widgets}, {memory >> 20};" for widgets, memory in trail))
        assert neighbours.failed == ""
        assert more_widgets < widgets * 1.3
        assert more_memory - memory < GROWTH_BYTES + neighbours.said * ENTRY_BYTES
        usable(qtbot, window, proxy.port)
        window.main.close()


def usable(qtbot: QtBot, window: Window, port: int) -> None:
    """Whatever it was left in: who logs out and in again can write and read, in a room where nobody forbids it.

    With the key that sends whatever Enter was set to do.
    """
    window.main.log_out()
    window.log_in(port, "Tono")
    session = window.main.session
    qtbot.waitUntil(lambda: session.state is LinkState.ONLINE, timeout=PATIENCE_MS)
    window.main.handle(session.join("#segar"))
    qtbot.waitUntil(lambda: session.current == "#segar", timeout=PATIENCE_MS)
    box = window.widget(QPlainTextEdit, "composer")
    box.setPlainText("masih ada")
    qtbot.keyClick(box, Qt.Key_Return, Qt.ControlModifier)
    qtbot.waitUntil(lambda: window.reads("masih ada"), timeout=PATIENCE_MS)
