"""The lists at both sides: captions, names, presence, unread dots and pills.

A list says by `SideItem` what a row shows; one delegate draws them all. State is never colour
alone: online is a filled dot, away a ring with a bar, offline an empty ring.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from enum import Enum

from PyQt5.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPoint, QPointF, QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QContextMenuEvent, QFontMetrics, QHelpEvent, QKeyEvent, QPainter, QPen, QWheelEvent
from PyQt5.QtWidgets import (
    QAbstractItemView,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from client import theme
from client.theme import px
from client.widgets import icons
from client.widgets.menus import leaves_zoom
from client.widgets.plain import tooltip

_MOST = 99


class Presence(Enum):
    """Whether a person can be reached."""

    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class SideItem:
    """What one row shows."""

    text: str
    caption: bool = False
    opens: bool = False
    """A caption that can be chosen."""
    room: bool = False
    """A room: a hash sign stands before it."""
    presence: Presence | None = None
    chosen: bool = False
    """It is the one on screen."""
    unread: bool = False
    count: int = 0
    """The number in its pill; 0 with `unread` is a dot."""
    tip: str = ""
    """What else there is to say, when the pointer rests on it."""
    muted: bool = False
    """It calls nobody: secondary, with a crossed bell at the right."""
    in_clear: bool = False
    """A person whose connection is not encrypted: an open lock stands at the right."""


class SideList(QListView):
    """A list of names; Enter, click or double-click leave as `activated_row`."""

    activated_row = pyqtSignal(int)
    typed = pyqtSignal(str)
    """A letter: it belongs into the message box."""

    def __init__(self, model: QAbstractItemModel, *, single_click: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(_SideDelegate(self))
        self.setSelectionMode(QAbstractItemView.NoSelection)
        self.setEditTriggers(QAbstractItemView.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollPerPixel)
        self.setMouseTracking(True)
        theme.mark(self, "surface", "side")
        (self.clicked if single_click else self.doubleClicked).connect(self._activate)
        self.renew()

    @abstractmethod
    def item(self, number: int) -> SideItem:
        """What the row with this number shows."""

    @abstractmethod
    def menu_for(self, number: int) -> QMenu | None:
        """The context menu of a row, None for none."""

    def _activate(self, index: QModelIndex) -> None:
        if index.isValid() and (not self.item(index.row()).caption or self.item(index.row()).opens):
            self.activated_row.emit(index.row())

    def renew(self) -> None:
        """Take over theme and zoom."""
        self.verticalScrollBar().setSingleStep(px(32))
        self.scheduleDelayedItemsLayout()

    def changeEvent(self, event: QEvent) -> None:
        """Theme, zoom and language change live."""
        super().changeEvent(event)
        if event.type() in {QEvent.StyleChange, QEvent.FontChange, QEvent.LanguageChange}:
            self.renew()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter activates; letters go to the message box."""
        plain_key = not event.modifiers() & (Qt.ControlModifier | Qt.AltModifier | Qt.MetaModifier)
        if event.key() in {Qt.Key_Return, Qt.Key_Enter, Qt.Key_Space} and plain_key:
            self._activate(self.currentIndex())
        elif plain_key and event.text().isprintable() and event.text().strip():
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll, unless it zooms."""
        if not leaves_zoom(event):
            super().wheelEvent(event)

    def keyboardSearch(self, _search: str | None) -> None:
        """Nothing: letters go to the message box."""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu of the row under the pointer, or of the current one."""
        by_keyboard = event.reason() == QContextMenuEvent.Keyboard
        index = self.currentIndex() if by_keyboard else self.indexAt(event.pos())
        menu = self.menu_for(index.row()) if index.isValid() and not self.item(index.row()).caption else None
        if menu is not None:
            center: QPoint = self.visualRect(index).center()
            menu.exec_(self.viewport().mapToGlobal(center) if by_keyboard else event.globalPos())
            menu.deleteLater()

    def viewportEvent(self, event: QEvent) -> bool:
        """A tooltip shows a name whole that is cut off, and what else there is to say."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.ToolTip:
            index = self.indexAt(event.pos())
            item = self.item(index.row()) if index.isValid() else SideItem("")
            text = item.text
            cut = QFontMetrics(theme.text_font(14)).horizontalAdvance(text) > self.viewport().width() - px(64)
            tip = "\n".join(filter(None, (text if cut else "", item.tip)))
            QToolTip.showText(event.globalPos(), tooltip(tip), self)
            return True
        return bool(super().viewportEvent(event))


class _SideDelegate(QStyledItemDelegate):
    """Draws the rows of a `SideList`: 32 px high, captions 24 px with 8 px above."""

    def __init__(self, view: SideList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """The height; the width is the view's."""
        return QSize(1, px(36) if self._view.item(index.row()).caption else px(32))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draw one row."""
        item = self._view.item(index.row())
        colours = theme.current()
        area = QRect(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.Antialiasing)
        focused = self._view.hasFocus() and self._view.currentIndex() == index
        hovered = bool(option.state & QStyle.State_MouseOver)
        if item.caption:
            if item.opens and (focused or hovered):
                self._draw_ground(painter, item, area, hovered=hovered, focused=focused)
            painter.setFont(theme.text_font(12, semibold=True))
            painter.setPen(QColor(colours.secondary))
            room = area.adjusted(px(16), px(12), -px(8), 0)
            text = painter.fontMetrics().elidedText(item.text, Qt.ElideMiddle, room.width())
            painter.drawText(room, int(Qt.AlignLeft | Qt.AlignVCenter), text)
        else:
            self._draw_ground(painter, item, area, hovered=hovered, focused=focused)
            self._draw_item(painter, item, area)
        painter.restore()

    @staticmethod
    def _draw_ground(painter: QPainter, item: SideItem, area: QRect, *, hovered: bool, focused: bool) -> None:
        colours = theme.current()
        pill = QRectF(area).adjusted(px(8), 1, -px(8), -1)
        if item.chosen or hovered:
            painter.setPen(Qt.NoPen)
            painter.setBrush(QColor(colours.selected if item.chosen else colours.hover))
            painter.drawRoundedRect(pill, px(6), px(6))
        if item.chosen:
            painter.setPen(Qt.NoPen)
            painter.setBrush(QColor(colours.accent))
            bar = QRectF(pill.left(), pill.top() + px(6), px(3), pill.height() - px(12))
            painter.drawRoundedRect(bar, px(1.5), px(1.5))
        if focused:
            ring = px(colours.focus_width)
            painter.setPen(QPen(QColor(colours.focus), ring))
            painter.setBrush(Qt.NoBrush)
            painter.drawRoundedRect(pill.adjusted(ring / 2, ring / 2, -ring / 2, -ring / 2), px(6), px(6))

    @staticmethod
    def _draw_item(painter: QPainter, item: SideItem, area: QRect) -> None:
        colours = theme.current()
        left, right = area.left() + px(20), area.right() - px(16)
        middle = area.center().y() + 1
        away = item.presence in {Presence.AWAY, Presence.OFFLINE} and not item.unread
        if item.room:
            side = px(14)
            ratio = painter.device().devicePixelRatioF()
            sign = icons.pixmap("hash", side, colours.text if item.unread else colours.secondary, ratio)
            painter.drawPixmap(QRect(left - px(1), middle - side // 2, side, side), sign)
        elif item.presence is not None:
            draw_presence(painter, QRectF(left + px(1), middle - px(5), px(10), px(10)), item.presence)
        if item.room or item.presence is not None:
            left += px(20)
        if item.unread:
            right -= draw_unread(painter, right, middle, item.count) + px(8)
        if item.in_clear or item.muted:
            side = px(13)
            ratio = painter.device().devicePixelRatioF()
            sign = icons.pixmap("bell-off" if item.muted else "lock-open", side, colours.secondary, ratio)
            painter.drawPixmap(QRect(right - side, middle - side // 2, side, side), sign)
            right -= side + px(6)
        font = theme.text_font(14, semibold=item.unread)
        painter.setFont(font)
        painter.setPen(QColor(colours.secondary if away or item.muted else colours.text))
        text = painter.fontMetrics().elidedText(item.text, Qt.ElideRight, right - left)
        flags = int(Qt.AlignLeft | Qt.AlignAbsolute | Qt.AlignVCenter)
        painter.drawText(QRect(left, area.top(), right - left + px(2), area.height()), flags, text)


def draw_unread(painter: QPainter, right: int, middle: int, count: int) -> int:
    """A pill with a number, or a dot for 0; returns its width."""
    colours = theme.current()
    painter.setPen(Qt.NoPen)
    painter.setBrush(QColor(colours.accent))
    if not count:
        painter.drawEllipse(QRectF(right - px(8), middle - px(4), px(8), px(8)))
        return px(8)
    text = f"{_MOST}+" if count > _MOST else str(count)
    painter.setFont(theme.text_font(12, semibold=True))
    width = max(px(20), painter.fontMetrics().horizontalAdvance(text) + px(12))
    pill = QRectF(right - width, middle - px(10), width, px(20))
    painter.drawRoundedRect(pill, px(10), px(10))
    painter.setPen(QColor(colours.on_accent))
    painter.drawText(pill, Qt.AlignCenter, text)
    return width


def draw_presence(painter: QPainter, area: QRectF, presence: Presence) -> None:
    """Filled dot, ring with a bar, or empty ring."""
    colours = theme.current()
    painter.save()
    painter.setRenderHint(QPainter.Antialiasing)
    if presence is Presence.ONLINE:
        painter.setPen(Qt.NoPen)
        painter.setBrush(QColor(colours.success))
        painter.drawEllipse(area)
    else:
        width = px(1.5)
        painter.setPen(QPen(QColor(colours.secondary), width))
        painter.setBrush(Qt.NoBrush)
        ring = area.adjusted(width / 2, width / 2, -width / 2, -width / 2)
        painter.drawEllipse(ring)
        if presence is Presence.AWAY:
            inset = QPointF(ring.width() / 2 - px(2), 0)
            painter.drawLine(ring.center() - inset, ring.center() + inset)
    painter.restore()
