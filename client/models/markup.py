"""What the marks in a message mean: code blocks, quotes and lists line by line, **bold** and its like within a line.

A subset of Markdown as people type it in chats: no images, no HTML, no headings. Lone and unfinished marks stay as
they were typed, and so does all of a text that is too long, or where markdown-it is not installed. The blocks are
found here; what stands within a line is read by `markup_line`, which brings markdown-it and is loaded with the first
line that holds a mark, never at first paint. Plain Python.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, Flag, auto
from functools import cache, lru_cache

MOST_CHARACTERS = 10_000
MOST_SPANS = 200
"""What has more of either is shown as typed: nobody writes so, and laying it out would take long."""
_KEPT = 500
"""So many texts are remembered as read: those on screen are asked for at every selection."""

_ANY_MARK = re.compile(r"[*_~`\[]|\\>|^ *(?:>|-|\d{1,9}[.)]) ", re.MULTILINE)
_LINE_MARK = re.compile(r"[*_~`\[]|\\>")
_FENCE = re.compile(r" {0,3}(`{3,})[ ]*[\w+#.-]*[ ]*")
_QUOTE = re.compile(r" {0,3}> (?=.*\S)")
"""With a space: `>_<` and `>:(` are faces."""
_ITEM = re.compile(r"( *)(?:([-*])|(\d{1,9}[.)])) +(?=\S)")


class Style(Flag):
    """How a part of a text is written."""

    BOLD = auto()
    ITALIC = auto()
    STRIKE = auto()
    CODE = auto()
    LINK = auto()


@dataclass(frozen=True, slots=True)
class Span:
    """The characters `start` to `stop` of a piece are written so; a LINK leads to `url`."""

    start: int
    stop: int
    style: Style
    url: str = ""


class PieceKind(Enum):
    """What some lines of a message are."""

    TEXT = "text"
    QUOTE = "quote"
    ITEM = "item"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some lines of a message, without their marks."""

    kind: PieceKind
    text: str
    spans: tuple[Span, ...] = ()
    hang: int = 0
    """ITEM: so many characters stand in front of its words."""


Line = tuple[str, tuple[Span, ...]]
"""A line without its marks, and how its parts are written."""


@lru_cache(_KEPT)
def read(text: str) -> tuple[Piece, ...]:
    """A message in pieces, each a line or more; none for a text that is shown just as it was typed."""
    if len(text) > MOST_CHARACTERS or _ANY_MARK.search(text) is None:
        return ()
    read_line = _line_reader()
    if read_line is None:
        return ()
    pieces = _joined(_blocks(text.split("\n"), read_line))
    if sum(len(piece.spans) for piece in pieces) > MOST_SPANS or pieces == [Piece(PieceKind.TEXT, text)]:
        return ()
    return tuple(pieces)


def unmarked(text: str) -> str:
    """What is to be read of a text: without the marks."""
    return "\n".join(piece.text for piece in read(text)) or text


@cache
def _line_reader() -> Callable[[str], Line] | None:
    """What reads a line that holds marks; None where markdown-it is not installed."""
    try:
        from client.models.markup_line import read_line  # noqa: PLC0415 - 26 ms and 4.5 MB, see the module
    except ModuleNotFoundError:
        return None
    return read_line


def _blocks(lines: list[str], read_line: Callable[[str], Line]) -> list[Piece]:
    """Each line as a piece, but code as one."""
    pieces: list[Piece] = []
    unclosed = MOST_CHARACTERS
    """Fences of so many backticks have no end below."""
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        fence = _FENCE.fullmatch(line)
        if fence is not None and len(fence[1]) < unclosed:
            end = _fence_end(lines, number, len(fence[1]))
            if end > number:
                pieces.append(Piece(PieceKind.CODE, "\n".join(lines[number:end])))
                number = end + 1
                continue
            unclosed = len(fence[1]) if end < 0 else unclosed
        pieces.append(_line_piece(line, read_line))
    return pieces


def _fence_end(lines: list[str], start: int, length: int) -> int:
    """The line that ends the code which begins at `start`; -1 for none."""
    for number in range(start, len(lines)):
        bare = lines[number].strip(" ")
        if len(bare) >= length and not bare.strip("`"):
            return number
    return -1


def _line_piece(line: str, read_line: Callable[[str], Line]) -> Piece:
    kind, lead, rest = PieceKind.TEXT, "", line
    if quote := _QUOTE.match(line):
        kind, rest = PieceKind.QUOTE, line[quote.end() :]
    elif item := _ITEM.match(line):
        kind, rest = PieceKind.ITEM, line[item.end() :]
        lead = f"{item[1]}{'•' if item[2] else item[3]} "
    if _LINE_MARK.search(rest) is None:
        return Piece(kind, lead + rest, hang=len(lead))
    text, spans = read_line(rest)
    return Piece(kind, lead + text, _moved(spans, len(lead)), len(lead))


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Lines of text that follow one another are one piece, and so are those of a quote."""
    runs: list[list[Piece]] = []
    for piece in pieces:
        alike = bool(runs) and runs[-1][0].kind is piece.kind
        if alike and piece.kind in {PieceKind.TEXT, PieceKind.QUOTE}:
            runs[-1].append(piece)
        else:
            runs.append([piece])
    return [_one(run) for run in runs]


def _one(run: list[Piece]) -> Piece:
    if len(run) == 1:
        return run[0]
    spans: list[Span] = []
    at = 0
    for piece in run:
        spans += _moved(piece.spans, at)
        at += len(piece.text) + 1
    return Piece(run[0].kind, "\n".join(piece.text for piece in run), tuple(spans))


def _moved(spans: tuple[Span, ...], by: int) -> tuple[Span, ...]:
    return tuple(Span(span.start + by, span.stop + by, span.style, span.url) for span in spans) if by else spans
