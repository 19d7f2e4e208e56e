"""`nickname_grace_s`: others may take an account's nickname, but not keep it (docs/protocol.md, "Accounts")."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from protocol import parse
from tests.end2end.accounts import CHEAP, PASSWORD, register, session
from tests.end2end.harness import HOST, NAME, Connect, ServerProcess, commands

LONG = {**CHEAP, "accounts": {**CHEAP["accounts"], "nickname_grace_s": 3600}}
SHORT = {**CHEAP, "accounts": {**CHEAP["accounts"], "nickname_grace_s": 1}, "limits": {"ping_after_s": 0.4}}
"""What is overdue is looked for every tenth of a second."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), LONG) as process:
        yield process
        assert process.alive


def test_who_takes_an_account_s_nickname_is_asked_to_log_in(connect: Connect, account: str) -> None:
    guest = connect("tamu")
    lines = guest.ask(f"NICK {account}")
    assert commands(lines) == ["NICK", "NOTICE"]
    assert parse(lines[1]).source == f"NickServ!NickServ@{NAME}"
    text = parse(lines[1]).params[-1]
    assert text.startswith("This nickname belongs to an account. If it is yours, log in (/NS IDENTIFY password);")
    assert text.endswith("In 3600 seconds you will be renamed.")


def test_who_comes_with_it_is_asked_too_and_may_log_in(connect: Connect, account: str) -> None:
    guest = connect()
    lines = guest.ask(f"NICK {account}", "USER u 0 * :Name")
    assert commands(lines)[0] == "001"
    assert "This nickname belongs to an account" in "".join(lines)
    assert "900" in commands(guest.ask(f"NS IDENTIFY {PASSWORD}"))
    assert f":{NAME} 307 {account} {account} :has identified for this nick" in guest.ask(f"WHOIS {account}")
    guest.leave()


def test_after_the_time_a_stranger_is_renamed(tmp_path_factory: pytest.TempPathFactory) -> None:
    with ServerProcess(tmp_path_factory.mktemp("short"), SHORT) as server:
        register(server, "siti")
        guest, witness = server.connect("tamu"), server.connect("saksi")
        guest.ask("JOIN #x")
        witness.ask("JOIN #x")
        guest.send("NICK siti")
        message = witness.expect("NICK")
        assert message.params == ["siti"]
        message = witness.expect("NICK")
        assert message.source == f"siti!~u@{HOST}"
        assert message.params[0].startswith("Guest")
        assert commands(guest.ask("NAMES #x"))[-1] == "366"
        session(server, "siti").leave()


def test_who_logs_in_in_time_is_not_renamed(tmp_path_factory: pytest.TempPathFactory) -> None:
    with ServerProcess(tmp_path_factory.mktemp("short"), SHORT) as server:
        register(server, "siti")
        register(server, "budi")
        mine, stranger = server.connect("a"), server.connect("b")
        mine.ask("NICK siti", f"NS IDENTIFY {PASSWORD}")
        stranger.send("NICK budi")
        stranger.expect("NICK")
        assert stranger.expect("NICK").params[0].startswith("Guest"), "the time of the first one is over as well"
        assert "NICK" not in commands(mine.fence())


def test_the_owner_takes_the_nickname_back_at_once(connect: Connect, server: ServerProcess, account: str) -> None:
    guest = connect("tamu")
    guest.ask(f"NICK {account}")
    owner = session(server, "x" + account, account=account)
    lines = owner.ask(f"NICK {account}")
    assert commands(lines) == ["NICK"]
    (line,) = guest.fence()
    assert parse(line).params[0].startswith("Guest")
    owner.leave()


def test_the_owner_who_comes_takes_it_back_too(connect: Connect, server: ServerProcess, account: str) -> None:
    guest = connect("tamu")
    guest.ask(f"NICK {account}")
    owner = session(server, account)
    assert parse(guest.fence()[-1]).params[0].startswith("Guest")
    assert parse(owner.ask(f"WHOIS {account}")[0]).params[1] == account
    owner.leave()


def test_a_stranger_who_has_not_finished_connecting_loses_it_to_the_owner(
    connect: Connect, server: ServerProcess, account: str
) -> None:
    guest = connect()
    guest.ask("CAP LS", f"NICK {account}", "USER u 0 * :Name")
    owner = session(server, account)
    assert commands(guest.ask("CAP END"))[-1] == "433"
    assert commands(guest.ask("NICK tamu"))[0] == "001"
    owner.leave()


def test_a_service_s_name_cannot_be_had_even_for_a_moment(connect: Connect) -> None:
    assert commands(connect("tamu").ask("NICK NickServ")) == ["433"]
