"""The message list as an item model: a window of at most 400 rows on a conversation of any length.

The entries stay in the session; here live only the rows around what is on screen, so that the cost
of a change does not grow with the conversation (all rows in the model cost four times the CPU at
500 messages a second). The view moves the window with `load_older` and its sisters. GUI thread only.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from PyQt5.QtCore import QAbstractListModel, QModelIndex, QObject, Qt, pyqtSignal

from client.changes import (
    MEMBERSHIP_KINDS,
    Conversation,
    EntriesAdded,
    EntriesDropped,
    Entry,
    EntryChanged,
    EntryRemoved,
    Gap,
)
from client.models.rows import Row, RowBuilder
from client.models.texts import accessible_text

ALIVE_ROWS = 400
"""Never more rows than this."""
LOAD_ROWS = 200
"""So many are loaded at a jump."""
SCROLL_ROWS = 50
"""So many are loaded at either end at a time: laying them out must fit between two frames."""
QUIET_PEOPLE = 15
"""In rooms with more people than this joins and leaves are not shown."""

EntriesChange = EntriesAdded | EntriesDropped | EntryChanged | EntryRemoved


class MessageModel(QAbstractListModel):
    """The rows of one conversation; row numbers count from the first *loaded* one.

    `start` and `stop` are the loaded entries: both are always borders of rows (`RowBuilder.border`).
    A row that changes is another `Row` with another serial (`row_replaced` tells the old one).
    """

    row_replaced = pyqtSignal(int)
    """Serial of a row that is not shown any more because it changed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.conversation: Conversation | None = None
        self.start = 0
        self.stop = 0
        self._rows: list[Row] = []
        self._builder = RowBuilder(())
        self.comings = "folded"
        """How joins and leaves are shown from the next opening on: `folded`, `all` or `none` (see the settings)."""
        self._length = 0

    # --- reading ------------------------------------------------------------------------------

    @property
    def entries(self) -> Sequence[Entry]:
        """All entries of the conversation, loaded or not."""
        return self._builder.entries

    @property
    def length(self) -> int:
        """How many entries the conversation has, as far as the model was told."""
        return self._length

    @property
    def at_start(self) -> bool:
        """Whether the first entry of the conversation is loaded."""
        return self.start == 0

    @property
    def at_end(self) -> bool:
        """Whether the last entry of the conversation is loaded."""
        return self.stop >= self._length

    def row(self, number: int) -> Row:
        """The row with this number (0 <= number < rowCount)."""
        return self._rows[number]

    def row_of(self, entry_index: int) -> int:
        """The number of the row in which this entry stands, or stood if it is not shown; -1 outside."""
        if not self._rows or not self.start <= entry_index < self.stop:
            return -1
        return max(0, bisect_right(self._rows, entry_index, key=lambda row: row.start) - 1)

    def open_gaps(self) -> list[int]:
        """The numbers of the rows at which more can be fetched."""
        return [number for number, row in enumerate(self._rows) if row.entry.gap is Gap.OPEN]

    def rows_between(self, first: int, last: int) -> list[Row]:
        """The rows in which the entries `first` to `last` stand, loaded or not."""
        return self._builder.build(self._builder.border(first), last + 1)

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature; never changed
        """How many rows are loaded."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex, role: int = Qt.DisplayRole) -> Any:
        """The accessible sentence of a row; painting reads `row` instead."""
        if index.isValid() and role in {Qt.DisplayRole, Qt.AccessibleTextRole}:
            return accessible_text(self._rows[index.row()], self.entries)
        return None

    # --- moving the window --------------------------------------------------------------------

    def open(self, conversation: Conversation | None, rows: int = LOAD_ROWS) -> None:
        """Show the last `rows` rows of this conversation."""
        self.conversation = conversation
        if conversation is None:
            self._builder = RowBuilder(())
        else:
            shown = self.comings == "all" or (self.comings == "folded" and len(conversation.members) <= QUIET_PEOPLE)
            folds = self.comings != "all"
            unread, place = conversation.first_unread, conversation.title
            self._builder = RowBuilder(conversation.entries, unread, shown, place, folds)
        self.load_newest(rows)

    def load_newest(self, rows: int = LOAD_ROWS) -> None:
        """Put the window at the end."""
        self._length = len(self.entries)
        self._reset(self._builder.back(self._length, rows), self._length)

    def load_oldest(self, rows: int = LOAD_ROWS) -> None:
        """Put the window at the beginning."""
        self._reset(0, self._builder.forward(0, rows))

    def load_around(self, entry_index: int, rows: int = 0) -> None:
        """Put the window so that `rows` rows (else `LOAD_ROWS`) are loaded before and behind this entry."""
        rows = rows or LOAD_ROWS
        middle = self._builder.border(entry_index)
        self._reset(self._builder.back(middle, rows), self._builder.forward(middle, rows))

    def load_older(self) -> bool:
        """Load rows in front and drop as many at the end as are too many; False at the beginning."""
        if self.at_start:
            return False
        start = self._builder.back(self.start, SCROLL_ROWS)
        fresh = self._builder.build(start, self.start)
        self._drop_end(ALIVE_ROWS - len(fresh))
        self.start = start
        self._insert(0, fresh)
        return True

    def load_newer(self) -> bool:
        """Load rows at the end and drop as many in front as are too many; False at the end."""
        if self.at_end:
            return False
        self._drop_front(ALIVE_ROWS - SCROLL_ROWS)
        self._extend(self._builder.forward(self.stop, SCROLL_ROWS))
        return True

    # --- changes of the conversation ----------------------------------------------------------

    def apply(
        self, changes: Iterable[EntriesChange], *, follow: bool, rows: int = LOAD_ROWS, near: int | None = None
    ) -> None:
        """Take over what happened to the entries, in order; the session holds the state after all of it.

        With `follow` the window stays at the end (the view shows the newest message): a large lump
        only brings its last `rows` rows. Without, rows are added while there is room for them, and if
        there is not, those stay that are nearest to the entry `near` (its index after the changes).
        """
        was_at_end = self.at_end
        changed: set[int] = set()
        moved = False
        for change in changes:
            match change:
                case EntryChanged(index=index):
                    changed.add(index)
                case EntriesAdded(first=first, count=count):
                    moved |= first <= self.stop and first < self._length
                    changed = {index + count if index >= first else index for index in changed}
                    self._make_room(first, count)
                case EntryRemoved(index=index):
                    moved |= self._take_out(index, 1)
                    changed = {other - (other > index) for other in changed if other != index}
                case EntriesDropped(count=count):
                    moved |= self._take_out(0, count)
                    changed = {index - count for index in changed if index >= count}
        self._length = len(self.entries)
        if self.start >= self.stop and self._length:  # nothing of what was loaded is left
            self.load_around(min(self.start, self._length - 1))
        elif moved or any(self.start - 1 <= index <= self.stop for index in changed):
            self._rebuild(changed, near=self._length if follow and was_at_end else near)
        if was_at_end and not self.at_end:
            self._append(follow=follow, rows=rows)

    def unread_changed(self) -> None:
        """The line "New messages" may stand elsewhere."""
        if self.conversation is not None and self._builder.first_unread != self.conversation.first_unread:
            self._builder.first_unread = self.conversation.first_unread
            self._rebuild()

    def touch(self, number: int) -> None:
        """This row looks different now, though its entry is the same."""
        index = self.index(number)
        self.dataChanged.emit(index, index)

    @property
    def has_become_large(self) -> bool:
        """Whether so many people came that their joins and leaves should no longer be shown."""
        people = len(self.conversation.members) if self.conversation is not None else 0
        return people > QUIET_PEOPLE and self._builder.membership and self._builder.folds

    def hide_membership(self) -> None:
        """Show no joins and leaves any more, until the conversation is opened anew."""
        self._builder.membership = False
        self._rebuild()

    # --- inside -------------------------------------------------------------------------------

    def _make_room(self, first: int, count: int) -> None:
        """Count entries that came in at `first`; those at the end are loaded later."""
        if first < self.stop:
            self._shift(first, count)
            self.stop += count
            self.start += count if first <= self.start else 0
        self._length += count

    def _take_out(self, first: int, count: int) -> bool:
        """Count entries that went; True if rows may look different now, even by what stood beside them."""
        touched = first <= self.stop
        self._shift(first + count, -count)
        self.stop -= max(0, min(count, self.stop - first))
        self.start -= max(0, min(count, self.start - first))
        self._length -= count
        return touched

    def _shift(self, first: int, by: int) -> None:
        for row in self._rows:
            if row.start >= first:
                row.start += by

    def _append(self, *, follow: bool, rows: int) -> None:
        count = self._length - self.stop
        if not follow:
            stop = self._builder.border_behind(self.stop)  # the last row may go on without being another one
            self._extend(self._builder.forward(stop, ALIVE_ROWS - len(self._rows)))
        elif count > rows:
            self.load_newest(rows)
        else:
            if len(self._rows) + count > LOAD_ROWS:
                self._drop_front(rows)  # who reads the newest needs few, and every row costs at each change
            self._extend(self._length)

    def _extend(self, stop: int) -> None:
        """Load up to the entry `stop`; the last row is built again, as a fold may go on in it."""
        last = len(self._rows) - 1
        begin = self._rows[last].start if last >= 0 else self.start
        fresh = self._builder.build(begin, stop)
        self.stop = stop
        if last >= 0 and fresh:
            if fresh[0] != self._rows[last]:
                self._replace(last, fresh[0])
            fresh = fresh[1:]
        self._insert(len(self._rows), fresh)

    def _rebuild(self, changed: Collection[int] = (), near: int | None = None) -> None:
        """Build all rows anew, as many as may live around `near`, and tell the view only what is different."""
        self.start, self.stop = self._builder.border(self.start), self._builder.border_behind(self.stop)
        new = self._builder.build(self.start, self.stop)
        if len(new) > ALIVE_ROWS:
            new = self._fitted(new, self.start if near is None else near)
            self._remove(bisect_left(self._rows, self.stop, key=lambda row: row.start), len(self._rows))
            self._remove(0, bisect_left(self._rows, self.start, key=lambda row: row.start))
        old = self._rows

        def same(one: Row, other: Row) -> bool:
            touched = changed and any(index in changed for index in range(one.start, one.stop))
            return one.entry is other.entry and one == other and not touched

        front = 0
        while front < min(len(old), len(new)) and same(old[front], new[front]):
            front += 1
        back = 0
        while back < min(len(old), len(new)) - front and same(old[-1 - back], new[-1 - back]):
            back += 1
        shared = min(len(old), len(new)) - front - back
        for number in range(front, front + shared):
            if not same(old[number], new[number]):
                self._replace(number, new[number])
        self._remove(front + shared, len(old) - back)
        self._insert(front + shared, new[front + shared : len(new) - back])

    def _fitted(self, rows: list[Row], near: int) -> list[Row]:
        """As many of these as may live, with the entry `near` in their middle where that is possible."""
        at = bisect_right(rows, near, key=lambda row: row.start) - 1
        first = max(0, min(at - ALIVE_ROWS // 2, len(rows) - ALIVE_ROWS))
        stop = first + ALIVE_ROWS
        self.start = rows[first].start if first else self.start
        self.stop = rows[stop].start if stop < len(rows) else self.stop
        return rows[first:stop]

    def _drop_front(self, keep: int) -> None:
        surplus = len(self._rows) - keep
        if surplus > 0:
            self.start = self._rows[surplus].start
            self._remove(0, surplus)

    def _drop_end(self, keep: int) -> None:
        if len(self._rows) > keep:
            self.stop = self._rows[keep].start
            self._remove(keep, len(self._rows))

    def _reset(self, start: int, stop: int) -> None:
        self.beginResetModel()
        self.start, self.stop = start, stop
        self._rows = self._builder.build(start, stop)
        self.endResetModel()

    def _insert(self, at: int, rows: list[Row]) -> None:
        if rows:
            self.beginInsertRows(QModelIndex(), at, at + len(rows) - 1)
            self._rows[at:at] = rows
            self.endInsertRows()

    def _remove(self, first: int, stop: int) -> None:
        if first < stop:
            self.beginRemoveRows(QModelIndex(), first, stop - 1)
            del self._rows[first:stop]
            self.endRemoveRows()

    def _replace(self, number: int, row: Row) -> None:
        self.row_replaced.emit(self._rows[number].serial)
        self._rows[number] = row
        self.touch(number)


def counts_as_new(entry: Entry) -> bool:
    """Whether an entry is worth the number on the jump button: not joins, leaves or own words."""
    return entry.kind not in MEMBERSHIP_KINDS and not entry.own
