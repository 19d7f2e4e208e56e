"""Bans from the whole server: KLINE and UNKLINE (docs/protocol.md, "Moderation")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.accounts import CHEAP, PASSWORD, login
from tests.end2end.harness import Connect, IrcClient, ServerProcess, commands

SETTINGS = {**CHEAP, "operators.guru": {"password": "sangat rahasia"}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), SETTINGS) as process:
        yield process
        assert process.alive


@pytest.fixture
def guru(connect: Connect) -> Iterator[IrcClient]:
    client = connect("guru", "standard-replies")
    assert "381" in commands(client.ask("OPER guru :sangat rahasia"))
    yield client
    for line in client.ask("KLINE"):
        if " by " in line:
            client.ask(f"UNKLINE {parse(line).params[-1].split()[0]}")


def refused(server: ServerProcess, nickname: str) -> list[str]:
    """What somebody reads who is not let in."""
    client = IrcClient(server.port)
    client.send(f"NICK {nickname}", f"USER u 0 * :{nickname}")
    lines = client.rest()
    client.close()
    return lines


@covers("KLINE", "465")
def test_who_is_banned_is_cut_with_the_reason_and_does_not_come_in_again(
    server: ServerProcess, guru: IrcClient, connect: Connect
) -> None:
    bela = connect("bela")
    told = parse(guru.ask("KLINE 2h bela!*@* :merusak pelajaran")[0])
    assert told.params[-1] == "bela!*@* is banned for 2h; 1 people were cut"
    assert bela.rest()[-1] == "ERROR :Closing link: You are banned from this server for 2h: merusak pelajaran"
    lines = refused(server, "bela")
    assert commands(lines)[-2:] == ["465", "ERROR"]
    assert re.search(r"for (2h|1h59m\d+s): merusak pelajaran$", lines[-1])
    connect("citra")
    assert parse(guru.ask("UNKLINE bela!*@*")[0]).params[-1] == "bela!*@* may come in again"
    connect("bela")


@covers("KLINE")
def test_a_nickname_means_the_account(server: ServerProcess, guru: IrcClient, connect: Connect) -> None:
    bela = connect("tari")
    bela.ask(f"REGISTER * * {PASSWORD}", "NICK lain")
    assert parse(guru.ask("KLINE 0 lain")[0]).params[-1] == "a:tari is banned for ever; 1 people were cut"
    bela.rest()
    again = login(server, "baru", account="tari")
    again.send("NICK baru", "USER u 0 * :u", "CAP END")
    assert commands(again.rest())[-2:] == ["465", "ERROR"]
    again.close()


@covers("KLINE", "UNKLINE", "461")
@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("KLINE 2h", "461"),
        ("KLINE soon bela", "FAIL KLINE INVALID_TIME"),
        ("KLINE 2h m:bela", "FAIL KLINE INVALID_MASK"),
        ("KLINE 2h *!*@*", "FAIL KLINE INVALID_MASK"),
        ("UNKLINE nobody!*@*", "FAIL UNKLINE NO_SUCH_BAN"),
    ],
)
def test_what_cannot_be_is_told(guru: IrcClient, line: str, answer: str) -> None:
    assert f" {answer}" in guru.ask(line)[0]


def comes_in(server: ServerProcess, nickname: str) -> bool:
    client = IrcClient(server.port)
    client.send(f"NICK {nickname}", f"USER u 0 * :{nickname}", "QUIT")
    lines = client.rest()
    client.close()
    return "001" in commands(lines)


@covers("KLINE")
def test_when_the_time_is_over_one_comes_in_and_it_is_not_listed(guru: IrcClient, server: ServerProcess) -> None:
    guru.ask("KLINE 1s dodi!*@*")
    assert not comes_in(server, "dodi")
    while not comes_in(server, "dodi"):
        pass  # each try is a whole connection; the server's clock ends it
    assert parse(guru.ask("KLINE")[-1]).params[-1] == "0 bans from the server"


@covers("KLINE")
def test_it_holds_over_a_restart(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, SETTINGS) as process:
        guru = process.connect("guru")
        guru.ask("OPER guru :sangat rahasia", "KLINE 0 bela!*@* :lama")
        guru.fence()
        process.kill()
        process.start()
        assert commands(refused(process, "bela"))[-2:] == ["465", "ERROR"]
