"""The message that an edit, a reaction or a redaction is about: found by a worker, checked again under the lock.

Between the two it may have been removed; that is what `Context.removed` remembers for a while. Entered by every I/O
thread, `find` by the workers.
"""

from __future__ import annotations

from chatd.commands.call import Context
from chatd.log import Log, Record

SAID = ("PRIVMSG", "NOTICE")
"""What is an edit of something else if it is about it (`Record.about`)."""
REMEMBERED = 4096


def find(log: Log, msgid: str) -> Record | None:
    """The message of this id; that of an edit stands for what it edits. For workers; raises `LogError`."""
    record = log.find(msgid)
    if record is not None and record.about and record.verb in SAID:
        record = log.find(record.about_id)
    return record


def here_locked(context: Context, record: Record | None, conversation: str) -> Record | None:
    """What was found, if it stands in this conversation and is still there."""
    known = record is not None and conversation in record.conversations and record.seq not in context.removed
    return record if known else None


def remove_locked(context: Context, record: Record) -> None:
    """Note that its removal is on its way to the log."""
    context.removed[record.seq] = None
    if len(context.removed) > REMEMBERED:
        del context.removed[next(iter(context.removed))]
