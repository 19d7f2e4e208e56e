"""PART (Modern IRC, "PART message")."""

from __future__ import annotations

from tests.end2end.harness import NAME, Connect, source


def test_part_is_seen_by_the_channel_and_by_oneself_with_the_reason(connect: Connect) -> None:
    """PART: "the user will receive a `PART` message from the server for each channel"."""
    ani, bela = connect("ani"), connect("bela")
    ani.ask("JOIN #x")
    bela.ask("JOIN #x")
    ani.fence()
    part = f":{source('bela')} PART #x :bye for now"
    assert bela.ask("PART #X :bye for now") == [part]
    assert ani.fence() == [part]


def test_part_without_a_reason_has_none(connect: Connect) -> None:
    ani = connect("ani")
    ani.ask("JOIN #a,#b")
    assert ani.ask("PART #a", "PART #b :  ") == [f":{source('ani')} PART #a", f":{source('ani')} PART #b"]


def test_part_of_several_channels_repeats_the_reason(connect: Connect) -> None:
    """PART: "`<reason>` (if it exists) should be on each of these messages"."""
    ani = connect("ani")
    ani.ask("JOIN #a,#b")
    assert ani.ask("PART #a,#c,#b :bye") == [
        f":{source('ani')} PART #a :bye",
        f":{NAME} 403 ani #c :No such channel",
        f":{source('ani')} PART #b :bye",
    ]


def test_part_of_a_channel_that_one_is_not_on_is_442_and_of_none_403(connect: Connect) -> None:
    """PART: "they will receive an ERR_NOTONCHANNEL reply and that channel will be ignored"."""
    connect("ani").ask("JOIN #x")
    assert connect("bela").ask("PART #x", "PART #nowhere", "PART :") == [
        f":{NAME} 442 bela #x :You're not on that channel",
        f":{NAME} 403 bela #nowhere :No such channel",
        f":{NAME} 403 bela * :No such channel",
    ]


def test_after_part_nothing_more_of_the_channel_arrives(connect: Connect) -> None:
    ani, bela = connect("ani"), connect("bela")
    ani.ask("JOIN #x")
    bela.ask("JOIN #x", "PART #x")
    ani.ask("PRIVMSG #x :alone")
    assert bela.fence() == []
