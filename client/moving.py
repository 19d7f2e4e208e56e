"""Going from room to room and from pane to pane: what keys, lists and menus of the chat page do.

Between the page and the session. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt5.QtCore import QObject, Qt
from PyQt5.QtWidgets import QApplication, QWidget

from client.changes import Change, StripChanged, StripKind
from client.session import Session
from client.widgets.chat_panes import ChatPanes
from client.widgets.side_panes import RoomList


class Moving(QObject):
    """Where the person goes."""

    def __init__(
        self,
        session: Session,
        rooms: RoomList,
        panes: ChatPanes,
        do: Callable[[list[Change]], None],
        to_box: Callable[[], None],
    ) -> None:
        """`to_box`: give the keyboard to the message box."""
        super().__init__(panes)
        self._session, self._rooms, self._panes, self._do, self._to_box = session, rooms, panes, do, to_box

    def choose(self, key: str) -> None:
        """Go to this conversation."""
        self._panes.close_overlay()
        self._do(self._session.select(key))
        self._to_box()

    def open_private(self, nickname: str) -> None:
        """Go to the private chat with this person."""
        self._panes.close_overlay()
        self._do(self._session.open_private(nickname))
        self._to_box()

    def step_room(self, step: int, *, unread: bool = False) -> None:
        """To the previous or next conversation, round the ends; with `unread` to one that has unread messages."""
        rooms, current = self._rooms.rooms, self._session.current
        rows = rooms.places()
        at = next((number for number, row in enumerate(rows) if (row.server, row.key) == (0, current)), -1)
        for distance in range(1, len(rows)):
            row = rows[(at + step * distance) % len(rows)]
            conversation = rooms.conversation_of(row)
            if not unread or (conversation is not None and conversation.unread):
                self._rooms.choose(row)
                return

    def step_pane(self, everything: Sequence[QWidget], start: QWidget, step: int) -> None:
        """The keyboard to the next of these that is on screen; from `start` if it is at none of them."""
        panes = [pane for pane in everything if pane.isVisible()]
        focused = QApplication.focusWidget()
        at = next((n for n, pane in enumerate(panes) if pane is focused), panes.index(start))
        panes[(at + step) % len(panes)].setFocus(Qt.ShortcutFocusReason)

    def strip_action(self, strip: StripChanged) -> None:
        """What the strip's button offers: come in again, take this name, be back, try now."""
        if strip.kind is StripKind.KICKED:
            conversation = self._session.conversations.get(strip.key)
            if conversation is not None:
                self._do(self._session.join(conversation.title))
        elif strip.kind is StripKind.NAME_LOST:
            self._do(self._session.login_as(strip.text))
        elif strip.kind is StripKind.AWAY:
            self._do(self._session.set_away(None))
        else:
            self._do(self._session.retry_now())
        self._to_box()
