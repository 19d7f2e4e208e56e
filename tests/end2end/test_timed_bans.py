"""Bans and mutes for a time, with a reason (docs/protocol.md, "Moderation")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.accounts import CHEAP, PASSWORD
from tests.end2end.harness import NAME, Connect, IrcClient, ServerProcess, commands, source

SETTINGS = {**CHEAP, "history": {"replay_lines": 0}, "operators.guru": {"password": "sangat rahasia"}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), SETTINGS) as process:
        yield process
        assert process.alive


@pytest.fixture
def op(connect: Connect) -> IrcClient:
    client = connect("op")
    client.ask("JOIN #x")
    return client


def texts(lines: list[str]) -> list[str]:
    return [parse(line).params[-1] for line in lines if " NOTICE " in line]


def host_of(nickname: str) -> str:
    return source(nickname).rpartition("@")[2]


@covers("TBAN", "474", "chanmode:b")
def test_who_is_banned_for_a_time_reads_how_long_and_why(op: IrcClient, connect: Connect) -> None:
    bela = connect("bela")
    lines = op.ask("TBAN #x 2h bela!*@* :berisik  sekali")
    assert lines == [
        f":{source('op')} MODE #x +b bela!*@*",
        f":{NAME} NOTICE @#x :op has banned bela!*@* for 2h: berisik  sekali",
    ]
    refused = parse(bela.ask("JOIN #x")[0])
    assert refused.command == "474"
    assert re.fullmatch(
        r"Cannot join channel \(\+b\): you are banned for (2h|1h59m\d+s): berisik  sekali", refused.params[-1]
    )
    assert re.match(r"#x: bela!\*@\* by op, (2h|1h59m\d+s) left: berisik", texts(op.ask("TBAN #x"))[0])
    op.ask("MODE #x -b bela!*@*")
    assert commands(bela.ask("JOIN #x"))[0] == "JOIN"
    assert texts(op.ask("TBAN #x")) == ["#x: 0 bans and mutes"]


@covers("TBAN", "chanmode:b")
def test_when_the_time_is_over_the_server_lifts_the_ban_and_everybody_sees_it(op: IrcClient, connect: Connect) -> None:
    bela, citra = connect("bela"), connect("citra")
    citra.ask("JOIN #x")
    op.ask("TBAN #x 1s bela!*@*")
    assert commands(bela.ask("JOIN #x")) == ["474"]
    line = f":{NAME} MODE #x -b bela!*@*"
    for client in (op, citra):
        client.until(line)
    assert commands(bela.ask("JOIN #x"))[0] == "JOIN"


@covers("TBAN")
def test_a_nickname_means_the_account_or_the_address_whatever_it_is_called_later(
    op: IrcClient, connect: Connect
) -> None:
    rina, citra = connect("rina"), connect("citra")
    rina.ask(f"REGISTER * * {PASSWORD}", "JOIN #x")
    citra.ask("JOIN #x")
    assert f":{source('op')} MODE #x +b a:rina" in op.ask("TBAN #x 0 rina")
    assert f":{source('op')} MODE #x +b m:*!*@{host_of('citra')}" in op.ask("TBAN #x 10m M:citra :diam dulu")
    rina.ask("NICK baru")
    assert " 404 baru #x :Cannot send to channel: you are banned" in rina.ask("PRIVMSG #x :a")[0]
    citra.ask("NICK cici")
    told = parse(citra.ask("PRIVMSG #x :a")[0]).params[-1]
    assert re.fullmatch(r"Cannot send to channel: you are banned for (10m|9m5\ds): diam dulu", told)


@covers("TBAN")
def test_a_second_time_takes_the_place_of_the_first(op: IrcClient, connect: Connect) -> None:
    bela = connect("bela")
    op.ask("TBAN #x 1s bela!*@* :pertama")
    op.ask("TBAN #x 1h bela!*@* :kedua")
    op.ask("TBAN #x 1s citra!*@*")
    op.until(f":{NAME} MODE #x -b citra!*@*")  # by then the first time of the other one is over too
    refused = parse(bela.ask("JOIN #x")[0])
    assert refused.params[-1].endswith(": kedua")


@covers("TBAN", "482")
def test_who_has_a_rank_loses_it_with_the_ban_unless_it_is_higher(op: IrcClient, connect: Connect) -> None:
    bela, guru = connect("bela"), connect("guru")
    guru.ask("OPER guru :sangat rahasia")
    for client in (bela, guru):
        client.ask("JOIN #x")
    op.ask("MODE #x +ov bela bela")
    bela.fence()
    mask = f"m:*!*@{host_of('bela')}"
    assert op.ask("TBAN #x 10m m:bela :cukup")[0] == f":{source('op')} MODE #x +b-ov {mask} bela bela"
    assert commands(bela.ask("PRIVMSG #x :a"))[-1] == "404"
    assert commands(op.ask("TBAN #x 10m guru", "TBAN #x 10m op")) == ["482", "482"]
    op.ask(f"MODE #x -b {mask}", "MODE #x +h bela")
    bela.fence()
    assert commands(bela.ask("TBAN #x 10m op")) == ["482"]
    assert commands(bela.ask("TBAN #x")) == ["NOTICE"], "nothing was banned"


@covers("TBAN", "482", "696", "461")
@pytest.mark.parametrize(
    ("line", "numeric"),
    [
        ("TBAN #x 10m", "461"),
        ("TBAN #x soon bela", "696"),
        ("TBAN #x 10m a:", "696"),
        ("TBAN #nowhere 10m bela", "403"),
        ("TBAN #nowhere", "403"),
    ],
)
def test_what_cannot_be_is_told(op: IrcClient, line: str, numeric: str) -> None:
    assert commands(op.ask(line)) == [numeric]


@covers("TBAN", "482")
def test_only_operators_ban_and_read_why(op: IrcClient, connect: Connect) -> None:
    bela = connect("bela")
    bela.ask("JOIN #x")
    assert commands(bela.ask("TBAN #x 10m op", "TBAN #x")) == ["482", "482"]
    op.ask("TBAN #x 10m dewi!*@* :rahasia")
    assert not any("rahasia" in line for line in bela.fence())


@covers("chanmode:b", "474")
@pytest.mark.parametrize("mask", ["127.0.0.1", "127.0.0.0/8", "*!*@127.0.0.0/8", "m:127.0.0.1"])
def test_an_address_or_a_network_is_a_mask(op: IrcClient, connect: Connect, mask: str) -> None:
    bela = connect("bela")
    op.ask(f"MODE #x +b {mask}")
    lines = bela.ask("JOIN #x", "PRIVMSG #x :a")
    assert [command for command in commands(lines) if command in ("474", "404")] == (
        ["404"] if mask.startswith("m:") else ["474", "404"]
    )


def test_it_holds_over_a_restart_and_is_lifted_after_it(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, SETTINGS) as process:
        guru = process.connect("guru")
        guru.ask("OPER guru :sangat rahasia", "JOIN #lobby")
        guru.ask("TBAN #lobby 1h bela!*@* :lama", "TBAN #lobby 3s citra!*@* :sebentar")
        process.kill()
        process.start()
        guru = process.connect("guru")
        guru.ask("OPER guru :sangat rahasia", "JOIN #lobby")
        found = texts(guru.ask("TBAN #lobby"))
        assert re.fullmatch(r"#lobby: bela!\*@\* by guru, (1h|59m\d+s) left: lama", found[0])
        if len(found) == 3:  # on a slow machine it may be over by now
            guru.until(f":{NAME} MODE #lobby -b citra!*@*")
        assert len(texts(guru.ask("TBAN #lobby"))) == 2
