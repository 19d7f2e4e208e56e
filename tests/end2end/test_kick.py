"""KICK (Modern IRC, "KICK message")."""

from __future__ import annotations

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.accounts import register, session
from tests.end2end.harness import NAME, Connect, IrcClient, ServerProcess, commands, source, untagged


@pytest.fixture
def op(connect: Connect) -> IrcClient:
    """Who opened `#x`."""
    client = connect("oki")
    client.ask("JOIN #x")
    return client


def member(connect: Connect, nickname: str, op: IrcClient) -> IrcClient:
    client = connect(nickname)
    client.ask("JOIN #x")
    op.fence()
    return client


@covers("KICK")
def test_the_user_is_removed_and_everybody_sees_it(op: IrcClient, connect: Connect) -> None:
    """Modern, KICK: "It causes the <user> to be removed from the <channel> by force"."""
    ani, bela = member(connect, "ani", op), member(connect, "bela", op)
    ani.fence()
    kicked = f":{source('oki')} KICK #x ani :go home now"
    assert op.ask("KICK #X ANI :go home now") == ani.fence() == bela.fence() == [kicked]
    op.ask("PRIVMSG #x :without her")
    assert ani.ask("PRIVMSG #x :hello?") == [f":{NAME} 404 ani #x :Cannot send to channel: join it first"]
    assert commands(bela.fence()) == ["PRIVMSG"]
    assert commands(ani.ask("JOIN #x"))[0] == "JOIN"


@covers("KICK")
def test_without_a_comment_a_default_stands_there(op: IrcClient, connect: Connect) -> None:
    """Modern, KICK: "If no comment is given, the server SHOULD use a default message instead"."""
    member(connect, "ani", op)
    assert op.ask("KICK #x ani") == [f":{source('oki')} KICK #x ani :oki"]


@covers("KICK", "token:TARGMAX")
def test_several_users_are_a_series_of_kicks_with_one_user_each(op: IrcClient, connect: Connect) -> None:
    """Modern, KICK: "Servers MUST NOT send multiple users in this message to clients"."""
    member(connect, "ani", op), member(connect, "bela", op)
    assert op.ask("KICK #x ani,nobody,bela :out") == [
        f":{source('oki')} KICK #x ani :out",
        f":{NAME} 401 oki nobody :No such nick/channel",
        f":{source('oki')} KICK #x bela :out",
    ]
    lines = op.ask("KICK #x " + ",".join(f"n{number}" for number in range(12)))
    assert commands(lines) == ["401"] * 10 + ["407"]


@covers("KICK", "461")
def test_as_many_channels_as_users_go_together(op: IrcClient, connect: Connect) -> None:
    """RFC 2812, 3.2.8: "there MUST be either one channel parameter and multiple user parameter, or as many channel
    parameters as there are user parameters".
    """
    op.ask("JOIN #y")
    ani, bela = member(connect, "ani", op), connect("bela")
    bela.ask("JOIN #y")
    op.fence()
    assert op.ask("KICK #x,#y ani,bela") == [f":{source('oki')} KICK {what} :oki" for what in ("#x ani", "#y bela")]
    assert commands(op.ask("KICK #x,#y ani", "KICK #x")) == ["461", "461"]
    assert commands(ani.fence()) == ["KICK"]


@covers("403", "442", "441", "482")
def test_each_refusal_has_its_numeric(op: IrcClient, connect: Connect) -> None:
    """Modern, KICK: ERR_NOSUCHCHANNEL, ERR_NOTONCHANNEL, ERR_USERNOTINCHANNEL, ERR_CHANOPRIVSNEEDED."""
    ani, bela = member(connect, "ani", op), connect("bela")
    assert bela.ask("KICK #nowhere ani", "KICK #x ani") == [
        f":{NAME} 403 bela #nowhere :No such channel",
        f":{NAME} 442 bela #x :You're not on that channel",
    ]
    assert ani.ask("KICK #x oki") == [f":{NAME} 482 ani #x :You're not channel operator"]
    assert op.ask("KICK #x bela") == [f":{NAME} 441 oki bela #x :They aren't on that channel"]
    op.ask("MODE #x +s")
    assert bela.ask("KICK #x ani") == [f":{NAME} 403 bela #x :No such channel"], "a secret channel is not there"


@covers("KICK", "482", "prefix:h")
def test_nobody_kicks_who_stands_higher(op: IrcClient, connect: Connect) -> None:
    """Modern, Halfop Prefix: moderation tasks, "but at a lower privilege level than operators"."""
    ani, bela = member(connect, "ani", op), member(connect, "bela", op)
    op.ask("MODE #x +hh ani bela")
    ani.fence(), bela.fence()
    higher = f":{NAME} 482 ani #x :They stand higher than you on that channel"
    assert ani.ask("KICK #x oki", "KICK #x bela") == [higher] * 2
    op.ask("MODE #x -h bela")
    ani.fence()
    assert commands(ani.ask("KICK #x bela")) == ["KICK"]
    assert commands(ani.ask("KICK #x ani")) == ["KICK"], "oneself always"


@covers("token:KICKLEN")
def test_a_reason_is_cut_at_kicklen_and_the_line_is_never_too_long(op: IrcClient, connect: Connect) -> None:
    """Modern, KICKLEN: the maximum length of the reason of a KICK."""
    member(connect, "ani", op)
    (told,) = [word for line in op.ask("VERSION") for word in line.split() if word.startswith("KICKLEN=")]
    reason = parse(op.ask("KICK #x ani :" + "r" * 420)[0]).params[2]
    assert told == f"KICKLEN={len(reason)}"


@covers("KICK")
def test_the_last_one_kicked_out_closes_the_channel(op: IrcClient) -> None:
    assert op.ask("KICK #x oki :me") == [f":{source('oki')} KICK #x oki :me"]
    assert commands(op.ask("NAMES #x", "JOIN #x")) == ["366", "JOIN", "353", "366"]


@covers("KICK", "cap:draft/event-playback")
def test_a_kick_stands_in_history_for_who_asks_for_events(op: IrcClient, connect: Connect) -> None:
    member(connect, "ani", op)
    reader = connect("reader", "batch", "draft/chathistory", "draft/event-playback")
    reader.ask("JOIN #x")
    op.ask("KICK #x ani :bye")
    assert f":{source('oki')} KICK #x ani :bye" in untagged(reader.ask("CHATHISTORY LATEST #x * 1"))


@covers("KICK", "cap:labeled-response")
def test_a_label_stands_on_the_kick(op: IrcClient, connect: Connect) -> None:
    labels = connect("lala", "labeled-response", "batch")
    labels.ask("JOIN #y")
    ani = connect("ani")
    ani.ask("JOIN #y")
    labels.fence()
    assert labels.ask("@label=k KICK #y ani") == [f"@label=k :{source('lala')} KICK #y ani :lala"]


@covers("KICK")
def test_all_sessions_of_a_person_are_put_out_together(op: IrcClient, server: ServerProcess) -> None:
    register(server, "rina")
    first, second = session(server, "rina"), session(server, "rina")
    first.ask("JOIN #x")
    second.fence(), op.fence()
    kicked = f":{source('oki')} KICK #x rina :oki"
    assert op.ask("KICK #x rina") == first.fence() == second.fence() == [kicked]
    op.ask("PRIVMSG #x :alone")
    assert first.fence() == second.fence() == []
    first.leave()
    second.leave()
