"""REDACT: IRCv3 draft/message-redaction, held against its sentences."""

from __future__ import annotations

import pytest

from protocol import Message, parse
from tests.covering import covers
from tests.end2end.harness import NAME, Connect, IrcClient, commands, source, untagged

CAPS = ("draft/message-redaction", "message-tags", "echo-message", "standard-replies", "draft/chathistory", "batch")


_start: dict[str, str] = {}
"""After which message a test began: the history of a room has those of all tests before."""


def members(connect: Connect, *caps: tuple[str, ...]) -> list[IrcClient]:
    """Members of #x who have read all that led there; the first opened it and is its operator."""
    clients = [connect(f"orang{number}", *wanted) for number, wanted in enumerate((CAPS, *caps))]
    for client in clients:
        client.ask("JOIN #x")
    clients[0].ask("PRIVMSG #x start")
    for client in clients:
        client.fence()
    _start["#x"] = parse(clients[0].ask("CHATHISTORY LATEST #x * 1")[1]).tags["msgid"]
    return clients


def said(client: IrcClient, line: str) -> str:
    """Say this; the id it got."""
    (echo,) = (message for message in map(parse, client.ask(line)) if message.command == line.split(" ")[-3:][0])
    return echo.tags["msgid"]


def history(client: IrcClient, target: str) -> list[Message]:
    """What the history of this conversation gives back of this test, without the batch around it."""
    client.fence()  # what is live is not history
    asked = f"AFTER {target} msgid={_start[target]}" if target in _start else f"LATEST {target} *"
    return [message for message in map(parse, client.ask(f"CHATHISTORY {asked} 100")) if message.command != "BATCH"]


@covers("REDACT", "cap:draft/message-redaction")
def test_a_redaction_is_forwarded_to_those_with_the_capability_only(connect: Connect) -> None:
    ani, bela, plain = members(connect, CAPS, ("message-tags", "echo-message"))
    msgid = said(ani, "PRIVMSG #x :oops")
    bela.fence(), plain.fence()
    line = f":{source('orang0')} REDACT #x {msgid}"
    assert untagged(ani.ask(f"REDACT #X {msgid}")) == [line]
    assert untagged(bela.fence()) == [line]
    assert plain.fence() == []


def test_a_reason_may_be_provided(connect: Connect) -> None:
    ani, bela = members(connect, CAPS)
    msgid = said(ani, "PRIVMSG #x :oops")
    ani.ask(f"REDACT #x {msgid} :bad example")
    assert bela.expect("REDACT").params == ["#x", msgid, "bad example"]


@covers("REDACT")
@pytest.mark.parametrize("line", ["PRIVMSG #x hi", "NOTICE #x hi", "PRIVMSG orang1 hi", "PRIVMSG orang0 hi"])
def test_what_was_removed_is_gone_from_history_for_good(connect: Connect, line: str) -> None:
    ani, _ = members(connect, CAPS)
    (echo,) = {parse(answer).tags["msgid"] for answer in ani.ask(line)}
    target = line.split()[1]
    assert [message.tags["msgid"] for message in history(ani, target)] == [echo]
    assert commands(ani.ask(f"REDACT {target} {echo}")) == ["REDACT"]
    assert [message for message in history(ani, target) if message.command in ("PRIVMSG", "NOTICE")] == []


@covers("REDACT")
def test_both_sides_of_a_private_chat_learn_of_it_and_only_the_author_may(connect: Connect) -> None:
    ani, bela = members(connect, CAPS)
    msgid = said(ani, "PRIVMSG orang1 hi")
    bela.fence()
    (refusal,) = bela.ask(f"REDACT orang0 {msgid}")
    assert (
        refusal == f":{NAME} FAIL REDACT REDACT_FORBIDDEN orang0 {msgid} :You are not authorised to delete this message"
    )
    line = f":{source('orang0')} REDACT orang1 {msgid}"
    assert untagged(ani.ask(f"REDACT orang1 {msgid}")) == [line] == untagged(bela.fence())


def test_an_operator_of_the_channel_may_delete_what_others_said(connect: Connect) -> None:
    ani, bela, citra = members(connect, CAPS, CAPS)
    msgid = said(bela, "PRIVMSG #x spam")
    ani.fence(), citra.fence()
    assert "REDACT_FORBIDDEN" in citra.ask(f"REDACT #x {msgid}")[0]
    assert commands(ani.ask(f"REDACT #x {msgid} spam")) == ["REDACT"]
    assert parse(bela.fence()[0]).params == ["#x", msgid, "spam"]


def test_who_opens_an_abandoned_channel_again_may_not_delete_what_was_said_before(connect: Connect) -> None:
    ani, bela = connect("ani", *CAPS), connect("bela", *CAPS)
    bela.ask("JOIN #old")
    msgid = said(bela, "PRIVMSG #old keep")
    bela.ask("PART #old")
    assert "REDACT_FORBIDDEN" in ani.ask("JOIN #old", f"REDACT #old {msgid}")[-1]


def test_a_message_of_several_lines_goes_as_a_whole(connect: Connect) -> None:
    ani, bela = members(connect, CAPS)
    ani.ask("CAP REQ :draft/multiline")
    lines = ["BATCH +1 draft/multiline #x", "@batch=1 PRIVMSG #x one", "@batch=1 PRIVMSG #x two", "BATCH -1"]
    msgid = parse(ani.ask(*lines)[0]).tags["msgid"]
    ani.ask(f"REDACT #x {msgid}")
    assert not [message for message in history(bela, "#x") if message.command == "PRIVMSG"]


def test_a_reaction_can_be_taken_back_too(connect: Connect) -> None:
    ani, bela = members(connect, CAPS)
    about = said(ani, "PRIVMSG #x hi")
    reaction = parse(ani.ask(f"@+reply={about};+draft/react=x TAGMSG #x")[0]).tags["msgid"]
    bela.fence()
    assert commands(ani.ask(f"REDACT #x {reaction}")) == ["REDACT"]
    assert bela.expect("REDACT").params == ["#x", reaction]


# --- errors ---------------------------------------------------------------------------------------


def unknown(msgid: str, target: str = "#x") -> list[str]:
    return [f":{NAME} FAIL REDACT UNKNOWN_MSGID {target} {msgid} :This message does not exist or is too old"]


def test_a_message_that_does_not_exist(connect: Connect) -> None:
    ani, bela = members(connect, CAPS)
    assert ani.ask("REDACT #x nothing") == unknown("nothing")
    assert ani.ask("REDACT orang1 nothing") == unknown("nothing", "orang1")
    assert bela.fence() == []


def test_a_message_of_another_conversation_does_not_exist_here(connect: Connect) -> None:
    ani, _ = members(connect, CAPS)
    msgid = said(ani, "PRIVMSG orang1 hi")
    assert ani.ask(f"REDACT #x {msgid}") == unknown(msgid)


def test_a_redacted_message_does_not_exist_any_more(connect: Connect) -> None:
    ani, bela = members(connect, CAPS)
    msgid = said(ani, "PRIVMSG #x oops")
    ani.ask(f"REDACT #x {msgid}")
    assert ani.ask(f"REDACT #x {msgid}") == unknown(msgid)
    msgid = said(ani, "PRIVMSG #x oops")
    assert commands(ani.ask(f"REDACT #x {msgid}", f"REDACT #x {msgid}")) == ["REDACT", "FAIL"]
    assert commands(bela.fence()).count("REDACT") == 2


def test_what_nobody_said_cannot_be_redacted(connect: Connect) -> None:
    ani, _ = members(connect, CAPS)
    topic = parse(ani.ask("TOPIC #x :new")[0]).tags["msgid"]
    assert ani.ask(f"REDACT #x {topic}") == unknown(topic)


@pytest.mark.parametrize("target", ["#y", "#nowhere", "nobody"])
def test_of_a_target_that_is_not_ones_own_nothing_can_be_learnt(connect: Connect, target: str) -> None:
    ani, bela = members(connect, CAPS)
    bela.ask("JOIN #y")
    msgid = said(bela, "PRIVMSG #y secret")
    for each in (msgid, "nothing"):
        assert ani.ask(f"REDACT {target} {each}") == [
            f":{NAME} FAIL REDACT INVALID_TARGET {target} :You cannot delete messages from there"
        ]


def test_a_message_between_others_does_not_exist(connect: Connect) -> None:
    ani, bela, _ = members(connect, CAPS, CAPS)
    msgid = said(bela, "PRIVMSG orang2 secret")
    assert ani.ask(f"REDACT orang2 {msgid}") == unknown(msgid, "orang2")


@covers("REDACT", "cap:draft/message-redaction")
def test_a_client_must_negotiate_the_capability(connect: Connect) -> None:
    ani = connect("ani", "message-tags")
    assert ani.ask("REDACT #x 1") == [f":{NAME} 421 ani REDACT :Unknown command"]
