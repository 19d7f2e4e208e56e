"""An event: one thing that happened, on its way through the log to everybody who sees it.

Handlers make events under the state lock, the log gives them their place and time, each I/O thread
writes them out for its own connections. Fields are set before the hand-over and only read after it;
`own_tags` alone is set by the thread that owns the origin, which is also its only reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import TYPE_CHECKING

from chatd import capabilities, rendering

if TYPE_CHECKING:
    from chatd.connection import Connection
    from chatd.log import Record, Write
    from chatd.person import Person


class Audience(Enum):
    CHANNEL = "the members of one channel"
    PERSON = "the sessions of two people"
    PEERS = "everybody who shares a channel with the origin"
    EVERYONE = "every registered connection"
    ORIGIN = "nobody but the origin: an answer that must stand at its place in the order"


class Own(Enum):
    """Whether the origin sees its own event."""

    ALWAYS = 0
    ECHO = 1
    """Only with echo-message."""
    NEVER = 2


class Effect(Enum):
    """What an event does to the table by which lines are delivered, when it comes back."""

    NONE = 0
    JOIN = 1
    LEAVE = 2
    EXPEL = 3
    """Those who leave are not the origin's sessions, but the recipients alone."""
    RENAME = 4
    """Who was in the channel `moved_from` is in `channel` now."""


class Outcome(Enum):
    """What became of an event in the log."""

    DONE = 0
    """Kept, or only passing: everybody gets it."""
    REPEATED = 1
    """It was kept before under the same nonce: its fields are the first one's, only the origin gets it."""
    FAILED = 2
    """It could not be kept: only the origin hears of it."""


class Event:
    """See the module. `line` is the whole line without tags and line end.

    What most events leave as it is stands in the class alone: there are many of them, and each value set costs.
    """

    plain = False
    """Whether it is a `Said`."""
    besides: frozenset[int] = frozenset()
    """Ids of connections that do not get it."""
    lacks = 0
    """Capability bits with any of which it does not get it: what stands in for something it knows."""
    extended_line = ""
    """JOIN for those with extended-join."""
    channels: tuple[str, ...] = ()
    """PEERS: folded names of the origin's channels at this moment."""
    recipients: tuple[Connection, ...] = ()
    """PERSON: the sessions that get it. Else the origin's other sessions, where they need be known.

    They need be for JOIN and PART, which are theirs too, and for PEERS, who may share no channel. KICK:
    the sessions of who is put out.
    """
    outcome = Outcome.DONE
    """Set by the log."""
    answer: Iterable[str] | None = None
    """More lines for the origin alone, behind the event itself (the burst of a JOIN).

    Without origin they are for the (one) recipient.
    """
    own_tags = ""
    """`label=x` or `batch=y` for the origin's copy."""
    acknowledge = ""
    """What a labelled event that its origin does not see is answered with (`:server ACK`)."""
    seq = 0
    time = ""
    id = ""
    then: Callable[[], None] | None = None
    """Done by the origin's owner when the event comes back, before anything is written."""
    _rendered: dict[int, bytes] | None = None

    # What only the log looks at.

    sender = ""
    """`Person.owner` of who did it, kept with the event; "" for the server."""
    account = ""
    """The name of the account of who did it (account-tag), "" for guests and the server."""
    oper = ""
    """The name of the server operator who did it (oper-tag), "" for others."""
    nonce = ""
    """Resend protection: of events with the same sender and nonce only the first is kept (24 h)."""
    about = 0
    """Number of the stored event that this one is about (reaction, edit, redaction); 0 for none."""
    moved_from = ""
    """RENAME: the folded name that the conversation had until now."""
    removes = False
    """Whether what it is `about` loses its text for good (redaction)."""
    restores: Record | None = None
    """What it is `about` was removed and is this again (undo of a redaction)."""
    edits = False
    """Whether its text replaces that of what it is `about`."""
    edited = ""
    """Then also the msgid of that."""
    lines: rendering.Lines = ()
    """A message of several lines; `line` then has the first of them that is not blank, `extra` has all."""
    extra = ""
    """What else history needs to write the event again, as JSON that only the handlers read."""
    writes: tuple[Write, ...] = ()
    """What is kept beside the events in the same transaction (accounts, read marks)."""

    def __init__(
        self,
        audience: Audience,
        verb: str,
        line: str,
        origin: Connection | None,
        channel: str = "",
        *,
        stored: bool = True,
        effect: Effect = Effect.NONE,
        client_tags: str = "",
        needs: int = 0,
        own: Own = Own.ALWAYS,
    ) -> None:
        self.audience = audience
        self.verb = verb
        self.line = line
        self.origin = origin
        self.channel = channel
        """Folded name of the channel it belongs to, "" if none."""
        self.stored = stored
        """Whether it gets a number and is kept; otherwise it only passes, in the same order."""
        self.effect = effect
        self.client_tags = client_tags
        """`+a=b;+c`, as they go out to those who asked for message-tags."""
        self.needs = needs
        """Capability bits without which a connection does not get this event."""
        self.own = own

    def recall(self) -> None:
        """The log gave it the fields of the first of its kind (`Outcome.REPEATED`)."""
        self.lines = rendering.unpack(self.extra)
        self._rendered = None

    def said_by(self, person: Person) -> None:
        """It was done by this person, as it is known at this moment: whose it is, and which tags tell so."""
        self.sender = person.owner or person.owned_by()
        self.account = person.account
        self.oper = person.oper
        if "B" in person.modes:
            self.client_tags = rendering.as_bot(self.client_tags)

    def wanted_by(self, caps: int) -> bool:
        """Whether a connection with these capability bits gets it."""
        return caps & self.needs == self.needs and not caps & self.lacks

    def _tags_of_all(self, profile: int) -> str:
        """The tags that stand on each line of a message of several."""
        tags = "time=" + self.time if profile & capabilities.SERVER_TIME else ""
        if self.account and profile & capabilities.ACCOUNT_TAG:
            tag = rendering.account_tag(self.account)
            tags = f"{tags};{tag}" if tags else tag
        if self.oper and profile & capabilities.OPER_TAG:
            tags = f"{tags};{rendering.OPER}" if tags else rendering.OPER
        return tags

    def tags(self, profile: int) -> str:
        """The tags a connection with these capability bits gets, joined by `;`."""
        tags = self._tags_of_all(profile)
        if profile & capabilities.MESSAGE_TAGS:
            if self.id:
                tags = f"{tags};msgid={self.id}" if tags else "msgid=" + self.id
            client_tags = self._edit_tags(profile) if self.edited else self.client_tags
            if client_tags:
                tags = f"{tags};{client_tags}" if tags else client_tags
        return tags

    def _edit_tags(self, profile: int) -> str:
        if not profile & capabilities.EDIT:
            return rendering.edit_tags(self.client_tags, self.edited)
        tag = f"{rendering.EDIT}={self.edited}"
        return f"{tag};{self.client_tags}" if self.client_tags else tag

    def text(self, profile: int) -> str:
        """The line without tags, as written for these capability bits."""
        if self.extended_line and profile & capabilities.EXTENDED_JOIN:
            return self.extended_line
        if self.edited and not profile & capabilities.EDIT:
            head = rendering.head_of(self.line)
            return head + rendering.EDIT_MARK + self.line[len(head) :]
        return self.line

    def render(self, profile: int) -> bytes:
        """All of it in bytes for `Connection.profile`; made once per profile."""
        if self._rendered is None:
            self._rendered = {}
        data = self._rendered.get(profile)
        if data is None:
            data = self._rendered[profile] = (self.written(profile) + "\r\n").encode()
        return data

    def written(self, profile: int) -> str:
        """All of it for `Connection.profile`, without the last line end."""
        return self._written(profile, self.tags(profile))

    def own_text(self, profile: int) -> str:
        """The origin's copy, with its label or batch, without the last line end."""
        tags = self.tags(profile)
        if self.own_tags:
            tags = f"{self.own_tags};{tags}" if tags else self.own_tags
        return self._written(profile, tags, self.own_tags if self.own_tags.startswith("batch=") else "")

    def _written(self, profile: int, tags: str, within: str = "") -> str:
        """`within` is the batch that all its lines stand in."""
        if self.lines:
            return "\r\n".join(self._written_lines(profile, tags, within))
        text = self.text(profile)
        return f"@{tags} {text}" if tags else text

    def _written_lines(self, profile: int, tags: str, within: str) -> list[str]:
        head = rendering.head_of(self.line)
        if profile & capabilities.BATCHED_LINES == capabilities.BATCHED_LINES:
            lines = self.lines
            if self.edited and not profile & capabilities.EDIT:
                lines = ((rendering.EDIT_MARK + lines[0][0], False), *lines[1:])
            return rendering.as_batch(f"m{self.seq}", tags, head, lines)
        texts = [text for text, _ in self.lines if text]
        if self.edited and not profile & capabilities.EDIT:
            texts[0] = rendering.EDIT_MARK + texts[0]
        # The id stands on the first line only (draft/multiline, "Message ids").
        bot = rendering.bot_of(self.client_tags) if profile & capabilities.MESSAGE_TAGS else ""
        later = ";".join(filter(None, (within, self._tags_of_all(profile), bot)))
        return rendering.as_lines(tags, later, head, texts)


class Said(Event):
    """What is most often said: one line without tags of its own to a channel or a person (`commands/plain.py`)."""

    plain = True
    audience = Audience.CHANNEL
    verb = "PRIVMSG"
    stored = True
    effect = Effect.NONE
    client_tags = ""
    needs = 0
    own = Own.ECHO

    def __init__(self, line: str, origin: Connection, channel: str) -> None:
        self.line = line
        self.origin = origin
        self.channel = channel

    def to(self, recipients: tuple[Connection, ...]) -> None:
        """It is private: for these sessions and its origin's echo; `channel` is the key of the conversation."""
        self.audience = Audience.PERSON
        self.recipients = recipients

    def written(self, profile: int) -> str:
        """The same with less to look at."""
        if not profile & capabilities.TAGS:
            return self.line
        tags = self.tags(profile)
        return f"@{tags} {self.line}" if tags else self.line
