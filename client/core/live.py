"""What people say and do to messages just now: PRIVMSG, NOTICE, TAGMSG and REDACT as they come.

Pure. Finds the conversation, opens a chat for somebody new, knows our own echoes.
"""

from __future__ import annotations

from client.changes import Conversation, EntryKind
from client.core.annotations import REACT, UNREACT, Annotations
from client.core.composing import TAG, Composing
from client.core.delivery import Deliveries
from client.core.history import History
from client.core.reading import Reader
from client.core.rolls import Rolls
from client.core.sentences import notice
from client.core.state import State
from protocol import Message


class Live:
    """Follows what is said."""

    def __init__(
        self,
        state: State,
        reader: Reader,
        annotations: Annotations,
        deliveries: Deliveries,
        history: History,
        composing: Composing,
        rolls: Rolls,
    ) -> None:
        self._state = state
        self._reader = reader
        self._annotations = annotations
        self._deliveries = deliveries
        self._history = history
        self._composing = composing
        self._rolls = rolls

    def said(self, message: Message, label: str) -> None:
        """PRIVMSG and NOTICE; `label` is that of a message of ours that it echoes."""
        state, nickname = self._state, message.nickname
        if self._annotations.is_one(message):
            self.changed(message)
            return
        content = self._reader.content(message)
        if content is None:
            return
        kind, text = content
        if "!" not in message.source and (nickname in {"", state.server} or "." in nickname):
            if not self._rolls.notice(text):
                place = state.book.find(self._channel_in(message.params[0]))
                state.server_text(notice(state, text), place, self._reader.time(message))
            return
        own = state.is_me(nickname)
        conversation = self._place(message.params[0], nickname, kind, own)
        if conversation is None:
            return
        if own:
            msgid, time = self._reader.id(message), self._reader.time(message)
            if self._deliveries.echoed(conversation, label, text, msgid, time):
                self._annotations.identified(conversation, msgid)
                return
        else:
            self._composing.stopped(conversation, nickname)
        entry = self._reader.said(conversation, message, kind, text, own)
        past = "batch" in message.tags or entry.id in conversation.ids
        if not own and not past and not state.book.looks_at(conversation):
            state.heard.append((conversation, entry))
        state.book.add(conversation, entry)

    def changed(self, message: Message) -> None:
        """REDACT, and the new text of a message."""
        conversation = self._known(message.params[0], message.nickname)
        if conversation is not None and not self._annotations.take(conversation, message):
            self._history.remember(conversation, message)

    def tagged(self, message: Message) -> None:
        """TAGMSG: somebody writes, or reacts."""
        conversation = self._known(message.params[0], message.nickname)
        if conversation is None:
            return
        if TAG in message.tags and not self._state.is_me(message.nickname):
            self._composing.heard(conversation, message)
        if REACT in message.tags or UNREACT in message.tags:
            self._annotations.take(conversation, message)

    def _channel_in(self, target: str) -> str:
        """The target without STATUSMSG prefixes (`@#staff` is said to the operators in #staff)."""
        features = self._state.features
        rest = target.lstrip(features.status_prefixes) if target[:1] in features.status_prefixes else target
        return rest if features.is_channel(rest) else target

    def _known(self, target: str, nickname: str) -> Conversation | None:
        """The conversation in which something was done, if it is open."""
        target = self._channel_in(target)
        own = self._state.is_me(nickname) or self._state.features.is_channel(target)
        return self._state.book.find(target if own else nickname)

    def _place(self, target: str, nickname: str, kind: EntryKind, own: bool) -> Conversation | None:
        """The conversation in which something was said; None for channels we know nothing of."""
        state = self._state
        target = self._channel_in(target)
        found = state.book.find(target)
        if found is not None and found.channel:
            return found
        other = target if own else nickname
        if not other or state.features.is_channel(target) or state.features.is_channel(other):
            return None
        on_screen = state.book.conversations.get(state.book.current)
        if kind is EntryKind.NOTICE and not own and on_screen is not None and state.book.find(other) is None:
            return on_screen  # services answer this way: no chat opens
        chat = self._history.open_private(other)
        state.show_held_texts()
        if not own:
            state.book.update(chat, joined=True)
        return chat
