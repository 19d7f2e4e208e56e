"""What is done with the rooms one has: mark as read, invite, leave and undo it; and the invitations of others.

Between the page and the session, like `ordering.py`, whose entries stand in the same menu. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PyQt5.QtCore import QObject, QTimer
from PyQt5.QtWidgets import QMenu

import protocol
from client.changes import Change, Conversation
from client.directory import Invitation
from client.models.texts import isolated
from client.session import Session
from client.widgets.menus import add_action
from client.widgets.offer_bar import Offer, OfferBar
from translations import N_, tr

UNDO_MS = 5_000
LOBBY = protocol.fold(protocol.DEFAULT_CHANNEL)
"""It is not left: who is in no room at all sees nothing."""


class Tending(QObject):
    """Offers and does it."""

    def __init__(
        self,
        session: Session,
        bar: OfferBar,
        do: Callable[[list[Change]], None],
        enter: Callable[[str], None],
        pick: Callable[[str, Callable[[str], None]], None],
        leave: Callable[[], None],
    ) -> None:
        """`enter` a room by its name; `pick` a person for the room of this key; `leave`: back to the page."""
        super().__init__(bar)
        self._session, self._bar, self._do, self._enter, self._pick = session, bar, do, enter, pick
        self._to_box = leave
        self._undo: Offer | None = None
        self._invitations: dict[Invitation, Offer] = {}
        self.timer = QTimer(self)
        """Runs while what was left can be undone."""
        self.timer.setSingleShot(True)
        self.timer.setInterval(UNDO_MS)
        self.timer.timeout.connect(self.forget_left)

    # --- menus --------------------------------------------------------------------------------

    def add_room(self, menu: QMenu, key: str) -> None:
        """What anybody may do with this conversation."""
        conversation = self._session.conversations.get(key)
        if conversation is None:
            return
        if conversation.unread:
            add_action(menu, tr("Mark as read"), partial(self._mark_read, key), stays=True)
        if conversation.channel and conversation.joined:
            add_action(menu, tr("Invite…"), partial(self.invite, key))

    def invite(self, key: str) -> None:
        """Ask whom to invite to this room, and do it."""
        self._pick(key, lambda nickname: self._do(self._session.invite(key, nickname)))

    def _mark_read(self, key: str) -> None:
        self._do(self._session.mark_read(key))

    # --- leaving ------------------------------------------------------------------------------

    def leave(self, key: str) -> None:
        """Leave this room or close this private chat; for a while that can be undone. The lobby stays."""
        conversation = self._session.conversations.get(key)
        if conversation is None or key == LOBBY:
            return

        def say() -> str:
            text = tr("You left {room}.") if conversation.channel else tr("The chat with {room} is closed.")
            return text.format(room=isolated(conversation.title))

        self._undo = Offer(say, [(N_("Undo"), partial(self._reopen, conversation))])
        self._do(self._session.close(key))
        self.timer.start()
        self._show()
        self._to_box()

    def leave_current(self) -> None:
        """Leave what is on screen."""
        self.leave(self._session.current)

    def _reopen(self, conversation: Conversation) -> None:
        self.forget_left()
        self._do(self._session.reopen(conversation))
        self._to_box()

    def forget_left(self) -> None:
        """What was left can be had back no longer."""
        self.timer.stop()
        self._undo = None
        self._show()

    # --- invitations --------------------------------------------------------------------------

    def invitations_changed(self) -> None:
        """Others want us somewhere, or do not any more."""
        wanted = self._session.invitations.values()
        self._invitations = {each: self._invitations.get(each) or self._offer(each) for each in wanted}
        self._show()

    def _offer(self, invitation: Invitation) -> Offer:
        def say() -> str:
            text = tr("{name} invites you to {room}.")
            return text.format(name=isolated(invitation.by), room=isolated(invitation.name))

        return Offer(
            say, [(N_("Join"), partial(self._accept, invitation)), (N_("No"), partial(self._decline, invitation))]
        )

    def _accept(self, invitation: Invitation) -> None:
        self._do(self._session.decline(self._session.fold(invitation.name)))
        self._enter(invitation.name)

    def _decline(self, invitation: Invitation) -> None:
        self._do(self._session.decline(self._session.fold(invitation.name)))
        self._to_box()

    def _show(self) -> None:
        """What can be undone comes first: it does not stay."""
        latest = next(reversed(self._invitations.values()), None)
        self._bar.show_offer(self._undo or latest)
