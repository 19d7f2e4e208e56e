"""The window on servers that want passwords and on those of others: ngIRCd and InspIRCd, where they are installed."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from PyQt5.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from client.changes import LinkState
from client.connection import Connection
from client.credentials import Credentials
from client.events import Timeouts
from client.login_fields import Options
from client.receiver import Receiver
from client.settings import Settings
from client.window import MainWindow
from tests.end2end.accounts import CHEAP, PASSWORD, register
from tests.end2end.harness import ServerProcess, certificate_files, free_port

PATIENCE_MS = 20_000
SESAME = "sesam buka"
NGIRCD = """
[Global]
Name = other.lan
Info = other
Listen = 127.0.0.1
Ports = {clear}
Password = {password}
ServerGID = nogroup
ServerUID = nobody
[Limits]
MaxPenaltyTime = 0
[Options]
DNS = no
Ident = no
PAM = no
[SSL]
CertFile = {folder}/tls-cert.pem
KeyFile = {folder}/tls-key.pem
Ports = {port}
"""
INSPIRCD = """
<server name="other.lan" description="other" network="Other">
<admin name="other" nick="other" email="other@other.lan">
<bind address="127.0.0.1" port="{port}" type="clients">
<connect allow="*" password="{password}" resolvehostnames="no" useident="no">
<pid file="{folder}/inspircd.pid">
<log method="file" type="none" level="none" target="/dev/null">
<path configdir="{folder}" datadir="{folder}" logdir="{folder}" runtimedir="{folder}">
"""


@dataclass(frozen=True)
class Other:
    """A server that is not ours."""

    program: str
    config: str
    options: tuple[str, ...]
    encrypted: bool

    @contextmanager
    def running(self, folder: Path, qtbot: QtBot) -> Iterator[int]:
        """Its port, once it answers."""
        if shutil.which(self.program) is None:
            pytest.skip(f"{self.program} is not installed")
        folder.chmod(0o755)  # ngIRCd runs as nobody
        for name, content in certificate_files().items():
            (folder / name).write_bytes(content)
            (folder / name).chmod(0o644)
        port, file = free_port(), folder / "server.conf"
        config = self.config.format(port=port, clear=free_port(), password=SESAME, folder=folder)
        file.write_text(config, encoding="ascii")
        command = [self.program, *(option.format(file=file) for option in self.options)]
        with (folder / "output.txt").open("wb") as output:
            process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
        try:
            qtbot.waitUntil(lambda: answers(port), timeout=PATIENCE_MS)
            yield port
        finally:
            process.kill()
            process.wait()


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


OTHERS = {
    "ngIRCd": Other("ngircd", NGIRCD, ("-n", "-f", "{file}"), encrypted=True),
    "InspIRCd": Other("inspircd", INSPIRCD, ("--nofork", "--runasroot", "--config={file}"), encrypted=False),
}
Open = Callable[[], MainWindow]


@pytest.fixture
def open_window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    impatient = partial(Connection, timeouts=Timeouts(tls_s=1.0))  # InspIRCd, spoken to in TLS, says nothing
    monkeypatch.setattr("client.network.Receiver", partial(Receiver, make_connection=impatient))
    windows: list[MainWindow] = []

    def open_one() -> MainWindow:
        window = MainWindow(Settings())
        windows.append(window)
        qtbot.addWidget(window)
        window.show()
        return window

    yield open_one
    for window in windows:
        window.close()


def log_in(window: MainWindow, port: int, credentials: Credentials, name: str = "Siti") -> None:
    window.login_page.fill("127.0.0.1", port, name)
    window.login_page.more.set_options(Options(credentials))
    window.login_page.submit()


def told(window: MainWindow) -> str:
    """What the login page says is wrong."""
    label = window.login_page.findChild(QLabel, "status_label")
    assert label is not None
    return label.text().replace("\u200b", "")


def online(window: MainWindow) -> bool:
    return window.session.state is LinkState.ONLINE


@pytest.mark.parametrize("name", OTHERS)
def test_the_window_comes_into_other_servers_and_only_with_their_password(
    qtbot: QtBot, open_window: Open, tmp_path: Path, name: str
) -> None:
    window, other = open_window(), OTHERS[name]
    with other.running(tmp_path, qtbot) as port:
        log_in(window, port, Credentials())
        qtbot.waitUntil(lambda: window.network.failure is not None, timeout=PATIENCE_MS)
        log_in(window, port, Credentials(SESAME))
        qtbot.waitUntil(lambda: online(window), timeout=PATIENCE_MS)
        assert bool(window.session.known) is other.encrypted, "known by its certificate"
        window.handle(window.session.join("#kelas"))
        qtbot.waitUntil(lambda: "#kelas" in window.session.conversations, timeout=PATIENCE_MS)
        window.close()


def test_our_own_server_asks_for_its_password_in_words(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    window = open_window()
    with ServerProcess(tmp_path, {**CHEAP, "server": {"password": SESAME}}) as server:
        log_in(window, server.port, Credentials("salah"))
        qtbot.waitUntil(lambda: window.network.failure is not None, timeout=PATIENCE_MS)
        assert told(window) == "The server's password is missing or wrong."
        log_in(window, server.port, Credentials(SESAME))
        qtbot.waitUntil(lambda: online(window), timeout=PATIENCE_MS)
        window.close()


def test_an_account_is_logged_in_to_by_its_password(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    window = open_window()
    with ServerProcess(tmp_path, CHEAP) as server:
        register(server, "rina")
        log_in(window, server.port, Credentials(account="rina", account_password="salah"))
        qtbot.waitUntil(lambda: window.network.failure is not None, timeout=PATIENCE_MS)
        assert told(window).startswith("The server did not accept the account or its password")
        log_in(window, server.port, Credentials(account="rina", account_password=PASSWORD))
        qtbot.waitUntil(lambda: online(window), timeout=PATIENCE_MS)
        whois = server.connect("budi").ask("WHOIS Siti")
        assert any(" 330 budi Siti rina " in line for line in whois)
        window.close()
