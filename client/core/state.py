"""All that the client knows at one moment, and its way out: lines to send, strips to show.

Pure; shared by the rooms above, which act on it. What changes is noted in the journal.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from client.abilities import Abilities
from client.changes import (
    Conversation,
    Entry,
    EntryKind,
    LinkState,
    NetworkChanged,
    StripChanged,
    StripKind,
)
from client.core.book import Book
from client.core.features import Features
from client.core.journal import Journal
from client.core.texts import Mentions, shown_text
from client.credentials import NOTHING, Credentials
from client.effects import Connect, Disconnect, Effect, Send, is_loopback
from protocol import VENDOR, Message, format_bytes
from translations import tr

EDIT = f"{VENDOR}/edit"
UNREDACT = f"{VENDOR}/unredact"
"""Capability, and tag of a message that is the new text of an earlier one."""

HELD_TEXTS = 50
"""Sentences of the server kept for the first conversation while there is none."""

HEARD = 1_000
"""Messages kept for whoever asks what others just said."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and chance, passed in so that tests need neither."""

    monotonic: Callable[[], float]
    now: Callable[[], float]
    random: Callable[[], float]
    token: Callable[[], str]
    """128 bits by chance that nobody can guess, as 32 hexadecimal digits."""


class State:
    """One login's worth of knowledge; `forget` begins anew."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.journal = Journal()
        self.effects: list[Effect] = []
        self.link = LinkState.OFFLINE
        self.host = ""
        self.known = ""
        """How this computer knows the server by its certificate, "" for not at all."""
        self.secure = False
        """Whether nobody on the way can read what we say now."""
        self.port = 0
        self.name = ""
        self._words: tuple[str, ...] = ()
        """What is a mention like our name."""
        self.book = Book(self.journal, self.fold)
        self.forget()

    def forget(self) -> None:
        """Know nothing of any server."""
        for conversation in self.book.conversations.values():
            self.journal.conversation_removed(conversation)
        self.nickname = self._own_key = ""
        self.credentials: Credentials = NOTHING
        self.server = ""
        """What the server calls itself as the source of its messages."""
        self.source = ""
        """Our `nick!user@host` as others see it, once a JOIN showed it."""
        self.network = ""
        self.renaming = ""
        """The name asked for by /nick, until the server answers."""
        self.features = Features()
        self.capabilities: set[str] = set()
        self.offers: dict[str, str] = {}
        """The values of the capabilities that the client knows."""
        self.latest = 0.0
        """The latest time the server has told, by its clock."""
        self.mentions = Mentions()
        self.heard: deque[tuple[Conversation, Entry]] = deque(maxlen=HEARD)
        """What others said where the person does not look, until it is asked for."""
        self.book = Book(self.journal, self.fold, active=self.book.active)
        self.strips: dict[str, StripChanged] = {}
        self.operator = False
        """Whether we are an operator of the server."""
        self.away: str | None = None
        """Why we are away, None while we are here; "" if another program of ours said it."""
        self.settled = False
        """The server's welcome is complete."""
        self.meant: dict[str, str] = {}
        """Nicknames of those whom we banned, by the mask that the server made of it."""
        self._held_texts: list[tuple[str, float]] = []

    def fold(self, name: str) -> str:
        """How names are compared on this server."""
        return self.features.fold(name)

    def learn_features(self, tokens: list[str]) -> None:
        """Take the tokens of a 005; conversations keep the keys they have."""
        self.features.take(tokens, may_refold=not self.book.conversations)
        self._own_key = self.fold(self.nickname)
        if self.features.network and self.features.network != self.network:
            self.network = self.features.network
            self.journal.before(NetworkChanged())

    # --- who we are ----------------------------------------------------------------------------

    def is_me(self, nickname: str) -> bool:
        """Whether this nickname is ours."""
        return self.fold(nickname) == self._own_key

    def call_me(self, nickname: str, name: str = "") -> None:
        """Our nickname, and perhaps our name, is this from now on."""
        self.nickname = nickname
        self._own_key = self.fold(nickname)
        self.name = name or self.name
        self._find_mentions()
        self.journal.before(NetworkChanged())

    def watch(self, words: Iterable[str]) -> None:
        """These words are mentions from now on, beside our name."""
        self._words = tuple(words)
        self._find_mentions()

    def _find_mentions(self) -> None:
        self.mentions = Mentions(self.nickname, self.name, *self._words)

    def name_of(self, nickname: str) -> str:
        """What screens call this person."""
        return self.name if self.is_me(nickname) else self.book.name_of(nickname)

    def set_operator(self, operator: bool) -> None:
        """Whether we are an operator of the server now."""
        if operator != self.operator:
            self.operator = operator
            self.journal.before(NetworkChanged())

    @property
    def confidential(self) -> bool:
        """Whether a secret can be said: nobody on the way reads it."""
        return self.secure or is_loopback(self.host)

    @property
    def remembers(self) -> bool:
        """Whether the server can be asked for what was said."""
        return "draft/chathistory" in self.capabilities and "batch" in self.capabilities

    @property
    def abilities(self) -> Abilities:
        """What the person can do on this server."""
        have = self.capabilities
        tags = "message-tags" in have
        return Abilities(
            history=self.remembers,
            replies=tags,
            reactions=tags and "echo-message" in have,
            edits=tags and EDIT in have,
            deletes=tags and "draft/message-redaction" in have,
            typing=tags,
            search={"soju.im/search", "batch"} <= have,
            multiline={"draft/multiline", "batch"} <= have,
        )

    # --- out -----------------------------------------------------------------------------------

    def connect(self) -> None:
        """Have the connection opened."""
        self.effects.append(Connect(self.host, self.port, tls=True, known=self.known))

    def disconnect(self) -> None:
        """Have the connection closed."""
        self.effects.append(Disconnect())

    def send(self, command: str, *params: str, label: str = "", tags: Mapping[str, str] | None = None) -> bool:
        """Send one line; False if no line can say this (a space in a nickname, say)."""
        sent = dict(tags or {})
        if label and "labeled-response" in self.capabilities:
            sent["label"] = label
        try:
            data = format_bytes(Message(command, list(params), tags=sent))
        except ValueError:
            return False
        self.effects.append(Send(data))
        return True

    def show_strip(self, kind: StripKind, key: str = "", who: str = "", text: str = "") -> None:
        """Show this strip for the link (`key` "") or a channel; NONE takes it away."""
        strip = StripChanged(kind, key, who, text)
        if kind is not StripKind.NONE:
            self.strips[key] = strip
        elif self.strips.pop(key, None) is None:
            return
        self.journal.after(strip)

    def end_step(self) -> None:
        """A call of the session is over: order, bounds, and no strips for conversations that are gone."""
        self.book.end_step(history=self.remembers)
        for key in [key for key in self.strips if key and key not in self.book.conversations]:
            del self.strips[key]

    # --- sentences of the server ---------------------------------------------------------------

    def server_text(self, text: str, conversation: Conversation | None = None, time: float | None = None) -> None:
        """Show a sentence of the server, here or in the conversation on screen; kept until there is one."""
        time = self.clock.now() if time is None else time
        conversation = conversation or self.book.conversations.get(self.book.current)
        if not text:
            return
        if conversation is not None:
            entry = Entry(self.book.local_id(), EntryKind.SERVER, "", "", shown_text(text), time)
            self.book.add(conversation, entry)
        elif len(self._held_texts) < HELD_TEXTS:
            self._held_texts.append((text, time))

    def usage(self, usage: str, conversation: Conversation) -> bool:
        """Say how a command is written; False: it was not taken."""
        self.server_text(tr("Write it like this: {usage}").format(usage=usage), conversation)
        return False

    def show_held_texts(self) -> None:
        """There is a conversation now: put what was kept into it."""
        held, self._held_texts = self._held_texts, []
        for text, time in held:
            self.server_text(text, time=time)
