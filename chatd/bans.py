"""Whom a mask means: `nick!user@host` with `*` and `?`, and the extended bans for account, realname and mute.

    nick!user@host    the host as shown to the room, or the real address for who knows it, or a network: 10.0.0.0/8
    10.0.0.7          an address or a network alone means its host; of IPv6, whose machines have many, the /64
    a:name            who is logged in to this account (`a:*`: to any)
    r:mask            whose realname fits
    m:mask            any of the above: may stay, but not speak

Everything is folded; no regular expressions, matching is linear (`protocol.mask_matches`). Pure; called under the state
lock. Imports `protocol` and the types of a person and a channel.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import TYPE_CHECKING

import protocol
from protocol import fold, mask_matches

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatd.channel import Channel, ListEntry
    from chatd.person import Person

EXTBANS = "amr"
"""Letters of the extended bans (ISUPPORT EXTBAN); they stand in front of a colon, without another prefix."""
MASK_BYTES = 200
"""Most bytes of a mask."""


def normalise(mask: str) -> str:
    """The mask as it is kept and shown: `Nick` becomes `nick!*@*`, `a@b` `*!a@b`; "" for what is none."""
    whole = _made_whole(fold(mask)) if len(mask.encode()) <= MASK_BYTES else ""
    return whole if len(whole.encode()) <= MASK_BYTES else ""  # else it could not be named again to lift it


def _made_whole(mask: str) -> str:
    if not mask or protocol.has_hidden(mask) or " " in mask or mask[0] == ":":
        return ""
    kind, rest = split(mask)
    if kind == "m":
        inner = _made_whole(rest)
        # A mute of a mute says nothing that the inner one does not.
        return "" if not inner or split(inner)[0] == "m" else f"m:{inner}"
    if kind:
        return mask if rest else ""
    network = _network_of(mask)
    if network:
        return f"*!*@{network}"
    front, at, host = mask.rpartition("@")
    if not at:
        front, host = mask, "*"
    nickname, exclamation, user = front.partition("!")
    if at and not exclamation:
        nickname, user = "*", front
    return f"{nickname or '*'}!{user or '*'}@{host or '*'}"


def _network_of(mask: str) -> str:
    """What an address or a network that stands alone means; "" for anything else."""
    if not any(sign in mask for sign in ".:/") or "!" in mask or "@" in mask:  # the zone of an address may hold these
        return ""
    try:
        network = ipaddress.ip_network(mask, strict=False)
    except ValueError:
        return ""
    if network.version == 6 and network.prefixlen > 64:
        network = network.supernet(new_prefix=64)
    return str(network.network_address) if network.num_addresses == 1 else str(network)


@lru_cache(maxsize=1024)
def _network(host: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """The network that the host of a mask is; None for a host."""
    if "/" not in host:
        return None
    try:
        return ipaddress.ip_network(host, strict=False)
    except ValueError:
        return None


def split(mask: str) -> tuple[str, str]:
    """The letter of an extended ban ("" for an ordinary mask) and what stands behind it."""
    return (mask[0], mask[2:]) if mask[1:2] == ":" and mask[0] in EXTBANS else ("", mask)


def matches(mask: str, person: Person, address: str = "") -> bool:
    """Whether this (normalised) mask means the person; a mute means whom the mask in it means.

    `address` is where somebody comes from who has no session yet.
    """
    kind, rest = split(mask)
    if kind == "m":
        return matches(rest, person, address)
    if kind == "a":
        return bool(person.account) and mask_matches(rest, person.account)
    if kind == "r":
        return mask_matches(rest, person.realname.replace(" ", "_")) or mask_matches(rest, person.realname)
    if mask_matches(mask, person.source):
        return True
    front = f"{person.nickname}!{person.user}"
    who, _, host = mask.rpartition("@")
    network = _network(host)
    if network is not None:
        return mask_matches(who, front) and any(
            ipaddress.ip_address(each) in network for each in _addresses(person, address)
        )
    return any(mask_matches(mask, f"{front}@{each}") for each in _addresses(person, address))


def _addresses(person: Person, address: str) -> set[str]:
    """Where the person is really; on a port for both families IPv4 looks like `::ffff:192.0.2.1`."""
    found = {session.address for session in person.sessions} | ({address} if address else set())
    return {each.partition("%")[0].removeprefix("::ffff:") for each in found}


def _any_matches(masks: Iterable[str], person: Person) -> bool:
    return any(matches(mask, person) for mask in masks)


def excepted(channel: Channel, person: Person) -> bool:
    """Whether the person stands on the list of exceptions."""
    return _any_matches(channel.lists["e"], person)


def entry_of(channel: Channel, person: Person, *, mutes: bool) -> ListEntry | None:
    """Why somebody is banned, or (`mutes`) may not speak: of several bans the one that holds longest."""
    found = [
        entry
        for mask, entry in channel.lists["b"].items()
        if (mutes or split(mask)[0] != "m") and matches(mask, person)
    ]
    return max(found, key=lambda entry: entry.until or float("inf"), default=None)


def mask_of(person: Person) -> str:
    """The mask that means somebody whatever the nickname: the account, else where it is from."""
    return f"a:{fold(person.account)}" if person.account else f"*!*@{fold(person.host)}"


def banned(channel: Channel, person: Person) -> bool:
    """Whether the person may not come in: a ban that is no mute, and no exception."""
    bans = [mask for mask in channel.lists["b"] if split(mask)[0] != "m"]
    return _any_matches(bans, person) and not excepted(channel, person)


def silenced(channel: Channel, person: Person) -> bool:
    """Whether the person may not speak there: any ban, a mute too, and no exception. Remembered for who is there."""
    if not channel.lists["b"]:
        return False
    known_as = (person.source, person.account, person.realname, *(session.address for session in person.sessions))
    known = channel.verdicts.get(person.id)
    if known is not None and known[0] == known_as:
        return known[1]
    verdict = _any_matches(channel.lists["b"], person) and not excepted(channel, person)
    if person.id in channel.members:
        channel.verdicts[person.id] = (known_as, verdict)
    return verdict


def invited(channel: Channel, person: Person) -> bool:
    """Whether the person may come in although the channel is for invited people only."""
    return person.id in channel.invited or _any_matches(channel.lists["I"], person)
