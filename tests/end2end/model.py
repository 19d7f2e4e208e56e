"""What `test_stateful.py` believes of people and rooms: small, written from docs/protocol.md, not from the server."""

from __future__ import annotations

from dataclasses import dataclass, field

RANKS = {"q": 5, "a": 4, "o": 3, "h": 2, "v": 1}
PREFIXES = {"q": "~", "a": "&", "o": "@", "h": "%", "v": "+"}
VOICE, HALFOP, OPERATOR, FOUNDER = 1, 2, 3, 5
OUTSIDE = -1


@dataclass
class Someone:
    """One of the three."""

    name: str
    account: str = ""
    realname: str = ""
    away: str = ""
    oper: bool = False
    modes: set[str] = field(default_factory=set)
    watched: set[str] = field(default_factory=set)
    colour: str = ""
    life: int = 0
    """Counts its connections: what a guest said belongs to one of them."""


@dataclass
class Said:
    """A message in a room."""

    msgid: str
    who: int
    life: int
    account: str
    gone: bool = False
    undoable: bool = False
    """Whether an operator took it from somebody else."""


@dataclass
class Room:
    """A channel, from its first member to its last."""

    members: dict[int, set[str]]
    """Who is in it, with which letters."""
    modes: set[str] = field(default_factory=lambda: {"n", "t"})
    key: str = ""
    limit: int = 0
    topic: str = ""
    colour: str = ""
    lists: dict[str, set[str]] = field(default_factory=lambda: {"b": set(), "e": set(), "I": set()})
    invited: set[int] = field(default_factory=set)
    knocked: bool = False
    founder: str = ""
    """The account that registered it."""
    said: list[Said] = field(default_factory=list)


class World:
    """Who is where, and what they may do."""

    def __init__(self, people: list[Someone]) -> None:
        self.people = people
        self.rooms: dict[str, Room] = {}

    def room(self, place: str) -> Room | None:
        return self.rooms.get(place)

    def letters_rank(self, who: int, place: str) -> int:
        """By letters alone: 0 for an ordinary member."""
        room = self.rooms.get(place)
        if room is None or who not in room.members:
            return OUTSIDE
        return max((RANKS[letter] for letter in room.members[who]), default=0)

    def rank(self, who: int, place: str) -> int:
        """By letters, as an operator of the server, or as the founder's account."""
        rank, person = self.letters_rank(who, place), self.people[who]
        if rank == OUTSIDE:
            return OUTSIDE
        founder = bool(person.account) and self.rooms[place].founder == person.account
        return FOUNDER if person.oper or founder else rank

    def listed(self, who: int, place: str, letter: str) -> bool:
        room = self.rooms.get(place)
        return room is not None and self.people[who].name.lower() in room.lists[letter]

    def banned(self, who: int, place: str) -> bool:
        return self.listed(who, place, "b") and not self.listed(who, place, "e")

    def hidden(self, who: int, place: str) -> bool:
        """Whether the room is as if it were not there."""
        room = self.rooms.get(place)
        if room is None:
            return True
        return "s" in room.modes and who not in room.members and not self.people[who].oper

    def refusal_of_join(self, who: int, place: str, key: str) -> str:
        """The numeric, "" for who may come in."""
        room, person = self.rooms.get(place), self.people[who]
        if room is None or who in room.members or person.oper:
            return ""
        if person.account and room.founder == person.account:
            return ""
        if self.banned(who, place):
            return "474"
        if who in room.invited or self.listed(who, place, "I"):
            return ""
        if "i" in room.modes:
            return "473"
        if room.key and key != room.key:
            return "475"
        if room.limit and len(room.members) >= room.limit:
            return "471"
        return "477" if "R" in room.modes and not person.account else ""

    def may_speak(self, who: int, place: str, text: str) -> bool:
        room, rank = self.rooms[place], self.rank(who, place)
        if "C" in room.modes and text.startswith("\x01VERSION"):
            return False
        if rank >= VOICE:
            return True
        if self.banned(who, place):
            return False
        outside = rank == OUTSIDE
        if (outside and "n" in room.modes) or "m" in room.modes:
            return False
        return "M" not in room.modes or bool(self.people[who].account)

    def leave(self, who: int, place: str) -> None:
        room = self.rooms[place]
        del room.members[who]
        if not room.members and not room.founder:
            del self.rooms[place]

    def leave_all(self, who: int) -> None:
        for place, room in list(self.rooms.items()):
            room.invited.discard(who)
            if who in room.members:
                self.leave(who, place)

    def shares(self, one: int, other: int) -> bool:
        return any(one in room.members and other in room.members for room in self.rooms.values())

    def sees(self, viewer: int, person: int) -> bool:
        """Whether a search that names nobody finds them."""
        return "i" not in self.people[person].modes or self.people[viewer].oper or self.shares(viewer, person)
