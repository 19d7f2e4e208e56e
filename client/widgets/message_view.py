"""The message list: the keyboard, what can be done with a message, and what lies over the list.

Below it, `message_scroll` scrolls and `message_mouse` selects and clicks. The page connects the signals
to the session and tells through `rights` what a message allows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import islice

from PyQt5.QtCore import QEvent, QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent, QWheelEvent
from PyQt5.QtWidgets import QAbstractItemView, QMenu, QToolTip, QWidget

from client import theme
from client.changes import Entry, EntryKind, Gap
from client.models.messages import counts_as_new
from client.models.rows import Row
from client.models.texts import day_text
from client.theme import px
from client.widgets.controls import label
from client.widgets.deeds import Deed, DeedBar, ReactionPicker, deed_text
from client.widgets.jump_button import JumpButton, UnreadButton
from client.widgets.menus import add_action
from client.widgets.message_mouse import NOWHERE
from client.widgets.message_scroll import ScrollingMessages
from client.widgets.skeleton import Skeleton
from translations import language, tr

_KEYS = {Qt.Key_R: Deed.REPLY, Qt.Key_E: Deed.EDIT, Qt.Key_Delete: Deed.DELETE, Qt.Key_Plus: Deed.REACT}
_TOLD = {Deed.REPLY: "reply", Deed.EDIT: "edit", Deed.DELETE: "delete", Deed.REACT: "react"}
_CODE_STEP = 60
"""Pixels by which code is scrolled to the side at once."""
_COUNTED = 100
"""So far new messages are counted; from there on it is "99+"."""


class MessageView(ScrollingMessages):
    """The messages of one conversation."""

    zoom_requested = pyqtSignal(int)
    """Ctrl and the wheel: +1 or -1 step."""
    typed = pyqtSignal(str)
    """A letter that has no meaning here: it belongs into the message box."""
    more_reactions_requested = pyqtSignal(str)
    """Id of an entry to which none of the common reactions fits."""
    deed_requested = pyqtSignal(object, str)
    """A `Deed` (never REACT: that is `reaction_requested`; DELETE was confirmed) and the id of an entry."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message_view")
        self.rights: Callable[[Entry], frozenset[Deed]] = lambda _entry: frozenset()
        """What can be done with an entry; the page sets it."""
        self.extend_menu: Callable[[QMenu, Entry], None] = lambda _menu, _entry: None
        """Adds what the page knows to the menu of an entry."""
        self._narrow = False
        self._unread_seen = ""
        """Id of the first unread entry that was on screen, or was jumped to."""
        self._shown_in: tuple[object, ...] = ()
        self._jump = JumpButton(self)
        self._jump.clicked.connect(self.to_newest)
        self._unread = UnreadButton(self.viewport())
        self._unread.clicked.connect(self.to_first_unread)
        self._deeds = DeedBar(self.viewport())
        self._deeds.deed_chosen.connect(self._deed_chosen)
        self._deeds.more_requested.connect(self._more)
        self._deeds_row: Row | None = None
        self._empty_text = ""
        self._empty = label("secondary", wrap=True)
        self._empty.setParent(self.viewport())
        self._empty.setAlignment(Qt.AlignCenter)
        self.skeleton = Skeleton(self.viewport())
        self.skeleton.became_due.connect(self._place_overlays)
        self.setFocusPolicy(Qt.StrongFocus)
        self.setMinimumHeight(40)  # less than Qt wants: in a low window it gives way to what is asked below it
        self.verticalScrollBar().sliderMoved.connect(self._show_date)
        self.verticalScrollBar().valueChanged.connect(self._hide_deeds)
        self.messages.row_replaced.connect(self._row_replaced)
        self._renew()

    # --- for the page -------------------------------------------------------------------------

    def set_narrow(self, narrow: bool) -> None:
        """Whether the window is too narrow for avatars."""
        if narrow != self._narrow:
            self._narrow = narrow
            with self.keeping_place():
                self._delegate.renew(self.viewport().width(), narrow=narrow)
                self._layout_anew()

    def set_empty_text(self, text: str) -> None:
        """What stands in the middle while there is no message."""
        self._empty_text = text
        self._place_overlays()

    def set_waiting(self, waiting: bool) -> None:
        """Whether messages are on their way: until they come it is not said that there are none."""
        if waiting != self.skeleton.waiting:
            self.skeleton.set_waiting(waiting)
            self._place_overlays()

    def show_entry(self, entry_id: str) -> None:
        """Scroll to this entry and mark it for a moment."""
        if self.to_entry(entry_id):
            self._current_entry = self._index_of(entry_id)
            self._after_change()
            self.flash.start(entry_id)

    def to_first_unread(self) -> None:
        """Show the line "New messages"."""
        conversation = self.messages.conversation
        if conversation is not None and self.to_entry(conversation.first_unread):
            if self._unread.hasFocus():  # it goes, and the keyboard is on the message it led to
                self._set_current(self.messages.row_of(self._unread_entry))
                self.setFocus(Qt.ShortcutFocusReason)
            self._unread_seen = conversation.first_unread
            self._check_unread()

    def sent(self) -> None:
        """The person wrote something: they are at the newest message now, and know about the new ones."""
        conversation = self.messages.conversation
        self._unread_seen = conversation.first_unread if conversation is not None else ""
        self.to_newest()

    # --- deeds --------------------------------------------------------------------------------

    def do(self, deed: Deed, row: Row) -> None:
        """Begin a deed, if the row's message allows it: deleting asks first, reacting offers a choice."""
        if deed not in self.rights(row.entry):
            return
        if deed is Deed.DELETE:
            self.ask(row.entry.id)
        elif deed is Deed.REACT:
            self._pick_reaction(row)
        else:
            self.deed_requested.emit(deed, row.entry.id)

    def ask(self, entry_id: str) -> None:
        """Let the row of this entry ask whether to delete it; "" for no question."""
        before, self._delegate.asking = self._delegate.asking, entry_id
        with self.keeping_place():
            for asked in {before, entry_id} - {""}:
                number = self.messages.row_of(self._index_of(asked))
                if number >= 0:
                    self._delegate.forget(self.messages.row(number).serial)
                    self.messages.touch(number)
        number = self.messages.row_of(self._index_of(entry_id)) if entry_id else -1
        if number >= 0:
            self.scrollTo(self.messages.index(number), QAbstractItemView.EnsureVisible)
        self._hide_deeds()

    def _answered(self, row: Row, *, delete: bool) -> None:
        self.ask("")
        if delete:
            self.deed_requested.emit(Deed.DELETE, row.entry.id)

    def _pick_reaction(self, row: Row) -> None:
        entry_id, number = row.entry.id, self.messages.row_of(row.start)
        area = self.visualRect(self.messages.index(number)).intersected(self.viewport().rect())
        area.setRight(min(area.right(), px(56 + 720)))
        window = self.window()
        picker = ReactionPicker(window)
        picker.picked.connect(lambda emoji: self.reaction_requested.emit(entry_id, emoji))
        picker.more_requested.connect(lambda: self.more_reactions_requested.emit(entry_id))
        beside = self._deeds.geometry() if self._deeds.isVisible() else area
        picker.show_at(QRect(self.viewport().mapTo(window, beside.topLeft()), beside.size()))

    def _add_deeds(self, menu: QMenu, row: Row) -> None:
        allowed = self.rights(row.entry)
        quote = row.entry.quote
        if quote is not None:
            add_action(menu, tr("Show the message it replies to"), lambda: self.quote_requested.emit(quote.id))
        for deed in Deed:
            if deed in allowed:
                add_action(menu, deed_text(deed), partial(self.do, deed, row), _TOLD.get(deed, ""))
        self.extend_menu(menu, row.entry)
        if allowed:
            menu.addSeparator()

    def _deed_chosen(self, deed: Deed) -> None:
        if self._deeds_row is not None:
            self.do(deed, self._deeds_row)

    def _more(self) -> None:
        row = self._deeds_row
        if row is not None:
            number = self.messages.row_of(row.start)
            menu = self.menu_for(row, self._delegate.layout_of(number), NOWHERE)
            self._open(menu, self._deeds.mapToGlobal(QPoint(0, self._deeds.height())))

    def _row_replaced(self, serial: int) -> None:
        if self._deeds_row is not None and self._deeds_row.serial == serial:
            self._hide_deeds()

    def _hide_deeds(self) -> None:
        self._deeds.hide()
        self._deeds_row = None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The buttons come with the row under the pointer."""
        super().mouseMoveEvent(event)
        found = None if event.buttons() else self.row_at(event.pos())
        row = found[0] if found is not None else None
        if row is self._deeds_row:
            return
        deeds = self.rights(row.entry) if row is not None else frozenset()
        if found is None or not deeds:
            self._hide_deeds()
            return
        top = event.pos().y() - found[2].y() + found[1].content.top()
        look = found[1].look
        right = min(self.viewport().width(), look.gutter + look.text_width + look.margin) - px(12)
        self._deeds.offer(deeds, right, top - px(8))
        self._deeds_row = row

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer any more."""
        self._hide_deeds()
        super().leaveEvent(event)

    # --- keyboard -----------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Home, End move; R, E, Del, + and C do something; letters go to the message box."""
        plain_key = not event.modifiers() & (Qt.ControlModifier | Qt.AltModifier | Qt.MetaModifier)
        step = {Qt.Key_Up: -1, Qt.Key_Down: 1}.get(Qt.Key(event.key()))
        if self._delegate.asking and event.key() in {Qt.Key_Return, Qt.Key_Enter, Qt.Key_Escape}:
            self._answer_by_key(delete=event.key() != Qt.Key_Escape)
        elif event.matches(QKeySequence.Copy) or (plain_key and event.key() == Qt.Key_C):
            self.copy()
        elif event.matches(QKeySequence.SelectAll):
            self.select_all()
        elif not plain_key:
            event.ignore()
        elif step is not None:
            self._move_current(step)
        elif event.key() in {Qt.Key_Left, Qt.Key_Right} and self.currentIndex().isValid():
            self._scroll_current(px(_CODE_STEP) * (1 if event.key() == Qt.Key_Right else -1))
        elif event.key() in {Qt.Key_Home, Qt.Key_End}:
            self._to_end(newest=event.key() == Qt.Key_End)
        elif event.key() in {Qt.Key_PageUp, Qt.Key_PageDown}:
            self.page(-1 if event.key() == Qt.Key_PageUp else 1)
        elif event.key() in {Qt.Key_Return, Qt.Key_Enter}:
            self._load_by_key()
        elif Qt.Key(event.key()) in _KEYS and self.currentIndex().isValid():
            self._do_by_key(_KEYS[Qt.Key(event.key())])
        elif event.text().isprintable() and event.text().strip():
            self.typed.emit(event.text())
        else:
            event.ignore()

    def _to_end(self, *, newest: bool) -> None:
        if newest:
            self.to_newest()
        else:
            self.to_oldest()
        self._set_current(self.messages.rowCount() - 1 if newest else 0)

    def _scroll_current(self, by: int) -> None:
        """Scroll the code in the current message to the side."""
        for box in self._delegate.layout_of(self.currentIndex().row()).boxes:
            box.scroll(by)
        self.viewport().update()

    def _do_by_key(self, deed: Deed) -> None:
        self.do(deed, self.messages.row(self.currentIndex().row()))

    def _load_by_key(self) -> None:
        """Enter on a gap fetches what is missing there."""
        entry = self.messages.row(self.currentIndex().row()).entry if self.currentIndex().isValid() else None
        if entry is not None and entry.gap is Gap.OPEN:
            self.load_requested.emit(entry.id)

    def _answer_by_key(self, *, delete: bool) -> None:
        number = self.messages.row_of(self._index_of(self._delegate.asking))
        if number >= 0:
            self._answered(self.messages.row(number), delete=delete)
        else:
            self.ask("")

    def _move_current(self, step: int) -> None:
        current = self.currentIndex().row()
        if current < 0:
            bottom = self.indexAt(QPoint(0, self.viewport().height() - 1))
            number = bottom.row() if bottom.isValid() else self.messages.rowCount() - 1
        else:
            number = current + step
        self._set_current(max(0, min(number, self.messages.rowCount() - 1)))

    def _set_current(self, number: int) -> None:
        if not 0 <= number < self.messages.rowCount():
            return
        self._current_entry = self.messages.row(number).start
        index = self.messages.index(number)
        self.setCurrentIndex(index)
        self.scrollTo(index, QAbstractItemView.EnsureVisible)

    def keyboardSearch(self, _search: str | None) -> None:
        """Nothing: single letters must not jump to rows."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Coming by keyboard, begin at the lowest visible message (Qt would choose the first row loaded)."""
        QWidget.focusInEvent(self, event)
        by_keyboard = event.reason() in {Qt.TabFocusReason, Qt.BacktabFocusReason, Qt.ShortcutFocusReason}
        if by_keyboard and self._current_entry < 0:
            self._move_current(0)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The focus ring goes."""
        super().focusOutEvent(event)
        self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll (code to the side, with Shift or a wheel of its own), or with Ctrl ask for another zoom."""
        if event.modifiers() & Qt.ControlModifier:
            delta = event.angleDelta().y()
            if delta:
                self.zoom_requested.emit(1 if delta > 0 else -1)
            event.accept()
            return
        turned = event.angleDelta()
        aside = turned.y() if event.modifiers() & Qt.ShiftModifier and not turned.x() else turned.x()
        if abs(aside) >= abs(turned.y()) and self.scroll_code(event.pos(), -aside * px(_CODE_STEP) // 120):
            event.accept()
            return
        super().wheelEvent(event)

    # --- looks --------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        """One line: in a low window all that must be there comes first."""
        return QSize(px(60), px(20))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width: other line breaks, the same first row."""
        with self.keeping_place():
            super().resizeEvent(event)
            if self._delegate.set_width(self.viewport().width(), narrow=self._narrow):
                self._layout_anew()

    def changeEvent(self, event: QEvent) -> None:
        """Theme, zoom and language change live."""
        super().changeEvent(event)
        kinds = {QEvent.StyleChange, QEvent.PaletteChange, QEvent.FontChange, QEvent.LanguageChange}
        if event.type() in kinds and hasattr(self, "_empty"):
            self._renew()

    def _renew(self) -> None:
        shown_in = (theme.current(), theme.zoom(), language())
        if shown_in == self._shown_in:
            return
        self._shown_in = shown_in
        self.setAccessibleName(tr("Messages"))
        self.setViewportMargins(0, 0, 0, px(4))
        self.verticalScrollBar().setSingleStep(px(20))
        with self.keeping_place():
            self._delegate.renew(self.viewport().width(), narrow=self._narrow)
            self._layout_anew()
        self._jump.renew()
        self._unread.renew()
        self._hide_deeds()
        self._deeds.renew()

    def _after_change(self) -> None:
        super()._after_change()
        if self._unread_entry >= 0 and not self._unread_was_seen():
            self._load_timer.start()
        elif self._unread.isVisible():
            self._unread.hide()
        self._jump.setVisible(not self._glued and self.messages.rowCount() > 0)
        self._place_overlays()

    def _look_around(self) -> None:
        super()._look_around()
        self._check_unread()

    def _unread_was_seen(self) -> bool:
        conversation = self.messages.conversation
        return conversation is None or conversation.first_unread == self._unread_seen

    def _check_unread(self) -> None:
        """Offer the way to the line "New messages" until it was on screen."""
        if self._unread_entry < 0 or self._unread_was_seen() or not (self.isVisible() and self.messages.rowCount()):
            self._unread.hide()
            return
        number = self.messages.row_of(self._unread_entry)
        area = self.visualRect(self.messages.index(number)) if number >= 0 else None
        if area is not None and area.bottom() >= 0 and area.top() < self.viewport().height():
            conversation = self.messages.conversation
            self._unread_seen = conversation.first_unread if conversation is not None else ""
            self._unread.hide()
            return
        if self._unread_entry > self.messages.row(0).start and (area is None or area.top() > 0):
            self._unread.hide()  # it is below: the round button leads there
            return
        new = filter(counts_as_new, islice(self.messages.entries, self._unread_entry, None))
        self._unread.set_count(sum(1 for _ in islice(new, _COUNTED)))
        self._unread.show()
        self._place_overlays()

    def _set_new_below(self, count: int) -> None:
        if count != self._new_below:
            super()._set_new_below(count)
            self._jump.set_count(count)
            self._place_overlays()

    def _place_overlays(self) -> None:
        inside = self.viewport()
        self._place_bare(inside.rect())
        self._jump.adjustSize()
        self._jump.move(inside.width() - self._jump.width() - px(12), inside.height() - self._jump.height() - px(12))
        if self._unread.isVisible():
            self._unread.fit(inside.width())

    def _place_bare(self, inside: QRect) -> None:
        """What stands there while there is no message, below the mark that the conversation begins here."""
        count, skeleton = self.messages.rowCount(), self.skeleton
        begins = count == 1 and self.messages.row(0).entry.kind is EntryKind.START
        skeleton.setVisible(count == 0 and skeleton.due)
        if skeleton.isVisibleTo(self):
            skeleton.place(inside, self._delegate.look)
        if begins:
            mark = self._delegate.layout_of(0)
            inside.setTop(mark.block_at.y() + mark.block.height)
        self._empty.setVisible((count == 0 or begins) and not skeleton.waiting)
        if self._empty.isVisibleTo(self):
            whole = self._place_empty(inside.adjusted(px(16), 0, -px(16), 0))
            self._empty.setVisible(whole or not begins)

    def _place_empty(self, area: QRect) -> bool:
        """In a low window its first lines give way to the last; False if that is not whole either."""
        lines = self._empty_text.split("\n")
        self._empty.setText(self._empty_text)
        while len(lines) > 1 and self._empty.heightForWidth(area.width()) > area.height():
            del lines[0]
            self._empty.setText("\n".join(lines))
        self._empty.setGeometry(area)
        return self._empty.heightForWidth(area.width()) <= area.height()

    def _show_date(self) -> None:
        """While the bar is dragged: the day of the first visible message."""
        index = self.indexAt(QPoint(0, 0))
        if index.isValid() and not self._busy:  # the bar says so too when we move it under the mouse
            bar = self.verticalScrollBar()
            at = bar.mapToGlobal(QPoint(-px(140), bar.mapFromGlobal(self.cursor().pos()).y()))
            QToolTip.showText(at, day_text(self.messages.row(index.row()).entry.time), self)
