"""Who may see whom in searches: user mode `i` (docs/protocol.md, "Who sees whom").

The one place that decides it, for WHO, WHOIS and NAMES; of channels it is `Channel.visible_to`. Pure; called under the
state lock.
"""

from __future__ import annotations

from chatd.person import Person


def shares_channel(viewer: Person, person: Person) -> bool:
    """Whether the two are in one channel, or are the same."""
    few, many = sorted((viewer.channels, person.channels), key=len)
    return viewer is person or any(key in many for key in few)


def sees_in_lists(viewer: Person, person: Person) -> bool:
    """Whether a search that does not name this person may find it (user mode `i`)."""
    return "i" not in person.modes or bool(viewer.oper) or shares_channel(viewer, person)
