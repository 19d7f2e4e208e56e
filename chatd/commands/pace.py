"""How often people may do what others are told of: NICK, JOIN, AWAY, INVITE, and how much who is new here may say to
whom (docs/protocol.md, "Pace").

This computer and operators of the server may as often as they like, and all where there is no flood protection. Imports
`call` and what is below; entered by every I/O thread.
"""

from __future__ import annotations

import protocol
from chatd.accounts import DAY_S
from chatd.channel import Channel
from chatd.commands.call import Call, Context, Refused
from chatd.connection import Connection
from chatd.rates import CROWD, source

PARTNERS = 1000
"""Private chats that somebody is remembered to have had."""
TOO_MANY_PEOPLE = "You have written to many new people; wait a minute and try again"
TOO_MUCH_FOR_ONE = "Many are writing to this person at once; wait a moment and try again"
TOO_MUCH_FOR_ALL = "Cannot send to channel: many are writing at once, wait a moment and try again"


def holds_for(context: Context, address: str) -> bool:
    """Whether who connects from this address has a pace to keep."""
    return context.config.limits.flood_protection and not source(address)[1]


def check_locked(call: Call, command: str, what: str = "") -> None:
    """Count what the caller is about to do. Refuses with 263 what is too often; `what` is counted by itself (the
    channel of a JOIN).
    """
    person, context = call.connection.person, call.context
    if not call.connection.paced or person.oper:
        return
    if not context.paces.take(command, person.id, context.monotonic(), what):
        raise Refused(protocol.RPL_TRYAGAIN, command, "Please wait a while and try again.")


def _new_locked(context: Context, connection: Connection) -> bool:
    """Whether this one is limited as who is new here is: a guest, or an account that is younger than a day."""
    person = connection.person
    if not connection.paced or person.oper:
        return False
    account = context.accounts.get(int(person.owner)) if person.account and person.owner.isdecimal() else None
    return account is None or context.now() - account.created < DAY_S


def room_locked(context: Context, connection: Connection, target: str, channel: Channel | None) -> int:
    """How many messages this one may send to a conversation (its key) now; -1 for as many as it likes. They are counted
    by `said_locked`.
    """
    if not connection.paced or not _new_locked(context, connection):
        return -1
    most = CROWD["person"] if channel is None else max(CROWD["channel"], len(channel.members))
    return max(0, context.paces.crowds.room(target, most, context.monotonic()))


def said_locked(context: Context, target: str, count: int) -> None:
    """So many messages have gone there, of somebody for whom `room_locked` gave a number."""
    context.paces.crowds.said(target, count)


def speak_locked(call: Call, channel: Channel, key: str) -> None:
    """Count a message to a channel. Refuses what is too much of those who are new here."""
    room = room_locked(call.context, call.connection, key, channel)
    if not room:
        raise Refused(protocol.ERR_CANNOTSENDTOCHAN, channel.name, TOO_MUCH_FOR_ALL)
    if room > 0:
        said_locked(call.context, key, 1)


def meet_locked(call: Call, name: str, key: str, recipient: str, sessions: tuple[Connection, ...]) -> None:
    """Count a private message in the chat of this key. Refuses with 531 what who is new here writes to too many people,
    or what too many of them write to one. Both ends know each other from then on: who was written to may answer.
    """
    context, connection = call.context, call.connection
    person = connection.person
    room = room_locked(context, connection, recipient, None)
    if not room:
        raise Refused(protocol.ERR_CANNOTSENDTOUSER, name, TOO_MUCH_FOR_ONE)
    if room > 0:
        if key not in person.partners and not context.paces.take("to new people", person.id, context.monotonic()):
            raise Refused(protocol.ERR_CANNOTSENDTOUSER, name, TOO_MANY_PEOPLE)
        said_locked(context, recipient, 1)
    for each in (connection, *sessions):
        partners = each.person.partners
        if key not in partners:
            partners[key] = None
            if len(partners) > PARTNERS:
                del partners[next(iter(partners))]
