"""`tools/matrix.py`: everything the server speaks has a test or a reason, and docs/protocol.md shows which."""

from __future__ import annotations

from tools import matrix


def things() -> set[str]:
    return {thing for _, found in matrix.kinds() for thing in found}


def test_everything_there_is_has_a_test_or_a_reason() -> None:
    assert things() - matrix.marks().keys() - matrix.REASONS.keys() == set()


def test_no_mark_is_about_something_that_is_not_there() -> None:
    assert matrix.marks().keys() - things() == set()


def test_no_reason_is_given_for_what_is_there_and_tried() -> None:
    assert matrix.REASONS.keys() & matrix.marks().keys() == set()


def test_the_page_shows_the_matrix_as_it_is() -> None:
    page = matrix.PAGE.read_text(encoding="utf-8")
    assert page == matrix.renewed(page), "run python3 -m tools.matrix"
