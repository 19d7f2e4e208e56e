"""WHO with WHOX: who is in a channel, one person, or all who match a mask (Modern, "WHO message"; IRCv3 whox).

The lines are made as there is room for them, a few people at a time under the lock, and one such answer at a time for
each connection: whoever does not read gets no second one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import protocol
from chatd import capabilities, sight
from chatd.channel import Channel
from chatd.commands.call import Call, numeric
from chatd.commands.table import Command
from chatd.person import Person

FIELDS = "tcuihsnfdlaor"
"""Those of WHOX, in the order in which they are answered."""
HIDDEN_ADDRESS = "255.255.255.255"
"""Stands for an address that is not told (IRCv3 whox)."""
AT_ONCE = 64
"""People who are looked at under one holding of the lock."""


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked for."""

    mask: str
    fields: str | None
    """Those of WHOX, None for an ordinary WHO."""
    token: str
    operators: bool
    """Whether only server operators are wanted."""


IN_CLEAR = "!"
"""The flag of who speaks without TLS to a server that has it, over the network."""


def who(call: Call) -> None:
    """WHO: a channel, a nickname or a mask; `o` asks for operators only, `%fields,token` for those fields."""
    question = _question(call.params)
    call.after_log(lambda: _answer(call, question))


def _question(params: list[str]) -> Question:
    flags, percent, rest = params[1].partition("%") if len(params) > 1 else ("", "", "")
    names, _, token = rest.partition(",")
    if not (token.isascii() and token.isdecimal() and len(token) <= 3):
        token = "0"
    fields = "".join(field for field in FIELDS if field in names) if percent else None
    return Question(params[0] if params else "*", fields, token, "o" in flags)


def _answer(call: Call, question: Question) -> None:
    call.lines(_lines(call, question))
    call.reply(protocol.RPL_ENDOFWHO, question.mask, "End of WHO list")


def _lines(call: Call, question: Question) -> Iterator[str]:
    server, target = call.context.name, call.connection.target
    with call.state.lock:
        channel = call.state.channel_locked(question.mask) if question.mask[:1] == "#" else None
        people = iter(_asked_for_locked(call, question, channel))
    mask = "" if question.mask[:1] == "#" or question.mask in ("*", "0") else question.mask
    while chunk := list(islice(people, AT_ONCE)):
        with call.state.lock:
            lines = [
                _row(server, target, question, _facts_locked(call, person, channel))
                for person in chunk
                if _wanted_locked(call, question, mask, person, channel)
            ]
        yield from lines


def _asked_for_locked(call: Call, question: Question, channel: Channel | None) -> list[Person]:
    """Everybody who comes into question; who of them is shown is decided later."""
    viewer = call.connection.person
    if question.mask[:1] == "#":
        if channel is None or not channel.visible_to(viewer):
            return []
        return list(call.state.members_locked(channel))
    if question.mask != "0" and not set("*?") & set(question.mask):
        exactly = call.state.find_locked(question.mask)
        return [exactly] if exactly is not None else []
    return call.state.people_locked()


def _wanted_locked(call: Call, question: Question, mask: str, person: Person, channel: Channel | None) -> bool:
    viewer = call.connection.person
    if not person.present or (question.operators and not person.oper):
        return False  # gone meanwhile
    if channel is not None:
        return person.id in channel.members and sight.sees_in_lists(viewer, person)
    if mask and protocol.fold(mask) == protocol.fold(person.nickname):
        return True  # who is named is not searched for
    return (not mask or _matches(mask, person, bool(viewer.oper))) and sight.sees_in_lists(viewer, person)


def _matches(mask: str, person: Person, operator: bool) -> bool:
    texts = [person.nickname, person.user, person.host, person.realname]
    if "!" in mask or "@" in mask:
        texts.append(person.source)
    if operator:
        texts.append(person.address)
    return any(protocol.mask_matches(mask, text) for text in texts)


def _facts_locked(call: Call, person: Person, channel: Channel | None) -> dict[str, str]:
    """What there is to tell, by field of WHOX."""
    viewer = call.connection.person
    if channel is None:
        shared = (key for key in person.channels if key in viewer.channels)
        key = next(shared, None)
        channel = call.state.channels[key] if key is not None else None
    every = bool(call.connection.caps & capabilities.MULTI_PREFIX)
    prefixes = channel.prefixes(person.id, every) if channel is not None else ""
    knows_address = bool(viewer.oper) or viewer is person
    return {
        "c": channel.name if channel is not None else "*",
        "u": person.user,
        "i": shown_address(person.address) if knows_address else HIDDEN_ADDRESS,
        "h": person.host,
        "s": call.context.name,
        "n": person.nickname,
        "f": ("G" if person.away else "H")
        + ("*" if person.oper else "")
        + prefixes
        + ("B" if "B" in person.modes else "")
        + (IN_CLEAR if call.context.has_tls and person.in_clear else ""),
        "d": "0",
        "l": str(int(call.context.monotonic() - person.active_at)),
        "a": person.account or "0",
        "o": "n/a",
        "r": person.realname,
    }


def shown_address(address: str) -> str:
    """An address as a parameter: it must not begin with a colon (Modern, "RPL_WHOISACTUALLY")."""
    return "0" + address if address[:1] == ":" else address


def _row(server: str, target: str, question: Question, facts: dict[str, str]) -> str:
    if question.fields is None:
        words = [facts[field] for field in "cuhsnf"]
        return numeric(server, target, protocol.RPL_WHOREPLY, *words, f"0 {facts['r']}")
    facts["t"] = question.token
    line = f":{server} {protocol.RPL_WHOSPCRPL} {target}"
    line += "".join(f" {facts[field]}" for field in question.fields if field != "r")
    line += f" :{facts['r']}" if "r" in question.fields else ""
    return protocol.cut_bytes(line, protocol.LINE_BYTES - 2)


COMMANDS = {"WHO": Command(who)}
