"""How somebody goes: with the last connection, or, who stays while nobody is connected, later.

Imports `monitor`, `presence`, `waiting` and what is below; entered by every I/O thread and the control thread, under
the state lock.
"""

from __future__ import annotations

import protocol
from chatd import standing
from chatd.commands import monitor, presence, waiting
from chatd.commands.call import Context
from chatd.connection import Connection
from chatd.events import Audience, Event, Own
from chatd.person import Person


def gone_locked(context: Context, connection: Connection, reason: str) -> tuple[str, ...]:
    """Forget a connection that has ended, and tell its peers; the folded names of the channels it was in."""
    person = connection.person
    monitor.forget_locked(context, connection)
    left = context.state.leave_locked(connection)
    if person.present:
        presence.sessions_changed_locked(context, connection)
        if not person.sessions:
            context.state.set_modes_locked(person, person.modes, "")  # nobody is there to be an operator
            context.log.append(presence.kept_locked(context, person))
            waiting.left_locked(context, connection)
        return left
    context.metadata.gone(person)
    if connection.registered:
        monitor.left_locked(context, person, connection.nickname, connection.address)
        context.log.append(_quit(person, reason, left, connection))
        waiting.left_locked(context, connection)
    return left


def end_standing_locked(context: Context, person: Person, reason: str) -> None:
    """A person does not stay any more: it goes with its last connection, at once if there is none. The account may
    stay again when it comes the next time, and does where it is here under another nickname.
    """
    if not person.stays:
        return
    event = Event(Audience.ORIGIN, "", "", None, stored=False, own=Own.NEVER)
    others = [each for each in context.state.owned_locked(person.owner) if each is not person and each.stays]
    event.writes = context.standing_of(others[-1]) if others else (standing.wanted(person.owner),)
    context.log.append(event)
    if person.sessions:
        person.stays = False
    else:
        dismiss_locked(context, person, reason)


def dismiss_locked(context: Context, person: Person, reason: str) -> None:
    """Somebody who stayed though nobody was connected does not any more."""
    left = context.state.dismiss_locked(person)
    monitor.left_locked(context, person, person.nickname, "")
    context.log.append(_quit(person, reason, left, None))


def _quit(person: Person, reason: str, channels: tuple[str, ...], origin: Connection | None) -> Event:
    line = f":{person.source} QUIT {protocol.trailing(reason)}"
    event = Event(Audience.PEERS, "QUIT", line, origin, own=Own.NEVER)
    event.channels = channels
    event.said_by(person)
    return event
