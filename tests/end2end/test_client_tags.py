"""Client-only tags that have a specification: `+reply`, `+typing`, `+channel-context`; what the settings do about them
(`CLIENTTAGDENY`, `persist_client_tags`). Reactions are in test_reactions.py. Each test quotes what it checks.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.harness import QUIET, Connect, IrcClient, Launch, ServerProcess

CAPS = ("message-tags", "echo-message", "batch", "draft/chathistory", "draft/event-playback")


def two(connect: Connect) -> tuple[IrcClient, IrcClient]:
    """A speaker and a reader in #x."""
    speaker, reader = connect("ani", *CAPS), connect("bela", *CAPS)
    for client in (speaker, reader):
        client.ask("JOIN #x")
    speaker.fence()
    return speaker, reader


def client_tags(line: str) -> Mapping[str, str]:
    return {name: value for name, value in parse(line).tags.items() if name.startswith("+")}


@covers("tag:+reply", "tag:+draft/reply")
@pytest.mark.parametrize("tag", ["+reply", "+draft/reply"])
@pytest.mark.parametrize("target", ["#x", "bela"])
def test_a_reply_names_the_message_it_answers(connect: Connect, tag: str, target: str) -> None:
    """reply, "Format": "its value references the server provided ID of another message"; the others read which."""
    speaker, reader = two(connect)
    msgid = parse(speaker.ask(f"PRIVMSG {target} :satu")[0]).tags["msgid"]
    speaker.ask(f"@{tag}={msgid} PRIVMSG {target} :jawaban")
    assert client_tags(reader.fence()[-1]) == {tag: msgid}


@covers("tag:+reply")
def test_a_reply_is_a_reply_in_history_too(connect: Connect) -> None:
    """reply, "Client implementation considerations": clients jump to the original, so history must name it."""
    speaker, reader = two(connect)
    msgid = parse(speaker.ask("PRIVMSG #x :satu")[0]).tags["msgid"]
    speaker.ask(f"@+reply={msgid} PRIVMSG #x :jawaban")
    told = [line for line in reader.ask("CHATHISTORY LATEST #x * 5") if line.endswith(":jawaban")]
    assert client_tags(told[-1]) == {"+reply": msgid}


@covers("tag:+typing", "TAGMSG")
@pytest.mark.parametrize("value", ["active", "paused", "done"])
def test_typing_is_told_by_tagmsg_and_never_kept(connect: Connect, value: str) -> None:
    """typing, "Format": "A typing notification is represented by a TAGMSG command sent with a typing tag"."""
    speaker, reader = two(connect)
    speaker.ask(f"@+typing={value} TAGMSG #x", f"@+typing={value} TAGMSG bela")
    assert [(parse(line).params, client_tags(line)) for line in reader.fence()] == [
        (["#x"], {"+typing": value}),
        (["bela"], {"+typing": value}),
    ]
    assert not any("TAGMSG" in line for line in reader.ask("CHATHISTORY LATEST #x * 5"))


@covers("tag:+channel-context")
@pytest.mark.parametrize("verb", ["PRIVMSG", "NOTICE"])
def test_the_channel_in_which_a_private_message_belongs_is_told(connect: Connect, verb: str) -> None:
    """channel-context, "Format": "This tag MUST be attached to PRIVMSG and NOTICE messages to users only"."""
    speaker, reader = two(connect)
    speaker.ask(f"@+channel-context=#x {verb} bela :halo")
    assert client_tags(reader.fence()[0]) == {"+channel-context": "#x"}


# --- CLIENTTAGDENY ------------------------------------------------------------------------------


def denying(launch: Launch, *denied: str) -> ServerProcess:
    return launch({**QUIET, "features": {"client_tags_denied": list(denied)}})


@covers("token:CLIENTTAGDENY")
@pytest.mark.parametrize(
    ("denied", "token", "relayed"),
    [
        (("foo", "example/bar"), "CLIENTTAGDENY=foo,example/bar", {"+typing": "active"}),
        (("*",), "CLIENTTAGDENY=*", {}),
        (("*", "-foo"), "CLIENTTAGDENY=*,-foo", {"+foo": "1"}),
    ],
)
def test_blocked_tags_are_silently_ignored_and_the_message_arrives(
    launch: Launch, denied: tuple[str, ...], token: str, relayed: dict[str, str]
) -> None:
    """message-tags, "CLIENTTAGDENY": "certain client-only tags are blocked and will be silently ignored"; "blocking
    tags will not necessarily block the message that the tag is attached to".
    """
    server = denying(launch, *denied)
    speaker, reader = two(server.connect)
    assert any(f" {token} " in line for line in speaker.ask("VERSION"))
    lines = speaker.ask("@+foo=1;+example/bar=2;+typing=active PRIVMSG #x :halo")
    assert client_tags(lines[0]) == relayed
    assert client_tags(reader.fence()[0]) == relayed


@covers("token:CLIENTTAGDENY", "TAGMSG")
def test_a_tagmsg_with_nothing_left_is_not_sent(launch: Launch) -> None:
    """The same; a TAGMSG whose tags are all blocked says nothing (docs/protocol.md)."""
    server = denying(launch, "typing")
    speaker, reader = two(server.connect)
    assert speaker.ask("@+typing=active TAGMSG #x") == []
    assert reader.fence() == []


@covers("token:CLIENTTAGDENY")
def test_without_the_setting_there_is_no_token(connect: Connect) -> None:
    """The same: to allow all tags, "omitting the token entirely is recommended"."""
    assert not any("CLIENTTAGDENY" in line for line in connect("ani").ask("VERSION"))


# --- persist_client_tags --------------------------------------------------------------------------


def test_only_tagmsg_with_the_tags_of_the_setting_are_kept(launch: Launch) -> None:
    """docs/administration.md, `persist_client_tags`: "TAGMSG with one of these tags are kept too"."""
    server = launch({**QUIET, "history": {**QUIET["history"], "persist_client_tags": ["+example/poll"]}})
    speaker, reader = two(server.connect)
    speaker.ask("@+example/poll=ya TAGMSG #x", "@+typing=active TAGMSG #x", "@+other=1 TAGMSG #x")
    assert len(reader.fence()) == 3, "all of them are seen live"
    kept = [client_tags(line) for line in reader.ask("CHATHISTORY LATEST #x * 9") if " TAGMSG " in line]
    assert kept == [{"+example/poll": "ya"}]


def test_without_the_setting_none_is_kept(connect: Connect) -> None:
    speaker, reader = two(connect)
    speaker.ask("@+example/poll=ya TAGMSG #x")
    assert len(reader.fence()) == 1, "it is seen live"
    assert not any(" TAGMSG " in line for line in reader.ask("CHATHISTORY LATEST #x * 9"))
