"""ISON, USERHOST and USERIP (Modern IRC, "Optional Messages")."""

from __future__ import annotations

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.harness import HOST, NAME, Connect


@covers("ISON", "303")
def test_ison_lists_those_who_are_here_as_they_write_themselves(connect: Connect) -> None:
    connect("Bela")
    assert connect("ani").ask("ISON bela nobody ANI", "ISON :ani bela", "ISON nobody") == [
        f":{NAME} 303 ani :Bela ani",
        f":{NAME} 303 ani :ani Bela",
        f":{NAME} 303 ani :",
    ]


def test_ison_with_more_names_than_fit_answers_in_several_lines_of_whole_names(connect: Connect) -> None:
    lines = connect("ani").ask("ISON " + "ani " * 125)
    assert len(lines) > 1
    assert [word for line in lines for word in parse(line).params[-1].split()] == ["ani"] * 125


@covers("USERHOST", "302")
def test_userhost_tells_user_host_and_whether_they_are_away_of_five_at_most(connect: Connect) -> None:
    connect("bela").ask("AWAY :x")
    ani = connect("ani")
    assert ani.ask("USERHOST ani nobody BELA") == [f":{NAME} 302 ani :ani=+~u@{HOST} bela=-~u@{HOST}"]
    assert ani.ask("USERHOST a b c d e ani") == [f":{NAME} 302 ani :"]


def test_userhost_of_long_nicknames_stands_in_several_lines(connect: Connect) -> None:
    nicknames = [letter * 31 + "я" for letter in "бвгдж"]
    for nickname in nicknames:
        connect(nickname)
    lines = connect("з" * 32).ask("USERHOST " + " ".join(nicknames))
    words = [word.partition("=")[0] for line in lines for word in parse(line).params[-1].split()]
    assert words == nicknames


@pytest.mark.parametrize("command", ["ISON", "USERHOST"])
def test_ison_and_userhost_need_a_parameter(connect: Connect, command: str) -> None:
    assert connect("ani").ask(command) == [f":{NAME} 461 ani {command} :Not enough parameters"]


@covers("USERIP", "340", "token:USERIP")
def test_userip_tells_the_address_to_oneself_only(connect: Connect) -> None:
    """ISUPPORT USERIP; the address of others is the placeholder of WHOX (docs/protocol.md, "Who sees whom")."""
    connect("bela").ask("AWAY :x")
    ani = connect("ani")
    assert ani.ask("USERIP ani nobody BELA") == [f":{NAME} 340 ani :ani=+~u@127.0.0.1 bela=-~u@255.255.255.255"]
    assert ani.ask("USERIP") == [f":{NAME} 461 ani USERIP :Not enough parameters"]
