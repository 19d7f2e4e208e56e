"""What one has said, sent back: IRCv3 echo-message."""

from __future__ import annotations

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.harness import NAME, Connect, IrcClient, commands, source, untagged


def pair(connect: Connect, *caps: str) -> tuple[IrcClient, IrcClient]:
    """Two members of #x who have read all that led there; the first one has the capabilities."""
    ani, bela = connect("ani", *caps), connect("bela", "message-tags")
    for client in (ani, bela):
        client.ask("JOIN #x")
    ani.fence()
    return ani, bela


@covers("PRIVMSG", "NOTICE", "cap:echo-message")
@pytest.mark.parametrize("verb", ["PRIVMSG", "NOTICE"])
def test_if_enabled_servers_must_send_messages_back_to_the_client_that_sent_them(connect: Connect, verb: str) -> None:
    """Description: "servers MUST send PRIVMSG and NOTICE messages back to the client that sent them"."""
    ani, bela = pair(connect, "echo-message")
    lines = [f":{source('ani')} {verb} #x :one", f":{source('ani')} {verb} bela :two"]
    assert ani.ask(f"{verb} #x :one", f"{verb} bela :two") == lines
    assert untagged(bela.fence()) == lines
    ani.ask("CAP REQ -echo-message")
    assert ani.ask(f"{verb} #x :three", f"{verb} bela :four") == []


@covers("PRIVMSG", "tag:msgid", "cap:echo-message")
def test_if_servers_apply_modifications_they_must_send_the_final_version_back(connect: Connect) -> None:
    """Description: "they MUST send the final version of the message back"; here names as they are, and the tags
    that the others see.
    """
    ani, bela = pair(connect, "echo-message", "message-tags")
    echoes = ani.ask("@+a=b;c=d;msgid=mine PRIVMSG #X :one", "@+a=b PRIVMSG BELA :two")
    assert echoes == bela.fence()
    assert [parse(line).params for line in echoes] == [["#x", "one"], ["bela", "two"]]
    assert all(set(parse(line).tags) == {"msgid", "+a"} for line in echoes)


@covers("TAGMSG", "cap:message-tags", "cap:echo-message")
def test_the_same_rules_apply_to_tagmsg_when_message_tags_has_been_enabled(connect: Connect) -> None:
    """Description: "When the message-tags capability has been enabled, the same rules apply to TAGMSG messages"."""
    ani, bela = pair(connect, "echo-message", "message-tags")
    lines = [f":{source('ani')} TAGMSG {target}" for target in ("#x", "bela")]
    assert untagged(ani.ask("@+a TAGMSG #x", "@+a TAGMSG bela")) == lines
    assert untagged(bela.fence()) == lines
    ani.ask("CAP REQ -echo-message")
    assert ani.ask("@+a TAGMSG #x") == []


@covers("PRIVMSG", "TAGMSG", "cap:echo-message")
@pytest.mark.parametrize("verb", ["PRIVMSG ani :note", "NOTICE ani :note", "TAGMSG ani"])
def test_what_one_sends_to_oneself_is_both_received_and_echoed(connect: Connect, verb: str) -> None:
    """Limitations: "additional complications for self-targeted private messages"; both have one id."""
    ani = connect("ani", "message-tags")
    assert untagged(ani.ask(f"@+a {verb}")) == [f":{source('ani')} {verb}"]
    ani.ask("CAP REQ echo-message")
    lines = ani.ask(f"@+a {verb}")
    assert untagged(lines) == [f":{source('ani')} {verb}"] * 2
    assert lines[0] == lines[1]


@covers("PRIVMSG", "401", "404", "412", "cap:echo-message")
def test_a_message_that_was_not_delivered_is_not_echoed(connect: Connect) -> None:
    """Description: the echo "acts as an acknowledgement that the message has been delivered to the server"."""
    connect("bela").ask("JOIN #y")
    ani = connect("ani", "echo-message")
    lines = ani.ask("PRIVMSG nobody :a", "PRIVMSG #y :a", "PRIVMSG bela :", "NOTICE nobody :a")
    assert commands(lines) == ["401", "404", "412"]
    assert all(line.startswith(f":{NAME} ") for line in lines)
