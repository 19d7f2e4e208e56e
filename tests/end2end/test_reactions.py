"""Answers and reactions by client tags: IRCv3 reply, react, typing, channel-context."""

from __future__ import annotations

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.harness import Connect, IrcClient, commands, source, untagged
from tests.end2end.test_redaction import history, members, said

CAPS = ("message-tags", "echo-message", "batch", "draft/chathistory", "draft/event-playback", "standard-replies")


def reactors(connect: Connect, *caps: tuple[str, ...]) -> list[IrcClient]:
    clients = members(connect, *caps)
    clients[0].ask("CAP REQ draft/event-playback")
    return clients


def reactions(client: IrcClient, target: str = "#x") -> list[tuple[str, str]]:
    """The reactions that history gives back: what was done, and the text."""
    return [
        (name, value)
        for message in history(client, target)
        if message.command == "TAGMSG"
        for name, value in message.tags.items()
        if name.endswith("react")
    ]


@pytest.mark.parametrize(
    "tags",
    [
        {"+reply": "b-1"},
        {"+draft/reply": "b-1"},
        {"+reply": "b-1", "+draft/react": "👋"},
        {"+typing": "active"},
        {"+channel-context": "#x"},
    ],
)
def test_tags_of_clients_are_relayed_with_every_kind_of_message(connect: Connect, tags: dict[str, str]) -> None:
    ani, bela = reactors(connect, CAPS)
    head = "@" + ";".join(f"{name}={value}" for name, value in tags.items())
    for line in ("PRIVMSG #x :hi", "NOTICE orang1 :hi", "TAGMSG #x", "TAGMSG orang1"):
        (echo,) = ani.ask(f"{head} {line}")
        assert {name: value for name, value in parse(echo).tags.items() if name != "msgid"} == tags
        assert untagged(bela.fence()) == [f":{source('orang0')} {line}"]


@covers("tag:+draft/react")
def test_a_reaction_is_kept_with_the_message_it_is_about(connect: Connect) -> None:
    ani, bela = reactors(connect, CAPS)
    msgid = said(ani, "PRIVMSG #x hi")
    (echo,) = ani.ask(f"@+reply={msgid};+draft/react=👋 TAGMSG #x")
    assert parse(echo).tags["msgid"]
    (record,) = [message for message in history(bela, "#x") if message.command == "TAGMSG"]
    assert record.tags["+draft/react"] == "👋"
    assert record.tags["+reply"] == msgid
    assert record.tags["msgid"] == parse(echo).tags["msgid"]


def test_older_clients_name_the_message_by_another_tag(connect: Connect) -> None:
    ani, bela = reactors(connect, CAPS)
    msgid = said(ani, "PRIVMSG #x hi")
    ani.ask(f"@+draft/reply={msgid};+draft/react=x TAGMSG #x")
    assert reactions(bela) == [("+draft/react", "x")]


@covers("tag:+draft/unreact")
def test_one_reaction_of_the_same_text_counts_once_until_it_is_taken_back(connect: Connect) -> None:
    ani, bela = reactors(connect, CAPS)
    msgid = said(ani, "PRIVMSG #x hi")
    react, unreact = (f"@+reply={msgid};+draft/{verb}=x TAGMSG #x" for verb in ("react", "unreact"))
    for line in (unreact, react, react, react, unreact, unreact, react):
        assert commands(ani.ask(line)) == ["TAGMSG"]
    assert reactions(bela) == [("+draft/react", "x"), ("+draft/unreact", "x"), ("+draft/react", "x")]


def test_reactions_of_others_and_of_other_texts_count_for_themselves(connect: Connect) -> None:
    ani, bela = reactors(connect, CAPS)
    msgid = said(ani, "PRIVMSG #x hi")
    for client, text in ((ani, "x"), (bela, "x"), (ani, "y")):
        client.ask(f"@+reply={msgid};+draft/react={text} TAGMSG #x")
    assert [text for _, text in reactions(bela)] == ["x", "x", "y"]


def test_a_guest_who_comes_back_can_take_back_what_it_gave_before(connect: Connect) -> None:
    ani, bela = reactors(connect, CAPS)
    msgid = said(ani, "PRIVMSG #x hi")
    bela.ask(f"@+reply={msgid};+draft/react=x TAGMSG #x")
    bela.leave()
    again = connect("ORANG1", *CAPS)
    again.ask("JOIN #x", f"@+reply={msgid};+draft/unreact=x TAGMSG #x")
    assert reactions(ani) == [("+draft/react", "x"), ("+draft/unreact", "x")]


@pytest.mark.parametrize(
    "tags",
    [
        "+reply=nothing;+draft/react=x",
        "+draft/react=x",
        "+reply={id};+draft/react=x;+draft/unreact=x",
        "+reply={id};+draft/react",
        "+reply={id};+typing=active",
    ],
)
def test_what_is_no_reaction_to_anything_here_is_relayed_but_not_kept(connect: Connect, tags: str) -> None:
    ani, bela = reactors(connect, CAPS)
    msgid = said(ani, "PRIVMSG #x hi")
    bela.fence()
    ani.ask(f"@{tags.format(id=msgid)} TAGMSG #x")
    assert commands(bela.fence()) == ["TAGMSG"]
    assert [message.command for message in history(bela, "#x") if message.command == "TAGMSG"] == []


def test_a_reaction_to_a_message_of_another_conversation_is_not_kept(connect: Connect) -> None:
    ani, bela = reactors(connect, CAPS)
    msgid = said(ani, "PRIVMSG orang1 hi")
    bela.fence()
    ani.ask(f"@+reply={msgid};+draft/react=x TAGMSG #x")
    assert commands(bela.fence()) == ["TAGMSG"]
    assert reactions(bela) == []
    ani.ask(f"@+reply={msgid};+draft/react=x TAGMSG orang1")
    assert reactions(bela, "orang0") == [("+draft/react", "x")]


def test_reactions_keep_their_place_among_what_is_said(connect: Connect) -> None:
    ani, bela = reactors(connect, CAPS)
    msgid = said(ani, "PRIVMSG #x hi")
    bela.fence()
    react = f"@+reply={msgid};+draft/react=x TAGMSG #x"
    assert commands(ani.ask("PRIVMSG #x one", react, "PRIVMSG #x two")) == ["PRIVMSG", "TAGMSG", "PRIVMSG"]
    assert commands(bela.fence()) == ["PRIVMSG", "TAGMSG", "PRIVMSG"]


def test_every_client_tag_is_allowed(connect: Connect) -> None:
    assert not [line for line in connect().ask("NICK ani", "USER u 0 * :x") if "CLIENTTAGDENY" in line]
