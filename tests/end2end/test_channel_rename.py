"""RENAME (IRCv3 draft/channel-rename)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.covering import covers
from tests.end2end.accounts import CHEAP, register, session
from tests.end2end.harness import NAME, Connect, IrcClient, Launch, ServerProcess, Settings, commands, source, untagged

CAP = "draft/channel-rename"
READS = (CAP, "batch", "draft/chathistory", "draft/event-playback", "extended-join")


@pytest.fixture(scope="module", params=[True, False], ids=["on disk", "in memory"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """History follows a channel in either kind of log."""
    settings: Settings = {**CHEAP, "history": {"replay_lines": 0, "enabled": request.param}}
    with ServerProcess(tmp_path_factory.mktemp("server"), settings) as process:
        yield process
        assert process.alive


@pytest.fixture
def op(connect: Connect) -> IrcClient:
    """Who opened `#old` and knows the capability."""
    client = connect("oki", CAP, "standard-replies")
    client.ask("JOIN #old")
    return client


def member(connect: Connect, nickname: str, op: IrcClient, *caps: str) -> IrcClient:
    client = connect(nickname, *caps)
    client.ask("JOIN #old")
    op.fence()
    return client


@covers("RENAME", "cap:draft/channel-rename")
def test_those_with_the_capability_get_rename_always_with_a_third_parameter(op: IrcClient, connect: Connect) -> None:
    """Messages: "The server to client command MUST always include the third parameter"."""
    ani = member(connect, "ani", op, CAP)
    assert op.ask("RENAME #OLD #new :Typo fix") == ani.fence() == [f":{source('oki')} RENAME #old #new :Typo fix"]
    assert op.ask("RENAME #new #newer") == ani.fence() == [f":{source('oki')} RENAME #new #newer :"]


@covers("RENAME", "cap:draft/channel-rename")
def test_all_state_is_preserved(op: IrcClient, connect: Connect) -> None:
    """Messages: "A channel rename preserves all channel state, such as membership, mode and topic."""
    ani = member(connect, "ani", op)
    op.ask("TOPIC #old :about", "MODE #old +kv sesam ani", "MODE #old +b bela", "RENAME #old #new")
    ani.fence()
    assert op.ask("MODE #new")[0] == f":{NAME} 324 oki #new +ntk sesam"
    assert op.ask("NAMES #new")[0] == f":{NAME} 353 oki = #new :@oki +ani"
    assert op.ask("TOPIC #new", "MODE #new b")[0] == f":{NAME} 332 oki #new :about"
    op.ask("PRIVMSG #new :still here?")
    assert ani.fence() == [f":{source('oki')} PRIVMSG #new :still here?"]
    assert op.ask("PRIVMSG #old :x") == [f":{NAME} 403 oki #old :No such channel"]


@covers("RENAME", "PART", "JOIN")
def test_those_without_it_get_a_part_and_a_join_as_usual(op: IrcClient, connect: Connect) -> None:
    """Fallback: "Send the client a PART message for the old channel name, with part message matching the rename reason
    if given", then "a JOIN message followed by the usual messages".
    """
    ani, bela = member(connect, "ani", op), member(connect, "bela", op, "extended-join", "no-implicit-names")
    op.ask("TOPIC #old :about")
    ani.fence(), bela.fence()
    op.ask("RENAME #old #new :better")
    lines = ani.fence()
    assert lines[:3] == [
        f":{source('ani')} PART #old :better",
        f":{source('ani')} JOIN #new",
        f":{NAME} 332 ani #new :about",
    ]
    assert lines[4:] == [f":{NAME} 353 ani = #new :@oki ani bela", f":{NAME} 366 ani #new :End of /NAMES list"]
    assert bela.fence()[:2] == [f":{source('bela')} PART #old :better", f":{source('bela')} JOIN #new * :Name of bela"]


@covers("RENAME")
def test_who_renames_without_the_capability_is_told_by_the_fallback(connect: Connect) -> None:
    """Fallback: "the server SHOULD rename the channel, but use the fallback mechanism to report the name change"."""
    ani = connect("ani")
    ani.ask("JOIN #old")
    assert commands(ani.ask("RENAME #old #new")) == ["PART", "JOIN", "353", "366"]
    assert commands(ani.ask("PRIVMSG #new :x", "PART #new")) == ["PART"]


@covers("RENAME")
def test_a_channel_can_be_renamed_while_only_changing_the_casing(op: IrcClient, connect: Connect) -> None:
    """Messages: "Implementations MUST allow" it; the fallback "SHOULD NOT be used" for it."""
    ani = member(connect, "ani", op)
    assert op.ask("RENAME #old #OLD") == [f":{source('oki')} RENAME #old #OLD :"]
    assert ani.fence() == []
    assert ani.ask("NAMES #old")[0] == f":{NAME} 353 ani = #OLD :@oki ani"
    assert op.ask("RENAME #OLD #OLD") == []


@covers("RENAME", "482", "442", "403", "461")
def test_existing_numerics_are_used_where_they_are_appropriate(op: IrcClient, connect: Connect) -> None:
    """Errors: "If existing error numerics … are more appropriate, they SHOULD be used instead."""
    ani, bela = member(connect, "ani", op, CAP), connect("bela", CAP)
    assert commands(ani.ask("RENAME #old #new")) == ["482"]
    assert commands(bela.ask("RENAME #old #new", "RENAME #nowhere #new", "RENAME #old")) == ["442", "403", "461"]


@covers("RENAME")
def test_a_name_that_is_taken_is_channel_name_in_use(op: IrcClient, connect: Connect) -> None:
    """Errors: "FAIL RENAME CHANNEL_NAME_IN_USE <old-channel> <new-channel>"."""
    connect("bela").ask("JOIN #taken", "MODE #taken +s")
    failed = f":{NAME} FAIL RENAME CHANNEL_NAME_IN_USE #old #TAKEN :The channel name is already taken"
    assert op.ask("RENAME #old #TAKEN") == [failed]


@covers("RENAME")
@pytest.mark.parametrize("name", ["new", "&new", "#", "#" + "x" * 64])
def test_a_name_that_cannot_be_is_cannot_rename(op: IrcClient, name: str) -> None:
    """Errors: "FAIL RENAME CANNOT_RENAME <old-channel> <new-channel>"; so no prefix type is ever changed."""
    assert op.ask(f"RENAME #old {name}") == [
        f":{NAME} FAIL RENAME CANNOT_RENAME #old {name} :This is not a name of a channel"
    ]


@covers("JOIN", "470", "cap:draft/channel-rename")
def test_who_comes_to_the_old_name_is_told_of_the_new_one(op: IrcClient, connect: Connect) -> None:
    """Channel redirection: "FAIL JOIN CHANNEL_RENAMED"; without the capability 470 and the new channel."""
    op.ask("RENAME #old #new")
    assert connect("ani", CAP).ask("JOIN #old") == [
        f":{NAME} FAIL JOIN CHANNEL_RENAMED #old #new :The channel has been renamed"
    ]
    lines = connect("bela").ask("JOIN #OLD")
    assert lines[:2] == [f":{NAME} 470 bela #OLD #new :The channel has been renamed", f":{source('bela')} JOIN #new"]
    op.ask("MODE #new +s")
    assert commands(connect("citra").ask("JOIN #old"))[0] == "JOIN", "a secret channel is not told of"


@covers("RENAME", "CHATHISTORY")
def test_history_follows_the_channel_under_its_new_name(op: IrcClient, connect: Connect) -> None:
    """Introduction: it avoids that "history is split across multiple channel names"."""
    reader = member(connect, "reader", op, *READS)
    op.ask("PRIVMSG #old :before", "TOPIC #old :t", "RENAME #old #new", "PRIVMSG #new :after")
    reader.fence()
    played = untagged(reader.ask("CHATHISTORY LATEST #new * 20"))
    assert [line for line in played if "PRIVMSG" in line][-2:] == [
        f":{source('oki')} PRIVMSG #new :before",
        f":{source('oki')} PRIVMSG #new :after",
    ]
    assert f":{source('oki')} TOPIC #new :t" in played
    assert f":{source('reader')} JOIN #new * :Name of reader" in played
    assert "#old" not in "".join(played)


@covers("RENAME", "CHATHISTORY")
def test_what_an_earlier_channel_left_is_not_mixed_with_it(op: IrcClient, connect: Connect) -> None:
    other = connect("other")
    other.ask("JOIN #new", "PRIVMSG #new :of another", "PART #new")
    reader = member(connect, "reader", op, *READS)
    op.ask("PRIVMSG #old :ours", "RENAME #old #new")
    reader.fence()
    played = "".join(reader.ask("CHATHISTORY LATEST #new * 20"))
    assert "ours" in played
    assert "of another" not in played


@covers("RENAME", "MARKREAD")
def test_read_marks_go_with_the_channel(op: IrcClient, connect: Connect) -> None:
    ani = member(connect, "ani", op, CAP, "draft/read-marker")
    ani.ask("MARKREAD #old timestamp=2026-01-02T03:04:05.678Z")
    op.ask("RENAME #old #new")
    ani.fence()
    assert ani.ask("MARKREAD #new") == [f":{NAME} MARKREAD #new timestamp=2026-01-02T03:04:05.678Z"]


@covers("RENAME")
def test_every_session_of_a_person_is_told(op: IrcClient, server: ServerProcess) -> None:
    register(server, "rina")
    first, second = session(server, "rina", CAP), session(server, "rina")
    first.ask("JOIN #old")
    second.fence(), op.fence()
    op.ask("RENAME #old #new")
    assert commands(first.fence()) == ["RENAME"]
    assert commands(second.fence()) == ["PART", "JOIN", "353", "366"]
    op.ask("PRIVMSG #new :x")
    assert commands(first.fence()) == commands(second.fence()) == ["PRIVMSG"]
    first.leave()
    second.leave()


@covers("RENAME")
def test_the_lobby_keeps_its_name(launch: Launch) -> None:
    """`[lobby]` names it, so after a restart it would be another one."""
    server = launch({**CHEAP, "operators.guru": {"password": "sangat rahasia"}})
    guru = server.connect("guru", CAP)
    assert "381" in commands(guru.ask("OPER guru :sangat rahasia"))
    guru.ask("JOIN #lobby")
    assert "CANNOT_RENAME" in guru.ask("RENAME #lobby #other")[0]
