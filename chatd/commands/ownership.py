"""What can be done to an account: it is made, given another password, suspended, opened again, dropped.

One set of functions for REGISTER, NickServ and `server.py account`. Each makes a `Change` under the state lock; its
event goes to the log in the same critical section, and when that is through, `settle_locked` carries the rest out or
takes everything back. Passwords come as verifiers: hashing is the caller's, in a worker. Imports `identity`,
`nicknames` and what is below.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Mapping

import protocol
from chatd import registry, standing
from chatd.channel import Channel
from chatd.commands import identity, leaving, nicknames
from chatd.commands.call import Context
from chatd.connection import Connection
from chatd.events import Audience, Event, Outcome, Own
from chatd.log import DropAccount, SaveAccount, StoredAccount, Write
from chatd.scram import Verifier

REASON_BYTES = 200

logger = logging.getLogger("obrolan.accounts")


class TakenError(Exception):
    """The name is another account's, or looks like one."""


@dataclasses.dataclass(slots=True)
class Change:
    """See the module."""

    event: Event
    """Goes to the log; nobody sees it."""
    undo: Callable[[], None]
    then: Callable[[], None]

    def settle_locked(self) -> bool:
        """The event is back: whether it was kept. Carries out what follows, or takes the change back."""
        kept = self.event.outcome is not Outcome.FAILED
        (self.then if kept else self.undo)()
        return kept


def keeping(origin: Connection | None, writes: tuple[Write, ...]) -> Event:
    """An event that nobody sees: only what it has kept matters."""
    event = Event(Audience.ORIGIN, "REGISTER", "", origin, stored=False, own=Own.NEVER)
    event.writes = writes
    return event


def make_locked(
    context: Context,
    name: str,
    verifier: Verifier,
    *,
    email: str = "",
    quiet: bool = False,
    origin: Connection | None = None,
) -> tuple[StoredAccount, Change]:
    """A new account; who else has its name as a nickname is asked to log in, or renamed. Raises `TakenError`."""
    accounts, now = context.accounts, context.now()
    if accounts.taken(name, ""):
        raise TakenError(name)
    account = StoredAccount(accounts.next_number(), name, now, now, quiet, **dataclasses.asdict(verifier), email=email)
    accounts.add(account)

    def then() -> None:
        holder = context.state.find_locked(name)
        if holder is not None and (origin is None or holder is not origin.person):
            nicknames.protect_locked(context, holder)

    return account, Change(keeping(origin, (SaveAccount(account),)), lambda: accounts.remove(account.id), then)


def replace_locked(
    context: Context, account: StoredAccount, new: StoredAccount, origin: Connection | None = None
) -> Change:
    """The same account, changed in something: a verifier, a suspension."""
    accounts = context.accounts
    accounts.replace(new)

    def undo() -> None:
        if accounts.get(account.id) is new:
            accounts.replace(account)

    return Change(keeping(origin, (SaveAccount(new),)), undo, lambda: None)


def set_password_locked(
    context: Context, account: StoredAccount, verifier: Verifier, origin: Connection | None = None
) -> Change:
    """Another password; who is logged in stays so. An account that has a password of a person's own never lapses."""
    new = dataclasses.replace(account, **dataclasses.asdict(verifier), quiet=False)
    return replace_locked(context, account, new, origin)


def suspend_locked(context: Context, account: StoredAccount, reason: str, origin: Connection | None = None) -> Change:
    """Nobody can log in to it until it is opened again; who is logged in is cut."""
    reason = protocol.cut_bytes(" ".join(reason.split()), REASON_BYTES) or "no reason given"
    change = replace_locked(context, account, dataclasses.replace(account, suspended=reason), origin)

    def then() -> None:
        for person in context.state.owned_locked(str(account.id)):
            leaving.end_standing_locked(context, person, "The account is suspended")
            for session in person.sessions:
                cut(session, f"Your account is suspended: {reason}")

    change.then = then
    return change


def open_locked(context: Context, account: StoredAccount, origin: Connection | None = None) -> Change:
    """The end of a suspension."""
    return replace_locked(context, account, dataclasses.replace(account, suspended=""), origin)


def drop_locked(context: Context, account: StoredAccount, origin: Connection | None = None) -> Change:
    """The account is no more, nor what belongs to it: metadata, read marks, registered channels. Who is logged in is a
    guest from now on.
    """
    owner, accounts, channels = str(account.id), context.accounts, list(context.state.channels.values())
    founded = [channel for channel in channels if channel.founder == owner]
    listed = [channel for channel in channels if owner in channel.access and channel.founder != owner]
    accounts.remove(account.id)
    writes: list[Write] = [DropAccount(account.id), *context.metadata.unkept(owner), *context.owners.forget(owner)]
    if owner in accounts.standing:
        writes.append(standing.forgotten(owner))
    for channel in founded:
        writes += release_writes(context, channel)
    for channel in listed:
        writes += registry.writes(dataclasses.replace(channel, access=_without(channel.access, owner)))

    def undo() -> None:
        try:
            accounts.add(account)
        except ValueError:
            logger.error("the account %s could not be kept, and its name was taken meanwhile", account.name)

    def then() -> None:
        context.marks.forget(owner)
        context.metadata.dropped(owner)
        for channel in founded:
            release_locked(context, channel)
        for channel in listed:
            channel.access = _without(channel.access, owner)
        accounts.standing.discard(owner)
        for person in context.state.owned_locked(owner):
            if person.sessions:
                person.stays = False  # what was kept of it went with the account
                identity.logout_locked(context, person)
            else:
                leaving.dismiss_locked(context, person, "The account is no more")

    return Change(keeping(origin, tuple(writes)), undo, then)


def _without(access: Mapping[str, str], owner: str) -> dict[str, str]:
    return {other: letter for other, letter in access.items() if other != owner}


def release_writes(context: Context, channel: Channel) -> tuple[Write, ...]:
    """What is to be kept when a registered channel becomes nobody's: see `release_locked`."""
    free = dataclasses.replace(channel, founder="", registered=0, access={})
    return registry.writes(free) if free.lasting else (*registry.writes(free), *context.metadata.passing(channel))


def release_locked(context: Context, channel: Channel) -> None:
    """The channel is nobody's any more; it goes when its last member does."""
    channel.founder, channel.registered, channel.access = "", 0, {}
    context.state.close_abandoned_locked(channel)


def cut(session: Connection, why: str) -> None:
    """End a connection with an ERROR that says why; from any thread."""
    owner = session.owner
    if owner is not None:
        owner.post(lambda: owner.part_with(session, why))
