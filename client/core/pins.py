"""Messages that stand out in a channel: which ones (metadata of the channel), and what they say.

Pure. The ids stand in one value of the channel's metadata, the newest pin first (docs/protocol.md, "Pinned messages");
the server lets only operators set it, tells everybody who subscribed, and takes out what is deleted. What an id stands
for is looked up in the conversation, else fetched from the history.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from client.changes import Conversation, Delivery, Entry, LinkState
from client.core import ranks
from client.core.book import COUNTED, LOCAL
from client.core.reading import Reader
from client.core.requests import Requests
from client.core.state import State
from client.order import Pinned, PinsChanged, PinsShown
from protocol import VENDOR, Message

CAPABILITY = "draft/metadata-2"
KEY = f"{VENDOR}/pinned"
MOST = 10
"""More push the oldest out."""
VALUE_BYTES = 240
"""Our server takes no longer values."""


@dataclass(slots=True)
class _Question:
    """What the pins of a channel say, while it is being fetched."""

    conversation: Conversation
    wanted: int
    found: dict[str, Pinned] = field(default_factory=dict)


class Pins:
    """Follows and changes what is pinned."""

    def __init__(self, state: State, reader: Reader, requests: Requests) -> None:
        self._state = state
        self._reader = reader
        self._requests = requests
        self.forget()

    def forget(self) -> None:
        """There will be no answer."""
        self._question: _Question | None = None

    link_lost = forget

    def settled(self) -> None:
        """The welcome is complete: be told of the pins of all channels."""
        if CAPABILITY in self._state.capabilities:
            self._state.send("METADATA", "*", "SUB", KEY)

    # --- what the server says ------------------------------------------------------------------

    def told(self, message: Message) -> None:
        """METADATA: somebody set a value, or took it away."""
        self._learn(message.params[0], message.params[1], message.params[3] if len(message.params) > 3 else "")

    def answered(self, message: Message) -> bool:
        """761 and 766: the value of a key, perhaps as we set it; False if it is not about pins."""
        params = message.params
        value = params[4] if message.command == "761" and len(params) > 4 else ""
        return self._learn(params[1], params[2], value)

    def later(self, message: Message) -> None:
        """774: too many are in this channel to be told of all they say; its pins are asked for alone."""
        self._state.send("METADATA", message.params[1], "GET", KEY)

    def _learn(self, target: str, key: str, value: str) -> bool:
        conversation = self._state.book.find(target)
        if key == KEY and conversation is not None and conversation.channel:
            ids = list(dict.fromkeys(value.split()))[: 2 * MOST]
            if ids != conversation.pinned:
                conversation.pinned = ids
                self._state.journal.after(PinsChanged(conversation.key))
        return key == KEY

    # --- what the person does ------------------------------------------------------------------

    def may(self, conversation: Conversation) -> bool:
        """Whether we may change what is pinned here."""
        return CAPABILITY in self._state.capabilities and ranks.own_level(self._state, conversation) >= ranks.OPERATOR

    def may_pin(self, conversation: Conversation, entry_id: str) -> bool:
        """Whether this entry is a message that we may pin, or take the pin off."""
        entry = self._state.book.entry(conversation, entry_id)
        return entry is not None and _can_stand_out(entry) and self.may(conversation)

    def pin(self, conversation: Conversation, msgid: str) -> None:
        """Have this message stand first among those that stand out."""
        ids = [msgid, *(other for other in conversation.pinned if other != msgid)][:MOST]
        while len(" ".join(ids).encode()) > VALUE_BYTES:
            ids.pop()
        self._send(conversation, ids)

    def unpin(self, conversation: Conversation, msgid: str) -> None:
        """Take it out."""
        if msgid in conversation.pinned:
            self._send(conversation, [other for other in conversation.pinned if other != msgid])

    def _send(self, conversation: Conversation, ids: list[str]) -> None:
        if self.may(conversation):
            self._state.send("METADATA", conversation.title, "SET", KEY, *([" ".join(ids)] if ids else []))

    # --- what they say -------------------------------------------------------------------------

    def ask(self, conversation: Conversation) -> None:
        """Find out what the pinned messages say; PinsShown follows, at once with what is known."""
        question = self._question = _Question(conversation, 0)
        missing: list[str] = []
        for msgid in conversation.pinned:
            entry = self._state.book.entry(conversation, msgid)
            if entry is not None:
                self._found(question, entry)
            elif self._state.link is LinkState.ONLINE and self._state.remembers:
                missing.append(msgid)
        question.wanted = len(missing)
        self._show(question)
        for msgid in missing:
            done = partial(self._fetched, question, msgid)
            bounds = (f"msgid={msgid}",)
            start = partial(self._requests.send, conversation, "AROUND", bounds, 1, done)
            self._requests.enqueue(conversation, start)

    def _fetched(self, question: _Question, msgid: str, messages: list[Message] | None, _: str) -> None:
        for message in messages or ():
            entry = self._reader.past(question.conversation, message) if self._reader.id(message) == msgid else None
            if entry is not None:
                self._found(question, entry)
        question.wanted -= 1
        if not question.wanted:
            self._show(question)

    @staticmethod
    def _found(question: _Question, entry: Entry) -> None:
        if _can_stand_out(entry):
            name = entry.name or entry.nickname
            question.found[entry.id] = Pinned(entry.id, name, entry.text, entry.time, entry.own)

    def _show(self, question: _Question) -> None:
        conversation = question.conversation
        if question is self._question:
            found = [question.found[msgid] for msgid in conversation.pinned if msgid in question.found]
            self._state.journal.after(PinsShown(conversation.key, tuple(found), question.wanted > 0))


def _can_stand_out(entry: Entry) -> bool:
    said = entry.kind in COUNTED and entry.delivery is Delivery.SENT
    return said and not entry.deleted and not entry.id.startswith(LOCAL)
