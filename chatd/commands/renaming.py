"""RENAME: another name for a channel with all that belongs to it (IRCv3 draft/channel-rename).

History, read marks and metadata go with the channel. Who does not know the capability sees a PART and a JOIN. Who comes
to the old name is told of the new one (`channels.join_one`). Imports `call`, `rights`, `channels`; entered by every I/O
thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import protocol
from chatd import capabilities, registry
from chatd.channel import Channel
from chatd.commands import channels, information, pace
from chatd.commands.call import Call, Failed, answer_to
from chatd.commands.rights import check_locked, find_visible_locked
from chatd.commands.table import Command
from chatd.connection import Connection
from chatd.events import Audience, Effect, Event
from protocol import fold


def rename(call: Call) -> None:
    """RENAME: the channel, its new name, perhaps why."""
    old, new = call.params[:2]
    reason = call.params[2] if len(call.params) > 2 else ""
    with call.state.lock:
        channel = find_visible_locked(call, old)
        check_locked(call, "RENAME", channel)
        _check_name_locked(call, channel, new)
        if channel.name == new:
            return
        pace.check_locked(call, "RENAME")
        _rename_locked(call, channel, new, reason)


def _check_name_locked(call: Call, channel: Channel, new: str) -> None:
    if not protocol.valid_channel(new) or len(new.encode()) > call.context.config.limits.channel_length:
        raise _refused("CANNOT_RENAME", "This is not a name of a channel", channel, new)
    taken = call.state.channel_locked(new)
    if taken is not None and taken is not channel:
        raise _refused("CHANNEL_NAME_IN_USE", "The channel name is already taken", channel, new)
    if channel.permanent:
        raise _refused("CANNOT_RENAME", "The name of the lobby stands in the settings", channel, new)


def _refused(code: str, text: str, channel: Channel, new: str) -> Failed:
    return Failed(code, text, channel.name, new, enabled_by=capabilities.CHANNEL_RENAME)


def _rename_locked(call: Call, channel: Channel, new: str, reason: str) -> None:
    connection, state, before = call.connection, call.state, channel.name
    text = information.clean_text(reason, protocol.text_room(connection.source, "RENAME", f"{before} {new}"))
    state.rename_locked(channel, new, call.context.monotonic())
    line = f":{connection.source} RENAME {before} {new} :{text}"
    event = Event(
        Audience.CHANNEL, "RENAME", line, connection, fold(new), effect=Effect.RENAME, needs=capabilities.CHANNEL_RENAME
    )
    standing = [write for member in state.members_locked(channel) for write in call.context.standing_of(member)]
    event.writes = (*call.context.metadata.renamed(before, channel), *registry.renamed(before, channel), *standing)
    if fold(before) == fold(new):
        call.append_locked(event)  # others go on with the name as they know it: it is the same to them
        return
    event.moved_from = fold(before)
    call.context.undoable.renamed(fold(before), fold(new))
    call.context.marks.renamed(fold(before), fold(new), state.members_locked(channel))

    def burst(session: Connection) -> Iterator[str]:
        theirs = Call(call.context, session, call.message)
        source = session.source
        parted = information.clean_text(text, protocol.text_room(source, "PART", before))
        left = f":{source} PART {before}" + (f" :{parted}" if parted else "")
        joined = f":{source} JOIN {channel.name}"
        if session.caps & capabilities.EXTENDED_JOIN:
            joined += f" {session.person.account or '*'} :{session.person.realname}"
        return chain([left, joined], channels.join_burst(theirs, channel, channels.snapshot_locked(theirs, channel)))

    if not connection.caps & capabilities.CHANNEL_RENAME:
        event.answer = burst(connection)
    call.append_locked(event)
    for member in state.members_locked(channel):
        for session in member.sessions:
            if session is not connection and not session.caps & capabilities.CHANNEL_RENAME:
                call.context.log.append(answer_to(session, burst(session)))


COMMANDS = {"RENAME": Command(rename, 2, feature="channel_rename")}
