"""`chatd/owners.py`: whose server it is."""

from __future__ import annotations

import re

from chatd.owners import KIND, Owners, new_code


def test_a_code_is_three_groups_that_nobody_can_misread_and_never_the_same() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(re.fullmatch(r"[a-hjkmnp-z2-9]{4}(-[a-hjkmnp-z2-9]{4}){2}", code) for code in codes)


def test_a_code_fits_however_it_is_typed_and_only_once() -> None:
    owners = Owners((), "abcd-efgh-2345")
    assert owners.fits("abcd-efgh-2345")
    assert owners.fits("ABCDEFGH2345")
    assert not owners.fits("abcd-efgh-2346")
    kept = owners.claim("7", 10.5)
    assert (kept.kind, kept.key, kept.value) == (KIND, "7", '{"at": 10}')
    assert "7" in owners
    assert not owners.fits("abcd-efgh-2345")


def test_where_nothing_is_to_claim_nothing_fits() -> None:
    assert not Owners(("3",), "").fits("")


def test_an_account_that_is_no_more_owns_nothing() -> None:
    owners = Owners(("3",), "")
    assert [fact.value for fact in owners.forget("3")] == [""]
    assert "3" not in owners
    assert owners.forget("3") == ()
