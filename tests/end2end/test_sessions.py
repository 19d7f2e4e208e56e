"""Several connections of one person: another session of an account comes and goes without anybody noticing."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from protocol import parse
from tests.end2end.accounts import CHEAP, PASSWORD, enter, fresh, login, plain, register, session
from tests.end2end.harness import HOST, NAME, Connect, IrcClient, ServerProcess, commands, untagged


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Its two I/O threads take turns, so of two sessions each has its own."""
    with ServerProcess(tmp_path_factory.mktemp("server"), CHEAP) as process:
        yield process
        assert process.alive


@pytest.fixture
def ani(server: ServerProcess) -> Iterator[str]:
    """The name of an account."""
    name = fresh("ani")
    register(server, name)
    yield name
    for client in server._clients:
        client.leave()
    server._clients.clear()


@pytest.fixture
def room() -> str:
    return fresh("#room")


def source(name: str) -> str:
    return f"{name}!~u@{HOST}"


def heard(client: IrcClient, *lines: str) -> list[str]:
    """What comes when these are sent, but for the PING by which the server asks whether an old session is alive."""
    return [line for line in client.ask(*lines) if not line.startswith("PING ")]


def test_a_second_login_stands_beside_the_first_without_join_or_quit(
    server: ServerProcess, connect: Connect, ani: str, room: str
) -> None:
    watcher = connect("w" + ani)
    heard(watcher, f"JOIN {room}")
    one = session(server, ani)
    heard(one, f"JOIN {room}")
    heard(watcher)
    two = session(server, ani)
    heard(two, f"PRIVMSG {room} :from the second")
    assert heard(one, f"PRIVMSG {room} :from the first") == [f":{source(ani)} PRIVMSG {room} :from the second"]
    assert heard(watcher) == [
        f":{source(ani)} PRIVMSG {room} :from the second",
        f":{source(ani)} PRIVMSG {room} :from the first",
    ]
    assert heard(two) == [f":{source(ani)} PRIVMSG {room} :from the first"]
    two.leave()
    one.leave()
    assert watcher.until(f":{source(ani)} QUIT :Quit: ") == []


def test_a_session_is_shown_the_channels_it_finds_itself_in_behind_its_welcome(
    server: ServerProcess, ani: str, room: str
) -> None:
    one = session(server, ani)
    heard(one, f"JOIN {room}", f"TOPIC {room} :about", f"JOIN {room}b")
    lines = enter(login(server, ani, "extended-join"))
    start = commands(lines).index("JOIN")
    assert commands(lines[:start])[-1] == "422"
    shown = lines[start:]
    assert commands(shown) == ["JOIN", "332", "333", "353", "366", "JOIN", "353", "366"]
    assert shown[0] == f":{source(ani)} JOIN {room} {ani} :Name"
    assert shown[3] == f":{NAME} 353 {ani} = {room} :@{ani}"
    assert heard(one) == []


def test_a_session_needs_no_autojoin_into_a_lobby_it_is_in_or_has_left(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, {**CHEAP, "lobby": {"autojoin": True}}) as server:
        register(server, "ani")
        one = session(server, "ani")
        lines = enter(login(server, "ani"))
        assert commands(lines).count("JOIN") == 1
        heard(one, "PART #lobby")
        assert "JOIN" not in commands(enter(login(server, "ani")))


def test_what_one_session_does_counts_for_all_and_is_shown_to_all(
    server: ServerProcess, connect: Connect, ani: str, room: str
) -> None:
    watcher = connect("w" + ani)
    heard(watcher, f"JOIN {room}", f"TOPIC {room} :about")
    one, two = session(server, ani), session(server, ani)
    heard(one, f"JOIN {room}")
    assert untagged(heard(two))[0] == f":{source(ani)} JOIN {room}"
    heard(watcher)
    heard(two, f"PART {room} :bye")
    assert heard(one) == [f":{source(ani)} PART {room} :bye"]
    assert heard(watcher) == [f":{source(ani)} PART {room} :bye"]
    heard(watcher, f"PRIVMSG {room} :nobody hears it")
    assert heard(one) + heard(two) == []
    assert commands(heard(one, f"PART {room}")) == ["442"]


def test_the_other_sessions_get_the_topic_and_the_names_of_a_joined_channel_as_they_can_read_them(
    server: ServerProcess, connect: Connect, ani: str, room: str
) -> None:
    connect("w" + ani).ask(f"JOIN {room}", f"TOPIC {room} :about")
    one, two = session(server, ani), session(server, ani, "userhost-in-names", "extended-join")
    heard(one, f"JOIN {room}")
    lines = heard(two)
    assert commands(lines) == ["JOIN", "332", "333", "353", "366"]
    assert lines[0] == f":{source(ani)} JOIN {room} {ani} :Name"
    assert parse(lines[3]).params[-1] == f"@{source('w' + ani)} {source(ani)}"


def test_a_change_of_nickname_is_one_of_all_sessions_also_when_they_share_no_channel(
    server: ServerProcess, ani: str
) -> None:
    one, two = session(server, ani), session(server, ani)
    line = f":{source(ani)} NICK x{ani}"
    assert heard(one, f"NICK x{ani}") == [line]
    assert heard(two) == [line]
    assert commands(heard(two, f"WHOIS x{ani}"))[0] == "311"
    assert heard(two, "AWAY")[0].startswith(f":{NAME} 305 x{ani} ")


def test_away_is_told_to_the_other_sessions_and_to_one_that_comes_later(server: ServerProcess, ani: str) -> None:
    one, two = session(server, ani), session(server, ani, "away-notify")
    heard(one, "AWAY :lunch")
    assert commands(heard(two)) == ["AWAY", "306"]
    assert commands(enter(login(server, ani)))[-1] == "306"
    heard(two, "AWAY")
    assert commands(heard(one)) == ["305"]


def test_a_changed_realname_is_seen_by_the_other_sessions(server: ServerProcess, ani: str) -> None:
    one, two = session(server, ani, "setname"), session(server, ani, "setname")
    heard(one, "SETNAME :New Name")
    assert heard(two) == [f":{source(ani)} SETNAME :New Name"]


def test_private_messages_come_to_all_sessions_of_both(server: ServerProcess, connect: Connect, ani: str) -> None:
    one, two, bela = session(server, ani), session(server, ani), connect("w" + ani)
    heard(bela, f"PRIVMSG {ani} :hi")
    assert heard(one) == heard(two) == [f":{source('w' + ani)} PRIVMSG {ani} :hi"]
    heard(one, f"PRIVMSG w{ani} :ho")
    assert heard(two) == heard(bela) == [f":{source(ani)} PRIVMSG w{ani} :ho"]
    assert heard(one) == []


def test_people_are_counted_and_listed_once(server: ServerProcess, connect: Connect, ani: str, room: str) -> None:
    one, _two, watcher = session(server, ani), session(server, ani), connect("w" + ani)
    heard(one, f"JOIN {room}")
    heard(watcher, f"JOIN {room}")
    lines = heard(watcher, f"NAMES {room}", f"WHO {ani}", "LUSERS", f"LIST {room}")
    assert sorted(parse(lines[0]).params[-1].split()) == sorted([f"@{ani}", f"w{ani}"])
    assert commands(lines).count("352") == 1
    assert f":{NAME} 255 w{ani} :I have 2 clients and 0 servers" in lines
    assert f":{NAME} 322 w{ani} {room} 2 :" in lines
    whois = heard(watcher, f"WHOIS {ani}")
    assert commands(whois).count("311") == commands(whois).count("330") == 1


def test_a_login_takes_over_from_a_dead_one_at_once_and_that_goes_without_quit(tmp_path: Path) -> None:
    settings = {**CHEAP, "limits": {"flood_protection": False, "probe_timeout_s": 0.2}}
    with ServerProcess(tmp_path, settings) as server:
        register(server, "ani")
        watcher, silent = server.connect("bela"), session(server, "ani")
        for client in (watcher, silent):
            heard(client, "JOIN #x")
        heard(watcher)
        alive = session(server, "ani")
        assert parse(silent.rest()[-1]).command == "ERROR"  # it never answers the PING
        heard(alive, "PRIVMSG #x :alone now")
        assert heard(watcher) == [f":{source('ani')} PRIVMSG #x :alone now"]
        assert f":{NAME} 265 ani 2 2 :Current local users 2, max 2" in heard(alive, "LUSERS")


def test_many_sessions_that_come_and_go_see_each_line_once_and_in_order(
    server: ServerProcess, connect: Connect, ani: str, room: str
) -> None:
    """Whatever the others see while sessions attach and leave, each session's own view agrees with it."""
    speaker = connect("s" + ani)
    heard(speaker, f"JOIN {room}")
    session(server, ani).ask(f"JOIN {room}")
    for round_ in range(8):
        late = login(server, ani)
        late.send(f"NICK {ani}", "USER u 0 * :Name", "CAP END")
        speaker.send(*(f"PRIVMSG {room} :{round_}.{number}" for number in range(50)))
        late.expect("366")
        heard(speaker)
        numbers = [int(parse(line).params[1].split(".")[1]) for line in heard(late) if " PRIVMSG " in line]
        assert numbers == list(range(50 - len(numbers), 50))
        if round_ % 2:
            late.leave()


def test_only_who_is_logged_in_before_the_end_of_cap_attaches(
    server: ServerProcess, connect: Connect, ani: str
) -> None:
    session(server, ani)
    assert commands(connect().ask(f"NICK {ani}", "USER u 0 * :X")) == ["433"]
    registered = connect("x" + ani, "sasl")
    plain(registered, ani)
    assert commands(heard(registered, f"NICK {ani}")) == ["433"]


def test_an_account_may_be_here_under_two_nicknames(server: ServerProcess, connect: Connect, ani: str) -> None:
    one, other = session(server, ani), session(server, "x" + ani, account=ani)
    assert commands(heard(other, f"WHOIS {ani}", f"WHOIS x{ani}")).count("330") == 2
    one.leave()
    assert commands(connect("w" + ani).ask(f"WHOIS x{ani}")).count("330") == 1
    third = session(server, "x" + ani, account=ani)
    assert heard(third, f"PRIVMSG x{ani} :to myself")[-1].endswith(":to myself")
    assert heard(other)[-1].endswith(":to myself")


def test_two_that_come_in_at_once_become_one_person(server: ServerProcess, ani: str) -> None:
    one, two = login(server, ani), login(server, ani)
    heard(one, f"NICK {ani}")  # it has the name now, but is not in
    assert parse(enter(two)[0]).params[0] == ani
    assert commands(heard(one, "USER u 0 * :Name", "CAP END"))[0] == "001"
    assert commands(heard(one, f"WHO {ani}")) == ["352", "315"]
    heard(one, "AWAY :x")
    assert commands(heard(two)) == ["306"]


def test_registration_of_an_account_makes_a_guests_place_one_that_can_be_shared(
    server: ServerProcess, connect: Connect, ani: str, room: str
) -> None:
    guest = connect("g" + ani)
    heard(guest, f"JOIN {room}", f"REGISTER * * {PASSWORD}")
    lines = enter(login(server, "g" + ani))
    assert f":{source('g' + ani)} JOIN {room}" in lines
    assert heard(guest) == []


def test_the_server_stops_with_several_sessions_as_with_one(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, CHEAP) as server:
        register(server, "ani")
        clients = [session(server, "ani") for _ in range(4)]
        heard(clients[0], "JOIN #x")
        for client in clients:
            heard(client)
        server.process.send_signal(signal.SIGTERM)
        assert all(parse(client.rest()[-1]).command == "ERROR" for client in clients)
        assert server._wait() == 0


def test_a_read_mark_comes_to_every_session_of_the_account_also_under_another_nickname(
    server: ServerProcess, ani: str, room: str
) -> None:
    cap = "draft/read-marker"
    one, two, elsewhere = (
        session(server, ani, cap),
        session(server, ani, cap),
        session(server, "x" + ani, cap, account=ani),
    )
    heard(elsewhere, f"JOIN {room}")
    heard(one, f"JOIN {room}")
    heard(two)
    line = f":{NAME} MARKREAD {room} timestamp=2026-10-05T10:00:00.000Z"
    assert heard(one, f"MARKREAD {room} timestamp=2026-10-05T10:00:00.000Z") == [line]
    assert heard(two) == [line]
    assert heard(elsewhere)[-1] == line
