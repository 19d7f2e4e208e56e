"""What `python3 server.py account ...` asks for, carried out in the running server or beside a stopped one.

The words are the order's name, the account's name, and what else belongs to it. Entered by the control thread, or by
the main thread of the command itself; both wait for the log. Imports `ownership`, and `accounts` for passwords.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import protocol
from chatd import scram
from chatd.commands import accounts, ownership
from chatd.commands.accounts import PasswordError
from chatd.commands.call import Context
from chatd.commands.ownership import Change, TakenError
from chatd.events import Event
from chatd.log import StoredAccount
from translations import tr

LOG_S = 20.0
"""How long the log may take to keep a change."""


class Answer(NamedTuple):
    done: bool
    lines: list[str]


class OrderError(Exception):
    """It is not done; the text says why."""


class Stewardship:
    """See the module."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._awaited: dict[int, threading.Event] = {}

    def follow(self, batch: Sequence[Event]) -> None:
        """Hear from the log what is kept."""
        if self._awaited:
            for event in batch:
                done = self._awaited.pop(id(event), None)
                if done is not None:
                    done.set()

    def carry_out(self, words: Sequence[str], password: str) -> Answer:
        """Do it, and say what was done or why not."""
        orders: dict[str, Callable[[Sequence[str], str], list[str]]] = {
            "add": self._add,
            "list": self._list,
            "password": self._password,
            "suspend": self._suspend,
            "unsuspend": self._unsuspend,
            "drop": self._drop,
        }
        try:
            return Answer(True, orders[words[0]](words[1:], password))
        except OrderError as error:
            return Answer(False, [str(error)])
        except PasswordError as error:
            return Answer(False, [tr(error.sentence)])

    # --- the orders

    def _add(self, words: Sequence[str], password: str) -> list[str]:
        name = words[0]
        if not protocol.valid_nickname(name) or len(name) > self._context.config.limits.nick_length:
            raise OrderError(tr("{name} cannot be the name of an account: it has to be a nickname").format(name=name))
        verifier = self._hashed(name, password)

        def make() -> Change:
            try:
                return ownership.make_locked(self._context, name, verifier)[1]
            except TakenError:
                text = tr("The name {name} belongs to an account already, or looks like one")
                raise OrderError(text.format(name=name)) from None

        self._keep(make)
        return [tr("The account {name} is made").format(name=name)]

    def _list(self, _words: Sequence[str], _password: str) -> list[str]:
        with self._context.state.lock:
            found = sorted(self._context.accounts, key=lambda account: protocol.fold(account.name))
        lines = []
        for account in found:
            line = tr("{name}, last seen {day}").format(name=account.name, day=_day(account.seen))
            if account.suspended:
                line += ", " + tr("suspended: {why}").format(why=account.suspended)
            lines.append(line)
        return lines or [tr("There are no accounts yet")]

    def _password(self, words: Sequence[str], password: str) -> list[str]:
        name = words[0]
        verifier = self._hashed(name, password)
        self._keep(lambda: ownership.set_password_locked(self._context, self._find_locked(name), verifier))
        return [tr("{name} has another password now").format(name=name)]

    def _suspend(self, words: Sequence[str], _password: str) -> list[str]:
        name, why = words[0], " ".join(words[1:])
        self._keep(lambda: ownership.suspend_locked(self._context, self._find_locked(name), why))
        return [tr("{name} is suspended; whoever was logged in is cut").format(name=name)]

    def _unsuspend(self, words: Sequence[str], _password: str) -> list[str]:
        name = words[0]
        self._keep(lambda: ownership.open_locked(self._context, self._find_locked(name)))
        return [tr("One can log in to {name} again").format(name=name)]

    def _drop(self, words: Sequence[str], _password: str) -> list[str]:
        name = words[0]
        self._keep(lambda: ownership.drop_locked(self._context, self._find_locked(name)))
        return [tr("The account {name} is no more, and the nickname is free").format(name=name)]

    # --- what they share

    def _find_locked(self, name: str) -> StoredAccount:
        account = self._context.accounts.find(name)
        if account is None:
            raise OrderError(tr("There is no account {name}").format(name=name))
        return account

    def _hashed(self, name: str, password: str) -> scram.Verifier:
        raw = accounts.prepared(name, password)
        return scram.make_verifier(raw, self._context.config.accounts.kdf_iterations)

    def _keep(self, make: Callable[[], Change]) -> None:
        """Make a change, and wait until it is on the disk."""
        log, done = self._context.log, threading.Event()
        with self._context.state.lock:
            change = make()
            self._awaited[id(change.event)] = done
            log.append(change.event)
        log.wake()
        if not done.wait(LOG_S):
            raise OrderError(tr("The disk does not answer; whether it is done shows later"))
        with self._context.state.lock:
            kept = change.settle_locked()
        log.wake()
        if not kept:
            raise OrderError(tr("The server cannot keep this at the moment; nothing has changed"))


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(seconds))
