"""TBAN: bans and mutes that lift themselves, with a reason; lifting what is over (docs/protocol.md, "Moderation").

They stand in the same list as those of MODE, so every client sees and lifts them like any other. What is over is lifted
by `lapse`, once a second. Imports `rights`, `modes` and what is below; entered by every I/O thread, `ban_locked` by the
server's console too.
"""

from __future__ import annotations

from collections.abc import Iterable

import protocol
from chatd import bans, permissions, spans
from chatd.channel import Channel, ListEntry
from chatd.commands import audit, information, modes
from chatd.commands.call import Call, Context, Doer, Refused
from chatd.commands.rights import check_locked, find_visible_locked
from chatd.commands.table import Command
from chatd.events import Audience, Event
from protocol import fold

REASON_BYTES = 200


def tban(call: Call) -> None:
    """TBAN: a channel alone lists, else a span of time (0 is for ever), a nickname or mask, and perhaps why."""
    if len(call.params) == 1:
        _list(call, call.params[0])
        return
    if len(call.params) < 3:
        raise Refused(protocol.ERR_NEEDMOREPARAMS, "TBAN", "A channel, a time (10m, 2h, 0 for ever) and a mask")
    name, span, wanted = call.params[:3]
    lasts = spans.seconds(span)
    with call.state.lock:
        channel = find_visible_locked(call, name)
        check_locked(call, "TBAN", channel)
        if lasts is None:
            text = "A time is a number and a unit: 90s, 10m, 2h, 7d; 0 is for ever"
            raise Refused(protocol.ERR_INVALIDMODEPARAM, channel.name, "b", span, text)
        ban_locked(call, channel, wanted, lasts, call.params[3] if len(call.params) > 3 else "")


def ban_locked(doer: Doer, channel: Channel, wanted: str, lasts: int, reason: str) -> str:
    """Ban or (`m:`) mute whom this means for so many seconds, 0 for ever; the mask. Refuses what is none."""
    context, reason = doer.context, information.clean_text(reason, REASON_BYTES)
    mask = meant_locked(context, wanted)
    if not mask:
        raise Refused(protocol.ERR_INVALIDMODEPARAM, channel.name, "b", wanted, "This is no mask")
    known = mask in channel.lists["b"]
    if not known and channel.entries >= context.config.limits.list_entries:
        raise Refused(protocol.ERR_BANLISTFULL, channel.name, "b", "Channel list is full")
    lost = _ranks_lost_locked(doer, channel, wanted.removeprefix("m:").removeprefix("M:"))
    now = int(context.now())
    entry = ListEntry(doer.source, now, now + lasts if lasts else 0, reason)
    put_locked(context, channel, mask, entry)
    for line in modes.lines_of(doer.source, channel.name, [modes.Change(True, "b", mask), *lost]):
        event = Event(Audience.CHANNEL, "MODE", line, doer.origin, fold(channel.name), stored=bool(lost) or not known)
        event.writes = context.kept_of(channel, was_lasting=channel.lasting)
        doer.append_locked(event)
    audit.done_locked(doer, channel, f"TBAN {_lasting(lasts)} {mask}: {reason or 'no reason'}")
    _tell_operators_locked(context, channel, _sentence(doer.nickname, mask, entry, now))
    return mask


def _ranks_lost_locked(doer: Doer, channel: Channel, nickname: str) -> list[modes.Change]:
    """Take the ranks of the member of this nickname, for no ban holds for who has one. Refuses who may not."""
    person = doer.context.state.find_locked(nickname)
    if person is None or permissions.rank_of(person, channel) <= 0:
        return []
    own = doer.origin.person if doer.origin is not None else None
    by_account = bool(person.oper) or bool(channel.founder and channel.founder == person.owner)
    higher = own is not None and not permissions.has_power_over(
        permissions.rank_of(own, channel), permissions.rank_of(person, channel)
    )
    if higher or by_account or person is own:
        raise Refused(
            protocol.ERR_CHANOPRIVSNEEDED, channel.name, "No ban holds for who stands so high on that channel"
        )
    letters = channel.members[person.id]
    for letter in letters:
        channel.revoke(person.id, letter)
    return [modes.Change(False, letter, person.nickname) for letter in letters]


def _lasting(seconds: int) -> str:
    return spans.written(seconds) if seconds else "for ever"


def meant_locked(context: Context, wanted: str) -> str:
    """The mask for a ban: of somebody who is here the account or address, else as it is written; `m:` is a mute."""
    mute = "m:" if wanted[:2] in ("m:", "M:") else ""
    person = context.state.find_locked(wanted[len(mute) :])
    return mute + bans.mask_of(person) if person is not None else bans.normalise(wanted)


def put_locked(context: Context, channel: Channel, mask: str, entry: ListEntry) -> None:
    """Put a ban on the list, or another time and reason to one that stands there."""
    if not channel.enlist("b", mask, entry):
        channel.renew("b", mask, entry)
    if entry.until:
        context.state.lapses.add(entry.until, channel, mask)


def _sentence(by: str, mask: str, entry: ListEntry, now: int) -> str:
    what = f"{by} has muted {mask[2:]}" if mask.startswith("m:") else f"{by} has banned {mask}"
    lasts = f" for {spans.written(entry.until - now)}" if entry.until else ""
    return what + lasts + (f": {entry.reason}" if entry.reason else "")


def _tell_operators_locked(context: Context, channel: Channel, text: str) -> None:
    """What only those who help to run a channel read."""
    line = protocol.cut_bytes(f":{context.name} NOTICE @{channel.name} :{text}", protocol.LINE_BYTES - 2)
    event = Event(Audience.PERSON, "NOTICE", line, None, stored=False)
    event.recipients = tuple(
        session
        for member in context.state.members_locked(channel)
        if permissions.allows("MODE +b", permissions.actor_of(member, channel))
        for session in member.sessions
    )
    context.log.append(event)


def _list(call: Call, name: str) -> None:
    with call.state.lock:
        channel = find_visible_locked(call, name)
        check_locked(call, "TBAN", channel)
        now, found = call.context.now(), list(channel.lists["b"].items())
    for mask, entry in found:
        left = f"{spans.written(entry.until - now)} left" if entry.until else "for ever"
        reason = f": {entry.reason}" if entry.reason else ""
        call.line(_notice(call, channel.name, f"{mask} by {entry.by.partition('!')[0]}, {left}{reason}"))
    call.line(_notice(call, channel.name, f"{len(found)} bans and mutes"))


def _notice(call: Call, channel: str, text: str) -> str:
    line = f":{call.context.name} NOTICE {call.connection.target} :{channel}: {text}"
    return protocol.cut_bytes(line, protocol.LINE_BYTES - 2)


def lapse(context: Context) -> None:
    """Lift what is over; a channel sees it as the server's MODE."""
    lapses = context.state.lapses
    now = context.now()
    if not lapses.due(now):  # asked without the lock once a second: what comes in between is lifted a second later
        return
    with context.state.lock:
        by_channel: dict[int, tuple[Channel, list[modes.Change]]] = {}
        for channel, mask in lapses.take(now):
            entry = channel.lists["b"].get(mask)
            if entry is not None and 0 < entry.until <= now and channel.delist("b", mask):
                by_channel.setdefault(id(channel), (channel, []))[1].append(modes.Change(False, "b", mask))
        for channel, changes in by_channel.values():
            _lift_locked(context, channel, changes)
    context.log.wake()


def _lift_locked(context: Context, channel: Channel, changes: Iterable[modes.Change]) -> None:
    if context.state.channels.get(fold(channel.name)) is not channel:
        return  # nobody is there any more
    for line in modes.lines_of(context.name, channel.name, list(changes)):
        event = Event(Audience.CHANNEL, "MODE", line, None, fold(channel.name))
        event.writes = context.kept_of(channel, was_lasting=channel.lasting)
        context.log.append(event)


COMMANDS = {"TBAN": Command(tban, 1)}
