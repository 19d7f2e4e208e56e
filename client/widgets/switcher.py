"""The switcher (Ctrl+K): a field over the page and, below it, the places that its letters mean.

What is found comes from `find`, so that the same list also picks a person. The keyboard stays in the field: arrows
choose, Enter takes, Esc closes. Imports models and theme. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PyQt5.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PyQt5.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from client import theme
from client.models.places import Place, PlaceKind
from client.models.texts import isolated, number_text, plain
from client.theme import px
from client.widgets import icons
from client.widgets.controls import label
from client.widgets.deeds import paint_raised
from client.widgets.side_list import Presence, draw_presence, draw_unread
from translations import ntr, tr

WIDTH = 480
"""Where the window is wide enough, px at 100 %."""
ROW = 36
ROWS = 9
"""On screen at once; the others are scrolled to."""
TOP = 56
"""From the upper edge of the page."""
LEAST = 160
_STAYS = frozenset({Qt.PopupFocusReason, Qt.ActiveWindowFocusReason})
"""Why the field may lose the keyboard while the list stays open."""
_LEFT = int(Qt.AlignLeft | Qt.AlignAbsolute | Qt.AlignVCenter)


class Switcher(QFrame):
    """See the module; made once, shown when it is asked for."""

    chosen = pyqtSignal(object)
    """The `Place` that was taken."""
    closed = pyqtSignal()
    """By Esc: the keyboard goes back."""

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        self._find: Callable[[str], list[Place]] = lambda _typed: []
        self._heading: Callable[[], str] = lambda: ""
        self.setObjectName("switcher")
        self.field = QLineEdit(self)
        self.field.setObjectName("switcher_edit")
        self.field.textChanged.connect(self._seek)
        self.field.installEventFilter(self)
        self.model = _PlaceModel(self)
        self.list = QListView(self)
        self.list.setModel(self.model)
        self.list.setItemDelegate(_PlaceDelegate(self.model, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.NoFocus)
        self.list.setEditTriggers(QAbstractItemView.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self.list.setCursor(Qt.PointingHandCursor)
        self.list.clicked.connect(lambda index: self.take(index.row()))
        theme.mark(self.list, "surface", "raised")
        self.hint = label("secondary", wrap=True)
        self._column = QVBoxLayout(self)
        for widget in (self.field, self.list, self.hint):
            self._column.addWidget(widget)
        page.installEventFilter(self)
        self.hide()

    def open(self, heading: Callable[[], str], find: Callable[[str], list[Place]]) -> None:
        """Ask where to (`heading` in the language in use); `find` says which places some letters mean."""
        self._heading, self._find = heading, find
        self.renew()
        self.field.clear()
        self._seek("")
        self.show()
        self.raise_()
        self.field.setFocus(Qt.ShortcutFocusReason)

    def take(self, row: int) -> None:
        """Go to the place in this row."""
        if 0 <= row < len(self.model.places):
            place = self.model.places[row]
            self.hide()
            self.chosen.emit(place)

    def step(self, step: int) -> None:
        """Choose the next place or the one before, round the ends."""
        if self.model.places:
            self._choose((self.list.currentIndex().row() + step) % len(self.model.places))

    def _seek(self, typed: str) -> None:
        self.model.show(self._find(typed))
        self.hint.setText(tr("No person and no room is called that.") if not self.model.places else "")
        self.hint.setVisible(not self.model.places)
        self.list.setVisible(bool(self.model.places))
        self._place()
        self._choose(0)

    def _choose(self, row: int) -> None:
        if not self.model.places:
            self.field.setAccessibleDescription(self.hint.text())
            return
        self.list.setCurrentIndex(self.model.index(row))
        text = tr("{choice}, {n} of {all}. Up and Down choose, Enter goes there, Esc closes.")
        place = (number_text(row + 1), number_text(len(self.model.places)))
        choice = _said(self.model.places[row])
        self.field.setAccessibleDescription(text.format(choice=choice, n=place[0], all=place[1]))

    def renew(self) -> None:
        """Take over theme, zoom and language."""
        self.setAccessibleName(plain(self._heading()))
        self.field.setPlaceholderText(self._heading())
        self.field.setAccessibleName(plain(self._heading()))
        self.field.setFont(theme.text_font(14))
        self.field.setFixedHeight(px(36))
        self.list.setAccessibleName(tr("Suggestions"))
        self.list.scheduleDelayedItemsLayout()
        self.hint.setFont(theme.text_font(12))
        self._column.setContentsMargins(px(8), px(8), px(8), px(8))
        self._column.setSpacing(px(6))
        self._place()

    def _place(self) -> None:
        """In the middle near the top, as high as its rows need and there is room for."""
        inside = self._page.rect()
        width = min(px(WIDTH), inside.width() - px(16))
        top = min(px(TOP), max(px(8), inside.height() // 10))
        rows = min(len(self.model.places), ROWS)
        height = px(36) + 2 * px(8) + px(6) + (rows * px(ROW) + 2 if rows else px(28))
        height = min(height, inside.height() - top - px(8))
        self.setGeometry((inside.width() - width) // 2, top, width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keys of the list while the field has the keyboard; going elsewhere closes."""
        if watched is self._page:
            if event.type() == QEvent.Resize and not self.isHidden():
                self._place()
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.KeyPress:
            return self._key(event)
        elif isinstance(event, QFocusEvent) and not event.gotFocus() and event.reason() not in _STAYS:
            self.hide()
        return False

    def _key(self, event: QKeyEvent) -> bool:
        """Whether the list took this key."""
        key = event.key()
        if key in {Qt.Key_Up, Qt.Key_Down, Qt.Key_Tab, Qt.Key_Backtab}:
            self.step(-1 if key in {Qt.Key_Up, Qt.Key_Backtab} else 1)
        elif key in {Qt.Key_PageUp, Qt.Key_PageDown}:
            last = len(self.model.places) - 1
            row = self.list.currentIndex().row() + (ROWS if key == Qt.Key_PageDown else -ROWS)
            self._choose(min(max(row, 0), last))
        elif key in {Qt.Key_Return, Qt.Key_Enter}:
            self.take(self.list.currentIndex().row())
        elif key == Qt.Key_Escape:
            self.hide()
            self.closed.emit()
        else:
            return False
        return True

    def changeEvent(self, event: QEvent) -> None:
        """Theme, zoom and language change live."""
        super().changeEvent(event)
        if event.type() in {QEvent.StyleChange, QEvent.LanguageChange} and hasattr(self, "_column"):
            self.renew()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Raised, with a thin border."""
        paint_raised(self)


class _PlaceModel(QAbstractListModel):
    """The places as rows."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.places: list[Place] = []

    def show(self, places: list[Place]) -> None:
        """Take over these."""
        self.beginResetModel()
        self.places = places
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature; never changed
        """How many there are."""
        return 0 if parent.isValid() else len(self.places)

    def data(self, index: QModelIndex, role: int = Qt.DisplayRole) -> Any:
        """What is read out."""
        return _said(self.places[index.row()]) if role in {Qt.DisplayRole, Qt.AccessibleTextRole} else None


def _said(place: Place) -> str:
    parts = [_text(place), place.detail]
    if place.unread:
        parts.append(ntr("{n} new message", "{n} new messages", place.unread).format(n=number_text(place.unread)))
    return plain(", ".join(filter(None, parts)))


def _text(place: Place) -> str:
    if place.kind is PlaceKind.NEW:
        return tr("Create or join {room}").format(room=isolated(place.label))
    return place.label


class _PlaceDelegate(QStyledItemDelegate):
    """Draws a row: a hash or a dot, the name, in grey what is known of it, and what is unread."""

    def __init__(self, model: _PlaceModel, parent: QListView) -> None:
        super().__init__(parent)
        self._model, self._list = model, parent

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex) -> QSize:
        """The height; the width is the list's."""
        return QSize(1, px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """One place."""
        place, colours, area = self._model.places[index.row()], theme.current(), QRect(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.Antialiasing)
        chosen = self._list.currentIndex() == index
        if chosen or option.state & QStyle.State_MouseOver:
            painter.setPen(Qt.NoPen)
            painter.setBrush(QColor(colours.selected if chosen else colours.hover))
            painter.drawRoundedRect(QRectF(area).adjusted(0, 1, 0, -1), px(6), px(6))
        left, right, middle = area.left() + px(12), area.right() - px(12), area.center().y() + 1
        side = px(14)
        if place.nickname:
            presence = Presence.ONLINE if place.online else Presence.OFFLINE
            draw_presence(painter, QRectF(left + px(2), middle - px(5), px(10), px(10)), presence)
        else:
            name = "plus" if place.kind is PlaceKind.NEW else "hash"
            sign = icons.pixmap(name, side, colours.secondary, painter.device().devicePixelRatioF())
            painter.drawPixmap(QRect(left, middle - side // 2, side, side), sign)
        left += px(24)
        if place.unread:
            count = place.mentions if place.kind is PlaceKind.ROOM else place.unread
            right -= draw_unread(painter, right, middle, count) + px(8)
        painter.setFont(theme.text_font(14, semibold=place.unread > 0))
        painter.setPen(QColor(colours.text))
        name = _text(place)
        name = name.removeprefix("#") if place.kind is PlaceKind.ROOM else name
        shown = painter.fontMetrics().elidedText(name, Qt.ElideRight, right - left)
        painter.drawText(QRect(left, area.top(), right - left + px(2), area.height()), _LEFT, shown)
        left += painter.fontMetrics().horizontalAdvance(shown) + px(12)
        if place.detail and left < right - px(24):
            painter.setFont(theme.text_font(12))
            painter.setPen(QColor(colours.secondary))
            shown = painter.fontMetrics().elidedText(place.detail, Qt.ElideRight, right - left)
            painter.drawText(QRect(left, area.top(), right - left, area.height()), _LEFT, shown)
        painter.restore()
