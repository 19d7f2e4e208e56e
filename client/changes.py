"""What the client knows and what can happen to it: the words between session and screens.

Plain data without Qt, sockets or threads. `Session` (session.py) owns the `Conversation` objects and is the only one to
change them; it returns a list of `Change` for every step, and screens repaint from those. What the session asks the
network side to do is in `effects.py`. All of it lives in the GUI thread (or in the terminal client's main thread).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from typing import NamedTuple

from client.directory import DirectoryChange
from client.order import PinsChanged, PinsShown, RollShown
from client.people import ProfileShown


class EntryKind(Enum):
    MESSAGE = "message"
    ACTION = "action"
    """`/me`: the text follows the name without a colon."""
    NOTICE = "notice"
    SERVER = "server"
    """A sentence from the server itself."""
    JOIN = "join"
    PART = "part"
    QUIT = "quit"
    KICK = "kick"
    NICK = "nick"
    TOPIC = "topic"
    MODE = "mode"
    RESTARTED = "restarted"
    """A mark: the server was started anew and remembers nothing from before."""
    GAP = "gap"
    """A mark: something stands between the entries around it that is not here; `Entry.gap` says what to do about it."""
    START = "start"
    """A mark, always the first entry: the conversation begins here (`Entry.nickname` opened it, "" if unknown)."""


MEMBERSHIP_KINDS = frozenset({EntryKind.JOIN, EntryKind.PART, EntryKind.QUIT, EntryKind.NICK})
"""Entries that are folded together on the screen and never count as unread."""


class Gap(Enum):
    """What a GAP entry stands for."""

    OPEN = "open"
    """More can be fetched here (`Session.load_gap`); reaching it by scrolling does so."""
    LOADING = "loading"
    LOST = "lost"
    """The server does not have it any more, or cannot give it."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What a message answers, as far as it is known."""

    id: str
    """msgid of the message that is answered; it may not be in the conversation (yet)."""
    name: str = ""
    """Who wrote it, "" while unknown."""
    text: str = ""


@dataclass(slots=True)
class Reaction:
    text: str
    """An emoji, usually."""
    names: list[str]
    """Names of those who reacted so, in the order in which they did."""
    own: bool = False


class Delivery(Enum):
    WAITING = "waiting"
    """On its way, or typed offline and waiting for the link: no echo yet. It keeps its resend protection (nonce)."""
    SENT = "sent"
    FAILED = "failed"
    """The server refused it, or it was never sent; `Entry.problem` says why."""


@dataclass(slots=True)
class Entry:
    """One row of a conversation, in the order in which it is shown."""

    id: str
    """msgid, or a local id ("local-7") until the echo brings one; unique in its conversation."""
    kind: EntryKind
    nickname: str
    """Who did it ("" for the server)."""
    name: str
    """What the screen calls that person: the realname if known, else the nickname."""
    text: str
    """The message; for KICK, PART and QUIT the reason, for NICK the new name, for TOPIC the topic."""
    time: float
    """Seconds since the epoch, by the server's clock where it tells."""
    own: bool = False
    mention: bool = False
    delivery: Delivery = Delivery.SENT
    problem: str = ""
    """The server's own words when delivery FAILED."""
    target: str = ""
    """KICK: the person who was removed; MODE: the one it is about, "" for several or none."""
    quote: Quote | None = None
    """The message this one answers."""
    reactions: tuple[Reaction, ...] = ()
    edited: bool = False
    """`text` is not the first one."""
    deleted: bool = False
    """Taken back or removed: `text`, `quote` and `reactions` are empty; `target` is who did it if not the author."""
    gap: Gap | None = None
    """GAP entries only."""
    nonce: str = ""
    """Own ones on a server that protects resending: 32 hexadecimal digits that stay the same at every try."""
    version: float = 0.0
    """Up to which moment all changes of `text` are in it (the session's own)."""


@dataclass(slots=True)
class Member:
    nickname: str
    name: str
    """What screens call this person: the realname if the nickname is made of it, else the nickname."""
    prefixes: str = ""  # of status, highest first ("@+"), "" for an ordinary member
    away: bool = False
    away_text: str = ""  # why, as far as it was said
    in_clear: bool = False  # without TLS where there is TLS: others on the network can read along
    realname: str = ""  # as the server sent it, "" while unknown; screens show `name`


@dataclass(slots=True)
class Conversation:
    """One pane: a channel or a private chat. Keyed by the folded channel name or nickname."""

    key: str
    title: str
    """`#lobby`, or the other person's name."""
    channel: bool
    nickname: str = ""
    """Private chats: the other's nickname as it is now."""
    joined: bool = False
    """Whether we are in it now (channels), or the other is online as far as we know (private)."""
    away: bool = False
    """Private chats: the other is here, but away."""
    away_text: str = ""
    seen: float = 0.0
    """Private chats: when the other was last here, if they are not now; 0.0 if unknown."""
    topic: str = ""
    pinned: list[str] = field(default_factory=list)
    """Ids of the messages that stand out in it, the newest pin first."""
    modes: dict[str, str] = field(default_factory=dict)
    """Channels, as far as known: letters of modes that are set, with their values ("" for none)."""
    entries: list[Entry] = field(default_factory=list)
    members: dict[str, Member] = field(default_factory=dict)
    """By folded nickname; channels only."""
    unread: int = 0
    mentions: int = 0
    """Of the unread ones, those that mention us (all of them in a private chat)."""
    first_unread: str = ""
    """Id of the entry above which the "New messages" line stands; "" for none."""
    typing: list[str] = field(default_factory=list)
    """Names of those who are writing now."""
    draft: str = ""
    """What stood in its message box when it was left (`Session.keep_draft`)."""
    read: float = 0.0
    """Time of the newest message that was read, by the server's clock; 0.0 while that is unknown."""
    ids: set[str] = field(default_factory=set, repr=False)
    """The ids of all entries (the session's own: a msgid that comes twice is shown once)."""
    held: list[Entry] | None = field(default=None, repr=False)
    """What is said while older messages are being fetched; it comes behind them (the session's own)."""
    serial: int = field(default_factory=count().__next__, repr=False, compare=False)
    """Tells conversations apart whatever they are called (the session's own)."""

    @property
    def target(self) -> str:
        """Whom to address to be heard in it."""
        return self.title if self.channel else self.nickname


class LinkState(Enum):
    OFFLINE = "offline"
    CONNECTING = "connecting"
    REGISTERING = "registering"
    ONLINE = "online"
    WAITING = "waiting"
    """Lost; the next try is due at `LinkChanged.retry_at`."""


AUTHORITY = "authority"
"""Stands for a fingerprint where a known authority vouches for whatever certificate the server has."""


class Security(NamedTuple):
    """How a connection is kept from those on the way."""

    fingerprint: str = ""
    """Of the server's certificate (SHA-256, hexadecimal); "" in clear."""
    authority: bool = False
    """Whether a known authority vouches for it."""

    @property
    def known(self) -> str:
        """How a server with it is remembered (`trust.py`); "" for one in clear."""
        return AUTHORITY if self.authority else self.fingerprint


CLEAR = Security()


class Problem(Enum):
    """Why a login did not succeed; `LoginFailed.text` may hold the server's own words."""

    UNKNOWN_HOST = "unknown host"
    REFUSED = "refused"
    NO_ANSWER = "no answer"
    UNREACHABLE = "unreachable"
    NAME_TAKEN = "name taken"
    NAME_NOT_ALLOWED = "name not allowed"
    NAME_MIXED = "name mixes scripts"
    NOT_A_CHAT_SERVER = "not a chat server"
    CERTIFICATE_CHANGED = "certificate changed"
    """`LoginFailed.text` is the fingerprint of the new one."""
    TLS_GONE = "tls gone"
    """A server known by its certificate answers in clear."""
    SERVER_FULL = "server full"
    SERVER_GONE = "server gone"
    """The connection ended during login."""
    PASSWORD = "password"
    ACCOUNT = "account"
    """It or its password is wrong; without a text: the server has no accounts."""
    NOT_ENCRYPTED = "not encrypted"  # so no password was sent
    BANNED = "banned"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class LinkChanged:
    state: LinkState
    retry_at: float | None = None
    """Monotonic seconds (the session's clock) of the next try, in state WAITING."""
    problem: Problem | None = None
    """What the last try ran into, if it failed."""


@dataclass(frozen=True, slots=True)
class LoginFailed:
    problem: Problem
    host: str
    port: int
    name: str
    suggestion: str = ""
    """NAME_TAKEN: a free name for `login_as`, tried on the same connection if the server can be asked; "" for none."""
    text: str = ""


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Registration is complete; sent again after each reconnection."""

    nickname: str
    again: bool
    """True when this is a reconnection and the page was already there."""


@dataclass(frozen=True, slots=True)
class NetworkChanged:
    """`Session.network`, `Session.nickname` or what we may do on the whole server changed."""


@dataclass(frozen=True, slots=True)
class ConversationAdded:
    """A new conversation, with all that it holds: no EntriesAdded or MembersReset repeats that in the same list."""

    key: str
    select: bool = False
    """The person asked for it, or it is the first one: it is `Session.current` now, and the view follows."""


@dataclass(frozen=True, slots=True)
class ConversationRemoved:
    """It is gone; if it was on screen, `Session.current` names its neighbour now ("" when none is left)."""

    key: str


@dataclass(frozen=True, slots=True)
class ConversationsReordered:
    """The order of `Session.conversations` changed."""


@dataclass(frozen=True, slots=True)
class ConversationChanged:
    """Title, key (`old_key` differs), topic or `joined` changed."""

    key: str
    old_key: str


@dataclass(frozen=True, slots=True)
class EntriesAdded:
    """`count` entries now stand at `first` and after; existing ones moved down."""

    key: str
    first: int
    count: int


@dataclass(frozen=True, slots=True)
class EntriesDropped:
    """The `count` topmost entries were forgotten to keep memory bounded; the others moved up."""

    key: str
    count: int


@dataclass(frozen=True, slots=True)
class EntryChanged:
    key: str
    index: int


@dataclass(frozen=True, slots=True)
class EntryRemoved:
    """The entry that stood at `index` is gone (an unsent text the person deleted, a gap that is filled)."""

    key: str
    index: int


@dataclass(frozen=True, slots=True)
class MembersReset:
    """The whole member list of a channel was replaced."""

    key: str


@dataclass(frozen=True, slots=True)
class MemberAdded:
    key: str
    nickname: str


@dataclass(frozen=True, slots=True)
class MemberRemoved:
    key: str
    nickname: str


@dataclass(frozen=True, slots=True)
class MemberChanged:
    """Prefixes, away, name or nickname changed (`old_nickname` differs after a rename)."""

    key: str
    nickname: str
    old_nickname: str


@dataclass(frozen=True, slots=True)
class UnreadChanged:
    key: str


@dataclass(frozen=True, slots=True)
class TypingChanged:
    key: str


@dataclass(frozen=True, slots=True)
class ShowEntry:
    """Scroll to this entry and flash it once: it is in the conversation now (a quote was clicked, a hit opened)."""

    key: str
    id: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One message that a search found."""

    key: str
    """Its conversation."""
    title: str
    """What screens call that conversation."""
    id: str
    """msgid, for `Session.show_message`."""
    name: str
    text: str
    time: float
    nickname: str = ""


@dataclass(frozen=True, slots=True)
class SearchResults:
    """The answer to `Session.search`, the newest first; `problem` is set when there is none."""

    query: str
    key: str
    """The conversation that was searched, "" for all."""
    hits: tuple[Hit, ...] = ()
    more: bool = False
    """Whether there are more (`Session.search_more`)."""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ServerMet:
    """From now on this computer knows the server by its certificate (`Trust.remember`)."""

    host: str
    port: int
    known: str


@dataclass(frozen=True, slots=True)
class AccountMade:
    """The nickname is our account there: keep the secret for the next login. Said again when it grows (for speed)."""

    host: str
    port: int
    known: str
    account: str
    secret: str


class StripKind(Enum):
    NONE = "none"
    LOST = "lost"
    """Amber; counts down to `LinkChanged.retry_at`; action "Try now"."""
    BACK = "back"
    """Green, for two seconds."""
    KICKED = "kicked"
    """`who` removed us from this channel for `text`; action "Join again"."""
    CLOSING = "closing"
    """The server said it is shutting down (`text` are its words)."""
    RESTARTED = "restarted"
    """Back, but the server was restarted with an empty log; nothing on screen is removed."""
    OFFLINE_SEND = "offline send"
    """Enter was pressed while offline; the text stays in the box."""
    NAME_LOST = "name lost"
    """Reconnected, but the name was taken meanwhile; action "Log in as `text`"."""
    NEW_SERVER = "new server"
    """Met for the first time and remembered; `text` are its check words. For ten seconds."""
    AWAY = "away"
    """We are away, and why (`text`); action "I am back"."""
    ANNOUNCEMENTS = "announcements"
    HUSHED = "hushed"
    """In this channel we may not write, or only those who run it read us."""
    HUNG_UP = "hung up"
    """We ended the connection and stay here; action "Connect"."""
    CLOSED = "closed"
    """The server ended it for good (`text` are its words); action "Try now"."""


@dataclass(frozen=True, slots=True)
class StripChanged:
    """The strip under the header: one for the whole link (`key` "") or for one channel."""

    kind: StripKind
    key: str = ""
    who: str = ""
    text: str = ""


# A list of changes is applied in its order; what `Session` holds is already the state after all of them.
# For one conversation the order is: removed, dropped, added (runs from top to bottom), changed; so each
# index is right at its turn, and `entries[first : first + count]` are the rows an EntriesAdded speaks of.
# A member is named by at most one Member... change of a list (else the list says MembersReset). A screen that
# reloads a conversation in the middle of a list skips what the rest of that list says about it.
Change = (
    LinkChanged
    | LoginFailed
    | LoggedIn
    | NetworkChanged
    | ConversationAdded
    | ConversationRemoved
    | ConversationsReordered
    | ConversationChanged
    | EntriesAdded
    | EntriesDropped
    | EntryChanged
    | EntryRemoved
    | MembersReset
    | MemberAdded
    | MemberRemoved
    | MemberChanged
    | UnreadChanged
    | TypingChanged
    | ShowEntry
    | SearchResults
    | RollShown
    | ProfileShown
    | PinsChanged
    | PinsShown
    | AccountMade
    | ServerMet
    | StripChanged
    | DirectoryChange
)
