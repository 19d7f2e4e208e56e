"""Owners of the server: `OPER owner CODE` claims it once, and whoever has is its operator whenever logged in.

What claims it is in `chatd/owners.py`. Imports `audit`, `usermodes` and what is below; entered by every I/O thread,
`rise_locked` also by the control thread, `promote_locked` by the server's console.
"""

from __future__ import annotations

import protocol
from chatd.commands import audit, usermodes
from chatd.commands.call import Call, Context, Refused, answer_to, numeric
from chatd.connection import Connection
from chatd.events import Audience, Event, Outcome, Own
from chatd.owners import NAME
from chatd.person import Person
from chatd.rates import source

WELCOME = (protocol.RPL_YOUREOPER, "You are now an IRC operator")


def secure_enough(context: Context, connection: Connection) -> bool:
    """Whether an operator may log in over this connection: by TLS where there is TLS, unless from this computer."""
    if not context.config.server.operators_need_tls or not context.has_tls or connection.transport.secure:
        return True
    return source(connection.address)[1]


def claim(call: Call, code: str) -> bool:
    """Make the caller's account the owner, if that is the code; False for a wrong one. Refuses who has no account."""
    context, person = call.context, call.connection.person
    with call.state.lock:
        if not context.owners.fits(code):
            return False
        if not person.account:
            text = "Log in to an account first; the server becomes that account's"
            raise Refused(protocol.ERR_NOOPERHOST, text)
        unused = context.owners.code
        event = Event(Audience.ORIGIN, "OPER", "", call.connection, stored=False, own=Own.NEVER)
        event.writes = (context.owners.claim(person.owner, context.now()),)
        call.append_locked(event)

    def then() -> None:
        with call.state.lock:
            if event.outcome is Outcome.FAILED:
                context.owners.forget(person.owner)
                context.owners.code = unused
                raise Refused(protocol.ERR_UNKNOWNERROR, "OPER", "The server cannot keep this at the moment; try again")
            audit.note_locked(context, call.called, "claimed the server with the owner code")
            rise_locked(context, person)

    call.after_log(then)
    return True


def promote_locked(context: Context, person: Person, name: str) -> None:
    """Make somebody who is here the operator of this name, and tell so."""
    for session in person.sessions:
        context.log.append(answer_to(session, [numeric(context.name, session.target, *WELCOME)]))
    usermodes.give_locked(context, person, usermodes.letters(person) | {"o"}, name)


def rise_locked(context: Context, person: Person) -> None:
    """Make who is logged in to an owner's account an operator, and who is not any more none."""
    if person.owner in context.owners:
        if person.oper or not person.sessions or not all(secure_enough(context, each) for each in person.sessions):
            return
        promote_locked(context, person, NAME)
    elif person.oper == NAME:
        usermodes.give_locked(context, person, usermodes.letters(person) - {"o"}, "")
