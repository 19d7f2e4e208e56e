"""Guessed passwords (reliability S3): how many guesses of an hour are looked at, and that the owner gets in."""

from __future__ import annotations

import pytest

from chatd.rates import FAILURES, GUESSES, STRANGERS_GUESSES
from tests.chatd.commands.test_accounts import Server, commands, plain, stored

HOUR_S = 3600
GUESSED = 1000
HOME = "198.51.100.9"


def attacked(addresses: int, accounts: int) -> tuple[Server, int]:
    """A server after an hour in which so many addresses, in turn, guessed at so many accounts, in turn; how many of
    the guesses it looked at.
    """
    server = Server(*(stored(number, f"ani{number}", iterations=1) for number in range(1, accounts + 1)), iterations=1)
    looked_at = 0
    for number in range(GUESSED):
        stranger = server.connect(f"203.0.{number % addresses // 256}.{number % addresses % 256}")
        first, *_, last = server.ask(stranger, *plain(f"ani{number % accounts + 1}", f"guess-{number}"))
        assert last[0] == "904"
        looked_at += first == ["AUTHENTICATE", "+"] and "too many" not in last[-1]
        server.monotonic.advance(HOUR_S / GUESSED)
    return server, looked_at


@pytest.mark.parametrize(
    ("addresses", "accounts", "most"),
    [
        (1, 1, GUESSES[0] + STRANGERS_GUESSES[0]),
        (1, GUESSED, FAILURES[0] * HOUR_S / FAILURES[1]),
        (100, 1, GUESSES[0] + 100 * STRANGERS_GUESSES[0]),
        (100, GUESSED, GUESSED),  # one at each account: that is no more than its owner may mistype
    ],
)
def test_few_of_a_thousand_guesses_in_an_hour_are_looked_at_and_the_owner_can_log_in(
    addresses: int, accounts: int, most: float
) -> None:
    server, looked_at = attacked(addresses, accounts)
    print(f"{addresses} addresses, {accounts} accounts: {looked_at} of {GUESSED} guesses were looked at")
    assert 0 < looked_at <= most
    assert commands(server.ask(server.connect(HOME), *plain("ani1")))[-1] == "903"


def test_where_the_owner_has_logged_in_before_guesses_of_others_do_not_count() -> None:
    server = Server(stored(1, "ani", iterations=1))
    assert commands(server.ask(server.connect(HOME), *plain("ani")))[-1] == "903"
    for number in range(40):
        server.ask(server.connect(f"203.0.113.{number}"), *plain("ani", "guess"))
    (*_, last) = server.ask(server.connect("203.0.113.39"), *plain("ani", "guess"))
    assert last[-1] == "SASL authentication failed: too many tries for this account, wait a moment"
    for _ in range(FAILURES[0] - 1):
        assert server.ask(server.connect(HOME), *plain("ani", "mistyped"))[-1][-1] == "SASL authentication failed"
    assert commands(server.ask(server.connect(HOME), *plain("ani")))[-1] == "903"


@pytest.mark.parametrize("name", ["ani", "nobody"])
def test_an_account_that_is_not_there_has_the_same_limit(name: str) -> None:
    server = Server(stored(1, "ani", iterations=1), iterations=1)
    answers = [server.ask(server.connect(f"203.0.{n}.1"), *plain(name, "guess"))[-1][-1] for n in range(30)]
    assert set(answers) == {"SASL authentication failed"}
    again = [server.ask(server.connect(f"203.0.{n}.1"), *plain(name, "guess"))[-1][-1] for n in range(30)]
    assert sum("too many" in answer for answer in again) >= 10


def test_scram_and_nickserv_have_the_same_limit() -> None:
    server = Server(stored(1, "ani", iterations=1))
    for _ in range(GUESSES[0] + 1):
        server.ask(server.connect(), *plain("ani", "guess"))
        server.monotonic.advance(FAILURES[1] / FAILURES[0])
    (first, last) = server.ask(server.connect(), "AUTHENTICATE SCRAM-SHA-256", "AUTHENTICATE biwsbj1hbmkscj1y")
    assert (first[0], last[0]) == ("AUTHENTICATE", "904")
    assert "too many" in last[-1]
    server.monotonic.advance(FAILURES[1])
    assert "too many" in server.ask(server.enter("tamu"), "NS IDENTIFY ani guess")[-1][-1]
