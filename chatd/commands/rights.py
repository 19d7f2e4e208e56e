"""Checking a command by the permission table; used by every family that has something to refuse.

Imports `call` and `permissions`; entered by every I/O thread, under the state lock.
"""

from __future__ import annotations

import protocol
from chatd import bans, permissions, spans
from chatd.channel import RANKS, Channel
from chatd.commands.call import Call, Refused
from chatd.permissions import Actor

_TEXTS = {
    protocol.ERR_CANNOTSENDTOCHAN: "Cannot send to channel",
    protocol.ERR_NOTONCHANNEL: "You're not on that channel",
    protocol.ERR_CHANNELISFULL: "Cannot join channel (+l): it is full",
    protocol.ERR_INVITEONLYCHAN: "Cannot join channel (+i): you must be invited",
    protocol.ERR_BANNEDFROMCHAN: "Cannot join channel (+b): you are banned",
    protocol.ERR_BADCHANNELKEY: "Cannot join channel (+k): wrong key",
    protocol.ERR_NEEDREGGEDNICK: "Cannot join channel (+R): you need to be logged in to an account",
    protocol.ERR_CHANOPRIVSNEEDED: "You're not channel operator",
    protocol.ERR_NOPRIVILEGES: "Permission Denied- You're not an IRC operator",
    protocol.ERR_KNOCKONCHAN: "You're already on that channel",
}


def find_visible_locked(call: Call, name: str) -> Channel:
    """The channel of that name; refuses with 403, also where the caller may not know that it exists."""
    channel = call.state.channel_locked(name)
    if channel is None or not channel.visible_to(call.connection.person):
        raise Refused(protocol.ERR_NOSUCHCHANNEL, name, "No such channel")
    return channel


def check_locked(call: Call, action: str, channel: Channel | None = None, *, actor: Actor | None = None) -> None:
    """Refuse with the numeric of the table what the caller may not do (in this channel)."""
    refuse(action, channel, actor or permissions.actor_of(call.connection.person, channel))


def refuse(action: str, channel: Channel | None, actor: Actor) -> None:
    """Raise `Refused` if one in this state may not do this."""
    numeric = permissions.refusal(action, actor)
    if numeric:
        about = [] if channel is None or numeric == protocol.ERR_NOPRIVILEGES else [channel.name]
        raise Refused(numeric, *about, _TEXTS[numeric])


def why_banned(call: Call, channel: Channel, *, mutes: bool) -> str:
    """` for 9m30s: spam`: how long a ban of the caller still holds and why, as far as that is known."""
    entry = bans.entry_of(channel, call.connection.person, mutes=mutes)
    if entry is None:
        return ""
    lasts = f" for {spans.written(entry.until - call.context.now())}" if entry.until else ""
    return lasts + (f": {entry.reason}" if entry.reason else "")


def may_locked(call: Call, action: str, channel: Channel | None = None) -> bool:
    """Whether the caller may do this, for what has an answer of its own."""
    return permissions.allows(action, permissions.actor_of(call.connection.person, channel))


def check_join_locked(call: Call, channel: Channel, key: str = "") -> None:
    """Refuse who may not come into this channel: bans, invitation, key, limit, accounts; an invitation opens all
    but a ban (Modern, "Invite-Only Channel Mode"), and nothing keeps out whose account helps to run it.
    """
    person = call.connection.person
    if person.account and RANKS.get(channel.rank_of_owner(person.owner), 0) >= RANKS["h"]:
        return
    actor = permissions.joining(person, channel)
    if actor is Actor.BANNED:
        numeric = permissions.refusal("JOIN", actor)
        raise Refused(numeric, channel.name, _TEXTS[numeric] + why_banned(call, channel, mutes=False))
    refuse("JOIN", channel, actor)
    if bans.invited(channel, person):
        return
    if "i" in channel.modes:
        refuse("JOIN +i", channel, actor)
    if channel.key and key != channel.key:
        refuse("JOIN +k", channel, actor)
    if channel.full:
        refuse("JOIN +l", channel, actor)
    if "R" in channel.modes:
        refuse("JOIN +R", channel, actor)
