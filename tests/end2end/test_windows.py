"""The main way, whole: the real server.py and two real windows that log in and chat through their widgets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QAbstractItemView, QComboBox, QLineEdit, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from client.changes import Delivery, Entry, LinkState, StripKind
from client.connection import Connection
from client.events import Timeouts
from client.receiver import Receiver
from client.settings import Settings
from client.window import MainWindow
from tests.end2end.harness import ServerProcess, free_port
from tests.end2end.harness import Settings as ServerSettings
from tests.faultproxy import FaultProxy

Kind = TypeVar("Kind", bound=QWidget)
QUICK: ServerSettings = {"accounts": {"kdf_iterations": 4096}}
"""Passwords are hashed in no time."""
PATIENCE_MS = 20_000
"""A wait ends when its condition holds; this only bounds a failing test (and is what "back within 20 s" means)."""


class Window:
    """A real window, used the way a person does: through its widgets."""

    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self.main = MainWindow(Settings())
        qtbot.addWidget(self.main)
        self.main.show()

    def widget(self, kind: type[Kind], name: str) -> Kind:
        found = self.main.findChild(kind, name)
        assert found is not None, f"the window has no {name}"
        return found

    def log_in(self, port: int, name: str) -> None:
        host = self.widget(QComboBox, "host_box").lineEdit()
        assert host is not None
        host.setText("127.0.0.1")
        self.widget(QLineEdit, "port_edit").setText(str(port))
        self.widget(QLineEdit, "name_edit").setText(name)
        self._qtbot.mouseClick(self.widget(QPushButton, "login_button"), Qt.LeftButton)

    def type(self, text: str) -> None:
        box = self.widget(QPlainTextEdit, "composer")
        for character in text:
            if character.isascii():
                self._qtbot.keyClick(box, character)
            else:
                box.insertPlainText(character)  # QTest knows no keys for it; people paste it or use an input method
        self._qtbot.keyClick(box, Qt.Key_Return)

    def try_now(self) -> None:
        """Press the button of the strip that says so, if the window is waiting."""
        button = self.widget(QPushButton, "strip_button")
        if self.main.session.state is LinkState.WAITING:
            assert button.text() == "Try now"
            self._qtbot.mouseClick(button, Qt.LeftButton)

    def shown(self) -> list[str]:
        """What the message list shows, row by row, as a screen reader would say it."""
        model = self.widget(QAbstractItemView, "message_view").model()
        return [str(model.index(row, 0).data(Qt.AccessibleTextRole)) for row in range(model.rowCount())]

    def reads(self, text: str) -> bool:
        return any(text in row for row in self.shown())

    @property
    def lobby(self) -> list[Entry]:
        return self.main.session.conversations["#lobby"].entries

    @property
    def online(self) -> bool:
        session = self.main.session
        lobby = session.conversations.get("#lobby")
        return session.state is LinkState.ONLINE and lobby is not None and lobby.joined


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path / "server", QUICK, port=free_port()) as process:
        yield process


@pytest.fixture
def open_window(qtbot: QtBot) -> Iterator[Callable[[int, str], Window]]:
    windows: list[Window] = []

    def open_one(port: int, name: str) -> Window:
        window = Window(qtbot)
        windows.append(window)
        window.log_in(port, name)
        qtbot.waitUntil(lambda: window.online, timeout=PATIENCE_MS)
        return window

    yield open_one
    for window in windows:
        window.main.close()


def test_two_windows_log_in_through_their_widgets_and_read_each_other(
    qtbot: QtBot, server: ServerProcess, open_window: Callable[[int, str], Window]
) -> None:
    siti, budi = open_window(server.port, "Siti"), open_window(server.port, "Budi Santoso")
    siti.type("halo Budi 😀")
    qtbot.waitUntil(lambda: budi.reads("halo Budi 😀"), timeout=PATIENCE_MS)
    budi.type("halo Siti")
    qtbot.waitUntil(lambda: siti.reads("halo Siti"), timeout=PATIENCE_MS)
    assert any("Budi Santoso" in row for row in siti.shown())
    assert siti.reads("halo Budi 😀"), "the sender reads the own line too"
    assert sum("halo Budi" in row for row in siti.shown()) == 1


def test_both_windows_come_back_after_the_server_was_killed_and_chat_again(
    qtbot: QtBot, server: ServerProcess, open_window: Callable[[int, str], Window]
) -> None:
    siti, budi = open_window(server.port, "Siti"), open_window(server.port, "Budi")
    siti.type("sebelum")
    qtbot.waitUntil(lambda: budi.reads("sebelum"), timeout=PATIENCE_MS)
    server.kill()
    qtbot.waitUntil(lambda: siti.main.session.state is LinkState.WAITING, timeout=PATIENCE_MS)
    box = siti.widget(QPlainTextEdit, "composer")
    siti.type("selagi putus")
    assert box.toPlainText() == ""
    assert siti.reads("selagi putus"), "it waits"
    server.start()
    qtbot.waitUntil(lambda: siti.online and budi.online, timeout=PATIENCE_MS)
    assert siti.reads("sebelum"), "nothing on the screen is removed"
    qtbot.waitUntil(lambda: budi.reads("selagi putus"), timeout=PATIENCE_MS)
    budi.type("sesudah")
    qtbot.waitUntil(lambda: siti.reads("sesudah"), timeout=PATIENCE_MS)
    for window in (siti, budi):
        assert sum("selagi putus" in row for row in window.shown()) == 1


def test_a_window_gets_its_name_back_when_the_server_still_holds_the_old_connection(
    qtbot: QtBot, server: ServerProcess, open_window: Callable[[int, str], Window]
) -> None:
    budi = open_window(server.port, "Budi")
    with FaultProxy(server.port) as proxy:
        siti = open_window(proxy.port, "Siti")
        proxy.reset_clients()
        qtbot.waitUntil(lambda: siti.main.session.state is not LinkState.ONLINE, timeout=PATIENCE_MS)
        qtbot.waitUntil(lambda: siti.online, timeout=PATIENCE_MS)
        assert siti.main.session.nickname == "Siti"
        siti.type("kembali")
        qtbot.waitUntil(lambda: budi.reads("kembali"), timeout=PATIENCE_MS)
        siti.main.close()


def test_a_window_behind_a_black_hole_notices_and_comes_back_under_its_name(
    qtbot: QtBot,
    server: ServerProcess,
    open_window: Callable[[int, str], Window],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    budi = open_window(server.port, "Budi")
    impatient = partial(Connection, timeouts=Timeouts(silence_s=1.0, answer_s=3.0))
    monkeypatch.setattr("client.network.Receiver", partial(Receiver, make_connection=impatient))
    with FaultProxy(server.port) as proxy:
        siti = open_window(proxy.port, "Siti")
        siti.type("sebelum")
        qtbot.waitUntil(lambda: budi.reads("sebelum"), timeout=PATIENCE_MS)
        proxy.blackhole()
        qtbot.waitUntil(lambda: siti.main.session.state is LinkState.WAITING, timeout=PATIENCE_MS)
        qtbot.waitUntil(lambda: siti.online, timeout=PATIENCE_MS)
        assert siti.main.session.nickname == "Siti"
        siti.type("kembali")
        qtbot.waitUntil(lambda: budi.reads("kembali"), timeout=PATIENCE_MS)
        siti.main.close()


def test_a_taken_name_is_said_in_the_page_and_one_click_takes_the_free_one(
    qtbot: QtBot, server: ServerProcess, open_window: Callable[[int, str], Window]
) -> None:
    siti = open_window(server.port, "Siti")
    other = Window(qtbot)
    other.log_in(server.port, "Siti")
    action = other.widget(QPushButton, "action_button")
    qtbot.waitUntil(lambda: action.isVisible() and "Siti2" in action.text(), timeout=PATIENCE_MS)
    qtbot.mouseClick(action, Qt.LeftButton)
    qtbot.waitUntil(lambda: other.online, timeout=PATIENCE_MS)
    other.type("saya yang kedua")
    qtbot.waitUntil(lambda: siti.reads("saya yang kedua"), timeout=PATIENCE_MS)
    other.main.close()


def test_a_stopping_server_is_told_to_everybody_in_the_window(
    qtbot: QtBot, server: ServerProcess, open_window: Callable[[int, str], Window]
) -> None:
    siti = open_window(server.port, "Siti")
    server.terminate()
    qtbot.waitUntil(lambda: siti.main.session.state is not LinkState.ONLINE, timeout=PATIENCE_MS)
    kinds = {strip.kind for strip in siti.main.session.strips.values()}
    assert kinds & {StripKind.CLOSING, StripKind.LOST}


def close(window: Window) -> None:
    window.main.close()
    assert window.main.stopped()


def test_a_name_is_ones_own_on_this_computer_and_nobody_elses(
    qtbot: QtBot, server: ServerProcess, open_window: Callable[[int, str], Window], profile: Path
) -> None:
    close(open_window(server.port, "Siti"))
    (file,) = (profile / "accounts").glob("*.json")
    secret = json.loads(file.read_text())["secret"]
    stranger = server.connect()
    stranger.send("NICK Siti")
    stranger.expect("433")
    close(open_window(server.port, "Siti"))
    longer = json.loads(file.read_text())["secret"]
    assert longer.startswith(secret + ":"), "what was derived at the second login is kept for the third"
    siti = open_window(server.port, "Siti")
    assert siti.main.session.nickname == "Siti"
    assert json.loads(file.read_text())["secret"] == longer


def test_the_last_view_is_there_again_though_the_server_remembers_nothing(
    qtbot: QtBot, tmp_path: Path, open_window: Callable[[int, str], Window]
) -> None:
    port = free_port()
    with ServerProcess(tmp_path / "one", QUICK, port=port):
        siti, budi = open_window(port, "Siti"), open_window(port, "Budi")
        budi.type("yang terakhir")
        qtbot.waitUntil(lambda: siti.reads("yang terakhir"), timeout=PATIENCE_MS)
        close(siti)
        close(budi)
    with ServerProcess(tmp_path / "two", QUICK, port=port):
        siti = open_window(port, "Siti")
        assert siti.main.session.nickname == "Siti"
        assert siti.reads("yang terakhir")


def test_what_waits_when_the_window_is_closed_goes_out_once_at_the_next_login(
    qtbot: QtBot, server: ServerProcess, open_window: Callable[[int, str], Window]
) -> None:
    siti, budi = open_window(server.port, "Siti"), open_window(server.port, "Budi")
    server.kill()
    qtbot.waitUntil(lambda: siti.main.session.state is LinkState.WAITING, timeout=PATIENCE_MS)
    siti.type("ditulis sebelum tutup")
    close(siti)
    server.start()
    siti = open_window(server.port, "Siti")
    qtbot.waitUntil(lambda: budi.online and budi.reads("ditulis sebelum tutup"), timeout=PATIENCE_MS)
    siti.type("sesudahnya")
    qtbot.waitUntil(lambda: budi.reads("sesudahnya"), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: siti.reads("sesudahnya"), timeout=PATIENCE_MS)
    for window in (siti, budi):
        assert sum("ditulis sebelum tutup" in row for row in window.shown()) == 1


def test_a_message_whose_echo_was_lost_is_said_once_though_the_window_was_closed_meanwhile(
    qtbot: QtBot, server: ServerProcess, open_window: Callable[[int, str], Window]
) -> None:
    budi = open_window(server.port, "Budi")
    with FaultProxy(server.port) as proxy:
        siti = open_window(proxy.port, "Siti")
        proxy.mute_servers()
        siti.type("sekali saja")
        qtbot.waitUntil(lambda: budi.reads("sekali saja"), timeout=PATIENCE_MS)
        (entry,) = [one for one in siti.lobby if one.text == "sekali saja"]
        assert entry.delivery is Delivery.WAITING
        close(siti)
        siti = open_window(proxy.port, "Siti")
        qtbot.waitUntil(
            lambda: [one.delivery for one in siti.lobby if one.text == "sekali saja"] == [Delivery.SENT],
            timeout=PATIENCE_MS,
        )
        siti.type("sesudahnya")
        qtbot.waitUntil(lambda: budi.reads("sesudahnya"), timeout=PATIENCE_MS)
        for window in (siti, budi):
            assert sum("sekali saja" in row for row in window.shown()) == 1
        close(siti)


def test_without_a_server_the_last_view_is_there_to_read_and_to_write_into(
    qtbot: QtBot, server: ServerProcess, open_window: Callable[[int, str], Window]
) -> None:
    siti, budi = open_window(server.port, "Siti"), open_window(server.port, "Budi")
    budi.type("sampai besok")
    qtbot.waitUntil(lambda: siti.reads("sampai besok"), timeout=PATIENCE_MS)
    close(siti)
    server.kill()
    siti = Window(qtbot)
    siti.log_in(server.port, "Siti")
    qtbot.waitUntil(lambda: siti.main.session.state is LinkState.WAITING, timeout=PATIENCE_MS)
    assert siti.reads("sampai besok")
    siti.type("sudah besok")
    server.start()

    def back() -> bool:
        for window in (siti, budi):  # an attempt under way when the server came up fails, and the next wait is longer
            window.try_now()
        return siti.online and budi.reads("sudah besok")

    qtbot.waitUntil(back, timeout=PATIENCE_MS)
    assert sum("sudah besok" in row for row in siti.shown()) == 1
    close(siti)
