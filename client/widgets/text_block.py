"""A wrapped piece of text with colour emoji, links and styles: laid out once, drawn and hit-tested often.

Plain text only: what stands in it is never read as HTML; what is bold or a link by marks comes as spans
(`client/models/markup.py`). Positions are UTF-16 units, as Qt counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from PyQt5.QtCore import QPointF, Qt
from PyQt5.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QTextCharFormat,
    QTextFormat,
    QTextLayout,
    QTextLine,
    QTextOption,
)

from client.models.markup import Span, Style
from client.widgets.spans import (
    Link,
    drawn_positions,
    drawn_text,
    emoji_runs,
    links,
    reads_right_to_left,
    utf16_length,
    utf16_slice,
)

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How a block is written; `pitch` is the least height of a line in pixels."""

    font: QFont
    emoji_font: QFont
    colour: str
    link_colour: str
    pitch: int
    code_font: QFont | None = None
    """For code within a line, on `code_ground`."""
    code_ground: str = ""


@dataclass(frozen=True, slots=True)
class Marked:
    """What marks make of a text."""

    spans: tuple[Span, ...] = ()
    hang: int = 0
    """Later lines begin below what stands behind so many characters (the sign of a list)."""
    wraps: bool = True
    """False for code: its lines go on beyond the width."""


@dataclass(frozen=True, slots=True)
class Lead:
    """The first `length` characters (a name in an action) in another font and colour."""

    length: int
    font: QFont
    colour: str


class TextBlock:
    """One text in a column of `width` pixels; a text that runs right to left lies at the right."""

    __slots__ = ("_layout", "_links", "_wraps", "height", "last_width", "right_to_left", "text", "width", "widest")

    def __init__(
        self, text: str, style: TextStyle, width: int, lead: Lead | None = None, marked: Marked | None = None
    ) -> None:
        marked = marked or Marked()
        self.text = drawn_text(text)
        """As laid out; all positions are positions in it."""
        self.width = width
        self._wraps = marked.wraps
        spans = _placed(text, marked.spans)
        self._links = _links(self.text, spans) if marked.wraps else []
        self.right_to_left = reads_right_to_left(self.text)
        self._layout = QTextLayout(self.text, style.font)
        self._layout.setCacheEnabled(True)
        option = QTextOption(Qt.AlignRight if self.right_to_left else Qt.AlignLeft)
        option.setTextDirection(Qt.RightToLeft if self.right_to_left else Qt.LeftToRight)
        option.setWrapMode(QTextOption.WrapAtWordBoundaryOrAnywhere if marked.wraps else QTextOption.ManualWrap)
        self._layout.setTextOption(option)
        formats = self._formats(style, lead, spans)
        if formats:
            self._layout.setFormats(formats)
        hang = math.ceil(QFontMetricsF(style.font).horizontalAdvance(self.text[: marked.hang])) if marked.hang else 0
        self.height, self.last_width, self.widest = self._break_lines(style.pitch, width, min(hang, width // 2))

    def _break_lines(self, pitch: int, width: int, hang: int) -> tuple[int, int, int]:
        layout, y, x, last, widest = self._layout, 0, 0, 0.0, 0.0
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width - x)
            if not self._wraps and line.naturalTextWidth() > width:  # Qt finds places only within a line's width
                line.setLineWidth(math.ceil(line.naturalTextWidth()) + 1)
            height = line.height()
            step = max(pitch, math.ceil(height))
            line.setPosition(QPointF(0 if self.right_to_left else x, y + (step - height) / 2))
            last = line.naturalTextWidth() + x
            widest = max(widest, last)
            y += step
            x = hang
        layout.endLayout()
        return max(y, pitch), math.ceil(last), math.ceil(widest)

    def _formats(self, style: TextStyle, lead: Lead | None, spans: Sequence[Span]) -> list[QTextLayout.FormatRange]:
        formats = []
        if lead is not None:
            formats.append(_range(0, self._to_utf16(lead.length), _format(lead.font, lead.colour)))
        formats += [_range(span.start, span.stop, _span_format(span.style, style)) for span in spans if not span.url]
        for start, stop, _link in self._links:
            drawn = _format(None, style.link_colour)
            drawn.setFontUnderline(True)
            formats.append(_range(start, stop, drawn))
        for start, stop in emoji_runs(self.text):
            formats.append(_range(self._to_utf16(start), self._to_utf16(stop), _emoji_format(style.emoji_font)))
        return formats

    def _to_utf16(self, position: int) -> int:
        return utf16_length(self.text[:position])

    # --- drawing ------------------------------------------------------------------------------

    def draw(self, painter: QPainter, at: QPointF, selected: tuple[int, int] | None, fill: str, ink: str) -> None:
        """Draw with the painter's pen; the positions `selected` in `ink` on `fill`."""
        chosen = []
        if selected is not None:
            drawn = QTextCharFormat()
            drawn.setBackground(QColor(fill))
            drawn.setForeground(QColor(ink))
            found = QTextLayout.FormatRange()
            found.start, found.length, found.format = selected[0], selected[1] - selected[0], drawn
            chosen.append(found)
        self._layout.draw(painter, at, chosen)

    # --- hit tests, in coordinates of the block -----------------------------------------------

    @property
    def urls(self) -> list[str]:
        """Where its links lead, each once."""
        return list(dict.fromkeys(link.url for _, _, link in sorted(self._links, key=lambda found: found[0])))

    @property
    def length(self) -> int:
        """The last position."""
        return utf16_length(self.text)

    def position_at(self, x: float, y: float) -> int:
        """The position nearest to a point."""
        line = self._line_at(y)
        return 0 if line is None else int(line.xToCursor(x, QTextLine.CursorBetweenCharacters))

    def link_at(self, x: float, y: float) -> Link | None:
        """The link drawn at a point."""
        line = self._line_at(y)
        if not self._links or line is None or not line.naturalTextRect().contains(x, y):
            return None
        position = int(line.xToCursor(x, QTextLine.CursorOnCharacter))
        return next((link for start, stop, link in self._links if start <= position < stop), None)

    def has_text_at(self, x: float, y: float) -> bool:
        """Whether the point lies on a line of text (with a little room at its end)."""
        line = self._line_at(y)
        if line is None or not 0 <= y < self.height:
            return False
        return line.naturalTextRect().adjusted(-4, -9, 9, 9).contains(x, y)

    def word_at(self, position: int) -> tuple[int, int]:
        """The word around a position; the one character there when it is no word."""
        where = len(self.part(0, position))
        for match in _WORD.finditer(self.text):
            if match.start() <= where <= match.end():
                return self._to_utf16(match.start()), self._to_utf16(match.end())
        start = min(where, max(0, len(self.text) - 1))
        return self._to_utf16(start), self._to_utf16(start + 1)

    def part(self, start: int, stop: int) -> str:
        """The text between two positions."""
        return utf16_slice(self.text, start, stop)

    def lines(self) -> Sequence[QTextLine]:
        """The lines, for tests."""
        return [self._layout.lineAt(number) for number in range(self._layout.lineCount())]

    def _line_at(self, y: float) -> QTextLine | None:
        count = self._layout.lineCount()
        for number in range(count):
            line = self._layout.lineAt(number)
            if y < line.y() + line.height() or number == count - 1:
                return line
        return None


def _placed(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans of a text by UTF-16 positions of what is drawn of it."""
    if not spans:
        return []
    at = drawn_positions(text, {place for span in spans for place in (span.start, span.stop)})
    return [Span(at[span.start], at[span.stop], span.style, span.url) for span in spans]


def _links(text: str, spans: Sequence[Span]) -> list[tuple[int, int, Link]]:
    """From where to where links stand: those made by marks, and the addresses outside of them and of code."""
    found = [(span.start, span.stop, Link(span.start, span.stop, span.url)) for span in spans if span.url]
    taken = [(span.start, span.stop) for span in spans if span.url or span.style & Style.CODE]
    for link in links(text):
        start, stop = utf16_length(text[: link.start]), utf16_length(text[: link.stop])
        if not any(start < end and begin < stop for begin, end in taken):
            found.append((start, stop, link))
    return found


def _range(start: int, stop: int, drawn: QTextCharFormat) -> QTextLayout.FormatRange:
    found = QTextLayout.FormatRange()
    found.start, found.length, found.format = start, stop - start, drawn
    return found


def _span_format(style: Style, block: TextStyle) -> QTextCharFormat:
    drawn = QTextCharFormat()
    if style & Style.BOLD:
        drawn.setFontWeight(QFont.Bold)
    if style & Style.ITALIC:
        drawn.setFontItalic(True)
    if style & Style.STRIKE:
        drawn.setFontStrikeOut(True)
    if style & Style.CODE and block.code_font is not None:
        drawn.setFontFamilies([block.code_font.family()])
        drawn.setProperty(QTextFormat.FontPixelSize, block.code_font.pixelSize())
        drawn.setBackground(QColor(block.code_ground))
    return drawn


def _format(font: QFont | None, colour: str) -> QTextCharFormat:
    drawn = QTextCharFormat()
    if font is not None:
        drawn.setFont(font)
    drawn.setForeground(QColor(colour))
    return drawn


def _emoji_format(font: QFont) -> QTextCharFormat:
    """Families, not family: the text's own families would win over a family, and draw a heart in black."""
    drawn = QTextCharFormat()
    drawn.setFontFamilies([font.family()])
    drawn.setProperty(QTextFormat.FontPixelSize, font.pixelSize())
    return drawn
