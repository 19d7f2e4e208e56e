"""Which messages are history: the server sends those in batches of their own, whatever stands in them.

Pure. The session puts them where they belong and says no more about them; but between pipes nobody wants to read
again what was said before, and on a terminal it is dimmed. So the talk shows every batch of messages here too.
What was said after our JOIN is new, though it may stand in a batch as well: the server reads the history last.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from protocol import Message, fold

KIND = "chathistory"
REMEMBERED = 5_000
"""Ids of messages that did not become an entry yet; the oldest are forgotten."""
OPEN = 100
"""Batches and channels, likewise."""


Value = TypeVar("Value")


class Past:
    """Told of every message that arrives, it knows the ids of those from history until they are asked for."""

    def __init__(self) -> None:
        self._open: dict[str, str] = {}
        """By the reference of each open batch: what was said before this time is past ("" for all of it)."""
        self._ids: dict[str, None] = {}
        self._joined: dict[str, str] = {}
        """When we joined each channel, by the server's clock."""

    def see(self, messages: Iterable[Message], nickname: str) -> None:
        """The server sent these to us, who have this nickname."""
        for message in messages:
            if message.command == "BATCH" and message.params:
                self._batch(message)
            elif message.tags and (since := self._open.get(message.tags.get("batch", ""))) is not None:
                self._note(message, since)
            elif message.command == "JOIN" and message.params and fold(message.nickname) == fold(nickname):
                _put(self._joined, fold(message.params[0]), message.tags.get("time", ""), OPEN)

    def _batch(self, message: Message) -> None:
        sign, reference = message.params[0][:1], message.params[0][1:]
        outer = self._open.get(message.tags.get("batch", ""))
        if sign == "-":
            self._open.pop(reference, None)
        elif message.params[1:2] == [KIND]:
            first = next(iter(self._joined.values()), "")  # a private chat has no JOIN but that of the login
            _put(self._open, reference, self._joined.get(fold("".join(message.params[2:3])), first), OPEN)
        elif outer is not None:
            self._note(message, outer)  # several lines that are one message: the id stands here
            _put(self._open, reference, outer, OPEN)

    def _note(self, message: Message, since: str) -> None:
        msgid, said_at = message.tags.get("msgid", ""), message.tags.get("time", "")
        if msgid and not (since and said_at >= since):  # both are of one form, so their order is that of the texts
            _put(self._ids, msgid, None, REMEMBERED)

    def take(self, msgid: str) -> bool:
        """Whether this entry is history; asked once."""
        return self._ids.pop(msgid, self) is None


def _put(found: dict[str, Value], key: str, value: Value, most: int) -> None:
    found[key] = value
    if len(found) > most:
        del found[next(iter(found))]
