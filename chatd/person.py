"""Somebody who is here: one nickname, one set of channels, and every session that shares them.

A guest is one session. Whoever is logged in to an account may have several: they stand under one nickname, are in the
same channels, and the person is gone when the last one is. Changed under the state lock, read by others under it.
`owner` is what everything private is kept by (history, read marks, drafts of a resend): an account outlives its
connections, a guest's owner does not. Pure; imports nothing of ours.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatd.connection import Connection

GUEST = "~"
"""The owner of a guest begins with this; that of an account is its number in decimal."""


def is_local(address: str) -> bool:
    """Whether it is this computer's own, so that nothing goes over the network."""
    return address.startswith(("127.", "::ffff:127.")) or address == "::1"


def guest_number(owner: str) -> int:
    """The `Person.id` of the guest who is or was this owner, 0 for an account."""
    number = owner[1:].partition("-")[0] if owner.startswith(GUEST) else ""
    return int(number) if number.isdecimal() else 0


class Person:
    """See the module."""

    __slots__ = (
        "account",
        "active_at",
        "away",
        "channels",
        "host",
        "id",
        "marks",
        "modes",
        "nickname",
        "oper",
        "owner",
        "partners",
        "realname",
        "sessions",
        "signon",
        "source",
        "stays",
        "user",
    )

    def __init__(self, number: int) -> None:
        self.id = number
        """Unique for the life of the process; the key of members in channels."""
        self.sessions: tuple[Connection, ...] = ()
        """The connections that share this person, the oldest first."""
        self.nickname = ""
        self.user = self.host = self.realname = ""
        self.source = ""
        """`nick!~user@host`."""
        self.account = ""
        """The account's name, "" for a guest."""
        self.owner = ""
        """See the module; made when it is first needed."""
        self.oper = ""
        """The name under `[operators]` of a server operator, "" for everybody else."""
        self.modes = ""
        """User modes without those that follow from elsewhere (`o` from `oper`, `r` from `account`): "", "Biw"."""
        self.stays = False
        """Whether it stays in its channels while nobody is connected (always on)."""
        self.away = ""
        self.channels: tuple[str, ...] = ()
        """Folded names, in the order of joining: few, and a tuple is a quarter of a dict for one of them."""
        self.signon = 0
        """Seconds since the epoch."""
        self.active_at = 0.0
        """Monotonic seconds of the last message it sent."""
        self.partners: dict[str, None] = {}
        """Keys of the private chats it has had, the latest of them at least."""
        self.marks: dict[str, str] | None = None
        """Up to where a guest has read (`marks.ReadMarks`)."""

    def identify(self) -> None:
        """Rebuild `source` after nickname, user or host changed."""
        self.source = f"{self.nickname}!{self.user}@{self.host}"

    @property
    def present(self) -> bool:
        """Whether it is here, of those who have registered."""
        return bool(self.sessions) or self.stays

    @property
    def address(self) -> str:
        """Where it connects from, the oldest session's; told to itself and to operators only."""
        return self.sessions[0].address if self.sessions else ""

    @property
    def in_clear(self) -> bool:
        """Whether others on the network can read along with one of its sessions."""
        return any(not (each.transport.secure or is_local(each.address)) for each in self.sessions)

    def owned_by(self) -> str:
        """`owner`; a guest gets one that nobody can guess and that ends with its session."""
        if not self.owner:
            self.owner = f"{GUEST}{self.id}-{secrets.token_hex(8)}"
        return self.owner


def private_key(one: str, other: str) -> str:
    """The key of the private chat of two owners: no channel and no nickname can look like it."""
    return "@" + " ".join(sorted((one, other)))
