"""Knowing people: the card about somebody, and where to ask for it.

Between the page and the session, like `ordering.py`, whose menus it begins. GUI thread only.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PyQt5.QtCore import QObject, QPoint, Qt, pyqtSignal
from PyQt5.QtWidgets import QMenu, QPushButton, QWidget

from client.changes import Change, Entry
from client.core.book import COUNTED
from client.models.people_texts import highest_role, lines_of, presence_text, role_text, seen_text, upper_first
from client.models.texts import isolated, safe_name
from client.ordering import Ordering
from client.people import Profile, ProfileShown
from client.session import Session
from client.widgets.menus import add_action, put_on_clipboard
from translations import tr

if TYPE_CHECKING:
    from client.widgets.profile_card import Card, ProfileCard

NAME_CHARACTERS = 24
"""So much of a name stands in a menu."""


class Knowing(QObject):
    """Asks who somebody is, and shows it."""

    opened = pyqtSignal()
    """A card is on screen now."""
    message_requested = pyqtSignal(str)
    """A nickname, as of the next one."""
    mention_requested = pyqtSignal(str)

    def __init__(
        self,
        session: Session,
        over: QWidget,
        ordering: Ordering,
        do: Callable[[list[Change]], None],
        leave: Callable[[], None],
    ) -> None:
        """`over`: the list that the card covers; `leave`: give the keyboard back to the page."""
        super().__init__(over)
        self._session, self._over, self._ordering, self._do, self._leave = session, over, ordering, do, leave
        self._made_card: ProfileCard | None = None
        self._wanted = ""
        """The folded nickname that was asked about, "" once it was shown or is wanted no more."""
        self.now: Callable[[], float] = time.time

    @property
    def card(self) -> ProfileCard:
        """Made when it is first asked for."""
        if self._made_card is None:
            from client.widgets.profile_card import ProfileCard  # noqa: PLC0415 - only once it is opened

            card = self._made_card = ProfileCard(self._over)
            card.message_requested.connect(self._message)
            card.mention_requested.connect(self._mention)
            card.copy_requested.connect(put_on_clipboard)
            card.order_requested.connect(self._order)
            card.closed.connect(self._closed)
        return self._made_card

    # --- menus --------------------------------------------------------------------------------

    def add_person(self, menu: QMenu, nickname: str) -> None:
        """To the menu of a member: who it is, and what may be done to them."""
        room = self._session.conversations.get(self._session.current)
        member = room.members.get(self._session.fold(nickname)) if room is not None else None
        self._add_about(menu, nickname, member.name if member is not None else nickname)
        self._ordering.add_person(menu, nickname)

    def add_author(self, menu: QMenu, entry: Entry) -> None:
        """To the menu of a message: who wrote it, and what may be done to them."""
        if entry.kind in COUNTED and entry.nickname and not entry.own:
            self._add_about(menu, entry.nickname, entry.name or entry.nickname)
        self._ordering.add_author(menu, entry)

    def _add_about(self, menu: QMenu, nickname: str, name: str) -> None:
        shown = safe_name(name)
        shown = shown if len(shown) <= NAME_CHARACTERS else shown[:NAME_CHARACTERS] + "…"
        text = tr("About {name}…").format(name=isolated(shown.replace("&", "&&")))  # in a menu & marks a letter
        add_action(menu, text, partial(self.ask, nickname))

    # --- a private chat -----------------------------------------------------------------------

    def person_line(self, key: str) -> str:
        """Who the other one of this private chat is, and whether they are here; "" of a room."""
        session = self._session
        chat = session.conversations.get(key)
        if chat is None or chat.channel:
            return ""
        rooms = [room for room in session.conversations.values() if room.channel and room.joined]
        presence = presence_text(chat, self.now(), session.last_seen(chat.key))
        return " · ".join(filter(None, (highest_role(rooms, chat.key), presence)))

    # --- the card -----------------------------------------------------------------------------

    def ask(self, nickname: str) -> None:
        """Find out who this is; the card comes with the answer."""
        self._wanted = self._session.fold(nickname)
        self._do(self._session.ask_about(nickname))

    def shown(self, change: ProfileShown) -> None:
        """The server told who somebody is."""
        profile = change.profile
        if self._session.fold(profile.nickname) == self._wanted:
            self._wanted = ""
            self._ordering.close()
            self.card.show_card(self._card_of(profile))
            self.opened.emit()

    def _card_of(self, profile: Profile) -> Card:
        session, now = self._session, self.now()
        key = session.fold(profile.nickname)
        here = session.conversations.get(session.current)
        rooms = [session.conversations[room] for room in profile.rooms if room in session.conversations]
        own = key == session.fold(session.nickname)
        name = session.name if own else profile.name
        members = [member for room in rooms if (member := room.members.get(key)) is not None]
        in_clear = any(member.in_clear for member in members)
        if profile.online:
            role = role_text(here, key) if here is not None and here.channel else ""
            lines = [*([role] if role else []), *lines_of(profile, in_clear=in_clear, now=now)]
        else:
            gone = tr("{name} is not here.").format(name=isolated(name))
            lines = [f"{gone} {upper_first(seen_text(profile.seen, now))}".strip()]
        from client.widgets.profile_card import Card  # noqa: PLC0415 - only once it is opened

        return Card(
            profile.nickname,
            name,
            own,
            lines,
            ", ".join(isolated(room.title) for room in rooms),
            in_clear,
            bool(session.powers_over(session.current, profile.nickname)),
        )

    def close(self) -> bool:
        """Put the card away; False if there was none."""
        self._wanted = ""
        was_open = self._made_card is not None and self._made_card.isVisible()
        if self._made_card is not None:
            self._made_card.hide()
        return was_open

    def _closed(self) -> None:
        self.close()
        self._leave()

    def _message(self, nickname: str) -> None:
        self.close()
        self.message_requested.emit(nickname)

    def _mention(self, nickname: str) -> None:
        self._closed()
        self.mention_requested.emit(nickname)

    def _order(self, nickname: str, button: QPushButton) -> None:
        menu = QMenu(button)
        menu.setAttribute(Qt.WA_DeleteOnClose)
        self._ordering.add_person(menu, nickname)
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))
