"""`chatd/commands/metadata.py` where a crowd is needed."""

from __future__ import annotations

from chatd.capabilities import Cap
from chatd.channel import Channel
from chatd.commands import metadata
from chatd.commands.call import Call, Context
from chatd.commands.metadata import CROWD
from chatd.config import Config
from chatd.log.memory import MemoryLog
from protocol import Message
from tests.chatd.connections import connection
from tests.covering import covers
from tests.fakes import ManualClock


@covers("774", "METADATA")
def test_who_joins_a_crowd_is_told_to_ask_later() -> None:
    """Metadata, "Postponed synchronization": "the server MUST respond with a `RPL_METADATASYNCLATER` numeric"."""
    clock = ManualClock()
    context = Context(Config(), MemoryLog(clock), clock, clock, lambda _address: "h.lan", list, "obrolan-0", 0.0)
    newcomer = connection("siti", Cap.METADATA_3 | Cap.BATCH)
    newcomer.subscriptions = {"avatar": None}
    channel = Channel("#ramai", 0, members=dict.fromkeys(range(CROWD), ""))
    lines = metadata.of_channel_locked(Call(context, newcomer, Message("JOIN")), channel)
    assert lines == [":obrolan.local 774 siti #ramai 2 :Ask for it in a moment"]
