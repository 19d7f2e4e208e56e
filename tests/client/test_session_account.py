"""A name that is ours without a password: registered once, proved from then on, and never a dead end."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.changes import CLEAR, AccountMade, Change, LinkState, LoggedIn, LoginFailed, Problem, Security
from client.core.account import PATIENCE_S
from client.effects import Derive
from tests.fakes import Chat

OFFER = "sasl=SCRAM-SHA-256,PLAIN draft/account-registration=before-connect obrolan.example/quiet batch"
REQUEST = "CAP REQ :batch draft/account-registration obrolan.example/quiet sasl"
ACK = ":srv CAP * ACK :batch draft/account-registration obrolan.example/quiet sasl"
SALT = b"salt of sixteen."
SECRET = "f" * 32
REGISTER = "@obrolan.example/quiet REGISTER * * "


@pytest.fixture
def chat() -> Chat:
    return Chat()


def only(kind: type[Any], changes: list[Change]) -> Any:
    """The one change of this kind in the list."""
    found = [change for change in changes if isinstance(change, kind)]
    assert len(found) == 1, changes
    return found[0]


def begin(
    chat: Chat, secret: str | None = "", host: str = "127.0.0.1", offer: str = OFFER, name: str = "Siti"
) -> list[str]:
    """Connect and hear what the server offers; the lines sent after that."""
    chat.done(chat.session.login(host, 8888, name, secret=secret))
    return connect(chat, offer)


def connect(chat: Chat, offer: str = OFFER, security: Security = CLEAR, secret: str | None = "") -> list[str]:
    chat.done(chat.session.connected(security, secret))
    chat.sent()
    chat.server(f":srv CAP * LS :{offer}")
    return chat.sent()


class Scram:
    """The server's side, with a password."""

    def __init__(self, chat: Chat, password: str = SECRET, iterations: int = 4096) -> None:
        self.chat = chat
        self.key = hashlib.pbkdf2_hmac("sha256", password.encode(), SALT, iterations)
        self.iterations = iterations
        self.bare = self.first = ""

    def say(self, text: str) -> list[Change]:
        return self.chat.server(f"AUTHENTICATE {base64.b64encode(text.encode()).decode() or '+'}")

    def heard(self) -> str:
        (line,) = self.chat.sent()
        return base64.b64decode(line.removeprefix("AUTHENTICATE ")).decode()

    def challenge(self) -> None:
        """From the mechanism to the challenge."""
        assert self.chat.sent() == ["AUTHENTICATE SCRAM-SHA-256"]
        self.chat.server("AUTHENTICATE +")
        first = self.heard()
        assert first.startswith("n,,n=Siti,r=")
        self.bare = first.removeprefix("n,,")
        self.first = f"{self.bare.partition(',')[2]}srv,s={base64.b64encode(SALT).decode()},i={self.iterations}"
        self.say(self.first)

    def derive(self) -> None:
        """The client has its key computed."""
        (wanted,) = self.chat.derives
        self.chat.derives.clear()
        assert wanted == Derive(SECRET, SALT, self.iterations)
        self.chat.done(self.chat.session.derived(hashlib.pbkdf2_hmac("sha256", SECRET.encode(), SALT, self.iterations)))

    def final(self) -> str:
        """The proof is right; the server's signature."""
        without, _, proof = self.heard().partition(",p=")
        signed = f"{self.bare},{self.first},{without}".encode()
        client_key = hmac.digest(self.key, b"Client Key", "sha256")
        signature = hmac.digest(hashlib.sha256(client_key).digest(), signed, "sha256")
        assert base64.b64decode(proof) == bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
        server = hmac.digest(hmac.digest(self.key, b"Server Key", "sha256"), signed, "sha256")
        return "v=" + base64.b64encode(server).decode()

    def accept(self) -> list[Change]:
        """The server proves itself and lets us in."""
        self.say(self.final())
        assert self.chat.sent() == ["AUTHENTICATE +"]
        return self.chat.server(":srv 900 Siti Siti!u@h Siti :You are Siti", ":srv 903 Siti :SASL successful")


# --- the first login ------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LocalHost", "::1", "127.8.9.10"])
def test_a_first_login_on_this_computer_registers_the_name_with_a_secret_and_says_so(chat: Chat, host: str) -> None:
    assert begin(chat, host=host) == [REQUEST]
    chat.server(ACK)
    (line,) = chat.sent()
    assert line.startswith(REGISTER)
    secret = line.removeprefix(REGISTER)
    assert len(secret) == 32
    changes = chat.server("REGISTER SUCCESS Siti :Account created", ":srv 900 Siti Siti!u@h Siti :hello")
    assert only(AccountMade, changes) == AccountMade(host, 8888, "", "Siti", secret)
    assert chat.sent() == ["CAP END"]
    assert only(LoggedIn, chat.server(":srv 001 Siti :Hi")).nickname == "Siti"


@pytest.mark.parametrize("host", ["192.168.1.20", "lab2", "127.0.0.1.example", "127.0.0.evil.example", "::2", "127.1"])
def test_no_secret_goes_to_another_machine_in_clear(chat: Chat, host: str) -> None:
    assert begin(chat, SECRET, host) == ["CAP REQ batch"]
    chat.server(":srv CAP * ACK :batch")
    assert chat.sent() == ["CAP END"]


@pytest.mark.parametrize("security", [Security("11" * 32), Security("11" * 32, authority=True)])
def test_over_tls_the_name_is_registered_on_any_machine(chat: Chat, security: Security) -> None:
    chat.done(chat.session.login("192.168.1.20", 8888, "Siti", secret=""))
    assert connect(chat, security=security) == [REQUEST]
    chat.server(ACK)
    (line,) = chat.sent()
    changes = chat.server("REGISTER SUCCESS Siti :Account created")
    secret = line.removeprefix(REGISTER)
    assert only(AccountMade, changes) == AccountMade("192.168.1.20", 8888, security.known, "Siti", secret)


def test_where_tls_is_gone_after_a_break_no_secret_is_sent(chat: Chat) -> None:
    chat.done(chat.session.login("192.168.1.20", 8888, "Siti", secret=SECRET))
    assert connect(chat, security=Security("11" * 32)) == [REQUEST]
    chat.done(chat.session.connection_failed(Problem.REFUSED))
    chat.done(chat.session.login("192.168.1.20", 8888, "Siti", secret=SECRET))
    assert connect(chat) == ["CAP REQ batch"]


def test_who_is_recognised_by_the_certificate_alone_logs_in_by_the_secret_of_then(chat: Chat) -> None:
    chat.done(chat.session.login("192.168.1.77", 8888, "Siti", secret=""))
    assert connect(chat, security=Security("11" * 32), secret=SECRET) == [REQUEST]
    chat.server(ACK)
    assert chat.sent() == ["AUTHENTICATE SCRAM-SHA-256"]


def test_who_is_recognised_but_busy_in_another_window_is_a_guest(chat: Chat) -> None:
    chat.done(chat.session.login("192.168.1.77", 8888, "Siti", secret=""))
    assert connect(chat, security=Security("11" * 32), secret=None) == ["CAP REQ batch"]


@pytest.mark.parametrize(
    "offer",
    [
        "draft/account-registration=before-connect",
        "draft/account-registration=custom-account-name obrolan.example/quiet",
        "obrolan.example/quiet sasl",
    ],
)
def test_a_server_that_keeps_no_quiet_accounts_has_a_guest(chat: Chat, offer: str) -> None:
    (request,) = begin(chat, offer=offer)
    chat.server(":srv CAP * ACK :" + request.removeprefix("CAP REQ ").removeprefix(":"))
    assert chat.sent() == ["CAP END"]


def test_where_no_secret_can_be_kept_we_stay_a_guest(chat: Chat) -> None:
    assert begin(chat, None) == ["CAP REQ batch"]


def test_a_numbered_guest_stays_one(chat: Chat) -> None:
    assert begin(chat, name="!!!") == ["CAP REQ batch"]


@pytest.mark.parametrize(
    "line",
    [
        "FAIL REGISTER TEMPORARILY_UNAVAILABLE Siti :Later",
        "FAIL REGISTER ACCOUNT_EXISTS Siti :It is somebody's",
        "REGISTER VERIFICATION_REQUIRED Siti :Read your mail",
    ],
)
def test_a_refused_registration_goes_on_as_a_guest(chat: Chat, line: str) -> None:
    begin(chat)
    chat.server(ACK)
    chat.sent()
    assert chat.server(":srv NOTICE * :wait", ":srv 903 * :what?", line) == []
    assert chat.sent() == ["CAP END"]
    only(LoggedIn, chat.server("FAIL REGISTER LATE :again", "AUTHENTICATE +", ":srv 904 * :x", ":srv 001 Siti :Hi"))
    assert chat.session.state is LinkState.ONLINE


def test_a_silent_registration_is_not_waited_for(chat: Chat) -> None:
    begin(chat)
    chat.server(ACK)
    chat.sent()
    chat.wait(PATIENCE_S - 1)
    assert chat.sent() == []
    chat.wait(1)
    assert chat.sent() == ["CAP END"]


def test_a_registration_whose_answer_was_lost_is_proved_at_the_next_connection(chat: Chat) -> None:
    chat.log_in()  # elsewhere first: a later login begins anew
    begin(chat)
    chat.server(ACK)
    secret = chat.sent()[0].removeprefix(REGISTER)
    chat.done(chat.session.connection_lost(""))
    chat.done(chat.session.login_as("Siti", secret=secret))
    connect(chat)
    chat.server(ACK)
    assert chat.sent() == ["AUTHENTICATE SCRAM-SHA-256"]


# --- later logins ---------------------------------------------------------------------------------


def test_a_name_in_use_by_ourselves_is_proved_and_taken_over(chat: Chat) -> None:
    begin(chat, SECRET)
    scram = Scram(chat)
    chat.server(":srv 433 * Siti :in use", ACK)
    scram.challenge()
    scram.derive()
    made = only(AccountMade, scram.accept())
    assert made.secret.startswith(SECRET + ":4096:")
    assert chat.sent() == ["NICK Siti", "CAP LIST"]
    chat.server(":srv CAP * LIST :batch sasl")
    assert chat.sent() == ["CAP END"]
    assert only(LoggedIn, chat.server(":srv 001 Siti :Hi")).nickname == "Siti"


def test_what_was_derived_once_is_not_derived_again(chat: Chat) -> None:
    begin(chat, SECRET)
    scram = Scram(chat)
    chat.server(ACK)
    scram.challenge()
    scram.derive()
    kept = only(AccountMade, scram.accept()).secret
    assert chat.sent() == ["CAP END"]
    begin(chat, kept)
    chat.server(ACK)
    scram.challenge()
    assert chat.derives == []
    assert [change for change in scram.accept() if isinstance(change, AccountMade)] == []
    assert chat.sent() == ["CAP END"]


def test_a_reconnection_proves_the_account_again(chat: Chat) -> None:
    begin(chat, SECRET)
    scram = Scram(chat)
    chat.server(ACK)
    scram.challenge()
    scram.derive()
    scram.accept()
    chat.server(":srv 001 Siti :Hi", ":Siti!u@h JOIN #lobby")
    chat.done(chat.session.connection_lost(""))
    chat.done(chat.session.retry_now())
    connect(chat)
    chat.server(":srv 433 * Siti :in use", ACK)
    scram.challenge()
    scram.accept()
    assert chat.sent() == ["NICK Siti", "CAP LIST"]


def test_a_secret_that_is_wrong_for_a_free_name_makes_the_account_anew(chat: Chat) -> None:
    begin(chat, SECRET)
    chat.server(ACK)
    scram = Scram(chat, "another")
    scram.challenge()
    scram.derive()
    assert chat.sent()[0].startswith("AUTHENTICATE ")
    chat.server(":srv 904 Siti :SASL authentication failed")
    (line,) = chat.sent()
    secret = line.removeprefix(REGISTER)
    assert secret not in {line, SECRET}
    assert only(AccountMade, chat.server("REGISTER SUCCESS Siti :ok")).secret == secret
    assert chat.sent() == ["CAP END"]


def test_a_secret_that_is_wrong_for_a_name_in_use_is_answered_with_another_name(chat: Chat) -> None:
    begin(chat, SECRET)
    chat.server(":srv 433 * Siti :in use", ACK)
    assert chat.sent() == ["AUTHENTICATE SCRAM-SHA-256"]
    chat.server(":srv 904 * :SASL authentication failed")
    assert chat.sent() == ["NICK Siti2", "CAP LIST"]
    changes = chat.server(":srv CAP * LIST :batch")
    assert only(LoginFailed, changes) == LoginFailed(Problem.NAME_TAKEN, "127.0.0.1", 8888, "Siti", suggestion="Siti2")
    chat.done(chat.session.login_as("Siti2", secret=""))
    assert chat.sent()[0] == "USER siti2 0 * Siti2"
    chat.done(chat.session.tick())
    chat.server("REGISTER SUCCESS Siti2 :ok")
    assert chat.sent()[-1] == "CAP END"


def test_another_name_of_ours_is_proved_on_the_same_connection(chat: Chat) -> None:
    begin(chat)
    chat.server(":srv 433 * Siti :in use", ACK, ":srv CAP * LIST :batch")
    chat.sent()
    chat.done(chat.session.login_as("Ani", secret=SECRET))
    assert chat.sent() == ["USER ani 0 * Ani", "NICK Ani", "CAP LIST"]
    chat.server(":srv 433 * Ani :in use", ":srv CAP * LIST :batch")
    assert chat.sent() == ["AUTHENTICATE SCRAM-SHA-256"]


def test_a_server_that_refuses_the_capability_is_asked_for_another_name(chat: Chat) -> None:
    begin(chat, SECRET)
    chat.server(":srv 433 * Siti :in use", ":srv CAP * NAK :batch sasl")
    assert chat.sent() == ["NICK Siti2", "CAP LIST"]


def test_a_server_without_our_mechanism_is_not_asked_for_it(chat: Chat) -> None:
    begin(chat, SECRET, offer="sasl=PLAIN")
    chat.server(":srv CAP * ACK :sasl")
    assert chat.sent() == ["CAP END"]


@pytest.mark.parametrize("offer", ["sasl", "sasl=EXTERNAL,SCRAM-SHA-256"])
def test_a_server_that_may_know_our_mechanism_is_asked_for_it(chat: Chat, offer: str) -> None:
    begin(chat, SECRET, offer=offer)
    chat.server(":srv CAP * ACK :sasl", ":srv CAP * ACK :batch")
    assert chat.sent() == ["AUTHENTICATE SCRAM-SHA-256"]
    chat.server("FAIL AUTHENTICATE TOO_MANY :Later")
    assert chat.sent() == ["CAP END"]


def test_a_server_that_does_not_know_the_secret_is_not_believed(chat: Chat) -> None:
    begin(chat, SECRET, offer="sasl")
    chat.server(":srv CAP * ACK :sasl")
    scram = Scram(chat)
    scram.challenge()
    scram.derive()
    scram.final()
    assert scram.say("v=AAAA") == []
    assert chat.sent() == ["AUTHENTICATE *", "CAP END"]


def test_a_success_without_a_proof_is_none(chat: Chat) -> None:
    begin(chat, SECRET, offer="sasl")
    chat.server(":srv CAP * ACK :sasl")
    assert chat.server(":srv 903 Siti :SASL authentication successful") == []
    assert chat.sent()[-1] == "CAP END"


def test_nonsense_in_place_of_an_answer_ends_the_attempt(chat: Chat) -> None:
    begin(chat, SECRET, offer="sasl")
    chat.server(":srv CAP * ACK :sasl", "AUTHENTICATE %%%")
    assert chat.sent()[-2:] == ["AUTHENTICATE *", "CAP END"]


def test_an_answer_in_chunks_is_put_together_up_to_a_bound(chat: Chat) -> None:
    begin(chat, SECRET, offer="sasl")
    chat.server(":srv CAP * ACK :sasl", "AUTHENTICATE +")
    chat.sent()
    chat.server("AUTHENTICATE " + "A" * 400)
    assert chat.sent() == []
    chat.server(*["AUTHENTICATE " + "A" * 400] * 4)
    assert chat.sent() == ["AUTHENTICATE *", "CAP END"]


def test_a_login_that_stands_still_is_given_up_for_a_guests(chat: Chat) -> None:
    begin(chat, SECRET, offer="sasl")
    chat.server(":srv CAP * ACK :sasl")
    scram = Scram(chat)
    scram.challenge()
    chat.wait(PATIENCE_S)
    assert chat.sent() == ["AUTHENTICATE *", "CAP END"]
    scram.derive()
    assert chat.sent() == []


def test_a_key_that_comes_too_late_is_of_no_use(chat: Chat) -> None:
    begin(chat, SECRET, offer="sasl")
    chat.server(":srv CAP * ACK :sasl")
    Scram(chat).challenge()
    chat.done(chat.session.cancel())
    assert chat.done(chat.session.derived(b"k" * 32)) == []
    assert chat.sent() == []


# --- whatever the server says -----------------------------------------------------------------------

WORDS = [
    f":srv CAP * LS :{OFFER}",
    ":srv CAP * LS :sasl",
    ACK,
    ":srv CAP * ACK :sasl",
    ":srv CAP * NAK :sasl",
    ":srv CAP * LIST :batch",
    ":srv 433 * Siti :in use",
    ":srv 433 * Siti2 :in use",
    "AUTHENTICATE +",
    "AUTHENTICATE cj14LHM9eCxpPTQwOTY=",
    "AUTHENTICATE " + "A" * 400,
    "AUTHENTICATE",
    "AUTHENTICATE %",
    ":srv 900 * * Siti :hello",
    ":srv 903 * :done",
    ":srv 904 * :no",
    ":srv 908 * PLAIN :no",
    "REGISTER SUCCESS Siti :ok",
    "REGISTER",
    "REGISTER VERIFICATION_REQUIRED Siti :mail",
    "FAIL REGISTER X :no",
    "FAIL AUTHENTICATE X :no",
    "FAIL REGISTER",
    "tick",
    "key",
    "agree",
]


@given(st.lists(st.sampled_from(WORDS), max_size=30), st.sampled_from(["", SECRET, f"{SECRET}:4096:00:00"]))
def test_no_order_of_answers_is_a_dead_end(words: list[str], secret: str) -> None:
    chat = Chat()
    chat.done(chat.session.login("127.0.0.1", 8888, "Siti", secret=secret))
    chat.done(chat.session.connected())
    for word in words:
        if word == "tick":
            chat.wait(6)
        elif word == "key":
            chat.done(chat.session.derived(b"k" * 32))
        elif word == "agree":
            chat.done(chat.session.login_as("Siti2", secret=secret))
        else:
            chat.server(word)
    registering = chat.session.state is LinkState.REGISTERING
    if registering:
        chat.server(":srv 001 Siti :Hi")
    else:
        chat.done(chat.session.login("127.0.0.1", 8888, "Siti", secret=secret))
    assert chat.session.state is (LinkState.ONLINE if registering else LinkState.CONNECTING)
