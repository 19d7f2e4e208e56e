"""`chatd/marks.py`: up to where people have read."""

from __future__ import annotations

from chatd.marks import CONVERSATIONS, LEFT, ReadMarks
from chatd.person import Person

EARLY, LATE = "2026-01-04T14:33:26.123Z", "2026-01-05T14:33:26.123Z"


def guest() -> Person:
    return Person(1)


def owner(number: str = "5") -> Person:
    person = Person(2)
    person.account, person.owner = "ani", number
    return person


def test_a_mark_only_rises() -> None:
    for person in (guest(), owner()):
        marks = ReadMarks()
        assert marks.get(person, "#x") == ""
        assert marks.rise(person, "#x", EARLY)
        assert not marks.rise(person, "#x", EARLY)
        assert marks.rise(person, "#x", LATE)
        assert not marks.rise(person, "#x", EARLY)
        assert marks.get(person, "#x") == LATE


def test_what_was_kept_is_known_from_the_start() -> None:
    marks = ReadMarks({"5": {"#x": EARLY}})
    assert marks.get(owner(), "#x") == EARLY
    assert marks.get(owner("6"), "#x") == marks.get(guest(), "#x") == ""


def test_marks_of_one_guest_are_not_those_of_another() -> None:
    marks, one, other = ReadMarks(), guest(), guest()
    marks.rise(one, "#x", EARLY)
    assert marks.get(other, "#x") == ""


def test_a_mark_that_could_not_be_kept_falls_unless_it_has_risen_since() -> None:
    for person in (guest(), owner()):
        marks = ReadMarks()
        marks.rise(person, "#x", EARLY)
        marks.rise(person, "#x", LATE)
        marks.fall(person, "#x", EARLY, "")
        assert marks.get(person, "#x") == LATE
        marks.fall(person, "#x", LATE, EARLY)
        assert marks.get(person, "#x") == EARLY


def test_the_marks_of_one_owner_are_bounded_and_the_oldest_goes_first() -> None:
    marks, person = ReadMarks(), owner()
    for number in range(CONVERSATIONS):
        marks.rise(person, f"#{number}", EARLY)
    marks.rise(person, "#0", LATE)
    marks.rise(person, "#new", EARLY)
    assert marks.get(person, "#0") == LATE
    assert marks.get(person, "#1") == ""


def test_when_an_account_was_here_last_is_no_read_mark() -> None:
    marks = ReadMarks({"5": {"#x": EARLY, LEFT: LATE}})
    assert marks.last_here("5") == LATE
    assert marks.last_here("6") == ""
    assert marks.get(owner(), LEFT) == ""
    marks.leave("5", EARLY)  # the clock was set back: what is said from now on has earlier times, too
    assert marks.last_here("5") == EARLY
    marks.forget("5")
    assert marks.last_here("5") == ""
