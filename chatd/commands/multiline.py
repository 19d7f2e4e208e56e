"""BATCH: messages of several lines (IRCv3 draft/multiline, client-batch).

A batch is one message: it is checked while it comes, sent as a whole when it closes, or not at all. One may be open
per connection; commands without its tag are handled as ever meanwhile.
"""

from __future__ import annotations

import re

import protocol
from chatd import capabilities, rendering
from chatd.batches import OpenBatch, Standing
from chatd.commands import edits
from chatd.commands.call import Call, Failed, Refused
from chatd.commands.sending import client_tags, nonce_of, relayed, send_one
from chatd.commands.table import Command
from chatd.events import Event
from protocol import fold

KIND = "draft/multiline"
OPEN_S = 60.0
"""How long a batch may stay open."""
DISCOUNT = 0.8
"""What a line of a batch costs less than one by itself where lines are limited (`Connection.credit`)."""
_REFERENCE = re.compile("[A-Za-z0-9-]{1,64}")


def batch(call: Call) -> None:
    """BATCH: open one with `+`, send it with `-`."""
    if not call.connection.caps & capabilities.MULTILINE:
        raise Refused(protocol.ERR_UNKNOWNCOMMAND, "BATCH", "Unknown command")
    sign, reference = call.params[0][:1], call.params[0][1:]
    if sign == "-":
        _close(call, reference)
        return
    before = call.connection.batch
    opened = call.connection.batch = OpenBatch(reference, call.context.monotonic())
    opened.standing = Standing.IGNORED  # until all is well with it
    if before is not None:
        raise _failed("MULTILINE_INVALID", "Only one batch may be open; both are dropped")
    if sign != "+" or not _REFERENCE.fullmatch(reference):
        raise _failed("INVALID_REFTAG", "The name of a batch is letters, digits and hyphens", reference)
    kind = call.params[1] if len(call.params) > 1 else ""
    if kind != KIND:
        raise _failed("UNKNOWN_TYPE", "This server knows no such batch of clients", reference, kind)
    if len(call.params) < 3 or not call.params[2]:
        raise _failed("MULTILINE_INVALID", "A message needs a target")
    opened.target = call.params[2]
    opened.tags = client_tags(relayed(call))
    opened.nonce = nonce_of(call)
    opened.edits = edits.msgid_of(call)
    opened.standing = Standing.OPEN
    # The label is answered when the message is sent, or when it fails.
    opened.label, call.label = call.label, ""


def collect(call: Call) -> None:
    """One line that says it is of a batch."""
    opened = _find(call, call.message.tags["batch"])
    if opened is None:
        return
    call.label = ""
    call.connection.credit += DISCOUNT
    try:
        _take(call, opened)
    except Failed:
        opened.standing = Standing.IGNORED
        call.label = opened.label
        raise


def _take(call: Call, opened: OpenBatch) -> None:
    verb, concat = call.message.command.upper(), rendering.CONCAT in call.message.tags
    if verb not in ("PRIVMSG", "NOTICE") or len(call.params) < 2:
        raise _failed("MULTILINE_INVALID", "A batch holds PRIVMSG or NOTICE, each with its target and text")
    opened.verb = opened.verb or verb
    target, text = call.params[:2]
    if verb != opened.verb:
        raise _failed("MULTILINE_INVALID", "A batch holds either PRIVMSG or NOTICE")
    if fold(target) != fold(opened.target):
        raise _failed("MULTILINE_INVALID_TARGET", "All lines go to the target of the batch", opened.target, target)
    if concat and not text:
        raise _failed("MULTILINE_INVALID", "A blank line cannot continue another")
    first = not opened.lines
    opened.size += len(text.encode()) + (not first and not concat)
    limits = call.context.config.limits
    if opened.size > limits.multiline_max_bytes:
        raise _failed("MULTILINE_MAX_BYTES", "This message is too long", str(limits.multiline_max_bytes))
    if len(opened.lines) == limits.multiline_max_lines:
        raise _failed("MULTILINE_MAX_LINES", "This message has too many lines", str(limits.multiline_max_lines))
    opened.lines.append((text, concat and not first))


def _close(call: Call, reference: str) -> None:
    opened = _find(call, reference)
    call.connection.batch = None
    if opened is None:
        return
    call.label = opened.label
    lines = tuple(opened.lines)
    first = next((text for text, _ in lines if text), "")
    if not first:
        raise _failed("MULTILINE_INVALID", "A message cannot be blank throughout")

    mark = rendering.EDIT_MARK if opened.edits else ""

    def finish(event: Event) -> None:
        room = protocol.LINE_BYTES - 2 - len(rendering.head_of(event.line).encode()) - len(mark)
        if any(len(text.encode()) > room for text, _ in lines):
            raise _failed("MULTILINE_INVALID", "A line of this message is too long")
        if len(lines) > 1:
            event.lines, event.extra = lines, rendering.pack(lines)

    try:
        if opened.edits:
            edits.edit(call, opened.verb, opened.target, first, opened.edits, opened.tags, opened.nonce, finish)
            return
        call.connection.person.active_at = call.context.monotonic()
        send_one(call, opened.verb, opened.target, first, opened.tags, opened.nonce, finish)
    except Refused as refused:
        if refused.numeric == protocol.ERR_INPUTTOOLONG:
            raise _failed("MULTILINE_INVALID", "A line of this message is too long") from None
        raise


def _find(call: Call, reference: str) -> OpenBatch | None:
    """The open batch of that name; None if it failed already, which its client knows. Refuses when there is none."""
    opened = call.connection.batch
    if opened is None or opened.reference != reference:
        raise _failed("MULTILINE_INVALID", "No batch of this name is open")
    standing, opened.standing = opened.standing, Standing.IGNORED
    if standing is Standing.IGNORED:
        call.label = ""
        return None
    call.label = opened.label
    if standing is Standing.BROKEN:
        raise _failed("MULTILINE_INVALID", "A line of this message could not be read")
    if call.context.monotonic() - opened.opened_at > OPEN_S:
        raise _failed("TIMEOUT", "The batch was open for too long", reference)
    opened.standing = Standing.OPEN
    return opened


def _failed(code: str, text: str, *about: str) -> Failed:
    return Failed(code, text, *about, enabled_by=capabilities.MULTILINE, command="BATCH")


COMMANDS = {"BATCH": Command(batch, 1)}
