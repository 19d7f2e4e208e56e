"""The talk over IRC: the same session and connection as the window's, without a window.

The main thread owns session and narrator; the connection's loop runs in a thread of its own (`network`)
and leaves callbacks with the face. With a person (`interactive`) a taken name is a question and a lost
room a sentence; a script is told and ended, and its next line waits until the last ones arrived.
"""

from __future__ import annotations

import re
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from functools import partial

import protocol
from client import login_fields
from client.accounts import Accounts, server_name
from client.changes import (
    AccountMade,
    Change,
    LinkState,
    LoggedIn,
    LoginFailed,
    Problem,
    SearchResults,
    ServerMet,
    StripChanged,
    StripKind,
)
from client.connection import Connection
from client.console.completion import Words
from client.console.contract import PROMPT, Face, Login
from client.console.deeds import Deeds, Hands
from client.console.help import COMMANDS, help_lines
from client.console.lines import Line, shortened, typing_text
from client.console.narrator import Narrator
from client.effects import Send
from client.events import Connected, Derived, Event, Failed, Lost, Received
from client.order import RollShown
from client.session import Session
from client.trust import Trust
from protocol import Message
from translations import tr

UNANSWERED = 16
"""A script's next line waits while so many have not come back: what it sends never outruns the server."""
ROOM_S = 10.0
"""How long what is typed next waits until we are let into our room; then a script ends."""
STOP_S = 1.0
"""How long leaving waits for the network thread."""
FENCE = "obrolan-end"
"""Comes back when the server has done all that a script sent."""
HISTORY = 20
"""So many messages from before are shown to a person who enters a room."""
LEAVE = "exit"
"""Typed alone it leaves, as in the programs this one grew from."""

_COMMAND = re.compile(r"(/[A-Za-z]+)(?:[^\S\n]+([^\n]*))?")


class IrcTalk:
    """One login and all that follows, until the person leaves."""

    def __init__(
        self,
        login: Login,
        *,
        interactive: bool,
        session: Session | None = None,
        accounts: Accounts | None = None,
        trust: Trust | None = None,
        history: int | None = None,
        make_connection: Callable[[Callable[[int, Event], None]], Connection] = Connection,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._login = login
        self._interactive = interactive
        self._monotonic = monotonic
        self._session = session or Session()
        self._accounts = accounts
        self._trust = trust
        history = (HISTORY if interactive else 0) if history is None else history
        self._narrator = Narrator(self._session, interactive=interactive, history=history, now=now)
        hands = Hands(self._handle, self._show, lambda text, problem: self._say(text, problem=problem))
        self._deeds = Deeds(self._session, hands, plain=not interactive)
        self._connection = make_connection(self._report)
        self._network = threading.Thread(target=self._run_network, name="network", daemon=True)
        self._face: Face
        self._offer: str | None = None
        """A free name while ours is taken ("" when none is known); None when there is nothing to ask."""
        self._home = ""
        """Key of the first room: the prompt does not name it."""
        self._room = login.channel
        """The room asked for, until we are in it."""
        self._room_due: float | None = None
        self._was_in = False
        self._failed = False
        """Something a script gave us was not done."""
        self._goodbye = ""
        self._finishing = False
        self._fenced = False
        self._ended = False
        self._commands: dict[str, Callable[[str], bool]] = {
            "/help": self._help,
            "/who": self._who,
            "/msg": self._msg,
            "/join": self._join,
            "/room": self._switch,
            "/quit": self._quit,
            **self._deeds.commands,
        }

    # --- what the face asks --------------------------------------------------------------------

    @property
    def session(self) -> Session:
        """What this client knows (never written from outside)."""
        return self._session

    @property
    def prompt(self) -> str:
        """`>> `, with the room in front when it is not the first one, and a word while there is no link."""
        session = self._session
        conversation = session.conversations.get(session.current)
        words = []
        coming_back = conversation is not None and conversation.channel and not conversation.joined
        if self._was_in and (session.state is not LinkState.ONLINE or (coming_back and not self._kicked())):
            words.append(f"({tr('offline')})")
        if conversation is not None and conversation.key != self._home:
            words.append(protocol.show_hidden(conversation.title))
        return " ".join([*words, PROMPT])

    @property
    def waiting(self) -> Sequence[str]:
        """Own messages without an echo yet."""
        return [shortened(text) for text in self._narrator.waiting]

    @property
    def status(self) -> str:
        """Who is writing here."""
        here = self._session.conversations.get(self._session.current)
        return typing_text(here.typing) if here is not None else ""

    def edited(self, text: str) -> None:
        """What is being typed: others are told that something is, unless it is a command."""
        session = self._session
        if session.current in session.conversations and self._offer is None:
            said = "" if text.startswith("/") and not text.startswith("//") else text
            self._handle(session.typing(session.current, said))

    @property
    def words(self) -> Words:
        """What Tab can complete here."""
        session = self._session
        here = session.conversations.get(session.current)
        people = {c.nickname: c.title for c in session.conversations.values() if not c.channel}
        if here is not None:
            people |= {member.nickname: member.name for member in here.members.values()}
        people.pop(session.nickname, None)
        return Words(
            commands=COMMANDS,
            rooms=tuple(c.title for c in session.conversations.values() if c.channel),
            people=tuple((name, nickname) for nickname, name in people.items()),
        )

    @property
    def ready(self) -> bool:
        """A script: in the room, and most of what was sent came back. A person: not on the way into a room."""
        if self._interactive:
            return self._offer is not None or (self._was_in and self._room_due is None)
        return not self._finishing and self._in_room() and len(self._narrator.waiting) < UNANSWERED

    @property
    def next_tick(self) -> float | None:
        """The session's, or when waiting for the room is given up."""
        due = (self._session.next_tick, self._room_due)
        return min((at for at in due if at is not None), default=None)

    def start(self, face: Face) -> None:
        """Connect and log in."""
        self._face = face
        self._network.start()
        login = self._login
        if self._interactive:
            address = login_fields.write_address(login.host, login.port)
            face.show([self._narrator.note(tr("Connecting to {address}…").format(address=address))])
        known = self._known()
        secret = self._secret(known, login.name)
        changes = self._session.login(login.host, login.port, login.name, login.channel, secret=secret, known=known)
        self._handle(changes)

    def _known(self) -> str:
        """How this computer knows the server; nothing if the person wants to meet it anew."""
        login = self._login
        if self._trust is None:
            return ""
        if login.new_certificate:
            self._trust.remember(login.host, login.port, "")
        return self._trust.known(login.host, login.port)

    def _secret(self, known: str, name: str) -> str | None:
        """What proves that the name is ours; a script uses an account that is there, but makes none."""
        if self._accounts is None:
            return None
        server = server_name(self._login.host, self._login.port, known)
        secret = self._accounts.take(server, protocol.nickname_from_name(name))
        return secret if self._interactive else secret or None

    def accept(self, text: str) -> bool:
        """Do or send what was typed."""
        taken = self._do(text)
        self._failed = self._failed or not taken
        return taken

    def finish(self) -> None:
        """Leave once the server has done all that was sent, with 1 if something of it failed."""
        self._finishing = True
        self._go_on()

    def quit(self, code: int = 0) -> None:
        """QUIT, and the end."""
        if self._ended:
            return
        self._ended = True
        session = self._session
        if self._goodbye and session.current in session.conversations:
            session.send_text(session.current, f"/quit {self._goodbye}")
        if self._was_in and session.state is not LinkState.ONLINE:
            self._show(self._narrator.unsent())
        self._handle(session.logout())
        self._face.end(code)

    def tick(self) -> None:
        """Let the session do what is due; a script does not wait for its room for ever."""
        self._handle(self._session.tick())
        if not self._ended and self._room_due is not None and self._room_due <= self._monotonic():
            self._room, self._room_due = "", None
            if not self._interactive:
                self._give_up(tr("You are in no room. Name one: /join #room"))

    def close(self) -> None:
        """Stop the network thread, which may still send our goodbye."""
        self._connection.stop()
        if self._network.is_alive():
            self._network.join(STOP_S)
        if self._accounts is not None:
            self._accounts.release()

    # --- the network ---------------------------------------------------------------------------

    def _run_network(self) -> None:
        try:
            self._connection.run()
        except Exception as error:  # noqa: BLE001 - the outermost function of a thread
            traceback.print_exc(file=sys.stderr)
            self._report(self._connection.link, Lost(str(error)))

    def _report(self, link: int, event: Event) -> None:
        """In the network thread."""
        self._face.call_soon(partial(self._happened, link, event))

    def _happened(self, link: int, event: Event) -> None:
        if link != self._connection.link or self._ended:
            return
        match event:
            case Connected(security):
                met = not self._session.known and security.known
                secret = self._secret(security.known, self._session.name) if met else ""
                self._handle(self._session.connected(security, secret))
            case Failed(problem, text):
                self._handle(self._session.connection_failed(problem, text))
            case Lost(text):
                self._handle(self._session.connection_lost(text))
            case Derived(key):
                self._handle(self._session.derived(key))
            case Received(messages):
                self._connection.batch_taken()
                changes = self._session.received(messages)
                self._narrator.past.see(messages, self._session.nickname)
                self._handle(changes)
                if any(map(_is_fence, messages)):
                    self.quit(1 if self._failed or self._narrator.failed else 0)

    def _handle(self, changes: Sequence[Change]) -> None:
        """A step of the session: carry out its effects, show its changes, go on from there."""
        for effect in self._session.take_effects():
            self._connection.perform(effect)
        self._show(self._narrator.tell(changes))
        for change in changes:
            match change:
                case LoggedIn():
                    self._was_in = True
                    self._offer = None
                    self._wait_for_room()
                case LoginFailed():
                    self._login_failed(change)
                case SearchResults():
                    self._deeds.found(change)
                case RollShown():
                    self._deeds.roll(change)
                case ServerMet(host, port, known) if self._trust is not None:
                    self._trust.remember(host, port, known)
                case AccountMade(host, port, known, account, secret) if self._accounts is not None:
                    self._accounts.keep(server_name(host, port, known), account, secret)
                case StripChanged(StripKind.NAME_LOST, _, _, text):
                    self._offer = text
        self._home = self._home or self._session.current
        if self._session.state is not LinkState.ONLINE:
            self._fenced = False
        if not self._ended:
            self._deeds.go_on()
            self._go_on()
            self._face.refresh()

    def _show(self, lines: Sequence[Line]) -> None:
        if lines:
            self._face.show(lines)

    def _say(self, text: str, *, problem: bool = False) -> None:
        self._face.show([self._narrator.note(text, problem=problem)])

    def _login_failed(self, failure: LoginFailed) -> None:
        """A taken name is a question to a person; everything else ends it."""
        self._say(self._narrator.login_problem(failure), problem=True)
        if self._interactive and failure.problem is Problem.NAME_TAKEN:
            self._offer = failure.suggestion
        else:
            self.quit(1)

    # --- scripts -------------------------------------------------------------------------------

    def _in_room(self) -> bool:
        session = self._session
        here = session.conversations.get(session.current)
        asked = session.conversations.get(session.fold(self._room)) if self._room else here
        return (
            session.state is LinkState.ONLINE
            and here is not None
            and asked is not None
            and (asked.joined or not asked.channel)
        )

    def _wait_for_room(self) -> None:
        self._room_due = self._monotonic() + ROOM_S

    def _go_on(self) -> None:
        """See whether the next line can be taken, and whether a script is done or has no way to go on."""
        session = self._session
        if self._in_room():
            self._room, self._room_due = "", None
            if self._finishing and not self._fenced and not self._narrator.waiting:
                self._fenced = True
                self._connection.perform(Send(protocol.format_bytes(Message("PING", [FENCE]))))
            return
        closed = self._was_in and session.state is LinkState.OFFLINE
        if not self._interactive and (closed or (self._kicked() and session.state is LinkState.ONLINE)):
            self.quit(1)  # the narrator said why

    def _kicked(self) -> bool:
        strip = self._session.strips.get(self._session.current)
        return strip is not None and strip.kind is StripKind.KICKED

    def _give_up(self, sentence: str) -> None:
        self._say(sentence, problem=True)
        self.quit(1)

    # --- what is typed -------------------------------------------------------------------------

    def _do(self, text: str) -> bool:
        typed = text.strip()
        command = _COMMAND.fullmatch(typed)
        name, rest = (command[1].lower(), (command[2] or "").strip()) if command else ("", "")
        if typed == LEAVE or name == "/quit":
            return self._quit(rest)
        if self._offer is not None:
            return self._answer(typed, name, rest)
        if not typed:
            self._handle(self._session.retry_now())
            return True
        if name in self._commands:
            return self._commands[name](rest)
        return self._send(text)

    def _send(self, text: str) -> bool:
        session = self._session
        if session.current in session.conversations:
            taken, changes = session.send_text(session.current, text)
            self._handle(changes)
            return taken
        online = session.state is LinkState.ONLINE
        no_room = tr("You are in no room. Name one: /join #room")
        self._say(no_room if online else tr("Not sent yet: the connection is down."), problem=True)
        return False

    def _answer(self, typed: str, command: str, rest: str) -> bool:
        """Our name is taken: Enter takes the free one, /nick another; anything else waits."""
        name = login_fields.clean_name(rest) if command == "/nick" else "" if typed else self._offer
        problem = login_fields.name_problem(name) if name and command == "/nick" else ""
        if not name or problem:
            taken = self._narrator.name_taken(self._session.name, self._offer or "")
            self._say(tr(problem) if problem else taken, problem=True)
            return False
        self._offer = None
        self._handle(self._session.login_as(name, secret=self._secret(self._session.known, name)))
        return True

    # --- commands of the terminal --------------------------------------------------------------

    def _help(self, about: str) -> bool:
        for text in help_lines(about):
            self._say(text)
        return True

    def _who(self, _: str) -> bool:
        here = self._session.conversations.get(self._session.current)
        members = here.members.values() if here is not None else ()
        names = sorted((member.prefixes + member.name for member in members), key=str.casefold)
        if here is not None and not here.channel:
            names = [here.title, self._session.name]
        self._say(f"{len(names)}: " + protocol.show_hidden(", ".join(names)))
        return True

    def _msg(self, rest: str) -> bool:
        """Write to one person and stay where we are."""
        session = self._session
        here = session.current
        if here not in session.conversations:
            return self._send("")
        taken, changes = session.send_text(here, f"/msg {rest}")
        if session.current != here and here in session.conversations:
            changes = [*changes, *session.select(here)]
        self._handle(changes)
        return taken

    def _join(self, rest: str) -> bool:
        if not rest:
            return self._switch("")
        session = self._session
        if session.state is LinkState.ONLINE:
            name = rest.split(maxsplit=1)[0]
            self._room = name if name[0] in "#&+!" else "#" + name
            self._wait_for_room()
        if session.current in session.conversations:
            return self._send(f"/join {rest}")
        self._handle(session.join(rest.split(maxsplit=1)[0]))
        return True

    def _switch(self, rest: str) -> bool:
        """Make another conversation the current one; without a name, list them."""
        session = self._session
        if not rest:
            self._show([self._listed(key) for key in session.conversations])
            return True
        wanted = (session.fold(rest), session.fold("#" + rest))
        folded = rest.casefold()
        for key, conversation in session.conversations.items():
            if key in wanted or conversation.title.casefold() == folded:
                self._handle(session.select(key))
                return True
        self._say(tr("There is no room or chat {name} here.").format(name=protocol.show_hidden(rest)), problem=True)
        return False

    def _listed(self, key: str) -> Line:
        conversation = self._session.conversations[key]
        sign = ">" if key == self._session.current else " "
        unread = f" ({conversation.unread})" if conversation.unread else ""
        return self._narrator.note(f"{sign} {protocol.show_hidden(conversation.title)}{unread}")

    def _quit(self, reason: str) -> bool:
        self._goodbye = reason
        if self._interactive:
            self.quit()
        else:
            self.finish()
        return True


def _is_fence(message: Message) -> bool:
    return message.command == "PONG" and message.params[-1:] == [FENCE]
