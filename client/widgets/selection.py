"""The selected text of the message list: within one message by characters, across several whole.

Kept by entries and positions, not by rows: it outlives rows that leave the window, and moves with
the conversation when entries come or go in front of it. Plain Python over the model.
"""

from __future__ import annotations

from typing import NamedTuple

from client.changes import EntriesAdded, EntriesDropped, EntryRemoved
from client.models.messages import EntriesChange, MessageModel
from client.models.rows import Row
from client.models.texts import copied_line, plain, seen_text, shown_text
from client.widgets.spans import drawn_text, original_part, utf16_length


class Place(NamedTuple):
    """A place in the conversation: the first entry of a row, and a UTF-16 position in its text."""

    entry: int
    position: int


class TextSelection:
    """From where a drag began (`anchor`) to where it is (`caret`); both None for nothing selected."""

    def __init__(self, model: MessageModel) -> None:
        self._model = model
        self.anchor: Place | None = None
        self.caret: Place | None = None

    def clear(self) -> None:
        """Nothing is selected any more."""
        self.anchor = self.caret = None

    def set(self, anchor: Place, caret: Place) -> None:
        """Select from one place to another."""
        self.anchor, self.caret = anchor, caret

    def ends(self) -> tuple[Place, Place] | None:
        """The earlier and the later end, None for nothing selected."""
        if self.anchor is None or self.caret is None or self.anchor == self.caret:
            return None
        return min(self.anchor, self.caret), max(self.anchor, self.caret)

    def part_of(self, row: Row, length: int) -> tuple[int, int] | None:
        """The selected positions of a row whose text has this length; None for none."""
        ends = self.ends()
        if ends is None:
            return None
        first, last = ends
        if row.stop <= first.entry or row.start > last.entry:
            return None
        if row.start <= first.entry and last.entry < row.stop:
            return (first.position, last.position) if first.position != last.position else None
        return 0, length

    def text(self) -> str:
        """What copying gives: the bare text of one message, `Siti [10.32]: text` lines of several.

        A whole message is copied as it was typed, with its marks; a part of one as it is seen.
        """
        ends = self.ends()
        if ends is None:
            return ""
        first, last = ends
        entries = self._model.entries
        rows = self._model.rows_between(first.entry, min(last.entry, len(entries) - 1))
        if len(rows) == 1:
            seen = seen_text(rows[0], entries)
            if first.position == 0 and last.position >= utf16_length(drawn_text(seen)):
                return plain(shown_text(rows[0], entries))
            return plain(original_part(seen, first.position, last.position))
        return "\n".join(copied_line(row, entries) for row in rows)

    def apply(self, change: EntriesChange) -> None:
        """Move with the entries; what loses an end is no longer selected."""
        if self.anchor is None or self.caret is None:
            return
        anchor, caret = moved(self.anchor, change), moved(self.caret, change)
        if anchor is None or caret is None:
            self.clear()
        else:
            self.set(anchor, caret)


def moved(place: Place, change: EntriesChange) -> Place | None:
    """Where a place stands after a change of the entries; None if its entry is gone."""
    match change:
        case EntriesAdded(first=first, count=count) if place.entry >= first:
            return Place(place.entry + count, place.position)
        case EntryRemoved(index=index) if place.entry >= index:
            return Place(place.entry - 1, place.position) if place.entry > index else None
        case EntriesDropped(count=count):
            return Place(place.entry - count, place.position) if place.entry >= count else None
    return place
