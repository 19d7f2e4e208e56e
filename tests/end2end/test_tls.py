"""TLS on the same port: what is spoken inside is what is spoken outside, and nothing before or beside it counts."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatd import certificate
from chatd.config import Listen
from tests.covering import covers
from tests.end2end.harness import (
    NAME,
    ROOT,
    WAIT_S,
    Connect,
    IrcClient,
    Launch,
    ServerProcess,
    Settings,
    commands,
    free_port,
    toml,
)

SETTINGS = {"lobby": {"autojoin": False}, "limits": {"flood_protection": False}}
LINE = b"PRIVMSG #x :" + b"x" * 400 + b"\r\n"


def context(lowest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2, highest: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """What a client brings that trusts whatever certificate it meets."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    made.set_ciphers("ALL:@SECLEVEL=0")
    made.minimum_version = lowest
    made.maximum_version = highest or lowest
    return made


TLS = context(ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), SETTINGS) as process:
        yield process
        assert process.alive


def handshake(server: ServerProcess, made: ssl.SSLContext) -> tuple[str, str]:
    """Version and cipher that both sides agree on. Raises `ssl.SSLError` where they cannot."""
    with socket.create_connection(("127.0.0.1", server.port), WAIT_S) as bare, made.wrap_socket(bare) as sock:
        found = sock.cipher()
        assert found is not None
        return found[1], found[0]


def hello(made: ssl.SSLContext) -> bytes:
    """A ClientHello."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        made.wrap_bio(incoming, outgoing).do_handshake()
    return outgoing.read()


def ends(sock: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    sock.settimeout(WAIT_S)
    received = b""
    while data := sock.recv(65536):
        received += data
    return received


# --- what is allowed


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_people_with_and_without_tls_talk_in_one_room(
    server: ServerProcess, connect: Connect, version: ssl.TLSVersion
) -> None:
    ani, bela = server.connect("ani", tls=context(version)), connect("bela")
    for client in (ani, bela):
        client.ask("JOIN #x")
    ani.fence()
    ani.send("PRIVMSG #x :halo")
    assert bela.expect("PRIVMSG").params == ["#x", "halo"]
    bela.send("PRIVMSG #x :hai")
    assert ani.expect("PRIVMSG").params == ["#x", "hai"]
    ani.leave()


ALLOWED = {
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_AES_128_GCM_SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
}
"""All that a server with a key of its own making takes (docs/security.md)."""


def test_of_all_ciphers_only_those_of_the_list_are_taken(server: ServerProcess) -> None:
    taken = set()
    for name in sorted({cipher["name"] for cipher in context().get_ciphers()}):
        if name.startswith("TLS_"):
            continue
        made = context()
        made.set_ciphers(f"{name}:@SECLEVEL=0")
        try:
            taken.add(handshake(server, made))
        except (ssl.SSLError, ConnectionError):
            pass  # refused, as most are
    taken.add(handshake(server, context(ssl.TLSVersion.TLSv1_3)))
    assert {cipher for _, cipher in taken} <= ALLOWED
    assert {version for version, _ in taken} == {"TLSv1.2", "TLSv1.3"}
    assert len(taken) == 4, "three of TLS 1.2, and the best of 1.3"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_older_versions_are_refused(server: ServerProcess, version: ssl.TLSVersion) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)):
        handshake(server, context(version))


# --- bytes in odd pieces


def test_a_handshake_may_come_byte_by_byte(server: ServerProcess) -> None:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = TLS.wrap_bio(incoming, outgoing)
    with socket.create_connection(("127.0.0.1", server.port), WAIT_S) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                for byte in outgoing.read():
                    sock.sendall(bytes([byte]))
                incoming.write(sock.recv(65536))
        tls.write(b"JOIN #x\r\n")
        for byte in outgoing.read():
            sock.sendall(bytes([byte]))
        incoming.write(sock.recv(65536))
        assert tls.read() == f":{NAME} 451 * :You have not registered\r\n".encode()


def test_what_comes_in_clear_before_the_handshake_is_not_said_inside(server: ServerProcess) -> None:
    with socket.create_connection(("127.0.0.1", server.port), WAIT_S) as sock:
        sock.sendall(b"NICK ani\r\nUSER u 0 * :x\r\n" + hello(TLS))
        sock.sendall(b"\r\nQUIT\r\n")
        answer = ends(sock)
    assert b" 001 ani " in answer, "it is IRC in clear, and stays that"
    assert b"\x16\x03\x03" not in answer, "no ServerHello comes in the middle of it"


@pytest.mark.parametrize(
    "data", [b"\x16\x03\x01\x00\x05hello", b"\x16\x03\x01" + b"\xff" * 600, b"\x16\x03\x03\x00\x00" * 9]
)
def test_what_only_looks_like_tls_gets_an_alert_and_nothing_in_clear(server: ServerProcess, data: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), WAIT_S) as sock:
        sock.sendall(data)
        answer = ends(sock)
    assert b"ERROR" not in answer
    assert answer[:1] in (b"", b"\x15")


def test_clear_text_behind_the_handshake_ends_the_connection(server: ServerProcess) -> None:
    with socket.create_connection(("127.0.0.1", server.port), WAIT_S) as bare:
        copy = bare.dup()
        with TLS.wrap_socket(bare, do_handshake_on_connect=True) as sock, copy:
            sock.sendall(b"NICK jelas\r\n")
            copy.sendall(b"USER u 0 * :x\r\nPING 1\r\n")
            assert b"jelas" not in ends(copy)


def test_a_silent_peer_is_cut_although_it_began_a_handshake(launch: Launch) -> None:
    server = launch({**SETTINGS, "limits": {"tls_handshake_s": 0.2, "flood_protection": False}})
    with socket.create_connection(("127.0.0.1", server.port), WAIT_S) as sock:
        sock.sendall(hello(TLS)[:50])
        assert ends(sock) == b""
    slow = server.connect("ani", tls=TLS)
    assert commands(slow.ask("PING 1")) == ["PONG"], "who has shaken hands has all the time in the world"


# --- ends


def test_the_last_line_comes_before_a_goodbye_that_nobody_can_forge(server: ServerProcess) -> None:
    client = server.connect("ani", tls=TLS)
    client.send("QUIT :bye")
    assert client.rest()[-1] == "ERROR :Closing link: ani (Quit)"  # and no ssl.SSLEOFError: close_notify came


def test_who_says_goodbye_by_tls_alone_is_gone_for_the_others(server: ServerProcess, connect: Connect) -> None:
    ani, bela = server.connect("ani", tls=TLS), connect("bela")
    for client in (bela, ani):
        client.ask("JOIN #x")
    bela.fence()
    assert isinstance(ani.socket, ssl.SSLSocket)
    ani.socket.settimeout(WAIT_S)
    with pytest.raises(ssl.SSLError):  # noqa: PT012 - both belong into one read of the server
        # The answer is a last line, which the goodbye must not be mixed with.
        ani.send("PRIVMSG #x :sebelum")
        ani.socket.unwrap()
    assert bela.expect("PRIVMSG").params == ["#x", "sebelum"]
    assert bela.expect("QUIT").params == ["Quit: Connection closed"]


def test_a_connection_that_is_torn_off_is_no_quit(server: ServerProcess, connect: Connect) -> None:
    ani, bela = server.connect("ani", tls=TLS), connect("bela")
    for client in (bela, ani):
        client.ask("JOIN #x")
    bela.fence()
    ani.socket.close()
    assert bela.expect("QUIT").params == ["Connection closed"]


# --- much at once


def test_sixty_people_talk_and_listen_at_once(server: ServerProcess) -> None:
    people = [server.connect(f"m{number}", "echo-message", tls=TLS) for number in range(60)]
    for person in people:
        person.ask("JOIN #ramai")
    for person in people:
        person.fence()

    def talk(person: IrcClient) -> None:
        for number in range(20):
            person.send(f"PRIVMSG #ramai :{number} " + "x" * 200)

    threads = [threading.Thread(target=talk, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)  # Python's SSLSocket may not be read and written by two threads at once
    for person in people:
        assert [person.expect("PRIVMSG").params[0] for _ in range(60 * 20)] == ["#ramai"] * 1200
    for person in people:
        person.close()


def test_a_megabyte_goes_both_ways(server: ServerProcess) -> None:
    ani = server.connect("ani", "echo-message", tls=TLS)
    ani.ask("JOIN #besar")
    for _ in range(20):
        ani.send_bytes(LINE.replace(b"#x", b"#besar") * 125)  # 50 kB, far more than a record
        for _ in range(125):
            assert ani.expect("PRIVMSG").params[1] == "x" * 400
    ani.leave()


def test_who_does_not_read_is_cut_in_tls_too(launch: Launch) -> None:
    limits = {"flood_protection": False, "sendq_hard_bytes": 70_000}
    server = launch({**SETTINGS, "limits": limits})
    slow, ani = server.connect("slow", tls=TLS, receive_buffer=4096), server.connect("ani", tls=TLS)
    for client in (slow, ani):
        client.ask("JOIN #x")
    gone = False
    while not gone:
        ani.send_bytes(LINE * 50)
        gone = any("SendQ exceeded" in line for line in ani.fence())


# --- other ways in


def test_a_port_for_tls_alone_takes_nothing_else(launch: Launch) -> None:
    port = free_port()
    server = launch({**SETTINGS, "listen": {"extra": [{"kind": "tls", "port": port}]}})
    client = IrcClient(port, tls=TLS)
    client.register("ani")
    client.leave()
    with socket.create_connection(("127.0.0.1", port), WAIT_S) as sock:
        sock.sendall(b"NICK bela\r\nUSER u 0 * :x\r\n")
        assert b"001" not in ends(sock)
    assert server.alive


@pytest.mark.parametrize(
    "opening",
    [
        b"NICK ani\r\nUSER u 0 * :x\r\n",
        b"CAP LS 302\r\n",
        b"PASS x\r\n",
        b"AUTHENTICATE PLAIN\r\n",
        b"REGISTER * * rahasia\r\n",
    ],
)
def test_where_tls_is_asked_for_nothing_in_clear_is_heard(launch: Launch, opening: bytes) -> None:
    server = launch({**SETTINGS, "listen": {"require_tls": True}})
    with socket.create_connection(("127.0.0.1", server.port), WAIT_S) as sock:
        sock.sendall(opening)
        answer = ends(sock)
    assert answer == b"ERROR :Closing link: This server wants TLS; connect again with TLS, to the same port\r\n"
    assert commands(server.connect("ani", tls=TLS).ask("PING 1")) == ["PONG"]


def test_where_tls_is_asked_for_classic_programs_do_not_come_in(launch: Launch) -> None:
    server = launch({**SETTINGS, "listen": {"require_tls": True}})
    inside = server.connect("ani", tls=TLS)
    inside.ask("JOIN #lobby")
    with socket.create_connection(("127.0.0.1", server.port), WAIT_S) as sock:
        sock.sendall(b"budi\n")
        assert b"TLS" in ends(sock)
    assert not [line for line in inside.fence() if "JOIN" in line]


@covers("671")
def test_whois_says_who_comes_by_tls(server: ServerProcess, connect: Connect) -> None:
    ani, bela = server.connect("ani", tls=TLS), connect("bela")
    assert f":{NAME} 671 bela ani :is using a secure connection" in bela.ask("WHOIS ani")
    assert "671" not in commands(bela.ask("WHOIS bela"))
    ani.leave()


# --- the certificate


def test_the_server_makes_itself_one_and_shows_its_words(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, SETTINGS) as server:
        for name in ("tls-cert.pem", "tls-key.pem"):
            (server.data / name).unlink(missing_ok=True)
        server.terminate()
        server.start()
        assert (server.data / "tls-key.pem").stat().st_mode & 0o777 == 0o600
        found = certificate.load(Listen(), server.data, (NAME,))
        assert found is not None
        assert found.own
        assert f"Check words          {found.words}" in server.output
        kept = (server.data / "tls-cert.pem").read_bytes()
        server.terminate()
        server.start()
        assert (server.data / "tls-cert.pem").read_bytes() == kept


@pytest.mark.parametrize("damage", ["missing", "no certificate", "another's key", "ended"])
def test_a_certificate_of_the_settings_that_cannot_be_used_ends_the_start(tmp_path: Path, damage: str) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    for folder in (mine, other):
        folder.mkdir()
        certificate.load(Listen(), folder, (NAME,))
    cert, key = mine / "tls-cert.pem", mine / "tls-key.pem"
    if damage == "missing":
        cert.unlink()
    elif damage == "no certificate":
        cert.write_text("hello")
    elif damage == "another's key":
        key = other / "tls-key.pem"
    else:
        certificate.make(cert, key, (NAME,), days=-1)
    listen = {"tls_cert": str(cert), "tls_key": str(key)}
    (tmp_path / "server.toml").write_text(toml({"listen": listen}), encoding="utf-8")
    command = [sys.executable, str(ROOT / "server.py"), "--port", "0", "--data", str(tmp_path), "--config"]
    ended = subprocess.run(
        [*command, str(tmp_path / "server.toml")],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "LANGUAGE": "en"},
        timeout=WAIT_S,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("The certificate ")
    assert " cannot be used: " in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_renewed_certificate_is_taken_up_while_people_stay(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    certificate.load(Listen(), own, (NAME,))
    listen = {"tls_cert": str(own / "tls-cert.pem"), "tls_key": str(own / "tls-key.pem")}
    settings: Settings = {**SETTINGS, "listen": listen, "operators.guru": {"password": "sangat rahasia"}}
    with ServerProcess(tmp_path / "server", settings) as server:
        ani = server.connect("ani", tls=TLS)
        before = seen(server)
        certificate.make(own / "tls-cert.pem", own / "tls-key.pem", (NAME,))
        ani.ask("OPER guru :sangat rahasia")
        ani.send("REHASH")
        ani.expect("NOTICE")
        ani.fence()
        assert seen(server) not in (before, b"")
        assert commands(ani.ask("PING 1")) == ["PONG"]
        (own / "tls-key.pem").write_text("broken")
        ani.send("REHASH")
        assert "cannot be used" in ani.expect("NOTICE").params[-1]
        assert seen(server) != b"", "the one before goes on"


def seen(server: ServerProcess) -> bytes:
    """The certificate that the server shows."""
    with socket.create_connection(("127.0.0.1", server.port), WAIT_S) as bare, TLS.wrap_socket(bare) as sock:
        return sock.getpeercert(binary_form=True) or b""
