"""What people and channels say of themselves by key and value (IRCv3 metadata): one store for every version of it.

Values of accounts, and of channels that outlive their last member, are kept by the log (`SetFact`) and known from the
start; those of guests end with them, those of other channels with the channel. Under the state lock; nothing here is
slow. Imports `log`, `channel` and `person` only.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping

from chatd.channel import Channel
from chatd.log import SetFact
from chatd.person import Person
from chatd.rates import Rate
from protocol import fold, has_hidden

KIND = "metadata"
MOST_KEYS = 20
"""Of one person or channel."""
MOST_SUBSCRIPTIONS = 50
"""Of one connection."""
CHANGES, CHANGES_S = 20, 60.0
"""From one address: each may go to everybody."""
KEY_BYTES = 48
VALUE_BYTES = 240
"""So that a line with a value, the longest key and the longest names is never cut."""

_KEY = re.compile("[a-z0-9_./-]+")
_COLOUR = re.compile("#[0-9a-fA-F]{6}")
_LINK = re.compile(r"https?://[^\s/]\S*")
_SHORT = 64

Owner = Person | Channel
Values = dict[str, str]

logger = logging.getLogger("obrolan.metadata")


def valid_key(key: str) -> bool:
    """Whether this may be a key ("Keys and Values")."""
    return len(key) <= KEY_BYTES and _KEY.fullmatch(key) is not None


def valid_value(key: str, value: str) -> bool:
    """Whether a key may have this value; of keys we do not know it need only fit.

    What windows will show or open (IRCv3 registry: avatar, color, display-name, pronouns) must look like it.
    """
    if len(value.encode()) > VALUE_BYTES:
        return False
    if key == "avatar":
        return _LINK.fullmatch(value) is not None
    if key == "color":
        return _COLOUR.fullmatch(value) is not None
    if key in ("display-name", "pronouns"):
        return bool(value.strip()) and len(value) <= _SHORT and not has_hidden(value)
    return True


class Metadata:
    """See the module."""

    def __init__(self, kept: Mapping[str, str] | None = None) -> None:
        """`kept`: owner of an account or folded name of a channel -> its values as JSON."""
        self._kept: dict[str, Values] = {}
        self._guests: dict[int, Values] = {}
        self.changes = Rate(CHANGES, CHANGES_S)
        """Changes, by source."""
        for key, text in (kept or {}).items():
            try:
                values = json.loads(text)
                self._kept[key] = {str(name): str(value) for name, value in values.items()}
            except (ValueError, AttributeError):
                logger.error("the metadata of %s cannot be read and is left out", key)

    def of(self, whose: Owner) -> Mapping[str, str]:
        """All keys and values of a person or a channel."""
        return self._values(whose) or {}

    def _values(self, whose: Owner) -> Values | None:
        if isinstance(whose, Person) and not whose.account:
            return self._guests.get(whose.id)
        return self._kept.get(_place(whose))

    def set(self, whose: Owner, key: str, value: str | None) -> bool:
        """Give a key this value, or none; False where there would be too many keys."""
        values = self._values(whose)
        if value is None:
            if values is not None and values.pop(key, None) is not None and not values:
                self._forget(whose)
            return True
        if values is None:
            values = {}
            if isinstance(whose, Person) and not whose.account:
                self._guests[whose.id] = values
            else:
                self._kept[_place(whose)] = values
        if key not in values and len(values) >= MOST_KEYS:
            return False
        values[key] = value
        return True

    def clear(self, whose: Owner) -> Values:
        """Take all of them away; what there was."""
        values = dict(self.of(whose))
        self._forget(whose)
        return values

    def writes(self, whose: Owner, *, lasting: bool = True) -> tuple[SetFact, ...]:
        """What the log is to keep after a change; nothing for a guest, nor for a channel that does not last."""
        if not lasting or (isinstance(whose, Person) and not whose.account):
            return ()
        values = self._values(whose)
        return (SetFact(KIND, _place(whose), json.dumps(values, ensure_ascii=False) if values else ""),)

    def claimed(self, guest: Person, into: Person) -> Values:
        """Who was a guest until now turned out to be this one (perhaps the same, logged in), and brings along what it
        said; what was new in that. It counts more than what was said before, as it is the latest.
        """
        values = self._guests.pop(guest.id, None) or {}
        return {key: value for key, value in values.items() if self.set(into, key, value)}

    def gone(self, person: Person) -> None:
        """The person has left; what a guest said goes with it."""
        self._guests.pop(person.id, None)

    def closed(self, channel: Channel) -> None:
        """The channel is no more; the next one of that name begins without."""
        self._kept.pop(_place(channel), None)

    def dropped(self, owner: str) -> None:
        """The account of this owner is no more."""
        self._kept.pop(owner, None)

    def unkept(self, owner: str) -> tuple[SetFact, ...]:
        """What the log is to keep of that."""
        return (SetFact(KIND, owner, ""),) if owner in self._kept else ()

    def passing(self, channel: Channel) -> tuple[SetFact, ...]:
        """The channel does not outlive its last member any more, nor do its values."""
        return (SetFact(KIND, _place(channel), ""),) if _place(channel) in self._kept else ()

    def renamed(self, before: str, channel: Channel) -> tuple[SetFact, ...]:
        """A channel that had this name has another now, and keeps its values."""
        old = fold(before)
        values = self._kept.pop(old, None)
        if values is None:
            return ()
        self._kept[_place(channel)] = values
        return (SetFact(KIND, old, ""), *self.writes(channel))

    def _forget(self, whose: Owner) -> None:
        if isinstance(whose, Person) and not whose.account:
            self._guests.pop(whose.id, None)
        else:
            self._kept.pop(_place(whose), None)


def _place(whose: Owner) -> str:
    """The key of its values: an account's number, or a folded name, which begins with `#`."""
    return whose.owner if isinstance(whose, Person) else fold(whose.name)
