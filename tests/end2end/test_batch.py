"""Lines that belong together: IRCv3 batch."""

from __future__ import annotations

import re

import pytest

from protocol import Message, parse
from tests.covering import covers
from tests.end2end.harness import Connect, IrcClient, commands

CAPS = (
    "batch",
    "draft/chathistory",
    "draft/event-playback",
    "draft/extended-isupport",
    "draft/metadata-2",
    "draft/multiline",
    "labeled-response",
    "message-tags",
    "server-time",
)
COMMANDS = {
    "CHATHISTORY LATEST #x * 10": ["chathistory", "draft/multiline"],
    "@label=a CHATHISTORY LATEST #x * 10": ["chathistory", "draft/multiline"],
    "CHATHISTORY LATEST #empty * 10": ["chathistory"],
    "@label=a WHO ani": ["labeled-response"],
    "@label=a VERSION": ["labeled-response", "draft/isupport"],
    "@label=a JOIN #y,#z": ["labeled-response"],
    "METADATA * LIST": ["metadata"],
}
"""Commands, and the types of the batches in their answers in the order of their starts."""


@pytest.fixture
def ani(connect: Connect) -> IrcClient:
    """Somebody with every capability that brings batches, in a channel where somebody spoke in several lines."""
    client = connect("ani", *CAPS)
    client.ask("JOIN #x,#empty", "PRIVMSG #x :one", "BATCH +1 draft/multiline #x")
    client.ask("@batch=1 PRIVMSG #x :two", "@batch=1 PRIVMSG #x :three", "BATCH -1")
    return client


def read(lines: list[str]) -> list[list[Message]]:
    """The messages of each batch from its start on, having seen that all are begun, filled and ended as they must."""
    batches: list[list[Message]] = []
    opened: dict[str, list[Message]] = {}
    for message in map(parse, lines):
        inside = message.tags.get("batch")
        assert inside is None or inside in opened, "MUST NOT refer to it before its start or after its end"
        if message.command == "BATCH" and message.params[0].startswith("+"):
            name = message.params[0].removeprefix("+")
            assert re.fullmatch(r"[A-Za-z0-9-]+", name), "MUST contain only ASCII letters, numbers, and/or hyphen"
            assert name not in opened
            opened[name] = [message]
            batches.append(opened[name])
        elif message.command == "BATCH":
            (word,) = message.params
            start = opened.pop(word.removeprefix("-"))[0]
            assert start.tags.get("batch") == inside, "both MUST have batch tag, and ... refer to the same batch"
        elif inside is not None:
            opened[inside].append(message)
    assert not opened, "For every started batch, server MUST end that batch"
    return batches


@covers("BATCH", "tag:batch", "cap:batch")
@pytest.mark.parametrize("command", COMMANDS)
def test_for_every_started_batch_the_server_must_end_that_batch(ani: IrcClient, command: str) -> None:
    """Description: "Messages before start and after end of a batch ... MUST NOT refer to that batch. For every started
    batch, server MUST end that batch"; "Start and end messages of one batch MAY refer to another batch ... they both
    MUST have batch tag, and they MUST refer to the same batch".
    """
    batches = read(ani.ask(command))
    assert [messages[0].params[1] for messages in batches][: len(COMMANDS[command])] == COMMANDS[command]


@covers("BATCH", "tag:batch", "cap:batch", "cap:draft/multiline")
def test_a_batch_in_a_batch_refers_to_the_outer_one(ani: IrcClient) -> None:
    """Description: "This means that one batch is nested to another"."""
    outer, inner = read(ani.ask("CHATHISTORY LATEST #x * 1"))
    assert inner[0].tags["batch"] == outer[0].params[0].removeprefix("+")
    assert [message.params[-1] for message in inner[1:]] == ["two", "three"]


@covers("BATCH", "cap:batch", "cap:draft/chathistory")
def test_an_empty_batch_is_allowed(ani: IrcClient) -> None:
    """Description: "An empty batch is allowed, and SHOULD be treated as a no-op"."""
    (messages,) = read(ani.ask("CHATHISTORY LATEST #empty timestamp=2099-01-01T00:00:00.000Z 10"))
    assert len(messages) == 1


@covers("BATCH", "cap:batch")
def test_no_two_answers_have_one_reference_tag(ani: IrcClient) -> None:
    """Description: "The reference tag MUST be treated as an opaque identifier ... and MUST be case-sensitive"."""
    batches = read(ani.ask(*["@label=a WHO ani", "CHATHISTORY LATEST #empty * 2"] * 20))
    assert len({messages[0].params[0] for messages in batches}) == len(batches) == 40


@covers("BATCH", "cap:batch")
def test_who_has_not_asked_for_the_capability_reads_no_batch(connect: Connect) -> None:
    """Description: "This client capability MUST be named `batch`": without it there is neither BATCH nor its tag."""
    client = connect("bela", *(cap for cap in CAPS if cap != "batch"))
    client.ask("JOIN #x,#empty", "PRIVMSG #x :one")
    for command in COMMANDS:
        lines = client.ask(command)
        assert "BATCH" not in commands(lines)
        assert not any("batch" in parse(line).tags for line in lines)
