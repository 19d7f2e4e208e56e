"""The text edit of the composer: plain text, emoji in colour, and the keys that do not edit."""

from __future__ import annotations

from PyQt5.QtCore import QMimeData, QRect, Qt, pyqtSignal
from PyQt5.QtGui import (
    QColor,
    QInputMethodEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QWheelEvent,
)
from PyQt5.QtWidgets import QPlainTextEdit, QWidget

from client import theme
from client.theme import px
from client.widgets.menus import leaves_zoom
from client.widgets.paste_bar import is_long
from client.widgets.spans import emoji_runs, utf16_length

PASTE_CHARACTERS = 100_000
"""A paste above this is refused with a sentence: the box would stand still for seconds."""

_SHIFT = int(Qt.ShiftModifier)


class MessageBox(QPlainTextEdit):
    """The text edit inside the composer."""

    submitted = pyqtSignal()
    refused = pyqtSignal()
    """A paste was far too long."""
    long_pasted = pyqtSignal(str)
    """A long paste: it is not in the box yet."""
    resized = pyqtSignal()
    page_requested = pyqtSignal(int)
    newest_requested = pyqtSignal()
    edit_last_requested = pyqtSignal()
    recall_requested = pyqtSignal(int)
    """What was sent before (-1) or after (1) what stands here."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composing = False
        self.enter_sends = True
        """Enter sends and Shift+Enter begins a line, or the other way round; Ctrl+Enter sends."""
        self._placeholder = ""
        self._colour = _EmojiColours(self.document())
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self.renew()

    @property
    def composing(self) -> bool:
        """Whether an input method is at work: the keys are its own then."""
        return self._composing

    def renew(self) -> None:
        """Take over theme and zoom."""
        self.setFont(theme.text_font(14))
        self.document().setDefaultFont(theme.text_font(14))
        self.document().setDocumentMargin(px(4))
        self.setViewportMargins(0, px(5), px(72), px(5))
        self._colour.rehighlight()

    def setPlaceholderText(self, text: str | None) -> None:
        """What the empty box says, in one line (Qt would wrap it, half transparent where a style sheet is set)."""
        self._placeholder = text or ""
        self.viewport().update()

    def placeholderText(self) -> str:
        """What the empty box says."""
        return self._placeholder

    def paintEvent(self, event: QPaintEvent) -> None:
        """The text, or the placeholder while there is none."""
        super().paintEvent(event)
        if not self.document().isEmpty() or self._composing:
            return
        painter = QPainter(self.viewport())
        painter.setPen(QColor(theme.current().placeholder))
        line = self.cursorRect()
        area = QRect(line.left(), line.top(), self.viewport().width() - line.left(), line.height())
        text = self.fontMetrics().elidedText(self._placeholder, Qt.ElideRight, area.width())
        painter.drawText(area, int(Qt.AlignLeft | Qt.AlignAbsolute | Qt.AlignVCenter), text)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, paging, Ctrl+End, Up in an empty box, Ctrl+Up and Ctrl+Down; all else is the editor's."""
        modifiers = int(event.modifiers()) & ~int(Qt.KeypadModifier)
        if event.key() in {Qt.Key_Return, Qt.Key_Enter}:
            if self._composing:
                event.ignore()
            elif modifiers == int(Qt.ControlModifier) or modifiers == (0 if self.enter_sends else _SHIFT):
                self.submitted.emit()
            elif modifiers in {0, _SHIFT}:
                self.insertPlainText("\n")
                self.ensureCursorVisible()
        elif event.key() in {Qt.Key_PageUp, Qt.Key_PageDown} and not modifiers:
            self.page_requested.emit(-1 if event.key() == Qt.Key_PageUp else 1)
        elif event.key() == Qt.Key_End and modifiers == int(Qt.ControlModifier):
            self.newest_requested.emit()
        elif event.key() == Qt.Key_Up and not modifiers and self.document().isEmpty() and not self._composing:
            self.edit_last_requested.emit()
        elif self._recalls(event.key(), modifiers):
            self.recall_requested.emit(-1 if event.key() == Qt.Key_Up else 1)
        elif event.key() == Qt.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _recalls(self, key: int, modifiers: int) -> bool:
        """Whether this is Ctrl+Up in the first line, or Ctrl+Down in the last one."""
        edge = {Qt.Key_Up: 0, Qt.Key_Down: self.document().blockCount() - 1}.get(Qt.Key(key))
        return modifiers == int(Qt.ControlModifier) and not self._composing and self.textCursor().blockNumber() == edge

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll, unless it zooms."""
        if not leaves_zoom(event):
            super().wheelEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Remember whether an input method composes: Enter is its key then."""
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def insertFromMimeData(self, source: QMimeData | None) -> None:
        """Paste and drop bring plain text only; a long one is asked about first."""
        text = source.text().replace("\0", "").replace("\r\n", "\n") if source is not None else ""
        if len(text) > PASTE_CHARACTERS:
            self.refused.emit()
        elif is_long(text):
            self.long_pasted.emit(text)
        elif text:
            self.insertPlainText(text)
            self.ensureCursorVisible()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lines may break elsewhere."""
        super().resizeEvent(event)
        self.resized.emit()


class _EmojiColours(QSyntaxHighlighter):
    """Draws runs of emoji with the emoji font alone, as the message list does."""

    def highlightBlock(self, text: str | None) -> None:
        """Give each run of the line its family."""
        drawn = QTextCharFormat()
        drawn.setFontFamilies([theme.emoji_font(14).family()])
        for start, stop in emoji_runs(text or ""):
            first = utf16_length((text or "")[:start])
            self.setFormat(first, utf16_length((text or "")[:stop]) - first, drawn)
