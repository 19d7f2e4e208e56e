"""Private chats after a login or a break: who wrote meanwhile, and going on where we were.

Pure. The server lists the conversations in which something was said (`CHATHISTORY TARGETS`); until it has, what is said
in private chats is held back, so that it comes behind what was missed.
"""

from __future__ import annotations

from functools import partial

from client.changes import Conversation
from client.core.history import History
from client.core.requests import Done, Requests
from client.core.state import State
from client.core.texts import server_time, stamp
from protocol import Message

LATEST = 20
"""Private chats opened at a first login, and looked at again after a break: the latest ones."""
LISTED = 100
"""Of those that have something new, so many at a time."""
FUZZ_S = 10.0
FAR_TIME = "timestamp=2100-01-01T00:00:00.000Z"
FIRST_TIME = "timestamp=1970-01-01T00:00:00.000Z"


class Chats:
    """Asks which private chats there are, and has them brought up to date."""

    def __init__(self, state: State, requests: Requests, history: History) -> None:
        self._state = state
        self._requests = requests
        self._history = history

    def welcomed(self) -> None:
        """We are online: what is said in private chats comes behind what was said while we were not."""
        if self._state.remembers:
            for chat in self._all():
                self._state.book.hold(chat)

    def settled(self) -> None:
        """The server has introduced itself: ask which private chats have something new."""
        if not self._state.remembers:
            for chat in self._all():
                self._history.catch_up(chat)
        elif self._state.latest:
            self._ask_since(self._state.latest - FUZZ_S)
        else:
            self._ask((FAR_TIME, FIRST_TIME), LATEST, self._first)

    def _all(self) -> list[Conversation]:
        return [chat for chat in self._state.book.conversations.values() if not chat.channel]

    def _ask_since(self, since: float) -> None:
        self._ask((f"timestamp={stamp(since)}", FAR_TIME), LISTED, partial(self._missed, since))

    def _ask(self, bounds: tuple[str, str], limit: int, done: Done) -> None:
        limit = self._state.features.limited(limit)
        self._requests.enqueue(None, partial(self._requests.send, None, "TARGETS", bounds, limit, done))

    def _first(self, messages: list[Message] | None, _: str) -> None:
        for name, _time in sorted(self._targets(messages), key=lambda found: found[1]):
            self._history.open_private(name)
        self._go_on()

    def _missed(self, since: float, messages: list[Message] | None, _: str) -> None:
        found = self._targets(messages)
        for chat in self._all() if messages is None else ():
            self._history.catch_up(chat)
        for name, time in found:
            chat = self._history.open_private(name)
            if self._history.known_until(chat) <= time:
                self._history.catch_up(chat)
        latest = max((time for _, time in found), default=0.0)
        if messages is not None and len(messages) >= self._state.features.limited(LISTED) and latest > since:
            self._ask_since(latest)
        else:
            self._go_on()

    def _targets(self, messages: list[Message] | None) -> list[tuple[str, float]]:
        """Names and times of the private chats in an answer to TARGETS."""
        state = self._state
        found: list[tuple[str, float]] = []
        for message in messages or ():
            name, time = message.params[1:3] if len(message.params) > 2 else ("", "")
            if name and not state.features.is_channel(name) and not state.is_me(name):
                found.append((name, server_time(time.removeprefix("timestamp="), lambda: 0.0)))
        return found

    def _go_on(self) -> None:
        """Go on in the other chats; in the latest ones something may have been changed or removed."""
        for number, chat in enumerate(self._all()):
            if chat.held is not None and not self._history.is_catching_up(chat):
                if number < LATEST or not self._history.known_until(chat):
                    self._history.catch_up(chat)
                else:
                    self._history.caught_up(chat)
