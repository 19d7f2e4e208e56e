"""JOIN (Modern IRC, "JOIN message")."""

from __future__ import annotations

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.harness import NAME, Connect, commands, source


def names_of(lines: list[str]) -> list[str]:
    """The words of all 353 among these lines."""
    return [word for line in lines if " 353 " in line for word in parse(line).params[-1].split()]


def test_the_server_sends_join_then_the_topic_then_the_names(connect: Connect) -> None:
    """JOIN: "the server MUST send, in this order"."""
    ani, bela = connect("ani"), connect("bela")
    assert ani.ask("JOIN #x") == [
        f":{source('ani')} JOIN #x",
        f":{NAME} 353 ani = #x :@ani",
        f":{NAME} 366 ani #x :End of /NAMES list",
    ]
    ani.ask("TOPIC #x :about it")
    lines = bela.ask("JOIN #x")
    assert lines[0] == f":{source('bela')} JOIN #x"
    assert lines[1] == f":{NAME} 332 bela #x :about it"
    assert lines[2].startswith(f":{NAME} 333 bela #x {source('ani')} ")
    assert lines[3:] == [f":{NAME} 353 bela = #x :@ani bela", f":{NAME} 366 bela #x :End of /NAMES list"]
    assert ani.fence() == [f":{source('bela')} JOIN #x"]


def test_the_topic_time_is_a_unix_timestamp(connect: Connect) -> None:
    """RPL_TOPICWHOTIME: "`<setat>` is a unix timestamp"."""
    ani = connect("ani")
    ani.ask("JOIN #x", "TOPIC #x :t")
    assert 1_600_000_000 < int(ani.ask("TOPIC #x")[1].split()[-1]) < 10_000_000_000


def test_a_list_of_channels_is_a_series_of_joins_with_one_channel_each(connect: Connect) -> None:
    """JOIN: "as a series of messages with a single channel name on each"."""
    lines = connect("ani").ask("JOIN #a,#b,,#c key1,key2")
    assert [line for line in lines if "JOIN" in line] == [f":{source('ani')} JOIN #{name}" for name in "abc"]
    assert commands(lines) == ["JOIN", "353", "366"] * 3


def test_joining_again_is_silent(connect: Connect) -> None:
    ani = connect("ani")
    ani.ask("JOIN #x")
    assert ani.ask("JOIN #x", "JOIN #X") == []


def test_channels_are_compared_without_case_and_keep_their_first_form(connect: Connect) -> None:
    connect("ani").ask("JOIN #Kelas")
    assert connect("bela").ask("JOIN #kELAS")[0] == f":{source('bela')} JOIN #Kelas"


@pytest.mark.parametrize(
    "name", ["x", "&x", "#", "#a\x07b", "##" + "x" * 63, "#" + "あ" * 22, "#a\u200bb", "0x", "@#x", "#\u202eabc"]
)
def test_a_name_that_no_channel_can_have_is_403(connect: Connect, name: str) -> None:
    """ERR_NOSUCHCHANNEL: "no channel can be found for the supplied channel name"."""
    assert connect("ani").ask(f"JOIN {name}") == [f":{NAME} 403 ani {name} :No such channel"]


@pytest.mark.parametrize("line", ["JOIN :", "JOIN ,", "JOIN :#a b"])
def test_what_cannot_be_repeated_in_an_answer_is_a_star_there(connect: Connect, line: str) -> None:
    assert connect("ani").ask(line) == [f":{NAME} 403 ani * :No such channel"]


@pytest.mark.parametrize("name", ["#" + "x" * 63, "#" + "あ" * 21, "#é", "##", "#a:b", "#:", "#😀", "#kelas-8.b!"])
def test_any_other_name_is_a_channel(connect: Connect, name: str) -> None:
    assert connect("ani").ask(f"JOIN {name}")[0] == f":{source('ani')} JOIN {name}"


def test_more_than_ten_channels_at_once_are_407(connect: Connect) -> None:
    lines = connect("ani").ask("JOIN " + ",".join(f"#{number}" for number in range(12)))
    assert commands(lines) == ["JOIN", "353", "366"] * 10 + ["407"]
    assert lines[-1] == f":{NAME} 407 ani #10 :Too many channels at once, the most is 10"


@covers("JOIN", "405", "token:CHANLIMIT")
def test_the_hundred_and_first_channel_is_405(connect: Connect) -> None:
    """JOIN: "they would be over their limit, they will receive an ERR_TOOMANYCHANNELS reply"."""
    ani = connect("ani")
    for start in range(0, 100, 10):
        ani.ask("JOIN " + ",".join(f"#{number}" for number in range(start, start + 10)))
    assert ani.ask("JOIN #more") == [f":{NAME} 405 ani #more :You have joined too many channels"]
    ani.ask("PART #7")
    assert commands(ani.ask("JOIN #more")) == ["JOIN", "353", "366"]


def test_join_zero_leaves_all_channels(connect: Connect) -> None:
    """JOIN: `0` "requests that the sending client leave all channels they are currently connected to"."""
    ani, bela = connect("ani"), connect("bela")
    ani.ask("JOIN #a,#b")
    bela.ask("JOIN #a,#b")
    assert ani.ask("JOIN 0")[-2:] == [f":{source('ani')} PART #{name} :Left all channels" for name in "ab"]
    assert names_of(bela.ask("NAMES #a", "NAMES #b")) == ["bela", "bela"]


def test_who_opens_a_channel_is_its_operator_and_the_next_is_not(connect: Connect) -> None:
    ani, bela = connect("ani"), connect("bela")
    ani.ask("JOIN #x")
    assert names_of(bela.ask("JOIN #x")) == ["@ani", "bela"]


def test_a_channel_that_was_left_by_all_begins_anew(connect: Connect) -> None:
    ani = connect("ani")
    ani.ask("JOIN #x", "TOPIC #x :old", "PART #x")
    assert commands(ani.ask("JOIN #X")) == ["JOIN", "353", "366"]
