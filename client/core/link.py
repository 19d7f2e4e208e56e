"""The link to the server: log in, notice its loss, come back, and say so in the strip.

Pure. Owns `State.link`. A first login ends in LoggedIn or LoginFailed, unless what an earlier session kept can be
looked at while the network is away; after it, every loss is followed by new tries (`BACKOFF_S`) until the server ends
it for good or the nickname is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import checkwords
from client.changes import (
    EntryKind,
    LinkChanged,
    LinkState,
    LoggedIn,
    LoginFailed,
    Problem,
    Security,
    ServerMet,
    StripKind,
)
from client.core.channels import Channels
from client.core.chats import Chats
from client.core.registration import Refused, Registration, Taken, Verdict, Welcomed
from client.core.sentences import farewell
from client.core.state import State
from client.core.texts import GUEST, numbered_name, own_name, shown_text
from client.credentials import Credentials
from protocol import Message, mixes_scripts, nickname_from_name, valid_nickname

BACKOFF_S = (1, 2, 4, 8, 15, 30)
"""Waits before each new try; the last repeats. Chance makes each up to a quarter shorter or longer."""
STABLE_S = 10.0
"""A link that lived this long begins the waits anew when it is lost."""
REGISTRATION_S = 30.0
"""Until the server's welcome must be there."""
BACK_S = 2.0
RESTARTED_S = 10.0
NEW_SERVER_S = 10.0
OFFLINE_SEND_S = 4.0
"""How long these strips stand before the one below shows again."""

_NETWORK = frozenset(
    {Problem.UNKNOWN_HOST, Problem.REFUSED, Problem.NO_ANSWER, Problem.UNREACHABLE, Problem.SERVER_GONE}
)
"""Problems that may be gone at the next try."""
_NOT_THE_SAME = frozenset({Problem.CERTIFICATE_CHANGED, Problem.TLS_GONE})
"""Whoever answers may not be the server we know: nothing is said to it until the person decides."""
_NOT_LET_IN = frozenset(
    {Problem.PASSWORD, Problem.ACCOUNT, Problem.NOT_ENCRYPTED, Problem.BANNED, Problem.NAME_NOT_ALLOWED}
)
"""Trying again would come to the same."""
_CLOSING = ("shutting down", "shutdown", "restarting")
_FOR_GOOD = ("banned", "k-line", "g-line", "z-line", "klined", "glined", "zlined", "killed")


class Room(Protocol):
    """What knows something that is over when the link or the login is."""

    def forget(self) -> None:
        """A new login, or none."""

    def link_lost(self) -> None:
        """The link is lost; we mean to come back."""


class Link:
    """Connecting, registering, staying connected."""

    def __init__(self, state: State, channels: Channels, chats: Chats, rooms: Sequence[Room]) -> None:
        self._state = state
        self._channels = channels
        self._chats = chats
        self._rooms = rooms
        self._registration = Registration(state)
        self.when_settled: Callable[[], None] = lambda: None
        """Called when the welcome is complete, after the rooms were asked for."""
        self._begin("", guest=False, channel="")

    def _begin(self, nickname: str, *, guest: bool, channel: str) -> None:
        self._wanted = nickname
        self._guest = guest
        self._channel = channel
        """From an irc:// link; joined once after login."""
        self._again = False
        """We were online on this server: losing it now means coming back, not the login page."""
        self._known = False
        """What an earlier session kept is on screen: while only the network fails we try again beside it."""
        self._held = False
        """OFFLINE for the person, but the connection waits, unregistered, for another nickname."""
        self._attempt = 0
        self._retry_at: float | None = None
        self._deadline: float | None = None
        self._online_since = 0.0
        self._state.settled = False
        self._boot = ""
        self._met = ""
        """The check words of a server met for the first time, until they have been shown."""
        self._base = (StripKind.NONE, "")
        """The strip that stands when no passing one does: kind and text."""
        self._strip_until: float | None = None

    # --- the person ----------------------------------------------------------------------------

    def login(
        self, host: str, port: int, name: str, channel: str, secret: str | None, known: str, credentials: Credentials
    ) -> None:
        """Forget all, connect and register."""
        state = self._state
        if state.link is not LinkState.OFFLINE or self._held:
            state.disconnect()
        nickname = nickname_from_name(own_name(name))
        self._show(StripKind.NONE)
        state.forget()
        for room in self._rooms:
            room.forget()
        self._begin(nickname or f"{GUEST}1", guest=not nickname, channel=channel)
        state.host, state.port, state.network, state.known = host, port, host, known
        state.credentials = credentials
        self._met = ""
        state.name = own_name(name) or self._wanted
        self._registration.choose_account(self._wanted, secret, guest=self._guest)
        if mixes_scripts(state.name):
            self._fail(Problem.NAME_MIXED)
        else:
            self._connect()

    def login_as(self, name: str, secret: str | None) -> None:
        """Go on under another name: on the connection that waits, else on a new one."""
        state = self._state
        name = name if valid_nickname(name) else own_name(name)  # a suggestion may be longer than a typed name
        nickname = nickname_from_name(name)
        if state.link is not LinkState.OFFLINE or not nickname:
            return
        state.name = name
        self._wanted, self._guest = nickname, False
        self._registration.choose_account(nickname, secret, guest=False)
        if self._held:
            self._held = False
            self._register()
            self._judge(self._registration.agree(nickname))
        else:
            self._connect()

    def cancel(self) -> None:
        """Give up a first login under way."""
        if not self._again and self._state.link is not LinkState.OFFLINE:
            self._go_offline()

    def logout(self, reason: str = "") -> None:
        """Say goodbye and forget the server."""
        state = self._state
        if self._held or state.link in {LinkState.REGISTERING, LinkState.ONLINE}:
            state.send("QUIT", *([reason] if reason else []))
        self._go_offline()
        self._show(StripKind.NONE)
        state.forget()
        for room in self._rooms:
            room.forget()
        self._begin("", guest=False, channel="")

    def hang_up(self) -> None:
        """End the connection, or the tries for one, and stay where we are until `retry_now`."""
        state = self._state
        if not (self._again or self._known) or (state.link is LinkState.OFFLINE and not self._held):
            return
        if self._held or state.link in {LinkState.REGISTERING, LinkState.ONLINE}:
            state.send("QUIT")
        if state.link is LinkState.ONLINE:
            self._again = True
            for room in self._rooms:
                room.link_lost()
        self._attempt = 0
        self._go_offline()
        self._show(StripKind.HUNG_UP)

    def restored(self) -> None:
        """There is something to look at, and to write into, before we have ever been online."""
        self._known = True

    def retry_now(self) -> None:
        """Do not wait any longer."""
        if (self._again or self._known) and self._state.link in {LinkState.WAITING, LinkState.OFFLINE}:
            if self._base[0] is StripKind.HUNG_UP:  # from now on it is tried like after any other loss
                self._show(StripKind.LOST)
            self._connect()

    def offline_send(self) -> None:
        """Something should be sent that cannot be now."""
        self._show_for(OFFLINE_SEND_S, StripKind.OFFLINE_SEND)

    # --- the network ---------------------------------------------------------------------------

    def connected(self, security: Security, secret: str | None) -> None:
        """The connection is open: introduce us."""
        if self._state.link is LinkState.CONNECTING:
            if secret != "":
                self._registration.choose_account(self._wanted, secret, guest=self._guest)
            self._meet(security)
            self._register()
            shown = self._state.credentials
            if shown.given and not (self._state.confidential or shown.in_clear):
                self._fail(Problem.NOT_ENCRYPTED)
                return
            self._registration.begin(self._wanted, guest=self._guest, patient=self._again)

    def _meet(self, security: Security) -> None:
        """Remember a server at the first contact, without a question; say by which words it is known."""
        state, known = self._state, security.known
        state.secure = bool(known)
        if not known or known == state.known:
            return
        if not state.known and not security.authority:
            self._met = checkwords.written(known)
        state.known = known
        state.journal.before(ServerMet(state.host, state.port, known))

    def connection_failed(self, problem: Problem, text: str) -> None:
        """There is no connection to be had, or none to a chat server, or to another one than we know."""
        if self._state.link in {LinkState.CONNECTING, LinkState.REGISTERING}:
            self._fail(problem, text)

    def connection_lost(self, text: str) -> None:
        """The connection ended."""
        self._held = False
        if self._state.link is LinkState.ONLINE:
            self._lost(text)
        elif self._state.link in {LinkState.CONNECTING, LinkState.REGISTERING}:
            self._fail(Problem.SERVER_GONE, shown_text(text))

    @property
    def listens(self) -> bool:
        """Whether messages now belong to a registration, `handle`'s business."""
        return self._state.link is LinkState.REGISTERING or self._held

    def handle(self, message: Message) -> None:
        """Take a message of the registration."""
        if message.command.upper() == "PING":
            self._state.send("PONG", *message.params[-1:])
        elif self._held:
            if message.command == "001":  # it lets us in under a name nobody agreed to
                self._state.disconnect()
                self._held = False
        else:
            self._judge(self._registration.handle(message))

    def derived(self, key: bytes) -> None:
        """The key of our account is computed."""
        if self._state.link is LinkState.REGISTERING:
            self._registration.derived(key)

    def handle_capability(self, message: Message) -> None:
        """CAP while online."""
        self._registration.handle_capability(message)

    def _judge(self, verdict: Verdict | None) -> None:
        match verdict:
            case Welcomed(nickname, server):
                self._state.server = server
                self._welcomed(nickname)
            case Taken(nickname):
                self._held = True
                self._deadline = None
                suggestion = numbered_name(self._state.name, nickname)
                if self._again:
                    self._enter(LinkState.OFFLINE, problem=Problem.NAME_TAKEN)
                    self._show(StripKind.NAME_LOST, suggestion)
                else:
                    self._report(Problem.NAME_TAKEN, suggestion=suggestion)
            case Refused(problem, text):
                self._fail(problem, text)

    def _welcomed(self, nickname: str) -> None:
        state = self._state
        if self._guest:
            self._wanted = nickname
        state.call_me(nickname)
        self._deadline = None
        state.settled = False
        self._online_since = state.clock.monotonic()
        self._enter(LinkState.ONLINE)
        state.journal.before(LoggedIn(nickname, self._again))
        self._chats.welcomed()

    def settle(self) -> None:
        """The welcome is complete (end of the message of the day, or our first JOIN)."""
        state = self._state
        if state.settled:
            return
        state.settled = True
        if self._again or self._base[0] is StripKind.LOST:
            restarted = self._boot not in {"", state.features.boot}
            if restarted:
                self._mark_restart()
            self._base = (StripKind.NONE, "")
            self._show_for(*((RESTARTED_S, StripKind.RESTARTED) if restarted else (BACK_S, StripKind.BACK)))
        elif self._met:
            self._show_for(NEW_SERVER_S, StripKind.NEW_SERVER, self._met)
        self._met = ""
        if self._channel and not self._again:
            self._channels.join(self._channel)
        self._channels.come_back()
        self._chats.settled()
        self.when_settled()
        self._again = True
        self._boot = state.features.boot

    def _mark_restart(self) -> None:
        book, now = self._state.book, self._state.clock.now()
        for conversation in book.conversations.values():
            book.insert(conversation, book.end_of(conversation), book.mark(EntryKind.RESTARTED, time=now))

    def said_error(self, text: str) -> None:
        """ERROR while online: the server is about to close the connection."""
        lowered = text.lower()
        if any(word in lowered for word in _CLOSING):
            self._show(StripKind.CLOSING, shown_text(text))
        elif any(word in lowered for word in _FOR_GOOD):
            self._show(StripKind.CLOSED, farewell(shown_text(text)))

    def renamed(self, nickname: str) -> None:
        """We asked for another nickname and have it: it is the one to come back with."""
        self._wanted, self._guest = nickname, False

    # --- from state to state -------------------------------------------------------------------

    def _enter(self, link: LinkState, retry_at: float | None = None, problem: Problem | None = None) -> None:
        self._state.link = link
        self._retry_at = retry_at
        self._state.journal.before(LinkChanged(link, retry_at, problem))

    def _connect(self) -> None:
        self._held = False
        self._enter(LinkState.CONNECTING)
        self._state.connect()

    def _register(self) -> None:
        self._deadline = self._state.clock.monotonic() + REGISTRATION_S
        self._enter(LinkState.REGISTERING)

    def _go_offline(self) -> None:
        self._held = False
        self._deadline = None
        self._state.disconnect()
        self._enter(LinkState.OFFLINE)

    def _lost(self, text: str) -> None:
        self._again = True
        for room in self._rooms:
            room.link_lost()
        if self._state.clock.monotonic() - self._online_since >= STABLE_S:
            self._attempt = 0
        if self._base[0] is StripKind.CLOSED:
            self._enter(LinkState.OFFLINE)
            return
        if self._base[0] is not StripKind.CLOSING:
            self._show(StripKind.LOST, shown_text(text))
        self._wait()

    def _wait(self, problem: Problem | None = None) -> None:
        delay = BACKOFF_S[min(self._attempt, len(BACKOFF_S) - 1)] * (0.75 + self._state.clock.random() / 2)
        self._attempt += 1
        self._enter(LinkState.WAITING, self._state.clock.monotonic() + delay, problem)

    def _fail(self, problem: Problem, text: str = "") -> None:
        """This try came to nothing: report it at login, later try again unless that cannot help."""
        was_open = self._state.link is LinkState.REGISTERING
        self._deadline = None
        if was_open:
            self._state.disconnect()
        if problem in _NOT_THE_SAME:
            self._again = self._known = False  # it is no loss of the network, which trying again would mend
        if not self._again and self._known and problem in _NETWORK:
            self._show(StripKind.LOST, text)
            self._wait(problem)
        elif not self._again:
            self._report(problem, text=text)
        elif problem in _NOT_LET_IN:
            self._enter(LinkState.OFFLINE, problem=problem)
            self._show(StripKind.CLOSED, text)
        else:
            self._wait(problem)

    def _report(self, problem: Problem, suggestion: str = "", text: str = "") -> None:
        state = self._state
        self._show(StripKind.NONE)
        self._enter(LinkState.OFFLINE, problem=problem)
        state.journal.before(LoginFailed(problem, state.host, state.port, state.name, suggestion, text))

    # --- the strip -----------------------------------------------------------------------------

    def _show(self, kind: StripKind, text: str = "") -> None:
        self._base = (kind, text)
        self._strip_until = None
        self._state.show_strip(kind, text=text)

    def _show_for(self, seconds: float, kind: StripKind, text: str = "") -> None:
        self._strip_until = self._state.clock.monotonic() + seconds
        self._state.show_strip(kind, text=text)

    # --- time ----------------------------------------------------------------------------------

    @property
    def next_tick(self) -> float | None:
        """When `tick` is due."""
        registration = self._registration.next_tick if self._state.link is LinkState.REGISTERING else None
        due = (self._retry_at, self._deadline, self._strip_until, registration)
        return min((at for at in due if at is not None), default=None)

    def tick(self) -> None:
        """Do what is due."""
        now = self._state.clock.monotonic()
        if self._strip_until is not None and self._strip_until <= now:
            self._show(*self._base)
        if self._retry_at is not None and self._retry_at <= now:
            self._connect()
        if self._deadline is not None and self._deadline <= now:
            self._fail(Problem.NO_ANSWER)
        if self._state.link is LinkState.REGISTERING:
            self._judge(self._registration.tick())
