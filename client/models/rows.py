"""Which rows a conversation is shown as: grouping, day lines, folded joins and leaves.

A row is one entry, or a run of joins, leaves and renames folded into one line. Whether a row opens a
group or a day depends only on the entry shown before it, so any part of a conversation can be built
alone and looks as it does in the whole (tests/client/test_models.py holds it to that). Plain Python.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from client.changes import MEMBERSHIP_KINDS, Entry, EntryKind

GROUP_S = 5 * 60
"""Messages of one person with no longer pause between them stand under one name."""

_GROUPED = frozenset({EntryKind.MESSAGE, EntryKind.NOTICE})
TIMELESS = frozenset({EntryKind.GAP, EntryKind.START})
"""Marks that belong to no day: they open none, and what follows them opens a group."""
_serials = itertools.count(1)


@dataclass(slots=True)
class Row:
    """One row of the message list: `count` entries of the conversation from `start` on."""

    start: int
    count: int
    entry: Entry
    """The first of them."""
    head: bool
    """It opens a group: avatar, name and time stand above the text."""
    day: bool
    """It is the first of its day: a line with the date stands above it."""
    new: bool
    """The line "New messages" stands above it."""
    place: str = ""
    """START only: what begins here, `#lobby` or a person's name."""
    serial: int = field(default_factory=lambda: next(_serials), compare=False)
    """Never used twice and renewed by every change: the key of what is computed from the row."""

    @property
    def stop(self) -> int:
        """The index behind its last entry."""
        return self.start + self.count

    @property
    def folded(self) -> bool:
        """Whether it stands for joins, leaves and renames."""
        return self.entry.kind in MEMBERSHIP_KINDS


def day_of(seconds: float) -> tuple[int, int, int]:
    """Year, month and day, here, of a time in seconds since the epoch."""
    here = time.localtime(seconds)
    return here.tm_year, here.tm_mon, here.tm_mday


class RowBuilder:
    """Builds the rows of one conversation's entries.

    `membership` tells whether joins and leaves are shown at all, `folds` whether a run of them is one row;
    `first_unread` is the id of the entry under the line "New messages" ("" for none), `place` the conversation's title.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        first_unread: str = "",
        membership: bool = True,
        place: str = "",
        folds: bool = True,
    ) -> None:
        self.entries = entries
        self.place = place
        self.first_unread = first_unread
        self.membership = membership
        self.folds = folds

    def build(self, start: int, stop: int) -> list[Row]:
        """The rows of the entries `start` to `stop`, both on a row's border (see `border`)."""
        rows: list[Row] = []
        previous, cut = self._shown_before(start)
        for index in range(start, stop):
            entry = self.entries[index]
            moves = entry.kind in MEMBERSHIP_KINDS
            if moves and not self.membership:
                continue
            if entry.kind in TIMELESS:
                place = self.place if entry.kind is EntryKind.START else ""
                rows.append(Row(index, 1, entry, head=False, day=False, new=False, place=place))
                cut = True
                continue
            day = previous is None or self._another_day(previous, entry)
            if moves and self.folds and rows and not day and rows[-1].folded:
                rows[-1].count += 1
            else:
                new = bool(self.first_unread) and entry.id == self.first_unread
                head = entry.kind in _GROUPED and (day or new or cut or self._opens_group(previous, entry))
                rows.append(Row(index, 1, entry, head, day, new))
            previous, cut = entry, False
        return rows

    def back(self, stop: int, wanted: int) -> int:
        """The border from which `wanted` rows, or all there are, lead to `stop`."""
        index, found = stop, 0
        while index > 0 and found < wanted:
            index = self.border(index - 1)
            found += self._shows(index)
        return index

    def forward(self, start: int, wanted: int) -> int:
        """The border behind `wanted` rows, or all there are, from `start` on."""
        index, found, end = start, 0, len(self.entries)
        while index < end and found < wanted:
            found += self._shows(index)
            index = self.border_behind(index + 1)
        return index

    def border(self, index: int) -> int:
        """`index`, or where the folded run begins that it stands in."""
        while 0 < index < len(self.entries) and self._continues_run(index):
            index -= 1
        return index

    def border_behind(self, index: int) -> int:
        """`index`, or where the folded run ends that it stands in."""
        while 0 < index < len(self.entries) and self._continues_run(index):
            index += 1
        return index

    def _continues_run(self, index: int) -> bool:
        before, entry = self.entries[index - 1], self.entries[index]
        both = before.kind in MEMBERSHIP_KINDS and entry.kind in MEMBERSHIP_KINDS
        return self.folds and both and not self._another_day(before, entry)

    def _shows(self, index: int) -> bool:
        return self.membership or self.entries[index].kind not in MEMBERSHIP_KINDS

    def _shown_before(self, index: int) -> tuple[Entry | None, bool]:
        """The last shown entry that has a time, and whether a mark without one stands behind it."""
        cut = False
        for before in range(index - 1, -1, -1):
            entry = self.entries[before]
            if entry.kind in TIMELESS:
                cut = True
            elif self._shows(before):
                return entry, cut
        return None, cut

    @staticmethod
    def _another_day(before: Entry, entry: Entry) -> bool:
        return day_of(before.time) != day_of(entry.time)

    @staticmethod
    def _opens_group(before: Entry | None, entry: Entry) -> bool:
        return (
            before is None
            or before.kind is not entry.kind
            or before.nickname != entry.nickname
            or before.own != entry.own
            or before.name != entry.name
            or not 0 <= entry.time - before.time <= GROUP_S
        )
