"""NickServ: accounts, by the words that people know from other networks. See `services`.

Imports `accounts`, `logins`, `nicknames`, `ownership` and what is below; entered by every I/O thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import protocol
from chatd import scram, standing
from chatd.accounts import SERVICES
from chatd.commands import accounts, leaving, logins, ownership, registration
from chatd.commands.accounts import PasswordError
from chatd.commands.call import Refused
from chatd.commands.logins import LoginError
from chatd.commands.ownership import Change, TakenError
from chatd.commands.serving import REFUSALS, Declined, Order, Request, Service, counted
from chatd.log import StoredAccount
from chatd.scram import ScramError, Verifier

SWITCH = {"ON": True, "TRUE": True, "YES": True, "OFF": False, "FALSE": False, "NO": False}
"""What people write after SET."""
LISTED = 200
"""Most accounts that LIST shows."""
UNKNOWN = "There is no account of that name"
WRONG = "This is not the password"
NOT_KEPT = "The server cannot keep this at the moment; nothing has changed"


# --- one's own


def _register(request: Request) -> None:
    call = request.call
    if call.connection.person.account:  # the table lets operators pass
        raise Declined(REFUSALS[protocol.ERR_NICKLOCKED])
    if not call.context.config.accounts.registration:
        raise Declined("Accounts are made by those who run this server; ask them")
    email = request.words[1] if len(request.words) > 1 else ""
    accounts.make(
        call, email, request.words[0], lambda account: _welcome(request, account), lambda _, text: request.say(text)
    )


def _welcome(request: Request, account: StoredAccount) -> None:
    logins.tell_logged_in(request.call)
    request.say(f"The nickname {account.name} is yours now. Next time log in with SASL or /NS IDENTIFY password")


def _identify(request: Request) -> None:
    *names, password = request.words
    name = names[0] if names else request.call.connection.nickname
    _with_password(request, name, password, lambda number, renewed: _enter(request, number, renewed))


def _with_password(request: Request, name: str, password: str, fits: Callable[[int, Verifier | None], None]) -> None:
    """Go on with `fits` if this is the account's password; a handler ends with it."""
    call = request.call
    if not logins.may_try(call):
        raise Declined("Too many tries; wait a few minutes")
    try:
        logins.check_password(
            call,
            name,
            password,
            lambda number, renewed: request.attempt(lambda: fits(number, renewed)),
            lambda why: request.say(f"This is not possible now: {why}" if why else WRONG),
        )
    except ScramError:
        raise Declined(WRONG) from None


def _enter(request: Request, number: int, renewed: Verifier | None) -> None:
    try:
        logins.enter(request.call, number, renewed)
    except LoginError as error:
        raise Declined(str(error) or UNKNOWN) from None
    logins.tell_logged_in(request.call)
    request.say(f"You are logged in as {request.call.connection.person.account}")
    logins.settle_nickname(request.call)


def _logout(request: Request) -> None:
    if not request.call.connection.person.account:  # the table lets operators pass
        raise Declined("You are not logged in to an account")
    request.say("You are logged out; a nickname that belongs to the account is not kept without it")
    logins.leave(request.call)


def _info(request: Request) -> None:
    call, person = request.call, request.call.connection.person
    wanted = request.words[0] if request.words else person.account or person.nickname
    with call.state.lock:
        other = call.state.find_locked(wanted)
        account = call.context.accounts.find(other.account if other is not None and other.account else wanted)
        here = account is not None and bool(call.state.sessions_locked(str(account.id)))
        knows_all = account is not None and (bool(person.oper) or person.owner == str(account.id))
        channels = call.state.channels.values()
        founded = [each.name for each in channels if account is not None and each.founder == str(account.id)]
    if account is None:
        raise Declined(UNKNOWN)
    request.say(f"{account.name}: registered {_day(account.created)}")
    if account.suspended:
        request.say(f"It is suspended: {account.suspended}")
    request.say("Somebody is logged in to it now" if here else f"Last seen {_day(account.seen)}")
    if knows_all:
        request.say(f"E-mail: {account.email or 'none'}; channels: {', '.join(founded) or 'none'}")


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))


def _passwd(request: Request) -> None:
    current, password = request.words[:2]
    name = request.call.connection.person.account
    _with_password(request, name, current, lambda number, _: _hash_new(request, number, name, password))


def _hash_new(request: Request, number: int, name: str, password: str) -> None:
    """Give the account another password; the caller has shown that it may."""
    _hashed(request, name, password, lambda verifier: _replace(request, number, verifier))


def _hashed(request: Request, name: str, password: str, then: Callable[[Verifier], None]) -> None:
    """Have a worker hash a password for the account of this name, and go on with `then`; a handler ends with it."""
    try:
        raw = accounts.prepared(name, password)
    except PasswordError as error:
        raise Declined(str(error)) from None
    iterations = request.call.context.accounts.settings.kdf_iterations
    request.call.defer(
        lambda: scram.make_verifier(raw, iterations),
        lambda verifier: request.attempt(lambda: then(verifier)),
        "hash",
        request.say,
    )


def _replace(request: Request, number: int, verifier: Verifier) -> None:
    call = request.call
    with call.state.lock:
        account = call.context.accounts.get(number)
        if account is None:
            raise Declined(UNKNOWN)
        change = ownership.set_password_locked(call.context, account, verifier, call.connection)
        call.append_locked(change.event)
    _settle(request, change, f"{account.name} has another password now")


def _settle(request: Request, change: Change, done: str) -> None:
    """Say that it is done when the log has kept it."""

    def then() -> None:
        with request.call.state.lock:
            kept = change.settle_locked()
        request.say(done if kept else NOT_KEPT)

    request.after_log(then)


def _drop(request: Request) -> None:
    name = request.call.connection.person.account
    _with_password(request, name, request.words[0], lambda _number, _: _drop_now(request, name))


def _drop_now(request: Request, name: str) -> None:
    call = request.call
    with call.state.lock:
        account = _find_locked(request, name)
        change = ownership.drop_locked(call.context, account, call.connection)
        call.append_locked(change.event)
    _settle(request, change, f"The account {account.name} is no more, and the nickname is free")


def _regain(request: Request) -> None:
    wanted = request.words[0]
    _check_own(request, wanted)
    request.call.params = [wanted]
    try:
        registration.nick(request.call)
    except Refused as refused:
        raise Declined(refused.params[-1]) from None


def _ghost(request: Request) -> None:
    call, wanted = request.call, request.words[0]
    _check_own(request, wanted)
    with call.state.lock:
        person = call.state.find_locked(wanted)
        sessions = [] if person is None else [each for each in person.sessions if each is not call.connection]
    for session in sessions:
        ownership.cut(session, f"Disconnected by the owner of the nickname ({call.connection.nickname})")
    request.say(f"{wanted}: {counted(len(sessions), 'other connection was', 'other connections were')} closed")


def _check_own(request: Request, nickname: str) -> None:
    call = request.call
    with call.state.lock:
        if call.context.accounts.owner_of(nickname) != call.connection.person.owner:
            raise Declined("This is not the nickname of your account")


def _set(request: Request) -> None:
    option, value = request.words[0].upper(), SWITCH.get(request.words[1].upper())
    if option != "ALWAYS-ON" or value is None:
        raise Declined("There is one thing to set: /NS SET ALWAYS-ON ON|OFF")
    call, stays = request.call, value
    context, person = call.context, call.connection.person
    if not context.accounts.settings.always_on:
        raise Declined("The settings of this server do not allow it")
    if not person.account:  # the table lets operators pass
        raise Declined(REFUSALS[protocol.ERR_NEEDREGGEDNICK])
    with call.state.lock:
        owner, before = person.owner, context.accounts.stays(person.owner)
        _stay_locked(request, owner, stays)
        writes = context.standing_of(person) if stays else (standing.forgotten(owner),)
        event = ownership.keeping(call.connection, writes)
        call.append_locked(event)
    change = Change(event, lambda: _stay_locked(request, owner, before), lambda: None)
    text = "You stay in your rooms when you are not connected" if stays else "You leave when your last program does"
    _settle(request, change, text)


def _stay_locked(request: Request, owner: str, stays: bool) -> None:
    context = request.call.context
    (context.accounts.standing.add if stays else context.accounts.standing.discard)(owner)
    for person in context.state.owned_locked(owner):
        if person.sessions:
            person.stays = stays
        elif not stays:
            leaving.dismiss_locked(context, person, "Not connected")


# --- those of operators


def _find_locked(request: Request, name: str) -> StoredAccount:
    account = request.call.context.accounts.find(name)
    if account is None:
        raise Declined(UNKNOWN)
    return account


def _list(request: Request) -> None:
    mask = request.words[0] if request.words else "*"
    with request.call.state.lock:
        found = [each for each in request.call.context.accounts if protocol.mask_matches(mask, each.name)]
    for account in sorted(found, key=lambda each: protocol.fold(each.name))[:LISTED]:
        request.say(f"{account.name}{' (suspended)' if account.suspended else ''}, last seen {_day(account.seen)}")
    request.say(counted(len(found), "account") + (f"; the first {LISTED} are shown" if len(found) > LISTED else ""))


def _sa_register(request: Request) -> None:
    name, password = request.words[:2]
    if not protocol.valid_nickname(name) or len(name) > request.call.context.config.limits.nick_length:
        raise Declined("This cannot be the name of an account")
    _hashed(request, name, password, lambda verifier: _make(request, name, verifier))


def _make(request: Request, name: str, verifier: Verifier) -> None:
    call = request.call
    with call.state.lock:
        try:
            account, change = ownership.make_locked(call.context, name, verifier, origin=call.connection)
        except TakenError:
            raise Declined("This name belongs to an account already, or looks like one") from None
        call.append_locked(change.event)
    _settle(request, change, f"The account {account.name} is there now")


def _sa_passwd(request: Request) -> None:
    name, password = request.words[:2]
    with request.call.state.lock:
        account = _find_locked(request, name)
    _hash_new(request, account.id, account.name, password)


def _suspend(request: Request) -> None:
    call, reason = request.call, " ".join(request.words[1:])
    with call.state.lock:
        account = _find_locked(request, request.words[0])
        change = ownership.suspend_locked(call.context, account, reason, call.connection)
        call.append_locked(change.event)
    _settle(request, change, f"{account.name} is suspended; whoever was logged in is cut")


def _unsuspend(request: Request) -> None:
    call = request.call
    with call.state.lock:
        account = _find_locked(request, request.words[0])
        if not account.suspended:
            raise Declined(f"{account.name} is not suspended")
        change = ownership.open_locked(call.context, account, call.connection)
        call.append_locked(change.event)
    _settle(request, change, f"One can log in to {account.name} again")


SERVICE = Service(
    SERVICES[0],
    "NS",
    "accounts, so that your nickname is yours also when you are not here.",
    {
        "REGISTER": Order(_register, "<password> [e-mail]", "Makes an account of your nickname.", 1, secret=1),
        "IDENTIFY": Order(_identify, "[account] <password>", "Logs you in to your account.", 1, secret=1),
        "LOGOUT": Order(_logout, "", "Logs you out."),
        "INFO": Order(_info, "[account]", "Tells about an account, by its name or by who is logged in."),
        "PASSWD": Order(_passwd, "<current password> <new password>", "Changes your password.", 2, secret=1),
        "SET": Order(_set, "ALWAYS-ON ON|OFF", "Whether you stay in your rooms while you are not connected.", 2),
        "REGAIN": Order(_regain, "<nickname>", "Gives you back the nickname of your account.", 1),
        "GHOST": Order(_ghost, "<nickname>", "Closes other connections under the nickname of your account.", 1),
        "DROP": Order(
            _drop, "<password>", "Deletes your account and the channels it registered, for good.", 1, secret=1
        ),
        "LIST": Order(_list, "[mask]", "Lists the accounts whose names fit."),
        "SAREGISTER": Order(_sa_register, "<account> <password>", "Makes an account for somebody.", 2, secret=2),
        "SAPASSWD": Order(_sa_passwd, "<account> <password>", "Gives an account another password.", 2, secret=2),
        "SADROP": Order(lambda request: _drop_now(request, request.words[0]), "<account>", "Deletes an account.", 1),
        "SUSPEND": Order(_suspend, "<account> [reason]", "Closes an account and cuts who is logged in.", 1),
        "UNSUSPEND": Order(_unsuspend, "<account>", "Opens a suspended account again.", 1),
    },
    {"ID": "IDENTIFY", "LOGIN": "IDENTIFY", "RECOVER": "REGAIN", "RELEASE": "REGAIN", "SETPASS": "PASSWD"},
)
