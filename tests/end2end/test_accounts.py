"""Accounts: IRCv3 account-registration, and whose name is whose (logging in: test_sasl.py)."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from protocol import parse
from tests.covering import covers
from tests.end2end.accounts import CHEAP, PASSWORD, plain, ready, register, scram, send, session
from tests.end2end.harness import HOST, NAME, Connect, ServerProcess, commands


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), CHEAP) as process:
        yield process
        assert process.alive


def fails(lines: list[str]) -> list[list[str]]:
    """The parameters of FAIL without the text."""
    return [message.params[:-1] for message in map(parse, lines) if message.command == "FAIL"]


# --- registration of accounts


def test_register_success_is_assumed_to_be_authenticated(connect: Connect, name: str) -> None:
    client = connect(name)
    assert client.ask(f"REGISTER * * {PASSWORD}") == [
        f":{NAME} REGISTER SUCCESS {name} :This name is yours now",
        f":{NAME} 900 {name} {name}!~u@{HOST} {name} :You are now logged in as {name}",
    ]
    assert "330" in commands(client.ask(f"WHOIS {name}"))
    client.leave()
    assert commands(plain(ready(connect), name))[-1] == "903"


def test_an_account_may_be_registered_before_connect(connect: Connect, name: str) -> None:
    client = connect()
    client.ask("CAP LS 302", f"NICK {name}", "USER u 0 * :Ani", "CAP REQ :draft/account-registration")
    lines = client.ask(f"REGISTER {name} ani@example.org {PASSWORD}")
    assert commands(lines) == ["REGISTER", "900"]
    assert parse(lines[1]).params[:2] == [name, f"{name}!~u@{HOST}"]
    lines = client.ask("CAP END", f"WHOIS {name}")
    assert commands(lines)[0] == "001"
    assert "330" in commands(lines)


@pytest.mark.parametrize(
    ("line", "code", "account"),
    [
        ("REGISTER other * secret1", "ACCOUNT_NAME_MUST_BE_NICK", "other"),
        ("REGISTER #x * secret1", "BAD_ACCOUNT_NAME", "#x"),
        ("REGISTER * * :abc", "WEAK_PASSWORD", "{name}"),
        ("REGISTER * * :{NAME}", "WEAK_PASSWORD", "{name}"),
        ("REGISTER * * :a\x07bcdefgh", "UNACCEPTABLE_PASSWORD", "{name}"),
        ("REGISTER * nonsense secret1", "INVALID_EMAIL", "{name}"),
        ("REGISTER * @example.org secret1", "INVALID_EMAIL", "{name}"),
    ],
)
def test_what_cannot_be_registered_fails_with_the_code_of_the_text(
    connect: Connect, name: str, line: str, code: str, account: str
) -> None:
    client = connect(name, "draft/account-registration")
    answer = client.ask(line.format(NAME=name.upper(), name=name))
    assert fails(answer) == [["REGISTER", code, account.format(name=name)]]


def test_whoever_sends_register_or_verify_gets_its_failures_as_the_text_says(connect: Connect, name: str) -> None:
    assert commands(connect(name).ask("REGISTER * * abc", f"VERIFY {name} x")) == ["FAIL", "FAIL"]


def test_register_before_nick_needs_one(connect: Connect) -> None:
    client = ready(connect, "draft/account-registration")
    assert fails(client.ask(f"REGISTER * * {PASSWORD}")) == [["REGISTER", "NEED_NICK", "*"]]


@covers("VERIFY")
def test_who_is_logged_in_can_neither_register_nor_verify(connect: Connect, account: str) -> None:
    client = connect(f"x{account}", "sasl", "draft/account-registration")
    plain(client, account)
    assert fails(client.ask("REGISTER * * secret1", "VERIFY * 1234")) == [
        ["REGISTER", "ALREADY_AUTHENTICATED", account],
        ["VERIFY", "ALREADY_AUTHENTICATED", account],
    ]


@covers("VERIFY")
def test_no_account_waits_for_a_code(connect: Connect, name: str) -> None:
    client = connect(name, "standard-replies")
    assert fails(client.ask(f"VERIFY {name} 1234")) == [["VERIFY", "INVALID_CODE", name]]


@covers("REGISTER")
def test_an_account_that_exists_cannot_be_registered_again(connect: Connect, account: str) -> None:
    client = ready(connect, "draft/account-registration")
    client.ask(f"NICK {account}", "USER u 0 * :Ani")
    assert fails(client.ask("REGISTER * * secret1")) == [["REGISTER", "ACCOUNT_EXISTS", account]]


def test_register_and_messages_behind_it_are_answered_in_order(connect: Connect, name: str) -> None:
    client = connect(name, "labeled-response", "batch", "echo-message")
    lines = client.ask(f"@label=1 REGISTER * * {PASSWORD}", f"@label=2 PRIVMSG {name} :hi", "JOIN #x")
    assert commands(lines)[:5] == ["BATCH", "REGISTER", "900", "BATCH", "PRIVMSG"]
    assert lines[0].startswith("@label=1 ")


# --- the name is the account's


def test_an_accounts_name_is_taken_also_when_nobody_is_here_under_it(connect: Connect, account: str) -> None:
    guest = connect()
    line = f":{NAME} 433 * {account.upper()} :This nickname belongs to somebody else"
    assert guest.ask(f"NICK {account.upper()}", "USER u 0 * :Guest") == [line]
    assert commands(guest.ask(f"NICK x{account}"))[0] == "001"
    assert commands(guest.ask(f"NICK {account}")) == ["433"]


def test_a_look_alike_of_an_accounts_name_is_taken_too(
    connect: Connect, server: ServerProcess, request: pytest.FixtureRequest
) -> None:
    register(server, "ocea")
    assert commands(connect().ask("NICK осеа")) == ["433"]


def test_a_client_that_logs_in_after_nick_gets_its_name(connect: Connect, account: str) -> None:
    client = ready(connect)
    assert client.ask(f"NICK {account}", "USER u 0 * :Ani") == []
    assert commands(plain(client, account))[-1] == "903"
    lines = client.ask("CAP END")
    assert parse(lines[0]).command == "001"
    assert parse(lines[0]).params[0] == account


def test_a_client_that_does_not_log_in_is_told_at_the_end_and_may_take_another_name(
    connect: Connect, account: str
) -> None:
    client = ready(connect)
    assert client.ask(f"NICK {account}", "USER u 0 * :Ani") == []
    assert commands(client.ask("CAP END")) == ["433"]
    assert commands(client.ask("CAP END", "WHO")) == ["451"]
    lines = client.ask(f"NICK x{account}")
    assert commands(lines)[0] == "001"
    assert parse(lines[0]).params[0] == f"x{account}"


def test_a_failed_login_does_not_give_the_name(connect: Connect, account: str) -> None:
    client = ready(connect)
    client.ask(f"NICK {account}", "USER u 0 * :Ani")
    assert commands(plain(client, account, "wrong one"))[-1] == "904"
    assert commands(client.ask("CAP END")) == ["433"]


def test_a_name_that_was_claimed_while_logged_in_is_lost_with_the_login(connect: Connect, account: str) -> None:
    client = ready(connect)
    plain(client, account)
    client.ask(f"NICK {account}", "USER u 0 * :Ani")
    plain(client, account, "wrong one")
    assert commands(client.ask("CAP END")) == ["433"]


def test_a_guest_keeps_the_name_it_registers(connect: Connect, name: str) -> None:
    client = connect(name)
    client.ask("JOIN #x", f"REGISTER * * {PASSWORD}")
    assert parse(client.ask(f"WHOIS {name}")[0]).params[1] == name
    assert client.ask(f"NICK {name.upper()}")[0].endswith(f"NICK {name.upper()}")


# --- settings and time


@covers("cap:obrolan.example/quiet")
def test_quiet_accounts_can_be_turned_off(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, {**CHEAP, "accounts": {"quiet": False}}) as server:
        client = server.connect()
        assert "obrolan.example/quiet" not in " ".join(client.ask("CAP LS 302"))
        assert client.ask("CAP REQ obrolan.example/quiet")[0].endswith("NAK :obrolan.example/quiet")


def test_a_hundred_logins_do_not_hold_up_what_others_say(connect: Connect, account: str) -> None:
    clients = [ready(connect) for _ in range(40)]
    for client in clients:
        client.send("AUTHENTICATE PLAIN")
        send(client, f"\0{account}\0{PASSWORD}")
    ani, bela = connect(f"x{account}", "echo-message"), connect(f"y{account}")
    ani.ask(f"PRIVMSG y{account} :hi")
    assert commands(bela.fence()) == ["PRIVMSG"]
    assert {commands(client.fence())[-1] for client in clients} <= {"903", "904"}


# --- when one is told that a nickname is somebody else's


def test_a_client_that_asked_for_capabilities_without_sasl_is_told_at_once(connect: Connect, account: str) -> None:
    client = connect()
    assert commands(client.ask("CAP REQ :extended-join", f"NICK {account}")) == ["CAP", "433"]


def test_a_client_of_ours_that_will_not_log_in_is_told_while_it_can_try_others(connect: Connect, account: str) -> None:
    client = connect()
    client.ask("CAP LS 302", f"NICK {account}", "USER u 0 * :Ani")
    lines = client.ask("CAP REQ :batch obrolan.example/retry")
    assert lines[1:] == [f":{NAME} 433 {account} {account} :This nickname belongs to somebody else"]
    assert client.ask(f"NICK x{account}", "CAP LIST")[0].startswith(f":{NAME} CAP x{account} LIST ")
    assert commands(client.ask("CAP END"))[0] == "001"


def test_a_client_that_asks_for_sasl_alone_first_is_given_time(connect: Connect, account: str) -> None:
    client = connect()
    client.ask("CAP LS 302", f"NICK {account}", "USER u 0 * :Ani", "CAP REQ sasl")
    assert commands(client.ask("CAP REQ :batch obrolan.example/retry")) == ["CAP"]


@covers("cap:obrolan.example/quiet")
def test_who_cannot_register_the_nickname_it_wants_is_told_and_may_try_others(connect: Connect, account: str) -> None:
    client = ready(connect, "draft/account-registration", "obrolan.example/quiet")
    client.ask(f"NICK {account}", "USER u 0 * :Ani")
    assert commands(client.ask("@obrolan.example/quiet REGISTER * * secret1")) == ["433", "FAIL"]
    assert commands(client.ask(f"NICK {account}")) == ["433"], "from then on at once"
    assert client.ask(f"NICK x{account}") == []
    assert commands(client.ask("REGISTER * * secret1", "CAP END"))[:3] == ["REGISTER", "900", "001"]


def test_a_classic_program_with_an_accounts_name_gets_a_number(connect: Connect, account: str) -> None:
    watcher = connect(f"x{account}")
    watcher.ask("JOIN #lobby")
    classic = connect()
    classic.send(account)
    assert watcher.expect("JOIN").nickname == f"{account}2"


@pytest.mark.parametrize("options", [[], ["--no-history"]])
def test_an_account_that_was_said_to_be_made_survives_the_end_of_the_server(tmp_path: Path, options: list[str]) -> None:
    with ServerProcess(tmp_path, CHEAP, options) as server:
        server.connect("ani").ask(f"REGISTER * * {PASSWORD}")
        server.kill()
        server.start()
        assert commands(server.connect().ask("NICK ani")) == ["433"]
        assert "330" in commands(session(server, "ani").ask("WHOIS ani"))
        register(server, "bela")


def test_no_password_stands_in_the_data_folder_or_in_what_the_server_prints(tmp_path: Path) -> None:
    password = "korrekt-kuda-baterai"
    with ServerProcess(tmp_path, CHEAP, ["--log-level", "debug"]) as server:
        register(server, "ani", password)
        assert commands(plain(ready(server.connect), "ani", password))[-1] == "903"
        scram(ready(server.connect), "ani", password)
        server.terminate()
        kept = b"".join(file.read_bytes() for file in server.data.rglob("*") if file.is_file())
        secrets = [password, base64.b64encode(f"\0ani\0{password}".encode()).decode()]
        assert b"ani" in kept
        assert not [secret for secret in secrets if secret.encode() in kept or secret in server.output + server.errors]
