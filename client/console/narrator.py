"""Tells what changed, line by line: the terminal's counterpart of the window's pages.

Pure; reads the session, never changes it. Lines appear in the order in which things were said; an own
message appears once the server echoed it, so that everybody's lines stand in the same order. What
belongs to another conversation than the current one is marked with its room's or person's name.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import protocol
from client import login_fields
from client.changes import (
    MEMBERSHIP_KINDS,
    Change,
    Conversation,
    ConversationAdded,
    ConversationChanged,
    ConversationRemoved,
    Delivery,
    EntriesAdded,
    Entry,
    EntryChanged,
    EntryKind,
    LinkState,
    LoggedIn,
    LoginFailed,
    Problem,
    StripChanged,
    StripKind,
)
from client.console.lines import (
    SAID,
    Line,
    day,
    day_line,
    dimmed,
    entry_lines,
    failed_line,
    membership_lines,
    note,
)
from client.console.past import Past
from client.console.told import Told
from client.session import Session
from translations import tr

LAST_MESSAGES = 10
"""So many messages of a room are shown on entering it and on switching to it."""

_MARKS = frozenset({EntryKind.START, EntryKind.GAP})
_PASSING = frozenset({StripKind.OFFLINE_SEND, StripKind.KICKED})
"""Strips that are told each time they come, as answers to something the person did."""


class Narrator:
    """Makes lines of the session's changes; `interactive` when somebody can answer them.

    `history`: so many messages from before are told when a room is entered. `now` gives seconds since the epoch.
    """

    def __init__(
        self, session: Session, *, interactive: bool, history: int, now: Callable[[], float] = time.time
    ) -> None:
        self._session = session
        self._interactive = interactive
        self._history = history
        self._now = now
        self.past = Past()
        self._told = Told()
        self._opened: set[str] = set()
        """Conversations whose past was told; what is fetched of them later was missed, and is told whole."""
        self._day = day(now())
        self._waiting: list[tuple[Conversation, Entry]] = []
        self.failed = 0
        """Own messages that did not arrive, so far."""
        self._current = ""
        self._topics: dict[str, str] = {}
        self._strip = StripKind.NONE
        """The strip of the link that was told last."""
        self._kicked: set[str] = set()

    @property
    def waiting(self) -> list[str]:
        """Own messages whose arrival is not known yet."""
        return [entry.text for _, entry in self._waiting]

    def note(self, text: str, *, problem: bool = False) -> Line:
        """A line of our own, said now."""
        return note(text, self._now(), problem=problem)

    def tell(self, changes: Sequence[Change]) -> list[Line]:
        """The lines for one step of the session."""
        lines: list[Line] = []
        told_topics = {
            change.key for change in changes if isinstance(change, EntriesAdded) and self._has_topic_entry(change)
        }
        entered = {change.key for change in changes if isinstance(change, ConversationAdded)}
        rows = _rows(changes)
        for change in changes:
            match change:
                case LoggedIn(_, again):
                    if again:
                        self._opened.update(self._session.conversations)
                    else:
                        sentence = tr("Logged in to {network} as {name}. /help lists the commands.")
                        lines.append(self._own(sentence, network=self._session.network, name=self._session.name))
                case ConversationAdded(key):
                    lines += self._entered(self._session.conversations[key])
                case ConversationRemoved(key):
                    lines += self._left(key)
                case ConversationChanged(key, old_key):
                    self._topics[key] = self._topics.pop(old_key, "")
                    self._current = key if self._current == old_key else self._current
                    lines += self._topic(self._session.conversations[key], told=key in told_topics)
                case EntriesAdded(key) | EntryChanged(key):
                    lines += self._rows(self._session.conversations[key], rows.pop(key, {}))
                case StripChanged():
                    lines += self._strip_lines(change)
        return lines + self._switched(entered)

    def _own(self, sentence: str, *, problem: bool = False, **values: str) -> Line:
        shown = {key: protocol.show_hidden(value) for key, value in values.items()}
        return self.note(sentence.format(**shown), problem=problem)

    # --- conversations -------------------------------------------------------------------------

    def _mark(self, conversation: Conversation) -> str:
        return "" if conversation.key == self._session.current else conversation.title

    def _entered(self, conversation: Conversation) -> list[Line]:
        lines = self._header(conversation) if conversation.channel else []
        return lines + self._rows(conversation, dict.fromkeys(range(len(conversation.entries)), False))

    def _header(self, conversation: Conversation) -> list[Line]:
        sentence = tr("You are in {room}.") if conversation.channel else tr("You are writing to {room}.")
        return [self._own(sentence, room=conversation.title), *self._topic(conversation, told=False)]

    def _topic(self, conversation: Conversation, *, told: bool) -> list[Line]:
        """The topic, if it is new and no entry tells it."""
        before, self._topics[conversation.key] = self._topics.get(conversation.key, ""), conversation.topic
        if told or not conversation.topic or conversation.topic == before:
            return []
        return [self._own(tr("Topic of {room}: {topic}"), room=conversation.title, topic=conversation.topic)]

    def _left(self, key: str) -> list[Line]:
        self._topics.pop(key, None)
        self._opened.discard(key)
        self._kicked.discard(key)
        self._waiting = [(c, entry) for c, entry in self._waiting if c.key != key]
        if self._session.state is not LinkState.ONLINE or not key.startswith("#"):
            return []
        return [self._own(tr("You left {room}."), room=key)]

    def _switched(self, entered: set[str]) -> list[Line]:
        """The person is elsewhere now: say where, and what was said there last."""
        before, self._current = self._current, self._session.current
        conversation = self._session.conversations.get(self._current)
        if self._current in {before, *entered} or conversation is None:
            return []
        self._topics.pop(conversation.key, None)
        said = [entry for entry in conversation.entries if entry.kind not in MEMBERSHIP_KINDS | _MARKS]
        shown = [entry for entry in said[-LAST_MESSAGES:] if entry.delivery is Delivery.SENT]
        return [*self._header(conversation), *(line for entry in shown for line in self._said(entry))]

    # --- entries -------------------------------------------------------------------------------

    def _has_topic_entry(self, added: EntriesAdded) -> bool:
        conversation = self._session.conversations.get(added.key)
        entries = conversation.entries[added.first : added.first + added.count] if conversation else []
        return any(entry.kind is EntryKind.TOPIC for entry in entries)

    def _rows(self, conversation: Conversation, rows: dict[int, bool]) -> list[Line]:
        """What is new at these places of a conversation, from top to bottom: that is the server's order."""
        lines: list[Line] = []
        mark = self._mark(conversation)
        run: list[Entry] = []
        past = {
            index for index, changed in rows.items() if not changed and self.past.take(conversation.entries[index].id)
        }
        if past:
            lines += self._of_the_past(conversation, rows, past, mark)
        for index in sorted(rows):
            entry = conversation.entries[index]
            if entry.kind in MEMBERSHIP_KINDS:
                run.append(entry)
                continue
            lines += membership_lines(run, mark)
            run = []
            lines += self._changed(entry, mark) if rows[index] else self._entry(conversation, entry, mark)
        return lines + membership_lines(run, mark)

    def _of_the_past(self, conversation: Conversation, rows: dict[int, bool], past: set[int], mark: str) -> list[Line]:
        """What was said before: the last of it on entering, all of it after a break, nothing of what stands above."""
        entries = conversation.entries
        below = set(range(max(past) + 1, len(entries))) - rows.keys()
        at_the_end = all(entries[index].delivery is Delivery.WAITING for index in below)
        if at_the_end and conversation.key in self._opened:
            return []
        for index in [index for index in rows if index <= max(past) and not rows[index]]:
            del rows[index]
        if not at_the_end:
            return []
        self._opened.add(conversation.key)
        said = [entries[index] for index in sorted(past) if entries[index].kind in SAID]
        count = self._history if conversation.key == self._session.current else min(self._history, conversation.unread)
        shown = said[len(said) - min(count, len(said)) :]
        return [dimmed(line) for entry in shown for line in self._said(entry, mark)]

    def _said(self, entry: Entry, mark: str = "") -> list[Line]:
        """An entry, below the day on which it was said if that is another one than above."""
        lines: list[Line] = []
        if self._interactive and entry.kind in SAID and day(entry.time) != self._day:
            self._day = day(entry.time)
            lines.append(day_line(entry.time))
        self._told.note(entry)
        return lines + entry_lines(entry, mark, plain=not self._interactive)

    def _entry(self, conversation: Conversation, entry: Entry, mark: str) -> list[Line]:
        if entry.kind is EntryKind.START or (entry.kind is EntryKind.GAP and entry is conversation.entries[0]):
            return []
        if entry.own and entry.delivery is Delivery.WAITING:
            self._waiting.append((conversation, entry))
            return []
        if entry.own and entry.delivery is Delivery.FAILED:
            return [self._not_sent(entry, mark)]
        if entry.kind is EntryKind.RESTARTED:  # the strip says so, once for all conversations
            return []
        if entry.kind is EntryKind.KICK and entry.target == self._session.name:  # likewise
            return []
        return self._said(entry, mark)

    def _changed(self, entry: Entry, mark: str) -> list[Line]:
        """An own message was echoed or refused; or something was done to a message that was told."""
        place = next((i for i, (_, waiting) in enumerate(self._waiting) if waiting is entry), None)
        if place is None and entry.delivery is Delivery.SENT:
            done = self._told.changes(entry)
            return [self._done(sentence, mark) for sentence in done] if self._interactive else []
        if entry.delivery is Delivery.WAITING or not entry.own:
            return []
        if place is not None:
            del self._waiting[place]
        return [self._not_sent(entry, mark)] if entry.delivery is Delivery.FAILED else self._said(entry, mark)

    def _done(self, sentence: str, mark: str) -> Line:
        return note(sentence, self._now(), mark=mark)

    def unsent(self) -> list[Line]:
        """We leave while there is no link: what waits for one will not be sent any more."""
        return [self._not_sent(entry, self._mark(conversation)) for conversation, entry in self._waiting]

    def _not_sent(self, entry: Entry, mark: str) -> Line:
        self.failed += 1
        return failed_line(entry, self._now(), mark)

    # --- the link ------------------------------------------------------------------------------

    def _strip_lines(self, strip: StripChanged) -> list[Line]:
        if strip.kind is StripKind.NONE and strip.key in self._kicked:
            self._kicked.discard(strip.key)
            return self._header(self._session.conversations[strip.key])
        if not strip.key and strip.kind not in _PASSING:
            before, self._strip = self._strip, strip.kind
            if before is strip.kind:  # it shows again below one that passed
                return []
        if strip.kind is StripKind.KICKED:
            self._kicked.add(strip.key)
        sentence = self._strip_sentence(strip)
        problem = strip.kind not in {StripKind.BACK, StripKind.RESTARTED, StripKind.NEW_SERVER}
        return [self.note(sentence, problem=problem)] if sentence else []

    def _strip_sentence(self, strip: StripChanged) -> str:
        said = protocol.show_hidden(strip.text)
        match strip.kind:
            case StripKind.LOST:
                return tr("Connection lost. Trying again…")
            case StripKind.CLOSING:
                return tr("The server is shutting down. Trying again…")
            case StripKind.OFFLINE_SEND:
                return tr("Not sent yet: the connection is down.")
            case StripKind.KICKED:
                text = tr("You were removed by {who}: {reason}") if said else tr("You were removed by {who}.")
                back = tr("{command} brings you back.").format(command=f"/join {strip.key}")
                return text.format(who=protocol.show_hidden(strip.who), reason=said) + " " + back
            case StripKind.NAME_LOST:
                return self.name_taken(self._session.name, strip.text)
            case StripKind.CLOSED:
                return f"{tr('The server closed the connection.')} {said}".strip()
            case StripKind.BACK:
                return tr("Connected again")
            case StripKind.NEW_SERVER if self._interactive:
                return tr("New server, remembered. Check words: {words}").format(words=said)
            case StripKind.RESTARTED:
                return tr("Connected again: the server was restarted.")
        return ""

    # --- the login -----------------------------------------------------------------------------

    def login_problem(self, failure: LoginFailed) -> str:
        """Why there was no way in, in one sentence."""
        if failure.problem is Problem.NAME_TAKEN:
            return self.name_taken(failure.name, failure.suggestion)
        explanation = login_fields.explain(failure)
        return protocol.show_hidden(tr(explanation.text).format(**explanation.values))

    def name_taken(self, name: str, suggestion: str) -> str:
        """The name is in use, and what the person can do about it."""
        if not self._interactive:
            sentence = tr("The name “{name}” is in use.")
        elif suggestion:
            sentence = tr("The name “{name}” is in use; Enter takes {suggestion}, /nick NAME another one.")
        else:
            sentence = tr("The name “{name}” is in use; /nick NAME takes another one.")
        return protocol.show_hidden(sentence.format(name=name, suggestion=suggestion))


def _rows(changes: Sequence[Change]) -> dict[str, dict[int, bool]]:
    """By conversation, the places that were added (False) or only changed (True); the rules are in changes.py."""
    rows: dict[str, dict[int, bool]] = {}
    for change in changes:
        match change:
            case EntriesAdded(key, first, count):
                rows.setdefault(key, {}).update(dict.fromkeys(range(first, first + count), False))
            case EntryChanged(key, index):
                rows.setdefault(key, {}).setdefault(index, True)
    return rows
