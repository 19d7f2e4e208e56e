"""The rooms of a server as an item model, those shown that fit what was typed.

Names and topics are folded once per list, so that thousands of rooms are filtered at every letter. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PyQt5.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from client.directory import ListedRoom
from client.models.texts import number_text, one_line, plain, safe_name
from translations import ntr, tr


class DirectoryModel(QAbstractListModel):
    """Rooms, the fullest first; names that begin as typed come before what only holds it."""

    def __init__(self, is_in: Callable[[str], bool], parent: QObject | None = None) -> None:
        """`is_in`: whether we are in the room of this name."""
        super().__init__(parent)
        self._is_in = is_in
        self._all: tuple[ListedRoom, ...] = ()
        self._folded: list[tuple[str, str]] = []
        self._wanted = ""
        self.rooms: list[ListedRoom] = []

    def show(self, rooms: Sequence[ListedRoom]) -> None:
        """These are the rooms of the server."""
        self._all = tuple(rooms)
        self._folded = [(room.name.casefold(), room.topic.casefold()) for room in self._all]
        self._filter()

    def set_filter(self, typed: str) -> None:
        """Show those whose name or topic holds this."""
        self._wanted = typed.casefold()
        self._filter()

    def has(self, name: str) -> bool:
        """Whether there is a room of this name."""
        return any(folded == name.casefold() for folded, _ in self._folded)

    def is_in(self, number: int) -> bool:
        """Whether we are in the room in this row."""
        return self._is_in(self.rooms[number].name)

    def _filter(self) -> None:
        wanted = self._wanted
        self.beginResetModel()
        pairs = zip(self._all, self._folded, strict=True)
        found = [(room, name) for room, (name, topic) in pairs if wanted in name or wanted in topic]
        if wanted:
            found.sort(key=lambda pair: not pair[1].lstrip("#").startswith(wanted.lstrip("#")))
        self.rooms = [room for room, _ in found]
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature; never changed
        """How many rooms are shown."""
        return 0 if parent.isValid() else len(self.rooms)

    def data(self, index: QModelIndex, role: int = Qt.DisplayRole) -> Any:
        """The whole row as one sentence."""
        if not index.isValid() or role not in {Qt.DisplayRole, Qt.AccessibleTextRole}:
            return None
        room = self.rooms[index.row()]
        joined = tr("you are in it") if self.is_in(index.row()) else ""
        return plain(", ".join(filter(None, (safe_name(room.name), people(room), one_line(room.topic), joined))))


def people(room: ListedRoom) -> str:
    """How many are in a room."""
    return ntr("{n} person", "{n} people", room.people).format(n=number_text(room.people))
