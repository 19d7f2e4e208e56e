"""KLINE and UNKLINE: bans from the whole server, with a time and a reason (docs/protocol.md, "Moderation").

Who is meant is cut and does not come in again (465). Kept as facts, so they outlive a restart. Operators are not meant.
Imports `timedbans` for what a mask means, `leaving` and what is below; entered by every I/O thread and the console.
"""

from __future__ import annotations

import protocol
from chatd import bans, serverbans, spans
from chatd.channel import ListEntry
from chatd.commands import audit, information, leaving
from chatd.commands.call import Call, Context, Doer, Failed, Refused
from chatd.commands.rights import check_locked
from chatd.commands.table import Command
from chatd.commands.timedbans import REASON_BYTES, meant_locked
from chatd.connection import Connection
from chatd.events import Audience, Event, Own
from chatd.log import SetFact
from chatd.person import Person

MOST = 1000


def kline(call: Call) -> None:
    """KLINE: alone it lists; else a span of time (0 is for ever), a nickname or mask, and perhaps why."""
    with call.state.lock:
        check_locked(call, "KLINE")
    if not call.params:
        _list(call)
        return
    if len(call.params) < 2:
        raise Refused(protocol.ERR_NEEDMOREPARAMS, "KLINE", "A time (10m, 2h, 0 for ever) and a nickname or mask")
    lasts = spans.seconds(call.params[0])
    if lasts is None:
        raise Failed("INVALID_TIME", "A time is a number and a unit: 90s, 10m, 2h, 7d; 0 is for ever", call.params[0])
    with call.state.lock:
        mask = mask_locked(call.context, call.params[1])
        if bans.matches(mask, call.connection.person):
            raise Failed("INVALID_MASK", "This ban would mean you too", mask)
        cut = ban_locked(call, mask, lasts, call.params[2] if len(call.params) > 2 else "")
    call.line(_notice(call, f"{mask} is banned {_lasts(lasts)}; {cut} people were cut"))


def _lasts(seconds: int) -> str:
    return f"for {spans.written(seconds)}" if seconds else "for ever"


def mask_locked(context: Context, wanted: str) -> str:
    """The mask for a ban of this nickname or mask. Refuses what is none."""
    mask = meant_locked(context, wanted)
    if not mask or mask.startswith("m:"):
        raise Failed("INVALID_MASK", "This is no mask", wanted)
    return mask


def ban_locked(doer: Doer, mask: str, lasts: int, reason: str) -> int:
    """Ban whom this (normalised) mask means and cut who is here; how many people that were."""
    context, reason = doer.context, information.clean_text(reason, REASON_BYTES)
    now, banned = int(context.now()), context.state.server_bans
    gone = [each for each, entry in banned.items() if 0 < entry.until <= now]
    if mask not in banned and len(banned) - len(gone) >= MOST:
        raise Failed("LIST_FULL", f"There are {MOST} bans already")
    for each in gone:
        del banned[each]
    entry = banned[mask] = ListEntry(doer.called, now, now + lasts if lasts else 0, reason)
    _keep_locked(context, serverbans.kept(mask, entry), *map(serverbans.forgotten, gone))
    audit.note_locked(context, doer.called, f"KLINE {mask} {_lasts(lasts)}: {reason or 'no reason'}")
    why = _why(entry, now)
    meant = [each for each in context.state.people_locked() if not each.oper and bans.matches(mask, each)]
    for person in meant:
        sessions = list(person.sessions)
        leaving.end_standing_locked(context, person, why)
        for session in sessions:
            _cut(session, why)
    return len(meant)


def _cut(session: Connection, why: str) -> None:
    owner = session.owner
    if owner is not None:
        owner.post(lambda: owner.part_with(session, why))


def _keep_locked(context: Context, *writes: SetFact) -> None:
    event = Event(Audience.ORIGIN, "KLINE", "", None, stored=False, own=Own.NEVER)
    event.writes = writes
    context.log.append(event)


def unkline(call: Call) -> None:
    """UNKLINE: lift a ban, by its mask."""
    with call.state.lock:
        check_locked(call, "UNKLINE")
        mask = bans.normalise(call.params[0])
        if not lift_locked(call, mask):
            raise Failed("NO_SUCH_BAN", "There is no such ban; KLINE lists them", call.params[0])
    call.line(_notice(call, f"{mask} may come in again"))


def lift_locked(doer: Doer, mask: str) -> bool:
    """Lift the ban of this (normalised) mask; whether there was one."""
    context = doer.context
    if context.state.server_bans.pop(mask, None) is None:
        return False
    _keep_locked(context, serverbans.forgotten(mask))
    audit.note_locked(context, doer.called, f"UNKLINE {mask}")
    return True


def refusal_locked(context: Context, person: Person, address: str) -> str:
    """Why somebody who wants in may not, "" for who may."""
    banned = context.state.server_bans
    if not banned or person.owner in context.owners:
        return ""
    now = context.now()
    for mask, entry in banned.items():
        if (not entry.until or entry.until > now) and bans.matches(mask, person, address):
            return _why(entry, now)
    return ""


def _why(entry: ListEntry, now: float) -> str:
    lasts = f" for {spans.written(entry.until - now)}" if entry.until else ""
    return f"You are banned from this server{lasts}" + (f": {entry.reason}" if entry.reason else "")


def holding_locked(context: Context) -> dict[str, ListEntry]:
    """The bans that hold."""
    now = context.now()
    return {mask: entry for mask, entry in context.state.server_bans.items() if not entry.until or entry.until > now}


def _listed_locked(context: Context) -> list[str]:
    now, lines = context.now(), []
    for mask, entry in holding_locked(context).items():
        left = f"{spans.written(entry.until - now)} left" if entry.until else "for ever"
        lines.append(f"{mask} by {entry.by}, {left}" + (f": {entry.reason}" if entry.reason else ""))
    return lines


def _list(call: Call) -> None:
    with call.state.lock:
        lines = _listed_locked(call.context)
    for text in [*lines, f"{len(lines)} bans from the server"]:
        call.line(_notice(call, text))


def _notice(call: Call, text: str) -> str:
    line = f":{call.context.name} NOTICE {call.connection.target} :{text}"
    return protocol.cut_bytes(line, protocol.LINE_BYTES - 2)


COMMANDS = {"KLINE": Command(kline), "UNKLINE": Command(unkline, 1)}
