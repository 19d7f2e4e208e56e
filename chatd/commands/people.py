"""Who is here: WHO, WHOIS, AWAY, ISON, USERHOST, SETNAME (Modern, "User-Based Queries"; IRCv3 setname, away-notify)."""

from __future__ import annotations

from collections.abc import Iterator

import protocol
from chatd import capabilities
from chatd.channel import Channel
from chatd.commands import information
from chatd.commands.call import Call, Refused, numeric
from chatd.commands.table import Command
from chatd.events import Audience, Event
from chatd.person import Person

USERHOST_NAMES = 5


def who(call: Call) -> None:
    """WHO: the members of a channel, one person, or all whose nickname, name or host matches a mask."""
    mask = call.params[0] if call.params else "*"
    with call.state.lock:
        if mask.startswith("#"):
            channel = call.state.channel_locked(mask)
            found = list(call.state.members_locked(channel)) if channel is not None else []
            rows = [_who_row(call, person, channel) for person in found]
        else:
            person = call.state.find_locked(mask)
            found = [person] if person is not None else [] if not set("*?") & set(mask) else call.state.people_locked()
            rows = [_who_row(call, person, _common_locked(call, person)) for person in found if _matches(mask, person)]
    call.lines(_who_lines(call, rows))
    call.reply(protocol.RPL_ENDOFWHO, mask, "End of WHO list")


def _common_locked(call: Call, person: Person) -> Channel | None:
    """A channel to show a person by: the first one the caller shares with them."""
    shared = (key for key in person.channels if key in call.connection.channels)
    key = next(shared, None)
    return call.state.channels[key] if key is not None else None


def _matches(mask: str, person: Person) -> bool:
    return mask == "*" or any(
        protocol.mask_matches(mask, text) for text in (person.nickname, person.user, person.host, person.realname)
    )


def _who_row(call: Call, person: Person, channel: Channel | None) -> tuple[str, ...]:
    every = bool(call.connection.caps & capabilities.MULTI_PREFIX)
    flags = ("G" if person.away else "H") + (channel.prefixes(person.id, every) if channel is not None else "")
    name = channel.name if channel is not None else "*"
    return name, person.user, person.host, call.context.name, person.nickname, flags, f"0 {person.realname}"


def _who_lines(call: Call, rows: list[tuple[str, ...]]) -> Iterator[str]:
    server, target = call.context.name, call.connection.target  # of this moment: the lines are made later
    return (numeric(server, target, protocol.RPL_WHOREPLY, *row) for row in rows)


def whois(call: Call) -> None:
    """WHOIS: everything that everybody may know of a person (a first parameter naming a server is skipped)."""
    if not call.params or not call.params[-1]:
        raise Refused(protocol.ERR_NONICKNAMEGIVEN, "No nickname given")
    wanted = call.params[1] if len(call.params) > 1 else call.params[0]
    with call.state.lock:
        person = call.state.find_locked(wanted)
        channels = [call.state.channels[key] for key in person.channels] if person is not None else []
        rooms = (
            [channel.prefixes(person.id, every=True) + channel.name for channel in channels]
            if person is not None
            else []
        )
    if person is None:
        call.reply(protocol.ERR_NOSUCHNICK, wanted, "No such nick/channel")
        call.reply(protocol.RPL_ENDOFWHOIS, wanted, "End of /WHOIS list")
        return
    nickname = person.nickname
    call.reply(protocol.RPL_WHOISUSER, nickname, person.user, person.host, "*", person.realname)
    if rooms:
        call.reply_words(protocol.RPL_WHOISCHANNELS, rooms, nickname)
    call.reply(protocol.RPL_WHOISSERVER, nickname, call.context.name, call.context.config.server.network)
    if person.account:
        call.reply(protocol.RPL_WHOISACCOUNT, nickname, person.account, "is logged in as")
    if person.away:
        call.reply(protocol.RPL_AWAY, nickname, person.away)
    if person is call.connection.person:
        address = call.connection.address
        # Addresses are nobody else's business (docs/protocol.md, "Hosts").
        call.reply(protocol.RPL_WHOISHOST, nickname, f"is connecting from *@{address} {address}")
    idle = int(call.context.monotonic() - person.active_at)
    call.reply(protocol.RPL_WHOISIDLE, nickname, str(idle), str(person.signon), "seconds idle, signon time")
    call.reply(protocol.RPL_ENDOFWHOIS, nickname, "End of /WHOIS list")


def away(call: Call) -> None:
    """AWAY: with a text one is away, without one is back; those with away-notify see it."""
    connection = call.connection
    text = information.clean_text(call.params[0], information.AWAY_BYTES) if call.params else ""
    with call.state.lock:
        changed = text != connection.away
        connection.person.away = text
        if changed:
            call.append_locked(information.away_event(connection))
            call.tell_others_locked(*_marked(text))
    call.reply(*_marked(text))


def _marked(text: str) -> tuple[str, str]:
    if text:
        return protocol.RPL_NOWAWAY, "You have been marked as being away"
    return protocol.RPL_UNAWAY, "You are no longer marked as being away"


def ison(call: Call) -> None:
    """ISON: which of these are online."""
    with call.state.lock:
        found = [person.nickname for word in _words(call) if (person := call.state.find_locked(word)) is not None]
    call.reply_words(protocol.RPL_ISON, found)


def userhost(call: Call) -> None:
    """USERHOST: user and host of at most five people."""
    with call.state.lock:
        found = [
            person for word in _words(call)[:USERHOST_NAMES] if (person := call.state.find_locked(word)) is not None
        ]
        rows = [f"{person.nickname}={'-' if person.away else '+'}{person.user}@{person.host}" for person in found]
    call.reply_words(protocol.RPL_USERHOST, rows)


def _words(call: Call) -> list[str]:
    return [word for param in call.params for word in param.split()]


def setname(call: Call) -> None:
    """SETNAME: change the realname (IRCv3 setname); those with the capability see it, oneself included."""
    connection = call.connection
    text = call.params[0]
    if not text.strip() or len(text.encode()) > information.REALNAME_BYTES:
        call.fail("SETNAME", "INVALID_REALNAME", "Realname is not valid", enabled_by=capabilities.SETNAME)
        return
    with call.state.lock:
        connection.person.realname = text
        event = Event(
            Audience.PEERS,
            "SETNAME",
            f":{connection.source} SETNAME :{text}",
            connection,
            stored=False,
            needs=capabilities.SETNAME,
        )
        event.channels = tuple(connection.channels)
        event.recipients = connection.others
        call.append_locked(event)


COMMANDS = {
    "WHO": Command(who),
    "WHOIS": Command(whois),
    "AWAY": Command(away),
    "ISON": Command(ison, 1),
    "USERHOST": Command(userhost, 1),
    "SETNAME": Command(setname, 1),
}
