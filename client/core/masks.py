"""Whom the masks of bans and mutes mean, and which masks may mean somebody. Pure functions of what is known."""

from __future__ import annotations

from client.core.mode_words import changes_of, meant
from client.core.state import State

REMEMBERED = 1_000
"""Masks of whom we banned that are kept."""
_SIGNS = frozenset("!@*:/")
"""What stands in masks and not in nicknames."""


def name_of(state: State, mask: str) -> str:
    """What screens call the one whom a mask means; the mask itself where nobody is known by it."""
    bare = mask.removeprefix("m:")
    nickname, host = meant(bare)
    nickname = state.meant.get(mask, "") or nickname or state.book.from_host(host)
    return state.name_of(nickname) if nickname and not _SIGNS & set(nickname) else bare


def masks_of(state: State, wanted: str) -> list[str]:
    """The masks by which somebody may stand on a list of bans, the likeliest first; of a mask, itself."""
    if _SIGNS & set(wanted):
        return [wanted]
    key = state.fold(wanted)
    found = [mask.removeprefix("m:") for mask, nickname in state.meant.items() if state.fold(nickname) == key]
    found += [f"a:{wanted}"] if state.features.boot else []
    found.append(f"{wanted}!*@*")
    host = state.book.host_of(wanted)
    found += [f"*!*@{host}"] if host else []
    return list(dict.fromkeys(found))


def name_in_change(state: State, text: str) -> str:
    """Of a change of modes that is about one person, what screens call them; else ""."""
    changes = changes_of(text) or []
    if len(changes) != 1 or not changes[0][1] or changes[0][0][1] not in "qaohvb":
        return ""
    letter, value = changes[0]
    return name_of(state, value) if letter[1] == "b" else state.name_of(value)
