"""One connection's way through SASL: chunks are joined, messages are read; nothing here knows an account.

IRCv3 sasl-3.1 and 3.2; mechanisms PLAIN (RFC 4616) and SCRAM-SHA-256 (`scram`). Belongs to the I/O thread that owns
the connection. Imports `scram` only.
"""

from __future__ import annotations

import base64
import binascii
from collections import deque

from chatd.scram import Exchange

MECHANISMS = ("SCRAM-SHA-256", "PLAIN")
CHUNK_BYTES = 400
"""A message is cut at so many characters of base64; a shorter chunk is its last."""
MESSAGE_BYTES = 4 * CHUNK_BYTES
"""Most characters of base64 in a message: room for every password there may be."""


class SaslError(Exception):
    """The exchange has failed; the peer is told no more than that."""


class TooLongError(SaslError):
    """A chunk or a whole message is longer than agreed."""


class Login:
    """See the module; made for a connection at its first AUTHENTICATE."""

    __slots__ = ("_text", "account", "exchange", "mechanism", "proof", "refused", "tries")

    def __init__(self) -> None:
        self.tries: deque[float] = deque()
        """Monotonic seconds of the attempts that were not successful."""
        self.refused = False
        """Whether the connection was told that its nickname is somebody else's; it is told at once from then on."""
        self.end()

    def begin(self, mechanism: str) -> None:
        self.mechanism = mechanism

    def end(self) -> None:
        """Forget all of the exchange."""
        self.mechanism = ""
        """The one that is being used, "" for none."""
        self.exchange: Exchange | None = None
        """SCRAM, once the client has said who it is."""
        self.account = 0
        """SCRAM: the number of the account whose verifier the exchange goes by, 0 for none."""
        self.proof = b""
        """SCRAM: the server's own, once the client's was right."""
        self._text = ""

    def take(self, chunk: str) -> bytes | None:
        """The message, once it is complete. Raises `SaslError`."""
        if len(chunk) > CHUNK_BYTES or len(self._text) + len(chunk) > MESSAGE_BYTES:
            raise TooLongError
        self._text += "" if chunk == "+" else chunk
        if len(chunk) == CHUNK_BYTES:
            return None
        text, self._text = self._text, ""
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise SaslError("this is no base64") from None


def chunks(message: bytes) -> list[str]:
    """A message as the parameters of AUTHENTICATE lines."""
    text = base64.b64encode(message).decode()
    cut = [text[start : start + CHUNK_BYTES] for start in range(0, len(text), CHUNK_BYTES)]
    return cut if cut and len(cut[-1]) < CHUNK_BYTES else [*cut, "+"]


def read_plain(message: bytes) -> tuple[str, str]:
    """Who wants to log in and with which password. Raises `SaslError`."""
    try:
        parts = message.decode().split("\0")
    except UnicodeDecodeError:
        raise SaslError("this is no UTF-8") from None
    if len(parts) != 3 or not parts[1] or parts[0] not in ("", parts[1]):
        raise SaslError("this is no PLAIN message, or acts for somebody else")
    return parts[1], parts[2]
