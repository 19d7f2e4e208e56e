"""Who may do what: the table `permissions.toml`, and finding the state of somebody who acts.

The table is also what docs/protocol.md shows (`python3 -m tools.permission_table`) and what
tests/end2end/test_permissions.py tries cell by cell. A handler asks with `check_locked` in `commands/rights.py`, which
answers with what stands in the cell. Imports channels and people; read once, then never changed.
"""

from __future__ import annotations

import tomllib
from enum import StrEnum
from importlib import resources
from typing import TYPE_CHECKING

from chatd import bans
from chatd.channel import RANKS, Channel

if TYPE_CHECKING:
    from chatd.person import Person

ALLOWED = "yes"
SILENCE = "-"


class Actor(StrEnum):
    """A column of the table."""

    UNREGISTERED = "unregistered"
    GUEST = "guest"
    ACCOUNT = "account"
    MEMBER = "member"
    VOICE = "voice"
    HALFOP = "halfop"
    OPERATOR = "operator"
    ADMIN = "admin"
    FOUNDER = "founder"
    BANNED = "banned"
    SERVER_OPERATOR = "server-operator"


OUTSIDE = frozenset({Actor.GUEST, Actor.ACCOUNT})
HUSHED = frozenset({Actor.MEMBER, *OUTSIDE})
"""Who may say what they like in a quiet channel (`U`), but is heard by those who run it alone."""
_BY_RANK = [Actor.MEMBER, Actor.VOICE, Actor.HALFOP, Actor.OPERATOR, Actor.ADMIN, Actor.FOUNDER]

Table = dict[str, dict[Actor, str]]


def read_sections() -> dict[str, Table]:
    """The table by its sections, as it stands in the file. Raises ValueError for a line that is not whole."""
    file = resources.files("chatd") / "permissions.toml"
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    every = content.pop("states")
    if every != [str(actor) for actor in Actor]:
        raise ValueError("permissions.toml has other states than the code")
    sections: dict[str, Table] = {}
    for section, rows in content.items():
        states = [Actor(name) for name in rows.pop("states", every)]
        sections[section] = {action: dict(zip(states, cells.split(), strict=True)) for action, cells in rows.items()}
    return sections


_SECTIONS = read_sections()
SERVICES: Table = _SECTIONS.pop("services")
"""The same for NickServ and ChanServ, by account (`by_account`)."""
TABLE: Table = {action: row for section in _SECTIONS.values() for action, row in section.items()}
"""Action -> state -> `yes` or what is answered instead."""


def allows(action: str, actor: Actor) -> bool:
    """Whether somebody in this state may do this."""
    return TABLE[action][actor] == ALLOWED


def refusal(action: str, actor: Actor) -> str:
    """The numeric or FAIL code with which it is refused, "" for what is allowed."""
    cell = TABLE[action][actor]
    return "" if cell == ALLOWED else cell


def actor_of(person: Person, channel: Channel | None = None) -> Actor:
    """In which state a registered person is, in (or outside of) a channel; who has a rank is never banned.

    An operator of the server is one in the channels it is in; outside of them it is like anybody.
    """
    if person.oper and (channel is None or person.id in channel.members):
        return Actor.SERVER_OPERATOR
    if channel is not None:
        rank = rank_of(person, channel)
        if rank > 0:
            return _BY_RANK[rank]
        if rank == 0:
            return Actor.BANNED if bans.silenced(channel, person) else Actor.MEMBER
    return Actor.ACCOUNT if person.account else Actor.GUEST


def by_account(person: Person, channel: Channel | None = None) -> Actor:
    """In which state somebody is for a service: by the rank that its account has in a (registered) channel."""
    if person.oper:
        return Actor.SERVER_OPERATOR
    if not person.account:
        return Actor.GUEST
    letter = channel.rank_of_owner(person.owner) if channel is not None else ""
    return _BY_RANK[RANKS[letter]] if letter else Actor.ACCOUNT


def joining(person: Person, channel: Channel) -> Actor:
    """The same for somebody who wants to come in: a mute keeps nobody out, and nothing an operator of the server."""
    actor = Actor.SERVER_OPERATOR if person.oper else actor_of(person, channel)
    return Actor.BANNED if actor in OUTSIDE and bans.banned(channel, person) else actor


def knocking(person: Person, channel: Channel) -> Actor:
    """The same for somebody who asks to be let in; who is inside is told so, banned or not."""
    actor = actor_of(person, channel)
    if actor is Actor.BANNED:
        return Actor.MEMBER
    return Actor.BANNED if actor in OUTSIDE and bans.banned(channel, person) else actor


def speaking(person: Person, channel: Channel) -> Actor:
    """The same for somebody who wants to say something: a ban holds outside too."""
    actor = actor_of(person, channel)
    return Actor.BANNED if actor in OUTSIDE and bans.silenced(channel, person) else actor


def rank_of(person: Person, channel: Channel) -> int:
    """How high a person stands in a channel (`channel.RANKS`), -1 outside; who registered it is its founder always.

    An operator of the server counts as founder where it is a member.
    """
    rank = channel.rank(person.id)
    if rank >= 0 and (person.oper or (channel.founder and channel.founder == person.owner)):
        return RANKS["q"]
    return rank


def has_power_over(actor_rank: int, other_rank: int) -> bool:
    """Whether one of this rank may kick one of the other, and take its rank: nobody above, and halfops and admins
    not their like either.
    """
    if actor_rank in {RANKS["h"], RANKS["a"]}:
        return other_rank < actor_rank
    return other_rank <= actor_rank
