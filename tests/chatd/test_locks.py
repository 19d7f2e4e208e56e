"""The order of locks (security 15): while a server does all it can do, each lock is recorded with those held already.

None is ever taken under another (docs/architecture.md, rule 6), so no two can wait for each other.
"""

from __future__ import annotations

import dataclasses
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from chatd.config import Accounts, Classic, Config, Limits, Listen, Lobby, Operator
from chatd.datafolder import DataFolder
from chatd.listeners.tcp import TcpListener
from server import ChatServer
from tests.end2end.harness import IrcClient

ROOT = Path(__file__).resolve().parents[2]
RealLock = threading.Lock
STATE = "chatd/state.py"


class Recorder:
    """Makes locks that note what was held when they were taken; each is called by the file that made it."""

    def __init__(self) -> None:
        self.pairs: set[tuple[str, str]] = set()
        self.taken: set[str] = set()
        self._mine = threading.local()

    def held(self) -> list[str]:
        held: list[str] = self._mine.__dict__.setdefault("held", [])
        return held

    def lock(self) -> Any:
        frame = sys._getframe(1)
        while frame.f_back is not None and not frame.f_code.co_filename.startswith(str(ROOT)):
            frame = frame.f_back
        return NamedLock(self, Path(frame.f_code.co_filename).relative_to(ROOT).as_posix())


class NamedLock:
    """A `threading.Lock` with a name."""

    def __init__(self, recorder: Recorder, name: str) -> None:
        self._lock = RealLock()
        self._recorder, self._name = recorder, name

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        got = self._lock.acquire(blocking, timeout)
        if got:
            held = self._recorder.held()
            self._recorder.pairs |= {(name, self._name) for name in held}
            self._recorder.taken.add(self._name)
            held.append(self._name)
        return got

    def release(self) -> None:
        held = self._recorder.held()
        if self._name in held:  # else another thread took it, as those that wait for a condition do
            held.reverse()
            held.remove(self._name)
            held.reverse()
        self._lock.release()

    def locked(self) -> bool:
        return self._lock.locked()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    made = Recorder()
    for kind in ("Lock", "RLock"):  # a Condition makes the second kind; nobody takes one twice
        monkeypatch.setattr(threading, kind, made.lock)
    return made


CONFIG = Config(
    listen=Listen(host="127.0.0.1", port=0, tls=False),
    lobby=Lobby(),
    limits=dataclasses.replace(Limits(), flood_protection=False),
    accounts=dataclasses.replace(Accounts(), kdf_iterations=4096, always_on=True),
    classic=Classic(enabled=True, name_first_port=0, nick_port=0, nick_second_port=0, user_port=0, udp_port=0),
    operators={"guru": Operator("rahasia-guru")},
)


@pytest.fixture
def server(recorder: Recorder, tmp_path: Path) -> Iterator[ChatServer]:
    folder = DataFolder(tmp_path)
    made = ChatServer(CONFIG, TcpListener("127.0.0.1", 0), folder)
    made.start()
    yield made
    made.stop()
    folder.close()


DEEDS = (
    """
JOIN #x|TOPIC #x :halo|PRIVMSG #x :halo|PRIVMSG bela :halo|NOTICE bela :halo|@+typing=active TAGMSG #x
MODE #x +b m:x!*@*|MODE #x +k kunci|INVITE bela #x|NS REGISTER rahasia|NS SET ALWAYS-ON ON
METADATA * SET note :x|METADATA * SUB note|MONITOR + bela|CHATHISTORY LATEST #x * 10|SEARCH text=halo
MARKREAD #x timestamp=2026-01-01T00:00:00.000Z
AWAY :x|AWAY|WHO #x|WHOIS bela|WHOWAS bela|LIST|NAMES #x|LUSERS|STATS u|MOTD|ISON bela|CS REGISTER #x|CS INFO #x
TBAN #x 1s budi|BATCH +1 draft/multiline #x|@batch=1 PRIVMSG #x :a
@batch=1 PRIVMSG #x :b|BATCH -1|RENAME #x #y|KICK #y bela|NICK cici
SETNAME :lain|OPER guru rahasia-guru|KLINE 1s budi|UNKLINE budi|AUDIT|REHASH|KILL bela|NS LOGOUT|PART #y|CAP LS|CAP LIST
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
CAPS = ["message-tags", "batch", "labeled-response", "draft/chathistory", "soju.im/search", "draft/metadata-2"]
CAPS += ["draft/multiline", "draft/read-marker", "echo-message", "server-time", "draft/channel-rename"]


def test_no_lock_is_taken_under_another(server: ChatServer, recorder: Recorder) -> None:
    for turn in range(2):
        ani, bela = IrcClient(server.port), IrcClient(server.port)
        bela.register("bela", *CAPS)
        ani.register(f"ani{turn}", *CAPS)
        bela.ask("JOIN #x", "PRIVMSG #x :halo")
        for deed in DEEDS:
            ani.ask(deed)
        name_first = IrcClient(server.port)
        name_first.send_bytes(b"budi\nhalo semua\n")
        ani.fence()
        server.broadcast("halo")
        for client in (ani, bela, name_first):
            client.close()
    assert {STATE, "chatd/log/loop.py", "chatd/listeners/admission.py"} <= recorder.taken
    assert recorder.pairs == set()


def test_a_lock_taken_under_another_is_noticed(recorder: Recorder) -> None:
    one, other = recorder.lock(), recorder.lock()
    other._name = "other"
    with one, other:
        pass
    assert recorder.pairs == {(one._name, "other")}
