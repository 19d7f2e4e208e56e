"""Reactions: tags on a TAGMSG that are kept with the message they are about (IRCv3 react, reply).

A reaction that cannot be kept (the message is unknown here) or changes nothing (it stands already) only passes by, as
any tag of a client does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import protocol
from chatd.commands import originals
from chatd.commands.call import Call
from chatd.commands.sending import send_one
from chatd.events import Event
from chatd.log import Record
from chatd.person import GUEST
from chatd.rendering import REPLIES
from protocol import fold, split_source

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
    owner, nickname = call.connection.person.owned_by(), call.connection.nickname

    def work() -> tuple[Record | None, bool]:
        record = originals.find(call.context.log, reaction.msgid)
        if record is None:
            return None, False
        given = (other for other in call.context.log.reactions(record.seq) if _same(other, owner, nickname))
        return record, _stands(given, reaction.text)

    def then(found: tuple[Record | None, bool]) -> None:
        def finish(event: Event) -> None:
            record = originals.here_locked(call.context, found[0], event.channel)
            if record is not None and record.verb in originals.SAID and found[1] != reaction.given:
                event.stored, event.about = True, record.seq

        call.connection.person.active_at = call.context.monotonic()
        send_one(call, "TAGMSG", target, None, tags, nonce, finish)

    call.defer(work, then)


def _same(other: Record, owner: str, nickname: str) -> bool:
    """Whether others see one person in the two: the same account, or guests of one nickname, one after another."""
    if other.sender == owner:
        return True
    guests = owner.startswith(GUEST) and other.sender.startswith(GUEST)
    return guests and fold(split_source(other.line[1:].partition(" ")[0])[0]) == fold(nickname)


def _stands(given: Iterable[Record], text: str) -> bool:
    """Whether a reaction of this text was given last, rather than taken back."""
    stands = False
    for record in given:
        said = read(protocol.parse(f"@{record.client_tags} TAGMSG").tags)
        if said is not None and said.text == text:
            stands = said.given
    return stands
