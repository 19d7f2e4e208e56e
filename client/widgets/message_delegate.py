"""Draws the rows of the message list and keeps their layouts.

`sizeHint` only reads the cache, `paint` only draws: a row is laid out once per serial (renewed by
every change of the row) and look (renewed by theme, zoom, width and language).
"""

from __future__ import annotations

from typing import Protocol

from PyQt5.QtCore import QModelIndex, QObject, QPointF, QRect, QRectF, QSize, Qt
from PyQt5.QtGui import QColor, QFont, QPainter, QPen
from PyQt5.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from client import theme
from client.changes import EntryKind
from client.models.messages import MessageModel
from client.models.rows import Row
from client.theme import px
from client.widgets import icons
from client.widgets.look import Look
from client.widgets.motion import Spinner
from client.widgets.row_extras import Pill, QuoteLine
from client.widgets.row_layout import Action, Mark, RowLayout
from translations import tr

_LEFT = int(Qt.AlignLeft | Qt.AlignAbsolute | Qt.AlignVCenter)
_RIGHT = int(Qt.AlignRight | Qt.AlignAbsolute | Qt.AlignVCenter)


class Highlights(Protocol):
    """What the view knows about rows besides their content."""

    def selected_part(self, row: Row, length: int) -> tuple[int, int] | None:
        """The selected positions of the row's text, of `length`; None for none."""

    def is_hovered(self, row: Row) -> bool:
        """Whether the pointer is over the row."""

    def is_focused(self, row: Row) -> bool:
        """Whether the keyboard is on the row."""

    def flash_of(self, row: Row) -> float:
        """How strongly the row is marked as the one that was looked for, 0 to 1."""


class MessageDelegate(QStyledItemDelegate):
    """Layouts and painting for `MessageModel`."""

    def __init__(self, model: MessageModel, highlights: Highlights, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._highlights = highlights
        self._look = Look(1)
        self._layouts: dict[int, RowLayout] = {}
        self.asking = ""
        """Id of the entry whose row asks whether to delete it; `forget` that row after setting it."""
        self.spinner = Spinner(self)
        self.layouts_made = 0
        """How often a row was laid out, for tests and measurements."""
        model.rowsAboutToBeRemoved.connect(self._forget_rows)
        model.modelAboutToBeReset.connect(self._layouts.clear)
        model.row_replaced.connect(self.forget)

    @property
    def look(self) -> Look:
        """What rows are laid out and drawn with now."""
        return self._look

    def set_width(self, width: int, *, narrow: bool) -> bool:
        """The view's inside has this width, in a narrow window or not; True when rows must be laid out anew.

        Above the widest text column a wider view only moves the right edge.
        """
        fresh = Look(width, narrow=narrow)
        if (fresh.text_width, fresh.gutter) == (self._look.text_width, self._look.gutter):
            self._look.width = width
            return False
        self.renew(width, narrow=narrow)
        return True

    def renew(self, width: int, *, narrow: bool) -> None:
        """Theme, zoom, language or width changed: everything is laid out anew."""
        self._look = Look(width, narrow=narrow)
        self._layouts.clear()

    def layout_of(self, number: int) -> RowLayout:
        """The layout of a row of the model."""
        row = self._model.row(number)
        layout = self._layouts.get(row.serial)
        if layout is None:
            layout = self._layouts[row.serial] = RowLayout(
                self._look, row, self._model.entries, asking=bool(self.asking) and row.entry.id == self.asking
            )
            self.layouts_made += 1
        return layout

    def forget(self, serial: int) -> None:
        """Lay this row out anew when it is next needed."""
        self._layouts.pop(serial, None)

    def _forget_rows(self, _parent: QModelIndex, first: int, last: int) -> None:
        for number in range(first, last + 1):
            self.forget(self._model.row(number).serial)

    # --- Qt -----------------------------------------------------------------------------------

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """As wide as the view, as high as the layout."""
        return QSize(self._look.width, self.layout_of(index.row()).height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draw one row."""
        row = self._model.row(index.row())
        layout = self.layout_of(index.row())
        painter.save()
        painter.translate(option.rect.topLeft())
        self._draw_ground(painter, row, layout)
        colours = layout.look.theme
        if layout.day:
            self._draw_rule(painter, layout.day_area, layout.day, colours.secondary, colours.line)
        if row.new:
            self._draw_rule(painter, layout.new_area, tr("New messages"), colours.accent, colours.accent)
        if row.head:
            self._draw_head(painter, layout)
        elif self._highlights.is_hovered(row) and not layout.look.narrow:
            self._draw_small(painter, layout.time_area, layout.time, _RIGHT)
        if layout.quote is not None:
            draw_quote(painter, layout.look, layout.quote)
        if layout.rule:
            self._draw_rule(painter, layout.rule_area, layout.rule, colours.secondary, colours.line)
        elif row.entry.kind is not EntryKind.GAP:
            self._draw_text(painter, row, layout)
        for pill in layout.pills:
            draw_pill(painter, layout.look, pill)
        if layout.spinner.isValid():
            self.spinner.paint(painter, QRectF(layout.spinner), colours.secondary)
        self._draw_marks(painter, layout)
        painter.restore()

    # --- the parts ----------------------------------------------------------------------------

    def _draw_ground(self, painter: QPainter, row: Row, layout: RowLayout) -> None:
        colours, area = layout.look.theme, QRect(layout.content)
        area.setWidth(self._look.width)
        if row.head and not (row.day or row.new):
            area.setTop(area.top() + px(7))  # most of the gap between groups belongs to nobody
        if row.entry.mention and not row.entry.deleted:
            painter.fillRect(area, QColor(colours.mention))
            painter.fillRect(area.left(), area.top(), px(3), area.height(), QColor(colours.mention_bar))
        elif self._highlights.is_hovered(row):
            painter.fillRect(area, QColor(colours.row_hover))
        flash = self._highlights.flash_of(row)
        if flash:
            colour = QColor(colours.selected)
            colour.setAlphaF(flash)
            painter.fillRect(area, colour)
        if self._highlights.is_focused(row):
            ring = px(colours.focus_width)
            painter.setRenderHint(QPainter.Antialiasing)
            painter.setPen(QPen(QColor(colours.focus), ring))
            painter.drawRoundedRect(QRectF(area).adjusted(ring, ring / 2, -ring, -ring / 2), px(6), px(6))

    def _draw_rule(self, painter: QPainter, area: QRect, text: str, ink: str, line: str) -> None:
        """A text in the middle of a horizontal line."""
        font = self._look.caption_font
        area = QRect(area.left(), area.top(), self._look.width - 2 * area.left(), area.height())
        painter.setFont(font)
        width = painter.fontMetrics().horizontalAdvance(text) + px(24)
        middle, left = area.center().y(), area.center().x() - width // 2
        painter.fillRect(area.left(), middle, max(0, left - area.left()), 1, QColor(line))
        painter.fillRect(left + width, middle, max(0, area.right() - left - width), 1, QColor(line))
        painter.setPen(QColor(ink))
        painter.drawText(area, Qt.AlignCenter, text)

    def _draw_head(self, painter: QPainter, layout: RowLayout) -> None:
        look = layout.look
        if look.avatar:
            draw_avatar(painter, layout.avatar, layout.initials, layout.name_colour, look.avatar_font)
        painter.setFont(look.name_font)
        painter.setPen(QColor(layout.name_colour))
        painter.drawText(layout.name_area.adjusted(0, 0, px(2), 0), _LEFT, layout.name)
        self._draw_small(painter, layout.time_area, layout.time, _LEFT)
        if layout.note:
            area = QRect(layout.note_at, QSize(look.text_width, look.line))
            self._draw_small(painter, area, layout.note, _LEFT)

    def _draw_small(self, painter: QPainter, area: QRect, text: str, alignment: int) -> None:
        painter.setFont(self._look.small_font)
        painter.setPen(QColor(self._look.theme.secondary))
        painter.drawText(area, alignment | Qt.TextDontClip, text)

    def _draw_text(self, painter: QPainter, row: Row, layout: RowLayout) -> None:
        colours = layout.look.theme
        painter.setPen(QColor(layout.text_colour(row.entry)))
        selected = self._highlights.selected_part(row, layout.block.length)
        layout.block.draw(painter, QPointF(layout.block_at), selected, colours.accent, colours.on_accent)
        if layout.note_block is not None:
            painter.setPen(QColor(colours.secondary))
            layout.note_block.draw(painter, QPointF(layout.note_at), None, colours.accent, colours.on_accent)

    def _draw_marks(self, painter: QPainter, layout: RowLayout) -> None:
        colours = layout.look.theme
        failed = layout.mark is Mark.FAILED
        if layout.edited:
            self._draw_small(painter, layout.edited_area, layout.edited, _LEFT)
        if layout.mark is not None:
            colour = colours.error if failed else colours.secondary
            image = icons.pixmap(
                layout.mark.value, layout.mark_area.width(), colour, painter.device().devicePixelRatioF()
            )
            painter.drawPixmap(layout.mark_area, image)
        if layout.said:
            painter.setFont(layout.look.small_font)
            painter.setPen(QColor(colours.error if failed else colours.text))
            painter.drawText(layout.said_area, _LEFT | Qt.TextDontClip, layout.said)
        if layout.buttons:
            underlined = QFont(layout.look.small_font)
            underlined.setUnderline(True)
            painter.setFont(underlined)
        for button in layout.buttons:
            painter.setPen(QColor(colours.error if button.action is Action.DELETE else colours.accent))
            painter.drawText(button.area, _LEFT | Qt.TextDontClip, button.text)


def draw_quote(painter: QPainter, look: Look, quote: QuoteLine) -> None:
    """The line that is answered."""
    painter.fillRect(quote.bar, QColor(look.theme.control_border))
    painter.setFont(look.caption_font)
    painter.setPen(QColor(quote.name_colour))
    painter.drawText(quote.name_area, _LEFT | Qt.TextDontClip, quote.name)
    painter.setFont(look.small_font)
    painter.setPen(QColor(look.theme.secondary))
    painter.drawText(quote.text_area, _LEFT | Qt.TextDontClip, quote.text)


def draw_pill(painter: QPainter, look: Look, pill: Pill) -> None:
    """A reaction and its number; our own has an accent border."""
    colours = look.theme
    painter.save()
    painter.setRenderHint(QPainter.Antialiasing)
    painter.setPen(QPen(QColor(colours.accent if pill.own else colours.line), px(1)))
    painter.setBrush(QColor(colours.selected if pill.own else colours.side))
    area = QRectF(pill.area).adjusted(0.5, 0.5, -0.5, -0.5)
    painter.drawRoundedRect(area, area.height() / 2, area.height() / 2)
    painter.setPen(QColor(colours.text))
    painter.setFont(look.sign_font if pill.emoji else look.small_font)
    painter.drawText(pill.sign_area, _LEFT | Qt.TextDontClip, pill.sign)
    painter.setFont(look.caption_font)
    painter.setPen(QColor(colours.accent if pill.own else colours.secondary))
    painter.drawText(pill.count_area, _LEFT | Qt.TextDontClip, pill.count)
    painter.restore()


def draw_avatar(painter: QPainter, area: QRect, initials: str, colour: str, font: QFont) -> None:
    """A circle in a person's colour with their initials."""
    painter.save()
    painter.setRenderHint(QPainter.Antialiasing)
    painter.setPen(Qt.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawEllipse(area)
    painter.setFont(font)
    painter.setPen(QColor(theme.current().avatar_text))
    painter.drawText(area, Qt.AlignCenter, initials)
    painter.restore()
