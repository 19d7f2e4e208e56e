"""MONITOR: who wants to hear when a nickname comes or goes (IRCv3 monitor, extended-monitor).

Also the one place that notes comings and goings of nicknames, for MONITOR and for WHOWAS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import protocol
from chatd.commands import metadata
from chatd.commands.call import Call, Context, Refused, numeric
from chatd.commands.table import Command
from chatd.connection import Connection
from chatd.events import Audience, Event
from chatd.monitors import chained
from chatd.person import Person
from protocol import fold


def monitor(call: Call) -> None:
    """MONITOR: `+` and `-` with nicknames, `C` to clear, `L` to list, `S` for who of them is here."""
    modifier = call.params[0].upper()
    subcommands: dict[str, Callable[[Call], None]] = {"+": _add, "-": _remove, "C": _clear, "L": _list, "S": _status}
    handler = subcommands.get(modifier)
    if handler is None:
        raise Refused(protocol.ERR_UNKNOWNERROR, "MONITOR", call.params[0], "Unknown subcommand")
    if modifier in "+-" and len(call.params) < 2:
        raise Refused(protocol.ERR_NEEDMOREPARAMS, "MONITOR", "Not enough parameters")
    with call.state.lock:
        handler(call)


def _add(call: Call) -> None:
    limit = call.context.config.limits.monitor_entries
    added: list[str] = []
    refused: list[str] = []
    for target in call.params[1].split(","):
        if protocol.valid_nickname(target):
            kept = call.state.monitors.add(call.connection, target, limit)
            (added if kept else refused).append(target)
    head = f":{call.context.name} {protocol.ERR_MONLISTFULL} {call.connection.target} {limit} "
    full = " :Monitor list is full."
    room = protocol.LINE_BYTES - 2 - len((head + full).encode())
    _answer_locked(call, [*_status_lines(call, added), *(head + text + full for text in chained(refused, room))])
    for target in added:
        person = call.state.find_locked(target)
        if person is not None:
            metadata.watched_locked(call.context, person, [call.connection])


def _remove(call: Call) -> None:
    for target in call.params[1].split(","):
        call.state.monitors.remove(call.connection, target)


def _clear(call: Call) -> None:
    call.state.monitors.clear(call.connection)


def _list(call: Call) -> None:
    lines = _chains(call, protocol.RPL_MONLIST, call.state.monitors.targets(call.connection))
    _answer_locked(call, [*lines, call.numeric(protocol.RPL_ENDOFMONLIST, "End of MONITOR list")])


def _status(call: Call) -> None:
    _answer_locked(call, list(_status_lines(call, call.state.monitors.targets(call.connection))))


def _status_lines(call: Call, targets: list[str]) -> Iterator[str]:
    """Who of them is here, then who is not."""
    found = {target: call.state.find_locked(target) for target in targets}
    here = [person.source for person in found.values() if person is not None]
    yield from _chains(call, protocol.RPL_MONONLINE, here)
    yield from _chains(call, protocol.RPL_MONOFFLINE, [target for target, person in found.items() if person is None])


def _chains(call: Call, number: str, words: Iterable[str]) -> Iterator[str]:
    head = call.numeric(number, "")
    return (head + text for text in chained(words, protocol.LINE_BYTES - 2 - len(head.encode())))


def _answer_locked(call: Call, lines: list[str]) -> None:
    """Answer at its place among the comings and goings, so that the last thing said of a nickname is true."""
    if not lines:
        return
    event = Event(Audience.ORIGIN, "MONITOR", "", call.connection, stored=False)
    event.answer = lines
    call.append_locked(event)


# --- what happens to nicknames


def came_locked(context: Context, person: Person) -> None:
    """Somebody is here now."""
    _tell_locked(context, protocol.RPL_MONONLINE, person.nickname, person.source)
    metadata.watched_locked(context, person, context.state.monitors.watchers(person.nickname))


def left_locked(context: Context, person: Person, nickname: str, address: str) -> None:
    """Nobody is here under this nickname any more."""
    context.whowas.note(person, nickname, address, context.now())
    _tell_locked(context, protocol.RPL_MONOFFLINE, nickname, nickname)


def renamed_locked(context: Context, person: Person, before: str, address: str) -> None:
    """Somebody who connects from this address had another nickname before."""
    if fold(before) != fold(person.nickname):
        left_locked(context, person, before, address)
        came_locked(context, person)


def forget_locked(context: Context, connection: Connection) -> None:
    """A connection ends: it watches nobody any more."""
    context.state.monitors.clear(connection)


def _tell_locked(context: Context, number: str, nickname: str, shown: str) -> None:
    watchers = context.state.monitors.watchers(nickname)
    if watchers:
        # The same bytes for all of them, hence `*` (IRCv3 monitor, "730").
        event = Event(Audience.PERSON, "", numeric(context.name, "*", number, shown), None, stored=False)
        event.recipients = watchers
        context.log.append(event)


COMMANDS = {"MONITOR": Command(monitor, 1)}
