"""Connection registration: NICK, USER, PASS and what follows (Modern IRC, "Connection Registration")."""

from __future__ import annotations

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.harness import HOST, NAME, Connect, ServerProcess, commands, source


@covers("001", "002", "003", "004", "005")
def test_upon_registration_the_server_sends_001_to_005_then_lusers_then_the_motd(connect: Connect) -> None:
    lines = connect().register("ani")
    assert commands(lines) == [
        "001",
        "002",
        "003",
        "004",
        "005",
        "005",
        "005",
        "251",
        "252",
        "253",
        "254",
        "255",
        "265",
        "266",
        "422",
    ]
    assert all(parse(line).source == NAME and parse(line).params[0] == "ani" for line in lines)


def test_the_first_parameter_of_001_is_the_nickname_assigned(connect: Connect) -> None:
    assert f":{NAME} 001 ani :Welcome to Obrolan, ani" in connect().register("ani")


def test_myinfo_names_the_server_and_its_version(connect: Connect) -> None:
    line = next(parse(line) for line in connect().register("ani") if " 004 " in line)
    assert line.params[1] == NAME
    assert line.params[2].startswith("obrolan-")
    assert len(line.params) >= 5


@covers("USER", "NICK")
@pytest.mark.parametrize("first", ["NICK", "USER"])
def test_nick_and_user_may_come_in_any_order(connect: Connect, first: str) -> None:
    lines = ["NICK ani", "USER u 0 * :Ani"]
    client = connect()
    answer = client.ask(*(lines if first == "NICK" else reversed(lines)))
    assert commands(answer)[0] == "001"


def test_registration_may_arrive_byte_by_byte(connect: Connect) -> None:
    client = connect()
    for byte in b"NICK ani\r\nUSER u 0 * :Ani\r\n":
        client.send_bytes(bytes([byte]))
    assert client.expect("001").params[0] == "ani"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\r\n\n", "\r\n\r\n"])
def test_a_single_lf_ends_a_line_too_and_empty_lines_are_ignored(connect: Connect, end: str) -> None:
    """Compatibility: "Servers SHOULD handle single `\\n` character [...] as if it was a `\\r\\n` pair"."""
    client = connect()
    client.send_bytes(f"{end}NICK ani{end}USER u 0 * :Ani{end}".encode())
    assert client.expect("001").params[0] == "ani"
    assert not [command for command in commands(client.fence()) if command in ("400", "421")]


@pytest.mark.parametrize(
    "line", ["JOIN #x", "PRIVMSG a :b", "WHO", "LIST", "MOTD", "AWAY :x", "LUSERS", "NAMES #x", "FOO", "SETNAME x"]
)
def test_until_registration_is_complete_other_commands_get_451(connect: Connect, line: str) -> None:
    assert connect().ask("PONG", line) == [f":{NAME} 451 * :You have not registered"]


def test_numerics_before_registration_use_the_nickname_once_there_is_one(connect: Connect) -> None:
    assert connect().ask("NICK ani", "WHO")[-1] == f":{NAME} 451 ani :You have not registered"


def test_user_needs_four_parameters(connect: Connect) -> None:
    """USER: "the server SHOULD reject the command with ERR_NEEDMOREPARAMS"."""
    assert connect().ask("USER u 0 *") == [f":{NAME} 461 * USER :Not enough parameters"]


@pytest.mark.parametrize("line", ["USER u 0 * :", "USER u 0 * :   "])
def test_an_empty_realname_is_not_enough(connect: Connect, line: str) -> None:
    """USER: "(even if an empty parameter is provided)"."""
    client = connect()
    assert client.ask("NICK ani", line) == [f":{NAME} 461 ani USER :Not enough parameters"]
    assert commands(client.ask("USER u 0 * :Ani"))[0] == "001"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("ani", "~ani"),
        ("a" * 40, "~" + "a" * 17),  # USERLEN=18, the tilde included
        ("a!b@c:d*e", "~abcde"),
        ("\u0416\u0416", "~user"),
        ("a.b-c_d", "~a.b-c_d"),
    ],
)
def test_the_username_is_prefixed_with_a_tilde_and_silently_cut_and_cleaned(
    connect: Connect, given: str, shown: str
) -> None:
    """USER: "prefixed by a tilde"; USERLEN: "MUST be silently truncated"."""
    client = connect()
    client.ask("NICK ani", f"USER {given} 0 * :Ani")
    assert client.ask("USERHOST ani")[-1] == f":{NAME} 302 ani :ani=+{shown}@{HOST}"


def test_user_after_registration_is_462(connect: Connect) -> None:
    """USER: "the ERR_ALREADYREGISTERED reply should be sent and the attempt should fail"."""
    assert connect("ani").ask("USER x 0 * :X") == [f":{NAME} 462 ani :You may not register again"]


def test_pass_before_registration_is_taken_and_after_it_is_462(connect: Connect) -> None:
    """PASS: "it may not be changed once the client has been registered"."""
    client = connect()
    assert client.ask("PASS", "PASS secret") == [f":{NAME} 461 * PASS :Not enough parameters"]
    client.register("ani")
    assert client.ask("PASS other") == [f":{NAME} 462 ani :You may not register again"]


def test_the_realname_carries_the_name_people_typed(connect: Connect) -> None:
    client = connect()
    client.ask("NICK user1_pc", "USER u 0 * :user1 pc 😀")
    assert client.ask("WHOIS user1_pc")[0] == f":{NAME} 311 user1_pc user1_pc ~u {HOST} * :user1 pc 😀"


def test_a_realname_is_cut_at_a_whole_character(connect: Connect) -> None:
    client = connect()
    client.ask("NICK ani", f"USER u 0 * :x{'é' * 100}")
    whois = parse(client.ask("WHOIS ani")[0])
    assert whois.params[-1] == "x" + "é" * 74  # NAMELEN=150 bytes


def test_a_message_may_be_pipelined_behind_the_registration(connect: Connect) -> None:
    bela = connect("bela")
    client = connect()
    client.send_bytes(b"NICK ani\r\nUSER u 0 * :A\r\nPRIVMSG bela :first\r\n")
    assert bela.expect("PRIVMSG").source == source("ani")


def test_much_may_be_pipelined_behind_the_registration(connect: Connect) -> None:
    bela = connect("bela")
    client = connect()
    lines = [b"PRIVMSG bela :%d %s\r\n" % (number, b"x" * 300) for number in range(90)]
    client.send_bytes(b"NICK ani\r\nUSER u 0 * :A\r\n" + b"".join(lines))
    numbers = [int(bela.expect("PRIVMSG").params[1].split()[0]) for _ in lines]
    assert numbers == list(range(90))


def test_the_server_is_quick_to_forget_who_leaves_before_registration(connect: Connect, server: ServerProcess) -> None:
    for _ in range(20):
        client = connect()
        client.send("NICK ani")
        client.leave()
    assert connect("ani").nickname == "ani"
    assert server.alive
