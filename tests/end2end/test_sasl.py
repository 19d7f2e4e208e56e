"""Logging in: IRCv3 sasl-3.1 and sasl-3.2, with PLAIN (RFC 4616) and SCRAM-SHA-256 (RFC 5802, 7677)."""

from __future__ import annotations

import base64
import signal
from collections.abc import Callable, Iterator

import pytest

from chatd.sasl import chunks
from protocol import parse
from tests.covering import covers
from tests.end2end.accounts import CHEAP, PASSWORD, fresh, plain, ready, register, scram, send, session
from tests.end2end.harness import HOST, NAME, Connect, IrcClient, Launch, ServerProcess, Settings, commands
from tests.end2end.test_cap_notify import reread, told
from tests.scram import ScramClient


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("server"), CHEAP) as process:
        yield process
        assert process.alive


# --- the capability


WITHOUT = {**CHEAP, "accounts": {"kdf_iterations": 4096, "sasl": False}}


@covers("CAP", "cap:sasl")
def test_servers_should_advertise_the_mechanisms_in_the_value_of_the_capability(connect: Connect) -> None:
    """sasl-3.2, "Mechanism list in CAP LS": "MUST be a comma (`,`) separated list"."""
    words = " ".join(connect().ask("CAP LS 302")).split()
    assert "sasl=SCRAM-SHA-256,PLAIN" in words
    assert "sasl" in " ".join(connect().ask("CAP LS")).split()


@covers("CAP", "AUTHENTICATE", "cap:sasl")
@pytest.mark.parametrize("settings", [WITHOUT, {"accounts": {"enabled": False}}], ids=["no SASL", "no accounts"])
def test_servers_must_not_advertise_sasl_and_must_nak_it_if_authentication_is_unavailable(
    launch: Launch, settings: Settings
) -> None:
    """sasl-3.2: "Servers MUST NOT advertise the sasl capability if the authentication layer is unavailable ... MUST
    NAK any sasl capability request".
    """
    client = launch(settings).connect()
    assert "sasl" not in " ".join(client.ask("CAP LS 302"))
    assert client.ask("CAP REQ sasl") == [f":{NAME} CAP * NAK :sasl"]
    assert commands(client.ask("AUTHENTICATE PLAIN")) == ["904"]


@covers("CAP", "cap:cap-notify", "cap:sasl")
@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP; REHASH does the same")
def test_clients_with_cap_notify_are_told_when_sasl_comes_and_goes(launch: Launch) -> None:
    """sasl-3.2, "Integration with cap-notify": "notified about status changes concerning the availability"."""
    server = launch(CHEAP)
    ani = server.connect("ani", "cap-notify", "sasl")
    ani.ask("CAP LS 302")
    reread(server, WITHOUT, "sasl")
    assert "sasl" in told(ani)[0].split(" DEL :")[1].split()
    assert commands(ani.ask("AUTHENTICATE PLAIN")) == ["904"]
    ani.ask("PART #fence")
    reread(server, CHEAP, "sasl")
    assert "sasl=SCRAM-SHA-256,PLAIN" in told(ani)[0].split(" NEW :")[1].split()


# --- the AUTHENTICATE command


@covers("AUTHENTICATE", "cap:sasl")
@pytest.mark.parametrize("line", ["AUTHENTICATE :PLAIN", "authenticate PLAIN", "AUTHENTICATE plain"])
def test_the_initial_message_is_a_command_like_any_other(connect: Connect, account: str, line: str) -> None:
    """sasl-3.1, "Errata": "It now uses a higher-level grammar", in which a last parameter may have a colon."""
    client = ready(connect)
    assert client.ask(line) == ["AUTHENTICATE +"]
    text = base64.b64encode(f"\0{account}\0{PASSWORD}".encode()).decode()
    assert commands(client.ask(f"AUTHENTICATE :{text}")) == ["900", "903"]


@covers("AUTHENTICATE", "PING", "cap:sasl")
def test_other_messages_may_be_interspersed_between_those_of_a_set(connect: Connect, server: ServerProcess) -> None:
    """sasl-3.1: "intersperse other IRC protocol messages between the AUTHENTICATE messages of a set"."""
    name, password = fresh("sela"), "p" * 440
    register(server, name, password)
    client = ready(connect)
    client.ask("AUTHENTICATE PLAIN")
    first, last = chunks(f"\0{name}\0{password}".encode())
    assert client.ask(f"AUTHENTICATE {first}", "PING x", "CAP LIST") == [
        f":{NAME} PONG {NAME} :x",
        f":{NAME} CAP * LIST :cap-notify sasl",
    ]
    assert commands(client.ask(f"AUTHENTICATE {last}")) == ["900", "903"]


@covers("AUTHENTICATE", "904", "cap:sasl")
def test_zero_length_responses_are_sent_as_a_plus(connect: Connect) -> None:
    """sasl-3.1: "Empty (zero-length) responses are sent as `AUTHENTICATE +`"; PLAIN has none that is right."""
    assert commands(ready(connect).ask("AUTHENTICATE PLAIN", "AUTHENTICATE +")) == ["AUTHENTICATE", "904"]


@covers("AUTHENTICATE", "903", "904", "cap:sasl")
def test_if_authentication_fails_the_client_may_retry(connect: Connect, account: str) -> None:
    """sasl-3.1: "a 904 or 905 numeric will be sent and the client MAY retry"."""
    client = ready(connect)
    assert commands(plain(client, account, "wrong one"))[-1] == "904"
    assert commands(client.ask("AUTHENTICATE PLAIN", f"AUTHENTICATE {'A' * 401}"))[-1] == "905"
    assert commands(scram(client, account)) == ["900", "903"]


@covers("AUTHENTICATE", "900", "903", "cap:sasl")
def test_if_authentication_is_successful_a_900_and_903_numeric_will_be_sent(connect: Connect, account: str) -> None:
    """sasl-3.1, "The AUTHENTICATE command": "a 900 and 903 numeric will be sent"; before, "the server sends an empty
    response" to a mechanism that is client-first.
    """
    client = ready(connect)
    assert plain(client, account) == [
        "AUTHENTICATE +",
        f":{NAME} 900 * *!*@{HOST} {account} :You are now logged in as {account}",
        f":{NAME} 903 * :SASL authentication successful",
    ]


@covers("AUTHENTICATE", "900", "903", "cap:sasl")
def test_if_the_mechanism_finishes_with_a_challenge_clients_must_still_send_an_empty_response(
    connect: Connect, account: str
) -> None:
    """sasl-3.1, "a non-empty challenge (such as in SCRAM)", which proves the server to the client."""
    assert commands(scram(ready(connect), account)) == ["900", "903"]


@covers("AUTHENTICATE", "900", "cap:sasl")
def test_the_name_of_an_account_is_compared_folded_and_shown_as_it_was_registered(
    connect: Connect, account: str
) -> None:
    """sasl-3.1, "Numerics": 900 has `<account>`, which is the name that was registered."""
    assert parse(plain(ready(connect), account.upper())[1]).params[2] == account
    assert parse(scram(ready(connect), account.upper())[0]).params[2] == account


@covers("AUTHENTICATE", "904", "cap:sasl")
@pytest.mark.parametrize("log_in", [plain, scram])
def test_a_wrong_password_and_an_unknown_account_are_904_alike(
    connect: Connect, account: str, log_in: Callable[[IrcClient, str, str], list[str]]
) -> None:
    """sasl-3.1, "Numerics": 904 is sent "because of invalid credentials or other errors"."""
    wrong = log_in(ready(connect), account, "wrong one")
    unknown = log_in(ready(connect), "nobody_at_all", "wrong one")
    assert wrong == unknown
    assert wrong[-1] == f":{NAME} 904 * :SASL authentication failed"


@covers("AUTHENTICATE", "cap:sasl")
def test_the_challenge_for_an_unknown_account_tells_nothing(connect: Connect, account: str) -> None:
    """RFC 5802, 5.1: salt and iterations of an account that does not exist are as lasting as of one that does."""

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


@covers("AUTHENTICATE", "904", "908", "cap:sasl")
def test_an_unsupported_mechanism_is_908_and_904_and_the_client_may_try_another(connect: Connect) -> None:
    """sasl-3.1: "a 904 numeric will be sent and the session state remains unchanged; the client MAY try another";
    908 "contains a comma-separated list of mechanisms supported".
    """
    assert ready(connect).ask("AUTHENTICATE EXTERNAL") == [
        f":{NAME} 908 * SCRAM-SHA-256,PLAIN :are available SASL mechanisms",
        f":{NAME} 904 * :SASL authentication failed",
    ]


@covers("AUTHENTICATE", "906", "cap:sasl")
def test_the_client_can_abort_by_sending_an_asterisk(connect: Connect, account: str) -> None:
    """sasl-3.1, "The AUTHENTICATE command": "The server will send a 906 numeric"."""
    client = ready(connect)
    assert client.ask("AUTHENTICATE PLAIN", "AUTHENTICATE *")[-1] == f":{NAME} 906 * :SASL authentication aborted"
    assert commands(plain(client, account))[-1] == "903"


@covers("AUTHENTICATE", "904", "cap:sasl")
def test_the_client_must_enable_the_capability_before_using_the_command(connect: Connect) -> None:
    """sasl-3.1, "Introduction": "The client MUST enable the sasl capability before using the AUTHENTICATE command"."""
    assert commands(connect().ask("AUTHENTICATE PLAIN")) == ["904"]


@covers("AUTHENTICATE", "905", "cap:sasl")
def test_a_parameter_longer_than_400_bytes_is_905(connect: Connect) -> None:
    """sasl-3.1: 905 for "the parameter longer than 400 bytes"; "The server MAY place a limit on the total length"."""
    client = ready(connect)
    lines = client.ask("AUTHENTICATE PLAIN", f"AUTHENTICATE {'A' * 401}")
    assert lines[-1] == f":{NAME} 905 * :SASL message too long"
    assert commands(client.ask("AUTHENTICATE PLAIN", *[f"AUTHENTICATE {'A' * 400}"] * 5))[-1] == "905"


@covers("AUTHENTICATE", "903", "904", "cap:sasl")
def test_a_long_response_is_split_to_400_byte_chunks(connect: Connect, server: ServerProcess, name: str) -> None:
    """sasl-3.1: "split to 400-byte chunks, and each chunk is sent as a separate AUTHENTICATE command"."""
    password = "p" * 440
    register(server, name, password)
    assert commands(plain(ready(connect), name, password))[-1] == "903"
    assert commands(plain(ready(connect), name, password[:-1]))[-1] == "904"


@covers("AUTHENTICATE", "904", "cap:sasl")
@pytest.mark.parametrize("size", [300, 600])
def test_if_the_last_chunk_was_exactly_400_bytes_long_it_must_be_followed_by_a_plus(
    connect: Connect, account: str, size: int
) -> None:
    """sasl-3.1: "it must also be followed by `AUTHENTICATE +` to signal end of response"."""
    client = ready(connect)
    client.send("AUTHENTICATE PLAIN")
    send(client, f"\0{account}\0".ljust(size, "x"))
    assert commands(client.fence()) == ["AUTHENTICATE", "904"]


@covers("AUTHENTICATE", "904", "cap:sasl")
@pytest.mark.parametrize("chunk", ["!!!", "AAAA", "=", "YQBiAGM=AA"])
def test_a_response_that_is_no_base64_or_no_plain_message_is_904(connect: Connect, chunk: str) -> None:
    """sasl-3.1: "The response is encoded in Base64 (RFC 4648)"."""
    client = ready(connect)
    assert commands(client.ask("AUTHENTICATE PLAIN", f"AUTHENTICATE {chunk}")) == ["AUTHENTICATE", "904"]


@covers("AUTHENTICATE", "906", "cap:sasl")
def test_if_registration_is_completed_during_an_exchange_it_is_aborted_with_906(connect: Connect, name: str) -> None:
    """sasl-3.1: "SHOULD abort it and send a 906 numeric, then register the client without authentication"."""
    client = ready(connect)
    client.ask(f"NICK {name}", "USER u 0 * :Ani")
    lines = client.ask("AUTHENTICATE PLAIN", "CAP END")
    assert commands(lines)[:3] == ["AUTHENTICATE", "906", "001"]
    assert "330" not in commands(client.ask(f"WHOIS {name}"))


@covers("AUTHENTICATE", "cap:sasl")
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


@covers("AUTHENTICATE", "906", "cap:sasl")
def test_a_right_final_message_alone_does_not_log_in_before_the_last_step(connect: Connect, account: str) -> None:
    """sasl-3.1: "clients MUST still send an empty response"; who does not is not logged in."""
    client, exchange = ready(connect), ScramClient(account, PASSWORD)
    client.ask(f"NICK x{account}", "USER u 0 * :Ani")
    client.send("AUTHENTICATE SCRAM-SHA-256")
    send(client, exchange.first)
    client.expect("AUTHENTICATE")
    send(client, exchange.final(base64.b64decode(client.expect("AUTHENTICATE").params[0]).decode()))
    assert exchange.proven(base64.b64decode(client.expect("AUTHENTICATE").params[0]).decode())
    assert commands(client.ask("AUTHENTICATE *", "CAP END"))[:2] == ["906", "001"]
    assert "330" not in commands(client.ask(f"WHOIS x{account}"))


@covers("AUTHENTICATE", "904", "cap:sasl")
def test_nobody_may_act_for_somebody_else(connect: Connect, account: str) -> None:
    """RFC 4616, 2: a server refuses an authorization identity that this account may not act as."""
    client = ready(connect)
    client.send("AUTHENTICATE PLAIN")
    send(client, f"other\0{account}\0{PASSWORD}")
    assert commands(client.fence()) == ["AUTHENTICATE", "904"]


@covers("AUTHENTICATE", "904", "cap:sasl")
def test_a_connection_has_three_tries_a_minute(connect: Connect, account: str) -> None:
    """sasl-3.1: "the client MAY retry from the AUTHENTICATE <mechanism> command"; not for ever."""
    client = ready(connect)
    for _ in range(3):
        assert commands(plain(client, account, "wrong one")) == ["AUTHENTICATE", "904"]
    assert commands(client.ask("AUTHENTICATE PLAIN")) == ["904"]


@covers("AUTHENTICATE", "900", "330", "cap:sasl")
def test_a_client_that_is_registered_already_may_log_in(connect: Connect, account: str) -> None:
    """sasl-3.2, "SASL Reauthentication": "authenticated or otherwise ... at any time"."""
    client = connect(f"x{account}", "sasl")
    lines = plain(client, account)
    assert lines[1] == f":{NAME} 900 x{account} x{account}!~u@{HOST} {account} :You are now logged in as {account}"
    assert f":{NAME} 330 x{account} x{account} {account} :is logged in as" in client.ask(f"WHOIS x{account}")


@covers("AUTHENTICATE", "900", "903", "cap:sasl")
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


@covers("AUTHENTICATE", "NICK", "cap:sasl")
def test_who_becomes_somebody_else_loses_a_nickname_that_was_the_account_s(
    connect: Connect, server: ServerProcess, account: str
) -> None:
    """sasl-3.2, "SASL Reauthentication": to another account; the nickname stays with the one it belongs to."""
    register(server, f"b{account}")
    client = session(server, account, "account-notify")
    lines = plain(client, f"b{account}")
    assert commands(lines) == ["AUTHENTICATE", "ACCOUNT", "900", "903", "NICK"]
    assert parse(lines[-1]).params[0].startswith("Guest")
    client.ask(f"NICK b{account}")
    client.nickname = f"b{account}"


@covers("AUTHENTICATE", "907", "cap:sasl")
def test_who_has_other_programs_under_the_nickname_does_not_take_them_along(
    server: ServerProcess, account: str
) -> None:
    """sasl-3.2, "SASL Reauthentication": "an error appropriate to the circumstances MUST be sent (for instance,
    ERR_SASLALREADY ...)".
    """
    register(server, f"b{account}")
    one, other = session(server, account), session(server, account)
    assert parse(plain(one, f"b{account}")[-1]).command == "907"
    other.leave()
    assert "903" in commands(plain(one, f"b{account}"))
    one.leave()


@covers("AUTHENTICATE", "901", "cap:sasl")
def test_who_tries_again_before_registration_is_nobody_until_that_succeeds(connect: Connect, account: str) -> None:
    """sasl-3.1, "Numerics": "901 ... is sent when the user's account name is unset"."""
    client = ready(connect)
    assert commands(plain(client, account))[-1] == "903"
    assert commands(plain(client, account, "wrong one")) == ["901", "AUTHENTICATE", "904"]
    lines = client.ask(f"NICK x{account}", "USER u 0 * :Ani", "CAP END", f"WHOIS x{account}")
    assert "330" not in commands(lines)
