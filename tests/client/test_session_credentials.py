"""Passwords at the door: the server's own, and those of accounts that the person names, on any IRC network."""

from __future__ import annotations

import base64
import hashlib

import pytest

from client.changes import CLEAR, AccountMade, Change, LinkState, LoggedIn, LoginFailed, Problem, Security, StripKind
from client.core.account import PATIENCE_S
from client.credentials import NOTHING, Credentials
from client.effects import Derive
from tests.client.test_session_account import SALT, Scram, only
from tests.fakes import Chat

TLS = Security("11" * 32, authority=True)
ACCOUNT = Credentials(account="siti", account_password="rahasia")
PLAIN = base64.b64encode(b"\0siti\0rahasia").decode()
HOST = "irc.example"


@pytest.fixture
def chat() -> Chat:
    return Chat()


def begin(
    chat: Chat, credentials: Credentials, offer: str = "sasl=PLAIN", *, security: Security = TLS, host: str = HOST
) -> list[Change]:
    """Connect and hear what the server offers, which acknowledges all."""
    chat.done(chat.session.login(host, 6697, "Siti", secret="", credentials=credentials))
    chat.done(chat.session.connected(security))
    changes = chat.server(f":srv CAP * LS :{offer}")
    if chat.sent()[-1] == "CAP REQ sasl":
        changes += chat.server(":srv CAP * ACK :sasl")
    return changes


def problem(changes: list[Change]) -> tuple[Problem, str]:
    failure: LoginFailed = only(LoginFailed, changes)
    return failure.problem, failure.text


# --- the server's password ------------------------------------------------------------------------


def test_the_servers_password_is_the_first_word(chat: Chat) -> None:
    chat.done(chat.session.login(HOST, 6697, "Siti", credentials=Credentials("buka pintu")))
    chat.done(chat.session.connected(TLS))
    assert chat.sent()[:2] == ["PASS :buka pintu", "CAP LS 302"]


def test_the_servers_password_comes_again_at_a_reconnection(chat: Chat) -> None:
    chat.done(chat.session.login("127.0.0.1", 8888, "Siti", credentials=Credentials("sesam")))
    chat.done(chat.session.connected(CLEAR))
    chat.server(":srv 001 Siti :Hi", ":Siti!u@h JOIN #lobby")
    chat.done(chat.session.connection_lost(""))
    chat.done(chat.session.retry_now())
    chat.sent()
    chat.done(chat.session.connected(CLEAR))
    assert chat.sent()[0] == "PASS sesam"


@pytest.mark.parametrize("credentials", [Credentials("sesam"), ACCOUNT])
def test_no_password_goes_to_another_machine_in_clear(chat: Chat, credentials: Credentials) -> None:
    chat.done(chat.session.login(HOST, 6667, "Siti", credentials=credentials))
    assert problem(chat.done(chat.session.connected(CLEAR))) == (Problem.NOT_ENCRYPTED, "")
    assert chat.sent() == []


def test_without_a_password_one_goes_in_in_clear(chat: Chat) -> None:
    chat.done(chat.session.login(HOST, 6667, "Siti", credentials=Credentials(account="siti")))
    chat.done(chat.session.connected(CLEAR))
    assert chat.sent()[0] == "CAP LS 302"


def test_who_agrees_sends_passwords_in_clear(chat: Chat) -> None:
    begin(chat, Credentials("sesam", "siti", "rahasia", in_clear=True), security=CLEAR)
    assert chat.sent() == ["AUTHENTICATE PLAIN"]


def test_after_logging_out_the_passwords_are_forgotten(chat: Chat) -> None:
    chat.done(chat.session.login(HOST, 6697, "Siti", credentials=Credentials("sesam")))
    chat.done(chat.session.logout())
    chat.done(chat.session.login(HOST, 6697, "Siti"))
    chat.done(chat.session.connected(TLS))
    assert chat.sent()[0] == "CAP LS 302"


def test_a_password_is_in_no_error_report() -> None:
    assert repr(Credentials("sesam", "siti", "rahasia")) == "Credentials(account='siti', in_clear=False)"
    assert (NOTHING.given, ACCOUNT.given, Credentials("sesam").given) == (False, True, True)


# --- an account -----------------------------------------------------------------------------------


def test_an_account_is_logged_in_to_by_its_password_and_nothing_is_registered(chat: Chat) -> None:
    offer = "sasl=EXTERNAL,PLAIN draft/account-registration=before-connect obrolan.example/quiet"
    chat.done(chat.session.login(HOST, 6697, "Siti", secret="", credentials=ACCOUNT))
    chat.done(chat.session.connected(TLS))
    chat.server(f":srv CAP * LS :{offer}")
    chat.sent()
    chat.server(":srv CAP * ACK :sasl draft/account-registration obrolan.example/quiet")
    assert chat.sent() == ["AUTHENTICATE PLAIN"]
    chat.server("AUTHENTICATE +")
    assert chat.sent() == [f"AUTHENTICATE {PLAIN}"]
    changes = chat.server(":srv 900 * Siti!u@h siti :You are siti", ":srv 903 * :SASL successful")
    assert chat.sent() == ["CAP END"]
    assert [change for change in changes if isinstance(change, AccountMade)] == []
    assert only(LoggedIn, chat.server(":srv 001 Siti :Hi")).nickname == "Siti"


def test_an_account_without_a_name_is_called_like_us(chat: Chat) -> None:
    begin(chat, Credentials(account_password="rahasia"))
    chat.server("AUTHENTICATE +")
    assert chat.sent()[-1] == "AUTHENTICATE " + base64.b64encode(b"\0Siti\0rahasia").decode()


def test_a_numbered_guest_may_have_an_account(chat: Chat) -> None:
    chat.done(chat.session.login(HOST, 6697, "!!!", credentials=ACCOUNT))
    chat.done(chat.session.connected(TLS))
    chat.sent()
    chat.server(":srv CAP * LS :sasl=PLAIN")
    assert chat.sent() == ["CAP REQ sasl"]


def test_scram_comes_before_plain_and_keeps_its_key_for_reconnections(chat: Chat) -> None:
    password = "ra\u00adha\u00a0sia:1:aa:bb"
    begin(chat, Credentials(account="Siti", account_password=password), "sasl=PLAIN,SCRAM-SHA-256")
    scram = Scram(chat, "raha sia:1:aa:bb")
    scram.challenge()
    assert chat.derives == [Derive("raha sia:1:aa:bb", SALT, 4096)]
    chat.derives.clear()
    chat.done(chat.session.derived(hashlib.pbkdf2_hmac("sha256", b"raha sia:1:aa:bb", SALT, 4096)))
    assert [change for change in scram.accept() if isinstance(change, AccountMade)] == []
    chat.server(":srv 001 Siti :Hi", ":Siti!u@h JOIN #lobby")
    chat.done(chat.session.connection_lost(""))
    chat.done(chat.session.retry_now())
    chat.done(chat.session.connected(TLS))
    chat.server(":srv CAP * LS :sasl=SCRAM-SHA-256")
    chat.sent()
    chat.server(":srv CAP * ACK :sasl")
    scram.challenge()
    scram.accept()
    assert chat.derives == []


def test_where_scram_fails_plain_is_tried_and_then_no_more(chat: Chat) -> None:
    begin(chat, ACCOUNT, "sasl=PLAIN,SCRAM-SHA-256")
    assert chat.sent() == ["AUTHENTICATE SCRAM-SHA-256"]
    assert chat.server(":srv 904 * :no such mechanism for you") == []
    assert chat.sent() == ["AUTHENTICATE PLAIN"]
    changes = chat.server(":srv 904 * :SASL authentication failed")
    assert problem(changes) == (Problem.ACCOUNT, "SASL authentication failed")


@pytest.mark.parametrize("line", ["FAIL AUTHENTICATE TOO_MANY siti :Later", ":srv 908 * EXTERNAL :Later"])
def test_a_refused_account_is_no_way_in(chat: Chat, line: str) -> None:
    begin(chat, ACCOUNT, "sasl")
    assert chat.sent() == ["AUTHENTICATE PLAIN"]
    assert problem(chat.server(line)) == (Problem.ACCOUNT, "Later")
    assert chat.session.state is LinkState.OFFLINE


@pytest.mark.parametrize("offer", ["batch", "sasl=EXTERNAL"])
def test_a_server_without_such_accounts_says_so(chat: Chat, offer: str) -> None:
    changes = begin(chat, ACCOUNT, offer)
    if not any(isinstance(change, LoginFailed) for change in changes):
        changes = chat.server(":srv CAP * ACK :batch")
    assert problem(changes) == (Problem.ACCOUNT, "")


def test_a_server_that_refuses_the_capability_is_not_entered(chat: Chat) -> None:
    chat.done(chat.session.login(HOST, 6697, "Siti", credentials=ACCOUNT))
    chat.done(chat.session.connected(TLS))
    chat.server(":srv CAP * LS :sasl=PLAIN")
    assert problem(chat.server(":srv CAP * NAK :sasl")) == (Problem.ACCOUNT, "")


def test_a_server_that_knows_no_capabilities_is_not_entered_without_the_account(chat: Chat) -> None:
    chat.done(chat.session.login(HOST, 6697, "Siti", credentials=ACCOUNT))
    chat.done(chat.session.connected(TLS))
    assert problem(chat.server(":srv 001 Siti :Hi")) == (Problem.ACCOUNT, "")


def test_services_that_do_not_answer_are_not_waited_for(chat: Chat) -> None:
    begin(chat, ACCOUNT)
    assert problem(chat.wait(PATIENCE_S)) == (Problem.ACCOUNT, "")


def test_a_nickname_in_use_is_asked_for_again_once_the_account_is_proved(chat: Chat) -> None:
    chat.done(chat.session.login(HOST, 6697, "Siti", credentials=ACCOUNT))
    chat.done(chat.session.connected(TLS))
    chat.server(":srv CAP * LS :sasl=PLAIN", ":srv 433 * Siti :in use", ":srv CAP * ACK :sasl")
    chat.server("AUTHENTICATE +")
    chat.sent()
    chat.server(":srv 903 * :ok")
    assert chat.sent() == ["NICK Siti", "CAP LIST"]
    chat.server(":srv 433 * Siti :in use", ":srv CAP * LIST :sasl", ":srv CAP * LIST :sasl")
    chat.done(chat.session.login_as("Siti2"))
    assert "AUTHENTICATE PLAIN" not in chat.sent(), "the account is proved on this connection"
    chat.server(":srv CAP * LIST :sasl")
    assert only(LoggedIn, chat.server(":srv 001 Siti2 :Hi")).nickname == "Siti2"


def test_an_account_lost_meanwhile_ends_the_reconnections(chat: Chat) -> None:
    begin(chat, ACCOUNT)
    chat.server("AUTHENTICATE +", ":srv 903 * :ok", ":srv 001 Siti :Hi", ":Siti!u@h JOIN #lobby")
    chat.done(chat.session.connection_lost(""))
    chat.done(chat.session.retry_now())
    chat.done(chat.session.connected(TLS))
    chat.server(":srv CAP * LS :sasl=PLAIN", ":srv CAP * ACK :sasl", ":srv 904 * :The account is gone")
    assert chat.session.state is LinkState.OFFLINE
    assert chat.session.strips[""].kind is StripKind.CLOSED
    assert chat.session.strips[""].text == "The account is gone"
