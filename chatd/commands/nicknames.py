"""Nicknames that are an account's: nobody else keeps one for longer than the grace time (`nickname_grace_s`).

Without a grace time NICK refuses them (`registration`); then only who lost an account, or whose nickname became one,
is renamed here. Imports `call` and `monitor`; entered by every I/O thread and the control thread, under the state
lock.
"""

from __future__ import annotations

import secrets

from chatd.accounts import SERVICES
from chatd.commands import monitor
from chatd.commands.call import Context, answer_to
from chatd.events import Audience, Event
from chatd.person import Person

GUEST_NAMES = 100_000


def notice(context: Context, service: str, target: str, text: str) -> str:
    """A line that a service says."""
    return f":{service}!{service}@{context.name} NOTICE {target} :{text}"


def refused_locked(context: Context, person: Person, nickname: str) -> bool:
    """Whether this nickname, being somebody else's, cannot be had at all: without a grace time, or a service's."""
    if not context.accounts.taken(nickname, person.owner):
        return False
    return not context.config.accounts.nickname_grace_s or context.accounts.reserved(nickname)


def take_back_locked(context: Context, person: Person, nickname: str, holder: Person) -> bool:
    """Whether the nickname is this person's, and was taken from who had it without right."""
    owner = context.accounts.owner_of(nickname)
    if not owner or owner != person.owner or holder.owner == owner:
        return False
    if holder.sessions:
        rename_locked(context, holder)
    else:
        context.state.unclaim_locked(holder)
    return True


def protect_locked(context: Context, person: Person) -> None:
    """If this nickname is not the person's: ask for a login and rename it after the grace time, at once without one."""
    if not _foreign_locked(context, person):
        for session in person.sessions:
            session.due = None
        return
    grace = context.config.accounts.nickname_grace_s
    if not grace:
        rename_locked(context, person)
        return
    text = f"This nickname belongs to an account. If it is yours, log in (/NS IDENTIFY password); else choose another \
one (/NICK name). In {grace:.0f} seconds you will be renamed."
    for session in person.sessions:
        session.due = context.monotonic() + grace, lambda: _enforce(context, person)
        context.log.append(answer_to(session, [notice(context, SERVICES[0], session.target, text)]))


def _foreign_locked(context: Context, person: Person) -> bool:
    return bool(person.sessions) and context.accounts.taken(person.nickname, person.owner)


def _enforce(context: Context, person: Person) -> None:
    with context.state.lock:
        if _foreign_locked(context, person):
            rename_locked(context, person)


def rename_locked(context: Context, person: Person) -> None:
    """Give a registered person a nickname that nobody has; those who share a channel with it see it."""
    state, before, source = context.state, person.nickname, person.source
    first = person.sessions[0]
    while state.claim_locked(first, f"Guest{secrets.randbelow(GUEST_NAMES):05}") is not None or _foreign_locked(
        context, person
    ):
        pass  # taken: another one
    event = Event(Audience.PEERS, "NICK", f":{source} NICK {person.nickname}", None)
    event.channels = tuple(person.channels)
    event.recipients = tuple(person.sessions)
    event.writes = context.standing_of(person)
    event.said_by(person)
    context.log.append(event)
    monitor.renamed_locked(context, person, before, first.address)
    for session in person.sessions:
        session.due = None
