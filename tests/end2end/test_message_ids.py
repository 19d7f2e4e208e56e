"""IRCv3 message-ids; each test quotes what it checks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.harness import QUIET, Connect, IrcClient, ServerProcess

CAPS = ("message-tags", "echo-message", "batch", "draft/chathistory")


def msgids(lines: list[str]) -> list[str]:
    return [tags["msgid"] for tags in (parse(line).tags for line in lines) if "msgid" in tags]


def two(connect: Connect) -> tuple[IrcClient, IrcClient]:
    """A speaker and a reader in #x."""
    speaker, reader = connect("ani", *CAPS), connect("bela", *CAPS)
    for client in (speaker, reader):
        client.ask("JOIN #x")
    speaker.fence()
    return speaker, reader


@covers("tag:msgid")
def test_the_tag_should_be_attached_to_all_privmsg_and_notice_events(connect: Connect) -> None:
    """Under "Tags": "it SHOULD be attached to all `PRIVMSG` and `NOTICE` events"; private ones too."""
    speaker, reader = two(connect)
    speaker.ask("PRIVMSG #x :a", "NOTICE #x :b", "PRIVMSG bela :c", "NOTICE bela :d")
    assert len(set(msgids(reader.fence()))) == 4


@covers("tag:msgid")
def test_an_id_is_unique_and_the_same_for_all_who_read_it(connect: Connect) -> None:
    """Under "Tag value": any other message "on the entire network at any time MUST NOT share the same value"."""
    speaker, reader = two(connect)
    echoes: list[str] = []
    for _ in range(20):
        echoes += speaker.ask("PRIVMSG #x :hi", "NOTICE #x :hi")
    ids = msgids(reader.fence())
    assert len(set(ids)) == 40
    assert msgids(echoes) == ids, 'servers "SHOULD also provide the echo-message capability"'


@covers("tag:msgid")
def test_an_id_is_not_given_again_after_a_restart(tmp_path: Path) -> None:
    """Under "Choosing an ID format": not "simple numeric counters that risk [...] being reset"."""
    with ServerProcess(tmp_path, QUIET) as server:
        before = msgids(server.connect("ani", *CAPS).ask("PRIVMSG ani :a"))
        server.kill()
        server.start()
        after = msgids(server.connect("ani", *CAPS).ask("PRIVMSG ani :b"))
    assert len(before) == len(after) == 2, "the echo and the message itself"
    assert not set(before) & set(after)


@covers("tag:msgid")
@pytest.mark.parametrize("line", ["PRIVMSG #x :hi", "JOIN #y", "TOPIC #x :t"])
def test_an_id_may_stand_as_a_parameter(connect: Connect, line: str) -> None:
    """Under "Tag value": ids "MUST NOT start with a colon (`:`) and MUST NOT contain any of `SPACE`, `CR`, `LF`"."""
    speaker, _ = two(connect)
    (msgid,) = set(msgids(speaker.ask(line)))
    assert re.fullmatch(r"[^: \r\n][^ \r\n]*", msgid)


@covers("tag:msgid")
def test_a_message_that_is_sent_again_as_it_was_keeps_its_id(connect: Connect) -> None:
    """Under "Tag value": "if a message is re-transmitted as-is [...] the ID SHOULD be reused"."""
    speaker, reader = two(connect)
    (msgid,) = msgids(speaker.ask("PRIVMSG #x :hi"))
    assert msgid in msgids(reader.ask("CHATHISTORY LATEST #x * 10"))


@covers("tag:msgid")
def test_who_has_not_asked_for_tags_gets_no_id(connect: Connect) -> None:
    """Under "Dependencies": "the message-tags capability MUST be negotiated"."""
    speaker, _ = two(connect)
    plain = connect("cici", "server-time")
    plain.ask("JOIN #x")
    speaker.ask("PRIVMSG #x :hi")
    assert not any("msgid" in line for line in plain.fence())
