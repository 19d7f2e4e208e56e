"""`chatd/roster.py`: the names of a channel in pieces that fit a line."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from chatd.roster import STEP, Roster, room

WORDS = st.lists(st.text("@ani佐", min_size=1, max_size=12), max_size=60)


def filled(space: int, words: list[str]) -> Roster:
    roster = Roster(space)
    for word in words:
        roster.add(word)
    return roster


@given(WORDS, st.integers(8, 60))
def test_each_name_stands_in_a_piece_once_in_order_and_a_piece_is_as_full_as_it_can_be(
    words: list[str], space: int
) -> None:
    roster = filled(space, words)
    pieces = roster.pieces()
    assert [word for piece in pieces for word in piece.split(" ")] == words
    assert roster.size == len(words)
    assert all(len(piece.encode()) <= space or " " not in piece for piece in pieces)
    for piece, following in itertools.pairwise(pieces):
        assert len(f"{piece} {following.split(' ')[0]}".encode()) > space


def test_what_is_added_later_changes_nothing_in_what_was_given_out() -> None:
    roster = filled(10, ["ani", "bela"])
    before = roster.pieces()
    roster.add("citra")
    assert (before, roster.pieces()) == (["ani bela"], ["ani bela", "citra"])


def test_pieces_that_are_full_are_shared() -> None:
    roster = filled(10, ["ani", "bela", "citra"])
    assert roster.pieces()[0] is roster.pieces()[0]


def test_lines_of_similar_room_find_the_same_roster_and_never_one_that_is_too_long() -> None:
    assert {room(left) for left in range(400, 400 + STEP)} == {400}
    assert room(0) > 0
