"""Who is connected and which channels exist, for checks: one lock, and nothing slow under it.

`clients[i]` is logged in as `nicknames[i]`: two parallel lists of the registered connections, one entry per session,
with an index beside them that makes look-ups and removals O(1). Several sessions may share one `Person`. Every name
that ends in `_locked` wants the lock held; whoever changes what a room sees queues the event for the log in the same
critical section, so that the order of the state is the order of the log. Entered by every I/O thread.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from itertools import islice

from chatd.channel import Channel, ListEntry
from chatd.connection import Connection
from chatd.lapses import Lapses
from chatd.monitors import Monitors
from chatd.names import NicknameIndex
from chatd.person import Person, guest_number
from protocol import fold

RENAMED = 1000
"""Names of channels that were renamed which are remembered, and for how many seconds."""
RENAMED_S = 86_400.0


class State:
    """See the module. Lock tier 2: no socket, disk or log work while holding it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.clients: list[Connection] = []
        self.nicknames: list[str] = []
        self._position: dict[int, int] = {}
        self._people: dict[int, Person] = {}
        self._owners: dict[str, list[Person]] = {}
        """Registered people who are logged in, by owner; one account may be here under several nicknames."""
        self._names = NicknameIndex()
        self.channels: dict[str, Channel] = {}
        """By folded name."""
        self._renamed: dict[str, tuple[Channel, float]] = {}
        """By the folded name that a channel had: which one, and when it was renamed (monotonic seconds)."""
        self.closed: Callable[[Channel], None] = lambda _channel: None
        """Told of each channel that is no more."""
        self.people = 0
        """How many are registered, however many sessions they have."""
        self.most_people = 0
        """The highest number of them so far."""
        self.invisible = self.operators = 0
        """How many of them have user mode `i`, how many are server operators."""
        self.monitors = Monitors()
        self.lapses = Lapses()
        self.server_bans: dict[str, ListEntry] = {}
        """Mask -> who banned it from the server, until when and why."""

    # --- people --------------------------------------------------------------------------------

    def claim_locked(self, connection: Connection, nickname: str) -> Person | None:
        """Give this nickname to the person, or return the one who holds it or a look-alike."""
        person = connection.person
        holder = self._names.taken(nickname, person.id)
        if holder is not None:
            return self._people[holder]
        self.unclaim_locked(person)
        self._names.add(nickname, person.id)
        self._people[person.id] = person
        person.nickname = nickname
        self.identify_locked(person)
        for session in person.sessions:
            self.nicknames[self._position[session.id]] = nickname
        return None

    def identify_locked(self, person: Person) -> None:
        """Nickname, user or host of a person changed: make its source anew, and what its channels tell of it."""
        person.identify()
        for key in person.channels:
            self.channels[key].rosters.clear()

    def holds_locked(self, person: Person) -> bool:
        """Whether its nickname is the person's, and not only wanted."""
        return person.id in self._people

    def unclaim_locked(self, person: Person) -> None:
        """Free the nickname of a person, who goes on wanting it (`Person.nickname`)."""
        if self._people.pop(person.id, None) is not None:
            self._names.remove(person.nickname)

    def enter_locked(self, connection: Connection) -> None:
        """Registration is complete: the connection takes its place in the two lists and among its person's sessions."""
        person = connection.person
        was_here = person.present
        connection.registered = True
        self._position[connection.id] = len(self.clients)
        self.clients.append(connection)
        self.nicknames.append(person.nickname)
        person.sessions += (connection,)
        if was_here:
            return
        if person.account:
            self._owners.setdefault(person.owner, []).append(person)
        self.people += 1
        self.most_people = max(self.most_people, self.people)

    def attach_locked(self, connection: Connection, person: Person) -> None:
        """Make a connection that is not registered yet a session of this person, in place of one of its own."""
        self.unclaim_locked(connection.person)
        connection.person = person

    def leave_locked(self, connection: Connection) -> tuple[str, ...]:
        """Forget a connection everywhere; the folded names of the channels it was in.

        With it goes its person, unless other sessions stay, or it stays without any (`Person.present`).
        """
        person = connection.person
        position = self._position.pop(connection.id, None)
        if position is not None:
            # The last one takes the free place: both lists stay parallel and nothing is shifted.
            last, name = self.clients.pop(), self.nicknames.pop()
            if last is not connection:
                self.clients[position], self.nicknames[position] = last, name
                self._position[last.id] = position
            person.sessions = tuple(each for each in person.sessions if each is not connection)
        if person.present:
            return person.channels
        return self._forget(person, registered=position is not None)

    def dismiss_locked(self, person: Person) -> tuple[str, ...]:
        """Forget a person who stayed while nobody was connected; the folded names of the channels it was in."""
        person.stays = False
        return self._forget(person, registered=True)

    def restore_locked(self, person: Person) -> bool:
        """Take in a person who stays while nobody is connected; whether its nickname is free."""
        if self._names.taken(person.nickname, person.id) is not None:
            return False
        self._names.add(person.nickname, person.id)
        self._people[person.id] = person
        self._owners.setdefault(person.owner, []).append(person)
        self.people += 1
        self.most_people = max(self.most_people, self.people)
        return True

    def _forget(self, person: Person, *, registered: bool) -> tuple[str, ...]:
        left = person.channels
        self.unclaim_locked(person)
        if registered:
            self.people -= 1
            self.set_modes_locked(person, "", "")
            self._disown(person)
        for key in left:
            self.part_locked(person, key)
        return left

    def find_locked(self, nickname: str) -> Person | None:
        """The registered person of that nickname, compared folded."""
        holder = self._names.find(nickname)
        person = self._people.get(holder) if holder is not None else None
        return person if person is not None and person.present else None

    def owner_locked(self, owner: str) -> Person | None:
        """Who is here and is this owner, the first of several who are logged in to one account."""
        number = guest_number(owner)
        if number:
            guest = self._people.get(number)
            return guest if guest is not None and guest.owner == owner and guest.present else None
        people = self._owners.get(owner)
        return people[0] if people else None

    def sessions_locked(self, owner: str) -> tuple[Connection, ...]:
        """All registered connections that are logged in to this account, under whatever nicknames."""
        return tuple(session for person in self._owners.get(owner, ()) for session in person.sessions)

    def owned_locked(self, owner: str) -> tuple[Person, ...]:
        """Everybody who is logged in to this account; there may be several, under several nicknames."""
        return tuple(self._owners.get(owner, ()))

    def login_locked(self, person: Person, account: str, owner: str) -> None:
        """From now on this person is the owner of an account (of its name and number); of none with ""."""
        self._disown(person)
        person.account, person.owner = account, owner
        if person.present and account:
            self._owners.setdefault(owner, []).append(person)

    def _disown(self, person: Person) -> None:
        people = self._owners.get(person.owner)
        if people and person in people:
            people.remove(person)
            if not people:
                del self._owners[person.owner]

    def set_modes_locked(self, person: Person, modes: str, oper: str) -> None:
        """Give a registered person these user modes, and make it this server operator ("" for none)."""
        self.invisible += ("i" in modes) - ("i" in person.modes)
        self.operators += bool(oper) - bool(person.oper)
        person.modes, person.oper = modes, oper

    def people_locked(self) -> list[Person]:
        """All registered people."""
        return [person for person in self._people.values() if person.present]

    def unregistered_locked(self) -> int:
        """How many hold a nickname but have not finished registration."""
        return len(self._people) - self.people

    # --- channels ------------------------------------------------------------------------------

    def channel_locked(self, name: str) -> Channel | None:
        return self.channels.get(fold(name))

    def join_locked(self, person: Person, name: str, now: float) -> Channel | None:
        """Put a person into the channel, which is made if need be; None if it already was there.

        `now` is in seconds since the epoch.
        """
        key = sys.intern(fold(name))  # every member remembers it
        channel = self.channels.get(key)
        if channel is None:
            channel = self.channels[key] = Channel(name, int(now), now)
        if person.id in channel.members:
            return None
        channel.add(person.id)
        letter = channel.rank_of_owner(person.owner) if person.account else ""
        if letter:
            channel.grant(person.id, letter)
        person.channels += (key,)
        return channel

    def part_locked(self, person: Person, key: str) -> None:
        """Take a person out of the channel (folded name); an abandoned channel is forgotten."""
        channel = self.channels[key]
        channel.remove(person.id)
        person.channels = tuple(each for each in person.channels if each != key)
        self.close_abandoned_locked(channel)

    def close_abandoned_locked(self, channel: Channel) -> None:
        """Forget a channel that nobody is in and nothing keeps."""
        if channel.abandoned and self.channels.pop(fold(channel.name), None) is not None:
            self.closed(channel)

    def rename_locked(self, channel: Channel, name: str, now: float) -> None:
        """Give a channel another name, which no other one has; `now` is in monotonic seconds."""
        before, key = fold(channel.name), fold(name)
        del self.channels[before]
        channel.name = name
        self.channels[key] = channel
        self._renamed.pop(key, None)
        if key != before:
            self._renamed[before] = channel, now
            if len(self._renamed) > RENAMED:
                del self._renamed[next(iter(self._renamed))]
        for person in self.members_locked(channel):
            person.channels = tuple(key if each == before else each for each in person.channels)

    def renamed_locked(self, name: str, now: float) -> Channel | None:
        """Which channel had this name until not long ago; None if it is gone."""
        channel, at = self._renamed.get(fold(name), (None, 0.0))
        if channel is None or now - at > RENAMED_S or self.channels.get(fold(channel.name)) is not channel:
            return None
        return channel

    def members_locked(self, channel: Channel) -> Iterator[Person]:
        """Who is in a channel, in the order of joining."""
        return map(self._people.__getitem__, channel.members)

    def newest_locked(self, channel: Channel, count: int) -> list[Person]:
        """The last `count` of them, in the same order."""
        newest = list(islice(reversed(channel.members), count))
        return [self._people[member] for member in reversed(newest)]
