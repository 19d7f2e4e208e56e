"""The account behind our nickname: a name is ours without a password (design, section 2).

Pure. An account that the person names (`Credentials`) is logged in to by its password, SCRAM before PLAIN, and without
it we do not go in. Otherwise, on a server that offers it, the nickname is registered with a random secret before the
registration ends, and proved by SCRAM from then on. To other machines no secret is sent in clear, nor a proof of one,
unless the person agreed to that. Whatever goes wrong with our own secret costs the account, never the login: we go on
as a guest. Used by `Registration`.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from client.changes import AccountMade
from client.core.state import State
from client.core.texts import shown_text
from client.effects import Derive
from protocol import VENDOR, Message, nickname_from_name

if TYPE_CHECKING:
    from client.core.sasl import Scram, Secret

SASL = "sasl"
REGISTER = "draft/account-registration"
QUIET = f"{VENDOR}/quiet"
SCRAM, PLAIN = "SCRAM-SHA-256", "PLAIN"
PATIENCE_S = 10.0
"""How long one step of it may take until we go on as a guest."""
FAILED = frozenset({"902", "904", "905", "906", "907", "908"})


class _Step(Enum):
    IDLE = "idle"
    MECHANISM = "mechanism"
    """The server was told how we log in; it says "+"."""
    CHALLENGE = "challenge"
    DERIVING = "deriving"
    """The key is being computed, elsewhere."""
    SIGNATURE = "signature"
    END = "end"
    """The server proved itself; 903 is due."""
    REGISTERING = "registering"


class Account:
    """Logs in by the secret, or makes an account with a new one; `begin` for each nickname that is meant."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._name = self._kept = self._password = ""
        self._before = ("", "")
        self._offered: dict[str, str] = {}
        self._trying = ""
        """A mechanism."""
        self._willing = self._made = False
        self._tried: set[str] = set()
        """Mechanisms."""
        self._secret: Secret | None = None
        """The person's password, with what was derived of it."""
        self.refusal = ""
        """Why the server did not accept the account that the person named, in its words."""
        self._idle()

    def _idle(self) -> None:
        self._step = _Step.IDLE
        self._gathered = ""
        self.next_tick: float | None = None

    def choose(self, name: str, secret: str | None, *, guest: bool) -> None:
        """The person logs in under this name, with what `AccountMade` last said of it (None: not to be kept)."""
        credentials = self._state.credentials
        self._name = credentials.account or nickname_from_name(name) if self._demanded else name
        self._kept = self._password = credentials.account_password or secret or ""
        self._willing = self._demanded or (not guest and secret is not None)
        self._secret = None
        if not (self._demanded and self._made):  # another nickname, of the same account
            self._restart()

    @property
    def _demanded(self) -> bool:
        """The person has named an account: no way in without it."""
        return bool(self._state.credentials.account_password)

    @property
    def lacking(self) -> bool:
        """Whether it has not been proved yet that the account which the person named is ours."""
        return self._demanded and not self._made

    @property
    def _allowed(self) -> bool:
        agreed = self._demanded and self._state.credentials.in_clear
        return self._willing and (self._state.confidential or agreed)

    def begin(self) -> None:
        """A new connection."""
        self._offered = {}
        self._restart()

    def _restart(self) -> None:
        self._made = False
        self._tried = set()
        self.refusal = ""
        self._idle()

    # --- what the registration asks ------------------------------------------------------------

    def offered(self, name: str, value: str) -> None:
        """The server has this capability."""
        self._offered[name] = value

    def wanted(self) -> set[str]:
        """The capabilities needed here."""
        return self._offered.keys() & {SASL, REGISTER, QUIET} if self._allowed else set()

    @property
    def busy(self) -> bool:
        """Whether the registration has to wait for this."""
        return self._step is not _Step.IDLE

    @property
    def may_log_in(self) -> bool:
        """Whether the nickname, though in use, may yet prove to be ours."""
        return bool(self._allowed and self._password and self._mechanism) and not self._made

    @property
    def _mechanism(self) -> str:
        """The one to try next, "" for none. A server that does not list any has the one that most have."""
        known = (SCRAM, PLAIN) if self._demanded else (SCRAM,)
        listed = self._offered[SASL].split(",") if SASL in self._offered else []
        if listed == [""]:
            listed = list(known[-1:])
        return next((name for name in known if name in listed and name not in self._tried), "")

    def log_in(self) -> bool:
        """Begin to prove that the account is ours; False if that cannot be (or was) tried."""
        if not self.may_log_in:
            return False
        self._trying = self._mechanism
        self._tried.add(self._trying)
        if SASL not in self._state.capabilities:
            return False
        self._wait(_Step.MECHANISM)
        self._state.send("AUTHENTICATE", self._trying)
        return True

    def register(self) -> bool:
        """Make the account of our nickname; False if the server does not do that for us."""
        known = {REGISTER, QUIET} <= self._state.capabilities and self._allowed and not self._made
        if not known or "before-connect" not in self._offered.get(REGISTER, "").split(","):
            return False
        self._made = True
        self._before = (self._password, self._kept)
        self._password, self._kept = self._state.clock.token(), ""
        self._wait(_Step.REGISTERING)
        self._state.send("REGISTER", "*", "*", self._password, tags={QUIET: ""})
        return True

    def _wait(self, step: _Step) -> None:
        self._step = step
        self.next_tick = self._state.clock.monotonic() + PATIENCE_S

    # --- what the server says ------------------------------------------------------------------

    def handle(self, message: Message) -> bool | None:
        """Take a message about it; once it is over, whether the account is ours."""
        command, params = message.command.upper(), message.params
        if not self.busy:
            return None
        if self._step is _Step.REGISTERING:
            return (
                self._registered(made=command == "REGISTER" and params[:1] == ["SUCCESS"])
                if command in {"REGISTER", "FAIL"}
                else None
            )
        if command == "FAIL":
            return self._refused(message)
        if command == "AUTHENTICATE":
            return self._said("".join(params[:1]))
        if command == "903":
            return self._over(ours=self._step is _Step.END)
        return self._refused(message) if command in FAILED else None

    def _refused(self, message: Message) -> bool:
        self.refusal = shown_text("".join(message.params[-1:]))
        return self._over(ours=False)

    def _registered(self, *, made: bool) -> bool:
        if not made:
            self._password, self._kept = self._before
        return self._over(ours=made)

    def _over(self, *, ours: bool) -> bool:
        self._idle()
        if ours:
            self._made = True  # there is nothing left to be made
            if self._password != self._kept:
                self._kept = self._password
                state = self._state
                state.journal.before(AccountMade(state.host, state.port, state.known, self._name, self._kept))
        return ours

    def _said(self, part: str) -> bool | None:
        from client.core import sasl  # noqa: PLC0415 - brings hashlib, which the first paint does without

        self._gathered += "" if part == "+" else part
        if len(part) == sasl.CHUNK and len(self._gathered) <= sasl.LONGEST:
            return None
        text, self._gathered = self._gathered, ""
        try:
            return self._answer(sasl.decoded(text))
        except sasl.ScramError:
            return self._give_up()

    def _answer(self, text: str) -> bool | None:
        from client.core import sasl  # noqa: PLC0415 - as above

        if self._step is _Step.MECHANISM and self._trying == PLAIN:
            self._wait(_Step.END)
            self._authenticate(f"\0{self._name}\0{self._password}")
        elif self._step is _Step.MECHANISM:
            self._scram: Scram = sasl.Scram(self._name, self._state.clock.token())
            self._wait(_Step.CHALLENGE)
            self._authenticate(self._scram.first())
        elif self._step is _Step.CHALLENGE:
            self._scram.challenge(text)
            secret = self._what_we_know()
            if secret.fits(self._scram.salt, self._scram.iterations):
                self._prove(secret)
            else:
                self._wait(_Step.DERIVING)
                self._state.effects.append(Derive(secret.password, self._scram.salt, self._scram.iterations))
        elif self._step is _Step.SIGNATURE and self._scram.is_signed_by_server(text):
            self._wait(_Step.END)
            self._state.send("AUTHENTICATE", "+")
        else:
            return self._give_up()
        return None

    def derived(self, key: bytes) -> None:
        """The key asked for by `Derive` is there."""
        from client.core import sasl  # noqa: PLC0415 - as above

        if self._step is _Step.DERIVING:
            password = self._what_we_know().password
            secret = sasl.Secret(password, self._scram.salt, self._scram.iterations, key)
            if self._demanded:
                self._secret = secret
            else:
                self._password = str(secret)
            self._prove(secret)

    def _what_we_know(self) -> Secret:
        from client.core import sasl  # noqa: PLC0415 - as above

        if self._demanded:
            return self._secret or sasl.Secret(sasl.prepared(self._password))
        return sasl.Secret.read(self._password)

    def _prove(self, secret: Secret) -> None:
        self._wait(_Step.SIGNATURE)
        self._authenticate(self._scram.proof(secret.key))

    def _authenticate(self, text: str) -> None:
        from client.core import sasl  # noqa: PLC0415 - as above

        for chunk in sasl.chunks(text):
            self._state.send("AUTHENTICATE", chunk)

    def _give_up(self) -> bool:
        """The server does not prove that it knows us, or says nothing of use."""
        self._state.send("AUTHENTICATE", "*")
        return self._over(ours=False)

    def tick(self) -> bool | None:
        """It takes too long: no account, then."""
        if self.next_tick is None or self.next_tick > self._state.clock.monotonic():
            return None
        return self._over(ours=False) if self._step is _Step.REGISTERING else self._give_up()
