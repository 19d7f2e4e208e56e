"""Reactions: tags on a TAGMSG that are kept with the message they are about (IRCv3 react, reply).

A reaction that cannot be kept (the message is unknown here) or changes nothing (it stands already) only passes by, as
any tag of a client does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import protocol
from chatd.commands import originals
from chatd.commands.call import Call
from chatd.commands.sending import send_one
from chatd.events import Event
from chatd.log import Log, Record
from chatd.rendering import REPLIES

REACT, UNREACT = "+draft/react", "+draft/unreact"


class Reaction(NamedTuple):
    msgid: str
    text: str
    given: bool
    """False when it is taken back."""


def read(tags: Mapping[str, str]) -> Reaction | None:
    """The reaction in the tags of a client, unless there is none or it says two things at once."""
    msgid = next((tags[name] for name in REPLIES if tags.get(name)), "")
    given, taken = tags.get(REACT, ""), tags.get(UNREACT, "")
    if not msgid or bool(given) == bool(taken):
        return None
    return Reaction(msgid, given or taken, bool(given))


def react(call: Call, target: str, tags: str, reaction: Reaction, nonce: str) -> None:
    """Relay a reaction, and keep it where it changes something."""
    owner = call.connection.person.owned_by()

    def work() -> tuple[Record | None, bool]:
        record = originals.find(call.context.log, reaction.msgid)
        return record, record is not None and _stands(call.context.log, record, owner, reaction.text)

    def then(found: tuple[Record | None, bool]) -> None:
        def finish(event: Event) -> None:
            record = originals.here_locked(call.context, found[0], event.channel)
            if record is not None and record.verb in originals.SAID and found[1] != reaction.given:
                event.stored, event.about = True, record.seq

        call.connection.person.active_at = call.context.monotonic()
        send_one(call, "TAGMSG", target, None, tags, nonce, finish)

    call.defer(work, then)


def _stands(log: Log, record: Record, owner: str, text: str) -> bool:
    """Whether this owner's reaction of this text to a message was given last, rather than taken back."""
    for other in reversed(log.reactions(record.seq, owner)):
        said = read(protocol.parse(f"@{other.client_tags} TAGMSG").tags)
        if said is not None and said.text == text:
            return said.given
    return False
