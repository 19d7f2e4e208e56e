"""TOPIC (Modern IRC, "TOPIC message")."""

from __future__ import annotations

from protocol import parse
from tests.covering import covers
from tests.end2end.harness import NAME, Connect, source


@covers("TOPIC", "331", "332", "333")
def test_topic_shows_sets_and_clears(connect: Connect) -> None:
    """TOPIC: "used to change or view the topic of the given channel"."""
    ani, bela = connect("ani"), connect("bela")
    ani.ask("JOIN #x")
    bela.ask("JOIN #x")
    ani.fence()
    assert ani.ask("TOPIC #x") == [f":{NAME} 331 ani #x :No topic is set"]
    assert ani.ask("TOPIC #x :new topic") == [f":{source('ani')} TOPIC #x :new topic"]
    assert bela.fence() == [f":{source('ani')} TOPIC #x :new topic"]
    lines = bela.ask("TOPIC #X")
    assert lines[0] == f":{NAME} 332 bela #x :new topic"
    assert lines[1].startswith(f":{NAME} 333 bela #x {source('ani')} ")
    assert bela.ask("TOPIC #x :") == [f":{NAME} 482 bela #x :You're not channel operator"]
    assert ani.ask("TOPIC #x :") == [f":{source('ani')} TOPIC #x :"]
    assert ani.ask("TOPIC #x")[-1] == f":{NAME} 331 ani #x :No topic is set"


def test_the_topic_of_no_channel_is_403_and_setting_it_from_outside_442(connect: Connect) -> None:
    """TOPIC: "If the client sending this command is not joined to the given channel"."""
    connect("ani").ask("JOIN #x")
    assert connect("bela").ask("TOPIC #nowhere", "TOPIC #x :mine", "TOPIC :") == [
        f":{NAME} 403 bela #nowhere :No such channel",
        f":{NAME} 442 bela #x :You're not on that channel",
        f":{NAME} 403 bela * :No such channel",
    ]


def test_a_topic_is_cut_at_topiclen_at_a_whole_character(connect: Connect) -> None:
    """TOPICLEN: "the maximum length of a topic"."""
    ani = connect("ani")
    ani.ask("JOIN #x")
    assert ani.ask(f"TOPIC #x :{'é' * 240}") == [f":{source('ani')} TOPIC #x :{'é' * 195}"]


def test_a_topic_or_a_reason_never_makes_a_line_too_long(connect: Connect) -> None:
    nickname, channel = "я" * 32, "#" + "x" * 63
    ani, bela = connect(nickname), connect("b" * 32)
    for client in (ani, bela):
        client.ask(f"JOIN {channel}")  # the harness measures every line
    topic = parse(ani.ask(f"TOPIC {channel} :{'t' * 420}")[-1]).params[1]
    assert 300 < len(topic) < 390
    assert parse(bela.ask(f"TOPIC {channel}")[1]).params[2] == topic
    assert len(parse(ani.ask(f"PART {channel} :{'r' * 420}")[-1]).params[1]) > 300
    assert bela.expect("PART").source == source(nickname)


@covers("TOPIC")
def test_a_topic_that_is_the_same_is_not_announced_again(connect: Connect) -> None:
    """Modern, TOPIC: if "it is unchanged … servers MAY notify" all the same; ours does not, and who set it stays."""
    ani, bela = connect("ani"), connect("bela")
    ani.ask("JOIN #x", "MODE #x -t", "TOPIC #x :about")
    bela.ask("JOIN #x")
    ani.fence()
    assert bela.ask("TOPIC #x :about") == ani.fence() == []
    assert source("ani") in bela.ask("TOPIC #x")[1]


@covers("TOPIC", "403", "chanmode:s")
def test_the_topic_of_a_secret_channel_is_not_told_outside(connect: Connect) -> None:
    """Modern, Secret, of LIST and NAMES: such a channel "will not show up"; here it does not for TOPIC either."""
    connect("ani").ask("JOIN #x", "TOPIC #x :secret", "MODE #x +s")
    assert connect("bela").ask("TOPIC #x") == [f":{NAME} 403 bela #x :No such channel"]
