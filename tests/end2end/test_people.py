"""What is told of people unasked: IRCv3 away-notify, setname, extended-join, multi-prefix, userhost-in-names."""

from __future__ import annotations

import pytest

from tests.end2end.harness import NAME, Connect, commands, source

# --- away-notify --------------------------------------------------------------------------------


def test_away_notify_tells_who_shares_a_channel_and_never_oneself(connect: Connect) -> None:
    ani, bela = connect("ani", "away-notify"), connect("bela", "away-notify")
    plain, outsider = connect("citra"), connect("dewi", "away-notify")
    for client in (ani, bela, plain):
        client.ask("JOIN #a,#b")
    for client in (ani, bela, plain):
        client.fence()
    assert commands(ani.ask("AWAY :out for lunch", "AWAY :out for lunch", "AWAY")) == ["306", "306", "305"]
    assert bela.fence() == [f":{source('ani')} AWAY :out for lunch", f":{source('ani')} AWAY"]
    assert plain.fence() == []
    assert outsider.fence() == []


def test_away_notify_tells_when_somebody_joins_who_is_away(connect: Connect) -> None:
    ani, bela, citra = connect("ani", "away-notify"), connect("bela"), connect("citra")
    ani.ask("JOIN #x")
    bela.ask("AWAY :busy", "JOIN #x")
    citra.ask("JOIN #x")
    assert ani.fence() == [
        f":{source('bela')} JOIN #x",
        f":{source('bela')} AWAY :busy",
        f":{source('citra')} JOIN #x",
    ]


# --- SETNAME ------------------------------------------------------------------------------------


def test_setname_is_sent_to_all_with_the_capability_in_common_channels_and_to_oneself(connect: Connect) -> None:
    ani, bela = connect("ani", "setname"), connect("bela", "setname")
    plain, outsider = connect("citra"), connect("dewi", "setname")
    for client in (ani, bela, plain):
        client.ask("JOIN #a,#b")
    for client in (ani, bela, plain):
        client.fence()
    line = f":{source('ani')} SETNAME :Ani Wijaya 😀"
    assert ani.ask("SETNAME :Ani Wijaya 😀") == [line]
    assert bela.fence() == [line]
    assert plain.fence() == []
    assert outsider.fence() == []
    assert bela.ask("WHOIS ani")[0].endswith(" * :Ani Wijaya 😀")


def test_setname_works_silently_without_the_capability(connect: Connect) -> None:
    ani, bela = connect("ani"), connect("bela", "setname")
    for client in (ani, bela):
        client.ask("JOIN #x")
    ani.fence()
    assert ani.ask("SETNAME :New") == []
    assert bela.fence() == [f":{source('ani')} SETNAME :New"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 151, "é" * 76])
def test_a_realname_that_is_not_valid_is_refused_and_nothing_changes(connect: Connect, name: str) -> None:
    ani = connect("ani", "setname")
    assert ani.ask(f"SETNAME :{name}") == [f":{NAME} FAIL SETNAME INVALID_REALNAME :Realname is not valid"]
    assert ani.ask("WHO ani")[0].endswith(":0 Name of ani")


def test_without_setname_and_standard_replies_the_refusal_is_a_numeric(connect: Connect) -> None:
    refusal = "SETNAME :Realname is not valid"
    assert connect("ani").ask("SETNAME :") == [f":{NAME} 400 ani {refusal}"]
    assert commands(connect("bela", "standard-replies").ask("SETNAME :")) == ["FAIL"]


def test_the_longest_realname_is_accepted(connect: Connect) -> None:
    assert connect("ani", "setname").ask(f"SETNAME :{'é' * 75}") == [f":{source('ani')} SETNAME :{'é' * 75}"]


def test_setname_needs_a_parameter(connect: Connect) -> None:
    assert connect("ani").ask("SETNAME") == [f":{NAME} 461 ani SETNAME :Not enough parameters"]


# --- extended-join, multi-prefix, userhost-in-names ---------------------------------------------


def test_extended_join_names_no_account_and_the_realname(connect: Connect) -> None:
    ani, bela = connect("ani", "extended-join"), connect("bela")
    assert ani.ask("JOIN #x")[0] == f":{source('ani')} JOIN #x * :Name of ani"
    assert bela.ask("JOIN #x")[0] == f":{source('bela')} JOIN #x"
    assert ani.fence() == [f":{source('bela')} JOIN #x * :Name of bela"]


def test_extended_join_follows_setname(connect: Connect) -> None:
    ani, bela = connect("ani", "extended-join"), connect("bela")
    ani.ask("JOIN #x")
    bela.ask("SETNAME :New name", "JOIN #x")
    assert ani.fence() == [f":{source('bela')} JOIN #x * :New name"]


def test_userhost_in_names_gives_whole_sources_with_their_prefix(connect: Connect) -> None:
    ani, bela = connect("ani"), connect("bela", "userhost-in-names")
    ani.ask("JOIN #x")
    assert f":{NAME} 353 bela = #x :@{source('ani')} {source('bela')}" in bela.ask("JOIN #x")


def test_multi_prefix_gives_every_prefix_in_names_and_who(connect: Connect) -> None:
    ani = connect("ani", "multi-prefix")
    assert ani.ask("JOIN #x")[1] == f":{NAME} 353 ani = #x :@ani"
    assert " H@ " in ani.ask("WHO #x")[0]  # more than one prefix needs MODE +v: tests/chatd/test_channel.py until then


# --- standard-replies ---------------------------------------------------------------------------


def test_standard_replies_replace_no_numeric(connect: Connect) -> None:
    ani = connect("ani", "standard-replies")
    assert commands(ani.ask("JOIN x", "FOO", "PRIVMSG", "NICK", "WHOIS", "TOPIC #nowhere", "USER a b c d")) == (
        ["403", "421", "411", "431", "431", "403", "462"]
    )


@pytest.mark.parametrize("bytes_", [b"PRIVMSG #x :\xff\xfe", b"PRIVMSG #x :\xc3\x28", b"\xff", b"NICK \xed\xa0\x80"])
def test_a_line_that_is_no_utf8_is_refused_with_invalid_utf8(connect: Connect, bytes_: bytes) -> None:
    ani, bela = connect("ani", "standard-replies"), connect("bela")
    text = "Messages must be encoded in UTF-8"
    for client in (ani, bela):
        client.send_bytes(bytes_ + b"\r\n")
    assert ani.fence() == [f":{NAME} FAIL * INVALID_UTF8 :{text}"]
    assert bela.fence() == [f":{NAME} 400 bela * :{text}"]
