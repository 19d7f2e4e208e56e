"""Coming into rooms: the sheet with all of them, making one, and being invited.

Between the page and the session, like `ordering.py`; the words are those of `directory.py`. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt5.QtCore import QObject, pyqtSignal
from PyQt5.QtWidgets import QWidget

from client.changes import Change
from client.directory import DirectoryChange, KnockAnswered, RoomRefused, RoomsListed
from client.session import Session
from client.widgets.no_rooms import NoRooms

if TYPE_CHECKING:
    from client.widgets.new_room_form import NewRoom
    from client.widgets.rooms_sheet import RoomsSheet


class Entering(QObject):
    """Leads into rooms."""

    opened = pyqtSignal()
    """The sheet comes over the messages: what else lies there goes."""

    def __init__(
        self, session: Session, over: QWidget, do: Callable[[list[Change]], None], leave: Callable[[], None]
    ) -> None:
        """`over`: the list that the sheet covers; `leave`: give the keyboard back to the page."""
        super().__init__(over)
        self._session, self._over, self._do, self._leave = session, over, do, leave
        self._made: RoomsSheet | None = None
        self._no_rooms: NoRooms | None = None

    @property
    def sheet(self) -> RoomsSheet:
        """The sheet, made when it is first asked for."""
        if self._made is None:
            from client.widgets.rooms_sheet import RoomsSheet  # noqa: PLC0415 - only once it is opened

            sheet = self._made = RoomsSheet(self._over, self._is_in)
            sheet.entered.connect(self.enter)
            sheet.wanted.connect(self._make)
            sheet.knocked.connect(lambda name: self._do(self._session.knock(name)))
            sheet.closed.connect(self._close)
        return self._made

    def show_ways(self, *, shown: bool) -> None:
        """Whether there is no room at all, which leaves two ways."""
        if shown and self._no_rooms is None:
            self._no_rooms = NoRooms(self._over)
            self._no_rooms.new_wanted.connect(self.open_new)
            self._no_rooms.all_wanted.connect(self.open)
        if self._no_rooms is not None:
            self._no_rooms.setVisible(shown)

    def open(self) -> None:
        """Show all rooms."""
        self.opened.emit()
        self.sheet.begin()
        self._do(self._session.ask_rooms())

    def open_new(self) -> None:
        """Make a room."""
        self.opened.emit()
        self.sheet.begin(new=True)
        self._do(self._session.ask_rooms())

    def close(self) -> bool:
        """Put the sheet away; False if it was not open."""
        was_open = self._made is not None and self._made.isVisible()
        if self._made is not None:
            self._made.hide()
        return was_open

    def enter(self, name: str, password: str = "") -> None:
        """Come into this room, or hear in place why not."""
        self._enter(name, lambda: self._session.enter(name, password))

    def take(self, change: DirectoryChange) -> None:
        """The session says something of rooms."""
        if isinstance(change, RoomsListed):
            if self._made is not None and self._made.isVisible():
                self.sheet.show_rooms(change)
        elif isinstance(change, RoomRefused):
            if not self.sheet.isVisible():
                self.open()
            self.sheet.show_refused(change)
        elif isinstance(change, KnockAnswered) and self._made is not None:
            self.sheet.show_knock(change)

    def _make(self, new: NewRoom) -> None:
        self._enter(new.name, lambda: self._session.enter(new.name, topic=new.topic, modes=new.modes))

    def _enter(self, name: str, how: Callable[[], list[Change]]) -> None:
        self._do(how())
        if self._is_in(name):  # it was on screen already: no change says so
            self._close()

    def _is_in(self, name: str) -> bool:
        found = self._session.conversations.get(self._session.fold(name))
        return found is not None and found.joined

    def _close(self) -> None:
        self.close()
        self._leave()
