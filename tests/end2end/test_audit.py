"""AUDIT: who did what (docs/protocol.md, "Moderation")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.accounts import CHEAP
from tests.end2end.harness import Connect, IrcClient, ServerProcess, commands

SETTINGS = {**CHEAP, "operators.guru": {"password": "sangat rahasia"}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), SETTINGS) as process:
        yield process
        assert process.alive


def notes(client: IrcClient, line: str) -> list[str]:
    """What AUDIT says, without the times, which are checked."""
    found = [parse(each).params[-1] for each in client.ask(line)]
    assert re.fullmatch(r"\d+ notes; times are UTC", found[-1])
    assert all(re.match(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d ", each) for each in found[:-1])
    return [each[20:] for each in found[:-1]]


@covers("AUDIT")
def test_those_who_run_a_room_read_what_was_done_in_it(connect: Connect) -> None:
    op, bela = connect("op", "echo-message", "message-tags"), connect("bela", "echo-message", "message-tags")
    for client in (op, bela):
        client.ask("JOIN #x,#y")
    sent = parse(bela.ask("PRIVMSG #x :salah")[-1]).tags["msgid"]
    op.ask("CAP REQ :draft/message-redaction", f"REDACT #x {sent}")
    op.ask("MODE #x +vm bela", "TBAN #x 10m citra!*@* :spam", "KICK #x bela :cukup", "MODE #y +s")
    assert notes(op, "AUDIT #X") == [
        f"#x op: REDACT {sent} of bela",
        "#x op: MODE +vm bela",
        "#x op: TBAN 10m citra!*@*: spam",
        "#x op: KICK bela: cukup",
    ]
    assert notes(op, "AUDIT #x 1") == ["#x op: KICK bela: cukup"]
    bela.fence()
    assert commands(bela.ask("AUDIT #y", "AUDIT", "AUDIT #nowhere")) == ["482", "481", "403"]


@covers("AUDIT", "461")
def test_operators_of_the_server_read_what_was_done_to_it_and_wrong_tries(connect: Connect) -> None:
    guru, other = connect("guru"), connect("lain")
    other.ask("OPER guru salah")
    guru.ask("OPER guru :sangat rahasia")
    guru.ask("NS SAREGISTER tono rahasia-sekali", "KLINE 1h nobody!*@* :uji", "UNKLINE nobody!*@*", "KILL lain :cukup")
    found = notes(guru, "AUDIT 6")
    assert found == [
        "* lain: could not become the operator guru",
        "* guru: became the operator guru",
        "* guru: NickServ SAREGISTER tono ***",
        "* guru: KLINE nobody!*@* for 1h: uji",
        "* guru: UNKLINE nobody!*@*",
        "* guru: KILL lain: cukup",
    ]
    assert commands(guru.ask("AUDIT 0", "AUDIT x", "AUDIT 9999")) == ["461"] * 3


def test_what_was_done_is_still_known_after_a_restart(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, SETTINGS) as process:
        guru = process.connect("guru")
        guru.ask("OPER guru :sangat rahasia")
        process.kill()
        process.start()
        guru = process.connect("guru")
        guru.ask("OPER guru :sangat rahasia")
        assert notes(guru, "AUDIT") == ["* guru: became the operator guru"] * 2


@covers("AUDIT")
def test_nobody_reads_the_notes_by_another_way(connect: Connect) -> None:
    guru = connect("guru2", "batch", "draft/chathistory", "soju.im/search")
    guru.ask("OPER guru :sangat rahasia")
    assert not any("became" in line for line in guru.ask("CHATHISTORY LATEST !audit * 10", "SEARCH text=became"))
    assert not any("audit" in line for line in guru.ask("CHATHISTORY TARGETS timestamp=2020-01-01T00:00:00.000Z * 10"))
