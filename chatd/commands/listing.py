"""LIST: which channels there are, all or those that fit (Modern, "LIST message", ISUPPORT ELIST).

Conditions are divided by commas: names and masks of channels, of which one must fit, and `!mask`, `<n`, `>n`, `C<n`,
`C>n`, `T<n`, `T>n`, all of which must hold. Imports `call`; entered by every I/O thread.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import protocol
from chatd.channel import Channel
from chatd.commands.call import Call, numeric
from chatd.commands.table import Command
from protocol import fold, mask_matches

ELIST = "CMNTU"
_NUMBER = re.compile("([CTct]?)([<>])([0-9]{1,9})")
MINUTE_S = 60

Condition = Callable[[Channel], bool]


def list_(call: Call) -> None:
    """LIST: the channels that one may know of, with the number of members and the topic."""
    words = [word for param in call.params[:2] for word in param.split(",") if word]
    now, person = int(call.context.now()), call.connection.person
    names, conditions = read(words, now)
    with call.state.lock:
        rows = [
            (channel.name, len(channel.members), channel.topic)
            for key, channel in call.state.channels.items()
            if channel.visible_to(person)
            and (not names or any(mask_matches(name, key) for name in names))
            and all(holds(channel) for holds in conditions)
        ]
    call.reply(protocol.RPL_LISTSTART, "Channel", "Users  Name")
    server, target = call.context.name, call.connection.target  # of this moment: the lines are made later
    call.lines(numeric(server, target, protocol.RPL_LIST, name, str(count), text) for name, count, text in rows)
    call.reply(protocol.RPL_LISTEND, "End of /LIST")


def read(words: list[str], now: int) -> tuple[list[str], list[Condition]]:
    """Masks of names of which one must fit, and what must hold besides; `now` is in seconds since the epoch."""
    names: list[str] = []
    conditions: list[Condition] = []
    for word in words:
        number = _NUMBER.fullmatch(word)
        if number:
            conditions.append(_compared(number[1].upper(), number[2], int(number[3]), now))
        elif word[0] == "!" and len(word) > 1:
            conditions.append(_unlike(fold(word[1:])))
        else:
            names.append(fold(word))
    return names, conditions


def _unlike(mask: str) -> Condition:
    return lambda channel: not mask_matches(mask, fold(channel.name))


def _compared(kind: str, sign: str, value: int, now: int) -> Condition:
    if not kind:
        return (lambda channel: len(channel.members) < value) if sign == "<" else lambda c: len(c.members) > value
    border = now - value * MINUTE_S

    def fits(at: int) -> bool:
        return at > border if sign == "<" else at < border

    if kind == "C":
        return lambda channel: fits(channel.created)
    return lambda channel: channel.topic_at > 0 and fits(channel.topic_at)


COMMANDS = {"LIST": Command(list_)}
