"""WHOWAS: who had a nickname before (Modern IRC, "WHOWAS message")."""

from __future__ import annotations

import re

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.harness import HOST, NAME, Connect, commands


@covers("WHOWAS", "314", "312", "369")
def test_an_entry_starts_with_314_and_all_end_with_369(connect: Connect) -> None:
    """Modern: "a series of numeric messages starting with RPL_WHOWASUSER", "both followed with RPL_ENDOFWHOWAS"."""
    connect("gone1").leave()
    lines = connect("ani").ask("WHOWAS GONE1")
    assert lines[0] == f":{NAME} 314 ani gone1 ~u {HOST} * :Name of gone1"
    assert re.fullmatch(rf":{NAME} 312 ani gone1 {NAME} :\w{{3}} \w{{3}} \d\d \d{{4}} \d\d:\d\d:\d\d UTC", lines[1])
    assert lines[2:] == [f":{NAME} 369 ani GONE1 :End of WHOWAS"]


@covers("WHOWAS")
def test_a_nickname_that_was_given_up_is_found_too(connect: Connect) -> None:
    """Modern: "This may either be due to a nickname change or the user leaving IRC"."""
    ani = connect("before")
    ani.ask("NICK after")
    assert commands(ani.ask("WHOWAS before", "WHOWAS after")) == ["314", "312", "369", "406", "369"]


@covers("WHOWAS")
@pytest.mark.parametrize(
    ("count", "found"), [("", 3), (" 2", 2), (" 1", 1), (" 9", 3), (" 0", 3), (" -1", 3), (" x", 3)]
)
def test_up_to_count_entries_are_returned_and_otherwise_a_full_search_is_done(
    connect: Connect, count: str, found: int
) -> None:
    """Modern: "up to <count> replies", "SHOULD be a positive number. Otherwise, a full search is done"."""
    nickname = f"thrice{found}{len(count)}{ord(count[-1]) if count else 0}"
    for _ in range(3):
        connect(nickname).leave()
    assert commands(connect("ani").ask(f"WHOWAS {nickname}{count}")).count("314") == found


@covers("WHOWAS")
def test_the_most_recent_entry_is_first(connect: Connect) -> None:
    """Modern: "The history is searched backward, returning the most recent entry first"."""
    for name in ("one", "two"):
        client = connect()
        client.ask("NICK same", f"USER u 0 * :{name}")
        client.leave()
    lines = connect("ani").ask("WHOWAS same")
    assert [parse(line).params[-1] for line in lines if " 314 " in line] == ["two", "one"]


@covers("406")
@pytest.mark.parametrize("nickname", ["nobody", "n*"])
def test_no_entry_is_406_followed_by_369(connect: Connect, nickname: str) -> None:
    """Modern: "Servers MUST reply with either ERR_WASNOSUCHNICK or a non-empty list", "no wild card matching here"."""
    assert connect("ani").ask(f"WHOWAS {nickname}") == [
        f":{NAME} 406 ani {nickname} :There was no such nickname",
        f":{NAME} 369 ani {nickname} :End of WHOWAS",
    ]


@covers("431")
@pytest.mark.parametrize("line", ["WHOWAS", "WHOWAS :"])
def test_a_missing_nickname_is_answered_by_a_single_reply(connect: Connect, line: str) -> None:
    """Modern: "If the <nick> argument is missing, they SHOULD send a single reply"."""
    assert connect("ani").ask(line) == [f":{NAME} 431 ani :No nickname given"]


@covers("WHOWAS")
def test_the_address_of_who_was_here_is_told_to_nobody(connect: Connect) -> None:
    """docs/protocol.md, "Who sees whom": only operators learn addresses (tests/end2end/test_operators.py)."""
    connect("gone2").leave()
    assert "127.0.0.1" not in "".join(connect("ani").ask("WHOWAS gone2"))
