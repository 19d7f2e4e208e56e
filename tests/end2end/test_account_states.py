"""Every way to an account in every state that it can be in (security 13): who gets in, and past the server's password
nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.end2end.accounts import CHEAP, PASSWORD, fresh, plain, register, scram
from tests.end2end.harness import IrcClient, Launch, ServerProcess, Settings, commands

OPERATOR = "sangat rahasia"
SETTINGS: Settings = {**CHEAP, "operators.guru": {"password": OPERATOR}}
CAPS = ("sasl", "draft/account-registration", "standard-replies")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), SETTINGS) as process:
        yield process
        assert process.alive


def in_state(server: ServerProcess, state: str) -> str:
    """The name of an account in this state: nobody's, open, suspended or dropped."""
    name = fresh("ani")
    if state == "nobody's":
        return name
    register(server, name)
    guru = server.connect(fresh("guru"))
    guru.ask(f"OPER guru :{OPERATOR}")
    if state == "suspended":
        assert "suspended" in " ".join(guru.ask(f"NS SUSPEND {name} :nakal"))
    elif state == "dropped":
        assert "is no more" in " ".join(guru.ask(f"NS SADROP {name}"))
    guru.leave()
    return name


def identify(client: IrcClient, name: str) -> list[str]:
    return client.ask(f"NS IDENTIFY {name} {PASSWORD}")


def make(client: IrcClient, name: str) -> list[str]:
    return client.ask(f"NICK {name}", f"REGISTER {name} * {PASSWORD}")


WAYS: dict[str, Callable[[IrcClient, str], list[str]]] = {
    "PLAIN": plain,
    "SCRAM": scram,
    "IDENTIFY": identify,
    "REGISTER": make,
}
OPEN = {("open", "PLAIN"), ("open", "SCRAM"), ("open", "IDENTIFY")}
OPEN |= {("nobody's", "REGISTER"), ("dropped", "REGISTER")}
"""Where somebody with the right password, or a name that is free, gets in."""


@pytest.mark.parametrize("early", [True, False], ids=["while connecting", "later"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("state", ["nobody's", "open", "suspended", "dropped"])
def test_who_gets_in_by_which_way_to_an_account_in_which_state(
    server: ServerProcess, state: str, way: str, early: bool
) -> None:
    name = in_state(server, state)
    client = server.connect()
    client.send("CAP LS 302", f"CAP REQ :{' '.join(CAPS)}")
    if not early:
        client.ask(f"NICK {fresh('tamu')}", "USER u 0 * :x", "CAP END")
    answers = commands(WAYS[way](client, name))
    possible = (state, way) in OPEN and not (early and way == "IDENTIFY")
    assert ("900" in answers) == possible, answers
    client.close()


@pytest.mark.parametrize("way", ["PLAIN", "SCRAM", "REGISTER"])
def test_no_way_to_an_account_leads_past_the_password_of_the_server(launch: Launch, way: str) -> None:
    server = launch({**SETTINGS, "server": {"password": "pintu"}})
    inside = server.connect()
    inside.send("PASS pintu")
    inside.register("ani", *CAPS)
    assert "900" in commands(inside.ask(f"REGISTER * * {PASSWORD}"))
    inside.leave()
    client = server.connect()
    client.send("CAP LS 302", f"CAP REQ :{' '.join(CAPS)}")
    WAYS[way](client, "ani" if way != "REGISTER" else "bela")
    client.send("NICK cici", "USER u 0 * :x", "CAP END")
    answers = commands(client.rest())
    assert "464" in answers
    assert "001" not in answers
