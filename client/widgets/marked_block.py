"""A text whose marks mean something, as a column of `TextBlock`s: words, quotes behind a bar, lists, code in a box.

To the row it is what a `TextBlock` is: laid out once, drawn and hit-tested often, with positions over all of it
(between two pieces stands one line end). Only how far a box of code is scrolled to the side changes later.
"""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PyQt5.QtGui import QColor, QPainter, QPen, QTextLine

from client.models.markup import Piece, PieceKind
from client.theme import px
from client.widgets import icons
from client.widgets.look import Look
from client.widgets.spans import Link, utf16_length, utf16_slice
from client.widgets.text_block import Marked, TextBlock, TextStyle

_PADDING = 8
_BUTTON = 24
_THUMB = 24
"""A scroll bar's handle is never shorter."""
_QUOTE_INDENT = 11


class _Placed:
    """One piece: its text at `at`, in `area`, its first position in the whole. All but code is never scrolled."""

    __slots__ = ("area", "at", "block", "first", "piece", "scrolled")

    def __init__(self, piece: Piece, block: TextBlock, at: QPoint, area: QRect, first: int) -> None:
        self.piece, self.block, self.at, self.area, self.first = piece, block, at, area, first
        self.scrolled = 0

    def inside(self, x: float, y: float) -> tuple[float, float]:
        """A point in the coordinates of the text."""
        return x - self.at.x() + self.scrolled, y - self.at.y()


class CodeBox(_Placed):
    """A box of code: a button that copies it, and a bar under lines that are longer than the box."""

    __slots__ = ("button", "hidden", "room")

    def __init__(self, piece: Piece, block: TextBlock, at: QPoint, area: QRect, first: int) -> None:
        super().__init__(piece, block, at, area, first)
        self.room = block.width
        self.hidden = max(0, block.widest - block.width)
        """So many pixels can be scrolled."""
        right, top = area.right() + 1 - px(4), area.top() + px(4)
        self.button = QRect(right - px(_BUTTON), top, px(_BUTTON), px(_BUTTON))

    @property
    def code(self) -> str:
        """What stands in it, to be copied."""
        return self.piece.text

    @property
    def track(self) -> QRect:
        """Where the bar can be taken; empty where all fits."""
        height = px(_PADDING) if self.hidden else 0
        return QRect(self.at.x(), self.area.bottom() + 1 - height, self.area.width() - 2 * px(_PADDING), height)

    @property
    def thumb(self) -> QRect:
        """The handle of the bar."""
        track = self.track
        width = max(px(_THUMB), track.width() * self.room // (self.room + self.hidden))
        free = track.width() - width
        x = track.left() + (free * self.scrolled // self.hidden if self.hidden else 0)
        return QRect(x, track.top() + px(2), width, px(4))

    def scroll(self, by: int) -> bool:
        """Scroll to the right (or left, where less than 0); False where all fits."""
        self.scrolled = max(0, min(self.hidden, self.scrolled + by))
        return self.hidden > 0

    def grip(self, x: int) -> int:
        """How far behind the handle's left end it is taken; a press beside it takes its middle."""
        thumb = self.thumb
        return x - thumb.left() if thumb.left() <= x <= thumb.right() else thumb.width() // 2

    def drag(self, left: int) -> None:
        """Scroll so that the handle begins here."""
        free = max(1, self.track.width() - self.thumb.width())
        self.scroll(round((left - self.track.left()) * self.hidden / free) - self.scrolled)


class MarkedBlock:
    """The pieces of one text in a column of `width` pixels."""

    __slots__ = ("_look", "_pieces", "boxes", "height", "text", "width")

    def __init__(self, pieces: Sequence[Piece], style: TextStyle, width: int, look: Look) -> None:
        self.width = width
        self._look = look
        self._pieces: list[_Placed] = []
        y = first = 0
        for piece in pieces:
            placed = self._place(piece, style, y, first)
            self._pieces.append(placed)
            y = placed.area.bottom() + 1 + (px(4) if piece.kind is PieceKind.CODE else 0)
            first += placed.block.length + 1
        self.boxes = [placed for placed in self._pieces if isinstance(placed, CodeBox)]
        self.height = y
        self.text = "\u2028".join(placed.block.text for placed in self._pieces)
        """As laid out; all positions are positions in it."""

    def _place(self, piece: Piece, style: TextStyle, y: int, first: int) -> _Placed:
        width, look = self.width, self._look
        if piece.kind is PieceKind.CODE:
            side = px(_PADDING)
            written = TextStyle(look.code_font, style.emoji_font, style.colour, style.link_colour, px(18))
            room = max(px(40), width - 3 * side - px(_BUTTON))
            block = TextBlock(piece.text, written, room, marked=Marked(wraps=False))
            area = QRect(0, y + px(3), width, block.height + 2 * side)
            return CodeBox(piece, block, QPoint(side, area.top() + side), area, first)
        x = px(_QUOTE_INDENT) if piece.kind is PieceKind.QUOTE else 0
        block = TextBlock(piece.text, style, width - x, marked=Marked(piece.spans, piece.hang))
        return _Placed(piece, block, QPoint(x, y), QRect(0, y, width, block.height), first)

    @property
    def last_width(self) -> int:
        """How far the last line reaches: what stands behind the text begins there."""
        last = self._pieces[-1]
        return self.width if isinstance(last, CodeBox) else last.at.x() + last.block.last_width

    @property
    def right_to_left(self) -> bool:
        """Whether the last line begins at the right."""
        return self._pieces[-1].block.right_to_left

    @property
    def urls(self) -> list[str]:
        """Where its links lead, each once."""
        return list(dict.fromkeys(url for placed in self._pieces for url in placed.block.urls))

    @property
    def length(self) -> int:
        """The last position."""
        return utf16_length(self.text)

    # --- drawing ------------------------------------------------------------------------------

    def draw(self, painter: QPainter, at: QPointF, selected: tuple[int, int] | None, fill: str, ink: str) -> None:
        """Draw with the painter's pen; the positions `selected` in `ink` on `fill`."""
        painter.save()
        painter.translate(at)
        for placed in self._pieces:
            part = _part_of(placed, selected)
            if isinstance(placed, CodeBox):
                self._draw_box(painter, placed, part, fill, ink)
            else:
                if placed.piece.kind is PieceKind.QUOTE:
                    bar = QRect(0, placed.area.top() + px(1), px(3), placed.area.height() - px(2))
                    painter.fillRect(bar, QColor(self._look.theme.control_border))
                placed.block.draw(painter, QPointF(placed.at), part, fill, ink)
        painter.restore()

    def _draw_box(self, painter: QPainter, box: CodeBox, selected: tuple[int, int] | None, fill: str, ink: str) -> None:
        colours = self._look.theme
        painter.save()
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setPen(QPen(QColor(colours.line), 1))
        painter.setBrush(QColor(colours.code))
        painter.drawRoundedRect(QRectF(box.area).adjusted(0.5, 0.5, -0.5, -0.5), px(6), px(6))
        if box.hidden:
            painter.setPen(Qt.NoPen)
            painter.setBrush(QColor(colours.control_border))
            painter.drawRoundedRect(QRectF(box.thumb), px(2), px(2))
        image = icons.pixmap("copy", px(16), colours.secondary, painter.device().devicePixelRatioF())
        painter.drawPixmap(QRect(box.button.center() - QPoint(px(8), px(8)), box.button.size() * 2 / 3), image)
        painter.restore()
        painter.save()
        painter.setClipRect(QRect(box.at.x(), box.area.top(), box.room, box.area.height()), Qt.IntersectClip)
        box.block.draw(painter, QPointF(box.at) - QPointF(box.scrolled, 0), selected, fill, ink)
        painter.restore()

    # --- hit tests, in coordinates of the block -----------------------------------------------

    def position_at(self, x: float, y: float) -> int:
        """The position nearest to a point."""
        placed = self._at(y)
        return placed.first + placed.block.position_at(*placed.inside(x, y))

    def link_at(self, x: float, y: float) -> Link | None:
        """The link drawn at a point."""
        placed = self._at(y)
        return placed.block.link_at(*placed.inside(x, y))

    def has_text_at(self, x: float, y: float) -> bool:
        """Whether the point lies on a line of text."""
        placed = self._at(y)
        return 0 <= x < self.width and placed.block.has_text_at(*placed.inside(x, y))

    def box_at(self, x: float, y: float) -> CodeBox | None:
        """The box of code at a point."""
        return next((box for box in self.boxes if box.area.contains(QPoint(int(x), int(y)))), None)

    def word_at(self, position: int) -> tuple[int, int]:
        """The word around a position; the one character there when it is no word."""
        placed = next(placed for placed in reversed(self._pieces) if placed.first <= position or not placed.first)
        start, stop = placed.block.word_at(position - placed.first)
        return start + placed.first, stop + placed.first

    def part(self, start: int, stop: int) -> str:
        """The text between two positions."""
        return utf16_slice(self.text, start, stop)

    def lines(self) -> list[QTextLine]:
        """The lines, for tests."""
        return [line for placed in self._pieces for line in placed.block.lines()]

    def _at(self, y: float) -> _Placed:
        return next((placed for placed in self._pieces if y <= placed.area.bottom()), self._pieces[-1])


def _part_of(placed: _Placed, selected: tuple[int, int] | None) -> tuple[int, int] | None:
    """The selected positions of one piece."""
    if selected is None:
        return None
    start, stop = max(0, selected[0] - placed.first), min(placed.block.length, selected[1] - placed.first)
    return (start, stop) if start < stop else None
