"""Who is writing something just now (`+typing`): the others for us to see, and we for the others.

Pure. In channels with many people nobody is told: it would be noise there, and work for all.
"""

from __future__ import annotations

from client.changes import Conversation, LinkState
from client.core.reading import Reader
from client.core.state import State
from protocol import Message

TAG = "+typing"
EVERY_S = 3.0
"""Between two of our notices about one conversation."""
ACTIVE_S = 6.0
PAUSED_S = 30.0
"""How long a notice of somebody else holds."""
PEOPLE = 50
"""In larger channels we say nothing."""
SHOWN = 100
"""Most people shown as writing in one conversation."""


class Composing:
    """Says that we write, and knows who else does."""

    def __init__(self, state: State, reader: Reader) -> None:
        self._state = state
        self._reader = reader
        self.forget()

    def forget(self) -> None:
        """A new login, or the link is lost: nobody writes as far as we know."""
        self._said: dict[int, tuple[float, bool]] = {}
        """When we last said something, and whether it was that we write; by the serial of the conversation."""
        self._stopping: dict[int, float] = {}
        """When to say that we stopped."""
        self._writing: dict[int, dict[str, tuple[float, str]]] = {}
        """Until when, and the name; by folded nickname."""

    # --- we ------------------------------------------------------------------------------------

    def box(self, conversation: Conversation, text: str) -> None:
        """The box of this conversation holds this text now."""
        command = text.startswith("/") and not text.startswith("//")
        silent = not self._state.abilities.typing or self._state.link is not LinkState.ONLINE
        if command or silent or not conversation.joined or len(conversation.members) > PEOPLE:
            return
        now = self._state.clock.monotonic()
        at, active = self._said.get(conversation.serial, (now - EVERY_S, False))
        if text:
            self._stopping.pop(conversation.serial, None)
            if now - at >= EVERY_S:
                self._say(conversation, active=True)
        elif active and now - at >= EVERY_S:
            self._say(conversation, active=False)
        elif active:
            self._stopping[conversation.serial] = at + EVERY_S

    def sent(self, conversation: Conversation) -> None:
        """What we wrote is out: that says enough."""
        at, _ = self._said.get(conversation.serial, (0.0, False))
        self._said[conversation.serial] = (at, False)
        self._stopping.pop(conversation.serial, None)

    def _say(self, conversation: Conversation, *, active: bool) -> None:
        self._said[conversation.serial] = (self._state.clock.monotonic(), active)
        self._state.send("TAGMSG", conversation.target, tags={TAG: "active" if active else "done"})

    # --- the others ----------------------------------------------------------------------------

    def heard(self, conversation: Conversation, message: Message) -> None:
        """Somebody's notice."""
        nickname, value = message.nickname, message.tags[TAG]
        seconds = {"active": ACTIVE_S, "paused": PAUSED_S}.get(value)
        if seconds is None:
            self.stopped(conversation, nickname)
            return
        writing = self._writing.setdefault(conversation.serial, {})
        key = self._state.fold(nickname)
        if key in writing or len(writing) < SHOWN:
            name = self._reader.name_in(conversation, nickname, own=False)
            writing[key] = (self._state.clock.monotonic() + seconds, name)
            self._show(conversation)

    def stopped(self, conversation: Conversation, nickname: str) -> None:
        """This person said something, or went."""
        writing = self._writing.get(conversation.serial)
        if writing and writing.pop(self._state.fold(nickname), None):
            self._show(conversation)

    def _show(self, conversation: Conversation) -> None:
        names = [name for _, name in self._writing[conversation.serial].values()]
        if conversation.typing != names:
            conversation.typing = names
            self._state.journal.typing_changed(conversation)

    # --- time ----------------------------------------------------------------------------------

    def link_lost(self) -> None:
        """Nobody writes, as far as we know."""
        self.forget()
        for conversation in self._state.book.conversations.values():
            if conversation.typing:
                conversation.typing = []
                self._state.journal.typing_changed(conversation)

    @property
    def next_tick(self) -> float | None:
        """When `tick` is due."""
        until = [at for writing in self._writing.values() for at, _ in writing.values()]
        return min([*until, *self._stopping.values()], default=None)

    def tick(self) -> None:
        """Forget who has been silent for too long; say that we stopped."""
        now = self._state.clock.monotonic()
        due = self.next_tick
        if due is None or due > now:
            return
        there = self._state.book.conversations.values()
        for conversation in there:
            writing = self._writing.get(conversation.serial, {})
            for key in [key for key, (until, _) in writing.items() if until <= now]:
                del writing[key]
                self._show(conversation)
            if self._stopping.get(conversation.serial, now + 1) <= now:
                self._say(conversation, active=False)
        serials = {conversation.serial for conversation in there}
        self._writing = {serial: writing for serial, writing in self._writing.items() if serial in serials and writing}
        self._stopping = {serial: at for serial, at in self._stopping.items() if at > now}
