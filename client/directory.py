"""Which rooms there are and how one comes into them, in words that session and screens share.

Plain data like `changes.py`, which lies above it. No Qt, sockets or threads; imports nothing of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class ListedRoom:
    """One room of the server, as LIST tells it."""

    name: str
    people: int
    topic: str


@dataclass(frozen=True, slots=True)
class RoomsListed:
    """The answer to `Session.ask_rooms`, the fullest room first; `problem` is set when there is none."""

    rooms: tuple[ListedRoom, ...] = ()
    problem: str = ""


class Denial(Enum):
    """Why `Session.enter` did not lead into a room."""

    BAD_NAME = "bad name"
    BANNED = "banned"
    KEY = "key"
    """It needs a password, or another one."""
    FULL = "full"
    INVITED_ONLY = "invited only"
    TOO_MANY = "too many"
    """We are in as many rooms as one may be."""
    OFFLINE = "offline"
    OTHER = "other"
    """The server's own words say why."""


@dataclass(frozen=True, slots=True)
class RoomRefused:
    """We did not come in."""

    name: str
    why: Denial
    text: str = ""
    """The server's words."""
    may_knock: bool = False
    """Whether one can ask those inside (`Session.knock`)."""


@dataclass(frozen=True, slots=True)
class KnockAnswered:
    """Those inside were asked to let us in, or not: `problem` says why."""

    name: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Invitation:
    """Somebody wants us in a room."""

    name: str
    """The room."""
    by: str
    """What screens call who invites."""


@dataclass(frozen=True, slots=True)
class InvitationsChanged:
    """`Session.invitations` changed."""

    new: Invitation | None = None
    """The one that just came."""


DirectoryChange = RoomsListed | RoomRefused | KnockAnswered | InvitationsChanged
