"""What others see when somebody's account or host changes (IRCv3 account-notify, chghost).

State and event go together: whoever logs somebody in or out, or gives them another host, does it by a function of this
file. Imports `call` and what is below; entered by every I/O thread, under the state lock.
"""

from __future__ import annotations

from chatd import capabilities
from chatd.commands.call import Call
from chatd.events import Audience, Event
from chatd.person import Person


def login_locked(call: Call, person: Person, account: str, owner: str) -> None:
    """From now on this person (the caller or, by its word, somebody else) is in this account (its name and its number
    in decimal), in none with "". Those with account-notify in its channels see it, itself included.
    """
    if person.sessions and account != person.account:
        _tell_locked(call, person, "ACCOUNT", account or "*", needs=capabilities.ACCOUNT_NOTIFY)
    call.state.login_locked(person, account, owner)


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
