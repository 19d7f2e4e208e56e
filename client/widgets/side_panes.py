"""The room list at the left and the member list at the right, with what stands above and below them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PyQt5.QtCore import QEvent, Qt, pyqtSignal
from PyQt5.QtGui import QFocusEvent, QPaintEvent
from PyQt5.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

import protocol
from client import theme
from client.changes import Conversation
from client.models.members import MemberModel
from client.models.rooms import RoomModel, RoomRow
from client.models.texts import away_text, number_text, safe_name
from client.theme import px
from client.widgets.account_button import AccountButton
from client.widgets.elided import ElidedLabel, Rule
from client.widgets.menus import LeadingMenu, add_action, no_more, put_on_clipboard
from client.widgets.row_drag import RowDrag
from client.widgets.side_button import SideButton
from client.widgets.side_list import Presence, SideItem, SideList
from translations import tr

_LOBBY = protocol.fold(protocol.DEFAULT_CHANNEL)


class RoomList(SideList):
    """Rooms and private chats; one click or Enter goes there, and the mouse drags them into another order."""

    chosen = pyqtSignal(str)
    """Key of the conversation to show."""
    elsewhere = pyqtSignal(int, str)
    """Number of another server, and key of its conversation to show, "" for the one that was shown last."""
    close_requested = pyqtSignal(str)
    """Key of the private chat to close or the room to leave."""
    arranged = pyqtSignal()
    """The person has put rooms into another order, or had them call or no longer."""

    def __init__(self, conversations: Callable[[], Mapping[str, Conversation]], parent: QWidget | None = None) -> None:
        self.rooms = RoomModel(conversations)
        self.extend_menu: Callable[[QMenu, str], None] = no_more
        """Adds what the page knows to the menu of the conversation with this key."""
        self._drag: RowDrag | None = None  # events come while the list is being made
        super().__init__(self.rooms, single_click=True, parent=parent)
        self.setObjectName("room_list")
        self._current = ""
        self.activated_row.connect(self._choose)
        drag = self._drag = RowDrag(self, self.rooms.group)
        drag.began.connect(self.rooms.hold)
        drag.dropped.connect(self.rooms.move)
        drag.ended.connect(self.rooms.release)

    def set_current(self, key: str) -> None:
        """Mark the conversation that is on screen; the keyboard goes there, unless somebody is on their way in here."""
        known, self._current = self._current == key, key
        number = self.rooms.number_of(key)
        dragged = self._drag is not None and self._drag.active
        walking = known and self.hasFocus() and self.currentIndex().isValid()
        if number >= 0 and not dragged and not walking:
            self.setCurrentIndex(self.rooms.index(number))
        self.viewport().update()

    def item(self, number: int) -> SideItem:
        """A caption or a conversation."""
        text = str(self.rooms.index(number).data() or "")
        conversation, row = self.rooms.conversation(number), self.rooms.row(number)
        if conversation is None:
            return SideItem(text if row.of_server else text.upper(), caption=True, opens=bool(row.server))
        presence = None
        if not conversation.channel:
            here = Presence.AWAY if conversation.away else Presence.ONLINE
            presence = here if conversation.joined else Presence.OFFLINE
        muted = self.rooms.muted(number)
        count = conversation.mentions if conversation.channel else conversation.unread
        return SideItem(
            text.removeprefix("#") if conversation.channel else text,
            room=conversation.channel,
            presence=presence,
            tip=away_text(conversation.away_text) if presence is Presence.AWAY else "",
            chosen=conversation.key == self._current and not row.server,
            unread=conversation.unread > 0 and not muted,
            count=count if conversation.unread else 0,
            muted=muted,
        )

    def viewportEvent(self, event: QEvent) -> bool:
        """A drag sees everything first."""
        return (self._drag is not None and self._drag.takes(event)) or super().viewportEvent(event)

    def event(self, event: QEvent) -> bool:
        """Esc belongs to the drag."""
        return (self._drag is not None and self._drag.takes_own(event)) or bool(super().event(event))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The rows, and a drag over them."""
        super().paintEvent(event)
        if self._drag is not None:
            self._drag.paint()

    def menu_for(self, number: int) -> QMenu | None:
        """What may be done to a conversation; one of another server is led to first, where that is needed."""
        conversation = self.rooms.conversation(number)
        if conversation is None:
            return None
        row = self.rooms.row(number)
        menu = LeadingMenu(partial(self.choose, row), self) if row.server else QMenu(self)
        fill = self.rooms.server_of(row).fill_menu if row.server else self.fill_menu
        fill(menu, conversation.key)
        return None if menu.isEmpty() else menu

    def fill_menu(self, menu: QMenu, key: str) -> None:
        """What the page knows; close a private chat, leave a room (but not the lobby)."""
        conversation = self.rooms.conversation_of(RoomRow(key=key))
        self.extend_menu(menu, key)
        if not menu.isEmpty():
            menu.addSeparator()
        if conversation is not None and key != _LOBBY:
            text = tr("Leave room") if conversation.channel else tr("Close chat")
            leaves = "leave" if key == self._current and self.isVisible() else ""  # a server's that is on screen
            add_action(menu, text, lambda: self.close_requested.emit(key), leaves)

    def _choose(self, number: int) -> None:
        self.choose(self.rooms.row(number))

    def choose(self, row: RoomRow) -> None:
        """Go to this row's conversation."""
        if row.server:
            self.elsewhere.emit(row.server, row.key)
        else:
            self.chosen.emit(row.key)


def _title_row(layout: QVBoxLayout, title: QWidget) -> QHBoxLayout:
    """A row for the title, whose margins are the layout's: those of a label are lost when Qt styles it anew."""
    row = QHBoxLayout()
    row.addWidget(title, 0, Qt.AlignLeft)
    layout.addLayout(row)
    return row


class RoomPane(QWidget):
    """The left side: the network's name, buttons for the switcher and for more rooms around the list, the own name."""

    def __init__(self, conversations: Callable[[], Mapping[str, Conversation]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WA_StyledBackground)
        theme.mark(self, "surface", "side")
        self.network = ElidedLabel(self)
        self.network.setObjectName("network_label")
        self.switch_button = SideButton("search", self)
        self.switch_button.setObjectName("switch_button")
        self.list = RoomList(conversations, self)
        self.new_button = SideButton("plus", self)
        self.new_button.setObjectName("new_room_button")
        self.account = AccountButton(self)
        self._line = Rule(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._top = _title_row(layout, self.network)
        for widget in (self.switch_button, self.list, self.new_button, self._line, self.account):
            layout.addWidget(widget)
        self._renew()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard belongs to the list. (With a focus proxy instead, Tab passed over the button above it.)"""
        self.list.setFocus(event.reason())

    def changeEvent(self, event: QEvent) -> None:
        """Theme, zoom and language change live."""
        super().changeEvent(event)
        if event.type() in {QEvent.StyleChange, QEvent.LanguageChange} and hasattr(self, "_line"):
            self._renew()

    def _renew(self) -> None:
        self.list.setAccessibleName(tr("Rooms and private chats"))
        self.network.setFont(theme.text_font(16, semibold=True))
        self.network.setFixedHeight(px(48))
        self._top.setContentsMargins(px(16), 0, px(8), 0)
        self.switch_button.renew(tr("Go to…"), tr("Go to a room or a person (Ctrl+K)"), "Ctrl+K")
        self.new_button.renew(tr("Room"), tr("Join a room or create one"))
        self.account.setFixedHeight(px(48))


class MemberList(SideList):
    """The people of a room; double-click or Enter opens the private chat."""

    private_requested = pyqtSignal(str)
    """A nickname."""
    mention_requested = pyqtSignal(str)
    """A nickname to put into the message box."""

    def __init__(self, fold: Callable[[str], str] = protocol.fold, parent: QWidget | None = None) -> None:
        self.members = MemberModel(fold)
        super().__init__(self.members, single_click=False, parent=parent)
        self.setObjectName("member_list")
        self.own_nickname = ""
        self.extend_menu: Callable[[QMenu, str], None] = no_more
        """Adds what the page knows to the menu of the person with this nickname."""
        self.activated_row.connect(self._open_private)

    def item(self, number: int) -> SideItem:
        """A caption or a person."""
        text = str(self.members.index(number).data() or "")
        member = self.members.member(number)
        if member is None:
            return SideItem(text.upper(), caption=True)
        presence = Presence.AWAY if member.away else Presence.ONLINE
        away = away_text(member.away_text) if member.away else ""
        in_clear = str(self.members.index(number).data(Qt.ToolTipRole) or "")
        tip = "\n".join(filter(None, (away, in_clear)))
        return SideItem(text, presence=presence, tip=tip, in_clear=member.in_clear)

    def menu_for(self, number: int) -> QMenu | None:
        """Send a message, mention, copy the name; what may be done to the person."""
        member = self.members.member(number)
        if member is None:
            return None
        menu = QMenu(self)
        if not self._is_own(member.nickname):
            add_action(menu, tr("Send message"), lambda: self.private_requested.emit(member.nickname))
            add_action(menu, tr("Mention"), lambda: self.mention_requested.emit(member.nickname))
        add_action(menu, tr("Copy name"), lambda: put_on_clipboard(safe_name(member.name)))
        self.extend_menu(menu, member.nickname)
        return menu

    def _open_private(self, number: int) -> None:
        member = self.members.member(number)
        if member is not None and not self._is_own(member.nickname):
            self.private_requested.emit(member.nickname)

    def _is_own(self, nickname: str) -> bool:
        return self.members.fold(nickname) == self.members.fold(self.own_nickname)


class MemberPane(QWidget):
    """The right side: how many people, and who."""

    def __init__(self, fold: Callable[[str], str] = protocol.fold, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WA_StyledBackground)
        theme.mark(self, "surface", "side")
        self._count = 0
        self._title = ElidedLabel(self)
        self.list = MemberList(fold, self)
        self.setFocusProxy(self.list)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._top = _title_row(layout, self._title)
        layout.addWidget(self.list)
        self._renew()

    def set_count(self, count: int) -> None:
        """How many people are in the room."""
        self._count = count
        self._title.setText(tr("Members {n}").format(n=number_text(count)))

    def changeEvent(self, event: QEvent) -> None:
        """Theme, zoom and language change live."""
        super().changeEvent(event)
        if event.type() in {QEvent.StyleChange, QEvent.LanguageChange} and hasattr(self, "list"):
            self._renew()

    def _renew(self) -> None:
        self.list.setAccessibleName(tr("Members"))
        self._title.setFont(theme.text_font(14, semibold=True))
        self._title.setFixedHeight(px(48))
        self._top.setContentsMargins(px(16), 0, px(8), 0)
        self.set_count(self._count)
