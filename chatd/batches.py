"""The batch that a client has open (IRCv3 client-batch): what has come of it so far.

Belongs to its connection and so to one I/O thread; `commands/multiline.py` bounds it. Imports nothing of ours.
"""

from __future__ import annotations

from enum import Enum


class Standing(Enum):
    OPEN = "its lines are taken"
    BROKEN = "something of it was lost: it cannot be sent, and the client is still to be told"
    IGNORED = "the client was told that it failed; the rest of it says nothing"


class OpenBatch:
    """See the module."""

    __slots__ = (
        "edits",
        "label",
        "lines",
        "nonce",
        "opened_at",
        "reference",
        "size",
        "standing",
        "tags",
        "target",
        "verb",
    )

    def __init__(self, reference: str, opened_at: float) -> None:
        self.reference = reference
        self.opened_at = opened_at
        """Monotonic seconds."""
        self.standing = Standing.OPEN
        self.target = self.verb = ""
        self.tags = ""
        """The client tags of its opening, as they go out."""
        self.label = ""
        self.nonce = ""
        self.edits = ""
        """The msgid of the message that it replaces."""
        self.lines: list[tuple[str, bool]] = []
        self.size = 0
        """Bytes of the text so far, its line ends included."""
