"""The list at the right: the people of a channel under the captions of their roles.

Three sorted sections, each with its caption while it has people; a join or leave costs one search
in its section, so that a storm of a thousand joins stays cheap. GUI thread only.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import Any

from PyQt5.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

import protocol
from client.changes import Conversation, Member
from client.models.texts import away_text, safe_name
from translations import N_, tr

ROLES = (N_("Operators"), N_("Helpers"), N_("Members"))
_RANKS = {"~": 0, "&": 0, "@": 0, "%": 1}

_SortKey = tuple[str, str]
"""Folded name, then folded nickname: the order within a section."""


def role_of(member: Member) -> int:
    """The index in `ROLES` of a member's highest status."""
    return _RANKS.get(member.prefixes[:1], len(ROLES) - 1)


class MemberModel(QAbstractListModel):
    """Captions and members of one channel (none for a private chat); `fold` makes the keys of its members."""

    def __init__(self, fold: Callable[[str], str] = protocol.fold, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.fold = fold
        self._conversation: Conversation | None = None
        self._sections: tuple[list[_SortKey], ...] = tuple([] for _ in ROLES)
        self._places: dict[str, tuple[int, _SortKey]] = {}

    # --- reading ------------------------------------------------------------------------------

    def member(self, number: int) -> Member | None:
        """The member in this row, None for a caption or a number outside."""
        for section in self._sections:
            if not section:
                continue
            if number <= len(section):
                key = section[number - 1][1] if number > 0 else ""
                return self._members().get(key)
            number -= len(section) + 1
        return None

    def caption(self, number: int) -> str:
        """The untranslated caption in this row, "" for a member."""
        for role, section in zip(ROLES, self._sections, strict=True):
            if section and number == 0:
                return role
            number -= len(section) + 1 if section else 0
        return ""

    def number_of(self, nickname: str) -> int:
        """The row of this person, -1 if they are not here."""
        place = self._places.get(self.fold(nickname))
        return -1 if place is None else self._row(*place)

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature; never changed
        """How many rows there are, captions included."""
        return 0 if parent.isValid() else sum(len(section) + 1 for section in self._sections if section)

    def flags(self, index: QModelIndex) -> Qt.ItemFlags:
        """Captions cannot be chosen; the arrow keys pass over them."""
        if index.isValid() and self.caption(index.row()):
            return Qt.ItemFlags(Qt.ItemNeverHasChildren)
        return super().flags(index)

    def data(self, index: QModelIndex, role: int = Qt.DisplayRole) -> Any:
        """The caption or name, and as accessible text also whether the person is away."""
        if not index.isValid() or role not in {Qt.DisplayRole, Qt.AccessibleTextRole, Qt.ToolTipRole}:
            return None
        caption = self.caption(index.row())
        if caption:
            return None if role == Qt.ToolTipRole else tr(caption)
        member = self.member(index.row())
        if member is None:
            return None
        if role == Qt.ToolTipRole:
            text = tr("Connected without encryption: others on the network can read along.")
            return text if member.in_clear else None  # only words of ours: Qt may take this for HTML
        name = safe_name(member.name)
        if role == Qt.DisplayRole:
            return name
        presence = away_text(member.away_text) if member.away else tr("online")
        return ", ".join([name, presence, *([tr("not encrypted")] if member.in_clear else [])])

    # --- changes ------------------------------------------------------------------------------

    def open(self, conversation: Conversation | None) -> None:
        """Show the members of this channel."""
        self.beginResetModel()
        self._conversation = conversation
        self._sections = tuple([] for _ in ROLES)
        self._places = {}
        for key, member in self._members().items():
            place = self._place(key, member)
            self._places[key] = place
            self._sections[place[0]].append(place[1])
        for section in self._sections:
            section.sort()
        self.endResetModel()

    def added(self, nickname: str) -> None:
        """This person joined (telling it twice does no harm)."""
        key = self.fold(nickname)
        member = self._members().get(key)
        if member is None or key in self._places:
            return
        role, sort_key = self._places[key] = self._place(key, member)
        section = self._sections[role]
        at = bisect_left(section, sort_key)
        first = self._top(role) + (at + 1 if section else 0)
        self.beginInsertRows(QModelIndex(), first, first + (0 if section else 1))
        section.insert(at, sort_key)
        self.endInsertRows()

    def removed(self, nickname: str) -> None:
        """This person is gone (telling it twice does no harm)."""
        place = self._places.pop(self.fold(nickname), None)
        if place is None:
            return
        role, sort_key = place
        section = self._sections[role]
        last = self._row(role, sort_key)
        self.beginRemoveRows(QModelIndex(), last - (1 if len(section) == 1 else 0), last)
        section.remove(sort_key)
        self.endRemoveRows()

    def changed(self, nickname: str, old_nickname: str) -> None:
        """Status, presence, name or nickname of this person changed."""
        key = self.fold(nickname)
        member = self._members().get(key)
        if member is not None and self._places.get(key) == self._place(key, member):
            index = self.index(self._row(*self._places[key]))
            self.dataChanged.emit(index, index)
            return
        self.removed(old_nickname)
        self.removed(nickname)
        self.added(nickname)

    # --- inside -------------------------------------------------------------------------------

    def _members(self) -> dict[str, Member]:
        return {} if self._conversation is None else self._conversation.members

    @staticmethod
    def _place(key: str, member: Member) -> tuple[int, _SortKey]:
        return role_of(member), (member.name.casefold(), key)

    def _top(self, role: int) -> int:
        return sum(len(section) + 1 for section in self._sections[:role] if section)

    def _row(self, role: int, sort_key: _SortKey) -> int:
        return self._top(role) + 1 + bisect_left(self._sections[role], sort_key)
