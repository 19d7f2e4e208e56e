"""What was done to messages that the terminal has shown already: answered by a line, as nothing above can change.

Pure. Remembers how each of the last messages read when it was told, and says what is new about it.
"""

from __future__ import annotations

from dataclasses import dataclass

import protocol
from client.changes import Entry
from client.console.lines import SAID, shortened
from translations import tr

REMEMBERED = 500
"""Messages; what happens to older ones is seen in /history."""


@dataclass(frozen=True, slots=True)
class _Reading:
    text: str
    deleted: bool
    reactions: frozenset[tuple[str, str]]
    """Name and reaction."""


def _reading(entry: Entry) -> _Reading:
    reactions = frozenset((name, reaction.text) for reaction in entry.reactions for name in reaction.names)
    return _Reading(entry.text, entry.deleted, reactions)


class Told:
    """The readings of the last messages, by id."""

    def __init__(self) -> None:
        self._readings: dict[str, _Reading] = {}

    def note(self, entry: Entry) -> None:
        """It was told as it is now."""
        if entry.kind in SAID:
            self._readings.pop(entry.id, None)
            self._readings[entry.id] = _reading(entry)
            if len(self._readings) > REMEMBERED:
                del self._readings[next(iter(self._readings))]

    def changes(self, entry: Entry) -> list[str]:
        """Sentences on what is new about it; none for what was never told."""
        before = self._readings.get(entry.id)
        if before is None:
            return []
        now = self._readings[entry.id] = _reading(entry)
        who, old = protocol.show_hidden(entry.name), shortened(before.text)
        if now.deleted:
            by = protocol.show_hidden(entry.target or entry.name)
            return [] if before.deleted else [tr("{who} deleted “{text}”.").format(who=by, text=old)]
        sentences = []
        if now.text != before.text:
            text = protocol.show_hidden(" ".join(now.text.split()))
            sentences.append(tr("{who} changed “{old}” to: {text}").format(who=who, old=old, text=text))
        for name, reaction in sorted(now.reactions - before.reactions):
            told = tr("{who} reacted {reaction} to “{text}”.")
            name, reaction = protocol.show_hidden(name), protocol.show_hidden(reaction)
            sentences.append(told.format(who=name, reaction=reaction, text=shortened(entry.text)))
        return sentences
