"""Own messages and what becomes of them: typed, sent, echoed, refused, lost.

Pure. What is typed waits at the end of its conversation, also while we are offline, and goes out once, in order. With
echo-message it waits on until the server's echo gives it its place, id and time (`reliability.md` section 4: the echo
is the receipt). With labeled-response the echo names it, otherwise echoes come in the order of sending. Without
echo-message it counts as sent at once, and an error of the server can still take that back. No echo means unknown, not
failed: where the server protects resending (a nonce makes a repeat harmless) it is sent again after a break.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from client.changes import Conversation, Delivery, Entry, EntryKind, LinkState, Quote
from client.core.annotations import reply_tags
from client.core.book import LOCAL
from client.core.channels import Channels
from client.core.reading import quote_of, shown_lines
from client.core.state import State
from client.core.texts import shown_text
from client.core.writing import texts, write
from protocol import VENDOR
from translations import tr

RETRY = f"{VENDOR}/retry"
NONCE = f"{VENDOR}/nonce"
"""Capability and tag of our own: the server takes a message with the same nonce once (docs/protocol.md)."""
PROTECTED_S = 23 * 3600.0
"""How long it surely does."""
ECHO_S = 30.0
"""Seconds without any echo after which it is called unknown what became of what waits (a long paste is slow)."""
QUEUED = 500
"""Texts that wait to be sent, in all conversations."""
REMEMBERED = 1_000
"""Messages remembered by their labels; of those that get no echo, the newest."""
RECENT = 50
"""How far up an error without a label looks for the message it answers."""


@dataclass(frozen=True, slots=True)
class _Sent:
    conversation: Conversation
    entry: Entry


class Deliveries:
    """Sends the person's messages and follows each until its end is known."""

    def __init__(self, state: State, channels: Channels) -> None:
        self._state = state
        self._channels = channels
        self.when_doubtful: Callable[[Conversation, Entry], None] = lambda *_: None
        """Called with an own message that may have arrived long before its echo, and then belongs into a gap."""
        self.forget()

    def forget(self) -> None:
        """A new login: the conversations are gone."""
        self._queue: dict[str, _Sent] = {}
        """What waits to be sent, by the entry's id, in order."""
        self._sent: dict[str, _Sent] = {}
        """By label (the entry's local id), oldest first."""
        self._late: dict[str, _Sent] = {}
        """Called unknown, but an echo may yet come."""
        self._doubtful: set[str] = set()
        """Ids of entries that may have been with the server before they were sent now."""
        self._tried: set[str] = set()
        """Nonces of what may be with the server already."""
        self._progress = 0.0
        """Monotonic time of the last echo, or of the sending when nothing waited."""

    # --- the person ----------------------------------------------------------------------------

    def say(self, conversation: Conversation, kind: EntryKind, lines: list[str], reply_to: str = "") -> bool:
        """Send lines of text (MESSAGE, ACTION or NOTICE), in pieces if they are long. False: too many wait already."""
        state = self._state
        if len(self._queue) >= QUEUED:
            return False
        answered = state.book.entry(conversation, reply_to) if reply_to else None
        known = answered is not None and not answered.deleted and not answered.id.startswith(LOCAL)
        quote = quote_of(answered) if answered is not None and known else None
        for text in list(texts(state, conversation, kind, lines)):
            self._add(conversation, self._entry(kind, text, quote), text)
            quote = None
        return True

    def _entry(self, kind: EntryKind, text: str, quote: Quote | None) -> Entry:
        state = self._state
        entry = Entry(state.book.local_id(), kind, state.nickname, state.name, shown_lines(text), state.clock.now())
        entry.own, entry.delivery, entry.quote, entry.nonce = True, Delivery.WAITING, quote, state.clock.token()
        return entry

    def _add(self, conversation: Conversation, entry: Entry, text: str) -> None:
        if self._ready(conversation):
            self._transmit(conversation, entry, text)
        else:
            self._queue[entry.id] = _Sent(conversation, entry)
        self._state.book.add(conversation, entry)

    def _ready(self, conversation: Conversation) -> bool:
        """Whether a message can go out now: we are there, and know what was said before it."""
        online = self._state.link is LinkState.ONLINE and conversation.held is None
        return online and not self._channels.is_coming_back(conversation)

    def resend(self, conversation: Conversation, entry_id: str) -> None:
        """Send a FAILED entry again, from the end of the conversation."""
        failed = self._take_out(conversation, entry_id)
        if failed is None:
            return
        now = self._state.clock.now()
        new = self._entry(failed.kind, failed.text, failed.quote)
        if failed.nonce and now - failed.time < PROTECTED_S:
            new.nonce = failed.nonce
            self._doubtful.add(new.id)
        self._add(conversation, new, new.text)

    def discard(self, conversation: Conversation, entry_id: str) -> None:
        """Delete a FAILED entry, or one that was never sent."""
        self._take_out(conversation, entry_id)

    def _take_out(self, conversation: Conversation, entry_id: str) -> Entry | None:
        queued = self._queue.get(entry_id)
        waits = queued is not None and queued.entry.nonce not in self._tried
        for entry in reversed(conversation.entries):
            if entry.id == entry_id and (entry.delivery is Delivery.FAILED or waits):
                self._queue.pop(entry_id, None)
                self._late.pop(entry_id, None)
                self._state.book.take_out(conversation, entry)
                return entry
        return None

    # --- out -----------------------------------------------------------------------------------

    def _transmit(self, conversation: Conversation, entry: Entry, text: str) -> None:
        state = self._state
        echoed = "echo-message" in state.capabilities
        tags = reply_tags(entry.quote.id) if entry.quote and state.abilities.replies else {}
        if RETRY in state.capabilities:
            tags[NONCE] = entry.nonce
            self._tried.add(entry.nonce)
        else:
            entry.nonce = ""
        if not write(state, conversation, entry.kind, text, label=entry.id, tags=tags):
            entry.delivery = Delivery.FAILED
            return
        entry.delivery = Delivery.WAITING if echoed else Delivery.SENT
        if echoed or "labeled-response" in state.capabilities:
            if not self._sent:
                self._progress = state.clock.monotonic()
            self._sent[entry.id] = _Sent(conversation, entry)
            if not echoed and len(self._sent) > REMEMBERED:
                del self._sent[next(iter(self._sent))]

    def flush(self, conversation: Conversation) -> None:
        """All that was said before is there: send what waits."""
        due = [sent for sent in self._queue.values() if sent.conversation is conversation]
        if not due or not self._ready(conversation):
            return
        protected = RETRY in self._state.capabilities
        now = self._state.clock.now()
        for sent in due:
            entry = sent.entry
            del self._queue[entry.id]
            safe = now - entry.time < PROTECTED_S if protected else entry.nonce not in self._tried
            lines = entry.text.split("\n")
            if not entry.nonce or not safe:
                self._fail(sent, _unknown())
            elif list(texts(self._state, conversation, entry.kind, lines)) == [entry.text]:
                self._transmit(conversation, entry, entry.text)
                self._state.journal.entry_changed(conversation, entry)
            else:  # it was typed for a server that takes longer texts
                self._state.book.take_out(conversation, entry)
                self.say(conversation, entry.kind, lines, entry.quote.id if entry.quote else "")

    def adopt(self, conversation: Conversation) -> None:
        """An earlier session left this: what waits in it is sent when we are there."""
        for entry in conversation.entries:
            if entry.delivery is Delivery.WAITING:
                self._queue[entry.id] = _Sent(conversation, entry)
                self._doubtful.add(entry.id)

    # --- the server ----------------------------------------------------------------------------

    def echoed(self, conversation: Conversation, label: str, text: str, msgid: str, time: float) -> bool:
        """The server said our own message; False if it is none that we know (another device of ours)."""
        late = self._late.pop(label, None) if label else None
        sent = late or (self._sent.pop(label, None) if label else self._first_waiting(conversation, text))
        if sent is None:
            return False
        entry, conversation = sent.entry, sent.conversation
        book = self._state.book
        self._progress = self._state.clock.monotonic()
        self._tried.discard(entry.nonce)
        doubtful = entry.id in self._doubtful
        self._doubtful.discard(entry.id)
        known = book.entry(conversation, msgid) if msgid else None
        if known is not None and known.own:  # it had arrived before a break, and history has told so
            book.take_out(conversation, entry)
        elif late is not None or conversation.held is not None:  # its place is behind what was said meanwhile
            book.take_out(conversation, entry)
            new = replace(entry, delivery=Delivery.SENT, problem="", text=text, time=time, version=time)
            new.id = msgid or new.id
            book.add(conversation, new)
        else:
            entry.delivery, entry.text, entry.time, entry.version = Delivery.SENT, text, time, time
            if msgid:
                book.identify(conversation, entry, msgid)
            self._state.journal.entry_changed(conversation, entry)
            if doubtful and entry.id == msgid and any(other.gap is not None for other in conversation.entries):
                self.when_doubtful(conversation, entry)
        return True

    def _first_waiting(self, conversation: Conversation, text: str) -> _Sent | None:
        """What an echo without a label answers: the same text, else (no labels here) the first that waits."""
        waiting = [sent for sent in self._sent.values() if sent.conversation is conversation]
        same = [sent for sent in waiting if sent.entry.text == text]
        found = same or ([] if "labeled-response" in self._state.capabilities else waiting)
        return self._sent.pop(found[0].entry.id) if found else None

    def acknowledged(self, label: str) -> None:
        """The server did what the label stands for, and has nothing to say about it."""
        sent = self._sent.pop(label, None)
        if sent is not None and sent.entry.delivery is Delivery.WAITING:
            sent.entry.delivery = Delivery.SENT
            self._state.journal.entry_changed(sent.conversation, sent.entry)

    def refused(self, label: str, conversation: Conversation | None, problem: str) -> bool:
        """The server will not deliver a message (to this conversation); False if it cannot be one of ours."""
        sent = self._sent.pop(label, None)
        if sent is None and conversation is not None and not label:
            sent = self._latest(conversation)
        if sent is None:
            return False
        self._fail(sent, problem)
        return True

    def _latest(self, conversation: Conversation) -> _Sent | None:
        """What an error without a label answers: the first that waits, else the last one sent."""
        for sent in self._sent.values():
            if sent.conversation is conversation and sent.entry.delivery is Delivery.WAITING:
                return self._sent.pop(sent.entry.id)
        for entry in reversed(conversation.entries[-RECENT:]):
            if entry.own and entry.id.startswith("local-") and entry.delivery is Delivery.SENT:
                return _Sent(conversation, entry)
        return None

    def _fail(self, sent: _Sent, problem: str) -> None:
        sent.entry.delivery, sent.entry.problem = Delivery.FAILED, shown_text(problem)
        self._state.journal.entry_changed(sent.conversation, sent.entry)

    # --- the link and time ---------------------------------------------------------------------

    def link_lost(self) -> None:
        """It is unknown what became of what waits: sent again if that is harmless, else the person decides."""
        sent, self._sent = self._sent, {}
        again: dict[str, _Sent] = {}
        for label, one in sent.items():
            if one.entry.delivery is Delivery.WAITING and one.entry.nonce:
                again[label] = one
                self._doubtful.add(label)
            elif one.entry.delivery is Delivery.WAITING:
                self._fail(one, _unknown())
        self._queue = again | self._queue
        self._late.clear()

    def give_up(self, conversation: Conversation, problem: str) -> None:
        """We cannot be where this should be said."""
        for sent in [sent for sent in self._queue.values() if sent.conversation is conversation]:
            del self._queue[sent.entry.id]
            self._fail(sent, problem)

    def end_step(self) -> None:
        """Forget what waits in conversations that are closed."""
        if self._queue:
            there = self._state.book.conversations
            for entry_id, sent in list(self._queue.items()):
                if there.get(sent.conversation.key) is not sent.conversation:
                    del self._queue[entry_id]

    @property
    def next_tick(self) -> float | None:
        """When `tick` is due."""
        return self._progress + ECHO_S if self._sent else None

    def tick(self) -> None:
        """Wait no longer for an echo; the labels of the rest are forgotten."""
        due = self.next_tick
        if due is None or due > self._state.clock.monotonic():
            return
        for label, sent in self._sent.items():
            if sent.entry.delivery is Delivery.WAITING:
                self._fail(sent, _unknown())
                self._late[label] = sent
        self._sent.clear()
        while len(self._late) > REMEMBERED:
            del self._late[next(iter(self._late))]


def _unknown() -> str:
    return tr("It is not known whether this arrived.")
