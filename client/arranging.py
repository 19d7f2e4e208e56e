"""The order of the rooms: those pinned stand at the top, in the order the person gave them; kept per server.

Between the settings and the room list, like `noticing.py`, and made with the chat page. GUI thread only.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt5.QtCore import QObject
from PyQt5.QtWidgets import QMenu

from client.changes import Conversation
from client.session import Session
from client.settings import Settings
from client.widgets.menus import add_action, stay
from translations import tr

if TYPE_CHECKING:
    from client.connected_ui import ChatPage


class Arranging(QObject):
    """Pins conversations, and moves the pinned ones."""

    def __init__(self, session: Session, settings: Settings, page: ChatPage) -> None:
        super().__init__(page)
        self._session, self._settings = session, settings
        self._list = page.rooms.list
        self._list.rooms.rank = self._rank
        self._add_room, self._list.extend_menu = self._list.extend_menu, self.extend_menu

    def extend_menu(self, menu: QMenu, key: str) -> None:
        """Entries for the place of a conversation, before what else may be done with it."""
        conversation = self._session.conversations.get(key)
        if conversation is not None:
            neighbours = self._pinned_like(conversation)
            at = next((number for number, other in enumerate(neighbours) if other is conversation), -1)
            action = menu.addAction(tr("Pin to top"))
            stay(action)
            action.setCheckable(True)
            action.setChecked(at >= 0)
            action.triggered.connect(partial(self._pin, conversation))
            if at > 0:
                add_action(menu, tr("Move up"), partial(self._swap, conversation, neighbours[at - 1]), stays=True)
            if 0 <= at < len(neighbours) - 1:
                add_action(menu, tr("Move down"), partial(self._swap, conversation, neighbours[at + 1]), stays=True)
        self._add_room(menu, key)

    def _place(self, conversation: Conversation) -> str:
        return f"{self._session.host}:{self._session.port} {conversation.key}"

    def _rank(self, conversation: Conversation) -> int:
        pinned = self._settings.values.pinned
        place = self._place(conversation)
        return pinned.index(place) if place in pinned else len(pinned)

    def _pinned_like(self, conversation: Conversation) -> list[Conversation]:
        """Those pinned in the same part of the list, in their order."""
        pinned = len(self._settings.values.pinned)
        here = self._session.conversations.values()
        like = (other for other in here if other.channel is conversation.channel and self._rank(other) < pinned)
        return sorted(like, key=self._rank)

    def _pin(self, conversation: Conversation, pin: bool) -> None:
        place = self._place(conversation)
        others = [other for other in self._settings.values.pinned if other != place]
        self._keep([*others, place] if pin else others)

    def _swap(self, one: Conversation, other: Conversation) -> None:
        pinned = list(self._settings.values.pinned)
        first, second = self._rank(one), self._rank(other)
        pinned[first], pinned[second] = pinned[second], pinned[first]
        self._keep(pinned)

    def _keep(self, pinned: list[str]) -> None:
        self._settings.change(pinned=pinned)
        self._list.rooms.refresh()
        self._list.set_current(self._session.current)
        self._list.arranged.emit()
