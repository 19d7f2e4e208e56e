"""`checkwords.py`: words that can be read aloud, the same on both sides and for ever."""

from __future__ import annotations

import hashlib

import checkwords

WORDS_OF_ONE = ("intan", "bayam", "melati", "dingin")


def test_there_are_256_words_short_and_all_different() -> None:
    assert len(checkwords.WORDS) == len(set(checkwords.WORDS)) == 256
    assert all(3 <= len(word) <= 8 and word.isascii() and word.islower() for word in checkwords.WORDS)


def test_the_words_of_a_certificate_never_change() -> None:
    assert checkwords.words_of(b"a certificate") == checkwords.words_of_fingerprint(
        hashlib.sha256(b"a certificate").digest()
    )
    assert checkwords.words_of(b"a certificate") == WORDS_OF_ONE, "people have written these down"


def test_another_certificate_has_other_words() -> None:
    assert len({checkwords.words_of(bytes([number])) for number in range(50)}) == 50
