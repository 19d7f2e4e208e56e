"""What the network side tells of a connection, and how long it waits for what.

Plain values, made in the network thread and read in the one that owns the session. Imports `changes` and `protocol`.
"""

from __future__ import annotations

from dataclasses import dataclass

from client.changes import CLEAR, Problem, Security
from protocol import Message


@dataclass(frozen=True, slots=True)
class Timeouts:
    """All in seconds."""

    connect_s: float = 10.0
    """Name resolution and all addresses together."""
    next_address_s: float = 0.25
    """Until the next address is tried beside those that have not answered."""
    tls_s: float = 3.0
    """For a server to answer our first words of TLS; one that speaks something else may wait for us for ever."""
    silence_s: float = 15.0
    """Without a byte from the server until it is asked for a PONG..."""
    answer_s: float = 10.0
    """... and from there until the link is given up."""
    goodbye_s: float = 0.5
    """To send what waits when the connection is to be closed."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The connection is open."""

    security: Security = CLEAR


@dataclass(frozen=True, slots=True)
class Failed:
    """There is no connection, or no chat server at its end."""

    problem: Problem
    text: str = ""
    """CERTIFICATE_CHANGED: the fingerprint of the new one."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection ended; `text` is the system's reason, may be ""."""

    text: str


@dataclass(frozen=True, slots=True)
class Received:
    """What the server sent, in order. Answer with `batch_taken` once done with it."""

    messages: list[Message]


@dataclass(frozen=True, slots=True)
class Derived:
    """The answer to `Derive`."""

    key: bytes


Event = Connected | Failed | Lost | Received | Derived
