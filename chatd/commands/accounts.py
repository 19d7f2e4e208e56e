"""Whose name is whose: AUTHENTICATE, REGISTER, VERIFY (IRCv3 sasl-3.1 and 3.2, account-registration).

Passwords are hashed by workers only; an account is made, and said to be, when the log has kept it. Whatever goes
wrong on the way leaves the connection as it was: nobody is logged in but by the last step.
"""

from __future__ import annotations

import dataclasses

import protocol
from chatd import capabilities, scram
from chatd.commands import identity, metadata, waiting
from chatd.commands.call import Call, Context, Refused
from chatd.commands.table import Command
from chatd.connection import Connection
from chatd.events import Audience, Event, Outcome, Own
from chatd.log import DropAccount, SaveAccount, StoredAccount, Write
from chatd.rates import source
from chatd.sasl import MECHANISMS, Login, SaslError, TooLongError, chunks, read_plain
from chatd.scram import ScramError, Verifier

TRIES, TRIES_S = 3, 60.0
"""Failed or unfinished logins of one connection."""
LEAST_PASSWORD = 6
"""Characters."""
EMAIL_BYTES = 254
SWEEP_S = 3_600.0
QUIET_TAG = f"{protocol.VENDOR}/quiet"
FAILED = "SASL authentication failed"

# --- AUTHENTICATE


def authenticate(call: Call) -> None:
    """AUTHENTICATE: log in to an account by PLAIN or SCRAM-SHA-256, before or after registration."""
    connection, word = call.connection, call.params[0]
    if not connection.caps & capabilities.SASL:
        raise Refused(protocol.ERR_SASLFAIL, f"{FAILED}: ask for the capability sasl first")
    login = connection.sasl
    if login is None:
        login = connection.sasl = Login()
    try:
        if word == "*":
            abort(connection)
        if not login.mechanism:
            _begin(call, login, word.upper())
            return
        message = login.take(word)
        if message is not None:
            (_plain if login.mechanism == "PLAIN" else _scram)(call, login, message)
    except TooLongError:
        login.end()
        raise Refused(protocol.ERR_SASLTOOLONG, "SASL message too long") from None
    except (SaslError, ScramError):
        login.end()
        raise Refused(protocol.ERR_SASLFAIL, FAILED) from None


def abort(connection: Connection) -> None:
    """End an exchange that is not finished. Raises `Refused`, which says so."""
    if connection.sasl is not None:
        connection.sasl.end()
    raise Refused(protocol.ERR_SASLABORTED, "SASL authentication aborted")


def _begin(call: Call, login: Login, mechanism: str) -> None:
    connection, now = call.connection, call.context.monotonic()
    if mechanism not in MECHANISMS:
        call.reply(protocol.RPL_SASLMECHS, ",".join(MECHANISMS), "are available SASL mechanisms")
        raise Refused(protocol.ERR_SASLFAIL, FAILED)
    while login.tries and now - login.tries[0] >= TRIES_S:
        login.tries.popleft()
    if len(login.tries) >= TRIES or not _may_try(call, now):
        raise Refused(protocol.ERR_SASLFAIL, f"{FAILED}: too many tries, wait a moment")
    login.tries.append(now)
    if connection.person.account and not connection.registered:
        # Who tries again is nobody until that has succeeded.
        with call.state.lock:
            identity.login_locked(call, connection.person, "", "")
        call.reply(protocol.RPL_LOGGEDOUT, _hostmask(call), "You are now logged out")
    login.begin(mechanism)
    call.line("AUTHENTICATE +")


def _may_try(call: Call, now: float) -> bool:
    key, loopback, _ = source(call.connection.address)
    with call.state.lock:
        return loopback or call.context.accounts.failures.take(key, now)


def _plain(call: Call, login: Login, message: bytes) -> None:
    name, password = read_plain(message)
    login.end()
    raw = scram.prepare(password)
    accounts = call.context.accounts
    with call.state.lock:
        number, verifier = accounts.verifier(name)
    iterations = accounts.settings.kdf_iterations

    def work() -> tuple[bool, Verifier | None]:
        fits = scram.password_fits(verifier, raw) and number > 0
        return fits, scram.make_verifier(raw, iterations) if fits and verifier.iterations < iterations else None

    def then(result: tuple[bool, Verifier | None]) -> None:
        fits, renewed = result
        if not fits:
            raise Refused(protocol.ERR_SASLFAIL, FAILED)
        _succeed(call, login, number, renewed)

    call.defer(work, then, "hash", lambda why: call.reply(protocol.ERR_SASLFAIL, f"{FAILED}: {why}"))


def _scram(call: Call, login: Login, message: bytes) -> None:
    if login.exchange is None:
        login.exchange = scram.Exchange(message)
        with call.state.lock:
            login.account, verifier = call.context.accounts.verifier(login.exchange.name)
        _send(call, login.exchange.challenge(verifier))
    elif not login.proof:
        login.proof = login.exchange.final(message)
        _send(call, login.proof)
    else:
        number = login.account
        login.end()
        _succeed(call, login, number, None)


def _send(call: Call, message: bytes) -> None:
    for chunk in chunks(message):
        call.line(f"AUTHENTICATE {chunk}")


def _succeed(call: Call, login: Login, number: int, renewed: Verifier | None) -> None:
    """The password was right: the connection is logged in, if the account is still there."""
    connection, context = call.connection, call.context
    person, owner = connection.person, str(number)
    with call.state.lock:
        account = context.accounts.get(number)
        if account is None:
            raise Refused(protocol.ERR_SASLFAIL, FAILED)
        if connection.registered and person.account and person.owner != owner:
            raise Refused(protocol.ERR_SASLALREADY, "You are logged in to another account already")
        comes = connection.registered and not person.account
        identity.login_locked(call, person, account.name, owner)
        _note_use_locked(call, account, renewed)
        if comes:
            metadata.entered_locked(call, person)
            call.parts += waiting.show_locked(call)
        key, loopback, _ = source(connection.address)
        if not loopback:
            context.accounts.failures.give_back(key)
    login.tries.clear()
    _tell_logged_in(call)
    call.reply(protocol.RPL_SASLSUCCESS, "SASL authentication successful")


def _note_use_locked(call: Call, account: StoredAccount, renewed: Verifier | None) -> None:
    accounts = call.context.accounts
    changed = accounts.seen(account.id, call.context.now())
    if renewed is not None:
        changed = _with_verifier(changed or account, renewed)
        accounts.replace(changed)
    if changed is not None:
        call.append_locked(_keep(call.connection, (SaveAccount(changed),)))


def _with_verifier(account: StoredAccount, verifier: Verifier) -> StoredAccount:
    return dataclasses.replace(account, **dataclasses.asdict(verifier))


def _keep(connection: Connection | None, writes: tuple[Write, ...]) -> Event:
    """An event that nobody sees: only what it has kept matters."""
    event = Event(Audience.ORIGIN, "REGISTER", "", connection, stored=False, own=Own.NEVER)
    event.writes = writes
    return event


def _tell_logged_in(call: Call) -> None:
    account = call.connection.person.account
    call.reply(protocol.RPL_LOGGEDIN, _hostmask(call), account, f"You are now logged in as {account}")


def _hostmask(call: Call) -> str:
    person = call.connection.person
    host = person.host or call.context.host_of(call.connection.address)
    return f"{person.nickname or '*'}!{person.user or '*'}@{host}"


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
    else:
        _register_checked(call, nickname, call.params[1], call.params[2])


def _register_checked(call: Call, nickname: str, email: str, password: str) -> None:
    needed = call.context.config.accounts.registration_needs_email
    if needed and email == "*":
        _fail(call, "INVALID_EMAIL", nickname, "An e-mail address is needed")
        return
    if email != "*" and not _plausible_email(email):
        _fail(call, "INVALID_EMAIL", nickname, "This is no e-mail address; * stands for none")
        return
    try:
        raw = scram.prepare(password)
    except ScramError:
        _fail(call, "UNACCEPTABLE_PASSWORD", nickname, "This cannot be a password")
        return
    if len(password) < LEAST_PASSWORD or protocol.fold(password) == protocol.fold(nickname):
        _fail(call, "WEAK_PASSWORD", nickname, f"Choose a password of {LEAST_PASSWORD} characters or more")
        return
    accounts = call.context.accounts
    with call.state.lock:
        sweep_locked(call.context)
        if accounts.taken(nickname, ""):
            check_wanted_locked(call)
            _fail(call, "ACCOUNT_EXISTS", nickname, "This name belongs to an account already")
            return
        if not _may_create_locked(call):
            _fail(call, "TEMPORARILY_UNAVAILABLE", nickname, "Too many accounts were made; try again later")
            return
    quiet = bool(call.connection.caps & capabilities.QUIET) and QUIET_TAG in call.message.tags
    call.defer(
        lambda: scram.make_verifier(raw, accounts.settings.kdf_iterations),
        lambda verifier: _create(call, nickname, "" if email == "*" else email, quiet, verifier),
        "hash",
        lambda why: _fail(call, "TEMPORARILY_UNAVAILABLE", nickname, f"This is not possible now: {why}"),
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


def _create(call: Call, nickname: str, email: str, quiet: bool, verifier: Verifier) -> None:
    """Have the log keep the account; it is nobody's until it has."""
    accounts, now = call.context.accounts, call.context.now()
    with call.state.lock:
        if accounts.taken(nickname, ""):
            _fail(call, "ACCOUNT_EXISTS", nickname, "This name belongs to an account already")
            return
        made = dataclasses.asdict(verifier)
        account = StoredAccount(accounts.next_number(), nickname, now, now, quiet, **made, email=email)
        accounts.add(account)
        event = _keep(call.connection, (SaveAccount(account),))
        call.append_locked(event)
    call.after_log(lambda: _created(call, account, event))


def _created(call: Call, account: StoredAccount, event: Event) -> None:
    with call.state.lock:
        if event.outcome is Outcome.FAILED:
            call.context.accounts.remove(account.id)
            _fail(call, "TEMPORARILY_UNAVAILABLE", account.name, "The server cannot keep accounts at the moment")
            return
        identity.login_locked(call, call.connection.person, account.name, str(account.id))
        metadata.entered_locked(call, call.connection.person)
    call.line(f":{call.context.name} REGISTER SUCCESS {account.name} :This name is yours now")
    _tell_logged_in(call)


def verify(call: Call) -> None:
    """VERIFY: accounts need no verification here, so no code is right."""
    account = call.connection.person.account
    if account:
        _fail(call, "ALREADY_AUTHENTICATED", account, "You are logged in already")
    else:
        _fail(call, "INVALID_CODE", call.params[0], "No account waits for a code")


def _fail(call: Call, code: str, account: str, text: str) -> None:
    command = call.message.command.upper()
    call.fail(command, code, text, account, enabled_by=capabilities.ACCOUNT_REGISTRATION)


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
        used = accounts.seen(int(person.owner), context.now()) if person.account else None
        if used is not None:
            writes.append(SaveAccount(used))
    for account in accounts.lapsed(context.now()):
        accounts.remove(account.id)
        context.marks.forget(str(account.id))
        writes.append(DropAccount(account.id))
    if writes:
        context.log.append(_keep(None, tuple(writes)))


COMMANDS = {
    "AUTHENTICATE": Command(authenticate, 1, before_registration=True),
    "REGISTER": Command(register, 3, before_registration=True),
    "VERIFY": Command(verify, 2, before_registration=True),
}
