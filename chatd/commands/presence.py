"""What people tell of themselves: AWAY, also before registration, SETNAME (IRCv3 away-notify, pre-away, setname)."""

from __future__ import annotations

import protocol
from chatd import capabilities
from chatd.commands import information, pace
from chatd.commands.call import Call, Context, Refused, answer_to, numeric
from chatd.commands.table import Command
from chatd.connection import Connection
from chatd.events import Audience, Event, Own
from chatd.person import Person

ABSENT = "*"
"""The away message of a program nobody sits at (IRCv3 pre-away)."""


def away(call: Call) -> None:
    """AWAY: with a text one is away, without one is back; those with away-notify see it."""
    connection, person = call.connection, call.connection.person
    knows = bool(connection.caps & capabilities.PRE_AWAY)
    if not connection.registered and not knows:
        raise Refused(protocol.ERR_NOTREGISTERED, "You have not registered")
    text = information.clean_text(call.params[0], information.AWAY_BYTES) if call.params else ""
    connection.absent = knows and text == ABSENT
    if not connection.registered:
        person.away = text
        call.reply(*_marked(text))
        return
    with call.state.lock:
        # Who is away in their own words stays so while one of their programs says that nobody sits at it.
        wanted = _of_absent(person, person.away) if connection.absent else text
        if wanted != person.away:
            if wanted:
                pace.check_locked(call, "AWAY")
            person.away = wanted
            call.append_locked(
                information.away_event(person, connection, recipients=_who_hears_locked(call.context, connection))
            )
            call.tell_others_locked(*_marked(wanted))
    call.reply(*_marked(text))


def _of_absent(person: Person, text: str) -> str:
    """The away message, as it follows from which sessions nobody sits at, unless it is the person's own words."""
    if text not in ("", ABSENT):
        return text
    return ABSENT if all(session.absent for session in person.sessions) else ""


def sessions_changed_locked(context: Context, connection: Connection, said: str = "") -> None:
    """A session of a person who is still here came or went: those that nobody sits at do not count.

    `said` is its AWAY from before its registration.
    """
    person = connection.person
    wanted = said if said not in ("", ABSENT) else _of_absent(person, person.away)
    if wanted == person.away:
        return
    person.away = wanted
    hears = context.state.monitors.extended(person.nickname, person.sessions)
    event = information.away_event(person, None, recipients=hears)
    event.said_by(person)
    context.log.append(event)
    for session in person.sessions:
        if session is not connection:
            context.log.append(answer_to(session, [numeric(context.name, session.target, *_marked(wanted))]))


def kept_locked(context: Context, person: Person) -> Event:
    """Have the log keep somebody who stays while nobody is connected, as it is now."""
    event = Event(Audience.ORIGIN, "", "", None, stored=False, own=Own.NEVER)
    event.writes = context.standing_of(person)
    return event


def _who_hears_locked(context: Context, connection: Connection) -> tuple[Connection, ...]:
    """Besides those who share a channel: the person's sessions, and who asked to hear of it (extended-monitor)."""
    return context.state.monitors.extended(connection.nickname, connection.others)


def _marked(text: str) -> tuple[str, str]:
    if text:
        return protocol.RPL_NOWAWAY, "You have been marked as being away"
    return protocol.RPL_UNAWAY, "You are no longer marked as being away"


def setname(call: Call) -> None:
    """SETNAME: change the realname (IRCv3 setname); those with the capability see it, oneself included."""
    connection = call.connection
    text = call.params[0]
    if not text.strip() or len(text.encode()) > information.REALNAME_BYTES:
        # By FAIL whatever was negotiated (setname, "Errors").
        call.line(f":{call.context.name} FAIL SETNAME INVALID_REALNAME :Realname is not valid")
        return
    with call.state.lock:
        connection.person.realname = text
        line = f":{connection.source} SETNAME :{text}"
        event = Event(Audience.PEERS, "SETNAME", line, connection, stored=False, needs=capabilities.SETNAME)
        event.channels = tuple(connection.channels)
        event.recipients = call.state.monitors.extended(connection.nickname, connection.others)
        call.append_locked(event)


COMMANDS = {
    "AWAY": Command(away, before_registration=True),
    "SETNAME": Command(setname, 1),
}
