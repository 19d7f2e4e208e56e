"""SCRAM-SHA-256 from the client's side (RFC 5802, RFC 7677), and the secret it proves to know.

Pure: the one slow step, PBKDF2, is left to whoever can wait (`Derive`, client/changes.py); its result is kept
inside the secret, so that the next login needs no such step. Uses hashlib, so it is imported when a login
needs it, not before the first paint.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import stringprep
import unicodedata
from dataclasses import dataclass

MECHANISM = "SCRAM-SHA-256"
CHUNK = 400
"""Characters of one AUTHENTICATE line; a shorter one ends the text."""
LONGEST = 4 * CHUNK
"""Characters of a server's text that are gathered; SCRAM needs a few hundred."""
FEWEST_ITERATIONS = 4096
MOST_ITERATIONS = 10_000_000
"""Seconds of work on a slow computer; a server that wants more is not served."""
_NO_BINDING = "n,,"


class ScramError(ValueError):
    """What the server said is no SCRAM, or asks for what we do not do."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A password, and what was derived of it for a server's salt; `str` and `read` are what is kept on disk."""

    password: str
    salt: bytes = b""
    iterations: int = 0
    key: bytes = b""
    """PBKDF2-HMAC-SHA256 of the password with that salt and so many iterations."""

    def __str__(self) -> str:
        if not self.key:
            return self.password
        return ":".join([self.password, str(self.iterations), self.salt.hex(), self.key.hex()])

    @staticmethod
    def read(text: str) -> Secret:
        """The secret kept as this text; what cannot be read of it is derived anew."""
        password, *rest = text.split(":")
        try:
            iterations, salt, key = rest
            return Secret(password, bytes.fromhex(salt), int(iterations), bytes.fromhex(key))
        except ValueError:
            return Secret(password)

    def fits(self, salt: bytes, iterations: int) -> bool:
        """Whether the key is the one for this salt."""
        return (self.salt, self.iterations) == (salt, iterations) and len(self.key) == hashlib.sha256().digest_size


class Scram:
    """One exchange: `first`, `challenge`, `proof` (once the key is there), `is_signed_by_server`."""

    def __init__(self, account: str, nonce: str) -> None:
        self._nonce = nonce
        self._bare = f"n={account.replace('=', '=3D').replace(',', '=2C')},r={nonce}"
        self._signed = b""
        self._key = b""
        self._server_first = ""
        self.salt = b""
        self.iterations = 0

    def first(self) -> str:
        """What the client opens with."""
        return _NO_BINDING + self._bare

    def challenge(self, text: str) -> None:
        """The server's answer: its salt and number of iterations are known now."""
        fields = _fields(text)
        nonce, iterations = fields.get("r", ""), fields.get("i", "")
        if "m" in fields or not nonce.startswith(self._nonce) or nonce == self._nonce:
            raise ScramError(text)
        if not (iterations.isascii() and iterations.isdecimal() and len(iterations) < 9):
            raise ScramError(text)
        self.salt, self.iterations = _decode(fields.get("s", "")), int(iterations)
        if not self.salt or not FEWEST_ITERATIONS <= self.iterations <= MOST_ITERATIONS:
            raise ScramError(text)
        self._nonce, self._server_first = nonce, text

    def proof(self, key: bytes) -> str:
        """The client's proof that it has the key."""
        without = f"c={_encode(_NO_BINDING.encode())},r={self._nonce}"
        self._key = key
        self._signed = f"{self._bare},{self._server_first},{without}".encode()
        client_key = _mac(key, b"Client Key")
        signature = _mac(hashlib.sha256(client_key).digest(), self._signed)
        return f"{without},p={_encode(bytes(a ^ b for a, b in zip(client_key, signature, strict=True)))}"

    def is_signed_by_server(self, text: str) -> bool:
        """Whether the server proves in turn that it knows us."""
        expected = _mac(_mac(self._key, b"Server Key"), self._signed)
        try:
            return hmac.compare_digest(_decode(_fields(text).get("v", "")), expected)
        except ScramError:
            return False


def prepared(password: str) -> str:
    """A typed password as both ends hash it: spaces alike, invisible things dropped, NFKC (as SASLprep, RFC 4013)."""
    mapped = (
        " " if stringprep.in_table_c12(character) else character
        for character in password
        if not stringprep.in_table_b1(character)
    )
    return unicodedata.normalize("NFKC", "".join(mapped))


def chunks(text: str) -> list[str]:
    """A text as the parameters of one AUTHENTICATE line after another."""
    encoded = _encode(text.encode())
    parts = [encoded[start : start + CHUNK] for start in range(0, len(encoded), CHUNK)]
    return parts if parts and len(parts[-1]) < CHUNK else [*parts, "+"]


def decoded(text: str) -> str:
    """The text of a server's AUTHENTICATE lines put together."""
    try:
        return _decode(text).decode()
    except UnicodeDecodeError as error:
        raise ScramError(text) from error


def _fields(text: str) -> dict[str, str]:
    return {name: value for name, sign, value in (part.partition("=") for part in text.split(",")) if sign}


def _mac(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, "sha256")


def _encode(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ScramError(text) from error
