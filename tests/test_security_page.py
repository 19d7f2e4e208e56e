"""docs/security.md names tests: they are there, and none of the forty-seven holes is forgotten."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "security.md").read_text("utf-8")


def named() -> list[tuple[str, str]]:
    """File and function of each test the page names; `::name` is of the file named before."""
    found, file = [], ""
    for before, test in re.findall(r"`([\w/]*\.py)?::(\w+)`", PAGE):
        file = before or file
        found.append((file, test))
    return found


def test_every_test_that_the_page_names_is_there() -> None:
    assert len(named()) > 50
    for file, test in named():
        path = TESTS / file
        path = path if path.exists() else TESTS / "end2end" / file
        assert f"def {test}(" in path.read_text("utf-8"), f"{file}::{test}"


def test_each_of_the_forty_seven_has_its_line() -> None:
    rows = re.findall(r"^\| (\d+)(?:-(\d+))? \|", PAGE, re.MULTILINE)
    numbers = [number for first, last in rows for number in range(int(first), int(last or first) + 1)]
    assert numbers == list(range(1, 48))
