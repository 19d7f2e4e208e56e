"""MODE with a nickname, and what the modes do (Modern IRC, "User mode", "User Modes")."""

from __future__ import annotations

import pytest

import protocol
from tests.covering import covers
from tests.end2end.accounts import enter, login
from tests.end2end.harness import NAME, Connect, ServerProcess, commands, source


@covers("MODE", "221", "usermode:i", "usermode:w", "usermode:B")
def test_the_modes_are_applied_and_a_mode_message_is_sent(connect: Connect) -> None:
    """Modern, "User mode": "the supplied modes will be applied, and a MODE message will be sent to the user"."""
    ani = connect("ani")
    assert ani.ask("MODE ani") == [f":{NAME} 221 ani :+"]
    assert ani.ask("MODE ANI +iwB") == [f":{source('ani')} MODE ani +Biw"]
    assert ani.ask("MODE ani -i+w-B") == [f":{source('ani')} MODE ani -Bi"]
    assert ani.ask("MODE ani") == [f":{NAME} 221 ani :+w"]


@covers("221")
@pytest.mark.parametrize("change", ["+", "-i", "+i-i", "+o", "+r", "-r", "-o", ":"])
def test_what_changes_nothing_is_answered_with_the_modes(connect: Connect, change: str) -> None:
    """RFC 2812, 3.1.5: an attempt "to make themselves an operator using the "+o" flag SHOULD be ignored"; so is `r`."""
    assert connect("ani").ask(f"MODE ani {change}") == [f":{NAME} 221 ani :+"]


@covers("501")
def test_an_unknown_letter_is_501_along_with_what_could_be_applied(connect: Connect) -> None:
    """Modern: "MUST apply the modes that are implemented, and then send the ERR_UMODEUNKNOWNFLAG"."""
    assert connect("ani").ask("MODE ani +xiZ", "MODE ani +z", "MODE ani +i1") == [
        f":{source('ani')} MODE ani +i",
        f":{NAME} 501 ani :Unknown MODE flag",
        f":{NAME} 501 ani :Unknown MODE flag",
        f":{NAME} 501 ani :Unknown MODE flag",
    ]


@covers("401", "502")
def test_the_modes_of_others_can_neither_be_read_nor_changed(connect: Connect) -> None:
    """Modern, "User mode": "ERR_NOSUCHNICK", "is a different nick than the user who sent the command"."""
    connect("bela")
    ani = connect("ani")
    assert commands(ani.ask("MODE bela", "MODE bela +i", "MODE nobody +i", "MODE nobody")) == [
        "502",
        "502",
        "401",
        "401",
    ]


@covers("004")
def test_numeric_004_lists_the_user_modes_there_are(connect: Connect) -> None:
    """Modern, "RPL_MYINFO": "<available user modes>"."""
    line = next(line for line in connect().register("ani") if " 004 " in line)
    assert line.split(" ")[5] == "Biorw"


@covers("MODE")
def test_a_change_by_one_session_is_shown_to_all_sessions(server: ServerProcess) -> None:
    """docs/protocol.md, "Sessions": what one session does counts for all and is shown to all."""
    first = server.connect("siti")
    first.ask("REGISTER * * rahasia")
    second = login(server, "siti")
    enter(second)
    assert first.ask("MODE siti +i")[-1] == f":{source('siti')} MODE siti +i"
    assert second.fence() == [f":{source('siti')} MODE siti +i"]
    assert second.ask("MODE siti") == [f":{NAME} 221 siti :+ir"]
    for session in (first, second):
        session.leave()


@covers("251", "252", "usermode:i")
def test_lusers_counts_the_invisible(connect: Connect) -> None:
    """Modern, "RPL_LUSERCLIENT": "There are <u> users and <i> invisible on <s> servers"."""
    ani, bela = connect("ani"), connect("bela")
    bela.ask("MODE bela +i")
    assert f":{NAME} 251 ani :There are 1 users and 1 invisible on 1 server" in ani.ask("LUSERS")
    bela.ask("MODE bela -i")
    assert f":{NAME} 251 ani :There are 2 users and 0 invisible on 1 server" in ani.ask("LUSERS")
    bela.ask("MODE bela +i")
    bela.leave()
    assert f":{NAME} 251 ani :There are 1 users and 0 invisible on 1 server" in ani.ask("LUSERS")


@covers("004")
def test_numeric_004_lists_the_channel_modes_and_those_with_a_parameter(connect: Connect) -> None:
    """Modern, "RPL_MYINFO": "<available channel modes> [<channel modes with a parameter>]"; the same as ISUPPORT."""
    lines = connect().register("ani")
    words = next(line for line in lines if " 004 " in line).split(" ")
    tokens = protocol.isupport(word for line in lines if " 005 " in line for word in line.split(" ")[3:])
    a, b, c, d = tokens["CHANMODES"].split(",")
    ranks = tokens["PREFIX"][1:].partition(")")[0]
    assert set(words[6]) == set(a + b + c + d + ranks)
    assert set(words[7]) == set(a + b + c + ranks)
