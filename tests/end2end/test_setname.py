"""Another realname: IRCv3 setname."""

from __future__ import annotations

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.harness import NAME, Connect, source


@covers("SETNAME", "cap:setname")
def test_if_the_change_is_accepted_it_must_be_sent_to_all_in_common_channels_and_to_who_made_it(
    connect: Connect,
) -> None:
    """Description: "to all clients in common channels, as well as to the client from which it originated"; "The SETNAME
    message MUST NOT be sent to clients which do not have the setname capability negotiated".
    """
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


@covers("SETNAME", "cap:setname")
def test_servers_must_support_the_command_without_the_capability_and_should_handle_it_silently(
    connect: Connect,
) -> None:
    """Description: "MUST support usage of the command even while the capability is not negotiated ... SHOULD handle it
    silently (with no response)".
    """
    ani, bela = connect("ani"), connect("bela", "setname")
    for client in (ani, bela):
        client.ask("JOIN #x")
    ani.fence()
    assert ani.ask("SETNAME :New") == []
    assert bela.fence() == [f":{source('ani')} SETNAME :New"]


@covers("SETNAME", "token:NAMELEN")
def test_servers_must_provide_namelen_with_the_maximum_allowed_length(connect: Connect) -> None:
    """Description: "servers MUST provide a NAMELEN token in RPL_ISUPPORT"."""
    ani = connect("ani", "setname")
    words = [word for line in ani.ask("VERSION") if " 005 " in line for word in parse(line).params]
    assert "NAMELEN=150" in words
    longest = "é" * 75
    assert ani.ask(f"SETNAME :{longest}") == [f":{source('ani')} SETNAME :{longest}"]


@covers("SETNAME", "cap:setname")
@pytest.mark.parametrize("name", ["", "   ", "x" * 151, "é" * 76])
def test_a_realname_that_is_not_valid_must_fail_with_invalid_realname(connect: Connect, name: str) -> None:
    """Errors: "it MUST send a FAIL message with the INVALID_REALNAME code"; nothing changes."""
    ani = connect("ani", "setname")
    assert ani.ask(f"SETNAME :{name}") == [f":{NAME} FAIL SETNAME INVALID_REALNAME :Realname is not valid"]
    assert ani.ask("WHO ani")[0].endswith(":0 Name of ani")


@covers("SETNAME", "cap:standard-replies")
def test_a_failed_setname_must_use_standard_replies_whatever_was_negotiated(connect: Connect) -> None:
    """Errors: "The server MUST use the standard replies extension to notify the client of failed SETNAME commands"."""
    for client in (connect("ani"), connect("bela", "standard-replies")):
        assert client.ask("SETNAME :") == [f":{NAME} FAIL SETNAME INVALID_REALNAME :Realname is not valid"]


@covers("SETNAME", "461")
def test_setname_needs_its_only_parameter(connect: Connect) -> None:
    """Description: "The only, trailing parameter is the new realname"."""
    assert connect("ani").ask("SETNAME") == [f":{NAME} 461 ani SETNAME :Not enough parameters"]
