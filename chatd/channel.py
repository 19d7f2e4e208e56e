"""One channel: who is in it with which rights, and its topic. Pure state, no I/O, no lock of its own.

Members are keyed by the id of their connection, so that this room knows no connection; `state.py`
holds the map and the lock under which everything here is called.
"""

from __future__ import annotations

from dataclasses import dataclass, field

PREFIXES = {"o": "@", "v": "+"}
"""Channel user modes and their prefixes, highest first (ISUPPORT PREFIX)."""


@dataclass(slots=True)
class Channel:
    name: str
    """As first written; compared by `protocol.fold`."""
    created: int
    """Seconds since the epoch."""
    opened: float = 0.0
    """The same, to the moment."""
    permanent: bool = False
    """Whether it stays when the last member leaves (the lobby)."""
    members: dict[int, str] = field(default_factory=dict)
    """Connection id -> channel user modes ("o", "ov", "")."""
    topic: str = ""
    topic_by: str = ""
    topic_at: int = 0
    """Seconds since the epoch; 0 when no topic was ever set."""
    modes: str = "n"
    """Flags without parameter: `n` no messages from outside."""

    def add(self, member: int) -> None:
        """Take a member in; who opens a channel that is not permanent becomes its operator."""
        self.members[member] = "o" if not self.members and not self.permanent else ""

    def remove(self, member: int) -> None:
        """Let a member go; one who is not in it is ignored."""
        self.members.pop(member, None)

    @property
    def abandoned(self) -> bool:
        """Whether nobody is left and nothing keeps the channel."""
        return not self.members and not self.permanent

    def may_speak(self, member: int) -> bool:
        """Whether this connection may send a message to the channel."""
        return member in self.members or "n" not in self.modes

    def prefixes(self, member: int, every: bool) -> str:
        """`@+` with multi-prefix (`every`), else only the highest one, "" for an ordinary member."""
        modes = self.members.get(member, "")
        marks = "".join(mark for mode, mark in PREFIXES.items() if mode in modes)
        return marks if every else marks[:1]

    def set_topic(self, topic: str, by: str, at: int) -> None:
        """Change the topic; "" takes it away but keeps who did so."""
        self.topic, self.topic_by, self.topic_at = topic, by, at
