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
from client.widgets.tray import Tray
from translations import tr

if TYPE_CHECKING:
    from client.connected_ui import ChatPage
    from client.widgets.notice_page import NoticePage

GATHER_MS = 2_000
"""What is said within this time is announced together."""


class Noticing(QObject):
    """Announces what is meant for the person, on whichever server; made with the first chat page."""

    changed = pyqtSignal()
    """`number` is another one: the title shows it."""
    quit_requested = pyqtSignal()
    """By the menu of the tray."""
    room_wanted = pyqtSignal(object, str)
    """The person clicked on an announcement: its session, and the key of the room."""

    def __init__(
        self,
        settings: Settings,
        window: QWidget,
        tray: Tray | None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`tray` is None where there is none; `now` gives seconds since the epoch."""
        super().__init__(window)
        self._settings, self._window = settings, window
        self.tray, self._now = tray, now
        self.pages: dict[Session, _Page] = {}
        """What is listened to."""
        self.number = 0
        """Unread mentions and private messages."""
        self._fresh: list[tuple[Session, Conversation, Entry]] = []
        """What is to be announced."""
        self._announced: tuple[Session, str] | None = None
        """The room that the last announcement was about."""
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.setInterval(GATHER_MS)
        self.timer.timeout.connect(self.announce)
        if tray is not None:
            tray.window_wanted.connect(self.show_window)
            tray.message_clicked.connect(self._open_announced)
            tray.snooze_chosen.connect(self.snooze)
            tray.quit_requested.connect(self.quit_requested)
            tray.show()

    def add(self, session: Session, page: ChatPage) -> None:
        """Listen to this server too."""
        self.pages[session] = _Page(self, session, page)
        session.watch(self._settings.values.words)

    def remove(self, session: Session) -> None:
        """We have left this server."""
        self.pages.pop(session, None)
        self.take()

    def rules(self, session: Session) -> Rules:
        """What the person chose, for this server."""
        values = self._settings.values
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
        now = attention.local(self._now())
        number, marks = 0, [Mark.NOTHING]
        for session, page in self.pages.items():
            rules = self.rules(session)
            heard = [(session, *said) for said in session.take_heard()]
            self._fresh += [said for said in heard if rules.verdict(*said[1:], now) is Verdict.NOTIFY]
            conversations = session.conversations.values()
            invitations = session.invitations.values()
            for invitation in page.new_invitations(invitations):
                self._announce_invitation(rules, invitation)
            number += rules.number(conversations) + len(invitations)
            marks.append(Mark.MEANT if invitations else rules.mark(conversations))
        if self._fresh and not self.timer.isActive():
            self.timer.start()
        if self.tray is not None:
            mark = max(marks, key=list(Mark).index)
            self.tray.show_state(mark, number, state_text(mark, number))
        if number != self.number:
            self.number = number
            self.changed.emit()

    def _announce_invitation(self, rules: Rules, invitation: Invitation) -> None:
        """Somebody wants us in a room: like a mention, unless the person sees it anyway."""
        if not self._window.isActiveWindow() and not rules.quiet(attention.local(self._now())):
            self._tell(*invited(invitation))

    def announce(self) -> None:
        """Announce what was gathered and nobody has read meanwhile."""
        fresh = [
            (session, conversation, entry)
            for session, conversation, entry in self._fresh
            if session in self.pages
            and session.conversations.get(conversation.key) is conversation
            and still_unread(conversation, entry)
        ]
        self._fresh = []
        if not fresh or self.rules(fresh[-1][0]).quiet(attention.local(self._now())):
            return
        self._announced = (fresh[-1][0], fresh[-1][1].key)
        self._tell(*announcement([(conversation, entry) for _, conversation, entry in fresh]))

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
        if self._announced is not None and self._announced[0] in self.pages:
            self.room_wanted.emit(*self._announced)
        self.show_window()

    def snooze(self, choice: str) -> None:
        """Do not disturb for an `hour`, until `tomorrow`, or not any more (`off`)."""
        now = attention.local(self._now())
        until = {"hour": attention.in_an_hour(now), "tomorrow": attention.tomorrow(now)}.get(choice, 0.0)
        self.change(snoozed_until=until)

    def change(self, **values: Any) -> None:
        """Set these settings; they hold at once."""
        self._settings.change(**values)
        for session, page in self.pages.items():
            if "words" in values:
                session.watch(self._settings.values.words)
            page.show_choices()
        self.take()

    def choices(self) -> dict[str, Any]:
        """What the settings show beside the words."""
        values = self._settings.values
        return {"hours": values.hours, "sound": values.sound, "snoozed": self._now() < values.snoozed_until}

    @property
    def words(self) -> list[str]:
        """Highlight words."""
        return self._settings.values.words

    def close(self) -> None:
        """The window closes."""
        self.timer.stop()
        if self.tray is not None:
            self.tray.close()


class _Page:
    """The levels of one page's rooms, its page of the settings, and invitations that were announced there."""

    def __init__(self, noticing: Noticing, session: Session, page: ChatPage) -> None:
        self._noticing, self._session, self._page = noticing, session, page
        self._add_room, page.rooms.list.extend_menu = page.rooms.list.extend_menu, self.extend_menu
        page.rooms.list.rooms.is_muted = self._is_muted
        keys.bind(page, {"notify": self.popup_levels})
        self._invited: set[Invitation] = set()
        self._settings_page: NoticePage | None = None

    def new_invitations(self, invitations: Collection[Invitation]) -> list[Invitation]:
        """The last of those that came since it was asked before, as none or one."""
        new = [invitation for invitation in invitations if invitation not in self._invited]
        self._invited = set(invitations)
        return new[-1:]

    def make_page(self) -> NoticePage:
        """The page of the settings."""
        from client.widgets.notice_page import NoticePage  # noqa: PLC0415 - only once it is opened

        page = self._settings_page = NoticePage()
        page.words_changed.connect(lambda words: self._noticing.change(words=words))
        page.hours_changed.connect(lambda hours: self._noticing.change(hours=hours))
        page.sound_changed.connect(lambda sound: self._noticing.change(sound=sound))
        page.snooze_chosen.connect(self._noticing.snooze)
        self.show_choices()
        return page

    def show_choices(self) -> None:
        """Show in the settings what holds now."""
        if self._settings_page is not None:
            self._settings_page.show_words(self._noticing.words)
            self._settings_page.set_state(**self._noticing.choices())

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
            menu = QMenu(self._page)
            self._fill_levels(menu, conversation)
            popup_under(menu, self._page.header.room_button)

    def _fill_levels(self, levels: QMenu, conversation: Conversation) -> None:
        group = QActionGroup(levels)
        chosen = self._noticing.rules(self._session).level(conversation)
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
        place = self._noticing.rules(self._session).place_of(conversation)
        self._noticing.change(levels={place: level.value})
        self._page.rooms.list.viewport().update()
        self._page.rooms.list.arranged.emit()

    def _is_muted(self, conversation: Conversation) -> bool:
        return self._noticing.rules(self._session).level(conversation) is Level.NOTHING
