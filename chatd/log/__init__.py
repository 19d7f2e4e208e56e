"""The log: the ordered sequence of events, and the only source of what rooms see.

Handlers `append` under the state lock; one thread gives each stored event its number and time, keeps
it, and hands batches in that order to whoever `follow`s. Implementations: `sqlite` (durable) and `memory` (nothing
said survives the process). `read`, `find`, `targets` and `search` use the disk: workers call them, no I/O thread does.
Imports `events` and `protocol` only; the followers are called in the log's own thread.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from chatd.events import Event

Follower = Callable[[Sequence[Event]], None]
"""Gets every batch, in order; must neither block nor raise."""


class LogError(Exception):
    """The log cannot be read now (a disk that fails); the text is for the server's own terminal."""


class UnusableError(LogError):
    """What was kept cannot be used at all, so the server does not start; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Selector:
    """Which part of a conversation: the newest ones below `before` and above `after` (exclusive seq)."""

    after: int = 0
    before: int = 1 << 62
    newest: bool = True
    """When the limit cuts: keep the newest, else the oldest."""
    verbs: Collection[str] = ()
    """Only these ("PRIVMSG", ...); all without. The limit counts what is left."""
    edits: bool = True
    """Whether PRIVMSG and NOTICE that are edits of others (`Record.about`) count too."""


@dataclass(frozen=True, slots=True)
class Record:
    """One stored event as history gives it back. A removed one (redaction) is never given back."""

    seq: int
    id: str
    """msgid."""
    time: str
    """UTC, ISO 8601 with milliseconds, as in the server-time tag."""
    verb: str
    line: str
    client_tags: str
    sender: str = ""
    about: int = 0
    about_id: str = ""
    """msgid of the event with the number `about`."""
    extra: str = ""
    conversations: tuple[str, ...] = ()
    """Keys of the conversations it stands in: folded channel names, or `person.private_key`."""
    edit: Record | None = None
    """The latest event whose text replaces this one's."""


@dataclass(frozen=True, slots=True)
class Target:
    """A conversation in which something was said, for CHATHISTORY TARGETS."""

    conversation: str
    time: str
    """Of the latest message."""


@dataclass(frozen=True, slots=True)
class Query:
    """What to search for; every filter that is set must fit."""

    text: str = ""
    """Words, all of which must stand in the message; the last may be the beginning of one."""
    conversations: Collection[str] = ()
    """Only these keys (what the asker may read, narrowed by `in:`)."""
    nickname: str = ""
    """Folded nickname of the sender, or "" for anybody."""
    after: int = 0
    before: int = 1 << 62
    """Exclusive seq."""
    has_link: bool = False
    limit: int = 50
    newest: bool = True
    """When the limit cuts: keep the newest, else the oldest."""


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """An account as it is kept; `id` in decimal is the `Person.owner` of who is logged in to it. Never used twice."""

    id: int
    name: str
    created: float
    """Seconds since the epoch."""
    seen: float
    """When somebody was last logged in."""
    quiet: bool
    """Made by a client of ours without a question; it lapses when unused."""
    salt: bytes
    iterations: int
    stored_key: bytes
    server_key: bytes
    """SCRAM-SHA-256 verifier (RFC 5802, section 3)."""
    email: str = ""
    suspended: str = ""
    """Why nobody can log in to it; "" for one that is open."""


@dataclass(frozen=True, slots=True)
class SaveAccount:
    account: StoredAccount


@dataclass(frozen=True, slots=True)
class DropAccount:
    id: int


@dataclass(frozen=True, slots=True)
class SetMarker:
    """An account has read a conversation up to this time."""

    owner: str
    conversation: str
    time: str


@dataclass(frozen=True, slots=True)
class SetFact:
    """Something else that outlives the process; `kind` says which room reads it."""

    kind: str
    key: str
    value: str
    """JSON; "" forgets it."""


Write = SaveAccount | DropAccount | SetMarker | SetFact


@dataclass(slots=True)
class Kept:
    """What was kept beside the events, as it stood at the start."""

    accounts: list[StoredAccount] = field(default_factory=list)
    next_account: int = 1
    """Above every number ever used."""
    markers: dict[str, dict[str, str]] = field(default_factory=dict)
    """Owner -> conversation -> time."""
    facts: dict[str, dict[str, str]] = field(default_factory=dict)
    """Kind -> key -> value (`SetFact`)."""


class Log(Protocol):
    boot: str
    """Changes whenever history from before can no longer be had, so that clients know."""

    durable: bool
    """Whether what is echoed survives the process."""

    kept: Kept
    """As of the start; afterwards the handlers know better."""

    def append(self, event: Event) -> None:
        """Queue an event; returns at once. Called under the state lock, which makes the order.

        It is taken up after the next `wake`: whoever appends wakes the log when it is done with all it has.
        """

    def wake(self) -> None:
        """Have what was appended taken up; cheap when there is nothing or the log is at work already."""

    def read(self, conversation: str, selector: Selector, limit: int) -> list[Record]:
        """Stored events of a conversation, ascending by seq. Raises `LogError`."""

    def find(self, msgid: str) -> Record | None:
        """The event of this id, unless it was removed or is too old to be kept. Raises `LogError`."""

    def position(self, msgid: str, conversation: str) -> int | None:
        """The seq of the event of this id in this conversation, removed or not; None when it is not known there
        (any more). Raises `LogError`.
        """

    def first_at(self, time: str) -> int:
        """The lowest seq of all events at or after this time (as in `Record.time`), one above all if there is none."""

    def targets(self, channels: Collection[str], owner: str, after: str, before: str, limit: int) -> list[Target]:
        """Of these channels and this owner's private chats, those whose latest message (PRIVMSG or NOTICE) lies
        between (exclusive), the earliest first. Raises `LogError`.
        """

    def latest(self, conversation: str, verb: str) -> Record | None:
        """The last event of this kind there: the topic of a room that outlives the process. Raises `LogError`."""

    def reactions(self, about: int) -> list[Record]:
        """What was sent by TAGMSG about the event of this number, ascending; the latest `REACTIONS_LIMIT`. Raises
        `LogError`.
        """

    def search(self, query: Query) -> list[Record]:
        """Messages that fit, in the order in which the query takes them (`Query.newest`); edited ones by their latest
        text. Raises `LogError`.
        """

    def follow(self, follower: Follower) -> None:
        """Hand every batch from now on to this function too; before `start` only."""

    def waiting(self) -> int:
        """How many events are queued, roughly; above `QUEUE_LIMIT` sockets are not read."""

    def latest_seq(self) -> int:
        """The number of the last event that was kept; from any thread."""

    def trouble(self) -> str:
        """Why nothing can be kept now, "" while it can; from any thread."""

    def start(self) -> None:
        """Start the log's thread."""

    def stop(self, deadline_s: float) -> bool:
        """Take in what is queued, then end; whether it did within the deadline."""


QUEUE_LIMIT = 4096
REACTIONS_LIMIT = 1000
BATCH_EVENTS = 256
BATCH_BYTES = 256 * 1024
