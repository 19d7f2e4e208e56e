"""Every command with 0 to 20 parameters, before registration, after it and by an operator: the server lives, and every
answer is a line that may be (reliability, section 2: items 4 to 6; 3.3, B6 and B7).

`IrcClient` itself holds each line that it reads against what no line may ever be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

import protocol
from chatd.commands import COMMANDS
from tests.end2end.harness import NAME, QUIET, IrcClient, ServerProcess

ALL = sorted(COMMANDS)
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


def check(answers: Iterable[str]) -> None:
    """Each is a message of the server, or of a whole source; a numeric is the server's always."""
    for line in answers:
        message = protocol.parse(line)
        whole = all(protocol.split_source(message.source))
        numeric = message.command.isdecimal()
        assert message.source == NAME or (whole and not numeric) or message.command == "ERROR", line


def alive(server: ServerProcess) -> None:
    """Somebody new is answered."""
    client = server.connect()
    assert client.ask("PING alive") == [f":{NAME} PONG {NAME} :alive"]
    client.close()


@pytest.mark.parametrize("command", ALL)
def test_before_registration(server: ServerProcess, command: str) -> None:
    some = list(lines(command))
    for part in range(0, len(some), 20):  # more than 16 KiB before registration would be cut, and prove nothing
        client = server.connect()
        client.send("PING first", *some[part : part + 20], "QUIT")  # else CONNECT would be one of HTTP
        check(client.rest())
        client.close()
    alive(server)


@pytest.mark.parametrize("command", ALL)
def test_after_registration(server: ServerProcess, command: str) -> None:
    client = server.connect("ani", "batch", "message-tags", "labeled-response", "echo-message", "standard-replies")
    tried(server, client, command)


@pytest.mark.parametrize("command", sorted(set(ALL) - {"RESTART"}))  # which an operator may, and test_operators does
def test_by_an_operator(server: ServerProcess, command: str) -> None:
    client = server.connect("bos")
    client.send("OPER guru rahasia")
    client.expect("381")
    tried(server, client, command)


def tried(server: ServerProcess, client: IrcClient, command: str) -> None:
    """All of them, one after another, in a channel; then the end, which QUIT and KILL may have brought already."""
    client.ask("JOIN #grid")
    client.send(*lines(command), "QUIT")
    check(client.rest())
    client.close()
    alive(server)
