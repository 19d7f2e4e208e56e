"""What stands around a message's text: the line it answers, and the pills of its reactions.

Measured once with the row (`row_layout`), then drawn and hit-tested; coordinates are the row's own.
"""

from __future__ import annotations

from dataclasses import dataclass

from PyQt5.QtCore import QRect, Qt

from client import theme
from client.changes import Quote, Reaction
from client.models import texts
from client.theme import px
from client.widgets.look import Look
from client.widgets.spans import drawn_text, only_emoji

_SIGN_WIDTH = 120
"""Widest text of a reaction, px at 100 %."""


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """The message that is answered, in one line behind a bar."""

    area: QRect
    bar: QRect
    name: str
    name_area: QRect
    name_colour: str
    text: str
    text_area: QRect
    id: str
    """msgid of what is answered."""


@dataclass(frozen=True, slots=True)
class Pill:
    """One reaction and how many people chose it."""

    area: QRect
    sign: str
    sign_area: QRect
    emoji: bool
    """Drawn by the emoji font alone."""
    count: str
    count_area: QRect
    own: bool
    text: str
    """The reaction as the session has it."""
    tip: str
    """Who reacted so."""


def quote_line(look: Look, quote: Quote, y: int) -> QuoteLine:
    """The line, with its top at `y`."""
    width, left = look.text_width, look.gutter
    area = QRect(left, y, width, look.line)
    bar = QRect(left, y + px(2), px(2), look.line - px(4))
    x, room = left + px(8), width - px(8)
    name = texts.quote_author(quote)
    shown = look.caption.elidedText(name, Qt.ElideRight, room // 2)
    name_width = look.caption.horizontalAdvance(shown)
    name_area = QRect(x, y, name_width, look.line)
    x += name_width + px(6) if shown else 0
    text_area = QRect(x, y, left + width - x, look.line)
    text = look.small.elidedText(drawn_text(texts.quote_text(quote)), Qt.ElideRight, text_area.width())
    area.setRight(x + look.small.horizontalAdvance(text) + px(4))
    return QuoteLine(area, bar, shown, name_area, theme.name_colour(quote.name), text, text_area, quote.id)


def pills(look: Look, reactions: tuple[Reaction, ...], y: int) -> list[Pill]:
    """The pills from `y` on, in as many lines as they need."""
    made: list[Pill] = []
    height, gap, inside = px(24), px(4), px(8)
    left, right = look.gutter, look.gutter + look.text_width
    x = left
    for reaction in reactions:
        emoji = only_emoji(reaction.text)
        metrics = look.sign if emoji else look.small
        sign = metrics.elidedText(drawn_text(texts.reaction_text(reaction)), Qt.ElideRight, px(_SIGN_WIDTH))
        sign_width = metrics.horizontalAdvance(sign)
        count = texts.number_text(len(reaction.names))
        count_width = look.caption.horizontalAdvance(count)
        width = inside + sign_width + px(5) + count_width + inside
        if x + width > right and x > left:
            x, y = left, y + height + gap
        area = QRect(x, y, width, height)
        sign_area = QRect(x + inside, y, sign_width, height)
        count_area = QRect(sign_area.right() + 1 + px(5), y, count_width, height)
        tip = texts.plain(texts.reaction_names(reaction))
        made.append(Pill(area, sign, sign_area, emoji, count, count_area, reaction.own, reaction.text, tip))
        x += width + gap
    return made
