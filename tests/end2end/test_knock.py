"""KNOCK: asking to be let in (numerics 710 to 714, as Ergo, InspIRCd and others have them)."""

from __future__ import annotations

import pytest

from tests.covering import covers
from tests.end2end.harness import NAME, Connect, IrcClient, commands, source


@pytest.fixture
def op(connect: Connect) -> IrcClient:
    """Who opened `#x`, to which only invited people may come."""
    client = connect("oki")
    client.ask("JOIN #x", "MODE #x +i")
    return client


@covers("KNOCK", "710", "711")
def test_a_knock_is_heard_by_those_who_may_invite(op: IrcClient, connect: Connect) -> None:
    other, ani = connect("other"), connect("ani")
    op.ask("INVITE other #x")
    other.ask("JOIN #x")
    op.fence()
    assert ani.ask("KNOCK #X") == [f":{NAME} 711 ani #x :Your KNOCK has been delivered."]
    assert op.fence() == [f":{NAME} 710 #x #x {source('ani')} :has asked for an invite."]
    assert other.fence() == []


@covers("KNOCK", "710")
def test_a_knock_may_say_why_and_never_makes_a_line_too_long(op: IrcClient, connect: Connect) -> None:
    connect("ani").ask(f"KNOCK #x :please {'x' * 450}")
    (heard,) = op.fence()
    assert "has asked for an invite (please xxx" in heard


@covers("712")
def test_a_second_knock_within_a_minute_is_712(op: IrcClient, connect: Connect) -> None:
    connect("ani").ask("KNOCK #x")
    assert connect("bela").ask("KNOCK #x") == [f":{NAME} 712 bela #x :Too many KNOCKs (channel)."]
    assert commands(op.fence()) == ["710"]


@covers("713", "714", "403")
def test_each_refusal_has_its_numeric(op: IrcClient, connect: Connect) -> None:
    ani = connect("ani")
    assert op.ask("KNOCK #x") == [f":{NAME} 714 oki #x :You're already on that channel"]
    op.ask("MODE #x -i")
    assert ani.ask("KNOCK #x", "KNOCK #nowhere") == [
        f":{NAME} 713 ani #x :Channel is open.",
        f":{NAME} 403 ani #nowhere :No such channel",
    ]
    op.ask("MODE #x +k sesam")
    assert commands(ani.ask("KNOCK #x")) == ["711"]
    op.ask("MODE #x +s")
    assert commands(ani.ask("KNOCK #x")) == ["403"], "a secret channel is not there"


@covers("KNOCK", "404")
def test_who_is_banned_is_not_heard(op: IrcClient, connect: Connect) -> None:
    op.ask("MODE #x +b ani")
    assert commands(connect("ani").ask("KNOCK #x")) == ["404"]
    assert op.fence() == []


@covers("KNOCK", "714")
def test_who_is_inside_is_told_so_though_banned(connect: Connect) -> None:
    op, ani = connect("op"), connect("ani")
    for client in (op, ani):
        client.ask("JOIN #inside")
    op.ask("MODE #inside +ib ani")
    ani.fence()
    assert commands(ani.ask("KNOCK #inside")) == ["714"]
