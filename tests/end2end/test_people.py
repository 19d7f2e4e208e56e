"""WHO, WHOIS, AWAY, ISON, USERHOST and SETNAME (Modern IRC, "User-Based Queries"; IRCv3 away-notify, setname)."""

from __future__ import annotations

import re

import pytest

from protocol import parse
from tests.end2end.harness import HOST, NAME, Connect, commands, source

# --- WHO ------------------------------------------------------------------------------------------


def test_who_of_a_channel_lists_its_members(connect: Connect) -> None:
    ani, bela = connect("ani"), connect("bela")
    ani.ask("JOIN #x")
    bela.ask("JOIN #x", "AWAY :eating")
    assert connect("citra").ask("WHO #X") == [
        f":{NAME} 352 citra #x ~u {HOST} {NAME} ani H@ :0 Name of ani",
        f":{NAME} 352 citra #x ~u {HOST} {NAME} bela G :0 Name of bela",
        f":{NAME} 315 citra #X :End of WHO list",
    ]


def test_who_of_a_nickname_lists_that_person(connect: Connect) -> None:
    connect("ani")
    assert connect("bela").ask("WHO ANI") == [
        f":{NAME} 352 bela * ~u {HOST} {NAME} ani H :0 Name of ani",
        f":{NAME} 315 bela ANI :End of WHO list",
    ]


def test_who_shows_a_channel_that_both_are_on(connect: Connect) -> None:
    ani, bela = connect("ani"), connect("bela")
    ani.ask("JOIN #secret", "JOIN #shared")
    bela.ask("JOIN #shared")
    assert bela.ask("WHO ani")[0] == f":{NAME} 352 bela #shared ~u {HOST} {NAME} ani H@ :0 Name of ani"


@pytest.mark.parametrize("mask", ["w*1", "?ati1", "*of wati1*", "WATI1", "wati1"])
def test_who_of_a_mask_lists_all_whose_name_matches(connect: Connect, mask: str) -> None:
    connect("wati1"), connect("wati2")
    lines = connect("ani").ask(f"WHO :{mask}")
    assert [parse(line).params[5] for line in lines[:-1]] == ["wati1"]
    assert commands(lines)[-1] == "315"


@pytest.mark.parametrize("mask", ["nobody", "#nowhere", "z*z", "", "a b"])
def test_who_of_nobody_is_315_alone(connect: Connect, mask: str) -> None:
    shown = mask if mask and " " not in mask else "*"
    assert connect("ani").ask(f"WHO :{mask}") == [f":{NAME} 315 ani {shown} :End of WHO list"]


def test_who_without_a_mask_lists_everybody(connect: Connect) -> None:
    connect("ani")
    listed = {parse(line).params[5] for line in connect("bela").ask("WHO")[:-1]}
    assert listed >= {"ani", "bela"}


# --- WHOIS ----------------------------------------------------------------------------------------


def test_whois_tells_user_channels_server_and_idle_time(connect: Connect) -> None:
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
    assert lines[4:] == [f":{NAME} 318 bela ani :End of /WHOIS list"]


def test_the_address_is_told_to_oneself_only(connect: Connect) -> None:
    ani = connect("ani")
    assert f":{NAME} 378 ani ani :is connecting from *@127.0.0.1 127.0.0.1" in ani.ask("WHOIS ani")
    lines = connect("bela").ask("WHOIS ani", "WHO ani", "USERHOST ani", "WHO *127*")
    assert "127.0.0.1" not in "".join(lines)


def test_whois_shows_the_away_message(connect: Connect) -> None:
    connect("ani").ask("AWAY :eating")
    assert f":{NAME} 301 bela ani :eating" in connect("bela").ask("WHOIS ani")


@pytest.mark.parametrize("target", [NAME, "ani", "ANI"])
def test_whois_may_name_a_server_or_the_person_first(connect: Connect, target: str) -> None:
    connect("ani")
    assert commands(connect("bela").ask(f"WHOIS {target} ani")) == ["311", "312", "317", "318"]


def test_whois_of_nobody_is_401_then_318(connect: Connect) -> None:
    assert connect("ani").ask("WHOIS nobody") == [
        f":{NAME} 401 ani nobody :No such nick/channel",
        f":{NAME} 318 ani nobody :End of /WHOIS list",
    ]


@pytest.mark.parametrize("line", ["WHOIS", "WHOIS :"])
def test_whois_without_a_nickname_is_431(connect: Connect, line: str) -> None:
    assert connect("ani").ask(line) == [f":{NAME} 431 ani :No nickname given"]


def test_an_unregistered_client_is_nobody(connect: Connect) -> None:
    connect().ask("NICK half")
    ani = connect("ani")
    assert commands(ani.ask("WHOIS half", "WHO half", "ISON half", "PRIVMSG half :x")) == [
        "401",
        "318",
        "315",
        "303",
        "401",
    ]


def test_many_channels_stand_in_several_319_with_whole_names(connect: Connect) -> None:
    ani = connect("ani")
    names = [f"#{'x' * 50}{number}" for number in range(20)]
    ani.ask(f"JOIN {','.join(names[:7])}", f"JOIN {','.join(names[7:14])}", f"JOIN {','.join(names[14:])}")
    lines = [line for line in connect("bela").ask("WHOIS ani") if " 319 " in line]
    assert len(lines) > 1
    assert [word for line in lines for word in parse(line).params[-1].split()] == ["@" + name for name in names]


def test_idle_time_counts_from_the_last_message(connect: Connect) -> None:
    ani = connect("ani")
    ani.ask("PRIVMSG ani :x")
    idle = next(parse(line) for line in ani.ask("WHOIS ani") if " 317 " in line)
    assert int(idle.params[2]) < 20


# --- AWAY -----------------------------------------------------------------------------------------


def test_away_is_acknowledged_with_306_and_back_with_305(connect: Connect) -> None:
    away, back = "You have been marked as being away", "You are no longer marked as being away"
    assert connect("ani").ask("AWAY :eating", "AWAY", "AWAY :x", "AWAY :") == [
        f":{NAME} 306 ani :{away}",
        f":{NAME} 305 ani :{back}",
        f":{NAME} 306 ani :{away}",
        f":{NAME} 305 ani :{back}",
    ]


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


def test_an_away_message_is_cut_at_awaylen(connect: Connect) -> None:
    ani, bela = connect("ani"), connect("bela")
    ani.ask(f"AWAY :{'x' * 400}")
    assert bela.ask("PRIVMSG ani :hi") == [f":{NAME} 301 bela ani :{'x' * 300}"]


# --- ISON, USERHOST -------------------------------------------------------------------------------


def test_ison_lists_those_who_are_here_as_they_write_themselves(connect: Connect) -> None:
    connect("Bela")
    assert connect("ani").ask("ISON bela nobody ANI", "ISON :ani bela", "ISON nobody") == [
        f":{NAME} 303 ani :Bela ani",
        f":{NAME} 303 ani :ani Bela",
        f":{NAME} 303 ani :",
    ]


def test_ison_with_more_names_than_fit_answers_in_several_lines_of_whole_names(connect: Connect) -> None:
    lines = connect("ani").ask("ISON " + "ani " * 125)
    assert len(lines) > 1
    assert [word for line in lines for word in parse(line).params[-1].split()] == ["ani"] * 125


def test_userhost_tells_user_host_and_whether_they_are_away_of_five_at_most(connect: Connect) -> None:
    connect("bela").ask("AWAY :x")
    ani = connect("ani")
    assert ani.ask("USERHOST ani nobody BELA") == [f":{NAME} 302 ani :ani=+~u@{HOST} bela=-~u@{HOST}"]
    assert ani.ask("USERHOST a b c d e ani") == [f":{NAME} 302 ani :"]


def test_userhost_of_long_nicknames_stands_in_several_lines(connect: Connect) -> None:
    nicknames = [letter * 31 + "я" for letter in "бвгдж"]
    for nickname in nicknames:
        connect(nickname)
    lines = connect("з" * 32).ask("USERHOST " + " ".join(nicknames))
    words = [word.partition("=")[0] for line in lines for word in parse(line).params[-1].split()]
    assert words == nicknames


@pytest.mark.parametrize("command", ["ISON", "USERHOST"])
def test_ison_and_userhost_need_a_parameter(connect: Connect, command: str) -> None:
    assert connect("ani").ask(command) == [f":{NAME} 461 ani {command} :Not enough parameters"]


# --- SETNAME --------------------------------------------------------------------------------------


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


# --- extended-join, multi-prefix, userhost-in-names -----------------------------------------------


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


# --- standard-replies -----------------------------------------------------------------------------


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
