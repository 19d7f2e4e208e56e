"""What others see when somebody's account or host changes (IRCv3 account-notify, chghost).

State and event go together: whoever logs somebody in or out, or gives them another host, does it by a function of this
file. Imports `leaving`, `owning`, `presence`, `waiting` and what is below; entered by every I/O thread and the control
thread, under the state lock.
"""

from __future__ import annotations

import protocol
from chatd import capabilities
from chatd.channel import Channel
from chatd.commands import audit, leaving, owning, presence, waiting
from chatd.commands.call import Call, Context, Failed, Refused, answer_to, numeric
from chatd.commands.rights import check_locked
from chatd.commands.table import Command
from chatd.connection import Connection
from chatd.events import Audience, Event
from chatd.person import Person
from protocol import fold


def login_locked(context: Context, person: Person, account: str, owner: str, by: Call | None = None) -> None:
    """From now on this person is in this account (its name and its number in decimal), in none with "". Those with
    account-notify in its channels see it, itself included; there it gets the rank that the account has.

    `by` is the command of this person that did it.
    """
    before = person.owner if person.account else ""
    standing = bool(person.sessions) and bool(account) and context.accounts.stays(owner)
    if person.sessions and account != person.account:
        _tell_locked(context, person, "ACCOUNT", account or "*", needs=capabilities.ACCOUNT_NOTIFY, by=by)
    if before != owner:
        leaving.end_standing_locked(context, person, "Logged out")
    person.stays = standing
    context.state.login_locked(person, account, owner)
    if not person.sessions or before == owner:
        return
    if standing:
        context.log.append(presence.kept_locked(context, person))
    if before:
        waiting.gone_locked(context, before, person.sessions[0])
    for key in person.channels:
        raise_locked(context, person, context.state.channels[key])
    owning.rise_locked(context, person)


def raise_locked(context: Context, person: Person, channel: Channel) -> None:
    """Give a member the rank that its account has in a registered channel; everybody sees it."""
    letter = channel.rank_of_owner(person.owner) if person.account else ""
    if letter and channel.grant(person.id, letter):
        line = f":{context.name} MODE {channel.name} +{letter} {person.nickname}"
        context.log.append(Event(Audience.CHANNEL, "MODE", line, None, fold(channel.name)))


def logout_locked(context: Context, person: Person) -> None:
    """Somebody else's doing: the account is closed to it or no more."""
    login_locked(context, person, "", "")
    for session in person.sessions:
        line = numeric(context.name, session.target, *logged_out(session, context))
        context.log.append(answer_to(session, [line]))


def logged_out(session: Connection, context: Context) -> tuple[str, str, str]:
    """Numeric 901 and its parameters (IRCv3 sasl-3.1)."""
    return protocol.RPL_LOGGEDOUT, hostmask(session, context), "You are now logged out"


def hostmask(session: Connection, context: Context) -> str:
    """`nick!user@host`, with stars for what is not known yet."""
    person = session.person
    host = person.host or context.host_of(session.address)
    return f"{person.nickname or '*'}!{person.user or '*'}@{host}"


def change_host_locked(call: Call, person: Person, user: str, host: str) -> None:
    """Give a person another user and host name. Those with chghost in its channels see it as CHGHOST, itself included;
    the others see it leave and come back with the ranks it had.
    """
    if (user, host) == (person.user, person.host):
        return
    by = call if call.connection.person is person else None
    _tell_locked(call.context, person, "CHGHOST", user, host, needs=capabilities.CHGHOST, by=by)
    _stand_in_locked(call, person, f":{person.source} QUIT :Changing host")
    person.user, person.host = user, host
    call.state.identify_locked(person)
    for key in person.channels:
        channel = call.state.channels[key]
        _stand_in_locked(call, person, f":{person.source} JOIN {channel.name}", key)
        ranks = channel.members[person.id]
        if ranks:
            words = " ".join([person.nickname] * len(ranks))
            _stand_in_locked(call, person, f":{call.context.name} MODE {channel.name} +{ranks} {words}", key)


def _stand_in_locked(call: Call, person: Person, line: str, key: str = "") -> None:
    """Queue a line for those without chghost, in one channel (folded name) or in all of this person's."""
    verb = line.split(" ", 2)[1]
    event = Event(Audience.CHANNEL if key else Audience.PEERS, verb, line, None, key, stored=False)
    event.lacks = capabilities.CHGHOST
    event.besides = frozenset(session.id for session in person.sessions)
    event.channels = () if key else tuple(person.channels)
    if verb == "JOIN":
        event.extended_line = f"{line} {person.account or '*'} :{person.realname}"
    if verb != "MODE":
        event.said_by(person)
    call.context.log.append(event)


def chghost(call: Call) -> None:
    """CHGHOST: an operator gives somebody another host name."""
    nickname, host = call.params[:2]
    with call.state.lock:
        check_locked(call, "CHGHOST")
        person = call.state.find_locked(nickname)
        if person is None:
            raise Refused(protocol.ERR_NOSUCHNICK, nickname, "No such nick/channel")
        if not protocol.valid_hostname(host) or len(host) > protocol.HOST_BYTES:
            text = f"A host name has letters, digits, hyphens and a dot, and at most {protocol.HOST_BYTES} of them"
            raise Failed("INVALID_HOST", text, host)
        change_host_locked(call, person, person.user, host)
        audit.note_locked(call.context, call.called, f"CHGHOST {person.nickname} {host}")
        for session in person.sessions:
            if not session.caps & capabilities.CHGHOST:
                line = numeric(call.context.name, session.target, protocol.RPL_VISIBLEHOST, host, "is now your host")
                call.context.log.append(answer_to(session, [line]))


def _tell_locked(context: Context, person: Person, verb: str, *words: str, needs: int, by: Call | None) -> None:
    """Queue what the sessions of this person, its peers and who watches it (extended-monitor) see."""
    line = f":{person.source} {verb} {' '.join(words)}"
    event = Event(Audience.PEERS, verb, line, by.connection if by else None, stored=False, needs=needs)
    event.channels = tuple(person.channels)
    sessions = by.connection.others if by else person.sessions
    event.recipients = context.state.monitors.extended(person.nickname, sessions)
    if by:
        by.append_locked(event)
    else:
        event.said_by(person)
        context.log.append(event)


COMMANDS = {"CHGHOST": Command(chghost, 2)}
