"""KICK: putting somebody out of a channel (Modern, "KICK message").

Imports `call` and `rights`; entered by every I/O thread, `kick_locked` by the server's console too.
"""

from __future__ import annotations

import protocol
from chatd import permissions
from chatd.channel import Channel
from chatd.commands import audit, information
from chatd.commands.call import Call, Doer, Refused
from chatd.commands.rights import check_locked, find_visible_locked
from chatd.commands.table import Command
from chatd.events import Audience, Effect, Event
from chatd.person import Person
from protocol import fold

KICK_TARGETS = 10
"""Most people in one command (ISUPPORT TARGMAX)."""


def kick(call: Call) -> None:
    """KICK: one channel and people, or as many channels as people."""
    rooms = [name for name in call.params[0].split(",") if name] or [""]
    people = [name for name in call.params[1].split(",") if name] or [""]
    if len(rooms) == 1:
        rooms *= len(people)
    if len(rooms) != len(people):
        raise Refused(protocol.ERR_NEEDMOREPARAMS, "KICK", "One channel, or as many channels as people")
    reason = call.params[2] if len(call.params) > 2 else ""
    for number, (room, nickname) in enumerate(zip(rooms, people, strict=True)):
        if number >= KICK_TARGETS:
            call.reply(protocol.ERR_TOOMANYTARGETS, nickname, f"Too many people, the most is {KICK_TARGETS}")
            return
        try:
            _kick_one(call, room, nickname, reason)
        except Refused as refused:
            refused.answer(call)


def _kick_one(call: Call, room: str, nickname: str, reason: str) -> None:
    with call.state.lock:
        channel = find_visible_locked(call, room)
        check_locked(call, "KICK", channel)
        person = call.state.find_locked(nickname)
        if person is None:
            raise Refused(protocol.ERR_NOSUCHNICK, nickname, "No such nick/channel")
        if person.id not in channel.members:
            raise Refused(protocol.ERR_USERNOTINCHANNEL, person.nickname, channel.name, "They aren't on that channel")
        me = call.connection.person
        if person is not me and not permissions.has_power_over(
            permissions.rank_of(me, channel), permissions.rank_of(person, channel)
        ):
            raise Refused(protocol.ERR_CHANOPRIVSNEEDED, channel.name, "They stand higher than you on that channel")
        kick_locked(call, channel, person, reason)


def kick_locked(doer: Doer, channel: Channel, person: Person, reason: str) -> None:
    """Put a member out, all its sessions; without a reason the nickname of who does it stands there."""
    context = doer.context
    room = protocol.text_room(doer.source, "KICK", f"{channel.name} {person.nickname}")
    text = information.clean_text(reason, min(context.config.limits.topic_length, room)) or doer.nickname
    line = f":{doer.source} KICK {channel.name} {person.nickname} :{text}"
    event = Event(Audience.CHANNEL, "KICK", line, doer.origin, fold(channel.name), effect=Effect.EXPEL)
    event.recipients = tuple(person.sessions)
    context.state.part_locked(person, fold(channel.name))
    event.writes = context.standing_of(person)
    doer.append_locked(event)
    audit.done_locked(doer, channel, f"KICK {person.nickname}: {text}")


COMMANDS = {"KICK": Command(kick, 2)}
