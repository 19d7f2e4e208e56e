"""Notifications: what others say calls the person by tray, task bar, title and sound, and never by taking the focus.

Between the session and the screen, like `ordering.py`; `core/attention.py` decides. Adds the levels to the menus
of rooms, and has a page in the settings. The window is shown only when the person clicks. GUI thread only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from PyQt5.QtCore import QObject, Qt, QTimer, pyqtSignal
from PyQt5.QtWidgets import QActionGroup, QApplication, QMenu, QWidget

from client import keys
from client.changes import Conversation, Entry
from client.core import attention
from client.core.attention import Level, Mark, Rules, Verdict, still_unread
from client.directory import Invitation
from client.models.announcements import announcement, invited, state_text
from client.session import Session
from client.settings import Settings
from client.widgets.menus import popup_under
from client.widgets.notice_page import NoticePage
from client.widgets.tray import Tray
from translations import tr

if TYPE_CHECKING:
    from client.connected_ui import ChatPage

GATHER_MS = 2_000
"""What is said within this time is announced together."""


class Noticing(QObject):
    """Announces what is meant for the person; made with the chat page."""

    changed = pyqtSignal()
    """`number` is another one: the title shows it."""
    quit_requested = pyqtSignal()
    """By the menu of the tray."""

    def __init__(
        self,
        session: Session,
        settings: Settings,
        window: QWidget,
        page: ChatPage,
        tray: Tray | None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`tray` is None where there is none; `now` gives seconds since the epoch."""
        super().__init__(window)
        self._session, self._settings, self._window, self._page = session, settings, window, page
        self.tray, self._now = tray, now
        self.number = 0
        """Unread mentions and private messages."""
        self._fresh: list[tuple[Conversation, Entry]] = []
        """What is to be announced."""
        self._announced = ""
        """Key of the room that the last announcement was about."""
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.setInterval(GATHER_MS)
        self.timer.timeout.connect(self.announce)
        self._add_room, page.rooms.list.extend_menu = page.rooms.list.extend_menu, self.extend_menu
        page.rooms.list.rooms.is_muted = self._is_muted
        keys.bind(page, {"notify": self.popup_levels})
        self._invited: set[Invitation] = set()
        """Invitations that were announced."""
        self._settings_page: NoticePage | None = None
        if tray is not None:
            tray.window_wanted.connect(self.show_window)
            tray.message_clicked.connect(self._open_announced)
            tray.snooze_chosen.connect(self.snooze)
            tray.quit_requested.connect(self.quit_requested)
            tray.show()
        session.watch(settings.values.words)

    @property
    def rules(self) -> Rules:
        """What the person chose, for the server in use."""
        values, session = self._settings.values, self._session
        hours = (values.hours[0], values.hours[1]) if values.hours else None
        return Rules(values.levels, f"{session.host}:{session.port}", hours, values.snoozed_until)

    @property
    def stays(self) -> bool:
        """Whether closing the window leaves the program in the tray; never at the end of the desktop's session."""
        saving = cast("QApplication", QApplication.instance()).isSavingSession()
        return self.tray is not None and self._settings.values.stay_in_tray and not saving

    # --- what others say ----------------------------------------------------------------------

    def take(self) -> None:
        """Something happened: see what was said, and what is read by now."""
        heard, rules = self._session.take_heard(), self.rules
        if heard:
            now = attention.local(self._now())
            self._fresh += [said for said in heard if rules.verdict(*said, now) is Verdict.NOTIFY]
            if self._fresh and not self.timer.isActive():
                self.timer.start()
        conversations = self._session.conversations.values()
        invitations = self._session.invitations.values()
        self._announce_invitations(invitations)
        number = rules.number(conversations) + len(invitations)
        if self.tray is not None:
            mark = Mark.MEANT if invitations else rules.mark(conversations)
            self.tray.show_state(mark, number, state_text(mark, number))
        if number != self.number:
            self.number = number
            self.changed.emit()

    def _announce_invitations(self, invitations: Collection[Invitation]) -> None:
        """Somebody wants us in a room: like a mention, unless the person sees it anyway."""
        new = [invitation for invitation in invitations if invitation not in self._invited]
        self._invited = set(invitations)
        if new and not self._window.isActiveWindow() and not self.rules.quiet(attention.local(self._now())):
            self._tell(*invited(new[-1]))

    def announce(self) -> None:
        """Announce what was gathered and nobody has read meanwhile."""
        here = self._session.conversations
        fresh = [said for said in self._fresh if here.get(said[0].key) is said[0] and still_unread(*said)]
        self._fresh = []
        if not fresh or self.rules.quiet(attention.local(self._now())):
            return
        self._announced = fresh[-1][0].key
        self._tell(*announcement(fresh))

    def _tell(self, title: str, text: str) -> None:
        if self.tray is not None:
            self.tray.tell(title, text)
        else:
            QApplication.alert(self._window)
            QTimer.singleShot(0, lambda: None)  # on X11 that leaves with the loop's next turn, be it minutes later
        if self._settings.values.sound:
            QApplication.beep()

    # --- what the person does -----------------------------------------------------------------

    def show_window(self) -> None:
        """The person clicked: bring the window to the front."""
        self._window.setWindowState((self._window.windowState() & ~Qt.WindowMinimized) | Qt.WindowActive)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    def _open_announced(self) -> None:
        self._page.changes_made.emit(self._session.select(self._announced))
        self.show_window()

    def snooze(self, choice: str) -> None:
        """Do not disturb for an `hour`, until `tomorrow`, or not any more (`off`)."""
        now = attention.local(self._now())
        until = {"hour": attention.in_an_hour(now), "tomorrow": attention.tomorrow(now)}.get(choice, 0.0)
        self.change(snoozed_until=until)

    def change(self, **values: Any) -> None:
        """Set these settings; they hold at once."""
        self._settings.change(**values)
        if "words" in values:
            self._session.watch(self._settings.values.words)
        self.take()
        self.show_choices()

    def make_page(self) -> NoticePage:
        """The page of the settings that belongs to it."""
        page = self._settings_page = NoticePage()
        page.words_changed.connect(lambda words: self.change(words=words))
        page.hours_changed.connect(lambda hours: self.change(hours=hours))
        page.sound_changed.connect(lambda sound: self.change(sound=sound))
        page.snooze_chosen.connect(self.snooze)
        self.show_choices()
        return page

    def show_choices(self) -> None:
        """Show in the settings what holds now."""
        page, values = self._settings_page, self._settings.values
        if page is not None:
            page.show_words(values.words)
            page.set_state(values.hours, sound=values.sound, snoozed=self._now() < values.snoozed_until)

    def extend_menu(self, menu: QMenu, key: str) -> None:
        """The levels of a room, below what may be done to it."""
        self._add_room(menu, key)
        conversation = self._session.conversations.get(key)
        if conversation is None:
            return
        menu.addSeparator()
        self._fill_levels(menu.addMenu(tr("Notify")), conversation)

    def popup_levels(self) -> None:
        """Ask for the level of the room on screen."""
        conversation = self._session.conversations.get(self._session.current)
        if conversation is not None:
            menu = QMenu(self._window)
            self._fill_levels(menu, conversation)
            popup_under(menu, self._page.header.room_button)

    def _fill_levels(self, levels: QMenu, conversation: Conversation) -> None:
        group = QActionGroup(levels)
        chosen = self.rules.level(conversation)
        for level, text in (
            (Level.ALL, tr("Everything")),
            (Level.MENTIONS, tr("Mentions")),
            (Level.NOTHING, tr("Nothing")),
        ):
            if level is Level.MENTIONS and not conversation.channel:
                continue
            action = levels.addAction(text)
            action.setCheckable(True)
            action.setChecked(level is chosen)
            action.triggered.connect(partial(self._set_level, conversation, level))
            group.addAction(action)

    def _set_level(self, conversation: Conversation, level: Level, _checked: bool = False) -> None:
        self.change(levels={self.rules.place_of(conversation): level.value})
        self._page.rooms.list.viewport().update()

    def _is_muted(self, conversation: Conversation) -> bool:
        return self.rules.level(conversation) is Level.NOTHING

    def close(self) -> None:
        """The window closes."""
        self.timer.stop()
        if self.tray is not None:
            self.tray.close()
