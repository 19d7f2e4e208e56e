"""`/health` and `/metrics` of a running server, over the port of IRC (docs/administration.md, "Watching it")."""

from __future__ import annotations

import signal
import socket
import ssl
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from chatd import console
from tests.end2end.harness import NAME, QUIET, WAIT_S, Connect, Launch, ServerProcess
from tests.end2end.test_tls import TLS

TOKEN = "correct-horse-battery"
BEARER = f"Authorization: Bearer {TOKEN}"
LISTEN = {"metrics_token": TOKEN}


@dataclass
class Answered:
    status: int
    headers: list[str]
    body: bytes


def ask(
    server: ServerProcess,
    path: str,
    *headers: str,
    method: str = "GET",
    address: str = "127.0.0.1",
    tls: ssl.SSLContext | None = None,
) -> Answered:
    """One request, and all that comes until the server closes."""
    head = [f"{method} {path} HTTP/1.1", *(headers or [f"Host: {address}:{server.port}"]), "", ""]
    return parsed(exchange(server, "\r\n".join(head).encode(), address=address, tls=tls))


def exchange(
    server: ServerProcess, request: bytes, address: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> bytes:
    sock = socket.create_connection((address, server.port), WAIT_S)
    if tls is not None:
        sock = tls.wrap_socket(sock, suppress_ragged_eofs=False)
    received = b""
    with sock:
        sock.sendall(request)
        while data := sock.recv(65536):
            received += data
    return received


def parsed(answer: bytes) -> Answered:
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *headers = head.decode().split("\r\n")
    return Answered(int(status.split()[1]), headers, body)


def figures(server: ServerProcess, *headers: str) -> dict[str, float]:
    answer = ask(server, "/metrics", *headers)
    assert answer.status == 200
    families = text_string_to_metric_families(answer.body.decode())
    return {
        sample.name: sample.value for family in families for sample in family.samples if "command" not in sample.labels
    }


@pytest.fixture(scope="module")
def outside() -> str:
    """An address of this computer by which it is somebody else to itself."""
    found = console.lan_addresses()
    if not found:
        pytest.skip("this computer has no address but its own")
    return found[0]


@pytest.fixture
def hide(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Have servers find none of the packages that they can do without."""
    for package in ("websockets", "prometheus_client"):
        (tmp_path / f"{package}.py").write_text("raise ImportError", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


# --- what is answered -----------------------------------------------------------------------------


@pytest.mark.parametrize("tls", [None, TLS], ids=["in clear", "over TLS"])
def test_a_server_that_is_well_says_ok_and_closes(server: ServerProcess, tls: ssl.SSLContext | None) -> None:
    answer = ask(server, "/health", tls=tls)
    assert (answer.status, answer.body) == (200, b"ok\n")
    assert "Connection: close" in answer.headers
    head = ask(server, "/health", method="HEAD", tls=tls)
    assert (head.status, head.body, head.headers) == (200, b"", answer.headers)


def test_the_figures_grow_with_what_happens_and_name_nobody(server: ServerProcess, connect: Connect) -> None:
    before = figures(server)
    client = connect("siti")
    client.ask("JOIN #rahasia")
    joined = figures(server)
    for name in ("people", "sessions", "channels"):
        assert joined[f"obrolan_{name}"] - before[f"obrolan_{name}"] == 1
    client.ask("PRIVMSG #rahasia :halo")
    said = figures(server)
    assert said["obrolan_events_total"] - joined["obrolan_events_total"] == 1
    assert said["obrolan_received_bytes_total"] > joined["obrolan_received_bytes_total"]
    assert said["obrolan_sent_bytes_total"] > joined["obrolan_sent_bytes_total"]
    body = ask(server, "/metrics").body
    assert b'obrolan_commands_total{command="PRIVMSG"}' in body
    assert b"siti" not in body
    assert b"rahasia" not in body


def test_over_tls_the_figures_are_there_too(server: ServerProcess) -> None:
    answer = ask(server, "/metrics", tls=TLS)
    assert answer.status == 200
    assert "Content-Type: text/plain; version=0.0.4; charset=utf-8" in answer.headers
    assert b"obrolan_people" in answer.body


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a running process")
def test_a_disk_that_takes_nothing_is_503_until_it_does_again(launch: Launch) -> None:
    from tests.end2end.test_nothing_kept import NOT_SENT, Disk

    server = launch()
    client, disk = server.connect("siti"), Disk(server)
    client.ask("JOIN #x")
    disk.fill()
    assert NOT_SENT in client.ask("PRIVMSG #x :lost")[0]
    answer = ask(server, "/health")
    assert answer.status == 503
    assert answer.body.count(b"\n") == 1
    assert b"SQLITE_IOERR" in answer.body or b"full" in answer.body
    assert figures(server)["obrolan_log_failing"] == 1
    disk.free()
    assert ask(server, "/health").status == 200
    assert figures(server)["obrolan_log_failing"] == 0


def test_they_are_there_where_websocket_is_switched_off(launch: Launch) -> None:
    server = launch({**QUIET, "features": {"websocket": False}})
    assert ask(server, "/health").body == b"ok\n"
    assert ask(server, "/metrics").status == 200
    assert ask(server, "/").status == 404


def test_without_any_package_health_is_told_and_the_figures_say_what_they_need(launch: Launch, hide: None) -> None:
    server = launch()
    assert ask(server, "/health").body == b"ok\n"
    answer = ask(server, "/metrics")
    assert answer.status == 501
    assert answer.body == b"/metrics needs the package prometheus-client (pip install prometheus-client)\n"
    assert ask(server, "/").status == 501


# --- who may ask ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        ["Host: evil.example"],
        ["Host: 127.0.0.1.evil.example"],
        ["Accept: */*"],
        ["Host: 127.0.0.1", "Origin: https://evil.example"],
        ["Host: 127.0.0.1", "Origin: null"],
        ["Host: localhost", "Sec-Fetch-Site: cross-site"],
    ],
)
@pytest.mark.parametrize("path", ["/health", "/metrics"])
def test_a_page_in_the_web_has_nothing_read_by_somebodys_browser(
    server: ServerProcess, path: str, headers: list[str]
) -> None:
    answer = ask(server, path, *headers)
    assert answer.status == 403
    assert not [header for header in answer.headers if header.lower().startswith("access-control")]


def test_a_page_may_not_ask_whether_it_may(server: ServerProcess) -> None:
    """Before a browser sends a token for a page it asks by OPTIONS (CORS)."""
    preflight = ("Host: 127.0.0.1", "Origin: https://evil.example", "Access-Control-Request-Headers: authorization")
    answer = ask(server, "/metrics", *preflight, method="OPTIONS")
    assert answer.status == 404
    assert not [header for header in answer.headers if header.lower().startswith("access-control")]


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP; REHASH does the same")
def test_from_another_computer_the_token_is_asked_for_and_a_new_one_holds_at_once(tmp_path: Path, outside: str) -> None:
    with ServerProcess(tmp_path, {**QUIET, "listen": LISTEN}, host="0.0.0.0") as server:
        assert ask(server, "/health", address=outside).status == 403
        wrong = ask(server, "/health", "Host: a", "Authorization: Bearer correct-horse-batterz", address=outside)
        assert wrong.status == 401
        assert "WWW-Authenticate: Bearer" in wrong.headers
        assert ask(server, "/health", "Host: a", BEARER, address=outside).body == b"ok\n"
        assert ask(server, "/metrics", "Host: a", BEARER, address=outside).status == 200
        settings = tmp_path / "server.toml"
        settings.write_text(settings.read_text().replace(TOKEN, TOKEN[::-1]), encoding="utf-8")
        server.process.send_signal(signal.SIGHUP)
        server.wait_for("changed: listen.metrics_token")
        assert ask(server, "/health", "Host: a", BEARER, address=outside).status == 401


def test_a_wrong_token_counts_against_nobody(tmp_path: Path, outside: str) -> None:
    with ServerProcess(tmp_path, {**QUIET, "listen": LISTEN}, host="0.0.0.0") as server:
        for _ in range(50):
            assert ask(server, "/health", "Host: a", "Authorization: Bearer x", address=outside).status == 401
        assert ask(server, "/health", "Host: a", BEARER, address=outside).status == 200


def test_where_tls_is_asked_for_the_token_is_heard_over_tls_alone(tmp_path: Path, outside: str) -> None:
    listen = {**LISTEN, "require_tls": True}
    with ServerProcess(tmp_path, {**QUIET, "listen": listen}, host="0.0.0.0") as server:
        assert ask(server, "/health", "Host: a", BEARER, address=outside).status == 403
        assert ask(server, "/health", "Host: a", BEARER, address=outside, tls=TLS).status == 200
        assert ask(server, "/health").status == 200, "what this computer asks itself crosses no network"


# --- what is no such request ----------------------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_there_is_nothing_to_be_done_but_to_read(server: ServerProcess, method: str) -> None:
    assert ask(server, "/health", method=method).status == 404


def test_lines_behind_the_request_are_never_heard_as_irc(server: ServerProcess, connect: Connect) -> None:
    request = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 30\r\n\r\nNICK evil\r\nUSER u 0 * :x\r\n"
    answer = parsed(exchange(server, request))
    assert (answer.status, answer.body) == (200, b"ok\n")
    assert connect("siti").ask("ISON evil") == [f":{NAME} 303 siti :"]


def test_a_head_without_end_is_cut(server: ServerProcess) -> None:
    with socket.create_connection(("127.0.0.1", server.port), WAIT_S) as sock:
        sock.sendall(b"GET /health HTTP/1.1\r\n")
        try:
            for _ in range(10_000):
                sock.sendall(b"X-One: " + b"x" * 80 + b"\r\n")
        except OSError:
            return  # cut
    pytest.fail("it took everything")


def test_a_slow_head_ends_with_the_time_for_registration(launch: Launch) -> None:
    server = launch({**QUIET, "limits": {"registration_timeout_s": 0.5}})
    assert exchange(server, b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n") == b""
