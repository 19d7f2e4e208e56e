"""Who did what: every act of those who run a room or the server, kept with the history; AUDIT reads it.

The notes stand in a conversation of their own, `KEY`, which no command for messages reaches, and are kept as long as
messages are. They also go to the server's own log. Imports `call` and `rights`; entered by every I/O thread and the
server's console.
"""

from __future__ import annotations

import logging

import protocol
from chatd.channel import Channel
from chatd.commands.call import Call, Context, Doer, Refused
from chatd.commands.rights import check_locked, find_visible_locked
from chatd.commands.table import Command
from chatd.events import Audience, Event, Own
from chatd.log import Record, Selector
from protocol import fold, show_hidden

KEY = "!audit"
SHOWN = 20
MOST = 200
"""Notes in one answer."""
LOOKED_AT = 5000
"""Notes among which those of a room are looked for."""
SERVER = "*"
"""What a note is about that is about no room."""

logger = logging.getLogger("obrolan.audit")


def note_locked(context: Context, by: str, what: str, room: str = SERVER) -> None:
    """Keep that somebody did something, in a room or to the server."""
    line = f":{context.name} NOTICE {room} :{by}: {what}"
    event = Event(
        Audience.ORIGIN, "NOTICE", protocol.cut_bytes(line, protocol.LINE_BYTES - 2), None, KEY, own=Own.NEVER
    )
    context.log.append(event)
    logger.info("%s %s", by if room == SERVER else f"{room} {by}", show_hidden(what))


def audit(call: Call) -> None:
    """AUDIT: what was done in a room, for those who run it, or everywhere, for operators of the server."""
    words = list(call.params)
    name = words.pop(0) if words and words[0].startswith("#") else ""
    number = words[0] if words else str(SHOWN)
    if not (number.isascii() and number.isdecimal() and 0 < int(number[:9]) <= MOST):
        raise Refused(protocol.ERR_NEEDMOREPARAMS, "AUDIT", f"Say how many, from 1 to {MOST}")
    room = ""
    with call.state.lock:
        if name:
            channel = find_visible_locked(call, name)
            check_locked(call, "AUDIT channel", channel)
            room = channel.name
        else:
            check_locked(call, "AUDIT")
    call.defer(lambda: read(call.context, int(number), room), lambda notes: _show(call, notes))


def read(context: Context, number: int, room: str = "") -> list[str]:
    """The latest notes (of a room), the oldest first, each a sentence with its time (UTC). Raises `LogError`."""
    found = context.log.read(KEY, Selector(), LOOKED_AT if room else number)
    return [_sentence(record) for record in found if not room or fold(_parts(record)[0]) == fold(room)][-number:]


def _parts(record: Record) -> tuple[str, str]:
    room, text = protocol.parse(record.line).params[:2]
    return room, text


def _sentence(record: Record) -> str:
    room, text = _parts(record)
    return f"{record.time[:19].replace('T', ' ')} {room} {text}"


def _show(call: Call, notes: list[str]) -> None:
    for text in [*notes, f"{len(notes)} notes; times are UTC"]:
        line = f":{call.context.name} NOTICE {call.connection.target} :{text}"
        call.line(protocol.cut_bytes(line, protocol.LINE_BYTES - 2))


def done_locked(doer: Doer, channel: Channel, what: str) -> None:
    """Somebody did something in a channel."""
    note_locked(doer.context, doer.called, what, channel.name)


COMMANDS = {"AUDIT": Command(audit)}
