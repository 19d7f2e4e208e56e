"""Another host name, given by an operator: IRCv3 chghost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.harness import NAME, QUIET, Connect, IrcClient, ServerProcess, commands, source

HOST = "kelas.example"
CHANGED = f"ani!~u@{HOST}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    settings = {**QUIET, "operators.guru": {"password": "sangat rahasia"}}
    with ServerProcess(tmp_path_factory.mktemp("server"), settings) as process:
        yield process
        assert process.alive


@pytest.fixture
def guru(connect: Connect) -> IrcClient:
    """An operator of the server."""
    client = connect("guru", "standard-replies")
    assert "381" in commands(client.ask("OPER guru :sangat rahasia"))
    return client


@covers("CHGHOST", "cap:chghost")
def test_servers_must_send_it_to_clients_who_share_channels_and_have_the_capability(
    connect: Connect, guru: IrcClient
) -> None:
    """Capability: "... and SHOULD also send the CHGHOST message to the client whose own ... host changed"."""
    ani, bela = connect("ani", "chghost"), connect("bela", "chghost")
    outsider = connect("dewi", "chghost")
    for client in (ani, bela):
        client.ask("JOIN #a,#b")
    for client in (ani, bela):
        client.fence()
    guru.ask(f"CHGHOST ani {HOST}")
    line = f":{source('ani')} CHGHOST ~u {HOST}"
    assert parse(ani.line() or "").params == ["~u", HOST]
    assert bela.line() == line
    assert bela.ask("PRIVMSG #a :x") == [], "and nothing that stands in for it"
    assert ani.line() == f":{source('bela')} PRIVMSG #a :x"
    assert outsider.fence() == []
    ani.ask("PRIVMSG #a :y")
    assert bela.line() == f":{CHANGED} PRIVMSG #a :y"


@covers("CHGHOST", "cap:chghost", "396")
def test_others_see_it_leave_and_come_back_with_its_ranks(connect: Connect, guru: IrcClient) -> None:
    """Fallback: "the simulated events SHOULD include appropriate QUIT, JOIN and MODE commands"."""
    ani, bela = connect("ani"), connect("bela", "extended-join")
    for client in (ani, bela):
        client.ask("JOIN #a,#b")
    ani.ask("MODE #b -o+v ani ani")
    for client in (ani, bela):
        client.fence()
    guru.ask(f"CHGHOST ani {HOST}")
    assert [bela.line() for _ in range(5)] == [
        f":{source('ani')} QUIT :Changing host",
        f":{CHANGED} JOIN #a * :Name of ani",
        f":{NAME} MODE #a +o ani",
        f":{CHANGED} JOIN #b * :Name of ani",
        f":{NAME} MODE #b +v ani",
    ]
    assert ani.line() == f":{NAME} 396 ani {HOST} :is now your host"
    bela.ask("PRIVMSG #a :x")
    assert ani.fence() == [f":{source('bela')} PRIVMSG #a :x"]
    assert bela.ask("WHOIS ani")[0] == f":{NAME} 311 bela ani ~u {HOST} * :Name of ani"


@covers("CHGHOST", "cap:chghost", "cap:extended-monitor")
def test_who_watches_somebody_with_extended_monitor_hears_it(connect: Connect, guru: IrcClient) -> None:
    """extended-monitor, chghost: those who watch get what those get who share a channel."""
    bela = connect("bela", "chghost", "extended-monitor")
    bela.ask("MONITOR + ani")
    connect("ani")
    bela.fence()
    guru.ask(f"CHGHOST ani {HOST}")
    assert bela.line() == f":{source('ani')} CHGHOST ~u {HOST}"


@covers("CHGHOST", "481", "401", "461")
def test_its_errors(connect: Connect, guru: IrcClient) -> None:
    """Only operators may, only people who are here have a host, and it must be one."""
    ani = connect("ani")
    assert commands(ani.ask(f"CHGHOST ani {HOST}")) == ["481"]
    assert commands(guru.ask("CHGHOST nobody a.b", "CHGHOST ani")) == ["401", "461"]
    for host in ("nodot", "a b.c", "a@b.c", "x" * 40 + ".example", "-.a"):
        assert guru.ask(f"CHGHOST ani :{host}")[0].startswith(f":{NAME} FAIL CHGHOST INVALID_HOST "), host
    assert commands(ani.fence()) == []


@covers("CHGHOST", "353", "cap:userhost-in-names")
def test_names_tell_the_new_host(connect: Connect, guru: IrcClient) -> None:
    """userhost-in-names: names are the full hostmask, that of now."""
    ani, bela = connect("ani"), connect("bela", "userhost-in-names")
    for client in (ani, bela):
        client.ask("JOIN #names")
    assert f"@{source('ani')} " in bela.ask("NAMES #names")[0]
    guru.ask(f"CHGHOST ani {HOST}")
    assert f"@{CHANGED} " in bela.ask("NAMES #names")[-2]
