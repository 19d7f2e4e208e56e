"""The message list: scrolling, the moving window, the keyboard, and what lies over it.

The view is glued to the newest message while it is within 40 px of it; otherwise whatever happens
(messages, resizing, loading, another zoom) leaves the first visible row at its pixel. Every change
of the model, the reading of the new geometry and the setting of the bar happen in one call, before
anything is painted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from PyQt5.QtCore import QCoreApplication, QEvent, QModelIndex, QPoint, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QResizeEvent, QWheelEvent
from PyQt5.QtWidgets import QAbstractItemView, QAbstractSlider, QToolTip, QWidget

from client import theme
from client.changes import Conversation, EntriesAdded, EntriesDropped
from client.models.messages import LOAD_ROWS, EntriesChange, counts_as_new
from client.models.texts import day_text
from client.theme import px
from client.widgets.controls import label
from client.widgets.jump_button import JumpButton, QuietScrollBar
from client.widgets.message_mouse import SelectableMessages
from client.widgets.selection import Place, moved
from translations import language, tr

_LAYOUT_EVENT = QEvent.Type(QEvent.registerEventType())

GLUE_PX = 40
"""At most so far from the end the view still follows new messages."""


@dataclass(slots=True)
class Anchor:
    """What must not move: the row of an entry, and its top in the viewport."""

    entry: int
    top: int

    def follow(self, change: EntriesChange) -> None:
        """The entry may have another index now; if it is gone, the next one takes its place."""
        place = moved(Place(self.entry, 0), change)
        if place is not None:
            self.entry = place.entry
        elif isinstance(change, EntriesDropped):
            self.entry = 0


class MessageView(SelectableMessages):
    """The messages of one conversation."""

    zoom_requested = pyqtSignal(int)
    """Ctrl and the wheel: +1 or -1 step."""
    typed = pyqtSignal(str)
    """A letter that has no meaning here: it belongs into the message box."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message_view")
        self._glued = True
        self._narrow = False
        self._busy = False
        self._layout_posted = False
        self._current_entry = -1
        self._new_below = 0
        self._shown_in: tuple[object, ...] = ()
        self._load_timer = QTimer(self)
        self._load_timer.setSingleShot(True)
        self._load_timer.setInterval(0)
        self._load_timer.timeout.connect(self._load_if_near)
        self._jump = JumpButton(self)
        self._jump.clicked.connect(self.to_newest)
        self._empty = label("secondary", wrap=True)
        self._empty.setParent(self.viewport())
        self._empty.setAlignment(Qt.AlignCenter)
        self.setVerticalScrollMode(QAbstractItemView.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarAlwaysOn)
        self.setAutoScroll(False)
        self.setFocusPolicy(Qt.StrongFocus)
        self.setVerticalScrollBar(QuietScrollBar(self))
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(self._scrolled)
        bar.rangeChanged.connect(self._range_changed)
        bar.sliderMoved.connect(self._show_date)
        bar.sliderReleased.connect(self._load_if_near)
        self._renew()

    # --- for the page -------------------------------------------------------------------------

    @property
    def glued(self) -> bool:
        """Whether new messages are followed."""
        return self._glued

    @property
    def layouts_made(self) -> int:
        """How often a row was laid out, for tests and measurements."""
        return self._delegate.layouts_made

    def visible_text(self) -> list[str]:
        """The accessible sentence of every loaded row."""
        return [str(self.messages.index(n).data(Qt.AccessibleTextRole)) for n in range(self.messages.rowCount())]

    def show_conversation(self, conversation: Conversation | None) -> None:
        """Show a conversation: at the line "New messages" if there is one, else at the end."""
        self.selection.clear()
        self._current_entry = -1
        self._set_new_below(0)
        with self._working():
            self.messages.open(conversation, self._few())
            self._glued = True
            unread = self._first_unread(conversation)
            if unread is not None:
                self._go_to_unread(unread)
            else:
                self._stick()
        self._after_change()

    def set_narrow(self, narrow: bool) -> None:
        """Whether the window is too narrow for avatars."""
        if narrow != self._narrow:
            self._narrow = narrow
            with self.keeping_place():
                self._delegate.renew(self.viewport().width(), narrow=narrow)
                self._layout_anew()

    def set_empty_text(self, text: str) -> None:
        """What stands in the middle while there is no message."""
        self._empty.setText(text)
        self._place_overlays()

    def apply(self, changes: Sequence[EntriesChange]) -> None:
        """Take over what happened to the entries of the conversation on screen."""
        seen = 0 if self._glued else self._lowest_seen()
        with self.keeping_place() as anchor:
            self.messages.apply(changes, follow=self._glued, rows=self._few())
            for change in changes:
                self._move_marks(change)
                if anchor is not None:
                    anchor.follow(change)
        if not self._glued:
            below = [change for change in changes if isinstance(change, EntriesAdded) and change.first >= seen]
            fresh = (entry for add in below for entry in self.messages.entries[add.first : add.first + add.count])
            self._set_new_below(self._new_below + sum(map(counts_as_new, fresh)))

    def unread_changed(self) -> None:
        """The line "New messages" may stand elsewhere."""
        with self.keeping_place():
            self.messages.unread_changed()

    def members_changed(self) -> None:
        """People came or went: a room that has become large stops showing that."""
        if self.messages.has_become_large:
            with self.keeping_place():
                self.messages.hide_membership()

    def to_newest(self) -> None:
        """Show the newest message and follow what comes."""
        with self._working():
            if not self.messages.at_end:
                self.messages.load_newest(self._few())
            self._glued = True
            self._stick()
        self._after_change()

    def to_oldest(self) -> None:
        """Show the beginning of the conversation."""
        with self._working():
            self._glued = False
            if not self.messages.at_start:
                self.messages.load_oldest()
            self._layout_now()
            self.verticalScrollBar().setValue(0)
        self._scrolled()

    def page(self, direction: int) -> None:
        """Scroll by a page, up for -1 and down for 1."""
        step = QAbstractSlider.SliderPageStepAdd if direction > 0 else QAbstractSlider.SliderPageStepSub
        self.verticalScrollBar().triggerAction(step)

    # --- anchors ------------------------------------------------------------------------------

    @contextmanager
    def keeping_place(self) -> Iterator[Anchor | None]:
        """Around a change of the model or the geometry: afterwards the same row is at the same pixel.

        While glued there is nothing to keep: one layout before the next painting is enough, however many
        changes come until then, and `_range_changed` follows the end.
        """
        anchor = None if self._glued else self._anchor()
        with self._working():
            yield anchor
            if anchor is not None:
                self._return_to(anchor)
            else:
                self._layout_before_painting()
        self._after_change()

    @contextmanager
    def _working(self) -> Iterator[None]:
        """Meanwhile the bar moves by our doing: neither a reason to load nor to let go of the end."""
        busy, self._busy = self._busy, True
        try:
            yield
        finally:
            self._busy = busy

    def _anchor(self) -> Anchor | None:
        index = self.indexAt(QPoint(0, 0))
        if not index.isValid():
            return None
        return Anchor(self.messages.row(index.row()).start, self.visualRect(index).top())

    def _return_to(self, anchor: Anchor) -> None:
        number = self.messages.row_of(anchor.entry)
        self._layout_now()
        if number >= 0:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + self.visualRect(self.messages.index(number)).top() - anchor.top)

    def _stick(self) -> None:
        self._layout_now()
        bar = self.verticalScrollBar()
        bar.setValue(bar.maximum())

    def _lowest_seen(self) -> int:
        """The index behind the last entry on screen."""
        index = self.indexAt(QPoint(0, self.viewport().height() - 1))
        return self.messages.row(index.row()).stop if index.isValid() else self.messages.stop

    def _layout_now(self) -> None:
        """Lay out what is pending, so that the bar has its new range."""
        self.visualRect(self.messages.index(0))

    def _layout_anew(self) -> None:
        """Ask the delegate for every height again."""
        self.scheduleDelayedItemsLayout()
        self.executeDelayedItemsLayout()

    def _move_marks(self, change: EntriesChange) -> None:
        self.selection.apply(change)
        if self._current_entry >= 0:
            place = moved(Place(self._current_entry, 0), change)
            self._current_entry = -1 if place is None else place.entry

    # --- the window ---------------------------------------------------------------------------

    def _few(self) -> int:
        """Rows that surely fill the view a few times: all that a jump to the end needs to load."""
        return min(LOAD_ROWS, max(60, 3 * self.viewport().height() // px(20)))

    def _scrolled(self) -> None:
        if not self._busy:
            bar = self.verticalScrollBar()
            self._glued = self.messages.at_end and bar.value() >= bar.maximum() - px(GLUE_PX)
            self._after_change()

    def _load_if_near(self) -> None:
        """Load more rows when less than a viewport of them is left in the direction of either end.

        Never called while Qt lays out or scrolls: it changes the model.
        """
        self.executeDelayedItemsLayout()
        bar, near = self.verticalScrollBar(), self.viewport().height()
        if bar.isSliderDown() or not self.messages.rowCount():
            return
        if bar.value() < near and not self.messages.at_start:
            with self.keeping_place():
                self.messages.load_older()
        elif bar.value() > bar.maximum() - near and not self.messages.at_end:
            with self.keeping_place():
                self.messages.load_newer()

    def _range_changed(self) -> None:
        if self._glued:
            with self._working():
                bar = self.verticalScrollBar()
                bar.setValue(bar.maximum())

    def _first_unread(self, conversation: Conversation | None) -> int | None:
        wanted = conversation.first_unread if conversation is not None else ""
        if conversation is None or not wanted:
            return None
        entries = conversation.entries
        return next((n for n in range(len(entries) - 1, -1, -1) if entries[n].id == wanted), None)

    def _go_to_unread(self, entry: int) -> None:
        if self.messages.row_of(entry) < 0:
            self.messages.load_around(entry)
        self._layout_now()
        bar = self.verticalScrollBar()
        top = self.visualRect(self.messages.index(self.messages.row_of(entry))).top()
        bar.setValue(bar.value() + top - px(8))
        self._glued = self.messages.at_end and bar.value() >= bar.maximum() - px(GLUE_PX)
        if self._glued:
            bar.setValue(bar.maximum())

    def _after_change(self) -> None:
        """Bring what depends on the scroll position and the rows in line with them."""
        if not (self.messages.at_start and self.messages.at_end):
            self._load_timer.start()
        if self._glued:
            self._set_new_below(0)
        self._jump.setVisible(not self._glued and self.messages.rowCount() > 0)
        number = self.messages.row_of(self._current_entry) if self._current_entry >= 0 else -1
        if number != self.currentIndex().row():
            self.setCurrentIndex(self.messages.index(number) if number >= 0 else QModelIndex())
        self._place_overlays()

    def _set_new_below(self, count: int) -> None:
        if count != self._new_below:
            self._new_below = count
            self._jump.set_count(count)
            self._place_overlays()

    # --- keyboard -----------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up, Down, Home, End move; C copies; letters go to the message box."""
        plain_key = not event.modifiers() & (Qt.ControlModifier | Qt.AltModifier | Qt.MetaModifier)
        step = {Qt.Key_Up: -1, Qt.Key_Down: 1}.get(Qt.Key(event.key()))
        if event.matches(QKeySequence.Copy) or (plain_key and event.key() == Qt.Key_C):
            self.copy()
        elif event.matches(QKeySequence.SelectAll):
            self.select_all()
        elif not plain_key:
            event.ignore()
        elif step is not None:
            self._move_current(step)
        elif event.key() == Qt.Key_Home:
            self.to_oldest()
            self._set_current(0)
        elif event.key() == Qt.Key_End:
            self.to_newest()
            self._set_current(self.messages.rowCount() - 1)
        elif event.key() in {Qt.Key_PageUp, Qt.Key_PageDown}:
            self.page(-1 if event.key() == Qt.Key_PageUp else 1)
        elif event.text().isprintable() and event.text().strip():
            self.typed.emit(event.text())
        else:
            event.ignore()

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
        """Scroll, or with Ctrl ask for another zoom."""
        if event.modifiers() & Qt.ControlModifier:
            delta = event.angleDelta().y()
            if delta:
                self.zoom_requested.emit(1 if delta > 0 else -1)
            event.accept()
            return
        super().wheelEvent(event)

    def event(self, event: QEvent) -> bool:
        """Lay out what is pending (`_layout_before_painting`)."""
        if event.type() == _LAYOUT_EVENT:
            self._layout_posted = False
            self.executeDelayedItemsLayout()
            return True
        return bool(super().event(event))

    def _layout_before_painting(self) -> None:
        """Lay out once, after all that happens in this turn and before anything is painted.

        Qt's own timer comes too late: a posted event is delivered before the requests to paint, which
        have the lowest priority, a timer is not. (At painting itself it is too late to scroll.)
        """
        if not self._layout_posted:
            self._layout_posted = True
            QCoreApplication.postEvent(self, QEvent(_LAYOUT_EVENT))

    # --- looks --------------------------------------------------------------------------------

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

    def _place_overlays(self) -> None:
        inside = self.viewport()
        self._empty.setVisible(self.messages.rowCount() == 0)
        self._empty.setGeometry(inside.rect().adjusted(px(16), 0, -px(16), 0))
        self._jump.adjustSize()
        self._jump.move(inside.width() - self._jump.width() - px(12), inside.height() - self._jump.height() - px(12))

    def _show_date(self) -> None:
        """While the bar is dragged: the day of the first visible message."""
        index = self.indexAt(QPoint(0, 0))
        if index.isValid() and not self._busy:  # the bar says so too when we move it under the mouse
            bar = self.verticalScrollBar()
            at = bar.mapToGlobal(QPoint(-px(140), bar.mapFromGlobal(self.cursor().pos()).y()))
            QToolTip.showText(at, day_text(self.messages.row(index.row()).entry.time), self)
