"""What operators took back of others and can still have again: in memory only, for some minutes.

The text is gone from the disk all the same. Pure; under the state lock. Imports `log` for what a record is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from chatd.events import Event, Outcome
from chatd.log import Record

UNDO_S = 600.0
"""How long it can be undone."""
MOST = 100


@dataclass(slots=True)
class _Kept:
    record: Record
    """The message as it was."""
    removal: Event
    channel: str
    """Its folded name now."""
    at: float


class Undoable:
    """See the module. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        """By msgid."""

    def add(self, record: Record, removal: Event, now: float) -> None:
        """This message is being removed."""
        self._kept.pop(record.id, None)
        self._kept[record.id] = _Kept(record, removal, removal.channel, now)
        while len(self._kept) > MOST or now - next(iter(self._kept.values())).at > UNDO_S:
            del self._kept[next(iter(self._kept))]

    def renamed(self, before: str, key: str) -> None:
        """A channel has another name (both folded)."""
        for kept in self._kept.values():
            if kept.channel == before:
                kept.channel = key

    def take(self, msgid: str, conversation: str, now: float) -> Record | None:
        """The message as people read it last, if it was removed from this conversation not long ago; once."""
        kept = self._kept.get(msgid)
        if kept is None or now - kept.at > UNDO_S or conversation != kept.channel:
            return None
        if kept.removal.outcome is not Outcome.DONE or not kept.removal.seq:
            return None  # it is not removed (yet)
        del self._kept[msgid]
        record, latest = kept.record, kept.record.edit
        return record if latest is None else replace(record, line=latest.line, extra=latest.extra, edit=None)
