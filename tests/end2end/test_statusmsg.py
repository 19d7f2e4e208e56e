"""STATUSMSG: what is said to those of a rank and up (Modern IRC, ISUPPORT STATUSMSG)."""

from __future__ import annotations

import pytest

from tests.covering import covers
from tests.end2end.harness import NAME, Connect, IrcClient, commands, source, untagged


@pytest.fixture
def op(connect: Connect) -> IrcClient:
    """Who opened `#x`."""
    client = connect("oki")
    client.ask("JOIN #x")
    return client


def member(connect: Connect, nickname: str, op: IrcClient, mode: str = "", *caps: str) -> IrcClient:
    client = connect(nickname, *caps)
    client.ask("JOIN #x")
    if mode:
        op.ask(f"MODE #x +{mode} {nickname}")
    client.fence(), op.fence()
    return client


@covers("token:STATUSMSG", "PRIVMSG", "NOTICE")
def test_only_members_of_that_rank_and_up_get_it(op: IrcClient, connect: Connect) -> None:
    """Modern, STATUSMSG: a message goes only to those of a channel with this prefix or a higher one."""
    ani, vera, hani = (member(connect, *who) for who in (("ani", op), ("vera", op, "v"), ("hani", op, "h")))
    for client in (op, ani, vera, hani):
        client.fence()
    assert ani.ask("PRIVMSG @#X :ops, please", "PRIVMSG +#x :hello", "NOTICE %#x :n") == []
    to_ops, to_voices, to_halfops = (
        f":{source('ani')} {text}" for text in ("PRIVMSG @#x :ops, please", "PRIVMSG +#x :hello", "NOTICE %#x :n")
    )
    assert op.fence() == [to_ops, to_voices, to_halfops]
    assert hani.fence() == [to_voices, to_halfops]
    assert vera.fence() == [to_voices]


@covers("cap:echo-message", "token:STATUSMSG")
def test_the_sender_is_echoed_the_same_target(op: IrcClient, connect: Connect) -> None:
    """The echo names the target that was written to, not the whole channel."""
    ani = member(connect, "ani", op, "", "echo-message")
    assert ani.ask("PRIVMSG @#x :psst") == [f":{source('ani')} PRIVMSG @#x :psst"]


@covers("token:STATUSMSG", "CHATHISTORY")
def test_history_shows_it_to_nobody(op: IrcClient, connect: Connect) -> None:
    """Who reads a channel's history may have any rank, so what is meant for few is not kept at all."""
    reader = member(connect, "reader", op, "o", "batch", "draft/chathistory")
    op.ask("PRIVMSG #x :for all", "PRIVMSG @#x :for few")
    assert "for few" in "".join(reader.fence())
    played = untagged(reader.ask("CHATHISTORY LATEST #x * 10"))
    assert f":{source('oki')} PRIVMSG #x :for all" in played
    assert "for few" not in "".join(played)


@covers("403", "404", "401")
def test_who_may_not_speak_in_the_channel_may_not_do_this(op: IrcClient, connect: Connect) -> None:
    bela = connect("bela")
    op.ask("MODE #x -n")
    assert bela.ask("PRIVMSG @#nowhere :a", "PRIVMSG @#x :b", "NOTICE @#x :c", "PRIVMSG !#x :d") == [
        f":{NAME} 403 bela #nowhere :No such channel",
        f":{NAME} 404 bela #x :Cannot send to channel: join it first",
        f":{NAME} 401 bela !#x :No such nick/channel",
    ]
    ani = member(connect, "ani", op)
    op.ask("MODE #x +m")
    ani.fence()
    assert commands(ani.ask("PRIVMSG @#x :e")) == ["404"]
