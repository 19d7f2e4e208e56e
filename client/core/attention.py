"""Which of what others say calls the person, how loudly, and what the tray shows: decided here, drawn elsewhere.

Pure. A room has a level; highlight words are mentions like the own name (`Session.watch`). In the hours in which the
person does not want to be disturbed everything is counted and nothing is announced.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum

from client.changes import Conversation, Entry

HOUR_S = 3600
MORNING = 7
"""The hour at which "until tomorrow" ends."""


class Level(Enum):
    """What of a room calls the person."""

    ALL = "all"
    MENTIONS = "mentions"
    """Only what is meant for us; the usual one of channels. A private chat is meant for us."""
    NOTHING = "nothing"


class Verdict(Enum):
    """What one message is worth."""

    NOTHING = "nothing"
    COUNT = "count"
    NOTIFY = "notify"


class Mark(Enum):
    """What the tray shows; of several the last one here."""

    NOTHING = "nothing"
    UNREAD = "unread"
    MEANT = "meant"
    """A number: mentions and private messages."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the person chose."""

    levels: Mapping[str, str] = field(default_factory=dict)
    """Values of `Level` by `place` and key of the conversation (`place_of`)."""
    server: str = ""
    """Where the conversations are: the same room of another server has a level of its own."""
    hours: tuple[int, int] | None = None
    """From and to when, in minutes of the day, nothing is announced; they may span midnight."""
    snoozed_until: float = 0.0
    """Seconds since the epoch."""

    def place_of(self, conversation: Conversation) -> str:
        """Under which name the level of this conversation is kept."""
        return f"{self.server} {conversation.key}"

    def level(self, conversation: Conversation) -> Level:
        """The level of this conversation; a private chat has only everything and nothing."""
        kept = self.levels.get(self.place_of(conversation), Level.MENTIONS.value)
        if not conversation.channel and kept != Level.NOTHING.value:
            return Level.ALL
        return Level(kept)

    def quiet(self, now: datetime) -> bool:
        """Whether the person does not want to be disturbed at this local time."""
        if now.timestamp() < self.snoozed_until:
            return True
        if self.hours is None:
            return False
        begin, end = self.hours
        minute = now.hour * 60 + now.minute
        return begin <= minute < end if begin <= end else minute >= begin or minute < end

    def verdict(self, conversation: Conversation, entry: Entry, now: datetime) -> Verdict:
        """What this message is worth: somebody just said it where the person does not look (`Session.take_heard`)."""
        level = self.level(conversation)
        if entry.own or entry.deleted or level is Level.NOTHING or entry.time <= conversation.read:
            return Verdict.NOTHING
        loud = entry.mention or level is Level.ALL
        return Verdict.NOTIFY if loud and not self.quiet(now) else Verdict.COUNT

    def number(self, conversations: Iterable[Conversation]) -> int:
        """The one number: unread mentions and private messages."""
        return sum(c.mentions for c in conversations if c.mentions and self.level(c) is not Level.NOTHING)

    def mark(self, conversations: Iterable[Conversation]) -> Mark:
        """What the tray shows: what is meant for us comes before anything unread."""
        heeded = [c for c in conversations if c.unread and self.level(c) is not Level.NOTHING]
        if any(c.mentions for c in heeded):
            return Mark.MEANT
        return Mark.UNREAD if heeded else Mark.NOTHING


def still_unread(conversation: Conversation, entry: Entry) -> bool:
    """Whether nobody has read it meanwhile, here or in another window of ours."""
    counted = conversation.unread > 0 or conversation.held is not None
    return counted and entry.time > conversation.read and not entry.deleted


def local(seconds: float) -> datetime:
    """A moment, given in seconds since the epoch, by the clock on this computer's wall."""
    return datetime.fromtimestamp(seconds, UTC).astimezone()


def in_an_hour(now: datetime) -> float:
    """When a snooze of an hour ends, in seconds since the epoch."""
    return now.timestamp() + HOUR_S


def tomorrow(now: datetime) -> float:
    """When a snooze until tomorrow ends."""
    return (now + timedelta(days=1)).replace(hour=MORNING, minute=0, second=0, microsecond=0).timestamp()


def words_of(text: str) -> list[str]:
    """Highlight words as they are typed: with commas between them, each once."""
    words = (" ".join(word.split()) for word in text.split(","))
    first: dict[str, str] = {}
    for word in filter(None, words):
        first.setdefault(word.casefold(), word)
    return list(first.values())
