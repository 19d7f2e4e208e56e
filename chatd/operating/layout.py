"""Columns for a terminal: as wide as it is, with what people wrote made safe. Pure; imports `protocol`."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence

from protocol import show_hidden

GAP = "  "
NARROWEST = 20
"""Cells that the last column of a text has at least."""


def cells(text: str) -> int:
    """How many cells of a terminal the text takes."""
    return sum(
        0 if unicodedata.combining(sign) else 1 + (unicodedata.east_asian_width(sign) in {"W", "F"}) for sign in text
    )


def cut(text: str, width: int) -> str:
    """The text, or as much of its beginning as fits with a `…` behind it."""
    if cells(text) <= width:
        return text
    while text and cells(text) > width - 1:
        text = text[:-1]
    return text + "…"


def wrapped(line: str, width: int) -> list[str]:
    """The line in as many as it takes, cut at spaces; addresses and names of files stay whole."""
    if cells(line) <= width:
        return [line]
    return textwrap.wrap(line, max(width, NARROWEST), break_long_words=False, break_on_hyphens=False) or [""]


def table(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """The rows with their columns below each other, each in one line; what does not fit is cut."""
    return [cut((front + last).rstrip(), width) for front, last in _padded(rows)]


def texts(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """The same for sentences in the last column: they go on in the next line, below their beginning."""
    lines = []
    for front, last in _padded(rows):
        indent = cells(front)
        first, *more = wrapped(last, max(width - indent, NARROWEST))
        lines += [(front + first).rstrip(), *(" " * indent + line for line in more)]
    return lines


def _padded(rows: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """All columns but the last, made equally wide, and the last."""
    safe = [[show_hidden(cell) for cell in row] for row in rows]
    widths = [max(map(cells, column)) for column in list(zip(*safe, strict=True))[:-1]]
    return [
        ("".join(cell + " " * (width - cells(cell)) + GAP for cell, width in zip(row, widths, strict=False)), row[-1])
        for row in safe
    ]
