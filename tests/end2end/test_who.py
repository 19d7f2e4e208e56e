"""WHO, and IRCv3 whox: who is shown to whom, with which fields (Modern IRC, "WHO message")."""

from __future__ import annotations

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.harness import HOST, NAME, Connect, IrcClient, commands


def rows(client: IrcClient, line: str) -> list[list[str]]:
    """The parameters of each row of the answer, without our own nickname in front."""
    *found, end = [row for row in map(parse, client.ask(line)) if row.command in {"352", "354", "315"}]
    assert end.command == "315"
    return [row.params[1:] for row in found]


def people(client: IrcClient, line: str) -> set[str]:
    """The nicknames that a WHO lists."""
    return {row[4] for row in rows(client, line)}


@covers("WHO", "352", "315")
def test_a_channel_name_in_which_case_the_channel_members_are_listed(connect: Connect) -> None:
    """Modern, "WHO message": "A channel name, in which case the channel members are listed"."""
    ani, bela = connect("ani"), connect("bela")
    ani.ask("JOIN #x")
    bela.ask("JOIN #x", "AWAY :eating")
    assert connect("citra").ask("WHO #X") == [
        f":{NAME} 352 citra #x ~u {HOST} {NAME} ani H@ :0 Name of ani",
        f":{NAME} 352 citra #x ~u {HOST} {NAME} bela G :0 Name of bela",
        f":{NAME} 315 citra #X :End of WHO list",
    ]


@covers("WHO", "352")
def test_an_exact_nickname_in_which_case_a_single_user_is_returned(connect: Connect) -> None:
    """Modern, "WHO message": "An exact nickname, in which case a single user is returned"."""
    connect("ani")
    assert connect("bela").ask("WHO ANI") == [
        f":{NAME} 352 bela * ~u {HOST} {NAME} ani H :0 Name of ani",
        f":{NAME} 315 bela ANI :End of WHO list",
    ]


@covers("352")
def test_otherwise_channel_is_an_arbitrary_channel_the_client_is_joined_to(connect: Connect) -> None:
    """Modern, "RPL_WHOREPLY": ours is one that both are on, never another."""
    ani, bela = connect("ani"), connect("bela")
    ani.ask("JOIN #secret", "JOIN #shared")
    bela.ask("JOIN #shared")
    assert bela.ask("WHO ani")[0] == f":{NAME} 352 bela #shared ~u {HOST} {NAME} ani H@ :0 Name of ani"


@covers("WHO")
@pytest.mark.parametrize("mask", ["w*1", "?ati1", "*of wati1*", "WATI1", "wati1", "wati1!*@*", "*1!~u@*.lan"])
def test_a_mask_pattern_in_which_case_all_visible_users_who_match_are_listed(connect: Connect, mask: str) -> None:
    """Modern, "WHO message": "all visible users whose nickname matches are listed"; also other values of theirs."""
    connect("wati1"), connect("wati2")
    assert people(connect("ani"), f"WHO :{mask}") == {"wati1"}


@covers("315")
@pytest.mark.parametrize("mask", ["nobody", "#nowhere", "z*z", "", "a b"])
def test_zero_replies_are_ended_with_rpl_endofwho_too(connect: Connect, mask: str) -> None:
    """Modern, "WHO message": "zero, one or more RPL_WHOREPLY, and end the list with RPL_ENDOFWHO"."""
    shown = mask if mask and " " not in mask else "*"
    assert connect("ani").ask(f"WHO :{mask}") == [f":{NAME} 315 ani {shown} :End of WHO list"]


@covers("WHO")
@pytest.mark.parametrize("line", ["WHO", "WHO *", "WHO 0"])
def test_in_the_absence_of_the_mask_all_visible_users_are_listed(connect: Connect, line: str) -> None:
    """RFC 2812, 3.6.1: "The same result can be achieved by using a <mask> of "0" or any wildcard"."""
    connect("ani")
    assert people(connect("bela"), line) >= {"ani", "bela"}


@covers("WHO", "usermode:i")
def test_visible_users_either_are_not_invisible_or_have_a_common_channel(connect: Connect) -> None:
    """Modern, "WHO message": "Visible users are users who either aren't invisible or have a common channel"."""
    hidden, friend, outsider = connect("hida"), connect("friend"), connect("outsider")
    hidden.ask("MODE hida +i", "JOIN #x")
    friend.ask("JOIN #x")
    assert people(outsider, "WHO h*a") == set()
    assert people(outsider, "WHO #x") == {"friend"}
    assert people(outsider, "WHO hida") == {"hida"}
    assert people(friend, "WHO h*a") == {"hida"}
    assert people(friend, "WHO #x") == {"hida", "friend"}
    assert people(hidden, "WHO h*a") == {"hida"}


@covers("WHO")
def test_who_of_thousands_of_matches_is_answered_in_the_order_asked(connect: Connect) -> None:
    """Reliability: long answers are made one after the other; what was asked behind them is answered behind them."""
    for number in range(70):
        connect(f"many{number}")
    ani = connect("ani")
    lines = commands(ani.ask("WHO many*", "WHO many*", "TIME"))
    assert lines == [*["352"] * 70, "315", *["352"] * 70, "315", "391"]


# --- WHOX -----------------------------------------------------------------------------------------


@covers("354", "token:WHOX")
def test_all_fields_are_sent_in_the_order_specified(connect: Connect) -> None:
    """whox, "354": "Servers MUST send the fields in the order specified above"."""
    ani = connect("ani")
    ani.ask("JOIN #x")
    (line, end) = ani.ask("WHO #x %rolafdnshiuct,042")
    words = line.split(" ")
    idle = words.pop(13)
    assert idle.isdecimal()
    expected = f":{NAME} 354 ani 042 #x ~u 127.0.0.1 {HOST} {NAME} ani H@ 0 0 n/a :Name of ani"
    assert " ".join(words) == expected
    assert end == f":{NAME} 315 ani #x :End of WHO list"


@covers("354")
@pytest.mark.parametrize(
    ("fields", "expected"),
    [("%n", "ani"), ("%cn", "#x ani"), ("%nc", "#x ani"), ("%nnn", "ani"), ("%nzq", "ani"), ("%r", ":Name of ani")],
)
def test_exactly_the_fields_requested_are_returned(connect: Connect, fields: str, expected: str) -> None:
    """whox, "354": "MUST NOT add any additional field", "MUST ignore any non-standard field"."""
    ani = connect("ani")
    ani.ask("JOIN #x")
    assert ani.ask(f"WHO #x {fields}")[0] == f":{NAME} 354 ani {expected}"


@covers("354")
def test_rpl_whoreply_is_not_sent_with_fields(connect: Connect) -> None:
    """whox: "Servers MUST NOT send RPL_WHOREPLY replies"."""
    connect("wati1"), connect("wati2")
    assert commands(connect("ani").ask("WHO wati* %n")) == ["354", "354", "315"]


@covers("354")
def test_the_ip_address_is_hidden_from_others_by_its_placeholder(connect: Connect) -> None:
    """whox, "354": "255.255.255.255 is used for [ip] when the server refuses to disclose the IP address"."""
    ani, bela = connect("ani"), connect("bela")
    assert bela.ask("WHO ani %in")[0] == f":{NAME} 354 bela 255.255.255.255 ani"
    assert ani.ask("WHO ani %in")[0] == f":{NAME} 354 ani 127.0.0.1 ani"


@covers("354")
def test_placeholders_stand_for_no_channel_and_no_account(connect: Connect) -> None:
    """whox, "354": "* is used for [channel]", "0 is used for [account] when the user is logged out"."""
    connect("ani")
    assert connect("bela").ask("WHO ani %cna")[0] == f":{NAME} 354 bela * ani 0"


@covers("354")
@pytest.mark.parametrize("token", ["x", "1234", "", "-1", "1 2", "٣"])
def test_a_token_that_must_not_be_is_answered_by_0(connect: Connect, token: str) -> None:
    """whox: "The token MUST contain only digit characters and MUST contain at most 3 characters"."""
    connect("ani")
    assert connect("bela").ask(f"WHO ani :%tn,{token}")[0] == f":{NAME} 354 bela 0 ani"


@covers("WHO")
def test_a_flag_o_asks_for_operators_only(connect: Connect) -> None:
    """RFC 1459, 4.5.1: "If the "o" parameter is passed only operators are returned"; none are here."""
    connect("ani")
    bela = connect("bela")
    assert commands(bela.ask("WHO ani o", "WHO * o%n")) == ["315", "315"]


@covers("WHO", "chanmode:s")
def test_the_members_of_a_secret_channel_are_listed_to_members_only(connect: Connect) -> None:
    """Modern, "Secret Channel Mode": who is not on it learns nothing, as if it did not exist."""
    ani, outsider = connect("ani"), connect("outsider")
    ani.ask("JOIN #x", "MODE #x +s")
    assert outsider.ask("WHO #x") == [f":{NAME} 315 outsider #x :End of WHO list"]
    assert people(ani, "WHO #x") == {"ani"}
