"""What was said before: CHATHISTORY (IRCv3 chathistory, event-playback) and the replay at a join.

Rights come first: a channel only while one is in it, a private chat only for its two owners; whatever else is asked
for is answered like something that does not exist. The log is read by workers (`Call.defer`), which start when the
asker's own events are back from the log, so that a JOIN and the history asked for behind it leave no gap.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import protocol
from chatd import capabilities
from chatd.commands import sending
from chatd.commands.call import Call, Failed, Refused
from chatd.commands.playback import SAID, Playback, verbs, wants_edits
from chatd.commands.table import Command
from chatd.events import Event
from chatd.log import Log, Record, Selector, Target
from protocol import fold

ALL = 1 << 30
BEGINNING, END = "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)

Answer = list[Record] | str
"""What was found, or the msgid that could not be."""


def failed(code: str, text: str, *about: str) -> Failed:
    """What this command is refused with; the capability brings FAIL with it."""
    return Failed(code, text, *about, enabled_by=capabilities.CHATHISTORY)


@dataclass(frozen=True, slots=True)
class Place:
    """A point of the log: what stands after it is above `after`, what stands before it below `before`."""

    after: int
    before: int


def chathistory(call: Call) -> None:
    """CHATHISTORY: what was said before, for clients that asked for the capability."""
    if not call.connection.caps & capabilities.CHATHISTORY:
        raise Refused(protocol.ERR_UNKNOWNCOMMAND, "CHATHISTORY", "Unknown command")
    subcommand = call.params[0].upper() if call.params else ""
    if subcommand == "TARGETS":
        _check_count(call, 4)
        _targets(call)
    elif subcommand in _READERS:
        _check_count(call, 5 if subcommand == "BETWEEN" else 4)
        _messages(call, subcommand)
    else:
        raise failed("INVALID_PARAMS", "Unknown command", call.params[0] if call.params else "")


def _check_count(call: Call, count: int) -> None:
    if len(call.params) < count:
        raise failed("INVALID_PARAMS", "Insufficient parameters", call.params[0])
    if len(call.params) > count:
        raise failed("INVALID_PARAMS", "Too many parameters", call.params[0])


def _limit(call: Call) -> int:
    text = call.params[-1]
    digits = text.lstrip("0")
    if not (digits.isascii() and digits.isdecimal()):
        raise failed("INVALID_PARAMS", "Invalid limit", call.params[0], text)
    most = call.context.config.history.chathistory_max
    return most if len(digits) > 4 else min(int(digits), most)


def _unavailable(call: Call, *about: str) -> Callable[[str], None]:
    return lambda _why: failed("MESSAGE_ERROR", "Messages could not be retrieved", *about).answer(call)


# --- whose history ------------------------------------------------------------------------------


def readable(call: Call, target: str) -> tuple[str, str]:
    """Key and shown name of a conversation the caller may read; two empty words for everything else."""
    person = call.connection.person
    with call.state.lock:
        if target.startswith("#"):
            key = fold(target)
            channel = call.state.channels.get(key)
            return (key, channel.name) if channel is not None and key in person.channels else ("", "")
        peer = sending.peer_locked(call.context, call.connection, target)
        return (peer.key, peer.name) if peer is not None else ("", "")


def partners(call: Call, conversations: list[str]) -> dict[str, str]:
    """By what name the other one of each of these private chats (keys) can be asked for now, where there is one."""
    mine = call.connection.person.owned_by()
    names = {}
    with call.state.lock:
        for key in conversations:
            one, _, other = key[1:].partition(" ")
            owner = other if one == mine else one
            person = call.state.owner_locked(owner)
            names[key] = person.nickname if person is not None else call.context.accounts.name_of(owner)
    return {key: name for key, name in names.items() if name}


# --- points in time -----------------------------------------------------------------------------


def valid_time(text: str) -> bool:
    """Whether this is a moment as the server-time tag writes it."""
    if not _TIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def next_moment(time: str) -> str:
    """One millisecond later."""
    try:
        later = datetime.fromisoformat(time) + timedelta(milliseconds=1)
    except OverflowError:
        return time
    return later.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _check_reference(call: Call, text: str) -> None:
    kind, equals, value = text.partition("=")
    about = (call.params[0], call.params[1], text)
    if kind == "timestamp" and equals:
        if not valid_time(value):
            raise failed("INVALID_PARAMS", "Invalid timestamp", call.params[0], text)
    elif kind != "msgid" and equals:
        raise failed("INVALID_MSGREFTYPE", "References are msgid= or timestamp=", *about)
    elif not value:
        raise failed("INVALID_PARAMS", "Invalid reference", call.params[0], text)


class _UnknownError(Exception):
    """This msgid stands nowhere in the conversation (any more)."""


def _place(log: Log, conversation: str, reference: str) -> Place:
    kind, _, value = reference.partition("=")
    if kind == "timestamp":
        return Place(log.first_at(next_moment(value)) - 1, log.first_at(value))
    seq = log.position(value, conversation) or _seen_beside(log, conversation, value)
    if not seq:
        raise _UnknownError(value)
    return Place(seq, seq)


def _seen_beside(log: Log, conversation: str, msgid: str) -> int:
    """The number of a QUIT or NICK of one of the two who talk, which clients show in their chat too; 0 for none."""
    if conversation[0] != "@":
        return 0
    record = log.find(msgid)
    seen = record is not None and record.verb in ("QUIT", "NICK") and record.sender in conversation[1:].split(" ")
    return record.seq if record is not None and seen else 0


# --- messages -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one conversation as one client may see it."""

    log: Log
    conversation: str
    verbs: tuple[str, ...]
    edits: bool

    def newest(self, limit: int, *, after: int = 0, before: int = 1 << 62) -> list[Record]:
        """The last ones between these two."""
        selector = Selector(after, before, newest=True, verbs=self.verbs, edits=self.edits)
        return self.log.read(self.conversation, selector, limit) if limit > 0 else []

    def oldest(self, limit: int, *, after: int = 0, before: int = 1 << 62) -> list[Record]:
        """The first ones between these two."""
        selector = Selector(after, before, newest=False, verbs=self.verbs, edits=self.edits)
        return self.log.read(self.conversation, selector, limit) if limit > 0 else []


def _before(reader: Reader, places: list[Place], limit: int) -> list[Record]:
    return reader.newest(limit, before=places[0].before)


def _after(reader: Reader, places: list[Place], limit: int) -> list[Record]:
    return reader.oldest(limit, after=places[0].after)


def _latest(reader: Reader, places: list[Place], limit: int) -> list[Record]:
    return reader.newest(limit, after=places[0].after if places else 0)


def _around(reader: Reader, places: list[Place], limit: int) -> list[Record]:
    """Half of them before it, the rest from it on; where one side has less the other has more."""
    middle = places[0].before
    older = reader.newest(limit // 2, before=middle)
    newer = reader.oldest(limit - len(older), after=middle - 1)
    if len(older) == limit // 2 and len(older) + len(newer) < limit:
        older = reader.newest(limit - len(newer), before=middle)
    return older + newer


def _between(reader: Reader, places: list[Place], limit: int) -> list[Record]:
    """Counted from the first, be it the earlier or the later one."""
    first, second = places
    if first.before <= second.before:
        return reader.oldest(limit, after=first.after, before=second.before)
    return reader.newest(limit, after=second.after, before=first.before)


_READERS: dict[str, Callable[[Reader, list[Place], int], list[Record]]] = {
    "BEFORE": _before,
    "AFTER": _after,
    "LATEST": _latest,
    "AROUND": _around,
    "BETWEEN": _between,
}


def _messages(call: Call, subcommand: str) -> None:
    target = call.params[1]
    references = call.params[2:-1]
    if subcommand == "LATEST" and references == ["*"]:
        references = []
    for reference in references:
        _check_reference(call, reference)
    limit = _limit(call)
    conversation, shown = readable(call, target)
    if not conversation:
        raise failed("INVALID_TARGET", "Messages could not be retrieved", call.params[0], target)
    caps = call.connection.caps
    reader = Reader(call.context.log, conversation, verbs(caps), wants_edits(caps))

    def work() -> Answer:
        try:
            places = [_place(reader.log, conversation, reference) for reference in references]
        except _UnknownError as unknown:
            return str(unknown)
        return _READERS[subcommand](reader, places, limit)

    def then(answer: Answer) -> None:
        if isinstance(answer, str):
            raise failed("MESSAGE_ERROR", "Messages could not be retrieved", call.params[0], target, answer)
        batch = call.open_batch("chathistory", shown)
        call.lines(Playback(caps, batch, call.context.accounts.name_of).history(answer))
        call.close_batch(batch)

    call.defer(work, then, unavailable=_unavailable(call, call.params[0], target))


# --- conversations ------------------------------------------------------------------------------


def _targets(call: Call) -> None:
    times = []
    for reference in call.params[1:3]:
        kind, _, value = reference.partition("=")
        if kind != "timestamp" or not valid_time(value):
            raise failed("INVALID_PARAMS", "Invalid timestamp", call.params[0], reference)
        times.append(value)
    limit = _limit(call)
    log, person = call.context.log, call.connection.person
    with call.state.lock:
        channels, owner = list(person.channels), person.owned_by()
    backwards = times[0] > times[1]
    after, before = sorted(times)

    def then(found: list[Target]) -> None:
        names = _names(call, [target.conversation for target in found])
        rows = [(names[target.conversation], target.time) for target in found if target.conversation in names]
        rows = rows[-limit:] if backwards else rows[:limit]
        batch = call.open_batch("draft/chathistory-targets")
        tag = f"@batch={batch} " if batch else ""
        server = call.context.name
        call.lines(f"{tag}:{server} CHATHISTORY TARGETS {name} {time}" for name, time in rows)
        call.close_batch(batch)

    call.defer(
        lambda: log.targets(channels, owner, after, before, ALL), then, unavailable=_unavailable(call, call.params[0])
    )


def _names(call: Call, conversations: list[str]) -> dict[str, str]:
    with call.state.lock:
        channels = [call.state.channels.get(key) for key in conversations if key[0] == "#"]
        names = {fold(channel.name): channel.name for channel in channels if channel is not None}
    return names | partners(call, [key for key in conversations if key[0] == "@"])


# --- replay -------------------------------------------------------------------------------------


def replay(call: Call, shown: str, joined: Event) -> None:
    """Show who just joined what was said before, unless the client can ask for it or was not asked to be shown.

    `joined` may be a JOIN that only shows somebody where it is already: what came before it counts by its time.
    """
    connection, count = call.connection, call.context.config.history.replay_lines
    if count <= 0 or connection.classic or connection.caps & capabilities.CHATHISTORY:
        return
    reader = Reader(call.context.log, joined.channel, SAID, edits=False)

    def work() -> list[Record]:
        if not joined.stored:
            return reader.newest(count, before=call.context.log.first_at(next_moment(joined.time)))
        return reader.newest(count, before=joined.seq)  # a JOIN that could not be kept has none before it

    def then(records: list[Record]) -> None:
        if records:
            batch = call.open_batch("chathistory", shown)
            playback = Playback(connection.caps, batch, call.context.accounts.name_of)
            call.lines(playback.replay(records, call.context.now()))
            call.close_batch(batch)

    call.follow(work, then)


COMMANDS = {"CHATHISTORY": Command(chathistory)}
