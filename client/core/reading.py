"""What a message of the server says, as an entry: the same for live lines and for those of the past.

Pure. Nothing is changed here but what is known of the server's clock; who is where is the handlers' business.
"""

from __future__ import annotations

from client.changes import Conversation, Entry, EntryKind, Quote
from client.core import masks
from client.core.book import LOCAL
from client.core.state import State
from client.core.texts import server_time, shown_text
from protocol import VENDOR, Message

EDITED = f"{VENDOR}/edited"
"""Tag of a message of the past whose text is not its first one."""
QUOTED_CHARACTERS = 300

_EVENTS = {
    "JOIN": EntryKind.JOIN,
    "PART": EntryKind.PART,
    "QUIT": EntryKind.QUIT,
    "NICK": EntryKind.NICK,
    "KICK": EntryKind.KICK,
    "TOPIC": EntryKind.TOPIC,
    "MODE": EntryKind.MODE,
}


def quote_of(entry: Entry) -> Quote:
    """What an answer shows of this entry."""
    return Quote(entry.id, entry.name, entry.text[:QUOTED_CHARACTERS])


def answered_id(message: Message) -> str:
    """The msgid of what this message answers or is about, "" for none (`+draft/reply` is the older name)."""
    tags = message.tags
    return (tags.get("+reply") or tags.get("+draft/reply", "")) if tags else ""


class Reader:
    """Makes entries of messages."""

    def __init__(self, state: State) -> None:
        self._state = state

    def time(self, message: Message) -> float:
        """When it was said, by the server's clock where it tells."""
        state = self._state
        told = message.tags.get("time", "")
        time = server_time(told, state.clock.now)
        if told and time > state.latest:
            state.latest = time
        return time

    @staticmethod
    def id(message: Message) -> str:
        """The server's id for it, "" if it has none (or one that looks like ours)."""
        msgid = message.tags.get("msgid", "")
        return "" if msgid.startswith(LOCAL) else msgid

    def name_in(self, conversation: Conversation, nickname: str, own: bool) -> str:
        """What screens call this person in this conversation."""
        if own:
            return self._state.name
        if not conversation.channel and self._state.fold(nickname) == conversation.key:
            return conversation.title
        member = conversation.members.get(self._state.fold(nickname))
        return member.name if member else self._state.book.name_of(nickname)

    @staticmethod
    def content(message: Message) -> tuple[EntryKind, str] | None:
        """Kind and text of a PRIVMSG or NOTICE; None for requests between programs, which nobody sees."""
        kind = EntryKind.NOTICE if message.command.upper() == "NOTICE" else EntryKind.MESSAGE
        text = message.params[1]
        if text[:1] == "\x01":
            action, _, content = text.strip("\x01").partition(" ")
            if kind is EntryKind.MESSAGE and action.upper() == "ACTION":
                kind, text = EntryKind.ACTION, content
            elif action.upper() == "DCC":
                text = text.strip("\x01")  # shown, never done: files by DCC name any path and address
            else:
                return None
        return kind, shown_lines(text)

    def said(self, conversation: Conversation, message: Message, kind: EntryKind, text: str, own: bool) -> Entry:
        """The entry of something said."""
        state = self._state
        nickname = message.nickname
        name = self.name_in(conversation, nickname, own)
        entry_id = self.id(message) or state.book.local_id()
        mention = not own and state.mentions.found_in(text)
        entry = Entry(entry_id, kind, nickname, name, text, self.time(message), own, mention)
        entry.version = entry.time
        if answered := answered_id(message):
            found = state.book.entry(conversation, answered)
            entry.quote = quote_of(found) if found is not None and not found.deleted else Quote(answered)
        return entry

    def event(
        self, conversation: Conversation, kind: EntryKind, message: Message, text: str = "", target: str = ""
    ) -> Entry:
        """The entry of something that somebody did.

        In a private chat it has no id of the server: coming and going belong to no history of two people.
        """
        nickname = message.nickname
        own = self._state.is_me(nickname)
        name = self.name_in(conversation, nickname, own)
        entry_id = (self.id(message) if conversation.channel else "") or self._state.book.local_id()
        entry = Entry(entry_id, kind, nickname, name, shown_text(text), self.time(message), own)
        entry.target = masks.name_in_change(self._state, text) if kind is EntryKind.MODE else target
        return entry

    def past(self, conversation: Conversation, message: Message) -> Entry | None:
        """The entry of a message of the past; None if none is shown (our own comings and goings, too)."""
        state, params = self._state, message.params
        own = state.is_me(message.nickname)
        kind = _EVENTS.get(message.command.upper())
        if kind is None:
            return self._past_said(conversation, message) if message.command.upper() in {"PRIVMSG", "NOTICE"} else None
        if own and kind in {EntryKind.JOIN, EntryKind.PART, EntryKind.QUIT}:
            return None
        match kind:
            case EntryKind.KICK:
                if len(params) < 2:
                    return None
                target = self.name_in(conversation, params[1], state.is_me(params[1]))
                return self.event(conversation, kind, message, param(message, 2), target)
            case EntryKind.PART | EntryKind.TOPIC:
                text = param(message, 1)
            case EntryKind.MODE:
                text = " ".join(params[1:])
            case EntryKind.JOIN:
                text = ""
            case _:
                text = param(message, 0)
        return self.event(conversation, kind, message, text)

    def _past_said(self, conversation: Conversation, message: Message) -> Entry | None:
        content = self.content(message) if len(message.params) > 1 else None
        if content is None:
            return None
        state = self._state
        own = state.is_me(message.nickname)
        if not conversation.channel and not own:
            # What was said to them was said by us, whatever we were called then.
            key = state.fold(message.params[0])
            own = key == conversation.key and state.fold(message.nickname) != key
        entry = self.said(conversation, message, *content, own=own)
        entry.version = max(entry.version, state.latest)
        entry.edited = EDITED in message.tags
        return entry


def shown_lines(text: str) -> str:
    """A text of one or several lines, made fit to be shown; in several a tab is four spaces, as it may indent code."""
    return "\n".join(map(shown_text, text.replace("\t", "    ").split("\n"))) if "\n" in text else shown_text(text)


def param(message: Message, place: int) -> str:
    """A parameter that may be missing."""
    return message.params[place] if len(message.params) > place else ""
