"""Up to where people have read: one time per owner and conversation, which only ever rises; and when they left.

Those of accounts are kept by the log (`SetMarker`) and known from the start; those of guests end with them. Under the
state lock; nobody is told another's marks. Imports `person` only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chatd.person import Person

LEFT = "left"
"""Kept like a conversation's key, though it can be none: until when an account was here."""
CONVERSATIONS = 1000
"""Marks remembered per owner; the one set longest ago goes first."""


class ReadMarks:
    """See the module. Times are written as in the server-time tag, so they compare as text."""

    def __init__(self, kept: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self._kept = {owner: dict(marks) for owner, marks in (kept or {}).items()}
        """Of accounts, by owner."""
        self._left = {owner: marks.pop(LEFT) for owner, marks in self._kept.items() if LEFT in marks}
        self.unshown: set[str] = set()
        """Accounts that are here but have not been shown yet what waited for them."""

    def get(self, person: Person, conversation: str) -> str:
        """The time up to which this person has read the conversation, "" if it never said."""
        marks = self._kept.get(person.owner) if person.account else person.marks
        return marks.get(conversation, "") if marks else ""

    def rise(self, person: Person, conversation: str, time: str) -> bool:
        """Set a mark, unless it stands there or later already; whether it was set."""
        if time <= self.get(person, conversation):
            return False
        if person.account:
            marks = self._kept.setdefault(person.owner, {})
        else:
            marks = person.marks = {} if person.marks is None else person.marks
        marks.pop(conversation, None)
        marks[conversation] = time
        if len(marks) > CONVERSATIONS:
            del marks[next(iter(marks))]
        return True

    def renamed(self, before: str, key: str, guests: Iterable[Person]) -> None:
        """A channel has another key now: the marks go with it; of guests, those of these people."""
        kept = [*self._kept.values(), *(person.marks for person in guests if not person.account and person.marks)]
        for marks in kept:
            marks.pop(key, None)
            if before in marks:
                marks[key] = marks.pop(before)

    def last_here(self, owner: str) -> str:
        """Until when anybody of this account was here, "" if that was never noted."""
        return self._left.get(owner, "")

    def leave(self, owner: str, time: str) -> None:
        """Until this moment somebody of this account was here; no read mark, so it does not only rise."""
        self._left[owner] = time

    def forget(self, owner: str) -> None:
        """This account is no more."""
        self._kept.pop(owner, None)
        self._left.pop(owner, None)

    def fall(self, person: Person, conversation: str, time: str, before: str) -> None:
        """Take a mark back that could not be kept, unless it has risen since."""
        marks = self._kept.get(person.owner) if person.account else person.marks
        if marks and marks.get(conversation) == time:
            marks[conversation] = before
