"""What tests use in place of the world: a clock moved by hand, a server made of lines, a screen without pixels.

`Chat` is a `Session` with all three; after every step its `Screen`, which only ever saw changes, must
show exactly what the session holds. No Qt, socket or thread.
"""

from __future__ import annotations

from itertools import count
from typing import Any

from client.changes import (
    CLEAR,
    Change,
    Conversation,
    ConversationAdded,
    ConversationChanged,
    ConversationRemoved,
    EntriesAdded,
    EntriesDropped,
    Entry,
    EntryChanged,
    EntryRemoved,
    LinkChanged,
    LinkState,
    MemberAdded,
    MemberChanged,
    MemberRemoved,
    MembersReset,
    Security,
    StripChanged,
    StripKind,
    TypingChanged,
    UnreadChanged,
)
from client.effects import Connect, Derive, Disconnect, Send
from client.session import Session
from protocol import Message, parse

CAPABILITIES = (
    "message-tags server-time batch labeled-response echo-message extended-join multi-prefix setname "
    "away-notify userhost-in-names cap-notify standard-replies"
)
"""What our own server offers."""


REMEMBERING = (
    f"{CAPABILITIES} draft/chathistory draft/event-playback draft/read-marker draft/message-redaction "
    "draft/multiline=max-bytes=4096,max-lines=24 soju.im/search obrolan.example/edit obrolan.example/retry "
    "obrolan.example/unredact"
)
"""What it offers besides, where it keeps what is said."""


class ManualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, seconds: float = 1000.0) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


class Pane:
    """What a screen remembers of one conversation: copies, made when a change said so."""

    def __init__(self, conversation: Conversation) -> None:
        self.entries = [row(entry) for entry in conversation.entries]
        self.head: tuple[Any, ...] = head(conversation)
        self.counts = counts(conversation)
        self.members = people(conversation)
        self.typing = list(conversation.typing)


def row(entry: Entry) -> tuple[Any, ...]:
    """All that is drawn of an entry."""
    said = (entry.id, entry.kind, entry.name, entry.text, entry.time, entry.own, entry.delivery, entry.problem)
    reactions = [(reaction.text, tuple(reaction.names), reaction.own) for reaction in entry.reactions]
    return (*said, entry.target, entry.quote, reactions, entry.edited, entry.deleted, entry.gap)


def head(conversation: Conversation) -> tuple[Any, ...]:
    """All that is drawn of a conversation besides its lists and counts."""
    return (conversation.title, conversation.nickname, conversation.channel, conversation.joined, conversation.topic)


def counts(conversation: Conversation) -> tuple[Any, ...]:
    """Its unread marks."""
    return (conversation.unread, conversation.mentions, conversation.first_unread)


def people(conversation: Conversation) -> dict[str, tuple[Any, ...]]:
    """Its members, by nickname."""
    return {m.nickname: (m.name, m.prefixes, m.away) for m in conversation.members.values()}


class Screen:
    """A screen made of copies, which takes changes by the rules at the end of `changes.py` and no others."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.panes: dict[str, Pane] = {}
        self.link = LinkState.OFFLINE
        self.strips: dict[str, StripChanged] = {}

    def apply(self, changes: list[Change]) -> None:
        """Take a list of changes; then everything must be as the session has it."""
        for change in changes:
            self._apply(change)
        self.compare()

    def compare(self) -> None:
        """Everything shown is as the session has it."""
        session = self.session
        assert set(self.panes) == set(session.conversations)
        for key, conversation in session.conversations.items():
            pane = self.panes[key]
            assert conversation.key == key
            assert pane.entries == [row(entry) for entry in conversation.entries]
            assert conversation.ids == {entry.id for entry in conversation.entries}
            assert len(conversation.ids) == len(conversation.entries)
            assert pane.members == people(conversation)
            assert pane.head == head(conversation)
            assert pane.counts == counts(conversation)
            assert pane.typing == conversation.typing
        assert self.link == session.state
        assert session.current in session.conversations or (not session.current and not session.conversations)
        assert self.strips == session.strips

    def _apply(self, change: Change) -> None:
        match change:
            case LinkChanged():
                self.link = change.state
            case StripChanged(kind, key):
                if kind is StripKind.NONE:
                    self.strips.pop(key, None)
                else:
                    self.strips[key] = change
            case ConversationAdded(key):
                self.panes[key] = Pane(self.session.conversations[key])
            case ConversationRemoved(key):
                del self.panes[key]
                self.strips.pop(key, None)
            case ConversationChanged(key, old_key):
                self.panes[key] = self.panes.pop(old_key)
                self.panes[key].head = head(self.session.conversations[key])
            case TypingChanged(key):
                self.panes[key].typing = list(self.session.conversations[key].typing)
            case UnreadChanged(key):
                self.panes[key].counts = counts(self.session.conversations[key])
            case EntriesAdded() | EntriesDropped() | EntryChanged() | EntryRemoved():
                self._apply_entries(
                    change, self.panes[change.key].entries, self.session.conversations[change.key].entries
                )
            case MembersReset(key):
                self.panes[key].members = people(self.session.conversations[key])
            case MemberAdded() | MemberChanged() | MemberRemoved():
                self._apply_member(
                    change, self.panes[change.key].members, people(self.session.conversations[change.key])
                )

    def _apply_entries(
        self, change: EntriesAdded | EntriesDropped | EntryChanged | EntryRemoved, rows: list[Any], now: list[Entry]
    ) -> None:
        match change:
            case EntriesAdded(_, first, count):
                assert first <= len(rows)
                rows[first:first] = [row(entry) for entry in now[first : first + count]]
            case EntriesDropped(_, count):
                assert 0 < count <= len(rows)
                del rows[:count]
            case EntryChanged(_, index):
                rows[index] = row(now[index])
            case EntryRemoved(_, index):
                del rows[index]

    def _apply_member(
        self, change: MemberAdded | MemberChanged | MemberRemoved, shown: dict[str, Any], now: dict[str, Any]
    ) -> None:
        match change:
            case MemberAdded(_, nickname):
                assert nickname not in shown
                shown[nickname] = now[nickname]
            case MemberRemoved(_, nickname):
                gone = next(other for other in shown if self.session.fold(other) == self.session.fold(nickname))
                del shown[gone]
            case MemberChanged(_, nickname, old):
                del shown[old]
                shown[nickname] = now[nickname]


class Chat:
    """A session between a server played by the test and a screen that is checked after every step."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self._tokens = count(1)
        self.wall = ManualClock(1_700_000_000.0)
        self.session = Session(monotonic=self.clock, now=self.wall, random=lambda: 0.5, token=self._token)
        self.screen = Screen(self.session)
        self.connects: list[Connect] = []
        self.disconnects = 0
        self.derives: list[Derive] = []
        self._sent: list[str] = []

    def _token(self) -> str:
        return f"{next(self._tokens):032x}"

    def done(self, changes: list[Change]) -> list[Change]:
        """A step of the session is over: show its changes, carry out its effects."""
        self.screen.apply(changes)
        for effect in self.session.take_effects():
            match effect:
                case Connect():
                    self.connects.append(effect)
                case Send(data):
                    self._sent += data.decode().split("\r\n")[:-1]
                    assert data.endswith(b"\r\n")
                case Derive():
                    self.derives.append(effect)
                case Disconnect():
                    self.disconnects += 1
        assert self.session.take_effects() == []
        return changes

    def server(self, *lines: str) -> list[Change]:
        """The server sends these lines in one batch."""
        return self.done(self.session.received([parse(line) for line in lines]))

    def receive(self, *messages: Message) -> list[Change]:
        """The server sends something that need not be a line at all."""
        return self.done(self.session.received(list(messages)))

    def type(self, text: str, key: str = "") -> bool:
        """The person presses Enter; whether the text was taken."""
        taken, changes = self.session.send_text(key or self.session.current, text)
        self.done(changes)
        return taken

    def type_reply(self, text: str, entry_id: str) -> bool:
        """The person answers an entry of the conversation on screen."""
        taken, changes = self.session.send_text(self.session.current, text, reply_to=entry_id)
        self.done(changes)
        return taken

    def wait(self, seconds: float) -> list[Change]:
        """Time passes; the session is woken whenever it asked to be."""
        until = self.clock.seconds + seconds
        changes: list[Change] = []
        while (tick := self.session.next_tick) is not None and tick <= until:
            self.clock.seconds = max(tick, self.clock.seconds)
            changes += self.done(self.session.tick())
        self.clock.seconds = until
        return changes

    def sent(self) -> list[str]:
        """The lines sent since this was last asked."""
        sent, self._sent = self._sent, []
        return sent

    def log_in(self, name: str = "Siti", capabilities: str = CAPABILITIES, boot: str = "a1") -> None:
        """Log in on a server like ours, which joins everybody to #lobby, with Budi and Ani there."""
        self.done(self.session.login("lab2", 8888, name))
        self.welcome(capabilities, boot)
        self.sent()

    def welcome(self, capabilities: str = CAPABILITIES, boot: str = "a1", security: Security = CLEAR) -> list[Change]:
        """The connection opens and the server takes us in."""
        self.done(self.session.connected(security))
        nickname = next(line for line in self.sent() if line.startswith("NICK ")).split()[1]
        if capabilities:
            self.server(f":srv CAP * LS :{capabilities}")
            request = parse(self.sent()[0]).params[-1]
            self.server(f":srv CAP * ACK :{request}")
        return self.server(
            f":srv 001 {nickname} :Welcome",
            f":srv 005 {nickname} NETWORK=Lab\\x202 PREFIX=(ov)@+ CASEMAPPING=ascii obrolan.example/BOOT={boot} :ok",
            f":srv 375 {nickname} :- MOTD",
            f":srv 372 {nickname} :- Hello",
            f":srv 376 {nickname} :End",
            f":{nickname}!~u@host.lan JOIN #lobby * :{self.session.name}",
            f":srv 353 {nickname} = #lobby :{nickname}!~u@host.lan @Budi!~b@b.lan Ani!~a@a.lan",
            f":srv 366 {nickname} #lobby :End",
        )

    def texts(self, key: str = "") -> list[str]:
        """The texts in a conversation."""
        return [entry.text for entry in self.conversation(key).entries]

    def conversation(self, key: str = "") -> Conversation:
        """A conversation by key; without one, the one on screen."""
        return self.session.conversations[key or self.session.current]
