"""`export CHANNEL`: what was said in a room, as a page to read (html), lines for programs (jsonl) or a table (csv).

Private chats are never exported: they are their owners' own. Removed messages are left out, edited ones stand with
their latest text. From a damaged history whatever can be read is written. See the package.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

import protocol
from chatd.log.epochs import Epochs
from chatd.log.spoken import is_action, nickname_of, text_of
from chatd.log.times import milliseconds_of, written
from chatd.upkeep.source import UpkeepError
from translations import language, ntr, tr

PAGE = 2_000
"""Messages read at once: a longer look would keep the running server's files from shrinking."""
FIELDS = """
    SELECT original.seq, original.at, original.verb, original.line, original.tags,
        COALESCE(latest.line, original.line), COALESCE(latest.extra, original.extra), latest.seq IS NOT NULL
    FROM events AS original LEFT JOIN events AS latest ON latest.seq = original.edit
    WHERE original.gone = 0 AND original.about = 0 AND original.verb IN ('PRIVMSG', 'NOTICE')
"""
PLACED = "SELECT seq FROM places WHERE said = 1 AND conversation = ? AND seq > ? ORDER BY seq LIMIT ?"
IN_ROOM = f"{FIELDS} AND original.seq IN ({PLACED}) ORDER BY original.seq"
ONE = f"{FIELDS} AND original.seq = ?"
LINK = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)

Row = tuple[int, int, str, str, str, str, str, int]


@dataclass(frozen=True, slots=True)
class Said:
    """One message as it is exported."""

    id: str
    time: str
    nickname: str
    kind: str
    """message, action ("/me"), or notice."""
    text: str
    edited: bool
    reply_to: str
    """msgid of what it answers, or ""."""


class Room:
    """The messages of one channel; `unreadable` counts those that a damaged history does not give back."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._connection = connection
        self._epochs = Epochs(connection)
        self.key = protocol.fold(name if name.startswith("#") else "#" + name)
        row = connection.execute("SELECT id FROM conversations WHERE key = ?", (self.key,)).fetchone()
        if row is None:
            rooms = [
                key for (key,) in connection.execute("SELECT key FROM conversations WHERE one IS NULL ORDER BY key")
            ]
            known = tr("Rooms there are: {names}").format(names=", ".join(rooms)) if rooms else ""
            raise UpkeepError(tr("Nothing was said in {name}. {known}").format(name=self.key, known=known).strip())
        self._number = int(row[0])
        self.unreadable = 0

    def __iter__(self) -> Iterator[Said]:
        above = 0
        while True:
            try:
                rows = self._connection.execute(IN_ROOM, (self._number, above, PAGE)).fetchall()
            except sqlite3.Error:
                yield from map(self._said, self._one_by_one(above))
                return
            if not rows:
                return
            yield from map(self._said, rows)
            above = rows[-1][0]

    def _one_by_one(self, above: int) -> Iterator[Row]:
        """The rest of a damaged history: every event by its number, as the lists of rooms may be what is damaged."""
        last = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
        for seq in range(above + 1, last[0] + 1 if last else 0):
            try:
                row = self._connection.execute(ONE, (seq,)).fetchone()
            except sqlite3.Error:
                self.unreadable += 1
                continue
            if row is not None and protocol.fold(row[3].split(" ", 3)[2]) == self.key:
                yield row

    def _said(self, row: Row) -> Said:
        seq, at, verb, original, tags, latest, extra, edited = row
        kind = "action" if is_action(latest) else "notice" if verb == "NOTICE" else "message"
        reply = re.search(r"(?:^|;)\+(?:draft/)?reply=([^;]+)", tags)
        return Said(
            self._epochs.id_of(seq),
            written(at),
            nickname_of(original),
            kind,
            text_of(latest, extra),
            bool(edited),
            protocol.unescape_tag(reply[1]) if reply else "",
        )


def as_jsonl(_name: str, messages: Iterable[Said], _zone: tzinfo | None = None) -> Iterator[str]:
    """One JSON object a line; times in UTC."""
    for said in messages:
        fields = {"id": said.id, "time": said.time, "nickname": said.nickname, "kind": said.kind, "text": said.text}
        more = {"edited": True} if said.edited else {}
        reply = {"reply_to": said.reply_to} if said.reply_to else {}
        yield json.dumps({**fields, **more, **reply}, ensure_ascii=False) + "\n"


def as_csv(_name: str, messages: Iterable[Said], zone: tzinfo | None = None) -> Iterator[str]:
    """A table for a spreadsheet, with local times; no cell of it is a formula."""
    yield _csv_row([tr("Time"), tr("Name"), tr("Message"), tr("Edited"), "msgid"])
    for said in messages:
        time = f"{_local(said.time, zone):%Y-%m-%d %H:%M:%S}"
        edited = tr("yes") if said.edited else ""
        yield _csv_row([time, said.nickname, _shown(said), edited, said.id])


def _csv_row(cells: list[str]) -> str:
    row = io.StringIO()
    # A cell that begins so would be worked out by spreadsheets (CSV injection).
    csv.writer(row).writerow(
        ["'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell for cell in cells]
    )
    return row.getvalue()


def as_html(name: str, messages: Iterable[Said], zone: tzinfo | None = None) -> Iterator[str]:
    """A page that stands alone: no scripts, nothing fetched."""
    yield _HEAD.format(language=language(), title=html.escape(name))
    day = ""
    count = 0
    for said in messages:
        moment = _local(said.time, zone)
        count += 1
        if day != (day := _day(moment)):
            yield f"<h2>{html.escape(day)}</h2>\n"
        kind = f' class="{said.kind}"' if said.kind != "message" else ""
        edited = f" <small>({html.escape(tr('edited'))})</small>" if said.edited else ""
        who = f"<b>{html.escape(said.nickname)}</b>"
        time = f"<time>{moment:%H:%M}</time>"
        yield f'<p id="{html.escape(said.id)}"{kind}>{time} {who} {_linked(said.text)}{edited}</p>\n'
    yield f"<footer>{html.escape(ntr('{n} message', '{n} messages', count).format(n=count))}</footer>\n</html>\n"


def _linked(text: str) -> str:
    shown, end = "", 0
    for link in LINK.finditer(text):
        address = html.escape(link[0])
        shown += html.escape(text[end : link.start()]) + f'<a href="{address}" rel="noreferrer noopener">{address}</a>'
        end = link.end()
    return shown + html.escape(text[end:])


def _local(time: str, zone: tzinfo | None) -> datetime:
    return datetime.fromtimestamp(milliseconds_of(time) / 1000, zone).astimezone(zone)


def _day(moment: datetime) -> str:
    days = [tr("Monday"), tr("Tuesday"), tr("Wednesday"), tr("Thursday"), tr("Friday"), tr("Saturday"), tr("Sunday")]
    return f"{days[moment.weekday()]}, {moment:%Y-%m-%d}"


def _shown(said: Said) -> str:
    return f"* {said.nickname} {said.text}" if said.kind == "action" else said.text


FORMATS: dict[str, Callable[[str, Iterable[Said], tzinfo | None], Iterator[str]]] = {
    "html": as_html,
    "jsonl": as_jsonl,
    "csv": as_csv,
}

_HEAD = """<!DOCTYPE html>
<html lang="{language}">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
body {{ max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.45 system-ui, sans-serif; }}
h2 {{ font-size: 1rem; margin: 1.6em 0 .4em; border-bottom: 1px solid #8886; }}
p {{ margin: .2em 0; padding-left: 3.6em; white-space: pre-wrap; overflow-wrap: anywhere; }}
time {{ float: left; margin-left: -3.6em; color: #888; font-variant-numeric: tabular-nums; }}
.action {{ font-style: italic; }} .notice {{ opacity: .75; }} small, footer {{ color: #888; }}
footer {{ margin-top: 2em; }}
p:target {{ background: #fd04; }}
</style>
<h1>{title}</h1>
"""
