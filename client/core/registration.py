"""From the open connection to the server's welcome: capabilities and a nickname.

Pure. CAP LS, NICK and USER go out at once, so servers without CAP answer too. While the capability
negotiation is open the registration cannot complete; so when the nickname is in use, others are tried
under its cover until the server accepts one, without taking it: it can be suggested and is free.
(Servers that look at the nickname only after CAP END, and those without CAP, get an untried suggestion.)
A nickname in use may be our own account's (account.py): then that is proved first, and the nickname asked for again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from client.changes import Problem
from client.core.account import FAILED, Account
from client.core.sentences import farewell
from client.core.state import UNREDACT, State
from client.core.texts import shown_text
from protocol import VENDOR, Message, numbered_nickname

WANTED = frozenset(
    {
        "message-tags",
        "server-time",
        "batch",
        "labeled-response",
        "echo-message",
        "extended-join",
        "multi-prefix",
        "setname",
        "away-notify",
        "extended-monitor",
        "userhost-in-names",
        "standard-replies",
        "cap-notify",
        "draft/chathistory",
        "draft/event-playback",
        "draft/message-redaction",
        "draft/metadata-2",
        "draft/multiline",
        "draft/read-marker",
        "soju.im/search",
        f"{VENDOR}/edit",
        f"{VENDOR}/retry",
        UNREDACT,
    }
)
"""The capabilities the client knows how to use."""

PATIENCE_S = 15.0
"""How long a reconnecting client asks for its nickname, which its own dead connection may still hold."""
ASK_AGAIN_S = 1.0
CANDIDATES = 8
"""Numbers tried in order for a suggestion; then as many by chance."""


@dataclass(frozen=True, slots=True)
class Welcomed:
    """Registration is complete."""

    nickname: str
    server: str
    """What the server calls itself in its messages."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The nickname is in use; `suggestion` is free, as far as the server could be asked ("" for none)."""

    suggestion: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The server does not let us in."""

    problem: Problem
    text: str


Verdict = Welcomed | Taken | Refused


class Registration:
    """One registration; `begin` starts the next on a new connection."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._account = Account(state)
        self._begin("", guest=False, patient=False)

    def _begin(self, nickname: str, *, guest: bool, patient: bool) -> None:
        self._wanted = self._trying = nickname
        self._guest = guest
        self._patient = patient
        self._patient_until: float | None = None
        self._ask_again_at: float | None = None
        self._candidates = self._make_candidates()
        self._offered: set[str] = set()
        self._negotiating = False
        self._fences = 0
        """Answers still to come; once all are here, the server has said what it thinks of the nickname."""
        self._taken = False
        self._put_aside = False
        """The nickname is in use, perhaps by ourselves: what that means is seen once our account has been tried."""
        self._realname_stands = False

    def begin(self, nickname: str, *, guest: bool, patient: bool) -> None:
        """Introduce us. A `guest` takes any number; the `patient` asks for the nickname for `PATIENCE_S`."""
        self._begin(nickname, guest=guest, patient=patient)
        self._account.begin()
        self._state.capabilities.clear()
        if self._state.credentials.password:
            self._state.send("PASS", self._state.credentials.password)
        self._state.send("CAP", "LS", "302")
        self._state.send("NICK", nickname)
        self._introduce()

    def _introduce(self) -> None:
        user = "".join(c for c in self._wanted.lower() if c.isascii() and c.isalnum())[:10]
        self._state.send("USER", user or "user", "0", "*", self._state.name)

    def choose_account(self, name: str, secret: str | None, *, guest: bool) -> None:
        """The person logs in under this name; before `begin` and `agree`."""
        self._account.choose(name, secret, guest=guest)

    def agree(self, nickname: str) -> Verdict | None:
        """The person takes this nickname, perhaps the one suggested; the realname goes with it."""
        self._wanted = nickname
        self._introduce()
        if self._negotiating and nickname == self._trying:
            return self._go_on()
        self._try(nickname)
        return None

    # --- what the server says ------------------------------------------------------------------

    def handle(self, message: Message) -> Verdict | None:
        """Take one message; a verdict once there is one."""
        command, params = message.command.upper(), message.params
        text = params[-1] if params else ""
        match command:
            case "CAP":
                return self.handle_capability(message)
            case "433" | "436" | "437":
                return self._nickname_taken()
            case "432":
                return self._nickname_refused(text)
            case "001":
                return self._welcomed(message)
            case "462":
                self._realname_stands = True
            case "464":
                return Refused(Problem.PASSWORD, shown_text(text))
            case "465":
                return Refused(Problem.BANNED, farewell(shown_text(text)))
            case "AUTHENTICATE" | "REGISTER" | "903":
                return self._account_said(self._account.handle(message))
            case "FAIL" if params[:1] in (["AUTHENTICATE"], ["REGISTER"]):
                return self._account_said(self._account.handle(message))
            case "ERROR" | "FAIL":
                return Refused(_problem_in(text), shown_text(text))
            case _ if command in FAILED:
                return self._account_said(self._account.handle(message))
        return None

    def _account_said(self, ours: bool | None) -> Verdict | None:
        """The matter of our account is settled (or not yet, None): go on."""
        if ours is None:
            return None
        if not self._put_aside or self._account.lacking:
            return self._go_on()
        self._put_aside = False
        if not ours:
            return self._nickname_taken()
        self._try(self._wanted)
        return None

    def derived(self, key: bytes) -> None:
        """The key of our account is computed."""
        self._account.derived(key)

    def _welcomed(self, message: Message) -> Verdict:
        if self._account.lacking:
            return Refused(Problem.ACCOUNT, self._account.refusal)
        # A second USER is the way to a new realname before the welcome; where it is refused, SETNAME is.
        if self._realname_stands and "setname" in self._state.capabilities:
            self._state.send("SETNAME", self._state.name)
        self._ask_again_at = None
        return Welcomed("".join(message.params[:1]) or self._trying, message.source)

    def handle_capability(self, message: Message) -> Verdict | None:
        """CAP, during registration and later (cap-notify)."""
        if len(message.params) < 3:
            return None
        subcommand = message.params[1].upper()
        values = {name: value for name, _, value in (word.partition("=") for word in message.params[-1].split())}
        names = set(values)
        match subcommand:
            case "LS":
                self._offered |= names & WANTED
                self._state.offers |= {name: value for name, value in values.items() if name in WANTED}
                for name, value in values.items():
                    self._account.offered(name, value)
                if len(message.params) == 3 and not self._negotiating:
                    self._negotiating = True
                    self._request(self._offered | self._account.wanted())
            case "ACK":
                self._state.capabilities |= names & (WANTED | self._account.wanted())
                self._state.capabilities -= {name[1:] for name in names if name[0] == "-"}
                return self._answered()
            case "NAK" | "LIST" if len(message.params) == 3:
                return self._answered()
            case "NEW":
                if names & WANTED:
                    self._request(names & WANTED)
            case "DEL":
                self._state.capabilities -= names
        return None

    def _request(self, names: set[str]) -> None:
        if names:
            self._state.send("CAP", "REQ", " ".join(sorted(names)))
        else:
            self._state.send("CAP", "LIST")
        self._fences += 1

    def _answered(self) -> Verdict | None:
        self._fences = max(0, self._fences - 1)
        if self._fences or not self._negotiating or self._account.busy:
            return None
        return self._go_on()

    def _go_on(self) -> Verdict | None:
        """The server has said what it thinks of the nickname: see to our account, then end the negotiation."""
        if self._account.log_in():
            return None
        if self._account.lacking:
            return Refused(Problem.ACCOUNT, self._account.refusal)
        if self._put_aside:
            self._put_aside = False
            return self._nickname_taken()
        if self._taken:
            return None
        if self._trying != self._wanted and not self._guest:
            return Taken(self._trying)
        if not self._account.register():
            self._end()
        return None

    def _end(self) -> None:
        self._negotiating = False
        self._state.send("CAP", "END")

    # --- the nickname --------------------------------------------------------------------------

    def _nickname_taken(self) -> Verdict | None:
        self._taken = True
        if self._negotiating and (self._account.may_log_in or self._account.busy) and self._trying == self._wanted:
            self._put_aside = True
            return None
        now = self._state.clock.monotonic()
        if self._patient and self._trying == self._wanted:
            self._patient_until = self._patient_until or now + PATIENCE_S
            if now < self._patient_until:
                self._ask_again_at = now + ASK_AGAIN_S
                return None
        candidate = next(self._candidates, "")
        if not candidate or not (self._negotiating or self._guest):
            return Taken(candidate)
        self._try(candidate)
        return None

    def _nickname_refused(self, text: str) -> Verdict:
        if self._trying != self._wanted:
            return Taken("")
        return Refused(Problem.NAME_NOT_ALLOWED, shown_text(text))

    def _try(self, nickname: str) -> None:
        self._trying = nickname
        self._taken = False
        self._state.send("NICK", nickname)
        if self._negotiating:
            # Nothing answers a NICK that is accepted; the answer to this one comes behind any refusal.
            self._state.send("CAP", "LIST")
            self._fences += 1

    @property
    def next_tick(self) -> float | None:
        """When `tick` is due."""
        due = (self._ask_again_at, self._account.next_tick)
        return min((at for at in due if at is not None), default=None)

    def tick(self) -> Verdict | None:
        """Ask for the nickname again when it is time, and do not wait for ever for our account."""
        if self._ask_again_at is not None and self._ask_again_at <= self._state.clock.monotonic():
            self._ask_again_at = None
            self._try(self._wanted)
        return self._account_said(self._account.tick())

    def _make_candidates(self) -> Iterator[str]:
        """`Siti` gives Siti2, Siti3, ...; `tamu4` gives tamu5, tamu6, ..."""
        base, first = self._wanted.rstrip("0123456789"), 2
        digits = self._wanted[len(base) :]
        if base and 0 < len(digits) < 3:
            first = int(digits) + 1
        else:
            base = self._wanted
        for number in range(first, first + CANDIDATES):
            yield numbered_nickname(base, number)
        for _ in range(CANDIDATES):
            yield numbered_nickname(base, 100 + int(self._state.clock.random() * 9900))


def _problem_in(text: str) -> Problem:
    lowered = text.lower()
    if "full" in lowered:
        return Problem.SERVER_FULL
    if any(word in lowered for word in ("banned", "k-line", "g-line", "z-line", "klined", "glined", "zlined")):
        return Problem.BANNED
    return Problem.OTHER
