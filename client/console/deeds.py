"""What a person does with messages that are there already: /history, /reply, /react, /edit, /delete, /search.

Works on the last message that fits, or on the one whose number /history showed. Reads the session and calls its
methods; what comes of that is given back to the talk (`Hands`), which owns both. Main thread.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import protocol
from client.changes import Change, Conversation, Delivery, Entry, Gap, SearchResults
from client.console.help import HELP
from client.console.lines import SAID, Line, clock, day, day_line, entry_lines, numbered
from client.core.spans import in_words
from client.order import Roll, RollShown
from client.session import Session
from translations import ntr, tr

LISTED = 20
MOST_LISTED = 500
LOADS = 10
"""Times that more is fetched for one /history."""

REACTIONS = {
    "+1": "👍",
    "-1": "👎",
    "<3": "❤️",
    ":)": "🙂",
    ":d": "😄",
    ":(": "😢",
    ":o": "😮",
    "?": "❓",
    "ok": "👌",
}
"""What people can type where the keyboard has no emoji."""

_NUMBER = re.compile(r"#?(\d{1,3})(?:\s+(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Hands:
    """What the talk does for us."""

    handle: Callable[[Sequence[Change]], None]
    show: Callable[[Sequence[Line]], None]
    say: Callable[[str, bool], None]
    """A sentence, and whether it tells of a problem."""


class Deeds:
    """The commands by name; `plain` for scripts, which read no numbers."""

    def __init__(self, session: Session, hands: Hands, *, plain: bool) -> None:
        self._session = session
        self._hands = hands
        self._plain = plain
        self._listed: list[str] = []
        """Ids of the messages that /history showed last, number 1 first."""
        self._listed_key = ""
        self._wanted: tuple[str, int, int] | None = None
        """A /history that waits for older messages: conversation, count, loads left."""
        self.commands: dict[str, Callable[[str], bool]] = {
            "/history": self._history,
            "/reply": self._reply,
            "/react": self._react,
            "/edit": self._edit,
            "/delete": self._delete,
            "/search": self._search,
        }

    # --- which message -------------------------------------------------------------------------

    def _messages(self) -> Iterator[Entry]:
        """Of the current conversation, the newest first."""
        here = self._session.conversations.get(self._session.current)
        for entry in reversed(here.entries if here is not None else ()):
            if entry.kind in SAID and entry.delivery is Delivery.SENT and not entry.deleted:
                yield entry

    def _pick(self, rest: str, fits: Callable[[Entry], bool]) -> tuple[Entry | None, str]:
        """The message that is meant, and what stands behind its number."""
        match = _NUMBER.fullmatch(rest)
        if match is not None and self._listed_key == self._session.current and self._listed:
            number = int(match[1])
            if 1 <= number <= len(self._listed):
                wanted = self._listed[number - 1]
                return next((entry for entry in self._messages() if entry.id == wanted), None), match[2] or ""
        return next((entry for entry in self._messages() if fits(entry)), None), rest

    def _others(self, entry: Entry) -> bool:
        return not entry.own

    def _problem(self, sentence: str) -> bool:
        self._hands.say(sentence, True)
        return False

    def _usage(self, command: str) -> bool:
        return self._problem(next(tr(text) for name, text in HELP if name == command))

    def _may(self, *, able: bool, entry: Entry | None) -> bool:
        """Whether it can be done; if not, the person is told why."""
        if not able:
            return self._problem(tr("This server cannot do that."))
        if entry is None:
            return self._problem(tr("There is no such message here."))
        return True

    # --- commands ------------------------------------------------------------------------------

    def _reply(self, rest: str) -> bool:
        entry, text = self._pick(rest, self._others)
        if not text:
            return self._usage("/reply")
        if not self._may(able=self._session.abilities.replies, entry=entry) or entry is None:
            return False
        taken, changes = self._session.send_text(self._session.current, text, reply_to=entry.id)
        self._hands.handle(changes)
        return taken

    def _react(self, rest: str) -> bool:
        entry, text = self._pick(rest, self._others)
        if not text:
            return self._usage("/react")
        if not self._may(able=self._session.abilities.reactions, entry=entry) or entry is None:
            return False
        reaction = REACTIONS.get(text.lower(), text)
        self._hands.handle(self._session.react(self._session.current, entry.id, reaction))
        return True

    def _edit(self, rest: str) -> bool:
        session = self._session
        entry, text = self._pick(rest, lambda one: session.may_edit(session.current, one.id))
        if not text:
            return self._usage("/edit")
        if not self._may(able=session.abilities.edits, entry=entry) or entry is None:
            return False
        if not session.may_edit(session.current, entry.id):
            return self._problem(tr("This message cannot be edited."))
        taken, changes = session.edit(session.current, entry.id, text)
        self._hands.handle(changes)
        return taken

    def _delete(self, rest: str) -> bool:
        session = self._session
        entry, text = self._pick(rest, lambda one: one.own and session.may_delete(session.current, one.id))
        if text:
            return self._usage("/delete")
        if not self._may(able=session.abilities.deletes, entry=entry) or entry is None:
            return False
        if not session.may_delete(session.current, entry.id):
            return self._problem(tr("This message cannot be deleted."))
        self._hands.handle(session.delete(session.current, entry.id))
        return True

    # --- search --------------------------------------------------------------------------------

    def _search(self, rest: str) -> bool:
        session = self._session
        if not session.abilities.search:
            return self._problem(tr("This server cannot do that."))
        self._hands.handle(session.search(rest) if rest else session.search_more())
        return True

    def found(self, results: SearchResults) -> None:
        """The answer to a search, the newest last: next to the prompt."""
        if results.problem:
            self._hands.say(results.problem, True)
        elif not results.hits:
            query = protocol.show_hidden(results.query)
            self._hands.say(tr("Nothing was found for “{query}”.").format(query=query), False)
        else:
            for hit in reversed(results.hits):
                place, name = protocol.show_hidden(hit.title), protocol.show_hidden(hit.name)
                text = protocol.show_hidden(" ".join(hit.text.split()))
                front = f"{day(hit.time)} {clock(hit.time)} "
                self._hands.show([Line((("time", front), ("mark", f"[{place}] "), ("", f"{name}: {text}")))])
            count = len(results.hits)
            told = ntr("{n} message was found.", "{n} messages were found.", count).format(n=count)
            more = f" {tr('{command} alone shows more.').format(command='/search')}" if results.more else ""
            self._hands.say(told + more, False)

    # --- lists ----------------------------------------------------------------------------------

    def roll(self, shown: RollShown) -> None:
        """Who is kept from what, one a line; in the terminal lifting is a command."""
        for kept in shown.items:
            words = [protocol.show_hidden(kept.name)]
            if shown.roll is not Roll.WORDS:
                words.append(tr("muted") if kept.mute else tr("banned"))
            words += [tr("{span} left").format(span=in_words(kept.left))] if kept.left else []
            words += [tr("by {who}").format(who=protocol.show_hidden(kept.by))] if kept.by else []
            words += [protocol.show_hidden(kept.reason)] if kept.reason else []
            self._hands.say(" · ".join(words), False)
        if not shown.items:
            self._hands.say(tr("There are none."), False)

    # --- history -------------------------------------------------------------------------------

    def _history(self, rest: str) -> bool:
        if rest and not (rest.isascii() and rest.isdecimal()):
            return self._usage("/history")
        key = self._session.current
        if key not in self._session.conversations:
            return self._problem(tr("There is no such message here."))
        self._wanted = (key, min(max(int(rest or LISTED), 1), MOST_LISTED), LOADS)
        self.go_on()
        return True

    def go_on(self) -> None:
        """After each step of the session: the messages that a /history waits for may be there."""
        if self._wanted is None:
            return
        key, count, loads = self._wanted
        here = self._session.conversations.get(key)
        top = here.entries[0] if here is not None and here.entries else None
        if here is None or key != self._session.current:
            self._wanted = None
        elif self._session.is_catching_up(key) or (top is not None and top.gap is Gap.LOADING):
            return
        elif top is not None and top.gap is Gap.OPEN and loads and len(self._newest(here, count)) < count:
            self._wanted = (key, count, loads - 1)
            changes = self._session.load_gap(key, top.id)
            if top.gap is Gap.OPEN:  # nothing can be fetched now
                self._wanted = (key, count, 0)
            self._hands.handle(changes)
        else:
            self._wanted = None
            self._list(here, count)

    @staticmethod
    def _newest(here: Conversation, count: int) -> list[Entry]:
        """The oldest of them first."""
        said = [entry for entry in here.entries if entry.kind in SAID and entry.delivery is Delivery.SENT]
        return said[-count:]

    def _list(self, here: Conversation, count: int) -> None:
        entries = self._newest(here, count)
        self._listed = [entry.id for entry in reversed(entries)]
        self._listed_key = here.key
        lines: list[Line] = []
        before = ""
        for number, entry in zip(range(len(entries), 0, -1), entries, strict=True):
            if not self._plain and day(entry.time) != before:
                before = day(entry.time)
                lines.append(day_line(entry.time))
            said = entry_lines(entry, plain=self._plain)
            if not self._plain:
                main = 1 if entry.quote is not None and not entry.deleted else 0
                said[main] = numbered(number, said[main])
            lines += said
        self._hands.show(lines)
        if not entries:
            self._hands.say(tr("Nothing was said here yet."), False)
