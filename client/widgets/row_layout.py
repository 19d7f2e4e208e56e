"""Where everything stands in one row of the message list: computed once, then drawn and hit-tested.

From top to bottom: the day line, the line "New messages", for the head of a group name and time
beside the avatar, the text, and for a message that was not sent its mark and two actions. The same
rectangles serve `message_delegate` (drawing) and `message_view` (mouse). Coordinates are the row's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from PyQt5.QtCore import QPoint, QPointF, QRect

from client import theme
from client.changes import Delivery, Entry, EntryKind
from client.models import texts
from client.models.rows import Row
from client.theme import px
from client.widgets.look import Look
from client.widgets.spans import Link, only_emoji
from client.widgets.text_block import Lead, TextBlock, TextStyle
from translations import tr

_SMALL_KINDS = frozenset(
    {EntryKind.JOIN, EntryKind.PART, EntryKind.QUIT, EntryKind.NICK, EntryKind.KICK, EntryKind.TOPIC, EntryKind.MODE}
)
_SECONDARY_KINDS = _SMALL_KINDS | {EntryKind.SERVER, EntryKind.NOTICE}


class Action(Enum):
    """What a click on a part of a row asks for."""

    RESEND = "resend"
    DISCARD = "discard"


class Mark(Enum):
    """The icon of a small mark behind a message: how far it got."""

    WAITING = "clock"
    SENT = "check"
    FAILED = "circle-alert"


@dataclass(frozen=True, slots=True)
class Button:
    """A word to click on, drawn like a link."""

    area: QRect
    text: str
    action: Action


class RowLayout:
    """One row in one look. `height` and `content` never change; drawing reads the rest."""

    __slots__ = (
        "avatar", "block", "block_at", "buttons", "content", "day", "day_area", "failed_area", "failed_text",
        "height", "initials", "look", "mark", "mark_area", "name", "name_area", "name_colour", "new_area",
        "note", "note_at", "note_block", "rule", "rule_area", "time", "time_area",
    )  # fmt: skip

    def __init__(self, look: Look, row: Row, entries: Sequence[Entry]) -> None:
        self.look = look
        self.time = texts.time_text(row.entry.time)
        self.day = texts.day_text(row.entry.time) if row.day else ""
        self.day_area = self.new_area = self.name_area = self.avatar = self.failed_area = self.rule_area = QRect()
        self.name = self.initials = self.name_colour = self.note = self.failed_text = self.rule = ""
        self.note_at = QPoint()
        self.note_block: TextBlock | None = None
        self.mark = _mark(row.entry)
        self.mark_area = QRect()
        self.buttons: list[Button] = []
        y = self._place_lines(row)
        top = y
        y += px(11) if row.head and not (row.day or row.new) else px(1)
        if row.head:
            y = self._place_head(row.entry, y)
        else:
            self.time_area = QRect(0, y, look.gutter - px(8), look.line)
        self.block = self._make_block(row, entries)
        self.block_at = QPoint(look.gutter, y)
        if row.entry.kind is EntryKind.RESTARTED:
            self.rule, self.rule_area = self.block.text, QRect(px(16), y, look.width - px(32), px(28))
        y += max(self.block.height, self.rule_area.height())
        if not row.head and self.mark is not None and self.mark is not Mark.FAILED:
            self._place_mark_behind_text(y)
        if self.mark is Mark.FAILED:
            y = self._place_failure(row.entry, y)
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

    def _make_block(self, row: Row, entries: Sequence[Entry]) -> TextBlock:
        look, entry = self.look, row.entry
        text = texts.shown_text(row, entries)
        font, emoji, pitch, lead = look.text_font, look.emoji_font, look.line, None
        if entry.kind in _SMALL_KINDS:
            font, pitch = look.small_font, px(18)
        elif entry.kind is EntryKind.ACTION:
            font = look.italic_font
            who = texts.author(entry) if entry.own else texts.isolated(entry.name or entry.nickname)
            lead = Lead(len(who), look.name_font, theme.name_colour(entry.nickname))
        elif entry.kind is EntryKind.MESSAGE and only_emoji(text):
            font, emoji, pitch = look.large_font, look.large_emoji_font, px(38)
        width = look.text_width
        if self.mark is not None and not row.head:
            width -= look.mark + px(8)
        style = TextStyle(font, emoji, self.text_colour(entry), look.theme.accent, pitch)
        return TextBlock(text, style, width, lead)

    def text_colour(self, entry: Entry) -> str:
        """The colour of the text of such an entry."""
        return self.look.theme.secondary if entry.kind in _SECONDARY_KINDS else self.look.theme.text

    def _place_mark_behind_text(self, bottom: int) -> None:
        look, block = self.look, self.block
        x = block.width if block.right_to_left else min(block.last_width, block.width)
        top = bottom - look.line + (look.line - look.mark) // 2
        self.mark_area = QRect(look.gutter + x + px(6), top, look.mark, look.mark)

    def _place_failure(self, entry: Entry, y: int) -> int:
        """`(!) Not sent  Send again  Delete`, wrapped where the row is narrow, and the reason below."""
        look = self.look
        left, right = look.gutter, look.gutter + look.text_width
        self.mark_area = QRect(left, y + (look.line - look.mark) // 2, look.mark, look.mark)
        self.failed_text = tr("Not sent")
        width = look.small.horizontalAdvance(self.failed_text)
        self.failed_area = QRect(left + look.mark + px(4), y, width, look.line)
        x = self.failed_area.right() + px(12)
        for text, action in ((tr("Send again"), Action.RESEND), (tr("Delete"), Action.DISCARD)):
            width = look.small.horizontalAdvance(text)
            if x + width > right and x > left:
                x, y = left, y + look.line
            self.buttons.append(Button(QRect(x, y, width, look.line), text, action))
            x += width + px(12)
        y += look.line
        if entry.problem:
            style = TextStyle(look.small_font, look.emoji_font, look.theme.secondary, look.theme.secondary, px(18))
            self.note_block = TextBlock(texts.safe_text(entry.problem), style, look.text_width)
            self.note_at = QPoint(left, y)
            y += self.note_block.height
        return y

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

    def on_text(self, point: QPoint) -> bool:
        """Whether a point lies on text that can be selected."""
        inside = self.in_block(point)
        return self.block.has_text_at(inside.x(), inside.y())

    def on_person(self, point: QPoint) -> bool:
        """Whether a point lies on the name or the avatar."""
        return self.name_area.contains(point) or self.avatar.contains(point)

    def button_at(self, point: QPoint) -> Button | None:
        """The button under a point."""
        return next((button for button in self.buttons if button.area.contains(point)), None)


def _mark(entry: Entry) -> Mark | None:
    if not texts.delivery_text(entry):
        return None
    if entry.delivery is Delivery.FAILED:
        return Mark.FAILED
    return Mark.WAITING if entry.delivery is Delivery.WAITING else Mark.SENT
