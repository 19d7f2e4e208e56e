"""The nicknames that were here a moment ago, for WHOWAS: the last 256, those that were given up included.

Pure state, no I/O; called under the state lock.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from chatd.person import Person
from protocol import fold

KEPT = 256


@dataclass(frozen=True, slots=True)
class Gone:
    """Somebody as they were when they went, or took another nickname."""

    nickname: str
    user: str
    host: str
    realname: str
    address: str
    at: float
    """Seconds since the epoch."""


class WhoWas:
    """See the module."""

    def __init__(self) -> None:
        self._gone: deque[Gone] = deque(maxlen=KEPT)

    def note(self, person: Person, nickname: str, address: str, at: float) -> None:
        """Somebody gives up this nickname."""
        self._gone.append(Gone(nickname, person.user, person.host, person.realname, address, at))

    def find(self, nickname: str, most: int) -> list[Gone]:
        """Who had this nickname, the latest first; all of them where `most` is 0."""
        wanted = fold(nickname)
        found = [gone for gone in reversed(self._gone) if fold(gone.nickname) == wanted]
        return found[:most] if most else found
