"""Coming and going: CAP, PASS, NICK, USER, PING, PONG, QUIT, ERROR (Modern, "Connection Messages").

NICK belongs here because a first NICK is half of the registration.
"""

from __future__ import annotations

from typing import NoReturn

import protocol
from chatd import scram
from chatd.capabilities import Cap
from chatd.commands import (
    accounts,
    channels,
    history,
    information,
    logins,
    metadata,
    monitor,
    negotiation,
    nicknames,
    owning,
    pace,
    presence,
    serverbans,
    waiting,
)
from chatd.commands.call import Call, Refused
from chatd.commands.table import Command
from chatd.connection import Connection
from chatd.events import Audience, Event, Own
from chatd.person import Person
from protocol import fold

QUIT_BYTES = 300
SESSIONS = 32
"""Of one person: each is sent the names of every channel that one of them joins."""


def cap(call: Call) -> None:
    """CAP: see `negotiation`; END goes on with the registration."""
    if negotiation.negotiate(call):
        _try_to_register(call)


def password(call: Call) -> None:
    """PASS: kept until registration, which looks at the last one only, if the server has a password."""
    if call.connection.registered:
        raise Refused(protocol.ERR_ALREADYREGISTERED, "You may not register again")
    call.connection.password = protocol.cut_bytes(call.params[0], scram.PASSWORD_BYTES)
    call.connection.admitted = False


def nick(call: Call) -> None:
    """NICK: claim a nickname, or change it. 433 starts a probe of who holds it (see docs/protocol.md)."""
    if not call.params or not call.params[0]:
        raise Refused(protocol.ERR_NONICKNAMEGIVEN, "No nickname given")
    connection, wanted = call.connection, call.params[0]
    if protocol.mixes_scripts(wanted):
        raise Refused(protocol.ERR_ERRONEUSNICKNAME, wanted, "Nickname mixes letters of several scripts")
    if not protocol.valid_nickname(wanted) or len(wanted) > call.context.config.limits.nick_length:
        raise Refused(protocol.ERR_ERRONEUSNICKNAME, wanted, "Erroneous nickname")
    if wanted == connection.nickname:
        return
    with call.state.lock:
        before, nickname = connection.source, connection.nickname
        pace.check_locked(call, "NICK")
        _take_locked(call, wanted)
        if connection.registered:
            monitor.renamed_locked(call.context, connection.person, nickname, connection.address)
            event = Event(Audience.PEERS, "NICK", f":{before} NICK {wanted}", connection)
            event.channels = tuple(connection.channels)
            event.recipients = connection.others
            event.writes = call.context.standing_of(connection.person)
            call.append_locked(event)
            nicknames.protect_locked(call.context, connection.person)
    _try_to_register(call)


def _take_locked(call: Call, wanted: str) -> None:
    """Give the caller this nickname, at least until the registration is complete. Refuses with 433."""
    connection, state = call.connection, call.state
    person = connection.person
    accounts.sweep_locked(call.context)
    reserved = nicknames.refused_locked(call.context, person, wanted)
    holder = None if reserved else state.claim_locked(connection, wanted)
    if holder is not None and nicknames.take_back_locked(call.context, person, wanted, holder):
        holder = state.claim_locked(connection, wanted)
    if not reserved and holder is None:
        return
    later = _may_log_in(connection) and (reserved or bool(holder and holder.account))
    if not connection.registered and (later or _same_account(person, holder)):
        state.unclaim_locked(person)
        connection.nickname = wanted
        state.identify_locked(person)
        return
    _refuse(call, wanted, holder)


def _may_log_in(connection: Connection) -> bool:
    """Whether the nickname may yet prove to be its own, at the end of CAP: many clients log in after NICK."""
    asked = connection.caps & ~(Cap.CAP_NOTIFY | Cap.VERSION_302)
    refused = connection.sasl is not None and connection.sasl.refused
    return connection.cap_open and not refused and (not asked or bool(asked & Cap.SASL))


def _same_account(person: Person, holder: Person | None) -> bool:
    return holder is not None and bool(person.account) and holder.owner == person.owner


def _may_share(person: Person, holder: Person) -> bool:
    """Whether this one may be one more session of the other, whose nickname it wants."""
    same_name = fold(person.nickname) == fold(holder.nickname)
    return _same_account(person, holder) and same_name and len(holder.sessions) < SESSIONS


def _refuse(call: Call, wanted: str, holder: Person | None) -> NoReturn:
    """433; who holds the nickname has to show that it is alive."""
    if holder is None:
        raise accounts.not_yours(call, wanted)
    _probe(holder)
    raise Refused(protocol.ERR_NICKNAMEINUSE, wanted, "Nickname is already in use")


def _probe(person: Person) -> None:
    for session in person.sessions:
        if session.owner is not None:
            session.owner.probe(session)


def user(call: Call) -> None:
    """USER: the other half of the registration; the realname carries the name people see."""
    connection = call.connection
    if connection.registered:
        raise Refused(protocol.ERR_ALREADYREGISTERED, "You may not register again")
    if not call.params[0] or not call.params[3].strip():
        raise Refused(protocol.ERR_NEEDMOREPARAMS, "USER", "Not enough parameters")
    cleaned = "".join(
        character for character in call.params[0] if character.isascii() and (character.isalnum() or character in "-._")
    )
    connection.person.user = "~" + (cleaned[: protocol.USER_BYTES - 1] or "user")
    connection.person.realname = information.clean_text(call.params[3], information.REALNAME_BYTES)
    _try_to_register(call)


def _try_to_register(call: Call) -> None:
    """Complete the registration once nickname and user are known and CAP is closed."""
    connection = call.connection
    if connection.registered or connection.cap_open or not connection.nickname or not connection.person.user:
        return
    if call.context.config.server.password and not connection.admitted:
        _check_password(call)
    else:
        _register(call)


def _check_password(call: Call) -> None:
    """Go on with who knows the server's password; others are told and leave. It is hashed by a worker, if at all."""
    connection, expected = call.connection, call.context.config.server.password
    given, connection.password = connection.password, ""
    if not logins.may_try(call):
        given = ""

    def then(fits: bool) -> None:
        if not fits:
            call.reply(protocol.ERR_PASSWDMISMATCH, "Password incorrect")
            call.line("ERROR :Closing link: Password incorrect")
            connection.leaving = "Password incorrect"
            return
        with call.state.lock:
            logins.right_locked(call)
        connection.admitted = True
        _register(call)

    if given:
        call.defer(lambda: scram.secret_fits(expected, given), then, "hash", lambda _why: then(fits=False))
    else:
        then(fits=False)


def _register(call: Call) -> None:
    connection = call.connection
    if connection.sasl is not None and connection.sasl.mechanism:
        call.reply(protocol.ERR_SASLABORTED, "SASL authentication aborted")
    connection.sasl = None
    was = connection.person
    with call.state.lock:
        was.host = call.context.host_of(connection.address)
        call.state.identify_locked(was)
        banned = serverbans.refusal_locked(call.context, connection.person, connection.address)
    if banned:
        call.reply(protocol.ERR_YOUREBANNEDCREEP, banned)
        call.line(f"ERROR :Closing link: {banned}")
        connection.leaving = banned
        return
    with call.state.lock:
        shown = _enter_locked(call)
        connection.paced = pace.holds_for(call.context, connection.address)
        metadata.entered_locked(call, was)
    information.welcome(call)
    call.parts += shown
    with call.state.lock:
        owning.rise_locked(call.context, connection.person)
    lobby = call.context.config.lobby
    if connection.person is not was:
        if connection.away:
            call.reply(protocol.RPL_NOWAWAY, "You have been marked as being away")
    elif lobby.autojoin:
        channels.join_one(call, lobby.name)


def _enter_locked(call: Call) -> list[Event]:
    """Take the caller in, as a person or as one more session of one who is here. Refuses with 433.

    A session is shown the channels it finds itself in, a person what waited for it: these events are what it gets
    behind the welcome.
    """
    connection, state, context = call.connection, call.state, call.context
    person, wanted = connection.person, connection.nickname
    reserved = nicknames.refused_locked(context, person, wanted)
    holder = None if reserved or state.holds_locked(person) else state.claim_locked(connection, wanted)
    if holder is not None and nicknames.take_back_locked(context, person, wanted, holder):
        holder = state.claim_locked(connection, wanted)
    shared = holder is not None and _may_share(person, holder)
    if reserved or (holder is not None and not shared):
        state.unclaim_locked(person)
        person.nickname = ""  # the next NICK tries again
        _refuse(call, wanted, holder)
    if holder is not None and holder.present:
        _probe(holder)  # the one whose place this is may be dead
        said = person.away
        state.attach_locked(connection, holder)
        state.enter_locked(connection)
        presence.sessions_changed_locked(context, connection, said)
        shown = [channels.shown_locked(call, state.channels[key]) for key in holder.channels]
        for event in shown:
            context.log.append(event)
            if not connection.others:  # nobody else of it was here to see what was said meanwhile
                history.replay(call, state.channels[event.channel].name, event)
        return [*shown, *waiting.show_locked(call)]
    if holder is not None:  # another one of the same account that is on its way in: who is first is first
        state.unclaim_locked(holder)
        state.claim_locked(connection, wanted)
    person.host = context.host_of(connection.address)
    state.identify_locked(person)
    person.signon = int(context.now())
    person.active_at = context.monotonic()
    state.enter_locked(connection)
    person.stays = bool(person.account) and context.accounts.stays(person.owner)
    monitor.came_locked(context, person)
    nicknames.protect_locked(context, person)
    return waiting.show_locked(call)


def ping(call: Call) -> None:
    """PING: the answer proves that everything before it is through (docs/protocol.md, "Order")."""
    if not call.params[0]:
        raise Refused(protocol.ERR_NOORIGIN, "No origin specified")
    name = call.context.name
    line = f":{name} PONG {name} :{call.params[0]}"
    if len(line.encode()) > protocol.LINE_BYTES - 2:  # a token that is cut would match nothing
        raise Refused(protocol.ERR_INPUTTOOLONG, "Input line was too long")
    if call.connection.registered:
        # Behind this are also the events that others are told of on the caller's account (MONITOR, METADATA, CHGHOST).
        with call.state.lock:
            call.append_locked(Event(Audience.ORIGIN, "PING", "", call.connection, stored=False, own=Own.NEVER))
    call.line(line)


def pong(call: Call) -> None:
    """PONG: that something was heard at all is what counts, and the engine has noted it."""


def quit_(call: Call) -> None:
    """QUIT: the others read the reason; ERROR confirms it."""
    reason = information.clean_text(call.params[0], QUIT_BYTES) if call.params else ""
    call.line(f"ERROR :Closing link: {call.connection.target} (Quit)")
    call.connection.leaving = f"Quit: {reason}"  # without a reason too (Modern, "QUIT message")


def error(call: Call) -> None:
    """ERROR is for servers; from a client it is ignored (Modern, "ERROR message")."""


COMMANDS = {
    "CAP": Command(cap, 1, before_registration=True),
    "PASS": Command(password, 1, before_registration=True),
    "NICK": Command(nick, before_registration=True),
    "USER": Command(user, 4, before_registration=True),
    "PING": Command(ping, 1, before_registration=True),
    "PONG": Command(pong, before_registration=True),
    "QUIT": Command(quit_, before_registration=True),
    "ERROR": Command(error, before_registration=True),
}
