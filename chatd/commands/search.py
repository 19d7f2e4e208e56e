"""SEARCH (soju's `search` extension): messages that fit, out of what the asker may read now.

`text` understands what people type into a search box too (`chatd.log.terms`). The search is done by workers.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import protocol
from chatd import capabilities
from chatd.commands.call import Call, Failed, Refused
from chatd.commands.history import ALL, BEGINNING, END, next_moment, partners, readable, valid_time
from chatd.commands.playback import Playback
from chatd.commands.table import Command
from chatd.log import Log, Query, Record
from chatd.log.terms import parse_terms
from protocol import fold

LIMIT = 100
"""Most messages of one answer."""
USUAL = 50
"""How many there are when no limit is asked for."""
HAS = f"{protocol.VENDOR}/has"
"""An attribute of ours: `link`."""

NO_TARGET = "There is nothing here that you may read"


def failed(attribute: str, text: str) -> Failed:
    """What is answered to an attribute that cannot be used; the capability brings FAIL with it."""
    return Failed("INVALID_PARAMS", text, attribute, enabled_by=capabilities.SEARCH)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is searched for, before the log is asked."""

    text: str
    nickname: str
    targets: tuple[str, ...]
    """Where: the first of them that may be read; anywhere if there is none."""
    after: str
    """The first moment."""
    before: str
    """The moment behind the last one."""
    has_link: bool
    newest: bool
    limit: int


def search(call: Call) -> None:
    """SEARCH: messages that fit all attributes, for clients that asked for the capability."""
    if not call.connection.caps & capabilities.SEARCH:
        raise Refused(protocol.ERR_UNKNOWNCOMMAND, "SEARCH", "Unknown command")
    if len(call.params) > 1:
        raise failed(call.params[1], "Too many parameters")
    wanted = _wanted(call.params[0])
    log, person = call.context.log, call.connection.person
    only = next((key for key, _ in (readable(call, target) for target in wanted.targets) if key), "")
    if wanted.targets and not only:
        raise failed("in", NO_TARGET)
    with call.state.lock:
        channels, owner = list(person.channels), person.owned_by()

    def work() -> list[Record]:
        keys = [only] if only else _conversations(log, channels, owner)
        return log.search(_query(log, wanted, keys))

    def then(found: list[Record]) -> None:
        records = _by_names_of_now(call, owner, found)
        batch = call.open_batch("soju.im/search")
        call.lines(Playback(call.connection.caps, batch, call.context.accounts.name_of).latest(records))
        call.close_batch(batch)

    call.defer(work, then, "search", _unavailable(call))


def _unavailable(call: Call) -> Callable[[str], None]:
    text = "The search could not be run"
    return lambda _why: Failed("INTERNAL_ERROR", text, enabled_by=capabilities.SEARCH).answer(call)


# --- what is asked for --------------------------------------------------------------------------


def _wanted(text: str) -> Wanted:
    attributes = protocol.parse_tags(text)
    unknown = [name for name in attributes if name not in _CHECKS]
    if unknown:
        raise failed(unknown[0], "Unknown attribute")
    for name, value in attributes.items():
        if not _CHECKS[name](value):
            raise failed(name, "Invalid value")
    terms = parse_terms(attributes.get("text", ""))
    before = attributes.get("before", "")
    return Wanted(
        text=terms.text,
        nickname=fold(attributes.get("from") or terms.nickname),
        targets=_targets(attributes.get("in", ""), terms.channel),
        after=max(attributes.get("after", ""), terms.after),
        before=min(next_moment(before) if before else END, terms.before or END),
        has_link=terms.has_link or HAS in attributes,
        newest="after" not in attributes,
        limit=min(int(attributes.get("limit", USUAL)), LIMIT),
    )


def _targets(named: str, typed: str) -> tuple[str, ...]:
    """What is typed may lack the `#` of a channel."""
    if named or not typed:
        return (named,) if named else ()
    return (typed,) if typed.startswith("#") else (typed, "#" + typed)


def _is_limit(value: str) -> bool:
    return value.isascii() and value.isdecimal() and len(value) < 10 and int(value) > 0


_CHECKS: Mapping[str, Callable[[str], bool]] = {
    "in": bool,
    "from": bool,
    "after": valid_time,
    "before": valid_time,
    "text": lambda _value: True,
    "limit": _is_limit,
    HAS: lambda value: value == "link",
}


def _query(log: Log, wanted: Wanted, conversations: Collection[str]) -> Query:
    return Query(
        text=wanted.text,
        conversations=conversations,
        nickname=wanted.nickname,
        after=log.first_at(wanted.after) - 1 if wanted.after else 0,
        before=log.first_at(wanted.before) if wanted.before != END else 1 << 62,
        has_link=wanted.has_link,
        newest=wanted.newest,
        limit=wanted.limit,
    )


def _conversations(log: Log, channels: list[str], owner: str) -> list[str]:
    """All that the asker may read: the channels one is in, one's private chats."""
    return [target.conversation for target in log.targets(channels, owner, BEGINNING, END, ALL)]


# --- what is found ------------------------------------------------------------------------------


def _by_names_of_now(call: Call, owner: str, found: list[Record]) -> list[Record]:
    """Ascending; private messages by the nicknames that the two have now, for nothing else says whose chat it is."""
    private = {record.conversations[0] for record in found if record.conversations[0][0] == "@"}
    names = partners(call, sorted(private))
    mine = call.connection.nickname
    records = []
    for record in sorted(found, key=lambda record: record.seq):
        other = names.get(record.conversations[0], "")
        if other:
            pair = (mine, other) if record.sender == owner else (other, mine)
            edit = record.edit and dataclasses.replace(record.edit, line=_between(record.edit.line, *pair))
            record = dataclasses.replace(record, line=_between(record.line, *pair), edit=edit)
        records.append(record)
    return records


def _between(line: str, sender: str, recipient: str) -> str:
    """The line with these nicknames, as it was where it would become too long."""
    source, verb, _, text = line.split(" ", 3)
    _, mark, rest = source.partition("!")
    renamed = f":{sender}{mark}{rest} {verb} {recipient} {text}"
    return renamed if len(renamed.encode()) <= protocol.LINE_BYTES - 2 else line


COMMANDS = {"SEARCH": Command(search, 1, feature="search")}
