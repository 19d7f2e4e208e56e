"""Private messages that waited: shown to an account's program without history of its own when it comes (again).

Since when they waited is a mark of the account (`marks.LEFT`), set when nobody of it is here any more. Whatever is not
certain counts as not seen: rather twice than never. Imports `history` and what is below; entered by every I/O thread.
"""

from __future__ import annotations

from chatd import capabilities
from chatd.commands.call import Call, Context
from chatd.commands.history import ALL, BEGINNING, END, Reader, next_moment
from chatd.commands.playback import SAID, Playback
from chatd.connection import Connection
from chatd.events import Audience, Event, Own
from chatd.log import Log, Record, SetMarker
from chatd.log.times import timestamp
from chatd.marks import LEFT


def show_locked(call: Call) -> list[Event]:
    """Have the caller shown behind the answer what waited for its account, unless the account was here meanwhile or
    the program can ask by itself. The event (queued here, if any) belongs into the answer: what was said before it
    waited, what comes behind it is seen live.
    """
    context, connection = call.context, call.connection
    person, count = connection.person, context.config.history.replay_lines
    if not person.account or count <= 0 or connection.classic or connection.caps & capabilities.CHATHISTORY:
        return []
    owner, marks, log = person.owner, context.marks, context.log
    if call.state.sessions_locked(owner) != (connection,):
        return []
    since = marks.last_here(owner)
    marks.unshown.add(owner)
    here = Event(Audience.ORIGIN, "", "", connection, stored=False, own=Own.NEVER)
    log.append(here)

    def then(records: list[Record]) -> None:
        with call.state.lock:
            marks.unshown.discard(owner)
        if records:
            playback = Playback(connection.caps, account_of=context.accounts.name_of)
            call.lines(playback.replay(records, context.now()))

    call.follow(lambda: _waited(log, owner, since, here.time, count), then)
    return [here]


def _waited(log: Log, owner: str, since: str, until: str, count: int) -> list[Record]:
    """The last ones that others said to this owner between these moments, both included; in order."""
    after = log.first_at(since) - 1 if since else 0
    before = log.first_at(next_moment(until))
    found: list[Record] = []
    for target in reversed(log.targets((), owner, BEGINNING, END, ALL)):
        if target.time < since or (len(found) == count and target.time < found[0].time):
            break  # all that are left ended earlier still
        reader = Reader(log, target.conversation, SAID, edits=False)
        found += _of_others(reader, owner, after, before, count)
        found = sorted(found, key=lambda record: record.seq)[-count:]
    return found


def _of_others(reader: Reader, owner: str, after: int, before: int, count: int) -> list[Record]:
    """The last messages of a chat that are not the owner's own."""
    found: list[Record] = []
    while len(found) < count and (page := reader.newest(count, after=after, before=before)):
        found[:0] = [record for record in page if record.sender != owner]
        before = page[0].seq
    return found


def left_locked(context: Context, connection: Connection) -> None:
    """A session has ended: if it was the account's last one, what is said to it from now on waits."""
    if connection.person.account:
        gone_locked(context, connection.person.owner, connection)


def gone_locked(context: Context, owner: str, connection: Connection) -> None:
    """This connection is no session of the account any more; if it was the last one, what is said to it waits.

    In truth from when the session was last heard: what was sent to it later may have got lost on the way.
    """
    marks = context.marks
    if context.state.sessions_locked(owner):
        return
    if owner in marks.unshown:
        marks.unshown.discard(owner)  # it could not be shown what waited, which therefore goes on waiting
        return
    time = timestamp(context.now() - (context.monotonic() - connection.last_received))
    marks.leave(owner, time)
    event = Event(Audience.ORIGIN, "", "", None, stored=False, own=Own.NEVER)
    event.writes = (SetMarker(owner, LEFT, time),)
    context.log.append(event)
