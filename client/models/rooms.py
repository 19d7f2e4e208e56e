"""The list at the left: rooms and private chats under their captions.

Follows `Session.conversations`, which is already in the order to show but for what the person pinned (and is another
dictionary after every reordering, so it is asked for anew each time). With several servers each has its name above its
rooms, in every server's list alike. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PyQt5.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from client.changes import Conversation
from client.models.texts import away_text, number_text, safe_name
from translations import N_, ntr, tr

if TYPE_CHECKING:
    from PyQt5.QtWidgets import QMenu

ROOMS = N_("Rooms")
PRIVATE = N_("Messages")


def _first(_conversation: Conversation) -> int:
    return 0


def _never(_conversation: Conversation) -> bool:
    return False


def _nowhere(_moved: Conversation, _order: Sequence[Conversation]) -> None:
    pass


def _nothing(_menu: QMenu, _key: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class ServerRooms:
    """A server and what is open there."""

    number: int
    name: str
    online: bool
    conversations: Mapping[str, Conversation]
    rank: Callable[[Conversation], int] = _first
    is_muted: Callable[[Conversation], bool] = _never
    arrange: Callable[[Conversation, Sequence[Conversation]], None] = _nowhere
    """As its own list has them (`RoomModel`)."""
    fill_menu: Callable[[QMenu, str], None] = _nothing
    """Likewise: adds what may be done to one of its conversations."""


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A caption (`key` is "") or one conversation."""

    caption: str = ""
    key: str = ""
    server: int = 0
    """Number of another server, to which it belongs; 0 for our own."""
    channel: bool = False
    of_server: bool = False
    """The caption is the name of a server."""
    online: bool = True
    """Whether that server is connected."""


class RoomModel(QAbstractListModel):
    """Captions and conversations; `refresh` after any change of the session's conversations."""

    def __init__(self, conversations: Callable[[], Mapping[str, Conversation]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._conversations = conversations
        self._rows: list[RoomRow] = []
        self.rank: Callable[[Conversation], int] = _first
        """What is lower stands higher under its caption; equals stay as the session has them."""
        self.is_muted: Callable[[Conversation], bool] = _never
        """Whether a conversation calls nobody."""
        self.arrange: Callable[[Conversation, Sequence[Conversation]], None] = _nowhere
        """Told that the person moved a conversation, and how it and those around it stand now."""
        self._held = False
        self.servers: Callable[[], Sequence[ServerRooms]] = tuple
        """All servers of the window, in the order to show; our own has `number`."""
        self.number = 0

    def row(self, number: int) -> RoomRow:
        """The row with this number (0 <= number < rowCount)."""
        return self._rows[number]

    def conversation(self, number: int) -> Conversation | None:
        """The conversation in this row, None for a caption or a number outside."""
        return self.conversation_of(self._rows[number]) if 0 <= number < len(self._rows) else None

    def conversation_of(self, row: RoomRow) -> Conversation | None:
        """The conversation that this row stands for, None for a caption."""
        if not row.server:
            return self._conversations().get(row.key)
        return next((s.conversations.get(row.key) for s in self.servers() if s.number == row.server), None)

    def number_of(self, key: str) -> int:
        """The row of this conversation of our own server, -1 if there is none."""
        mine = (number for number, row in enumerate(self._rows) if row.key == key != "" and not row.server)
        return next(mine, -1)

    def keys(self) -> list[str]:
        """All conversations of our own server in the order on screen."""
        return [row.key for row in self._rows if row.key and not row.server]

    def places(self) -> list[RoomRow]:
        """The rows of all conversations, in the order on screen."""
        return [row for row in self._rows if row.key]

    def others_changed(self) -> None:
        """Something in the rooms of other servers changed, or which servers there are."""
        self.refresh()
        if self._rows and len(self.servers()) > 1:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def refresh(self) -> None:
        """Take over the conversations as they are; rows that stay are told apart by their key."""
        new = self._wanted() if not self._held else [row for row in self._rows if not row.key or self._lives(row)]
        if new == self._rows:
            return
        for number in range(len(self._rows) - 1, -1, -1):
            if self._rows[number] not in new:
                self._remove(number)
        for number, row in enumerate(new):
            if number < len(self._rows) and self._rows[number] == row:
                continue
            if row in self._rows:
                self._move_up(self._rows.index(row), number)
            else:
                self.beginInsertRows(QModelIndex(), number, number)
                self._rows.insert(number, row)
                self.endInsertRows()

    def hold(self) -> None:
        """Until `release` nothing moves and nothing comes: the person holds a row. What is gone does go."""
        self._held = True

    def release(self) -> None:
        """The opposite of `hold`."""
        self._held = False
        self.refresh()

    def group(self, number: int) -> list[int]:
        """The rows among which this one may be moved: those of its kind and server; none for a caption."""
        if not 0 <= number < len(self._rows) or not self._rows[number].key:
            return []
        row = self._rows[number]
        kind = row.server, row.channel
        return [other for other, its in enumerate(self._rows) if its.key and (its.server, its.channel) == kind]

    def move(self, number: int, before: int) -> None:
        """The person put this row before that one of its group, or with -1 at its end."""
        moved, rows = self._rows[number], [self._rows[each] for each in self.group(number)]
        order = [row for row in rows if row != moved]
        order.insert(order.index(self._rows[before]) if before >= 0 else len(order), moved)
        conversation = self.conversation_of(moved)
        if conversation is not None and order != rows:
            found = [each for row in order if (each := self.conversation_of(row)) is not None]
            self.server_of(moved).arrange(conversation, found)
            self.refresh()

    def _lives(self, row: RoomRow) -> bool:
        return self.conversation_of(row) is not None

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
        row = self._rows[index.row()] if index.isValid() else None
        if row is not None and not row.key and not row.of_server:
            return Qt.ItemFlags(Qt.ItemNeverHasChildren)
        return super().flags(index)

    def data(self, index: QModelIndex, role: int = Qt.DisplayRole) -> Any:
        """The caption or title, and as accessible text what the row shows by dots and pills."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        conversation = self.conversation_of(row)
        if conversation is None:
            return self._caption(row) if row.caption and role in {Qt.DisplayRole, Qt.AccessibleTextRole} else None
        if role == Qt.DisplayRole:
            return safe_name(conversation.title)
        if role == Qt.ToolTipRole:
            return None  # tooltips are set by the view as plain text
        return self._accessible(row, conversation) if role == Qt.AccessibleTextRole else None

    @staticmethod
    def _caption(row: RoomRow) -> str:
        if not row.of_server:
            return tr(row.caption)
        return row.caption if row.online else tr("{server}, not connected").format(server=row.caption)

    def muted(self, number: int) -> bool:
        """Whether the conversation in this row calls nobody."""
        row = self._rows[number]
        conversation = self.conversation_of(row)
        return conversation is not None and self.server_of(row).is_muted(conversation)

    def server_of(self, row: RoomRow) -> ServerRooms:
        """The server to which this row belongs."""
        own = ServerRooms(self.number, "", True, self._conversations(), self.rank, self.is_muted, self.arrange)
        return next((s for s in self.servers() if row.server and s.number == row.server), own)

    def _accessible(self, row: RoomRow, conversation: Conversation) -> str:
        parts = [safe_name(conversation.title)]
        if conversation.unread:
            unread = ntr("{n} new message", "{n} new messages", conversation.unread)
            parts.append(unread.format(n=number_text(conversation.unread)))
        if self.server_of(row).is_muted(conversation):
            parts.append(tr("muted"))
        if not conversation.channel:
            here = away_text(conversation.away_text) if conversation.away else tr("online")
            parts.append(here if conversation.joined else tr("offline"))
        return ", ".join(parts)

    def _wanted(self) -> list[RoomRow]:
        rows: list[RoomRow] = []
        servers = self.servers()
        if len(servers) > 1:
            for server in servers:
                number = 0 if server.number == self.number else server.number
                name = safe_name(server.name)
                rows.append(RoomRow(caption=name, server=number, of_server=True, online=server.online))
                here = sorted(server.conversations.values(), key=lambda each: (not each.channel, server.rank(each)))
                rows += [RoomRow(key=each.key, server=number, channel=each.channel) for each in here]
            return rows
        for caption, channel in ((ROOMS, True), (PRIVATE, False)):
            found = [each for each in self._conversations().values() if each.channel is channel]
            if found:
                rows.append(RoomRow(caption=caption))
                rows += [RoomRow(key=each.key, channel=channel) for each in sorted(found, key=self.rank)]
        return rows

    def _remove(self, number: int) -> None:
        self.beginRemoveRows(QModelIndex(), number, number)
        del self._rows[number]
        self.endRemoveRows()

    def _move_up(self, number: int, to: int) -> None:
        self.beginMoveRows(QModelIndex(), number, number, QModelIndex(), to)
        self._rows.insert(to, self._rows.pop(number))
        self.endMoveRows()
