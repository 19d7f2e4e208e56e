"""What a scanner would say of the port (reliability S1): by OpenSSL's own client, beside what test_tls.py tries."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator

import pytest

from tests.end2end.harness import WAIT_S, ServerProcess
from tests.end2end.test_tls import ALLOWED, SETTINGS, context

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
OLD = ("-tls1", "-tls1_1")
NEVER = ("RC4", "3DES", "CAMELLIA", "aNULL", "eNULL", "kRSA", "DHE", "ECDHE+AES+SHA256", "ARIA", "PSK", "SHA1")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), SETTINGS) as process:
        yield process
        assert process.alive


def scan(server: ServerProcess, *options: str, typed: str = "QUIT\r\n") -> str:
    """All that `openssl s_client` says."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", *options]
    done = subprocess.run(command, input=typed, capture_output=True, text=True, timeout=WAIT_S, check=False)
    return done.stdout + done.stderr


def cipher(said: str) -> str:
    found = [line.rpartition(" ")[2] for line in said.splitlines() if ", Cipher is " in line]
    return found[0] if found else ""


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_a_good_version_is_spoken_without_compression(server: ServerProcess, version: str) -> None:
    said = scan(server, version)
    assert cipher(said) in ALLOWED
    assert "Compression: NONE" in said
    assert "Server Temp Key: X25519" in said or "Peer Temp Key: X25519" in said or "ECDH" in said


@pytest.mark.parametrize("version", OLD)
def test_an_old_version_is_not_spoken(server: ServerProcess, version: str) -> None:
    assert cipher(scan(server, version, "-cipher", "ALL:@SECLEVEL=0")) in ("(NONE)", "")


@pytest.mark.parametrize("kind", NEVER)
def test_a_weak_cipher_is_not_spoken(server: ServerProcess, kind: str) -> None:
    said = scan(server, "-tls1_2", "-cipher", f"{kind}:@SECLEVEL=0")
    assert cipher(said) in ("(NONE)", "")


def test_nothing_is_agreed_on_anew(server: ServerProcess) -> None:
    said = scan(server, "-tls1_2", typed="R\n")
    assert "RENEGOTIATING" in said
    assert "no renegotiation" in said


def test_no_ticket_lets_anybody_in_again(server: ServerProcess) -> None:
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        client = server.connect("ani", tls=context(version))
        sock = client.socket
        assert isinstance(sock, ssl.SSLSocket)
        assert sock.session is None or not sock.session.has_ticket
        client.leave()
