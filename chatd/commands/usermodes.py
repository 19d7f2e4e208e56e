"""The modes of a person: MODE with a nickname (Modern, "User mode", "User Modes"; IRCv3 bot-mode).

Everybody sets and takes `i`, `w` and `B` for themselves; `o` comes from OPER and can only be given up; `r` follows from
the account and cannot be changed.
"""

from __future__ import annotations

import protocol
from chatd.commands.call import Call, Context, Refused
from chatd.events import Audience, Event
from chatd.person import Person
from protocol import fold

OWN = "Biw"
"""What people set for themselves."""
LETTERS = "Biorw"
"""All there are (numeric 004)."""


def letters(person: Person) -> set[str]:
    """The modes somebody has, those that follow from elsewhere included."""
    return {*person.modes, *("o" if person.oper else ""), *("r" if person.account else "")}


def shown(person: Person) -> str:
    """The same as text: `+`, `+ir`."""
    return "+" + "".join(sorted(letters(person)))


def mode(call: Call) -> None:
    """MODE with a nickname: read or change one's own modes."""
    target, person = call.params[0], call.connection.person
    if fold(target) != fold(person.nickname):
        with call.state.lock:
            known = call.state.find_locked(target)
        if known is None:
            raise Refused(protocol.ERR_NOSUCHNICK, target, "No such nick/channel")
        raise Refused(protocol.ERR_USERSDONTMATCH, "Can't read or change the modes of other users")
    with call.state.lock:
        before = letters(person)
        wanted, unknown = _changed(before, "".join(call.params[1:]))
        set_locked(call, wanted)
    if unknown:
        call.reply(protocol.ERR_UMODEUNKNOWNFLAG, "Unknown MODE flag")
    elif wanted == before:
        call.reply(protocol.RPL_UMODEIS, shown(person))


def _changed(modes: set[str], text: str) -> tuple[set[str], bool]:
    """What the modes become; whether a letter is none of ours. What may not be changed stays without a word."""
    modes, unknown, plus = set(modes), False, True
    for letter in text:
        if letter in "+-":
            plus = letter == "+"
        elif letter not in LETTERS:
            unknown = True
        elif plus and letter in OWN:
            modes.add(letter)
        elif not plus and letter in OWN + "o":
            modes.discard(letter)
    return modes, unknown


def set_locked(call: Call, wanted: set[str], oper: str = "") -> None:
    """Give the caller these modes and have all its sessions see the MODE line; `oper` is who an `o` makes it."""
    line = _change_locked(call.context, call.connection.person, wanted, oper)
    if line:
        event = Event(Audience.PERSON, "MODE", line, call.connection, stored=False)
        event.recipients = call.connection.others
        call.append_locked(event)


def give_locked(context: Context, person: Person, wanted: set[str], oper: str) -> None:
    """The same for somebody who did not ask for it."""
    line = _change_locked(context, person, wanted, oper)
    if line:
        event = Event(Audience.PERSON, "MODE", line, None, stored=False)
        event.recipients = tuple(person.sessions)
        context.log.append(event)


def _change_locked(context: Context, person: Person, wanted: set[str], oper: str) -> str:
    """The line that tells of it, "" where nothing changed."""
    before = letters(person)
    if wanted == before:
        return ""
    name = oper or person.oper if "o" in wanted else ""
    context.state.set_modes_locked(person, "".join(sorted(wanted & set(OWN))), name)
    signs = (("+", wanted - before), ("-", before - wanted))
    change = "".join(sign + "".join(sorted(some)) for sign, some in signs if some)
    return f":{person.source} MODE {person.nickname} {change}"
