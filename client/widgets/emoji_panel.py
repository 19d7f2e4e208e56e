"""All emoji over the message box: a field to search by name, those used last first; the button that opens it.

The panel is a child of the window and is made when it is first opened, and only then are the names read. The keyboard
is in the field: arrows choose, Enter takes, Esc closes. Imports models and theme. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PyQt5 import sip
from PyQt5.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPoint, QRect, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PyQt5.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from client import theme
from client.models import emoji_names
from client.theme import px
from client.widgets import icons
from client.widgets.deeds import COLUMNS, paint_raised
from client.widgets.elided import ElidedLabel
from client.widgets.spans import drawn_text
from translations import tr

CELL = 38
HEIGHT = 320
FOUND = 200
"""More is never shown of a search."""


class EmojiButton(QToolButton):
    """Opens the panel, and closes it again; knows which emoji were used last."""

    picked = pyqtSignal(str)
    closed = pyqtSignal()
    """By Esc or the button: the keyboard goes back."""
    recent_changed = pyqtSignal(list)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.recent: list[str] = []
        self.panel: EmojiPanel | None = None
        self.setObjectName("emoji_button")
        self.setFocusPolicy(Qt.ClickFocus)  # with none a click would go to the box, and so close the panel before
        self.setCursor(Qt.PointingHandCursor)
        theme.mark(self, "kind", "flat")
        self.clicked.connect(self.toggle)

    def renew(self) -> None:
        """Take over theme, zoom and language."""
        colours = theme.current()
        self.setIcon(icons.icon("emoji", px(20), colours.secondary, colours.disabled))
        self.setIconSize(QSize(px(20), px(20)))
        self.setAccessibleName(tr("Choose an emoji"))
        self.setToolTip(tr("Emoji (Ctrl+E)"))

    def toggle(self) -> None:
        """Open the panel, or close it."""
        panel = self.panel
        if panel is not None and not sip.isdeleted(panel) and not panel.isHidden():
            panel.close_panel()
            self.closed.emit()
        elif self.isEnabled():
            self.panel = EmojiPanel(self, self.recent)
            self.panel.picked.connect(self._use)
            self.panel.cancelled.connect(self.closed)
            self.panel.open_panel()

    def open_for(self, take: Callable[[str], None], back: Callable[[], None]) -> None:
        """Open the panel for something else than the text in the box; `back` gets the keyboard when it closes."""

        def picked(emoji: str) -> None:
            self._remember(emoji)
            back()
            take(emoji)

        if self.panel is not None and not sip.isdeleted(self.panel):
            self.panel.close_panel()
        self.panel = EmojiPanel(self, self.recent)
        self.panel.picked.connect(picked)
        self.panel.cancelled.connect(back)
        self.panel.open_panel()

    def _use(self, emoji: str) -> None:
        self._remember(emoji)
        self.picked.emit(emoji)

    def _remember(self, emoji: str) -> None:
        self.recent = emoji_names.used(self.recent, emoji)
        self.recent_changed.emit(self.recent)


class EmojiPanel(QFrame):
    """The field, the emoji, and the name of the chosen one; it is there while it is open."""

    picked = pyqtSignal(str)
    cancelled = pyqtSignal()

    def __init__(self, button: QWidget, recent: list[str]) -> None:
        super().__init__(button.window())
        self._button = button
        self.setObjectName("emoji_panel")
        self.setAccessibleName(tr("Choose an emoji"))
        self._recent = recent
        self.field = QLineEdit(self)
        self.field.setPlaceholderText(tr("Search emoji"))
        self.field.setAccessibleName(tr("Search emoji"))
        self.field.setFixedHeight(px(36))
        self.model = _Emoji(self)
        self.list = QListView(self)
        self.list.setAccessibleName(tr("Emoji"))
        self.list.setModel(self.model)
        self.list.setItemDelegate(_EmojiDelegate(self.list))
        self.list.setViewMode(QListView.IconMode)
        self.list.setMovement(QListView.Static)
        self.list.setResizeMode(QListView.Adjust)
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.NoFocus)
        self.list.setVerticalScrollMode(QListView.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarAlwaysOn)
        self.list.verticalScrollBar().setSingleStep(px(CELL))
        theme.mark(self.list, "surface", "raised")
        self.name = ElidedLabel(self)
        self.name.setFont(theme.text_font(12))
        theme.mark(self.name, "tone", "secondary")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(px(8), px(8), px(8), px(8))
        layout.setSpacing(px(6))
        layout.addWidget(self.field)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.name)
        self.field.textChanged.connect(self._seek)
        self.field.installEventFilter(self)
        button.window().installEventFilter(self)
        self.list.clicked.connect(self._take)
        self._seek("")

    def open_panel(self) -> None:
        """Open above the button, as high as there is room for, and take the keyboard."""
        button = QRect(self._button.mapTo(self._button.window(), QPoint(0, 0)), self._button.size())
        inside = self.parentWidget().rect()
        width = min(COLUMNS * px(CELL) + px(12) + 2 * px(8) + 2, inside.width())
        height = min(px(HEIGHT), button.top() - px(8))
        x = max(0, min(button.right() - width, inside.width() - width))
        self.setGeometry(x, max(0, button.top() - px(8) - height), width, height)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.OtherFocusReason)

    def close_panel(self) -> None:
        """Put it away."""
        self.hide()
        self.deleteLater()

    def chosen(self) -> str:
        """The emoji that Enter takes, "" for none."""
        index = self.list.currentIndex()
        return self.model.rows[index.row()][0] if index.isValid() else ""

    def _seek(self, text: str) -> None:
        letters = text.strip().strip(":")
        self.model.show(emoji_names.find(letters, FOUND) if letters else emoji_names.to_browse(self._recent))
        self._choose(0)

    def _choose(self, row: int) -> None:
        index = self.model.index(min(max(row, 0), len(self.model.rows) - 1))
        self.list.setCurrentIndex(index)
        self.list.scrollTo(index)
        text = f":{self.model.rows[index.row()][1]}:" if index.isValid() else tr("No emoji has this name.")
        self.name.setText(text)
        self.field.setAccessibleDescription(", ".join(filter(None, (self.chosen(), text))))

    def _take(self, index: QModelIndex) -> None:
        if index.isValid():
            emoji = self.model.rows[index.row()][0]
            self.close_panel()
            self.picked.emit(emoji)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keys of the field; what happens elsewhere closes the panel."""
        if self.isHidden():
            return False
        if watched is not self.field:  # the window
            if event.type() in {QEvent.Resize, QEvent.StyleChange, QEvent.LanguageChange}:
                self.close_panel()
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.KeyPress:
            return self._key(event)
        elif isinstance(event, QFocusEvent) and event.lostFocus() and not self._stays(event):
            self.close_panel()
        return False

    def _stays(self, event: QFocusEvent) -> bool:
        """Whether the keyboard went to our own menu, or to the button, whose click closes."""
        return event.reason() == Qt.PopupFocusReason or QApplication.focusWidget() is self._button

    def _key(self, event: QKeyEvent) -> bool:
        """Whether this key was ours; the others write in the field."""
        line = max(1, (self.list.viewport().width() - 1) // px(CELL))
        steps = {Qt.Key_Left: -1, Qt.Key_Right: 1, Qt.Key_Up: -line, Qt.Key_Down: line}
        step = steps.get(Qt.Key(event.key()))
        row = self.list.currentIndex().row()
        if event.key() == Qt.Key_Escape:
            self.close_panel()
            self.cancelled.emit()
        elif event.key() in {Qt.Key_Return, Qt.Key_Enter}:
            self._take(self.list.currentIndex())
        elif step is not None and not int(event.modifiers()) & ~int(Qt.KeypadModifier):
            if 0 <= row + step < len(self.model.rows):
                self._choose(row + step)
        else:
            return False
        return True

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Raised, with a thin border."""
        paint_raised(self)


class _Emoji(QAbstractListModel):
    """Emoji with the names they are found by."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.rows: list[tuple[str, str]] = []

    def show(self, rows: list[tuple[str, str]]) -> None:
        """Take over these."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature; never changed
        """How many there are."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: QModelIndex, role: int = Qt.DisplayRole) -> Any:
        """What is read out, and shown under the pointer."""
        emoji, name = self.rows[index.row()]
        if role == Qt.ToolTipRole:
            return f":{name}:"
        return f"{emoji}, {name}" if role in {Qt.DisplayRole, Qt.AccessibleTextRole} else None


class _EmojiDelegate(QStyledItemDelegate):
    """Draws one emoji, the chosen one in a frame."""

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex) -> QSize:
        """All alike."""
        return QSize(px(CELL), px(CELL))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draw one."""
        model = index.model()
        if not isinstance(model, _Emoji):
            return
        colours, area = theme.current(), QRect(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.Antialiasing)
        if index == self._view.currentIndex():
            ring = px(colours.focus_width)
            painter.setPen(QPen(QColor(colours.focus), ring))
            painter.setBrush(QColor(colours.selected))
            painter.drawRoundedRect(QRectF(area).adjusted(ring, ring, -ring, -ring), px(6), px(6))
        painter.setPen(QColor(colours.text))
        painter.setFont(theme.emoji_font(20))
        painter.drawText(area, Qt.AlignCenter, drawn_text(model.rows[index.row()][0]))
        painter.restore()
