"""What a window remembers of logins: account and choices in the settings, passwords in the keyring or nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt5.QtWidgets import QCheckBox, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from client import vault as vault_module
from client.changes import LinkState
from client.credentials import Credentials
from client.effects import Effect, Send
from client.login_fields import Options
from client.settings import Settings
from client.vault import Vault
from client.window import MainWindow
from protocol import parse
from tests.client.test_vault import HangingKeyring, MemoryKeyring

HOST, PORT = "127.0.0.1", 8888
SECRETS = Credentials("sesam", "rina", "")


class Door:
    """A window before its server, which is the test."""

    def __init__(self, qtbot: QtBot, folder: Path, keyring: MemoryKeyring | None) -> None:
        self._qtbot = qtbot
        self.vault = Vault(open_keyring=lambda: keyring)
        self.window = MainWindow(Settings(folder), vault=self.vault)
        self.vault.setParent(self.window)
        qtbot.addWidget(self.window)
        self.window.show()
        self.done: list[Effect] = []
        self.window.network.receiver.perform = self.done.append  # type: ignore[method-assign,assignment]

    def options(self) -> Options:
        return self.window.login_page.options

    def submit(self, options: Options | None = None, name: str = "Siti") -> None:
        self.window.fill(HOST, PORT, name)
        if options is not None:
            self.window.login_page.more.set_options(options)
        self.window.login_page.submit()

    @property
    def connecting(self) -> bool:
        return self.window.session.state is LinkState.CONNECTING

    def said(self) -> list[str]:
        """What the window says to the server once it is connected."""
        self._qtbot.waitUntil(lambda: self.connecting)
        self.window.handle(self.window.session.connected())
        sent = b"".join(effect.data for effect in self.done if isinstance(effect, Send))
        return sent.decode().split("\r\n")[:-1]

    def welcome(self) -> None:
        self._qtbot.waitUntil(lambda: not self.window.network.memory.recalling)
        self.window.handle(self.window.session.received([parse(":srv 001 Siti :Hi")]))

    def log_in(self, options: Options) -> list[str]:
        self.submit(options)
        said = self.said()
        self.welcome()
        return said


Open = Callable[[MemoryKeyring | None], Door]


@pytest.fixture
def open_door(qtbot: QtBot, tmp_path: Path) -> Iterator[Open]:
    doors: list[Door] = []

    def open_one(keyring: MemoryKeyring | None) -> Door:
        doors.append(Door(qtbot, tmp_path, keyring))
        return doors[-1]

    yield open_one
    for door in doors:
        door.window.close()


def test_a_remembered_password_is_used_and_never_shown(open_door: Open, tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    first = open_door(keyring)
    assert first.log_in(Options(SECRETS, remember=True))[0] == "PASS sesam"
    first.window.close()
    assert "sesam" not in (tmp_path / "settings.json").read_text("utf-8")
    second = open_door(keyring)
    second.submit()
    assert second.options() == Options(Credentials(account="rina"), remember=True)
    assert second.said()[0] == "PASS sesam"


def test_without_the_tick_no_password_is_kept(open_door: Open) -> None:
    keyring = MemoryKeyring()
    open_door(keyring).log_in(Options(SECRETS))
    assert keyring.kept == {}


def test_taking_the_tick_away_forgets_the_password(open_door: Open, qtbot: QtBot) -> None:
    keyring = MemoryKeyring()
    door = open_door(keyring)
    door.log_in(Options(SECRETS, remember=True))
    qtbot.waitUntil(lambda: keyring.kept != {})
    door.window.log_out()
    door.done.clear()
    assert door.log_in(Options())[0] == "CAP LS 302"
    qtbot.waitUntil(lambda: keyring.kept == {})


def test_a_password_typed_anew_takes_the_place_of_the_old_one(open_door: Open, qtbot: QtBot) -> None:
    keyring = MemoryKeyring()
    door = open_door(keyring)
    door.log_in(Options(SECRETS, remember=True))
    door.window.log_out()
    door.done.clear()
    assert door.log_in(Options(Credentials("baru"), remember=True))[0] == "PASS baru"
    qtbot.waitUntil(lambda: "baru" in "".join(keyring.kept.values()))


def test_a_login_that_fails_is_not_remembered(open_door: Open) -> None:
    keyring = MemoryKeyring()
    door = open_door(keyring)
    door.submit(Options(SECRETS, remember=True))
    door.said()
    door.window.handle(door.window.session.received([parse(":srv 464 * :Password incorrect")]))
    assert (keyring.kept, Settings(door.window.network.memory._folder.parent).values.logins) == ({}, {})


def test_a_keyring_that_hangs_delays_a_login_and_does_not_stop_it(
    open_door: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault_module, "PATIENCE_S", 0.05)
    monkeypatch.setattr(vault_module, "CLOSE_S", 0.01)
    keyring = HangingKeyring()
    door = open_door(keyring)
    door.log_in(Options(SECRETS, remember=True))
    door.window.log_out()
    door.done.clear()
    door.submit()
    assert door.window.session.state is LinkState.OFFLINE, "it waits for the keyring, and the window lives"
    assert door.said()[0] == "CAP LS 302"
    keyring.unlocked.set()


def test_who_does_not_want_to_wait_for_the_keyring_presses_escape(open_door: Open, qtbot: QtBot) -> None:
    keyring = HangingKeyring()
    door = open_door(keyring)
    door.log_in(Options(SECRETS, remember=True))
    door.window.log_out()
    door.submit()
    button = door.window.findChild(QPushButton, "login_button")
    assert button is not None
    assert not button.isEnabled()
    door.window.login_page.cancelled.emit()
    assert button.isEnabled()
    with qtbot.waitSignal(door.vault.found):
        keyring.unlocked.set()
    assert door.window.session.state is LinkState.OFFLINE


@pytest.mark.parametrize("keyring", [MemoryKeyring(), None])
def test_passwords_can_be_remembered_where_there_is_a_keyring(
    open_door: Open, qtbot: QtBot, keyring: MemoryKeyring | None
) -> None:
    door = open_door(keyring)
    with qtbot.waitSignal(door.vault.looked):
        door.window.login_page.more.open_password()
    box = door.window.findChild(QCheckBox, "remember_box")
    assert box is not None
    assert box.isEnabled() is (keyring is not None)
    notes = [label for label in door.window.findChildren(QLabel) if "no keyring" in label.text()]
    assert any(note.isVisible() for note in notes) is (keyring is None)
    assert bool(box.accessibleDescription()) is (keyring is None)


def test_the_fields_say_that_a_password_is_remembered(open_door: Open) -> None:
    door = open_door(MemoryKeyring())
    door.log_in(Options(SECRETS, remember=True))
    door.window.log_out()
    door.window.login_page.more.open_password()
    field = door.window.findChild(QLineEdit, "password_edit")
    assert field is not None
    assert (field.text(), field.placeholderText()) == ("", "remembered")


def test_choosing_a_server_of_the_list_brings_what_is_remembered_of_it(open_door: Open) -> None:
    door = open_door(None)
    door.log_in(Options(Credentials(account="rina"), on_start=True))
    door.window.log_out()
    door.window.fill("lab3", 8888, "Siti")
    assert door.options() == Options()
    door.window.login_page.server_chosen.emit(HOST, PORT)
    assert door.options() == Options(Credentials(account="rina"), on_start=True)


def test_a_file_that_somebody_else_wrote_is_taken_as_far_as_it_makes_sense(tmp_path: Path) -> None:
    good = '{"host": "lab2", "port": 8888, "name": "Siti", "on_start": "yes", "account": 5}'
    bad = ['{"host": 1, "port": 8888, "name": "Siti"}', '{"host": "a", "port": 0, "name": "b"}', "[]", "{}"]
    logins = ", ".join(f'"{number}": {text}' for number, text in enumerate([good, *bad]))
    (tmp_path / "settings.json").write_text(f'{{"logins": {{{logins}}}}}', "utf-8")
    assert list(Settings(tmp_path).values.logins) == ["0"]
