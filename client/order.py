"""Keeping order, in words that session and screens share: what one may do to whom, who is kept from
what, which messages stand out.

Plain data like `changes.py`, which lies above it. No Qt, sockets or threads; imports nothing of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Power(Enum):
    """What one may do to a person in a room (`Session.powers_over`)."""

    MUTE = "mute"
    KICK = "kick"
    BAN = "ban"
    VOICE = "voice"
    HELPER = "helper"
    OPERATOR = "operator"
    SERVER_BAN = "server ban"


class RoomPower(Enum):
    """What one may do to a room (`Session.powers_in`)."""

    ANNOUNCE = "announce"
    QUIET = "quiet"
    SLOW = "slow"
    TOPIC = "topic"
    WORDS = "words"
    BANS = "bans"
    """See and lift them."""
    NOTES = "notes"
    """Read what was done there."""
    SERVER = "server"
    """See and lift bans from the whole server."""


class Roll(Enum):
    """A list that is kept in the name of order."""

    BANS = "bans"
    """Bans and mutes of a room."""
    WORDS = "words"
    """Words that are not wanted in a room."""
    SERVER = "server"
    """Bans from the whole server."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One line of a roll."""

    mask: str
    """As the server writes it; lifting names it. The word itself in a roll of words."""
    name: str
    """Whom it means, as far as that is known; else the mask."""
    mute: bool = False
    by: str = ""
    """Who did it, "" if unknown."""
    left: str = ""
    """How much longer it holds (`9m30s`), "" for until it is lifted."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RollShown:
    """The answer to `Session.ask_roll`: all that stands on this list now."""

    key: str
    """The room; "" for the whole server."""
    roll: Roll
    items: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Pinned:
    """A message that stands out in its room."""

    id: str
    """msgid, for `Session.show_message`."""
    name: str
    text: str
    time: float
    own: bool = False


@dataclass(frozen=True, slots=True)
class PinsChanged:
    """`Conversation.pinned` changed."""

    key: str


@dataclass(frozen=True, slots=True)
class PinsShown:
    """The answer to `Session.ask_pins`: what is known of the pinned messages, the newest pin first."""

    key: str
    items: tuple[Pinned, ...] = ()
    loading: bool = False
    """More is being fetched; another PinsShown follows."""
