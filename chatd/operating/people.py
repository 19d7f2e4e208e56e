"""Orders about people and rooms: who, channels, kick, ban, unban, mute, unmute, op, deop, say. See the package.

Each is a function of a `Desk` and the words behind it that gives the lines of its answer, or raises `OrderError` or
`Refused`. What is done is done by the functions of `commands`. Entered by the thread `prompt`, takes the state's lock.
"""

from __future__ import annotations

from collections.abc import Iterable

from chatd import bans, spans
from chatd.channel import PREFIXES, Channel, ListEntry
from chatd.commands import announcing, kicking, modes, operators, owning, serverbans, timedbans, usermodes
from chatd.commands.stewardship import OrderError
from chatd.operating.desk import CALLED, Desk, is_room, lasting, time_and_reason
from chatd.operating.layout import table
from chatd.person import Person
from protocol import fold
from translations import N_, ntr, tr

SHOWN = 200
"""Most rows of an answer."""
RANKS = {"q": N_("founder"), "a": N_("admin"), "o": N_("operator"), "h": N_("helper"), "v": N_("voice")}


def who(desk: Desk, words: list[str]) -> list[str]:
    """Everybody who is here, or in a room."""
    state = desk.context.state
    with state.lock:
        room = desk.room_locked(words[0]) if words else None
        people = state.people_locked() if room is None else list(state.members_locked(room))
    people.sort(key=lambda person: fold(person.nickname))
    with state.lock:
        rows = [_facts_locked(desk, person, room) for person in people[:SHOWN] if person.present]
    head = [tr("NAME"), tr("ACCOUNT"), tr("RANK"), tr("ADDRESS"), tr("OVER"), tr("SILENT FOR")]
    total = ntr("{n} person", "{n} people", len(people)).format(n=len(people))
    return [*table([head, *rows], desk.width), *_more(len(people)), total]


def _more(number: int) -> list[str]:
    return [tr("… and {n} more").format(n=number - SHOWN)] if number > SHOWN else []


def _facts_locked(desk: Desk, person: Person, room: Channel | None) -> list[str]:
    sessions = person.sessions
    letters = room.members.get(person.id, "") if room is not None else ""
    ranks = [tr(RANKS[letter]) for letter in PREFIXES if letter in letters]
    ranks += [tr("server operator")] if person.oper else []
    address = person.address + (f" (+{len(sessions) - 1})" if len(sessions) > 1 else "")
    if not sessions:
        way = tr("not connected")
    elif any(session.classic for session in sessions):
        way = tr("classic")
    else:
        way = "TLS" if all(session.transport.secure for session in sessions) else tr("no TLS")
    silent = spans.written(desk.context.monotonic() - person.active_at) if person.active_at else "-"
    return [person.nickname, person.account or "-", ", ".join(ranks) or "-", address or "-", way, silent]


def channels(desk: Desk, _words: list[str]) -> list[str]:
    """Every room."""
    with desk.context.state.lock:
        rooms = [
            [each.name, str(len(each.members)), each.shown_modes(with_key=True), each.topic]
            for each in desk.context.state.channels.values()
        ]
    rooms.sort(key=lambda row: fold(row[0]))
    head = [tr("ROOM"), tr("PEOPLE"), tr("MODES"), tr("TOPIC")]
    total = ntr("{n} room", "{n} rooms", len(rooms)).format(n=len(rooms))
    return [*table([head, *rooms[:SHOWN]], desk.width), *_more(len(rooms)), total]


def kick(desk: Desk, words: list[str]) -> list[str]:
    """Put somebody out of a room, or cut them from the server."""
    nickname, *rest = words
    name = rest.pop(0) if rest and is_room(rest[0]) else ""
    reason = " ".join(rest)
    with desk.context.state.lock:
        person = desk.person_locked(nickname)
        if not name:
            operators.kill_locked(desk, person, reason)
            return [tr("{name} is cut, and may come back").format(name=person.nickname)]
        room = desk.room_locked(name)
        if person.id not in room.members:
            raise OrderError(tr("{name} is not in {room}").format(name=person.nickname, room=room.name))
        kicking.kick_locked(desk, room, person, reason)
        return [tr("{name} is out of {room}").format(name=person.nickname, room=room.name)]


# --- bans and mutes


def ban(desk: Desk, words: list[str]) -> list[str]:
    """Ban from the server or a room; alone it lists."""
    if words and is_room(words[0]):
        return _listed_in(desk, words[0]) if len(words) == 1 else _ban_in(desk, "", words)
    if not words:
        with desk.context.state.lock:
            return _listed(desk, serverbans.holding_locked(desk.context).items())
    lasts, reason = time_and_reason(words[1:])
    with desk.context.state.lock:
        mask = serverbans.mask_locked(desk.context, words[0])
        cut = serverbans.ban_locked(desk, mask, lasts, reason)
    text = tr("{mask} is banned from the server {time}").format(mask=mask, time=lasting(lasts))
    return [text + "; " + ntr("{n} person was cut", "{n} people were cut", cut).format(n=cut)]


def mute(desk: Desk, words: list[str]) -> list[str]:
    """Take somebody's voice in a room; a room alone lists."""
    return _listed_in(desk, words[0]) if len(words) == 1 else _ban_in(desk, "m:", words)


def _ban_in(desk: Desk, kind: str, words: list[str]) -> list[str]:
    """`kind` is "m:" for a mute."""
    lasts, reason = time_and_reason(words[2:])
    with desk.context.state.lock:
        room = desk.room_locked(words[0])
        mask = timedbans.ban_locked(desk, room, kind + words[1], lasts, reason)
    text = tr("{mask} may not speak in {room} {time}") if kind else tr("{mask} is banned from {room} {time}")
    return [text.format(mask=mask.removeprefix(kind), room=room.name, time=lasting(lasts))]


def unban(desk: Desk, words: list[str]) -> list[str]:
    """Lift a ban of the server or a room."""
    if is_room(words[0]):
        return _lift_in(desk, "", words)
    context = desk.context
    with context.state.lock:
        lifted = [mask for mask in _meant(words[0]) if serverbans.lift_locked(desk, mask)]
    if not lifted:
        raise OrderError(tr("There is no such ban; ban lists them"))
    return [tr("{mask} may come in again").format(mask=mask) for mask in lifted]


def unmute(desk: Desk, words: list[str]) -> list[str]:
    """Give somebody back their voice in a room."""
    return _lift_in(desk, "m:", words)


def _meant(wanted: str) -> list[str]:
    """The masks by which somebody who is not here may be banned."""
    return [bans.normalise(wanted), f"a:{fold(wanted)}"]


def _lift_in(desk: Desk, kind: str, words: list[str]) -> list[str]:
    if len(words) < 2:
        raise OrderError(tr("Say who: a nickname or a mask"))
    with desk.context.state.lock:
        room, person = desk.room_locked(words[0]), desk.context.state.find_locked(words[1])
        named = {kind + mask.removeprefix(kind) for mask in _meant(words[1])}
        found = [
            mask
            for mask in room.lists["b"]
            if mask in named
            or (person is not None and mask.startswith("m:") == bool(kind) and bans.matches(mask, person))
        ]
        modes.change_locked(desk, room, [modes.Change(False, "b", mask) for mask in found])
    if not found:
        raise OrderError(tr("There is no such ban; ban {room} lists them").format(room=room.name))
    text = tr("{mask} may speak in {room} again") if kind else tr("{mask} may come to {room} again")
    return [text.format(mask=mask.removeprefix(kind), room=room.name) for mask in found]


def _listed_in(desk: Desk, name: str) -> list[str]:
    with desk.context.state.lock:
        return _listed(desk, desk.room_locked(name).lists["b"].items())


def _listed(desk: Desk, found: Iterable[tuple[str, ListEntry]]) -> list[str]:
    now = desk.context.now()
    rows = [
        [mask, entry.by.partition("!")[0], lasting(entry.until and max(entry.until - now, 1)), entry.reason]
        for mask, entry in found
    ]
    if not rows:
        return [tr("Nobody is banned or muted")]
    return table([[tr("WHO"), tr("BY"), tr("STILL"), tr("WHY")], *rows], desk.width)


# --- rank and voice


def op(desk: Desk, words: list[str]) -> list[str]:
    """Make somebody operator of a room, or of the server until they go."""
    return _rank(desk, words, on=True) if is_room(words[0]) else _promote(desk, words[0])


def deop(desk: Desk, words: list[str]) -> list[str]:
    """Take that away."""
    return _rank(desk, words, on=False) if is_room(words[0]) else _demote(desk, words[0])


def _rank(desk: Desk, words: list[str], *, on: bool) -> list[str]:
    if len(words) < 2:
        raise OrderError(tr("Say who: a nickname"))
    with desk.context.state.lock:
        room, person = desk.room_locked(words[0]), desk.person_locked(words[1])
        done = modes.change_locked(desk, room, [modes.Change(on, "o", person.nickname)])
    if not done:
        return [tr("Nothing to change: it is so already")]
    text = tr("{name} is an operator of {room}") if on else tr("{name} is no operator of {room} any more")
    return [text.format(name=person.nickname, room=room.name)]


def _promote(desk: Desk, nickname: str) -> list[str]:
    context = desk.context
    with context.state.lock:
        person = desk.person_locked(nickname)
        if person.oper:
            return [tr("Nothing to change: it is so already")]
        if not person.sessions or not all(owning.secure_enough(context, each) for each in person.sessions):
            text = tr("{name} is not connected by TLS, which operators must be (operators_need_tls)")
            raise OrderError(text.format(name=person.nickname))
        owning.promote_locked(context, person, CALLED)
        desk.note_locked(f"made {person.nickname} an operator of the server")
    return [tr("{name} is an operator of the server until they leave").format(name=person.nickname)]


def _demote(desk: Desk, nickname: str) -> list[str]:
    context = desk.context
    with context.state.lock:
        person = desk.person_locked(nickname)
        if not person.oper:
            return [tr("Nothing to change: it is so already")]
        usermodes.give_locked(context, person, usermodes.letters(person) - {"o"}, "")
        desk.note_locked(f"made {person.nickname} no operator of the server any more")
    return [tr("{name} is no operator of the server any more").format(name=person.nickname)]


def say(desk: Desk, words: list[str]) -> list[str]:
    """A notice of the server to everybody, or to a room."""
    if not is_room(words[0]):
        text = " ".join(words)
        with desk.context.state.lock:
            announcing.tell_all_locked(desk.context, text)
            desk.note_locked(f"NOTICE {text}")
        return [tr("Everybody reads it")]
    text = " ".join(words[1:])
    if not text:
        raise OrderError(tr("Say what: a text"))
    with desk.context.state.lock:
        room = desk.room_locked(words[0])
        announcing.tell_room_locked(desk.context, room, text)
        desk.note_locked(f"NOTICE {text}", room.name)
    return [tr("Everybody in {room} reads it").format(room=room.name)]
