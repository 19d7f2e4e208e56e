"""The short way for what is said most: `PRIVMSG target :text` and nothing more, several in a row at once.

It says what the long way (`messages`, `sending`) would say, and takes only what that would let pass: whatever is
unusual in a line, in the channel or in who is written to is left to it. All lines of one read to the same target
are checked once, under one hold of the state lock. Imports `sending` and what is below it; entered by every I/O thread.
"""

from __future__ import annotations

import re
from collections import deque
from itertools import islice

import protocol
from chatd.commands import pace
from chatd.commands.call import Context
from chatd.commands.sending import peer_locked, silence_locked
from chatd.connection import Connection
from chatd.events import Said
from protocol import fold

LONGEST = protocol.LINE_BYTES - 2
AT_ONCE = 64
"""Lines that are looked at together: of those behind an unusual one the work is done again."""
_HEAD = re.compile(rb"PRIVMSG ([#A-Z\[-`a-z{-}][!-+\--9;-~]*) :")
"""ASCII without comma and colon; in front `#` or what a nickname may begin with."""
_UNUSUAL = re.compile(rb"[\0\r\x01]")
"""What no line may hold, and what may be CTCP."""


def take(context: Context, connection: Connection, waiting: deque[bytes], most: int) -> list[Said]:
    """Queue what stands first in these lines (at most so many), as far as it can go this way, and take it away."""
    found = _HEAD.match(waiting[0])
    if found is None or not connection.registered:
        return []
    head = found[0]
    start = len(head)
    texts: list[bytes] = []
    for line in islice(waiting, min(most, AT_ONCE)):
        if not line.startswith(head) or not start < len(line) <= LONGEST:
            break
        texts.append(line[start:])
    together = b"\n".join(texts)
    if b"\r" in together or b"\0" in together or b"\x01" in together:
        usual = _UNUSUAL.split(together, 1)[0]
        texts = texts[: usual.count(b"\n")]
        together = b"\n".join(texts)
    if not texts:
        return []
    try:
        said = _say(context, connection, found[1].decode(), texts, together.decode())
    except UnicodeDecodeError:
        return []
    for _ in said:
        waiting.popleft()
    if said:
        connection.received_lines += len(said)
        context.usage.note("PRIVMSG", len(said))
    return said


def _say(context: Context, connection: Connection, target: str, texts: list[bytes], together: str) -> list[Said]:
    person = connection.person
    append = context.log.append
    said: list[Said] = []
    with context.state.lock:
        found = (_channel_locked if target[0] == "#" else _person_locked)(context, connection, target)
        if found is None:
            return said
        name, key, recipients = found
        limit, crowd = -1, key if recipients is None else fold(name)
        if connection.paced:
            limit = pace.room_locked(context, connection, crowd, context.state.channels.get(crowd))
            if not limit:
                return said
        person.active_at = context.monotonic()
        front = f":{person.source} PRIVMSG {name} :"
        room = LONGEST - len(front.encode())
        for text, words in zip(texts, together.split("\n"), strict=True):
            if len(text) > room or len(said) == limit:
                break
            event = Said(front + words, connection, key)
            if recipients is not None:
                event.to(recipients)
            event.said_by(person)
            said.append(event)
            append(event)
        if limit > 0:
            pace.said_locked(context, crowd, len(said))
    return said


Target = tuple[str, str, tuple[Connection, ...] | None]
"""Its name, the key of the conversation, and who gets what is private; None for a channel."""


def _channel_locked(context: Context, connection: Connection, target: str) -> Target | None:
    key = fold(target)
    channel = context.state.channels.get(key)
    if channel is None or channel.slow or "U" in channel.modes or channel.lists["g"]:
        return None
    if silence_locked(connection.person, channel, None):
        return None
    return channel.name, key, None


def _person_locked(context: Context, connection: Connection, target: str) -> Target | None:
    peer = peer_locked(context, connection, target)
    if peer is None or peer.away or connection in peer.sessions:  # who writes to itself reads it twice
        return None
    if connection.paced and peer.key not in connection.person.partners:
        return None
    return peer.name, peer.key, peer.sessions
