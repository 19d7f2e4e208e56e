"""WHOIS: what everybody, oneself and operators are told of somebody (Modern IRC, "WHOIS message")."""

from __future__ import annotations

import re

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.accounts import enter, login
from tests.end2end.harness import HOST, NAME, Connect, IrcClient, ServerProcess, commands


def told(client: IrcClient, nickname: str) -> set[str]:
    """The numerics of a WHOIS."""
    return set(commands(client.ask(f"WHOIS {nickname}")))


@covers("WHOIS", "311", "312", "317", "318", "319")
def test_whois_tells_user_channels_server_and_idle_time(connect: Connect) -> None:
    """Modern, "WHOIS message": "numeric messages with information about the nick"."""
    ani = connect("ani")
    ani.ask("JOIN #a,#b")
    connect("other").ask("JOIN #c")
    ani.ask("JOIN #c")
    lines = connect("bela").ask("WHOIS ANI")
    assert lines[:3] == [
        f":{NAME} 311 bela ani ~u {HOST} * :Name of ani",
        f":{NAME} 319 bela ani :@#a @#b #c",
        f":{NAME} 312 bela ani {NAME} :Obrolan",
    ]
    assert re.fullmatch(f":{NAME} 317 bela ani \\d+ \\d{{10}} :seconds idle, signon time", lines[3])
    assert lines[4:] == [f":{NAME} 318 bela ANI :End of /WHOIS list"]


@covers("318")
@pytest.mark.parametrize("wanted", ["ANI", "ani,bela", "nobody,ani"])
def test_the_end_repeats_exactly_what_was_sent(connect: Connect, wanted: str) -> None:
    """Modern, "RPL_ENDOFWHOIS": "MUST be exactly the <nick> parameter sent", also "if some of them were dropped"."""
    connect("ani")
    assert connect("bela").ask(f"WHOIS {wanted}")[-1] == f":{NAME} 318 bela {wanted} :End of /WHOIS list"


@covers("token:TARGMAX")
def test_targets_above_the_limit_are_silently_dropped(connect: Connect) -> None:
    """Modern, "WHOIS message": "silently drop targets if the number of targets exceeds the limit" (TARGMAX WHOIS:1)."""
    connect("ani"), connect("bela")
    lines = connect("citra").ask("WHOIS bela,ani")
    assert [parse(line).params[1] for line in lines if " 311 " in line] == ["bela"]


@covers("378", "379")
def test_what_is_private_is_told_to_oneself_only(connect: Connect) -> None:
    """Modern, "WHOIS message": "only to the client itself and to servers operators"."""
    ani = connect("ani")
    ani.ask("MODE ani +iw")
    lines = ani.ask("WHOIS ani")
    assert f":{NAME} 378 ani ani :is connecting from *@127.0.0.1 127.0.0.1" in lines
    assert f":{NAME} 379 ani ani :is using modes +iw" in lines
    bela = connect("bela")
    assert not {"378", "379", "338"} & told(bela, "ani")
    assert "127.0.0.1" not in "".join(bela.ask("WHOIS ani", "WHO ani", "USERHOST ani", "WHO *127*"))


@covers("301")
def test_whois_shows_the_away_message(connect: Connect) -> None:
    """Modern, "AWAY message": "RPL_AWAY, with the away message, in replies to WHOIS messages"."""
    connect("ani").ask("AWAY :eating")
    assert f":{NAME} 301 bela ani :eating" in connect("bela").ask("WHOIS ani")


@covers("WHOIS")
@pytest.mark.parametrize("target", [NAME, "obrolan.*", "ani", "ANI", "bela"])
def test_the_target_is_a_server_name_or_the_nick_of_a_user(connect: Connect, target: str) -> None:
    """Modern, "WHOIS message": "If the <target> parameter is specified, it SHOULD be a server name or the nick"."""
    connect("ani")
    assert commands(connect("bela").ask(f"WHOIS {target} ani")) == ["311", "312", "317", "318"]


@covers("402")
def test_a_target_that_is_no_server_and_nobody_is_402(connect: Connect) -> None:
    """Modern, "WHOIS message": ERR_NOSUCHSERVER is among its numerics."""
    assert connect("bela").ask("WHOIS irc.example.org bela") == [f":{NAME} 402 bela irc.example.org :No such server"]


@covers("401")
def test_whois_of_nobody_is_401_then_318(connect: Connect) -> None:
    """Modern, "WHOIS message": "SHOULD end its response with RPL_ENDOFWHOIS, even if it did not send any other"."""
    assert connect("ani").ask("WHOIS nobody") == [
        f":{NAME} 401 ani nobody :No such nick/channel",
        f":{NAME} 318 ani nobody :End of /WHOIS list",
    ]


@covers("431")
@pytest.mark.parametrize("line", ["WHOIS", "WHOIS :", "WHOIS ,"])
def test_whois_without_a_nickname_is_431(connect: Connect, line: str) -> None:
    """Modern, "WHOIS message": ERR_NONICKNAMEGIVEN."""
    assert connect("ani").ask(line) == [f":{NAME} 431 ani :No nickname given"]


def test_an_unregistered_client_is_nobody(connect: Connect) -> None:
    """Who has not finished its registration is not here, for any query."""
    connect().ask("NICK half")
    ani = connect("ani")
    asked = ani.ask("WHOIS half", "WHO half", "ISON half", "PRIVMSG half :x", "WHOWAS half")
    assert commands(asked) == ["401", "318", "315", "303", "401", "406", "369"]


@covers("319")
def test_many_channels_stand_in_several_319_with_whole_names(connect: Connect) -> None:
    """Modern, "RPL_WHOISCHANNELS": "can be sent multiple times in the same whois reply"."""
    ani = connect("ani")
    names = [f"#{'x' * 50}{number}" for number in range(20)]
    ani.ask(f"JOIN {','.join(names[:7])}", f"JOIN {','.join(names[7:14])}", f"JOIN {','.join(names[14:])}")
    lines = [line for line in connect("bela").ask("WHOIS ani") if " 319 " in line]
    assert len(lines) > 1
    assert [word for line in lines for word in parse(line).params[-1].split()] == ["@" + name for name in names]


@covers("317")
def test_idle_time_counts_from_the_last_message(connect: Connect) -> None:
    """Modern, "RPL_WHOISIDLE": "the number of seconds since the client has been active"."""
    ani = connect("ani")
    ani.ask("PRIVMSG ani :x")
    idle = next(parse(line) for line in ani.ask("WHOIS ani") if " 317 " in line)
    assert int(idle.params[2]) < 20


@covers("330", "307", "usermode:r", "379")
def test_who_is_logged_in_is_shown_with_its_account(connect: Connect) -> None:
    """Modern, "RPL_WHOISACCOUNT", "RPL_WHOISREGNICK", "Registered User Mode"."""
    ani = connect("reni", "draft/account-registration")
    ani.ask("REGISTER * * correct-horse")
    bela = connect("bela")
    lines = bela.ask("WHOIS reni")
    assert f":{NAME} 330 bela reni reni :is logged in as" in lines
    assert f":{NAME} 307 bela reni :has identified for this nick" in lines
    assert f":{NAME} 379 reni reni :is using modes +r" in ani.ask("WHOIS reni")
    ani.ask("NICK else")
    assert {"330", "307"} & told(bela, "else") == {"330"}


@covers("320")
def test_how_many_sessions_there_are_is_told_to_oneself(server: ServerProcess, connect: Connect) -> None:
    """Modern, "RPL_WHOISSPECIAL": "extra human-readable information"."""
    first = connect("siti", "draft/account-registration")
    first.ask("REGISTER * * rahasia")
    enter(login(server, "siti"))
    assert f":{NAME} 320 siti siti :is here in 2 sessions" in first.ask("WHOIS siti")
    assert "320" not in told(connect("bela"), "siti")


@covers("319", "chanmode:s", "usermode:i")
def test_the_channels_are_affected_by_the_secret_and_the_invisible_mode(connect: Connect) -> None:
    """Modern, "RPL_WHOISCHANNELS": "affected by the secret channel mode and the invisible user mode"."""
    ani, friend, outsider = connect("ani"), connect("friend"), connect("outsider")
    ani.ask("JOIN #open,#secret,#third", "MODE #secret +s")
    friend.ask("JOIN #secret")
    assert f":{NAME} 319 outsider ani :@#open @#third" in outsider.ask("WHOIS ani")
    assert f":{NAME} 319 friend ani :@#open @#secret @#third" in friend.ask("WHOIS ani")
    ani.ask("MODE ani +i")
    assert "319" not in told(outsider, "ani")
    assert f":{NAME} 319 friend ani :@#open @#secret @#third" in friend.ask("WHOIS ani")


@covers("760", "cap:draft/metadata-2", "cap:draft/metadata-3")
@pytest.mark.parametrize("version", ["draft/metadata-2", "draft/metadata-3"])
def test_who_asked_for_metadata_is_told_what_somebody_says_of_itself(connect: Connect, version: str) -> None:
    """metadata, "RPL_WHOISKEYVALUE numeric": "When a user with the capability enabled runs `WHOIS` on a user with
    metadata set, a subset of that metadata MAY be sent".
    """
    ani, bela = connect("ani", "draft/metadata-2", "batch"), connect("bela", version, "batch")
    ani.ask("METADATA * SET url :http://ani", "METADATA * SET status :makan siang", "METADATA * SET about :")
    assert [line for line in bela.ask("WHOIS ani") if " 760 " in line] == [
        f":{NAME} 760 bela ani url * :http://ani",
        f":{NAME} 760 bela ani status * :makan siang",
    ]
    assert "760" not in told(connect("citra"), "ani")
