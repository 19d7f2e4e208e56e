"""Which messages are history: the server sends those in batches of their own, whatever stands in them.

Pure. The session puts them where they belong and says no more about them; but between pipes nobody wants to read
again what was said before, and on a terminal it is dimmed. So the talk shows every batch of messages here too.
"""

from __future__ import annotations

from collections.abc import Iterable

from protocol import Message

KIND = "chathistory"
REMEMBERED = 5_000
"""Ids of messages that did not become an entry yet; the oldest are forgotten."""
OPEN = 100
"""Batches, likewise."""


class Past:
    """Told of every message that arrives, it knows the ids of those from history until they are asked for."""

    def __init__(self) -> None:
        self._open: dict[str, None] = {}
        self._ids: dict[str, None] = {}

    def see(self, messages: Iterable[Message]) -> None:
        """The server sent these."""
        for message in messages:
            if message.command == "BATCH" and message.params:
                self._batch(message)
            elif message.tags and message.tags.get("batch", "") in self._open:
                self._note(message)

    def _batch(self, message: Message) -> None:
        sign, reference = message.params[0][:1], message.params[0][1:]
        if sign == "-":
            self._open.pop(reference, None)
        elif message.params[1:2] == [KIND] or message.tags.get("batch", "") in self._open:
            self._note(message)  # several lines that are one message: the id stands here
            self._open[reference] = None
            if len(self._open) > OPEN:
                del self._open[next(iter(self._open))]

    def _note(self, message: Message) -> None:
        msgid = message.tags.get("msgid", "")
        if msgid:
            self._ids[msgid] = None
            if len(self._ids) > REMEMBERED:
                del self._ids[next(iter(self._ids))]

    def take(self, msgid: str) -> bool:
        """Whether this entry is history; asked once."""
        return self._ids.pop(msgid, self) is None
