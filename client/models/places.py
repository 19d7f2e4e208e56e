"""Where one can go: rooms, private chats and people, and which of them the letters typed so far mean.

Plain Python, no Qt: `Places` is made once when the list opens and then asked at every letter, so what is compared is
prepared (10,000 people take a few milliseconds). Imports the session's vocabulary. GUI thread only.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum

from client.changes import Conversation
from client.models.texts import safe_name

MOST = 50
"""More is never shown; another letter finds the rest."""
_WORDS = re.compile(r"[^\W_]+")
_NO_ROOM = re.compile(r"[\s,\x07]")
_FAR = 9


class PlaceKind(Enum):
    """What one goes to."""

    ROOM = "room"
    CHAT = "chat"
    PERSON = "person"
    """Somebody with whom no private chat is open."""
    NEW = "new"
    """A room that we are not in, and that there may not be."""


@dataclass(frozen=True, slots=True)
class Place:
    """One row."""

    kind: PlaceKind
    target: str
    """Key of a conversation, nickname of a person, name of a new room."""
    label: str
    detail: str = ""
    nickname: str = ""
    """Of a person, also in a private chat."""
    unread: int = 0
    mentions: int = 0
    online: bool = True
    server: int = 0
    """Number of another server, to which it belongs; 0 for the one on screen."""


class Places:
    """All places of one server and the rooms and chats of others, in the order in which equally good ones are shown."""

    def __init__(
        self,
        conversations: Iterable[Conversation],
        fold: Callable[[str], str],
        own: str,
        current: str = "",
        elsewhere: Iterable[tuple[int, str, Conversation]] = (),
    ) -> None:
        """`own` is our nickname, to which one cannot go; `current` the key of what is on screen.

        `elsewhere` are those of other servers, with the number and the name of the server.
        """
        self._fold, self._current = fold, current
        here = list(conversations)
        self._rooms = {fold(conversation.title) for conversation in here if conversation.channel}
        far = (replace(_conversation(each), server=number, detail=safe_name(name)) for number, name, each in elsewhere)
        self._all = [*map(_conversation, here), *far, *_people(here, fold(own))]
        self._forms = [_forms(place) for place in self._all]

    def find(self, typed: str) -> list[Place]:
        """The best places for these letters: `#` means rooms only, `@` people only; for none, what is unread first."""
        sign, letters = (typed[:1], typed[1:]) if typed[:1] in {"#", "@"} else ("", typed)
        letters = " ".join(letters.split()).casefold()
        found = self._unread_first(sign) if not letters else self._best(sign, letters)
        if sign == "#" and letters and self._fold(typed.strip()) not in self._rooms and not _NO_ROOM.search(letters):
            found.append(Place(PlaceKind.NEW, typed.strip(), safe_name(typed.strip())))
        return found

    def people(self, typed: str, without: Iterable[str] = ()) -> list[Place]:
        """The best people for these letters, but for those with these folded nicknames."""
        letters, others = " ".join(typed.removeprefix("@").split()).casefold(), set(without)
        found = self._best("@", letters, _FAR * MOST) if letters else [p for p in self._all if p.nickname]
        return [place for place in found if self._fold(place.nickname) not in others][:MOST]

    def _unread_first(self, sign: str) -> list[Place]:
        found = [p for p in self._all if _fits(p, sign) and _open(p, sign) and (p.server or p.target != self._current)]
        found.sort(key=lambda place: (not place.mentions, not place.unread))
        return found[:MOST]

    def _best(self, sign: str, letters: str, most: int = MOST) -> list[Place]:
        ranked = (
            (_distance(forms, letters), number)
            for number, (place, forms) in enumerate(zip(self._all, self._forms, strict=True))
            if _fits(place, sign)
        )
        best = heapq.nsmallest(most, (rank for rank in ranked if rank[0] < _FAR))
        return [self._all[number] for _, number in best]


def _conversation(conversation: Conversation) -> Place:
    room = conversation.channel
    return Place(
        PlaceKind.ROOM if room else PlaceKind.CHAT,
        conversation.key,
        safe_name(conversation.title),
        safe_name(" ".join(conversation.topic.split())),
        conversation.nickname,
        conversation.unread,
        conversation.mentions,
        conversation.joined,
    )


def _people(conversations: list[Conversation], own: str) -> Iterator[Place]:
    """Whoever is in one of our rooms, once, by name."""
    known = {conversation.key for conversation in conversations if not conversation.channel} | {own}
    found: list[Place] = []
    for room in conversations:
        for key, member in room.members.items():
            if key not in known:
                known.add(key)
                name, nickname = safe_name(member.name), safe_name(member.nickname)
                detail = "" if name == nickname else nickname
                found.append(Place(PlaceKind.PERSON, member.nickname, name, detail, member.nickname))
    return iter(sorted(found, key=lambda place: place.label.casefold()))


def _fits(place: Place, sign: str) -> bool:
    return not sign or (sign == "#") is (place.kind is PlaceKind.ROOM)


def _open(place: Place, sign: str) -> bool:
    """Whether it is shown when nothing was typed: people only when they were asked for."""
    return place.kind is not PlaceKind.PERSON or sign == "@"


def _forms(place: Place) -> tuple[str, str]:
    label = place.label.removeprefix("#").casefold()
    return label, place.nickname.casefold()


def _distance(forms: tuple[str, str], letters: str) -> int:
    """How far the letters are from a name: 0 is the name itself, `_FAR` something else."""
    label, nickname = forms
    if letters in {label, nickname}:
        return 0
    if label.startswith(letters) or nickname.startswith(letters):
        return 1
    if letters in label:
        return 2 if any(label.startswith(letters, match.start()) for match in _WORDS.finditer(label)) else 3
    if letters in nickname:
        return 3
    if len(letters) > 1 and label[:1] == letters[0]:  # the first letter is right, the others come in this order
        rest = iter(label)
        if all(letter in rest for letter in letters):
            return 4
    return _FAR
