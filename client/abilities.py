"""What a server lets its people do (`Session.abilities`); screens offer no more.

Plain data like `changes.py`. No Qt, sockets or threads; imports nothing of ours.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Abilities:
    """It changes with the link: look again after a LinkChanged."""

    history: bool = False
    """Older messages can be fetched."""
    replies: bool = False
    reactions: bool = False
    edits: bool = False
    deletes: bool = False
    typing: bool = False
    search: bool = False
    multiline: bool = False
    """A text with line ends is one message."""
