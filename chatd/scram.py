"""SCRAM-SHA-256, the server's side (RFC 5802, RFC 7677): verifiers of passwords, and the exchange that proves one.

A verifier is all that is kept: it proves a password right but cannot be used to log in. `make_verifier` and
`password_fits` take a good part of a second by design, so workers call them; the rest costs microseconds. Pure;
imports the standard library only.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import stringprep
import unicodedata
from dataclasses import dataclass

SALT_BYTES = 16
MOST_ITERATIONS = 10_000_000
PASSWORD_BYTES = 512
"""Longer ones are no passwords: hashing must not become a way to keep the server busy."""


class ScramError(ValueError):
    """The peer's message breaks the rules; it may know nothing more than that it is not logged in."""


@dataclass(frozen=True, slots=True)
class Verifier:
    salt: bytes
    iterations: int
    stored_key: bytes
    server_key: bytes


def prepare(password: str) -> bytes:
    """A password as it is hashed: spaces alike, invisible things dropped, NFKC (as SASLprep, RFC 4013).

    Characters newer than its tables are let through and nothing is asked about directions. Raises `ScramError` for
    control characters, nothing at all, and more than `PASSWORD_BYTES`.
    """
    if len(password) > PASSWORD_BYTES:
        raise ScramError("this password is too long")
    mapped = "".join(
        " " if stringprep.in_table_c12(character) else character
        for character in password
        if not stringprep.in_table_b1(character)
    )
    text = unicodedata.normalize("NFKC", mapped)
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise ScramError("this password holds control characters")
    raw = text.encode()
    if not 0 < len(raw) <= PASSWORD_BYTES:
        raise ScramError("this password is empty or too long")
    return raw


def make_verifier(password: bytes, iterations: int, salt: bytes = b"") -> Verifier:
    """What is kept of a prepared password. Slow."""
    salt = salt or secrets.token_bytes(SALT_BYTES)
    salted = hashlib.pbkdf2_hmac("sha256", password, salt, iterations)
    stored_key = hashlib.sha256(_hmac(salted, b"Client Key")).digest()
    return Verifier(salt, iterations, stored_key, _hmac(salted, b"Server Key"))


def password_fits(verifier: Verifier, password: bytes) -> bool:
    """Whether this is the verifier's password (prepared). Slow, and equally so for a right and a wrong one."""
    made = make_verifier(password, verifier.iterations, verifier.salt)
    return hmac.compare_digest(made.stored_key, verifier.stored_key)


def as_text(verifier: Verifier) -> str:
    """A verifier as settings hold it: `SCRAM-SHA-256$<rounds>:<salt>$<StoredKey>:<ServerKey>` (RFC 5803)."""
    salt, stored, server = (
        base64.b64encode(part).decode() for part in (verifier.salt, verifier.stored_key, verifier.server_key)
    )
    return f"SCRAM-SHA-256${verifier.iterations}:{salt}${stored}:{server}"


def from_text(text: str) -> Verifier | None:
    """What `as_text` wrote; None for anything else, which then is a password itself."""
    found = _WRITTEN.fullmatch(text)
    if found is None or not 0 < int(found[1]) <= MOST_ITERATIONS:
        return None
    try:
        salt, stored, server = (_base64(part) for part in found.groups()[1:])
    except ScramError:
        return None
    return Verifier(salt, int(found[1]), stored, server) if len(stored) == len(server) == 32 else None


def secret_fits(expected: str, given: str) -> bool:
    """Whether somebody knows a secret of the settings, which stands there itself or as `as_text` writes it. Slow for
    the latter; takes the same time for every wrong one.
    """
    verifier = from_text(expected)
    if verifier is None:
        return hmac.compare_digest(expected.encode(), given.encode())
    try:
        return password_fits(verifier, prepare(given))
    except ScramError:
        return False


def dummy_verifier(secret: bytes, name: str, iterations: int) -> Verifier:
    """What stands in for an account that does not exist: the same for the same name, and no password fits."""
    salt = _hmac(secret, b"salt " + name.encode())[:SALT_BYTES]
    return Verifier(salt, iterations, _hmac(secret, b"stored " + name.encode()), _hmac(secret, b"server"))


_WRITTEN = re.compile(r"SCRAM-SHA-256\$([0-9]{1,8}):([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)")
_FIRST = re.compile(r"[ny],(?:a=([^,]+))?,n=([^,]+),r=([!-+\--~]+)(?:,[A-Za-z]=[^,]*)*", re.DOTALL)
_FINAL = re.compile(r"(c=([A-Za-z0-9+/=]+),r=([!-+\--~]+)(?:,[A-Za-z]=[^,]*)*),p=([A-Za-z0-9+/=]+)", re.DOTALL)


class Exchange:
    """One login: `first` message in, `challenge` out, `final` message in, the server's own proof out."""

    __slots__ = ("_client_first", "_gs2", "_nonce", "_server_first", "_verifier", "name")

    def __init__(self, first: bytes, nonce: str = "") -> None:
        """Read the client's first message. `nonce` is the server's part (random). Raises `ScramError`."""
        found = _FIRST.fullmatch(_text(first))
        if found is None:
            raise ScramError("this is no first message of SCRAM without channel binding")
        authorized, name, client_nonce = found.groups()
        self.name = _saslname(name)
        """Who wants to log in."""
        if authorized is not None and _saslname(authorized) != self.name:
            raise ScramError("nobody may act for somebody else")
        self._gs2 = found[0][: found.start(2) - 2]
        self._client_first = found[0][len(self._gs2) :]
        self._nonce = client_nonce + (nonce or secrets.token_urlsafe(18))
        self._server_first = ""
        self._verifier: Verifier | None = None

    def challenge(self, verifier: Verifier) -> bytes:
        """The server's first message: the nonce, and how the password was salted."""
        self._verifier = verifier
        salt = base64.b64encode(verifier.salt).decode()
        self._server_first = f"r={self._nonce},s={salt},i={verifier.iterations}"
        return self._server_first.encode()

    def final(self, message: bytes) -> bytes:
        """Check the client's proof; the server's signature. Raises `ScramError` unless the password was right."""
        found = _FINAL.fullmatch(_text(message))
        if found is None or self._verifier is None:
            raise ScramError("this is no final message of SCRAM")
        without_proof, binding, nonce, proof = found.groups()
        if _base64(binding) != self._gs2.encode() or not hmac.compare_digest(nonce, self._nonce):
            raise ScramError("this final message belongs to another exchange")
        signed = f"{self._client_first},{self._server_first},{without_proof}".encode()
        signature = _hmac(self._verifier.stored_key, signed)
        client_key = bytes(a ^ b for a, b in zip(_base64(proof), signature, strict=False))
        if not hmac.compare_digest(hashlib.sha256(client_key).digest(), self._verifier.stored_key):
            raise ScramError("the password is wrong")
        return b"v=" + base64.b64encode(_hmac(self._verifier.server_key, signed))


def _hmac(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")


def _text(message: bytes) -> str:
    try:
        return message.decode()
    except UnicodeDecodeError:
        raise ScramError("this is no UTF-8") from None


def _saslname(name: str) -> str:
    """A name as it was before `,` and `=` were written out (RFC 5802, section 5.1)."""
    if "=" in name.replace("=2C", "").replace("=3D", ""):
        raise ScramError("this name holds a bare =")
    return name.replace("=2C", ",").replace("=3D", "=")


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ScramError("this is no base64") from None
