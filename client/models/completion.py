"""What can be completed at the cursor: `@` people, `#` rooms, `/` commands, `:` emoji.

Plain Python, no Qt: `begun` finds the sign and the letters behind it, `offers` says what may take their place.
Imports the session's vocabulary and the commands' help. GUI thread only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from client.changes import Conversation, Entry, EntryKind, Member
from client.core.commands import ABOUT
from client.core.moderation import HELP
from client.models import emoji_names
from protocol import show_hidden
from translations import tr

MOST = 8
"""More is never offered at once."""
LONGEST = 64
"""Letters behind a sign; more than that is no name."""
EMOJI_FROM = 2
"""So many letters make a `:` the beginning of an emoji."""
_RECENT = 500
"""Who spoke last is looked for in so many of the newest entries."""

_SAID = frozenset({EntryKind.MESSAGE, EntryKind.ACTION, EntryKind.NOTICE})
_SIGNS = re.compile(r"[@#:/]")
_EMOJI = re.compile(r"[\w+\-’.&!()]+:?")
_OPENING = frozenset("([{\"'“‘«¿¡,;…—")
_DRAWN = frozenset({"So", "Sk", "Mn", "Me"})
"""Categories of the characters emoji are made of."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign and what was typed behind it, up to the cursor."""

    sign: str
    letters: str
    first: bool
    """Nothing stands before it in the message."""

    @property
    def typed(self) -> str:
        """What an offer takes the place of."""
        return self.sign + self.letters


@dataclass(frozen=True, slots=True)
class Offer:
    """One row of the list."""

    text: str
    """What is put into the message."""
    label: str
    detail: str = ""
    emoji: str = ""
    """Drawn before the label."""


def begun(before: str, after: str = "") -> Begun | None:
    """What is being completed between `before` and `after` the cursor; None for nothing."""
    if after[:1].isalnum():
        return None
    tail = before[-2 * LONGEST :]
    start = max((place + 1 for place, character in enumerate(tail) if character.isspace()), default=0)
    word = tail[start:]
    if "://" in word or word.casefold().startswith("www."):
        return None
    place = next((match.start() for match in _SIGNS.finditer(word) if _opens(word[: match.start()])), -1)
    if place < 0 or len(word) - place > LONGEST:
        return None
    found = Begun(word[place], word[place + 1 :], first=len(before) == len(word) - place)
    return found if _fits(found) else None


def _opens(before: str) -> bool:
    """Whether a sign behind this part of a word may begin something: not in a time, an address or a path."""
    last = before[-1:]
    return not last or last in _OPENING or (last > "\u2000" and unicodedata.category(last) in _DRAWN)


def _fits(found: Begun) -> bool:
    if found.sign == ":":
        return len(found.letters) >= EMOJI_FROM and _EMOJI.fullmatch(found.letters) is not None
    if found.sign == "/":
        return found.first and (not found.letters or (found.letters.isascii() and found.letters.isalpha()))
    return _SIGNS.search(found.letters) is None


def offers(found: Begun, here: Conversation | None, rooms: Iterable[Conversation], own: str) -> list[Offer]:
    """What may stand there: `here` is the conversation on screen, `own` our nickname in it."""
    makers = {
        "@": lambda: _people(found, here, own),
        "#": lambda: _rooms(found, rooms),
        "/": lambda: _commands(found),
        ":": lambda: _emoji(found),
    }
    return list(makers[found.sign]())[:MOST]


def whole(found: Begun, offered: Iterable[Offer]) -> bool:
    """Whether a room or command is there in full already: Enter then sends, as if nothing were offered."""
    return found.sign in "#/" and any(offer.label.casefold() == found.typed.casefold() for offer in offered)


def _people(found: Begun, here: Conversation | None, own: str) -> Iterator[Offer]:
    if here is None:
        return
    wanted = found.letters.casefold()
    members: Iterable[Member] = here.members.values() if here.channel else [Member(here.nickname, here.title)]
    people = [member for member in members if member.nickname != own and _called(member, wanted)]
    spoke = _turns(here.entries[-_RECENT:])
    people.sort(key=lambda member: (spoke.get(member.nickname, _RECENT), member.name.casefold()))
    for member in people[:MOST]:
        name, nickname = show_hidden(member.name), show_hidden(member.nickname)
        text = f"{member.nickname}: " if found.first else f"{member.nickname} "
        yield Offer(text, name, "" if name == nickname else nickname)


def _called(member: Member, wanted: str) -> bool:
    names = (member.nickname, member.name, *member.name.split())
    return any(name.casefold().startswith(wanted) for name in names)


def _turns(entries: list[Entry]) -> dict[str, int]:
    """By nickname, how long ago somebody spoke: 0 was the last."""
    turns: dict[str, int] = {}
    for entry in reversed([entry for entry in entries if entry.kind in _SAID]):
        turns.setdefault(entry.nickname, len(turns))
    return turns


def _rooms(found: Begun, rooms: Iterable[Conversation]) -> Iterator[Offer]:
    wanted = found.typed.casefold()
    for room in rooms:
        if room.channel and room.title.casefold().startswith(wanted):
            yield Offer(f"{room.title} ", show_hidden(room.title), show_hidden(" ".join(room.topic.split())))


def _commands(found: Begun) -> Iterator[Offer]:
    wanted = found.letters.casefold()
    for word, about in (ABOUT | HELP).items():
        if word.startswith(wanted):
            yield Offer(f"/{word} ", f"/{word}", tr(about).removeprefix(f"/{word}").lstrip(": "))


def _emoji(found: Begun) -> Iterator[Offer]:
    letters = found.letters.removesuffix(":")
    for emoji, name in emoji_names.find(letters, MOST):
        if letters == found.letters or name == letters.casefold():
            yield Offer(emoji, f":{name}:", emoji=emoji)
