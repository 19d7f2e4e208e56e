"""The message that an edit, a reaction or a redaction is about: found by a worker, checked again under the lock.

Between the two it may have been removed; that is what `Context.removals` remembers for a while. Entered by every I/O
thread, `find` by the workers.
"""

from __future__ import annotations

from chatd.commands.call import Context
from chatd.events import Event, Outcome
from chatd.log import Log, Record

SAID = ("PRIVMSG", "NOTICE")
"""What is an edit of something else if it is about it (`Record.about`)."""
REMEMBERED = 256


def find(log: Log, msgid: str) -> Record | None:
    """The message of this id; that of an edit stands for what it edits. For workers; raises `LogError`."""
    record = log.find(msgid)
    if record is not None and record.about and record.verb in SAID:
        record = log.find(record.about_id)
    return record


def here_locked(context: Context, record: Record | None, conversation: str) -> Record | None:
    """What was found, if it stands in this conversation and is still there."""
    if record is None or conversation not in record.conversations:
        return None
    removal = context.removals.get(record.seq)
    return None if removal is not None and removal.outcome is not Outcome.FAILED else record


def remove_locked(context: Context, record: Record, removal: Event) -> None:
    """Note that its removal is on its way to the log."""
    context.removals[record.seq] = removal
    if len(context.removals) > REMEMBERED:
        del context.removals[next(iter(context.removals))]
