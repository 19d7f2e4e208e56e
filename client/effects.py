"""What the session wants the network side to do, in order (`Session.take_effects`). Plain values; imports nothing."""

from __future__ import annotations

from dataclasses import dataclass


def is_loopback(host: str) -> bool:
    """Whether a server of this name is on this computer."""
    host = host.lower()
    numbers = host.split(".")
    return host in {"localhost", "::1"} or (
        len(numbers) == 4 and numbers[0] == "127" and all(number.isascii() and number.isdecimal() for number in numbers)
    )


@dataclass(frozen=True, slots=True)
class Connect:
    """Open a connection to this server (an open one is dropped first)."""

    host: str
    port: int
    tls: bool = False
    """Whether TLS is tried, before (and unless the server is known by it) speaking in clear."""
    known: str = ""
    """How this computer knows the server (`trust.Trust.known`), "" for not at all."""


@dataclass(frozen=True, slots=True)
class Send:
    """Bytes of whole lines for the open connection."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Send what waits, then close (or give up connecting)."""


@dataclass(frozen=True, slots=True)
class Derive:
    """Compute PBKDF2-HMAC-SHA256 where nobody waits for it, and give the 32 bytes to `Session.derived`.

    It is of no use any more after the next Connect or Disconnect.
    """

    password: str
    salt: bytes
    iterations: int


Effect = Connect | Send | Disconnect | Derive
