"""Running the server from within: OPER, KILL, WALLOPS, REHASH, RESTART, CONNECT, SQUIT (Modern, "Operator Messages").

Who may is in `permissions.toml`; who becomes an operator, in the settings (`[operators.NAME]`). Passwords are looked at
by workers only. Entered by every I/O thread, `kill_locked` by the server's console too.
"""

from __future__ import annotations

from typing import NoReturn

import protocol
from chatd import owners, scram
from chatd.commands import audit, leaving, logins, owning, usermodes
from chatd.commands.call import Call, Doer, Refused
from chatd.commands.information import clean_text
from chatd.commands.rights import check_locked
from chatd.commands.table import Command
from chatd.config import ConfigError
from chatd.connection import Connection
from chatd.events import Audience, Event
from chatd.person import Person

REASON_BYTES = 200
PAUSE_S = 10.0
"""Between two wrong tries of a connection to become an operator."""


def oper(call: Call) -> None:
    """OPER: become an operator of the server; the name and its password stand in the settings."""
    connection, context = call.connection, call.context
    name, password = call.params[0], call.params[1]
    config = context.config
    if not config.operators and not (name == owners.NAME and context.owners.code):
        raise Refused(protocol.ERR_NOOPERHOST, "No O-lines for your host: the settings name no operators")
    if not owning.secure_enough(context, connection):
        raise Refused(protocol.ERR_NOOPERHOST, "No O-lines for your host: operators log in over TLS")
    if context.monotonic() < connection.oper_after or not logins.may_try(call):
        raise Refused(protocol.RPL_TRYAGAIN, "OPER", "Please wait a while and try again")
    if name == owners.NAME and context.owners.code and owning.claim(call, password):
        with call.state.lock:
            logins.right_locked(call)
        return
    if not config.operators:
        _wrong(call, name)
    known = config.operators.get(name)
    # An unknown name costs what a wrong password does.
    expected = known.password if known is not None else next(iter(config.operators.values())).password

    def then(fits: bool) -> None:
        if not fits or known is None:
            _wrong(call, name)
        with call.state.lock:
            logins.right_locked(call)
            _become_locked(call, name)

    given = protocol.cut_bytes(password, scram.PASSWORD_BYTES)
    busy = (protocol.RPL_TRYAGAIN, "OPER", "Please wait a while and try again")
    call.defer(lambda: scram.secret_fits(expected, given), then, "hash", lambda _why: call.reply(*busy))


def _wrong(call: Call, name: str) -> NoReturn:
    call.connection.oper_after = call.context.monotonic() + PAUSE_S
    with call.state.lock:
        audit.note_locked(call.context, call.called, f"could not become the operator {name[:60]}")
    raise Refused(protocol.ERR_PASSWDMISMATCH, "Password incorrect")


def _become_locked(call: Call, name: str) -> None:
    call.reply(*owning.WELCOME)
    call.tell_others_locked(*owning.WELCOME)
    modes = usermodes.letters(call.connection.person)
    usermodes.set_locked(call, modes | {"o"}, name)
    audit.note_locked(call.context, call.called, f"became the operator {name}")


def kill(call: Call) -> None:
    """KILL: cut every connection of somebody, who is told by whom and why."""
    wanted = call.params[0]
    with call.state.lock:
        check_locked(call, "KILL")
        if protocol.mask_matches(wanted, call.context.name):
            raise Refused(protocol.ERR_CANTKILLSERVER, "You cant kill a server!")
        person = call.state.find_locked(wanted)
        if person is None:
            raise Refused(protocol.ERR_NOSUCHNICK, wanted, "No such nick/channel")
        kill_locked(call, person, call.params[1] if len(call.params) > 1 else "")


def kill_locked(doer: Doer, person: Person, reason: str) -> None:
    """Cut every connection of somebody."""
    context, reason = doer.context, clean_text(reason, REASON_BYTES)
    why = f"Killed ({doer.nickname} ({reason or 'no reason'}))"
    last = [
        f":{doer.source} KILL {person.nickname} :{reason}",
        f":{person.source} QUIT :{why}",
        f"ERROR :Closing Link: {context.name} ({why})",
    ]
    farewell = "".join(f"{protocol.cut_bytes(line, protocol.LINE_BYTES - 2)}\r\n" for line in last).encode()
    sessions = list(person.sessions)
    leaving.end_standing_locked(context, person, why)
    audit.note_locked(context, doer.called, f"KILL {person.nickname}: {reason or 'no reason'}")
    for session in sessions:
        _cut(session, why, farewell)


def _cut(session: Connection, why: str, farewell: bytes) -> None:
    owner = session.owner
    if owner is not None:
        owner.post(lambda: owner.part_with(session, why, farewell))


def wallops(call: Call) -> None:
    """WALLOPS: say something to all who have user mode `w`."""
    connection, text = call.connection, call.params[0]
    if not text.strip():
        raise Refused(protocol.ERR_NEEDMOREPARAMS, "WALLOPS", "Not enough parameters")
    with call.state.lock:
        check_locked(call, "WALLOPS")
        line = f":{connection.source} WALLOPS :{text}"
        if len(line.encode()) > protocol.LINE_BYTES - 2:
            raise Refused(protocol.ERR_INPUTTOOLONG, "Input line was too long")
        event = Event(Audience.PERSON, "WALLOPS", line, connection, stored=False)
        event.recipients = tuple(
            client for client in call.state.clients if "w" in client.person.modes and client is not connection
        )
        call.append_locked(event)


def rehash(call: Call) -> None:
    """REHASH: read the settings anew; what changed, and what cannot until the next start, comes as notices."""
    with call.state.lock:
        check_locked(call, "REHASH")
        audit.note_locked(call.context, call.called, "REHASH")

    def work() -> list[str]:
        try:
            return call.context.reload()
        except ConfigError as error:
            return [f"the settings stay as they are: {error}"]

    def then(sentences: list[str]) -> None:
        call.reply(protocol.RPL_REHASHING, "server.toml", "Rehashing")
        for sentence in sentences:
            text = " ".join(sentence.split())
            call.line(protocol.cut_bytes(f":{call.context.name} NOTICE {call.connection.target} :{text}", 510))

    call.defer(work, then)


def restart(call: Call) -> None:
    """RESTART: the process starts itself anew; everybody is told and comes back."""
    with call.state.lock:
        check_locked(call, "RESTART")
        audit.note_locked(call.context, call.called, "RESTART")
    call.context.restart()


def unlinked(call: Call) -> None:
    """CONNECT and SQUIT: this server stands alone."""
    with call.state.lock:
        check_locked(call, call.message.command.upper())
    raise Refused(protocol.ERR_NOSUCHSERVER, call.params[0], "No such server")


COMMANDS = {
    "OPER": Command(oper, 2),
    "KILL": Command(kill, 1),
    "WALLOPS": Command(wallops, 1),
    "REHASH": Command(rehash),
    "RESTART": Command(restart),
    "CONNECT": Command(unlinked, 1),
    "SQUIT": Command(unlinked, 1),
}
