"""Editing what one said, under a capability of ours (docs/protocol.md, "Editing").

An edit is an event of its own that is about the first message; the latest one counts.
"""

from __future__ import annotations

import protocol
from chatd import capabilities, rendering
from chatd.commands import originals
from chatd.commands.call import Call, Failed
from chatd.commands.sending import Finish, send_one
from chatd.events import Event
from chatd.log import Record


def msgid_of(call: Call) -> str:
    """Which message this one replaces, "" for none."""
    return call.message.tags.get(rendering.EDIT, "") if call.connection.caps & capabilities.EDIT else ""


def edit(
    call: Call, verb: str, target: str, text: str, msgid: str, tags: str, nonce: str, more: Finish | None = None
) -> None:
    """Have a text take the place of what the caller said before."""
    if "," in target:
        raise _failed(verb, "EDIT_FORBIDDEN", "An edit has one target", target, msgid)

    def then(found: Record | None) -> None:
        def finish(event: Event) -> None:
            record = originals.here_locked(call.context, found, event.channel)
            if record is None or record.verb not in originals.SAID:
                raise _failed(verb, "UNKNOWN_MSGID", "This message does not exist or is too old", target, msgid)
            if record.sender != call.connection.person.owned_by() or record.verb != verb:
                raise _failed(verb, "EDIT_FORBIDDEN", "Only who wrote a message can edit it", target, msgid)
            event.about, event.edits, event.edited = record.seq, True, record.id
            if more is not None:
                more(event)
            elif len(event.line.encode()) + len(rendering.EDIT_MARK) > protocol.LINE_BYTES - 2:
                raise _failed(verb, "EDIT_FORBIDDEN", "This text is too long", target, msgid)

        call.connection.person.active_at = call.context.monotonic()
        send_one(call, verb, target, text, tags, nonce, finish)

    call.defer(lambda: originals.find(call.context.log, msgid), then)


def _failed(verb: str, code: str, text: str, target: str, msgid: str) -> Failed:
    return Failed(code, text, target, msgid, enabled_by=capabilities.EDIT, command=verb)
