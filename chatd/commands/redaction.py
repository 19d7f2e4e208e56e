"""REDACT: take back what was said (IRCv3 draft/message-redaction).

One's own messages; in a channel its operators may remove any that was said since it was opened. The text goes for good:
from the log, from its edits, and from what history and search give. What an operator took back of others the server
still knows for some minutes, in memory only, so that UNREDACT can undo it. Of a channel that one is not in, and of
others' private chats, nothing can be learnt.
"""

from __future__ import annotations

import protocol
from chatd import capabilities, permissions
from chatd.channel import Channel
from chatd.commands import audit, information, originals, pins
from chatd.commands.call import Call, Failed, Refused
from chatd.commands.rights import check_locked, find_visible_locked
from chatd.commands.sending import peer_locked
from chatd.commands.table import Command
from chatd.events import Audience, Event
from chatd.log import Record
from chatd.log.times import timestamp
from chatd.person import Person
from chatd.undoable import UNDO_S
from protocol import fold

REASON_BYTES = 300
REMOVABLE = ("PRIVMSG", "NOTICE", "TAGMSG")


def redact(call: Call) -> None:
    """REDACT: a target, the id of a message there, and perhaps a reason."""
    if not call.connection.caps & capabilities.MESSAGE_REDACTION:
        raise Refused(protocol.ERR_UNKNOWNCOMMAND, "REDACT", "Unknown command")

    def then(found: Record | None) -> None:
        with call.state.lock:
            _redact_locked(call, found)

    call.defer(lambda: originals.find(call.context.log, call.params[1]), then)


def _redact_locked(call: Call, found: Record | None) -> None:
    target, msgid = call.params[:2]
    person = call.connection.person
    event = _to_channel_locked(call, target) if target[0] == "#" else _to_person_locked(call, target)
    if event is None:
        raise _failed("INVALID_TARGET", "You cannot delete messages from there", target)
    record = originals.here_locked(call.context, found, event.channel)
    if record is None or record.verb not in REMOVABLE:
        raise _failed("UNKNOWN_MSGID", "This message does not exist or is too old", target, msgid)
    channel = call.state.channels.get(event.channel)
    if record.sender != person.owned_by() and (channel is None or not _moderates(person, channel, record)):
        raise _failed("REDACT_FORBIDDEN", "You are not authorised to delete this message", target, msgid)
    event.line = _with_reason(f"{event.line} {record.id}", call.params[2] if len(call.params) > 2 else "")
    event.about, event.removes = record.seq, True
    event.needs = capabilities.MESSAGE_REDACTION
    originals.remove_locked(call.context, record, event)
    call.append_locked(event)
    if channel is not None:
        pins.removed_locked(call, channel, record.id)
    if channel is not None and record.sender != person.owned_by():
        author = protocol.parse(record.line).source.partition("!")[0]
        audit.done_locked(call, channel, f"REDACT {record.id} of {author}")
        if record.verb in originals.SAID:
            call.context.undoable.add(record, event, call.context.monotonic())


def _moderates(person: Person, channel: Channel, record: Record) -> bool:
    """Whether it was said under this operator's eyes: who opens an empty room again owns nothing of what was before."""
    return permissions.allows("REDACT", permissions.actor_of(person, channel)) and record.time > timestamp(
        channel.opened
    )


def _to_channel_locked(call: Call, target: str) -> Event | None:
    connection, key = call.connection, fold(target)
    if key not in connection.channels:
        return None
    line = f":{connection.source} REDACT {call.state.channels[key].name}"
    return Event(Audience.CHANNEL, "REDACT", line, connection, key)


def _to_person_locked(call: Call, target: str) -> Event | None:
    connection, peer = call.connection, peer_locked(call.context, call.connection, target)
    if peer is None:
        return None
    event = Event(Audience.PERSON, "REDACT", f":{connection.source} REDACT {peer.name}", connection, peer.key)
    event.recipients = tuple(session for session in peer.sessions if session is not connection)
    return event


def _with_reason(line: str, reason: str) -> str:
    room = protocol.LINE_BYTES - 2 - len(line.encode()) - len(" :")
    reason = information.clean_text(reason, min(REASON_BYTES, room))
    return f"{line} :{reason}" if reason else line


def _failed(code: str, text: str, *about: str) -> Failed:
    return Failed(code, text, *about, enabled_by=capabilities.MESSAGE_REDACTION)


def unredact(call: Call) -> None:
    """UNREDACT: what an operator of the channel took back a moment ago is there again, where it was."""
    call.after_log(lambda: _undo(call))  # what it undoes may be on its way to the log


def _undo(call: Call) -> None:
    target, msgid = call.params[:2]
    with call.state.lock:
        channel = find_visible_locked(call, target)
        check_locked(call, "UNREDACT", channel)
        removed = call.context.undoable.take(msgid, fold(channel.name), call.context.monotonic())
        if removed is None:
            text = f"Only what was taken back in the last {UNDO_S / 60:.0f} minutes can be had again"
            raise _failed("UNKNOWN_MSGID", text, target, msgid)
        line = f":{call.connection.source} UNREDACT {channel.name} {msgid}"
        event = Event(Audience.CHANNEL, "UNREDACT", line, call.connection, fold(channel.name))
        event.about, event.restores, event.needs = removed.seq, removed, capabilities.UNREDACT
        call.context.removals.pop(removed.seq, None)
        call.append_locked(event)
        audit.done_locked(call, channel, f"UNREDACT {msgid}")


COMMANDS = {
    "REDACT": Command(redact, 2, feature="message_redaction"),
    "UNREDACT": Command(unredact, 2, feature="message_redaction"),
}
