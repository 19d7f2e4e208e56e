"""What people do to messages that are said already: react to them, change their text, remove them.

Pure. The same for live lines and for those of the past, which may come in any order and more than once: reactions are
kept by the time at which they were given or taken back, texts by the moment up to which they are known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from client.changes import Conversation, Delivery, Entry, EntryKind, LinkState, Quote, Reaction
from client.core.book import COUNTED, LOCAL
from client.core.ranks import OPERATOR, own_level
from client.core.reading import Reader, answered_id, quote_of
from client.core.state import EDIT, UNREDACT, State
from client.core.texts import sendable_text, shown_text
from client.core.writing import texts, write
from protocol import Message, nickname_from_name
from translations import tr

TARGETS = 10_000
"""Messages whose reactions are followed, also before they are here; the least recent are forgotten."""
REACTIONS = 200
"""Of one message: who reacted, and with what."""
REACTION_CHARACTERS = 32

REACT, UNREACT = "+draft/react", "+draft/unreact"


@dataclass(slots=True)
class _Reacted:
    order: tuple[float, int]
    on: bool
    name: str
    own: bool


@dataclass(slots=True)
class _Target:
    """Who reacted to one message, by folded nickname and text."""

    reacted: dict[tuple[str, str], _Reacted] = field(default_factory=dict)


class Annotations:
    """Takes such messages, and asks the server for our own."""

    def __init__(self, state: State, reader: Reader) -> None:
        self._state = state
        self._reader = reader
        self.when_restored: Callable[[Conversation, Entry], None] = lambda _conversation, _entry: None
        """Called for a deleted message that is there again, to have it fetched."""
        self.forget()

    def forget(self) -> None:
        """A new login."""
        self._targets: dict[tuple[int, str], _Target] = {}
        self._newest = self._oldest = 0

    def link_lost(self) -> None:
        """Nothing is forgotten."""

    # --- the server ----------------------------------------------------------------------------

    def is_one(self, message: Message) -> bool:
        """Whether this is about another message, and no entry of its own."""
        command = message.command.upper()
        if command in {"PRIVMSG", "NOTICE"}:
            return self._is_edit(message)
        return command in {"TAGMSG", "REDACT", "UNREDACT"}

    def _is_edit(self, message: Message) -> bool:
        return EDIT in message.tags and EDIT in self._state.capabilities

    def take(
        self, conversation: Conversation, message: Message, *, past: bool = False, rank: int | None = None
    ) -> bool:
        """Do what it says; False if that has to be tried again once the message it is about is here.

        The past may know less than we do. Without a `rank` it comes in the order in which it happened.
        """
        command = message.command.upper()
        if command == "TAGMSG":
            self._react(conversation, message, rank)
            return True
        if command == "UNREDACT":
            self._unredact(conversation, message.params[1])
            return True
        about = message.params[1] if command == "REDACT" else message.tags[EDIT]
        entry = self._state.book.entry(conversation, about)
        if entry is None and command == "REDACT":
            self._requote(conversation, Quote(about))
        if entry is None or entry.kind not in COUNTED:
            return False
        if command == "REDACT":
            self._redact(conversation, entry, message)
        else:
            self._edit(conversation, entry, message, past=past, older=rank is not None)
        return True

    def _redact(self, conversation: Conversation, entry: Entry, message: Message) -> None:
        if entry.deleted:
            return
        by = message.nickname
        own = self._state.is_me(by)
        author = self._state.fold(by) == self._state.fold(entry.nickname) or (own and entry.own)
        entry.target = "" if author else self._reader.name_in(conversation, by, own)
        entry.deleted, entry.text, entry.quote, entry.reactions = True, "", None, ()
        entry.mention = False
        self._targets.pop((conversation.serial, entry.id), None)
        self._state.journal.entry_changed(conversation, entry)
        self._requote(conversation, Quote(entry.id))

    def _unredact(self, conversation: Conversation, about: str) -> None:
        """It is there again: what it says has to be fetched, for nothing of it was kept here."""
        entry = self._state.book.entry(conversation, about)
        if entry is not None and entry.deleted:
            self.when_restored(conversation, entry)

    def _edit(self, conversation: Conversation, entry: Entry, message: Message, *, past: bool, older: bool) -> None:
        time = self._reader.time(message)
        content = self._reader.content(message)
        stale = past and (time < entry.version or (older and entry.edited and time == entry.version))
        if entry.deleted or content is None or stale:
            return
        entry.text, entry.edited, entry.version = content[1], True, max(time, entry.version)
        self._state.journal.entry_changed(conversation, entry)
        self._requote(conversation, quote_of(entry))

    def _requote(self, conversation: Conversation, quote: Quote) -> None:
        """What answers this message shows what has become of it."""
        for other in [*conversation.entries, *(conversation.held or ())]:
            if other.quote is not None and other.quote.id == quote.id and other.quote != quote:
                other.quote = quote
                self._state.journal.entry_changed(conversation, other)

    # --- reactions -----------------------------------------------------------------------------

    def _react(self, conversation: Conversation, message: Message, rank: int | None) -> None:
        about = answered_id(message)
        on = REACT in message.tags
        text = shown_text(message.tags.get(REACT) or message.tags.get(UNREACT, ""))[:REACTION_CHARACTERS]
        if not about or not text:
            return
        entry = self._state.book.entry(conversation, about)
        if entry is not None and (entry.deleted or entry.kind not in COUNTED):
            return
        target = self._target(conversation, about, entry)
        nickname = message.nickname
        own = self._state.is_me(nickname)
        key = (self._state.fold(nickname), text)
        if rank is None:
            self._newest = rank = self._newest + 1
        order = (self._reader.time(message), rank)
        known = target.reacted.get(key)
        if known is None and len(target.reacted) >= REACTIONS:
            return
        if known is not None and (order < known.order or (known.order[0], known.on) == (order[0], on)):
            return  # older than what is known, or the same once more
        target.reacted[key] = _Reacted(order, on, self._reader.name_in(conversation, nickname, own), own)
        if entry is not None:
            self._show(conversation, entry, target)

    def _target(self, conversation: Conversation, about: str, entry: Entry | None) -> _Target:
        key = (conversation.serial, about)
        target = self._targets.pop(key, None)
        if target is None:
            target = _Target()
            if len(self._targets) >= TARGETS:
                del self._targets[next(iter(self._targets))]
            for number, reaction in enumerate(entry.reactions if entry else ()):
                for name in reaction.names:
                    own = reaction.own and name == self._state.name
                    nickname = self._state.nickname if own else nickname_from_name(name)
                    known = _Reacted((0.0, number), True, name, own)
                    target.reacted[self._state.fold(nickname), reaction.text] = known
        self._targets[key] = target
        return target

    def _show(self, conversation: Conversation, entry: Entry, target: _Target) -> None:
        reactions: dict[str, Reaction] = {}
        given = [(who.order, text, who) for (_, text), who in target.reacted.items() if who.on]
        for _, text, who in sorted(given, key=lambda one: one[0]):
            reaction = reactions.setdefault(text, Reaction(text, []))
            reaction.names.append(who.name)
            reaction.own = reaction.own or who.own
        if entry.reactions != tuple(reactions.values()):
            entry.reactions = tuple(reactions.values())
            self._state.journal.entry_changed(conversation, entry)

    def identified(self, conversation: Conversation, msgid: str) -> None:
        """An own message has its id now; there may be reactions to it already."""
        target = self._targets.get((conversation.serial, msgid))
        entry = self._state.book.entry(conversation, msgid) if target is not None else None
        if target is not None and entry is not None:
            self._show(conversation, entry, target)

    # --- the past ------------------------------------------------------------------------------

    def arrived(self, conversation: Conversation, entries: list[Entry]) -> None:
        """These were fetched and stand in their place: show what is known about them, also in answers to them."""
        new = {entry.id: entry for entry in entries}
        for entry in entries:
            target = self._targets.get((conversation.serial, entry.id))
            if target is not None:
                self._show(conversation, entry, target)
        for other in [*conversation.entries, *(conversation.held or ())]:
            quoted = new.get(other.quote.id) if other.quote is not None else None
            if quoted is not None and not quoted.deleted and other.quote != quote_of(quoted):
                other.quote = quote_of(quoted)
                self._state.journal.entry_changed(conversation, other)

    def take_past(self, conversation: Conversation, messages: list[Message], *, missed: bool) -> None:
        """Do what messages of the past say, in their order.

        What we `missed` is newer than all we know; anything else that is fetched later is older (of the same time).
        """
        if missed:
            for message in messages:
                self.take(conversation, message, past=True)
            return
        self._oldest -= len(messages)
        for rank, message in enumerate(messages, self._oldest):
            self.take(conversation, message, past=True, rank=rank)

    # --- the person ----------------------------------------------------------------------------

    def may_edit(self, conversation: Conversation, entry_id: str) -> bool:
        """Whether this is an own message whose text can still be changed."""
        entry = self._sent(conversation, entry_id)
        return entry is not None and entry.own and entry.kind is EntryKind.MESSAGE and self._state.abilities.edits

    def may_delete(self, conversation: Conversation, entry_id: str) -> bool:
        """Whether this is a message that the server may remove for us."""
        entry = self._sent(conversation, entry_id)
        if entry is None or not self._state.abilities.deletes:
            return False
        return entry.own or own_level(self._state, conversation) >= OPERATOR

    def may_undelete(self, conversation: Conversation, entry_id: str) -> bool:
        """Whether this is a message that an operator took from its author, and we may undo that."""
        state, entry = self._state, self._state.book.entry(conversation, entry_id)
        if entry is None or not (entry.deleted and entry.target) or state.link is not LinkState.ONLINE:
            return False
        return UNREDACT in state.capabilities and own_level(state, conversation) >= OPERATOR

    def _sent(self, conversation: Conversation, entry_id: str) -> Entry | None:
        """The entry, if it is a message that the server knows and we are online."""
        entry = self._state.book.entry(conversation, entry_id)
        if entry is None or entry.kind not in COUNTED or entry.deleted or entry.id.startswith(LOCAL):
            return None
        online = self._state.link is LinkState.ONLINE and entry.delivery is Delivery.SENT
        return entry if online else None

    def react(self, conversation: Conversation, entry_id: str, text: str) -> None:
        """Give this reaction, or take it back; it is shown when the server says so."""
        entry = self._sent(conversation, entry_id)
        if entry is None or not text or not self._state.abilities.reactions:
            return
        own = any(reaction.own and reaction.text == text for reaction in entry.reactions)
        tags = {UNREACT if own else REACT: text, **reply_tags(entry.id)}
        self._state.send("TAGMSG", conversation.target, label=self._label(), tags=tags)

    def edit(self, conversation: Conversation, entry_id: str, text: str) -> bool:
        """Ask for another text; it is shown when the server says so. False: not to be had."""
        state = self._state
        lines = [sendable_text(line) for line in text.split("\n")]
        text = "\n".join(lines)
        if not text.strip() or not self.may_edit(conversation, entry_id):
            return False
        if list(texts(state, conversation, EntryKind.MESSAGE, lines)) != [text]:
            state.server_text(tr("This text is too long for one message. Shorten it."), conversation)
            return False
        return write(state, conversation, EntryKind.MESSAGE, text, label=self._label(), tags={EDIT: entry_id})

    def delete(self, conversation: Conversation, entry_id: str) -> None:
        """Ask for its removal."""
        if self.may_delete(conversation, entry_id):
            self._state.send("REDACT", conversation.target, entry_id, label=self._label())

    def undelete(self, conversation: Conversation, entry_id: str) -> None:
        """Ask to have it there again; the server says whether it can be had."""
        if self.may_undelete(conversation, entry_id):
            self._state.send("UNREDACT", conversation.target, entry_id, label=self._label())

    def _label(self) -> str:
        """A label that no message has: a refusal is shown, and is not taken for one of a message."""
        return f"about-{self._state.book.local_id()}"


def reply_tags(msgid: str) -> dict[str, str]:
    """Tags of a message about another one; the second is the name older clients know."""
    return {"+reply": msgid, "+draft/reply": msgid}
