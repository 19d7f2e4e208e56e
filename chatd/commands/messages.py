"""What people say: PRIVMSG, NOTICE, TAGMSG (Modern, "Sending Messages"; IRCv3 message-tags).

A message is refused rather than cut: what would not fit in one line with the sender's source in front
is answered with 417. NOTICE never gets an error back.
"""

from __future__ import annotations

from collections.abc import Mapping

import protocol
from chatd import capabilities
from chatd.commands.call import Call, Refused
from chatd.commands.table import Command
from chatd.events import Audience, Event, Own
from chatd.person import private_key
from protocol import fold

TARGETS = 4
"""Most targets of one message (ISUPPORT TARGMAX)."""


def privmsg(call: Call) -> None:
    """PRIVMSG: to channels and people."""
    _check_text(call)
    _send(call, "PRIVMSG", call.params[1])


def notice(call: Call) -> None:
    """NOTICE: the same without any answer, so that programs cannot answer each other for ever."""
    answers = len(call.parts)
    try:
        _check_text(call)
        _send(call, "NOTICE", call.params[1])
    except Refused:
        pass  # silence is the rule (Modern, "NOTICE message")
    call.parts[answers:] = [part for part in call.parts[answers:] if isinstance(part, Event)]


def tagmsg(call: Call) -> None:
    """TAGMSG: tags without text, for those who asked for message-tags; never stored."""
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
    tags = client_tags(call.message.tags) if call.message.tags else ""
    if verb == "TAGMSG" and not tags:
        return
    call.connection.person.active_at = call.context.monotonic()
    targets = call.params[0]
    if "," not in targets:
        _send_one(call, verb, targets, text, tags)
        return
    for number, target in enumerate(filter(None, targets.split(","))):
        if number >= TARGETS:
            call.reply(protocol.ERR_TOOMANYTARGETS, target, f"Too many recipients, the most is {TARGETS}")
            return
        try:
            _send_one(call, verb, target, text, tags)
        except Refused as refused:
            call.reply(refused.numeric, *refused.params)


def _send_one(call: Call, verb: str, target: str, text: str | None, tags: str) -> None:
    if target[0] == "#":
        _to_channel(call, verb, target, text, tags)
    else:
        _to_person(call, verb, target, text, tags)


def _to_channel(call: Call, verb: str, target: str, text: str | None, tags: str) -> None:
    connection, key = call.connection, fold(target)
    with call.state.lock:
        channel = call.state.channels.get(key)
        if channel is None:
            raise Refused(protocol.ERR_NOSUCHCHANNEL, target, "No such channel")
        if not channel.may_speak(connection.person.id):
            raise Refused(protocol.ERR_CANNOTSENDTOCHAN, channel.name, "Cannot send to channel: join it first")
        call.append_locked(
            Event(
                Audience.CHANNEL,
                verb,
                _line(call, verb, channel.name, text),
                connection,
                key,
                stored=text is not None,
                client_tags=tags,
                needs=capabilities.MESSAGE_TAGS if text is None else 0,
                own=Own.ECHO,
            )
        )


def _to_person(call: Call, verb: str, target: str, text: str | None, tags: str) -> None:
    connection = call.connection
    with call.state.lock:
        recipient = call.state.find_locked(target)
        if recipient is None:
            raise Refused(protocol.ERR_NOSUCHNICK, target, "No such nick/channel")
        event = Event(
            Audience.PERSON,
            verb,
            _line(call, verb, recipient.nickname, text),
            connection,
            private_key(connection.person.owned_by(), recipient.owned_by()),
            stored=text is not None,
            client_tags=tags,
            needs=capabilities.MESSAGE_TAGS if text is None else 0,
            own=Own.ECHO,
        )
        others = (session for session in connection.person.sessions if session is not connection)
        event.recipients = (
            (*recipient.sessions, *others) if recipient is not connection.person else (connection, *others)
        )
        away = recipient.away
        call.append_locked(event)
    if away and verb == "PRIVMSG":
        call.reply(protocol.RPL_AWAY, recipient.nickname, away)


def _line(call: Call, verb: str, target: str, text: str | None) -> str:
    if text is None:
        return f":{call.connection.source} {verb} {target}"
    line = f":{call.connection.source} {verb} {target} :{text}"
    if len(line) > 126 and len(line.encode()) > protocol.LINE_BYTES - 2:  # 126 characters always fit
        raise Refused(protocol.ERR_INPUTTOOLONG, "Input line was too long")
    return line


def client_tags(tags: Mapping[str, str]) -> str:
    """Those tags that are relayed (a `+` in front), written out; the others are dropped."""
    return ";".join(
        f"{key}={protocol.escape_tag(value)}" if value else key
        for key, value in tags.items()
        if key[0] == "+" and len(key) > 1
    )


COMMANDS = {
    "PRIVMSG": Command(privmsg),
    "NOTICE": Command(notice),
    "TAGMSG": Command(tagmsg),
}
