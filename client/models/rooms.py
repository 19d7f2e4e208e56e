"""The list at the left: rooms and private chats under their captions.

Follows `Session.conversations`, which is already in the order to show but for what the person pinned (and is another
dictionary after every reordering, so it is asked for anew each time). GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PyQt5.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from client.changes import Conversation
from client.models.texts import away_text, number_text, safe_name
from translations import N_, ntr, tr

ROOMS = N_("Rooms")
PRIVATE = N_("Messages")


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A caption (`key` is "") or one conversation."""

    caption: str = ""
    key: str = ""


class RoomModel(QAbstractListModel):
    """Captions and conversations; `refresh` after any change of the session's conversations."""

    def __init__(self, conversations: Callable[[], Mapping[str, Conversation]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._conversations = conversations
        self._rows: list[RoomRow] = []
        self.rank: Callable[[Conversation], int] = lambda _conversation: 0
        """What is lower stands higher under its caption; equals stay as the session has them."""
        self.is_muted: Callable[[Conversation], bool] = lambda _conversation: False
        """Whether a conversation calls nobody."""

    def row(self, number: int) -> RoomRow:
        """The row with this number (0 <= number < rowCount)."""
        return self._rows[number]

    def conversation(self, number: int) -> Conversation | None:
        """The conversation in this row, None for a caption or a number outside."""
        key = self._rows[number].key if 0 <= number < len(self._rows) else ""
        return self._conversations().get(key)

    def number_of(self, key: str) -> int:
        """The row of this conversation, -1 if there is none."""
        return next((number for number, row in enumerate(self._rows) if row.key == key != ""), -1)

    def keys(self) -> list[str]:
        """All conversations in the order on screen."""
        return [row.key for row in self._rows if row.key]

    def refresh(self) -> None:
        """Take over the conversations as they are; rows that stay are told apart by their key."""
        new = self._wanted()
        if new == self._rows:
            return
        for number in range(len(self._rows) - 1, -1, -1):
            if self._rows[number] not in new:
                self._remove(number)
        for number, row in enumerate(new):
            if number < len(self._rows) and self._rows[number] == row:
                continue
            if row in self._rows:
                self._remove(self._rows.index(row))
            self.beginInsertRows(QModelIndex(), number, number)
            self._rows.insert(number, row)
            self.endInsertRows()

    def changed(self, key: str) -> None:
        """Title, unread numbers or presence of this conversation changed."""
        number = self.number_of(key)
        if number >= 0:
            index = self.index(number)
            self.dataChanged.emit(index, index)

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature; never changed
        """How many rows there are, captions included."""
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: QModelIndex) -> Qt.ItemFlags:
        """Captions cannot be chosen; the arrow keys pass over them."""
        if index.isValid() and not self._rows[index.row()].key:
            return Qt.ItemFlags(Qt.ItemNeverHasChildren)
        return super().flags(index)

    def data(self, index: QModelIndex, role: int = Qt.DisplayRole) -> Any:
        """The caption or title, and as accessible text what the row shows by dots and pills."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        conversation = self._conversations().get(row.key)
        if conversation is None:
            return tr(row.caption) if row.caption and role in {Qt.DisplayRole, Qt.AccessibleTextRole} else None
        if role == Qt.DisplayRole:
            return safe_name(conversation.title)
        if role == Qt.ToolTipRole:
            return None  # tooltips are set by the view as plain text
        return self._accessible(conversation) if role == Qt.AccessibleTextRole else None

    def _accessible(self, conversation: Conversation) -> str:
        parts = [safe_name(conversation.title)]
        if conversation.unread:
            unread = ntr("{n} new message", "{n} new messages", conversation.unread)
            parts.append(unread.format(n=number_text(conversation.unread)))
        if self.is_muted(conversation):
            parts.append(tr("muted"))
        if not conversation.channel:
            here = away_text(conversation.away_text) if conversation.away else tr("online")
            parts.append(here if conversation.joined else tr("offline"))
        return ", ".join(parts)

    def _wanted(self) -> list[RoomRow]:
        rows: list[RoomRow] = []
        for caption, channel in ((ROOMS, True), (PRIVATE, False)):
            found = [each for each in self._conversations().values() if each.channel is channel]
            if found:
                rows += [RoomRow(caption=caption), *(RoomRow(key=each.key) for each in sorted(found, key=self.rank))]
        return rows

    def _remove(self, number: int) -> None:
        self.beginRemoveRows(QModelIndex(), number, number)
        del self._rows[number]
        self.endRemoveRows()
