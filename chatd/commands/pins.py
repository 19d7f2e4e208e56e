"""Messages that stand out in a channel: their ids are metadata of the channel (docs/protocol.md, "Pinned messages").

Who may pin, and who is told, is what holds for all metadata of channels; here is only what happens to a pin by itself.
"""

from __future__ import annotations

import protocol
from chatd.channel import Channel
from chatd.commands import metadata
from chatd.commands.call import Call

KEY = f"{protocol.VENDOR}/pinned"
"""Its value: msgids, the newest pin first, with a space between them."""


def removed_locked(call: Call, channel: Channel, msgid: str) -> None:
    """A message was taken back: it does not stand out any more."""
    store = call.context.metadata
    ids = store.of(channel).get(KEY, "").split()
    if msgid in ids:
        value = " ".join(other for other in ids if other != msgid) or None
        store.set(channel, KEY, value)
        metadata.keep_locked(call, channel)
        metadata.notify_locked(call.context, channel.name, channel, {KEY: value})
