"""Making an account, and whose name is whose: REGISTER, VERIFY (IRCv3 account-registration).

Passwords are hashed by workers only; an account is made, and said to be, when the log has kept it. Imports `logins`,
`ownership` and what is below; entered by every I/O thread.
"""

from __future__ import annotations

from collections.abc import Callable

import protocol
from chatd import capabilities, scram, standing
from chatd.commands import identity, leaving, logins, metadata, ownership
from chatd.commands.call import Call, Context, Refused
from chatd.commands.ownership import Change, TakenError
from chatd.commands.table import Command
from chatd.log import SaveAccount, StoredAccount, Write
from chatd.rates import source
from chatd.sasl import Login
from chatd.scram import ScramError, Verifier
from translations import N_

LEAST_PASSWORD = 6
"""Characters."""
EMAIL_BYTES = 254
SWEEP_S = 3_600.0
QUIET_TAG = f"{protocol.VENDOR}/quiet"

Fail = Callable[[str, str], None]
"""Gets a code of account-registration and the same in words."""


class PasswordError(Exception):
    """This cannot be a password; `code` is that of account-registration, `sentence` what a terminal shows (to be
    translated).
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


def prepared(name: str, password: str) -> bytes:
    """A password for the account of this name, ready to be hashed. Raises `PasswordError`."""
    try:
        raw = scram.prepare(password)
    except ScramError:
        raise PasswordError("UNACCEPTABLE_PASSWORD", N_("This cannot be a password")) from None
    if len(password) < LEAST_PASSWORD or protocol.fold(password) == protocol.fold(name):
        raise PasswordError("WEAK_PASSWORD", N_("A password has 6 characters or more and is not the account's name"))
    return raw


# --- REGISTER, VERIFY


def register(call: Call) -> None:
    """REGISTER: make an account of one's nickname, and be logged in to it."""
    person, wanted = call.connection.person, call.params[0]
    nickname, config = person.nickname, call.context.config
    closed = bool(config.server.password) or not config.accounts.registration_before_connect
    if closed and not call.connection.registered:
        # Who does not know the server's password makes no account either.
        _fail(call, "COMPLETE_CONNECTION_REQUIRED", wanted, "Finish connecting first")
    elif not nickname:
        _fail(call, "NEED_NICK", "*", "Choose a nickname first (NICK)")
    elif person.account:
        _fail(call, "ALREADY_AUTHENTICATED", person.account, "You are logged in already")
    elif wanted != "*" and not protocol.valid_nickname(wanted):
        _fail(call, "BAD_ACCOUNT_NAME", wanted, "This cannot be the name of an account")
    elif wanted != "*" and protocol.fold(wanted) != protocol.fold(nickname):
        _fail(call, "ACCOUNT_NAME_MUST_BE_NICK", wanted, "An account has the name of your nickname")
    elif not call.params[1]:
        _fail(call, "INVALID_EMAIL", nickname, "This is no e-mail address; * stands for none")
    else:
        quiet = bool(call.connection.caps & capabilities.QUIET) and QUIET_TAG in call.message.tags
        make(
            call,
            "" if call.params[1] == "*" else call.params[1],
            call.params[2],
            lambda account: _say_made(call, account),
            lambda code, text: _fail(call, code, nickname, text),
            quiet=quiet,
        )


def make(
    call: Call, email: str, password: str, made: Callable[[StoredAccount], None], fail: Fail, *, quiet: bool = False
) -> None:
    """Make an account of the caller's nickname and log the caller in; `made` or `fail` answers. `email` may be ""."""
    nickname, accounts = call.connection.nickname, call.context.accounts
    if not email and accounts.settings.registration_needs_email:
        fail("INVALID_EMAIL", "An e-mail address is needed")
        return
    if email and not _plausible_email(email):
        fail("INVALID_EMAIL", "This is no e-mail address")
        return
    try:
        raw = prepared(nickname, password)
    except PasswordError as error:
        fail(error.code, str(error))
        return
    with call.state.lock:
        sweep_locked(call.context)
        if accounts.taken(nickname, ""):
            check_wanted_locked(call)
            fail("ACCOUNT_EXISTS", "This name belongs to an account already")
            return
        if not _may_create_locked(call):
            fail("TEMPORARILY_UNAVAILABLE", "Too many accounts were made; try again later")
            return

    def create(verifier: Verifier) -> None:
        with call.state.lock:
            try:
                account, change = ownership.make_locked(
                    call.context, nickname, verifier, email=email, quiet=quiet, origin=call.connection
                )
            except TakenError:
                fail("ACCOUNT_EXISTS", "This name belongs to an account already")
                return
            call.append_locked(change.event)
        call.after_log(lambda: _created(call, account, change, made, fail))

    call.defer(
        lambda: scram.make_verifier(raw, accounts.settings.kdf_iterations),
        create,
        "hash",
        lambda why: fail("TEMPORARILY_UNAVAILABLE", f"This is not possible now: {why}"),
    )


def _plausible_email(email: str) -> bool:
    name, at, domain = email.rpartition("@")
    return bool(name and at and domain) and len(email.encode()) <= EMAIL_BYTES and not protocol.has_hidden(email)


def _may_create_locked(call: Call) -> bool:
    accounts, now = call.context.accounts, call.context.monotonic()
    key, loopback, _ = source(call.connection.address)
    if not loopback and not accounts.creations.take(key, now):
        return False
    if accounts.creations_in_all.take("", now):
        return True
    accounts.creations.give_back(key)
    return False


def _created(
    call: Call, account: StoredAccount, change: Change, made: Callable[[StoredAccount], None], fail: Fail
) -> None:
    """The account is nobody's until the log has kept it."""
    with call.state.lock:
        if not change.settle_locked():
            fail("TEMPORARILY_UNAVAILABLE", "The server cannot keep accounts at the moment")
            return
        identity.login_locked(call.context, call.connection.person, account.name, str(account.id), call)
        metadata.entered_locked(call, call.connection.person)
    made(account)


def _say_made(call: Call, account: StoredAccount) -> None:
    call.line(f":{call.context.name} REGISTER SUCCESS {account.name} :This name is yours now")
    logins.tell_logged_in(call)


def verify(call: Call) -> None:
    """VERIFY: accounts need no verification here, so no code is right."""
    account = call.connection.person.account
    if account:
        _fail(call, "ALREADY_AUTHENTICATED", account, "You are logged in already")
    else:
        _fail(call, "INVALID_CODE", call.params[0], "No account waits for a code")


def _fail(call: Call, code: str, account: str, text: str) -> None:
    command = call.message.command.upper()
    call.fail(command, code, text, account, always=True)  # who sends these commands knows their specification


# --- for others


def not_yours(call: Call, wanted: str) -> Refused:
    """What to raise for a nickname that is somebody else's account's."""
    connection = call.connection
    if not connection.registered:
        connection.sasl = connection.sasl or Login()
        connection.sasl.refused = True
    return Refused(protocol.ERR_NICKNAMEINUSE, wanted, "This nickname belongs to somebody else")


def check_wanted(call: Call) -> None:
    """Tell a connection that will not log in before the end of CAP if its nickname is an account's, so that it can
    try others meanwhile.
    """
    with call.state.lock:
        check_wanted_locked(call)


def check_wanted_locked(call: Call) -> None:
    person = call.connection.person
    if person.nickname and not call.state.holds_locked(person):
        refused = not_yours(call, person.nickname)
        call.reply(refused.numeric, *refused.params)
        person.nickname = ""


def sweep_locked(context: Context) -> None:
    """Now and then: quiet accounts that nobody uses lapse, those in use are noted as such."""
    accounts, now = context.accounts, context.monotonic()
    if now < accounts.next_sweep:
        return
    accounts.next_sweep = now + SWEEP_S
    writes: list[Write] = []
    for person in context.state.people_locked():
        account = accounts.get(int(person.owner)) if person.account else None
        if account is None:
            continue
        used = accounts.seen(account.id, context.now()) if person.sessions else None
        if used is not None:
            writes.append(SaveAccount(used))
        elif not person.sessions and context.now() - account.seen > standing.EXPIRES_S:
            leaving.end_standing_locked(context, person, "Not connected for long")
    if writes:
        context.log.append(ownership.keeping(None, tuple(writes)))
    for account in accounts.lapsed(context.now()):
        change = ownership.drop_locked(context, account)
        context.log.append(change.event)
        change.then()


COMMANDS = {
    "REGISTER": Command(register, 3, before_registration=True),
    "VERIFY": Command(verify, 2, before_registration=True),
}
