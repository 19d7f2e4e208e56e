"""IRCv3 utf8-only (`UTF8ONLY`); each test quotes what it checks."""

from __future__ import annotations

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.harness import NAME, Connect

TEXT = b"\xff\xfe"
"""No UTF-8."""


@covers("token:UTF8ONLY")
def test_the_token_stands_in_isupport_without_a_value(connect: Connect) -> None:
    """Under "The UTF8ONLY ISUPPORT token": "servers can include [it] in their ISUPPORT (005) output"."""
    lines = connect("ani").ask("VERSION")
    assert "UTF8ONLY" in [word for line in lines for word in parse(line).params if parse(line).command == "005"]


@covers("token:UTF8ONLY")
@pytest.mark.parametrize(
    "line",
    [b"PRIVMSG #x :" + TEXT, b"NOTICE bela :" + TEXT, b"TOPIC #x :" + TEXT, b"SETNAME :" + TEXT, b"PART #x :" + TEXT],
)
def test_nothing_that_is_no_utf_8_is_relayed(connect: Connect, line: bytes) -> None:
    """The same: servers "MUST NOT relay content (such as PRIVMSG or NOTICE message data, channel topics, or realnames)
    containing non-UTF-8 data to clients".
    """
    ani, bela = connect("ani", "standard-replies", "setname"), connect("bela", "setname")
    for client in (ani, bela):
        client.ask("JOIN #x")
    ani.fence()
    ani.send_bytes(line + b"\r\n")
    (answer,) = ani.fence()
    assert answer.startswith(f":{NAME} FAIL {line.split()[0].decode()} INVALID_UTF8 :"), "as in the examples"
    assert bela.fence() == []


@covers("token:UTF8ONLY")
def test_the_refusal_is_a_fail_whatever_was_negotiated(connect: Connect) -> None:
    """Under "The INVALID_UTF8 standard replies code"; the capability `standard-replies` is for replies "other than ones
    enabled by a specific specification", which this one is by the token.
    """
    ani = connect("ani")
    ani.send_bytes(b"PRIVMSG #x :" + TEXT + b"\r\n")
    assert ani.fence() == [f":{NAME} FAIL PRIVMSG INVALID_UTF8 :Messages must be encoded in UTF-8"]


@covers("token:UTF8ONLY")
def test_a_realname_that_is_no_utf_8_does_not_register(connect: Connect) -> None:
    """The example "USER u s e :<non-utf8 realname>": the message is rejected."""
    client = connect()
    client.ask("CAP REQ standard-replies")
    client.send_bytes(b"NICK ani\r\nUSER u 0 * :" + TEXT + b"\r\nCAP END\r\n")
    lines = client.fence()
    assert [parse(line).params[1] for line in lines if parse(line).command == "FAIL"] == ["INVALID_UTF8"]
    assert not any(parse(line).command == "001" for line in lines)


@covers("token:UTF8ONLY")
def test_what_is_cut_is_cut_between_characters(connect: Connect) -> None:
    """Under "Implementation considerations": not "in the middle of a UTF-8-encoded codepoint"."""
    ani = connect("ani")
    ani.ask("JOIN #x")
    (line,) = ani.ask("TOPIC #x :" + "é" * 240)
    topic = parse(line).params[1]
    assert 0 < len(topic.encode()) <= 390
    assert set(topic) == {"é"}
