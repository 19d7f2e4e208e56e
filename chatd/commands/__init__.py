"""The table of commands and the one place where a line is checked and handed to its handler.

One file per family of commands; each has a `COMMANDS` table. `Dispatcher` is the engine's `Service`.
Entered by every I/O thread; the lock is taken by the handlers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import protocol
from chatd import capabilities
from chatd.batches import Standing
from chatd.commands import (
    accounts,
    audit,
    authenticate,
    channels,
    helping,
    history,
    identity,
    information,
    inviting,
    kicking,
    leaving,
    listing,
    markers,
    messages,
    metadata,
    monitor,
    multiline,
    operators,
    plain,
    presence,
    redaction,
    registration,
    renaming,
    search,
    sending,
    serverbans,
    serverqueries,
    services,
    timedbans,
    tokens,
    who,
    whois,
)
from chatd.commands.call import Call, Context, Refused
from chatd.commands.table import Command, Handler
from chatd.connection import Connection, Deferred, Part
from chatd.events import Event, Own
from protocol import CommandWordError, ProtocolError

COMMANDS: dict[str, Command] = {
    **registration.COMMANDS,
    **authenticate.COMMANDS,
    **accounts.COMMANDS,
    **services.COMMANDS,
    **identity.COMMANDS,
    **channels.COMMANDS,
    **kicking.COMMANDS,
    **timedbans.COMMANDS,
    **serverbans.COMMANDS,
    **audit.COMMANDS,
    **inviting.COMMANDS,
    **listing.COMMANDS,
    **renaming.COMMANDS,
    **messages.COMMANDS,
    **multiline.COMMANDS,
    **redaction.COMMANDS,
    **markers.COMMANDS,
    **metadata.COMMANDS,
    **who.COMMANDS,
    **whois.COMMANDS,
    **presence.COMMANDS,
    **monitor.COMMANDS,
    **information.COMMANDS,
    **tokens.COMMANDS,
    **serverqueries.COMMANDS,
    **operators.COMMANDS,
    **helping.COMMANDS,
    **history.COMMANDS,
    **search.COMMANDS,
}


class Dispatcher:
    """Lines in, answers and events out. Implements `chatd.engine.Service`."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._ping = f"PING :{context.name}\r\n".encode()

    def take(self, connection: Connection, waiting: deque[bytes], most: int) -> Sequence[Event]:
        """Have the plainest of these lines handled the short way; see `Service.take`."""
        return plain.take(self._context, connection, waiting, most)

    def receive(self, connection: Connection, line: bytes) -> Sequence[Part | Event | Deferred]:
        """Check one line and have it handled; see `Service.receive`."""
        context = self._context
        connection.received_lines += 1
        try:
            message = protocol.parse(line)
        except ProtocolError as error:
            _break_off(connection)
            call = Call(context, connection, protocol.Message("*"))
            call.label = _label(line)
            _unreadable(call, line, error)
            return call.finish()
        call = Call(context, connection, message)
        handler: Handler | None = None
        if message.tags:
            call.label = message.tags.get("label", "")
            if "batch" in message.tags and connection.caps & capabilities.MULTILINE:
                handler = multiline.collect
        try:
            if not protocol.line_fits(line):
                _break_off(connection)
                raise Refused(protocol.ERR_INPUTTOOLONG, "Input line was too long")
            (handler or self._find(call))(call)
        except Refused as refused:
            refused.answer(call)
        return call.finish()

    def _find(self, call: Call) -> Handler:
        name = call.message.command.upper()
        command = COMMANDS.get(name)
        if call.context.config.listen.require_tls and not (
            call.connection.registered or call.connection.transport.secure
        ):
            return _turn_away
        if not call.connection.registered and (command is None or not command.before_registration):
            raise Refused(protocol.ERR_NOTREGISTERED, "You have not registered")
        if command is None or (command.feature and not getattr(call.context.config.features, command.feature)):
            raise Refused(protocol.ERR_UNKNOWNCOMMAND, name, "Unknown command")
        if len(call.params) < command.min_params:
            raise Refused(protocol.ERR_NEEDMOREPARAMS, name, "Not enough parameters")
        self._context.usage.note(name)
        return command.handler

    def gone(self, connection: Connection, reason: str) -> tuple[str, ...]:
        """Forget a connection that ends and tell its peers; see `Service.gone`."""
        with self._context.state.lock:
            return leaving.gone_locked(self._context, connection, protocol.cut_bytes(reason, protocol.TOPIC_BYTES))

    def tick(self) -> None:
        """Lift what is over; see `Service.tick`."""
        timedbans.lapse(self._context)

    def refusal(self, event: Event) -> str:
        """What the origin of an event reads when the log could not keep it; see `Service.refusal`."""
        # Who queued an event without a line, or one that is not its own answer, looks at its outcome itself.
        return sending.refusal(self._context.name, event) if event.line and event.own is not Own.NEVER else ""

    def slowed(self, connection: Connection) -> bytes:
        """NOTE where standard replies were asked for, else a notice; see `Service.slowed`."""
        text = "You are sending faster than this server takes it; the rest is taken slowly"
        if connection.caps & capabilities.STANDARD_REPLIES:
            return f":{self._context.name} NOTE * SLOWED_DOWN :{text}\r\n".encode()
        return f":{self._context.name} NOTICE {connection.target} :{text}\r\n".encode()

    def farewell(self, reason: str) -> bytes:
        """`ERROR`, the last line to a connection (Modern, "ERROR message")."""
        return f"ERROR :Closing link: {protocol.cut_bytes(reason, protocol.TOPIC_BYTES)}\r\n".encode()

    def ping(self) -> bytes:
        """A PING whose answer proves nothing but life."""
        return self._ping


def _turn_away(call: Call) -> None:
    """Where TLS is asked for nothing that is said in clear is heard, least of all a password."""
    reason = "This server wants TLS; connect again with TLS, to the same port"
    call.line(f"ERROR :Closing link: {reason}")
    call.connection.leaving = reason


def _unreadable(call: Call, line: bytes, error: ProtocolError) -> None:
    """Answer a line of which nothing but its label and its command may be known."""
    if isinstance(error, CommandWordError):
        if call.connection.registered:
            call.reply(protocol.ERR_UNKNOWNCOMMAND, error.word, "Unknown command")
        else:
            call.reply(protocol.ERR_NOTREGISTERED, "You have not registered")
    elif error.code == "INVALID_UTF8":  # by FAIL whatever was negotiated: the token UTF8ONLY brings it with it
        call.line(f":{call.context.name} FAIL {_command_of(line)} {error.code} :{error}")
    else:
        call.fail("*", error.code, str(error))


def _command_of(line: bytes) -> str:
    """The command of a line whose parameters are not UTF-8, `*` where it is not to be seen either, or unknown."""
    words = line.split()
    while words and words[0][:1] in (b"@", b":"):
        del words[0]
    command = words[0].decode(errors="replace").upper() if words else ""
    return command if command in COMMANDS else "*"


def _label(line: bytes) -> str:
    """The label of a line that cannot be read, if its tags can."""
    try:
        return protocol.parse(line.partition(b" ")[0] + b" ACK").tags.get("label", "")
    except ProtocolError:
        return ""


def _break_off(connection: Connection) -> None:
    """A line was lost that may have been one of the open batch, which therefore must not be sent."""
    if connection.batch is not None and connection.batch.standing is Standing.OPEN:
        connection.batch.standing = Standing.BROKEN


def isupport(context: Context) -> list[str]:
    """The tokens of numeric 005; each is true of this server."""
    return information.isupport_tokens(context)
