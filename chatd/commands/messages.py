"""What people say: PRIVMSG, NOTICE, TAGMSG (Modern, "Sending Messages"; IRCv3 message-tags).

A message is refused rather than cut: what would not fit in one line with the sender's source in front
is answered with 417. NOTICE never gets an error back. Who is away from the server, but has an account, finds what was
written to them when they come back (docs/protocol.md, "Absent people"); a resent message is not said twice
("Resending").
"""

from __future__ import annotations

import protocol
from chatd import capabilities
from chatd.commands import edits, reactions, services
from chatd.commands.call import Call, Failed, Refused
from chatd.commands.sending import client_tags, nonce_of, relayed, send_one
from chatd.commands.table import Command

TARGETS = 4
"""Most targets of one message (ISUPPORT TARGMAX)."""


def privmsg(call: Call) -> None:
    """PRIVMSG: to channels and people."""
    _check_text(call)
    service = services.find(call, call.params[0]) if call.params[0][0] != "#" else None
    if service is not None:
        services.said(call, service, call.params[1])
    else:
        _send(call, "PRIVMSG", call.params[1])


def notice(call: Call) -> None:
    """NOTICE: the same without any answer, so that programs cannot answer each other for ever."""
    try:
        _check_text(call)
        _send(call, "NOTICE", call.params[1])
    except Failed:
        raise  # a standard reply to a client that asked for what failed is no answer to a NOTICE
    except Refused:
        pass  # silence is the rule (Modern, "NOTICE message")


def tagmsg(call: Call) -> None:
    """TAGMSG: tags without text, for those who asked for message-tags; only reactions are kept."""
    if not call.connection.caps & capabilities.MESSAGE_TAGS:
        raise Refused(protocol.ERR_UNKNOWNCOMMAND, "TAGMSG", "Unknown command")
    _check_recipient(call)
    _send(call, "TAGMSG", None)


def _check_recipient(call: Call) -> None:
    if not call.params or not call.params[0].strip(","):
        raise Refused(protocol.ERR_NORECIPIENT, f"No recipient given ({call.message.command.upper()})")


def _check_text(call: Call) -> None:
    _check_recipient(call)
    if len(call.params) < 2 or not call.params[1]:
        raise Refused(protocol.ERR_NOTEXTTOSEND, "No text to send")


def _send(call: Call, verb: str, text: str | None) -> None:
    if call.message.tags:
        _send_tagged(call, verb, text)
    elif text is not None:
        _send_to_all(call, verb, text)


def _send_tagged(call: Call, verb: str, text: str | None) -> None:
    given, target = relayed(call), call.params[0]
    tags, nonce = client_tags(given), nonce_of(call)
    if text is None:
        if not tags:
            return
        reaction = reactions.read(given)
        if reaction is not None and "," not in target:
            reactions.react(call, target, tags, reaction, nonce)
            return
    elif edited := edits.msgid_of(call):
        edits.edit(call, verb, target, text, edited, tags, nonce)
        return
    _send_to_all(call, verb, text, tags, nonce)


def _send_to_all(call: Call, verb: str, text: str | None, tags: str = "", nonce: str = "") -> None:
    call.connection.person.active_at = call.context.monotonic()
    targets = call.params[0]
    if "," not in targets:
        send_one(call, verb, targets, text, tags, nonce)
        return
    for number, target in enumerate(filter(None, targets.split(","))):
        if number >= TARGETS:
            if verb != "NOTICE":
                call.reply(protocol.ERR_TOOMANYTARGETS, target, f"Too many recipients, the most is {TARGETS}")
            return
        try:
            # Each of them is a message of its own, so each has a nonce of its own.
            send_one(call, verb, target, text, tags, f"{nonce}/{number}" if nonce else "")
        except Refused as refused:
            refused.answer(call)


COMMANDS = {
    "PRIVMSG": Command(privmsg),
    "NOTICE": Command(notice),
    "TAGMSG": Command(tagmsg),
}
