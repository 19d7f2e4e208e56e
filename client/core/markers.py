"""What is read, here and in other windows of ours (`draft/read-marker`): unread counts follow from it.

Pure. A conversation is read up to its newest message while it is on screen and the window is active.
"""

from __future__ import annotations

from client.changes import Conversation, LinkState
from client.core.book import COUNTED, LOCAL
from client.core.state import State
from client.core.texts import server_time, stamp

CAPABILITY = "draft/read-marker"
MARK_S = 3.0
"""The server is told about one conversation at most this often."""


class Markers:
    """Keeps `Conversation.read`, and tells the server."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.forget()

    def forget(self) -> None:
        """A new login."""
        self._told: dict[int, float] = {}
        """Time of what the server knows to be read, by the serial of the conversation."""
        self._due: dict[int, float] = {}
        """When to tell it more."""
        self._told_at: dict[int, float] = {}

    @property
    def _on(self) -> bool:
        return CAPABILITY in self._state.capabilities and self._state.link is LinkState.ONLINE

    def ask(self, conversation: Conversation) -> None:
        """Have the server say what is read (it does so by itself for channels)."""
        if self._on:
            self._state.send("MARKREAD", conversation.target)

    def marked(self, conversation: Conversation, time: str) -> None:
        """The server says up to where it is read."""
        read = server_time(time.removeprefix("timestamp="), lambda: 0.0)
        self._told[conversation.serial] = max(read, self._told.get(conversation.serial, 0.0))
        if read > conversation.read:
            conversation.read = read
            self.recount(conversation)

    def recount(self, conversation: Conversation) -> None:
        """Count anew what is unread, after something of the past came or was read elsewhere."""
        book = self._state.book
        said = [entry for entry in conversation.entries if entry.kind in COUNTED]
        if not conversation.read and conversation.channel:
            conversation.read = _newest(conversation)  # a channel that is new to us has nothing unread
        answered = max((entry.time for entry in said if entry.own and not entry.id.startswith(LOCAL)), default=0.0)
        read = max(conversation.read, answered)
        new = [entry for entry in said if not entry.own and entry.time > read]
        first = new[0].id if new else ""
        if book.looks_at(conversation):
            book.set_unread(conversation, 0, 0, conversation.first_unread or (first if read else ""))
        else:
            mentions = sum(entry.mention or not conversation.channel for entry in new)
            book.set_unread(conversation, len(new), mentions, first)

    def read(self, conversation: Conversation) -> None:
        """The person says that all of it is read."""
        conversation.read = max(conversation.read, _newest(conversation))
        self._state.book.set_unread(conversation, 0, 0, "")
        self._tell(conversation)

    def end_step(self) -> None:
        """What is on screen is read."""
        book = self._state.book
        conversation = book.conversations.get(book.current) if book.active else None
        if conversation is None or conversation.held is not None:
            return
        newest = _newest(conversation)
        conversation.read = max(conversation.read, newest)
        self._tell(conversation)

    def _tell(self, conversation: Conversation) -> None:
        """Have the server know what is read, soon."""
        if self._on and conversation.read > self._told.get(conversation.serial, 0.0):
            told_at = self._told_at.get(conversation.serial)
            now = self._state.clock.monotonic()
            self._due.setdefault(conversation.serial, now if told_at is None else max(now, told_at + MARK_S))
            self.tick()

    # --- time ----------------------------------------------------------------------------------

    @property
    def next_tick(self) -> float | None:
        """When `tick` is due."""
        return min(self._due.values(), default=None)

    def tick(self) -> None:
        """Tell the server what is due."""
        now = self._state.clock.monotonic()
        if not any(at <= now for at in self._due.values()):
            return
        for conversation in self._state.book.conversations.values():
            serial = conversation.serial
            if self._due.get(serial, now + 1) <= now:
                del self._due[serial]
                self._told[serial], self._told_at[serial] = conversation.read, now
                self._state.send("MARKREAD", conversation.target, f"timestamp={stamp(conversation.read)}")
        self._due = {serial: at for serial, at in self._due.items() if at > now}

    def link_lost(self) -> None:
        """The server hears it when we are back."""
        self._due.clear()
        self._told.clear()
        self._told_at.clear()


def _newest(conversation: Conversation) -> float:
    times = (e.time for e in reversed(conversation.entries) if e.kind in COUNTED and not e.id.startswith(LOCAL))
    return next(times, 0.0)
