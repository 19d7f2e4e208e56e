"""Trust at the first contact: which server a client of ours speaks to, how, and what it refuses.

Real servers, and the connection of window and terminal client alike.
"""

from __future__ import annotations

import datetime
import hashlib
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from client.changes import AUTHORITY, CLEAR, Problem, Security
from client.connection import ways_to
from client.effects import Connect, Send
from client.events import Connected, Event, Failed, Received
from protocol import parse
from tests.covering import covers
from tests.end2end.harness import NAME, IrcClient, Launch, ServerProcess, certificate_files
from tests.links import QUICK, Link

SETTINGS = {"lobby": {"autojoin": False}}
HELLO = b"NICK siti\r\nUSER u 0 * :Siti\r\n"


def fingerprint_of(pem: bytes) -> str:
    end = "-----END CERTIFICATE-----"
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem.decode().partition(end)[0] + end)).hexdigest()


OURS = fingerprint_of(certificate_files()["tls-cert.pem"])


@pytest.fixture
def link() -> Iterator[Link]:
    """Connects to this computer, whatever the name."""

    def resolve(_host: str, port: int, **_: object) -> list[object]:
        return socket.getaddrinfo("127.0.0.1", port, type=socket.SOCK_STREAM)  # type: ignore[return-value]  # as it is

    made = Link(replace(QUICK, tls_s=0.3), resolve)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), SETTINGS) as process:
        yield process


def reach(link: Link, port: int, known: str = "", host: str = "127.0.0.1") -> Event:
    link.connection.perform(Connect(host, port, tls=True, known=known))
    return link.next()


def welcomed(link: Link) -> bool:
    """Whether the server lets us in over what was agreed on."""
    link.connection.perform(Send(HELLO))
    while True:
        event = link.next()
        assert isinstance(event, Received), event
        link.connection.batch_taken()
        if any(message.command == "001" for message in event.messages):
            return True


# --- first contact, and the same again


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "lab.example"])
def test_the_first_certificate_is_taken_without_a_question(link: Link, server: ServerProcess, host: str) -> None:
    assert reach(link, server.port, host=host) == Connected(Security(OURS))
    assert welcomed(link)


def test_the_same_certificate_is_the_same_server(link: Link, server: ServerProcess) -> None:
    assert reach(link, server.port, OURS) == Connected(Security(OURS))
    assert welcomed(link)


# --- not the same


@pytest.mark.parametrize("host", ["127.0.0.1", "lab.example"])
def test_another_certificate_is_refused_and_told(link: Link, server: ServerProcess, host: str) -> None:
    assert reach(link, server.port, "00" * 32, host) == Failed(Problem.CERTIFICATE_CHANGED, OURS)


def test_a_server_known_with_tls_is_refused_in_clear(link: Link, launch: Launch) -> None:
    port = launch({**SETTINGS, "listen": {"tls": False}}).port
    assert reach(link, port, OURS) == Failed(Problem.TLS_GONE)
    assert reach(link, port, AUTHORITY, "lab.example") == Failed(Problem.TLS_GONE)


def test_one_that_does_not_answer_is_no_other_server(link: Link) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert reach(link, silent.getsockname()[1], OURS) == Failed(Problem.NO_ANSWER)


# --- without TLS


def test_a_server_without_tls_is_spoken_to_in_clear(link: Link, launch: Launch) -> None:
    assert reach(link, launch({**SETTINGS, "listen": {"tls": False}}).port) == Connected(CLEAR)
    assert welcomed(link)


def test_so_is_one_that_says_nothing_to_the_first_words(link: Link) -> None:
    """Some servers take a ClientHello for an unfinished line, and wait."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert reach(link, silent.getsockname()[1]) == Connected(CLEAR)


def test_one_that_closes_at_the_first_words_is_asked_again(link: Link) -> None:
    with socket.create_server(("127.0.0.1", 0)) as rude:
        link.connection.perform(Connect("127.0.0.1", rude.getsockname()[1], tls=True))
        rude.accept()[0].close()
        assert link.next() == Connected(CLEAR)


# --- known authorities


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], dict[str, str]]:
    """An authority that this computer trusts; it signs a certificate for a name, and gives the settings for it."""
    now, secret = datetime.datetime.now(datetime.UTC), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "An authority")])

    def builder(subject: str, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, subject)]))
            .issuer_name(name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
        )

    root = builder("An authority", secret.public_key())
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    roots = tmp_path / "roots.pem"
    roots.write_bytes(root.sign(secret, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(roots))

    def sign(host: str) -> dict[str, str]:
        key = ec.generate_private_key(ec.SECP256R1())
        signed = builder(host, key.public_key())
        signed = signed.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        both = tmp_path / f"{host}.pem"
        both.write_bytes(
            signed.sign(secret, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return {"tls_cert": str(both)}

    return sign


def test_a_certificate_of_a_known_authority_is_checked_as_usual(
    link: Link, launch: Launch, authority: Callable[[str], dict[str, str]]
) -> None:
    listen = authority("lab.example")
    port = launch({**SETTINGS, "listen": dict(listen)}).port
    fingerprint = fingerprint_of(Path(listen["tls_cert"]).read_bytes())
    assert reach(link, port, host="lab.example") == Connected(Security(fingerprint, True))
    assert reach(link, port, AUTHORITY, "lab.example") == Connected(Security(fingerprint, True))
    assert reach(link, port, OURS, "lab.example") == Connected(Security(fingerprint, True)), "it was renewed by one"
    assert reach(link, port, AUTHORITY, "another.example") == Failed(Problem.CERTIFICATE_CHANGED), "not for that name"
    assert reach(link, port, host="another.example") == Connected(Security(fingerprint)), "as any at the first contact"


def test_a_server_known_by_an_authority_is_not_taken_by_a_certificate_of_its_own(
    link: Link, server: ServerProcess, authority: Callable[[str], dict[str, str]]
) -> None:
    assert reach(link, server.port, AUTHORITY, "lab.example").problem is Problem.CERTIFICATE_CHANGED  # type: ignore[union-attr]  # Failed


def offers(server: ServerProcess, *, secure: bool, version: str = "302") -> list[str]:
    """The words of CAP LS."""
    context = ssl.create_default_context() if secure else None
    if context is not None:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    client = IrcClient(server.port, tls=context)
    client.send(f"CAP LS {version}".rstrip(), "CAP REQ sts", "PING x")
    lines = [parse(line) for line in client.until(f":{NAME} PONG {NAME} :x")]
    client.close()
    assert [each.params[1] for each in lines][-1] == "NAK", "it is asked for by nobody"
    return [word for each in lines if each.params[1] == "LS" for word in each.params[-1].split()]


@covers("cap:sts")
def test_with_a_certificate_of_a_known_authority_everybody_is_told_to_use_tls_only(
    launch: Launch, authority: Callable[[str], dict[str, str]], tmp_path: Path
) -> None:
    """IRCv3 sts: "Servers MUST NOT advertise" it where clients would fail; `port` in clear, `duration` over TLS."""
    server = launch({**SETTINGS, "listen": dict(authority("lab.example"))})
    assert f"sts=port={server.port}" in offers(server, secure=False)
    assert f"sts=duration={30 * 86_400}" in offers(server, secure=True)
    assert not any(word.startswith("sts") for word in offers(server, secure=False, version=""))


@covers("cap:sts")
def test_with_a_certificate_of_its_own_or_of_nobody_known_it_tells_nobody(
    server: ServerProcess, launch: Launch, authority: Callable[[str], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not any(word.startswith("sts") for secure in (False, True) for word in offers(server, secure=secure))
    listen = dict(authority("lab.example"))
    monkeypatch.delenv("SSL_CERT_FILE")
    other = launch({**SETTINGS, "listen": listen})
    assert not any(word.startswith("sts") for secure in (False, True) for word in offers(other, secure=secure))


def test_no_authority_is_asked_about_addresses_and_this_computer() -> None:
    for host in ("127.0.0.1", "::1", "fe80::1%eth0", "localhost", "LOCALHOST"):
        assert [way.name for way in ways_to(host, "")] == ["ANY", "CLEAR"]
        assert [way.name for way in ways_to(host, OURS)] == ["ANY"]
    assert [way.name for way in ways_to("lab", "")] == ["VERIFIED", "ANY", "CLEAR"]
    assert [way.name for way in ways_to("lab", OURS)] == ["ANY", "VERIFIED"]
    assert [way.name for way in ways_to("lab", AUTHORITY)] == ["VERIFIED"]
