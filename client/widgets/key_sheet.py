"""All keys over the page, in groups, from the table in `client/keys.py`.

A list, so that arrow keys walk through it and a screen reader reads each line. GUI thread only.
"""

from __future__ import annotations

from PyQt5.QtCore import QModelIndex, QRect, QRectF, QSize, QStringListModel, Qt
from PyQt5.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QResizeEvent, QWheelEvent
from PyQt5.QtWidgets import QAbstractItemView, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from client import theme
from client.keys import KEYS, Group, Key
from client.theme import px
from client.widgets.menus import leaves_zoom
from client.widgets.sheet import Cover
from translations import tr

NARROW = 480
"""Below this width at 100 % the keys stand above what they do, not beside it."""
_WRAP = int(Qt.AlignLeft | Qt.AlignTop | Qt.TextWordWrap)


def lines() -> list[Group | Key]:
    """The table with a caption above each group."""
    told: list[Group | Key] = []
    for group in Group:
        told += [group, *(key for key in KEYS.values() if key.group is group)]
    return told


class KeyList(QListView):
    """The lines of the sheet."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("key_list")
        self.lines = lines()
        self.sentences = QStringListModel()
        self.setModel(self.sentences)
        self.setItemDelegate(_KeyDelegate(self))
        self.setSelectionMode(QAbstractItemView.NoSelection)
        self.setEditTriggers(QAbstractItemView.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollPerPixel)
        theme.mark(self, "surface", "window")

    def renew(self) -> None:
        """Take over theme, zoom and language."""
        told = [tr(line.value) if isinstance(line, Group) else f"{tr(line.text)}: {line.told}" for line in self.lines]
        at = max(1, self.currentIndex().row())  # a caption is first
        self.sentences.setStringList(told)
        self.setCurrentIndex(self.sentences.index(at))
        self.setAccessibleName(tr("Keyboard shortcuts"))
        self.verticalScrollBar().setSingleStep(px(32))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width: other line breaks."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll, unless it zooms."""
        if not leaves_zoom(event):
            super().wheelEvent(event)

    def keyboardSearch(self, _search: str | None) -> None:
        """Nothing: these are keys to read about."""


class _KeyDelegate(QStyledItemDelegate):
    """Draws the keys at the left and what they do at the right; in little room one above the other."""

    def __init__(self, view: KeyList) -> None:
        super().__init__(view)
        self._view = view

    def _places(self, key: Key, area: QRect) -> tuple[QRect, QRect]:
        """Where the keys and where the words stand, both without what is below them."""
        inside = area.adjusted(px(8), px(6), -px(8), 0)
        narrow = inside.width() < px(NARROW)
        name = QRect(inside)
        if not narrow:
            name.setWidth(px(200))
        name.setHeight(_height(theme.text_font(14, semibold=True), name.width(), key.told))
        words = QRect(inside)
        if narrow:
            words.setTop(name.bottom() + 1)
        else:
            words.setLeft(name.right() + px(16))
        words.setHeight(_height(theme.text_font(14), words.width(), tr(key.text)))
        return name, words

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """As high as its lines; the width is the view's."""
        line = self._view.lines[index.row()]
        if isinstance(line, Group):
            return QSize(1, px(40))
        places = self._places(line, QRect(0, 0, self._view.viewport().width(), 0))
        return QSize(1, max(place.bottom() for place in places) + 1 + px(6))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draw one line."""
        colours, area, line = theme.current(), QRect(option.rect), self._view.lines[index.row()]
        painter.save()
        painter.setRenderHint(QPainter.Antialiasing)
        if self._view.hasFocus() and self._view.currentIndex() == index:
            ring = px(colours.focus_width)
            painter.setPen(QPen(QColor(colours.focus), ring))
            painter.drawRoundedRect(QRectF(area).adjusted(ring, ring, -ring, -ring), px(6), px(6))
        if isinstance(line, Group):
            painter.setFont(theme.text_font(12, semibold=True))
            painter.setPen(QColor(colours.secondary))
            caption = area.adjusted(px(8), px(14), -px(8), 0)
            painter.drawText(caption, int(Qt.AlignLeft | Qt.AlignVCenter), tr(line.value).upper())
        else:
            name, words = self._places(line, area)
            painter.setPen(QColor(colours.text))
            painter.setFont(theme.text_font(14, semibold=True))
            painter.drawText(name, _WRAP, line.told)
            painter.setFont(theme.text_font(14))
            painter.drawText(words, _WRAP, tr(line.text))
        painter.restore()


def _height(font: QFont, width: int, text: str) -> int:
    return QFontMetrics(font).boundingRect(QRect(0, 0, max(1, width), 10_000), _WRAP, text).height()


class KeySheet(Cover):
    """See the module."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over, "key_sheet")
        self.list = KeyList(self)
        self.column.addWidget(self.list, 1)
        self.renew()

    def open(self) -> None:
        """Come up; the arrow keys walk through the lines, from the first key on."""
        self.list.setCurrentIndex(self.list.sentences.index(1))
        self.list.scrollToTop()
        self.uncover(self.list)

    def heading(self) -> str:
        """Its title."""
        return tr("Keyboard shortcuts")

    def renew(self) -> None:
        """Take over theme, zoom and language."""
        super().renew()
        self.list.renew()
