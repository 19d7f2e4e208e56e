"""The accounts: who owns which name, and what proves it.

In memory by number and by name (look-alikes included, as with nicknames in use); changed under the state lock, like
all that checks go by, and kept by the log (`Event.writes`). An account's number in decimal is the `Person.owner` of
who is logged in to it and is never used twice. Every method wants the state lock held and does nothing slow.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterator

from chatd import config, scram, standing
from chatd.log import Kept, StoredAccount
from chatd.names import NicknameIndex
from chatd.rates import CREATION_S, CREATIONS_S, FAILURES, FORGET_SOURCES, GUESSES, STRANGERS_GUESSES, Rate
from protocol import fold

DAY_S = 86_400.0
NOBODY = 0
"""No account has this number."""
SERVICES = ("NickServ", "ChanServ")
"""Names that nobody can have, even where these do not answer."""

logger = logging.getLogger("obrolan.accounts")


class Accounts:
    """See the module."""

    def __init__(
        self, kept: Kept | None = None, settings: config.Accounts | None = None, secret: bytes = b"for tests"
    ) -> None:
        """`secret` makes up what is said of accounts that do not exist."""
        kept = kept or Kept()
        self.settings = settings or config.Accounts()
        self.failures = Rate(*FAILURES)
        """Logins that failed, by source."""
        self._guesses = Rate(*GUESSES)
        self._strangers_guesses = Rate(*STRANGERS_GUESSES)
        self._homes: dict[str, None] = {}
        """Accounts and the sources from which somebody has logged in to them, the latest."""
        self.creations = Rate(self.settings.new_per_address, CREATION_S)
        """New accounts, by source."""
        self.creations_in_all = Rate(self.settings.new_in_all, CREATIONS_S)
        self.next_sweep = 0.0
        """Monotonic seconds: when lapsed accounts are looked for again."""
        self.standing: set[str] = set(kept.facts.get(standing.KIND, ()))
        """Owners who stay while nobody is connected, where the settings allow it."""
        self._secret = secret
        self._accounts: dict[int, StoredAccount] = {}
        self._names = NicknameIndex()
        for name in SERVICES:
            self._names.add(name, NOBODY)
        self._next = kept.next_account
        for account in kept.accounts:
            try:
                self.add(account)
            except ValueError:  # two that newer tables of look-alikes take for one
                logger.error("the account %r cannot be used: its name looks like another's", account.name)
            self._next = max(self._next, account.id + 1)

    def __iter__(self) -> Iterator[StoredAccount]:
        return iter(list(self._accounts.values()))

    def __len__(self) -> int:
        return len(self._accounts)

    # --- who is whose

    def owner_of(self, nickname: str) -> str:
        """The owner of this name, "" unless it is an account's (compared folded, no look-alikes)."""
        return str(self._names.find(nickname) or "")

    def reserved(self, nickname: str) -> bool:
        """Whether this is a service's name, or looks like one."""
        return self._names.taken(nickname, None) == NOBODY

    def stays(self, owner: str) -> bool:
        """Whether people of this account stay while nobody is connected."""
        return self.settings.always_on and owner in self.standing

    def name_of(self, owner: str) -> str:
        """The name of the account of this owner, "" for a guest or an account that is no more."""
        account = self._accounts.get(int(owner)) if owner.isdecimal() else None
        return "" if account is None else account.name

    def find(self, name: str) -> StoredAccount | None:
        """The account of this name, compared folded."""
        return self._accounts.get(self._names.find(name) or NOBODY)

    def get(self, number: int) -> StoredAccount | None:
        return self._accounts.get(number)

    def taken(self, nickname: str, owner: str) -> bool:
        """Whether this nickname, or one that looks like it, belongs to a service or to an account other than this
        owner's.
        """
        return self._names.taken(nickname, int(owner) if owner.isdecimal() else None) is not None

    def may_guess(self, name: str, source: str, now: float) -> bool:
        """Count a login to this account, there or not, that may fail; whether it may be tried. Nobody can lock the
        owner out: guesses of others do not count where the account has been logged in to before, and every other
        source has one of its own.
        """
        account = fold(name)
        key = f"{account} {source}"
        return key in self._homes or self._guesses.take(account, now) or self._strangers_guesses.take(key, now)

    def guessed_right(self, name: str, source: str) -> None:
        """What `may_guess` counted was no guess."""
        account = fold(name)
        key = f"{account} {source}"
        if key not in self._homes and not self._strangers_guesses.give_back(key):
            self._guesses.give_back(account)
        self._homes[key] = None
        if len(self._homes) > FORGET_SOURCES:
            del self._homes[next(iter(self._homes))]

    def verifier(self, name: str) -> tuple[int, scram.Verifier]:
        """The number of this account and what its password is checked by; 0 and a likeness if there is none."""
        account = self.find(name)
        if account is None:
            return 0, scram.dummy_verifier(self._secret, fold(name), self.settings.kdf_iterations)
        return account.id, scram.Verifier(account.salt, account.iterations, account.stored_key, account.server_key)

    # --- changes; whoever makes one has the log keep it

    def next_number(self) -> int:
        """A number that no account had or will have."""
        self._next += 1
        return self._next - 1

    def add(self, account: StoredAccount) -> None:
        """A new account. Raises ValueError when its name is another's."""
        self._names.add(account.name, account.id)
        self._accounts[account.id] = account

    def remove(self, number: int) -> None:
        """Forget an account; its name is free."""
        self._names.remove(self._accounts.pop(number).name)

    def replace(self, account: StoredAccount) -> None:
        """The same account with another verifier or another time at which it was seen."""
        self._accounts[account.id] = account

    def seen(self, number: int, now: float) -> StoredAccount | None:
        """Note that somebody is logged in; the account as it is to be kept, None if today's note stands already."""
        account = self._accounts.get(number)
        if account is None or 0 <= now - account.seen < DAY_S:
            return None
        account = self._accounts[number] = dataclasses.replace(account, seen=now)
        return account

    def lapsed(self, now: float) -> list[StoredAccount]:
        """The quiet accounts that nobody used for `quiet_days`."""
        longest = self.settings.quiet_days * DAY_S
        return [account for account in self if account.quiet and now - account.seen > longest]
