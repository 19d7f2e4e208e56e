"""Going somewhere by a few letters of its name (Ctrl+K), and picking a person the same way.

Between the page and the session, like `finding.py`. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from PyQt5.QtCore import QObject, pyqtSignal
from PyQt5.QtWidgets import QWidget

from client.changes import Conversation
from client.models.places import Place, PlaceKind, Places
from client.models.rooms import RoomRow
from client.models.texts import isolated
from client.session import Session
from client.widgets.side_panes import RoomList
from translations import tr

if TYPE_CHECKING:
    from client.widgets.switcher import Switcher


class Switching(QObject):
    """Opens the switcher, and goes where it says."""

    opened = pyqtSignal()

    def __init__(
        self,
        session: Session,
        page: QWidget,
        rooms: RoomList,
        go: Callable[[str], None],
        write_to: Callable[[str], None],
        enter: Callable[[str], None],
        leave: Callable[[], None],
    ) -> None:
        """`rooms` knows those of other servers, and the way there.

        `go` to a conversation (key), `write_to` a person, `enter` a room by its name; `leave`: back to the page.
        """
        super().__init__(page)
        self._session, self._page, self._rooms, self._leave = session, page, rooms, leave
        self._ways: dict[PlaceKind, Callable[[str], None]] = {
            PlaceKind.ROOM: go,
            PlaceKind.CHAT: go,
            PlaceKind.PERSON: write_to,
            PlaceKind.NEW: enter,
        }
        self._made: Switcher | None = None
        self._then: Callable[[Place], None] = self._go

    @property
    def switcher(self) -> Switcher:
        """The list, made when it is first asked for."""
        if self._made is None:
            from client.widgets.switcher import Switcher  # noqa: PLC0415 - only once it is opened

            self._made = Switcher(self._page)
            self._made.chosen.connect(self._chosen)
            self._made.closed.connect(self._leave)
        return self._made

    def open(self) -> None:
        """Ask where to go."""
        self._then = self._go
        self.opened.emit()
        rooms = self._rooms.rooms
        others = [server for server in rooms.servers() if server.number != rooms.number]
        elsewhere = ((server.number, server.name, each) for server in others for each in server.conversations.values())
        self.switcher.open(lambda: tr("Go to…"), self._places(elsewhere).find)

    def pick(self, key: str, then: Callable[[str], None]) -> None:
        """Ask whom to invite to this room: `then` gets a nickname, of somebody who is not in it."""
        room = self._session.conversations[key]

        def take(place: Place) -> None:
            then(place.nickname)
            self._leave()

        self._then = take
        self.opened.emit()
        find = partial(self._places().people, without=room.members)
        self.switcher.open(lambda: tr("Invite to {room}…").format(room=isolated(room.title)), find)

    def close(self) -> bool:
        """Put it away; False if it was not open."""
        was_open = self._made is not None and not self._made.isHidden()
        if self._made is not None:
            self._made.hide()
        return was_open

    def _places(self, elsewhere: Iterable[tuple[int, str, Conversation]] = ()) -> Places:
        session = self._session
        return Places(session.conversations.values(), session.fold, session.nickname, session.current, elsewhere)

    def _chosen(self, place: Place) -> None:
        self._then(place)

    def _go(self, place: Place) -> None:
        if place.server:
            self._rooms.choose(RoomRow(key=place.target, server=place.server))
        else:
            self._ways[place.kind](place.target)
