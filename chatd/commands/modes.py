"""MODE of a channel: read it, change it, list its masks (Modern, "MODE message").

Who may change what is in the permission table; a command of which one change is forbidden changes nothing. What is a
change at all is told in one MODE line, or as many as it takes. Entered by every I/O thread, `change_locked` by the
server's console too.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import NamedTuple

import protocol
from chatd import bans, permissions, words
from chatd.channel import FLAGS, LISTS, PREFIXES, Channel, ListEntry
from chatd.commands import audit
from chatd.commands.call import Call, Doer, Refused, numeric
from chatd.commands.rights import refuse
from chatd.events import Audience, Event
from chatd.permissions import Actor
from protocol import fold

MODES = 20
"""Most changes with a parameter in one command (ISUPPORT MODES)."""
KEY_BYTES = 32
LARGEST_LIMIT = 100_000
SLOWEST_S = 3600
"""Most seconds of `S`."""

_NUMBERS = {"l": LARGEST_LIMIT, "S": SLOWEST_S}
_LIST_NUMERICS = {
    "b": (protocol.RPL_BANLIST, protocol.RPL_ENDOFBANLIST, "End of channel ban list"),
    "e": (protocol.RPL_EXCEPTLIST, protocol.RPL_ENDOFEXCEPTLIST, "End of channel exception list"),
    "I": (protocol.RPL_INVEXLIST, protocol.RPL_ENDOFINVEXLIST, "End of channel invite exception list"),
    "g": (protocol.RPL_SPAMFILTER, protocol.RPL_ENDOFSPAMFILTER, "End of the list of words that are not wanted"),
}


def tokens(list_entries: int) -> list[str]:
    """What ISUPPORT says of modes."""
    letters, marks = "".join(PREFIXES), "".join(PREFIXES.values())
    return [
        "ACCOUNTEXTBAN=a",
        f"CHANMODES={LISTS},k,{''.join(sorted(_NUMBERS))},{FLAGS}",
        "EXCEPTS=e",
        f"EXTBAN=,{bans.EXTBANS}",
        "INVEX=I",
        f"MAXLIST={LISTS}:{list_entries}",
        f"MODES={MODES}",
        f"PREFIX=({letters}){marks}",
    ]


class Change(NamedTuple):
    """One letter of a MODE command with what belongs to it."""

    on: bool
    letter: str
    param: str = ""


class Wanted(NamedTuple):
    """A MODE command taken apart."""

    changes: list[Change]
    lists: list[str]
    """Letters of the lists that are asked for."""
    wrong: dict[tuple[str, str], None]
    """Numeric and letter of what cannot be, each once."""


def read(words: list[str]) -> Wanted:
    """Take apart what stands behind the channel: `["+o-v", "ani", "budi"]`; without a sign it is `+`."""
    wanted = Wanted([], [], {})
    params = iter(words[1:])
    on = True
    for letter in words[0]:
        if letter in "+-":
            on = letter == "+"
        elif letter in FLAGS:
            wanted.changes.append(Change(on, letter))
        elif letter in LISTS:
            mask = next(params, "")
            if mask:
                wanted.changes.append(Change(on, letter, mask))
            elif letter not in wanted.lists:
                wanted.lists.append(letter)
        elif letter in PREFIXES or letter == "k" or (letter in _NUMBERS and on):
            param = next(params, "")
            if param or (letter == "k" and not on):
                wanted.changes.append(Change(on, letter, param))
            else:
                wanted.wrong[protocol.ERR_INVALIDMODEPARAM, letter] = None
        elif letter in _NUMBERS:
            wanted.changes.append(Change(on, letter))
        else:
            wanted.wrong[protocol.ERR_UNKNOWNMODE, letter] = None
    return wanted


def channel_mode(call: Call, target: str) -> None:
    """MODE with a channel as its target."""
    person = call.connection.person
    with call.state.lock:
        channel = call.state.channel_locked(target)
        if channel is None or not channel.visible_to(person):
            raise Refused(protocol.ERR_NOSUCHCHANNEL, target, "No such channel")
        actor = permissions.actor_of(person, channel)
        if len(call.params) == 1:
            refuse("MODE", channel, actor)
            _show(call, channel)
            return
        wanted = read(call.params[1:])
        if not any(wanted):
            _show(call, channel)
            return
        _check(call, channel, actor, wanted)
        change_locked(call, channel, wanted.changes)
        for letter in wanted.lists:
            _list(call, channel, letter)
    for number, letter in itertools.islice(wanted.wrong, MODES):
        _say_wrong(call, channel, number, letter, "*")


def change_locked(doer: Doer, channel: Channel, changes: list[Change]) -> list[Change]:
    """Carry them out, whoever may; those that changed something. What cannot be is replied to."""
    was_lasting = channel.lasting
    done = _apply(doer, channel, changes)
    for line in lines_of(doer.source, channel.name, done):
        event = Event(Audience.CHANNEL, "MODE", line, doer.origin, fold(channel.name))
        event.writes = doer.context.kept_of(channel, was_lasting=was_lasting)
        doer.append_locked(event)
    if done:
        audit.done_locked(doer, channel, f"MODE {written(done)}")
    return done


def _show(call: Call, channel: Channel) -> None:
    person, server, target = call.connection.person, call.context.name, call.connection.target
    modes = channel.shown_modes(with_key=person.id in channel.members or bool(person.oper))
    call.line(f":{server} {protocol.RPL_CHANNELMODEIS} {target} {channel.name} {modes}")
    call.line(f":{server} {protocol.RPL_CREATIONTIME} {target} {channel.name} {channel.created}")


def _check(call: Call, channel: Channel, actor: Actor, wanted: Wanted) -> None:
    """Refuse the whole command if one part of it is forbidden (Modern: "MUST NOT process the message")."""
    me = fold(call.connection.nickname)
    for change in wanted.changes:
        # Everybody may step down (RFC 2812, 3.1.5).
        steps_down = not change.on and change.letter in PREFIXES and fold(change.param) == me
        if not steps_down or call.connection.person.id not in channel.members:
            refuse(f"MODE +{change.letter}", channel, actor)
    for letter in wanted.lists:
        refuse(f"MODE {letter}", channel, actor)


def _apply(doer: Doer, channel: Channel, changes: list[Change]) -> list[Change]:
    """Carry them out; those that changed something, as they are told."""
    done: list[Change] = []
    with_param = 0
    for change in changes:
        with_param += bool(change.param)
        if with_param > MODES:
            _say_wrong(doer, channel, protocol.ERR_INVALIDMODEPARAM, change.letter, change.param, _TOO_MANY)
            break
        told = _applier(change.letter)(doer, channel, change)
        if told is not None:
            done.append(told)
    return done


_TOO_MANY = f"Too many modes at once, the most is {MODES}"


def _applier(letter: str) -> Callable[[Doer, Channel, Change], Change | None]:
    if letter in FLAGS:
        return _flag
    if letter in LISTS:
        return _mask
    if letter in PREFIXES:
        return _rank
    return _key if letter == "k" else _number


def _flag(_doer: Doer, channel: Channel, change: Change) -> Change | None:
    return change if channel.flag(change.letter, change.on) else None


def _mask(doer: Doer, channel: Channel, change: Change) -> Change | None:
    mask = words.normalise(change.param) if change.letter == "g" else bans.normalise(change.param)
    if not mask:
        text = "This is no word of letters and digits" if change.letter == "g" else "This is no mask"
        _say_wrong(doer, channel, protocol.ERR_INVALIDMODEPARAM, change.letter, change.param, text)
        return None
    if not change.on:
        return change._replace(param=mask) if channel.delist(change.letter, mask) else None
    if mask not in channel.lists[change.letter] and channel.entries >= doer.context.config.limits.list_entries:
        doer.reply(protocol.ERR_BANLISTFULL, channel.name, change.letter, "Channel list is full")
        return None
    entry = ListEntry(doer.source, int(doer.context.now()))
    return change._replace(param=mask) if channel.enlist(change.letter, mask, entry) else None


def _rank(doer: Doer, channel: Channel, change: Change) -> Change | None:
    person = doer.context.state.find_locked(change.param)
    if person is None:
        doer.reply(protocol.ERR_NOSUCHNICK, change.param, "No such nick/channel")
        return None
    if person.id not in channel.members:
        doer.reply(protocol.ERR_USERNOTINCHANNEL, person.nickname, channel.name, "They aren't on that channel")
        return None
    changed = (channel.grant if change.on else channel.revoke)(person.id, change.letter)
    return change._replace(param=person.nickname) if changed else None


def _key(doer: Doer, channel: Channel, change: Change) -> Change | None:
    key = change.param if change.on else ""
    if change.on and (
        len(key.encode()) > KEY_BYTES or key[0] == ":" or protocol.has_hidden(key) or any(sign in key for sign in " ,")
    ):
        text = f"A key has at most {KEY_BYTES} bytes, no space and no comma"
        _say_wrong(doer, channel, protocol.ERR_INVALIDMODEPARAM, "k", key, text)
        return None
    if key == channel.key:
        return None
    channel.key = key
    return Change(change.on, "k", key or "*")


def _number(doer: Doer, channel: Channel, change: Change) -> Change | None:
    most = _NUMBERS[change.letter]
    value = 0
    if change.on:
        digits = change.param if change.param.isascii() and change.param.isdecimal() and len(change.param) < 9 else "0"
        value = int(digits)
        if not 0 < value <= most:
            text = f"This must be a number from 1 to {most}"
            _say_wrong(doer, channel, protocol.ERR_INVALIDMODEPARAM, change.letter, change.param, text)
            return None
    name = "limit" if change.letter == "l" else "slow"
    if getattr(channel, name) == value:
        return None
    setattr(channel, name, value)
    return Change(change.on, change.letter, str(value) if change.on else "")


def lines_of(source: str, name: str, done: list[Change]) -> Iterator[str]:
    """The MODE lines that tell of these changes, each as long as a line may be."""
    room = protocol.LINE_BYTES - 2 - len(f":{source} MODE {name} ".encode())
    part: list[Change] = []
    for change in done:
        if part and len(written([*part, change]).encode()) > room:
            yield f":{source} MODE {name} {written(part)}"
            part = []
        part.append(change)
    if part:
        yield f":{source} MODE {name} {written(part)}"


def written(changes: list[Change]) -> str:
    """`+o-v ani budi`."""
    letters, sign = "", ""
    for change in changes:
        if ("+" if change.on else "-") != sign:
            sign = "+" if change.on else "-"
            letters += sign
        letters += change.letter
    return " ".join([letters, *(change.param for change in changes if change.param)])


def _list(call: Call, channel: Channel, letter: str) -> None:
    number, end, text = _LIST_NUMERICS[letter]
    server, target, name = call.context.name, call.connection.target, channel.name
    entries = list(channel.lists[letter].items())
    call.lines(f":{server} {number} {target} {name} {mask} {entry.by} {entry.at}" for mask, entry in entries)
    call.parts.append(numeric(server, target, end, name, text))


def _say_wrong(doer: Doer, channel: Channel, number: str, letter: str, param: str, text: str = "") -> None:
    if number == protocol.ERR_UNKNOWNMODE:
        doer.reply(number, letter, "is unknown mode char to me")
    else:
        doer.reply(number, channel.name, letter, param, text or "This mode needs a parameter")
