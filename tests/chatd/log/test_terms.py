"""What people type into a search box."""

from __future__ import annotations

from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.log.terms import Terms, parse_terms

JAKARTA = timezone(timedelta(hours=7))


def test_words_stay_words() -> None:
    assert parse_terms("  tugas   besok ") == Terms("tugas besok")


def test_every_filter_is_taken_out_of_the_text() -> None:
    typed = 'from:siti in:#lab before:2026-10-01 after:2026-09-01 has:link "kata persis" kata'
    assert parse_terms(typed, JAKARTA) == Terms(
        '"kata persis" kata',
        nickname="siti",
        channel="#lab",
        before="2026-09-30T17:00:00.000Z",
        after="2026-08-31T17:00:00.000Z",
        has_link=True,
    )


def test_a_filter_may_be_written_in_capitals_and_a_name_with_an_at_sign() -> None:
    assert parse_terms("From:@Siti HAS:links") == Terms(nickname="Siti", has_link=True)


def test_the_last_of_two_equal_filters_counts() -> None:
    assert parse_terms("from:siti from:budi").nickname == "budi"


def test_a_moment_may_be_told_to_the_minute_or_with_its_zone() -> None:
    assert parse_terms("before:2026-10-01T10:30", JAKARTA).before == "2026-10-01T03:30:00.000Z"
    assert parse_terms("after:2026-10-01T10:30:00.500Z", JAKARTA).after == "2026-10-01T10:30:00.500Z"


@pytest.mark.parametrize("typed", ["before:besok", "after:2026-13-01", "before:0001-01-01T00:00+14:00", "has:cats"])
def test_a_filter_that_cannot_be_read_stays_a_word(typed: str) -> None:
    assert parse_terms(typed) == Terms(typed)


@pytest.mark.parametrize("typed", ["from:", "http://example.org", "https://example.org/in:x", '"from:siti"'])
def test_what_only_looks_like_a_filter_stays_a_word(typed: str) -> None:
    assert parse_terms(typed) == Terms(typed)


def test_a_quote_that_nobody_ended_goes_to_the_end() -> None:
    assert parse_terms('from:siti "kata persis') == Terms('"kata persis', nickname="siti")


@given(st.text())
def test_no_text_is_refused(typed: str) -> None:
    parse_terms(typed, JAKARTA)
