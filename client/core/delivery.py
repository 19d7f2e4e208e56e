"""Own messages and what becomes of them: sent, echoed, refused, lost.

Pure. With echo-message an own message waits at the end of its conversation until the server's echo
gives it its place, id and time (`reliability.md` section 4: the echo is the receipt). With
labeled-response the echo names it, otherwise echoes come in the order of sending. Without
echo-message it counts as sent at once, and an error of the server can still take that back.
"""

from __future__ import annotations

from dataclasses import dataclass

from client.changes import Conversation, Delivery, Entry, EntryKind
from client.core.state import State
from client.core.texts import shown_text
from protocol import split_text, text_room

ECHO_S = 30.0
"""Seconds without any echo after which what waits is called unsent (a long paste comes back slowly)."""
SMALLEST_PIECE = 64
"""Bytes; long texts are never cut into smaller pieces, even where prefix and target leave less room."""
REMEMBERED = 1_000
"""Messages remembered by their labels; of those that get no echo, the newest."""
RECENT = 50
"""How far up an error without a label looks for the message it answers."""
ACTION = "\x01ACTION {}\x01"


@dataclass(frozen=True, slots=True)
class _Sent:
    conversation: Conversation
    entry: Entry


class Deliveries:
    """Sends the person's messages and follows each until its end is known."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._sent: dict[str, _Sent] = {}
        """By label (the entry's local id), oldest first."""
        self._progress = 0.0
        """Monotonic time of the last echo, or of the sending when nothing waited."""

    # --- the person ----------------------------------------------------------------------------

    def say(self, conversation: Conversation, kind: EntryKind, text: str) -> None:
        """Send one line of text (MESSAGE, ACTION or NOTICE), in pieces if it is long."""
        target = conversation.title if conversation.channel else conversation.nickname
        command = "NOTICE" if kind is EntryKind.NOTICE else "PRIVMSG"
        source = self._state.source or f"{self._state.nickname}!{'u' * 18}@{'h' * 63}"
        room = text_room(source, command, target) - (len(ACTION.format("")) if kind is EntryKind.ACTION else 0)
        for piece in split_text(text, max(room, SMALLEST_PIECE)):
            self._send(conversation, kind, command, target, piece)

    def _send(self, conversation: Conversation, kind: EntryKind, command: str, target: str, text: str) -> None:
        state = self._state
        echoed = "echo-message" in state.capabilities
        entry = Entry(
            id=state.book.local_id(),
            kind=kind,
            nickname=state.nickname,
            name=state.name,
            text=shown_text(text),
            time=state.clock.now(),
            own=True,
            delivery=Delivery.WAITING if echoed else Delivery.SENT,
        )
        content = ACTION.format(text) if kind is EntryKind.ACTION else text
        if not state.send(command, target, content, label=entry.id):
            entry.delivery = Delivery.FAILED
        elif echoed or "labeled-response" in state.capabilities:
            if not self._sent:
                self._progress = state.clock.monotonic()
            self._sent[entry.id] = _Sent(conversation, entry)
            if not echoed and len(self._sent) > REMEMBERED:
                del self._sent[next(iter(self._sent))]
        state.book.add(conversation, entry)

    def resend(self, conversation: Conversation, entry_id: str) -> None:
        """Send a FAILED entry again, from the end of the conversation."""
        entry = self._take_out_failed(conversation, entry_id)
        if entry is not None:
            self.say(conversation, entry.kind, entry.text)

    def discard(self, conversation: Conversation, entry_id: str) -> None:
        """Delete a FAILED entry."""
        self._take_out_failed(conversation, entry_id)

    def _take_out_failed(self, conversation: Conversation, entry_id: str) -> Entry | None:
        for entry in reversed(conversation.entries):
            if entry.id == entry_id and entry.delivery is Delivery.FAILED:
                self._state.book.take_out(conversation, entry)
                return entry
        return None

    # --- the server ----------------------------------------------------------------------------

    def echoed(self, conversation: Conversation, label: str, text: str, msgid: str, time: float) -> bool:
        """The server said our own message; False if it is none that we know (another device of ours)."""
        sent = self._sent.pop(label, None) if label else self._first_waiting(conversation, text)
        if sent is None:
            return False
        entry = sent.entry
        self._progress = self._state.clock.monotonic()
        entry.delivery, entry.text, entry.time = Delivery.SENT, text, time
        if msgid:
            self._state.book.identify(sent.conversation, entry, msgid)
        self._state.journal.entry_changed(sent.conversation, entry)
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

    def fail_waiting(self) -> None:
        """The link is lost, or the server is silent about them: what waits was not sent, as far as we know."""
        for sent in self._sent.values():
            if sent.entry.delivery is Delivery.WAITING:
                self._fail(sent, "")
        self._sent.clear()

    def forget(self) -> None:
        """A new login: the conversations are gone."""
        self._sent.clear()

    @property
    def next_tick(self) -> float | None:
        """When `tick` is due."""
        return self._progress + ECHO_S if self._sent else None

    def tick(self) -> None:
        """Give up what no echo came for, and forget the labels of the rest."""
        due = self.next_tick
        if due is not None and due <= self._state.clock.monotonic():
            self.fail_waiting()
