"""Private messages to people who are not here: they wait for accounts (docs/protocol.md, "Absent people")."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from protocol import parse
from tests.end2end.accounts import CHEAP, register, session
from tests.end2end.harness import NAME, Connect, ServerProcess, commands, source, untagged
from tests.end2end.test_redaction import history

CAPS = ("message-tags", "echo-message", "draft/chathistory", "batch")

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), CHEAP) as process:
        yield process
        assert process.alive


@pytest.fixture
def account(server: ServerProcess) -> str:
    name = f"ani{next(_numbers)}"
    register(server, name)
    return name


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
