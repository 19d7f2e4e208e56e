"""Channels that are there again after a restart: what of them is kept, and how they are made of it.

They are those that an account registered (`Channel.founder`), those with mode `P`, and the lobby: with modes, lists,
topic and the ranks that accounts have in them; not with who is there. Kept as facts (`SetFact`), written with the
event that changes the channel. Imports `log` and `channel`; used under the state lock, nothing here is slow.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import asdict

from chatd.channel import FLAGS, LISTS, PREFIXES, Channel, ListEntry
from chatd.log import SetFact
from protocol import fold

KIND = "channel"
MOST = 20
"""Channels that one account may register."""

_NUMBERS = ("created", "registered", "topic_at", "limit", "slow")
_TEXTS = ("name", "founder", "topic", "topic_by", "key")

logger = logging.getLogger("obrolan.registry")


def writes(channel: Channel, *, was_lasting: bool = True) -> tuple[SetFact, ...]:
    """What the log is to keep after a change; nothing for a channel that neither lasts nor did before."""
    if channel.lasting:
        return (SetFact(KIND, fold(channel.name), _written(channel)),)
    return (SetFact(KIND, fold(channel.name), ""),) if was_lasting else ()


def renamed(before: str, channel: Channel) -> tuple[SetFact, ...]:
    """The channel had this name until now."""
    if not channel.lasting:
        return ()
    old = () if fold(before) == fold(channel.name) else (SetFact(KIND, fold(before), ""),)
    return (*old, *writes(channel))


def _written(channel: Channel) -> str:
    kept: dict[str, object] = {name: getattr(channel, name) for name in (*_NUMBERS, *_TEXTS, "modes", "access")}
    kept["lists"] = {
        letter: {mask: asdict(entry) for mask, entry in masks.items()} for letter, masks in channel.lists.items()
    }
    return json.dumps(kept, ensure_ascii=False)


def restored(facts: Mapping[str, str], accounts: frozenset[str]) -> Iterator[Channel]:
    """The channels as they were; `accounts` are the owners there still are. One that cannot be read is left out."""
    for name, text in facts.items():
        try:
            channel = _read(json.loads(text), accounts)
        except (ValueError, TypeError, KeyError, AttributeError):
            logger.error("what was kept of the channel %s cannot be read and is left out", name)
            continue
        if fold(channel.name) == name:
            yield channel


def _read(kept: Mapping[str, object], accounts: frozenset[str]) -> Channel:
    channel = Channel(str(kept["name"]), 0)
    for name in _NUMBERS:
        setattr(channel, name, int(str(kept[name])))
    for name in _TEXTS:
        setattr(channel, name, str(kept[name]))
    channel.opened = float(channel.created)
    channel.modes = "".join(letter for letter in FLAGS if letter in str(kept["modes"]))
    lists, access = kept["lists"], kept["access"]
    if not isinstance(lists, dict) or not isinstance(access, dict):
        raise TypeError
    for letter in LISTS:
        for mask, entry in lists.get(letter, {}).items():
            channel.lists[letter][str(mask)] = ListEntry(
                str(entry["by"]), int(entry["at"]), int(entry.get("until", 0)), str(entry.get("reason", ""))
            )
    channel.access = {owner: letter for owner, letter in access.items() if owner in accounts and letter in PREFIXES}
    if channel.founder not in accounts:
        channel.founder, channel.registered = "", 0
    return channel
