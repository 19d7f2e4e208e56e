"""NickServ and ChanServ: what people type from habit, thin over the functions that REGISTER, SASL and MODE use.

`/msg NickServ IDENTIFY secret` and `/NS IDENTIFY secret` are the same. Answers are notices. Who may do what stands in
`permissions.toml`, section `services`. Imports `nickserv`, `chanserv` and what is below; entered by every I/O thread.
"""

from __future__ import annotations

import protocol
from chatd.commands import chanserv, nickserv
from chatd.commands.call import Call, Refused
from chatd.commands.serving import Service
from chatd.commands.table import Command
from chatd.events import Audience, Event, Own

NICKSERV, CHANSERV = nickserv.SERVICE, chanserv.SERVICE
_BY_NAME = {protocol.fold(service.name): service for service in (NICKSERV, CHANSERV)}


def find(call: Call, nickname: str) -> Service | None:
    """The service of this name, where the settings allow it."""
    service = _BY_NAME.get(protocol.fold(nickname))
    config = call.context.config
    return service if service is not None and config.features.services and config.accounts.enabled else None


def said(call: Call, service: Service, text: str) -> None:
    """PRIVMSG to a service: it is never kept, and its echo has no password in it."""
    words = text.split()
    shown = service.without_secrets(words)
    line = f":{call.connection.source} PRIVMSG {service.name} :{shown}"
    with call.state.lock:
        event = Event(Audience.ORIGIN, "PRIVMSG", line, call.connection, stored=False, own=Own.ECHO)
        call.append_locked(event)
    if not text.startswith("\x01"):
        service.serve(call, words)


def whois(call: Call, service: Service) -> None:
    """What WHOIS says of a service, but for the end."""
    context = call.context
    call.reply(protocol.RPL_WHOISUSER, service.name, service.name, context.name, "*", service.about)
    call.reply(protocol.RPL_WHOISSERVER, service.name, context.name, context.config.server.network)
    call.reply(protocol.RPL_WHOISOPERATOR, service.name, "is a service of the network")


def _command(service: Service) -> Command:
    def handler(call: Call) -> None:
        """NS, NICKSERV, CS, CHANSERV: an order to the service, as PRIVMSG to it would be, but without an echo."""
        if not call.context.config.accounts.enabled:
            raise Refused(protocol.ERR_UNKNOWNCOMMAND, call.message.command.upper(), "Unknown command")
        service.serve(call, " ".join(call.params).split())

    return Command(handler, 1, feature="services")


COMMANDS = {
    **dict.fromkeys(("NS", "NICKSERV"), _command(NICKSERV)),
    **dict.fromkeys(("CS", "CHANSERV"), _command(CHANSERV)),
}
