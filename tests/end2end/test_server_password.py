"""PASS: a server that asks for a password (Modern IRC, "PASS message", "ERR_PASSWDMISMATCH", "ERROR message")."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chatd import scram
from tests.covering import covers
from tests.end2end.accounts import CHEAP, PASSWORD, plain
from tests.end2end.harness import NAME, Connect, IrcClient, Launch, ServerProcess, commands

SECRET = "kelas delapan"
REFUSAL = [f":{NAME} 464 ani :Password incorrect", "ERROR :Closing link: Password incorrect"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), {**CHEAP, "server": {"password": SECRET}}) as process:
        yield process
        assert process.alive


def come(client: IrcClient, *lines: str) -> list[str]:
    """Send these lines, then NICK and USER; all that came of it."""
    client.send(*lines, "NICK ani", "USER u 0 * :Ani", "PING end")
    answer = []
    while (line := client.line()) is not None and " PONG " not in line:
        answer.append(line)
    return answer


@covers("PASS", "001")
def test_who_gives_the_password_comes_in(connect: Connect) -> None:
    """PASS: "The password supplied must match the one defined in the server configuration"."""
    assert commands(come(connect(), f"PASS :{SECRET}"))[0] == "001"


@covers("PASS", "464", "ERROR")
@pytest.mark.parametrize(
    "lines",
    [(), ("PASS wrong",), (f"PASS {SECRET}",), (f"PASS :{SECRET} ",), ("PASS :",), (f"PASS :{SECRET}", "PASS wrong")],
)
def test_a_wrong_or_missing_password_is_464_and_ends_the_connection(connect: Connect, lines: tuple[str, ...]) -> None:
    """PASS: "only the last one sent is used for verification"; 464: "either incorrect or not supplied"."""
    assert come(connect(), *lines) == REFUSAL


@covers("PASS")
def test_the_last_of_several_counts(connect: Connect) -> None:
    """PASS: "It is possible to send multiple PASS commands before registering but only the last one sent is used"."""
    assert commands(come(connect(), "PASS wrong", f"PASS :{SECRET}"))[0] == "001"


@covers("PASS", "464", "cap:sasl")
def test_an_account_does_not_stand_in_for_the_password(connect: Connect) -> None:
    """Ours: who has an account still has to know what everybody has to know."""
    owner = connect()
    owner.ask(f"PASS :{SECRET}", "NICK rina", "USER u 0 * :Rina")
    assert commands(owner.ask(f"REGISTER * * {PASSWORD}")) == ["REGISTER", "900"]
    owner.leave()
    client = connect()
    client.ask("CAP REQ sasl")
    assert "900" in commands(plain(client, "rina"))
    client.send("NICK ani", "USER u 0 * :Ani", "CAP END")
    assert client.rest() == REFUSAL


@covers("PASS", "462")
def test_it_may_not_be_changed_once_the_client_has_been_registered(connect: Connect) -> None:
    """PASS: "it may not be changed once the client has been registered"."""
    client = connect()
    come(client, f"PASS :{SECRET}")
    assert client.ask("PASS x") == [f":{NAME} 462 ani :You may not register again"]


@covers("PASS")
def test_who_finds_its_nickname_in_use_need_not_give_it_again(connect: Connect) -> None:
    """433 does not end the registration, and what was proved stays so."""
    first, second = connect(), connect()
    come(first, f"PASS :{SECRET}")
    assert commands(come(second, f"PASS :{SECRET}")) == ["433"]
    assert commands(second.ask("NICK bela"))[0] == "001"


@covers("PASS", "464")
def test_the_setting_may_hold_what_proves_the_password_instead_of_itself(launch: Launch) -> None:
    """docs/administration.md: "itself or as `server.py account hash` prints it"."""
    verifier = scram.as_text(scram.make_verifier(scram.prepare(SECRET), 4096))
    server = launch({**CHEAP, "server": {"password": verifier}})
    first = server.connect()
    assert commands(come(first, f"PASS :{SECRET}"))[0] == "001"
    first.leave()
    assert come(server.connect(), f"PASS {verifier}")[-1] == REFUSAL[-1]
    assert come(server.connect(), "PASS wrong")[-1] == REFUSAL[-1]


@covers("PASS")
def test_without_a_password_any_is_taken(launch: Launch) -> None:
    """PASS: "The PASS command is not required for the connection to be registered"."""
    assert commands(come(launch(CHEAP).connect(), "PASS whatever"))[0] == "001"
