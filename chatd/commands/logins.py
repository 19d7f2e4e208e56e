"""Logging in to an account by its password, and out again; for AUTHENTICATE and NickServ alike.

The last step is `enter`; until then nothing has changed. Imports `identity`, `nicknames`, `ownership` and what is
below; entered by every I/O thread.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import protocol
from chatd import scram
from chatd.commands import identity, metadata, nicknames, ownership, waiting
from chatd.commands.call import Call, answer_to, numeric
from chatd.log import SaveAccount, StoredAccount
from chatd.rates import source
from chatd.scram import Verifier

BUSY = "too many tries for this account, wait a moment"


class LoginError(Exception):
    """The password was right, and yet nobody is logged in; the text says why, "" where that is nobody's business."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(text)
        self.code = code
        """`gone`, `suspended`, or `elsewhere`: other sessions share the nickname, and would go along."""


def tries_key(call: Call) -> str:
    """Under which key wrong passwords of this connection are counted (`Accounts.failures`), "" where they are not."""
    key, loopback, _ = source(call.connection.address)
    return "" if loopback or not call.context.config.limits.login_throttle else key


def may_try(call: Call) -> bool:
    """Whether this address may try one more password; `right_locked` takes the try back."""
    key = tries_key(call)
    with call.state.lock:
        return not key or call.context.accounts.failures.take(key, call.context.monotonic())


def may_guess_locked(call: Call, name: str) -> bool:
    """Whether this address may try one more password of this account; `right_locked` takes the try back."""
    key = tries_key(call)
    return not key or call.context.accounts.may_guess(name, key, call.context.monotonic())


def right_locked(call: Call, name: str = "") -> None:
    """The password was right after all; that of the account of this name, if it is one's."""
    key = tries_key(call)
    if key:
        call.context.accounts.failures.give_back(key)
        if name:
            call.context.accounts.guessed_right(name, key)


def check_password(
    call: Call,
    name: str,
    password: str,
    fits: Callable[[int, Verifier | None], None],
    fails: Callable[[str], None],
) -> None:
    """Have a worker look whether this is the account's password; a handler ends with it.

    `fits` gets the account's number, and a new verifier where the old one has fewer rounds than the setting; `fails`
    why that cannot be found out now, "" for a wrong password. Raises `ScramError` for what can be none.
    """
    raw = scram.prepare(password)
    accounts = call.context.accounts
    with call.state.lock:
        number, verifier = accounts.verifier(name)
        may_guess = may_guess_locked(call, name)
    if not may_guess:
        fails(BUSY)
        return
    iterations = accounts.settings.kdf_iterations

    def work() -> tuple[bool, Verifier | None]:
        right = scram.password_fits(verifier, raw) and number > 0
        return right, scram.make_verifier(raw, iterations) if right and verifier.iterations < iterations else None

    def then(result: tuple[bool, Verifier | None]) -> None:
        right, renewed = result
        if right:
            fits(number, renewed)
        else:
            fails("")

    call.defer(work, then, "hash", fails)


def enter(call: Call, number: int, renewed: Verifier | None) -> None:
    """Log the caller in to the account of this number, whose password it knows. Raises `LoginError`."""
    connection, context = call.connection, call.context
    person, owner = connection.person, str(number)
    with call.state.lock:
        account = context.accounts.get(number)
        if account is None:
            raise LoginError("gone")
        if account.suspended:
            raise LoginError("suspended", f"This account is suspended: {account.suspended}")
        changes = connection.registered and person.owner != owner
        if changes and connection.others:
            text = "Other programs share your nickname and are logged in to another account; close them first"
            raise LoginError("elsewhere", text)
        _note_use_locked(call, account, renewed)
        right_locked(call, account.name)
        identity.login_locked(context, person, account.name, owner, call)
        if changes:
            metadata.entered_locked(call, person)
            call.parts += waiting.show_locked(call)


def leave(call: Call) -> None:
    """Log the caller and its other sessions out; a nickname that is the account's is not theirs any more."""
    with call.state.lock:
        person = call.connection.person
        identity.login_locked(call.context, person, "", "", call)
        for session in call.connection.others:
            line = numeric(call.context.name, session.target, *identity.logged_out(session, call.context))
            call.context.log.append(answer_to(session, [line]))
    call.reply(*identity.logged_out(call.connection, call.context))
    settle_nickname(call)


def settle_nickname(call: Call) -> None:
    """The last thing to do for somebody whose account changed: a nickname that is another's account's is not kept.
    The answers stand before it, as they call the caller by the nickname of before.
    """
    with call.state.lock:
        nicknames.protect_locked(call.context, call.connection.person)


def tell_logged_in(call: Call) -> None:
    account = call.connection.person.account
    mask = identity.hostmask(call.connection, call.context)
    call.reply(protocol.RPL_LOGGEDIN, mask, account, f"You are now logged in as {account}")


def _note_use_locked(call: Call, account: StoredAccount, renewed: Verifier | None) -> None:
    accounts = call.context.accounts
    changed = accounts.seen(account.id, call.context.now())
    if renewed is not None:
        changed = dataclasses.replace(changed or account, **dataclasses.asdict(renewed))
        accounts.replace(changed)
    if changed is not None:
        call.append_locked(ownership.keeping(call.connection, (SaveAccount(changed),)))
