"""Being in channels: joining, leaving, coming back after a break, learning who is there.

Pure. A channel counts as joined when the server says so. After a break all channels we were in are
asked for again; asking for one that the server joined us to by itself does nothing.
"""

from __future__ import annotations

import re
from collections import deque

from client.changes import Conversation, LinkState, StripChanged, StripKind
from client.core.ranks import own_level
from client.core.state import State

JOIN_BYTES = 400
"""Names of channels in one JOIN, so that the line stays within its limit."""
WHO_MEMBERS = 1_000
"""In larger channels the realnames are learned from new JOINs only."""
WHO_TOKEN = "77"
"""Comes back in the answers to our WHOX."""

_NOTHING = StripChanged(StripKind.NONE)
_HUSHES = frozenset({StripKind.NONE, StripKind.ANNOUNCEMENTS, StripKind.HUSHED})
"""Strips that give way to what the modes of the channel say; that we were put out does not."""
_IMPOSSIBLE = re.compile(r"[\s,\x07]")


class Channels:
    """Which channels we want to be in, and what is on its way about them."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.forget()

    def forget(self) -> None:
        """A new login: nothing is wanted."""
        self._asked: set[str] = set()
        """Keys of channels the person asked for: they are selected once joined."""
        self._leaving: set[str] = set()
        self._passwords: dict[str, str] = {}
        self._coming_back: dict[str, str] = {}
        """Channels to join again, by key."""
        self._who: deque[str] = deque()
        """Channels whose realnames are asked for, one at a time; the first is on its way."""

    # --- the person ----------------------------------------------------------------------------

    def join(self, name: str, password: str = "") -> bool:
        """Ask for a channel, to be selected once joined; if we are in it, it is now. False: no possible name.

        A name without a sign of channels in front gets `#`.
        """
        state = self._state
        name = name if state.features.is_channel(name) else "#" + name
        if len(name) < 2 or _IMPOSSIBLE.search(name):
            return False
        key = state.fold(name)
        found = state.book.conversations.get(key)
        if found is not None and found.joined:
            state.book.select(key)
            return True
        if not state.send("JOIN", name, *([password] if password else [])):
            return False
        self._asked.add(key)
        if password:
            self._passwords[key] = password
        return True

    def is_asked(self, key: str) -> bool:
        """Whether the person asked for this channel and the server has not answered."""
        return key in self._asked

    def part(self, conversation: Conversation, reason: str = "") -> None:
        """Leave; the conversation goes when the server confirms, or at once if we are not in it."""
        self._coming_back.pop(conversation.key, None)
        if not conversation.joined:
            self._state.book.remove(conversation)
        else:
            self._state.send("PART", conversation.title, *([reason] if reason else []))
            self._leaving.add(conversation.key)

    def rejoin(self, conversation: Conversation) -> None:
        """We want to be in it again, or still: it was left by mistake."""
        self._leaving.discard(conversation.key)
        self._coming_back[conversation.key] = conversation.title
        if self._state.link is LinkState.ONLINE:
            password = self._passwords.get(conversation.key)
            self._state.send("JOIN", conversation.title, *([password] if password else []))

    # --- the server ----------------------------------------------------------------------------

    def joined(self, name: str) -> Conversation:
        """The server joined us to a channel."""
        state = self._state
        key = state.fold(name)
        conversation = state.book.open_channel(name, select=key in self._asked)
        self._asked.discard(key)
        self._leaving.discard(key)
        self._coming_back.pop(key, None)
        state.show_held_texts()
        state.show_strip(StripKind.NONE, key)
        state.book.clear_members(conversation)
        conversation.modes, conversation.pinned = {}, []
        state.book.update(conversation, joined=True)
        return conversation

    def left(self, conversation: Conversation) -> bool:
        """We are out of a channel; True if the person wanted that: the conversation is gone."""
        state = self._state
        if conversation.key in self._leaving:
            self._leaving.discard(conversation.key)
            state.book.remove(conversation)
            return True
        state.book.clear_members(conversation)
        state.book.update(conversation, joined=False)
        return False

    def refused(self, name: str) -> None:
        """The server does not let us into this channel."""
        key = self._state.fold(name)
        self._asked.discard(key)
        self._coming_back.pop(key, None)

    # --- a break -------------------------------------------------------------------------------

    def restored(self, conversation: Conversation) -> None:
        """An earlier session was in this channel: it is asked for when we are online."""
        self._coming_back[conversation.key] = conversation.title

    def link_lost(self) -> None:
        """We are in no channel any more, but want to come back to each."""
        self._who.clear()
        self._leaving.clear()
        for conversation in self._state.book.channels():
            if conversation.joined:
                self._coming_back[conversation.key] = conversation.title
                self._state.book.update(conversation, joined=False)

    def come_back(self) -> None:
        """Ask for all channels that the break took from us."""
        line: list[str] = []
        for key, title in self._coming_back.items():
            if password := self._passwords.get(key):
                self._state.send("JOIN", title, password)
                continue
            if line and len(",".join([*line, title]).encode()) > JOIN_BYTES:
                self._state.send("JOIN", ",".join(line))
                line = []
            line.append(title)
        if line:
            self._state.send("JOIN", ",".join(line))

    def is_coming_back(self, conversation: Conversation) -> bool:
        """Whether we asked to be let in again and have no answer yet."""
        return conversation.key in self._coming_back

    # --- who is there --------------------------------------------------------------------------

    def listed(self, conversation: Conversation) -> None:
        """The member list is complete: ask for the realnames behind it."""
        if conversation.joined and conversation.title not in self._who and len(conversation.members) <= WHO_MEMBERS:
            self._who.append(conversation.title)
            if len(self._who) == 1:
                self._ask()

    def who_answered(self) -> None:
        """The answer to the first question is complete, or there will be none."""
        if self._who:
            self._who.popleft()
        self._ask()

    def learn_modes(self, conversation: Conversation) -> None:
        """Ask how the channel is set: who may write there, and what can be changed."""
        if not _IMPOSSIBLE.search(conversation.title):
            self._state.send("MODE", conversation.title)

    def set_up(self, conversation: Conversation) -> None:
        """Its modes, or our rank in it, may have changed: say while what we write there is not read by all."""
        state, me = self._state, conversation.members.get(self._state.fold(self._state.nickname))
        if me is None or not conversation.joined or own_level(state, conversation):
            kind = StripKind.NONE
        elif "m" in conversation.modes and not me.prefixes:
            kind = StripKind.ANNOUNCEMENTS
        else:
            hushed = "U" in conversation.modes and state.features.boot  # elsewhere the letter means something else
            kind = StripKind.HUSHED if hushed else StripKind.NONE
        shown = state.strips.get(conversation.key, _NOTHING).kind
        if shown in _HUSHES and kind is not shown:
            state.show_strip(kind, conversation.key)

    def _ask(self) -> None:
        fields = [f"%tcnfr,{WHO_TOKEN}"] if self._state.features.whox else []
        while self._who and not self._state.send("WHO", self._who[0], *fields):
            self._who.popleft()
