"""SCRAM-SHA-256 by the example of RFC 7677, and what a client must not accept."""

from __future__ import annotations

import hashlib

import pytest

from client.core.sasl import CHUNK, Scram, ScramError, Secret, chunks, decoded

NONCE = "rOprNGfwEbeRWgbNEkqO"
SERVER_NONCE = NONCE + "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
SERVER_FIRST = f"r={SERVER_NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"


def challenged() -> tuple[Scram, bytes]:
    """The exchange of RFC 7677 after the server's first answer, and the key of its password."""
    scram = Scram("user", NONCE)
    scram.challenge(SERVER_FIRST)
    return scram, hashlib.pbkdf2_hmac("sha256", b"pencil", scram.salt, scram.iterations)


def test_the_example_of_the_standard_comes_out_to_the_letter() -> None:
    scram, key = challenged()
    assert scram.first() == f"n,,n=user,r={NONCE}"
    assert scram.proof(key) == f"c=biws,r={SERVER_NONCE},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    assert scram.is_signed_by_server("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")


@pytest.mark.parametrize(
    "text", ["v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "e=invalid-proof", "", "v=", "v=!", "v=é"]
)
def test_a_server_that_does_not_know_us_is_found_out(text: str) -> None:
    scram, key = challenged()
    scram.proof(key)
    assert not scram.is_signed_by_server(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"r={NONCE},s=W22Z,i=4096",
        "r=other,s=W22Z,i=4096",
        f"r={SERVER_NONCE},s=,i=4096",
        f"r={SERVER_NONCE},s=!,i=4096",
        f"r={SERVER_NONCE},s=W22Z,i=4095",
        f"r={SERVER_NONCE},s=W22Z,i=10000001",
        f"r={SERVER_NONCE},s=W22Z,i=999999999",
        f"r={SERVER_NONCE},s=W22Z,i=",
        f"r={SERVER_NONCE},s=W22Z,i=٤٠٩٦",
        f"m=ext,{SERVER_FIRST}",
    ],
)
def test_what_is_no_scram_or_too_cheap_or_too_dear_is_refused(text: str) -> None:
    with pytest.raises(ScramError):
        Scram("user", NONCE).challenge(text)


def test_signs_of_the_grammar_in_a_name_are_written_out() -> None:
    assert Scram("a=b,c", "x").first() == "n,,n=a=3Db=2Cc,r=x"


def test_a_text_is_cut_into_chunks_of_which_the_last_is_short() -> None:
    assert chunks("") == ["+"]
    assert chunks("abc") == ["YWJj"]
    assert [len(chunk) for chunk in chunks("x" * 300)] == [CHUNK, 1]
    assert [len(chunk) for chunk in chunks("x" * 301)] == [CHUNK, 4]
    assert decoded("".join(chunks("x" * 301))) == "x" * 301


@pytest.mark.parametrize("text", ["%%%", "/w==", "é"])
def test_an_answer_that_is_no_text_is_refused(text: str) -> None:
    with pytest.raises(ScramError):
        decoded(text)


def test_a_secret_keeps_what_was_derived_of_it_for_one_salt() -> None:
    secret = Secret("geheim", b"salt", 4096, b"k" * 32)
    assert Secret.read(str(secret)) == secret
    assert secret.fits(b"salt", 4096)
    assert not secret.fits(b"salt", 4097)
    assert not secret.fits(b"other", 4096)


@pytest.mark.parametrize("text", ["geheim", "geheim:", "geheim:x:00:00", "geheim:1:zz:00", "geheim:1:2"])
def test_a_secret_without_a_readable_key_is_its_password(text: str) -> None:
    secret = Secret.read(text)
    assert secret == Secret("geheim")
    assert str(secret) == "geheim"
    assert not secret.fits(b"", 0)
