"""What the server itself says: notices to everybody or to one room. They pass, and are not kept.

Imports `call` and what is below; called under the state lock by the server's console and whoever holds a `ChatServer`.
"""

from __future__ import annotations

import protocol
from chatd.channel import Channel
from chatd.commands.call import Context
from chatd.events import Audience, Event
from protocol import fold

TEXT_BYTES = 400


def tell_all_locked(context: Context, text: str) -> None:
    """Say it to everybody, in one line: line ends become spaces, what is more than fits is cut."""
    context.log.append(Event(Audience.EVERYONE, "NOTICE", _line(context, "*", text), None, stored=False))


def tell_room_locked(context: Context, channel: Channel, text: str) -> None:
    """The same to who is in a room."""
    line = _line(context, channel.name, text)
    context.log.append(Event(Audience.CHANNEL, "NOTICE", line, None, fold(channel.name), stored=False))


def _line(context: Context, target: str, text: str) -> str:
    return f":{context.name} NOTICE {target} :{protocol.cut_bytes(' '.join(text.split()), TEXT_BYTES)}"
