"""Who can be read along with is known to everybody (docs/protocol.md, "Who can be read along with")."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import pytest

from chatd import console
from protocol import Message, parse
from tests.covering import covers
from tests.end2end.harness import QUIET, IrcClient, ServerProcess

CAPS = ("message-tags",)
MARK = "obrolan.example/clear"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), QUIET, host="0.0.0.0") as process:
        yield process
        assert process.alive


@pytest.fixture
def outside() -> str:
    """An address of this computer by which one comes over the network."""
    found = console.lan_addresses()
    if not found:
        pytest.skip("this computer has no address but its own")
    return found[0]


def joins(lines: list[str]) -> list[Message]:
    return [message for message in map(parse, lines) if message.command == "JOIN"]


def flags(client: IrcClient, nickname: str) -> tuple[str, str]:
    """Those of WHO and of WHOX."""
    answers = [parse(line) for line in client.ask(f"WHO {nickname}", f"WHO {nickname} %f")]
    plain, extended = (next(each.params for each in answers if each.command == code) for code in ("352", "354"))
    return plain[6], extended[1]


@covers("352", "354", "JOIN")
def test_who_comes_over_the_network_without_tls_is_marked(server: ServerProcess, outside: str) -> None:
    far = IrcClient(server.port, host=outside)
    far.register("jauh", *CAPS)
    near = server.connect("dekat", *CAPS)
    near.ask("JOIN #x")
    far.ask("JOIN #x")
    assert [MARK in join.tags for join in joins(near.fence())] == [True]
    assert flags(near, "jauh") == ("H!", "H!")
    far.close()
    assert flags(near, "dekat")[0] == "H@", "this computer's own are not"


def test_over_tls_nobody_is_marked(server: ServerProcess, outside: str) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    near = server.connect("dekat2", *CAPS)
    near.ask("JOIN #y")
    client = IrcClient(server.port, tls=context, host=outside)
    client.register("aman", *CAPS)
    client.ask("JOIN #y")
    assert [MARK in join.tags for join in joins(near.fence())] == [False]
    assert flags(near, "aman")[0] == "H"
    client.close()
