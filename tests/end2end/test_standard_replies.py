"""FAIL, WARN and NOTE: IRCv3 standard-replies."""

from __future__ import annotations

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.harness import NAME, Connect, commands


@covers("cap:standard-replies", "403", "421", "411", "431", "462")
def test_servers_should_not_replace_standardised_error_numerics(connect: Connect) -> None:
    """Capabilities: "SHOULD NOT replace standardised error numerics with standard replies"."""
    ani = connect("ani", "standard-replies")
    lines = ani.ask("JOIN x", "FOO", "PRIVMSG", "NICK", "WHOIS", "TOPIC #nowhere", "USER a b c d")
    assert commands(lines) == ["403", "421", "411", "431", "431", "403", "462"]


@covers("cap:standard-replies", "400")
@pytest.mark.parametrize(
    ("bytes_", "command"),
    [
        (b"PRIVMSG #x :\xff\xfe", "PRIVMSG"),
        (b"@label=1 :ani privmsg #x :\xc3\x28", "PRIVMSG"),
        (b"NICK \xed\xa0\x80", "NICK"),
        (b"\xff", "*"),
        (b"@\xff", "*"),
        (b"X\xff NICK", "*"),
        (b"A" * 40 + b" \xff", "*"),
    ],
)
def test_if_the_message_could_not_be_parsed_a_star_is_substituted_for_a_command_that_is_not_to_be_seen(
    connect: Connect, bytes_: bytes, command: str
) -> None:
    """Message Format: "or cannot be relayed (for example, if the client's message could not be parsed), `*` is
    substituted".
    """
    ani = connect("ani", "standard-replies")
    ani.send_bytes(bytes_ + b"\r\n")
    assert ani.fence() == [f":{NAME} FAIL {command} INVALID_UTF8 :Messages must be encoded in UTF-8"]


@covers("cap:standard-replies", "400")
@pytest.mark.parametrize("bytes_", [b"PRIVMSG #x :\0", b"PRIVMSG #x :a\rb", b":source"])
def test_a_reply_that_no_specification_brings_is_a_numeric_without_the_capability(
    connect: Connect, bytes_: bytes
) -> None:
    """Capabilities: it "allows servers to send arbitrary standard replies other than ones enabled by a specific
    specification".
    """
    ani, bela = connect("ani", "standard-replies"), connect("bela")
    for client in (ani, bela):
        client.send_bytes(bytes_ + b"\r\n")
    (told,) = ani.fence()
    assert told.startswith(f":{NAME} FAIL * INVALID_MESSAGE :")
    text = parse(told).params[-1]
    assert bela.fence() == [f":{NAME} 400 bela * :{text}"]


@covers("cap:standard-replies", "cap:labeled-response", "SETNAME")
def test_the_reply_should_be_given_a_label_if_one_was_provided(connect: Connect) -> None:
    """Message Format: "This message SHOULD also be given a label, if one was provided by the client"."""
    ani = connect("ani", "standard-replies", "labeled-response", "batch")
    (line,) = ani.ask("@label=x SETNAME :")
    assert line == f"@label=x :{NAME} FAIL SETNAME INVALID_REALNAME :Realname is not valid"


@covers("cap:standard-replies", "REGISTER", "CHATHISTORY")
@pytest.mark.parametrize(
    ("cap", "line", "words"),
    [
        ("draft/account-registration", "register other * secret1", ["REGISTER", "ACCOUNT_NAME_MUST_BE_NICK", "other"]),
        (
            "draft/chathistory",
            "chathistory latest #nowhere * 1",
            ["CHATHISTORY", "INVALID_TARGET", "latest", "#nowhere"],
        ),
        ("draft/chathistory", "CHATHISTORY :a b", ["CHATHISTORY", "INVALID_PARAMS"]),
    ],
)
def test_a_reply_is_type_command_code_context_and_a_description_as_the_final_parameter(
    connect: Connect, cap: str, line: str, words: list[str]
) -> None:
    """Message Format: "<type> <command> <code> [<context>...] <description>"."""
    (answer,) = connect("ani", cap, "batch", "standard-replies").ask(line)
    message = parse(answer)
    assert message.command == "FAIL"
    assert message.params[: len(words)] == words
    assert " " in message.params[-1], "the description is a sentence"
    assert answer.endswith(f" :{message.params[-1]}")
