"""Which nicknames are in use, look-alikes included ("already in use", design section 2).

Two nicknames are the same for us when `protocol.fold` makes them equal and, unless both are all ASCII, also when they
look alike, which means that their UTS 39 skeletons are equal. So an all-Cyrillic `coco` is refused while the Latin one
is here, but `rnimi` and `mimi` may sit side by side, as in every IRC network. That relation is not transitive (both
look like a fullwidth `mimi`), which is why it is an index here and not a key.

Imports `protocol` and the generated table only. No lock: the caller holds the state lock.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Collection

import protocol
from chatd.confusables import CONFUSABLES

_DOT_ABOVE = "\u0307"
_ABOVE = 230
"""Combining class of the marks that stand above a letter."""


def skeleton(nickname: str) -> str:
    """What the casefolded NFKC form of a nickname looks like (UTS 39, section 4): to compare, never to show."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", nickname).casefold())
    text = unicodedata.normalize("NFD", text.translate(CONFUSABLES))
    look = _without_hidden_dots(text) if _DOT_ABOVE in text else text
    return nickname if look == nickname else look  # one object for both: an index keeps many


def _without_hidden_dots(text: str) -> str:
    """Drop the dots above that nobody can see because the letter under them has one already: an `i`.

    UTS 39 leaves these "hidden overlays" to the implementation. The Turkish capital I with a dot casefolds to one.
    """
    kept: list[str] = []
    dotted = False
    for character in text:
        if dotted and character == _DOT_ABOVE:
            continue
        height = unicodedata.combining(character)
        if height == 0:
            dotted = character in "ij"
        elif height == _ABOVE:
            dotted = False
        kept.append(character)
    return "".join(kept)


class NicknameIndex:
    """Who holds which nickname; every operation costs the same however many there are.

    An owner is the number of a connection and may hold several nicknames. A nickname takes one slot in each of two
    dicts.
    """

    __slots__ = ("_ascii", "_others", "_owners")

    def __init__(self) -> None:
        self._owners: dict[str, int] = {}  # by folded nickname
        self._ascii = _LookAlikes()
        self._others = _LookAlikes()

    def find(self, nickname: str) -> int | None:
        """Who holds exactly this nickname (by fold)."""
        return self._owners.get(protocol.fold(nickname))

    def taken(self, nickname: str, by: int | None) -> int | None:
        """Somebody other than `by` who holds this nickname or one that looks like it; None when it is free."""
        folded = protocol.fold(nickname)
        look = skeleton(folded)
        tables = (self._others,) if folded.isascii() else (self._others, self._ascii)
        alike = itertools.chain.from_iterable(table.names(look) for table in tables)
        owners = (self._owners.get(name, by) for name in itertools.chain((folded,), alike))
        return next((owner for owner in owners if owner != by), None)

    def add(self, nickname: str, owner: int) -> None:
        """Give a nickname to an owner. Raises ValueError when it is taken by somebody else (see `taken`)."""
        if self.taken(nickname, owner) is not None:
            raise ValueError(f"this nickname is in use: {nickname!r}")
        folded = protocol.fold(nickname)
        if folded not in self._owners:
            self._owners[folded] = owner
            self._alike(folded).add(skeleton(folded), folded)

    def remove(self, nickname: str) -> None:
        """Free a nickname. Raises KeyError when nobody holds it.

        Who changes a nickname asks `taken` for the new one, removes the old one and only then adds the new one: the
        two may be the same when folded.
        """
        folded = protocol.fold(nickname)
        del self._owners[folded]
        self._alike(folded).remove(skeleton(folded), folded)

    def _alike(self, folded: str) -> _LookAlikes:
        return self._ascii if folded.isascii() else self._others


class _LookAlikes:
    """Folded nicknames by skeleton.

    Nearly always there is one to a skeleton, so it is kept bare: a set around it would cost 200 bytes.
    """

    __slots__ = ("_names",)

    def __init__(self) -> None:
        self._names: dict[str, str | set[str]] = {}

    def names(self, look: str) -> Collection[str]:
        """The nicknames that look so."""
        names = self._names.get(look, ())
        return (names,) if isinstance(names, str) else names

    def add(self, look: str, name: str) -> None:
        present = self._names.get(look)
        if present is None:
            self._names[name if name == look else look] = name  # one object for both where they are equal
        elif isinstance(present, str):
            self._names[look] = {present, name}
        else:
            present.add(name)

    def remove(self, look: str, name: str) -> None:
        present = self._names[look]
        if isinstance(present, set):
            present.remove(name)
        if present == name or not present:
            del self._names[look]
