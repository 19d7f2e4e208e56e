"""Notifications: what others say calls the person by tray, task bar, title and sound, and never by taking the focus.

Between the session and the screen, like `ordering.py`; `core/attention.py` decides. Adds the levels to the menus
of rooms and opens the panel of settings. The window is shown only when the person clicks. GUI thread only.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PyQt5.QtCore import QObject, Qt, QTimer, pyqtSignal
from PyQt5.QtWidgets import QActionGroup, QApplication, QMenu, QWidget

from client.changes import Conversation, Entry
from client.core import attention
from client.core.attention import Level, Mark, Rules, Verdict, still_unread
from client.models.announcements import announcement, state_text
from client.session import Session
from client.settings import Settings
from client.widgets.notice_panel import NoticePanel
from client.widgets.tray import Tray
from translations import tr

if TYPE_CHECKING:
    from client.connected_ui import ChatPage

GATHER_MS = 2_000
"""What is said within this time is announced together."""


class Noticing(QObject):
    """Announces what is meant for the person, on whichever server; made with the first chat page."""

    changed = pyqtSignal()
    """`number` is another one: the title shows it."""
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
            tray.quit_requested.connect(window.close)
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

    # --- what others say ----------------------------------------------------------------------

    def take(self) -> None:
        """Something happened: see what was said, and what is read by now."""
        now = attention.local(self._now())
        number, marks = 0, [Mark.NOTHING]
        for session in self.pages:
            rules = self.rules(session)
            heard = [(session, *said) for said in session.take_heard()]
            self._fresh += [said for said in heard if rules.verdict(*said[1:], now) is Verdict.NOTIFY]
            conversations = session.conversations.values()
            number += rules.number(conversations)
            marks.append(rules.mark(conversations))
        if self._fresh and not self.timer.isActive():
            self.timer.start()
        if self.tray is not None:
            mark = max(marks, key=list(Mark).index)
            self.tray.show_state(mark, number, state_text(mark, number))
        if number != self.number:
            self.number = number
            self.changed.emit()

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
        if self.tray is not None:
            self.tray.tell(*announcement([(conversation, entry) for _, conversation, entry in fresh]))
        else:
            QApplication.alert(self._window)
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
            page.settings_changed()
        self.take()

    def open_settings(self, page: _Page) -> None:
        """Show the panel of settings over the messages of this page."""
        page.panel.open(self._settings.values.words, **self.settings())

    def settings(self) -> dict[str, Any]:
        """What the panel shows beside the words."""
        values = self._settings.values
        return {"hours": values.hours, "sound": values.sound, "snoozed": self._now() < values.snoozed_until}

    def close(self) -> None:
        """The window closes."""
        self.timer.stop()
        if self.tray is not None:
            self.tray.close()


class _Page:
    """The levels in the menus of one page's rooms, and its panel of settings."""

    def __init__(self, noticing: Noticing, session: Session, page: ChatPage) -> None:
        self._noticing, self._session, self._page = noticing, session, page
        self._add_room, page.rooms.list.extend_menu = page.rooms.list.extend_menu, self.extend_menu
        self._made_panel: NoticePanel | None = None
        page.rooms.account.notifications_requested.connect(self.open_panel)
        page.ordering.opened.connect(self._hide_panel)

    @property
    def panel(self) -> NoticePanel:
        """The panel of settings, made when it is first asked for."""
        if self._made_panel is None:
            panel = self._made_panel = NoticePanel(self._page.view)
            panel.words_changed.connect(lambda words: self._noticing.change(words=words))
            panel.hours_changed.connect(lambda hours: self._noticing.change(hours=hours))
            panel.sound_changed.connect(lambda sound: self._noticing.change(sound=sound))
            panel.snooze_chosen.connect(self._noticing.snooze)
            panel.closed.connect(self._close_panel)
        return self._made_panel

    def open_panel(self) -> None:
        """Show the settings over the messages."""
        self._page.panes.close_overlay()
        self._page.ordering.close()
        self._noticing.open_settings(self)

    def settings_changed(self) -> None:
        """The panel shows what holds now."""
        if self._made_panel is not None:
            self._made_panel.set_state(**self._noticing.settings())

    def _close_panel(self) -> None:
        self._hide_panel()
        self._page.setFocus(Qt.OtherFocusReason)

    def _hide_panel(self) -> None:
        if self._made_panel is not None:
            self._made_panel.hide()

    def extend_menu(self, menu: QMenu, key: str) -> None:
        """The levels of a room, below what may be done to it."""
        self._add_room(menu, key)
        conversation = self._session.conversations.get(key)
        if conversation is None:
            return
        levels = menu.addMenu(tr("Notify"))
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
