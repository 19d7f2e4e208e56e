"""The message list under the mouse: selecting, links, names, buttons, context menus, tooltips.

An item view gives none of this for text inside a row; here it is done with the rectangles of
`RowLayout`. `MessageView` adds scrolling and the moving window.
"""

from __future__ import annotations

from functools import partial

from PyQt5.QtCore import QEvent, QModelIndex, QPoint, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import (
    QClipboard,
    QContextMenuEvent,
    QCursor,
    QGuiApplication,
    QHelpEvent,
    QMouseEvent,
)
from PyQt5.QtWidgets import QAbstractItemView, QApplication, QListView, QMenu, QToolTip, QWidget

from client.changes import Entry
from client.models.messages import MessageModel
from client.models.rows import Row
from client.models.texts import day_text, number_text, plain, safe_name, safe_text, seen_text, shown_text
from client.theme import px
from client.widgets.marked_block import CodeBox
from client.widgets.menus import add_action, open_link, put_on_clipboard
from client.widgets.message_delegate import MessageDelegate
from client.widgets.motion import Flash
from client.widgets.plain import tooltip
from client.widgets.row_extras import Pill, QuoteLine
from client.widgets.row_layout import Action, CopyCode, Part, RowLayout
from client.widgets.selection import Place, TextSelection
from client.widgets.spans import Link, drawn_text, utf16_length
from translations import tr

NOWHERE = QPoint(-1, -1)
"""The menu is of a message, not of a place in it: the keyboard asked for it, or a button."""
_LINK_CHARACTERS = 60
"""So much of a link stands in a menu."""
_DRAG_SCROLL_MS = 30
_DRAG_STEP = 20
"""Pixels by which code is scrolled by one move of a drag beside it."""


class SelectableMessages(QListView):
    """A list of messages whose text can be selected, copied and clicked."""

    private_requested = pyqtSignal(str)
    """A nickname: open the private chat with this person."""
    mention_requested = pyqtSignal(str)
    """A nickname to put into the message box."""
    resend_requested = pyqtSignal(str)
    """Id of a failed entry."""
    discard_requested = pyqtSignal(str)
    """Id of a failed entry."""
    load_requested = pyqtSignal(str)
    """Id of a gap that was clicked."""
    quote_requested = pyqtSignal(str)
    """Id of a message that is answered: show it."""
    reaction_requested = pyqtSignal(str, str)
    """Id of an entry, and the reaction to add or to take back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.messages = MessageModel(self)
        self.selection = TextSelection(self.messages)
        self._delegate = MessageDelegate(self.messages, self, self)
        self._delegate.spinner.turned.connect(self.viewport().update)
        self.flash = Flash(self)
        self.flash.changed.connect(self.viewport().update)
        self._hovered = 0
        self._pressed: Part | None = None
        self._dragging = False
        self._bar: tuple[CodeBox, int] | None = None
        """The scroll bar of code that is being dragged, and where it was taken."""
        self._clicks = 0
        self._click_timer = QTimer(self)
        self._click_timer.setSingleShot(True)
        self._drag_timer = QTimer(self)
        self._drag_timer.setInterval(_DRAG_SCROLL_MS)
        self._drag_timer.timeout.connect(self._scroll_while_dragging)
        self.setModel(self.messages)
        self.setItemDelegate(self._delegate)
        self.setSelectionMode(QAbstractItemView.NoSelection)
        self.setEditTriggers(QAbstractItemView.NoEditTriggers)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)

    # --- what the delegate asks (Highlights) --------------------------------------------------

    def selected_part(self, row: Row, length: int) -> tuple[int, int] | None:
        """The selected positions of the row's text."""
        return self.selection.part_of(row, length)

    def is_hovered(self, row: Row) -> bool:
        """Whether the pointer is over the row."""
        return row.serial == self._hovered

    def is_focused(self, row: Row) -> bool:
        """Whether the keyboard is on the row."""
        current = self.currentIndex()
        return self.hasFocus() and current.isValid() and self.messages.row(current.row()) is row

    def flash_of(self, row: Row) -> float:
        """How strongly the row is marked."""
        return self.flash.strength(row.entry.id)

    # --- where things are ---------------------------------------------------------------------

    def row_at(self, point: QPoint) -> tuple[Row, RowLayout, QPoint] | None:
        """The row under a point of the viewport, its layout, and the point inside it."""
        index = self.indexAt(QPoint(max(0, min(point.x(), self.viewport().width() - 1)), point.y()))
        if not index.isValid():
            return None
        layout = self._delegate.layout_of(index.row())
        return self.messages.row(index.row()), layout, point - self.visualRect(index).topLeft()

    def _place_at(self, point: QPoint) -> Place | None:
        """The text position nearest to a point; beyond the last row its end."""
        found = self.row_at(point)
        if found is None:
            last = self.messages.rowCount() - 1
            if last < 0 or point.y() < 0:
                return None
            return Place(self.messages.row(last).start, self._delegate.layout_of(last).block.length)
        row, layout, inside = found
        return Place(row.start, layout.position_at(inside))

    def _whole(self, row: Row) -> tuple[Place, Place]:
        length = utf16_length(drawn_text(seen_text(row, self.messages.entries)))
        return Place(row.start, 0), Place(row.start, length)

    # --- selecting ----------------------------------------------------------------------------

    def select_all(self) -> None:
        """Select every message of the conversation."""
        last = len(self.messages.entries) - 1
        if last >= 0:
            row = self.messages.rows_between(last, last)
            self.selection.set(Place(0, 0), self._whole(row[-1])[1] if row else Place(last, 0))
            self._selection_changed()

    def copied(self) -> str:
        """What Ctrl+C copies: the selection, else the current message."""
        text = self.selection.text()
        current = self.currentIndex()
        if not text and current.isValid():
            text = plain(shown_text(self.messages.row(current.row()), self.messages.entries))
        return text

    def copy(self) -> None:
        """Put the selection, else the current message, on the clipboard."""
        put_on_clipboard(self.copied())

    def _selection_changed(self) -> None:
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a selection; the third click in a row takes the whole message."""
        self.setFocus(Qt.MouseFocusReason)
        found = self.row_at(event.pos())
        if event.button() != Qt.LeftButton:
            return
        self._pressed = self._clickable(found)
        if self._take_bar(found):
            return
        if found is not None and self._clicks == 2 and self._click_timer.isActive():
            self._clicks = 3
            self.selection.set(*self._whole(found[0]))
        elif not isinstance(self._pressed, Action | CopyCode):
            self._begin_selection(event)
        self._selection_changed()

    def _begin_selection(self, event: QMouseEvent) -> None:
        place = self._place_at(event.pos())
        self._dragging = place is not None
        if place is None:
            self.selection.clear()
        elif event.modifiers() & Qt.ShiftModifier and self.selection.anchor is not None:
            self.selection.set(self.selection.anchor, place)
        else:
            self.selection.set(place, place)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select the word; on a name open the private chat."""
        found = self.row_at(event.pos())
        if event.button() != Qt.LeftButton or found is None:
            return
        row, layout, inside = found
        again = isinstance(layout.part_at(inside), Pill | Action | CopyCode)
        if again or self._take_bar(found):  # a quick second click is a second click
            self.mousePressEvent(event)
            return
        if layout.on_person(inside) and not row.entry.own and row.entry.nickname:
            self.private_requested.emit(row.entry.nickname)
            return
        start, stop = layout.block.word_at(layout.position_at(inside))
        self.selection.set(Place(row.start, start), Place(row.start, stop))
        self._dragging, self._pressed, self._clicks = False, None, 2
        self._click_timer.start(QApplication.doubleClickInterval())
        self._selection_changed()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Extend the selection, or show what is under the pointer."""
        if event.buttons() & Qt.LeftButton:
            if self._bar is not None:
                self._drag_bar(*self._bar, event.x())
            elif self._dragging:
                self._drag_to(event.pos())
            return
        self._hover(event.pos())

    def _drag_to(self, point: QPoint) -> None:
        self._scroll_beside(point)
        place = self._place_at(point)
        if place is not None and self.selection.anchor is not None:
            self.selection.set(self.selection.anchor, place)
            self._selection_changed()
        inside = 0 <= point.y() < self.viewport().height()
        if inside:
            self._drag_timer.stop()
        elif not self._drag_timer.isActive():
            self._drag_timer.start()

    def _scroll_while_dragging(self) -> None:
        point = self.viewport().mapFromGlobal(QCursor.pos())
        if not self._dragging or 0 <= point.y() < self.viewport().height():
            self._drag_timer.stop()
            return
        bar = self.verticalScrollBar()
        beyond = point.y() if point.y() < 0 else point.y() - self.viewport().height()
        bar.setValue(bar.value() + max(-60, min(60, beyond)))
        edge = 0 if beyond < 0 else self.viewport().height() - 1
        self._drag_to(QPoint(point.x(), edge))
        self._drag_timer.start()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the selection (it becomes the X11 primary selection) or do what was clicked."""
        self._drag_timer.stop()
        if event.button() != Qt.LeftButton:
            return
        pressed, self._pressed = self._pressed, None
        self._dragging, self._bar = False, None
        text = self.selection.text()
        found = self.row_at(event.pos())
        if pressed is not None and not text and found is not None and self._clickable(found) == pressed:
            self._click(pressed, found[0])
        clipboard = QGuiApplication.clipboard()
        if text and clipboard.supportsSelection():
            clipboard.setText(text, QClipboard.Selection)

    # --- code that is wider than its box ------------------------------------------------------

    def scroll_code(self, point: QPoint, by: int) -> bool:
        """Scroll the code under a point to the side; False where there is none, or all of it fits."""
        found = self.row_at(point)
        box = found[1].box_at(found[2]) if found is not None else None
        moved = box is not None and box.scroll(by)
        self.viewport().update()
        return moved

    def _scroll_beside(self, point: QPoint) -> None:
        """A drag left or right of the code in which it began brings what is hidden there."""
        found, anchor = self.row_at(point), self.selection.anchor
        if found is None or anchor is None or anchor.entry != found[0].start:
            return
        inside = found[2] - found[1].block_at
        box = found[1].box_at(QPoint(found[1].block_at.x(), found[2].y()))
        if box is not None and box.first <= anchor.position <= box.first + box.block.length:
            left = inside.x() - box.at.x()
            box.scroll(-px(_DRAG_STEP) if left < 0 else px(_DRAG_STEP) if left >= box.room else 0)

    def _take_bar(self, found: tuple[Row, RowLayout, QPoint] | None) -> bool:
        """Begin to drag the scroll bar under the pointer, if there is one."""
        if found is None:
            return False
        _, layout, inside = found
        box, point = layout.box_at(inside), inside - layout.block_at
        if box is None or not box.track.contains(point):
            return False
        self._bar = box, layout.block_at.x() + box.grip(point.x())
        self._drag_bar(*self._bar, inside.x())
        return True

    def _drag_bar(self, box: CodeBox, taken: int, x: int) -> None:
        box.drag(x - taken)
        self.viewport().update()

    # --- clicking -----------------------------------------------------------------------------

    @staticmethod
    def _clickable(found: tuple[Row, RowLayout, QPoint] | None) -> Part | None:
        return found[1].part_at(found[2]) if found is not None else None

    def _click(self, target: Part, row: Row) -> None:
        match target:
            case Link(url=url):
                open_link(url)
            case QuoteLine(id=answered):
                self.quote_requested.emit(answered)
            case CopyCode(code=code):
                put_on_clipboard(plain(code))
                QToolTip.showText(QCursor.pos(), tr("Copied"), self)
            case Pill(text=text):
                self.reaction_requested.emit(row.entry.id, text)
            case Action.RESEND:
                self.resend_requested.emit(row.entry.id)
            case Action.DISCARD:
                self.discard_requested.emit(row.entry.id)
            case Action.LOAD:
                self.load_requested.emit(row.entry.id)
            case Action():
                self._answered(row, delete=target is Action.DELETE)

    def _answered(self, row: Row, *, delete: bool) -> None:
        """The question whether to delete this row's message was answered."""

    # --- hovering -----------------------------------------------------------------------------

    def _hover(self, point: QPoint) -> None:
        found = self.row_at(point)
        serial = found[0].serial if found is not None else 0
        if serial != self._hovered:
            self._hovered = serial
            self.viewport().update()
        shape = Qt.ArrowCursor
        if found is not None:
            _, layout, inside = found
            box = layout.box_at(inside)
            if self._clickable(found) is not None:
                shape = Qt.PointingHandCursor
            elif box is not None and box.track.contains(inside - layout.block_at):
                shape = Qt.ArrowCursor
            elif layout.on_text(inside):
                shape = Qt.IBeamCursor
        self.viewport().setCursor(shape)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer any more."""
        self._hovered = 0
        self.viewport().update()
        super().leaveEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Tooltips: where a link leads, and the full date and time of a message."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.ToolTip:
            QToolTip.showText(event.globalPos(), tooltip(self._tip_at(event.pos())), self)
            return True
        return bool(super().viewportEvent(event))

    def _tip_at(self, point: QPoint) -> str:
        found = self.row_at(point)
        if found is None:
            return ""
        row, layout, inside = found
        part = layout.part_at(inside)
        if isinstance(part, Link):
            return part.url
        if isinstance(part, Pill):
            return part.tip
        if isinstance(part, CopyCode):
            return tr("Copy code")
        return f"{day_text(row.entry.time)}, {layout.time}" if layout.time_area.contains(inside) else ""

    # --- context menus ------------------------------------------------------------------------

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu of what is under the pointer; from the keyboard, of the current message."""
        by_keyboard = event.reason() == QContextMenuEvent.Keyboard
        point = self.visualRect(self.currentIndex()).center() if by_keyboard else event.pos()
        found = self.row_at(point)
        if found is None:
            return
        row, layout, inside = found
        menu = self.menu_for(row, layout, NOWHERE if by_keyboard else inside)
        self._open(menu, self._on_screen(point) if by_keyboard else event.globalPos())

    @staticmethod
    def _open(menu: QMenu, at: QPoint) -> None:
        menu.exec_(at)
        menu.deleteLater()

    def _on_screen(self, point: QPoint) -> QPoint:
        return self.viewport().mapToGlobal(point)

    def menu_for(self, row: Row, layout: RowLayout, inside: QPoint) -> QMenu:
        """What can be done with a link (from `NOWHERE` with all), a name, a message that was not sent, and the text."""
        menu = QMenu(self)
        link = layout.link_at(inside)
        urls = [link.url] if link is not None else layout.block.urls if inside == NOWHERE else []
        for url in urls:
            about = menu if len(urls) == 1 else menu.addMenu(_menu_name(url))
            add_action(about, tr("Open"), partial(open_link, url))
            add_action(about, tr("Copy link"), partial(put_on_clipboard, url))
        if urls:
            menu.addSeparator()
        if layout.on_person(inside):
            self._add_person(menu, row.entry)
        for button in layout.buttons:
            add_action(menu, button.text, partial(self._click, button.action, row))
        self._add_deeds(menu, row)
        if self.selection.ends() is not None:
            add_action(menu, tr("Copy selection"), self.copy)
        text = plain(shown_text(row, self.messages.entries))
        add_action(menu, tr("Copy message"), lambda: put_on_clipboard(text), "copy")
        for number, box in enumerate(layout.boxes, start=1):
            several = len(layout.boxes) > 1
            name = tr("Copy code {n}").format(n=number_text(number)) if several else tr("Copy code")
            add_action(menu, name, partial(put_on_clipboard, plain(box.code)))
        return menu

    def _add_deeds(self, menu: QMenu, row: Row) -> None:
        """What can be done with the message itself."""

    def _add_person(self, menu: QMenu, entry: Entry) -> None:
        name = entry.name or entry.nickname
        if not entry.own and entry.nickname:
            add_action(menu, tr("Send message"), lambda: self.private_requested.emit(entry.nickname))
            add_action(menu, tr("Mention"), lambda: self.mention_requested.emit(entry.nickname))
        add_action(menu, tr("Copy name"), lambda: put_on_clipboard(safe_name(name)))
        menu.addSeparator()

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        """Draw the focus ring where it is now."""
        super().currentChanged(current, previous)
        self.viewport().update()


def _menu_name(url: str) -> str:
    """A link as the name of a menu, where & marks a letter."""
    shown = safe_text(url)
    return (shown if len(shown) <= _LINK_CHARACTERS else shown[:_LINK_CHARACTERS] + "…").replace("&", "&&")
