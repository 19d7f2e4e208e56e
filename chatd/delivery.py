"""Fan-out inside one I/O thread: which of its own connections get an event the log handed back.

Membership here is what was *delivered*: it changes when a JOIN or PART comes back from the log, so a
connection sees exactly the lines that stand between its own JOIN and its own PART. A line is encoded
once per capability profile and a run of lines joined once; the bytes are shared by all who get them.
Belongs to the one I/O thread that made it; no lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from chatd import capabilities
from chatd.connection import Connection, Deferred, Owner, Part
from chatd.events import Audience, Effect, Event, Outcome, Own
from chatd.rendering import tagged

DONE = Outcome.DONE


class Delivery:
    """See the module. `queue` puts a part into the outbox of a connection of this thread."""

    def __init__(
        self,
        owner: Owner,
        everyone: Callable[[], Iterable[Connection]],
        queue: Callable[[Connection, Part], None],
        begin: Callable[[Connection, Deferred], None],
        refusal: Callable[[Event], str],
    ) -> None:
        """`begin` has work started whose turn it is; `refusal` words what the origin of a failed event reads."""
        self._owner = owner
        self._begin = begin
        self._refusal = refusal
        self._everyone = everyone
        self._queue = queue
        self._rooms: dict[str, dict[int, Connection]] = {}

    def forget(self, connection: Connection, channels: Iterable[str]) -> None:
        """Deliver nothing more of these channels (folded names) to a connection that is going."""
        for channel in channels:
            self._leave(channel, connection)

    def deliver(self, events: Sequence[Event]) -> None:
        """Write a batch of the log into the outboxes, in its order."""
        run: list[Event] = []
        lines, joins = self._deliver_run, self._deliver_joins
        together = lines  # how the run goes out
        for event in events:
            if event.outcome is not DONE:
                way = None
            elif event.plain or _for_all_members(event):
                way = lines
            else:
                way = joins if _joins_alone(event) else None
            if run and (way is not together or not _continues(event, run[0])):
                together(run)
                run = []
            if way is None:
                self._deliver_one(event)
            else:
                together = way
                run.append(event)
        if run:
            together(run)

    def _deliver_run(self, run: list[Event]) -> None:
        """Lines of one conversation that follow each other: joined once for all who get every one of them as it is."""
        room = self._room_of(run[0])
        owner = self._owner
        senders: dict[Connection, list[Event]] = {}
        for event in run:
            origin = event.origin
            if origin is not None and origin.owner is owner:
                mine = senders.get(origin)
                if mine is None:
                    senders[origin] = [event]
                else:
                    mine.append(event)
        written: dict[int, list[str]] = {}
        joined: dict[int, bytes] = {}
        queue = self._queue
        apart = {sender for sender, mine in senders.items() if not self._like_others(sender, mine, room)}
        for connection in room.values():
            if apart and connection in apart:
                continue
            profile = connection.profile
            if profile not in joined:
                lines = written[profile] = [event.written(profile) for event in run]
                joined[profile] = ("\r\n".join(lines) + "\r\n").encode()
            queue(connection, joined[profile])
        for connection in apart:
            known = written.get(connection.profile)
            if known is None or not self._hears_others_alone(connection, senders[connection], room):
                self._deliver_own(connection, run, listens=connection.id in room)
            elif heard := [line for line, event in zip(known, run, strict=True) if event.origin is not connection]:
                queue(connection, ("\r\n".join(heard) + "\r\n").encode())

    def _deliver_joins(self, run: list[Event]) -> None:
        """People who come into one channel one after another: who was in it gets all lines at once, each of them
        those behind its own.
        """
        room = self._rooms.setdefault(run[0].channel, {})
        listening = [(session, 0) for session in room.values() if not session.closing]
        for number, event in enumerate(run):
            for session in self._sessions(event):
                if session.closing:
                    continue
                room[session.id] = session
                if session is not event.origin:
                    listening.append((session, number))
            origin = event.origin
            if origin is not None and origin.owner is self._owner:
                parts: list[Part] = []
                self._complete(event, origin, parts)
                self._queue_all(origin, parts)
                if not origin.closing and number + 1 < len(run):
                    listening.append((origin, number + 1))
        joined: dict[tuple[int, int], bytes] = {}
        for session, number in listening:
            key = session.profile, number
            if key not in joined:
                joined[key] = b"".join([event.render(session.profile) for event in run[number:]])
            self._queue(session, joined[key])
        if not room:
            del self._rooms[run[0].channel]

    def _room_of(self, event: Event) -> dict[int, Connection]:
        """Who of this thread gets this event of a run, its origin included."""
        if event.audience is not Audience.PERSON:
            return self._rooms.get(event.channel, {})
        both = event.recipients if event.origin is None else (event.origin, *event.recipients)
        return {session.id: session for session in both if session.owner is self._owner and not session.closing}

    def _deliver_own(self, sender: Connection, run: list[Event], *, listens: bool) -> None:
        """The same lines for who sent some of them, with its labels and with what waited behind its own."""
        parts: list[Part] = []
        for event in run:
            if event.origin is sender:
                self._complete(event, sender, parts)
            elif listens:
                parts.append(event.render(sender.profile))
        self._queue_all(sender, parts)

    def _like_others(self, sender: Connection, mine: list[Event], room: dict[int, Connection]) -> bool:
        """Whether the sender of these gets the same bytes as everybody; then nothing waits for them any more."""
        return bool(sender.delivered & capabilities.ECHO_MESSAGE) and self._settled(sender, mine, room)

    def _hears_others_alone(self, sender: Connection, mine: list[Event], room: dict[int, Connection]) -> bool:
        """The same for who does not want to read what it said itself."""
        return not sender.delivered & capabilities.ECHO_MESSAGE and self._settled(sender, mine, room)

    def _settled(self, sender: Connection, mine: list[Event], room: dict[int, Connection]) -> bool:
        """Have a member be done with these events of its own, if they are plain and nothing stands behind them."""
        held = sender.held
        if held is None or len(held) != len(mine) or sender.id not in room:
            return False  # all of them are held, so there is something else if there are more
        for event in mine:
            if not event.plain:
                return False
        sender.held = None
        return True

    def _deliver_one(self, event: Event) -> None:
        origin = event.origin
        own = origin if origin is not None and origin.owner is self._owner else None
        self._come_in(event)
        for connection in self._recipients(event) if event.outcome is DONE else ():
            if connection.closing or connection.id in event.besides:
                continue
            if connection is not own and event.wanted_by(connection.delivered):
                if event.line:
                    self._queue(connection, event.render(connection.profile))
                if origin is None and event.answer is not None:
                    self._queue(connection, iter(event.answer))
        if event.effect is Effect.LEAVE or event.effect is Effect.EXPEL:
            for session in self._sessions(event):
                self._leave(event.channel, session)
        if own is not None:
            parts: list[Part] = []
            self._complete(event, own, parts)
            self._queue_all(own, parts)

    def _come_in(self, event: Event) -> None:
        """Who is in a channel from this event on."""
        if event.effect is Effect.JOIN:
            for session in self._sessions(event):
                if not session.closing:
                    self._rooms.setdefault(event.channel, {})[session.id] = session
        elif event.effect is Effect.RENAME and event.moved_from:
            moved = self._rooms.pop(event.moved_from, {})
            self._rooms[event.channel] = {number: one for number, one in moved.items() if not one.closing}

    def _sessions(self, event: Event) -> list[Connection]:
        """Those of the person who comes or goes that belong to this thread."""
        sessions = [session for session in event.recipients if session.owner is self._owner]
        if event.effect is not Effect.EXPEL and event.origin is not None and event.origin.owner is self._owner:
            sessions.append(event.origin)
        return sessions

    def _recipients(self, event: Event) -> Iterable[Connection]:
        match event.audience:
            case Audience.CHANNEL:
                return self._rooms.get(event.channel, {}).values()
            case Audience.PEERS:
                peers: dict[int, Connection] = {}
                for channel in event.channels:
                    peers.update(self._rooms.get(channel, {}))
                for session in event.recipients:
                    if session.owner is self._owner:
                        peers[session.id] = session
                return peers.values()
            case Audience.PERSON:
                mine = [session for session in event.recipients if session.owner is self._owner]
                for target in mine:
                    if target is event.origin and not target.closing and event.wanted_by(target.delivered):
                        # To oneself: once as the recipient here, once as the echo in _complete.
                        self._queue(target, event.render(target.profile))
                return mine
            case Audience.EVERYONE:
                return self._everyone()
            case Audience.ORIGIN:
                return ()

    def _complete(self, event: Event, origin: Connection, parts: list[Part]) -> None:
        """The origin's own copy, then the answers that waited behind it."""
        held = origin.held
        first = held[0] if held else None
        if held is None or first is not event:
            return  # closed meanwhile: nobody is there to be answered
        held.popleft()
        if event.outcome is Outcome.FAILED:
            self._refuse(event, parts)
        else:
            self._answer(event, origin, parts)
        while held:
            part = held[0]
            if isinstance(part, Event):
                return
            held.popleft()
            if isinstance(part, Deferred):
                self._begin(origin, part)
            else:
                parts.append(part)
        origin.held = None

    def _answer(self, event: Event, origin: Connection, parts: list[Part]) -> None:
        if event.outcome is Outcome.REPEATED:
            event.recall()
        if event.then is not None:
            event.then()
        shown = event.own is Own.ALWAYS or (event.own is Own.ECHO and origin.delivered & capabilities.ECHO_MESSAGE)
        if shown and event.line and event.wanted_by(origin.delivered):
            own = event.own_text(origin.profile) + "\r\n" if event.own_tags else None
            parts.append(own.encode() if own else event.render(origin.profile))
        elif event.own_tags.startswith("label=") and event.acknowledge:
            parts.append(f"@{event.own_tags} {event.acknowledge}\r\n".encode())
        if event.answer is not None:
            tag = event.own_tags
            parts.append(iter([tagged(tag, line) for line in event.answer]) if tag else iter(event.answer))

    def _refuse(self, event: Event, parts: list[Part]) -> None:
        tags = f"@{event.own_tags} " if event.own_tags else ""
        if refusal := self._refusal(event):
            parts.append(f"{tags}{refusal}\r\n".encode())

    def _queue_all(self, connection: Connection, parts: list[Part]) -> None:
        run: list[bytes] = []
        for part in parts:
            if isinstance(part, bytes):
                run.append(part)
                continue
            if run:
                self._queue(connection, b"".join(run))
                run = []
            self._queue(connection, part)
        if run:
            self._queue(connection, b"".join(run))

    def _leave(self, channel: str, connection: Connection) -> None:
        room = self._rooms.get(channel)
        if room is not None and room.pop(connection.id, None) is not None and not room:
            del self._rooms[channel]


def _continues(event: Event, first: Event) -> bool:
    """Whether both go to the same connections."""
    if event.channel != first.channel:
        return False
    return event.audience is not Audience.PERSON or (
        event.origin is first.origin and event.recipients == first.recipients
    )


def _joins_alone(event: Event) -> bool:
    """Whether somebody comes into a channel, as everybody in it is to see."""
    return event.effect is Effect.JOIN and event.audience is Audience.CHANNEL and not (event.needs or event.besides)


def _for_all_members(event: Event) -> bool:
    """Whether it goes as it is to everybody in one channel."""
    if event.audience is not Audience.CHANNEL or event.effect is not Effect.NONE:
        return False
    return not event.needs and not event.lacks
