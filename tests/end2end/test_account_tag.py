"""The account of who sends: IRCv3 account-tag, live and from history."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.accounts import CHEAP, plain, register, session
from tests.end2end.harness import Connect, IrcClient, ServerProcess, commands, source


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), CHEAP) as process:
        register(process, "tini")
        yield process


@pytest.fixture
def tini(server: ServerProcess) -> Iterator[IrcClient]:
    """Somebody who is logged in, and in #x."""
    client = session(server, "tini", "account-tag", "echo-message")
    client.ask("JOIN #x")
    yield client
    client.leave()


@covers("cap:account-tag", "tag:account")
@pytest.mark.parametrize(
    "line",
    ["PRIVMSG #x :a", "NOTICE #x :a", "JOIN #y", "PART #x :bye", "TOPIC #x :t", "NICK lain", "MODE #x +t", "QUIT :bye"],
)
def test_the_tag_must_be_added_to_all_commands_sent_by_a_user(connect: Connect, tini: IrcClient, line: str) -> None:
    """Description: "The tag MUST be added by the ircd to all commands sent by a user ..."."""
    ani = connect("ani", "account-tag")
    ani.ask("JOIN #x,#y")
    tini.fence()
    tini.send("MODE #x -t", line)
    seen = ani.expect(line.split(maxsplit=1)[0])
    seen = ani.expect("MODE") if seen.params[1:] == ["-t"] else seen
    assert dict(seen.tags) == {"account": "tini"}


@covers("cap:account-tag", "tag:account", "cap:echo-message")
def test_the_echo_has_the_tag_as_well(tini: IrcClient) -> None:
    """echo-message: "they MUST send the final version of the message back"."""
    assert tini.ask("PRIVMSG #x :a") == [f"@account=tini :{source('tini')} PRIVMSG #x :a"]


@covers("cap:account-tag", "tag:account")
def test_if_the_user_is_not_identified_the_tag_must_not_be_sent(connect: Connect, tini: IrcClient) -> None:
    """Description: "If the user is not identified to any services account, the tag MUST NOT be sent."."""
    connect("ani").ask("JOIN #x", "PRIVMSG #x :a")
    assert [parse(line).tags.get("account") for line in tini.fence()] == [None, None]


@covers("cap:account-tag", "tag:account")
def test_without_the_capability_there_is_no_tag(connect: Connect, tini: IrcClient) -> None:
    """Description: "... to commands sent to the client that has requested this capability"."""
    ani = connect("ani", "message-tags")
    ani.ask("JOIN #x")
    tini.ask("PRIVMSG #x :a")
    assert set(parse(ani.fence()[-1]).tags) == {"msgid"}


@covers("cap:account-tag", "cap:account-notify", "tag:account")
def test_the_line_that_tells_of_a_login_carries_the_account_of_before(connect: Connect) -> None:
    """Example: "<-- :user ACCOUNT hax0r", and after it "@account=hax0r :user PRIVMSG"."""
    ani, bela = connect("ani", "sasl"), connect("bela", "account-tag", "account-notify")
    for client in (ani, bela):
        client.ask("JOIN #z")
    bela.fence()
    ani.ask("PRIVMSG #z :a")
    plain(ani, "tini")
    ani.ask("PRIVMSG #z :b")
    assert bela.fence() == [
        f":{source('ani')} PRIVMSG #z :a",
        f":{source('ani')} ACCOUNT tini",
        f"@account=tini :{source('ani')} PRIVMSG #z :b",
    ]


@covers("cap:account-tag", "cap:draft/multiline", "tag:account")
@pytest.mark.parametrize("caps", [(), ("draft/multiline",)])
def test_a_message_of_several_lines_has_it_wherever_it_is_a_message_of_its_own(
    connect: Connect, server: ServerProcess, caps: tuple[str, ...]
) -> None:
    """draft/multiline, "Fallback": each line is a message; else the tags stand on the opening of the batch."""
    writer = session(server, "tini", "batch", "draft/multiline", "message-tags")
    ani = connect("ani", "account-tag", "batch", *caps)
    for client in (writer, ani):
        client.ask("JOIN #m")
    ani.fence()
    writer.ask("BATCH +1 draft/multiline #m", "@batch=1 PRIVMSG #m :one", "@batch=1 PRIVMSG #m :two", "BATCH -1")
    lines = [parse(line) for line in ani.fence()]
    tagged = [line.command for line in lines if line.tags.get("account") == "tini"]
    assert tagged == (["BATCH"] if caps else ["PRIVMSG", "PRIVMSG"])
    writer.leave()


@covers("cap:account-tag", "cap:draft/chathistory", "tag:account")
def test_history_has_it_as_it_was_live(connect: Connect, server: ServerProcess) -> None:
    """draft/chathistory: messages are sent as they would have been."""
    tini = session(server, "tini")
    ani = connect("ani", "account-tag", "batch", "draft/chathistory", "draft/event-playback", "server-time")
    for client in (tini, ani):
        client.ask("JOIN #h")
    tini.ask("PRIVMSG #h :a", "TOPIC #h :t")
    ani.ask("PRIVMSG #h :b")
    lines = [parse(line) for line in ani.ask("CHATHISTORY LATEST #h * 10")[1:-1]]
    told = {(line.command, line.source.partition("!")[0]): line.tags.get("account") for line in lines}
    assert told == {
        ("JOIN", "tini"): "tini",
        ("JOIN", "ani"): None,
        ("PRIVMSG", "tini"): "tini",
        ("TOPIC", "tini"): "tini",
        ("PRIVMSG", "ani"): None,
    }
    tini.leave()


@covers("cap:account-tag", "cap:extended-join")
def test_one_more_session_is_shown_its_channels_with_the_tag(server: ServerProcess, tini: IrcClient) -> None:
    """Description: "all commands sent by a user"."""
    other = session(server, "tini", "account-tag", "extended-join")
    assert commands(other.fence()) == []
    tini.ask("PRIVMSG #x :a")
    assert other.fence() == [f"@account=tini :{source('tini')} PRIVMSG #x :a"]
    other.leave()
