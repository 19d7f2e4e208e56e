"""What people ask of the server: ADMIN, STATS, INFO, LINKS (Modern, "Server Queries and Commands")."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

import protocol
from chatd.commands.call import Call, Refused, numeric
from chatd.commands.information import check_server
from chatd.commands.rights import check_locked
from chatd.commands.table import Command

ABOUT = [
    "Obrolan, group chat for people in one place.",
    "Anybody may use, study, share and change it under the GNU General Public License,",
    "version 3 or later; there is no warranty.",
    "It speaks IRC as https://modern.ircdocs.horse/ describes it, with IRCv3.",
]
AT_ONCE = 64
"""Connections that are looked at under one holding of the lock."""


def info(call: Call) -> None:
    """INFO: what this server is."""
    check_server(call)
    for line in [call.context.version, *ABOUT]:
        call.reply(protocol.RPL_INFO, line)
    call.reply(protocol.RPL_ENDOFINFO, "End of INFO list")


def links(call: Call) -> None:
    """LINKS: all servers of the network, which is this one."""
    context, server = call.context, call.context.config.server
    call.reply(protocol.RPL_LINKS, context.name, context.name, f"0 {server.description or server.network}")
    call.reply(protocol.RPL_ENDOFLINKS, "*", "End of /LINKS list")


def stats(call: Call) -> None:
    """STATS: `u` for everybody; `l`, `m` and `o` for operators; other letters have nothing to tell."""
    check_server(call, 1)
    query = call.params[0]
    queries: dict[str, Callable[[Call], None]] = {"u": _uptime, "l": _connections, "m": _usage, "o": _operators}
    if query in queries:
        with call.state.lock:
            check_locked(call, f"STATS {query}")
        queries[query](call)
    call.reply(protocol.RPL_ENDOFSTATS, query, "End of /STATS report")


def _uptime(call: Call) -> None:
    minutes, seconds = divmod(int(call.context.now() - call.context.started_at), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    call.reply(protocol.RPL_STATSUPTIME, f"Server Up {days} days {hours}:{minutes:02}:{seconds:02}")


def _connections(call: Call) -> None:
    """Each connection with what waits for it, what came and went, and how long it is open."""
    call.lines(_connection_lines(call))


def _connection_lines(call: Call) -> Iterator[str]:
    server, target = call.context.name, call.connection.target
    with call.state.lock:
        clients = iter(list(call.state.clients))
    while chunk := list(islice(clients, AT_ONCE)):
        now = call.context.monotonic()
        with call.state.lock:
            rows = [
                (
                    f"{client.nickname}[{client.person.user}@{client.address}]",
                    str(client.queued),
                    str(client.sent_lines),
                    str(client.sent_bytes // 1024),
                    str(client.received_lines),
                    str(client.received_bytes // 1024),
                    str(int(now - client.opened_at)),
                )
                for client in chunk
            ]
        for row in rows:
            yield numeric(server, target, protocol.RPL_STATSLINKINFO, *row)


def _usage(call: Call) -> None:
    for name, count in sorted(call.context.usage.totals().items()):
        call.line(f":{call.context.name} {protocol.RPL_STATSCOMMANDS} {call.connection.target} {name} {count}")


def _operators(call: Call) -> None:
    for name in call.context.config.operators:
        call.reply(protocol.RPL_STATSOLINE, "O", "*", "*", name)


def admin(call: Call) -> None:
    """ADMIN: who runs the server, as the settings say."""
    check_server(call)
    lines = call.context.config.server.admin
    if not lines:
        raise Refused(protocol.ERR_NOADMININFO, call.context.name, "No administrative info available")
    call.reply(protocol.RPL_ADMINME, call.context.name, "Administrative info")
    for number, line in zip((protocol.RPL_ADMINLOC1, protocol.RPL_ADMINLOC2), lines[:-1], strict=False):
        call.reply(number, line)
    call.reply(protocol.RPL_ADMINEMAIL, lines[-1])


COMMANDS = {
    "ADMIN": Command(admin),
    "INFO": Command(info),
    "LINKS": Command(links),
    "STATS": Command(stats, 1),
}
