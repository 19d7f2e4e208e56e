"""UNREDACT: undoing what an operator took back (docs/protocol.md, "Taking back and undoing")."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from protocol import Message, parse
from tests.covering import covers
from tests.end2end.harness import QUIET, Connect, IrcClient, ServerProcess, commands, source, untagged

CAPS = (
    *("draft/message-redaction", "obrolan.example/unredact", "message-tags", "echo-message", "standard-replies"),
    *(
        "draft/chathistory",
        "draft/event-playback",
        "batch",
        "draft/multiline",
        "soju.im/search",
        "obrolan.example/edit",
    ),
)


@pytest.fixture(scope="module", params=["disk", "memory"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    settings = {**QUIET, "history": {**QUIET["history"], "enabled": request.param == "disk"}}
    with ServerProcess(tmp_path_factory.mktemp("server"), settings) as process:
        yield process
        assert process.alive


def two(connect: Connect, room: str) -> tuple[IrcClient, IrcClient]:
    """An operator and a member of a room, who have read all that led there."""
    op, bela = connect("op", *CAPS), connect("bela", *CAPS)
    for client in (op, bela):
        client.ask(f"JOIN {room}")
    op.fence()
    opened = int(time.time() * 1000)
    while int(time.time() * 1000) == opened:
        pass  # what is said in the millisecond of the opening may have been said before it
    return op, bela


def said(client: IrcClient, room: str, text: str) -> str:
    return parse(client.ask(f"PRIVMSG {room} :{text}")[-1]).tags["msgid"]


def history(client: IrcClient, room: str) -> list[Message]:
    client.fence()
    found = map(parse, client.ask(f"CHATHISTORY LATEST {room} * 50"))
    return [each for each in found if each.command in ("PRIVMSG", "REDACT", "UNREDACT")]


@covers("UNREDACT", "cap:obrolan.example/unredact")
def test_what_an_operator_took_back_is_there_again_where_it_was(connect: Connect) -> None:
    op, bela = two(connect, "#a")
    ids = [said(bela, "#a", text) for text in ("satu", "dua", "tiga")]
    op.ask(f"REDACT #a {ids[1]}")
    assert [each.params[-1] for each in history(bela, "#a") if each.command == "PRIVMSG"] == ["satu", "tiga"]
    line = f":{source('op')} UNREDACT #a {ids[1]}"
    assert untagged(op.ask(f"UNREDACT #a {ids[1]}")) == [line]
    assert untagged(bela.fence())[-1] == line
    found = history(bela, "#a")
    assert [(each.command, each.params[-1]) for each in found] == [
        ("PRIVMSG", "satu"),
        ("PRIVMSG", "dua"),
        ("PRIVMSG", "tiga"),
        ("UNREDACT", ids[1]),
    ], "the REDACT is as if it had not been"
    assert found[1].tags["msgid"] == ids[1]
    assert found[1].nickname == "bela"


@covers("UNREDACT")
def test_it_can_be_searched_again_and_has_the_latest_text(connect: Connect) -> None:
    op, bela = two(connect, "#b")
    msgid = said(bela, "#b", "kata pertama")
    bela.ask(f"@obrolan.example/edit={msgid} PRIVMSG #b :perkataan akhir")
    op.ask(f"REDACT #b {msgid}")
    bela.fence()
    assert commands(bela.ask("SEARCH text=perkataan;in=#b")) == ["BATCH", "BATCH"]
    op.ask(f"UNREDACT #b {msgid}")
    bela.fence()
    found = [parse(each) for each in bela.ask("SEARCH text=perkataan;in=#b") if " PRIVMSG " in each]
    assert [(each.tags["msgid"], each.params[-1]) for each in found] == [(msgid, "perkataan akhir")]


@covers("UNREDACT", "482", "403", "442")
def test_only_operators_undo_and_only_what_others_were_deprived_of(connect: Connect) -> None:
    op, bela = two(connect, "#c")
    own, other = said(bela, "#c", "sendiri"), said(bela, "#c", "dia")
    bela.ask(f"REDACT #c {own}")
    op.ask(f"REDACT #c {other}")
    bela.fence()
    assert commands(bela.ask(f"UNREDACT #c {other}", f"UNREDACT #nowhere {other}")) == ["482", "403"]
    for msgid in (own, "nonsense", f"{other}0"):
        assert " FAIL UNREDACT UNKNOWN_MSGID " in op.ask(f"UNREDACT #c {msgid}")[0]
    assert commands(op.ask(f"UNREDACT #c {other}")) == ["UNREDACT"]
    assert " FAIL UNREDACT UNKNOWN_MSGID " in op.ask(f"UNREDACT #c {other}")[0], "once"
    bela.fence()
    bela.ask(f"REDACT #c {other}")
    assert [each.params[-1] for each in history(bela, "#c") if each.command == "PRIVMSG"] == []


@covers("UNREDACT")
def test_a_message_of_several_lines_is_whole_again(connect: Connect) -> None:
    op, bela = two(connect, "#d")
    lines = bela.ask("BATCH +1 draft/multiline #d", "@batch=1 PRIVMSG #d :satu", "@batch=1 PRIVMSG #d :dua", "BATCH -1")
    msgid = next(parse(each).tags["msgid"] for each in lines if "msgid" in parse(each).tags)
    op.fence()
    op.ask(f"REDACT #d {msgid}", f"UNREDACT #d {msgid}")
    assert [each.params[-1] for each in history(bela, "#d") if each.command == "PRIVMSG"] == ["satu", "dua"]


def test_what_was_taken_back_is_off_the_disk_until_then(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, QUIET) as process:
        op, bela = two(process.connect, "#e")
        msgid = said(bela, "#e", "rahasiabesar")
        op.ask(f"REDACT #e {msgid}")
        process.kill()
        process.start()
        op = process.connect("op", *CAPS)
        op.ask("JOIN #e")
        assert " FAIL UNREDACT UNKNOWN_MSGID " in op.ask(f"UNREDACT #e {msgid}")[0], "it was in memory only"
