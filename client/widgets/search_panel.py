"""Looking for something everywhere: a field and a list of hits that lie over the messages."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QModelIndex, QObject, QPointF, QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPen,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PyQt5.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from client import theme
from client.changes import Hit, SearchResults
from client.models.hits import HitModel, excerpt, spans
from client.models.texts import moment_text, number_text, safe_name, safe_text
from client.theme import px
from client.widgets import icons
from client.widgets.controls import label
from client.widgets.sheet import covering
from client.widgets.spans import drawn_text, utf16_length
from translations import ntr, tr

_LINES = 2
_LEFT = int(Qt.AlignLeft | Qt.AlignAbsolute | Qt.AlignVCenter)
_RIGHT = int(Qt.AlignRight | Qt.AlignAbsolute | Qt.AlignVCenter)


class SearchPanel(QWidget):
    """Covers `over`, the message list, while it is open."""

    text_changed = pyqtSignal(str)
    chosen = pyqtSignal(object)
    """The `Hit` to show."""
    more_requested = pyqtSignal()
    closed = pyqtSignal()

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self.setObjectName("search_panel")
        self.setAttribute(Qt.WA_StyledBackground)
        theme.mark(self, "surface", "window")
        self._results = SearchResults("", "")
        self._asked = -1
        """How many hits there were when more were asked for."""
        self.field = QLineEdit(self)
        self.field.setObjectName("search_everywhere")
        self.field.textChanged.connect(self.text_changed)
        self.field.installEventFilter(self)
        self.close_button = QToolButton(self)
        self.close_button.clicked.connect(self.closed)
        theme.mark(self.close_button, "kind", "flat")
        self.hint = label("secondary", wrap=True)
        self.hint.setObjectName("search_hint")
        self.hits = HitModel(self)
        self.list = QListView(self)
        self.list.setModel(self.hits)
        self.list.setItemDelegate(_HitDelegate(self.hits, self.list))
        self.list.setVerticalScrollMode(QListView.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self.list.setResizeMode(QListView.Adjust)
        self.list.setMouseTracking(True)
        self.list.setMinimumHeight(1)  # in a low window the line above it comes first
        self.list.clicked.connect(self._choose)
        self.list.verticalScrollBar().valueChanged.connect(self._scrolled)
        top = self._top = QHBoxLayout()
        top.addWidget(self.field, 1)
        top.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addWidget(self.hint)
        layout.addWidget(self.list, 1)
        over.installEventFilter(self)
        self.hide()
        self._renew()

    def open(self) -> None:
        """Show it, with the keyboard in it and what was sought last selected."""
        if self.parentWidget() is self._over:  # beside it: a list raises its scroll bar over what is inside
            self.setParent(self._over.parentWidget())
        self._place()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.ShortcutFocusReason)
        self.field.selectAll()

    def _place(self) -> None:
        self.setGeometry(covering(self._over))

    def show_results(self, results: SearchResults) -> None:
        """Show what was found."""
        self._results = results
        self._asked = -1
        self.hits.show(results.query, results.hits)
        self._say()

    def _say(self) -> None:
        results = self._results
        if results.problem:
            text = results.problem
        elif results.query and not results.hits:
            text = tr("No results for “{text}”. Try another word, or remove a filter.").format(
                text=safe_text(results.query)
            )
        elif results.hits:
            count = len(results.hits)
            number = number_text(count) + ("+" if results.more else "")
            text = ntr("{n} result", "{n} results", count).format(n=number)
        else:
            text = tr("You can add: from:name, in:#room, before:2026-11-30, after:2026-11-01, has:link")
        self.hint.setText(text)
        self.list.setVisible(bool(results.hits))

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(self.hits.hits[index.row()])

    def _scrolled(self) -> None:
        bar = self.list.verticalScrollBar()
        near = bar.value() > bar.maximum() - self.list.viewport().height()
        if near and self._results.more and self._asked != len(self.hits.hits):
            self._asked = len(self.hits.hits)
            self.more_requested.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """As large as what it covers; Down leads from the field into the list."""
        if watched is self._over and event.type() in {QEvent.Resize, QEvent.Move}:
            self._place()
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.KeyPress and event.key() == Qt.Key_Down:
            if self.hits.hits:
                self.list.setFocus(Qt.TabFocusReason)
                if not self.list.currentIndex().isValid():
                    self.list.setCurrentIndex(self.hits.index(0))
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter shows the current hit, or the newest; Esc closes."""
        if event.key() in {Qt.Key_Return, Qt.Key_Enter}:
            current = self.list.currentIndex()
            self._choose(current if current.isValid() else self.hits.index(0))
        elif event.key() == Qt.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Theme, zoom and language change live."""
        super().changeEvent(event)
        if event.type() in {QEvent.StyleChange, QEvent.LanguageChange} and self.layout() is not None:
            self._renew()

    def _renew(self) -> None:
        colours = theme.current()
        self.field.setFixedHeight(px(36))
        self.field.setFont(theme.text_font(14))
        self.field.setPlaceholderText(tr("Search in all rooms"))
        self.field.setAccessibleName(tr("Search in all rooms"))
        self.list.setAccessibleName(tr("Search results"))
        self.hint.setFont(theme.text_font(12))
        self.close_button.setIcon(icons.icon("close", px(18), colours.text))
        self.close_button.setIconSize(QSize(px(18), px(18)))
        self.close_button.setFixedSize(px(36), px(36))
        self.close_button.setAccessibleName(tr("Close (Esc)"))
        self.close_button.setToolTip(tr("Close (Esc)"))
        self.list.verticalScrollBar().setSingleStep(px(20))
        self.list.scheduleDelayedItemsLayout()
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(px(16), px(8), px(8), px(8))
            layout.setSpacing(px(8))
            self._top.setSpacing(px(4))
        self._say()


class _HitDelegate(QStyledItemDelegate):
    """Room, person and time in one line; below it the text, with the words in bold."""

    def __init__(self, model: HitModel, parent: QListView) -> None:
        super().__init__(parent)
        self._model, self._list = model, parent
        self._wide: dict[str, bool] = {}
        """By id: whether a text needs more than one line; a list asks for every height again and again."""
        self._measured_for: tuple[object, ...] = ()
        self._metrics = QFontMetrics(theme.text_font(14))

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """One line and as many as the text has, up to two."""
        measured_for = (self._list.viewport().width(), theme.zoom(), tuple(self._model.words))
        if measured_for != self._measured_for:
            self._measured_for = measured_for
            self._metrics = QFontMetrics(theme.text_font(14))
            self._wide.clear()
        hit = self._model.hits[index.row()]
        wide = self._wide.get(hit.id)
        if wide is None:
            room = self._list.viewport().width() - px(32)
            text = excerpt(hit.text, self._model.words)
            wide = self._wide[hit.id] = self._metrics.horizontalAdvance(text) > room
        return QSize(px(100), px(6 + 20 + 20 * (_LINES if wide else 1) + 6))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """One hit."""
        hit, colours = self._model.hits[index.row()], theme.current()
        painter.save()
        if option.state & QStyle.State_Selected:
            painter.fillRect(option.rect, QColor(colours.selected))
        elif option.state & QStyle.State_MouseOver:
            painter.fillRect(option.rect, QColor(colours.row_hover))
        if option.state & QStyle.State_HasFocus:
            ring = px(colours.focus_width)
            painter.setPen(QPen(QColor(colours.focus), ring))
            painter.drawRect(QRectF(option.rect).adjusted(ring / 2, ring / 2, -ring / 2, -ring / 2))
        inside = option.rect.adjusted(px(8), px(6), -px(16), -px(6))
        head = QRect(inside.left(), inside.top(), inside.width(), px(20))
        self._draw_head(painter, hit, head, selected=bool(option.state & QStyle.State_Selected))
        painter.setPen(QColor(colours.text))
        self._draw_text(painter, hit, inside.adjusted(0, px(20), 0, 0))
        painter.restore()

    @staticmethod
    def _draw_head(painter: QPainter, hit: Hit, area: QRect, *, selected: bool) -> None:
        colours = theme.current()
        painter.setFont(theme.text_font(12))
        metrics = painter.fontMetrics()
        when = moment_text(hit.time)
        painter.setPen(QColor(colours.secondary))
        painter.drawText(area, _RIGHT, when)
        area.setRight(area.right() - metrics.horizontalAdvance(when) - px(12))
        painter.setFont(theme.text_font(12, semibold=True))
        metrics = painter.fontMetrics()
        for text, colour in (
            (safe_name(hit.name), colours.text if selected else theme.name_colour(hit.nickname or hit.name)),
            (safe_name(hit.title), colours.secondary),
        ):
            shown = metrics.elidedText(text, Qt.ElideRight, area.width())
            painter.setPen(QColor(colour))
            painter.drawText(area, _LEFT, shown)
            area.setLeft(min(area.right(), area.left() + metrics.horizontalAdvance(shown) + px(10)))

    def _draw_text(self, painter: QPainter, hit: Hit, area: QRect) -> None:
        text = drawn_text(excerpt(hit.text, self._model.words))
        layout = QTextLayout(text, theme.text_font(14))
        option = QTextOption(Qt.AlignLeft)
        option.setWrapMode(QTextOption.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        formats = []
        for start, stop in spans(text, self._model.words):
            found = QTextLayout.FormatRange()
            found.start = utf16_length(text[:start])
            found.length = utf16_length(text[:stop]) - found.start
            drawn = QTextCharFormat()
            drawn.setFontWeight(QFont.Bold)
            drawn.setForeground(QColor(theme.current().accent))
            found.format = drawn
            formats.append(found)
        layout.setFormats(formats)
        layout.beginLayout()
        for number in range(_LINES):
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(area.width())
            line.setPosition(QPointF(0, number * px(20) + (px(20) - line.height()) / 2))
        layout.endLayout()
        layout.draw(painter, QPointF(area.topLeft()))
