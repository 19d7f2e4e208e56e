"""The order of the rooms: those pinned stand at the top, in the order the person gave them; kept per server.

Whoever moves one, by the menu or by the mouse, pins it and those above it: so it stays where it was put, and what is
not pinned goes on by itself, rooms by name and private chats by their last message.

Between the settings and the room list, like `noticing.py`, and made with the chat page. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    """Pins and moves conversations."""

    def __init__(self, session: Session, settings: Settings, page: ChatPage) -> None:
        super().__init__(page)
        self._session, self._settings = session, settings
        self._list = page.rooms.list
        self._list.rooms.rank, self._list.rooms.arrange = self._rank, self.arrange
        self._add_room, self._list.extend_menu = self._list.extend_menu, self.extend_menu

    def extend_menu(self, menu: QMenu, key: str) -> None:
        """Entries for the place of a conversation, before what else may be done with it."""
        conversation = self._session.conversations.get(key)
        if conversation is not None:
            group, pinned = self._group(conversation), self._settings.values.pinned
            action = menu.addAction(tr("Pin to top"))
            stay(action)
            action.setCheckable(True)
            action.setChecked(self._place(conversation) in pinned)
            action.triggered.connect(partial(self._pin, conversation))
            if conversation is not group[0]:
                add_action(menu, tr("Move up"), partial(self._step, conversation, -1), stays=True)
            if conversation is not group[-1]:
                add_action(menu, tr("Move down"), partial(self._step, conversation, 1), stays=True)
            if sum(self._place(other) in pinned for other in group) > 1:
                add_action(menu, tr("Unpin all"), partial(self._unpin, group), stays=True)
        self._add_room(menu, key)

    def arrange(self, moved: Conversation, order: Sequence[Conversation]) -> None:
        """Have them stand in this order: down to the one that was moved, or the last pinned one, all are pinned now."""
        pinned, places = self._settings.values.pinned, [self._place(each) for each in order]
        last = max(number for number, each in enumerate(order) if each is moved or places[number] in pinned)
        wanted = places[: last + 1]
        left = iter(wanted)
        kept = [next(left) if place in wanted else place for place in pinned]
        self._keep([*kept, *left])

    def _place(self, conversation: Conversation) -> str:
        return f"{self._session.host}:{self._session.port} {conversation.key}"

    def _rank(self, conversation: Conversation) -> int:
        pinned = self._settings.values.pinned
        place = self._place(conversation)
        return pinned.index(place) if place in pinned else len(pinned)

    def _group(self, conversation: Conversation) -> list[Conversation]:
        """Those in the same part of the list, in their order."""
        here = self._session.conversations.values()
        return sorted((other for other in here if other.channel is conversation.channel), key=self._rank)

    def _pin(self, conversation: Conversation, pin: bool) -> None:
        place = self._place(conversation)
        others = [other for other in self._settings.values.pinned if other != place]
        self._keep([*others, place] if pin else others)

    def _unpin(self, group: Sequence[Conversation]) -> None:
        places = {self._place(each) for each in group}
        self._keep([place for place in self._settings.values.pinned if place not in places])

    def _step(self, conversation: Conversation, step: int) -> None:
        group = self._group(conversation)
        at = next((number for number, other in enumerate(group) if other is conversation), -1)
        if at < 0:  # it went while its menu was open
            return
        order = [other for other in group if other is not conversation]
        order.insert(max(0, at + step), conversation)
        self.arrange(conversation, order)

    def _keep(self, pinned: list[str]) -> None:
        self._settings.change(pinned=pinned)
        self._list.rooms.refresh()
        self._list.set_current(self._session.current)
        self._list.arranged.emit()
