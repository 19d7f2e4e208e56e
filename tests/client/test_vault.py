"""Passwords in the desktop's keyring: never waited for without end, and whatever a backend does is no one's trouble."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from types import ModuleType, SimpleNamespace

import pytest
from pytestqt.qtbot import QtBot

from client import vault as module
from client.credentials import Credentials
from client.vault import Keyring, Vault, desktop_keyring

PLACE = "lab2:8888 siti"
SECRETS = Credentials("sesam", "", "rahasia")


class MemoryKeyring:
    """A keyring that is only there as long as the test."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.threads: set[str] = set()

    def get_password(self, service: str, username: str) -> str | None:
        self.threads.add(threading.current_thread().name)
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class BrokenKeyring(MemoryKeyring):
    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError("the service does not answer")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(f"cannot keep {password}")


class HangingKeyring(MemoryKeyring):
    """Asks the person to unlock it, and nobody is there."""

    def __init__(self) -> None:
        super().__init__()
        self.unlocked = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.unlocked.wait()
        return super().get_password(service, username)


Make = Callable[[Keyring | None], Vault]


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[Vault] = []

    def make_one(keyring: Keyring | None) -> Vault:
        made.append(Vault(open_keyring=lambda: keyring))
        return made[-1]

    yield make_one
    for vault in made:
        vault.close()


def fetch(qtbot: QtBot, vault: Vault, place: str = PLACE) -> Credentials:
    with qtbot.waitSignal(vault.found) as signal:
        vault.fetch(place)
    assert signal.args is not None
    assert signal.args[0] == place
    found: Credentials = signal.args[1]
    return found


def looks(qtbot: QtBot, vault: Vault) -> bool:
    with qtbot.waitSignal(vault.looked) as signal:
        vault.look()
    assert signal.args is not None
    return bool(signal.args[0])


def test_what_was_kept_is_found_until_it_is_forgotten(qtbot: QtBot, make: Make) -> None:
    keyring = MemoryKeyring()
    vault = make(keyring)
    assert looks(qtbot, vault)
    vault.keep(PLACE, SECRETS)
    assert fetch(qtbot, vault) == SECRETS
    assert fetch(qtbot, vault, "elsewhere:8888 siti") == Credentials()
    vault.forget(PLACE)
    assert fetch(qtbot, vault) == Credentials()
    assert keyring.threads == {"keyring"}, "the window never waits for it"


def test_without_a_keyring_nothing_is_kept(qtbot: QtBot, make: Make) -> None:
    vault = make(None)
    assert not looks(qtbot, vault)
    vault.keep(PLACE, SECRETS)
    vault.forget(PLACE)
    assert fetch(qtbot, vault) == Credentials()


def test_a_broken_keyring_costs_the_memory_only_and_tells_no_secret(
    qtbot: QtBot, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    vault = make(BrokenKeyring())
    vault.keep(PLACE, SECRETS)
    assert fetch(qtbot, vault) == Credentials()
    assert looks(qtbot, vault)
    assert "rahasia" not in caplog.text


def test_a_keyring_that_hangs_is_waited_for_only_so_long(
    qtbot: QtBot, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0.01)
    monkeypatch.setattr(module, "CLOSE_S", 0.01)
    keyring = HangingKeyring()
    vault = make(keyring)
    assert fetch(qtbot, vault) == Credentials()
    late: list[object] = []
    vault.found.connect(lambda *found: late.append(found))
    keyring.unlocked.set()
    assert looks(qtbot, vault)
    assert late == [], "its answer comes too late"


@pytest.mark.parametrize("text", ["no JSON", "[]", "null", '{"password": "sesam", "account_password": "rahasia"'])
def test_what_somebody_else_wrote_there_is_not_taken(qtbot: QtBot, make: Make, text: str) -> None:
    keyring = MemoryKeyring()
    keyring.kept["Obrolan", PLACE] = text
    assert fetch(qtbot, make(keyring)) == Credentials()


def test_closing_waits_until_the_last_is_kept(make: Make) -> None:
    keyring = MemoryKeyring()
    vault = make(keyring)
    vault.keep(PLACE, SECRETS)
    vault.close()
    assert ("Obrolan", PLACE) in keyring.kept


@pytest.mark.parametrize(("priority", "safe"), [(5, True), (1, True), (0.5, False), (0, False), (-1, False)])
def test_only_a_keyring_that_is_recommended_is_used(
    monkeypatch: pytest.MonkeyPatch, priority: float, safe: bool
) -> None:
    library, backend = ModuleType("keyring"), SimpleNamespace(priority=priority)
    monkeypatch.setattr(library, "get_keyring", lambda: backend, raising=False)
    monkeypatch.setitem(sys.modules, "keyring", library)
    assert (desktop_keyring() is backend) is safe


def test_without_the_library_there_is_no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert desktop_keyring() is None
