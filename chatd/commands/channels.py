"""Rooms: JOIN, PART, TOPIC, NAMES, MODE (Modern, "Channel Operations")."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import protocol
from chatd import capabilities
from chatd.channel import Channel
from chatd.commands import history, information, markers, metadata, pace, usermodes
from chatd.commands.call import Call, Failed, Refused, answer_to
from chatd.commands.modes import channel_mode
from chatd.commands.rights import check_join_locked, check_locked, find_visible_locked
from chatd.commands.table import Command
from chatd.events import Audience, Effect, Event
from chatd.person import Person
from chatd.roster import Roster, room
from chatd.sight import sees_in_lists
from protocol import fold

JOIN_TARGETS = 10
NAMES_TARGETS = 10
"""Most channels in one command (ISUPPORT TARGMAX)."""

IN_CLEAR = f"{protocol.VENDOR}/clear"
"""The tag of the JOIN of somebody who speaks without TLS to a server that has it, over the network."""
Snapshot = list[str]
"""The names of a channel at one moment, in pieces that fit the lines of who asked."""


def join(call: Call) -> None:
    """JOIN: a list of channels, and of the keys of the first of them; `0` leaves all."""
    if call.params[0] == "0":
        for key in list(call.connection.channels):
            _part_one(call, key, "Left all channels")
        return
    names = [name for name in call.params[0].split(",") if name] or [""]
    keys = call.params[1].split(",") if len(call.params) > 1 else []
    limits = call.context.config.limits
    for number, name in enumerate(names):
        if number >= JOIN_TARGETS:
            call.reply(protocol.ERR_TOOMANYTARGETS, name, f"Too many channels at once, the most is {JOIN_TARGETS}")
            return
        if not protocol.valid_channel(name) or len(name.encode()) > limits.channel_length:
            call.reply(protocol.ERR_NOSUCHCHANNEL, name, "No such channel")
        elif len(call.connection.channels) >= limits.channels_per_client:
            call.reply(protocol.ERR_TOOMANYCHANNELS, name, "You have joined too many channels")
        else:
            join_one(call, name, keys[number] if number < len(keys) else "")


def join_one(call: Call, name: str, key: str = "") -> None:
    """Put the caller into a channel, or say why not: bans, invitations, the key, and so on."""
    try:
        with call.state.lock:
            channel = call.state.channel_locked(name)
            if channel is None:
                name = _new_name_locked(call, name)
                channel = call.state.channel_locked(name)
            if channel is not None and call.connection.person.id not in channel.members:
                check_join_locked(call, channel, key)
            if fold(name) not in call.connection.channels:
                pace.check_locked(call, "JOIN", fold(name))
            join_locked(call, name)
    except Refused as refused:
        refused.answer(call)


def _new_name_locked(call: Call, name: str) -> str:
    """The name that the channel of this name has now (channel-rename, "Channel redirection"), else the name itself."""
    channel = call.state.renamed_locked(name, call.context.monotonic())
    if channel is None or not channel.visible_to(call.connection.person):
        return name
    text = "The channel has been renamed"
    if call.connection.caps & capabilities.CHANNEL_RENAME:
        raise Failed("CHANNEL_RENAMED", text, name, channel.name, enabled_by=capabilities.CHANNEL_RENAME)
    call.reply(protocol.ERR_LINKCHANNEL, name, channel.name, text)
    return channel.name


def join_locked(call: Call, name: str) -> None:
    """Put the caller into a channel and queue what the room sees; nothing if it is in it already."""
    context, connection = call.context, call.connection
    channel = call.state.join_locked(connection.person, name, context.now())
    if channel is None:
        return
    key = fold(name)
    event = Event(
        Audience.CHANNEL, "JOIN", f":{connection.source} JOIN {channel.name}", connection, key, effect=Effect.JOIN
    )
    event.extended_line = f"{event.line} {connection.person.account or '*'} :{connection.person.realname}"
    event.extra = json.dumps({"extended": event.extended_line}, ensure_ascii=False)
    # The state order is the log order, so what stands here now is what the room looks like at this event.
    event.answer = join_burst(call, channel, snapshot_locked(call, channel))
    event.recipients = connection.others
    event.writes = context.standing_of(connection.person)
    if context.has_tls and connection.person.in_clear:
        event.client_tags = IN_CLEAR
    call.append_locked(event)
    for session in event.recipients:
        theirs = Call(context, session, call.message)
        burst = join_burst(theirs, channel, snapshot_locked(theirs, channel))
        context.log.append(answer_to(session, burst))
    if connection.away:
        call.append_locked(information.away_event(connection.person, connection, key))
    metadata.joined_locked(context, connection.person, channel)
    history.replay(call, channel.name, event)


def shown_locked(call: Call, channel: Channel) -> Event:
    """What shows one more session of a person a channel that person is in already: only it sees this JOIN."""
    connection = call.connection
    line = f":{connection.source} JOIN {channel.name}"
    event = Event(Audience.ORIGIN, "", line, connection, fold(channel.name), stored=False, effect=Effect.JOIN)
    event.extended_line = f"{line} {connection.person.account or '*'} :{connection.person.realname}"
    event.answer = join_burst(call, channel, snapshot_locked(call, channel))
    return event


def join_burst(call: Call, channel: Channel, members: Snapshot) -> Iterator[str]:
    """Topic and names, as they were when the JOIN took its place."""
    topic = _topic_lines(call, channel) if channel.topic else []
    mark = markers.of_channel_locked(call, channel)
    implicit = not call.connection.caps & capabilities.NO_IMPLICIT_NAMES
    names = _names_lines(call, channel, members) if implicit else iter(())
    about = metadata.of_channel_locked(call, channel)
    return (line for lines in (topic, mark, names, about) for line in lines)


def snapshot_locked(call: Call, channel: Channel) -> Snapshot:
    """The members that the caller may see, as its capabilities want them."""
    me, caps = call.connection.person, call.connection.caps
    every, whole = bool(caps & capabilities.MULTI_PREFIX), bool(caps & capabilities.USERHOST_IN_NAMES)
    space = room(protocol.LINE_BYTES - 2 - len(_names_head(call, channel).encode()))
    if me.id not in channel.members:
        roster = Roster(space)
        seen: Iterable[Person] = [each for each in call.state.members_locked(channel) if sees_in_lists(me, each)]
    else:  # members see each other all
        roster = channel.rosters.setdefault((every, whole, space), Roster(space))
        seen = call.state.newest_locked(channel, len(channel.members) - roster.size)
    for member in seen:
        roster.add(channel.prefixes(member.id, every) + (member.source if whole else member.nickname))
    return roster.pieces()


def _names_head(call: Call, channel: Channel) -> str:
    symbol = "@" if channel.secret else "="
    return f":{call.context.name} {protocol.RPL_NAMREPLY} {call.connection.target} {symbol} {channel.name} :"


def _names_lines(call: Call, channel: Channel, members: Snapshot) -> Iterator[str]:
    """353 as often as needed, then 366."""
    head, end = _names_head(call, channel), call.numeric(protocol.RPL_ENDOFNAMES, channel.name, "End of /NAMES list")
    return (line for lines in ((head + piece for piece in members), (end,)) for line in lines)


def part(call: Call) -> None:
    """PART: a list of channels and a reason."""
    reason = call.params[1] if len(call.params) > 1 else ""
    for name in [name for name in call.params[0].split(",") if name] or [""]:
        _part_one(call, fold(name), reason, name)


def _part_one(call: Call, key: str, reason: str, shown: str = "") -> None:
    connection = call.connection
    with call.state.lock:
        channel = call.state.channels.get(key)
        if channel is not None and key in connection.channels:
            call.state.part_locked(connection.person, key)
            shown_reason = information.clean_text(reason, _room(call, "PART", channel))
            line = f":{connection.source} PART {channel.name}" + (f" :{shown_reason}" if shown_reason else "")
            event = Event(Audience.CHANNEL, "PART", line, connection, key, effect=Effect.LEAVE)
            event.recipients = connection.others
            event.writes = call.context.standing_of(connection.person)
            call.append_locked(event)
            return
        hidden = channel is None or not channel.visible_to(connection.person)
    if channel is None or hidden:
        call.reply(protocol.ERR_NOSUCHCHANNEL, shown, "No such channel")
    else:
        call.reply(protocol.ERR_NOTONCHANNEL, channel.name, "You're not on that channel")


def topic(call: Call) -> None:
    """TOPIC: read it, set it, or take it away with an empty one."""
    connection = call.connection
    with call.state.lock:
        channel = find_visible_locked(call, call.params[0])
        if len(call.params) == 1:
            if channel.topic:
                call.lines(_topic_lines(call, channel))
            else:
                call.reply(protocol.RPL_NOTOPIC, channel.name, "No topic is set")
            return
        check_locked(call, "TOPIC +t" if "t" in channel.modes else "TOPIC -t", channel)
        text = information.clean_text(call.params[1], _room(call, "TOPIC", channel))
        if text == channel.topic:
            return  # nothing is new, so nobody is told, and who set it stays (Modern, "TOPIC message")
        channel.set_topic(text, connection.source, int(call.context.now()))
        line = f":{connection.source} TOPIC {channel.name} :{text}"
        event = Event(Audience.CHANNEL, "TOPIC", line, connection, fold(channel.name))
        event.writes = call.context.kept_of(channel, was_lasting=channel.lasting)
        call.append_locked(event)


def _room(call: Call, verb: str, channel: Channel) -> int:
    """Bytes of a topic or a reason: the usual limit, or less where a long source leaves less."""
    return min(call.context.config.limits.topic_length, protocol.text_room(call.connection.source, verb, channel.name))


def _topic_lines(call: Call, channel: Channel) -> list[str]:
    who = f"{call.connection.target} {channel.name} {channel.topic_by} {channel.topic_at}"
    return [
        call.numeric(protocol.RPL_TOPIC, channel.name, channel.topic),
        f":{call.context.name} {protocol.RPL_TOPICWHOTIME} {who}",
    ]


def names(call: Call) -> None:
    """NAMES: who is in a channel, exactly at this point among the JOIN and PART lines one sees."""
    if not call.params:
        call.reply(protocol.RPL_ENDOFNAMES, "*", "End of /NAMES list")
        return
    for number, name in enumerate([name for name in call.params[0].split(",") if name] or [""]):
        if number >= NAMES_TARGETS:
            call.reply(protocol.ERR_TOOMANYTARGETS, name, f"Too many channels at once, the most is {NAMES_TARGETS}")
            return
        _names_one(call, name)


def _names_one(call: Call, name: str) -> None:
    with call.state.lock:
        channel = call.state.channel_locked(name)
        if channel is None or not channel.visible_to(call.connection.person):
            call.reply(protocol.RPL_ENDOFNAMES, name, "End of /NAMES list")
            return
        event = Event(Audience.ORIGIN, "NAMES", "", call.connection, stored=False)
        event.answer = _names_lines(call, channel, snapshot_locked(call, channel))
        call.append_locked(event)


def mode(call: Call) -> None:
    """MODE: read and change the modes of a channel or of oneself."""
    target = call.params[0]
    if target.startswith("#"):
        channel_mode(call, target)
        return
    usermodes.mode(call)


COMMANDS = {
    "JOIN": Command(join, 1),
    "PART": Command(part, 1),
    "TOPIC": Command(topic, 1),
    "NAMES": Command(names),
    "MODE": Command(mode, 1),
}
