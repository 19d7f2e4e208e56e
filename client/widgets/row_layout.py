"""Where everything stands in one row of the message list: computed once, then drawn and hit-tested.

From top to bottom: the day line, the line "New messages", for the head of a group name and time
beside the avatar, the line that is answered, the text, the reactions, and for a message that was not
sent (or is about to be deleted) a sentence and two actions. The same rectangles serve
`message_delegate` (drawing) and `message_mouse` (clicking). Coordinates are the row's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from PyQt5.QtCore import QPoint, QPointF, QRect

from client import theme
from client.changes import Delivery, Entry, EntryKind, Gap
from client.models import texts
from client.models.rows import TIMELESS, Row
from client.theme import px
from client.widgets.look import Look
from client.widgets.marked_block import CodeBox, MarkedBlock
from client.widgets.row_extras import Pill, QuoteLine, pills, quote_line
from client.widgets.spans import Link, only_emoji
from client.widgets.text_block import Lead, TextBlock, TextStyle
from translations import tr

_SMALL_KINDS = frozenset(
    {EntryKind.JOIN, EntryKind.PART, EntryKind.QUIT, EntryKind.NICK, EntryKind.KICK, EntryKind.TOPIC, EntryKind.MODE}
)
_SECONDARY_KINDS = _SMALL_KINDS | {EntryKind.SERVER, EntryKind.NOTICE, EntryKind.START}


class Action(Enum):
    """What a click on a part of a row asks for."""

    RESEND = "resend"
    DISCARD = "discard"
    LOAD = "load"
    """Fetch what is missing here."""
    DELETE = "delete"
    KEEP = "keep"
    """Do not delete after all."""


class Mark(Enum):
    """The icon of a small mark behind a message: how far it got."""

    WAITING = "clock"
    SENT = "check"
    FAILED = "circle-alert"


@dataclass(frozen=True, slots=True)
class CopyCode:
    """The button in a box of code."""

    code: str


Part = Action | QuoteLine | Pill | Link | CopyCode
"""What can be clicked in a row."""


@dataclass(frozen=True, slots=True)
class Button:
    """A word to click on, drawn like a link."""

    area: QRect
    text: str
    action: Action


class RowLayout:
    """One row in one look. `height` and `content` never change; drawing reads the rest."""

    __slots__ = (
        "avatar", "block", "block_at", "buttons", "content", "day", "day_area", "edited", "edited_area", "height",
        "initials", "look", "mark", "mark_area", "name", "name_area", "name_colour", "new_area", "note", "note_at",
        "note_block", "pills", "quote", "rule", "rule_area", "said", "said_area", "spinner", "time", "time_area",
    )  # fmt: skip

    def __init__(self, look: Look, row: Row, entries: Sequence[Entry], *, asking: bool = False) -> None:
        """`asking`: the row asks whether it is to be deleted."""
        self.look = look
        self.time = texts.time_text(row.entry.time)
        self.day = texts.day_text(row.entry.time) if row.day else ""
        self.day_area = self.new_area = self.name_area = self.avatar = self.said_area = self.rule_area = QRect()
        self.name = self.initials = self.name_colour = self.note = self.said = self.rule = self.edited = ""
        self.note_at = QPoint()
        self.block: TextBlock | MarkedBlock
        self.note_block: TextBlock | None = None
        self.mark = _mark(row.entry)
        self.mark_area = self.edited_area = self.spinner = self.time_area = QRect()
        self.buttons: list[Button] = []
        self.quote: QuoteLine | None = None
        self.pills: list[Pill] = []
        y = self._place_lines(row)
        top = y
        y = self._place_mark(row, entries, y) if row.entry.kind in TIMELESS else self._place_words(row, entries, y)
        if self.mark is Mark.FAILED:
            y = self._place_failure(row.entry, y)
        elif asking:
            y = self._place_question(row.entry, y)
        y += px(1) if row.entry.kind not in _SMALL_KINDS else px(3)
        self.content = QRect(0, top, look.width, y - top)
        self.height = y

    # --- placing ------------------------------------------------------------------------------

    def _place_lines(self, row: Row) -> int:
        y = 0
        if row.day:
            self.day_area = QRect(px(16), y + px(8), self.look.width - px(32), px(28))
            y += px(40)
        if row.new:
            self.new_area = QRect(px(16), y + px(2), self.look.width - px(32), px(20))
            y += px(26)
        return y

    def _place_mark(self, row: Row, entries: Sequence[Entry], y: int) -> int:
        """A gap or the beginning: a line of its own."""
        look = self.look
        self.block = self._make_block(row, entries)
        self.block_at = QPoint(look.gutter, y + px(12))
        if row.entry.kind is EntryKind.START:
            return y + px(12) + self.block.height + px(8)
        line = QRect(px(16), y, look.width - px(32), px(40))
        if row.entry.gap is Gap.LOST:
            self.rule, self.rule_area = self.block.text, line
        elif row.entry.gap is Gap.LOADING:
            self.spinner = QRect(look.gutter + (look.text_width - px(24)) // 2, y + px(8), px(24), px(24))
        else:
            width = look.small.horizontalAdvance(self.block.text)
            x = look.gutter + max(0, look.text_width - width) // 2
            self.buttons.append(Button(QRect(x, y + px(10), width, look.line), self.block.text, Action.LOAD))
        return y + px(40)

    def _place_words(self, row: Row, entries: Sequence[Entry], y: int) -> int:
        """Name and time, what is answered, the text, what stands behind and below it."""
        look, entry = self.look, row.entry
        y += px(11) if row.head and not (row.day or row.new) else px(1)
        if row.head:
            y = self._place_head(entry, y)
        if entry.quote is not None:
            self.quote = quote_line(look, entry.quote, y)
            y += look.line + px(1)
        if not row.head:
            self.time_area = QRect(0, y, look.gutter - px(8), look.line)
        self.edited = tr("(edited)") if entry.edited and not entry.deleted else ""
        self.block = self._make_block(row, entries)
        self.block_at = QPoint(look.gutter, y)
        if entry.kind is EntryKind.RESTARTED:
            self.rule, self.rule_area = self.block.text, QRect(px(16), y, look.width - px(32), px(28))
        y += max(self.block.height, self.rule_area.height())
        self._place_behind_text(y, mark=not row.head and self.mark is not None and self.mark is not Mark.FAILED)
        if entry.reactions:
            self.pills = pills(look, entry.reactions, y + px(3))
            y = self.pills[-1].area.bottom() + 1 + px(3)
        return y

    def _place_head(self, entry: Entry, y: int) -> int:
        look = self.look
        name = texts.author(entry)
        if look.avatar:
            self.avatar = QRect(look.avatar_left, y + px(2), look.avatar, look.avatar)
            self.initials = texts.initials(entry.name or entry.nickname)
        self.name_colour = look.theme.accent if entry.own else theme.name_colour(entry.nickname or entry.name)
        time_width = look.small.horizontalAdvance(self.time)
        self.note = tr("notice") if entry.kind is EntryKind.NOTICE else ""
        note_width = look.small.horizontalAdvance(self.note) + px(8) if self.note else 0
        room = look.text_width - time_width - px(8) - note_width - (px(6) + look.mark if self.mark else 0)
        self.name, width = look.fitted_name(name, max(px(40), room))
        self.name_area = QRect(look.gutter, y, width, look.line)
        x = self.name_area.right() + 1 + px(8)
        self.time_area = QRect(x, y + px(1), time_width, look.line)
        x += time_width
        if self.note:
            self.note_at = QPoint(x + px(8), y + px(1))
            x += note_width
        if self.mark is not None and self.mark is not Mark.FAILED:
            self.mark_area = QRect(x + px(6), y + (look.line - look.mark) // 2 + px(1), look.mark, look.mark)
        return y + look.line + px(1)

    def _make_block(self, row: Row, entries: Sequence[Entry]) -> TextBlock | MarkedBlock:
        look, entry = self.look, row.entry
        text, pieces = texts.shown_text(row, entries), texts.pieces(row)
        font, emoji, pitch, lead = look.text_font, look.emoji_font, look.line, None
        if entry.kind in _SMALL_KINDS:
            font, pitch = look.small_font, px(18)
        elif entry.kind is EntryKind.ACTION:
            font = look.italic_font
            who = texts.author(entry) if entry.own else texts.isolated(entry.name or entry.nickname)
            lead = Lead(len(who), look.name_font, theme.name_colour(entry.nickname))
        elif entry.kind is EntryKind.MESSAGE and not entry.deleted and only_emoji(text):
            font, emoji, pitch = look.large_font, look.large_emoji_font, px(38)
        width = look.text_width
        if self.mark is not None and not row.head:
            width -= look.mark + px(8)
        if self.edited:
            width -= look.small.horizontalAdvance(self.edited) + px(6)
        colour, link_colour = self.text_colour(entry), look.theme.accent
        if pieces:
            code = (look.code_font, look.theme.code)
            return MarkedBlock(pieces, TextStyle(font, emoji, colour, link_colour, pitch, *code), width, look)
        return TextBlock(text, TextStyle(font, emoji, colour, link_colour, pitch), width, lead)

    def text_colour(self, entry: Entry) -> str:
        """The colour of the text of such an entry."""
        secondary = entry.kind in _SECONDARY_KINDS or entry.deleted
        return self.look.theme.secondary if secondary else self.look.theme.text

    def _place_behind_text(self, bottom: int, *, mark: bool) -> None:
        """That it was edited, then with `mark` how far the message got."""
        look, block = self.look, self.block
        x = look.gutter + (block.width if block.right_to_left else min(block.last_width, block.width)) + px(6)
        if self.edited:
            width = look.small.horizontalAdvance(self.edited)
            self.edited_area = QRect(x, bottom - look.line, width, look.line)
            x += width + px(6)
        if mark:
            self.mark_area = QRect(x, bottom - look.line + (look.line - look.mark) // 2, look.mark, look.mark)

    def _place_failure(self, entry: Entry, y: int) -> int:
        """`(!) Not sent  Send again  Delete`, wrapped where the row is narrow, and the reason below."""
        look = self.look
        self.mark_area = QRect(look.gutter, y + (look.line - look.mark) // 2, look.mark, look.mark)
        choices = ((tr("Send again"), Action.RESEND), (tr("Delete"), Action.DISCARD))
        y = self._place_choices(tr("Not sent"), choices, look.mark + px(4), y)
        if entry.problem:
            style = TextStyle(look.small_font, look.emoji_font, look.theme.secondary, look.theme.secondary, px(18))
            self.note_block = TextBlock(texts.safe_text(entry.problem), style, look.text_width)
            self.note_at = QPoint(look.gutter, y)
            y += self.note_block.height
        return y

    def _place_question(self, entry: Entry, y: int) -> int:
        """`Delete this message?  Delete  Cancel`."""
        choices = ((tr("Delete"), Action.DELETE), (tr("Cancel"), Action.KEEP))
        everyone = tr("Delete this message for everyone?")
        asked = tr("Delete this message before it is sent?") if entry.delivery is Delivery.WAITING else everyone
        return self._place_choices(asked, choices, 0, y + px(2))

    def _place_choices(self, said: str, choices: Sequence[tuple[str, Action]], indent: int, y: int) -> int:
        """A few words, and what can be clicked behind them."""
        look = self.look
        left, right = look.gutter, look.gutter + look.text_width
        self.said = said
        self.said_area = QRect(left + indent, y, look.small.horizontalAdvance(said), look.line)
        x = self.said_area.right() + px(12)
        for text, action in choices:
            width = look.small.horizontalAdvance(text)
            if x + width > right and x > left:
                x, y = left, y + look.line
            self.buttons.append(Button(QRect(x, y, width, look.line), text, action))
            x += width + px(12)
        return y + look.line

    # --- hit tests, in the row's coordinates --------------------------------------------------

    def in_block(self, point: QPoint) -> QPointF:
        """The point in the coordinates of the text."""
        return QPointF(point - self.block_at)

    def position_at(self, point: QPoint) -> int:
        """The position in the text nearest to a point."""
        inside = self.in_block(point)
        if inside.y() < 0:
            return 0
        return self.block.length if inside.y() >= self.block.height else self.block.position_at(inside.x(), inside.y())

    def link_at(self, point: QPoint) -> Link | None:
        """The link under a point."""
        inside = self.in_block(point)
        return self.block.link_at(inside.x(), inside.y())

    @property
    def boxes(self) -> Sequence[CodeBox]:
        """The boxes of code in the text."""
        return self.block.boxes if isinstance(self.block, MarkedBlock) else ()

    def box_at(self, point: QPoint) -> CodeBox | None:
        """The box of code under a point."""
        inside = self.in_block(point)
        return self.block.box_at(inside.x(), inside.y()) if isinstance(self.block, MarkedBlock) else None

    def on_text(self, point: QPoint) -> bool:
        """Whether a point lies on text that can be selected."""
        inside = self.in_block(point)
        return self.block.has_text_at(inside.x(), inside.y())

    def on_person(self, point: QPoint) -> bool:
        """Whether a point lies on the name or the avatar."""
        return self.name_area.contains(point) or self.avatar.contains(point)

    def part_at(self, point: QPoint) -> Part | None:
        """What a click at a point would be meant for."""
        for button in self.buttons:
            if button.area.contains(point):
                return button.action
        if self.quote is not None and self.quote.area.contains(point):
            return self.quote
        box = self.box_at(point)
        if box is not None and box.button.contains(point - self.block_at):
            return CopyCode(box.code)
        return next((pill for pill in self.pills if pill.area.contains(point)), None) or self.link_at(point)


def _mark(entry: Entry) -> Mark | None:
    if not texts.delivery_text(entry):
        return None
    if entry.delivery is Delivery.FAILED:
        return Mark.FAILED
    return Mark.WAITING if entry.delivery is Delivery.WAITING else Mark.SENT
