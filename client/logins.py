"""What this computer remembers of the person's logins: account, whether to connect on start; in the vault, passwords.

Joins settings and vault to the window. GUI thread only; needed for the first paint.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from PyQt5.QtCore import QObject

import protocol
from client.credentials import Credentials
from client.login_fields import Options
from client.session import Session
from client.settings import Settings
from client.vault import Vault


@dataclass(frozen=True, slots=True)
class Login:
    """One way in that is remembered."""

    host: str
    port: int
    name: str
    options: Options


class Logins(QObject):
    """See the module."""

    def __init__(self, settings: Settings, vault: Vault, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings, self._vault = settings, vault
        self._waiting: dict[str, Callable[[Credentials], None]] = {}
        """What to do once the vault has answered, by place."""
        vault.found.connect(self._found)

    def options(self, host: str, port: int, name: str) -> Options:
        """What is remembered of this login, without its passwords."""
        kept = self._settings.values.logins.get(_place(host, port, name))
        return _read(kept).options if kept is not None else Options()

    def on_start(self) -> list[Login]:
        """Those that the window begins by itself, in the order in which they were first made."""
        logins = [_read(kept) for kept in self._settings.values.logins.values()]
        return [login for login in logins if login.options.on_start]

    def begins(self, session: Session) -> bool:
        """Whether the window begins this login by itself."""
        return self.options(session.host, session.port, session.name).on_start

    def set_begins(self, session: Session, on: bool) -> None:
        """The person has changed their mind about that."""
        host, port, name = session.host, session.port, session.name
        options = replace(self.options(host, port, name), on_start=on)
        self._settings.change(logins={_place(host, port, name): _written(Login(host, port, name, options))})

    def complete(self, login: Login, then: Callable[[Credentials], None]) -> None:
        """Go on with the credentials: what was typed, and the remembered passwords in empty fields.

        At once if nothing has to be fetched.
        """
        typed = login.options.credentials
        if not (login.options.remember and self.options(login.host, login.port, login.name).remember) or (
            typed.password and typed.account_password
        ):
            then(typed)
            return
        place = _place(login.host, login.port, login.name)

        def merge(kept: Credentials) -> None:
            password = typed.password or kept.password
            then(replace(typed, password=password, account_password=typed.account_password or kept.account_password))

        self._waiting[place] = merge
        self._vault.fetch(place)

    def waits(self, login: Login) -> bool:
        """Whether this login waits for the vault."""
        return _place(login.host, login.port, login.name) in self._waiting

    def give_up(self, login: Login) -> None:
        """The person does not want to wait for the vault."""
        self._waiting.pop(_place(login.host, login.port, login.name), None)

    def _found(self, place: str, credentials: Credentials) -> None:
        then = self._waiting.pop(place, None)
        if then is not None:
            then(credentials)

    def remember(self, login: Login) -> None:
        """This login has succeeded, with these credentials."""
        options, place = login.options, _place(login.host, login.port, login.name)
        before = self.options(login.host, login.port, login.name)
        if options.remember and options.credentials.given:
            self._vault.keep(place, options.credentials)
        elif before.remember and not options.remember:
            self._vault.forget(place)
        now = replace(options, credentials=Credentials(account=options.credentials.account))
        if now != before:
            self._settings.change(logins={place: _written(replace(login, options=now))})


def _place(host: str, port: int, name: str) -> str:
    return f"{host.lower()}:{port} {protocol.fold(name)}"


def _written(login: Login) -> dict[str, Any]:
    options = login.options
    return {
        "host": login.host,
        "port": login.port,
        "name": login.name,
        "account": options.credentials.account,
        "remember": options.remember,
        "on_start": options.on_start,
    }


def _read(kept: dict[str, Any]) -> Login:
    credentials = Credentials(account=str(kept.get("account", "")))
    options = Options(credentials, remember=kept.get("remember") is True, on_start=kept.get("on_start") is True)
    return Login(str(kept["host"]), int(kept["port"]), str(kept["name"]), options)
