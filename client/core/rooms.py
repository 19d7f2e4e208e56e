"""The rooms of one session, put together.

Pure. Later ones use earlier ones; all live as long as the session.
"""

from __future__ import annotations

from typing import Protocol

from client.changes import Conversation, LinkState
from client.core.annotations import Annotations
from client.core.batches import Batches
from client.core.channels import Channels
from client.core.chats import Chats
from client.core.commands import Commands
from client.core.composing import Composing
from client.core.delivery import Deliveries
from client.core.entering import Entering
from client.core.handlers import Handlers
from client.core.history import History
from client.core.link import Link
from client.core.live import Live
from client.core.markers import Markers
from client.core.moderation import Moderation
from client.core.numerics import Numerics
from client.core.pins import Pins
from client.core.presence import Presence
from client.core.profiles import Profiles
from client.core.reading import Reader
from client.core.requests import Requests
from client.core.rolls import Rolls
from client.core.search import Search
from client.core.state import Clock, State


class Timed(Protocol):
    """What wants to be woken."""

    @property
    def next_tick(self) -> float | None:
        """When (monotonic clock, seconds), None for not at all."""

    def tick(self) -> None:
        """Do what is due; earlier does no harm."""


class Rooms:
    """Everything behind `Session`."""

    def __init__(self, clock: Clock) -> None:
        self.state = state = State(clock)
        self.reader = reader = Reader(state)
        self.batches = Batches()
        self.annotations = Annotations(state, reader)
        self.channels = Channels(state)
        self.entering = Entering(state, self.channels)
        self.deliveries = Deliveries(state, self.channels)
        self.markers = Markers(state)
        self.composing = Composing(state, reader)
        self.search = Search(state, reader)
        requests = Requests(state)
        rolls = Rolls(state)
        self.moderation = Moderation(state, rolls)
        self.profiles = Profiles(state)
        self.presence = Presence(state, self.profiles)
        self.pins = Pins(state, reader, requests)
        self.history = History(state, reader, self.annotations, self.markers, requests)
        self.history.when_ready = self.deliveries.flush
        self.annotations.when_restored = self.history.settle
        self.deliveries.when_doubtful = self.history.settle
        live = Live(state, reader, self.annotations, self.deliveries, self.history, self.composing, rolls)
        talk = (self.history, self.deliveries, self.channels, self.annotations, self.markers, self.composing)
        people = (self.profiles, self.presence, self.pins)
        others = (self.entering, self.search, self.batches, self.moderation, rolls, *people)
        self.link = Link(state, self.channels, Chats(state, requests, self.history), (*talk, *others))
        answered = (self.moderation, rolls, *people, self.entering)
        numerics = Numerics(state, self.deliveries, self.channels, self.link, *answered)
        self.link.when_settled = self._settled
        self.handlers = Handlers(
            state,
            reader,
            live,
            numerics,
            self.batches,
            self.channels,
            self.deliveries,
            self.link,
            self.history,
            self.markers,
            self.composing,
            self.search,
            self.moderation,
            self.pins,
            self.entering,
        )
        rooms = (self.deliveries, self.channels, self.link, self.history, self.composing, self.moderation)
        self.commands = Commands(state, *rooms, self.presence)
        timed = self.link, self.deliveries, self.history, self.markers, self.composing, self.search
        self._timed: tuple[Timed, ...] = timed

    def _settled(self) -> None:
        self.presence.settled()
        self.pins.settled()

    def restore(self, conversation: Conversation) -> None:
        """Take a conversation that an earlier session kept, unless there is one of that name."""
        if conversation.key in self.state.book.conversations:
            return
        self.state.book.restore(conversation)
        self.history.restored(conversation)
        self.deliveries.adopt(conversation)
        if conversation.channel:
            self.channels.restored(conversation)

    def reopen(self, conversation: Conversation) -> None:
        """Have a conversation there again that was closed, as it was; a channel is joined."""
        book, joined = self.state.book, conversation.joined
        if conversation.key not in book.conversations:
            self.restore(conversation)
            if not conversation.channel:
                conversation.joined = joined
                if self.state.link is LinkState.ONLINE:
                    self.history.catch_up(conversation)
        if conversation.channel:
            self.channels.rejoin(conversation)
        book.select(conversation.key)

    def end_step(self) -> None:
        """A call of the session is over."""
        self.markers.end_step()
        self.deliveries.end_step()
        self.presence.end_step()
        self.state.end_step()

    @property
    def next_tick(self) -> float | None:
        """When `tick` is due."""
        due = [room.next_tick for room in self._timed]
        return min((at for at in due if at is not None), default=None)

    def tick(self) -> None:
        """Do what is due."""
        for room in self._timed:
            room.tick()
