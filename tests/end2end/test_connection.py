"""PING, PONG, QUIT and ERROR, the lobby, and the clocks that end a connection (Modern IRC, "Connection Messages")."""

from __future__ import annotations

import re

import pytest

from tests.covering import covers
from tests.end2end.harness import NAME, QUIET, Connect, Launch, commands, source

# --- PING, PONG, ERROR ----------------------------------------------------------------------------


@covers("PING", "PONG")
@pytest.mark.parametrize("token", ["a", "123", ":a b c", "::x", "é😀", "a b"])
def test_the_server_must_reply_to_ping_with_the_same_token(connect: Connect, token: str) -> None:
    """PING: "must reply to it with a PONG message with the same `<token>` value"."""
    meant = token[1:] if token.startswith(":") else token.split(maxsplit=1)[0]
    assert connect("ani").ask(f"PING {token}") == [f":{NAME} PONG {NAME} :{meant}"]


@covers("PING", "409", "461")
def test_ping_without_a_token_is_461_and_with_an_empty_one_409(connect: Connect) -> None:
    """PING: "The <token> may be any non-empty string"."""
    answers = [f":{NAME} 461 ani PING :Not enough parameters", f":{NAME} 409 ani :No origin specified"]
    assert connect("ani").ask("PING", "PING :") == answers


def test_ping_works_before_registration(connect: Connect) -> None:
    """PING: "Clients should not send `PING` during connection registration, though servers may accept it"."""
    assert connect().ask("PING x") == [f":{NAME} PONG {NAME} :x"]


@covers("PONG", "ERROR")
def test_pong_and_error_from_a_client_are_ignored(connect: Connect) -> None:
    client = connect()
    assert client.ask("PONG", "PONG x", "ERROR :x", "ERROR") == []
    client.register("ani")
    assert client.ask("PONG", "PONG x y z", "ERROR :x", "ERROR") == []


# --- QUIT -----------------------------------------------------------------------------------------


@covers("QUIT", "ERROR")
@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("QUIT :see you", "Quit: see you"),
        ("QUIT", "Quit: "),
        ("QUIT :", "Quit: "),
        (f"QUIT :{'x' * 400}", "Quit: " + "x" * 300),
    ],
)
def test_quit_is_acknowledged_with_error_and_told_to_common_channels_once(
    connect: Connect, line: str, reason: str
) -> None:
    """QUIT: "replying with an ERROR message"; "servers SHOULD prepend `<reason>` with [...] `Quit: `"."""
    ani, bela, outsider = connect("ani"), connect("bela"), connect("citra")
    for client in (ani, bela):
        client.ask("JOIN #a,#b")
    ani.fence()
    ani.send(line)
    assert ani.rest() == ["ERROR :Closing link: ani (Quit)"]
    assert bela.expect("QUIT").params == [reason]
    assert bela.fence() == []
    assert outsider.fence() == []


def test_quit_works_before_registration(connect: Connect) -> None:
    client = connect()
    client.send("QUIT")
    assert client.rest() == ["ERROR :Closing link: * (Quit)"]


def test_what_was_said_just_before_quit_is_heard_and_echoed(connect: Connect) -> None:
    ani, bela = connect("ani", "echo-message"), connect("bela")
    for client in (ani, bela):
        client.ask("JOIN #x")
    ani.fence()
    ani.send("PRIVMSG #x :last words", "QUIT :bye", "PRIVMSG #x :from beyond")
    assert commands(ani.rest()) == ["PRIVMSG", "ERROR"]
    assert bela.expect("PRIVMSG", "QUIT").params == ["#x", "last words"]
    assert bela.expect("PRIVMSG", "QUIT").params == ["Quit: bye"]
    assert bela.fence() == []


def test_a_connection_that_just_ends_is_told_as_quit_too(connect: Connect) -> None:
    """QUIT: "the server MUST distribute a `QUIT` message to other clients informing them of this"."""
    ani, bela = connect("ani"), connect("bela")
    for client in (ani, bela):
        client.ask("JOIN #x")
    ani.fence()  # with something unread its end would be a reset, which has a reason of its own
    ani.close()
    quit_ = bela.expect("QUIT")
    assert quit_.source == source("ani")
    assert quit_.params == ["Connection closed"]


# --- the lobby ------------------------------------------------------------------------------------


def test_everyone_is_joined_to_the_lobby_after_the_message_of_the_day(launch: Launch) -> None:
    server = launch({"limits": {"flood_protection": False}})
    ani, bela = server.connect(), server.connect("bela", "echo-message")
    lines = ani.register("ani")
    assert commands(lines)[-4:] == ["422", "JOIN", "353", "366"]
    assert lines[-2] == f":{NAME} 353 ani = #lobby :bela ani"
    bela.ask("PRIVMSG #lobby :welcome")
    assert ani.expect("PRIVMSG").params == ["#lobby", "welcome"]


@pytest.mark.parametrize(("given", "name"), [("kelas", "#kelas"), ("#Kelas8", "#Kelas8")])
def test_the_lobby_can_have_another_name(launch: Launch, given: str, name: str) -> None:
    ani = launch(None, "--lobby", given).connect()
    assert f":{NAME} 366 ani {name} :End of /NAMES list" in ani.register("ani")


def test_autojoin_can_be_turned_off(launch: Launch) -> None:
    assert "JOIN" not in commands(launch(QUIET).connect().register("ani"))


# --- clocks ---------------------------------------------------------------------------------------


def test_a_silent_client_is_asked_and_one_that_answers_stays(launch: Launch) -> None:
    server = launch({"limits": {"ping_after_s": 0.2, "ping_timeout_s": 2.0}, "lobby": {"autojoin": False}})
    ani, dead = server.connect("ani"), server.connect("mati")
    while commands([ani.line() or "ERROR"]) == ["PING"]:
        ani.send(f"PONG {NAME}", "ISON mati")
        if ani.expect("303").params[1] == "":
            break  # the other one, who never answered, is gone
    assert dead.rest()[-1].startswith("ERROR")
    assert "ERROR" not in commands(ani.fence())


def test_a_client_that_never_answers_is_cut_and_told_why(launch: Launch) -> None:
    """QUIT: "Servers MUST fill `<reason>` with a message reflecting the nature of the event"."""
    server = launch({"limits": {"ping_after_s": 0.2, "ping_timeout_s": 0.6}, "lobby": {"autojoin": False}})
    ani = server.connect("ani")
    assert ani.expect("PING", "ERROR").command == "PING"
    (last,) = ani.rest()
    assert re.fullmatch(r"ERROR :Closing link: Ping timeout: \d+ seconds", last)


def test_who_does_not_register_in_time_is_told_so_and_cut(launch: Launch) -> None:
    server = launch({"limits": {"registration_timeout_s": 0.5}, "lobby": {"autojoin": False}})
    silent, busy, half = server.connect(), server.connect(), server.connect()
    half.send("NICK ani", "CAP LS 302")
    busy.send_bytes(b"NICK an")
    late = "ERROR :Closing link: Registration took too long"
    assert silent.rest() == [late]
    assert busy.rest() == [late]
    assert half.rest()[-1] == late
    assert server.connect("ani").nickname == "ani"


# --- flood protection and admission ---------------------------------------------------------------


def test_who_sends_too_much_at_once_is_slowed_down_and_loses_nothing(launch: Launch) -> None:
    limits = {"messages_burst": 5, "messages_per_s": 50.0}
    server = launch({"limits": limits, "lobby": {"autojoin": False}})
    ani, bela = server.connect("ani"), server.connect("bela")
    ani.send(*[f"PRIVMSG bela :{number}" for number in range(40)])
    assert [bela.expect("PRIVMSG").params[1] for _ in range(40)] == [str(number) for number in range(40)]
    told = "You are sending faster than this server takes it; the rest is taken slowly"
    assert ani.fence() == [f":{NAME} NOTICE ani :{told}"]


def test_one_who_is_slowed_down_holds_up_nobody(launch: Launch) -> None:
    limits = {"messages_burst": 2, "messages_per_s": 0.5, "io_threads": 1}
    server = launch({"limits": limits, "lobby": {"autojoin": False}})
    ani = server.connect("ani")
    ani.send(*["PRIVMSG ani :x"] * 500)
    for number in range(20):
        assert server.connect(f"orang{number}").nickname


def test_a_server_that_is_full_says_so(launch: Launch) -> None:
    server = launch({"limits": {"max_clients": 2}})
    first, second = server.connect("ani"), server.connect("bela")
    assert server.connect().rest() == ["ERROR :Closing link: Server is full (2 people)"]
    first.leave()
    assert second.expect("QUIT").source == source("ani")
    assert server.connect("citra").nickname == "citra"
