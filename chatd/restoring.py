"""What is there again when the server starts: channels that last, and people who stay while nobody is connected.

Imports `registry`, `standing`, `state`, `accounts` and the log; used by the main thread before anybody can come in.
"""

from __future__ import annotations

from collections.abc import Iterator

import protocol
from chatd import registry, standing
from chatd.accounts import Accounts
from chatd.channel import Channel
from chatd.log import Log
from chatd.log.times import milliseconds_of
from chatd.person import Person
from chatd.state import State
from protocol import fold


def restore_channels(state: State, log: Log, accounts: Accounts, lobby: str, now: float) -> None:
    """Open the channels that were kept, and the lobby, which is there in any case."""
    owners = frozenset(str(account.id) for account in accounts)
    for channel in registry.restored(log.kept.facts.get(registry.KIND, {}), owners):
        if channel.lasting or fold(channel.name) == fold(lobby):
            state.channels[fold(channel.name)] = channel
            for mask, entry in channel.lists["b"].items():
                if entry.until:
                    state.lapses.add(entry.until, channel, mask)
    if fold(lobby) not in state.channels:
        opened = state.channels[fold(lobby)] = Channel(lobby, int(now), modes="n")
        _give_topic(log, opened)
    opened = state.channels[fold(lobby)]
    opened.name, opened.permanent = lobby, True


def restore_people(state: State, log: Log, accounts: Accounts, numbers: Iterator[int], now: float) -> None:
    """Put back who was in which room. `numbers` are those of connections and people."""
    for owner, was in standing.restored(log.kept.facts.get(standing.KIND, {})):
        account = accounts.get(int(owner)) if owner.isdecimal() else None
        usable = account is not None and not account.suspended and now - account.seen <= standing.EXPIRES_S
        if account is None or not usable or not protocol.valid_nickname(was.nickname) or not accounts.stays(owner):
            continue
        person = Person(next(numbers))
        person.nickname, person.user, person.host, person.realname = was.nickname, was.user, was.host, was.realname
        person.away, person.modes, person.signon = was.away or "*", was.modes, was.signon
        person.account, person.owner, person.stays = account.name, owner, True
        person.identify()
        if not state.restore_locked(person):
            continue
        for name, modes in (was.channels or {}).items():
            if protocol.valid_channel(name):
                _put_back(state, log, person, name, modes, now)


def _put_back(state: State, log: Log, person: Person, name: str, modes: str, now: float) -> None:
    is_new = state.channel_locked(name) is None
    channel = state.join_locked(person, name, now)
    if channel is None:
        return
    if is_new:
        channel.members[person.id] = ""  # who stood there first is not who came first
        _give_topic(log, channel)
    for letter in modes:
        channel.grant(person.id, letter)


def _give_topic(log: Log, channel: Channel) -> None:
    """The topic that it had, from history."""
    record = log.latest(fold(channel.name), "TOPIC")
    if record is not None:
        message = protocol.parse(record.line)
        channel.set_topic(message.params[-1], message.source, milliseconds_of(record.time) // 1000)
