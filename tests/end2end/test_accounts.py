"""Accounts: IRCv3 sasl-3.1, sasl-3.2 and account-registration, and whose name is whose."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from protocol import parse
from tests.end2end.accounts import CHEAP, PASSWORD, plain, register, scram, send, session
from tests.end2end.harness import HOST, NAME, Connect, IrcClient, ServerProcess, commands
from tests.scram import ScramClient

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), CHEAP) as process:
        yield process
        assert process.alive


@pytest.fixture
def name() -> str:
    """A name nobody has."""
    return f"ani{next(_numbers)}"


@pytest.fixture
def account(server: ServerProcess, name: str) -> str:
    """The name of an account nobody is logged in to."""
    register(server, name)
    return name


def ready(connect: Connect, *caps: str) -> IrcClient:
    """A connection that may authenticate."""
    client = connect()
    client.ask("CAP LS 302", f"CAP REQ :{' '.join(['sasl', *caps])}")
    return client


def fails(lines: list[str]) -> list[list[str]]:
    """The parameters of FAIL without the text."""
    return [message.params[:-1] for message in map(parse, lines) if message.command == "FAIL"]


# --- SASL


def test_if_authentication_is_successful_a_900_and_903_numeric_will_be_sent(connect: Connect, account: str) -> None:
    client = ready(connect)
    assert plain(client, account) == [
        "AUTHENTICATE +",
        f":{NAME} 900 * *!*@{HOST} {account} :You are now logged in as {account}",
        f":{NAME} 903 * :SASL authentication successful",
    ]


def test_scram_proves_the_password_without_sending_it_and_the_server_proves_itself(
    connect: Connect, account: str
) -> None:
    assert commands(scram(ready(connect), account)) == ["900", "903"]


def test_the_name_of_an_account_is_compared_folded_and_shown_as_it_was_registered(
    connect: Connect, account: str
) -> None:
    assert parse(plain(ready(connect), account.upper())[1]).params[2] == account
    assert parse(scram(ready(connect), account.upper())[0]).params[2] == account


@pytest.mark.parametrize("log_in", [plain, scram])
def test_a_wrong_password_and_an_unknown_account_are_904_alike(
    connect: Connect, account: str, log_in: Callable[[IrcClient, str, str], list[str]]
) -> None:
    wrong = log_in(ready(connect), account, "wrong one")
    unknown = log_in(ready(connect), "nobody_at_all", "wrong one")
    assert wrong == unknown
    assert wrong[-1] == f":{NAME} 904 * :SASL authentication failed"


def test_the_challenge_for_an_unknown_account_tells_nothing(connect: Connect, account: str) -> None:
    def challenge(name: str) -> dict[str, str]:
        client = ready(connect)
        client.send("AUTHENTICATE SCRAM-SHA-256")
        send(client, ScramClient(name, "x").first)
        client.expect("AUTHENTICATE")
        text = base64.b64decode(client.expect("AUTHENTICATE").params[0]).decode()
        return dict(field.split("=", 1) for field in text.split(","))

    known, unknown, again = challenge(account), challenge("nobody_at_all"), challenge("NOBODY_at_all")
    assert unknown["s"] == again["s"] != known["s"]
    assert len(unknown["s"]) == len(known["s"])
    assert unknown["i"] == known["i"] == "4096"


def test_an_unknown_mechanism_is_908_with_those_that_are_known_and_904(connect: Connect) -> None:
    assert ready(connect).ask("AUTHENTICATE EXTERNAL") == [
        f":{NAME} 908 * SCRAM-SHA-256,PLAIN :are available SASL mechanisms",
        f":{NAME} 904 * :SASL authentication failed",
    ]


def test_the_client_can_abort_by_sending_an_asterisk(connect: Connect, account: str) -> None:
    client = ready(connect)
    assert client.ask("AUTHENTICATE PLAIN", "AUTHENTICATE *")[-1] == f":{NAME} 906 * :SASL authentication aborted"
    assert commands(plain(client, account))[-1] == "903"


def test_the_client_must_enable_the_capability_before_using_the_command(connect: Connect) -> None:
    assert commands(connect().ask("AUTHENTICATE PLAIN")) == ["904"]


def test_a_parameter_longer_than_400_bytes_is_905(connect: Connect) -> None:
    client = ready(connect)
    lines = client.ask("AUTHENTICATE PLAIN", f"AUTHENTICATE {'A' * 401}")
    assert lines[-1] == f":{NAME} 905 * :SASL message too long"
    assert commands(client.ask("AUTHENTICATE PLAIN", *[f"AUTHENTICATE {'A' * 400}"] * 5))[-1] == "905"


def test_a_long_password_is_split_into_chunks(connect: Connect, server: ServerProcess, name: str) -> None:
    password = "p" * 440
    register(server, name, password)
    assert commands(plain(ready(connect), name, password))[-1] == "903"
    assert commands(plain(ready(connect), name, password[:-1]))[-1] == "904"


@pytest.mark.parametrize("size", [300, 600])
def test_a_last_chunk_of_exactly_400_bytes_is_followed_by_a_plus(connect: Connect, account: str, size: int) -> None:
    client = ready(connect)
    client.send("AUTHENTICATE PLAIN")
    send(client, f"\0{account}\0".ljust(size, "x"))
    assert commands(client.fence()) == ["AUTHENTICATE", "904"]


@pytest.mark.parametrize("chunk", ["!!!", "AAAA", "=", "YQBiAGM=AA"])
def test_a_message_that_cannot_be_read_is_904(connect: Connect, chunk: str) -> None:
    client = ready(connect)
    assert commands(client.ask("AUTHENTICATE PLAIN", f"AUTHENTICATE {chunk}")) == ["AUTHENTICATE", "904"]


def test_completing_registration_aborts_an_exchange_and_registers_without_it(connect: Connect, name: str) -> None:
    client = ready(connect)
    client.ask(f"NICK {name}", "USER u 0 * :Ani")
    lines = client.ask("AUTHENTICATE PLAIN", "CAP END")
    assert commands(lines)[:3] == ["AUTHENTICATE", "906", "001"]
    assert "330" not in commands(client.ask(f"WHOIS {name}"))


@pytest.mark.parametrize(
    "spoil",
    [
        ["AUTHENTICATE *"],
        ["AUTHENTICATE +"],
        ["AUTHENTICATE AAAA"],
        ["CAP END"],
        ["CAP REQ -sasl", "AUTHENTICATE +"],
        ["AUTHENTICATE *", "AUTHENTICATE +"],
        ["AUTHENTICATE SCRAM-SHA-256", "AUTHENTICATE +"],
    ],
)
@pytest.mark.parametrize("step", [0, 1, 2])
def test_whatever_interrupts_a_login_nobody_is_logged_in(
    connect: Connect, account: str, step: int, spoil: list[str]
) -> None:
    """The bugs of others: a login that is aborted at the right moment counts as one (CVE-2022-24976)."""
    client, other = ready(connect), f"x{account}"
    client.ask(f"NICK {other}", "USER u 0 * :Ani")
    exchange = ScramClient(account, "not it")
    client.send("AUTHENTICATE SCRAM-SHA-256")
    if step > 0:
        send(client, exchange.first)
    if step > 1:
        client.expect("AUTHENTICATE")
        challenge = base64.b64decode(client.expect("AUTHENTICATE").params[0]).decode()
        send(client, exchange.final(challenge))
    lines = client.ask(*spoil, "CAP END")
    assert not {"900", "903"} & set(commands(lines))
    assert "330" not in commands(client.ask(f"WHOIS {other}"))


def test_a_right_final_message_alone_does_not_log_in_before_the_last_step(connect: Connect, account: str) -> None:
    client, exchange = ready(connect), ScramClient(account, PASSWORD)
    client.ask(f"NICK x{account}", "USER u 0 * :Ani")
    client.send("AUTHENTICATE SCRAM-SHA-256")
    send(client, exchange.first)
    client.expect("AUTHENTICATE")
    send(client, exchange.final(base64.b64decode(client.expect("AUTHENTICATE").params[0]).decode()))
    assert exchange.proven(base64.b64decode(client.expect("AUTHENTICATE").params[0]).decode())
    assert commands(client.ask("AUTHENTICATE *", "CAP END"))[:2] == ["906", "001"]
    assert "330" not in commands(client.ask(f"WHOIS x{account}"))


def test_nobody_may_act_for_somebody_else(connect: Connect, account: str) -> None:
    client = ready(connect)
    client.send("AUTHENTICATE PLAIN")
    send(client, f"other\0{account}\0{PASSWORD}")
    assert commands(client.fence()) == ["AUTHENTICATE", "904"]


def test_a_connection_has_three_tries_a_minute(connect: Connect, account: str) -> None:
    client = ready(connect)
    for _ in range(3):
        assert commands(plain(client, account, "wrong one")) == ["AUTHENTICATE", "904"]
    assert commands(client.ask("AUTHENTICATE PLAIN")) == ["904"]


def test_a_client_that_is_registered_already_may_log_in(connect: Connect, account: str) -> None:
    client = connect(f"x{account}", "sasl")
    lines = plain(client, account)
    assert lines[1] == f":{NAME} 900 x{account} x{account}!~u@{HOST} {account} :You are now logged in as {account}"
    assert f":{NAME} 330 x{account} x{account} {account} :is logged in as" in client.ask(f"WHOIS x{account}")


def test_one_may_authenticate_again_and_become_somebody_else(
    connect: Connect, server: ServerProcess, account: str
) -> None:
    """sasl-3.2, "SASL Reauthentication": "Servers SHOULD allow a client, authenticated or otherwise, to
    reauthenticate".
    """
    register(server, f"b{account}")
    client = connect(f"x{account}", "sasl", "account-notify")
    assert commands(plain(client, account))[-1] == "903"
    assert commands(plain(client, account)) == ["AUTHENTICATE", "900", "903"]
    lines = plain(client, f"b{account}")
    assert commands(lines) == ["AUTHENTICATE", "ACCOUNT", "900", "903"]
    assert parse(lines[1]).params == [f"b{account}"]
    assert commands(plain(client, account, "wrong one"))[-1] == "904"
    assert parse(client.ask(f"WHOIS x{account}")[2]).params[1:3] == [f"x{account}", f"b{account}"]


def test_who_becomes_somebody_else_loses_a_nickname_that_was_the_account_s(
    connect: Connect, server: ServerProcess, account: str
) -> None:
    register(server, f"b{account}")
    client = session(server, account, "account-notify")
    lines = plain(client, f"b{account}")
    assert commands(lines) == ["AUTHENTICATE", "ACCOUNT", "900", "903", "NICK"]
    assert parse(lines[-1]).params[0].startswith("Guest")
    client.ask(f"NICK b{account}")
    client.nickname = f"b{account}"


def test_who_has_other_programs_under_the_nickname_does_not_take_them_along(
    server: ServerProcess, account: str
) -> None:
    register(server, f"b{account}")
    one, other = session(server, account), session(server, account)
    assert parse(plain(one, f"b{account}")[-1]).command == "907"
    other.leave()
    assert "903" in commands(plain(one, f"b{account}"))
    one.leave()


def test_who_tries_again_before_registration_is_nobody_until_that_succeeds(connect: Connect, account: str) -> None:
    client = ready(connect)
    assert commands(plain(client, account))[-1] == "903"
    assert commands(plain(client, account, "wrong one")) == ["901", "AUTHENTICATE", "904"]
    lines = client.ask(f"NICK x{account}", "USER u 0 * :Ani", "CAP END", f"WHOIS x{account}")
    assert "330" not in commands(lines)


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


def test_without_standard_replies_the_failure_is_numeric_400(connect: Connect, name: str) -> None:
    assert commands(connect(name).ask("REGISTER * * abc")) == ["400"]


def test_register_before_nick_needs_one(connect: Connect) -> None:
    client = ready(connect, "draft/account-registration")
    assert fails(client.ask(f"REGISTER * * {PASSWORD}")) == [["REGISTER", "NEED_NICK", "*"]]


def test_who_is_logged_in_can_neither_register_nor_verify(connect: Connect, account: str) -> None:
    client = connect(f"x{account}", "sasl", "draft/account-registration")
    plain(client, account)
    assert fails(client.ask("REGISTER * * secret1", "VERIFY * 1234")) == [
        ["REGISTER", "ALREADY_AUTHENTICATED", account],
        ["VERIFY", "ALREADY_AUTHENTICATED", account],
    ]


def test_no_account_waits_for_a_code(connect: Connect, name: str) -> None:
    client = connect(name, "standard-replies")
    assert fails(client.ask(f"VERIFY {name} 1234")) == [["VERIFY", "INVALID_CODE", name]]


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
