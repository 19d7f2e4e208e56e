"""`chatd/commands/accounts.py`: whatever is sent in whatever order, only the right password logs in."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatd.sasl import chunks
from tests.chatd.commands.test_accounts import Server, commands, plain, stored
from tests.scram import ScramClient

ANI = stored(3, "ani")

FIRST = chunks(ScramClient("ani", "rahasia").first.encode())[0]
LINES = [
    "NICK ani",
    "NICK budi",
    "NICK ani_",
    "USER u 0 * :Name",
    "CAP LS 302",
    "CAP REQ sasl",
    "CAP REQ -sasl",
    "CAP REQ :batch obrolan.example/retry",
    "CAP END",
    "PASS x",
    "AUTHENTICATE PLAIN",
    "AUTHENTICATE SCRAM-SHA-256",
    "AUTHENTICATE *",
    "AUTHENTICATE +",
    "AUTHENTICATE " + "A" * 400,
    f"AUTHENTICATE {FIRST}",
    plain("ani", "wrong one")[1],
    plain("ani", "")[1],
    plain("", "rahasia")[1],
    "REGISTER * * rahasia1",
    "REGISTER ani * rahasia1",
    "VERIFY ani 1",
    "JOIN #x",
    "QUIT",
]
"""No line with the right password: it is `RIGHT`."""
RIGHT = plain("ani")[1]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(LINES), max_size=25))
def test_without_the_password_nobody_becomes_ani(lines: list[str]) -> None:
    server = Server(ANI)
    who = server.connect("127.0.0.1")
    answers = server.ask(who, *lines)
    assert who.person.owner != "3"
    assert who.person.account in ("", "budi", "ani_")
    assert ["900", "*", "ani"] not in [[answer[0], answer[1], answer[3:4]] for answer in answers]
    assert not (who.registered and who.nickname == "ani")
    assert commands(answers).count("001") <= 1


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*LINES, RIGHT]), max_size=25))
def test_only_the_right_message_at_its_place_logs_in(lines: list[str]) -> None:
    server = Server(ANI)
    who = server.connect("127.0.0.1")
    at_its_place = False
    for line in lines:
        answers = server.ask(who, line)
        if "903" in commands(answers):
            assert line == RIGHT
            at_its_place = True
        elif "901" in commands(answers):
            at_its_place = False
        assert (who.person.owner == "3") is at_its_place
        if who.registered and who.nickname == "ani":
            assert at_its_place


@pytest.mark.parametrize(
    "spoilt", ["AUTHENTICATE AAAA", "AUTHENTICATE !!!", "AUTHENTICATE " + "A" * 401, "AUTHENTICATE *"]
)
def test_an_exchange_that_failed_is_over_and_what_would_go_on_with_it_is_not_heard(spoilt: str) -> None:
    server = Server(ANI)
    who = server.connect("127.0.0.1")
    assert commands(server.ask(who, "AUTHENTICATE PLAIN", spoilt, RIGHT))[2:] == ["908", "904"]
    assert who.person.account == ""


def test_a_challenge_can_be_answered_once_only() -> None:
    server = Server(ANI)
    who = server.connect("127.0.0.1")
    wrong = chunks(b"c=biws,r=x,p=AAAA")[0]
    server.ask(who, "AUTHENTICATE SCRAM-SHA-256", f"AUTHENTICATE {FIRST}")
    assert commands(server.ask(who, f"AUTHENTICATE {wrong}", f"AUTHENTICATE {wrong}")) == ["904", "908", "904"]


@pytest.mark.parametrize("setting", [4096, 8192])
def test_a_wrong_password_costs_as_much_as_an_account_that_does_not_exist(
    monkeypatch: pytest.MonkeyPatch, setting: int
) -> None:
    """Rounds of hashing, not seconds: what a clock would measure is these (reliability, item 25)."""
    server = Server(stored(3, "ani", iterations=setting), iterations=setting)
    rounds: list[int] = []
    real = hashlib.pbkdf2_hmac

    def counted(name: str, password: bytes, salt: bytes, iterations: int) -> bytes:
        rounds.append(iterations)
        return real(name, password, salt, iterations)

    monkeypatch.setattr(hashlib, "pbkdf2_hmac", counted)
    for name in ("ani", "nobody"):
        assert commands(server.ask(server.connect(), *plain(name, "wrong one")))[-1] == "904"
    assert rounds == [setting, setting]
