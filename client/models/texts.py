"""What a row says: sentences, times and dates in the language in use, safe to show as plain text.

The one place that turns an entry into words; the delegate, the accessible texts and the clipboard
take them from here, at the moment they need them. Hidden and direction-changing characters of other
people are written out, and inside our sentences their names stand between isolates, so that no name
can turn the sentence around. QtCore only (QLocale).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from functools import cache

from PyQt5.QtCore import QDate, QLocale, QTime

import protocol
from client.changes import Delivery, Entry, EntryKind, Gap, Quote, Reaction
from client.core import mode_words
from client.models import markup
from client.models.rows import TIMELESS, Row
from translations import language, ntr, tr

_FSI, _PDI = "\u2068", "\u2069"
_NAMED = 2
"""Up to so many people are named in a folded line; more are counted."""
_REACTED = 20
"""Up to so many people are named of those who reacted."""
_LINE_CHARACTERS = 300
"""More of a text is never shown on one line."""

_MARKED = frozenset({EntryKind.MESSAGE, EntryKind.NOTICE})
"""People write these: what stands in them may hold marks."""

_HARMLESS = re.compile("([\n\t\u200e\u200f\u061c]+)")
"""Line ends, tabs, and the marks that people writing right to left need."""


def safe_name(name: str) -> str:
    """A name with hidden characters written out."""
    return protocol.show_hidden(name)


def safe_text(text: str) -> str:
    """A message with hidden characters written out; line ends stay."""
    if not protocol.has_hidden(text):
        return text
    parts = _HARMLESS.split(text)
    return "".join(part if number % 2 else protocol.show_hidden(part) for number, part in enumerate(parts))


def isolated(name: str) -> str:
    """A name for use inside a sentence: its direction stays its own."""
    return f"{_FSI}{safe_name(name)}{_PDI}"


def plain(text: str) -> str:
    """A sentence of ours without isolates, for the clipboard and for screen readers."""
    return text.replace(_FSI, "").replace(_PDI, "")


# --- times and numbers ------------------------------------------------------------------------


@cache
def _locale(code: str) -> QLocale:
    return QLocale("id_ID" if code == "id" else "en_GB")


def locale() -> QLocale:
    """How dates and numbers are written in the language in use."""
    return _locale(language())


def number_text(number: int) -> str:
    """`12.345` or `12,345`."""
    return locale().toString(number)


def time_text(seconds: float) -> str:
    """`10.32` or `10:32`, here, of a time in seconds since the epoch."""
    here = time.localtime(seconds)
    return locale().toString(QTime(here.tm_hour, here.tm_min), QLocale.ShortFormat)


def day_text(seconds: float, now: float | None = None) -> str:
    """`Jumat, 20 November`, with the year when it is not this one."""
    here = time.localtime(seconds)
    this_year = time.localtime(time.time() if now is None else now).tm_year
    form = "dddd, d MMMM" if here.tm_year == this_year else "dddd, d MMMM yyyy"
    return locale().toString(QDate(here.tm_year, here.tm_mon, here.tm_mday), form)


def moment_text(seconds: float, now: float | None = None) -> str:
    """`10.32` of today, `20 Nov 10.32` before, with the year when it is not this one."""
    here, today = time.localtime(seconds), time.localtime(time.time() if now is None else now)
    if (here.tm_year, here.tm_yday) == (today.tm_year, today.tm_yday):
        return time_text(seconds)
    form = "d MMM" if here.tm_year == today.tm_year else "d MMM yyyy"
    day = locale().toString(QDate(here.tm_year, here.tm_mon, here.tm_mday), form)
    return f"{day} {time_text(seconds)}"


# --- people and sentences ---------------------------------------------------------------------


def author(entry: Entry) -> str:
    """Who it is from, as the screen calls them: "You" for oneself, "" for the server."""
    return tr("You") if entry.own else safe_name(entry.name or entry.nickname)


def _who(entry: Entry) -> str:
    return tr("You") if entry.own else isolated(entry.name or entry.nickname)


def away_text(text: str) -> str:
    """`away: in a lesson`, or only that somebody is away."""
    bare = text.casefold() in {"", "*", "away", tr("away")}
    return tr("away") if bare else tr("away: {text}").format(text=one_line(text))


def initials(name: str) -> str:
    """One or two letters for the avatar: of the first and the last word."""
    words = [letters for word in name.split() if (letters := "".join(filter(str.isalnum, word)))]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def shown_text(row: Row, entries: Sequence[Entry]) -> str:
    """The text of a row on the screen, without what stands above it (name, time, date)."""
    entry = row.entry
    if row.folded:
        return _folded(entries[row.start : row.stop])
    if entry.kind is EntryKind.START:
        return _start(row)
    if entry.deleted:
        return _deleted(entry)
    if entry.kind in {EntryKind.MESSAGE, EntryKind.NOTICE, EntryKind.SERVER}:
        return safe_text(entry.text)
    return _SENTENCES[entry.kind](entry)


def pieces(row: Row) -> tuple[markup.Piece, ...]:
    """The text of a row in pieces where it holds marks (**bold**, code); none for one that is shown as typed."""
    entry = row.entry
    if entry.deleted or entry.kind not in _MARKED:
        return ()
    return markup.read(safe_text(entry.text))


def seen_text(row: Row, entries: Sequence[Entry]) -> str:
    """The text of a row as it is read: without the marks."""
    return "\n".join(piece.text for piece in pieces(row)) or shown_text(row, entries)


def _action(entry: Entry) -> str:
    return f"{_who(entry)} {safe_text(entry.text)}"


def _kick(entry: Entry) -> str:
    who, target = _who(entry), isolated(entry.target)
    if not entry.text:
        return tr("{who} removed {target}.").format(who=who, target=target)
    reason = safe_text(entry.text)
    return tr("{who} removed {target}: {reason}").format(who=who, target=target, reason=reason)


def _topic(entry: Entry) -> str:
    if not entry.text:
        return tr("{who} cleared the topic.").format(who=_who(entry))
    return tr("{who} changed the topic: {topic}").format(who=_who(entry), topic=safe_text(entry.text))


def _mode(entry: Entry) -> str:
    by_server = "." in entry.nickname  # no nickname has one
    return mode_words.sentence(entry.text, _who(entry), entry.target, isolated, by_server=by_server)


def _restarted(_entry: Entry) -> str:
    return tr("The server was restarted")


def _deleted(entry: Entry) -> str:
    if not entry.target:
        return tr("This message was deleted.")
    return tr("This message was deleted by {who}.").format(who=isolated(entry.target))


def _gap(entry: Entry) -> str:
    if entry.gap is Gap.LOST:
        return tr("Messages are missing here")
    return tr("Loading messages…") if entry.gap is Gap.LOADING else tr("Show more messages")


def _start(row: Row) -> str:
    entry, place = row.entry, isolated(row.place)
    if row.place.startswith(("#", "&")):
        begin = tr("Start of {room}.").format(room=place)
    else:
        begin = tr("Start of the chat with {name}.").format(name=place)
    if not entry.nickname:
        return begin
    return " ".join((begin, tr("Opened by {who} on {day}.").format(who=_who(entry), day=day_text(entry.time))))


_SENTENCES: dict[EntryKind, Callable[[Entry], str]] = {
    EntryKind.ACTION: _action,
    EntryKind.KICK: _kick,
    EntryKind.TOPIC: _topic,
    EntryKind.MODE: _mode,
    EntryKind.RESTARTED: _restarted,
    EntryKind.GAP: _gap,
}


def _folded(run: Sequence[Entry]) -> str:
    """`3 people joined, Budi left`: everyone once per kind, in the order joined, left, renamed."""
    joined = {entry.nickname: entry for entry in run if entry.kind is EntryKind.JOIN}
    left = {entry.nickname: entry for entry in run if entry.kind in {EntryKind.PART, EntryKind.QUIT}}
    renamed = {entry.nickname: entry for entry in run if entry.kind is EntryKind.NICK}
    parts = []
    if joined:
        people = ntr("{n} person joined", "{n} people joined", len(joined))
        parts.append(_people(joined, tr("{names} joined"), people))
    if left:
        people = ntr("{n} person left", "{n} people left", len(left))
        parts.append(_people(left, tr("{names} left"), people))
    if len(renamed) == 1:
        entry = next(iter(renamed.values()))
        parts.append(tr("{who} is now called {name}").format(who=_who(entry), name=isolated(entry.text)))
    elif renamed:
        people = ntr("{n} person changed their name", "{n} people changed their names", len(renamed))
        parts.append(people.format(n=number_text(len(renamed))))
    return ", ".join(parts)


def _people(entries: dict[str, Entry], named: str, counted: str) -> str:
    if len(entries) > _NAMED:
        return counted.format(n=number_text(len(entries)))
    names = [_who(entry) for entry in entries.values()]
    return named.format(names=names[0] if len(names) == 1 else tr("{one} and {two}").format(one=names[0], two=names[1]))


# --- answers and reactions --------------------------------------------------------------------


def one_line(text: str) -> str:
    """A text on one line, as far as a line can take it."""
    return " ".join(safe_text(text[:_LINE_CHARACTERS]).split())


def summary(text: str) -> str:
    """What a message says, on one line and without marks."""
    return one_line(plain(markup.unmarked(text)))


def quote_author(quote: Quote) -> str:
    """Who wrote what is answered, "" while that is unknown."""
    return safe_name(quote.name)


def quote_text(quote: Quote) -> str:
    """What is answered, on one line."""
    return summary(quote.text) or tr("a message that is not here")


def reaction_text(reaction: Reaction) -> str:
    """The sign itself, on one line."""
    return one_line(reaction.text)


def reaction_names(reaction: Reaction) -> str:
    """Who reacted so: `Ani, Budi and 3 others`."""
    names = [isolated(name) for name in reaction.names[:_REACTED]]
    hidden = len(reaction.names) - len(names)
    if hidden:
        names.append(ntr("{n} other", "{n} others", hidden).format(n=number_text(hidden)))
    if len(names) < 2:
        return "".join(names)
    return tr("{one} and {two}").format(one=", ".join(names[:-1]), two=names[-1])


def reactions_text(entry: Entry) -> str:
    """All reactions as one part of a sentence: `👍 2, ❤️ 1 (yours)`."""
    parts = []
    for reaction in entry.reactions:
        mine = tr("(yours)") if reaction.own else ""
        parts.append(f"{reaction_text(reaction)} {number_text(len(reaction.names))} {mine}".rstrip())
    return ", ".join(parts)


# --- for screen readers and the clipboard -----------------------------------------------------


def delivery_text(entry: Entry) -> str:
    """How far an own message got, in a word; "" for those of others."""
    if entry.deleted or not entry.own or entry.kind not in {EntryKind.MESSAGE, EntryKind.ACTION, EntryKind.NOTICE}:
        return ""
    if entry.delivery is Delivery.FAILED:
        return tr("Not sent")
    return tr("waiting") if entry.delivery is Delivery.WAITING else tr("sent")


def accessible_text(row: Row, entries: Sequence[Entry]) -> str:
    """The whole row as one sentence: `Siti, 10.32, halo semua`, with the date line above it in front."""
    entry = row.entry
    if entry.kind in TIMELESS:
        return plain(shown_text(row, entries))
    parts = []
    if row.day:
        parts.append(day_text(entry.time))
    if row.new:
        parts.append(tr("New messages"))
    if entry.kind in {EntryKind.MESSAGE, EntryKind.NOTICE} and (entry.own or entry.name or entry.nickname):
        parts.append(author(entry))
    parts.append(time_text(entry.time))
    if entry.quote is not None:
        said = quote_text(entry.quote)
        who = quote_author(entry.quote)
        parts.append(
            tr("answers {who}: {text}").format(who=who, text=said) if who else tr("answers {text}").format(text=said)
        )
    parts.append(seen_text(row, entries))
    if entry.edited:
        parts.append(tr("(edited)"))
    if entry.reactions:
        parts.append(reactions_text(entry))
    if state := delivery_text(entry):
        parts.append(state)
    return plain(", ".join(parts))


def copied_line(row: Row, entries: Sequence[Entry]) -> str:
    """A row as one line of a copied conversation, with the person's real name: `Siti [10.32]: halo`."""
    entry = row.entry
    said = shown_text(row, entries)
    if entry.kind in TIMELESS:
        return plain(said)
    at = time_text(entry.time)
    if entry.kind in {EntryKind.MESSAGE, EntryKind.NOTICE} and (entry.name or entry.nickname):
        return plain(f"{safe_name(entry.name or entry.nickname)} [{at}]: {said}")
    if entry.kind is EntryKind.ACTION:
        return plain(f"{safe_name(entry.name or entry.nickname)} [{at}] {safe_text(entry.text)}")
    return plain(f"[{at}] {said}")
