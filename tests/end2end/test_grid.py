"""Every command with 0 to 20 parameters, before registration, after it and by an operator: the server lives, and every
answer is a line that may be (reliability, section 2: items 4 to 6; 3.3, B6 and B7).

`IrcClient` itself holds each line that it reads against what no line may ever be.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import protocol
from chatd.commands import COMMANDS
from tests.end2end.harness import NAME, QUIET, IrcClient, ServerProcess

ENDING = frozenset({"QUIT", "RESTART", "SQUIT", "ERROR"})
"""What ends the connection or the server, on purpose; tried elsewhere."""
GUARDED = sorted(set(COMMANDS) - ENDING)
WORDS = ["#grid", "siti", "+o", "x", "*", "0", "-", "LIST", "#grid,#b", "siti,budi", "@#grid", "$x", "1", "a!b@c"] * 2
LAST = ["", ":", ": ", ":a b", ":" + "x" * 400, ":\x01VERSION\x01", ":\x02\x03\x1f\u202e", ":😀"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    settings = {**QUIET, "operators.guru": {"password": "rahasia"}, "server": {"operators_need_tls": False}}
    with ServerProcess(tmp_path_factory.mktemp("grid"), settings) as process:
        yield process


def lines(command: str) -> Iterator[str]:
    """The command with each number of parameters, and with last ones of every kind."""
    for count in range(21):
        for shift in (0, 3, 7):
            yield " ".join([command, *WORDS[shift : shift + count]])
    for last in LAST:
        yield f"{command} {last}"
        yield f"{command} #grid {last}"
        yield f"{command} #grid siti {last}"


def tried(client: IrcClient, command: str) -> None:
    """All of them, one after another; each is answered or not, and the next PING is."""
    for line in client.ask(*lines(command)):
        message = protocol.parse(line)
        assert message.source, line
        own = message.nickname in (NAME, client.nickname, "siti", "budi", "ani", "x", "guru")
        assert own or message.nickname, line
    assert client.ask("PING alive") == [f":{NAME} PONG {NAME} :alive"], command


@pytest.mark.parametrize("command", GUARDED)
def test_before_registration(server: ServerProcess, command: str) -> None:
    if command in ("NICK", "USER", "CAP", "PASS", "AUTHENTICATE", "REGISTER"):
        pytest.skip("it may register the connection or end it: tried in files of their own")
    client = server.connect()
    for some in list(lines(command))[::3]:
        client.ask(some)
    assert client.ask("PING alive") == [f":{NAME} PONG {NAME} :alive"]
    client.close()


@pytest.mark.parametrize("command", GUARDED)
def test_after_registration(server: ServerProcess, command: str) -> None:
    client = server.connect("ani", "batch", "message-tags", "labeled-response", "echo-message", "standard-replies")
    client.ask("JOIN #grid")
    tried(client, command)
    client.close()
    assert server.alive


@pytest.mark.parametrize("command", sorted(set(GUARDED) - {"KILL"}))
def test_by_an_operator(server: ServerProcess, command: str) -> None:
    client = server.connect("bos")
    client.send("OPER guru rahasia")
    client.expect("381")
    client.ask("JOIN #grid")
    tried(client, command)
    client.close()
    assert server.alive
