"""One line of the terminal: what an entry of a conversation says, in parts with a style each.

Pure; imports the client's words, `protocol` and `translations`. Control, direction and invisible
characters of other people are written out here, so that nothing they send reaches the terminal as a
command. The sentences are those of the window, so both are translated once.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import protocol
from client.changes import Entry, EntryKind, Gap, Quote
from client.core import mode_words
from translations import ntr, tr

SAID = frozenset({EntryKind.MESSAGE, EntryKind.ACTION, EntryKind.NOTICE})
INDENT = "      "
"""As wide as the time."""

Part = tuple[str, str]
"""Style (a key of `STYLES`, or a colour out of `NAME_COLOURS`) and text."""

NAME_COLOURS = (
    "#af5f00",
    "#5f8700",
    "#008700",
    "#008787",
    "#0087af",
    "#005fff",
    "#5f5fd7",
    "#875fff",
    "#af00ff",
    "#d700d7",
    "#d70087",
    "#d7005f",
)
"""Of the 256 that terminals share, those with a contrast of 4:1 or more on black and on white alike."""

STYLES = {"": "", "time": "fg:#767676", "note": "fg:#767676", "mark": "bold", "mention": "bold", "problem": "bold"}
"""How prompt_toolkit draws each style."""

QUOTED_CHARACTERS = 60
"""Of a message that is answered, changed or deleted, so much is said again."""
NAMED = 3
"""Up to so many people who come or go at once are named; more are counted."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, without its end."""

    parts: tuple[Part, ...]
    problem: bool = False
    """Something went wrong on our side; between pipes it goes to standard error."""

    def __str__(self) -> str:
        return "".join(text for _, text in self.parts)


def clock(seconds: float) -> str:
    """`10.32`, here, of a time in seconds since the epoch."""
    return time.strftime("%H.%M", time.localtime(seconds))


def name_style(name: str) -> str:
    """The colour of a name: the same on every terminal and every day."""
    return NAME_COLOURS[zlib.crc32(protocol.fold(name).encode(errors="replace")) % len(NAME_COLOURS)]


def note(text: str, at: float, *, mark: str = "", problem: bool = False) -> Line:
    """`10.32 -- Budi joined`: something that nobody said."""
    return Line((*_front(at, mark), ("problem" if problem else "note", f"-- {text}")), problem)


def _front(at: float, mark: str) -> tuple[Part, ...]:
    front: tuple[Part, ...] = (("time", clock(at) + " "),)
    return (*front, ("mark", f"[{protocol.show_hidden(mark)}] ")) if mark else front


def _name(entry: Entry) -> str:
    return protocol.show_hidden(entry.name or entry.nickname)


def entry_line(entry: Entry, mark: str = "") -> Line:
    """What an entry says; `mark` names its conversation when that is not the current one."""
    text = protocol.show_hidden(entry.text)
    name: Part = (name_style(entry.name or entry.nickname), _name(entry))
    text_style = "mention" if entry.mention else ""
    match entry.kind:
        case EntryKind.MESSAGE | EntryKind.NOTICE:
            said: tuple[Part, ...] = (name, ("", ": "), (text_style, text))
        case EntryKind.ACTION:
            said = (("", "* "), name, (text_style, " " + text))
        case _:
            return note(_sentence(entry, text), entry.time, mark=mark)
    return Line((*_front(entry.time, mark), *said))


def entry_lines(entry: Entry, mark: str = "", *, plain: bool = False) -> list[Line]:
    """All that an entry says: what it answers in a line above, each line of its text, what became of it behind.

    `plain`: only the text, each line with time and name in front, so that a script can read it.
    """
    if entry.deleted and entry.kind in SAID:
        return [note(_deleted(entry), entry.time, mark=mark)]
    lines = [] if plain or entry.quote is None else [_quote_line(entry.quote)]
    if entry.kind not in SAID:
        return [*lines, entry_line(entry, mark)]
    texts = entry.text.split("\n")
    lines.append(entry_line(replace(entry, text=texts[0]), mark))
    for text in texts[1:]:
        indented = Line((("", INDENT + protocol.show_hidden(text)),))
        lines.append(entry_line(replace(entry, text=text), mark) if plain else indented)
    if not plain and (behind := _behind(entry)):
        lines[-1] = Line((*lines[-1].parts, ("note", behind)))
    return lines


def _quote_line(quote: Quote) -> Line:
    said = shortened(quote.text) if quote.name else tr("an earlier message")
    front = f"{protocol.show_hidden(quote.name)}: " if quote.name else ""
    return Line((("note", f"{INDENT}> {front}{said}"),))


def _behind(entry: Entry) -> str:
    words = [f" {tr('(edited)')}"] if entry.edited else []
    if entry.reactions:
        reactions = (f"{protocol.show_hidden(one.text)} {len(one.names)}" for one in entry.reactions)
        words.append(f"  [{', '.join(reactions)}]")
    return "".join(words)


def _deleted(entry: Entry) -> str:
    if not entry.target:
        return tr("{who}: this message was deleted.").format(who=_name(entry))
    who = protocol.show_hidden(entry.target)
    return tr("{name}: this message was deleted by {who}.").format(name=_name(entry), who=who)


def shortened(text: str) -> str:
    """The beginning of a text, on one line."""
    text = protocol.show_hidden(" ".join(text.split()))
    return text if len(text) <= QUOTED_CHARACTERS else text[: QUOTED_CHARACTERS - 1] + "…"


def typing_text(names: Sequence[str]) -> str:
    """Who is writing now, in one sentence; "" for nobody."""
    people = [protocol.show_hidden(name) for name in names]
    if len(people) > NAMED:
        return tr("Several people are typing…")
    if len(people) > 1:
        both = tr("{one} and {two}").format(one=", ".join(people[:-1]), two=people[-1])
        return tr("{names} are typing…").format(names=both)
    return tr("{name} is typing…").format(name=people[0]) if people else ""


def dimmed(line: Line) -> Line:
    """The same line as one of the past."""
    return Line(tuple(("note", text) for _, text in line.parts), line.problem)


def numbered(number: int, line: Line) -> Line:
    """A line with the number by which commands can name it."""
    return Line((("mark", f"{number:3} "), *line.parts), line.problem)


def day(seconds: float) -> str:
    """`2026-11-20`, here."""
    return time.strftime("%Y-%m-%d", time.localtime(seconds))


def day_line(seconds: float) -> Line:
    """Another day begins."""
    return Line((("note", f"--- {day(seconds)} ---"),))


def _sentence(entry: Entry, text: str) -> str:
    who = _name(entry)
    match entry.kind:
        case EntryKind.JOIN | EntryKind.PART | EntryKind.QUIT | EntryKind.NICK:
            return _coming_and_going([entry])
        case EntryKind.KICK:
            sentence = tr("{who} removed {target}: {reason}") if text else tr("{who} removed {target}.")
            return sentence.format(who=who, target=protocol.show_hidden(entry.target), reason=text)
        case EntryKind.TOPIC:
            sentence = tr("{who} changed the topic: {topic}") if text else tr("{who} cleared the topic.")
            return sentence.format(who=who, topic=text)
        case EntryKind.MODE:
            by_server = "." in entry.nickname  # no nickname has one
            return mode_words.sentence(entry.text, who, entry.target, protocol.show_hidden, by_server=by_server)
        case EntryKind.RESTARTED:
            return tr("The server was restarted")
        case EntryKind.START:
            return tr("This is the beginning.")
        case EntryKind.GAP:
            missing = entry.gap is Gap.LOST
            return tr("Messages are missing here") if missing else tr("More was said here; /history fetches it.")
    return text


def failed_line(entry: Entry, now: float, mark: str = "") -> Line:
    """An own message that did not arrive, with the server's reason if it gave one."""
    text = tr("Not sent") + ": " + protocol.show_hidden(entry.text)
    reason = f" ({protocol.show_hidden(entry.problem)})" if entry.problem else ""
    return note(text + reason, now, mark=mark, problem=True)


# --- coming and going --------------------------------------------------------------------------

_SAME = {EntryKind.QUIT: EntryKind.PART}
"""Kinds that read alike."""


def membership_lines(entries: Sequence[Entry], mark: str = "") -> list[Line]:
    """Joins, leaves and renames that came at once: one line for each run of the same kind."""
    runs: list[list[Entry]] = []
    for entry in entries:
        if runs and _SAME.get(runs[-1][0].kind, runs[-1][0].kind) is _SAME.get(entry.kind, entry.kind):
            runs[-1].append(entry)
        else:
            runs.append([entry])
    return [note(_coming_and_going(run), run[-1].time, mark=mark) for run in runs]


def _coming_and_going(run: Sequence[Entry]) -> str:
    count = len(run)
    if run[0].kind is EntryKind.NICK:
        if count <= NAMED:
            sentence = tr("{who} is now called {name}")
            return ", ".join(sentence.format(who=_name(one), name=protocol.show_hidden(one.text)) for one in run)
        return ntr("{n} person changed their name", "{n} people changed their names", count).format(n=count)
    joined = run[0].kind is EntryKind.JOIN
    if count <= NAMED:
        sentence = tr("{names} joined") if joined else tr("{names} left")
        return sentence.format(names=", ".join(map(_name, run)))
    if joined:
        return ntr("{n} person joined", "{n} people joined", count).format(n=count)
    return ntr("{n} person left", "{n} people left", count).format(n=count)
