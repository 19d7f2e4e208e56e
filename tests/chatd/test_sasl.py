"""`chatd/sasl.py`: chunks of AUTHENTICATE become messages, PLAIN is read."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.sasl import CHUNK_BYTES, Login, SaslError, TooLongError, chunks, read_plain


@given(st.binary(max_size=1200))
def test_what_was_cut_into_chunks_is_read_as_it_was(message: bytes) -> None:
    login = Login()
    *first, last = chunks(message)
    assert all(len(chunk) == CHUNK_BYTES and login.take(chunk) is None for chunk in first)
    assert len(last) < CHUNK_BYTES
    assert login.take(last) == message


@pytest.mark.parametrize("size", [0, 300, 600])
def test_a_message_that_ends_with_a_whole_chunk_is_followed_by_a_plus(size: int) -> None:
    assert chunks(bytes(size))[-1] == "+"


def test_a_chunk_or_a_message_that_is_too_long_is_refused() -> None:
    with pytest.raises(TooLongError):
        Login().take("a" * 401)
    login = Login()
    for _ in range(4):
        assert login.take("a" * 400) is None
    with pytest.raises(TooLongError):
        login.take("aaaa")


@pytest.mark.parametrize("chunk", ["a", "a!==", "é", "aGk=aGk="])
def test_what_is_no_base64_is_refused(chunk: str) -> None:
    with pytest.raises(SaslError):
        Login().take(chunk)


def test_an_ended_exchange_leaves_nothing_behind() -> None:
    login = Login()
    login.begin("PLAIN")
    login.take("a" * 400)
    login.end()
    assert login.mechanism == ""
    assert login.take(base64.b64encode(b"x").decode()) == b"x"


def test_plain_names_an_account_and_a_password() -> None:
    assert read_plain(b"\0ani\0rahasia") == ("ani", "rahasia")
    assert read_plain(b"ani\0ani\0rahasia") == ("ani", "rahasia")


@pytest.mark.parametrize("message", [b"", b"ani\0x", b"\0\0x", b"bela\0ani\0x", b"\0ani\0x\0y", b"\0\xff\0x"])
def test_other_messages_of_plain_are_refused(message: bytes) -> None:
    with pytest.raises(SaslError):
        read_plain(message)
