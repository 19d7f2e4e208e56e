"""How often people may do what everybody is told of: NICK, JOIN, AWAY, INVITE, KNOCK (docs/protocol.md, "Pace").

This computer and operators of the server may as often as they like, and all where there is no flood protection. Imports
`call` and what is below; entered by every I/O thread.
"""

from __future__ import annotations

import protocol
from chatd.commands.call import Call, Refused
from chatd.rates import source


def check_locked(call: Call, command: str, what: str = "") -> None:
    """Count what the caller is about to do. Refuses with 263 what is too often; `what` is counted by itself (the
    channel of a JOIN).
    """
    person, context = call.connection.person, call.context
    if not call.connection.registered or person.oper or not context.config.limits.flood_protection:
        return
    _, loopback, _ = source(call.connection.address)
    if not loopback and not context.paces.take(command, person.id, context.monotonic(), what):
        raise Refused(protocol.RPL_TRYAGAIN, command, "Please wait a while and try again.")
