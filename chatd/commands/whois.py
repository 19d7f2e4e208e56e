"""One person: WHOIS, WHOWAS, USERHOST, USERIP, ISON (Modern, "User-Based Queries", "Optional Messages").

What is told to whom: docs/protocol.md, "Who sees whom".
"""

from __future__ import annotations

import time

import protocol
from chatd import capabilities, sight
from chatd.commands import services, usermodes
from chatd.commands.call import Call, Refused
from chatd.commands.table import Command
from chatd.commands.who import HIDDEN_ADDRESS, shown_address
from chatd.person import Person

METADATA = capabilities.METADATA_2 | capabilities.METADATA_3
USERHOST_NAMES = 5


def whois(call: Call) -> None:
    """WHOIS: everything that the caller may know of a person; the server or the person may be named in front."""
    wanted = call.params[1] if len(call.params) > 1 else call.params[0] if call.params else ""
    nickname = wanted.split(",")[0]  # further ones are dropped (TARGMAX)
    if not nickname:
        raise Refused(protocol.ERR_NONICKNAMEGIVEN, "No nickname given")
    with call.state.lock:
        if len(call.params) > 1 and not _is_here_locked(call, call.params[0]):
            raise Refused(protocol.ERR_NOSUCHSERVER, call.params[0], "No such server")
        person = call.state.find_locked(nickname)
        if person is not None:
            _tell_locked(call, person)
    service = services.find(call, nickname)
    if service is not None:
        services.whois(call, service)
    elif person is None:
        call.reply(protocol.ERR_NOSUCHNICK, nickname, "No such nick/channel")
    call.reply(protocol.RPL_ENDOFWHOIS, wanted, "End of /WHOIS list")


def _is_here_locked(call: Call, target: str) -> bool:
    """Whether this names our server, by itself, by a mask or by somebody who is on it."""
    return protocol.mask_matches(target, call.context.name) or call.state.find_locked(target) is not None


def _tell_locked(call: Call, person: Person) -> None:
    viewer, nickname, context = call.connection.person, person.nickname, call.context
    knows_all = viewer is person or bool(viewer.oper)
    call.reply(protocol.RPL_WHOISUSER, nickname, person.user, person.host, "*", person.realname)
    if person.account and protocol.fold(person.account) == protocol.fold(nickname):
        call.reply(protocol.RPL_WHOISREGNICK, nickname, "has identified for this nick")
    rooms = _rooms_locked(call, person)
    if rooms:
        call.reply_words(protocol.RPL_WHOISCHANNELS, rooms, nickname)
    server = context.config.server
    call.reply(protocol.RPL_WHOISSERVER, nickname, context.name, server.description or server.network)
    if person.oper:
        as_whom = f" ({person.oper})" if knows_all else ""
        call.reply(protocol.RPL_WHOISOPERATOR, nickname, f"is an IRC operator{as_whom}")
    if person.account:
        call.reply(protocol.RPL_WHOISACCOUNT, nickname, person.account, "is logged in as")
    if _is_secure(person):
        call.reply(protocol.RPL_WHOISSECURE, nickname, "is using a secure connection")
    if "B" in person.modes:
        call.reply(protocol.RPL_WHOISBOT, nickname, f"is a bot on {context.config.server.network}")
    if person.away:
        call.reply(protocol.RPL_AWAY, nickname, person.away)
    if knows_all:  # addresses are nobody else's business (docs/protocol.md, "Hosts")
        _tell_all(call, person)
    idle = int(context.monotonic() - person.active_at)
    call.reply(protocol.RPL_WHOISIDLE, nickname, str(idle), str(person.signon), "seconds idle, signon time")
    if call.connection.caps & METADATA:
        for key, value in context.metadata.of(person).items():
            if value:  # to the third version an empty one is none
                call.reply(protocol.RPL_WHOISKEYVALUE, nickname, key, "*", value)


def _tell_all(call: Call, person: Person) -> None:
    """What the person itself and operators are told."""
    nickname, address = person.nickname, shown_address(person.address)
    call.reply(protocol.RPL_WHOISHOST, nickname, f"is connecting from *@{address} {address}")
    call.reply(protocol.RPL_WHOISMODES, nickname, f"is using modes {usermodes.shown(person)}")
    if len(person.sessions) > 1:
        call.reply(protocol.RPL_WHOISSPECIAL, nickname, f"is here in {len(person.sessions)} sessions")


def _is_secure(person: Person) -> bool:
    """Whether nobody on the way can read what any of its programs sends or gets."""
    return bool(person.sessions) and all(session.transport.secure for session in person.sessions)


def _rooms_locked(call: Call, person: Person) -> list[str]:
    """The channels of somebody that the caller may know of, with the prefix it has there."""
    viewer = call.connection.person
    if not sight.sees_in_lists(viewer, person):
        return []
    every = bool(call.connection.caps & capabilities.MULTI_PREFIX)
    channels = [call.state.channels[key] for key in person.channels]
    return [channel.prefixes(person.id, every) + channel.name for channel in channels if channel.visible_to(viewer)]


def whowas(call: Call) -> None:
    """WHOWAS: who had a nickname before, the latest first, at most `count` of them."""
    wanted = call.params[0].split(",")[0] if call.params else ""
    if not wanted:
        raise Refused(protocol.ERR_NONICKNAMEGIVEN, "No nickname given")
    count = call.params[1] if len(call.params) > 1 else ""
    most = int(count) if count.isascii() and count.isdecimal() and len(count) < 6 else 0
    with call.state.lock:
        found = call.context.whowas.find(wanted, most)
        operator = bool(call.connection.person.oper)
    if not found:
        call.reply(protocol.ERR_WASNOSUCHNICK, wanted, "There was no such nickname")
    for gone in found:
        call.reply(protocol.RPL_WHOWASUSER, gone.nickname, gone.user, gone.host, "*", gone.realname)
        if operator:
            address = shown_address(gone.address)
            actually = (gone.nickname, f"{gone.user}@{address}", address, "Is actually using host")
            call.reply(protocol.RPL_WHOISACTUALLY, *actually)
        at = time.strftime("%a %b %d %Y %H:%M:%S UTC", time.gmtime(gone.at))
        call.reply(protocol.RPL_WHOISSERVER, gone.nickname, call.context.name, at)
    call.reply(protocol.RPL_ENDOFWHOWAS, call.params[0], "End of WHOWAS")


def ison(call: Call) -> None:
    """ISON: which of these are online."""
    with call.state.lock:
        found = [person.nickname for name in _names(call) if (person := call.state.find_locked(name)) is not None]
    call.reply_words(protocol.RPL_ISON, found)


def userhost(call: Call) -> None:
    """USERHOST: user and host of at most five people."""
    with call.state.lock:
        rows = [_userhost(person, person.host) for person in _some_locked(call)]
    call.reply_words(protocol.RPL_USERHOST, rows)


def userip(call: Call) -> None:
    """USERIP: the same with the address, which only oneself and operators are told."""
    viewer = call.connection.person
    with call.state.lock:
        rows = [
            _userhost(person, person.address if viewer.oper or person is viewer else HIDDEN_ADDRESS)
            for person in _some_locked(call)
        ]
    call.reply_words(protocol.RPL_USERIP, rows)


def _some_locked(call: Call) -> list[Person]:
    found = [call.state.find_locked(name) for name in _names(call)[:USERHOST_NAMES]]
    return [person for person in found if person is not None]


def _userhost(person: Person, host: str) -> str:
    return f"{person.nickname}{'*' if person.oper else ''}={'-' if person.away else '+'}{person.user}@{host}"


def _names(call: Call) -> list[str]:
    return [name for param in call.params for name in param.split()]


COMMANDS = {
    "WHOIS": Command(whois),
    "WHOWAS": Command(whowas),
    "ISON": Command(ison, 1),
    "USERHOST": Command(userhost, 1),
    "USERIP": Command(userip, 1),
}
