"""Fonts, colours and sizes of the message list, measured once per theme, zoom, width and language.

A new `Look` is made when one of these changes; every row layout holds the look it was made with, so
what is cached is never drawn in yesterday's colours.
"""

from __future__ import annotations

from functools import cached_property

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QFont, QFontMetrics

from client import theme
from client.theme import px

_NAMES_KEPT = 500


class Look:
    """What the layout and the painter of rows need; all sizes in pixels at the zoom in use."""

    def __init__(self, width: int, *, narrow: bool = False) -> None:
        self.theme = theme.current()
        self.width = width
        """Of the view's inside."""
        self.narrow = narrow
        """Without avatars and with a slim gutter."""
        self.gutter = px(12) if narrow else px(56)
        self.avatar = 0 if narrow else px(32)
        self.avatar_left = px(12)
        self.margin = px(16)
        """Free at the right."""
        self.text_width = max(px(60), min(px(720), width - self.gutter - self.margin))
        self.line = px(20)
        """Height of a line of text: 1.4 times its size."""
        self.mark = px(14)
        """Side of the small marks behind a message."""
        self.text_font = theme.text_font(14)
        self.italic_font = theme.text_font(14)
        self.italic_font.setItalic(True)
        self.small_font = theme.text_font(12)
        self.name_font = theme.text_font(14, semibold=True)
        self.caption_font = theme.text_font(12, semibold=True)
        self.avatar_font = theme.text_font(13, semibold=True)
        self.emoji_font = theme.emoji_font(16)
        self.large_font = theme.text_font(28)
        self.large_emoji_font = theme.emoji_font(28)
        self.sign_font = theme.emoji_font(14)
        """Emoji in the pills of reactions."""
        self.small = QFontMetrics(self.small_font)
        self.caption = QFontMetrics(self.caption_font)
        self.sign = QFontMetrics(self.sign_font)
        self._name_metrics = QFontMetrics(self.name_font)
        self._names: dict[tuple[str, int], tuple[str, int]] = {}

    @cached_property
    def code_font(self) -> QFont:
        """Loaded with the first code."""
        return theme.code_font(13)

    def fitted_name(self, name: str, room: int) -> tuple[str, int]:
        """The name cut with an ellipsis to `room` pixels, and how wide that is."""
        key = (name, room)
        fitted = self._names.get(key)
        if fitted is None:
            if len(self._names) >= _NAMES_KEPT:
                self._names.clear()
            text = self._name_metrics.elidedText(name, Qt.ElideRight, room)
            fitted = self._names[key] = text, self._name_metrics.horizontalAdvance(text)
        return fitted
