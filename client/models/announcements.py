"""What a notification says: names and texts as they are, in their own direction, and short.

Imports the session's words and texts, no widget. GUI thread only.
"""

from __future__ import annotations

from client.changes import Conversation, Entry
from client.core.attention import Mark
from client.directory import Invitation
from client.models.markup import unmarked
from client.models.texts import isolated, number_text, plain, safe_text
from translations import ntr, tr

CHARACTERS = 120
"""Of a text; the rest is in the window."""
_NO_TAG = "<\u2060"
"""Some desktops read tags in it: an invisible sign behind every `<` makes it one that opens none."""


def announcement(said: list[tuple[Conversation, Entry]]) -> tuple[str, str]:
    """Title and text for what was said: one message, or how many there are and where."""
    conversation, entry = said[-1]
    if len(said) == 1:
        name = isolated(entry.name)
        if conversation.channel:
            name = tr("{name} in {room}").format(name=name, room=isolated(conversation.title))
        return plainly(name), plainly(isolated(short(plain(unmarked(safe_text(entry.text))))))
    title = ntr("{n} new message", "{n} new messages", len(said)).format(n=number_text(len(said)))
    rooms = dict.fromkeys(conversation.title for conversation, _ in reversed(said))
    return title, plainly(", ".join(isolated(short(room, 30)) for room in list(rooms)[:3]))


def invited(invitation: Invitation) -> tuple[str, str]:
    """Title and text for an invitation."""
    text = tr("{name} invites you to {room}.")
    name, room = isolated(short(invitation.by, 30)), isolated(short(invitation.name, 30))
    return plainly(name), plainly(text.format(name=name, room=room))


def state_text(mark: Mark, number: int) -> str:
    """The tray's state in words."""
    if mark is Mark.MEANT:
        said = ntr("{n} message for you", "{n} messages for you", number).format(n=number_text(number))
        return f"Obrolan: {said}"
    return f"Obrolan: {tr('new messages')}" if mark is Mark.UNREAD else "Obrolan"


def short(text: str, most: int = CHARACTERS) -> str:
    """The text in one line, cut with "…" where it is too long."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def plainly(text: str) -> str:
    """The text without anything that a desktop could take for a tag."""
    return text.replace("<", _NO_TAG)
