"""The desk at the server's terminal: in whose name orders are carried out, and how they find whom they mean.

A `Desk` is a `Doer` like the sender of a command; what it does stands in the audit as done by `console`. Nobody is
asked for rights here: who has the terminal has the server. Imports `commands`; entered by the thread `prompt`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import protocol
from chatd import spans
from chatd.channel import Channel
from chatd.commands import audit
from chatd.commands.call import Context, Refused
from chatd.commands.stewardship import OrderError
from chatd.events import Event
from chatd.person import Person
from translations import N_, tr

CALLED = "console"
_NO_MASK, _FULL = N_("This is no nickname and no mask"), N_("The list is full; lift a ban first")
REFUSALS = {
    protocol.ERR_INVALIDMODEPARAM: _NO_MASK,
    "INVALID_MASK": _NO_MASK,
    protocol.ERR_BANLISTFULL: _FULL,
    "LIST_FULL": _FULL,
    protocol.ERR_USERNOTINCHANNEL: N_("They are not in that room"),
}
"""What commands answer by number or code, in words."""


@dataclass(frozen=True, slots=True)
class Means:
    """What the process can do beside what stands in the `Context`."""

    folder: Path
    """The data folder."""
    settings: Callable[[], str]
    """All of them, as `server.py config` prints them."""
    connections: Callable[[], int]
    """How many there are, registered or not."""
    stop: Callable[[str], None]
    """End the server in order; everybody reads why, "" for the usual words."""
    ending: Callable[[], bool]
    """Whether it is about to end, so that what takes long is broken off."""


class Desk:
    """See the module."""

    called = CALLED
    origin = None

    def __init__(self, context: Context, means: Means, width: int) -> None:
        """`width` is that of the terminal."""
        self.context = context
        self.means = means
        self.width = width

    @property
    def source(self) -> str:
        return self.context.name

    @property
    def nickname(self) -> str:
        return self.context.name

    def append_locked(self, event: Event) -> None:
        self.context.log.append(event)

    def reply(self, number: str, *params: str) -> None:
        raise OrderError(tr(REFUSALS.get(number, params[-1])))

    def note_locked(self, what: str, room: str = audit.SERVER) -> None:
        """Have it stand in the audit."""
        audit.note_locked(self.context, CALLED, what, room)

    def note(self, what: str) -> None:
        with self.context.state.lock:
            self.note_locked(what)

    def person_locked(self, nickname: str) -> Person:
        person = self.context.state.find_locked(nickname)
        if person is None:
            raise OrderError(tr("Nobody here is called {name}").format(name=nickname))
        return person

    def room_locked(self, name: str) -> Channel:
        channel = self.context.state.channel_locked(name)
        if channel is None:
            hint = "" if name.startswith("#") else " " + tr("(the name of a room begins with #)")
            raise OrderError(tr("There is no room {name}").format(name=name) + hint)
        return channel


def refused(refusal: Refused) -> str:
    """What a command refused, in words."""
    return tr(REFUSALS.get(refusal.numeric, refusal.params[-1]))


def is_room(word: str) -> bool:
    return word.startswith("#")


def time_and_reason(words: list[str]) -> tuple[int, str]:
    """`10m spam, again` taken apart; without a time it is 0, for ever."""
    if not words or not words[0][:1].isdecimal():
        return 0, " ".join(words)
    lasts = spans.seconds(words[0])
    if lasts is None:
        raise OrderError(tr("A time is a number and a unit: 90s, 10m, 2h, 7d; 0 is for ever"))
    return lasts, " ".join(words[1:])


def lasting(seconds: float) -> str:
    """How long, 0 for ever."""
    return tr("for {time}").format(time=spans.written(seconds)) if seconds else tr("for ever")
