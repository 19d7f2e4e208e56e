"""ChanServ: registered channels, which keep founder, modes, topic and lists over restarts. See `services`.

What is kept is `registry`'s; who may do what goes by the account, wherever its owner is. Imports `modes`, `ownership`,
`serving` and what is below; entered by every I/O thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import protocol
from chatd import bans, registry
from chatd.accounts import SERVICES
from chatd.channel import RANKS, Channel
from chatd.commands import identity, inviting, ownership
from chatd.commands.modes import Change, lines_of
from chatd.commands.serving import REFUSALS, Declined, Order, Request, Service, counted
from chatd.events import Audience, Event, Outcome
from chatd.log import StoredAccount, Write
from chatd.person import Person
from protocol import fold

NAME = SERVICES[1]
LETTERS = {"ADMIN": "a", "OP": "o", "HALFOP": "h", "VOICE": "v"}
"""What ACCESS gives."""
RANK_NAMES = {"q": "FOUNDER", **{letter: name for name, letter in LETTERS.items()}}
ACCESS_MOST = 100
"""Accounts on the list of a channel."""
LISTED = 200
"""Most channels that LIST shows."""


def _find_locked(request: Request) -> Channel:
    """The channel that is meant, as far as the asker may know of it."""
    name, person = request.words[0], request.call.connection.person
    channel = request.call.state.channel_locked(name)
    if channel is None or not (channel.visible_to(person) or channel.rank_of_owner(person.owner)):
        raise Declined(f"There is no channel {name}")
    return channel


def _registered_locked(request: Request) -> Channel:
    """A registered channel in which the asker may do this."""
    channel = _find_locked(request)
    if not channel.founder:
        raise Declined(f"{channel.name} is not registered")
    request.check_locked(channel)
    return channel


def _alter_locked(request: Request, channel: Channel, **values: object) -> Callable[[], None]:
    """Change founder or access, and have that kept; what to do when the log is through, under the lock again.

    That raises `Declined` where it could not be kept, and takes it back.
    """
    context, was_lasting = request.call.context, channel.lasting
    before = {name: getattr(channel, name) for name in values}
    for name, value in values.items():
        setattr(channel, name, value)
    writes: tuple[Write, ...] = context.kept_of(channel, was_lasting=was_lasting)
    event = ownership.keeping(request.call.connection, writes)
    request.call.append_locked(event)

    def settle_locked() -> None:
        if event.outcome is Outcome.FAILED:
            for name, value in before.items():
                setattr(channel, name, value)
        context.state.close_abandoned_locked(channel)
        if event.outcome is Outcome.FAILED:
            raise Declined("The server cannot keep this at the moment; nothing has changed")

    return settle_locked


def _tell_locked(request: Request, channel: Channel, changes: list[Change], writes: tuple[Write, ...] = ()) -> None:
    """Show changes of modes to the channel."""
    for line in lines_of(f"{NAME}!{NAME}@{request.call.context.name}", channel.name, changes):
        event = Event(Audience.CHANNEL, "MODE", line, None, fold(channel.name))
        event.writes = writes
        request.call.context.log.append(event)


# --- whose it is


def _register(request: Request) -> None:
    call, person = request.call, request.call.connection.person
    with call.state.lock:
        request.check_locked()
        channel = _find_locked(request)
        if channel.founder:
            raise Declined(f"{channel.name} is registered already")
        if channel.permanent:
            raise Declined("The lobby belongs to the server")
        if not person.account:  # the table lets operators pass
            raise Declined(REFUSALS[protocol.ERR_NEEDREGGEDNICK])
        if not (person.oper or channel.rank(person.id) >= RANKS["o"]):
            raise Declined(f"Only an operator of {channel.name} can register it")
        founded = sum(each.founder == person.owner for each in call.state.channels.values())
        if founded >= registry.MOST:
            raise Declined(f"Your account has {founded} channels, which is the most")
        settle_locked = _alter_locked(request, channel, founder=person.owner, registered=int(call.context.now()))

    def then() -> None:
        with call.state.lock:
            settle_locked()
            if person.id in channel.members:
                identity.raise_locked(call.context, person, channel)
        request.say(f"{channel.name} is registered: its modes, lists and topic stay when everybody has left")

    request.after_log(then)


def _drop(request: Request) -> None:
    with request.call.state.lock:
        channel = _registered_locked(request)
        if len(request.words) < 2 or fold(request.words[1]) != fold(channel.name):
            raise Declined(f"If you are sure, write its name twice: /CS DROP {channel.name} {channel.name}")
        settle_locked = _alter_locked(request, channel, founder="", registered=0, access={})
    _done(request, settle_locked, f"{channel.name} is not registered any more")


def _done(request: Request, settle_locked: Callable[[], None], text: str) -> None:
    def then() -> None:
        with request.call.state.lock:
            settle_locked()
        request.say(text)

    request.after_log(then)


def _transfer(request: Request) -> None:
    with request.call.state.lock:
        channel = _registered_locked(request)
        account = _account_locked(request, request.words[1])
        access = {**channel.access, channel.founder: "a"}
        access.pop(str(account.id), None)
        settle_locked = _alter_locked(request, channel, founder=str(account.id), access=access)
    _done(request, settle_locked, f"{channel.name} belongs to {account.name} now; who had it is an admin of it")


def _access(request: Request) -> None:
    """ACCESS: who has which rank; ADD and DEL change it."""
    if len(request.words) == 1:
        _list_access(request)
        return
    order, *rest = request.words[1:]
    if order.upper() == "ADD" and len(rest) == 2 and rest[1].upper() in LETTERS:
        _set_access(request, rest[0], LETTERS[rest[1].upper()])
    elif order.upper() == "DEL" and len(rest) == 1:
        _set_access(request, rest[0], "")
    else:
        raise Declined(f"Write it like this: /CS ACCESS <channel> [ADD <account> {'|'.join(LETTERS)} | DEL <account>]")


def _list_access(request: Request) -> None:
    with request.call.state.lock:
        channel = _registered_locked(request)
        ranks = {channel.founder: "q", **channel.access}
        names = {owner: request.call.context.accounts.name_of(owner) for owner in ranks}
    for owner, letter in ranks.items():
        request.say(f"{names[owner]}: {RANK_NAMES[letter]}")


def _set_access(request: Request, name: str, letter: str) -> None:
    with request.call.state.lock:
        channel = _registered_locked(request)
        account = _account_locked(request, name)
        owner = str(account.id)
        if owner == channel.founder:
            raise Declined(f"{account.name} is the founder; TRANSFER changes that")
        mine = channel.rank_of_owner(request.call.connection.person.owner)
        if not request.call.connection.person.oper and max(
            RANKS.get(letter, 0), RANKS.get(channel.access.get(owner, ""), 0)
        ) >= RANKS.get(mine, 0):
            raise Declined("Only for ranks below your own")
        access = {other: rank for other, rank in channel.access.items() if other != owner}
        if letter:
            access[owner] = letter
        elif owner not in channel.access:
            raise Declined(f"{account.name} is not on the list")
        if len(access) > ACCESS_MOST:
            raise Declined(f"The list is full: {ACCESS_MOST} accounts")
        settle_locked = _alter_locked(request, channel, access=access)
    what = f"is {RANK_NAMES[letter]} from the next time it comes in" if letter else "has no rank any more"
    _done(request, settle_locked, f"{account.name} {what}")


def _account_locked(request: Request, name: str) -> StoredAccount:
    account = request.call.context.accounts.find(name)
    if account is None:
        raise Declined(f"There is no account {name}")
    return account


# --- what one does in it


def _set_rank(letter: str, *, on: bool) -> Callable[[Request], None]:
    def handler(request: Request) -> None:
        nickname = request.words[1] if len(request.words) > 1 else request.call.connection.nickname
        with request.call.state.lock:
            channel = _registered_locked(request)
            person = request.call.state.find_locked(nickname)
            if person is None or person.id not in channel.members:
                raise Declined(f"{nickname} is not in {channel.name}")
            if not (channel.grant if on else channel.revoke)(person.id, letter):
                raise Declined(f"{person.nickname} {'has' if on else 'does not have'} that already")
            _tell_locked(request, channel, [Change(on, letter, person.nickname)])
        request.say(f"Done: {'+' if on else '-'}{letter} {person.nickname} in {channel.name}")

    return handler


def _invite(request: Request) -> None:
    person = request.call.connection.person
    with request.call.state.lock:
        channel = _registered_locked(request)
        if person.id in channel.members:
            raise Declined(f"You are in {channel.name} already")
        inviting.let_in_locked(request.call, channel, person)
    request.say(f"You may come in: /JOIN {channel.name}" + (f" {channel.key}" if channel.key else ""))


def _unban(request: Request) -> None:
    person = request.call.connection.person
    with request.call.state.lock:
        channel = _registered_locked(request)
        changes = [Change(False, "b", mask) for mask in _bans_of(channel, person)]
        for change in changes:
            channel.delist("b", change.param)
        _tell_locked(request, channel, changes, request.call.context.kept_of(channel, was_lasting=True))
    request.say(f"{counted(len(changes), 'ban that meant you was', 'bans that meant you were')} lifted")


def _bans_of(channel: Channel, person: Person) -> list[str]:
    return [mask for mask in channel.lists["b"] if bans.matches(mask, person)]


# --- looking


def _info(request: Request) -> None:
    with request.call.state.lock:
        channel = _find_locked(request)
        founder = request.call.context.accounts.name_of(channel.founder)
        people = len(channel.members)
    if not channel.founder:
        raise Declined(f"{channel.name} is not registered")
    day = time.strftime("%Y-%m-%d", time.gmtime(channel.registered))
    request.say(f"{channel.name}: founder {founder}, registered {day}, {counted(people, 'person', 'people')} in it now")
    if channel.topic:
        request.say(f"Topic: {channel.topic}")


def _list(request: Request) -> None:
    person = request.call.connection.person
    with request.call.state.lock:
        found = [
            channel.name
            for channel in request.call.state.channels.values()
            if channel.founder and (channel.visible_to(person) or channel.rank_of_owner(person.owner))
        ]
    for name in sorted(found, key=fold)[:LISTED]:
        request.say(name)
    request.say(counted(len(found), "registered channel"))


SERVICE = Service(
    NAME,
    "CS",
    "channels that stay: registered by an account, with modes, lists and topic.",
    {
        "REGISTER": Order(_register, "<channel>", "Makes a channel you are an operator of yours.", 1, of_channel=True),
        "INFO": Order(_info, "<channel>", "Tells about a registered channel.", 1),
        "LIST": Order(_list, "", "Lists the registered channels."),
        "OP": Order(_set_rank("o", on=True), "<channel> [nickname]", "Makes an operator.", 1, of_channel=True),
        "DEOP": Order(_set_rank("o", on=False), "<channel> [nickname]", "Takes that away.", 1, of_channel=True),
        "VOICE": Order(_set_rank("v", on=True), "<channel> [nickname]", "Gives voice.", 1, of_channel=True),
        "DEVOICE": Order(_set_rank("v", on=False), "<channel> [nickname]", "Takes voice away.", 1, of_channel=True),
        "INVITE": Order(_invite, "<channel>", "Lets you into a channel that is closed.", 1, of_channel=True),
        "UNBAN": Order(_unban, "<channel>", "Lifts the bans that mean you.", 1, of_channel=True),
        "ACCESS": Order(
            _access,
            f"<channel> [ADD <account> {'|'.join(LETTERS)} | DEL <account>]",
            "Shows or changes which accounts get a rank whenever they come in.",
            1,
            of_channel=True,
        ),
        "TRANSFER": Order(_transfer, "<channel> <account>", "Gives the channel to somebody else.", 2, of_channel=True),
        "DROP": Order(_drop, "<channel> <channel>", "Ends the registration.", 1, of_channel=True),
    },
    {"AMODE": "ACCESS", "FLAGS": "ACCESS", "UNREGISTER": "DROP"},
)
