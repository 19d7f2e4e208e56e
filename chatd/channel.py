"""One channel: who is in it with which rights, its modes, lists and topic. Pure state, no I/O, no lock of its own.

Members are keyed by the id of their person, so that this room knows no connection; `state.py` holds the map and the
lock under which everything here is called. Who may do what is in `permissions.py`, who is meant by a mask in `bans.py`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chatd.roster import Roster

if TYPE_CHECKING:
    from chatd.person import Person

PREFIXES = {"q": "~", "a": "&", "o": "@", "h": "%", "v": "+"}
"""Channel user modes and their prefixes, highest first (ISUPPORT PREFIX)."""
RANKS = {"q": 5, "a": 4, "o": 3, "h": 2, "v": 1}
"""How high each of them stands; 0 is an ordinary member."""
LISTS = "Ibeg"
"""Modes that are lists of masks, `g` of words (type A of ISUPPORT CHANMODES)."""
FLAGS = "CMPRUimnst"
"""Modes without parameter (type D)."""


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One mask in a list."""

    by: str
    """Source of who set it."""
    at: int
    """Seconds since the epoch."""
    until: int = 0
    """When it lifts itself, in seconds since the epoch; 0 for never."""
    reason: str = ""


def _no_lists() -> dict[str, dict[str, ListEntry]]:
    return {letter: {} for letter in LISTS}


@dataclass(slots=True)
class Channel:
    name: str
    """As first written; compared by `protocol.fold`."""
    created: int
    """Seconds since the epoch."""
    opened: float = 0.0
    """The same, to the moment."""
    permanent: bool = False
    """Whether it is the lobby: it stays when the last member leaves, and nobody becomes its operator."""
    members: dict[int, str] = field(default_factory=dict)
    """Person id -> channel user modes ("o", "ov", "")."""
    topic: str = ""
    topic_by: str = ""
    topic_at: int = 0
    """Seconds since the epoch; 0 when no topic was ever set."""
    modes: str = "nt"
    """Flags without parameter, sorted."""
    key: str = ""
    """`k`; "" for none."""
    limit: int = 0
    """`l`: most members; 0 for no limit."""
    slow: int = 0
    """`S`: seconds between two messages of a member; 0 for any."""
    lists: dict[str, dict[str, ListEntry]] = field(default_factory=_no_lists)
    """Letter -> mask (as `bans.normalise` writes it) -> who set it and when."""
    invited: set[int] = field(default_factory=set)
    """Ids of people who may come in although it is closed to them, once."""
    knocked_at: float = -math.inf
    """Monotonic seconds of the last KNOCK."""
    founder: str = ""
    """`Person.owner` of who registered it, "" for a channel that is nobody's."""
    registered: int = 0
    """Seconds since the epoch: when that was."""
    access: dict[str, str] = field(default_factory=dict)
    """Owner of an account -> the letter of `PREFIXES` that it gets on coming in."""
    spoke: dict[str, tuple[float, str]] = field(default_factory=dict)
    """With `S`: monotonic seconds and nonce of the last message of each owner; coming again begins nothing anew."""
    verdicts: dict[int, tuple[object, bool]] = field(default_factory=dict)
    """What `bans.silenced` found for a member, and as whom; forgotten when a list changes."""
    rosters: dict[tuple[bool, bool, int], Roster] = field(default_factory=dict)
    """Names as members read them: with every prefix or the highest, with hosts or without, in pieces of so many bytes.
    Forgotten when somebody leaves or is called otherwise."""

    # --- members -------------------------------------------------------------------------------

    def add(self, member: int) -> None:
        """Take a member in; who opens a channel that nothing else keeps becomes its operator."""
        self.members[member] = "o" if self.abandoned else ""
        self.invited.discard(member)

    def remove(self, member: int) -> None:
        """Let a member go; one who is not in it is ignored."""
        self.members.pop(member, None)
        self.verdicts.pop(member, None)
        self.rosters.clear()

    @property
    def abandoned(self) -> bool:
        """Whether nobody is left and nothing keeps the channel."""
        return not (self.members or self.lasting)

    @property
    def lasting(self) -> bool:
        """Whether it is there again after a restart."""
        return self.permanent or bool(self.founder) or "P" in self.modes

    def rank_of_owner(self, owner: str) -> str:
        """The letter of `PREFIXES` that this account has here whenever it is here, "" for none."""
        return "q" if self.founder and self.founder == owner else self.access.get(owner, "")

    def grant(self, member: int, letter: str) -> bool:
        """Give a member one of the letters of `PREFIXES`; whether that changed anything."""
        modes = self.members[member]
        if letter in modes:
            return False
        self.members[member] = "".join(each for each in PREFIXES if each in modes + letter)
        self.rosters.clear()
        return True

    def revoke(self, member: int, letter: str) -> bool:
        """Take such a letter away; whether that changed anything."""
        modes = self.members[member]
        self.members[member] = modes.replace(letter, "")
        self.rosters.clear()
        return letter in modes

    def rank(self, member: int) -> int:
        """How high a member stands (`RANKS`), 0 for an ordinary one, -1 for who is not in the channel."""
        modes = self.members.get(member)
        if modes is None:
            return -1
        return RANKS[modes[0]] if modes else 0

    def at_least(self, member: int, letter: str) -> bool:
        """Whether a member has this channel user mode or a higher one."""
        return self.rank(member) >= RANKS[letter]

    def prefixes(self, member: int, every: bool) -> str:
        """`@+` with multi-prefix (`every`), else only the highest one, "" for an ordinary member."""
        modes = self.members.get(member, "")
        if not modes:
            return ""
        return "".join(map(PREFIXES.__getitem__, modes)) if every else PREFIXES[modes[0]]

    def hurry(self, owner: str, nonce: str, now: float) -> int:
        """With `S`: how many seconds this one must wait before the next message; 0 takes note of this one.

        A message that is sent again (the same nonce) is no next one.
        """
        at, last = self.spoke.get(owner, (float("-inf"), ""))
        left = at + self.slow - now
        if left > 0 and not (nonce and nonce == last):
            return math.ceil(left)
        if len(self.spoke) > 2 * len(self.members) + 64:
            self.spoke = {who: said for who, said in self.spoke.items() if said[0] + self.slow > now}
        self.spoke[owner] = now, nonce
        return 0

    # --- modes ---------------------------------------------------------------------------------

    @property
    def secret(self) -> bool:
        """Whether only its members may know that it exists."""
        return "s" in self.modes

    def visible_to(self, person: Person) -> bool:
        """Whether this person may learn of the channel and who is in it; operators of the server may always."""
        return "s" not in self.modes or person.id in self.members or bool(person.oper)

    def flag(self, letter: str, on: bool) -> bool:
        """Set or unset a mode without parameter; whether that changed anything."""
        if (letter in self.modes) == on:
            return False
        self.modes = "".join(sorted({*self.modes, letter})) if on else self.modes.replace(letter, "")
        return True

    def shown_modes(self, *, with_key: bool) -> str:
        """`+kntl secret 20`, as in numeric 324; who may not know the key reads a `*` in its place."""
        letters, words = self.modes, []
        for letter, word in (
            ("k", self.key and (self.key if with_key else "*")),
            ("l", str(self.limit or "")),
            ("S", str(self.slow or "")),
        ):
            if word:
                letters += letter
                words.append(word)
        return " ".join(["+" + letters, *words])

    @property
    def full(self) -> bool:
        """Whether as many are in it as its limit allows."""
        return 0 < self.limit <= len(self.members)

    @property
    def entries(self) -> int:
        """How many masks stand in all its lists."""
        return sum(map(len, self.lists.values()))

    def enlist(self, letter: str, mask: str, entry: ListEntry) -> bool:
        """Put a mask on a list; whether it was not on it before."""
        if mask in self.lists[letter]:
            return False
        self.lists[letter][mask] = entry
        self.verdicts.clear()
        return True

    def renew(self, letter: str, mask: str, entry: ListEntry) -> None:
        """Put another entry in the place of the one that this mask has on a list."""
        self.lists[letter][mask] = entry

    def delist(self, letter: str, mask: str) -> bool:
        """Take a mask off a list; whether it stood there."""
        self.verdicts.clear()
        return self.lists[letter].pop(mask, None) is not None

    def set_topic(self, topic: str, by: str, at: int) -> None:
        """Change the topic; "" takes it away but keeps who did so."""
        self.topic, self.topic_by, self.topic_at = topic, by, at
