"""What can be completed, in a list over the message box; the keyboard stays in the box.

`Completion` watches the box: it asks `source` what is offered at the cursor, and takes the keys that belong to an
open list. The list is a child of the window, so it never takes focus. Imports models and theme. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PyQt5 import sip
from PyQt5.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPoint, QRect, QRectF, QSize, Qt
from PyQt5.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QTextCursor
from PyQt5.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from client import theme
from client.models.completion import MOST, Begun, Offer, begun, whole
from client.models.texts import number_text
from client.theme import px
from client.widgets.deeds import paint_raised
from client.widgets.message_box import MessageBox
from client.widgets.spans import drawn_text, utf16_length, utf16_slice
from translations import tr

WIDTH = 420
"""Where the window is wide enough, px at 100 %."""
ROW = 32


class Completion(QObject):
    """The list and its keys; `source` says what may take the place of what was begun."""

    def __init__(self, box: MessageBox) -> None:
        super().__init__(box)
        self.source: Callable[[Begun], list[Offer]] = lambda _begun: []
        self._box = box
        self._list: OfferList | None = None
        self._begun: Begun | None = None
        self._refused = -1
        """Where the sign stands whose list was closed by Esc."""
        self._text = ""
        box.textChanged.connect(self._changed)
        box.cursorPositionChanged.connect(self._moved)
        box.resized.connect(self._place)
        box.installEventFilter(self)

    @property
    def is_open(self) -> bool:
        """Whether something is offered now."""
        return self._shown() is not None

    def close(self) -> None:
        """Put the list away."""
        self._begun = None
        offers = self._shown()
        if offers is not None:
            offers.hide()
            self._box.setAccessibleDescription("")

    # --- watching the box ---------------------------------------------------------------------

    def _changed(self) -> None:
        text = self._box.toPlainText()
        if text != self._text:  # Qt says so too when only colours changed
            self._text = text
            self._look()

    def _look(self) -> None:
        """Offer what there is for what stands before the cursor."""
        cursor, text = self._box.textCursor(), self._box.toPlainText()
        before = utf16_slice(text, 0, cursor.position())
        found = None if cursor.hasSelection() else begun(before, text[len(before) :])
        start = len(before) - len(found.typed) if found is not None else -1
        if start != self._refused:
            self._refused = -1
        offered = self.source(found) if found is not None and self._refused < 0 else []
        if not offered:
            self.close()
            return
        self._begun = found
        offers = self._made()
        offers.offer(offered)
        offers.show()
        self._place()
        self._say()

    def _moved(self) -> None:
        if self.is_open:
            self._look()

    def _place(self) -> None:
        offers = self._shown()
        if offers is not None:
            corner = self._box.mapTo(self._box.window(), QPoint(0, 0))
            offers.show_above(QRect(corner, self._box.size()))

    def _say(self) -> None:
        """Tell screen readers which row is chosen: they follow the keyboard, which stays in the box."""
        offers = self._shown()
        if offers is not None:
            text = tr("{choice}, {n} of {all}. Up and Down choose, Tab takes it, Esc closes.")
            place = (number_text(offers.row() + 1), number_text(len(offers.model.offers)))
            self._box.setAccessibleDescription(text.format(choice=offers.model.said(), n=place[0], all=place[1]))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keys of an open list; what takes the box away from the person closes it."""
        offers = self._shown()
        if offers is None:
            return False
        if watched is not self._box:  # the window
            if event.type() == QEvent.Resize:
                self.close()
            return False
        if isinstance(event, QKeyEvent) and event.type() == QEvent.KeyPress:
            return not self._box.composing and self._key(offers, event)
        if event.type() in {QEvent.FocusOut, QEvent.Hide, QEvent.StyleChange, QEvent.LanguageChange}:
            self.close()
        return False

    def _key(self, offers: OfferList, event: QKeyEvent) -> bool:
        """Whether the list took this key."""
        if int(event.modifiers()) & ~int(Qt.KeypadModifier):
            return False
        if event.key() in {Qt.Key_Up, Qt.Key_Down}:
            offers.step(-1 if event.key() == Qt.Key_Up else 1)
            self._say()
        elif event.key() == Qt.Key_Escape:
            self._refused = len(utf16_slice(self._box.toPlainText(), 0, self._box.textCursor().position()))
            self._refused -= len(self._begun.typed) if self._begun is not None else 0
            self.close()
        elif event.key() == Qt.Key_Tab:
            self.take(offers.row())
        elif event.key() in {Qt.Key_Return, Qt.Key_Enter}:
            if self._begun is not None and whole(self._begun, offers.model.offers):
                self.close()
                return False
            self.take(offers.row())
        else:
            return False
        return True

    def take(self, row: int) -> None:
        """Put this row's text in place of what was begun."""
        offers = self._shown()
        if offers is None or self._begun is None:
            return
        text = offers.model.offers[row].text
        length = utf16_length(self._begun.typed)
        self.close()
        cursor = self._box.textCursor()
        cursor.movePosition(QTextCursor.Left, QTextCursor.KeepAnchor, length)
        following = str(self._box.document().characterAt(cursor.selectionEnd()))
        cursor.insertText(text.rstrip(" ") if following == " " else text)
        self._box.ensureCursorVisible()

    # --- the list -----------------------------------------------------------------------------

    def _shown(self) -> OfferList | None:
        offers = self._list
        return offers if offers is not None and not sip.isdeleted(offers) and not offers.isHidden() else None

    def _made(self) -> OfferList:
        if self._list is None or sip.isdeleted(self._list) or self._list.parentWidget() is not self._box.window():
            self._list = OfferList(self._box.window())
            self._box.window().installEventFilter(self)
            self._list.list.clicked.connect(lambda index: self.take(index.row()))
        return self._list


class OfferList(QFrame):
    """The rows that are offered, the chosen one marked."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("offer_list")
        self.list = QListView(self)
        self.model = _Offers(self.list)
        self.list.setModel(self.model)
        self.list.setItemDelegate(_OfferDelegate(self.list))
        self.list.setFocusPolicy(Qt.NoFocus)
        self.list.setEditTriggers(QAbstractItemView.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self.list.setCursor(Qt.PointingHandCursor)
        theme.mark(self.list, "surface", "raised")
        layout = QVBoxLayout(self)
        layout.addWidget(self.list)
        self.hide()

    def offer(self, offers: list[Offer]) -> None:
        """Show these, the first one chosen."""
        name = tr("Suggestions")
        self.setAccessibleName(name)
        self.list.setAccessibleName(name)
        self.model.show(offers)
        self._choose(0)

    def row(self) -> int:
        """Which one is chosen."""
        return self.model.chosen

    def step(self, step: int) -> None:
        """Choose the next or the one before, round the ends."""
        self._choose((self.row() + step) % len(self.model.offers))

    def _choose(self, row: int) -> None:
        self.model.chosen = row
        index = self.model.index(row)
        self.list.setCurrentIndex(index)
        self.list.scrollTo(index)
        self.list.viewport().update()

    def show_above(self, box: QRect) -> None:
        """Lie over this rectangle of the window, as high as there is room for."""
        gap, edge = px(4), px(4)
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(edge, edge, edge, edge)
        fitting = max(1, (box.top() - gap - 2 * edge) // px(ROW))
        height = min(len(self.model.offers), MOST, fitting) * px(ROW) + 2 * edge
        self.setGeometry(box.left(), max(0, box.top() - gap - height), min(px(WIDTH), box.width()), height)
        self.show()
        self.raise_()
        self.list.scrollTo(self.model.index(self.row()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Raised, with a thin border."""
        paint_raised(self)


class _Offers(QAbstractListModel):
    """The offers as rows."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.offers: list[Offer] = []
        self.chosen = 0

    def show(self, offers: list[Offer]) -> None:
        """Take over these."""
        self.beginResetModel()
        self.offers = offers
        self.endResetModel()

    def said(self) -> str:
        """The chosen row in words."""
        return _said(self.offers[self.chosen])

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature; never changed
        """How many there are."""
        return 0 if parent.isValid() else len(self.offers)

    def data(self, index: QModelIndex, role: int = Qt.DisplayRole) -> Any:
        """What is read out."""
        return _said(self.offers[index.row()]) if role in {Qt.DisplayRole, Qt.AccessibleTextRole} else None


def _said(offer: Offer) -> str:
    return ", ".join(filter(None, (offer.emoji, offer.label, offer.detail)))


class _OfferDelegate(QStyledItemDelegate):
    """Draws a row: an emoji, what is offered, and in grey what it is."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex) -> QSize:
        """The height; the width is the list's."""
        return QSize(1, px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draw one row."""
        model = index.model()
        if not isinstance(model, _Offers):
            return
        offer, colours, area = model.offers[index.row()], theme.current(), QRect(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setPen(Qt.NoPen)
        if index.row() == model.chosen or option.state & QStyle.State_MouseOver:
            painter.setBrush(QColor(colours.selected if index.row() == model.chosen else colours.hover))
            painter.drawRoundedRect(QRectF(area).adjusted(0, 1, 0, -1), px(6), px(6))
        if index.row() == model.chosen:
            painter.setBrush(QColor(colours.accent))
            painter.drawRoundedRect(
                QRectF(area.left(), area.top() + px(7), px(3), area.height() - px(14)), px(1.5), px(1.5)
            )
        self._draw_texts(painter, offer, area.adjusted(px(12), 0, -px(8), 0))
        painter.restore()

    @staticmethod
    def _draw_texts(painter: QPainter, offer: Offer, area: QRect) -> None:
        colours, flags = theme.current(), int(Qt.AlignLeft | Qt.AlignAbsolute | Qt.AlignVCenter)
        if offer.emoji:
            painter.setPen(QColor(colours.text))
            painter.setFont(theme.emoji_font(18))
            painter.drawText(area, flags, drawn_text(offer.emoji))
            area.setLeft(area.left() + px(32))
        for text, font, colour in (
            (offer.label, theme.text_font(14), colours.text),
            (offer.detail, theme.text_font(12), colours.secondary),
        ):
            painter.setFont(font)
            painter.setPen(QColor(colour))
            shown = QFontMetrics(font).elidedText(text, Qt.ElideRight, area.width())
            painter.drawText(area, flags, shown)
            area.setLeft(min(area.right(), area.left() + QFontMetrics(font).horizontalAdvance(shown) + px(10)))
