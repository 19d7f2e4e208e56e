"""The window: joins session, receiver and pages, and carries every change from one to the others.

`MainWindow` owns the session (all logic), the receiver (all network) and one timer for the session's
clock. It alone hands changes to the pages and carries out the session's effects. Everything here
runs in the GUI thread; the receiver's signals arrive there through Qt's queue. Until the login page
is painted nothing heavy may be imported (tests/client/test_imports.py): the chat page comes after.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from PyQt5.QtCore import QEvent, QPoint, QRect, QSize, Qt, QTimer
from PyQt5.QtGui import QCloseEvent, QGuiApplication, QScreen, QWheelEvent
from PyQt5.QtWidgets import (
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from client import keys, theme
from client.appearance import Appearance
from client.changes import (
    Change,
    Conversation,
    LinkChanged,
    LinkState,
    LoggedIn,
    LoginFailed,
    Problem,
    Security,
)
from client.effects import Connect
from client.login_ui import LoginPage
from client.memory import Memory
from client.receiver import Receiver
from client.session import Session
from client.settings import Settings
from client.widgets.certificate_page import CertificatePage
from client.widgets.controls import logo_icon
from client.widgets.fault_bar import FaultBar
from client.widgets.menus import open_menu_by_key
from protocol import Message

if TYPE_CHECKING:
    from client.connected_ui import ChatPage
    from client.noticing import Noticing

TURN_MS = 8
"""How long one turn may apply what came in before the window gets to paint again."""
TURN_EVERY_MS = 33
"""Time between the starts of two turns while much comes in; the first turn starts at once."""
SLICE = 100
"""Messages applied between two looks at the clock."""
EARLY_MS = 500
"""A login that takes longer is waited for beside the last view of that server."""
STOP_S = 0.8
"""How long closing the window waits for the network thread."""

LOGIN_SIZE = QSize(400, 560)
LOGIN_MINIMUM = QSize(320, 400)
CHAT_SIZE = QSize(1040, 680)
CHAT_MINIMUM = QSize(480, 400)
SCREEN_SHARE = 0.9
SHIFT = 40
"""How far the place of a further window on this computer is moved, px."""


class MainWindow(QMainWindow):
    """The one window: login page first, chat page after.

    `channel` (of an irc:// link) is joined at the first login.
    """

    def __init__(self, settings: Settings, channel: str = "") -> None:
        super().__init__()
        self._settings = settings
        self._channel = channel
        self._session = Session()
        self._memory = Memory(settings.folder, self._session, self)
        self._memory.recalled.connect(self._recalled)
        self._chat: ChatPage | None = None
        self._appearance = Appearance(settings, self)
        self._noticing: Noticing | None = None
        self._quitting = False
        self._inbox: deque[Callable[[], list[Change]]] = deque()
        self._unshown: deque[list[Change]] = deque()
        self._showing = False
        self._turn_began = 0.0
        self._turn_timer = self._single_shot(self._turn)
        self._tick_timer = self._single_shot(self._tick)
        self._early_timer = self._single_shot(self._show_early)
        self._receiver = Receiver()
        self._receiver.connected.connect(self._connected)
        self._receiver.failed.connect(self._failed)
        self._receiver.lost.connect(self._lost)
        self._receiver.batch_received.connect(self._batch_received)
        self._receiver.derived.connect(self._derived)
        self._appearance.apply()
        self._appearance.changed.connect(self._show_title)
        self._build()
        self._place("login", LOGIN_SIZE, LOGIN_MINIMUM)
        self._show_title()

    def _single_shot(self, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setTimerType(Qt.PreciseTimer)
        timer.timeout.connect(slot)
        return timer

    def _build(self) -> None:
        self.setWindowIcon(logo_icon())
        self._fault = FaultBar()
        self._login = LoginPage()
        self._login.login_requested.connect(self._log_in)
        self._login.login_as_requested.connect(self._log_in_as)
        self._login.cancelled.connect(self._cancel)
        self._login.language_changed.connect(self._appearance.set_language)
        self._login.set_servers(self._settings.values.servers)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._login)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._fault)
        layout.addWidget(self._stack, 1)
        self.setCentralWidget(content)
        actions: dict[str, Callable[[], object]] = {
            "quit": self.quit,
            "dark": self._appearance.toggle_dark,
            "larger": partial(self._appearance.step_zoom, 1),
            "smaller": partial(self._appearance.step_zoom, -1),
            "as it was": partial(self._appearance.step_zoom, 0),
            "actions": open_menu_by_key,
        }
        keys.bind(self, actions, Qt.WindowShortcut)

    @property
    def session(self) -> Session:
        """What this window knows (for screens and tests; never written from outside)."""
        return self._session

    @property
    def login_page(self) -> LoginPage:
        """The first page."""
        return self._login

    @property
    def chat_page(self) -> ChatPage:
        """The second page, made when it is first asked for."""
        if self._chat is None:
            from client.arranging import Arranging  # noqa: PLC0415 - only after the first paint
            from client.choosing import Choosing  # noqa: PLC0415 - likewise
            from client.connected_ui import ChatPage  # noqa: PLC0415 - likewise
            from client.noticing import Noticing  # noqa: PLC0415 - likewise
            from client.widgets.tray import make_tray  # noqa: PLC0415 - likewise

            self._chat = ChatPage(self._session)
            self._chat.changes_made.connect(self.handle)
            self._chat.writing.draft_kept.connect(self._memory.draft_kept)
            self._chat.logout_requested.connect(self.log_out)
            self._chat.zoom_requested.connect(self._appearance.step_zoom)
            emoji = self._chat.composer.emoji_button
            emoji.recent = self._settings.values.emoji
            emoji.recent_changed.connect(lambda recent: self._settings.change(emoji=recent))
            widths = self._settings.values.splitters.get("chat")
            if widths:
                self._chat.set_pane_widths(widths)
            self._stack.addWidget(self._chat)
            self._noticing = Noticing(self._session, self._settings, self, self._chat, make_tray(self))
            Choosing(self._session, self._settings, self._appearance, self._noticing, self._chat)
            self._noticing.changed.connect(self._show_title)
            self._noticing.quit_requested.connect(self.quit)
            Arranging(self._session, self._settings, self, self._chat)
        return self._chat

    def fill(self, host: str, port: int, name: str) -> None:
        """Put these into the login page; 0 or "" take what was used last on this computer.

        The name is one no other window here uses on that server, or "".
        """
        last_host, last_port = self._settings.values.servers[0]
        host, port = host or last_host, port or last_port
        if name:
            self._settings.hold_name(host, port, name)
        self._login.fill(host, port, name or self._settings.free_name(host, port))

    # --- what the person does -----------------------------------------------------------------

    def _log_in(self, host: str, port: int, name: str) -> None:
        channel, self._channel = self._channel, ""
        self._memory.leave()
        known = self._memory.trust.known(host, port)
        secret = self._memory.secret(host, port, known, name)
        changes = self._session.login(host, port, name, channel, secret=secret, known=known)
        self._carry_out()
        _ = self.chat_page  # it must be there before the first change, and is built while the network works
        self.handle(changes)
        self._memory.recall(host, port, name)

    def _log_in_as(self, name: str) -> None:
        session = self._session
        self._memory.leave()
        for key in list(session.conversations):  # they were kept for the name that was taken
            self.handle(session.close(key))
        secret = self._memory.secret(session.host, session.port, session.known, name)
        self.handle(session.login_as(name, secret=secret))
        self._memory.recall(session.host, session.port, name)

    def _cancel(self) -> None:
        self.handle(self._session.cancel())

    def log_out(self) -> None:
        """Leave the server, back to the login page."""
        host, port, name = self._session.host, self._session.port, self._session.name
        self._memory.log_out()
        self.handle(self._session.logout())
        self._show_login()
        self._login.fill(host, port, name)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl and the wheel zoom, wherever no list scrolls."""
        if event.modifiers() & Qt.ControlModifier and event.angleDelta().y():
            self._appearance.step_zoom(1 if event.angleDelta().y() > 0 else -1)
        else:
            super().wheelEvent(event)

    # --- what the network says ----------------------------------------------------------------

    def _connected(self, security: Security) -> None:
        self._take(partial(self._session.connected, security, self._memory.secret_met(security)))

    def _failed(self, problem: Problem, text: str) -> None:
        self._take(partial(self._session.connection_failed, problem, text))

    def _lost(self, text: str) -> None:
        self._take(partial(self._session.connection_lost, text))

    def _batch_received(self, messages: list[Message]) -> None:
        for start in range(0, len(messages), SLICE):
            self._take(partial(self._session.received, messages[start : start + SLICE]))

    def _derived(self, key: bytes) -> None:
        self._take(partial(self._session.derived, key))

    def _take(self, news: Callable[[], list[Change]]) -> None:
        """Queue what came in, in its order, for the next turn."""
        self._inbox.append(news)
        self._start_turn()

    def _recalled(self, conversations: list[Conversation]) -> None:
        """The last view of this server comes before all that it says now."""
        if self._session.state in {LinkState.CONNECTING, LinkState.REGISTERING}:
            self.handle(self._session.restore(conversations))
            if conversations:
                self._early_timer.start(EARLY_MS)
        if self._inbox:
            self._start_turn()

    def _show_early(self) -> None:
        """The server takes its time: the last view is there meanwhile."""
        if self._session.state in {LinkState.CONNECTING, LinkState.REGISTERING} and self._session.conversations:
            self._show_chat()

    def _start_turn(self) -> None:
        if not self._turn_timer.isActive() and not self._memory.recalling:
            since_ms = (time.monotonic() - self._turn_began) * 1000
            self._turn_timer.start(max(0, round(TURN_EVERY_MS - since_ms)))

    def _turn(self) -> None:
        """Apply what came in, for at most `TURN_MS`."""
        self._turn_began = time.monotonic()
        try:
            while self._inbox and not self._memory.recalling:
                self.handle(self._inbox.popleft()())
                if (time.monotonic() - self._turn_began) * 1000 >= TURN_MS:
                    break
        finally:  # one message that we cannot take must not stop those behind it
            if self._inbox:
                self._turn_timer.start(TURN_EVERY_MS)
            else:
                self._receiver.batch_taken()

    def _tick(self) -> None:
        self.handle(self._session.tick())

    # --- the way of every change --------------------------------------------------------------

    def handle(self, changes: list[Change]) -> None:
        """Carry out what the session wants of the network, then show what changed, in order."""
        self._carry_out()
        self._unshown.append(changes)
        if self._showing:  # a page made a change while it was showing one: it comes after
            return
        self._showing = True
        try:
            while self._unshown:
                self._show_changes(self._unshown.popleft())
        finally:
            self._showing = False
            self._schedule_tick()

    def _carry_out(self) -> None:
        for effect in self._session.take_effects():
            if isinstance(effect, Connect):
                self._inbox.clear()  # an older connection has nothing to say any more
            self._receiver.perform(effect)

    def _show_changes(self, changes: list[Change]) -> None:
        self._memory.take(changes)
        if self._chat is not None:
            self._chat.apply(changes)
        for change in changes:
            if isinstance(change, LoggedIn):
                self._logged_in()
            elif isinstance(change, LoginFailed):
                self._show_failure(change)
            elif isinstance(change, LinkChanged):
                self._login.show_state(change.state)
                if change.state is LinkState.WAITING:
                    self._show_chat()
        if self._noticing is not None:
            self._noticing.take()
        self._show_title()

    def _show_failure(self, failure: LoginFailed) -> None:
        self._show_login()
        if failure.problem not in {Problem.CERTIFICATE_CHANGED, Problem.TLS_GONE}:
            self._login.show_problem(failure)
            return
        self._login.show_state(LinkState.OFFLINE)
        known = self._memory.trust.known(failure.host, failure.port)
        page = CertificatePage(failure, known)
        page.refused.connect(partial(self._close_page, page))
        page.trusted.connect(partial(self._trust_anew, page, failure))
        self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        page.ask()

    def _close_page(self, page: CertificatePage) -> None:
        self._stack.removeWidget(page)
        page.deleteLater()
        self._show_login()

    def _trust_anew(self, page: CertificatePage, failure: LoginFailed) -> None:
        """The person has decided: the server is met as if for the first time."""
        self._close_page(page)
        self._memory.trust.remember(failure.host, failure.port, "")
        self._log_in(failure.host, failure.port, failure.name)

    def _schedule_tick(self) -> None:
        due = self._session.next_tick
        if due is None:
            self._tick_timer.stop()
        else:
            self._tick_timer.start(max(0, round((due - time.monotonic()) * 1000)))

    def _logged_in(self) -> None:
        session = self._session
        self._settings.remember(session.host, session.port, session.name)
        self._settings.hold_name(session.host, session.port, session.name)
        self._login.set_servers(self._settings.values.servers)
        self._show_chat()

    def _show_chat(self) -> None:
        if self._stack.currentWidget() is not self.chat_page:
            self._keep_place("login")
            self._stack.setCurrentWidget(self.chat_page)
            self._place("chat", CHAT_SIZE, CHAT_MINIMUM)
            self.chat_page.setFocus()

    def _show_login(self) -> None:
        if self._stack.currentWidget() is not self._login:
            self._keep_place("chat")
            self._stack.setCurrentWidget(self._login)
            self._place("login", LOGIN_SIZE, LOGIN_MINIMUM)

    def _show_title(self) -> None:
        session = self._session
        conversation = session.conversations.get(session.current)
        parts = [conversation.title, session.network] if conversation else ["Obrolan"]
        number = self._noticing.number if self._noticing is not None else 0
        title = (f"({number}) " if number else "") + " - ".join(parts)
        if title != self.windowTitle():
            self.setWindowTitle(title)

    def show_fault(self, text: str) -> None:
        """Say in a bar on top that something of ours went wrong."""
        self._fault.show_text(text)

    # --- the window's places ------------------------------------------------------------------

    def _place_key(self, page: str) -> str:
        return f"{page} {self._settings.window}" if self._settings.window else page

    def _keep_place(self, page: str) -> None:
        box = self.normalGeometry()
        place = [box.x(), box.y(), box.width(), box.height(), int(self.isMaximized())]
        self._settings.change(geometry={self._place_key(page): place})
        if page == "chat" and self._chat is not None:
            self._settings.change(splitters={"chat": self._chat.pane_widths()})

    def _place(self, page: str, size: QSize, minimum: QSize) -> None:
        """Give the window the page's size and place: the remembered one, else round where it stands."""
        self.setMinimumSize(minimum)
        if self.isMaximized():
            return
        places = self._settings.values.geometry
        known = places.get(self._place_key(page)) or places.get(page)
        if known:
            box = QRect(*known[:4])
            if self._place_key(page) not in places:
                box.translate(SHIFT * self._settings.window, SHIFT * self._settings.window)
        else:
            box = QRect(QPoint(0, 0), size * theme.zoom())
            box.moveCenter(self.geometry().center())
        there = cast("QScreen | None", QGuiApplication.screenAt(box.center()))
        screen = there or QGuiApplication.primaryScreen()
        fitted = fit_on_screen(box, screen.availableGeometry(), whole=bool(known))
        if known or self.isVisible():
            self.setGeometry(fitted)
        else:
            self.resize(fitted.size())  # the very first time the desktop chooses the place
        if known and known[4]:
            self.setWindowState(Qt.WindowMaximized)

    def changeEvent(self, event: QEvent) -> None:
        """Whether the person looks at this window decides what counts as read."""
        super().changeEvent(event)
        if event.type() == QEvent.ActivationChange:
            self.handle(self._session.set_active(self.isActiveWindow()))

    def quit(self) -> None:
        """Close the window for good, whatever closing it means otherwise."""
        self._quitting = True
        self.close()

    def _stays(self) -> bool:
        if self._quitting or self._noticing is None:
            return False
        return self._noticing.stays and self._stack.currentWidget() is self._chat

    def closeEvent(self, event: QCloseEvent) -> None:
        """Say goodbye to the server and end, within a second whatever the network does; or stay in the tray."""
        if self._stays():
            self.hide()
            event.ignore()
            return
        self._keep_place("login" if self._stack.currentWidget() is self._login else "chat")
        self._tick_timer.stop()
        self._turn_timer.stop()
        self._early_timer.stop()
        if self._noticing is not None:
            self._noticing.close()
        self._memory.log_out()
        self._session.logout()
        self._carry_out()
        self._receiver.stop(STOP_S)
        self._memory.close()
        self._settings.release()
        event.accept()

    def stopped(self) -> bool:
        """Whether the network thread has ended."""
        return not self._receiver.isRunning()


def fit_on_screen(box: QRect, screen: QRect, *, whole: bool) -> QRect:
    """The box moved, and made smaller if it must be, so that it stands on the screen.

    A remembered box (`whole`) may fill the screen, a fresh one nine tenths of it.
    """
    share = 1.0 if whole else SCREEN_SHARE
    fitted = QRect(box)
    fitted.setSize(box.size().boundedTo(screen.size() * share))
    if fitted.size() != box.size():
        fitted.moveCenter(box.center())
    fitted.moveLeft(min(max(fitted.left(), screen.left()), screen.right() - fitted.width() + 1))
    fitted.moveTop(min(max(fitted.top(), screen.top()), screen.bottom() - fitted.height() + 1))
    return fitted
