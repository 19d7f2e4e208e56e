"""INVITE and KNOCK: coming into a channel that is not open (Modern, "INVITE message"; IRCv3 invite-notify).

An invitation opens a channel once, if it is given by who may open it (a halfop and up); others only tell of a channel.
It is gone with the channel and with who was invited. Imports `call` and `rights`; entered by every I/O thread.
"""

from __future__ import annotations

import protocol
from chatd import capabilities, permissions
from chatd.channel import Channel
from chatd.commands import information, pace
from chatd.commands.call import Call, Refused
from chatd.commands.rights import check_locked, find_visible_locked, may_locked
from chatd.commands.table import Command
from chatd.events import Audience, Event, Own
from chatd.person import Person
from protocol import fold

INVITATIONS = 100
"""From so many open invitations on, those of people who are gone are forgotten."""
KNOCK_S = 60.0
"""A channel's operators hear a knock once in this many seconds."""


def invite(call: Call) -> None:
    """INVITE: somebody into a channel; without parameters, where one is invited."""
    if not call.params:
        _list_invitations(call)
        return
    if len(call.params) < 2:
        raise Refused(protocol.ERR_NEEDMOREPARAMS, "INVITE", "Not enough parameters")
    nickname, name = call.params[:2]
    with call.state.lock:
        channel = find_visible_locked(call, name)
        check_locked(call, "INVITE +i" if "i" in channel.modes else "INVITE", channel)
        person = call.state.find_locked(nickname)
        if person is None:
            raise Refused(protocol.ERR_NOSUCHNICK, nickname, "No such nick/channel")
        if person.id in channel.members:
            raise Refused(protocol.ERR_USERONCHANNEL, person.nickname, channel.name, "is already on channel")
        pace.check_locked(call, "INVITE")
        if may_locked(call, "INVITE +i", channel):
            let_in_locked(call, channel, person)
        _tell_locked(call, channel, person)
    call.line(f":{call.context.name} {protocol.RPL_INVITING} {call.connection.target} {person.nickname} {channel.name}")
    if person.away:
        call.reply(protocol.RPL_AWAY, person.nickname, person.away)


def let_in_locked(call: Call, channel: Channel, person: Person) -> None:
    """Open the channel to this person, once."""
    if len(channel.invited) >= INVITATIONS:
        channel.invited &= {each.id for each in call.state.people_locked()}
    channel.invited.add(person.id)


def _tell_locked(call: Call, channel: Channel, person: Person) -> None:
    connection = call.connection
    line = f":{connection.source} INVITE {person.nickname} {channel.name}"
    told = Event(Audience.PERSON, "INVITE", line, connection, stored=False, own=Own.NEVER)
    told.recipients = tuple(person.sessions)
    call.append_locked(told)
    seen = Event(
        Audience.CHANNEL,
        "INVITE",
        line,
        connection,
        fold(channel.name),
        stored=False,
        needs=capabilities.INVITE_NOTIFY,
        own=Own.NEVER,
    )
    call.append_locked(seen)


def _list_invitations(call: Call) -> None:
    me = call.connection.person.id
    with call.state.lock:
        names = [channel.name for channel in call.state.channels.values() if me in channel.invited]
    for name in names:
        call.line(f":{call.context.name} {protocol.RPL_INVITELIST} {call.connection.target} {name}")
    call.reply(protocol.RPL_ENDOFINVITELIST, "End of /INVITE list")


def knock(call: Call) -> None:
    """KNOCK: ask those who may to be let into a channel for invited people, or one with a key."""
    connection, server = call.connection, call.context.name
    with call.state.lock:
        channel = find_visible_locked(call, call.params[0])
        check_locked(call, "KNOCK", channel, actor=permissions.knocking(connection.person, channel))
        if "i" not in channel.modes and not channel.key:
            raise Refused(protocol.ERR_CHANOPEN, channel.name, "Channel is open.")
        now = call.context.monotonic()
        if now - channel.knocked_at < KNOCK_S:
            raise Refused(protocol.ERR_TOOMANYKNOCK, channel.name, "Too many KNOCKs (channel).")
        pace.check_locked(call, "KNOCK")
        channel.knocked_at = now
        head = f":{server} {protocol.RPL_KNOCK} {channel.name} {channel.name} {connection.source} :"
        text = "has asked for an invite."
        if len(call.params) > 1:
            text = f"has asked for an invite ({call.params[1]})"
        line = head + information.clean_text(text, protocol.LINE_BYTES - 2 - len(head.encode()))
        event = Event(Audience.PERSON, "KNOCK", line, connection, stored=False, own=Own.NEVER)
        event.recipients = tuple(
            session
            for member in call.state.members_locked(channel)
            if permissions.allows("INVITE +i", permissions.actor_of(member, channel))
            for session in member.sessions
        )
        call.append_locked(event)
    call.reply(protocol.RPL_KNOCKDLVR, channel.name, "Your KNOCK has been delivered.")


COMMANDS = {"INVITE": Command(invite), "KNOCK": Command(knock, 1)}
