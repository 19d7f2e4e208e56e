"""`chatd/scram.py` against the example of RFC 7677 and a client written from RFC 5802."""

from __future__ import annotations

import base64
import contextlib
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatd import scram
from chatd.scram import Exchange, ScramError, Verifier
from tests.scram import ScramClient

# RFC 7677, section 3
SALT = base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
CLIENT_NONCE, SERVER_NONCE = "rOprNGfwEbeRWgbNEkqO", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
FIRST = f"n,,n=user,r={CLIENT_NONCE}"
CHALLENGE = f"r={CLIENT_NONCE}{SERVER_NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
FINAL = f"c=biws,r={CLIENT_NONCE}{SERVER_NONCE},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
LAST = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


@pytest.fixture(scope="module")
def pencil() -> Verifier:
    return scram.make_verifier(b"pencil", 4096, SALT)


def begun(verifier: Verifier, first: str = FIRST) -> Exchange:
    exchange = Exchange(first.encode(), SERVER_NONCE)
    exchange.challenge(verifier)
    return exchange


def test_the_exchange_of_rfc_7677_to_the_letter(pencil: Verifier) -> None:
    exchange = Exchange(FIRST.encode(), SERVER_NONCE)
    assert exchange.name == "user"
    assert exchange.challenge(pencil).decode() == CHALLENGE
    assert exchange.final(FINAL.encode()).decode() == LAST


def test_our_own_client_of_the_tests_computes_the_same(pencil: Verifier) -> None:
    client = ScramClient("user", "pencil", CLIENT_NONCE)
    assert client.first == FIRST
    assert client.final(CHALLENGE) == FINAL
    assert client.proven(LAST)


@pytest.mark.parametrize("gs2", ["y,,", "n,a=user,"])
def test_a_client_may_know_channel_binding_and_may_name_itself_twice(pencil: Verifier, gs2: str) -> None:
    client = ScramClient("user", "pencil", gs2=gs2)
    exchange = Exchange(client.first.encode())
    assert client.proven(exchange.final(client.final(exchange.challenge(pencil).decode()).encode()).decode())


def test_a_name_may_hold_commas_and_equals_signs_written_out() -> None:
    assert Exchange(b"n,,n=a=2Cb=3Dc,r=x").name == "a,b=c"


@pytest.mark.parametrize(
    "first",
    [
        "",
        "p=tls-unique,,n=user,r=x",
        "n,a=other,n=user,r=x",
        "n,,n=,r=x",
        "n,,n=us=er,r=x",
        "n,,n=user",
        "n,,n=user,r=",
        "n,,n=user,r=a b",
        "n,,m=ext,n=user,r=x",
        "n=user,r=x",
    ],
)
def test_a_first_message_that_breaks_the_rules_is_refused(first: str) -> None:
    with pytest.raises(ScramError):
        Exchange(first.encode())


@pytest.mark.parametrize(
    "final",
    [
        "",
        FINAL.replace("dHzb", "dHzc"),
        FINAL.replace("c=biws", "c=eSws"),
        FINAL.replace("c=biws", "c=b"),
        FINAL.replace("k0,p", "k1,p"),
        FINAL.replace(SERVER_NONCE, ""),
        FINAL[: FINAL.index("p=")] + "p=",
        FINAL[: FINAL.index("p=")] + "p=AAAA",
        FINAL[: FINAL.index(",p=")],
    ],
)
def test_a_final_message_that_does_not_prove_the_password_is_refused(pencil: Verifier, final: str) -> None:
    with pytest.raises(ScramError):
        begun(pencil).final(final.encode())


def test_a_proof_is_worth_nothing_in_another_exchange(pencil: Verifier) -> None:
    exchange = Exchange(FIRST.encode())
    exchange.challenge(pencil)
    with pytest.raises(ScramError):
        exchange.final(FINAL.encode())


def test_a_final_message_before_the_challenge_is_refused() -> None:
    with pytest.raises(ScramError):
        Exchange(FIRST.encode(), SERVER_NONCE).final(FINAL.encode())


@given(st.binary(max_size=80), st.binary(max_size=120))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused_in_one_way(first: bytes, final: bytes) -> None:
    verifier = Verifier(b"salt", 4096, bytes(32), bytes(32))
    steps = (lambda: Exchange(b"n,,n=" + first), lambda: begun(verifier).final(final), lambda: Exchange(first))
    for step in steps:
        with contextlib.suppress(ScramError):
            step()


def test_a_verifier_is_salted_and_knows_its_password(pencil: Verifier) -> None:
    other = scram.make_verifier(b"pencil", 4096)
    assert other.salt != pencil.salt
    assert other.stored_key != pencil.stored_key
    assert scram.password_fits(other, b"pencil")
    assert not scram.password_fits(other, b"Pencil")
    assert len(other.salt) == scram.SALT_BYTES


def test_no_password_is_kept_in_a_verifier(pencil: Verifier) -> None:
    salted = hashlib.pbkdf2_hmac("sha256", b"pencil", SALT, 4096)
    assert b"pencil" not in pencil.stored_key + pencil.server_key
    assert salted not in (pencil.stored_key, pencil.server_key)


def test_an_account_that_does_not_exist_looks_the_same_each_time_and_no_password_fits_it() -> None:
    one, again = (scram.dummy_verifier(b"secret", "siti", 4096) for _ in range(2))
    assert one == again
    assert one.salt != scram.dummy_verifier(b"secret", "budi", 4096).salt
    assert one.salt != scram.dummy_verifier(b"another", "siti", 4096).salt
    assert (len(one.salt), one.iterations) == (scram.SALT_BYTES, 4096)
    assert not scram.password_fits(one, b"pencil")


@pytest.mark.parametrize(
    ("typed", "hashed"),
    [
        ("pencil", "pencil"),
        ("I\u00adX", "IX"),  # RFC 4013, section 3
        ("\u00aa", "a"),
        ("\u2168", "IX"),
        ("a\u00a0b", "a b"),
        ("rahasia 🙂", "rahasia 🙂"),
        ("é", "é"),
    ],
)
def test_a_password_is_prepared_as_saslprep_does(typed: str, hashed: str) -> None:
    assert scram.prepare(typed) == hashed.encode()


@pytest.mark.parametrize("typed", ["", "\u00ad", "a\x07b", "x" * 513, "é" * 257, "\ud800"])
def test_what_cannot_be_a_password_is_refused_before_it_is_hashed(typed: str) -> None:
    with pytest.raises(ScramError):
        scram.prepare(typed)


def test_a_verifier_is_written_as_text_and_read_again() -> None:
    verifier = scram.make_verifier(b"rahasia", 4096)
    text = scram.as_text(verifier)
    assert text.startswith("SCRAM-SHA-256$4096:")
    assert scram.from_text(text) == verifier


@pytest.mark.parametrize(
    "text", ["rahasia", "", "SCRAM-SHA-256$", "SCRAM-SHA-256$4096:YQ==$YQ==:YQ==", "SCRAM-SHA-256$0:YQ==$YQ==:YQ=="]
)
def test_what_is_no_verifier_is_a_secret_itself(text: str) -> None:
    assert scram.from_text(text) is None
    assert scram.secret_fits(text, text)
    assert not scram.secret_fits(text, text + "x")


def test_a_secret_that_is_kept_as_a_verifier_fits_its_password_alone() -> None:
    text = scram.as_text(scram.make_verifier(b"rahasia", 4096))
    assert scram.secret_fits(text, "rahasia")
    assert not scram.secret_fits(text, text)
    assert not scram.secret_fits(text, "\x00")
