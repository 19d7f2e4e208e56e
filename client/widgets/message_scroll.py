"""The message list as it scrolls: the moving window, the anchor, the gaps that are filled on the way.

The view is glued to the newest message while it is within 40 px of it; otherwise whatever happens
(messages, resizing, loading, another zoom) leaves the first visible text at its pixel. Every change
of the model, the reading of the new geometry and the setting of the bar happen in one call, before
anything is painted. `MessageView` adds the keyboard and what lies over the list.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from PyQt5.QtCore import QCoreApplication, QEvent, QModelIndex, QPoint, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QColor, QPainter, QPaintEvent
from PyQt5.QtWidgets import QAbstractItemView, QAbstractSlider, QWidget

from client import theme
from client.changes import Conversation, EntriesAdded, EntriesDropped
from client.models.messages import LOAD_ROWS, EntriesChange, counts_as_new
from client.models.rows import TIMELESS
from client.theme import px
from client.widgets.jump_button import QuietScrollBar
from client.widgets.message_mouse import SelectableMessages
from client.widgets.selection import Place, moved

_LAYOUT_EVENT = QEvent.Type(QEvent.registerEventType())

GLUE_PX = 40
"""At most so far from the end the view still follows new messages."""
SHOWN_AT = 0.2
"""A message that was looked for stands so far down, as a share of the view's height."""


@dataclass(slots=True)
class Anchor:
    """What must not move: the text of an entry, and its top in the viewport."""

    entry: int
    top: int

    def follow(self, change: EntriesChange) -> None:
        """The entry may have another index now; if it is gone, the next one takes its place."""
        place = moved(Place(self.entry, 0), change)
        if place is not None:
            self.entry = place.entry
        elif isinstance(change, EntriesDropped):
            self.entry = 0


class ScrollingMessages(SelectableMessages):
    """A list of messages that holds still under the reader's eyes."""

    gap_reached = pyqtSignal(str)
    """Id of an OPEN gap that is on screen or nearly so."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._glued = True
        self._busy = False
        self._layout_posted = False
        self._current_entry = -1
        self._unread_entry = -1
        """Index of the entry under the line "New messages"."""
        self._new_below = 0
        self._asked: dict[str, int] = {}
        """Gaps that were reported, by id, and how many entries there were then."""
        self._load_timer = QTimer(self)
        self._load_timer.setSingleShot(True)
        self._load_timer.setInterval(0)
        self._load_timer.timeout.connect(self._look_around)
        self.setVerticalScrollMode(QAbstractItemView.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarAlwaysOn)
        self.setAutoScroll(False)
        self.setVerticalScrollBar(QuietScrollBar(self))
        self.viewport().setAttribute(Qt.WA_OpaquePaintEvent)  # or every notch paints all again, not what came in sight
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(self._scrolled)
        bar.rangeChanged.connect(self._range_changed)
        bar.sliderReleased.connect(self._look_around)

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
        self._asked.clear()
        self._set_new_below(0)
        with self._working():
            self.messages.open(conversation, self._few())
            self._glued = True
            self._find_unread()
            if self._unread_entry >= 0:
                self._go_to(self._unread_entry, px(8))
            else:
                self._stick()
        self._after_change()

    def apply(self, changes: Sequence[EntriesChange]) -> None:
        """Take over what happened to the entries of the conversation on screen."""
        seen = 0 if self._glued else self._lowest_seen()
        with self.keeping_place() as anchor:
            for change in changes:
                self._move_marks(change)
                if anchor is not None:
                    anchor.follow(change)
            near = anchor.entry if anchor is not None else None
            self.messages.apply(changes, follow=self._glued, rows=self._few(), near=near)
        if not self._glued:
            below = [change for change in changes if isinstance(change, EntriesAdded) and change.first >= seen]
            fresh = (entry for add in below for entry in self.messages.entries[add.first : add.first + add.count])
            self._set_new_below(self._new_below + sum(map(counts_as_new, fresh)))

    def unread_changed(self) -> None:
        """The line "New messages" may stand elsewhere."""
        with self.keeping_place():
            self.messages.unread_changed()
            self._find_unread()

    def set_membership(self, comings: str) -> None:
        """Show joins and leaves this way (`MessageModel.comings`)."""
        if comings != self.messages.comings:
            self.messages.comings = comings
            self.show_conversation(self.messages.conversation)

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

    def to_entry(self, entry_id: str) -> bool:
        """Show this entry in the upper third; False if it is not in the conversation."""
        found = self._index_of(entry_id)
        if found >= 0:
            with self._working():
                self._go_to(found, round(self.viewport().height() * SHOWN_AT))
            self._after_change()
        return found >= 0

    def page(self, direction: int) -> None:
        """Scroll by a page, up for -1 and down for 1."""
        step = QAbstractSlider.SliderPageStepAdd if direction > 0 else QAbstractSlider.SliderPageStepSub
        self.verticalScrollBar().triggerAction(step)

    def retry_gaps(self) -> None:
        """What could not be fetched may be fetched now."""
        self._asked.clear()
        self._load_timer.start()

    # --- anchors ------------------------------------------------------------------------------

    @contextmanager
    def keeping_place(self) -> Iterator[Anchor | None]:
        """Around a change of the model or the geometry: afterwards the same text is at the same pixel.

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
        """The first visible row; not a mark, behind which messages are going to be inserted."""
        self._layout_now()  # `indexAt` would do so too late, with the old scroll position
        number = self.indexAt(QPoint(0, 0)).row()
        while 0 <= number < self.messages.rowCount() - 1 and self.messages.row(number).entry.kind in TIMELESS:
            number += 1
        return Anchor(self.messages.row(number).start, self._text_top(number)) if number >= 0 else None

    def _text_top(self, number: int) -> int:
        """Where the text of a row begins: what stands above it (date, name) may come and go."""
        return self.visualRect(self.messages.index(number)).top() + self._delegate.layout_of(number).block_at.y()

    def _return_to(self, anchor: Anchor) -> None:
        bar = self.verticalScrollBar()
        for load in (self.messages.load_older, self.messages.load_newer, None):
            self._layout_now()
            number = self.messages.row_of(anchor.entry)
            wanted = bar.value() + self._text_top(number) - anchor.top if number >= 0 else bar.value()
            too_far = wanted < 0 if load == self.messages.load_older else wanted > bar.maximum()
            if load is not None and too_far:  # what must stand beyond is not loaded yet
                load()
        bar.setValue(wanted)

    def _go_to(self, entry: int, top: int) -> None:
        """Put the row of this entry so far below the top of the view."""
        if self.messages.row_of(entry) < 0:
            self.messages.load_around(entry, self._few())
        self._layout_now()
        bar = self.verticalScrollBar()
        at = self.visualRect(self.messages.index(self.messages.row_of(entry))).top()
        bar.setValue(bar.value() + at - top)
        self._glued = self.messages.at_end and bar.value() >= bar.maximum() - px(GLUE_PX)
        if self._glued:
            bar.setValue(bar.maximum())

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
        self._current_entry = _moved_index(self._current_entry, change)
        self._unread_entry = _moved_index(self._unread_entry, change)

    # --- the window ---------------------------------------------------------------------------

    def _few(self) -> int:
        """Rows that surely fill the view a few times: all that a jump to the end needs to load."""
        return min(LOAD_ROWS, max(60, 3 * self.viewport().height() // px(20)))

    def _scrolled(self) -> None:
        if not self._busy:
            bar = self.verticalScrollBar()
            self._glued = self.messages.at_end and bar.value() >= bar.maximum() - px(GLUE_PX)
            self._after_change()

    def _look_around(self) -> None:
        """Load more rows, or report a gap, when less than a viewport is left in the direction of it.

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
        self._report_gaps(near)

    def _report_gaps(self, near: int) -> None:
        """Once for each OPEN gap; again only when something came since, or it was out of reach meanwhile."""
        reached = {}
        for number in self.messages.open_gaps():
            area = self.visualRect(self.messages.index(number))
            if area.bottom() >= -near and area.top() < self.viewport().height() + near:
                reached[self.messages.row(number).entry.id] = len(self.messages.entries)
        fresh = [gap for gap, length in reached.items() if self._asked.get(gap) != length]
        if self.isVisible():
            self._asked = reached
            for gap in fresh:
                self.gap_reached.emit(gap)

    def _range_changed(self) -> None:
        if self._glued:
            with self._working():
                bar = self.verticalScrollBar()
                bar.setValue(bar.maximum())

    def _index_of(self, entry_id: str) -> int:
        """The index of the entry with this id, sought from the end; -1 for none."""
        entries = self.messages.entries
        return next((n for n in range(len(entries) - 1, -1, -1) if entries[n].id == entry_id), -1)

    def _find_unread(self) -> None:
        conversation = self.messages.conversation
        wanted = conversation.first_unread if conversation is not None else ""
        self._unread_entry = self._index_of(wanted) if wanted else -1

    def _after_change(self) -> None:
        """Bring what depends on the scroll position and the rows in line with them."""
        if not (self.messages.at_start and self.messages.at_end) or self.messages.open_gaps():
            self._load_timer.start()
        if self._glued:
            self._set_new_below(0)
        number = self.messages.row_of(self._current_entry) if self._current_entry >= 0 else -1
        if number != self.currentIndex().row():
            self.setCurrentIndex(self.messages.index(number) if number >= 0 else QModelIndex())

    def _set_new_below(self, count: int) -> None:
        self._new_below = count

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill the ground, which Qt leaves to what is opaque, and draw the rows."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(theme.current().window))
        painter.end()
        super().paintEvent(event)

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


def _moved_index(index: int, change: EntriesChange) -> int:
    place = moved(Place(index, 0), change) if index >= 0 else None
    return -1 if place is None else place.entry
