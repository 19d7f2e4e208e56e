"""What the server tells of itself: the welcome, ISUPPORT, MOTD, LUSERS, VERSION, TIME (Modern, "Server Queries").

Also the few things that several families share: cleaning of texts and the AWAY event.
"""

from __future__ import annotations

from datetime import UTC, datetime

import protocol
from chatd import capabilities
from chatd.channel import FLAGS, LISTS, PREFIXES
from chatd.commands import listing, metadata, modes, tokens, usermodes
from chatd.commands.call import Call, Context, Refused
from chatd.commands.table import Command
from chatd.connection import Connection
from chatd.events import Audience, Event, Own
from chatd.person import Person

REALNAME_BYTES = 150
AWAY_BYTES = 300


def clean_text(text: str, limit: int) -> str:
    """A text that the server keeps and shows again, cut to `limit` bytes at a whole character."""
    return protocol.cut_bytes(text, limit).rstrip()


def away_event(
    person: Person, origin: Connection | None, channel: str = "", recipients: tuple[Connection, ...] = ()
) -> Event:
    """What those with away-notify see (IRCv3 away-notify), in one channel (folded name) or wherever they share one.

    `recipients` hear of it though they may share none.
    """
    line = f":{person.source} AWAY" + (f" :{person.away}" if person.away else "")
    audience = Audience.CHANNEL if channel else Audience.PEERS
    event = Event(audience, "AWAY", line, origin, channel, stored=False, needs=capabilities.AWAY_NOTIFY, own=Own.NEVER)
    event.channels = () if channel else tuple(person.channels)
    event.recipients = recipients
    return event


def isupport_tokens(context: Context) -> list[str]:
    """The tokens of numeric 005; each is true of this server."""
    network = _escaped(context.config.server.network)
    limits = context.config.limits
    return [
        f"AWAYLEN={AWAY_BYTES}",
        "BOT=B",
        "CASEMAPPING=ascii",
        f"CHANLIMIT=#:{limits.channels_per_client}",
        f"CHANNELLEN={limits.channel_length}",
        "CHANTYPES=#",
        f"CHATHISTORY={context.config.history.chathistory_max}",
        f"ELIST={listing.ELIST}",
        f"HOSTLEN={protocol.HOST_BYTES}",
        f"KICKLEN={limits.topic_length}",
        f"MONITOR={limits.monitor_entries}",
        "MSGREFTYPES=msgid,timestamp",
        f"NAMELEN={REALNAME_BYTES}",
        f"NETWORK={network}",
        f"NICKLEN={limits.nick_length}",
        *modes.tokens(limits.list_entries),
        "SAFELIST",
        "STATUSMSG=~&@%+",
        "TARGMAX=JOIN:10,KICK:10,LIST:,NAMES:10,NOTICE:4,PART:,PRIVMSG:4,TAGMSG:4,USERHOST:5,WHOIS:1",
        f"TOPICLEN={limits.topic_length}",
        f"USERLEN={protocol.USER_BYTES}",
        "USERIP",
        "UTF8ONLY",
        "WHOX",
        *_chosen(context),
        f"{protocol.VENDOR}/BOOT={context.log.boot}",
        f"{protocol.VENDOR}/HISTORY={'durable' if context.log.durable else 'memory'}",
    ]


def _chosen(context: Context) -> list[str]:
    """Those that are there only where a setting says so."""
    icon, denied = context.config.server.icon, context.config.features.client_tags_denied
    chosen = {"draft/ICON": icon, "CLIENTTAGDENY": ",".join(denied)}
    return [f"{name}={_escaped(value)}" for name, value in chosen.items() if value]


def _escaped(value: str) -> str:
    """The value of a token as it may stand in a line."""
    return value.replace("\\", "\\x5C").replace(" ", "\\x20").replace("=", "\\x3D")


def welcome(call: Call) -> None:
    """The burst after registration: 001 to 005, LUSERS, the message of the day."""
    context, connection = call.context, call.connection
    network = context.config.server.network
    started = datetime.fromtimestamp(context.started_at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    call.reply(protocol.RPL_WELCOME, f"Welcome to {network}, {connection.nickname}")
    call.reply(protocol.RPL_YOURHOST, f"Your host is {context.name}, running {context.version}")
    call.reply(protocol.RPL_CREATED, f"This server was started at {started}")
    with_parameter = "".join(sorted({*LISTS, "k", "l", "S", *PREFIXES}))
    letters = f"{usermodes.LETTERS} {''.join(sorted({*FLAGS, *with_parameter}))} {with_parameter}"
    call.line(f":{context.name} {protocol.RPL_MYINFO} {connection.nickname} {context.name} {context.version} {letters}")
    tokens.tell(call)
    lusers(call)
    metadata.of_oneself(call)
    _tell_motd(call)


def lusers(call: Call) -> None:
    """LUSERS: how many are here."""
    with call.state.lock:
        people, channels = call.state.people, len(call.state.channels)
        unknown, most = call.state.unregistered_locked(), call.state.most_people
        invisible, operators = call.state.invisible, call.state.operators
    visible = people - invisible
    call.reply(protocol.RPL_LUSERCLIENT, f"There are {visible} users and {invisible} invisible on 1 server")
    call.reply(protocol.RPL_LUSEROP, str(operators), "operator(s) online")
    call.reply(protocol.RPL_LUSERUNKNOWN, str(max(0, unknown)), "unknown connection(s)")
    call.reply(protocol.RPL_LUSERCHANNELS, str(channels), "channels formed")
    call.reply(protocol.RPL_LUSERME, f"I have {people} clients and 0 servers")
    call.reply(protocol.RPL_LOCALUSERS, str(people), str(most), f"Current local users {people}, max {most}")
    call.reply(protocol.RPL_GLOBALUSERS, str(people), str(most), f"Current global users {people}, max {most}")


def motd(call: Call) -> None:
    """MOTD: the lines of the settings, else the file `motd.txt` of the data folder, if there is one."""
    check_server(call)
    _tell_motd(call)


def _tell_motd(call: Call) -> None:
    lines = call.context.config.server.motd or call.context.motd()
    if not lines:
        call.reply(protocol.ERR_NOMOTD, "There is no message of the day")
        return
    call.reply(protocol.RPL_MOTDSTART, f"- {call.context.name} Message of the day -")
    for line in lines:
        call.reply(protocol.RPL_MOTD, f"- {line}")
    call.reply(protocol.RPL_ENDOFMOTD, "End of /MOTD command")


def version(call: Call) -> None:
    """VERSION: the program, and the ISUPPORT tokens again."""
    check_server(call)
    call.reply(
        protocol.RPL_VERSION, call.context.version, call.context.name, "Obrolan, group chat for people in one place"
    )
    tokens.tell(call)


def time(call: Call) -> None:
    """TIME: the server's clock."""
    check_server(call)
    now = datetime.fromtimestamp(call.context.now(), UTC).astimezone()
    call.reply(protocol.RPL_TIME, call.context.name, now.strftime("%A, %d %B %Y, %H:%M:%S %z"))


def check_server(call: Call, place: int = 0) -> None:
    """Refuse with 402 a parameter that names another server than ours, by itself, a mask or somebody who is on it."""
    target = call.params[place] if len(call.params) > place else ""
    if not target or protocol.mask_matches(target, call.context.name):
        return
    with call.state.lock:
        known = call.state.find_locked(target) is not None
    if not known:
        raise Refused(protocol.ERR_NOSUCHSERVER, target, "No such server")


COMMANDS = {
    "LUSERS": Command(lusers),
    "MOTD": Command(motd),
    "TIME": Command(time),
    "VERSION": Command(version),
}
