"""Edits under our own capability (docs/protocol.md, "Editing")."""

from __future__ import annotations

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.harness import NAME, Connect, IrcClient, commands, source, untagged
from tests.end2end.test_redaction import history, members, said, unknown

EDIT = "obrolan.example/edit"
CAPS = (
    EDIT,
    "message-tags",
    "echo-message",
    "standard-replies",
    "draft/chathistory",
    "batch",
    "draft/message-redaction",
)


def editors(connect: Connect, *caps: tuple[str, ...]) -> list[IrcClient]:
    clients = members(connect, *caps)
    clients[0].ask(f"CAP REQ {EDIT}")
    return clients


def texts(client: IrcClient, target: str = "#x") -> list[str]:
    """What history says of a conversation."""
    return [message.params[1] for message in history(client, target) if message.command in ("PRIVMSG", "NOTICE")]


def fail(code: str, target: str, msgid: str) -> str:
    return f":{NAME} FAIL PRIVMSG {code} {target} {msgid} :"


@covers("cap:obrolan.example/edit")
def test_those_with_the_capability_see_what_is_edited(connect: Connect) -> None:
    ani, bela = editors(connect, CAPS)
    msgid = said(ani, "PRIVMSG #x helo")
    bela.fence()
    (echo,) = ani.ask(f"@{EDIT}={msgid} PRIVMSG #x :hello")
    assert parse(echo).tags[EDIT] == msgid
    assert parse(echo).tags["msgid"] != msgid
    assert untagged([echo]) == [f":{source('orang0')} PRIVMSG #x :hello"]
    assert bela.fence() == [echo]


def test_others_read_an_answer_to_it_that_begins_with_a_star(connect: Connect) -> None:
    ani, tagged, plain = editors(connect, ("message-tags",), ())
    msgid = said(ani, "PRIVMSG #x helo")
    tagged.fence(), plain.fence()
    ani.ask(f"@{EDIT}={msgid};+reply=older PRIVMSG #x :hello")
    seen = parse(tagged.fence()[0])
    assert seen.params == ["#x", "* hello"]
    assert (seen.tags["+reply"], seen.tags["+draft/reply"]) == (msgid, msgid)
    assert plain.fence() == [f":{source('orang0')} PRIVMSG #x :* hello"]


def test_history_gives_the_latest_text_once_and_says_that_it_was_edited(connect: Connect) -> None:
    ani, bela = editors(connect, CAPS)
    msgid = said(ani, "PRIVMSG #x one")
    for text in ("two", "three"):
        ani.ask(f"@{EDIT}={msgid} PRIVMSG #x {text}")
    (message,) = [message for message in history(bela, "#x") if message.command == "PRIVMSG"]
    assert message.params == ["#x", "three"]
    assert message.tags["msgid"] == msgid
    assert "obrolan.example/edited" in message.tags


def test_an_edit_may_name_the_edit_before_it(connect: Connect) -> None:
    ani, bela = editors(connect, CAPS)
    msgid = said(ani, "PRIVMSG #x one")
    first = parse(ani.ask(f"@{EDIT}={msgid} PRIVMSG #x two")[0])
    second = parse(ani.ask(f"@{EDIT}={first.tags['msgid']} PRIVMSG #x three")[0])
    assert second.tags[EDIT] == msgid
    assert texts(bela) == ["three"]


def test_private_messages_can_be_edited(connect: Connect) -> None:
    ani, bela = editors(connect, CAPS)
    msgid = said(ani, "PRIVMSG orang1 one")
    bela.fence()
    ani.ask(f"@{EDIT}={msgid} PRIVMSG orang1 two")
    assert parse(bela.fence()[0]).tags[EDIT] == msgid
    assert texts(bela, "orang0") == ["two"]


def test_a_message_of_several_lines_can_be_edited_into_one(connect: Connect) -> None:
    ani, bela = editors(connect, (*CAPS, "draft/multiline"))
    ani.ask("CAP REQ draft/multiline")
    inside = ["@batch=1 PRIVMSG #x {}one", "@batch=1 PRIVMSG #x {}two", "BATCH -1"]
    echo = ani.ask("BATCH +1 draft/multiline #x", *[line.format("") for line in inside])
    msgid = parse(echo[0]).tags["msgid"]
    bela.fence()
    echo = ani.ask(f"@{EDIT}={msgid} BATCH +1 draft/multiline #x", *[line.format("new-") for line in inside])
    assert parse(echo[0]).tags[EDIT] == msgid
    assert bela.fence() == echo
    ani.ask(f"@{EDIT}={msgid} PRIVMSG #x :only one")
    assert texts(bela) == ["only one"]


def test_a_redaction_takes_all_edits_with_it(connect: Connect) -> None:
    ani, bela = editors(connect, CAPS)
    msgid = said(ani, "PRIVMSG #x one")
    edit = parse(ani.ask(f"@{EDIT}={msgid} PRIVMSG #x two")[0]).tags["msgid"]
    assert commands(ani.ask(f"REDACT #x {edit}")) == ["REDACT"]
    assert bela.expect("REDACT").params == ["#x", msgid]
    assert texts(bela) == []
    assert ani.ask(f"REDACT #x {edit}") == unknown(edit)


# --- what is refused ------------------------------------------------------------------------------


def test_only_who_wrote_a_message_can_edit_it_not_even_an_operator(connect: Connect) -> None:
    ani, bela = editors(connect, CAPS)
    msgid = said(bela, "PRIVMSG #x mine")
    ani.fence()
    (refusal,) = ani.ask(f"@{EDIT}={msgid} PRIVMSG #x yours")
    assert refusal.startswith(fail("EDIT_FORBIDDEN", "#x", msgid))
    assert bela.fence() == []
    assert texts(bela) == ["mine"]


@pytest.mark.parametrize("again", [False, True])
def test_a_redacted_message_cannot_be_edited_even_in_the_same_packet(connect: Connect, again: bool) -> None:
    ani, bela = editors(connect, CAPS)
    msgid = said(ani, "PRIVMSG #x one")
    lines = [f"REDACT #x {msgid}", f"@{EDIT}={msgid} PRIVMSG #x two"]
    answers = [*ani.ask(lines[0]), *ani.ask(lines[1])] if again else ani.ask(*lines)
    assert answers[1].startswith(fail("UNKNOWN_MSGID", "#x", msgid))
    assert texts(bela) == []


def test_what_does_not_exist_in_this_conversation_cannot_be_edited(connect: Connect) -> None:
    ani, _ = editors(connect, CAPS)
    elsewhere = said(ani, "PRIVMSG orang1 one")
    for msgid in (elsewhere, "nothing"):
        assert ani.ask(f"@{EDIT}={msgid} PRIVMSG #x two")[0].startswith(fail("UNKNOWN_MSGID", "#x", msgid))


def test_a_reaction_cannot_be_edited(connect: Connect) -> None:
    ani, _ = editors(connect, CAPS)
    msgid = said(ani, "PRIVMSG #x one")
    reaction = parse(ani.ask(f"@+reply={msgid};+draft/react=x TAGMSG #x")[0]).tags["msgid"]
    assert ani.ask(f"@{EDIT}={reaction} PRIVMSG #x two")[0].startswith(fail("UNKNOWN_MSGID", "#x", reaction))


def test_the_usual_checks_hold_for_an_edit(connect: Connect) -> None:
    ani, _ = editors(connect, CAPS)
    msgid = said(ani, "PRIVMSG #x one")
    ani.ask("PART #x")
    assert commands(ani.ask(f"@{EDIT}={msgid} PRIVMSG #x two")) == ["404"]
    assert commands(ani.ask(f"@{EDIT}={msgid} PRIVMSG #nowhere two")) == ["403"]
    assert "EDIT_FORBIDDEN" in ani.ask(f"@{EDIT}={msgid} PRIVMSG #x,orang1 two")[0]


def test_a_text_that_would_not_fit_with_the_star_in_front_is_refused(connect: Connect) -> None:
    ani, bela = editors(connect, CAPS)
    room = 510 - len(f":{source('orang0')} PRIVMSG #x :")
    msgid = said(ani, "PRIVMSG #x one")
    bela.fence()
    assert "EDIT_FORBIDDEN" in ani.ask(f"@{EDIT}={msgid} PRIVMSG #x :{'a' * (room - 1)}")[0]
    assert commands(ani.ask(f"@{EDIT}={msgid} PRIVMSG #x :{'a' * (room - 2)}")) == ["PRIVMSG"]
    assert len(bela.fence()) == 1


def test_without_the_capability_the_tag_is_dropped_like_any_other(connect: Connect) -> None:
    ani, bela = members(connect, CAPS)
    msgid = said(ani, "PRIVMSG #x one")
    bela.fence()
    (echo,) = ani.ask(f"@{EDIT}={msgid} PRIVMSG #x two")
    assert EDIT not in parse(echo).tags
    assert parse(bela.fence()[0]).params == ["#x", "two"]
