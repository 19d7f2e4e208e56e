"""Coming into rooms: which there are, being let in or not, making one, being invited.

Pure. What is entered by `enter` is answered in place: `RoomRefused` says why not, instead of a sentence in the room on
screen. A room that we were the first in gets the topic and the modes it was wished with.
"""

from __future__ import annotations

from dataclasses import dataclass

from client.changes import Conversation, LinkState
from client.core.channels import Channels
from client.core.ranks import OPERATOR, own_level
from client.core.state import State
from client.core.texts import shown_text
from client.directory import (
    Denial,
    Invitation,
    InvitationsChanged,
    KnockAnswered,
    ListedRoom,
    RoomRefused,
    RoomsListed,
)
from protocol import Message
from translations import tr

MOST = 20_000
"""Rooms of one list that are kept."""
INVITATIONS = 20
"""Of more the oldest are forgotten."""
WISHES = 50

_DENIALS = {
    "403": Denial.BAD_NAME,
    "405": Denial.TOO_MANY,
    "471": Denial.FULL,
    "473": Denial.INVITED_ONLY,
    "474": Denial.BANNED,
    "475": Denial.KEY,
    "476": Denial.BAD_NAME,
    "479": Denial.BAD_NAME,
}
_KNOCKS = frozenset({"480", "711", "712", "713", "714"})


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a room is to have if it is ours."""

    topic: str = ""
    modes: str = ""


class Entering:
    """The list that is being gathered, rooms that we want to come into, invitations."""

    def __init__(self, state: State, channels: Channels) -> None:
        self._state = state
        self._channels = channels
        self.invitations: dict[str, Invitation] = {}
        """By key of the room."""
        self.forget()

    def forget(self) -> None:
        """A new login: nothing is wanted."""
        self._label = ""
        self._rooms: list[ListedRoom] | None = None
        """None: no list was asked for."""
        self._wishes: dict[str, _Wish] = {}
        """By key of the room that was asked for and has not answered."""
        self._knocked = ""
        if self.invitations:
            self.invitations = {}
            self._state.journal.after(InvitationsChanged())

    def link_lost(self) -> None:
        """There will be no answers."""
        self._rooms, self._knocked = None, ""
        self._wishes.clear()

    # --- the person ----------------------------------------------------------------------------

    def ask(self) -> None:
        """Ask which rooms there are."""
        if self._state.link is not LinkState.ONLINE:
            self._state.journal.after(RoomsListed(problem=tr("The connection is down.")))
        elif self._rooms is None:
            self._rooms, self._label = [], f"rooms-{self._state.book.local_id()}"
            self._state.send("LIST", label=self._label)

    def enter(self, name: str, password: str, topic: str, modes: str) -> None:
        """Join; if the room is new, it gets this topic and these modes (letters)."""
        name = name if self._state.features.is_channel(name) else "#" + name
        key = self._state.fold(name)
        if self._state.link is not LinkState.ONLINE:
            self._refuse(name, Denial.OFFLINE)
        elif not self._channels.join(name, password):
            self._refuse(name, Denial.BAD_NAME)
        elif self._channels.is_asked(key):
            while len(self._wishes) >= WISHES:
                del self._wishes[next(iter(self._wishes))]
            self._wishes[key] = _Wish(topic, modes)

    def knock(self, name: str) -> None:
        """Ask those inside to let us in."""
        self._knocked = self._state.fold(name)
        self._state.send("KNOCK", name)

    def decline(self, key: str) -> None:
        """The person does not want to come, or has come."""
        if self.invitations.pop(key, None) is not None:
            self._state.journal.after(InvitationsChanged())

    def _refuse(self, name: str, why: Denial, text: str = "") -> None:
        features = self._state.features
        knock = why in {Denial.INVITED_ONLY, Denial.KEY} and (features.knock or bool(features.boot))
        self._state.journal.after(RoomRefused(name, why, text, may_knock=knock))

    # --- the server ----------------------------------------------------------------------------

    def listed(self, message: Message, label: str) -> bool:
        """322: one room; False if it is not for us."""
        if not self._is_ours(label) or self._rooms is None:
            return False
        if len(self._rooms) < MOST:
            name, people = message.params[1], message.params[2]
            count = int(people[:9]) if people.isascii() and people.isdecimal() else 0
            topic = shown_text(message.params[3]) if len(message.params) > 3 else ""
            self._rooms.append(ListedRoom(name, count, topic))
        return True

    def list_ended(self, label: str) -> bool:
        """323: that were all."""
        if not self._is_ours(label) or self._rooms is None:
            return False
        rooms, self._rooms = self._rooms, None
        rooms.sort(key=lambda room: (-room.people, self._state.fold(room.name)))
        self._state.journal.after(RoomsListed(tuple(rooms)))
        return True

    def list_refused(self, text: str) -> bool:
        """The server does not tell now."""
        asked, self._rooms = self._rooms is not None, None
        if asked:
            self._state.journal.after(RoomsListed(problem=text))
        return asked

    def _is_ours(self, label: str) -> bool:
        return label == self._label or "labeled-response" not in self._state.capabilities

    def settled(self, conversation: Conversation) -> None:
        """We are in a room and know who else is: one that is ours gets what was wished for it."""
        wish = self._wishes.pop(conversation.key, None)
        self.decline(conversation.key)
        if wish is None or own_level(self._state, conversation) < OPERATOR:
            return
        if wish.topic:
            self._state.send("TOPIC", conversation.title, wish.topic)
        if wish.modes:
            self._state.send("MODE", conversation.title, f"+{wish.modes}")

    def refused(self, name: str, numeric: str, text: str) -> bool:
        """The server does not let us into this room; False if it was not asked for by `enter`."""
        if self._wishes.pop(self._state.fold(name), None) is None:
            return False
        self._refuse(name, _DENIALS.get(numeric, Denial.OTHER), text)
        return True

    def too_often(self, text: str) -> bool:
        """The server wants no JOIN just now, and does not say of which room."""
        wished = list(self._wishes)
        for key in wished:
            self.refused(key, "", text)
        return bool(wished)

    def knock_answered(self, numeric: str, context: list[str], text: str) -> bool:
        """Whether this answers our knock, and then what."""
        name = next((name for name in context if self._state.fold(name) == self._knocked), "")
        if not name or numeric not in _KNOCKS:
            return False
        self._knocked = ""
        self._state.journal.after(KnockAnswered(name, "" if numeric == "711" else text))
        return True

    def invited(self, nickname: str, name: str) -> None:
        """Somebody invites us to a room; to one that we are in, that says nothing."""
        key = self._state.fold(name)
        found = self._state.book.conversations.get(key)
        if not self._state.features.is_channel(name) or (found is not None and found.joined):
            return
        self.invitations.pop(key, None)
        self.invitations[key] = invitation = Invitation(name, self._state.name_of(nickname))
        if len(self.invitations) > INVITATIONS:
            del self.invitations[next(iter(self.invitations))]
        self._state.journal.after(InvitationsChanged(invitation))
