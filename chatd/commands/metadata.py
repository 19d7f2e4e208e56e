"""METADATA: what people and channels say of themselves, and who hears of it (IRCv3 metadata).

Two versions of the draft are spoken over one store: `draft/metadata-2` as the repository has it, `draft/metadata-3`
as pull request 613 of the specifications (docs/protocol.md, "Metadata"). `_Words` is all they differ in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

import protocol
from chatd import capabilities, permissions
from chatd.channel import Channel
from chatd.commands.call import Call, Context, Failed, Refused, numeric
from chatd.commands.table import Command
from chatd.connection import Connection
from chatd.events import Audience, Event, Outcome, Own
from chatd.metadata import MOST_KEYS, MOST_SUBSCRIPTIONS, valid_key, valid_value
from chatd.person import Person
from chatd.rates import source
from protocol import fold

AWARE = capabilities.METADATA_2 | capabilities.METADATA_3
EVERYTHING = "*ALL"
"""The target of SYNC that stands for all one hears of."""
CROWD = 500
"""Members of a channel from which on its metadata is not sent with the JOIN, but when it is asked for."""
LATER_S = 2
NEEDS_KEY = frozenset({"GET", "SET", "SUB", "UNSUB"})
OF_ONESELF = frozenset({"SUB", "UNSUB", "SUBS"})


class _Words(NamedTuple):
    """What one version of the draft calls things."""

    invalid_key: str
    invalid_value: str
    too_many_subscriptions: str
    severity: str
    """Of an answer about one key among several."""


_SECOND = _Words("KEY_INVALID", "VALUE_INVALID", "TOO_MANY_SUBS", "FAIL")
_THIRD = _Words("INVALID_KEY", "INVALID_VALUE", "LIMIT_REACHED", "WARN")


class _Target(NamedTuple):
    """Whose metadata is meant."""

    name: str
    """As it is written in answers."""
    whose: Person | Channel


def _old(connection: Connection) -> bool:
    """Whether it speaks the second version, which is the one with METADATA messages."""
    return bool(connection.caps & capabilities.METADATA_2)


def _words(call: Call) -> _Words:
    return _SECOND if _old(call.connection) else _THIRD


def _failed(code: str, text: str, *about: str) -> Failed:
    return Failed(code, text, *about, enabled_by=AWARE)


def _warn(call: Call, code: str, text: str, *about: str) -> None:
    call.fail("METADATA", code, text, *about, enabled_by=AWARE, severity=_words(call).severity)


def metadata(call: Call) -> None:
    """METADATA: look up, set, and hear of what others set."""
    params = call.params
    subcommand = params[1].upper() if len(params) > 1 else ""
    handler = _SUBCOMMANDS.get(subcommand)
    if handler is None or (subcommand in NEEDS_KEY and len(params) < 3):
        raise _malformed(call, known=handler is not None)
    if subcommand in OF_ONESELF and params[0] != "*" and fold(params[0]) != fold(call.connection.nickname):
        raise _failed("INVALID_TARGET", "Subscriptions are one's own: use *", params[0])
    handler(call)


def _malformed(call: Call, *, known: bool) -> Refused:
    word = call.params[1] if len(call.params) > 1 else "*"
    if _old(call.connection) and len(call.params) > 1 and not known:
        return _failed("SUBCOMMAND_INVALID", "There is no such subcommand", word)
    if _old(call.connection):
        return Refused(protocol.ERR_NEEDMOREPARAMS, "METADATA", "Not enough parameters")
    return _failed("INVALID_PARAMS", "Not enough parameters" if known or word == "*" else "Unknown subcommand", word)


# --- looking up ---------------------------------------------------------------------------------


def _target_locked(call: Call) -> _Target:
    """Who or what is meant; what one must not look at answers like what does not exist."""
    connection, name = call.connection, call.params[0]
    if name == "*":
        return _Target(connection.nickname if connection.registered else "*", connection.person)
    if connection.registered and name[:1] == "#":
        channel = call.state.channel_locked(name)
        if channel is not None and _may_see(call, channel):
            return _Target(channel.name, channel)
    elif connection.registered:
        person = call.state.find_locked(name)
        if person is not None:
            return _Target(person.nickname, person)
    raise _failed("INVALID_TARGET", "There is no such nickname or channel that you may look at", name)


def _may_see(call: Call, channel: Channel) -> bool:
    person = call.connection.person
    return person.id in channel.members or bool(person.oper)


def _get(call: Call) -> None:
    with call.state.lock:
        target = _target_locked(call)
        values = dict(call.context.metadata.of(target.whose))
    batch = call.open_batch("metadata", target.name)
    start = len(call.parts)
    for key in call.params[2:]:
        if not valid_key(key):
            _warn(call, _words(call).invalid_key, "This cannot be a key", key)
        else:
            call.line(_answer(call, target.name, key, values.get(key)))
    _inside(call, batch, start)


def _list(call: Call) -> None:
    with call.state.lock:
        target = _target_locked(call)
        values = dict(call.context.metadata.of(target.whose))
    _reply_all(call, target.name, [_answer(call, target.name, key, value) for key, value in values.items()])


def _answer(call: Call, target: str, key: str, value: str | None) -> str:
    """761, or 766 where there is no value (to the third version an empty one is none)."""
    if value is None or (not value and not _old(call.connection)):
        return call.numeric(protocol.RPL_KEYNOTSET, target, key, "Key is not set")
    return call.numeric(protocol.RPL_KEYVALUE, target, key, "*", value)


def _reply_all(call: Call, target: str, lines: Iterable[str]) -> None:
    batch = call.open_batch("metadata", target)
    call.lines(f"@batch={batch} {line}" if batch else line for line in lines)
    call.close_batch(batch)


def _inside(call: Call, batch: str, start: int) -> None:
    """Put the lines answered since `start` into the batch, and end it."""
    if batch:
        call.parts[start:] = [f"@batch={batch} {part}" for part in call.parts[start:]]
        call.close_batch(batch)


# --- setting ------------------------------------------------------------------------------------


def _set(call: Call) -> None:
    key = call.params[2]
    value = call.params[3] if len(call.params) > 3 else None
    words = _words(call)
    if value == "" and not _old(call.connection):
        value = None
    if not valid_key(key):
        raise _failed(words.invalid_key, "This cannot be a key", key)
    if value is not None and not valid_value(key, value):
        about = () if _old(call.connection) else (key,)
        raise _failed(words.invalid_value, "The key cannot have this value", *about)
    with call.state.lock:
        target = _target_locked(call)
        _check_rights_locked(call, target, key)
        store = call.context.metadata
        before = store.of(target.whose).get(key)
        if value is None and before is None and _old(call.connection):
            raise _failed("KEY_NOT_SET", "The key has no value", target.name, key)
        if value != before and call.connection.registered:
            _check_rate_locked(call, target, key)
        if not store.set(target.whose, key, value):
            limit = () if _old(call.connection) else (str(MOST_KEYS),)
            raise _failed("LIMIT_REACHED", "There are too many keys", target.name, *limit)
        event = keep_locked(call, target.whose) if value != before else None
    if event is None:
        call.line(_answer(call, target.name, key, value))
        return

    def kept() -> None:
        with call.state.lock:
            if event.outcome is Outcome.FAILED:
                if store.of(target.whose).get(key) == value:
                    store.set(target.whose, key, before)
                raise _failed("STORAGE_FAILED", "The server cannot keep this at the moment", target.name, key)
            notify_locked(call.context, target.name, target.whose, {key: value}, call.connection)
        call.line(_answer(call, target.name, key, value))

    call.after_log(kept)


def _clear(call: Call) -> None:
    with call.state.lock:
        target = _target_locked(call)
        _check_rights_locked(call, target, "*")
        if call.connection.registered and call.context.metadata.of(target.whose):
            _check_rate_locked(call, target, "*")
        store = call.context.metadata
        values = store.clear(target.whose)
        event = keep_locked(call, target.whose)

    def kept() -> None:
        with call.state.lock:
            if event.outcome is Outcome.FAILED:
                for key, value in values.items():
                    store.set(target.whose, key, value)
                raise _failed("STORAGE_FAILED", "The server cannot keep this at the moment", target.name, "*")
            notify_locked(call.context, target.name, target.whose, dict.fromkeys(values), call.connection)
        _reply_all(call, target.name, [_cleared(call, target.name, key) for key in values])

    call.after_log(kept)


def _cleared(call: Call, target: str, key: str) -> str:
    if _old(call.connection):  # "one RPL_KEYVALUE event per cleared key": with nothing in it
        return call.numeric(protocol.RPL_KEYVALUE, target, key, "*", "")
    return call.numeric(protocol.RPL_KEYNOTSET, target, key, "Key is not set")


def _check_rights_locked(call: Call, target: _Target, key: str) -> None:
    me, whose = call.connection.person, target.whose
    if whose is me:
        return
    if isinstance(whose, Channel):
        allowed = permissions.allows("METADATA channel", permissions.actor_of(me, whose))
    else:
        allowed = permissions.allows("METADATA person", permissions.actor_of(me))
    if allowed:
        return
    raise _failed("KEY_NO_PERMISSION", "You may not set this there", target.name, key)


def _check_rate_locked(call: Call, target: _Target, key: str) -> None:
    """Each change may go to everybody who is here."""
    where, loopback, _ = source(call.connection.address)
    limits = call.context.config.limits
    if loopback or not limits.flood_protection or call.context.metadata.changes.take(where, call.context.monotonic()):
        return
    raise _failed("RATE_LIMITED", "Too many changes; wait a moment", target.name, key, str(LATER_S))


def keep_locked(call: Call, whose: Person | Channel) -> Event:
    """Have the log keep the values as they stand now."""
    event = Event(Audience.ORIGIN, "METADATA", "", call.connection, stored=False, own=Own.NEVER)
    event.writes = call.context.metadata.writes(whose, lasting=_lasts(whose))
    call.append_locked(event)
    return event


def _lasts(whose: Person | Channel) -> bool:
    return not isinstance(whose, Channel) or whose.lasting


# --- hearing of it ------------------------------------------------------------------------------


def notify_locked(
    context: Context,
    name: str,
    whose: Person | Channel,
    values: Mapping[str, str | None],
    but: Connection | None = None,
) -> None:
    """Tell who subscribed to these keys and sees this target, but not the connection that made the change."""
    seers = [session for session in _seers_locked(context, whose) if session is not but and session.subscriptions]
    _tell_locked(context, name, whose, values, seers)


def _tell_locked(
    context: Context, name: str, whose: Person | Channel, values: Mapping[str, str | None], to: Iterable[Connection]
) -> None:
    seers = list(to)
    for key, value in values.items():
        for old in (True, False):
            wanted = capabilities.METADATA_2 if old else capabilities.METADATA_3
            recipients = tuple(
                session for session in seers if session.caps & wanted and key in (session.subscriptions or ())
            )
            if not recipients:
                continue
            by = whose.source if isinstance(whose, Person) else context.name
            line = _message(by, name, key, value) if old else _notification(context.name, name, key, value)
            event = Event(Audience.PERSON, "METADATA", line, None, stored=False, needs=wanted)
            event.recipients = recipients
            context.log.append(event)


def _message(by: str, name: str, key: str, value: str | None) -> str:
    """What the second version is told: a METADATA message, without a value for a key that was removed."""
    return f":{by} METADATA {name} {key} *" + ("" if value is None else f" :{value}")


def _notification(server: str, name: str, key: str, value: str | None) -> str:
    """What the third version is told: one line for all, so it stands for nobody by name."""
    if not value:
        return numeric(server, "*", protocol.RPL_KEYNOTSET, name, key, "Key is not set")
    return numeric(server, "*", protocol.RPL_KEYVALUE, name, key, "*", value)


def _seers_locked(context: Context, whose: Person | Channel) -> Iterator[Connection]:
    """The sessions that get updates of this target ("Notifications")."""
    state = context.state
    if isinstance(whose, Channel):
        for member in state.members_locked(whose):
            yield from member.sessions
        return
    seen: dict[int, Person] = {whose.id: whose}
    for channel in whose.channels:
        seen.update((member.id, member) for member in state.members_locked(state.channels[channel]))
    for person in seen.values():
        yield from person.sessions
    yield from (watcher for watcher in state.monitors.watchers(whose.nickname) if watcher.person.id not in seen)


def watched_locked(context: Context, person: Person, watchers: Iterable[Connection]) -> None:
    """Those who have just begun to watch somebody, or whose watched one has come, are told what it says of itself."""
    values = context.metadata.of(person)
    if values:
        _tell_locked(context, person.nickname, person, dict(values), [each for each in watchers if each.subscriptions])


def joined_locked(context: Context, person: Person, channel: Channel) -> None:
    """A newcomer is seen from now on: those in the room who subscribed are told what it says of itself."""
    others = (member for member in context.state.members_locked(channel) if member is not person)
    watched_locked(context, person, (session for member in others for session in member.sessions))


# --- subscriptions ------------------------------------------------------------------------------


def _sub(call: Call) -> None:
    connection, words = call.connection, _words(call)
    with call.state.lock:
        subscribed = connection.subscriptions = connection.subscriptions or {}
        taken: dict[str, None] = {}
        new: dict[str, None] = {}
        for key in call.params[2:]:
            if not valid_key(key):
                _warn(call, words.invalid_key, "This cannot be a key", key)
                continue
            if key not in subscribed:
                if len(subscribed) >= MOST_SUBSCRIPTIONS:
                    about = () if _old(connection) else (str(MOST_SUBSCRIPTIONS),)
                    text = "You have subscribed to too many keys"
                    call.fail("METADATA", words.too_many_subscriptions, text, key, *about, enabled_by=AWARE)
                    break
                subscribed[key] = new[key] = None
            taken[key] = None
        _key_numerics(call, protocol.RPL_METADATASUBOK, taken)
        if connection.registered and new and connection.caps & AWARE:
            _sync_everything_locked(call, new)


def _unsub(call: Call) -> None:
    connection = call.connection
    gone: dict[str, None] = {}
    with call.state.lock:
        for key in call.params[2:]:
            if not valid_key(key):
                _warn(call, _words(call).invalid_key, "This cannot be a key", key)
                continue
            gone[key] = None
            if connection.subscriptions:
                connection.subscriptions.pop(key, None)
        _key_numerics(call, protocol.RPL_METADATAUNSUBOK, gone)


def _subs(call: Call) -> None:
    batch = call.open_batch("metadata-subs")
    start = len(call.parts)
    _key_numerics(call, protocol.RPL_METADATASUBS, call.connection.subscriptions or ())
    _inside(call, batch, start)


def _key_numerics(call: Call, number: str, keys: Iterable[str]) -> None:
    """As many of this numeric as are needed for all these keys, each a parameter of its own."""
    head = f":{call.context.name} {number} {call.connection.target} "
    words = " ".join(keys)
    for text in protocol.split_text(words, protocol.LINE_BYTES - 2 - len(head.encode())) if words else ():
        call.line(head + text)


# --- synchronization ----------------------------------------------------------------------------

Row = tuple[str, str, str, str]
"""Target, source, key, value."""


def _sync(call: Call) -> None:
    connection = call.connection
    keys = connection.subscriptions or {}
    with call.state.lock:
        if call.params[0].upper() == EVERYTHING and connection.registered:
            _sync_everything_locked(call, keys)
            return
        target = _target_locked(call)
        rows = _rows_locked(call.context, target, keys)
    _reply_all(call, target.name, _synchronized(call, rows))


def _sync_everything_locked(call: Call, keys: Mapping[str, None]) -> None:
    """The values of these keys of all whose changes the caller hears of."""
    state, person = call.state, call.connection.person
    rows = _values_of(call.context, _Target(person.nickname, person), keys)
    seen = {person.id}
    for channel in map(state.channels.__getitem__, person.channels):
        rows += _values_of(call.context, _Target(channel.name, channel), keys)
        for member in state.members_locked(channel):
            if member.id not in seen:
                seen.add(member.id)
                rows += _values_of(call.context, _Target(member.nickname, member), keys)
    _reply_all(call, EVERYTHING, _synchronized(call, rows))


def _rows_locked(context: Context, target: _Target, keys: Mapping[str, None]) -> list[Row]:
    rows = _values_of(context, target, keys)
    if isinstance(target.whose, Channel):
        for member in context.state.members_locked(target.whose):
            rows += _values_of(context, _Target(member.nickname, member), keys)
    return rows


def _values_of(context: Context, target: _Target, keys: Mapping[str, None]) -> list[Row]:
    values = context.metadata.of(target.whose)
    by = target.whose.source if isinstance(target.whose, Person) else context.name
    return [(target.name, by, key, value) for key, value in values.items() if key in keys] if values else []


def _synchronized(call: Call, rows: list[Row]) -> Iterator[str]:
    old, write = _old(call.connection), call.numeric
    for target, by, key, value in rows:
        if old:
            yield _message(by, target, key, value)
        elif value:
            yield write(protocol.RPL_KEYVALUE, target, key, "*", value)


def of_oneself(call: Call) -> None:
    """The batch behind the welcome: all that is known of the newcomer itself ("Automatic synchronization")."""
    connection = call.connection
    if connection.caps & AWARE:
        with call.state.lock:
            values = dict(call.context.metadata.of(connection.person))
        rows = [(connection.nickname, connection.source, key, value) for key, value in values.items()]
        _reply_all(call, connection.nickname, _synchronized(call, rows))


def of_channel_locked(call: Call, channel: Channel) -> list[str]:
    """What who joins a channel is told of it and its members, behind the names."""
    keys = call.connection.subscriptions
    if not call.connection.caps & AWARE or (_old(call.connection) and not keys):
        return []
    if len(channel.members) >= CROWD and keys:
        return [call.numeric(protocol.RPL_METADATASYNCLATER, channel.name, str(LATER_S), "Ask for it in a moment")]
    theirs = Call(call.context, call.connection, call.message)
    rows = _rows_locked(call.context, _Target(channel.name, channel), keys or {})
    batch = theirs.open_batch("metadata", channel.name)
    opened = [part for part in theirs.parts if isinstance(part, str)]
    lines = [f"@batch={batch} {line}" if batch else line for line in _synchronized(call, rows)]
    closed = [f":{call.context.name} BATCH -{batch}"] if batch else []
    return [*opened, *lines, *closed]


def entered_locked(call: Call, was: Person) -> None:
    """Registration is complete: what was set before it is the person's now, and those who see it are told."""
    person = call.connection.person
    if was is person and not person.account:
        return
    new = call.context.metadata.claimed(was, person)
    if new:
        keep_locked(call, person)
        notify_locked(call.context, person.nickname, person, new, call.connection)


_SUBCOMMANDS: dict[str, Callable[[Call], None]] = {
    "GET": _get,
    "LIST": _list,
    "SET": _set,
    "CLEAR": _clear,
    "SUB": _sub,
    "UNSUB": _unsub,
    "SUBS": _subs,
    "SYNC": _sync,
}

COMMANDS = {"METADATA": Command(metadata, feature="metadata", before_registration=True)}
