"""Who is connected and which channels exist, for checks: one lock, and nothing slow under it.

`clients[i]` is logged in as `nicknames[i]`: two parallel lists of the registered connections, with an
index beside them that makes look-ups and removals O(1). Every name that ends in `_locked` wants the
lock held; whoever changes what a room sees queues the event for the log in the same critical section,
so that the order of the state is the order of the log. Entered by every I/O thread.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

from chatd.channel import Channel
from chatd.connection import Connection
from chatd.names import NicknameIndex
from protocol import fold


class State:
    """See the module. Lock tier 2: no socket, disk or log work while holding it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.clients: list[Connection] = []
        self.nicknames: list[str] = []
        self._position: dict[int, int] = {}
        self._by_id: dict[int, Connection] = {}
        self._names = NicknameIndex()
        self.channels: dict[str, Channel] = {}
        """By folded name."""
        self.most_clients = 0
        """The highest number of registered connections so far."""

    # --- connections ---------------------------------------------------------------------------

    def claim_locked(self, connection: Connection, nickname: str) -> Connection | None:
        """Give this nickname to the connection, or return the connection that holds it or a look-alike."""
        holder = self._names.taken(nickname, connection.id)
        if holder is not None:
            return self._by_id[holder]
        if connection.nickname:
            self._names.remove(connection.nickname)
        self._names.add(nickname, connection.id)
        self._by_id[connection.id] = connection
        connection.nickname = nickname
        connection.identify()
        position = self._position.get(connection.id)
        if position is not None:
            self.nicknames[position] = nickname
        return None

    def enter_locked(self, connection: Connection) -> None:
        """Registration is complete: the connection takes its place in the two lists."""
        connection.registered = True
        self._position[connection.id] = len(self.clients)
        self.clients.append(connection)
        self.nicknames.append(connection.nickname)
        self.most_clients = max(self.most_clients, len(self.clients))

    def leave_locked(self, connection: Connection) -> tuple[str, ...]:
        """Forget a connection everywhere; the folded names of the channels it was in."""
        if connection.nickname and self._by_id.pop(connection.id, None) is not None:
            self._names.remove(connection.nickname)
        position = self._position.pop(connection.id, None)
        if position is not None:
            # The last one takes the free place: both lists stay parallel and nothing is shifted.
            last, name = self.clients.pop(), self.nicknames.pop()
            if last is not connection:
                self.clients[position], self.nicknames[position] = last, name
                self._position[last.id] = position
        left = tuple(connection.channels)
        for key in left:
            self.part_locked(connection, key)
        return left

    def find_locked(self, nickname: str) -> Connection | None:
        """The registered connection of that nickname, compared folded."""
        holder = self._names.find(nickname)
        connection = self._by_id.get(holder) if holder is not None else None
        return connection if connection is not None and connection.registered else None

    def unregistered_locked(self) -> int:
        """How many hold a nickname but have not finished registration."""
        return len(self._by_id) - len(self.clients)

    # --- channels ------------------------------------------------------------------------------

    def channel_locked(self, name: str) -> Channel | None:
        return self.channels.get(fold(name))

    def join_locked(self, connection: Connection, name: str, now: int) -> Channel | None:
        """Put the connection into the channel, which is made if need be; None if it already was there.

        `now` is in seconds since the epoch.
        """
        key = fold(name)
        channel = self.channels.get(key)
        if channel is None:
            channel = self.channels[key] = Channel(name, now)
        if connection.id in channel.members:
            return None
        channel.add(connection.id)
        connection.channels[key] = None
        return channel

    def part_locked(self, connection: Connection, key: str) -> None:
        """Take the connection out of the channel (folded name); an abandoned channel is forgotten."""
        channel = self.channels[key]
        channel.remove(connection.id)
        del connection.channels[key]
        if channel.abandoned:
            del self.channels[key]

    def members_locked(self, channel: Channel) -> Iterator[Connection]:
        """The connections in a channel, in the order of joining."""
        return map(self._by_id.__getitem__, channel.members)

    def peers_locked(self, connection: Connection) -> set[int]:
        """Ids of all who share a channel with this connection, itself included."""
        peers = {connection.id}
        for key in connection.channels:
            peers.update(self.channels[key].members)
        return peers
