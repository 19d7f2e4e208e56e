"""The chat page: rooms at the left, messages and the box in the middle, members at the right.

It reads the session, calls its methods when the person does something, and emits what they answer
through `changes_made`; the main window hands every change back through `apply` (and to the network).
So a change reaches the screen one way only, whoever caused it. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PyQt5.QtCore import QEvent, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PyQt5.QtWidgets import QMenu, QVBoxLayout, QWidget

from client import keys
from client.changes import (
    Change,
    Conversation,
    ConversationAdded,
    ConversationChanged,
    ConversationRemoved,
    ConversationsReordered,
    EntriesAdded,
    EntriesDropped,
    Entry,
    EntryChanged,
    EntryRemoved,
    LinkChanged,
    LinkState,
    LoggedIn,
    MemberAdded,
    MemberChanged,
    MemberRemoved,
    MembersReset,
    NetworkChanged,
    ShowEntry,
    StripChanged,
    StripKind,
    TypingChanged,
    UnreadChanged,
)
from client.directory import InvitationsChanged
from client.entering import Entering
from client.finding import Finding
from client.knowing import Knowing
from client.models.messages import EntriesChange
from client.models.texts import accessible_text, isolated, safe_name, safe_text
from client.moving import Moving
from client.ordering import Ordering
from client.pinning import Pinning
from client.session import Session
from client.sheets import Sheets
from client.switching import Switching
from client.tending import Tending
from client.widgets.ask_panel import AskPanel
from client.widgets.chat_panes import ChatPanes
from client.widgets.composer import Composer
from client.widgets.context_bar import TypingLine
from client.widgets.controls import label
from client.widgets.elided import Rule
from client.widgets.header import Header
from client.widgets.menus import popup_under
from client.widgets.message_view import MessageView
from client.widgets.offer_bar import OfferBar
from client.widgets.search_bar import SearchBar
from client.widgets.side_panes import MemberPane, RoomPane
from client.widgets.strip import Strip
from client.writing import Writing
from translations import tr

SKELETON_MS = 200
"""An empty page says nothing for so long: most often the rooms come within it."""


class ChatPage(QWidget):
    """Everything after the login page."""

    changes_made = pyqtSignal(list)
    """list[Change]: what the session answered to something the person did; hand it to `apply`."""
    logout_requested = pyqtSignal()
    server_requested = pyqtSignal()
    zoom_requested = pyqtSignal(int)
    """+1, -1: a step (Ctrl and the wheel)."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shown = ""
        self._opened = False
        """Within one `apply`: the conversation on screen was (re)opened, later indexes are known already."""
        self._retry_at: float | None = None
        self._entry_changes: list[EntriesChange] = []
        self._wanted_entry = ""
        """Within one `apply`: id of the entry to scroll to when all is applied."""
        self._members_dirty = self._unread_dirty = False
        self._handlers: dict[type, Callable[..., None]] = {
            LinkChanged: self._link_changed,
            LoggedIn: self._person_changed,
            NetworkChanged: self._person_changed,
            ConversationAdded: self._rooms_changed,
            ConversationRemoved: self._conversation_removed,
            ConversationsReordered: self._rooms_changed,
            ConversationChanged: self._conversation_changed,
            EntriesAdded: self._entries_changed,
            EntriesDropped: self._entries_changed,
            EntryChanged: self._entries_changed,
            EntryRemoved: self._entries_changed,
            MembersReset: self._members_reset,
            MemberAdded: self._member_added,
            MemberRemoved: self._member_removed,
            MemberChanged: self._member_changed,
            UnreadChanged: self._unread_changed,
            TypingChanged: self._typing_changed,
            ShowEntry: self._entry_wanted,
            StripChanged: self._strip_changed,
        }
        self._build()
        self._handlers |= {**self.sheets.handlers, InvitationsChanged: self._invitations_changed}
        self._connect()
        self._add_shortcuts()
        self._show(session.current)
        self._person_changed()

    # --- for the main window ------------------------------------------------------------------

    def apply(self, changes: list[Change]) -> None:
        """Bring the page up to date; the session holds the state after all of the changes."""
        self._entry_changes = []
        self._wanted_entry = ""
        self._opened = self._members_dirty = self._unread_dirty = False
        for change in changes:
            handler = self._handlers.get(type(change))
            if handler is not None:
                handler(change)
        current = self._session.conversations.get(self._session.current)
        if current is not self.view.messages.conversation:
            self._show(self._session.current)
        elif self._entry_changes and not self._opened:
            self.view.apply(self._entry_changes)
            self._announce()
        self.view.set_waiting(self._session.is_catching_up(self._shown))
        if self._unread_dirty:  # its line may stand at an entry that the list has only now
            self.view.unread_changed()
        if self._members_dirty:
            self._count_members()
        if self._wanted_entry:
            self.view.show_entry(self._wanted_entry)

    def pane_widths(self) -> list[int]:
        """Widths of the lists at both sides, px at 100 %, for the settings."""
        return self.panes.widths()

    def set_pane_widths(self, widths: list[int]) -> None:
        """The opposite of `pane_widths`."""
        self.panes.set_widths(widths)

    # --- building -----------------------------------------------------------------------------

    def _build(self) -> None:
        self.rooms = RoomPane(lambda: self._session.conversations)
        self.members = MemberPane(self._session.fold)
        self.header = Header()
        self.strip = Strip()
        self.offer_bar = OfferBar()
        self.view = MessageView()
        self.typing_line = TypingLine()
        self.composer = Composer()
        self.writing = Writing(self._session, self.composer, self.view, self._do)
        self.search_bar = SearchBar()
        self.finding = Finding(self._session, self.search_bar, self.view, self._do, self._to_box)
        self.ask_panel = AskPanel(self.composer)
        self.ordering = Ordering(self._session, self.ask_panel, self.view, self._do, self._to_box)
        self.knowing = Knowing(self._session, self.view, self.ordering, self._do, self._to_box)
        self.pinning = Pinning(self._session, self.header, self.view, self._do, self._to_box)
        self._last_message = label()
        self._last_message.setObjectName("last_message")
        self._last_message.setFixedSize(1, 1)
        self._last_message.setUpdatesEnabled(False)  # quiet on screen, there for screen readers
        middle = QWidget()
        layout = QVBoxLayout(middle)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        below = (self._last_message, self.typing_line, self.ask_panel, self.composer)
        for widget in (self.header, Rule(), self.strip, self.offer_bar, self.search_bar, self.view, *below):
            layout.addWidget(widget, 1 if widget is self.view else 0)
        self.panes = ChatPanes(self.rooms, middle, self.members)
        self.moving = Moving(self._session, self.rooms.list, self.panes, self._do, self._to_box)
        self.entering = Entering(self._session, self.view, self._do, self._to_box)
        self.sheets = Sheets(self.finding, self.ordering, self.knowing, self.pinning, self.entering)
        ways = self.moving.choose, self.moving.open_private, self.entering.enter
        self.switching = Switching(self._session, self, self.rooms.list, *ways, self._to_box)
        tended = self.entering.enter, self.switching.pick, self._to_box
        self.tending = Tending(self._session, self.offer_bar, self._do, *tended)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.panes)
        self._empty_timer = QTimer(self)
        self._empty_timer.setSingleShot(True)
        self._empty_timer.setInterval(SKELETON_MS)
        self._empty_timer.timeout.connect(self._show_empty)

    def _connect(self) -> None:
        self.rooms.list.chosen.connect(self.moving.choose)
        self.rooms.list.close_requested.connect(self.tending.leave)
        self.rooms.switch_button.clicked.connect(self.switching.open)
        self.rooms.new_button.clicked.connect(self.entering.open)
        for cover in (self.sheets, self.switching):
            cover.opened.connect(self.panes.close_overlay)
        account = self.rooms.account
        account.rename_requested.connect(self._rename)
        account.status_requested.connect(lambda text: self._do(self._session.set_away(text)))
        account.link_requested.connect(
            lambda on: self._do(self._session.retry_now() if on else self._session.hang_up())
        )
        account.server_requested.connect(self.server_requested)
        account.logout_requested.connect(self.logout_requested)
        self.header.menu_clicked.connect(self.panes.toggle_left)
        self.header.members_clicked.connect(self.panes.toggle_members)
        self.header.search_clicked.connect(self.finding.open_room)
        self.header.room_clicked.connect(self._popup_room)
        self.panes.arranged.connect(self._panes_arranged)
        self.strip.action_requested.connect(self.moving.strip_action)
        self.composer.page_requested.connect(self.view.page)
        self.composer.newest_requested.connect(self.view.to_newest)
        self.view.zoom_requested.connect(self.zoom_requested)
        session, view = self._session, self.view
        view.resend_requested.connect(lambda id_: self._do(session.resend(self._shown, id_)))
        view.discard_requested.connect(lambda id_: self._do(session.discard(self._shown, id_)))
        view.quote_requested.connect(lambda id_: self._do(session.show_message(self._shown, id_)))
        for reached in (view.gap_reached, view.load_requested):
            reached.connect(lambda id_: self._do(session.load_gap(self._shown, id_)))
        self.rooms.list.extend_menu = self._extend_room
        self.members.list.extend_menu = self.knowing.add_person
        view.extend_menu = self._add_to_message
        self.knowing.message_requested.connect(self.moving.open_private)
        self.knowing.mention_requested.connect(self._mention)
        for people in (self.view, self.members.list):
            people.private_requested.connect(self.moving.open_private)
            people.mention_requested.connect(self._mention)
        for pane in (self.view, self.rooms.list, self.members.list):
            pane.typed.connect(self.composer.insert)

    def _add_shortcuts(self) -> None:
        moving, finding = self.moving, self.finding
        panes = [self.rooms.list, self.view, self.composer.box, self.members.list]
        actions: dict[str, Callable[[], object]] = {
            "switch": self.switching.open,
            "previous room": partial(moving.step_room, -1),
            "next room": partial(moving.step_room, 1),
            "previous unread": partial(moving.step_room, -1, unread=True),
            "next unread": partial(moving.step_room, 1, unread=True),
            "search room": finding.open_room,
            "search everywhere": finding.open_everywhere,
            "newest": self.view.to_newest,
            "next pane": partial(moving.step_pane, panes, self.composer.box, 1),
            "previous pane": partial(moving.step_pane, panes, self.composer.box, -1),
            "leave": self.tending.leave_current,
            "rooms": self.panes.toggle_left,
        }
        keys.bind(self, actions)

    # --- what the person does -----------------------------------------------------------------

    def _do(self, changes: list[Change]) -> None:
        self.changes_made.emit(changes)

    def _to_box(self) -> None:
        self.setFocus(Qt.OtherFocusReason)

    def _extend_room(self, menu: QMenu, key: str) -> None:
        self.tending.add_room(menu, key)
        menu.addSeparator()
        self.ordering.add_room(menu, key)

    def _popup_room(self) -> None:
        menu = QMenu(self)
        self.header.add_folded(menu)
        self.rooms.list.fill_menu(menu, self._shown)
        popup_under(menu, self.header.room_button)

    def _mention(self, nickname: str) -> None:
        self.panes.close_overlay()
        self.composer.insert(f"{nickname} " if self.composer.text() else f"{nickname}: ")

    def _add_to_message(self, menu: QMenu, entry: Entry) -> None:
        self.pinning.add_message(menu, entry)
        self.knowing.add_author(menu, entry)

    def _rename(self, name: str) -> None:
        _, changes = self._session.send_text(self._shown, f"/nick {name}")
        self._do(changes)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard belongs to the box. (With a focus proxy instead, Tab went round in too small a circle.)"""
        self.composer.box.setFocus(event.reason())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes what is open, or brings the keyboard back to the box."""
        if event.key() != Qt.Key_Escape:
            super().keyPressEvent(event)
        else:
            closed = self.panes.overlay_open or self.sheets.close()
            if not closed and self.composer.box.hasFocus():
                self.writing.cancel()
            self.panes.close_overlay()
            self.setFocus(Qt.ShortcutFocusReason)

    # --- what changed -------------------------------------------------------------------------

    def _link_changed(self, change: LinkChanged) -> None:
        self._retry_at = change.retry_at
        self._person_changed()
        if change.state is LinkState.OFFLINE:
            self.tending.forget_left()
            self.entering.close()
            self.switching.close()
        if change.state is LinkState.ONLINE:
            self.view.retry_gaps()
        if self._conversation() is None:
            self._empty_timer.start()

    def _person_changed(self, _change: LoggedIn | NetworkChanged | None = None) -> None:
        session = self._session
        self.rooms.network.setText(safe_name(session.network))
        online, linked = session.state is LinkState.ONLINE, session.state is not LinkState.OFFLINE
        self.rooms.account.set_person(session.name, online=online, linked=linked, away=session.away)
        self._strip_changed()
        self.members.list.own_nickname = session.nickname
        self.header.set_search(available=session.abilities.search)
        self._show_rights()
        self.strip.set_link(session.state, self._retry_at, session.name)

    def _rooms_changed(self, _change: Change) -> None:
        self.rooms.list.rooms.refresh()
        self.rooms.list.set_current(self._session.current)

    def _conversation_removed(self, change: ConversationRemoved) -> None:
        self.writing.removed(change.key)
        if change.key == self._shown:
            self._shown = ""
        self._rooms_changed(change)

    def _conversation_changed(self, change: ConversationChanged) -> None:
        self.writing.renamed(change.old_key, change.key)
        if self._shown == change.old_key:
            self._shown = change.key
        self._rooms_changed(change)
        self.rooms.list.rooms.changed(change.key)
        if change.key == self._shown:
            self._show_header()
            self._show_empty()

    def _entries_changed(self, change: EntriesChange) -> None:
        if change.key == self._shown:
            self._entry_changes.append(change)

    def _members_reset(self, change: MembersReset) -> None:
        if change.key == self._shown:
            self.members.list.members.open(self._conversation())
            self._members_dirty = True

    def _member_added(self, change: MemberAdded) -> None:
        if change.key == self._shown:
            self.members.list.members.added(change.nickname)
            self._members_dirty = True

    def _member_removed(self, change: MemberRemoved) -> None:
        if change.key == self._shown:
            self.members.list.members.removed(change.nickname)
            self._members_dirty = True

    def _member_changed(self, change: MemberChanged) -> None:
        if change.key == self._shown:
            self.members.list.members.changed(change.nickname, change.old_nickname)
            self._show_rights()

    def _unread_changed(self, change: UnreadChanged) -> None:
        self.rooms.list.rooms.changed(change.key)
        if change.key == self._shown:
            self._unread_dirty = True

    def _typing_changed(self, change: TypingChanged) -> None:
        if change.key == self._shown:
            self._show_typing()

    def _entry_wanted(self, change: ShowEntry) -> None:
        if change.key == self._session.current:
            self._wanted_entry = change.id

    def _invitations_changed(self, _change: InvitationsChanged) -> None:
        self.tending.invitations_changed()

    def _strip_changed(self, _change: StripChanged | None = None) -> None:
        strips, away = self._session.strips, self._session.away
        ours = StripChanged(StripKind.AWAY, text=away) if away is not None else None
        self.strip.show_strip(strips.get("") or strips.get(self._shown) or ours)

    # --- showing ------------------------------------------------------------------------------

    def _conversation(self) -> Conversation | None:
        return self._session.conversations.get(self._shown)

    def _show(self, key: str) -> None:
        """Put this conversation on screen; the text in the box is kept for the one that leaves."""
        self.writing.leave()
        self.finding.room_changed()
        self.sheets.close()
        self._shown = key
        self._opened = True
        conversation = self._conversation()
        self.view.set_waiting(False)  # or what is shown of another one would stay
        self.view.show_conversation(conversation)
        self.members.list.members.open(conversation)
        self.panes.set_has_members(conversation is not None and conversation.channel)
        self.rooms.list.set_current(key)
        self.writing.open(key)
        self._show_typing()
        self._show_header()
        self._count_members()
        self._strip_changed()
        self._empty_timer.stop()
        if conversation is None:
            self.view.set_empty_text("")
            self.entering.show_ways(shown=False)
            self._empty_timer.start()
        else:
            self._show_empty()

    def _show_header(self) -> None:
        conversation = self._conversation()
        title = safe_name(conversation.title) if conversation is not None else ""
        person = conversation is not None and not conversation.channel
        topic = safe_text(conversation.topic) if conversation is not None else ""
        self.header.show_room(title, self.knowing.person_line(self._shown) if person else topic, person=person)
        self.composer.set_room(title)
        if self.hasFocus():  # it came here while there was no room to write to
            self.composer.take_keyboard()
        self.pinning.room_changed()

    def _show_rights(self) -> None:
        self.header.set_room_menu(available=self._conversation() is not None)

    def _show_typing(self) -> None:
        conversation = self._conversation()
        self.typing_line.set_names(conversation.typing if conversation is not None else [])

    def _show_empty(self) -> None:
        conversation = self._conversation()
        first = tr("No messages yet. Write the first one.")
        if conversation is None:
            text = ""
        elif conversation.channel:
            text = first
        else:
            text = "\n".join((isolated(conversation.title), self.knowing.person_line(self._shown), first))
        self.view.set_empty_text(text)
        self.entering.show_ways(shown=conversation is None and self._session.state is LinkState.ONLINE)

    def _count_members(self) -> None:
        conversation = self._conversation()
        room = conversation is not None and conversation.channel
        count = len(conversation.members) if conversation is not None else 0
        self.header.set_members(count, room=room)
        self.members.set_count(count)
        self.view.members_changed()
        self._show_rights()

    def _announce(self) -> None:
        """The newest message of somebody else, for screen readers."""
        messages = self.view.messages
        if messages.at_end and messages.rowCount():
            row = messages.row(messages.rowCount() - 1)
            if not row.entry.own and any(isinstance(change, EntriesAdded) for change in self._entry_changes):
                self._last_message.setText(accessible_text(row, messages.entries))

    def _panes_arranged(self) -> None:
        self.view.set_narrow(self.panes.narrow)
        self.composer.set_narrow(self.panes.narrow)
        self.typing_line.set_narrow(self.panes.narrow)
        self.strip.set_narrow(self.panes.narrow)
        self.offer_bar.set_narrow(self.panes.narrow)
        self.header.set_folded(left=self.panes.left_folded, members_shown=self.panes.members_shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The box may grow with the page."""
        super().resizeEvent(event)
        self.composer.set_page_height(self.height())

    def changeEvent(self, event: QEvent) -> None:
        """The language changes live."""
        super().changeEvent(event)
        if event.type() == QEvent.LanguageChange and hasattr(self, "composer"):
            self._show_header()
            self._show_empty()
            self._count_members()
            self.writing.show_context()
            self.finding.retranslate()
