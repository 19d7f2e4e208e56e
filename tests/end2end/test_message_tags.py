"""Tags on messages, and TAGMSG (IRCv3 message-tags); each test quotes what it checks."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from protocol import escape_tag, parse
from tests.covering import covers
from tests.end2end.harness import NAME, Connect, IrcClient, commands, source, untagged


def members(connect: Connect, *caps: tuple[str, ...]) -> list[IrcClient]:
    """One member of #x per tuple of capabilities, who have read all that led there."""
    clients = [connect(f"orang{number}", *wanted) for number, wanted in enumerate(caps)]
    for client in clients:
        client.ask("JOIN #x")
    for client in clients:
        client.fence()
    return clients


def tags_of(line: str) -> Mapping[str, str]:
    return parse(line).tags


@covers("cap:message-tags")
def test_without_a_capability_there_is_no_tag(connect: Connect) -> None:
    """message-tags, "Capabilities": clients that ask for it get tags; nobody else does."""
    speaker, reader = members(connect, ("message-tags", "echo-message"), ())
    speaker.ask("@+a=b PRIVMSG #x :hi")
    assert reader.fence() == [f":{source('orang0')} PRIVMSG #x :hi"]


# --- client-only tags -----------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["PRIVMSG #x :hi", "NOTICE #x :hi", "TAGMSG #x"])
def test_client_only_tags_are_relayed_and_all_others_removed(connect: Connect, verb: str) -> None:
    """message-tags, "Security considerations": "Tags without the client-only prefix MUST be removed by the server
    before being relayed".
    """
    speaker, reader = members(connect, ("message-tags",), ("message-tags",))
    speaker.ask(f"@+a=1;b=2;+example.org/c;time=yesterday;msgid=mine;account=root {verb}")
    tags = dict(tags_of(reader.fence()[0]))
    assert tags.pop("msgid", "") != "mine"
    assert tags == {"+a": "1", "+example.org/c": ""}


def test_tags_of_the_server_stand_before_those_of_the_client(connect: Connect) -> None:
    speaker, reader = members(connect, (), ("message-tags", "server-time"))
    speaker.ask("@+a=1 PRIVMSG #x :hi")
    assert re.fullmatch(r"@time=[^;]+;msgid=[^;]+;\+a=1 .*", reader.fence()[0])


@pytest.mark.parametrize(
    "value", ["", "x", "a;b c\\d", "\r\n", "\\", "é😀", "=", "a=b", "raw+:=,escaped; \\", "\x01", "trailing\\"]
)
def test_values_arrive_as_they_were_meant(connect: Connect, value: str) -> None:
    """message-tags, "Escaping values": the table, both ways."""
    speaker, reader = members(connect, ("message-tags",), ("message-tags",))
    speaker.ask(f"@+v={escape_tag(value)} TAGMSG #x")
    line = reader.fence()[0]
    assert tags_of(line) == {"+v": value}
    assert value or line.startswith("@+v ")


def test_an_invalid_escape_loses_its_backslash(connect: Connect) -> None:
    r"""message-tags, "Escaping values": "If a lone `\` exists at the end of an escaped value [...] then there SHOULD
    be no output character"; of any other pair the backslash is dropped.
    """
    speaker, reader = members(connect, ("message-tags",), ("message-tags",))
    speaker.ask("@+v=a\\b;+w=a\\ TAGMSG #x")
    assert tags_of(reader.fence()[0]) == {"+v": "ab", "+w": "a"}


def test_the_last_of_two_tags_with_one_name_counts(connect: Connect) -> None:
    """message-tags, "Rules for naming message tags": the last one counts; names are case-sensitive."""
    speaker, reader = members(connect, ("message-tags",), ("message-tags",))
    speaker.ask("@+v=1;+v=2 TAGMSG #x")
    assert reader.fence()[0].count("+v=") == 1
    speaker.ask("@+v=1;+V=2 TAGMSG #x")
    assert tags_of(reader.fence()[0]) == {"+v": "1", "+V": "2"}


@pytest.mark.parametrize("tags", ["", ";", "=", "=x", "+", "+=", "+=x;b", ";;a;", "\x07"])
def test_odd_tags_never_stop_a_message(connect: Connect, tags: str) -> None:
    speaker, reader = members(connect, ("message-tags",), ("message-tags",))
    speaker.ask(f"@{tags} PRIVMSG #x :hi")
    line = reader.fence()[0]
    assert set(tags_of(line)) == {"msgid"}
    assert untagged([line]) == [f":{source('orang0')} PRIVMSG #x :hi"]


def test_4094_bytes_of_tag_data_are_relayed_and_one_more_is_417(connect: Connect) -> None:
    """message-tags, "Size limit": "Servers MUST reply with the `ERR_INPUTTOOLONG` (`417`)" to 4095 bytes and more."""
    speaker, reader = members(connect, ("message-tags",), ("message-tags", "server-time"))
    assert speaker.ask(f"@+v={'x' * 4091} TAGMSG #x") == []
    assert tags_of(reader.fence()[0])["+v"] == "x" * 4091
    refusal = [f":{NAME} 417 orang0 :Input line was too long"]
    assert speaker.ask(f"@+v={'x' * 4092} TAGMSG #x") == refusal
    assert speaker.ask(f"@+v={'x' * 4092} PRIVMSG #x :hi") == refusal
    assert reader.fence() == []


def test_tags_do_not_count_for_the_512_bytes_of_a_line(connect: Connect) -> None:
    """message-tags, "Size limit": "The size limit for the rest of the message is unchanged at 512 bytes"."""
    speaker, reader = members(connect, ("message-tags",), ("message-tags",))
    speaker.ask(f"@+v={'x' * 4000} PRIVMSG #x :{'y' * 400}")
    assert len(parse(reader.fence()[0]).params[1]) == 400


# --- TAGMSG ---------------------------------------------------------------------------------------


@covers("TAGMSG", "cap:message-tags")
def test_tagmsg_is_not_delivered_without_the_message_tags_capability(connect: Connect) -> None:
    speaker, with_tags, without, only_time = members(
        connect, ("message-tags",), ("message-tags",), (), ("server-time", "echo-message")
    )
    speaker.ask("@+typing=active TAGMSG #x", "@+typing=active TAGMSG orang2", "@+typing=active TAGMSG orang1")
    assert untagged(with_tags.fence()) == [f":{source('orang0')} TAGMSG {target}" for target in ("#x", "orang1")]
    assert without.fence() == []
    assert only_time.fence() == []


def test_tagmsg_without_tags_says_nothing_to_anybody(connect: Connect) -> None:
    speaker, reader = members(connect, ("message-tags", "echo-message"), ("message-tags",))
    assert speaker.ask("TAGMSG #x", "@a=b TAGMSG #x") == []
    assert reader.fence() == []


def test_errors_of_tagmsg(connect: Connect) -> None:
    connect("lain").ask("JOIN #y")
    (speaker,) = members(connect, ("message-tags",))
    sent = ["TAGMSG", "TAGMSG :", "TAGMSG ,", "TAGMSG nobody", "TAGMSG #nowhere", "TAGMSG #y", "TAGMSG a,b,c,d,e"]
    answers = [commands(speaker.ask(f"@+a {line}")) for line in sent]
    assert answers == [["411"], ["411"], ["411"], ["401"], ["403"], ["404"], ["401"] * 4 + ["407"]]


def test_tagmsg_is_unknown_to_who_has_not_asked_for_message_tags(connect: Connect) -> None:
    assert connect("ani").ask("@+a TAGMSG #x") == [f":{NAME} 421 ani TAGMSG :Unknown command"]
