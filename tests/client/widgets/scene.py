"""A chat page on a real session, fed with lines of IRC as a server would send them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

from PyQt5 import sip
from PyQt5.QtWidgets import QApplication

import protocol
from client import theme
from client.changes import Change
from client.connected_ui import ChatPage
from client.effects import Send
from client.session import Session

CAPABILITIES = "message-tags server-time echo-message labeled-response extended-join multi-prefix setname away-notify"
START = 1795145400.0
"""The scene's time when it begins: Friday, 20 November 2026, 03:30 UTC."""


Made = TypeVar("Made", bound="Scene")


class Scene:
    """One person (Siti) in #lobby; `page` shows everything that happens.

    `clock` is the monotonic time and `epoch` the time of day, both moved by hand.
    """

    capabilities = CAPABILITIES
    """What the server offers."""

    def __init__(self, name: str = "Siti") -> None:
        self.clock = 1000.0
        self.epoch = START
        self.name = name
        self.session = Session(monotonic=lambda: self.clock, now=lambda: self.epoch, random=lambda: 0.5)
        self.page = ChatPage(self.session)
        self.page.strip.set_clock(lambda: self.clock)
        self.page.changes_made.connect(self.take)
        self._ids = 0

    def take(self, changes: list[Change]) -> None:
        """What the main window does with changes; what would go to the network is thrown away."""
        self.session.take_effects()
        self.page.apply(changes)

    def feed(self, *lines: str) -> None:
        """The server sent these lines, in one piece."""
        self.take(self.session.received([protocol.parse(line) for line in lines]))

    def register(self, topic: str = "") -> None:
        """Connect and log in, up to the end of the welcome."""
        nickname = protocol.nickname_from_name(self.name)
        self.take(self.session.connected())
        self.feed(
            f":obrolan.local CAP * LS :{self.capabilities}",
            f":obrolan.local CAP * ACK :{self.capabilities}",
            f":obrolan.local 001 {nickname} :Welcome",
            f":obrolan.local 005 {nickname} NETWORK=Lab\\x202 CASEMAPPING=ascii CHANTYPES=# PREFIX=(qaohv)~&@%+ "
            "obrolan.example/BOOT=a1 :are supported by this server",
            f":obrolan.local 422 {nickname} :There is no message of the day",
        )
        self.join("#lobby", self.name, topic=topic)

    def log_in(self, *others: str, topic: str = "") -> None:
        """Log in; `others` (with their prefix, `@Pak_Adi`) are in #lobby already."""
        self.take(self.session.login("192.168.1.20", 8888, self.name))
        self.register(topic)
        nickname = self.session.nickname
        self.feed(
            f":obrolan.local 353 {nickname} = #lobby :{' '.join([nickname, *others])}",
            f":obrolan.local 366 {nickname} #lobby :End of names",
        )

    def join(self, channel: str, name: str, topic: str = "") -> None:
        """This person joined."""
        nickname = protocol.nickname_from_name(name)
        lines = [f"@time={self.time()} :{nickname}!u@h JOIN {channel} * :{name}"]
        if topic:
            lines.append(f":obrolan.local 332 {self.session.nickname} {channel} :{topic}")
        self.feed(*lines)

    def time(self) -> str:
        """The scene's time as a server-time tag."""
        moment = datetime.datetime.fromtimestamp(self.epoch, datetime.UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def line(self, nickname: str, text: str, target: str = "#lobby", command: str = "PRIVMSG") -> str:
        """One message as the server sends it, with a new id and the scene's time."""
        self._ids += 1
        return f"@msgid=m{self._ids};time={self.time()} :{nickname}!u@h {command} {target} :{text}"

    def say(self, nickname: str, text: str, target: str = "#lobby", after_s: float = 20.0) -> None:
        """Somebody said this, some seconds after what was before."""
        self.epoch += after_s
        self.feed(self.line(nickname, text, target))

    def settle(self) -> None:
        """Let Qt do what it has to."""
        for _ in range(3):
            QApplication.processEvents()

    def close(self) -> None:
        """Take the page away at once: left to the garbage collector it could go while Qt is using it."""
        sip.delete(self.page)


class Recorded(Scene):
    """A scene that remembers what would go to the network."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        super().__init__()

    def take(self, changes: list[Change]) -> None:
        """As the window does; what goes out is kept."""
        for effect in self.session.take_effects():
            if isinstance(effect, Send):
                self.lines += effect.data.decode().splitlines()
        self.page.apply(changes)

    def sent(self) -> list[str]:
        """What was sent since this was last asked, without labels."""
        lines, self.lines = self.lines, []
        return [line.partition(" ")[2] if line[:1] == "@" else line for line in lines]


@contextmanager
def on_screen(made: Made) -> Iterator[Made]:
    """With its page on the screen, 1040 x 680 pixels in the light theme; closed in the end."""
    app = cast("QApplication", QApplication.instance())
    theme.apply(app, theme.LIGHT)
    made.page.resize(1040, 680)
    made.page.show()
    yield made
    made.close()
    theme.apply(app, theme.LIGHT)
