"""The server's certificate: the one of the settings, or one made at the first start; and what TLS it allows.

Only making one needs the package `cryptography`; with a certificate there, Python's `ssl` is enough. Imports `config`
and `datafolder`; used by the main thread, at the start and when settings are read anew.
"""

from __future__ import annotations

import datetime
import importlib.util
import ipaddress
import socket
import ssl
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import checkwords
from chatd.config import ConfigError, Listen
from chatd.datafolder import write_private
from translations import tr

if TYPE_CHECKING:
    from cryptography.x509 import GeneralName

CERTIFICATE, KEY = "tls-cert.pem", "tls-key.pem"
"""Our own, in the data folder."""
VALID_DAYS = 3650
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2 only what has forward secrecy and authenticates what it encrypts; TLS 1.3 has nothing else."""


class CertificateError(ConfigError):
    """The certificate cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """One that is in use."""

    context: ssl.SSLContext
    """Never changed: another certificate means another context, and who is connected keeps the old one."""
    der: bytes
    own: bool
    """Whether the server made it itself, so that nobody but its fingerprint speaks for it."""
    authority: bool = False
    """Whether an authority that this computer knows has signed it."""

    @property
    def words(self) -> str:
        """What people compare at the first contact."""
        return checkwords.SEPARATOR.join(checkwords.words_of(self.der))


def load(listen: Listen, folder: Path, names: tuple[str, ...]) -> Certificate | None:
    """The certificate by these settings; None where there is none and none can be made.

    `names` are those that a certificate of our own is made for. Raises `CertificateError`.
    """
    if not listen.tls:
        return None
    if listen.tls_cert:
        return _read(Path(listen.tls_cert), Path(listen.tls_key or listen.tls_cert), own=False)
    certificate, key = folder / CERTIFICATE, folder / KEY
    if not (certificate.exists() and key.exists()):
        if not can_make():
            if listen.require_tls or any(extra.kind == "tls" for extra in listen.extra):
                text = tr(
                    "The settings ask for TLS, but there is no certificate: install the package {name}, or name one"
                )
                raise CertificateError(text.format(name="cryptography"))
            return None
        make(certificate, key, names)
    return _read(certificate, key, own=True)


def can_make() -> bool:
    """Whether the package that makes certificates is there, without loading it."""
    return importlib.util.find_spec("cryptography") is not None


def _read(certificate: Path, key: Path, *, own: bool) -> Certificate:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.options |= ssl.OP_NO_TICKET  # of TLS 1.2; the next line is about 1.3
    context.num_tickets = 0  # who comes back shakes hands anew: it costs little, and nothing need be kept
    text = tr("The certificate {file} cannot be used: {why}.")
    try:
        pem = certificate.read_text(encoding="ascii", errors="replace")
        context.load_cert_chain(certificate, key, password=_no_password)
        der = ssl.PEM_cert_to_DER_cert(_first(pem))
    except ssl.SSLError as error:
        why = {
            "KEY_VALUES_MISMATCH": tr("the key is not the one it belongs to"),
        }.get(error.reason, tr("it holds no certificate and key in PEM"))
        raise CertificateError(text.format(file=certificate, why=why)) from error
    except OSError as error:
        raise CertificateError(text.format(file=error.filename or certificate, why=error.strerror)) from error
    except ValueError as error:
        why = tr("it holds no certificate and key in PEM")
        raise CertificateError(text.format(file=certificate, why=why)) from error
    # Our own lasts longer than this computer, and reading it takes a tenth of a second.
    if not own and (end := _end_of(der)) is not None and end < time.time():
        day = time.strftime("%Y-%m-%d", time.localtime(end))
        raise CertificateError(text.format(file=certificate, why=tr("it ended on {day}").format(day=day)))
    return Certificate(context, der, own, not own and _signed(context))


def _signed(context: ssl.SSLContext) -> bool:
    """Whether a client with the authorities of this computer believes it: a handshake in memory says so."""
    doubter = ssl.create_default_context()
    doubter.check_hostname = False  # by which name people reach the server is theirs to look at
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = doubter.wrap_bio(to_client, to_server)
    server = context.wrap_bio(to_server, to_client, server_side=True)
    try:
        for side in (client, server, client):  # TLS 1.3: hello, the certificate, what was made of it
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                pass
    except ssl.SSLError:
        return False
    return client.version() is not None


def _no_password() -> str:
    raise ValueError("keys with a password cannot be used: nobody is there to type it")


def _first(pem: str) -> str:
    """The first certificate of a chain, which is the server's own."""
    end = pem.find("-----END CERTIFICATE-----")
    return pem[max(pem.find("-----BEGIN CERTIFICATE-----"), 0) : end + len("-----END CERTIFICATE-----")]


def _end_of(der: bytes) -> float | None:
    """When a certificate ends, in seconds since the epoch; None where the package that reads it is missing."""
    if not can_make():
        return None
    from cryptography import x509  # noqa: PLC0415 - a tenth of a second, for those who have a certificate

    return x509.load_der_x509_certificate(der).not_valid_after_utc.timestamp()


def make(certificate: Path, key: Path, names: tuple[str, ...], days: int = VALID_DAYS) -> None:
    """Make a key and a certificate for it that nobody has signed."""
    from cryptography import x509  # noqa: PLC0415 - once in the life of a server
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    secret = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=2))  # a client's clock may be behind
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(secret, hashes.SHA256())
    )
    form = serialization.Encoding.PEM
    pem = secret.private_bytes(form, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    try:
        write_private(key, pem)
        write_private(certificate, made.public_bytes(form))
    except OSError as error:
        text = tr("The certificate {file} cannot be used: {why}.")
        raise CertificateError(text.format(file=error.filename or key, why=error.strerror)) from error


def _general_name(name: str) -> GeneralName:
    from cryptography import x509  # noqa: PLC0415 - as in `make`

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def names_of(server: str, addresses: list[str]) -> tuple[str, ...]:
    """What a certificate of our own is made for: the server's name, this computer's, its addresses."""
    host = socket.gethostname()
    return tuple(
        dict.fromkeys([server, *([host] if host.isascii() and host else []), "localhost", "127.0.0.1", *addresses])
    )
