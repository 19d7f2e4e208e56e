"""One server that the window is on: joins its session, its network thread, what is remembered of it, and its chat page.

It alone carries out the session's effects and hands the session's changes to the page; what concerns the window (which
page is shown, the title) leaves as signals. GUI thread only; the receiver's signals arrive there through Qt's queue.
Made before the first paint, so nothing heavy may be imported: the chat page comes when it is asked for.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt5.QtCore import QObject, Qt, QTimer, pyqtSignal

from client.changes import (
    Change,
    Conversation,
    ConversationAdded,
    ConversationChanged,
    ConversationRemoved,
    ConversationsReordered,
    LinkChanged,
    LinkState,
    LoggedIn,
    LoginFailed,
    NetworkChanged,
    Problem,
    Security,
    UnreadChanged,
)
from client.effects import Connect
from client.login_fields import NO_OPTIONS, Options
from client.memory import Memory
from client.receiver import Receiver
from client.session import Session
from client.waking import Waking
from protocol import Message, fold

if TYPE_CHECKING:
    from client.connected_ui import ChatPage
    from client.models.rooms import ServerRooms

TURN_MS = 8
"""How long one turn may apply what came in before the window gets to paint again."""
TURN_EVERY_MS = 33
"""Time between the starts of two turns while much comes in; the first turn starts at once."""
SLICE = 100
"""Messages applied between two looks at the clock."""
EARLY_MS = 500
"""A login that takes longer is waited for beside the last view of that server."""
_OF_ROOMS = (
    ConversationAdded,
    ConversationChanged,
    ConversationRemoved,
    ConversationsReordered,
    LinkChanged,
    NetworkChanged,
    UnreadChanged,
)


class Network(QObject):
    """See the module. A page, once made, follows the session for good."""

    page_made = pyqtSignal(object)
    """The `ChatPage`, before it is told anything."""
    logged_in = pyqtSignal()
    failed = pyqtSignal(object)
    """A first login came to nothing: `LoginFailed`."""
    moved = pyqtSignal(object)
    """The link came to another `LinkState`."""
    view_wanted = pyqtSignal()
    """There is something to look at, though the server has not let us in (yet)."""
    changed = pyqtSignal()
    """After every step, when the page shows it."""
    rooms_changed = pyqtSignal()
    """Something that a list of rooms shows is another one."""

    def __init__(self, folder: Path, number: int = 1, parent: QObject | None = None) -> None:
        """`folder` is the profile's, `number` tells the servers of a window apart."""
        super().__init__(parent)
        self.number = number
        self.entered = False
        """Whether the server has let us in (once)."""
        self.by_itself = False
        """The window began this login, not the person."""
        self.failure: LoginFailed | None = None
        """Why we are not in."""
        self.session = Session()
        self.memory = Memory(folder, self.session, self)
        self.memory.recalled.connect(self._recalled)
        self.page: ChatPage | None = None
        self.inbox: deque[Callable[[], list[Change]]] = deque()
        self._wanted = ("", 0, "", "")
        self.options = NO_OPTIONS
        """What was asked for with the last login, its credentials complete."""
        self._unshown: deque[list[Change]] = deque()
        self._showing = False
        self._turn_began = 0.0
        self._turn_timer = self._single_shot(self._turn)
        self._tick_timer = self._single_shot(self._tick)
        self._early_timer = self._single_shot(self._show_early)
        self.receiver = Receiver(self)
        self.receiver.connected.connect(self.connected)
        self.receiver.failed.connect(self.connection_failed)
        self.receiver.lost.connect(self.connection_lost)
        self.receiver.batch_received.connect(self.batch_received)
        self.receiver.derived.connect(self._derived)
        self.waking = Waking(self)
        self.waking.woke.connect(self._woke)

    def _single_shot(self, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setTimerType(Qt.PreciseTimer)
        timer.timeout.connect(slot)
        return timer

    def make_page(self) -> ChatPage:
        """The chat page, made when it is first asked for."""
        if self.page is None:
            from client.connected_ui import ChatPage  # noqa: PLC0415 - only after the first paint

            self.page = ChatPage(self.session)
            self.page.changes_made.connect(self.handle)
            self.page.writing.draft_kept.connect(self.memory.draft_kept)
            self.page.rooms.list.arranged.connect(self.rooms_changed)
            self.page_made.emit(self.page)
        return self.page

    # --- what the person does -----------------------------------------------------------------

    def log_in(self, host: str, port: int, name: str, channel: str = "", options: Options = NO_OPTIONS) -> None:
        """Connect, forgetting any earlier server; `channel` is joined once we are in."""
        self._wanted, self.entered = (host, port, name, channel), False
        self.failure = None
        self.options = options
        self.memory.leave()
        known = self.memory.trust.known(host, port)
        secret = self.memory.secret(host, port, known, name)
        changes = self.session.login(
            host, port, name, channel, secret=secret, known=known, credentials=options.credentials
        )
        self.waking.start()
        self._carry_out()
        self.make_page()  # it must be there before the first change, and is built while the network works
        self.handle(changes)
        self.memory.recall(host, port, name)

    def trust_anew(self) -> None:
        """The person has decided: the server is met as if for the first time, in the same way."""
        host, port, *_ = self._wanted
        self.memory.trust.remember(host, port, "")
        self.log_in(*self._wanted, self.options)

    def log_in_as(self, name: str) -> None:
        """Go on under another name than the one that is taken."""
        session = self.session
        self.memory.leave()
        for key in list(session.conversations):  # they were kept for the name that was taken
            self.handle(session.close(key))
        secret = self.memory.secret(session.host, session.port, session.known, name)
        self.handle(session.login_as(name, secret=secret))
        self.memory.recall(session.host, session.port, name)

    def log_out(self) -> None:
        """Leave the server and forget it."""
        self.entered = False
        self.memory.log_out()
        self.handle(self.session.logout())

    def is_at(self, host: str, port: int, name: str) -> bool:
        """Whether this is that server, under that name."""
        session = self.session
        here = (session.host.casefold(), session.port) == (host.casefold(), port)
        return here and fold(name) in {fold(session.name), fold(session.nickname)}

    def server_rooms(self) -> ServerRooms:
        """What the list at the left shows of it."""
        from client.models.rooms import ServerRooms  # noqa: PLC0415 - only after the first paint

        session = self.session
        shown = self.make_page().rooms.list
        name, online = session.network or session.host, session.state is LinkState.ONLINE
        theirs = shown.rooms.rank, shown.rooms.is_muted, shown.rooms.arrange, shown.fill_menu
        return ServerRooms(self.number, name, online, session.conversations, *theirs)

    # --- what the network says ----------------------------------------------------------------

    def connected(self, security: Security) -> None:
        """The connection is open."""
        self.take(partial(self.session.connected, security, self.memory.secret_met(security)))

    def connection_failed(self, problem: Problem, text: str) -> None:
        """There is no connection to be had."""
        self.take(partial(self.session.connection_failed, problem, text))

    def connection_lost(self, text: str) -> None:
        """The connection ended."""
        self.take(partial(self.session.connection_lost, text))

    def batch_received(self, messages: list[Message]) -> None:
        """The server said this."""
        for start in range(0, len(messages), SLICE):
            self.take(partial(self.session.received, messages[start : start + SLICE]))

    def _derived(self, key: bytes) -> None:
        self.take(partial(self.session.derived, key))

    def take(self, news: Callable[[], list[Change]]) -> None:
        """Queue what came in, in its order, for the next turn."""
        self.inbox.append(news)
        self._start_turn()

    def _recalled(self, conversations: list[Conversation]) -> None:
        """The last view of this server comes before all that it says now."""
        if self._connecting:
            self.handle(self.session.restore(conversations))
            if conversations:
                self._early_timer.start(EARLY_MS)
        if self.inbox:
            self._start_turn()

    @property
    def _connecting(self) -> bool:
        return self.session.state in {LinkState.CONNECTING, LinkState.REGISTERING}

    def _show_early(self) -> None:
        """The server takes its time: the last view is there meanwhile."""
        if self._connecting and self.session.conversations:
            self.view_wanted.emit()

    def _start_turn(self) -> None:
        if not self._turn_timer.isActive() and not self.memory.recalling:
            since_ms = (time.monotonic() - self._turn_began) * 1000
            self._turn_timer.start(max(0, round(TURN_EVERY_MS - since_ms)))

    def _turn(self) -> None:
        """Apply what came in, for at most `TURN_MS`."""
        self._turn_began = time.monotonic()
        try:
            while self.inbox and not self.memory.recalling:
                self.handle(self.inbox.popleft()())
                if (time.monotonic() - self._turn_began) * 1000 >= TURN_MS:
                    break
        finally:  # one message that we cannot take must not stop those behind it
            if self.inbox:
                self._turn_timer.start(TURN_EVERY_MS)
            else:
                self.receiver.batch_taken()

    def _woke(self) -> None:
        """The computer slept: the server may be gone without our having heard it, or may be there again."""
        if self.session.state is LinkState.WAITING:
            self.handle(self.session.retry_now())
        else:
            self.receiver.connection.ask()

    def _tick(self) -> None:
        self.handle(self.session.tick())

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
                self._show(self._unshown.popleft())
        finally:
            self._showing = False
            self._schedule_tick()

    def _carry_out(self) -> None:
        for effect in self.session.take_effects():
            if isinstance(effect, Connect):
                self.inbox.clear()  # an older connection has nothing to say any more
            self.receiver.perform(effect)

    def _show(self, changes: list[Change]) -> None:
        self.memory.take(changes)
        if self.page is not None:
            self.page.apply(changes)
        for change in changes:
            if isinstance(change, LoggedIn):
                self.entered, self.failure = True, None
                self.logged_in.emit()
            elif isinstance(change, LoginFailed):
                self.failure = change
                self.failed.emit(change)
            elif isinstance(change, LinkChanged):
                self.moved.emit(change.state)
                if change.state is LinkState.WAITING:
                    self.view_wanted.emit()
        if any(isinstance(change, _OF_ROOMS) for change in changes):
            self.rooms_changed.emit()
        self.changed.emit()

    def _schedule_tick(self) -> None:
        due = self.session.next_tick
        if due is None:
            self._tick_timer.stop()
        else:
            self._tick_timer.start(max(0, round((due - time.monotonic()) * 1000)))

    # --- the end ------------------------------------------------------------------------------

    def leave(self) -> None:
        """Say goodbye to the server, and nothing more is shown; `wait` until it is said."""
        for timer in (self._tick_timer, self._turn_timer, self._early_timer):
            timer.stop()
        self.memory.log_out()
        self.session.logout()
        self._carry_out()
        self.receiver.stop(0)

    def wait(self, deadline_s: float) -> None:
        """The network thread ends, unless that takes longer; what is remembered is on disk."""
        self.receiver.stop(deadline_s)
        self.memory.close()


class Leaving:
    """Those networks that are still saying goodbye; each goes when its thread has ended."""

    def __init__(self) -> None:
        self._networks: list[Network] = []

    def begin(self, network: Network) -> None:
        """Say goodbye there."""
        self._networks.append(network)
        network.receiver.finished.connect(partial(self._ended, network))
        network.leave()
        if not network.receiver.isRunning():
            self._ended(network)

    def _ended(self, network: Network) -> None:
        if network in self._networks:
            self._networks.remove(network)
            network.wait(1.0)  # a thread that says it has finished may have a moment to go
            network.deleteLater()

    def end(self, networks: Sequence[Network], deadline_s: float) -> None:
        """The window closes: these say goodbye too, and all are waited for, but no longer than this."""
        deadline = time.monotonic() + deadline_s
        for network in networks:
            network.leave()
        self._networks += networks
        for network in self._networks:
            network.wait(max(0.0, deadline - time.monotonic()))

    @property
    def stopped(self) -> bool:
        """Whether the network threads have ended."""
        return not any(network.receiver.isRunning() for network in self._networks)
