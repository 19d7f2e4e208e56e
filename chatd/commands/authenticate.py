"""AUTHENTICATE: logging in by SASL, before and after registration (IRCv3 sasl-3.1 and 3.2).

Passwords are hashed by workers only. Whatever goes wrong on the way leaves the connection as it was: nobody is logged
in but by the last step, which is `logins`'.
"""

from __future__ import annotations

import protocol
from chatd import capabilities, scram
from chatd.commands import identity, logins
from chatd.commands.call import Call, Refused
from chatd.commands.logins import LoginError
from chatd.commands.table import Command
from chatd.connection import Connection
from chatd.rates import TRIES
from chatd.sasl import MECHANISMS, Login, SaslError, TooLongError, chunks, read_plain
from chatd.scram import ScramError, Verifier

FAILED = "SASL authentication failed"


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
    tries, seconds = TRIES
    while login.tries and now - login.tries[0] >= seconds:
        login.tries.popleft()
    if len(login.tries) >= tries or not logins.may_try(call):
        raise Refused(protocol.ERR_SASLFAIL, f"{FAILED}: too many tries, wait a moment")
    login.tries.append(now)
    if connection.person.account and not connection.registered:
        # Who tries again is nobody until that has succeeded.
        with call.state.lock:
            identity.login_locked(call.context, connection.person, "", "", call)
        call.reply(*identity.logged_out(connection, call.context))
    login.begin(mechanism)
    call.line("AUTHENTICATE +")


def _plain(call: Call, login: Login, message: bytes) -> None:
    name, password = read_plain(message)
    login.end()
    logins.check_password(
        call,
        name,
        password,
        lambda number, renewed: _succeed(call, login, number, renewed),
        lambda why: call.reply(protocol.ERR_SASLFAIL, f"{FAILED}: {why}" if why else FAILED),
    )


def _scram(call: Call, login: Login, message: bytes) -> None:
    if login.exchange is None:
        login.exchange = scram.Exchange(message)
        with call.state.lock:
            login.account, verifier = call.context.accounts.verifier(login.exchange.name)
            may_guess = logins.may_guess_locked(call, login.exchange.name)
        if not may_guess:
            login.end()
            raise Refused(protocol.ERR_SASLFAIL, f"{FAILED}: {logins.BUSY}")
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
    """The password was right: the connection is logged in, if the account is still there and open."""
    try:
        logins.enter(call, number, renewed)
    except LoginError as error:
        numeric = {"suspended": protocol.ERR_NICKLOCKED, "elsewhere": protocol.ERR_SASLALREADY}
        raise Refused(numeric.get(error.code, protocol.ERR_SASLFAIL), str(error) or FAILED) from None
    login.tries.clear()
    logins.tell_logged_in(call)
    call.reply(protocol.RPL_SASLSUCCESS, "SASL authentication successful")
    logins.settle_nickname(call)


COMMANDS = {"AUTHENTICATE": Command(authenticate, 1, before_registration=True)}
