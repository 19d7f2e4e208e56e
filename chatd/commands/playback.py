"""Stored events written out again for one connection: for CHATHISTORY, SEARCH and the replay at a join.

What a connection gets is what it would have got live, by the capabilities it has now. Lines are made one after another
as there is room for them. Imports `log`, `rendering` and what is below; entered by every I/O thread.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

import protocol
from chatd import capabilities, rendering
from chatd.log import Record
from chatd.rendering import EDIT, EDIT_MARK, Lines

SAID = ("PRIVMSG", "NOTICE")
HAPPENED = ("JOIN", "PART", "QUIT", "NICK", "KICK", "MODE", "TOPIC")

EDITED = f"{protocol.VENDOR}/edited"
"""The tag of a message whose text is not the first one any more."""
ACTION = "\x01ACTION "


def verbs(caps: int) -> tuple[str, ...]:
    """The kinds of events that a client with these capabilities is played back (IRCv3 chathistory)."""
    if not caps & capabilities.EVENT_PLAYBACK:
        return SAID
    tags = ("TAGMSG",) if caps & capabilities.MESSAGE_TAGS else ()
    redactions = ("REDACT",) if caps & capabilities.MESSAGE_REDACTION else ()
    undone = ("UNREDACT",) if caps & capabilities.UNREDACT else ()
    return (*SAID, *HAPPENED, *tags, *redactions, *undone)


def wants_edits(caps: int) -> bool:
    """Whether edits come as events of their own; who knows them needs no more than the latest text."""
    return not caps & capabilities.EDIT or bool(caps & capabilities.EVENT_PLAYBACK)


def lines_of(record: Record) -> Lines:
    """The lines of a message."""
    return rendering.unpack(record.extra) or ((record.line[len(rendering.head_of(record.line)) :], False),)


class Playback:
    """Writes records for a connection that has these capabilities; `batch` is what all of it stands in, if any."""

    def __init__(self, caps: int, batch: str = "", account_of: Callable[[str], str] = lambda _owner: "") -> None:
        """`account_of` knows the name of an owner's account, "" for none."""
        self._caps = caps
        self._account_of = account_of
        self._knows_edits = bool(caps & capabilities.EDIT)
        self._within = f"batch={batch}" if batch else ""

    def history(self, records: Iterable[Record]) -> Iterator[str]:
        """Everything as it was live: who does not know edits reads the first text, and each edit as a message."""
        return self._each(records, latest=self._knows_edits)

    def latest(self, records: Iterable[Record]) -> Iterator[str]:
        """Messages by their latest text, whoever reads them."""
        return self._each(records, latest=True)

    def replay(self, records: Iterable[Record], now: float) -> Iterator[str]:
        """Messages for a program without history of its own; where it cannot read times they stand in the text."""
        for record in records:
            first = lines_of(record)[0][0]
            if first.startswith("\x01") and not first.startswith(ACTION):
                continue  # a question of one program to another: nobody waits for its answer any more
            timed = self._caps & capabilities.SERVER_TIME
            yield from self._message(record, latest=True) if timed else self._clocked(record, now)

    def _each(self, records: Iterable[Record], *, latest: bool) -> Iterator[str]:
        for record in records:
            if record.verb in SAID:
                yield from self._message(record, latest=latest)
            else:
                yield _written(self._tags(record, record.client_tags), self._happened(record))

    def _happened(self, record: Record) -> str:
        if record.verb == "JOIN" and record.extra and self._caps & capabilities.EXTENDED_JOIN:
            return str(json.loads(record.extra)["extended"])
        return record.line

    def _message(self, record: Record, *, latest: bool) -> Iterator[str]:
        lines, client_tags, mark = lines_of(record), record.client_tags, ""
        if record.edit is not None and latest:
            lines = lines_of(record.edit)
            if self._knows_edits:
                client_tags = _joined(f"{EDITED}={record.edit.id}", client_tags)
        elif record.about and self._knows_edits:
            client_tags = _joined(f"{EDIT}={record.about_id}", client_tags)
        elif record.about:
            mark = EDIT_MARK
            client_tags = rendering.edit_tags(client_tags, record.about_id)
        head = _head(record, lines)
        tags = self._tags(record, client_tags)
        if len(lines) == 1:
            yield _written(tags, head + mark + lines[0][0])
        elif self._caps & capabilities.BATCHED_LINES == capabilities.BATCHED_LINES:
            marked = ((mark + lines[0][0], False), *lines[1:])
            *written, end = rendering.as_batch(f"m{record.seq}", tags, head, marked)
            yield from written
            yield _written(self._within, end)
        else:
            first, *rest = [text for text, _ in lines if text]
            # The id stands on the first line only (draft/multiline, "Message ids").
            yield from rendering.as_lines(tags, self._tags_of_all(record), head, [mark + first, *rest])

    def _clocked(self, record: Record, now: float) -> Iterator[str]:
        """The message with its time in front of its text, in as many lines as that needs."""
        texts = [text for text, _ in lines_of(record.edit or record)]
        head, end = rendering.head_of(record.line), ""
        if texts[0].startswith(ACTION):
            head, end = head + ACTION, "\x01"
            texts[0] = texts[0].removeprefix(ACTION).rstrip("\x01")
        texts[0] = f"{_clock(record.time, now)} {texts[0]}"
        room = protocol.LINE_BYTES - 2 - len((head + end).encode())
        tags = self._tags(record, record.client_tags)
        for text in filter(None, texts):
            for part in protocol.split_text(text, room):
                yield _written(tags, head + part + end)
                tags = self._within

    def _tags(self, record: Record, client_tags: str) -> str:
        tagged = self._caps & capabilities.MESSAGE_TAGS
        msgid = f"msgid={record.id}" if tagged else ""
        sender = _joined(self._time(record), self._account(record))
        return _joined(self._within, sender, msgid, client_tags if tagged else "")

    def _tags_of_all(self, record: Record) -> str:
        """The tags that stand on each line of a message of several."""
        bot = rendering.bot_of(record.client_tags) if self._caps & capabilities.MESSAGE_TAGS else ""
        return _joined(self._within, self._time(record), self._account(record), bot)

    def _account(self, record: Record) -> str:
        account = self._account_of(record.sender) if self._caps & capabilities.ACCOUNT_TAG else ""
        return rendering.account_tag(account) if account else ""

    def _time(self, record: Record) -> str:
        return f"time={record.time}" if self._caps & capabilities.SERVER_TIME else ""


def _head(record: Record, lines: Lines) -> str:
    """What stands in front of each line: with the author's name of then, unless an edit does not fit behind it."""
    head = rendering.head_of(record.line)
    longest = max(len(text.encode()) for text, _ in lines)
    if record.edit is not None and len(head.encode()) + longest > protocol.LINE_BYTES - 2:
        return rendering.head_of(record.edit.line)
    return head


def _joined(*tags: str) -> str:
    return ";".join(filter(None, tags))


def _written(tags: str, line: str) -> str:
    return f"@{tags} {line}" if tags else line


def _clock(time: str, now: float) -> str:
    """`[10:32]` in the server's time of day, with the date in front unless it is today."""
    moment = datetime.fromisoformat(time).astimezone()
    today = datetime.fromtimestamp(now, UTC).astimezone().date()
    return moment.strftime("[%H:%M]" if moment.date() == today else "[%Y-%m-%d %H:%M]")
