"""MARKREAD: up to where somebody has read, for all sessions of that person (IRCv3 draft/read-marker)."""

from __future__ import annotations

import re
from datetime import datetime

from chatd import capabilities
from chatd.channel import Channel
from chatd.commands.call import Call, Context, Failed
from chatd.commands.sending import peer_locked
from chatd.commands.table import Command
from chatd.connection import Connection
from chatd.events import Audience, Event, Outcome, Own
from chatd.log import SetMarker
from protocol import fold, valid_channel, valid_nickname

_TIMESTAMP = re.compile(r"timestamp=(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)")


def markread(call: Call) -> None:
    """MARKREAD: ask for the mark of a target, or raise it."""
    if not call.params or not call.params[0]:
        raise _failed("NEED_MORE_PARAMS", "Missing parameters")
    target = call.params[0]
    time = _time(call.params[1]) if len(call.params) > 1 else ""
    marks, person = call.context.marks, call.connection.person
    with call.state.lock:
        conversation = _conversation_locked(call, target)
        if conversation is None:
            if time or not (valid_channel(target) or valid_nickname(target)):
                raise _failed("INVALID_PARAMS", "No such target", target)
            call.line(f":{call.context.name} MARKREAD {target} *")
            return
        name, key = conversation
        before = marks.get(person, key)
        if not marks.rise(person, key, time):
            call.line(line_locked(call.context, call.connection, name, key))
            return
        event = _event_locked(call, name, key, time)
        call.append_locked(event)

    def kept() -> None:
        with call.state.lock:
            if event.outcome is Outcome.FAILED:
                marks.fall(person, key, time, before)
                raise _failed("INTERNAL_ERROR", "The read mark could not be kept", target)
            call.line(event.line)

    call.after_log(kept)


def _time(word: str) -> str:
    match = _TIMESTAMP.fullmatch(word)
    try:
        if match is None:
            raise ValueError
        datetime.fromisoformat(match[1])
    except ValueError:
        text = "A read mark is timestamp=YYYY-MM-DDThh:mm:ss.sssZ"
        raise _failed("INVALID_PARAMS", text, word) from None
    return match[1]


def _conversation_locked(call: Call, target: str) -> tuple[str, str] | None:
    """Name and key of a conversation of the caller; None of all others, of which nothing can be learnt."""
    if target[0] == "#":
        if fold(target) in call.connection.channels:
            return call.state.channels[fold(target)].name, fold(target)
    elif (peer := peer_locked(call.context, call.connection, target)) is not None:
        return peer.name, peer.key
    return None


def _event_locked(call: Call, name: str, key: str, time: str) -> Event:
    """Have the mark kept, and tell the person's other sessions of it."""
    connection = call.connection
    line = line_locked(call.context, connection, name, key)
    needs = capabilities.READ_MARKER
    event = Event(Audience.PERSON, "MARKREAD", line, connection, stored=False, needs=needs, own=Own.NEVER)
    person = connection.person
    if person.account:
        everywhere = call.state.sessions_locked(person.owner)
        event.recipients = tuple(session for session in everywhere if session is not connection)
        event.writes = (SetMarker(person.owner, key, time),)
    return event


def line_locked(context: Context, connection: Connection, name: str, key: str) -> str:
    """What the server says of the mark of a conversation."""
    time = context.marks.get(connection.person, key)
    return f":{context.name} MARKREAD {name} {'timestamp=' + time if time else '*'}"


def of_channel_locked(call: Call, channel: Channel) -> list[str]:
    """What stands between JOIN and the end of the names for those with the capability."""
    if not call.connection.caps & capabilities.READ_MARKER:
        return []
    return [line_locked(call.context, call.connection, channel.name, fold(channel.name))]


def _failed(code: str, text: str, *about: str) -> Failed:
    return Failed(code, text, *about, enabled_by=capabilities.READ_MARKER)


COMMANDS = {"MARKREAD": Command(markread, feature="read_marker")}
