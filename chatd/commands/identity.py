"""What others see when somebody's account or host changes (IRCv3 account-notify, chghost).

State and event go together: whoever logs somebody in or out, or gives them another host, does it by a function of this
file. Imports `call` and what is below; entered by every I/O thread, under the state lock.
"""

from __future__ import annotations

import protocol
from chatd import capabilities
from chatd.commands.call import Call, Failed, Refused, answer_to, numeric
from chatd.commands.rights import check_locked
from chatd.commands.table import Command
from chatd.events import Audience, Event
from chatd.person import Person


def login_locked(call: Call, person: Person, account: str, owner: str) -> None:
    """From now on this person (the caller or, by its word, somebody else) is in this account (its name and its number
    in decimal), in none with "". Those with account-notify in its channels see it, itself included.
    """
    if person.sessions and account != person.account:
        _tell_locked(call, person, "ACCOUNT", account or "*", needs=capabilities.ACCOUNT_NOTIFY)
    call.state.login_locked(person, account, owner)


def change_host_locked(call: Call, person: Person, user: str, host: str) -> None:
    """Give a person another user and host name. Those with chghost in its channels see it as CHGHOST, itself included;
    the others see it leave and come back with the ranks it had.
    """
    if (user, host) == (person.user, person.host):
        return
    _tell_locked(call, person, "CHGHOST", user, host, needs=capabilities.CHGHOST)
    _stand_in_locked(call, person, f":{person.source} QUIT :Changing host")
    person.user, person.host = user, host
    person.identify()
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
        for session in person.sessions:
            if not session.caps & capabilities.CHGHOST:
                line = numeric(call.context.name, session.target, protocol.RPL_VISIBLEHOST, host, "is now your host")
                call.context.log.append(answer_to(session, [line]))


def _tell_locked(call: Call, person: Person, verb: str, *words: str, needs: int) -> None:
    """Queue what the sessions of this person, its peers and who watches it (extended-monitor) see."""
    own = call.connection.person is person
    line = f":{person.source} {verb} {' '.join(words)}"
    event = Event(Audience.PEERS, verb, line, call.connection if own else None, stored=False, needs=needs)
    event.channels = tuple(person.channels)
    event.recipients = call.state.monitors.extended(person.nickname, call.connection.others if own else person.sessions)
    if own:
        call.append_locked(event)
    else:
        event.said_by(person)
        call.context.log.append(event)


COMMANDS = {"CHGHOST": Command(chghost, 2)}
