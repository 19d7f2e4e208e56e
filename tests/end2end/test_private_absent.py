"""Private messages to people who are not here: they wait for accounts (docs/protocol.md, "Absent people")."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from protocol import parse
from tests.end2end.accounts import CHEAP, enter, fresh, login, plain, register, session
from tests.end2end.harness import NAME, Connect, IrcClient, Launch, ServerProcess, Settings, commands, source, untagged
from tests.end2end.test_redaction import history

CAPS = ("message-tags", "echo-message", "draft/chathistory", "batch")
LINES = 5
WAITING: Settings = {**CHEAP, "history": {"replay_lines": LINES}}
NOW = r"\[\d\d:\d\d\] "


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), WAITING) as process:
        yield process
        assert process.alive


def test_a_message_to_an_account_that_is_not_here_waits_for_it(server: ServerProcess, account: str) -> None:
    friend = f"{account}b"
    register(server, friend)
    sender = session(server, friend, *CAPS)
    (echo,) = sender.ask(f"PRIVMSG {account.upper()} :are you there?")
    assert untagged([echo]) == [f":{source(friend)} PRIVMSG {account} :are you there?"]
    assert parse(echo).tags["msgid"]
    late = session(server, account, *CAPS)
    (found,) = history(late, friend)
    assert found.params == [account, "are you there?"]
    assert found.tags["msgid"] == parse(echo).tags["msgid"]


@pytest.mark.parametrize("verb", ["PRIVMSG", "NOTICE"])
def test_who_is_here_under_another_nickname_gets_it_at_once(
    server: ServerProcess, connect: Connect, account: str, verb: str
) -> None:
    elsewhere = session(server, account)
    elsewhere.ask(f"NICK {account}x")
    guest = connect("guest", "echo-message")
    assert guest.ask(f"{verb} {account} :psst") == [f":{source('guest')} {verb} {account} :psst"]
    assert elsewhere.fence() == [f":{source('guest')} {verb} {account} :psst"]


def test_who_is_here_under_several_nicknames_gets_it_under_all_of_them(
    server: ServerProcess, connect: Connect, account: str
) -> None:
    elsewhere = session(server, account)
    elsewhere.ask(f"NICK {account}x")
    home = session(server, account)
    guest = connect("guest")
    for target in (account, f"{account}x"):
        guest.ask(f"PRIVMSG {target} :psst")
        line = f":{source('guest')} PRIVMSG {target} :psst"
        assert home.fence() == elsewhere.fence() == [line]


def test_a_message_to_ones_own_account_under_another_nickname_arrives_once(server: ServerProcess, account: str) -> None:
    elsewhere = session(server, account)
    elsewhere.ask(f"NICK {account}x")
    home = session(server, account, "echo-message")
    line = f":{source(account)} PRIVMSG {account}x :note"
    assert home.ask(f"PRIVMSG {account}x :note") == [line] == elsewhere.fence()


def test_who_is_away_under_another_nickname_says_so(server: ServerProcess, connect: Connect, account: str) -> None:
    elsewhere = session(server, account)
    elsewhere.ask(f"NICK {account}x", "AWAY :eating")
    assert connect("guest").ask(f"PRIVMSG {account} :psst") == [f":{NAME} 301 guest {account} :eating"]


def test_what_only_passes_by_is_not_kept_for_anybody(server: ServerProcess, account: str) -> None:
    friend = f"{account}b"
    register(server, friend)
    sender = session(server, friend, *CAPS)
    assert commands(sender.ask(f"@+typing=active TAGMSG {account}")) == ["TAGMSG"]
    assert history(session(server, account, *CAPS, "draft/event-playback"), friend) == []


def test_to_guests_who_are_gone_nothing_can_be_said(connect: Connect) -> None:
    connect("bela").leave()
    guest = connect("guest")
    assert guest.ask("PRIVMSG bela :x", "NOTICE bela :x") == [f":{NAME} 401 guest bela :No such nick/channel"]


def test_other_sessions_of_the_sender_see_what_it_says(server: ServerProcess, account: str) -> None:
    one, two = session(server, account), session(server, account)
    friend = f"{account}b"
    register(server, friend)
    one.ask(f"PRIVMSG {friend} :hi", f"PRIVMSG {account} :note")
    assert two.fence() == [
        f":{source(account)} PRIVMSG {friend} :hi",
        f":{source(account)} PRIVMSG {account} :note",
    ]


# --- programs without history of their own


def come(server: ServerProcess, account: str, *caps: str) -> tuple[IrcClient, list[str]]:
    """Log in as this account, and what was said to it in private as it came."""
    client = login(server, account, *caps)
    return client, [line for line in enter(client) if parse(line).command in {"PRIVMSG", "NOTICE"}]


def shown(server: ServerProcess, account: str, *caps: str) -> list[str]:
    """The texts that this account is shown when it comes; it goes again."""
    client, lines = come(server, account, "server-time", *caps)
    client.leave()
    return [parse(line).params[1] for line in lines]


def later(client: IrcClient) -> None:
    """Let a millisecond pass on the clock of the server, by which it tells before from after."""
    start = _now(client)
    while _now(client) <= start:
        pass


def _now(client: IrcClient) -> str:
    (echo,) = client.ask(f"@+clock TAGMSG {client.nickname}")[:1]
    return parse(echo).tags["time"]


@pytest.fixture
def guest(connect: Connect) -> IrcClient:
    return connect(fresh("tamu"), "message-tags", "server-time", "echo-message")


def test_what_waited_is_shown_behind_the_welcome_with_the_time_in_front(
    server: ServerProcess, guest: IrcClient, account: str
) -> None:
    guest.ask(f"PRIVMSG {account} :are you there?", f"NOTICE {account} :or there?")
    lines = enter(login(server, account))
    assert commands(lines[-3:]) == ["422", "PRIVMSG", "NOTICE"]
    for line, verb, text in zip(lines[-2:], ["PRIVMSG", "NOTICE"], [r"are you there\?", r"or there\?"], strict=True):
        assert re.fullmatch(rf":{re.escape(source(guest.nickname))} {verb} {account} :{NOW}{text}", line)


def test_where_it_can_be_read_the_time_is_the_one_it_was_sent_at(
    server: ServerProcess, guest: IrcClient, account: str
) -> None:
    (echo,) = guest.ask(f"PRIVMSG {account} :x")
    _, (line,) = come(server, account, "server-time", "message-tags")
    assert line == echo


def test_it_is_shown_once(server: ServerProcess, guest: IrcClient, account: str) -> None:
    guest.ask(f"PRIVMSG {account} :once")
    later(guest)
    assert shown(server, account) == ["once"]
    assert shown(server, account) == []


def test_what_was_read_as_it_was_said_does_not_come_back(server: ServerProcess, guest: IrcClient, account: str) -> None:
    here = session(server, account)
    guest.ask(f"PRIVMSG {account} :here")
    assert commands(here.fence()) == ["PRIVMSG"]
    later(guest)
    here.leave()
    guest.ask(f"PRIVMSG {account} :gone")
    assert shown(server, account) == ["gone"]


def test_the_last_ones_of_all_chats_come_in_the_order_in_which_they_were_said(
    server: ServerProcess, connect: Connect, account: str
) -> None:
    friends = [connect(fresh("teman")) for _ in range(3)]
    for number in range(LINES + 4):
        friends[number % 3].ask(f"PRIVMSG {account} :{number}")
    assert shown(server, account) == [str(number) for number in range(4, LINES + 4)]


def test_who_said_much_does_not_push_out_what_another_said_later(
    server: ServerProcess, connect: Connect, account: str
) -> None:
    one, other = connect(fresh("teman")), connect(fresh("teman"))
    one.ask(*[f"PRIVMSG {account} :{number}" for number in range(LINES)])
    other.ask(f"PRIVMSG {account} :last")
    one.ask(f"PRIVMSG {account} :very last")
    assert shown(server, account) == ["2", "3", "4", "last", "very last"]


def test_the_latest_text_is_shown_and_nothing_that_was_taken_back(server: ServerProcess, account: str) -> None:
    friend = f"{account}b"
    register(server, friend)
    wanted = ("message-tags", "echo-message", "obrolan.example/edit", "draft/message-redaction")
    sender = session(server, friend, *wanted)
    ids = [parse(sender.ask(f"PRIVMSG {account} :{text}")[0]).tags["msgid"] for text in ("frist", "secret")]
    sender.ask(f"@obrolan.example/edit={ids[0]} PRIVMSG {account} :first", f"REDACT {account} {ids[1]}")
    assert shown(server, account) == ["first"]


def test_a_program_that_asks_for_history_itself_is_shown_nothing(
    server: ServerProcess, guest: IrcClient, account: str
) -> None:
    guest.ask(f"PRIVMSG {account} :x")
    assert shown(server, account, "draft/chathistory") == []


def test_one_more_session_of_somebody_who_is_here_is_shown_nothing(
    server: ServerProcess, guest: IrcClient, account: str
) -> None:
    guest.ask(f"PRIVMSG {account} :x")
    _, first = come(server, account)
    assert len(first) == 1
    assert shown(server, account) == []


def test_nor_is_the_account_under_another_nickname_while_it_is_here(
    server: ServerProcess, guest: IrcClient, account: str
) -> None:
    here = session(server, account)
    here.ask(f"NICK {account}x")
    guest.ask(f"PRIVMSG {account} :here")
    assert shown(server, account) == []
    here.leave()
    guest.ask(f"PRIVMSG {account} :gone")
    assert "gone" in shown(server, account)


def test_who_logs_in_after_the_welcome_is_shown_it_then(
    server: ServerProcess, guest: IrcClient, connect: Connect, account: str
) -> None:
    guest.ask(f"PRIVMSG {account} :x")
    client = connect(f"{account}y", "sasl", "server-time")
    assert commands(plain(client, account))[1:] == ["900", "903", "PRIVMSG"]
    assert commands(plain(client, account))[1:] == ["900", "903"]


def test_that_mark_can_be_neither_asked_for_nor_raised(server: ServerProcess, account: str) -> None:
    session(server, account).leave()
    client = session(server, account, "draft/read-marker")
    assert untagged(client.ask("MARKREAD left", "MARKREAD left timestamp=2026-01-04T14:33:26.123Z")) == [
        f":{NAME} MARKREAD left *",
        f":{NAME} FAIL MARKREAD INVALID_PARAMS left :No such target",
    ]


def test_it_comes_behind_the_burst_of_the_lobby(launch: Launch) -> None:
    server = launch({**WAITING, "lobby": {"autojoin": True}})
    register(server, "ani")
    server.connect("bela").ask("PRIVMSG ani :x")
    assert commands(enter(login(server, "ani")))[-4:] == ["JOIN", "353", "366", "PRIVMSG"]


def test_since_when_it_waited_is_known_after_a_restart(launch: Launch) -> None:
    server = launch(WAITING)
    register(server, "ani")
    here = session(server, "ani")
    guest = server.connect("bela", "message-tags", "server-time", "echo-message")
    guest.ask("PRIVMSG ani :here")
    later(guest)
    here.leave()
    guest.ask("PRIVMSG ani :gone")
    server.kill()
    server.start()
    assert shown(server, "ani") == ["gone"]


def test_after_a_crash_it_is_shown_rather_twice_than_never(launch: Launch) -> None:
    server = launch(WAITING)
    register(server, "ani")
    register(server, "bela")
    session(server, "bela").ask("PRIVMSG ani :x")
    here, first = come(server, "ani")
    here.ask(*["PRIVMSG bela :what one said oneself is no news"] * (LINES + 1))
    server.kill()
    server.start()
    _, second = come(server, "ani")
    assert len(first) == 1
    assert first == second


def test_zero_lines_are_none(launch: Launch) -> None:
    server = launch({**CHEAP, "history": {"replay_lines": 0}})
    register(server, "ani")
    server.connect("bela").ask("PRIVMSG ani :x")
    assert come(server, "ani")[1] == []
