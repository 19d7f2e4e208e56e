"""A wrapped piece of text with colour emoji and links: laid out once, drawn and hit-tested often.

Plain text only: what stands in it is never read as HTML. Positions are UTF-16 units, as Qt counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from PyQt5.QtCore import QPointF, Qt
from PyQt5.QtGui import QColor, QFont, QPainter, QTextCharFormat, QTextFormat, QTextLayout, QTextLine, QTextOption

from client.widgets.spans import Link, drawn_text, emoji_runs, links, reads_right_to_left, utf16_length, utf16_slice

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How a block is written; `pitch` is the least height of a line in pixels."""

    font: QFont
    emoji_font: QFont
    colour: str
    link_colour: str
    pitch: int


@dataclass(frozen=True, slots=True)
class Lead:
    """The first `length` characters (a name in an action) in another font and colour."""

    length: int
    font: QFont
    colour: str


class TextBlock:
    """One text in a column of `width` pixels; a text that runs right to left lies at the right."""

    __slots__ = ("_layout", "height", "last_width", "links", "right_to_left", "text", "width")

    def __init__(self, text: str, style: TextStyle, width: int, lead: Lead | None = None) -> None:
        self.text = drawn_text(text)
        """As laid out; all positions are positions in it."""
        self.width = width
        self.links = links(self.text)
        self.right_to_left = reads_right_to_left(self.text)
        self._layout = QTextLayout(self.text, style.font)
        self._layout.setCacheEnabled(True)
        option = QTextOption(Qt.AlignRight if self.right_to_left else Qt.AlignLeft)
        option.setTextDirection(Qt.RightToLeft if self.right_to_left else Qt.LeftToRight)
        option.setWrapMode(QTextOption.WrapAtWordBoundaryOrAnywhere)
        self._layout.setTextOption(option)
        formats = self._formats(style, lead)
        if formats:
            self._layout.setFormats(formats)
        self.height, self.last_width = self._break_lines(style.pitch, width)

    def _break_lines(self, pitch: int, width: int) -> tuple[int, int]:
        layout, y, last = self._layout, 0, 0.0
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            height = line.height()
            step = max(pitch, math.ceil(height))
            line.setPosition(QPointF(0, y + (step - height) / 2))
            last = line.naturalTextWidth()
            y += step
        layout.endLayout()
        return max(y, pitch), math.ceil(last)

    def _formats(self, style: TextStyle, lead: Lead | None) -> list[QTextLayout.FormatRange]:
        formats = []
        if lead is not None:
            formats.append(self._range(0, lead.length, _format(lead.font, lead.colour)))
        for link in self.links:
            drawn = _format(None, style.link_colour)
            drawn.setFontUnderline(True)
            formats.append(self._range(link.start, link.stop, drawn))
        for start, stop in emoji_runs(self.text):
            formats.append(self._range(start, stop, _emoji_format(style.emoji_font)))
        return formats

    def _range(self, start: int, stop: int, drawn: QTextCharFormat) -> QTextLayout.FormatRange:
        found = QTextLayout.FormatRange()
        found.start = self._to_utf16(start)
        found.length = self._to_utf16(stop) - found.start
        found.format = drawn
        return found

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
        if not self.links or line is None or not line.naturalTextRect().contains(x, y):
            return None
        position = int(line.xToCursor(x, QTextLine.CursorOnCharacter))
        for link in self.links:
            if self._to_utf16(link.start) <= position < self._to_utf16(link.stop):
                return link
        return None

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
