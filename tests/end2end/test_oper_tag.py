"""The tag on what server operators send (IRCv3 draft/oper-tag)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.harness import QUIET, Connect, ServerProcess, commands


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    settings = {**QUIET, "operators.guru": {"password": "sangat rahasia"}}
    with ServerProcess(tmp_path_factory.mktemp("server"), settings) as process:
        yield process
        assert process.alive


@covers("cap:draft/oper-tag", "tag:draft/oper")
def test_the_tag_stands_on_what_an_operator_sends_for_those_who_asked(connect: Connect) -> None:
    """oper-tag: "The tag MUST be added by the ircd to all commands sent by a user" who is an operator."""
    guru, ani, plain = (
        connect("guru"),
        connect("ani", "draft/oper-tag", "message-tags"),
        connect("bela", "message-tags"),
    )
    for client in (guru, ani, plain):
        client.ask("JOIN #x")
    guru.ask("PRIVMSG #x :before")
    assert "381" in commands(guru.ask("OPER guru :sangat rahasia"))
    for client in (ani, plain):
        client.fence()
    guru.ask("PRIVMSG #x :hello", "NOTICE #x :ho", "PART #x")
    seen = [parse(line) for line in ani.fence()]
    assert [message.command for message in seen] == ["PRIVMSG", "NOTICE", "PART"]
    assert all("draft/oper" in message.tags for message in seen)
    assert "draft/oper" not in "".join(plain.fence())


@covers("cap:draft/oper-tag")
def test_the_tag_goes_with_the_status(connect: Connect) -> None:
    """oper-tag: "messages sent by a user who is currently an IRC operator"."""
    guru, ani = connect("guru"), connect("ani", "draft/oper-tag", "message-tags")
    guru.ask("PRIVMSG ani :one", "OPER guru :sangat rahasia", "PRIVMSG ani :two", "MODE guru -o", "PRIVMSG ani :three")
    assert ["draft/oper" in parse(line).tags for line in ani.fence()] == [False, True, False]
